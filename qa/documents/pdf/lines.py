"""Pieces of text on a page -> its lines in reading order: lines of text, and rows of tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from qa.documents.pdf.cells import Table, TableRow, tables
from qa.documents.pdf.columns import columns
from qa.documents.pdf.direction import in_reading_order, runs_right_to_left
from qa.documents.pdf.pieces import Edges, Piece, Rulings, rows
from qa.structure import row_text

_WORD_GAP = 0.12  # times the font size, at least between words


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a column.

    `column` counts the columns of the page; `begins` and `ends` are the distances from the column's edges, in
    multiples of the font size. A row of a table has `cells`, and `table` counts the tables of the page;
    `filled_in` is true if it holds the value of a form field, `is_aside` if it stands in the margin.
    """

    text: str
    base: float
    size: float
    bold: bool
    column: int
    begins: float
    ends: float
    cells: tuple[str, ...] = ()
    table: int = 0
    filled_in: bool = False
    is_aside: bool = False


def lines(pieces: Sequence[Piece], rulings: Rulings) -> list[Line]:
    """The lines of a page in reading order."""
    in_order: list[Line] = []
    table = 0
    for number, (column, edges, is_aside) in enumerate(columns(pieces, rulings)):
        column_rows = list(rows(column))
        if len(column_rows) == 1:  # that a line ends at the edge of its column then says nothing
            edges = edges[0], float("inf")
        for found in tables(column_rows, rulings):
            if isinstance(found, Table):
                table += 1
                in_order += [_table_line(row, number, edges, table) for row in found.rows]
            else:
                in_order.append(_line(found, number, edges, is_aside))
    return in_order


def _table_line(row: TableRow, column: int, edges: Edges, table: int) -> Line:
    main = max(row.pieces, key=lambda p: len(p.text))
    return Line(
        text=row_text(row.cells),
        base=main.base,
        size=main.size,
        bold=all(p.bold for p in row.pieces),
        column=column,
        begins=0.0,
        ends=0.0,
        cells=row.cells,
        table=table,
        filled_in=any(p.filled_in for p in row.pieces),
    )


def _line(row: Sequence[Piece], column: int, edges: Edges, is_aside: bool) -> Line:
    main = max(row, key=lambda p: len(p.text))
    everything = " ".join(p.text for p in row)
    if is_reversed := runs_right_to_left(everything):
        text = " ".join(p.text for p in in_reading_order(everything, row))
    else:
        text = row[0].text
        for a, b in pairwise(row):
            is_apart = b.left - a.right > _WORD_GAP * max(a.size, b.size) or len(b.text) > 3
            text += (" " if is_apart else "") + b.text
    size = max(main.size, 1.0)
    margins = (row[0].left - edges[0]) / size, (edges[1] - row[-1].right) / size
    begins, ends = margins[::-1] if is_reversed else margins
    bold = all(p.bold for p in row)
    return Line(text, main.base, main.size, bold, column, begins, ends, is_aside=is_aside)
