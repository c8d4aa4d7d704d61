"""What the furniture of web pages says: the wording of adverts, buttons, menus, notices, headings.

The rules speak English. They judge one paragraph by itself; `boilerplate` weighs where it stands.
"""

from __future__ import annotations

import re

from qa.documents.paragraphs import Paragraph, words

_LONGEST = 2000  # characters of a paragraph that can be furniture by its wording


def _rule(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_AGE = (
    r"(?:\d+|an?|one|two|three|four|five|six)\s+(?:second|minute|min|hour|hr|day|week"
    r"|month|year)s?\s+ago"
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_CLOCK = r"(?:,?\s*(?:at\s+)?\d{1,2}[:.]\d\d(?:\s*[ap]\.?m\.?)?(?:\s*[A-Z]{2,4})?)?"
_DATE = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?\s+{_MONTH},?\s+\d{{4}}|{_MONTH}\s+\d{{1,2}}(?:st|nd|rd"
    rf"|th)?,?\s+\d{{4}}|\d{{4}}-\d\d-\d\d|\d{{1,2}}[./]\d{{1,2}}[./]\d{{4}}){_CLOCK}"
)
_LEAD = (
    r"(?:(?:published|posted|updated|last updated|last modified|modified|date"
    r"|on)\b[\s:]*(?:on\s+)?)*"
)

# What a whole line says, in whatever company it stands. (reason, most words, pattern)
_LINE_RULES: tuple[tuple[str, int, re.Pattern[str]], ...] = (
    (
        "advertisement",
        8,
        _rule(
            r"\W*(?:advertisements?|advert|adverts|sponsored(?: content| post)?"
            r"|promoted(?: content)?|paid (?:content"
            r"|post))\W*(?:[\w-]+\.[\w.]+)*\W*(?:remove ads)?$|\W*(?:story"
            r"|article) continues below\b.*"
        ),
    ),
    (
        "empty label",
        4,
        _rule(
            r"(?:date|share|tags?|author|published|posted(?: in)?|source|photo|image|views?"
            r"|categor(?:y|ies)|filed under|comments?|follow(?: us)?|print|email|by|written by"
            r"|updated|topics?|advertiser)\s*:$"
        ),
    ),
    ("age", 8, _rule(rf"\W*{_LEAD}{_AGE}\W*$")),
    (
        "date line",
        12,
        _rule(
            rf"\W*{_LEAD}(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+)?{_DATE}(?:\s*(?:["
            rf"|·•–-]|\bby\b|\bshare\b)\s*.{{0,40}})?\W*$|[^\d.!?]{{3,40}},\s*{_DATE}\W*$"
            rf"|\W*{_LEAD}\d{{1,2}}[:.]\d\d\s*(?:[ap]\.?m\.?)?,?\s*(?:[a-z]+day,?\s+)?{_DATE}\W*$"
        ),
    ),
    (
        "reading time",
        8,
        _rule(
            r"\W*(?:reading time\W*)?\d+\s*(?:min|minute)s?\.?(?:\s*read(?:ing)?)?(?:\s*time)?\W*$"
            r"|\d+[ -]min(?:ute)?s?[ -]read\b.{0,40}"
        ),
    ),
    (
        "byline",
        10,
        _rule(r"(?:by|written by|story by|reported by|posted by|text by|words by)\s*:?\s+\S.*[^.!?]$"),
    ),
    ("hashtags", 60, _rule(r"#\w[\w-]*(?:[\s,]+#\w[\w-]*)*$")),
    ("copyright", 40, _rule(r"(?:©|\(c\)|copyright\b\W*(?:©|\(c\)|\d{4})).*|.*\ball rights reserved\b.*")),
    (
        "other languages",
        16,
        _rule(
            r"this (?:post|article|page|story|text) is (?:also )?available in\b.*"
            r"|(?:also )?available in\s*:.*|read (?:this|it) in (?!full)\w+.*[^.]$"
        ),
    ),
    (
        "link to another article",
        30,
        _rule(
            r"(?:read (?:more|also|next|on|this next|the full story)|see also|also read"
            r"|more on this|related(?: story| article)?|watch(?: now)?|listen(?: now)?"
            r"|don[’']t miss|recommended|also on|earlier|background|go deeper|sponsored"
            r"|advertisement|promoted)\s*[:\-–—>»→]+\s*\S.*"
        ),
    ),
    (
        "tags",
        40,
        _rule(
            r"(?:tags?|topics?|filed under|filed in|categor(?:y|ies)|keywords?|posted in|labels?"
            r"|tagged(?: with| as)?)\s*:\s*\S.*[^.]$|(?:filed under|tagged(?: with| as)?"
            r"|posted in)\s+\S.*[^.]$"
        ),
    ),
    (
        "neighbouring post",
        25,
        _rule(
            r"\W*(?:previous|next|older|newer|prev)(?:\s+(?:post|article|entry|story|page"
            r"|read)s?)?\s*(?:[:←→«»<>|].*|)$|\W*(?:previous|next|older|newer)\s+(?:post|article"
            r"|entry|story)s?\b.*[^.]$"
        ),
    ),
    (
        "counter",
        6,
        _rule(
            r"\W*[\d.,]+\s*k?\s*(?:comments?|replies|shares?|views?|likes?|reactions?|claps"
            r"|responses|followers)\W*$|(?:likes?|shares?|views?|comments?)\s+[\d.,]+k?$"
        ),
    ),
    ("address", 4, _rule(r"(?:https?://|www\.)\S+$|[\w.+-]+@[\w-]+\.[\w.]+$")),
    (
        "note on the author",
        70,
        _rule(
            r"[(\[]?\s*(?:the|our)\s+(?:writer|author|columnist|contributor)s?\b.*(?:@"
            r"|can be (?:reached|contacted)|could be reached|tweets? at|twitter|views expressed"
            r"|based in|is an?\s|are\s).*"
        ),
    ),
    (
        "disclaimer",
        80,
        _rule(
            r".*\b(?:views|opinions)\s+expressed\b.*\b(?:author|writer|own|not necessarily)\b.*"
            r"|disclaimer\s*:.*"
        ),
    ),
    (
        "newsletter",
        45,
        _rule(
            r".*\b(?:subscribe|sign up|sign-up|get|join|receive)\b.*\b(?:our|your"
            r"|my)\b.*\b(?:newsletter|inbox|mailing list|e-?mail|channel|whatsapp|telegram|weekly"
            r"|briefing|notes)\b.*|.*\b(?:newsletter|inbox)\b.*\b(?:subscribe|sign up)\b.*"
            r"|.*\b(?:in|to|straight|delivered)\b.*\byour inbox\b.*"
            r"|.*\bunsubscribe\b.*\bany ?time\b.*|.*\b(?:one|no more than one) (?:e-?mail|message"
            r"|letter) (?:a|per) (?:day|week|month)\b.*"
        ),
    ),
    (
        "request for support",
        45,
        _rule(
            r"(?:support|help|donate to)\s+(?:our|us|independent)\b.*(?:journalism|donat|member"
            r"|reporting|work|work today|subscri).*|(?:become|be) a (?:member|patron|supporter"
            r"|subscriber)\b.*|(?:was|is|did you find) this \w+ (?:useful|helpful|interesting"
            r"|worth)\b.*|download (?:as )?(?:the )?pdf\b.{0,20}|text size\b.{0,20}|(?:follow|find"
            r"|like|join|connect with) us (?:on|at)\b.*|download (?:our|the) app\b.*|.*\b(?:buy"
            r"|shout) (?:me|us) a coffee\b.*"
        ),
    ),
    (
        "comment form",
        30,
        _rule(
            r".*\byour e-?mail address will (?:not|never) be (?:published|shared|shown)\b.*"
            r"|required fields (?:are marked|\*).*|(?:you must|please)?\s*(?:be logged in|log in"
            r"|login|sign in|register)\b.{0,40}\b(?:to (?:post|leave|add|join|comment|reply)"
            r"|comment|account)\b.*|save my name.*browser.*|notify me of.*"
            r"|(?:this site uses akismet).*|be the first to (?:comment|reply|like).*"
            r"|comments (?:are|have been) (?:closed|moderated|off|disabled)\b.*"
            r"|.*\bcomments are (?:moderated|closed)\b.*"
        ),
    ),
    (
        "photo credit",
        45,
        _rule(
            r".*\((?:photo|image|picture|file photo|illustration|graphic|photograph)s?\b[^()]*\)$"
            r"|(?:photo|image|picture|illustration|photograph|credit)s?(?: (?:by|credit"
            r"|courtesy))?\s*(?::|©|/).{2,80}[^.]$|.*\b(?:photo|image|picture|photograph"
            r"|credit)s?(?: credit)?\s*:\s*[^.]{2,60}$"
        ),
    ),
    (
        "cookie notice",
        200,
        _rule(
            r".*\b(?:we|this (?:web)?site|our (?:web)?site|this page|our partners)\b[^.]{0,60}"
            r"\b(?:use|uses|store|set|sets|place) (?:(?!for\b|the\b|with\b|of\b)[\w,-]+ ){0,5}cookies?\b"
            r"(?! (?:cutters?|sheets?|jars?)).*"
            r"|.*\bcookies?\b.*\b(?:your (?:browser|device|consent|privacy)|by continuing"
            r"|(?:our|this) (?:web)?site|opt out|third[- ]part(?:y|ies))\b.*"
            r"|(?:accept|reject|manage|allow|decline)\b.{0,20}\b(?:cookies?|preferences)\b.{0,40}"
            r"|.*\bwe (?:value|respect|care about) your privacy\b.*"
        ),
    ),
)

# Lines made of nothing but such words, one of them telling, are buttons: "Share on Facebook".
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
MENU = frozenset(
    """home news world business sport sports politics opinion culture science tech technology health economy
    video videos photos podcasts about contact menu search login events jobs shop archive subscribe
    travel lifestyle entertainment magazine blog weather markets society education environment
    publications research services careers faq help press account local international analysis features
    projects team people recipes gallery""".split()
)

# A line that opens a section of furniture, and how far the section reaches.
TEASERS, NOTES, DISCUSSION = "teasers of other articles", "list of sources", "comments"
_SECTIONS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        TEASERS,
        _rule(
            r"(?:hot|trending|popular|top|best|this week|new)(?: (?:now|today|this week|this month"
            r"|stories|topics|reads))$|trending$|popular$"
            r"|(?:related|similar|popular|recent|latest|recommended|featured|suggested|other|more"
            r"|new|most recent|most popular)"
            r" (?:articles?|posts?|stories|news|content|reading|reads|topics|categories|videos"
            r"|pages|entries|links|headlines|updates|recipes|publications|reports|notes"
            r"|items)(?: .{0,30})?$"
            r"|most (?:read|popular|viewed|shared|commented|recent|discussed)(?: .{0,30})?$"
            r"|(?:you|readers?) (?:may|might|will|could)?\s*(?:also )?(?:like|enjoy|love"
            r"|be interested in|want to read|read|viewed|liked)(?: .{0,20})?$"
            r"|(?:also|more) (?:in|from|on|by|about|like)\b.{1,60}$|more to (?:read|explore)$"
            r"|recommended(?: for you| by .*)?$"
            r"|editor[’']?s[’']? (?:picks?|choice)$|must[- ]reads?$|don[’']?t miss$"
            r"|in case you missed it$"
            r"|what to read next$|(?:up )?next up$|read next$|keep reading$|read also$|also read$"
            r"|explore more$|around the web$|from the web$"
            r"|(?:from|in) (?:our|the) (?:partners|archives?|blog)$|sponsored (?:stories|links"
            r"|content)$|related$|(?:categories|archives?|tags|topics|filed under|see also)\s*:?$"
        ),
    ),
    (
        NOTES,
        _rule(
            r"(?:references?|sources?|notes?|footnotes?|endnotes?|bibliography|works cited"
            r"|citations?|external links|further reading|literature)(?: and (?:notes|sources"
            r"|references|further reading))?\s*:?$"
        ),
    ),
    (
        DISCUSSION,
        _rule(
            r"(?:\d+\s+)?(?:comments?|replies|responses|thoughts? on .{3,120}"
            r"|discussion)(?:\s*\(\d+\))?$"
            r"|leave a (?:reply|comment)\b.{0,30}$|join the (?:conversation|discussion)$"
            r"|post a comment$|add a comment$|(?:reader comments"
            r"|what (?:our )?readers say)(?:\s*\(\d+\))?$|have your say$|what do you think\?$"
        ),
    ),
)


def line_reason(p: Paragraph) -> str:
    """What a paragraph is by what it says alone, or "" where that tells nothing."""
    if p.level or len(p.text) > _LONGEST:
        return ""
    for reason, most_words, pattern in _LINE_RULES:
        if p.words <= most_words and pattern.fullmatch(p.text):
            return reason
    said = words(p.text)
    if len(said) > 10 or not all(w in _TELLING or w in _FILLING or w.isdigit() for w in said):
        return ""
    telling = not _TELLING.isdisjoint(said) or len(_NETWORKS.intersection(said)) >= 2
    return "button" if telling else ""


def section_of(p: Paragraph) -> str:
    """Which section of furniture a paragraph is the heading of, or ""."""
    if p.words > 14:
        return ""
    return next((kind for kind, pattern in _SECTIONS if pattern.fullmatch(p.text)), "")
