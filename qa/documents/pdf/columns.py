"""Pieces of text on a page -> its columns in reading order.

Columns are separated by a gutter: a strip that hardly any piece crosses, between sides that are filled with
text. Whatever crosses it (a title, the caption of a wide figure) separates the columns above it from those
below. Everything else is read row by row, so that the cells of a table stay beside each other. What stands in
the margin, such as the numbers of lines, is a column of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate, groupby, islice, pairwise
from statistics import median
from typing import NamedTuple

from qa.documents.pdf.direction import runs_right_to_left
from qa.documents.pdf.pieces import Edges, Piece, Rulings, rows

_STRIPS = 400  # into which the width of a page is divided
_CROSSING = 0.45  # of the pieces may cross a gutter at most
_TRIED = 6  # strips that fewest pieces cross
_FILLED = 0.55  # of the width of a column are filled in at least half of its rows
_SHORTEST = 15  # characters without a wide gap in at least half of the rows of a column; a table has less
_CELL_GAP = 1.5  # times the font size, at least, between cells
_DEPTH = 3  # of columns within columns
_ROWS_OF_A_GRID = 8  # at most, between two horizontal lines of a table
_MARGIN = 0.25  # of the width of a page, at most
_SMALL = 0.92  # times the font size of the text, at most, are notes in the margin
_STEPS = (1, 2, 5, 10)  # between the numbers of numbered lines
_LEADER = re.compile(r"\.{4}|\. \. \.")
Column = tuple[list[Piece], Edges]  # what stands in a column, and its edges


def columns(pieces: Sequence[Piece], rulings: Rulings) -> Iterator[tuple[list[Piece], Edges, bool]]:
    """Groups of pieces that are read from top to bottom, in reading order, with the edges of their column.

    The third value is true for what stands in the margin, after everything else.
    """
    main, margins = _without_margins(pieces)
    page = _Page(rulings, runs_right_to_left("".join(piece.text for piece in main)))
    for column, edges in _columns(main, edges_of(main), page, 0):
        yield column, edges, False
    for margin in margins:
        yield margin, edges_of(margin), True


def edges_of(pieces: Sequence[Piece]) -> Edges:
    """The left and the right edge of some pieces."""
    return min((p.left for p in pieces), default=0.0), max((p.right for p in pieces), default=0.0)


class _Page(NamedTuple):
    """What is the same for all columns of a page."""

    rulings: Rulings
    is_right_to_left: bool


def _columns(pieces: Sequence[Piece], edges: Edges, page: _Page, depth: int) -> Iterator[Column]:
    gutter = _gutter(pieces, edges, page.rulings) if depth < _DEPTH else None
    if gutter is None:
        if pieces:
            yield list(pieces), edges
        return
    beside = [p for p in pieces if p.right <= gutter], [p for p in pieces if p.left >= gutter]
    inner = edges_of(beside[0]), edges_of(beside[1])
    sides: tuple[list[Piece], list[Piece]] = ([], [])
    across: list[Piece] = []

    def finished() -> Iterator[Column]:
        for side, side_edges in list(zip(sides, inner, strict=True))[:: -1 if page.is_right_to_left else 1]:
            yield from _columns(side, side_edges, page, depth + 1)
            side.clear()

    for row in rows(pieces):
        if any(p.left < gutter < p.right for p in row):
            yield from finished()
            across += row
        else:
            yield from _columns(across, edges, page, _DEPTH)
            across = []
            for p in row:
                sides[p.left >= gutter].append(p)
    yield from _columns(across, edges, page, _DEPTH)
    yield from finished()


def _gutter(pieces: Sequence[Piece], edges: Edges, rulings: Rulings) -> float | None:
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
    if min(inner) > _CROSSING * len(pieces):
        return None
    runs = [(n, len(list(run))) for n, run in groupby(inner)]
    starts = accumulate((length for _, length in runs), initial=_STRIPS // 8)
    most = min(min(inner) + 0.1 * len(pieces), _CROSSING * len(pieces))
    strips = sorted(
        (n, -length, start) for (n, length), start in zip(runs, starts, strict=False) if n <= most
    )
    for _, length, start in islice(strips, _TRIED):
        x = left + (start - length / 2) / scale
        if _divides(pieces, x, rulings):
            return x
    return None


def _divides(pieces: Sequence[Piece], x: float, rulings: Rulings) -> bool:
    """True if there is a column of text on either side of an x coordinate."""
    sides = [p for p in pieces if p.right <= x], [p for p in pieces if p.left >= x]
    filled = [_filled(side) for side in sides]
    if min(filled) < _FILLED or not _are_side_by_side(*sides):
        return False
    side_rows = min((list(rows(side)) for side in sides), key=len)
    bases = [row[0].base for row in side_rows]
    lines = [y for y in rulings.across(x) if min(bases) < y < max(bases)]
    if len(lines) >= 2 and len(bases) <= _ROWS_OF_A_GRID * (len(lines) + 1):
        return False  # a table with lines between its rows
    return not _are_rows_of_a_table(*sides)


def _filled(side: Sequence[Piece]) -> float:
    """The share of a possible column's width that its rows fill; 0 if it is not text."""
    side_rows = list(rows(side))
    if len(side_rows) < 3:
        return 0.0
    left, right = edges_of(side)
    if median(map(_length_of_cells, side_rows)) < _SHORTEST or right <= left:
        return 0.0
    return median(row[-1].right - row[0].left for row in side_rows) / (right - left)


def _length_of_cells(row: Sequence[Piece]) -> float:
    """The mean number of characters between the wide gaps of a row."""
    cells = 1 + sum(b.left - a.right > _CELL_GAP * a.size for a, b in pairwise(row))
    return sum(len(p.text) for p in row) / cells


def _are_side_by_side(one: Sequence[Piece], other: Sequence[Piece]) -> bool:
    """True if at least half of the shorter side is beside the other, not above or below it."""
    tops, bottoms = zip(
        *((max(p.base for p in s), min(p.base for p in s)) for s in (one, other)), strict=True
    )
    shorter = min(top - bottom for top, bottom in zip(tops, bottoms, strict=True))
    return bool(min(tops) - max(bottoms) >= 0.5 * shorter > 0)


def _are_rows_of_a_table(one: Sequence[Piece], other: Sequence[Piece]) -> bool:
    """True if nearly every row of two sides has both of them, and hardly any continues a sentence."""
    if any(p.filled_in for p in [*one, *other]):
        return True
    dotted = sum(bool(_LEADER.search(p.text)) for p in [*one, *other])
    if 4 * dotted > len(one) + len(other):
        return False  # an index
    sides = [{round(row[0].base): row for row in rows(side)} for side in (one, other)]
    both = [(row, sides[1][base]) for base, row in sides[0].items() if base in sides[1]]
    begins = [row[0].text[:1] for pair in both for row in pair]
    names = sum(c.isupper() or c.isdecimal() for c in begins)
    return (
        len(both) >= 0.8 * min(map(len, sides))
        and names >= 0.5 * len(begins)
        and sum(map(str.islower, begins)) <= 0.1 * len(begins)
    )


def _without_margins(pieces: Sequence[Piece]) -> tuple[list[Piece], list[list[Piece]]]:
    """The pieces of the text, and those beside it that are notes or the numbers of its lines."""
    main = list(pieces)
    margins: list[list[Piece]] = []
    for sign in (1, -1):
        outer, inner = _outermost(main, sign)
        if outer and (_are_notes(outer, inner) or _number_lines(outer, inner)):
            main = inner
            margins.append(outer)
    return main, margins


def _outermost(pieces: Sequence[Piece], sign: int) -> tuple[list[Piece], list[Piece]]:
    """The pieces beside the text on its left (1) or right (-1) side, separated by a gap, and the others."""
    if len(pieces) < 6:
        return [], []
    spans = sorted(
        ((p.left, p.right, i) if sign == 1 else (-p.right, -p.left, i)) for i, p in enumerate(pieces)
    )
    gap = median(p.size for p in pieces)
    begin = spans[0][0]
    most = begin + _MARGIN * (max(span[1] for span in spans) - begin)
    reached = begin
    for n, (start, end, _) in enumerate(spans):
        if n and start - reached >= gap:
            order = [i for _, _, i in spans]
            return [pieces[i] for i in order[:n]], [pieces[i] for i in order[n:]]
        reached = max(reached, end)
        if reached > most:
            break
    return [], []


def _are_notes(outer: Sequence[Piece], inner: Sequence[Piece]) -> bool:
    """True if there is little beside a text, in smaller type or in the middle of sentences: no headings."""
    inner_rows = list(rows(inner))
    if len(inner_rows) < 5 or any(p.bold for p in outer):
        return False
    if sum(1 for _ in rows(outer)) > 0.25 * len(inner_rows):
        return False
    size = median(p.size for p in inner)
    if all(p.size <= _SMALL * size for p in outer):
        return True
    beside = [row[0] for row in inner_rows if any(abs(row[0].base - p.base) < 0.4 * size for p in outer)]
    return bool(beside) and all(p.text[:1].islower() for p in beside)


def _number_lines(outer: Sequence[Piece], inner: Sequence[Piece]) -> bool:
    """True if some pieces are the numbers of the lines of text beside them."""
    numbers = sorted(outer, key=lambda p: -p.base)
    if len(numbers) < 3 or not all(p.text.isdecimal() and len(p.text) < 6 for p in numbers):
        return False
    steps = [int(b.text) - int(a.text) for a, b in pairwise(numbers)]
    gaps = [a.base - b.base for a, b in pairwise(numbers)]
    usual = median(gaps)
    inner_rows = list(rows(inner))
    lower = sum(row[0].text[:1].islower() for row in inner_rows)
    return (
        steps[0] in _STEPS
        and steps.count(steps[0]) >= 0.8 * len(steps)
        and sum(abs(gap - usual) < 0.2 * usual for gap in gaps) >= 0.7 * len(gaps)
        and lower >= 0.3 * len(inner_rows)
    )
