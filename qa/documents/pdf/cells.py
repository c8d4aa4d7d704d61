"""Rows of pieces -> the tables among them.

Lines ruled between cells decide where there are any. Otherwise cells are apart by wide gaps, in several rows
below each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from qa.documents.pdf.direction import runs_right_to_left
from qa.documents.pdf.pieces import Edges, Piece, Rulings
from qa.documents.pdf.table_rows import (
    HEIGHT,
    SAME_RULING,
    Cell,
    columns_of,
    in_columns,
    joined,
    rows_of,
    spans,
    text_of,
)

# Sizes and gaps are given in multiples of the font size.
_CELL_GAP = 1.5  # at least between cells, if a neighbouring row has such a gap as well
_NEXT_ROW = 2.2  # at most between a row and the rest of its text
_LABEL = re.compile(r"[•‣◦▪■●○*–—-]|\(?\w{1,4}[.)]|[☐☑☒]")
Row = Sequence[Piece]


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a table: the texts of its cells, with "" for those that are empty, and its pieces."""

    cells: tuple[str, ...]
    pieces: list[Piece]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its rows from top to bottom."""

    rows: list[TableRow]


def tables(rows: Sequence[Row], rulings: Rulings) -> Iterator[Row | Table]:
    """The rows from top to bottom; those that are a table together, as that."""
    cells = [_cells(row, rulings) for row in rows]
    i = 0
    while i < len(rows):
        ruled_end = _end_of_grid(rows, rulings, i)
        end = ruled_end if ruled_end > i + 1 else _end_of_run(cells, i)
        table = _table(rows[i:end], cells[i:end], rulings, end == ruled_end) if end > i else None
        if table:
            yield table
        else:
            end = max(end, i + 1)
            yield from rows[i:end]
        i = end


def _cells(row: Row, rulings: Rulings) -> list[Cell]:
    """The pieces of a row, those of each cell together."""
    main = max(row, key=lambda p: len(p.text))
    cells = [[row[0]]]
    for a, b in pairwise(row):
        if b.left - a.right > _CELL_GAP * main.size or _are_divided(a, b, rulings):
            cells.append([])
        cells[-1].append(b)
    return cells


def _are_divided(a: Piece, b: Piece, rulings: Rulings) -> bool:
    inset = 0.2 * a.size
    return rulings.divide(a.right - inset, b.left + inset, a.base + HEIGHT * a.size)


# --- where a table is ----------------------------------------------------------------------------


def _ruled_at(row: Row, rulings: Rulings) -> list[float]:
    """The x coordinates of the vertical lines beside a row."""
    found: list[float] = []
    for x in rulings.beside(_middle(row)):
        if not found or x - found[-1] > SAME_RULING:
            found.append(x)
    return found


def _middle(row: Row) -> float:
    """The height of the middle of a row's letters."""
    return row[0].base + HEIGHT * row[0].size


def _dividing(row: Row, rulings: Rulings) -> list[float]:
    """The x coordinates of the vertical lines that divide a row into cells, if any do."""
    ruled = _ruled_at(row, rulings)
    is_framed = bool(ruled) and ruled[0] <= row[0].left + row[0].size and ruled[-1] >= row[-1].right - 1
    if is_framed and len(ruled) >= 3:
        return ruled[1:-1]
    return [x for x in ruled if row[0].right <= x + row[0].size and x <= row[-1].left + row[-1].size]


def _end_of_grid(rows: Sequence[Row], rulings: Rulings, start: int) -> int:
    """The index after the last row of a table whose columns are ruled; `start` if none begins there."""
    dividing = _dividing(rows[start], rulings)
    if not dividing:
        return start
    end = start + 1
    while end < len(rows):
        above, below = (_middle(rows[i]) for i in (end - 1, end))
        through = [line.at for line in rulings.vertical if line.start <= below and above <= line.end]
        if not any(abs(a - b) <= SAME_RULING for a in dividing for b in through):
            break
        dividing += [x for x in _dividing(rows[end], rulings) if x not in dividing]
        end += 1
    return end


def _end_of_run(cells: Sequence[list[Cell]], start: int) -> int:
    """The index after the last row of a table whose columns are apart; `start` if none begins there."""
    if len(cells[start]) < 2:
        return start
    end = last = start + 1
    columns: list[Edges] = spans(cells[start])
    while end < len(cells) and end - last < 3:
        above, row = cells[end - 1], cells[end]
        size = row[0][0].size
        if above[0][0].base - row[0][0].base > (4 if len(row) > 1 else _NEXT_ROW) * size:
            break
        if len(row) > 1:
            columns = joined([*columns, *spans(row)])
            last = end + 1
        elif _reaches_over(row[0], columns) > 1 or row[0][0].left < columns[0][0] - size:
            break
        elif end == last and row[0][0].left > columns[0][1]:
            last = end + 1  # the rest of a cell's text, below the last row
        end += 1
    rows = cells[start:last]
    return last if sum(len(row) > 1 for row in rows) > 1 or _is_filled_in(rows) else start


def _is_filled_in(cells: Sequence[list[Cell]]) -> bool:
    """True if there are values of form fields; these have a cell for themselves."""
    return any(piece.filled_in for row in cells for cell in row for piece in cell)


def _reaches_over(cell: Cell, columns: Sequence[Edges]) -> int:
    """The number of columns in which a cell stands."""
    return sum(cell[0].left < end and start < cell[-1].right for start, end in columns)


def _table(rows: Sequence[Row], cells: Sequence[list[Cell]], rulings: Rulings, ruled: bool) -> Table | None:
    """The rows of a table, or None if it is none."""
    bounds = _ruled_bounds(rows, rulings) if ruled else []
    columns = columns_of(cells, bounds)
    if len(columns) < 2:
        return None
    lines = [in_columns(row, columns) for row in cells]
    if len(columns) == 2 and all(_LABEL.fullmatch(text_of(line[0])) for line in lines if line[0]):
        return None  # a list
    backwards = runs_right_to_left(" ".join(p.text for row in rows for p in row))
    table = [
        TableRow(tuple(texts[::-1] if backwards else texts), pieces)
        for texts, pieces in rows_of(lines, columns, rulings, ruled)
    ]
    return Table(table) if len(table) > 1 or _is_filled_in(cells) else None


def _ruled_bounds(rows: Sequence[Row], rulings: Rulings) -> list[float]:
    """The x coordinates of the lines that have cells on both sides."""
    found: list[float] = []
    for x in sorted(x for row in rows for x in _ruled_at(row, rulings)):
        if not found or x - found[-1] > SAME_RULING:
            found.append(x)
    left = min(row[0].left + row[0].size for row in rows)
    right = max(row[-1].right - row[-1].size for row in rows)
    return [x for x in found if left <= x <= right]
