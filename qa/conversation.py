"""What a browser keeps of a conversation, and how it becomes answers again.

A record holds an answer by its values and the places of its quotes. It comes back from a browser, so nothing
in it is trusted: each quote is looked for in its document as that is now, and where one is not there any
more the whole answer is not shown again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from qa.assistant import Assistant
from qa.cards import as_text
from qa.errors import QuestionError, UnknownDocument
from qa.quoting import escape
from qa.types import Answer, Citation, Claim, Document, Hit, Passage

_MARK = re.compile(r"\\.|\[(\d{1,6})\]", re.DOTALL)  # a backslash and what it escapes belong together
# What no record of this server exceeds, so that a forged one costs no more than it.
_MANY = 50  # quotes, passages, claims, words
_Line = Annotated[str, Field(max_length=5_000)]
_Text = Annotated[str, Field(max_length=200_000)]
_Offset = Annotated[int, Field(ge=0, le=1 << 40)]
_Number = Annotated[int, Field(ge=1, le=1_000)]


class _Kept(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Place(_Kept):
    """A slice of a document."""

    document: _Line
    start: _Offset
    end: _Offset


class Quote(Place):
    """A citation: `quote` is the slice as it was."""

    number: _Number
    quote: _Text = Field(min_length=1)


class Said(_Kept):
    """A claim, by the numbers of its citations."""

    value: _Text
    citations: tuple[_Number, ...] = Field(min_length=1, max_length=_MANY)


class Record(_Kept):
    """A turn of a conversation as the browser keeps it. `problem` is what went wrong, if no answer came."""

    question: _Text
    documents: tuple[str, ...] | None = None
    problem: _Line = ""
    text: _Text = ""
    answered: bool = False
    confidence: float = Field(default=0.0, ge=0, le=1)
    differ: bool = False
    understood: _Text = ""
    unknown: tuple[_Line, ...] = Field(default=(), max_length=1_000)
    suggestions: tuple[_Line, ...] = Field(default=(), max_length=_MANY)
    claims: tuple[Said, ...] = Field(default=(), max_length=_MANY)
    citations: tuple[Quote, ...] = Field(default=(), max_length=_MANY)
    nearest: tuple[Place, ...] = Field(default=(), max_length=_MANY)


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its answer; None where something went wrong, or where its sources are gone."""

    question: str
    answer: Answer | None
    problem: str = ""
    documents: tuple[str, ...] | None = None


def record(turn: Turn) -> dict[str, Any]:
    """A turn as JSON for the browser to keep."""
    answer = turn.answer
    if answer is None:
        return Record(question=turn.question, documents=turn.documents, problem=turn.problem).model_dump()
    return Record(
        question=turn.question,
        documents=turn.documents,
        text=answer.text,
        answered=answer.answered,
        confidence=answer.confidence,
        differ=answer.differ,
        understood=answer.understood,
        unknown=answer.unknown,
        suggestions=answer.suggestions,
        claims=tuple(
            Said(value=c.value, citations=tuple(q.number for q in c.citations)) for c in answer.claims
        ),
        citations=tuple(
            Quote(number=c.number, document=c.document.id, start=c.start, end=c.end, quote=c.quote)
            for c in answer.citations
        ),
        nearest=tuple(
            Place(document=h.document.id, start=h.passage.start, end=h.passage.end) for h in answer.nearest
        ),
    ).model_dump(mode="json")


def restored(kept: object, assistant: Assistant) -> Turn:
    """The turn of a record, with an answer whose quotes stand in the documents as they are now.

    Its answer is None if they do not any more. Raises QuestionError for what is no record.
    """
    try:
        known = Record.model_validate(kept)
    except ValidationError as error:
        raise QuestionError("what this browser kept of this turn cannot be read") from error
    answer = None if known.problem else _Restoring(known, assistant).answer()
    return Turn(known.question, answer, known.problem, known.documents)


class _Restoring:
    """One record being held against the documents."""

    def __init__(self, known: Record, assistant: Assistant) -> None:
        self._known = known
        self._assistant = assistant
        self._documents: dict[str, Document] = {}

    def answer(self) -> Answer | None:
        known = self._known
        try:
            citations = {quote.number: self._citation(quote) for quote in known.citations}
            nearest = [self._hit(place) for place in known.nearest]
            claims = [Claim(c.value, tuple(citations[n] for n in c.citations)) for c in known.claims]
        except LookupError:
            return None
        if known.answered != bool(claims) or any(c.value not in c.citations[0].quote for c in claims):
            return None
        return Answer(
            question=known.question,
            text=known.text,
            answered=known.answered,
            confidence=known.confidence,
            claims=tuple(claims),
            citations=tuple(citations.values()),
            nearest=tuple(hit for hit in nearest if hit),
            differ=known.differ,
            understood=known.understood,
            unknown=known.unknown,
            suggestions=known.suggestions,
        )

    def _document(self, identity: str) -> Document:
        if identity not in self._documents:
            try:
                self._documents[identity] = self._assistant.document(identity)
            except UnknownDocument as error:
                raise LookupError(identity) from error
        return self._documents[identity]

    def _citation(self, quote: Quote) -> Citation:
        """The quote where it stood, or where it stands now. Raises LookupError where it is gone."""
        document = self._document(quote.document)
        start = quote.start
        if document.text[start : start + len(quote.quote)] != quote.quote:
            start = document.text.find(quote.quote)
        end = start + len(quote.quote)
        passage = None if start < 0 else self._assistant.passage_at(document.id, start, end)
        if passage is None:
            raise LookupError(quote.document)
        return Citation(quote.number, document, start, end, quote.quote, passage)

    def _hit(self, place: Place) -> Hit | None:
        """The passage at a place; None where it is not there any more: it was no evidence anyway."""
        try:
            document = self._document(place.document)
        except LookupError:
            return None
        passage: Passage | None = self._assistant.passage_at(document.id, place.start, place.end)
        return Hit(passage, document, 0.0) if passage else None


def as_markdown(turns: Sequence[Turn]) -> str:
    """Turns as Markdown: questions as headings, answers with a footnote for each quote.

    Footnotes are numbered through; what went wrong or is outdated is left out.
    """
    parts: list[str] = []
    notes: list[str] = []
    for turn in turns:
        if turn.answer is None:
            continue
        first = len(notes)
        numbers = {c.number: first + i for i, c in enumerate(turn.answer.citations, 1)}
        notes += [f"[^{numbers[c.number]}]: {escape(as_text(c))}" for c in turn.answer.citations]
        parts += [f"## {escape(turn.question)}", _footnoted(turn.answer.text, numbers)]
    return "\n\n".join([*parts, "\n".join(notes)]).strip() + "\n"


def _footnoted(text: str, numbers: dict[int, int]) -> str:
    """The text of an answer with its [1] as [^7]; other brackets stay as they are."""

    def replacement(match: re.Match[str]) -> str:
        number = numbers.get(int(match[1] or 0))
        return f"[^{number}]" if number else match[0]

    return _MARK.sub(replacement, text)
