"""How an answer came about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from qa.types.values import Value


@dataclass(frozen=True, slots=True)
class Sought(Value):
    """A word of the question, and the number of passages that contain it in any form."""

    word: str
    passages: int


@dataclass(frozen=True, slots=True)
class Tried(Value):
    """An interpretation of a question, and the probability (0..1) that the documents answer it."""

    question: str
    probability: float


@dataclass(frozen=True, slots=True)
class Considered(Value):
    """A passage that was considered for an answer.

    `lead` is the beginning of its text, on one line. `retrieval` is its retrieval score, made of two parts:
    `similarity`, the cosine (-1..1) of its vector and the question's after the mean of the index is taken
    out, and `words`, the share (0..1) of the question's words that it contains, rare words counting more.
    `margin` is how much the reader prefers its best span, `span`, to "no answer here", in logits; above 0 the
    reader takes it for an answer. They are None and "" if no reader read the passage. `score` is final and
    orders the passages.
    """

    document_id: str
    path: str
    title: str
    passage_id: str
    lead: str
    retrieval: float
    similarity: float
    words: float
    margin: float | None
    span: str
    score: float


@dataclass(frozen=True, slots=True)
class Timings(Value):
    """Seconds spent on an answer: finding passages, reading them, composing the answer with its citations,
    trying questions to suggest, and in total, which includes everything in between.
    """

    search: float
    read: float
    compose: float
    suggestions: float
    total: float


@dataclass(frozen=True, slots=True)
class Trace(Value):
    """How an answer or a refusal came about. Timings vary from run to run; nothing else does.

    `searched` is the number of passages searched. `considered` are those that were looked at, at most a
    dozen, in their final order. `words` are the search terms, `readings` the interpretations of the question
    in the order in which they were tried (only a follow-up has more than one), or the questions that its
    parts were asked as. `wanted` says in plain words what form of answer the question asks for. The question
    was answered if `confidence` reached `threshold`.

    `signals` are the values that the confidence is computed from, by name: the reader's `margin` in tens of
    logits, as are those of the sentence being `evidence` and of its passage having `answered`; the `lead` of
    the best sentence's score over other passages, the `cosine` of that sentence and the question, `fits` (1
    if the span is of the type that is asked for), `searched` as a tenth of the logarithm; without a reader
    `cosine`, `lead`, `nearest` (the cosine of the nearest passage) and `covered` (the share of the question's
    words that the passage contains).
    """

    searched: int
    considered: tuple[Considered, ...]
    words: tuple[Sought, ...]
    readings: tuple[Tried, ...]
    wanted: str
    signals: Mapping[str, float] = field(hash=False)
    confidence: float
    threshold: float
    timings: Timings
