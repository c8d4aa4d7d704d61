"""Follow-ups and their rewrites -> the weights of `qa.language.leaning`, and how well they tell them apart.

usage: python training/leaning.py REWRITES.jsonl SET.json ... [--dialogues FILE.jsonl ...] [--out FILE.json]

Each line of REWRITES is {"history": [...], "question": ..., "rewrite": ...}, as in CANARD (Elgohary et al.
2019). A question that was rewritten leans on its history; its rewrite stands alone, and so do the questions
of each SET, which is in the format of SQuAD and has questions that people asked without a text before them.
Some of all are repeated in small letters, as people type. Only those that seem to refer to something are
learned from, since the weights judge no others. A feature of fewer than LEAST questions has no weight.
Prints figures on the DIALOGUES, in the format of `benchmarks/dialogues.py`, which are not trained on.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from qa.language.followups import is_followup, is_fragment, seems_to_refer, without_opening
from qa.language.leaning import features

LEAST = 20  # questions with a feature
SMALL_LETTERS = 0.2  # share of the questions that is repeated in small letters
Labelled = tuple[str, bool]  # a question, and whether it leans on another


def rewritten(path: Path) -> list[Labelled]:
    """The questions that were rewritten, and what they became."""
    labelled: list[Labelled] = []
    for line in path.read_text("utf-8").splitlines():
        turn = json.loads(line)
        if not turn["history"] or _bare(turn["question"]) == _bare(turn["rewrite"]):
            continue
        labelled += [(turn["question"], True), (turn["rewrite"], False)]
    return labelled


def standing(path: Path) -> list[Labelled]:
    """The questions of a set, which stand alone."""
    articles = json.loads(path.read_text("utf-8"))["data"]
    return [(qa["question"], False) for a in articles for p in a["paragraphs"] for qa in p["qas"]]


def fit(labelled: Sequence[Labelled]) -> dict[str, float]:
    """feature -> weight, of those that enough questions have; the intercept is that of ""."""
    found = [features(without_opening(question)) for question, _ in labelled]
    counts = Counter(feature for one in found for feature in one)
    rows = [{feature: 1.0 for feature in sorted(one) if counts[feature] >= LEAST} for one in found]
    vectorizer = DictVectorizer()
    model = LogisticRegression(C=0.3, max_iter=3_000)
    model.fit(vectorizer.fit_transform(rows), [leans for _, leans in labelled])
    weights = dict(zip(vectorizer.get_feature_names_out(), model.coef_[0], strict=True))
    return {"": round(float(model.intercept_[0]), 2)} | {
        name: round(float(weight), 2) for name, weight in sorted(weights.items()) if abs(weight) >= 0.01
    }


def report(path: Path) -> str:
    """How many later turns of dialogues, leaning and standing ones, are taken to lean: a row of a table."""
    turns = [turn for line in path.read_text("utf-8").splitlines() for turn in json.loads(line)["turns"][1:]]
    cells: list[int] = []
    for leans in (True, False):
        asked = [turn["question"] for turn in turns if turn["follows"] is leans]
        cells += [len(asked), *(sum(map(judge, asked)) for judge in (_by_rules, is_followup))]
    return f"| {path.stem} | {' | '.join(map(str, cells))} |"


def _by_rules(question: str) -> bool:
    return is_fragment(question) or seems_to_refer(question)


def _bare(question: str) -> str:
    return re.sub(r"\W+", " ", question.lower()).strip()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("rewrites", type=Path)
    parser.add_argument("sets", type=Path, nargs="+")
    parser.add_argument("--dialogues", type=Path, nargs="*", default=[])
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    random_ = random.Random(1)
    labelled = rewritten(options.rewrites)
    for path in options.sets:
        labelled += standing(path)
    repeated = random_.sample(labelled, round(SMALL_LETTERS * len(labelled)))
    labelled += [(question.lower(), leans) for question, leans in repeated]
    labelled = [(question, leans) for question, leans in labelled if seems_to_refer(question)]
    weights = fit(labelled)
    print(
        f"{len(labelled):,} questions, {sum(leans for _, leans in labelled):,} lean; {len(weights)} weights"
    )
    if options.out:
        options.out.write_text(json.dumps(weights, indent=0) + "\n", "utf-8")
    if options.dialogues:
        print("\n| dialogues | lean | by rules | with weights | stand alone | by rules | with weights |")
        print("|-|-|-|-|-|-|-|")
        print(*map(report, options.dialogues), sep="\n")


if __name__ == "__main__":
    main()
