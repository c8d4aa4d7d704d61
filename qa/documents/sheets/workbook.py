"""A workbook as read from a file of any format, and the names of its cells."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from qa.documents.sheets.grid import Area, Grid

NOT_READ = "part that cannot be read"  # why something is left out
_PLAIN_NAME = re.compile(r"[^\W\d]\w*")


@dataclass(slots=True)
class Sheet:
    """A sheet. `texts` are those outside its cells, such as in text boxes and the titles of charts.

    `left_out` lists what is not part of the text, as (reason, text).
    """

    name: str
    hidden: bool = False
    grid: Grid = field(default_factory=Grid)
    texts: list[str] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)

    def place(self, area: Area) -> str:
        """The name of cells as formulas have it: Prices!A4:C4."""
        first = cell_name(area.top, area.left)
        last = cell_name(area.bottom, area.right)
        cells = first if first == last else f"{first}:{last}"
        plain = _PLAIN_NAME.fullmatch(self.name)
        return f"{self.name}!{cells}" if plain else "'{}'!{}".format(self.name.replace("'", "''"), cells)


@dataclass(slots=True)
class Workbook:
    """The sheets of a file, its own properties by name, and what else could not be read or is left out."""

    sheets: list[Sheet] = field(default_factory=list)
    properties: Mapping[str, str] = field(default_factory=dict)
    left_out: list[tuple[str, str]] = field(default_factory=list)


def cell_name(row: int, column: int) -> str:
    """The name of a cell, counted from 0: A1."""
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row + 1}"
