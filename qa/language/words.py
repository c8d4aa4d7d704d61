"""Which words of a question carry its meaning, and which forms of English words belong together."""

from __future__ import annotations

import re

from qa.language.other_scripts import meaningful_parts
from qa.writing import MARKS

WORD = re.compile(rf"[^\W_](?:[^\W_]|[{MARKS}])*")
_DEGREE = re.compile(  # "how large" asks for a size, not for the word "large"
    r"\bhow (?:large|big|long|far|old|often|high|fast|tall|wide|deep|heavy|strong|soon)\b", re.IGNORECASE
)
FUNCTION_WORDS = frozenset(
    """a about after above again all also am an and any are aren as at be because been before being below
    between both but by can cannot could d did do does doing don down during each few for from further get
    had has have having he her here hers him his how i if in into is isn it its itself just let ll m may me
    might more most much must my myself no nor not now o of off on once only or other our out over own please
    re s same shall she should so some such t tell than that the their them then there these they this those
    through to too under until up upon us ve very was we were what when where which while who whom whose why
    will with within without would you your""".split()
)

_ASKING = frozenset(  # words used for asking, and parts such as the "couldn" of "couldn't"
    """actually ain altogether approximately article articles called compare couldn currently describe
    describes description didn document documents doesn else ever exactly exist existed exists explain
    explained explains give given hadn happen happened happens hasn haven kind kinds know known list lot lots
    many mean meaning means meant mentioned mustn name named names needn per please really roughly say says
    several shouldn show shows sort sorts source sources summarise summarize summary tell tells text texts
    type types usually ve via wasn weren whether wouldn yet""".split()
)

_GOAL = re.compile(
    r"\b(?:target\w*|goals?|aim\w*|objective|ambition\w*|potential\w*"
    r"|hop(?:e|es|ed|ing)|want\w*|could"
    r"|plan(?:s|ned|ning)?\b(?! to build)|intend\w*|envisag\w*"
    r"|expect\w*|forecast\w*|predict\w*|anticipat\w*|projected|projections?"
    r"|to (?:reach|hit|raise|increase|expand|boost|bring|lift|double))\b",
    re.IGNORECASE,
)


def content_words(question: str) -> list[str]:
    """The words that say what is asked about, each once; all words if there are only function words.

    In scripts without spaces they are what stands between words for asking: see `other_scripts`.
    """
    words = list(dict.fromkeys(word.lower() for word in WORD.findall(_DEGREE.sub("how", question))))
    parts = dict.fromkeys(part for word in words for part in meaningful_parts(word))
    return [part for part in parts if part not in FUNCTION_WORDS] or words


def names_something(word: str) -> bool:
    """True if a word of a question says by itself what the question is about.

    The "many" of "how many" does not, nor does the "e" of "Minar-e-Pakistan".
    """
    letter = len(word) == 1 and word.lower() != word.upper()
    return not letter and word.lower() not in _ASKING | FUNCTION_WORDS


def has_content(text: str) -> bool:
    """True if any word of a text carries meaning of its own."""
    return any(word.lower() not in FUNCTION_WORDS for word in WORD.findall(text))


def speaks_of_goal(text: str) -> bool:
    """True if a text is about something wished for or expected, such as a target or a forecast."""
    return bool(_GOAL.search(text))


def singular(word: str) -> str:
    """An English noun without its plural ending, accurate enough to compare two nouns."""
    for ending, single in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("shes", "sh")):
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word.removesuffix(ending) + single
    return (
        word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3 else word
    )


def stem(word: str) -> str:
    """A word in lower case without its ending, accurate enough to recognise it in another form."""
    word = singular(word.lower())
    for ending in ("ing", "ed", "es", "s", "ment", "ion", "ly", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word
