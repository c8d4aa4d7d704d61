"""Tables as text (.csv, .tsv): one row a line, its cells separated by commas, semicolons, tabs or bars."""

from __future__ import annotations

import csv
import re
from collections import Counter
from itertools import islice

from qa.documents.parsed import Parsed, from_parts
from qa.documents.plain.decoding import decode
from qa.documents.sheets.grid import MAX_CELLS, Area, Grid, is_figure, too_many_cells
from qa.documents.sheets.grid_parts import MAX_CHARACTERS, grid_parts
from qa.errors import UnreadableFile

_DELIMITERS = "\t;|,"  # of two that fit equally, the first: numbers have commas in them as well
_SAMPLE = 65_536  # characters that are looked at to find the delimiter
_SAMPLE_ROWS = 200
_MOST_LINES = 100  # of a cell
_DECLARED = re.compile(r"\"?sep=([^\w\s\"]|\t)\"?[ \t]*(?:\n|\Z)", re.IGNORECASE)  # Excel's first line


def parse_delimited(path: str, raw: bytes) -> Parsed:
    """The rows of a table in a text file; the first one names the columns if it has words only.

    The delimiter is found by looking at the rows. Raises UnreadableFile if the file is not text, is empty or
    too large.
    """
    text = decode(raw).replace("\x00", "")
    if declared := _DECLARED.match(text):
        delimiter = declared[1]
        text = text[declared.end() :]  # no program counts this line among the rows
    else:
        delimiter = find_delimiter(text)
    grid = _grid(text, delimiter)
    parts = grid_parts(grid, _place)
    if not parts:
        raise UnreadableFile("no text found")
    return from_parts(path, parts, "", {})


def find_delimiter(text: str) -> str:
    """The character that separates the cells of most rows into the same number of columns; "," if none does.

    The sample is limited, and read once for each candidate: csv.Sniffer tries patterns that take quadratic
    time on some texts.
    """
    sample = text[:_SAMPLE]
    if len(text) > _SAMPLE:
        sample = sample[: sample.rfind("\n") + 1] or sample
    shares = {delimiter: _evenness(sample, delimiter) for delimiter in _DELIMITERS}
    best = max(shares, key=lambda delimiter: shares[delimiter])
    return best if shares[best] else ","


def _evenness(sample: str, delimiter: str) -> float:
    """The share of rows that have the most frequent number of columns, rows of one column not counted."""
    rows = (row for row in _rows(sample, delimiter) if any(map(str.strip, row)))
    widths = Counter(len(row) for row in islice(rows, _SAMPLE_ROWS))
    most = max((count for width, count in widths.items() if width > 1), default=0)
    return most / max(1, widths.total())


def _rows(text: str, delimiter: str) -> list[list[str]]:
    """The rows of a table. A cell in quotes may have line breaks in it, unless the quote is never closed.

    Raises UnreadableFile if a cell is too long.
    """
    csv.field_size_limit(MAX_CHARACTERS)
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
        lines = (f"{line}\n" for line in text.split("\n"))
        try:
            rows = list(csv.reader(lines, delimiter=delimiter, quoting=quoting, skipinitialspace=True))
        except csv.Error as error:
            raise UnreadableFile(f"a cell has more than {MAX_CHARACTERS:,} characters") from error
        if not any(cell.count("\n") > _MOST_LINES for row in rows for cell in row):
            break
    return rows


def _grid(text: str, delimiter: str) -> Grid:
    grid = Grid()
    cells = 0
    for row, values in enumerate(_rows(text, delimiter)):
        filled = {column: value for column, value in enumerate(values) if value and not value.isspace()}
        if filled:
            grid.rows[row] = filled
            cells += len(filled)
            if cells > MAX_CELLS:
                raise too_many_cells()
    first = min(grid.rows, default=0)
    if grid.rows and not any(map(is_figure, grid.rows[first].values())):
        grid.marked.add(first)  # by custom, the first row of such a file names the columns
    return grid


def _place(area: Area) -> str:
    return f"row {area.top + 1}"
