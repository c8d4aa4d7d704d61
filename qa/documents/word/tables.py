"""A table of a Word document -> its cells, row by row, with merged cells in each of their rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from qa.documents.office.elements import attribute, child, number, switch, value
from qa.documents.parsed import Part
from qa.documents.tables import LONGEST_REPEATED, Cell, table_parts
from qa.documents.word.styles import Styles
from qa.types import BlockKind

_FIRST_ROW = 0x20  # in the flags that say which parts of a table its style may mark


def parts_of_table(table: Any, styles: Styles, parts_of: Callable[[Any], list[Part]]) -> list[Part]:
    """The rows of a table; `parts_of` gives the paragraphs in a cell. Deleted rows are left out."""
    rows: list[list[Cell]] = []
    named = 0
    above: dict[int, Sequence[Part]] = {}  # by column: the merged cell that reaches down
    for row in _rows(table):
        before = number(value(row, "trPr/gridBefore"))
        cells = [Cell((), before)] if before else []
        column = before
        for cell in _cells(row):
            span = max(1, number(value(cell, "tcPr/gridSpan"), 1))
            merged = child(cell, "tcPr/vMerge")
            if merged is not None and attribute(merged, "val") != "restart" and column in above:
                parts = above[column]
            else:
                parts = parts_of(cell)
                short = sum(len(part.text) for part in parts) <= LONGEST_REPEATED
                above[column] = parts if short else ()
            cells.append(Cell(parts, span))
            column += span
        if named == len(rows) and switch(row, "trPr/tblHeader"):
            named += 1
        rows.append(cells)
    if not named and rows and (_style_names_columns(table, styles) or _bold_names(rows)):
        named = 1
    return table_parts(rows, named if named < len(rows) else 0)


def _rows(table: Any) -> Iterator[Any]:
    """The rows of a table that have not been deleted, without those of tables in its cells."""
    for row in table.iter("{*}tr"):
        if next(row.iterancestors("{*}tbl"), None) is table and child(row, "trPr/del") is None:
            yield row


def _cells(row: Any) -> Iterator[Any]:
    for cell in row.iter("{*}tc"):
        if next(cell.iterancestors("{*}tr"), None) is row:
            yield cell


def _style_names_columns(table: Any, styles: Styles) -> bool:
    """True if the first row has the look that the table's style has for names. Plain styles have none."""
    look = child(table, "tblPr/tblLook")
    if look is None or not styles[value(table, "tblPr/tblStyle")].marks_first_row:
        return False
    flags = attribute(look, "val")
    marked = attribute(look, "firstRow") or ("1" if _hexadecimal(flags) & _FIRST_ROW else "0")
    return marked in {"1", "true", "on"}


def _hexadecimal(text: str) -> int:
    try:
        return int(text[:8] or "0", 16)
    except ValueError:
        return 0


def _bold_names(rows: Sequence[Sequence[Cell]]) -> bool:
    """True if every cell of the first row is a line in bold, and none in the second one."""
    if len(rows) < 2 or len(rows[0]) < 2:
        return False
    first, second = ([part.kind for cell in row for part in cell.parts] for row in rows[:2])
    return set(first) == {BlockKind.HEADING} and BlockKind.HEADING not in second
