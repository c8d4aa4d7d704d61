"""How likely the best sentence is right: a logistic regression over what retrieval and similarity saw.

Fitted by `python benchmarks/calibrate.py` on questions whose answer is indexed and on as many whose
answer is not; what it was fitted on and how well it does is written in benchmarks/calibration.md.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from qa.retrieval import Found
from qa.similarity import ScoredSentence

THRESHOLD = 0.068
_INTERCEPT = -5.316
_WEIGHTS = (4.272, 0.555, 1.922, 3.151)


def signals(found: Found, scored: Sequence[ScoredSentence]) -> tuple[float, ...]:
    """What the probability is computed from, each about 0..1, in the order of the weights.

    The cosine of the question and the best sentence, and of the question and the nearest passage; the
    share of the question's words in the best sentence's passage; the lead of the best sentence's score
    over that of any sentence of another passage.
    """
    best = scored[0]
    other = next((s for s in scored if s.hit.passage.id != best.hit.passage.id), None)
    return (best.cosine, found.nearest, best.covered, best.score - other.score if other else 0.0)


def confidence(found: Found, scored: Sequence[ScoredSentence]) -> float:
    """The probability that the best sentence answers the question; 0.0 where there is none."""
    if not scored:
        return 0.0
    z = _INTERCEPT + sum(w * x for w, x in zip(_WEIGHTS, signals(found, scored), strict=True))
    return 1 / (1 + math.exp(-z))
