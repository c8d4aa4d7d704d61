"""Figures of merit: how short answers, confidences and rankings are scored."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

BINS = 10

Floats = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]


def f1(given: str, wanted: Sequence[str]) -> float:
    """The overlap of words with the best of the wanted answers, as SQuAD's own script counts it."""
    return max(_f1(_words(given), _words(w)) for w in wanted)


def exact_match(given: str, wanted: Sequence[str]) -> bool:
    """Whether it is one of the wanted answers, but for case, punctuation and articles."""
    return _words(given) in [_words(w) for w in wanted]


def _words(text: str) -> list[str]:
    text = "".join(c for c in text.lower() if c not in string.punctuation)
    return re.sub(r"\b(a|an|the)\b", " ", text).split()


def _f1(given: list[str], wanted: list[str]) -> float:
    same = sum((Counter(given) & Counter(wanted)).values())
    return 2 * same / (len(given) + len(wanted)) if same else float(given == wanted)


def bins(p: Floats) -> npt.NDArray[np.int_]:
    """For each probability the number of its bin of equal width, 0 to BINS - 1."""
    of: npt.NDArray[np.int_] = np.minimum((p * BINS).astype(int), BINS - 1)
    return of


def calibration_error(p: Floats, right: Booleans) -> float:
    """Expected calibration error over ten bins of equal width (Naeini et al., 2015)."""
    of = bins(p)
    return float(
        sum(abs(p[of == b].mean() - right[of == b].mean()) * np.mean(of == b) for b in np.unique(of))
    )


def auroc(p: Floats, right: Booleans) -> float | None:
    """How likely one that is right has the higher probability than one that is not; None without both."""
    if right.all() or not right.any():
        return None
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(right, p))


def risks(p: Floats, right: Booleans) -> Floats:
    """The share of wrong ones among the n most confident, for n = 1 .. all; its mean is AURC."""
    order = np.argsort(-p, kind="stable")
    found: Floats = np.cumsum(~right[order]) / np.arange(1, len(p) + 1)
    return found
