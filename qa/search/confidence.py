"""The signals of the evidence -> the probability that the best sentence is right.

Every threshold that a probability is compared with is set here too. The probability comes from a logistic
regression, fitted by `training/calibrate.py` on questions whose answer is indexed and on as many whose answer
is not. benchmarks/calibration.md says what it was fitted on and how well it does.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from qa.models.reader import Reader, manifest

# From here on an answer is called well supported, and likely: right at least 95, and 80, times in 100 on the
# test sets (benchmarks/answers.md, articles.md).
SURE, LIKELY = 0.9, 0.5

# What is left of a probability if the quote gives the answer for another than the question names, and the
# most that it can be if it perhaps does: see `lowered`.
_OF_ANOTHER, _PERHAPS_OF_ANOTHER = 0.07, 0.45


@dataclass(frozen=True, slots=True)
class Calibration:
    """The weights of the signals by name, and the lowest probability at which a question is answered."""

    intercept: float
    weights: Mapping[str, float]
    threshold: float

    def probability(self, signals: Mapping[str, float]) -> float:
        """The probability that the best sentence answers; 0.0 if there is none, and so no signals."""
        if not signals:
            return 0.0
        z = self.intercept + sum(weight * signals[name] for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-z))


# For the similarity of sentences, used without a reader; the readers come with their own.
_BY_SIMILARITY = Calibration(
    intercept=-5.316,
    weights={"cosine": 4.272, "nearest": 0.555, "covered": 1.922, "lead": 3.151},
    threshold=0.068,
)


def calibration(reader: Reader | None) -> Calibration:
    """The calibration for the signals that evidence has when this reader decides, or without one."""
    return Calibration(**manifest()["calibration"][reader.calibration]) if reader else _BY_SIMILARITY


class Holder(Enum):
    """Whether a quote gives its answer for what a question names, or for another of the same kind."""

    ASKED = auto()
    PERHAPS_ANOTHER = auto()
    ANOTHER = auto()


def lowered(probability: float, holder: Holder) -> float:
    """The probability of an answer, given for whom its quote gives it: a step after the regression.

    The factor is fitted: of the 12 answers on roles-dev, corpus-dev and articles-dev that are surely given
    for another none is right, which makes (0 + 1) / (12 + 2) the probability. What is perhaps given for
    another was right once in four times on the sets that report, and gets no headline.
    """
    if holder is Holder.ANOTHER:
        return probability * _OF_ANOTHER
    return min(probability, _PERHAPS_OF_ANOTHER) if holder is Holder.PERHAPS_ANOTHER else probability
