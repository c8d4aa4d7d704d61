"""Tables in plain text: neighbouring lines with as many cells, between bars or tabs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from qa.documents.tables import names_columns
from qa.structure import row_cells
from qa.types import BlockKind, Span

_MOST_JUDGED = 50  # rows that tell whether the first one names the columns


class _Line(NamedTuple):
    """The span of a line, and its cells; a rule between rows has none."""

    span: Span
    cells: list[str]
    is_rule: bool


def table_blocks(text: str, lines: Sequence[Span]) -> list[tuple[Span, BlockKind]]:
    """The lines, those of tables as COLUMNS or ROW and all others as BODY.

    A rule below a row of a table, as in `-----+----`, is part of that row; so the line with the names of the
    columns is one block with the rule below it.
    """
    judged = [_line(text, span) for span in lines]
    found: list[tuple[Span, BlockKind]] = []
    for run in _runs(text, judged):
        found += _table(run) or [(line.span, BlockKind.BODY) for line in run]
    return found


def _line(text: str, span: Span) -> _Line:
    content = text[slice(*span)].strip()
    if "\n" in content:
        return _Line(span, [], False)
    if "|" in content or set(content) <= set("+-= "):
        cells = row_cells(content)
        return _Line(span, cells if len(cells) > 1 else [], not cells)
    cells = [cell.strip() for cell in content.split("\t")]
    return _Line(span, cells if len(cells) > 1 else [], False)


def _runs(text: str, lines: Sequence[_Line]) -> Iterator[list[_Line]]:
    """Neighbouring lines that can be rows of one table, and the lines between such runs."""
    run: list[_Line] = []
    for line in lines:
        if run and not (_is_next(text, run[-1], line) and _goes_with(run, line)):
            yield run
            run = []
        run.append(line)
    if run:
        yield run


def _is_next(text: str, a: _Line, b: _Line) -> bool:
    return text.count("\n", a.span[1], b.span[0]) == 1


def _goes_with(run: Sequence[_Line], line: _Line) -> bool:
    return bool(run[0].cells) and (line.is_rule or 2 <= len(line.cells) <= len(run[0].cells))


def _table(run: Sequence[_Line]) -> list[tuple[Span, BlockKind]]:
    """The rows of a run, or [] if it is no table."""
    rows = [line for line in run if line.cells]
    if len(rows) < 2:
        return []
    named = run[1].is_rule or names_columns([line.cells for line in rows[:_MOST_JUDGED]])
    starts = [i for i, line in enumerate(run) if line.cells]
    return [
        ((run[a].span[0], run[b - 1].span[1]), BlockKind.COLUMNS if named and a == 0 else BlockKind.ROW)
        for a, b in pairwise([*starts, len(run)])
    ]
