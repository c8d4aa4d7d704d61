"""Pairs of short texts -> how often answers are right to say that sources agree or differ.

usage: python benchmarks/agreement.py PAIRS.jsonl [--misses]

Each pair has two documents and a question, and is labelled agree, differ or unrelated. The question is asked
about these two documents only, at a threshold of 0. Prints Markdown; with --misses also the pairs with
another outcome than their label.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from qa import Answer, Assistant

LABELS = ("agree", "differ", "unrelated")


def outcome(answer: Answer) -> str:
    """The label that an answer gives its sources."""
    if answer.differ:
        return "differ"
    return "agree" if any(len(claim.citations) > 1 for claim in answer.claims) else "unrelated"


def ask_pairs(pairs: list[dict[str, Any]]) -> list[tuple[str, Answer]]:
    """The outcome and the answer for each pair."""
    outcomes = []
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder, "corpus")
        corpus.mkdir()
        for number, pair in enumerate(pairs):
            for side in "ab":
                source = pair[side]
                front = "".join(f'{key}: "{source[key]}"\n' for key in ("source", "date") if source.get(key))
                text = f"---\n{front}---\n\n{source['text']}\n"
                (corpus / f"{number}{side}.md").write_text(text, "utf-8")
        with Assistant.open(corpus, Path(folder, "index")) as assistant:
            assistant.sync()
            ids = {document.path: document.id for document in assistant.documents()}
            for number, pair in enumerate(pairs):
                both = [ids[f"{number}{side}.md"] for side in "ab"]
                answer = assistant.ask(pair["question"], documents=both, threshold=0)
                outcomes.append((outcome(answer), answer))
    return outcomes


def precision(pairs: list[dict[str, Any]], outcomes: list[str]) -> dict[str, float]:
    """The share of right outcomes among the outcomes agree and differ; 0 if there are none."""
    right = Counter(got for pair, got in zip(pairs, outcomes, strict=True) if got == pair["label"])
    total = Counter(outcomes)
    return {label: right[label] / max(1, total[label]) for label in LABELS[:2]}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--misses", action="store_true")
    options = parser.parse_args()
    pairs = [json.loads(line) for line in options.pairs.read_text("utf-8").splitlines()]
    answers = ask_pairs(pairs)
    counts = Counter((pair["label"], got) for pair, (got, _) in zip(pairs, answers, strict=True))
    print(
        f"| {options.pairs.stem}: label | "
        + " | ".join(f"said to {label}" for label in LABELS[:2])
        + " | neither |"
    )
    print("|-|-|-|-|")
    for label in LABELS:
        print(f"| {label} | " + " | ".join(str(counts[label, got]) for got in LABELS) + " |")
    for label in LABELS[:2]:
        right, labelled = counts[label, label], sum(counts[label, got] for got in LABELS)
        share = precision(pairs, [got for got, _ in answers])[label]
        print(f"\nSaid to {label}: precision {share:.3f}, recall {right}/{labelled}")
    if options.misses:
        for pair, (got, answer) in zip(pairs, answers, strict=True):
            if got != pair["label"]:
                print(f"\n{pair['id']}: {pair['label']}, not {got}: {pair['question']}")
                for side in "ab":
                    print(f"  {side}: {pair[side]['text']} <{pair[side]['answer']}>")
                print("  said: " + " / ".join(claim.value for claim in answer.claims))


if __name__ == "__main__":
    main()
