"""Which paragraphs of a text are the furniture of a web page and not what its author wrote.

Text saved from a browser holds menus, share buttons, adverts, teasers of other articles, cookie
notices, biographies and source lists. Each paragraph is judged by what it says (`_LINE_RULES`), by
the heading that it stands under (`_SECTIONS`), and by where it stands: before the first or after the
last paragraph of real prose. In doubt a paragraph stays: losing an author's sentence is worse than
keeping a menu entry, which no question is likely to find.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from qa.blocks import Paragraph, words


def _rule(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_AGE = r"(?:\d+|an?|one|two|three|four|five|six)\s+(?:second|minute|min|hour|hr|day|week|month|year)s?\s+ago"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_CLOCK = r"(?:,?\s*(?:at\s+)?\d{1,2}[:.]\d\d(?:\s*[ap]\.?m\.?)?(?:\s*[A-Z]{2,4})?)?"
_DATE = rf"(?:\d{{1,2}}(?:st|nd|rd|th)?\s+{_MONTH},?\s+\d{{4}}|{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}|\d{{4}}-\d\d-\d\d|\d{{1,2}}[./]\d{{1,2}}[./]\d{{4}}){_CLOCK}"
_LEAD = r"(?:(?:published|posted|updated|last updated|last modified|modified|date|on)\b[\s:]*(?:on\s+)?)*"

# What a whole line says, in whatever company it stands. (reason, most words, pattern)
_LINE_RULES: tuple[tuple[str, int, re.Pattern[str]], ...] = (
    ("advertisement", 8, _rule(r"\W*(?:advertisements?|advert|adverts|sponsored(?: content| post)?|promoted(?: content)?|paid (?:content|post))\W*(?:[\w-]+\.[\w.]+)*\W*(?:remove ads)?$|\W*(?:story|article) continues below\b.*")),
    ("empty label", 4, _rule(r"(?:date|share|tags?|author|published|posted(?: in)?|source|photo|image|views?|categor(?:y|ies)|filed under|comments?|follow(?: us)?|print|email|by|written by|updated|topics?|advertiser)\s*:$")),
    ("age", 8, _rule(rf"\W*{_LEAD}{_AGE}\W*$")),
    ("date line", 12, _rule(rf"\W*{_LEAD}(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+)?{_DATE}(?:\s*(?:[|·•–-]|\bby\b|\bshare\b)\s*.{{0,40}})?\W*$|[^\d.!?]{{3,40}},\s*{_DATE}\W*$|\W*{_LEAD}\d{{1,2}}[:.]\d\d\s*(?:[ap]\.?m\.?)?,?\s*(?:[a-z]+day,?\s+)?{_DATE}\W*$")),
    ("reading time", 8, _rule(r"\W*(?:reading time\W*)?\d+\s*(?:min|minute)s?\.?(?:\s*read(?:ing)?)?(?:\s*time)?\W*$|\d+[ -]min(?:ute)?s?[ -]read\b.{0,40}")),
    ("byline", 10, _rule(r"(?:by|written by|story by|reported by|posted by|text by|words by)\s*:?\s+\S.*[^.!?]$")),
    ("hashtags", 60, _rule(r"#\w[\w-]*(?:[\s,]+#\w[\w-]*)*$")),
    ("copyright", 40, _rule(r"(?:©|\(c\)|copyright\b\W*(?:©|\(c\)|\d{4})).*|.*\ball rights reserved\b.*")),
    ("other languages", 16, _rule(r"this (?:post|article|page|story|text) is (?:also )?available in\b.*|(?:also )?available in\s*:.*|read (?:this|it) in (?!full)\w+.*[^.]$")),
    ("link to another article", 30, _rule(r"(?:read (?:more|also|next|on|this next|the full story)|see also|also read|more on this|related(?: story| article)?|watch(?: now)?|listen(?: now)?|don[’']t miss|recommended|also on|earlier|background|go deeper|sponsored|advertisement|promoted)\s*[:\-–—>»→]+\s*\S.*")),
    ("tags", 40, _rule(r"(?:tags?|topics?|filed under|filed in|categor(?:y|ies)|keywords?|posted in|labels?|tagged(?: with| as)?)\s*:\s*\S.*[^.]$|(?:filed under|tagged(?: with| as)?|posted in)\s+\S.*[^.]$")),
    ("neighbouring post", 25, _rule(r"\W*(?:previous|next|older|newer|prev)(?:\s+(?:post|article|entry|story|page|read)s?)?\s*(?:[:←→«»<>|].*|)$|\W*(?:previous|next|older|newer)\s+(?:post|article|entry|story)s?\b.*[^.]$")),
    ("counter", 6, _rule(r"\W*[\d.,]+\s*k?\s*(?:comments?|replies|shares?|views?|likes?|reactions?|claps|responses|followers)\W*$|(?:likes?|shares?|views?|comments?)\s+[\d.,]+k?$")),
    ("address", 4, _rule(r"(?:https?://|www\.)\S+$|[\w.+-]+@[\w-]+\.[\w.]+$")),
    ("note on the author", 70, _rule(r"[(\[]?\s*(?:the|our)\s+(?:writer|author|columnist|contributor)s?\b.*(?:@|can be (?:reached|contacted)|could be reached|tweets? at|twitter|views expressed|based in|is an?\s|are\s).*")),
    ("disclaimer", 80, _rule(r".*\b(?:views|opinions)\s+expressed\b.*\b(?:author|writer|own|not necessarily)\b.*|disclaimer\s*:.*")),
    ("newsletter", 45, _rule(r".*\b(?:subscribe|sign up|sign-up|get|join|receive)\b.*\b(?:our|your|my)\b.*\b(?:newsletter|inbox|mailing list|e-?mail|channel|whatsapp|telegram|weekly|briefing|notes)\b.*|.*\b(?:newsletter|inbox)\b.*\b(?:subscribe|sign up)\b.*|.*\b(?:in|to|straight|delivered)\b.*\byour inbox\b.*|.*\bunsubscribe\b.*\bany ?time\b.*|.*\b(?:one|no more than one) (?:e-?mail|message|letter) (?:a|per) (?:day|week|month)\b.*")),
    ("request for support", 45, _rule(r"(?:support|help|donate to)\s+(?:our|us|independent)\b.*(?:journalism|donat|member|reporting|work|work today|subscri).*|(?:become|be) a (?:member|patron|supporter|subscriber)\b.*|(?:was|is|did you find) this \w+ (?:useful|helpful|interesting|worth)\b.*|download (?:as )?(?:the )?pdf\b.{0,20}|text size\b.{0,20}|(?:follow|find|like|join|connect with) us (?:on|at)\b.*|download (?:our|the) app\b.*|.*\b(?:buy|shout) (?:me|us) a coffee\b.*")),
    ("comment form", 30, _rule(r".*\byour e-?mail address will (?:not|never) be (?:published|shared|shown)\b.*|required fields (?:are marked|\*).*|(?:you must|please)?\s*(?:be logged in|log in|login|sign in|register)\b.{0,40}\b(?:to (?:post|leave|add|join|comment|reply)|comment|account)\b.*|save my name.*browser.*|notify me of.*|(?:this site uses akismet).*|be the first to (?:comment|reply|like).*|comments (?:are|have been) (?:closed|moderated|off|disabled)\b.*|.*\bcomments are (?:moderated|closed)\b.*")),
    ("photo credit", 45, _rule(r".*\((?:photo|image|picture|file photo|illustration|graphic|photograph)s?\b[^()]*\)$|(?:photo|image|picture|illustration|photograph|credit)s?(?: (?:by|credit|courtesy))?\s*(?::|©|/).{2,80}[^.]$|.*\b(?:photo|image|picture|photograph|credit)s?(?: credit)?\s*:\s*[^.]{2,60}$")),
    ("cookie notice", 200, _rule(r".*\b(?:we|this (?:web)?site|our (?:web)?site|this page|our partners)\b[^.]{0,60}\b(?:use|uses|store|set|sets|place)\b[^.]{0,40}\bcookies?\b.*|.*\bcookies?\b.*\b(?:your (?:browser|device|consent|preferences|privacy|experience)|by continuing|our (?:web)?site|opt out|you can)\b.*|(?:accept|reject|manage|allow|decline)\b.{0,20}\b(?:cookies?|preferences)\b.{0,40}|.*\bwe (?:value|respect|care about) your privacy\b.*")),
)  # fmt: skip

# Lines made of nothing but such words, one of them telling, are buttons: "Share on Facebook".
_TELLING = frozenset(
    "share print tweet pin bookmark save copy cite subscribe follow login log sign register download menu search skip "
    "reply comment comments cookies privacy terms accept reject listen play pdf like donate retweet rss sitemap "
    "newsletter advertise imprint impressum toggle navigation loading copied back permalink trackback".split()
)
_FILLING = frozenset(
    "this that the a an to on via by in of or and with for it me us our your you page article story post note link links "
    "facebook twitter x linkedin whatsapp telegram reddit pinterest email e-mail mail forward instagram youtube messenger "
    "bluesky mastodon threads viber vk pocket flipboard feed sharing options more friend friends friendly version "
    "top content main up out all now here later account policy use service settings preferences site map contact "
    "about up close open clipboard url audio text size join conversation manage consent choices overview results "
    "go home not required name website message send submit first your leave add only is be will".split()
)
_NETWORKS = frozenset("facebook twitter linkedin whatsapp telegram reddit pinterest instagram youtube bluesky".split())
_MENU = frozenset(
    "home news world business sport sports politics opinion culture science tech technology health economy video "
    "videos photos podcasts about contact menu search login events jobs shop archive subscribe travel lifestyle "
    "entertainment magazine blog weather markets society education environment publications research services "
    "careers faq help press account local international analysis features projects team people recipes gallery".split()
)

# A line that opens a section of furniture, and how far the section reaches.
_TEASERS, _NOTES, _DISCUSSION = "teasers of other articles", "list of sources", "comments"
_SECTIONS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (_TEASERS, _rule(
        r"(?:hot|trending|popular|top|best|this week|new)(?: (?:now|today|this week|this month|stories|topics|reads))$|trending$|popular$"
        r"|(?:related|similar|popular|recent|latest|recommended|featured|suggested|other|more|new|most recent|most popular)"
        r" (?:articles?|posts?|stories|news|content|reading|reads|topics|categories|videos|pages|entries|links|headlines|updates|recipes|publications|reports|notes|items)(?: .{0,30})?$"
        r"|most (?:read|popular|viewed|shared|commented|recent|discussed)(?: .{0,30})?$"
        r"|(?:you|readers?) (?:may|might|will|could)?\s*(?:also )?(?:like|enjoy|love|be interested in|want to read|read|viewed|liked)(?: .{0,20})?$"
        r"|(?:also|more) (?:in|from|on|by|about|like)\b.{1,60}$|more to (?:read|explore)$|recommended(?: for you| by .*)?$"
        r"|editor[’']?s[’']? (?:picks?|choice)$|must[- ]reads?$|don[’']?t miss$|in case you missed it$"
        r"|what to read next$|(?:up )?next up$|read next$|keep reading$|read also$|also read$|explore more$|around the web$|from the web$"
        r"|(?:from|in) (?:our|the) (?:partners|archives?|blog)$|sponsored (?:stories|links|content)$|related$|(?:categories|archives?|tags|topics|filed under|see also)\s*:?$")),
    (_NOTES, _rule(
        r"(?:references?|sources?|notes?|footnotes?|endnotes?|bibliography|works cited|citations?|external links|further reading|literature)(?: and (?:notes|sources|references|further reading))?\s*:?$")),
    (_DISCUSSION, _rule(
        r"(?:\d+\s+)?(?:comments?|replies|responses|thoughts? on .{3,120}|discussion)(?:\s*\(\d+\))?$"
        r"|leave a (?:reply|comment)\b.{0,30}$|join the (?:conversation|discussion)$|post a comment$|add a comment$|(?:reader comments|what (?:our )?readers say)(?:\s*\(\d+\))?$|have your say$|what do you think\?$")),
)  # fmt: skip

_CLOSING = frozenset(
    ("button", "tags", "hashtags", "copyright", "neighbouring post", "note on the author", "comment form",
     "counter", "disclaimer", _NOTES, _DISCUSSION)
)  # fmt: skip
_NUMBERED = re.compile(r"\[\d{1,3}\]\s|\d{1,3}[.)]?\s|\^|↑|[¹²³⁴-⁹]")
_SOURCE_MARK = _rule(
    r"https?://|www\.|\bdoi\b|\baccess(?:ed|ion)\b|\bretrieved\b|\bibid\b|\bop\. cit\b|\bpp?\.\s*\d|\bvol\.|[“\"].+[”\"],|\(\d{4}\)|\b(?:19|20)\d\d\b"
)
_CITED = _rule(r"\baccess(?:ed|ion)\b|\bretrieved\b|\bdoi\b|\bibid\b|\bsee also\b|[“\"].+[”\"],")
_INLINE_LINK = re.compile(r"\]\(https?://[^\s)]*\)")  # of Markdown
_BREADCRUMB = re.compile(r"[^>»›|/]{1,40}(?:\s+[>»›|/]\s+[^>»›|/]{1,120}){1,6}$")


def boilerplate(paragraphs: Sequence[Paragraph]) -> list[str]:
    """For each paragraph why it is furniture, or "" where it is the author's text."""
    reasons = [_line_reason(p) for p in paragraphs]
    _mark_sections(paragraphs, reasons)
    _mark_foreign_end(paragraphs, reasons)
    _mark_sources(paragraphs, reasons)
    _mark_teasers(paragraphs, reasons)
    _mark_edges(paragraphs, reasons)
    return reasons


def _line_reason(p: Paragraph) -> str:
    if p.level:
        return ""
    for reason, most_words, pattern in _LINE_RULES:
        if p.words <= most_words and pattern.fullmatch(p.text):
            return reason
    said = words(p.text)
    if len(said) > 10 or not all(w in _TELLING or w in _FILLING or w.isdigit() for w in said):
        return ""
    telling = not _TELLING.isdisjoint(said) or len(_NETWORKS.intersection(said)) >= 2
    return "button" if telling else ""


def _section(p: Paragraph) -> str:
    if p.words > 14:
        return ""
    return next((kind for kind, pattern in _SECTIONS if pattern.fullmatch(p.text)), "")


def _mark_sections(paragraphs: Sequence[Paragraph], reasons: list[str]) -> None:
    """Follow a heading of furniture down to where the author's text goes on."""
    section, level = "", 0
    for i, p in enumerate(paragraphs):
        opened = _section(p)
        if opened == _DISCUSSION and _remaining_share(paragraphs, i) > 0.5:
            opened = ""  # an article about a discussion, not the discussion under an article
        if opened:
            section, level, reasons[i] = opened, p.level, reasons[i] or opened
        elif section and p.level and p.level <= max(level, 1 if not level else level):
            section = ""
        elif section == _TEASERS and p.body_text and not reasons[i]:
            section = ""
            _give_back_heading(paragraphs, reasons, i)
        elif section == _NOTES and p.words >= 12 and p.ends_sentence and not _is_source(p):
            section = ""
        elif section:
            reasons[i] = reasons[i] or section


def _give_back_heading(paragraphs: Sequence[Paragraph], reasons: list[str], i: int) -> None:
    """The line above resumed text is its heading where a section of teasers ended too late."""
    above = i - 1
    if above > 0 and reasons[above] == _TEASERS and not _section(paragraphs[above]):
        following = paragraphs[i + 1 :]
        if not paragraphs[above].ends_sentence and any(p.body_text for p in following[:2]):
            reasons[above] = ""


def _remaining_share(paragraphs: Sequence[Paragraph], i: int) -> float:
    return sum(p.words for p in paragraphs[i:]) / max(1, sum(p.words for p in paragraphs))


def _is_source(p: Paragraph) -> bool:
    """What can be an entry of a list of sources, under a heading that announces one."""
    return bool(_SOURCE_MARK.search(p.text)) and (bool(_NUMBERED.match(p.text)) or "http" in p.text)


def _is_lone_source(p: Paragraph) -> bool:
    """An entry of a list without a heading; prose that holds an address or links to one is none."""
    if not _is_source(p):
        return False
    if p.text.startswith("[") and _NUMBERED.match(p.text):
        return True
    listed = not p.prose or (not p.body_text and bool(_CITED.search(p.text)))
    return listed and "http" in _INLINE_LINK.sub("", p.text)


def _mark_sources(paragraphs: Sequence[Paragraph], reasons: list[str]) -> None:
    """Numbered sources at the end, also where no heading announces them."""
    for i in range(len(paragraphs) - 1, -1, -1):
        p = paragraphs[i]
        if _is_lone_source(p):
            reasons[i] = reasons[i] or _NOTES
        elif p.body_text and not reasons[i]:
            break


def _mark_foreign_end(paragraphs: Sequence[Paragraph], reasons: list[str]) -> None:
    """Biographies in another language: they use hardly any of the text's commonest words."""
    kept = [words(p.text) for p, reason in zip(paragraphs, reasons, strict=True) if not reason]
    spread = Counter(w for said in kept for w in set(said))  # in how many paragraphs
    common = {w for w, n in spread.most_common(25) if n > 2}
    if sum(map(len, kept)) < 150 or len(common) < 10:
        return
    for i in range(len(paragraphs) - 1, -1, -1):
        said = words(paragraphs[i].text)
        if reasons[i] or len(said) < 12 or _is_lone_source(paragraphs[i]):
            continue
        if sum(w in common for w in said) >= 0.12 * len(said):
            break
        reasons[i] = "another language"


def _mark_teasers(paragraphs: Sequence[Paragraph], reasons: list[str]) -> None:
    """Short texts that break off, several near each other, and the headlines above them."""
    cut = [i for i, p in enumerate(paragraphs) if p.truncated and p.words <= 30 and not p.level]
    for i in cut:
        if any(0 < abs(i - j) <= 4 for j in cut):
            reasons[i] = reasons[i] or _TEASERS
            if i and not reasons[i - 1] and not paragraphs[i - 1].ends_sentence:
                reasons[i - 1] = _TEASERS


def _mark_edges(paragraphs: Sequence[Paragraph], reasons: list[str]) -> None:
    """Menus, breadcrumbs and names before the first and after the last sentence of the text."""
    prose = [i for i, p in enumerate(paragraphs) if p.prose and not reasons[i]]
    if not prose:
        return
    first, last = prose[0], prose[-1]
    for run in _short_runs(paragraphs, range(first)) + _short_runs(
        paragraphs, range(last + 1, len(paragraphs))
    ):
        said = [words(paragraphs[i].text) for i in run]
        if len(run) >= 3 and sum(len(w) == 1 and w[0] in _MENU for w in said) >= 2:
            for i in run:
                reasons[i] = reasons[i] or "menu"
    for i in range(first):
        if paragraphs[i].words <= 25 and _BREADCRUMB.fullmatch(paragraphs[i].text):
            reasons[i] = reasons[i] or "breadcrumb"
    for i in range(first + 1, last):  # a date between paragraphs is the heading of a chronicle
        reasons[i] = "" if reasons[i] == "date line" else reasons[i]
    _mark_end(paragraphs, reasons)


def _mark_end(paragraphs: Sequence[Paragraph], reasons: list[str]) -> None:
    """What stands among furniture below the text: a biography, an appeal, the name of the site."""
    total = sum(p.words for p, reason in zip(paragraphs, reasons, strict=True) if not reason)
    for i, reason in enumerate(reasons):
        left = [j for j in range(i + 1, len(paragraphs)) if not reasons[j]]
        few = sum(paragraphs[j].words for j in left) <= 0.1 * total
        outnumbered = 2 * len(left) <= len(paragraphs) - i
        if reason in _CLOSING and few and outnumbered:
            for j in left:
                reasons[j] = "below the end of the text"
    last = max(i for i, p in enumerate(paragraphs) if p.prose and not reasons[i])
    below = [i for i in range(last + 1, len(paragraphs)) if reasons[i]]
    if not below:
        return
    for i in range(below[0], len(paragraphs)):
        reasons[i] = reasons[i] or "below the end of the text"
    above = below[0] - 1
    name = words(paragraphs[above].text) if above > last else []
    if name and words(paragraphs[below[0]].text)[: len(name)] == name:
        reasons[above] = "name above a biography"


def _short_runs(paragraphs: Sequence[Paragraph], indices: range) -> list[list[int]]:
    runs: list[list[int]] = [[]]
    for i in indices:
        if paragraphs[i].words <= 4 and not paragraphs[i].ends_sentence:
            runs[-1].append(i)
        else:
            runs.append([])
    return runs
