"""The way of a question: what it may mean, what the documents hold for it, an answer or a refusal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial

from qa.answers.answering import compose, refuse
from qa.answers.offering import Offers
from qa.answers.quotes import quote_span
from qa.answers.trace import Stopwatch, Understood, traced
from qa.language.followups import Reading, readings
from qa.language.names import mentions
from qa.language.questions import reworded
from qa.language.words import names_something
from qa.search.engine import DocumentIds, Search
from qa.search.evidence import LOOKED_AT, ScoredSentence
from qa.search.retrieval import MAX_QUESTION, check
from qa.types import Answer, Hit

LESS_LIKELY = 0.85  # each further way to understand a follow-up


class Asking:
    """Questions to the last committed state of an index. Safe to use from several threads."""

    def __init__(self, search: Search) -> None:
        self._search = search
        self._offers = Offers(search)

    @property
    def threshold(self) -> float:
        """The least confidence that is answered at."""
        return self._search.calibration.threshold

    def search(self, words: str, k: int, documents: Iterable[str] | None, rerank: bool) -> tuple[Hit, ...]:
        """As Assistant.search."""
        found = self._search.find(words, max(k, LOOKED_AT) if rerank else k, _several(documents))
        hits = self._search.evidence(found).hits if rerank else found.hits
        return hits[:k]

    def ask(
        self,
        question: str,
        history: Sequence[tuple[str, str]],
        documents: Iterable[str] | None,
        threshold: float | None,
        suggest: bool,
    ) -> Answer:
        """As Assistant.ask."""
        watch, among = Stopwatch(), _several(documents)
        least = self.threshold if threshold is None else threshold
        tried = self._tried(check(question), history, among, watch)
        best = max(tried, key=lambda way: way.likely)
        if best.evidence.sentences and best.probability >= least:
            with watch.on("compose"):
                answer = compose(best.question, best.evidence, best.probability)
        else:
            offered = self._offered(question, best, among, watch) if suggest else []
            with watch.on("compose"):
                answer = refuse(question, best.evidence.hits, best.probability, _unknown(best), offered)
        trace = traced(best, tried, least, watch)
        return replace(answer, question=question, understood=best.question, trace=trace)

    def _tried(
        self, question: str, history: Sequence[tuple[str, str]], documents: DocumentIds, watch: Stopwatch
    ) -> list[Understood]:
        """The ways to understand a question, each with what was found, until none can be likelier."""
        tried: list[Understood] = []
        for place, reading in enumerate(readings(question, history)):
            with watch.on("search"):
                found = self._search.find(reworded(reading.question)[:MAX_QUESTION], LOOKED_AT, documents)
            with watch.on("read"):
                evidence = self._search.evidence(found, partial(_admits, reading))
            probability = self._search.calibration.probability(evidence.signals)
            likely = probability * LESS_LIKELY**place
            tried.append(Understood(reading.question, found, evidence, probability, likely))
            if max(way.likely for way in tried) >= LESS_LIKELY ** (place + 1):
                break
        return tried

    def _offered(
        self, question: str, best: Understood, documents: DocumentIds, watch: Stopwatch
    ) -> Sequence[str]:
        with watch.on("suggestions"):
            return self._offers.instead_of(question, best.evidence.sentences, documents)


def _unknown(understood: Understood) -> list[str]:
    """The words of a question that no passage holds."""
    terms = understood.found.terms
    return [term.word for term in terms if not term.passages and names_something(term.word)]


def _several(documents: Iterable[str] | None) -> DocumentIds:
    """Ids that can be gone through more than once."""
    return None if documents is None else frozenset(documents)


def _admits(reading: Reading, sentence: ScoredSentence) -> bool:
    """Whether a sentence may answer what was understood: it is new, and speaks of the name asked for."""
    if sentence.text() in reading.told:
        return False
    return not reading.focus or mentions(sentence.text(quote_span(sentence)), reading.focus)
