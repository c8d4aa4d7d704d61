"""The lines of a table -> its columns and rows.

A column is where most lines have a cell. Lines ruled between rows decide what belongs to a row; without them
a line belongs to the one above if its cells can only be the rest of those above.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from qa.documents.pdf.direction import in_reading_order
from qa.documents.pdf.pieces import Edges, Piece, Rulings
from qa.documents.tables import LONGEST_REPEATED

HEIGHT = 0.3  # times the font size, above its baseline, is the middle of a line
SAME_RULING = 3.0  # points, at most, between parts of one ruled line
_LETTER = 0.6  # times the font size: a wide letter
_TIGHT = 1.12  # times the smallest distance of two lines, at most: lines of the same row
_LOOSE = 1.25  # times the smallest distance of two lines, at least: another row
_BESIDE = 0.75  # times the smallest distance in a column, at most: cells set in different heights
Cell = list[Piece]
Line = Sequence[Cell]


def spans(cells: Line) -> list[Edges]:
    """The left and the right edges of cells."""
    return [(cell[0].left, max(p.right for p in cell)) for cell in cells]


def joined(found: Sequence[Edges]) -> list[Edges]:
    """Spans, with those that overlap as one."""
    together: list[Edges] = []
    for left, right in sorted(found):
        if together and left < together[-1][1]:
            together[-1] = together[-1][0], max(together[-1][1], right)
        else:
            together.append((left, right))
    return together


def columns_of(cells: Sequence[Line], bounds: Sequence[float]) -> list[Edges]:
    """The spans of the columns: within each ruled one, where most rows with several cells have them."""
    edges = [float("-inf"), *bounds, float("inf")]
    columns: list[Edges] = []
    for left, right in pairwise(edges):
        inside = [[c for c in row if left <= c[0].left + 0.3 * c[0].size < right] for row in cells]
        several = [row for row in inside if len(row) > 1]
        if bounds and len(several) < 2:
            columns.append((left, right))
        else:
            columns += _spaced(inside)
    return columns


def _spaced(cells: Sequence[Line]) -> list[Edges]:
    """The spans of columns that are apart, from the rows that have most of them."""
    counts = Counter(len(row) for row in cells)
    most = max(n for n, times in counts.items() if times >= min(2, max(counts.values())))
    full = [spans(row) for row in cells if len(row) == most]
    columns = [(min(s[0] for s in spans), max(s[1] for s in spans)) for spans in zip(*full, strict=True)]
    if all(a[1] <= b[0] for a, b in pairwise(columns)):
        return columns
    return joined([span for row in full for span in row])


def in_columns(row: Line, columns: Sequence[Edges]) -> list[Cell]:
    """The cells of a row, by column; one that reaches over several stands in the first of them."""
    lines: list[Cell] = [[] for _ in columns]
    for cell in row:
        left, right = cell[0].left + 0.3 * cell[0].size, cell[-1].right
        k = next((k for k, (start, end) in enumerate(columns) if left < end and start < right), None)
        if k is None:
            k = min(range(len(columns)), key=lambda k: max(columns[k][0] - right, left - columns[k][1]))
        lines[k] += cell
    return lines


def rows_of(
    lines: Sequence[Line], columns: Sequence[Edges], rulings: Rulings, ruled: bool
) -> list[tuple[list[str], list[Piece]]]:
    """The rows of a table, given its lines by column: the texts of their cells, and their pieces."""
    bands = _bands(lines, columns, rulings)
    same_band = [a == b for a, b in pairwise(bands)]
    are_rows = _are_rows(lines, bands, rulings, ruled)
    if are_rows:
        continues = same_band
    else:
        continued = _continued(lines, columns)
        continues = [c and same for c, same in zip(continued, same_band, strict=True)]
    groups = [[lines[0]]]
    for line, follows in zip(lines[1:], continues, strict=True):
        if follows:
            groups[-1].append(line)
        else:
            groups.append([line])
    texts = [
        [" ".join(filter(None, (text_of(line[k]) for line in group))) for k in range(len(columns))]
        for group in groups
    ]
    if are_rows:
        for k, column in enumerate(columns):
            _repeat_merged(texts, groups, k, column, rulings)
    pieces = [[piece for line in group for cell in line for piece in cell] for group in groups]
    return list(zip(texts, pieces, strict=True))


def text_of(cell: Cell) -> str:
    """The text of the pieces in one line of a cell."""
    words = " ".join(piece.text for piece in cell)
    return " ".join(piece.text for piece in in_reading_order(words, cell))


def _repeat_merged(
    texts: list[list[str]], groups: Sequence[Sequence[Line]], k: int, column: Edges, rulings: Rulings
) -> None:
    """Repeat the text of a cell over several rows in each of them: no line divides these in its column."""
    own = [piece for group in groups for line in group for piece in line[k]]
    if not own:
        return
    left, right = max(column[0], min(p.left for p in own)), min(column[1], max(p.right for p in own))
    heights = rulings.across((left + right) / 2)
    first = 0
    for row in range(1, len(groups) + 1):
        if row < len(groups):
            above, below = min(_bases(groups[row - 1], k)), max(_bases(groups[row], k))
            if not any(below < y < above for y in heights):
                continue
        text = " ".join(filter(None, (line[k] for line in texts[first:row])))
        if row - first > 1 and len(text) <= LONGEST_REPEATED:
            for line in texts[first:row]:
                line[k] = text
        first = row


def _bases(group: Sequence[Line], k: int) -> list[float]:
    """The baselines of a row's lines in a column; of all its lines if it has nothing there."""
    return [line[k][0].base for line in group if line[k]] or [_base(line) for line in group]


def _base(line: Line) -> float:
    """The baseline of a line."""
    return next(cell[0].base for cell in line if cell)


def _bands(lines: Sequence[Line], columns: Sequence[Edges], rulings: Rulings) -> list[int]:
    """The number of horizontal lines above each line of a table."""
    own = [piece for line in lines for cell in line for piece in cell]
    left, right = min(p.left for p in own), max(p.right for p in own)
    middles = [(max(start, left) + min(end, right)) / 2 for start, end in columns]
    heights: list[float] = []
    for y in sorted((y for x in middles for y in rulings.across(x)), reverse=True):
        if not heights or heights[-1] - y > SAME_RULING:
            heights.append(y)
    below = [-y for y in heights]
    return [bisect_left(below, -_base(line) - HEIGHT * own[0].size) for line in lines]


def _are_rows(lines: Sequence[Line], bands: Sequence[int], rulings: Rulings, ruled: bool) -> bool:
    """True if the bands between the horizontal lines of a table are its rows, and not groups of rows."""
    sizes = Counter(bands)
    if len(sizes) < (2 if ruled else 3):
        return False
    last = next(cell[0] for cell in lines[-1] if cell)
    is_closed = any(y < last.base for y in rulings.across((last.left + last.right) / 2))
    if not is_closed and len(sizes) <= 3:
        return False
    several = [line for line, band in zip(lines, bands, strict=True) if sizes[band] > 1]
    whole = sum(all(line) for line in several)
    return not several or whole < 0.7 * len(several) or (ruled and len(lines) < 3 * len(sizes))


def _continued(lines: Sequence[Line], columns: Sequence[Edges]) -> list[bool]:
    """For each line but the first: whether it is the rest of the row above."""
    bases = [max(cell[0].base for cell in row if cell) for row in lines]
    gaps = [a - b for a, b in pairwise(bases)]
    least = min((gap for gap in gaps if gap > 0), default=0.0)
    tight = [gap <= _TIGHT * least for gap in gaps]
    partly = [not all(line) for line, is_tight in zip(lines[1:], tight, strict=True) if is_tight]
    if any(gap >= _LOOSE * least for gap in gaps) and sum(partly) >= 0.4 * len(partly):
        first = [True, *(not is_tight for is_tight in tight)]
        if sum(bool(row[0]) for row, begins in zip(lines, first, strict=True) if begins) >= 0.8 * sum(first):
            return tight
    columns_bases = [
        [base for row, base in zip(lines, bases, strict=True) if row[k]] for k in range(len(columns))
    ]
    pitch = min((a - b for column in columns_bases for a, b in pairwise(column)), default=0.0)
    ends = [max((row[k][-1].right for row in lines if row[k]), default=0.0) for k in range(len(columns))]
    usual = median(gaps) if gaps else 0.0
    return [
        (gap < _BESIDE * pitch and not any(a and b for a, b in zip(above, row, strict=True)))
        or (gap <= _TIGHT * usual and _is_rest(row, above, ends))
        for (above, row), gap in zip(pairwise(lines), gaps, strict=True)
    ]


def _is_rest(row: Line, above: Line, ends: Sequence[float]) -> bool:
    """True if a line without a first cell can only be the rest of the cells above it."""
    if row[0] or all(row):
        return False
    for cell, upper, end in zip(row, above, ends, strict=True):
        if not cell:
            continue
        if not upper or upper[0].bold != cell[0].bold:
            return False
        word = cell[0].text.split(maxsplit=1)[0] if cell[0].text.strip() else ""
        would_have_fitted = len(word) * _LETTER * cell[0].size < end - upper[-1].right
        if would_have_fitted and not word[:1].islower():
            return False
    return True
