"""A table of an OpenDocument text -> its cells, row by row, with merged cells in each of their rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from qa.documents.odt.styles import Styles, count_of
from qa.documents.office.elements import attribute, name_of
from qa.documents.parsed import Part
from qa.documents.tables import LONGEST_REPEATED, Cell, table_parts

_GROUPS = frozenset(("table-header-rows", "table-rows", "table-row-group"))
_MOST_REPEATED_ROWS = 100
_MOST_REPEATED_CELLS = 100
_LONGEST_REPETITION = 100_000  # characters of a repeated row or cell, all its copies together


def parts_of_table(table: Any, styles: Styles, parts_of: Callable[[Any], list[Part]]) -> list[Part]:
    """The rows of a table; `parts_of` gives the paragraphs in a cell."""
    rows: list[list[Cell]] = []
    header = 0
    below: dict[int, tuple[Sequence[Part], int]] = {}  # by column: the cell that reaches down, how many rows
    for row, names_columns in _rows(table, False):
        cells = _cells(row, below, parts_of)
        if header == len(rows) and (names_columns or (not rows and _styled_as_names(row, styles))):
            header += 1
        rows += [cells] * _copies(row, "number-rows-repeated", cells, _MOST_REPEATED_ROWS)
    return table_parts(rows, header if header < len(rows) else 0)


def _rows(element: Any, names_columns: bool) -> Iterator[tuple[Any, bool]]:
    """The rows of a table, each with whether it is set as one that names the columns."""
    for inner in element.iterchildren("{*}*"):
        name = name_of(inner)
        if name == "table-row":
            yield inner, names_columns
        elif name in _GROUPS:
            yield from _rows(inner, names_columns or name == "table-header-rows")


def _cells(
    row: Any, below: dict[int, tuple[Sequence[Part], int]], parts_of: Callable[[Any], list[Part]]
) -> list[Cell]:
    cells: list[Cell] = []
    column = covered = 0  # `covered` are the columns that the last cell still reaches over
    for cell in row.iterchildren("{*}table-cell", "{*}covered-table-cell"):
        if name_of(cell) == "table-cell":
            parts = parts_of(cell)
            span = count_of(cell, "number-columns-spanned")
            if (rows := count_of(cell, "number-rows-spanned")) > 1:
                short = sum(len(part.text) for part in parts) <= LONGEST_REPEATED
                below[column] = (parts if short else (), rows - 1)
            copies = _copies(cell, "number-columns-repeated", [Cell(parts)], _MOST_REPEATED_CELLS)
            cells += [Cell(parts, span)] * copies
            covered = span - 1
            column += copies
            continue
        for _ in range(min(count_of(cell, "number-columns-repeated"), _MOST_REPEATED_CELLS)):
            above, left = below.pop(column, ((), 0))
            if left > 1:
                below[column] = above, left - 1
            if covered:
                covered -= 1
            else:
                cells.append(Cell(above))
            column += 1
    return cells


def _copies(element: Any, name: str, cells: Sequence[Cell], most: int) -> int:
    """How often a row or cell stands in the table. Empty ones fill a table up; some files claim millions."""
    length = sum(len(cell.text) for cell in cells)
    return max(1, min(count_of(element, name), most, _LONGEST_REPETITION // max(1, length)))


def _styled_as_names(row: Any, styles: Styles) -> bool:
    """True if all paragraphs of a row have the style for the names of columns."""
    paragraphs = list(row.iter("{*}p"))
    return bool(paragraphs) and all(styles[attribute(p, "style-name")].names_columns for p in paragraphs)
