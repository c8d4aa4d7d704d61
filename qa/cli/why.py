"""How an answer was found, in a few lines: a short form of what the page shows beside it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from qa.answers.plain import Line, Role
from qa.text import one_line, plain, plural
from qa.types import Considered, Trace, Tried

_PASSAGES = 3


def why_lines(trace: Trace | None, width: int) -> list[Line]:
    """What was looked for, how sure the answer is, the best passages, and the time taken."""
    lines = [Line("How this was found", Role.LEAD)]
    for text, indent in _told(trace):
        wrapped = textwrap.wrap(one_line(text), width - 4, break_on_hyphens=False, break_long_words=False)
        lines += [Line(plain(f"{' ' * (indent + 2 * bool(n))}{part}")) for n, part in enumerate(wrapped)]
    return lines


def _told(trace: Trace | None) -> Iterator[tuple[str, int]]:
    """Paragraphs, and by how much they are indented."""
    if trace is None:
        yield "No details were kept for this answer.", 2
        return
    confidence = f"Confidence {trace.confidence:.2f} (answers need {trace.threshold:.2f})."
    yield f"You asked for {trace.wanted}. {confidence}", 2
    if len(trace.readings) > 1:
        yield f"Asked as: {', '.join(map(_reading, trace.readings))}.", 2
    words = ", ".join(f"{sought.word} ({sought.passages:,})" for sought in trace.words)
    yield f"Searched {plural(trace.searched, 'passage')} for: {words or 'no word in particular'}.", 2
    if trace.considered:
        yield "Passages considered, best first:", 2
    for number, considered in enumerate(trace.considered[:_PASSAGES], 1):
        yield f"{number}. {_passage(considered)}", 4
    yield f"Took {trace.timings.total:.1f} s.", 2


def _reading(tried: Tried) -> str:
    return f"“{tried.question}” ({tried.probability:.2f})"


def _passage(considered: Considered) -> str:
    # What the reader holds for no answer is left out: as a rule it is noise.
    match = f", best match “{considered.span}”" if considered.span and (considered.margin or 0) > 0 else ""
    return f"{considered.title} ({considered.path}){match}"
