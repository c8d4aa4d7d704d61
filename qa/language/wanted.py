"""What sort of short answer a question wants, a figure, a date or a name, and whether a span is one."""

from __future__ import annotations

import re
from enum import StrEnum

from qa.language.dates import dates
from qa.language.quantities import quantities
from qa.types import Span, overlap

_POLITE = re.compile(
    r"(?:(?:ok|okay|so|and|well|hi|hello|please|thanks|thank you|sorry)\b[,.! ]*"
    r"|(?:can|could|would|will) you (?:please )?(?:tell me|show me|say|explain to me|give me|list"
    r"|describe|explain"
    r"|compare|summari[sz]e|sum up|sketch|outline)\b"
    r"|(?:do you know|i(?:'d| would) like to (?:know|understand)|i want to know|i wonder|i am (?:curious"
    r"|wondering)"
    r"|tell me|remind me|any idea|do the (?:documents|articles|sources|texts) say"
    r"|according to (?:the )?(?:documents|articles|sources|texts),?)\b)[,:]?\s*",
    re.IGNORECASE,
)
_TASK = re.compile(
    r"\b(?:list|describe|explain|compare|summari[sz]e|sum up|sketch|outline|contrast|enumerate|discuss)\b",
    re.IGNORECASE,
)
_HOW_MANY = re.compile(
    r"\b(?:(?:cost|price|length|distance|size|value|volume|number|total|amount) (?:of|in)|how (?:many"
    r"|much|long|far|old|large|big|high|tall|wide|deep|heavy|fast)|what (?:is|was|are|were) the "
    r"(?:\w+ ){0,3}(?:cost|price|value|volume|amount|number|share|percentage|length|size|target|total"
    r"|rate|figure)"
    r"|(?:what|which) (?:share|percentage|proportion|amount|sum|number|price|fraction|figure|volume|value"
    r"|percent))\b",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"\b(?:when|since when|until when|(?:what|which) (?:year|month|day|date|century|decade)|how long ago)\b",
    re.IGNORECASE,
)
_WHO = re.compile(
    r"\b(?:who|whom|whose|where|which|what (?:country|city|place|company|person|organi[sz]ation))\b", re.I
)


class Wanted(StrEnum):
    """What sort of short answer a question wants."""

    NUMBER = "number"
    DATE = "date"
    NAME = "name"
    ANY = "any"


def bare(question: str) -> str:
    """The question without what is only polite: "Could you tell me when ..." is "when ..."."""
    text = question.strip()
    while (match := _POLITE.match(text)) and re.search(r"\w", text[match.end() :]):
        task = _TASK.search(match[0])
        if task:
            return text[match.start() + task.start() :]
        text = text[match.end() :]
    return text


def wanted(question: str) -> Wanted:
    """What sort of short answer is asked for."""
    text = bare(question)
    sorts = ((_WHEN, Wanted.DATE), (_HOW_MANY, Wanted.NUMBER), (_WHO, Wanted.NAME))
    found = [
        (match.start(), place) for place, (pattern, _) in enumerate(sorts) if (match := pattern.search(text))
    ]
    return sorts[min(found)[1]][1] if found else Wanted.ANY


def fits(question: str, sentence: str, answer: Span) -> bool:
    """Whether a part of a sentence is of the sort that the question wants, as far as that can be told.

    A date may also be given as a length of time: "in two years". Names are not told from other words.
    """
    sort = wanted(question)
    if sort not in (Wanted.NUMBER, Wanted.DATE):
        return True
    spans = [quantity.span for quantity in quantities(sentence)]
    if sort is Wanted.DATE:
        spans += [date.span for date in dates(sentence)]
    return any(overlap(span, answer) for span in spans)
