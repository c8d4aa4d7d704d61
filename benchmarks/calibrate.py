"""Fits the confidence of qa/confidence.py and its threshold, and says how well they do.

usage: python benchmarks/calibrate.py SQUAD.json ARTICLES QUESTIONS.jsonl [--cache FILE.npz]

Questions with an indexed answer: a sample of those of SQUAD.json asked of all its paragraphs, and of
ten of its articles each indexed alone; QUESTIONS.jsonl asked of the folder ARTICLES. Questions
without: the same questions with their paragraph left out, questions about other articles, and the
unanswerable ones of QUESTIONS.jsonl. The label is whether the best sentence is right. Each of the
three corpora weighs the same. Prints the constants, and a table in Markdown.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict

from qa import Assistant
from qa.confidence import signals

Example = tuple[str, bool, bool, tuple[float, ...]]  # group, answerable, best sentence right, signals


def observe(
    assistant: Assistant, question: str, documents: list[str] | None = None
) -> tuple[tuple[float, ...], str, str]:
    """The signals of a question, and the best sentence with the path of its document."""
    found = assistant._find(question, 12, documents)
    scored = assistant._scored(found)
    best = scored[0]
    text = best.hit.document.text[slice(*best.span)]
    return signals(found, scored), text, best.hit.document.path


def squad(path: Path, whole: int, articles: int, each: int) -> Iterator[Example]:
    data = json.loads(path.read_text("utf-8"))["data"]
    rng = random.Random(7)
    alone = rng.sample(range(len(data)), articles)
    yield from _corpus("all paragraphs", data, data, whole, rng)
    for number in alone:
        yield from _corpus("one article", [data[number]], data, each, rng)


def _corpus(
    group: str, indexed: list[dict], everything: list[dict], count: int, rng: random.Random
) -> Iterator[Example]:
    """Of one corpus `count` answerable examples, as many without their paragraph, half as many off topic."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "corpus").mkdir()
        asked = []
        for a, article in enumerate(indexed):
            for p, paragraph in enumerate(article["paragraphs"]):
                (folder / "corpus" / f"{a}-{p}.txt").write_text(paragraph["context"], "utf-8")
                asked += [
                    (qa["question"], f"{a}-{p}.txt", [x["text"] for x in qa["answers"]])
                    for qa in paragraph["qas"]
                ]
        titles = {article["title"] for article in indexed}
        others = [
            qa["question"]
            for art in everything
            if art["title"] not in titles
            for par in art["paragraphs"]
            for qa in par["qas"]
        ]
        with Assistant.open(folder / "corpus", folder / "index") as assistant:
            assistant.sync()
            ids = {d.path: d.id for d in assistant.documents()}
            for question, path, answers in rng.sample(asked, min(count, len(asked))):
                values, text, found = observe(assistant, question)
                yield group, True, found == path and any(answer in text for answer in answers), values
                values, *_ = observe(assistant, question, [i for p, i in ids.items() if p != path])
                yield group, False, False, values
            for question in rng.sample(others, min(count // 2, len(others))):
                yield group, False, False, observe(assistant, question)[0]


def articles(folder: Path, questions: Path) -> Iterator[Example]:
    with tempfile.TemporaryDirectory() as index, Assistant.open(folder, index) as assistant:
        assistant.sync()
        for line in questions.read_text("utf-8").splitlines():
            item = json.loads(line)
            values, text, path = observe(assistant, item["question"])
            right = any(
                Path(path).stem == e["document"] and all(c in text for c in e["contains"])
                for e in item["evidence"]
            )
            yield "articles", item["answerable"], right, values


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("squad", type=Path)
    parser.add_argument("articles", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument(
        "--cache", type=Path, help="keep the examples here, and take them from here next time"
    )
    options = parser.parse_args()
    if options.cache and options.cache.exists():
        kept = np.load(options.cache)
        group, answerable, right, x = (kept[name] for name in ("group", "answerable", "right", "x"))
    else:
        examples = [*articles(options.articles, options.questions), *squad(options.squad, 120, 10, 20)]
        group = np.array([e[0] for e in examples])
        answerable = np.array([e[1] for e in examples])
        right = np.array([e[2] for e in examples])
        x = np.array([e[3] for e in examples])
        if options.cache:
            np.savez(options.cache, group=group, answerable=answerable, right=right, x=x)
    weights = np.array([1 / np.sum(group == g) for g in group]) * len(group) / 3
    model = LogisticRegression(C=10)
    p = cross_val_predict(model, x, right, cv=10, method="predict_proba", params={"sample_weight": weights})[
        :, 1
    ]
    model.fit(x, right, sample_weight=weights)
    threshold = min(np.quantile(p[(group == g) & answerable], 0.02) for g in np.unique(group))
    print(f"_INTERCEPT = {model.intercept_[0]:.3f}")
    print("_WEIGHTS = (" + ", ".join(f"{w:.3f}" for w in model.coef_[0]) + ")")
    print(f"THRESHOLD = {threshold:.3f}\n")
    print(
        "| corpus | answerable | unanswerable | best sentence right | AUROC answerable | cosine alone"
        " | falsely refused | rightly refused | ECE |"
    )
    print("|-|-|-|-|-|-|-|-|-|")
    for g in [*np.unique(group), "all"]:
        of = (group == g) | (g == "all")
        yes, no = of & answerable, of & ~answerable
        bins = np.minimum((p[of] * 10).astype(int), 9)
        ece = sum(
            abs(p[of][bins == b].mean() - right[of][bins == b].mean()) * np.mean(bins == b)
            for b in np.unique(bins)
        )
        print(
            f"| {g} | {yes.sum()} | {no.sum()} | {right[yes].mean():.3f}"
            f" | {roc_auc_score(answerable[of], p[of]):.3f} | {roc_auc_score(answerable[of], x[of, 1]):.3f}"
            f" | {np.mean(p[yes] < threshold):.3f} | {np.mean(p[no] < threshold):.3f} | {ece:.3f} |"
        )


if __name__ == "__main__":
    main()
