"""What a browser keeps of a conversation, and how it becomes answers again.

A record holds an answer by its values and the places of its quotes. It comes back from a browser, so nothing
in it is trusted: each quote is looked for in its document as that is now, and where one is not there any
more the whole answer is not shown again. The answer's text is worded anew, from what was found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from qa.answers import quotes, wording
from qa.assistant import Assistant
from qa.errors import QuestionError, UnknownDocument
from qa.language.questions import SHORT, parse
from qa.types import Answer, Citation, Claim, Hit

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
    is_short: bool | None = None


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
            Said(value=c.value, citations=tuple(q.number for q in c.citations), is_short=c.is_short)
            for c in answer.claims
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
    answer = None if known.problem else _answer(known, assistant)
    return Turn(known.question, answer, known.problem, known.documents)


def _answer(known: Record, assistant: Assistant) -> Answer | None:
    """The answer of a record, worded anew from where its quotes stand now; None if one stands nowhere."""
    kept = [quotes.Quote(q.document, q.start, q.end, q.quote) for q in known.citations]
    found = assistant.find_quotes(kept)
    citations = {citation.number: citation for citation in found if citation}
    if len(citations) < len(kept):
        return None
    claims = {said: _claim(known, said, citations) for said in known.claims}
    if not all(map(_holds, claims.values())):
        return None
    nearest = tuple(hit for place in known.nearest if (hit := _hit(place, assistant)))
    if not known.answered and not nearest and assistant.documents():
        return None  # that nothing is indexed, or that these are the nearest passages, is not so any more
    if known.answered:
        text = wording.answer_markdown([claims[s] for s in known.shown], known.differ)
    else:
        text = wording.refusal_markdown(known.unknown, known.suggestions) if nearest else wording.EMPTY
    return Answer(
        question=known.question,
        text=text,
        answered=known.answered,
        confidence=known.confidence,
        claims=tuple(claims.values()),
        citations=tuple(citations.values()),
        nearest=nearest,
        differ=known.differ,
        understood=known.understood,
        unknown=known.unknown,
        suggestions=known.suggestions,
    )


def _claim(known: Record, said: Said, citations: Mapping[int, Citation]) -> Claim:
    own = tuple(citations[number] for number in said.citations)
    is_short = said.is_short
    if is_short is None:  # of a record that is older than this value
        short_form = parse(known.understood or known.question).form is SHORT
        is_short = short_form and len(said.value) <= len(own[0].quote) / 2
    return Claim(said.value, own, is_short)


def _holds(claim: Claim) -> bool:
    """Whether a claim's value stands in its first quote, and each quote is of another document."""
    documents = {citation.document.id for citation in claim.citations}
    holds = bool(claim.value.strip()) and claim.value in claim.citations[0].quote
    return holds and len(documents) == len(claim.citations)


def _hit(place: Place, assistant: Assistant) -> Hit | None:
    """The passage at a place; None where it is not there any more: it was no evidence anyway."""
    try:
        document = assistant.document(place.document)
    except UnknownDocument:
        return None
    passage = assistant.passage_at(document.id, place.start, place.end)
    return Hit(passage, document, 0.0) if passage else None
