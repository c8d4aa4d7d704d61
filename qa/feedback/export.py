"""Feedback -> a question set that `qa eval` can ask.

A helpful answer becomes a question with evidence, a helpful refusal a question that should be refused, and an
answer that was not helpful says which places should not be cited again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qa.errors import QuestionsError
from qa.feedback.log import Feedback


def questions(entries: Sequence[Feedback]) -> list[dict[str, Any]]:
    """The entries as lines of a question set, oldest first (`qa.evaluation.question_sets` lists the keys).

    Entries that say nothing any longer, because the documents no longer contain their quotes, are left out.
    """
    lines = [_question(entry) for entry in reversed(entries) if entry.question]
    return [line for line in lines if line]


def _question(entry: Feedback) -> dict[str, Any]:
    """A line of a question set; empty if the entry says nothing any longer."""
    if entry.answered and not entry.quotes:
        return {}
    line: dict[str, Any] = {"question": entry.question}
    places = [{"document": quote.document, "contains": [quote.quote]} for quote in entry.quotes]
    if entry.helpful and entry.answered:
        short = any(entry.value in q.quote and len(entry.value) <= len(q.quote) / 2 for q in entry.quotes)
        if entry.value and short:
            line["answers"] = [entry.value]
        line["evidence"] = places
    elif entry.helpful:
        line["answerable"] = False
    elif places:
        line["rejected"] = places
    if entry.history:
        line["history"] = [list(turn) for turn in entry.history]
    if entry.comment:
        line["comment"] = entry.comment
    return line


def export(entries: Sequence[Feedback], path: Path, replace: bool = False) -> int:
    """Write the questions to a file, and return their number.

    Raises QuestionsError if there are none, the file cannot be written, or it exists and `replace` is not
    set.
    """
    lines = [json.dumps(line, ensure_ascii=False) + "\n" for line in questions(entries)]
    if not entries:
        raise QuestionsError("there is no feedback yet. Rate some answers on the page first")
    if not lines:
        raise QuestionsError("the documents no longer contain anything that the feedback quotes. Run qa sync")
    try:
        with path.open("w" if replace else "x", encoding="utf-8") as file:
            file.writelines(lines)
    except FileExistsError as error:
        raise QuestionsError(f"{path} already exists. Use another name, or --replace") from error
    except OSError as error:
        raise QuestionsError(f"cannot write {path} ({error.strerror})") from error
    return len(lines)
