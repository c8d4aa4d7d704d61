"""Groups of short texts -> how often answers are right to say that sources agree or differ.

usage: python benchmarks/agreement.py PAIRS.jsonl|REWORDINGS.jsonl [--misses]

Each pair has two documents, "a" and "b", and a question; each set of rewordings has two or three documents,
"sources", and several wordings of one question. They are labelled agree, differ or unrelated. A question is
asked about its documents only, at a threshold of 0. Prints Markdown, for rewordings also in how many sets the
outcome is the same for all wordings; with --misses also the questions with another outcome than their label.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from qa import Answer, Assistant

LABELS = ("agree", "differ", "unrelated")
Outcomes = list[tuple[str, Answer]]  # of the wordings of a question: the label that the answer gives, and it


def outcome(answer: Answer) -> str:
    """The label that an answer gives its sources."""
    if answer.differ:
        return "differ"
    return "agree" if any(len(claim.citations) > 1 for claim in answer.claims) else "unrelated"


def sources_of(case: dict[str, Any]) -> list[dict[str, str]]:
    """The documents of a pair or of a set of rewordings."""
    return case["sources"] if "sources" in case else [case["a"], case["b"]]


def wordings_of(case: dict[str, Any]) -> list[str]:
    """The question of a pair, or the wordings of a set."""
    return case["questions"] if "questions" in case else [case["question"]]


@contextmanager
def indexed(cases: Sequence[dict[str, Any]]) -> Iterator[tuple[Assistant, list[list[str]]]]:
    """An assistant for the documents of all cases, and the ids of each case's own."""
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder, "corpus")
        corpus.mkdir()
        for number, case in enumerate(cases):
            for place, source in enumerate(sources_of(case)):
                front = "".join(f'{key}: "{source[key]}"\n' for key in ("source", "date") if source.get(key))
                text = f"---\n{front}---\n\n{source['text']}\n"
                (corpus / f"{number}-{place}.md").write_text(text, "utf-8")
        with Assistant.open(corpus, Path(folder, "index")) as assistant:
            assistant.sync()
            ids = {document.path: document.id for document in assistant.documents()}
            places = [range(len(sources_of(case))) for case in cases]
            yield assistant, [[ids[f"{n}-{place}.md"] for place in own] for n, own in enumerate(places)]


def ask_all(cases: Sequence[dict[str, Any]]) -> list[Outcomes]:
    """The outcomes for each pair or set, one for each wording."""
    outcomes = []
    with indexed(cases) as (assistant, documents):
        for case, own in zip(cases, documents, strict=True):
            answers = [assistant.ask(q, documents=own, threshold=0) for q in wordings_of(case)]
            outcomes.append([(outcome(answer), answer) for answer in answers])
    return outcomes


def ask_pairs(pairs: Sequence[dict[str, Any]]) -> Outcomes:
    """The outcome and the answer for each pair."""
    return [found for (found,) in ask_all(pairs)]


def precision(pairs: Sequence[dict[str, Any]], outcomes: Sequence[str]) -> dict[str, float]:
    """The share of right outcomes among the outcomes agree and differ; 0 if there are none."""
    right = Counter(got for pair, got in zip(pairs, outcomes, strict=True) if got == pair["label"])
    total = Counter(outcomes)
    return {label: right[label] / max(1, total[label]) for label in LABELS[:2]}


def table(name: str, cases: Sequence[dict[str, Any]], outcomes: Sequence[Outcomes]) -> str:
    """The outcomes of all wordings by label, and their precision and recall."""
    asked = [(case, got) for case, found in zip(cases, outcomes, strict=True) for got, _ in found]
    counts = Counter((case["label"], got) for case, got in asked)
    lines = [f"| {name}: label | said to agree | said to differ | neither |", "|-|-|-|-|"]
    for label in LABELS:
        lines.append(f"| {label} | " + " | ".join(str(counts[label, got]) for got in LABELS) + " |")
    shares = precision([case for case, _ in asked], [got for _, got in asked])
    for label in LABELS[:2]:
        right, labelled = counts[label, label], sum(counts[label, got] for got in LABELS)
        lines.append(f"\nSaid to {label}: precision {shares[label]:.3f}, recall {right}/{labelled}")
    return "\n".join(lines)


def steadiness(cases: Sequence[dict[str, Any]], outcomes: Sequence[Outcomes]) -> str:
    """In how many sets the outcome is the same for all wordings, and of how many it is also right."""
    lines = [
        "| label | sets | same for all wordings | and right | false for some wording |",
        "|-|-|-|-|-|",
    ]
    for label in LABELS:
        found = [
            {got for got, _ in of_case}
            for case, of_case in zip(cases, outcomes, strict=True)
            if case["label"] == label
        ]
        same, right = sum(len(one) == 1 for one in found), sum(one == {label} for one in found)
        false = sum(not one <= {label, "unrelated"} for one in found)
        lines.append(f"| {label} | {len(found)} | {same} | {right} | {false} |")
    return "\n".join(lines)


def misses(cases: Sequence[dict[str, Any]], outcomes: Sequence[Outcomes]) -> str:
    """The questions with another outcome than their label, with their documents."""
    lines = []
    for case, found in zip(cases, outcomes, strict=True):
        for wording, (got, answer) in zip(wordings_of(case), found, strict=True):
            if got != case["label"]:
                lines.append(f"\n{case['id']}: {case['label']}, not {got}: {wording}")
                lines += [f"  {source['text']} <{source['answer']}>" for source in sources_of(case)]
                lines.append("  said: " + " / ".join(claim.value for claim in answer.claims))
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("cases", type=Path)
    parser.add_argument("--misses", action="store_true")
    options = parser.parse_args()
    cases = [json.loads(line) for line in options.cases.read_text("utf-8").splitlines()]
    outcomes = ask_all(cases)
    print(table(options.cases.stem, cases, outcomes))
    if any(len(found) > 1 for found in outcomes):
        print("\n" + steadiness(cases, outcomes))
    if options.misses:
        print(misses(cases, outcomes))


if __name__ == "__main__":
    main()
