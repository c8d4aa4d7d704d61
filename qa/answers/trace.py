"""How an answer came about, in values that were at hand anyway, and the time that each part took."""

from __future__ import annotations

import math
import textwrap
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from qa.language.questions import LIST, SEVERAL, SHORT, YES_NO, AnswerType, Question
from qa.search.evidence import LOOKED_AT, Evidence, ScoredSentence
from qa.search.retrieval import Candidates
from qa.types import Considered, Hit, Passage, Sought, Timings, Trace, Tried

_LEAD = 90  # characters of a passage that are shown
_FORMS = {
    SHORT: "a short answer",
    YES_NO: "a yes or no",
    LIST: "a list",
    SEVERAL: "an explanation, a list or a comparison",
}
_TYPES = {AnswerType.NUMBER: "a figure", AnswerType.DATE: "a date", AnswerType.NAME: "a name"}


@dataclass(frozen=True, slots=True)
class Attempt:
    """One interpretation of a question, and what the documents hold for it.

    `shown` is the interpretation as it is told to people. `probability` is the calibrated probability that
    the documents answer it; `likely` is the same, discounted for interpretations that come later.
    """

    question: Question
    shown: str
    candidates: Candidates
    evidence: Evidence
    probability: float
    likely: float


class Stopwatch:
    """Adds up the seconds spent on each part of a task, under the names of Timings."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self._spent: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def on(self, part: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            self._spent[part] += time.perf_counter() - started

    def timings(self) -> Timings:
        return Timings(
            search=self._spent["search"],
            read=self._spent["read"],
            compose=self._spent["compose"],
            suggestions=self._spent["suggestions"],
            total=time.perf_counter() - self._started,
        )


def trace_of(best: Attempt, attempts: Sequence[Attempt], threshold: float, watch: Stopwatch) -> Trace:
    """The trace of an answer to `best`, one of the interpretations that were tried."""
    return Trace(
        searched=best.candidates.searched,
        considered=_considered(best),
        words=tuple(Sought(term.word, term.passages) for term in best.candidates.terms),
        readings=tuple(Tried(a.shown, a.probability) for a in attempts),
        wanted=_wanted_form(best.question),
        signals=dict(best.evidence.signals),
        confidence=best.probability,
        threshold=threshold,
        timings=watch.timings(),
    )


def _wanted_form(question: Question) -> str:
    """The form of answer that a question wants, in plain words."""
    form = _FORMS[question.form]
    return _TYPES.get(question.wants, form) if question.form is SHORT else form


def _considered(best: Attempt) -> tuple[Considered, ...]:
    """The passages whose sentences were scored, which come first among the hits."""
    retrieved = {hit.passage.id: hit.score for hit in best.candidates.hits[:LOOKED_AT]}
    read: dict[str, ScoredSentence] = {}
    for sentence in (*best.evidence.sentences, *best.evidence.read):
        known = read.get(sentence.hit.passage.id)
        if sentence.margin > (known.margin if known else -math.inf):
            read[sentence.hit.passage.id] = sentence
    return tuple(
        _passage(
            hit, retrieved[hit.passage.id], best.candidates.parts[hit.passage.id], read.get(hit.passage.id)
        )
        for hit in best.evidence.hits
        if hit.passage.id in retrieved
    )


def _passage(
    hit: Hit, retrieved: float, parts: tuple[float, float], read: ScoredSentence | None
) -> Considered:
    return Considered(
        document_id=hit.document.id,
        path=hit.document.path,
        title=hit.document.title,
        passage_id=hit.passage.id,
        lead=_lead(hit.passage),
        retrieval=retrieved,
        similarity=parts[0],
        words=parts[1],
        margin=read.margin if read else None,
        span=read.text(read.answer) if read and read.answer else "",
        score=hit.score,
    )


def _lead(passage: Passage) -> str:
    """The beginning of a passage, after its headings."""
    start = passage.sentences[0][0] - passage.start if passage.sentences else 0
    return textwrap.shorten(passage.text[start:], _LEAD, placeholder="…")
