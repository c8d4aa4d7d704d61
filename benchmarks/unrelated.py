"""Unrelated questions, one after the other -> how many answers change because of the question before.

usage: python benchmarks/unrelated.py QUESTIONS.jsonl ... [--pairs N] [--corpus FOLDER]

Draws pairs of questions that both stand alone, in the format of `qa eval`. The second is asked alone and
after the first and its answer; the answer should be the same. Those that seem to refer to something are each
drawn three times, since only they could change. Prints Markdown, and the pairs whose answer has changed.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from functools import cache
from pathlib import Path

from qa import Assistant
from qa.evaluation.question_sets import load
from qa.language.followups import seems_to_refer
from qa.types import Answer

OFTEN = 3  # times that a question which seems to refer to something comes second


def drawn(questions: list[str], pairs: int) -> list[tuple[str, str]]:
    """Pairs of different questions, the same ones each time."""
    random_ = random.Random(16)
    second = [question for question in questions if seems_to_refer(question) for _ in range(OFTEN)]
    second += random_.choices(questions, k=max(0, pairs - len(second)))
    return [(random_.choice([q for q in questions if q != question]), question) for question in second]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("questions", type=Path, nargs="+")
    parser.add_argument("--pairs", type=int, default=400)
    parser.add_argument("--corpus", type=Path, default=Path("corpus"))
    options = parser.parse_args()
    questions = [q.text for path in options.questions for c in load(path).conversations for q in c]
    pairs = drawn(list(dict.fromkeys(questions)), options.pairs)
    with tempfile.TemporaryDirectory() as index, Assistant.open(options.corpus, index) as assistant:
        assistant.sync()

        @cache
        def alone(question: str) -> Answer:
            return assistant.ask(question, suggest=False)

        changed = [
            (first, second, after)
            for first, second in pairs
            if (after := assistant.ask(second, [(first, alone(first).text)], suggest=False)) != alone(second)
        ]
        print("| pairs | second seems to refer | answer changed | was answered |")
        referring = sum(seems_to_refer(second) for _, second in pairs)
        shown = sum(alone(second).answered for _, second, _ in changed)
        print(f"|-|-|-|-|\n| {len(pairs)} | {referring} | {len(changed)} | {shown} |")
        for first, second, after in changed:
            before = alone(second)
            print(f"\n- {first} Then: {second} -> {after.text[:80]!r} instead of {before.text[:80]!r}")


if __name__ == "__main__":
    main()
