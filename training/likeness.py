"""Pairs of short texts -> the weights of `agreement.likeness`, and how well they tell which pairs differ.

usage: python training/likeness.py PAIRS.jsonl ...

The files are those of `benchmarks/agreement.py`. Learned from are pairs with different values that nothing
else tells to be of different things. The wordings of a set weigh as much together as one pair. The pairs of
each hand, told by the first letter of their ids, are judged by weights fitted on all others. Prints the
weights, and for some thresholds how many pairs would be said to differ.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))
from agreement import indexed, wordings_of

from qa.answers.agreement.likeness import features
from qa.answers.agreement.relations import may_differ
from qa.answers.statements import Statement
from qa.language.questions import SHORT, parse
from qa.search.evidence import LOOKED_AT, Evidence, best_first

THRESHOLDS = (0.8, 0.85, 0.9, 0.92, 0.95)


@dataclass(frozen=True)
class Example:
    """Two statements with different values: by whose hand, do they differ, and what tells so."""

    hand: str
    differs: bool
    weight: float
    features: Mapping[str, float]


def examples(cases: Sequence[dict[str, Any]]) -> Iterator[Example]:
    """The examples in pairs and sets of rewordings."""
    with indexed(cases) as (assistant, documents):
        for case, own in zip(cases, documents, strict=True):
            wordings = wordings_of(case)
            for question in map(parse, wordings):
                evidence = assistant.engine.evidence(assistant.engine.find(question, LOOKED_AT, own))
                both = _compared(evidence) if question.form is SHORT else None
                if both and may_differ(question, *both):
                    differs, weight = case["label"] == "differ", 1 / len(wordings)
                    yield Example(case["id"][0], differs, weight, features(question, *both))


def _compared(evidence: Evidence) -> tuple[Statement, Statement] | None:
    """The statement of the best sentence and that of the best one of another document."""
    ranked = sorted((*evidence.sentences, *evidence.read), key=best_first)
    answering = [sentence for sentence in ranked if sentence.answer]
    for other in answering[1:]:
        if other.hit.document.id != answering[0].hit.document.id:
            return Statement.of(answering[0]), Statement.of(other)
    return None


def fit(found: Sequence[Example]) -> LogisticRegression:
    """The regression for some examples, whose features are in the order in which they are named."""
    model = LogisticRegression(max_iter=5_000)
    rows = np.array([list(example.features.values()) for example in found])
    return model.fit(rows, [e.differs for e in found], sample_weight=[e.weight for e in found])


def judged(found: Sequence[Example]) -> list[float]:
    """The likeness of each example by weights fitted on the examples of other hands."""
    likeness = dict.fromkeys(range(len(found)), 0.0)
    for hand in sorted({example.hand for example in found}):
        own = [i for i, example in enumerate(found) if example.hand == hand]
        model = fit([example for example in found if example.hand != hand])
        rows = np.array([list(found[i].features.values()) for i in own])
        likeness |= dict(zip(own, model.predict_proba(rows)[:, 1], strict=True))
    return list(likeness.values())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("cases", type=Path, nargs="+")
    options = parser.parse_args()
    lines = [line for path in options.cases for line in path.read_text("utf-8").splitlines()]
    found = list(examples([json.loads(line) for line in lines]))
    model = fit(found)
    weights = dict(zip(found[0].features, model.coef_[0], strict=True))
    rounded = {"": model.intercept_[0]} | weights
    print(json.dumps({name: round(float(weight), 2) for name, weight in rounded.items()}))
    print(f"\n{len(found)} examples, {sum(example.differs for example in found)} differ\n")
    print("| said to differ from | right | false |")
    print("|-|-|-|")
    likeness = judged(found)
    for least in THRESHOLDS:
        said = [e.differs for e, likely in zip(found, likeness, strict=True) if likely >= least]
        print(f"| {least} | {sum(said)} | {len(said) - sum(said)} |")


if __name__ == "__main__":
    main()
