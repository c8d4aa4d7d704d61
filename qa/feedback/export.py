"""Feedback as others read it: lines for a terminal, and questions that `qa eval` asks again.

A helpful answer becomes a question with evidence, a helpful refusal one that should be refused, and what was
not helpful says what should not be cited again.
"""

from __future__ import annotations

import json
import textwrap
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from qa.errors import QuestionsError
from qa.feedback.log import Feedback, Tally, one_line

_WIDTH = 100  # characters of a line
_GONE = "(left out: it repeats what is not in the documents any more)"


def counted(tally: Tally) -> str:
    """How many answers were found helpful, in one line."""
    if not (tally.helpful or tally.not_helpful or tally.damaged):
        return "none"
    damaged = f"; damaged lines: {tally.damaged}" if tally.damaged else ""
    return f"{tally.helpful} helpful, {tally.not_helpful} not{damaged}"


def listed(entries: Sequence[Feedback]) -> Iterator[str]:
    """A line for each entry: when, up or down, the question; and the comment below it.

    Nothing that was typed can move the cursor or turn the line around.
    """
    for entry in entries:
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(entry.when))
        question = textwrap.shorten(one_line(entry.question), _WIDTH, placeholder=" …") or _GONE
        yield f"  {when}  {'up  ' if entry.helpful else 'down'}  {question}"
        if entry.comment:
            yield textwrap.indent(textwrap.fill(one_line(entry.comment), _WIDTH), " " * 26)


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
