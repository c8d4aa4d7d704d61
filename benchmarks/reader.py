"""Short answers, the order of passages and the confidence, over all paragraphs of a set in SQuAD format.

usage: python benchmarks/reader.py SET.json [--limit N]

Each paragraph becomes a document of one corpus. An answerable question is asked three times: of all
paragraphs, of its own alone, and of all but its own; one that its set calls impossible once. F1 and exact
match are of the short answer as SQuAD's own script counts them, at a threshold of 0. Prints Markdown.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from retrieval import DEPTH, HEAD, indexed, load, rankings, row
from sklearn.metrics import roc_auc_score

from qa import Assistant, Hit
from qa.evaluation.measures import exact_match, f1
from qa.language.questions import keywords


def asked(
    assistant: Assistant, question: str, documents: list[str] | None = None
) -> tuple[str, float, float, tuple[Hit, ...]]:
    """The short answer, its confidence, the cosine of the nearest passage, and the hits re-ranked."""
    engine = assistant.engine
    found = engine.find(keywords(question), DEPTH, documents)
    evidence = engine.evidence(found)
    best = evidence.sentences[0]
    confidence = engine.calibration.probability(evidence.signals)
    return best.text(best.answer), confidence, found.nearest, evidence.hits


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("set", type=Path)
    parser.add_argument("--limit", type=int, help="questions, picked at random with a fixed seed")
    options = parser.parse_args()
    paragraphs, questions = load(options.set)
    if options.limit:
        questions = random.Random(1).sample(questions, min(options.limit, len(questions)))
    ranks: dict[str, list[float]] = {}
    scores: dict[str, list[float]] = {name: [] for name in ("any", "any exact", "own", "own exact")}
    sure: dict[str, list[float]] = {name: [] for name in ("answerable", "taken out", "impossible")}
    cosines: dict[str, list[float]] = {"answerable": [], "taken out": [], "impossible": []}
    seconds = []
    with tempfile.TemporaryDirectory() as folder, indexed(paragraphs, Path(folder)) as assistant:
        ids = {Path(d.path).stem: d.id for d in assistant.documents()}
        assistant.ask(questions[0][0])  # what is loaded once is loaded before anything is timed
        for done, (question, paragraph, answers) in enumerate(questions):
            kind = "answerable" if answers else "impossible"
            started = time.perf_counter()
            value, confidence, cosine, hits = asked(assistant, question)
            seconds.append(time.perf_counter() - started)
            sure[kind].append(confidence)
            cosines[kind].append(cosine)
            if not answers:
                continue
            scores["any"].append(f1(value, answers))
            scores["any exact"].append(exact_match(value, answers))
            alone, *_ = asked(assistant, question, [ids[paragraph]])
            scores["own"].append(f1(alone, answers))
            scores["own exact"].append(exact_match(alone, answers))
            others = [i for name, i in ids.items() if name != paragraph]
            _, confidence, cosine, _ = asked(assistant, question, others)
            sure["taken out"].append(confidence)
            cosines["taken out"].append(cosine)
            for way, found in (rankings(assistant, question, False) | {"re-ranked": list(hits)}).items():
                order = list(dict.fromkeys(Path(hit.document.path).stem for hit in found))
                rank = order.index(paragraph) + 1 if paragraph in order else np.inf
                ranks.setdefault(way, []).append(rank)
            if done % 100 == 0:
                print(f"{done} of {len(questions)}", file=sys.stderr)
    print(f"{HEAD}\n" + "\n".join(row(options.set.stem, way, found) for way, found in ranks.items()))
    print(f"\n| {options.set.stem} | value |\n|-|-|")
    for label, name in (("any passage", "any"), ("right passage given", "own")):
        print(f"| short answer, {label}: F1 | {np.mean(scores[name]):.3f} |")
        print(f"| short answer, {label}: exact match | {np.mean(scores[f'{name} exact']):.3f} |")
    for label, kind in (("paragraph taken out", "taken out"), ("written to look answerable", "impossible")):
        if sure[kind]:
            wanted = [True] * len(sure["answerable"]) + [False] * len(sure[kind])
            print(
                f"| AUROC, answerable against {label}: confidence |"
                f" {roc_auc_score(wanted, sure['answerable'] + sure[kind]):.3f} |\n"
                f"| AUROC, the same: cosine of the nearest passage |"
                f" {roc_auc_score(wanted, cosines['answerable'] + cosines[kind]):.3f} |"
            )
            refused = np.mean(np.array(sure[kind]) < assistant.threshold)
            print(f"| refused, {label} | {refused:.3f} |")
    print(f"| refused, answerable | {np.mean(np.array(sure['answerable']) < assistant.threshold):.3f} |")
    half, most = (1000 * np.quantile(seconds, q) for q in (0.5, 0.95))
    print(f"| ms an answer, p50 / p95 | {half:.0f} / {most:.0f} |")


if __name__ == "__main__":
    main()
