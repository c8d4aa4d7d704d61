"""What the history of a conversation is worth: dialogues asked with it, without it, and fully spelled out.

usage: python benchmarks/dialogues.py DIALOGUES.jsonl [--corpus FOLDER] [--misses]

Each line is {"turns": [...]} in the format of `qa eval`; later turns say whether they lean on the
earlier ones (`follows`), and if so what they mean (`standalone`). Prints Markdown; with --misses also the
turns that came out wrong.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from qa import Assistant
from qa.evaluation.measures import Outcome, evaluate, figures
from qa.evaluation.question_sets import Conversation, load

FIGURES = ("right", "citation recall", "falsely refused", "refusal recall", "seconds, p50", "seconds, p95")


def later(outcomes: tuple[Outcome, ...], follows: list[bool | None], which: bool) -> list[Outcome]:
    """The outcomes of later turns that lean on earlier ones, or of those that do not."""
    return [o for o, leaning in zip(outcomes, follows, strict=True) if leaning is which]


def spelled_out(conversations: tuple[Conversation, ...], lines: list[dict[str, Any]]) -> list[Conversation]:
    """Each turn as the question that it means."""
    return [
        tuple(
            replace(q, text=turn.get("standalone", q.text)) for q, turn in zip(c, line["turns"], strict=True)
        )
        for c, line in zip(conversations, lines, strict=True)
    ]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("dialogues", type=Path)
    parser.add_argument("--corpus", type=Path, default=Path("corpus"))
    parser.add_argument("--misses", action="store_true")
    options = parser.parse_args()
    lines = [json.loads(line) for line in options.dialogues.read_text("utf-8").splitlines()]
    follows = [turn["follows"] if n else None for line in lines for n, turn in enumerate(line["turns"])]
    conversations = load(options.dialogues).conversations
    with tempfile.TemporaryDirectory() as index, Assistant.open(options.corpus, index) as assistant:
        assistant.sync()
        ways = {
            "without history": evaluate(assistant, conversations, history=False),
            "with history": evaluate(assistant, conversations),
            "spelled out": evaluate(assistant, spelled_out(conversations, lines), history=False),
        }
    print(f"{options.dialogues.stem}: {len(lines)} dialogues, {len(follows)} turns\n")
    print(f"| later turns | asked | questions | {' | '.join(FIGURES)} |")
    print(f"|-|-|-|{'-|' * len(FIGURES)}")
    for label, leaning in (("lean on earlier ones", True), ("stand alone", False)):
        for way, outcomes in ways.items():
            chosen = later(outcomes, follows, leaning)
            found = figures(chosen)
            shown = " | ".join("" if found[name] is None else f"{found[name]:.3f}" for name in FIGURES)
            print(f"| {label} | {way} | {len(chosen)} | {shown} |")
    if options.misses:
        for outcome in later(ways["with history"], follows, True):
            question, answer, refused = outcome.question, outcome.answer, outcome.refused
            if (refused or not outcome.right) if question.answerable else not refused:
                print(f"\n- {question.text} -> {answer.understood} ({answer.confidence:.2f})")


if __name__ == "__main__":
    main()
