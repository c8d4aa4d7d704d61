"""The records that a browser keeps of a conversation, and how they become answers again.

A record holds an answer's values and the places of its quotes. It comes back from a browser, so nothing in
it is trusted: each quote is looked for in the present text of its document, and if one is gone, the whole
answer is not shown again. The answer is worded again from the quotes that were found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from qa.answers import markdown, quotes, wording
from qa.answers.claims import reply
from qa.assistant import Assistant
from qa.errors import QuestionError, UnknownDocument
from qa.language.questions import SHORT, parse
from qa.language.smalltalk import smalltalk
from qa.types import Answer, Citation, Claim, Hit, Layout

_FEW = Field(max_length=50)  # citations, claims or passages of one answer: more than there ever are


def _encodable(text: str) -> str:
    """Raises UnicodeEncodeError, a ValueError, for half a surrogate pair, which only JSON can hold."""
    text.encode()
    return text


# Limits that no record of this server exceeds, so that a forged one costs no more than a real one.
Line = Annotated[str, Field(max_length=5_000), AfterValidator(_encodable)]
Text = Annotated[str, Field(max_length=200_000), AfterValidator(_encodable)]
Offset = Annotated[int, Field(ge=0, lt=2**53)]  # as browsers count
_Number = Annotated[int, Field(ge=1, le=1_000)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Place(_Model):
    """A slice of a document."""

    document: Line
    start: Offset
    end: Offset


class Quote(Place):
    """A citation. `quote` is the text of the slice when it was cited."""

    number: _Number
    quote: Annotated[Text, Field(min_length=1)]


class KeptClaim(_Model):
    """A claim, with the numbers of its citations."""

    value: Text
    citations: Annotated[tuple[_Number, ...], Field(min_length=1, max_length=50)]
    is_short: bool | None = None
    part: _Number = 1
    about: Line = ""


class Record(_Model):
    """A turn of a conversation as the browser keeps it. `problem` says why there is no answer, if so.

    `text` is for the page, which sends it along with follow-ups; answers are never restored from it.
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
    corrected: Text = ""
    language: Line = ""
    lead: Text = ""
    layout: Layout = Layout.CLAIMS
    unanswered: Annotated[tuple[Line, ...], _FEW] = ()
    claims: Annotated[tuple[KeptClaim, ...], _FEW] = ()
    citations: Annotated[tuple[Quote, ...], _FEW] = ()
    nearest: Annotated[tuple[Place, ...], _FEW] = ()

    @model_validator(mode="after")
    def _check_numbers(self) -> Self:
        """Citations are numbered from 1, in the order of the claims, and each belongs to one claim."""
        numbers = [number for claim in self.ordered_claims for number in claim.citations]
        expected = list(range(1, 1 + len(self.citations)))
        if not numbers == expected == [quote.number for quote in self.citations]:
            raise ValueError("the citations are not numbered in order")
        if self.answered != bool(self.claims):
            raise ValueError("an answer has claims, and a refusal has none")
        return self

    @property
    def ordered_claims(self) -> list[KeptClaim]:
        """The claims in the order in which they are shown."""
        return sorted(self.claims, key=lambda claim: claim.citations[0])


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its answer, which is None if there was a problem or its sources are gone."""

    question: str
    answer: Answer | None
    problem: str = ""
    documents: tuple[str, ...] | None = None


def record(turn: Turn) -> dict[str, Any]:
    """A turn as JSON for the browser to keep."""
    answer = turn.answer
    if answer is None:
        unanswered = Record(question=turn.question, documents=turn.documents, problem=turn.problem)
        return unanswered.model_dump(mode="json")
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
        corrected=answer.corrected,
        language=answer.language,
        lead=answer.lead,
        layout=answer.layout,
        unanswered=answer.unanswered,
        claims=tuple(
            KeptClaim(
                value=c.value,
                citations=tuple(q.number for q in c.citations),
                is_short=c.is_short,
                part=c.part,
                about=c.about,
            )
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


def restore(values: object, assistant: Assistant) -> Turn:
    """The turn of a record, with an answer whose quotes are in the present documents.

    Its answer is None if they are not. Raises QuestionError if the values are not a record.
    """
    try:
        kept = Record.model_validate(values)
    except ValidationError as error:
        raise QuestionError("this browser's copy of the turn cannot be read") from error
    answer = None if kept.problem else _answer(kept, assistant)
    return Turn(kept.question, answer, kept.problem, kept.documents)


def _answer(kept: Record, assistant: Assistant) -> Answer | None:
    """The answer of a record, worded again from the present places of its quotes; None if one is gone."""
    said = smalltalk(kept.question)
    if said and not kept.answered:
        return reply(kept.question, said)
    sought = [quotes.Quote(q.document, q.start, q.end, q.quote) for q in kept.citations]
    citations = {citation.number: citation for citation in assistant.find_quotes(sought) if citation}
    if len(citations) < len(sought):
        return None
    claims = {claim: _claim(kept, claim, citations) for claim in kept.claims}
    if not all(map(_is_supported, claims.values())):
        return None
    nearest = tuple(hit for place in kept.nearest if (hit := _hit(place, assistant)))
    if not kept.answered and not nearest and assistant.documents():
        return None  # it would say that nothing is indexed, or that these passages are the nearest
    shown = [claims[claim] for claim in kept.ordered_claims]
    if kept.answered and kept.layout is Layout.CLAIMS:
        text = markdown.answer_markdown(shown, kept.differ, kept.unanswered)
    elif kept.answered:
        text = markdown.overview_markdown(shown, kept.lead, kept.layout)
    else:
        text = wording.EMPTY
        if nearest:
            text = markdown.refusal_markdown(kept.unknown, kept.corrected, kept.suggestions, kept.language)
    return Answer(
        question=kept.question,
        text=text,
        answered=kept.answered,
        confidence=kept.confidence,
        claims=tuple(claims.values()),
        citations=tuple(citations.values()),
        nearest=nearest,
        differ=kept.differ,
        understood=kept.understood,
        unknown=kept.unknown,
        suggestions=kept.suggestions,
        corrected=kept.corrected,
        language=kept.language,
        lead=kept.lead,
        layout=kept.layout,
        unanswered=kept.unanswered,
    )


def _claim(kept: Record, claim: KeptClaim, citations: Mapping[int, Citation]) -> Claim:
    sources = tuple(citations[number] for number in claim.citations)
    is_short = claim.is_short
    if is_short is None:  # the record is older than this value
        short_form = parse(kept.understood or kept.question).form is SHORT
        is_short = short_form and len(claim.value) <= len(sources[0].quote) / 2
    return Claim(claim.value, sources, is_short, claim.part, claim.about)


def _is_supported(claim: Claim) -> bool:
    """True if a claim's value is in its first quote, and its quotes are from different documents."""
    documents = {citation.document.id for citation in claim.citations}
    quoted = bool(claim.value.strip()) and claim.value in claim.citations[0].quote
    return quoted and len(documents) == len(claim.citations)


def _hit(place: Place, assistant: Assistant) -> Hit | None:
    """The passage at a place; None if it is gone, which loses nothing, as it was not evidence."""
    try:
        document = assistant.document(place.document)
    except UnknownDocument:
        return None
    passage = assistant.passage_at(document.id, place.start, place.end)
    return Hit(passage, document, 0.0) if passage else None
