"""Feedback as questions that `qa eval` asks again.

A helpful answer becomes a question with evidence, a helpful refusal one that should be refused, and what was
not helpful says what should not be cited again.
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

    Those are left out of which nothing can be said any more: what they quote is not in the documents.
    """
    asked = [_question(entry) for entry in reversed(entries) if entry.question]
    return [values for values in asked if values]


def _question(entry: Feedback) -> dict[str, Any]:
    if entry.answered and not entry.quotes:
        return {}
    values: dict[str, Any] = {"question": entry.question}
    places = [{"document": quote.document, "contains": [quote.quote]} for quote in entry.quotes]
    if entry.helpful and entry.answered:
        short = any(entry.value in q.quote and len(entry.value) <= len(q.quote) / 2 for q in entry.quotes)
        if entry.value and short:
            values["answers"] = [entry.value]
        values["evidence"] = places
    elif entry.helpful:
        values["answerable"] = False
    elif places:
        values["rejected"] = places
    if entry.history:
        values["history"] = [list(turn) for turn in entry.history]
    if entry.comment:
        values["comment"] = entry.comment
    return values


def export(entries: Sequence[Feedback], path: Path, replace: bool = False) -> int:
    """Write the questions to a file, and say how many. Raises QuestionsError, as for a file that exists.

    With `replace` an existing file is replaced.
    """
    lines = [json.dumps(values, ensure_ascii=False) + "\n" for values in questions(entries)]
    if not entries:
        raise QuestionsError("there is no feedback yet: rate some answers on the page first")
    if not lines:
        raise QuestionsError("what the feedback quotes is not in the documents any more: run qa sync")
    try:
        with path.open("w" if replace else "x", encoding="utf-8") as file:
            file.writelines(lines)
    except FileExistsError as error:
        raise QuestionsError(f"{path} exists already: use another name, or --replace") from error
    except OSError as error:
        raise QuestionsError(f"{path}: cannot be written ({error.strerror})") from error
    return len(lines)
