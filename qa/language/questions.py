"""What a question asks for: its words and names, the form of its answer, and what sort of value that is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from qa.errors import QuestionError
from qa.language.dates import dates
from qa.language.names import names
from qa.language.quantities import quantities
from qa.language.words import WORD, content_words, speaks_of_goal
from qa.text import valid
from qa.types import Span, overlap

LONGEST = 1000  # characters; the encoder reads about that many


@dataclass(frozen=True, slots=True)
class Form:
    """The form of an answer: so many quotes at most, and how far a further one may score below the best.

    With `reads_on` a quote takes along the sentence after it that cannot be understood without it.
    """

    name: str
    most: int
    further: float
    reads_on: bool = False


SHORT = Form("short answer", most=3, further=0.15)  # who, when, where, which, how many
YES_NO = Form("yes or no", most=3, further=0.05)  # the sentence that settles it
SEVERAL = Form("several sentences", most=5, further=0.3, reads_on=True)  # why, how, list, compare, describe


class AnswerType(StrEnum):
    """What sort of value a short answer is."""

    NUMBER = "number"
    DATE = "date"
    NAME = "name"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Question:
    """A question, parsed once for all who deal with it.

    `text` is as it was asked, or understood; `rephrased` as it is searched for and read: without courtesy, a
    task ("List the ...") as a question, cut to LONGEST. `keywords` are the content words of `rephrased`;
    `words`, `names` and `of_goal` (is it about something wished for or expected?) are those of `text`.
    """

    text: str
    rephrased: str
    form: Form
    wants: AnswerType
    keywords: tuple[str, ...]
    words: tuple[str, ...]
    names: tuple[str, ...]
    of_goal: bool


def parse(text: str) -> Question:
    """What a question asks for. It holds a word at least: see `checked`."""
    return _parsed(text, rephrased(text)[:LONGEST].strip())


def keywords(text: str) -> Question:
    """Words to search for, as they are typed."""
    return _parsed(text, text)


def _parsed(text: str, searched: str) -> Question:
    return Question(
        text=text,
        rephrased=searched,
        form=_form(text),
        wants=answer_type(text),
        keywords=tuple(content_words(searched)),
        words=tuple(content_words(text)),
        names=tuple(names(text)),
        of_goal=speaks_of_goal(text),
    )


def checked(text: str) -> str:
    """A question without the white space around it. Raises QuestionError where it cannot be searched for."""
    stripped = valid(text).strip()
    if not stripped:
        raise QuestionError("the question is empty: type a question")
    if len(stripped) > LONGEST:
        raise QuestionError(
            f"the question has {len(stripped):,} characters; at most {LONGEST:,} are read: shorten it"
        )
    if not WORD.search(stripped):
        raise QuestionError("the question holds no words: type a question in words")
    return stripped


# --- courtesy and tasks --------------------------------------------------------------------------

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
_TASKS = tuple(
    (re.compile(pattern, re.IGNORECASE), form)
    for pattern, form in (
        (
            r"(?:please )?(?:explain|describe|outline|tell me|sketch|discuss) (?=(?:why|how|what|when"
            r"|where|who|which)\b)",
            "{}?",
        ),
        (
            r"(?:please )?(?:list|name|enumerate)(?: (?:all|some|any|every))?(?= (?:of )?(?:the|its"
            r"|their)\b)",
            "What are {}?",
        ),
        (r"(?:please )?(?:list|name|enumerate) (?=(?:what|who|which|where)\b)", "{}?"),
        (r"(?:please )?(?:list|name|enumerate)\b(?: (?:all|some|any|every)\b)?", "What are the {}?"),
    )
)


def without_courtesy(question: str) -> str:
    """The question without what is only polite: "Could you tell me when ..." is "when ..."."""
    text = question.strip()
    while (match := _POLITE.match(text)) and re.search(r"\w", text[match.end() :]):
        task = _TASK.search(match[0])
        if task:
            return text[match.start() + task.start() :]
        text = text[match.end() :]
    return text


def rephrased(question: str) -> str:
    """The question in the form that a reading model knows: without courtesy, and a task as a question."""
    text = without_courtesy(question)
    for pattern, form in _TASKS:
        if match := pattern.match(text):
            return form.format(text[match.end() :].strip().rstrip(".?! "))
    return text


# --- the form of the answer ----------------------------------------------------------------------

_SIZE = (
    r"many|much|long|far|old|large|big|high|often|tall|wide|deep|heavy|soon|fast|quickly|close|near"
    r"|expensive|late"
    r"|early|young|small|low|likely"
)
_SEVERAL = re.compile(
    r"(?:why\b|how come\b|what for\b|for what reasons?\b|what (?:caused?|causes|explains?|makes|made"
    r"|led to)\b"
    rf"|(?:in (?:what|which) (?:way|manner)s?|by what means|how)(?!\s+(?:{_SIZE})\b)\b"
    r"|list\b|describe\b|explain\b|compare\b|summari[sz]e\b|sum up\b|outline\b|sketch\b|discuss\b|contrast\b"
    r"|elaborate\b|more on\b|(?:conditions|reasons|obstacles|advantages|benefits|challenges"
    r"|causes) (?:that|of|for|to|why)\b"
    r"|name (?:all|the|some|two|three|four|five|any|every|a few)\b|give (?:me )?(?:an? |the |some )?"
    r"(?:overview|summary|list|details|background|examples|reasons)|about\b|more (?:about|on)\b"
    r"|what (?:are|were|else)\b|what (?:do|does|did|can|is|was|has|have) .{0,80}?\b(?:say|said|known?"
    r"|written|learn|tell us|told)"
    r" (?:about|on|of|regarding|concerning)\b"
    r"|(?:an? )?(?:overview|summary|list|comparison|description|pros|advantages|background)\b"
    r"|what (?:kinds?|sorts?|types?|steps|measures|reasons|ways|factors|obstacles|challenges|conditions"
    r"|benefits"
    r"|advantages|examples|areas|sectors|goods|products|topics|subjects|issues|efforts|similarities"
    r"|differences)\b)",
    re.IGNORECASE,
)
_COMPARED = re.compile(
    r"\b(?:differences? between|differs? (?:from|between)|compar(?:ed?|es|ison|ing)\b|versus\b|vs\b"
    r"|in contrast\b"
    r"|have in common|similarit(?:y|ies) (?:between|of))",
    re.IGNORECASE,
)
_YES_NO = re.compile(
    r"(?:is|are|was|were|am|be|do|does|did|has|have|had|can|could|will|would|shall|should|may(?! \d)"
    r"|might|must|whether|isn't|aren't|wasn't|weren't|don't|doesn't|didn't|hasn't|haven't|hadn't|can't|couldn't|won't|wouldn't"
    r"|shouldn't)\b(?! you (?:know|tell))",
    re.IGNORECASE,
)


def _form(question: str) -> Form:
    """The form of the answer; a question of no known form, such as a few keywords, wants a short one."""
    text = without_courtesy(question)
    of_one = re.match(r"(?:who|when|where)\b", text, re.IGNORECASE)
    if _SEVERAL.match(text) or (_COMPARED.search(text) and not of_one):
        return SEVERAL
    if _YES_NO.match(text):
        one_of_two = re.search(r"\b(?:or)\b(?! not)", text) and answer_type(text) is AnswerType.ANY
        return SHORT if one_of_two else YES_NO
    if re.search(r"\b(?:why|how does|how do|how did|how can)\b", text, re.IGNORECASE) and not re.match(
        r"(?:who|when|where|which|what)\b", text, re.IGNORECASE
    ):
        return SEVERAL
    return SHORT


# --- the sort of a short answer ------------------------------------------------------------------

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


def answer_type(question: str) -> AnswerType:
    """What sort of short answer is asked for: that of the first word that tells."""
    text = without_courtesy(question)
    sorts = ((_WHEN, AnswerType.DATE), (_HOW_MANY, AnswerType.NUMBER), (_WHO, AnswerType.NAME))
    found = [
        (match.start(), place) for place, (pattern, _) in enumerate(sorts) if (match := pattern.search(text))
    ]
    return sorts[min(found)[1]][1] if found else AnswerType.ANY


def fits(wants: AnswerType, sentence: str, answer: Span) -> bool:
    """Whether a part of a sentence is of a sort, as far as that can be told.

    A date may also be given as a length of time: "in two years". Names are not told from other words.
    """
    if wants not in (AnswerType.NUMBER, AnswerType.DATE):
        return True
    spans = [quantity.span for quantity in quantities(sentence)]
    if wants is AnswerType.DATE:
        spans += [date.span for date in dates(sentence)]
    return any(overlap(span, answer) for span in spans)
