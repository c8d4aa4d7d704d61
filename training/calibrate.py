"""Questions with and without an answer -> the calibration of the confidence, its threshold and its quality.

usage: python training/calibrate.py SET.json ... --articles FOLDER QUESTIONS.jsonl [--articles ...]
           [--without-reader] [--cache FILE.json] [--picture FILE.png]

Three kinds of corpus: all paragraphs of the sets together, the largest of their articles held aside, each
alone, and each FOLDER. The answerable questions are those about the articles held aside and those in
QUESTIONS.jsonl. The unanswerable ones are the same questions with their paragraph excluded from the search
("taken out"), those that people wrote about the paragraph to look answerable ("written"), questions about
other articles held aside ("off topic"), and the unanswerable ones in QUESTIONS.jsonl. SHARES says how much
each kind of question weighs. The label says if the quote of the best sentence is right. All figures come from
ten-fold cross-validation. Prints the constants, and tables in Markdown.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from sets import Answered, Paragraph, Question, paragraphs
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from qa import Assistant
from qa.answers.quotes import quote_span
from qa.evaluation.measures import Booleans, Floats, bins, calibration_error, risks
from qa.evaluation.question_sets import load
from qa.language.questions import parse
from qa.search.evidence import LOOKED_AT

FALSELY_REFUSED = 0.05  # share of the answerable questions of a corpus, at most; sets the threshold
WHOLE, ALONE = 120, 10  # answerable questions on all paragraphs, and on each article alone
ARTICLES, LEAST = 8, 3  # articles that are indexed alone, those with most questions; at least so many
SHARES = {"answerable": 0.5, "off topic": 0.1}  # of a corpus; what is left is on topic and unanswerable
Observation = tuple[str, str, bool, Mapping[str, float]]  # corpus, kind of question, right, signals


def observe(
    assistant: Assistant, question: str, documents: list[str] | None = None
) -> tuple[Mapping[str, float], str, str]:
    """The signals of a question, the quote of the best sentence, and the path of its document."""
    engine, parsed = assistant.engine, parse(question)
    evidence = engine.evidence(engine.find(parsed, LOOKED_AT, documents))
    best = evidence.sentences[0]
    quote = best.text(quote_span(best, parsed.form.reads_on))
    return evidence.signals, quote, best.hit.document.path


def observe_sets(paths: Sequence[Path], without_reader: bool) -> Iterator[Observation]:
    """Observations on sets: on all paragraphs together, then on some of the articles held aside."""
    everything = paragraphs(paths)
    aside = [p for p in everything if p.held_aside]
    choice = random.Random(7)
    yield from _observe_corpus("all paragraphs", everything, aside, (), WHOLE, without_reader, choice)
    counts: Counter[str] = Counter()
    for paragraph in aside:
        counts[paragraph.article] += len(_answerable(paragraph))
    for article in [a for a, count in counts.most_common() if a and count >= LEAST][:ARTICLES]:
        own = [p for p in aside if p.article == article]
        if len(own) == 1:
            continue  # nothing is left when its paragraph is taken out
        off_topic = [q.text for p in aside if p.article != article for q in p.questions]
        yield from _observe_corpus("one article", own, own, off_topic, ALONE, without_reader, choice)


def _answerable(paragraph: Paragraph) -> list[Question]:
    return [q for q in paragraph.questions if q.answered is Answered.SPAN]


def _observe_corpus(
    name: str,
    indexed: Sequence[Paragraph],
    asked_about: Sequence[Paragraph],
    off_topic: Sequence[str],
    count: int,
    without_reader: bool,
    choice: random.Random,
) -> Iterator[Observation]:
    """`count` answerable questions, as many taken out and as many written, and half as many off topic."""
    written = [q.text for p in asked_about for q in p.questions if q.answered is Answered.NOT]
    others = {"written": (written, count), "off topic": (list(off_topic), count // 2)}
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder, "corpus")
        corpus.mkdir()
        for paragraph in indexed:
            (corpus / f"{paragraph.name}.txt").write_text(paragraph.text, "utf-8")
        with Assistant.open(corpus, Path(folder, "index"), use_reader=not without_reader) as assistant:
            assistant.sync()
            ids = {d.path: d.id for d in assistant.documents()}
            questions = [(q, p) for p in asked_about for q in _answerable(p)]
            for question, paragraph in choice.sample(questions, min(count, len(questions))):
                own_path = f"{paragraph.name}.txt"
                signals, quote, path = observe(assistant, question.text)
                answers = [paragraph.text[a:b] for a, b in question.spans]
                right = path == own_path and any(answer in quote for answer in answers)
                yield name, "answerable", right, signals
                without = [i for path, i in ids.items() if path != own_path]
                yield name, "taken out", False, observe(assistant, question.text, without)[0]
            for kind, (texts, most) in others.items():
                for text in choice.sample(texts, min(most, len(texts))):
                    yield name, kind, False, observe(assistant, text)[0]


def observe_articles(folder: Path, questions: Path, without_reader: bool) -> Iterator[Observation]:
    """Observations on a folder of articles, with the questions in a file."""
    with (
        tempfile.TemporaryDirectory() as index,
        Assistant.open(folder, index, use_reader=not without_reader) as assistant,
    ):
        assistant.sync()
        for (question,) in load(questions).conversations:
            signals, quote, path = observe(assistant, question.text)
            right = any(piece.is_in(path, quote) for piece in question.evidence)
            yield questions.stem, "answerable" if question.answerable else question.why, right, signals


def probabilities(x: Floats, right: Booleans, weights: Floats) -> Floats:
    """The probability of each example, from a fit to the other nine tenths."""
    tenths = StratifiedKFold(10, shuffle=True, random_state=0)  # shuffled, as examples come corpus by corpus
    predicted: Floats = cross_val_predict(
        LogisticRegression(C=10),
        x,
        right,
        cv=tenths,
        method="predict_proba",
        params={"sample_weight": weights},
    )[:, 1]
    return predicted


def picture(p: Floats, right: Booleans, threshold: float, path: Path) -> None:
    """Draw the reliability diagram and the risk-coverage curve."""
    from matplotlib import pyplot as plt

    _, (left, middle) = plt.subplots(1, 2, figsize=(10, 4.4), layout="constrained")
    numbers = bins(p)
    in_bins = [numbers == number for number in np.unique(numbers)]
    left.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    left.plot([p[b].mean() for b in in_bins], [right[b].mean() for b in in_bins], "o-")
    for b in in_bins:
        left.annotate(
            str(np.sum(b)),
            (p[b].mean(), right[b].mean()),
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


def observations(options: argparse.Namespace) -> list[Observation]:
    """All observations, from the cache if there is one."""
    if options.cache and options.cache.exists():
        return [tuple(line) for line in json.loads(options.cache.read_text("utf-8"))]
    observed = [
        *(
            observation
            for folder, questions in options.articles or ()
            for observation in observe_articles(folder, questions, options.without_reader)
        ),
        *observe_sets(options.sets, options.without_reader),
    ]
    if options.cache:
        options.cache.write_text(json.dumps(observed, default=float), "utf-8")
    return observed


class Examples:
    """The observations as arrays, with one entry or row each, and their weights.

    All corpora weigh the same. Within each, every kind of question has its share, whatever its number.
    """

    def __init__(self, observed: Sequence[Observation]) -> None:
        self.corpus = np.array([corpus for corpus, _, _, _ in observed])
        self.kinds = np.array([kind for _, kind, _, _ in observed])
        self.right = np.array([bool(right) for _, _, right, _ in observed])
        self.names = list(observed[0][3])
        self.x = np.array([[float(signals[name]) for name in self.names] for *_, signals in observed])
        self.answerable = self.kinds == "answerable"
        groups = np.where(np.isin(self.kinds, list(SHARES)), self.kinds, "on topic")
        shares = np.array([SHARES.get(group, 1 - sum(SHARES.values())) for group in groups])
        for corpus in np.unique(self.corpus):
            inside = self.corpus == corpus
            counts = np.array([np.sum(inside & (groups == group)) for group in groups])
            shares[inside] = shares[inside] / counts[inside]
            shares[inside] /= shares[inside].sum()
        self.weights = shares * len(shares) / len(np.unique(self.corpus))


def fitted_threshold(examples: Examples, p: Floats) -> float:
    """The threshold at which the share FALSELY_REFUSED of the answerable questions of a corpus is refused.

    It is the lowest of the thresholds of the corpora, so that no kind of corpus pays for the others.
    """
    of_corpora = [examples.answerable & (examples.corpus == name) for name in np.unique(examples.corpus)]
    return min(float(np.quantile(p[inside], FALSELY_REFUSED)) for inside in of_corpora if inside.any())


def print_corpora(examples: Examples, p: Floats, threshold: float) -> None:
    """Print the quality of the confidence on each corpus and on all of them."""
    print(
        "\n| corpus | answerable | unanswerable | best sentence right | AUROC answerable | AUROC right"
        " | AURC | ECE | falsely refused | refused off topic | on topic | taken out | written | noise |"
    )
    print("|-|-|-|-|-|-|-|-|-|-|-|-|-|-|")
    for name in [*np.unique(examples.corpus), "all"]:
        inside = (examples.corpus == name) | (name == "all")
        answerable, right = examples.answerable[inside], examples.right[inside]
        kinds, chances = examples.kinds[inside], p[inside]
        refusals = [
            f"{np.mean(chances[kinds == kind] < threshold):.3f}" if np.any(kinds == kind) else ""
            for kind in ("off topic", "on topic", "taken out", "written", "noise")
        ]
        print(
            f"| {name} | {answerable.sum()} | {(~answerable).sum()} | {right[answerable].mean():.3f}"
            f" | {roc_auc_score(answerable, chances):.3f} | {roc_auc_score(right, chances):.3f}"
            f" | {risks(chances, right).mean():.3f} | {calibration_error(chances, right):.3f}"
            f" | {np.mean(chances[answerable] < threshold):.3f} | {' | '.join(refusals)} |"
        )


def print_signals(examples: Examples) -> None:
    """Print how good each signal is alone, how good the others are without it, and all of them."""
    names, right = examples.names, examples.right
    print("\n| signals | AUROC answerable | AUROC right | ECE |\n|-|-|-|-|")
    subsets = [[i] for i in range(len(names))]
    subsets += [[i for i in range(len(names)) if i != omitted] for omitted in range(len(names))]
    subsets += [list(range(len(names)))]
    for subset in subsets:
        p = probabilities(examples.x[:, subset], right, examples.weights)
        missing = [name for i, name in enumerate(names) if i not in subset]
        label = names[subset[0]] if len(subset) == 1 else f"all but {missing[0]}" if missing else "all"
        print(
            f"| {label} | {roc_auc_score(examples.answerable, p):.3f} | {roc_auc_score(right, p):.3f}"
            f" | {calibration_error(p, right):.3f} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("sets", type=Path, nargs="+")
    parser.add_argument("--articles", type=Path, nargs=2, action="append", metavar=("FOLDER", "QUESTIONS"))
    parser.add_argument("--without-reader", action="store_true")
    parser.add_argument("--cache", type=Path, help="keep the observations here, to fit them again")
    parser.add_argument("--picture", type=Path)
    options = parser.parse_args()
    examples = Examples(observations(options))
    p = probabilities(examples.x, examples.right, examples.weights)
    threshold = fitted_threshold(examples, p)
    model = LogisticRegression(C=10).fit(examples.x, examples.right, sample_weight=examples.weights)
    weights = zip(examples.names, model.coef_[0], strict=True)
    calibration = {
        "intercept": round(float(model.intercept_[0]), 3),
        "weights": {name: round(float(weight), 3) for name, weight in weights},
        "threshold": round(threshold, 3),
    }
    print(json.dumps(calibration))
    print_corpora(examples, p, threshold)
    print_signals(examples)
    if options.picture:
        picture(p, examples.right, threshold, options.picture)


if __name__ == "__main__":
    main()
