"""What a question asks for: its words and names, the form of its answer, and the type of a short one."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from qa.errors import QuestionError
from qa.language.dates import dates
from qa.language.names import names
from qa.language.parts import asked_part
from qa.language.quantities import quantities
from qa.language.question_rules import (
    COMPARISONS,
    COURTESIES,
    DATE_QUESTIONS,
    LIST_OPENINGS,
    NAME_QUESTIONS,
    NUMBER_QUESTIONS,
    SEVERAL_OPENINGS,
    TASKS,
    YES_NO_OPENINGS,
)
from qa.language.rules import any_of
from qa.language.words import WORD, content_words, speaks_of_goal
from qa.text import valid_unicode
from qa.types import Span, overlap

LONGEST = 1000  # characters, about as many as the encoder reads


@dataclass(frozen=True, slots=True)
class Form:
    """The form of an answer.

    With `short` it is a part of a sentence, if that can be told. It has at most `most` quotes; further ones
    may score at most `further` below the best. A quote is joined by sentences next to it that score at most
    `beside` below the best. With `reads_on` it includes the sentence after it if that cannot be understood
    without it.
    """

    name: str
    most: int
    further: float
    short: bool = False
    beside: float = 0.0
    reads_on: bool = False

    @property
    def gathers(self) -> bool:
        """True if an answer may be spread over several sentences, each of which gives a part of it."""
        return self.beside > 0


SHORT = Form("short answer", most=3, further=0.15, short=True)  # who, when, where, which, how many
YES_NO = Form("yes or no", most=3, further=0.05)  # the sentence that settles it
SEVERAL = Form("several sentences", most=5, further=0.3, beside=0.5, reads_on=True)  # why, how, compare
LIST = replace(SEVERAL, name="list", short=True)  # which three, what goods


class AnswerType(StrEnum):
    """The type of value that a short answer is."""

    NUMBER = "number"
    DATE = "date"
    NAME = "name"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Question:
    """A question, parsed once for all stages.

    `text` is the question as asked, or as understood from the turns before; `rephrased` is what is searched
    for and read: without courtesy, with a task ("List the ...") put as a question, cut to LONGEST.
    `keywords` are the content words of `rephrased`; `words`, `names` and `of_goal` (does it ask about
    something wished for or expected?) are those of `text`. `part` is the numbered part whose text is asked
    for, as in "article 2", or "".
    """

    text: str
    rephrased: str
    form: Form
    wants: AnswerType
    keywords: tuple[str, ...]
    words: tuple[str, ...]
    names: tuple[str, ...]
    of_goal: bool
    part: str


def parse(text: str) -> Question:
    """What a question asks for. The text has to contain at least one word: see `checked`."""
    return _question(text, rephrased(text)[:LONGEST].strip())


def keywords(text: str) -> Question:
    """Words to search for, exactly as typed."""
    return _question(text, text)


def _question(text: str, searched: str) -> Question:
    return Question(
        text=text,
        rephrased=searched,
        form=answer_form(text),
        wants=answer_type(text),
        keywords=tuple(content_words(searched)),
        words=tuple(content_words(text)),
        names=tuple(names(text)),
        of_goal=speaks_of_goal(text),
        part=asked_part(without_courtesy(text)),
    )


def checked(text: str) -> str:
    """A question without the white space around it. Raises QuestionError if it cannot be searched for."""
    stripped = valid_unicode(text).strip()
    if not stripped:
        raise QuestionError("the question is empty. Type a question")
    if len(stripped) > LONGEST:
        raise QuestionError(f"the question has {len(stripped):,} characters. Shorten it to {LONGEST:,}")
    if not WORD.search(stripped):
        raise QuestionError("the question has no words. Type it in words")
    return stripped


# --- courtesy and tasks --------------------------------------------------------------------------

_COURTESY = re.compile(rf"(?:{any_of(COURTESIES).pattern})[,:]?\s*", re.IGNORECASE)
_REQUESTED_TASK = re.compile(  # in a courtesy: "Could you describe ..." still wants a description
    r"\b(?:list|describe|explain|compare|summari[sz]e|sum up|sketch|outline|contrast|enumerate|discuss)\b",
    re.IGNORECASE,
)
_TASKS = [(any_of([task]), task.question) for task in TASKS]


def without_courtesy(question: str) -> str:
    """The question without its polite opening: "Could you tell me when ..." becomes "when ..."."""
    text = question.strip()
    while (match := _COURTESY.match(text)) and re.search(r"\w", text[match.end() :]):
        task = _REQUESTED_TASK.search(match[0])
        if task:
            return text[match.start() + task.start() :]
        text = text[match.end() :]
    return text


def rephrased(question: str) -> str:
    """The question as reading models know questions: without courtesy, and with a task put as a question."""
    text = without_courtesy(question)
    for pattern, form in _TASKS:
        if match := pattern.match(text):
            return form.format(text[match.end() :].strip().rstrip(".?! "))
    return text


# --- the form of the answer ----------------------------------------------------------------------

_SEVERAL = any_of(SEVERAL_OPENINGS)
_LIST = any_of(LIST_OPENINGS)
_COMPARED = any_of(COMPARISONS)
_YES_NO = any_of(YES_NO_OPENINGS)
_OF_ONE = re.compile(r"(?:who|when|where)\b", re.IGNORECASE)
_OF_ONE_KIND = re.compile(r"(?:who|when|where|which|what)\b", re.IGNORECASE)
_WHY_OR_HOW = re.compile(r"\b(?:why|how does|how do|how did|how can)\b", re.IGNORECASE)
_OR = re.compile(r"\bor\b(?! not)")


def answer_form(question: str) -> Form:
    """The form of the answer. A question of no known form, such as a few keywords, gets a short one."""
    text = without_courtesy(question)
    if _SEVERAL.match(text) or (_COMPARED.search(text) and not _OF_ONE.match(text)):
        return SEVERAL
    if _YES_NO.match(text):
        one_of_two = _OR.search(text) and answer_type(text) is AnswerType.ANY
        return SHORT if one_of_two else YES_NO
    if _WHY_OR_HOW.search(text) and not _OF_ONE_KIND.match(text):
        return SEVERAL
    counted = answer_type(text) in (AnswerType.DATE, AnswerType.NUMBER)  # "which years", "what figures"
    return LIST if _LIST.match(text) and not counted else SHORT


# --- the type of a short answer ------------------------------------------------------------------

_TYPES = (
    (any_of(DATE_QUESTIONS), AnswerType.DATE),
    (any_of(NUMBER_QUESTIONS), AnswerType.NUMBER),
    (any_of(NAME_QUESTIONS), AnswerType.NAME),
)


def answer_type(question: str) -> AnswerType:
    """The type of a short answer to a question, told by the first wording that asks for one."""
    text = without_courtesy(question)
    places = [
        (match.start(), rank) for rank, (pattern, _) in enumerate(_TYPES) if (match := pattern.search(text))
    ]
    return _TYPES[min(places)[1]][1] if places else AnswerType.ANY


def fits(wants: AnswerType, sentence: str, answer: Span) -> bool:
    """True if a span of a sentence can be an answer of some type.

    A length of time is a date as well: "in two years". Names cannot be told from other words, so every span
    fits them.
    """
    if wants not in (AnswerType.NUMBER, AnswerType.DATE):
        return True
    spans = [quantity.span for quantity in quantities(sentence)]
    if wants is AnswerType.DATE:
        spans += [date.span for date in dates(sentence)]
    return any(overlap(span, answer) for span in spans)
