"""The sentences of hits with their scores, and what follows from them: evidence and the order of hits.

`reading` scores sentences with a reader, `similarity` without one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from qa.models.reader import Reader
from qa.search.retrieval import Candidates
from qa.types import Hit, Span

LOOKED_AT = 12  # hits whose sentences are scored


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A sentence of a hit, as a span of its document.

    If a reader has read it, `answer` is the part that answers best, and `margin` the number of logits by
    which that part beats no answer: above 0 the reader takes it for an answer. `evidence` is the logit of the
    whole sentence being a part of the answer, -inf if the reader does not tell. `first_margin`
    is the margin by the first reader, which has read all hits, so that it can be compared among them.
    `before` and `after` are the numbers of neighbours that it is quoted together with.
    """

    hit: Hit
    index: int  # in hit.passage.sentences
    score: float
    answer: Span | None = None
    margin: float = -math.inf
    evidence: float = -math.inf
    first_margin: float = -math.inf
    before: int = 0
    after: int = 0

    @property
    def run(self) -> tuple[int, int]:
        """The indices of the first and last of the sentences that are quoted together."""
        return self.index - self.before, self.index + self.after

    @property
    def span(self) -> Span:
        """The place of the sentence in its document, with the neighbours that it is quoted with."""
        first, last = (self.hit.passage.sentences[i] for i in self.run)
        return first[0], last[1]

    def text(self, span: Span | None = None) -> str:
        """The text of the sentence, or of another span of its passage, given in the document's offsets."""
        start, end = span or self.span
        passage = self.hit.passage
        return passage.text[start - passage.start : end - passage.start]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Hits in their final order, their sentences, best first, and the signals for the confidence, by name.

    `read` are the sentences of further hits, which the reader has read but which were not embedded. `again`
    gives the evidence after another reader has read the best few hits again; it is None without a reader.
    """

    hits: tuple[Hit, ...]
    sentences: tuple[ScoredSentence, ...]
    signals: Mapping[str, float]
    read: tuple[ScoredSentence, ...] = ()
    again: Callable[[Reader], Evidence] | None = None


Admits = Callable[[ScoredSentence], bool]  # true if a sentence may be part of an answer


def admit_all(_: ScoredSentence) -> bool:
    """Admits every sentence."""
    return True


def best_first(sentence: ScoredSentence) -> tuple[float, str, int]:
    """A sort key that puts the best sentence first and breaks ties by passage id and position."""
    return -sentence.score, sentence.hit.passage.id, sentence.index


def best_scores(sentences: Sequence[ScoredSentence]) -> dict[str, float]:
    """passage id -> the score of its best sentence, given the sentences best first."""
    best: dict[str, float] = {}
    for sentence in sentences:
        best.setdefault(sentence.hit.passage.id, sentence.score)
    return best


def lead(sentences: Sequence[ScoredSentence]) -> float:
    """The lead of the best sentence's score over the best score of another passage; 0 if there is none."""
    first, *others = best_scores(sentences).values()
    return first - max(others) if others else 0.0


def reranked_hits(candidates: Candidates, scores: Mapping[str, float]) -> tuple[Hit, ...]:
    """The hits by their new scores (by passage id), followed by the unscored hits in their old order."""
    scored = [
        replace(hit, score=scores[hit.passage.id]) for hit in candidates.hits if hit.passage.id in scores
    ]
    scored.sort(key=lambda hit: (-hit.score, hit.passage.id))
    lowest = scored[-1].score if scored else 0.0
    others = [hit for hit in candidates.hits if hit.passage.id not in scores]
    return (*scored, *(replace(hit, score=min(lowest, hit.score)) for hit in others))
