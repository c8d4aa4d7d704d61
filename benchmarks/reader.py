"""A set in SQuAD format -> the quality of short answers, of the order of passages and of the confidence.

usage: python benchmarks/reader.py SET.json [--limit N]

Each paragraph becomes a document in one corpus. An answerable question is asked three times: of all
paragraphs, of its own alone, and of all except its own. A question marked as impossible is asked once. F1 and
exact match of the short answer are computed as in SQuAD's own script, at a threshold of 0. Prints Markdown.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from retrieval import DEPTH, HEAD, Asked, index_paragraphs, load, rank_of, rankings, row
from sklearn.metrics import roc_auc_score

from qa import Assistant, Hit
from qa.evaluation.measures import exact_match, f1
from qa.language.questions import keywords


class Results:
    """Everything that is measured, each list with one value per question."""

    def __init__(self) -> None:
        self.ranks: dict[str, list[float]] = {}  # by way of ranking
        self.scores: dict[str, list[float]] = {n: [] for n in ("any", "any exact", "own", "own exact")}
        self.confidences: dict[str, list[float]] = {n: [] for n in ("answerable", "taken out", "impossible")}
        self.cosines: dict[str, list[float]] = {n: [] for n in ("answerable", "taken out", "impossible")}
        self.seconds: list[float] = []


def ask(
    assistant: Assistant, question: str, documents: list[str] | None = None
) -> tuple[str, float, float, tuple[Hit, ...]]:
    """The short answer, its confidence, the cosine of the nearest passage, and the re-ranked hits."""
    engine = assistant.engine
    candidates = engine.find(keywords(question), DEPTH, documents)
    evidence = engine.evidence(candidates)
    best = evidence.sentences[0]
    confidence = engine.calibration.probability(evidence.signals)
    return best.text(best.answer), confidence, candidates.nearest, evidence.hits


def measure(assistant: Assistant, questions: Sequence[Asked]) -> Results:
    """Ask all questions."""
    results = Results()
    ids = {Path(d.path).stem: d.id for d in assistant.documents()}
    assistant.ask(questions[0][0])  # loads everything that is loaded once, before the timing starts
    for done, (question, paragraph, answers) in enumerate(questions):
        kind = "answerable" if answers else "impossible"
        started = time.perf_counter()
        value, confidence, cosine, hits = ask(assistant, question)
        results.seconds.append(time.perf_counter() - started)
        results.confidences[kind].append(confidence)
        results.cosines[kind].append(cosine)
        if not answers:
            continue
        results.scores["any"].append(f1(value, answers))
        results.scores["any exact"].append(exact_match(value, answers))
        value, *_ = ask(assistant, question, [ids[paragraph]])
        results.scores["own"].append(f1(value, answers))
        results.scores["own exact"].append(exact_match(value, answers))
        others = [i for name, i in ids.items() if name != paragraph]
        _, confidence, cosine, _ = ask(assistant, question, others)
        results.confidences["taken out"].append(confidence)
        results.cosines["taken out"].append(cosine)
        for way, ranking in (rankings(assistant, question, False) | {"re-ranked": list(hits)}).items():
            results.ranks.setdefault(way, []).append(rank_of(paragraph, ranking))
        if done % 100 == 0:
            print(f"{done} of {len(questions)}", file=sys.stderr)
    return results


def print_results(name: str, results: Results, threshold: float) -> None:
    """Print the table of ranks, then all other figures."""
    scores, confidences, cosines = results.scores, results.confidences, results.cosines
    print(f"{HEAD}\n" + "\n".join(row(name, way, ranks) for way, ranks in results.ranks.items()))
    print(f"\n| {name} | value |\n|-|-|")
    for label, key in (("any passage", "any"), ("right passage given", "own")):
        print(f"| short answer, {label}: F1 | {np.mean(scores[key]):.3f} |")
        print(f"| short answer, {label}: exact match | {np.mean(scores[f'{key} exact']):.3f} |")
    for label, kind in (("paragraph taken out", "taken out"), ("written to look answerable", "impossible")):
        if confidences[kind]:
            answerable = [True] * len(confidences["answerable"]) + [False] * len(confidences[kind])
            print(
                f"| AUROC, answerable against {label}: confidence |"
                f" {roc_auc_score(answerable, confidences['answerable'] + confidences[kind]):.3f} |\n"
                f"| AUROC, the same: cosine of the nearest passage |"
                f" {roc_auc_score(answerable, cosines['answerable'] + cosines[kind]):.3f} |"
            )
            refused = np.mean(np.array(confidences[kind]) < threshold)
            print(f"| refused, {label} | {refused:.3f} |")
    print(f"| refused, answerable | {np.mean(np.array(confidences['answerable']) < threshold):.3f} |")
    p50, p95 = (1000 * np.quantile(results.seconds, q) for q in (0.5, 0.95))
    print(f"| ms an answer, p50 / p95 | {p50:.0f} / {p95:.0f} |")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("set", type=Path)
    parser.add_argument("--limit", type=int, help="questions, picked at random with a fixed seed")
    options = parser.parse_args()
    paragraphs, questions = load(options.set)
    if options.limit:
        questions = random.Random(1).sample(questions, min(options.limit, len(questions)))
    with tempfile.TemporaryDirectory() as folder, index_paragraphs(paragraphs, Path(folder)) as assistant:
        results = measure(assistant, questions)
        print_results(options.set.stem, results, assistant.threshold)


if __name__ == "__main__":
    main()
