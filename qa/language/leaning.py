"""How likely a question leans on what was said before it, told by its small words and their order.

A logistic regression (Cox 1958, "The regression analysis of binary sequences"), fitted by
`training/leaning.py` on follow-ups of people and their rewrites. It knows no content word, so it is the same
for every subject.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Set
from functools import cache
from importlib import resources
from itertools import pairwise

from qa.language.words import FUNCTION_WORDS

_WORD = re.compile(r"[^\W\d_]+|\d+")
_SMALL = FUNCTION_WORDS | frozenset(
    "another else others happened happen important interesting example instead afterwards later".split()
)
_MOST_WORDS, _MOST_CONTENT, _MOST_NAMES = 12, 6, 3  # beyond this, longer questions are alike


def features(question: str) -> Set[str]:
    """What is true of a question: small words and pairs of words it has, how long it is, and its capitals.

    A word that is not small is "name", "word" or "#", for a number. The question has no opening such as
    "and", which says nothing of the rest.
    """
    words = [_kind(match[0], match.start() == 0) for match in _WORD.finditer(question)]
    content = [word for word in words if word in ("name", "word", "#")]
    return {
        *words,
        *(f"{a} {b}" for a, b in pairwise(["^", *words, "$"])),
        f"{min(_MOST_WORDS, len(words))} words",
        f"{min(_MOST_CONTENT, len(content))} of content",
        f"{min(_MOST_NAMES, content.count('name'))} names",
        "small letters" if question == question.lower() else "capitals",
    }


def leaning(question: str) -> float:
    """The probability (0..1) that a question cannot be understood alone, going by its small words."""
    weights = _weights()
    z = weights[""] + sum(weights.get(feature, 0.0) for feature in features(question))
    return 1 / (1 + math.exp(-z))


def _kind(word: str, first: bool) -> str:
    small = word.lower()
    if small in _SMALL:
        return small
    if word.isdigit():
        return "#"
    return "name" if word[0].isupper() and not first else "word"


@cache
def _weights() -> Mapping[str, float]:
    """feature -> its weight in logits; the intercept is that of ""."""
    weights: Mapping[str, float] = json.loads(
        resources.files("qa.language").joinpath("leaning.json").read_text("utf-8")
    )
    return weights
