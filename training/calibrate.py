"""Fits the confidence and its threshold, and says how well they do.

usage: python training/calibrate.py SQUAD.json --articles FOLDER QUESTIONS.jsonl [--articles ...]
           [--without-reader] [--cache FILE.json] [--picture FILE.png]

All corpora weigh the same: all paragraphs of SQUAD.json together, each of its articles that were held
aside alone, and each FOLDER. Questions with an answer there: those of the articles held aside,
and those of QUESTIONS.jsonl. Questions without: the same with their paragraph left out of the search
(on topic), questions about other articles held aside (off topic), and the unanswerable ones of
QUESTIONS.jsonl. The label is whether the quote of the best sentence is right. All figures are of ten-fold
cross-validation. Prints the constants, and tables in Markdown.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from squad import Paragraph, paragraphs

from qa import Assistant
from qa.answers.quotes import quote_span
from qa.evaluation.measures import Booleans, Floats, bins, calibration_error, risks
from qa.evaluation.question_sets import load
from qa.language.questions import parse
from qa.search.evidence import LOOKED_AT

FALSELY_REFUSED = 0.06  # of the answerable questions, each corpus weighing the same: makes the threshold
WHOLE, ALONE = 300, 40  # answerable questions to all paragraphs, and to each article alone
Observed = tuple[str, str, bool, Mapping[str, float]]  # corpus, kind of question, right, signals


def observe(
    assistant: Assistant, question: str, documents: list[str] | None = None
) -> tuple[Mapping[str, float], str, str]:
    """The signals of a question, and the quote of the best sentence with the path of its document."""
    engine, asked = assistant.engine, parse(question)
    evidence = engine.evidence(engine.find(asked, LOOKED_AT, documents))
    best = evidence.sentences[0]
    quote = best.text(quote_span(best, asked.form.reads_on))
    return evidence.signals, quote, best.hit.document.path


def squad(path: Path, without_reader: bool) -> Iterator[Observed]:
    everything = list(paragraphs(path))
    aside = [p for p in everything if p.held_aside]
    choice = random.Random(7)
    yield from _corpus("all paragraphs", everything, aside, (), WHOLE, without_reader, choice)
    for article in sorted({p.article for p in aside}):
        own = [p for p in aside if p.article == article]
        others = [q.text for p in aside if p.article != article for q in p.questions]
        yield from _corpus("one article", own, own, others, ALONE, without_reader, choice)


def _corpus(
    name: str,
    indexed: Sequence[Paragraph],
    asked: Sequence[Paragraph],
    others: Sequence[str],
    count: int,
    without_reader: bool,
    choice: random.Random,
) -> Iterator[Observed]:
    """Of one corpus `count` answerable questions, as many without their paragraph, half as many off topic."""
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder, "corpus")
        corpus.mkdir()
        for paragraph in indexed:
            (corpus / f"{paragraph.name}.txt").write_text(paragraph.text, "utf-8")
        with Assistant.open(corpus, Path(folder, "index"), use_reader=not without_reader) as assistant:
            assistant.sync()
            ids = {d.path: d.id for d in assistant.documents()}
            questions = [(q, f"{p.name}.txt") for p in asked for q in p.questions]
            for question, own in choice.sample(questions, min(count, len(questions))):
                signals, text, found = observe(assistant, question.text)
                right = found == own and any(answer in text for _, answer in question.answers)
                yield name, "answerable", right, signals
                signals, *_ = observe(assistant, question.text, [i for p, i in ids.items() if p != own])
                yield name, "on topic", False, signals
            for text in choice.sample(list(others), min(count // 2, len(others))):
                yield name, "off topic", False, observe(assistant, text)[0]


def articles(folder: Path, questions: Path, without_reader: bool) -> Iterator[Observed]:
    with (
        tempfile.TemporaryDirectory() as index,
        Assistant.open(folder, index, use_reader=not without_reader) as assistant,
    ):
        assistant.sync()
        for (question,) in load(questions).conversations:
            signals, text, path = observe(assistant, question.text)
            right = any(piece.is_in(path, text) for piece in question.evidence)
            yield questions.stem, "answerable" if question.answerable else question.why, right, signals


def probabilities(x: Floats, right: Booleans, weights: Floats) -> Floats:
    """Each example's probability from a fit to the other nine tenths, of every corpus in the same way."""
    tenths = StratifiedKFold(10, shuffle=True, random_state=0)  # the examples come corpus by corpus
    found: Floats = cross_val_predict(
        LogisticRegression(C=10),
        x,
        right,
        cv=tenths,
        method="predict_proba",
        params={"sample_weight": weights},
    )[:, 1]
    return found


def picture(p: Floats, right: Booleans, threshold: float, path: Path) -> None:
    """The reliability diagram and the risk-coverage curve."""
    from matplotlib import pyplot as plt

    _, (left, middle) = plt.subplots(1, 2, figsize=(10, 4.4), layout="constrained")
    of = bins(p)
    known = np.unique(of)
    left.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    left.plot([p[of == b].mean() for b in known], [right[of == b].mean() for b in known], "o-")
    for b in known:
        left.annotate(
            str(np.sum(of == b)),
            (p[of == b].mean(), right[of == b].mean()),
            textcoords="offset points",
            xytext=(6, -10),
            fontsize=8,
        )
    left.set(xlabel="confidence", ylabel="best sentence right", title="Reliability (questions in each bin)")
    coverage = np.arange(1, len(p) + 1) / len(p)
    middle.plot(coverage, risks(p, right))
    middle.axvline(np.mean(p >= threshold), color="0.7", linewidth=1)
    middle.annotate("threshold", (np.mean(p >= threshold), 0), rotation=90, fontsize=8, color="0.4")
    middle.set(xlabel="questions answered", ylabel="of these wrong", title="Risk and coverage", ylim=0)
    plt.savefig(path, dpi=110)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("squad", type=Path)
    parser.add_argument("--articles", type=Path, nargs=2, action="append", metavar=("FOLDER", "QUESTIONS"))
    parser.add_argument("--without-reader", action="store_true")
    parser.add_argument("--cache", type=Path, help="keep what was observed here, to fit it again")
    parser.add_argument("--picture", type=Path)
    options = parser.parse_args()
    if options.cache and options.cache.exists():
        examples = [tuple(line) for line in json.loads(options.cache.read_text("utf-8"))]
    else:
        examples = [
            *(e for a, b in options.articles or () for e in articles(a, b, options.without_reader)),
            *squad(options.squad, options.without_reader),
        ]
        if options.cache:
            options.cache.write_text(json.dumps(examples, default=float), "utf-8")
    corpus = np.array([e[0] for e in examples])
    kinds = np.array([e[1] for e in examples])
    right = np.array([bool(e[2]) for e in examples])
    names = list(examples[0][3])
    x = np.array([[float(e[3][name]) for name in names] for e in examples])
    weights = np.array([1 / np.sum(corpus == c) for c in corpus]) * len(corpus) / len(set(corpus))
    answerable = kinds == "answerable"
    p = probabilities(x, right, weights)
    order = np.argsort(p[answerable])
    below = np.cumsum(weights[answerable][order]) / weights[answerable].sum()
    threshold = float(p[answerable][order][np.searchsorted(below, FALSELY_REFUSED)])
    model = LogisticRegression(C=10).fit(x, right, sample_weight=weights)
    print(
        json.dumps(
            {
                "intercept": round(float(model.intercept_[0]), 3),
                "weights": {n: round(float(w), 3) for n, w in zip(names, model.coef_[0], strict=True)},
                "threshold": round(threshold, 3),
            }
        )
    )
    print(
        "\n| corpus | answerable | unanswerable | best sentence right | AUROC answerable | AUROC right"
        " | AURC | ECE | falsely refused | refused off topic | refused on topic | refused noise |"
    )
    print("|-|-|-|-|-|-|-|-|-|-|-|-|")
    for c in [*np.unique(corpus), "all"]:
        of = (corpus == c) | (c == "all")
        yes = of & answerable
        refusals = [
            f"{np.mean(p[of & (kinds == k)] < threshold):.3f}" if np.any(of & (kinds == k)) else ""
            for k in ("off topic", "on topic", "noise")
        ]
        print(
            f"| {c} | {yes.sum()} | {(of & ~answerable).sum()} | {right[yes].mean():.3f}"
            f" | {roc_auc_score(answerable[of], p[of]):.3f} | {roc_auc_score(right[of], p[of]):.3f}"
            f" | {risks(p[of], right[of]).mean():.3f} | {calibration_error(p[of], right[of]):.3f}"
            f" | {np.mean(p[yes] < threshold):.3f} | {' | '.join(refusals)} |"
        )
    print("\n| signals | AUROC answerable | AUROC right | ECE |\n|-|-|-|-|")
    sets = [[i] for i in range(len(names))]
    sets += [[i for i in range(len(names)) if i != left] for left in range(len(names))]
    sets += [list(range(len(names)))]
    for some in sets:
        q = probabilities(x[:, some], right, weights)
        left = [n for i, n in enumerate(names) if i not in some]
        label = names[some[0]] if len(some) == 1 else f"all but {left[0]}" if left else "all"
        print(
            f"| {label} | {roc_auc_score(answerable, q):.3f} | {roc_auc_score(right, q):.3f}"
            f" | {calibration_error(q, right):.3f} |"
        )
    if options.picture:
        picture(p, right, threshold, options.picture)


if __name__ == "__main__":
    main()
