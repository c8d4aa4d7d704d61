"""How often sources are rightly said to agree, or to give different figures: on pairs of short texts.

usage: python benchmarks/agreement.py PAIRS.jsonl [--misses]

Each pair is two documents and a question, labelled agree, differ or unrelated. The question is asked of
these two alone, at a threshold of 0. Prints Markdown; with --misses also the pairs that came out otherwise.
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
    """What an answer says of its sources."""
    if answer.differ:
        return "differ"
    return "agree" if any(len(claim.citations) > 1 for claim in answer.claims) else "unrelated"


def asked(pairs: list[dict[str, Any]]) -> list[tuple[str, Answer]]:
    """For each pair what came out, and the answer."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder, "corpus")
        corpus.mkdir()
        for number, pair in enumerate(pairs):
            for side in "ab":
                told = pair[side]
                front = "".join(f'{key}: "{told[key]}"\n' for key in ("source", "date") if told.get(key))
                (corpus / f"{number}{side}.md").write_text(f"---\n{front}---\n\n{told['text']}\n", "utf-8")
        with Assistant.open(corpus, Path(folder, "index")) as assistant:
            assistant.sync()
            ids = {document.path: document.id for document in assistant.documents()}
            for number, pair in enumerate(pairs):
                two = [ids[f"{number}{side}.md"] for side in "ab"]
                answer = assistant.ask(pair["question"], documents=two, threshold=0)
                found.append((outcome(answer), answer))
    return found


def precision(pairs: list[dict[str, Any]], said: list[str]) -> dict[str, float]:
    """How often what is said is so, for agree and differ: 0 where nothing is said."""
    right = Counter(outcome for pair, outcome in zip(pairs, said, strict=True) if outcome == pair["label"])
    all_said = Counter(said)
    return {label: right[label] / max(1, all_said[label]) for label in LABELS[:2]}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--misses", action="store_true")
    options = parser.parse_args()
    pairs = [json.loads(line) for line in options.pairs.read_text("utf-8").splitlines()]
    found = asked(pairs)
    counts = Counter((pair["label"], said) for pair, (said, _) in zip(pairs, found, strict=True))
    print(
        f"| {options.pairs.stem}: label | "
        + " | ".join(f"said to {label}" for label in LABELS[:2])
        + " | neither |"
    )
    print("|-|-|-|-|")
    for label in LABELS:
        print(f"| {label} | " + " | ".join(str(counts[label, said]) for said in LABELS) + " |")
    for said in LABELS[:2]:
        right, labelled = counts[said, said], sum(counts[said, other] for other in LABELS)
        share = precision(pairs, [outcome for outcome, _ in found])[said]
        print(f"\nSaid to {said}: precision {share:.3f}, recall {right}/{labelled}")
    if options.misses:
        for pair, (said, answer) in zip(pairs, found, strict=True):
            if said != pair["label"]:
                print(f"\n{pair['id']}: {pair['label']}, not {said}: {pair['question']}")
                for side in "ab":
                    print(f"  {side}: {pair[side]['text']} <{pair[side]['answer']}>")
                print("  said: " + " / ".join(claim.value for claim in answer.claims))


if __name__ == "__main__":
    main()
