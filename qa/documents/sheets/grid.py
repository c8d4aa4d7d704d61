"""The filled cells of a sheet, and the blocks of cells that empty rows and columns separate."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from qa.errors import UnreadableFile

MAX_CELLS = 2_000_000
SAMPLE = 50  # rows that are looked at to judge the first one
_FIGURE = re.compile(
    r"""[-+−±~≈<>≤≥(]*\s*(?:[A-Z]{3}\s?|\w{0,3}[€$£¥₹₽₩₺₴₿]\s?)?    # a sign, a currency
        [-+−]?[.,]?\d[\d.,:/'’\s\u00a0\u202f-]*                      # digits; also dates and times
        (?:[eE][-+]?\d+)?\s*[%‰°€$£¥₹]?\s*(?:[^\W\d]{1,10}\.?)?\s*\)?  # a unit
      | \d{1,2}\.?[ -]?[^\W\d]{3,9}\.?[ -]?\d{2,4}.{0,9}             # 1-May-24
      | TRUE|FALSE|\#(?:N/A|DIV/0!|REF!|VALUE!|NUM!|NAME\?|NULL!)
      | [-–—.?*]+""",
    re.VERBOSE,
)


class Area(NamedTuple):
    """A rectangle of cells, from its first to its last row and column. The first cell of a sheet is 0, 0."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class Grid:
    """The filled cells of a sheet: texts by row and column.

    `merged` are the cells over several rows or columns. `marked` are the rows that stand out, as the names of
    columns do; they are taken for names only if they can be.
    """

    rows: dict[int, dict[int, str]] = field(default_factory=dict)
    merged: list[Area] = field(default_factory=list)
    marked: set[int] = field(default_factory=set)


class Block(NamedTuple):
    """Cells with nothing but empty cells around them. Each row has a filled cell."""

    rows: Sequence[tuple[int, dict[int, str]]]
    columns: Sequence[int]  # those that are not empty

    def is_row(self, i: int) -> bool:
        return len(self.rows[i][1]) > 1


def is_figure(text: str) -> bool:
    """True for what is counted or measured: a number, also with a unit or currency, a date, a time."""
    return len(text) <= 40 and _FIGURE.fullmatch(text) is not None


def repeat_merged(grid: Grid) -> None:
    """Put the text of a cell over several rows into each of them that has other cells."""
    numbers = sorted(grid.rows)
    repeated = 0
    for area in grid.merged:
        text = grid.rows.get(area.top, {}).get(area.left, "")
        if not text or area.bottom == area.top:
            continue
        for row in numbers[bisect_right(numbers, area.top) : bisect_right(numbers, area.bottom)]:
            grid.rows[row].setdefault(area.left, text)
            repeated += 1
            if repeated > MAX_CELLS:
                raise too_many_cells()


def too_many_cells() -> UnreadableFile:
    """The error to raise if a file has more than MAX_CELLS cells."""
    return UnreadableFile(f"more than {MAX_CELLS:,} filled cells. Split it")


# --- blocks --------------------------------------------------------------------------------------


def blocks_of(rows: Sequence[tuple[int, dict[int, str]]], depth: int = 3) -> Iterator[Block]:
    """What is separated by empty rows, and then by empty columns, and so on."""
    for band in _bands(rows):
        columns = sorted({column for _, cells in band for column in cells})
        sides = _sides(band, columns) if depth else []
        if len(sides) < 2:
            yield Block(band, columns)
            continue
        starts = [left for left, _ in sides]
        split: list[list[tuple[int, dict[int, str]]]] = [[] for _ in sides]
        for row, cells in band:
            pieces: dict[int, dict[int, str]] = {}
            for column, text in cells.items():
                pieces.setdefault(bisect_right(starts, column) - 1, {})[column] = text
            for side, piece in pieces.items():
                split[side].append((row, piece))
        for side_rows in split:
            yield from blocks_of(side_rows, depth - 1)


def _bands(rows: Sequence[tuple[int, dict[int, str]]]) -> Iterator[Sequence[tuple[int, dict[int, str]]]]:
    """Runs of rows without an empty row between them."""
    cuts = [i for i, (above, below) in enumerate(pairwise(rows), 1) if below[0] - above[0] > 1]
    for start, end in zip([0, *cuts], [*cuts, len(rows)], strict=True):
        if start < end:
            yield rows[start:end]


def _sides(band: Sequence[tuple[int, dict[int, str]]], columns: Sequence[int]) -> list[tuple[int, int]]:
    """The first and last columns of tables that stand side by side.

    An empty column separates two tables if both are at least two columns wide and the second begins with
    words: a table may also have an empty column for its looks.
    """
    runs: list[tuple[int, int]] = []
    for column in columns:
        if runs and column == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], column)
        else:
            runs.append((column, column))
    sides = runs[:1]
    for left, right in runs[1:]:
        first, last = sides[-1]
        if left < right and first < last and _begins_with_words(band, left):
            sides.append((left, right))
        else:
            sides[-1] = (first, right)
    return sides


def _begins_with_words(band: Sequence[tuple[int, dict[int, str]]], column: int) -> bool:
    labels = [cells[column] for _, cells in band[:SAMPLE] if column in cells]
    return len(labels) > 1 and sum(map(is_figure, labels)) < len(labels) / 2
