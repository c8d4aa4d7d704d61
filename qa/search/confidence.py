"""How likely the best sentence is right, and every threshold that a probability is held against.

The probability is a logistic regression over the signals of the evidence, fitted by `training/calibrate.py`
on questions whose answer is indexed and on as many whose answer is not. benchmarks/calibration.md says what
it was fitted on and how well it does.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from qa.models.reader import manifest

SURE, LIKELY = 0.75, 0.5  # from which on an answer is well supported, and more likely right than wrong
SUGGESTED = 0.3  # from which on a question is offered in the place of one that was refused


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights of the signals by name, and the least probability that is answered at."""

    intercept: float
    weights: Mapping[str, float]
    threshold: float

    def probability(self, signals: Mapping[str, float]) -> float:
        """That the best sentence answers the question; 0.0 where there is none, and so no signals."""
        if not signals:
            return 0.0
        z = self.intercept + sum(weight * signals[name] for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-z))


# Of the similarity of sentences, where there is no reader; the reader comes with its own.
_BY_SIMILARITY = Calibration(
    intercept=-5.316,
    weights={"cosine": 4.272, "nearest": 0.555, "covered": 1.922, "lead": 3.151},
    threshold=0.068,
)


def calibration(with_reader: bool) -> Calibration:
    """How the confidence follows from the signals that evidence has with a reader, or without one."""
    return Calibration(**manifest()["calibration"]) if with_reader else _BY_SIMILARITY
