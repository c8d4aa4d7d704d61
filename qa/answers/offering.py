"""What can be asked instead of a question that was refused: questions that were answered beforehand.

They are made from the evidence near the question, and where that gives too few, from passages of the whole
index, so that somebody who asks for what is not there learns what is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest

from qa.answers.suggestions import likeness, questions
from qa.language.followups import leans
from qa.search.engine import DocumentIds, Search
from qa.search.evidence import LOOKED_AT, ScoredSentence
from qa.types import Passage

MOST, ENOUGH = 3, 2  # questions that are offered; with fewer near the question, others are added
NEAR, FAR = 4, 6  # questions that are tried: each costs as much as a question
SURE = 0.3  # confidence
SAMPLE = 100  # passages that the others are made from
SAME = 0.75  # of the words of an offer and of the question that was refused, from which on they are one
TWICE = 0.6  # of the words of two offers


@dataclass(frozen=True, slots=True)
class Offer:
    """A question, and the best sentence that the documents have for it."""

    question: str
    answer: str

    def repeats(self, other: Offer) -> bool:
        return self.answer == other.answer or likeness(self.question, other.question) >= TWICE


class Offers:
    """Questions that the documents answer. Safe to use from several threads."""

    def __init__(self, search: Search) -> None:
        self._search = search
        self._anywhere: tuple[object, tuple[Offer, ...]] = (None, ())  # of one state: asked only once

    def instead_of(
        self, question: str, sentences: Sequence[ScoredSentence], documents: DocumentIds
    ) -> list[str]:
        """At most three questions that are answered, none like another or like the one that was refused.

        `sentences` are those that were found near the refused one, best first.
        """
        near = _made(sentence.text() for sentence in sentences)
        kept = self._answered(near, NEAR, documents, avoiding=question)
        if len(kept) < ENOUGH:
            kept += self._others(question, kept, documents)[: ENOUGH - len(kept)]
        return [offer.question for offer in kept]

    def _others(self, question: str, kept: Sequence[Offer], documents: DocumentIds) -> list[Offer]:
        return [
            offer
            for offer in self._general(documents)
            if likeness(offer.question, question) < SAME and not any(offer.repeats(other) for other in kept)
        ]

    def _general(self, documents: DocumentIds) -> tuple[Offer, ...]:
        """Offers from anywhere in the documents; kept as long as they stay as they are."""
        state = self._search.state(), None if documents is None else frozenset(documents)
        known, offers = self._anywhere
        if known != state:
            made = _made(_in_turn(self._search.sample(SAMPLE, documents)))
            offers = tuple(self._answered(made, FAR, documents))
            self._anywhere = state, offers
        return offers

    def _answered(
        self, asked: Iterable[str], tries: int, documents: DocumentIds, avoiding: str = ""
    ) -> list[Offer]:
        """The first few questions that are answered well enough, after so many tries at most."""
        kept: list[Offer] = []
        new = (
            question
            for question in asked
            if likeness(question, avoiding) < SAME
            and not any(likeness(question, other.question) >= TWICE for other in kept)
        )
        for question in islice(new, tries):
            offer = self._tried(question, documents)
            if offer and not any(offer.repeats(other) for other in kept):
                kept.append(offer)
            if len(kept) == MOST:
                break
        return kept

    def _tried(self, question: str, documents: DocumentIds) -> Offer | None:
        evidence = self._search.evidence(self._search.find(question, LOOKED_AT, documents))
        calibration = self._search.calibration
        if calibration.probability(evidence.signals) < max(SURE, calibration.threshold):
            return None
        return Offer(question, " ".join(evidence.sentences[0].text().split()))


def _made(sentences: Iterable[str]) -> Iterator[str]:
    """Questions from sentences; none that would be understood in another way within a conversation."""
    return (question for question in questions(sentences) if not leans(question))


def _in_turn(passages: Iterable[Passage]) -> Iterator[str]:
    """The first sentence of each passage, then the second of each, and so on."""
    texts = (
        [passage.text[a - passage.start : b - passage.start] for a, b in passage.sentences]
        for passage in passages
    )
    return (text for row in zip_longest(*texts) for text in row if text)
