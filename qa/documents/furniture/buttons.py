"""The words of buttons and menus. English."""

from __future__ import annotations

from qa.documents.plain.paragraphs import words

# A line made of nothing but such words, at least one of them telling, is a button: "Share on Facebook".
_TELLING = frozenset(
    """share print tweet pin bookmark save copy cite subscribe follow login log sign register download menu
    search skip reply comment comments cookies privacy terms accept reject listen play pdf like donate
    retweet rss sitemap newsletter advertise imprint impressum toggle navigation loading copied back
    permalink trackback""".split()
)
_FILLING = frozenset(
    """this that the a an to on via by in of or and with for it me us our your you page article story post
    note link links facebook twitter x linkedin whatsapp telegram reddit pinterest email e-mail mail forward
    instagram youtube messenger bluesky mastodon threads viber vk pocket flipboard feed sharing options
    more friend friends friendly version top content main up out all now here later account policy use
    service settings preferences site map contact about up close open clipboard url audio text size join
    conversation manage consent choices overview results go home not required name website message send
    submit first your leave add only is be will""".split()
)
_NETWORKS = frozenset(
    """facebook twitter linkedin whatsapp telegram reddit pinterest instagram youtube bluesky""".split()
)
_LONGEST = 10  # words of a button
MENU = frozenset(
    """home news world business sport sports politics opinion culture science tech technology health economy
    video videos photos podcasts about contact menu search login events jobs shop archive subscribe
    travel lifestyle entertainment magazine blog weather markets society education environment
    publications research services careers faq help press account local international analysis features
    projects team people recipes gallery""".split()
)


def is_button(text: str) -> bool:
    """True for a short line of button words, and for a row of social networks: "Facebook Twitter"."""
    line = words(text)
    if len(line) > _LONGEST or not all(w in _TELLING or w in _FILLING or w.isdigit() for w in line):
        return False
    return not _TELLING.isdisjoint(line) or len(_NETWORKS.intersection(line)) >= 2
