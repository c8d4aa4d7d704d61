"""Dialogues -> figures with the history, without it, and with each question spelled out.

usage: python benchmarks/dialogues.py DIALOGUES.jsonl [--corpus FOLDER] [--misses]

Each line is {"turns": [...]} in the format of `qa eval`. Later turns say if they depend on earlier ones
(`follows`) and, if so, what they mean (`standalone`). Prints Markdown; with --misses also the turns with a
wrong result.
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


def later_turns(outcomes: tuple[Outcome, ...], follows: list[bool | None], which: bool) -> list[Outcome]:
    """The outcomes of the later turns that depend on earlier ones, or that do not."""
    return [outcome for outcome, follow in zip(outcomes, follows, strict=True) if follow is which]


def spelled_out(conversations: tuple[Conversation, ...], lines: list[dict[str, Any]]) -> list[Conversation]:
    """The conversations with each question replaced by what it means."""
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
    for label, which in (("lean on earlier ones", True), ("stand alone", False)):
        for way, outcomes in ways.items():
            turns = later_turns(outcomes, follows, which)
            values = figures(turns)
            cells = " | ".join("" if values[name] is None else f"{values[name]:.3f}" for name in FIGURES)
            print(f"| {label} | {way} | {len(turns)} | {cells} |")
    if options.misses:
        for outcome in later_turns(ways["with history"], follows, True):
            question, answer, refused = outcome.question, outcome.answer, outcome.refused
            if (refused or not outcome.right) if question.answerable else not refused:
                print(f"\n- {question.text} -> {answer.understood} ({answer.confidence:.2f})")


if __name__ == "__main__":
    main()
