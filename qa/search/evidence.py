"""What the passages of a search hold for its question: their sentences with scores, the hits in final order.

Made in one of two ways, by the reader (`reranking`) or without it (`similarity`); answering and confidence
do not ask which.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from qa.search.retrieval import Found
from qa.types import Hit, Span

LOOKED_AT = 12  # hits whose sentences are looked at


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A sentence of a hit, as a span of its document.

    `answer` is the part of it that answers best, where a reader has looked at it, and `margin` how much
    better that is than no answer, in logits: above 0 the reader takes it for an answer.
    """

    hit: Hit
    index: int  # in hit.passage.sentences
    score: float
    answer: Span | None = None
    margin: float = -math.inf

    @property
    def span(self) -> Span:
        return self.hit.passage.sentences[self.index]

    def text(self, span: Span | None = None) -> str:
        """The text of the sentence, or of a part of its passage given in the document's offsets."""
        start, end = span or self.span
        passage = self.hit.passage
        return passage.text[start - passage.start : end - passage.start]


@dataclass(frozen=True, slots=True)
class Evidence:
    """`hits` in their final order; `sentences` of them, best first; `signals` for the confidence, by name.

    `read` are the sentences of further hits that were read, but not compared with the question.
    """

    hits: tuple[Hit, ...]
    sentences: tuple[ScoredSentence, ...]
    signals: Mapping[str, float]
    read: tuple[ScoredSentence, ...] = ()


Admits = Callable[[ScoredSentence], bool]  # whether a sentence may be part of an answer


def anything(_: ScoredSentence) -> bool:
    """Admits every sentence."""
    return True


def in_order(sentence: ScoredSentence) -> tuple[float, str, int]:
    """Sorts the best sentence first; ties in the order of passage and place."""
    return -sentence.score, sentence.hit.passage.id, sentence.index


def best_scores(sentences: Sequence[ScoredSentence]) -> dict[str, float]:
    """passage id -> the score of its best sentence; the sentences come best first."""
    best: dict[str, float] = {}
    for sentence in sentences:
        best.setdefault(sentence.hit.passage.id, sentence.score)
    return best


def lead(sentences: Sequence[ScoredSentence]) -> float:
    """By how much the best sentence is better than any of another passage; 0 where there is none."""
    first, *others = best_scores(sentences).values()
    return first - max(others) if others else 0.0


def ordered(found: Found, scores: Mapping[str, float]) -> tuple[Hit, ...]:
    """The hits by new scores (by passage id), those that were not looked at after them in their old order."""
    first = [replace(hit, score=scores[hit.passage.id]) for hit in found.hits if hit.passage.id in scores]
    first.sort(key=lambda hit: (-hit.score, hit.passage.id))
    least = first[-1].score if first else 0.0
    others = [hit for hit in found.hits if hit.passage.id not in scores]
    return (*first, *(replace(hit, score=min(least, hit.score)) for hit in others))
