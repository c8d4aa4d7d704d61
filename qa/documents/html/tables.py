"""A table of HTML -> the elements of its cells, row by row, each row complete."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

_NOT_IN_CELLS = ("table", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "article", "section")
_MOST_COLUMNS = 1000  # that one cell may take, as in browsers
_MOST_REPEATED = 100_000  # places in all that the cells of a table take in the rows below them


class GridCell(NamedTuple):
    """A cell: its element, None where none is, over how many columns, and if it began in a row above."""

    element: Any
    columns: int
    from_above: bool = False


def is_data_table(table: Any) -> bool:
    """True for rows of entries; False for a table that only lays out what is in it, such as other tables."""
    if table.get("role") in {"presentation", "none"}:
        return False
    return next(table.iterdescendants(*_NOT_IN_CELLS), None) is None


def rows_of(table: Any) -> tuple[list[list[GridCell]], int]:
    """The rows of a table, and how many of them only name the columns.

    A cell over several rows is in each of them.
    """
    rows = list(_rows(table))
    header = next((i for i, row in enumerate(rows) if not all(map(_is_name, row))), 0)
    return list(_complete(rows)), header


def _rows(table: Any) -> Iterator[list[Any]]:
    """The elements of the cells by row. Cells that are in no row make one of their own."""
    row: list[Any] = []
    for cell in table.iterdescendants("td", "th"):
        if row and cell.getparent() is not row[0].getparent():
            yield row
            row = []
        row.append(cell)
    if row:
        yield row


def _complete(rows: Sequence[Sequence[Any]]) -> Iterator[list[GridCell]]:
    """The rows with the cells that reach down into them."""
    above: dict[int, tuple[GridCell, int]] = {}  # by the column where a cell begins: for how many rows more
    repeated = 0
    for row in rows:
        cells: list[GridCell] = []
        below: dict[int, tuple[GridCell, int]] = {}
        column = 0
        waiting = list(reversed(row))
        while waiting or above:
            if column in above:
                cell, down = above.pop(column)
            elif waiting:
                element = waiting.pop()
                cell = GridCell(element, _span(element, "colspan"))
                down = min(_span(element, "rowspan"), len(rows))
                repeated += (down - 1) * cell.columns
                down = down if repeated < _MOST_REPEATED else 1
            else:
                cell, down = GridCell(None, max(1, min(above) - column)), 1
            if down > 1:
                below[column] = (cell._replace(from_above=True), down - 1)
            cells.append(cell)
            column += cell.columns
            above = {begin: reaching for begin, reaching in above.items() if begin >= column}
        above = below
        yield cells


def _is_name(cell: Any) -> bool:
    """True for a cell that is made to be the name of a column."""
    return bool(cell.tag == "th" or next(cell.iterancestors("thead", "table")).tag == "thead")


def _span(cell: Any, attribute: str) -> int:
    """How many columns or rows a cell takes."""
    value = cell.get(attribute, "").strip()
    return max(1, min(int(value), _MOST_COLUMNS)) if value.isdecimal() and len(value) < 6 else 1
