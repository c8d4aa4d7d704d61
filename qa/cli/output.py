"""Answers, hits, status and feedback as the text that the command prints."""

from __future__ import annotations

import json
import re
import textwrap
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence

from qa.answers.plain import Line, Role
from qa.cli.terminal import BOLD, CYAN, DIM, GREEN, YELLOW, in_colour, json_escaped, styled
from qa.corpus.status import Status
from qa.feedback.log import Feedback, Tally
from qa.text import one_line, plain, plural, printable_line

WIDTH = 100  # characters of a line
_GONE = "(left out: it quotes text that is no longer in your documents)"


_STYLES = {
    Role.LEAD: (BOLD,),
    Role.VALUE: (BOLD,),
    Role.PLACE: (DIM,),
    Role.SURE: (GREEN,),
    Role.UNSURE: (YELLOW,),
}
_MARKS = {Role.CITED: re.compile(r"(?:(?:^| )\[\d+\])+$"), Role.SOURCE: re.compile(r"^\[\d+\]")}


def print_lines(lines: Iterable[Line]) -> None:
    """Print lines, in bold and colour if they go to a terminal."""
    colour = in_colour()
    for line in lines:
        print(_styled(line) if colour else line.text)


def _styled(line: Line) -> str:
    marks = _MARKS.get(line.role)
    if marks:
        return marks.sub(lambda found: styled(found[0], CYAN), line.text)
    return styled(line.text, *_STYLES.get(line.role, ()))


def json_text(values: object) -> str:
    """Values as JSON without terminal commands."""
    return json_escaped(json.dumps(values, ensure_ascii=False, indent=2))


# --- status --------------------------------------------------------------------------------------


def status_text(status: Status, tally: Tally) -> str:
    """What is indexed, one line each, followed by the files that failed."""
    counts = status.counts
    changed = (
        time.strftime("%Y-%m-%d %H:%M", time.localtime(counts.changed_at)) if counts.changed_at else "never"
    )
    rows = {
        "corpus": status.corpus,
        "index": status.index + (f" ({status.bytes / 1e6:.1f} MB)" if status.bytes else ""),
        "documents": f"{counts.documents}{_left_out(counts.left_out)}",
        "passages": str(counts.passages),
        "vectors": str(counts.vectors),
        "model": f"{status.model}, {status.precision}",
        "reader": status.reader,
        "changed": changed,
        "feedback": tally_text(tally),
        "failed": str(len(status.failures)),
        **({"stopped": status.stopped} if status.stopped else {}),
    }
    failed = [f"  {printable_line(f.path)}: {printable_line(f.reason)}" for f in status.failures]
    return "\n".join([*(f"{name:<10} {value}" for name, value in rows.items()), *failed])


def _left_out(count: int) -> str:
    return f" ({plural(count, 'part')} left out)" if count else ""


def left_out_text(left_out: Mapping[str, Sequence[tuple[str, str]]]) -> Iterator[str]:
    """The parts of each document that are not indexed, and why."""
    for path, pieces in left_out.items():
        yield f"\n{printable_line(path)}: {len(pieces)} left out"
        for reason, text in pieces:
            yield f"  [{reason}] {plain(textwrap.shorten(text, 100, placeholder=' …'))}"


# --- feedback ------------------------------------------------------------------------------------


def tally_text(tally: Tally) -> str:
    """The number of ratings, in one line."""
    if not (tally.helpful or tally.not_helpful or tally.damaged):
        return "none"
    rated = plural(tally.helpful + tally.not_helpful, "rating")
    damaged = f", {plural(tally.damaged, 'damaged line')}" if tally.damaged else ""
    return f"{rated}: {tally.helpful} helpful, {tally.not_helpful} not helpful{damaged}"


def feedback_lines(entries: Sequence[Feedback]) -> Iterator[str]:
    """A line for each rating: time, up or down, question; the comment goes below.

    Nothing that a user typed can move the cursor or reverse the direction of a line.
    """
    for entry in entries:
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(entry.when))
        question = textwrap.shorten(one_line(entry.question), WIDTH, placeholder=" …") or _GONE
        yield f"  {when}  {'up  ' if entry.helpful else 'down'}  {question}"
        if entry.comment:
            yield textwrap.indent(textwrap.fill(one_line(entry.comment), WIDTH), " " * 26)


def written_text(written: int, path: object) -> str:
    """Says how many questions were written to a file."""
    return f"{plural(written, 'question')} written to {path}"
