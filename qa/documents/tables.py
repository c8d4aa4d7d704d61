"""The cells of a table in an office document -> its rows, each a line whose cells stay in their columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

from qa.documents.parsed import Part
from qa.structure import row_text
from qa.types import BlockKind

_MOST_COLUMNS = 100  # that merged cells may fill up
LONGEST_REPEATED = 300  # characters of a merged cell that is repeated in each of its rows, or names columns
_LONGEST_CELL = 1500  # characters; a longer text is laid out by a table and not an entry of one
_LONGEST_ALONE = 120  # characters of a cell in a table of one row
_MOST_HEADER_ROWS = 5
_NUMBER = re.compile(r"[^\w()]*\(?[^\w()]*\d.*|\W+", re.DOTALL)  # also 74 crowns, € 5, (3), –
_YEAR = re.compile(r"\D{0,3}(?:1[89]|20)\d\d\W*")


class Cell(NamedTuple):
    """A cell: the paragraphs in it, and over how many columns it reaches."""

    parts: Sequence[Part] = ()
    columns: int = 1

    @property
    def text(self) -> str:
        return " ".join(part.text for part in self.parts)


def table_parts(rows: Sequence[Sequence[Cell]], header: int = 0) -> list[Part]:
    """The rows of a table, empty ones left out. The first `header` rows name the columns.

    They become one row. With `header` 0 the first row names the columns if it looks like it. A cell over
    several columns stands in the first of them, a name over several columns in each. A table that only lays
    out text, and has one column or one row, or a row with very long cells, gives its paragraphs.
    """
    kept = [(row, i < header) for i, row in enumerate(rows) if any(cell.parts for cell in row)]
    parts: list[Part] = []
    while len(kept) > 1 and _filled(kept[0][0]) == 1 < _filled(kept[1][0]) and len(kept[0][0]) == 1:
        parts += _paragraphs(kept.pop(0)[0])  # a title across all columns
    if all(_filled(row) == 1 for row, _ in kept):
        return parts + [part for row, _ in kept for part in _paragraphs(row)]
    if len(kept) == 1:
        row, _ = kept[0]
        if any(len(cell.parts) > 1 or len(cell.text) > _LONGEST_ALONE for cell in row):
            return parts + _paragraphs(row)
        return [*parts, Part(row_text(_columns(row)))]
    names = [row for row, is_header in kept if is_header][:_MOST_HEADER_ROWS]
    body = [row for row, _ in kept[len(names) :]]
    if not names and names_columns([_columns(row) for row in body[:50]]):
        names, body = body[:1], body[1:]
    if names and (line := row_text(list(_joined(names)))):
        parts.append(Part(line, BlockKind.COLUMNS))
    for row in body:
        if any(len(cell.text) > _LONGEST_CELL for cell in row):
            parts += _paragraphs(row)
        elif line := row_text(_columns(row)):
            parts.append(Part(line, BlockKind.ROW))
    return parts


def names_columns(rows: Sequence[Sequence[str]]) -> bool:
    """True if the first row reads like the names of columns: words only, with numbers or dates below them.

    Years may be names, as long as the column below them holds something else.
    """
    first, rest = rows[0], rows[1:]
    if not rest or len(first) < 2 or first[0].endswith(":") or sum(map(bool, first)) < max(2, len(first) - 1):
        return False
    numbers = 0
    for name, *below in zip_longest(first, *rest, fillvalue=""):
        year = bool(_YEAR.fullmatch(name))
        if name and _NUMBER.fullmatch(name) and not (year and first[0] != name):
            return False
        if year and any(_YEAR.fullmatch(cell) for cell in below):
            return False
        numbers += sum(bool(_NUMBER.fullmatch(cell)) for cell in below)
    return numbers > 0


def _filled(row: Sequence[Cell]) -> int:
    return sum(bool(cell.parts) for cell in row)


def _paragraphs(row: Sequence[Cell]) -> list[Part]:
    return [part for cell in row for part in cell.parts]


def _columns(row: Sequence[Cell], repeated: bool = False) -> list[str]:
    """The texts of a row by column; a cell over several columns is empty, or repeated, after the first."""
    texts: list[str] = []
    for cell in row:
        text = cell.text
        more = text if repeated and len(text) <= LONGEST_REPEATED else ""
        texts += [text, *[more] * (min(cell.columns, _MOST_COLUMNS - len(texts)) - 1)]
    return texts


def _joined(rows: Sequence[Sequence[Cell]]) -> Iterator[str]:
    """Several rows of names as one: under each other is after each other."""
    several = len(rows) > 1
    for column in zip_longest(*(_columns(row, several) for row in rows), fillvalue=""):
        yield " ".join(dict.fromkeys(filter(None, column)))
