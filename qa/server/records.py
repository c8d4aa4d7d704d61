"""What a browser keeps of a conversation, and how it becomes answers again.

A record holds an answer by its values and the places of its quotes. It comes back from a browser, so nothing
in it is trusted: each quote is looked for in its document as that is now, and where one is not there any
more the whole answer is not shown again. The answer's text is worded anew, from what was found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from qa.answers.answering import EMPTY, refusal, worded
from qa.answers.quotes import escape
from qa.assistant import Assistant
from qa.errors import QuestionError, StaleDocument, UnknownDocument
from qa.server.html.sources import as_text
from qa.types import Answer, Citation, Claim, Document, Hit, Passage

_MARK = re.compile(r"\\.|\[(\d{1,6})\]", re.DOTALL)  # a backslash and what it escapes belong together
_TRIES = 20  # places of a document that a quote is looked for at
_FEW = Field(max_length=50)  # citations, claims or passages of one answer: more than there ever are


def _encodable(text: str) -> str:
    """Raises UnicodeEncodeError, a ValueError, for half a character: JSON can hold it, a database cannot."""
    text.encode()
    return text


# Of what comes from a browser: no record of this server exceeds it, so that a forged one costs no more.
Line = Annotated[str, Field(max_length=5_000), AfterValidator(_encodable)]
Text = Annotated[str, Field(max_length=200_000), AfterValidator(_encodable)]
Offset = Annotated[int, Field(ge=0, lt=2**53)]  # as browsers count
_Number = Annotated[int, Field(ge=1, le=1_000)]


class _Kept(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Place(_Kept):
    """A slice of a document."""

    document: Line
    start: Offset
    end: Offset


class Quote(Place):
    """A citation: `quote` is the slice as it was."""

    number: _Number
    quote: Annotated[Text, Field(min_length=1)]


class Said(_Kept):
    """A claim, by the numbers of its citations."""

    value: Text
    citations: Annotated[tuple[_Number, ...], Field(min_length=1, max_length=50)]


class Record(_Kept):
    """A turn of a conversation as the browser keeps it. `problem` is what went wrong, if no answer came.

    `text` is there for the page, which asks follow-ups with it; no answer is made of it again.
    """

    question: Text
    documents: tuple[Line, ...] | None = None
    problem: Line = ""
    text: Text = ""
    answered: bool = False
    confidence: Annotated[float, Field(ge=0, le=1)] = 0.0
    differ: bool = False
    understood: Text = ""
    unknown: Annotated[tuple[Line, ...], Field(max_length=1_000)] = ()
    suggestions: Annotated[tuple[Line, ...], _FEW] = ()
    claims: Annotated[tuple[Said, ...], _FEW] = ()
    citations: Annotated[tuple[Quote, ...], _FEW] = ()
    nearest: Annotated[tuple[Place, ...], _FEW] = ()

    @model_validator(mode="after")
    def _numbered(self) -> Self:
        """Citations count from 1, in the order of the claims, and each is of one claim."""
        numbers = [number for claim in self.shown for number in claim.citations]
        expected = list(range(1, 1 + len(self.citations)))
        if not numbers == expected == [quote.number for quote in self.citations]:
            raise ValueError("the numbers of the citations are in no order")
        if self.answered != bool(self.claims):
            raise ValueError("an answer has claims, and a refusal has none")
        return self

    @property
    def shown(self) -> list[Said]:
        """The claims in the order in which they are shown."""
        return sorted(self.claims, key=lambda claim: claim.citations[0])


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
        failed = Record(question=turn.question, documents=turn.documents, problem=turn.problem)
        return failed.model_dump(mode="json")
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
        except (LookupError, StaleDocument):  # stale: it was changed just now
            return None
        if any(not c.value.strip() or c.value not in citations[c.citations[0]].quote for c in known.claims):
            return None
        hits = tuple(hit for hit in nearest if hit)
        if not known.answered and not hits and self._assistant.documents():
            return None  # that nothing is indexed, or that these are the nearest passages, is not so any more
        return Answer(
            question=known.question,
            text=self._text(citations, bool(hits)),
            answered=known.answered,
            confidence=known.confidence,
            claims=tuple(_claim(said, citations) for said in known.claims),
            citations=tuple(citations.values()),
            nearest=hits,
            differ=known.differ,
            understood=known.understood,
            unknown=known.unknown,
            suggestions=known.suggestions,
        )

    def _text(self, citations: Mapping[int, Citation], anything: bool) -> str:
        known = self._known
        if not known.answered:
            return refusal(known.unknown, known.suggestions) if anything else EMPTY
        shown = [_claim(said, citations) for said in known.shown]
        return worded(known.understood or known.question, shown, known.differ)

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
        for start in _places(quote, document.text):
            end = start + len(quote.quote)
            passage = self._assistant.passage_at(document.id, start, end)
            if passage and _whole(passage, start, end):
                return Citation(quote.number, document, start, end, quote.quote, passage)
        raise LookupError(quote.document)

    def _hit(self, place: Place) -> Hit | None:
        """The passage at a place; None where it is not there any more: it was no evidence anyway."""
        try:
            document = self._document(place.document)
        except LookupError:
            return None
        passage: Passage | None = self._assistant.passage_at(document.id, place.start, place.end)
        return Hit(passage, document, 0.0) if passage else None


def _claim(said: Said, citations: Mapping[int, Citation]) -> Claim:
    return Claim(said.value, tuple(citations[number] for number in said.citations))


def _places(quote: Quote, text: str) -> Iterator[int]:
    """Where a quote may stand in a text: where it stood, else the first few places with its characters."""
    if text.startswith(quote.quote, quote.start):
        yield quote.start
    found = re.finditer(re.escape(quote.quote), text)
    yield from (match.start() for match in islice(found, _TRIES))


def _whole(passage: Passage, start: int, end: int) -> bool:
    """Whether a slice is whole sentences, as every quote is."""
    starts, ends = zip(*passage.sentences, strict=True) if passage.sentences else ((), ())
    return start in starts and end in ends


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
