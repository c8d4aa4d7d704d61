"""Pieces of text on a page -> its lines in reading order.

Columns are separated by a gutter: a strip that hardly any piece crosses, between sides that are filled with
text. Whatever crosses it (a title, the caption of a wide figure) separates the columns above it from those
below. Everything else is read row by row, so that the cells of a table stay beside each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise
from statistics import median

# Sizes and gaps are given in multiples of the font size.
_SAME_ROW = 0.45  # at most between the baselines of a row: raised and lowered characters belong to it
_WORD_GAP = 0.12  # at least between words
_CELL_GAP = 1.5  # at least between cells, if a neighbouring row has such a gap as well
_STRIPS = 400  # into which the width of a page is divided
_CROSSING = 0.45  # of the pieces may cross a gutter at most
_FILLED = 0.55  # of the width of a column are filled in at least half of its rows
_SHORTEST = 15  # characters in at least half of the rows of a text column; a table has less
_DEPTH = 3  # of columns within columns
Edges = tuple[float, float]  # left and right, in points


@dataclass(frozen=True, slots=True)
class Piece:
    """Words without a wide gap between them. Points, y upwards; `base` is their baseline."""

    text: str
    left: float
    right: float
    base: float
    size: float
    bold: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a column.

    `column` counts the columns of the page; `begins` and `ends` are the distances from the column's edges, in
    multiples of the font size; `cells` is true for a row of a table.
    """

    text: str
    base: float
    size: float
    bold: bool
    column: int
    begins: float
    ends: float
    cells: bool = False


def lines(pieces: Sequence[Piece]) -> list[Line]:
    """The lines of a page in reading order."""
    in_order: list[Line] = []
    for number, (column, edges) in enumerate(_columns(pieces, _edges(pieces), 0)):
        column_rows = list(rows(column))
        wide = [_widest_gap(row) > _CELL_GAP * row[0].size for row in column_rows]
        for i, row in enumerate(column_rows):
            cells = wide[i] and any(wide[max(0, i - 1) : i] + wide[i + 1 : i + 2])
            in_order.append(_line(row, number, edges, cells))
    return in_order


def rows(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Rows of pieces that stand side by side: rows from top to bottom, pieces from left to right."""
    row: list[Piece] = []
    for p in sorted(pieces, key=lambda p: (-p.base, p.left)):
        if row and row[0].base - p.base > _SAME_ROW * max(row[0].size, p.size):
            yield sorted(row, key=lambda p: p.left)
            row = []
        row.append(p)
    if row:
        yield sorted(row, key=lambda p: p.left)


def _edges(pieces: Sequence[Piece]) -> Edges:
    return min((p.left for p in pieces), default=0.0), max((p.right for p in pieces), default=0.0)


def _columns(pieces: Sequence[Piece], edges: Edges, depth: int) -> Iterator[tuple[list[Piece], Edges]]:
    """Groups of pieces that are read from top to bottom, each with the edges of its column."""
    gutter = _gutter(pieces, edges) if depth < _DEPTH else None
    if gutter is None:
        if pieces:
            yield list(pieces), edges
        return
    beside = [p for p in pieces if p.right <= gutter], [p for p in pieces if p.left >= gutter]
    inner = _edges(beside[0]), _edges(beside[1])
    sides: tuple[list[Piece], list[Piece]] = ([], [])
    across: list[Piece] = []

    def columns() -> Iterator[tuple[list[Piece], Edges]]:
        for side, side_edges in zip(sides, inner, strict=True):
            yield from _columns(side, side_edges, depth + 1)
            side.clear()

    for row in rows(pieces):
        crossing = any(p.left < gutter < p.right for p in row)
        if crossing:
            yield from columns()
            across += row
        else:
            yield from _columns(across, edges, _DEPTH)
            across = []
            for p in row:
                sides[p.left >= gutter].append(p)
    yield from _columns(across, edges, _DEPTH)
    yield from columns()


def _gutter(pieces: Sequence[Piece], edges: Edges) -> float | None:
    """The x coordinate between two columns, or None."""
    left, right = edges
    if len(pieces) < 6 or right - left < 1:
        return None
    scale = _STRIPS / (right - left)
    changes = [0] * (_STRIPS + 2)
    for p in pieces:
        changes[int((p.left - left) * scale)] += 1
        changes[int((p.right - left) * scale) + 1] -= 1
    crossed = list(accumulate(changes))
    inner = crossed[_STRIPS // 8 : _STRIPS * 7 // 8]
    fewest = min(inner)
    if fewest > _CROSSING * len(pieces):
        return None
    runs = [(n, len(list(run))) for n, run in groupby(inner)]
    starts = accumulate((length for _, length in runs), initial=_STRIPS // 8)
    length, start = max(
        (length, -start) for (n, length), start in zip(runs, starts, strict=False) if n == fewest
    )
    x = left + (-start + length / 2) / scale
    sides = [p for p in pieces if p.right <= x], [p for p in pieces if p.left >= x]
    return x if all(map(_is_text, sides)) and _are_side_by_side(*sides) else None


def _is_text(side: Sequence[Piece]) -> bool:
    """True if the rows of a possible column are filled with text, unlike those of a table."""
    side_rows = list(rows(side))
    if len(side_rows) < 3:
        return False
    width = max(p.right for p in side) - min(p.left for p in side)
    filled = median(row[-1].right - row[0].left for row in side_rows)
    characters = median(sum(len(p.text) for p in row) for row in side_rows)
    return filled >= _FILLED * width and characters >= _SHORTEST


def _are_side_by_side(one: Sequence[Piece], other: Sequence[Piece]) -> bool:
    """True if at least half of the shorter side is beside the other, not above or below it."""
    tops, bottoms = zip(
        *((max(p.base for p in s), min(p.base for p in s)) for s in (one, other)), strict=True
    )
    shorter = min(top - bottom for top, bottom in zip(tops, bottoms, strict=True))
    return bool(min(tops) - max(bottoms) >= 0.5 * shorter > 0)


def _widest_gap(row: Sequence[Piece]) -> float:
    return max((b.left - a.right for a, b in pairwise(row)), default=0.0)


def _line(row: Sequence[Piece], column: int, edges: Edges, cells: bool) -> Line:
    main = max(row, key=lambda p: len(p.text))
    text = row[0].text
    for a, b in pairwise(row):
        gap = b.left - a.right
        between = " " if gap > _WORD_GAP * max(a.size, b.size) or len(b.text) > 3 else ""
        text += (" | " if cells and gap > _CELL_GAP * main.size else between) + b.text
    size = max(main.size, 1.0)
    return Line(
        text=text,
        base=main.base,
        size=main.size,
        bold=all(p.bold for p in row),
        column=column,
        begins=(row[0].left - edges[0]) / size,
        ends=(edges[1] - row[-1].right) / size,
        cells=cells,
    )
