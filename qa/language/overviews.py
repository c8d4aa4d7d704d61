"""Questions about documents as a whole: what they are about, which of them mention something, when was what.

No passage answers "Can you sum up these files?", and there are a thousand wordings of it. What they have in
common is that nothing is left of them without the few words for documents, for summaries and for asking. What
is left of others is their subject: "Which files mention the *ferry*?". English.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from qa.language.dates import dates
from qa.language.questions import without_courtesy
from qa.language.words import FUNCTION_WORDS, WORD, singular, stem


class Wish(StrEnum):
    """What is asked of documents as a whole."""

    ABOUT = "about"  # what each is about
    SUMMARY = "summary"  # what each says, in several sentences
    SAID = "said"  # what each says about something
    MENTIONS = "mentions"  # which of them mention something
    TIMELINE = "timeline"  # what happened when


@dataclass(frozen=True, slots=True)
class Overview:
    """A wish, and what it is about: a document, something mentioned, a period, or "" for everything.

    `of_document` is set if the question says that its subject is a document: "the report by Ida Berg".
    """

    wish: Wish
    subject: str = ""
    of_document: bool = False


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words for documents, in the singular, and for sorts of them.
_DOCUMENTS = _words(
    """document doc file article paper pdf text source report folder corpus collection library
    content publication"""
)
_SORTS = _words(
    "piece story post essay study book letter memo contract manual minutes note chapter transcript"
)
_SUMMARIES = _words(
    """summary summarize summarise summarization summarisation recap digest gist overview outline
    synopsis tldr rundown essential takeaway nutshell"""
)
_TIMES = _words("timeline chronology chronological")
_POINTS = _words("point idea message finding argument conclusion insight lesson highlight")
_MAIN = _words("main key central major core important biggest essential")
_POINTING = _words("this these those that it here everything them all")
_ASKING = _words(  # what else belongs to asking, and not to what is asked about
    """topic subject theme thing issue say said treat concern focus show list give given tell make
    create draw provide prepare want need like please pls pl thank short brief quick concise few
    word sentence line bullet paragraph one two three four five six seven eight nine ten whole
    entire everything lot kind sort type read know have got look available indexed loaded using use
    used based here inside every each together common many much number title author written wrote
    write published publisher dated uploaded added now today general boil sum tl dr time order help
    see going put anything something anywhere everywhere opened access mean happened took taken take
    place event date when what which describe explain dealt first across according find ask answer
    question mention mentioned discuss discussed talk speak cover refer referring deal address
    addressed bring brought contain appear name named cite cited touch occur come about report stuff
    matter material away called collect gather compare different various several complete full bit
    sense picture gist interesting learn new start begin glance skim bottom upshot information info
    data inventory catalogue catalog count recent latest oldest newest set bundle batch stack pile
    bunch group hello hi search year us there chance possible actually really exactly main u keep
    idea overall hand class supposed early late relevant everyone dive check half maybe guess mind
    curious wonder work per"""
)


def _either(words: Iterable[str]) -> str:
    return f"(?:{'|'.join(sorted(words))})"


def _pattern(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(parts), re.IGNORECASE)


_DOCUMENT = rf"{_either(_DOCUMENTS)}s?"
_WHICH = (  # of the documents
    r"\b(?:which|what|any|some|each|every|all|many|list|find|show|name|get|looking for|(?:are|is) there)"
    r"(?: (?:me|us|of|the|an?|these|those|my|our|your|ones?|all|any|other|two|three|four|five|six|seven|eight"
    r"|nine|ten|\d+))*"
)
_MENTION = (
    r"(?:(?:mention|discuss|cover|contain|cite|address|describe|name)(?:e?s|ing)?"
    r"|(?:talk|speak|write|writ)(?:s|ing)? (?:about|of|on)|refer(?:s|ring)? to|deal(?:s|ing)? with"
    r"|touch(?:es|ing)? (?:on|upon)|br(?:ing|ings|inging) up|(?:is |are )?(?:about|on)"
    r"|(?:say|says|have|has) (?:something|anything) (?:about|on))\b"
)
_MENTIONED = (
    r"(?:mentioned|discussed|named|covered|cited|described|talked about|referred to"
    r"|appears?|occurs?|comes? up)"
)
_ON = r"(?:about|on|of|regarding)\b"

_SUM_UP = _pattern(
    r"\b(?:sum(?:s|med)? (?:\S+ ){0,5}?up|boil (?:\S+ ){1,5}?down|tl;? ?dr)\b",
    rf"\b{_either(_MAIN)} {_either(_POINTS)}s?\b",
)
_OF_SOMETHING_ELSE = _pattern(  # "Who wrote the summary?"
    r"(?:who|where|when|why|how|which|is|are|was|were|did|does|do|has|have|will)\b",
    r"what (?:did|do|does|was|were|has|will)\b",
    r"(?:by|in|on|at|for|from|until) (?:what|which)\b",
)
_MENTIONS = _pattern(
    rf"{_WHICH} (?:{_DOCUMENT}|(?<=of )th(?:ese|ose|em)) (?:do you have |are there )?(?:that |which )?"
    rf"(?:\w+ly |also |even |ever )?{_MENTION}",
    rf"\bwho (?:writes|wrote|talks|speaks) {_ON}.*\b{_DOCUMENT}\b",
)
_IS_MENTIONED = _pattern(
    r"\bwhere\b.* (?:is|are|was|were|does|do)\b"
    r".*\b(?:mentioned|discussed|talked about|referred to|come up)(?: in)?$",
    rf"\b{_DOCUMENT}\b.* (?:is|are|was|were|does|do|comes?|appears?)\b.*\b{_MENTIONED}(?: in)?$",
    rf"\b{_DOCUMENT} (?:in which|where|that) .*\b{_MENTIONED}(?: in)?$",
    rf"\b{_MENTIONED} (?:anywhere|at all|somewhere)(?:$|,)",
    rf"\bmentions of\b.*\b{_DOCUMENT}",
)
_SAID = _pattern(
    rf"\b{_DOCUMENT} (?:have to |all |actually |each )*(?:say|report|write|speak|talk|tell(?: us| me)?|know)"
    rf"(?: anything| something)? {_ON}",
    rf"\bhow (?:do |does )?(?:the |these |those |each |different |various |of )*{_DOCUMENT} "
    r"(?:describe|discuss|treat|cover|present|see|address|mention)\b",
    rf"\bwhat(?:['’]?s| is| has been)? (?:said|written|known|reported)"
    rf"(?: there| here| in (?:all )?(?:the |these |those |my |our )?{_DOCUMENT})? {_ON}",
    rf"\b(?:anything|something|everything|information|details) (?:in|from) (?:\w+ ){{0,2}}{_DOCUMENT} {_ON}",
)
_TELL = r"(?:.{0,40}\b(?:tell|explain|know|see|understand|describe)\b(?: to)?(?: me| us)? )?"
_IS_ABOUT = _pattern(
    rf"{_TELL}what(?:['’]?s| is| are| was| were)? .{{2,}}? about",
    rf"{_TELL}what(?:['’]?s| is) (?:in|inside) .{{2,}}",
    r".{2,}, what(?:['’]?s| is| does) (?:it|that|this) (?:about|say|cover|deal with)",
    rf"{_TELL}what (?:do|does) .{{2,}}? (?:say|cover|deal with|discuss|contain|describe|talk about|address)",
    rf"{_TELL}what .{{2,}}? (?:is about|are about|says|covers|deals with|discusses|contains|describes)",
)
_WHEN_WHAT = _pattern(
    r"\bwhen (?:was|were|is|did|does) what\b",
    r"\bwhat (?:happened|happens|was) when$",
    r"\b(?:events?|happened|dates?)\b.* order\b",
    r"\b(?:order|sequence) of (?:the )?events\b",
)
_WHAT_HAPPENED = _pattern(r"what (?:has |had |was |were )?(?:happen\w*|took place|taken place)\b")
_DATES = _pattern(r"\b(?:list|which|what|key|main|important|all|the)\b(?: \S+){0,3} dates\b")
_POINTS_BACK = _pattern(r"\b(?:it|this|that|these|those|them)\b")
_DATES_OF = _pattern(
    r"(?:.{0,20}\b)?(?:list|key|main|important|all)\b(?: \S+){0,3} dates (?:in|of|from|for|about)\b"
)
_SEVERAL = _pattern(rf"\b{_either(_DOCUMENTS)}s\b", r"\b(?:all|each|every)\b")
_HOW_TO = _pattern(r"how (?:do|can|could|should|would|to)\b")
_WHO_OR_WHEN = _pattern(r"(?:who|when|where|why|how)\b")
_QUOTED = _pattern('["“”„«»`]')
_FILE = _pattern(r"\S+\.[a-z][a-z0-9]{1,4}\b")
_EDGES = _pattern(  # what may stand before a question or behind it and adds nothing
    r"^(?:in|with) (?:a |one |short|brief)[^,:]{0,20}[,:] ?",
    r",? (?:please|pls|for me|thanks|in short|in brief|briefly|in a nutshell|in general"
    rf"|(?:in|from|across|by) (?:all )?(?:the |these |those |my |our )?{_DOCUMENT})(?=$|,)",
)


_STEMS_OF_DOCUMENTS = frozenset(map(stem, _DOCUMENTS | _SUMMARIES | _TIMES))
_STEMS_OF_ASKING = frozenset(map(stem, _SORTS | _POINTS | _MAIN | _ASKING))


def overview_asked(question: str, follows: bool = False) -> Overview | None:
    """What a question asks of documents as a whole; None if it asks for something that stands in them.

    If it follows other questions (`follows`), "What is it about?" is not about the documents.
    """
    text = " ".join(question.split())
    whole, *parts = (_overview(part.rstrip("?!. :")) for part in (text, *re.split(r"(?<=[.?!]) ", text)))
    if whole is None or whole.wish in (Wish.ABOUT, Wish.SUMMARY):
        whole = next((part for part in parts if part and not part.subject and part.of_document), whole)
    if whole and follows and not (whole.subject or whole.of_document) and _POINTS_BACK.search(text):
        return None
    return whole


def _overview(text: str) -> Overview | None:
    words = [word.lower() for word in WORD.findall(text)]
    text = without_courtesy(text)
    core = _EDGES.sub("", text)
    known = {singular(word) for word in words} | set(words)
    subject = _subject(core)
    wish = _wish(core, known, subject) or _wish(text, known, subject)
    said_so = bool(known & (_DOCUMENTS | _SORTS) or _QUOTED.search(text) or _FILE.search(text))
    return Overview(wish, subject, said_so) if wish else None


def _wish(text: str, known: set[str], subject: str) -> Wish | None:
    elsewhere = _OF_SOMETHING_ELSE.match(text)
    if (known & _TIMES and not elsewhere) or _WHEN_WHAT.search(text):
        return Wish.TIMELINE
    if _DATES_OF.match(text):
        return Wish.TIMELINE
    happened = _WHAT_HAPPENED.match(text) or "event" in known
    if (_DATES.search(text) or (subject and happened)) and not _without_dates(subject):
        return Wish.TIMELINE
    about = _IS_ABOUT.fullmatch(text)
    summary = (known & _SUMMARIES or _SUM_UP.search(text)) and not elsewhere
    if not subject:
        if summary:
            return Wish.SUMMARY
        if about and known & _POINTING:
            return Wish.ABOUT
        if _IS_MENTIONED.search(text) or _MENTIONS.search(text):  # "Which files mention it?"
            return None
        if known & _SORTS:  # "Which sources did the study use?"
            return None
        several = _WHO_OR_WHEN.match(text) is None or _SEVERAL.search(text)  # not "Who wrote the report?"
        return Wish.ABOUT if known & _DOCUMENTS and several else None
    if _IS_MENTIONED.search(text):
        return Wish.MENTIONS
    if summary:
        return Wish.SUMMARY
    if _MENTIONS.search(text) and not about and not _HOW_TO.match(text):
        return Wish.MENTIONS
    if _SAID.search(text):
        return Wish.SAID
    return Wish.ABOUT if about else None


def _subject(text: str) -> str:
    """What is left of a question without the words for documents and for asking, in one piece."""
    spans = [match.span() for match in WORD.finditer(text) if not _is_neutral(match[0], match.start() == 0)]
    return text[spans[0][0] : spans[-1][1]] if spans else ""


def _is_neutral(word: str, opens: bool) -> bool:
    """True if a word belongs to the asking: not in "Times of Central Asia", whose capitals make it a name."""
    if word.lower() in FUNCTION_WORDS or stem(word) in _STEMS_OF_DOCUMENTS:
        return True
    return (opens or word.islower()) and stem(word) in _STEMS_OF_ASKING


def _without_dates(subject: str) -> str:
    """A subject without its dates."""
    for date in reversed(dates(subject)):
        subject = subject[: date.span[0]] + subject[date.span[1] :]
    return subject.strip()
