"""The structure of a document's text: where its parts stand in the file, and which lines are tables.

A row of a table is one line of text with a bar between its cells, as in `Alder | 118 crowns`. A row whose
first cell is empty has bars around it as well, as rows in Markdown may have, so that every cell keeps its
column.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

_BAR = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"[\s|:+-]+")  # the line below the column names of a table in Markdown


@dataclass(frozen=True, slots=True)
class Table:
    """A table in a text, as offsets. Its first row is `text[start:columns_end]` if it names the columns.

    A table without such a row has `columns_end == start`.
    """

    start: int
    end: int
    columns_end: int


@dataclass(frozen=True, slots=True)
class Structure:
    """What is known about a text besides its words.

    `places` are pairs of an offset and the name of the place that begins there, such as "slide 3" or
    "Prices!A4:C4", in order. `tables` are in order and do not overlap.
    """

    places: tuple[tuple[int, str], ...] = ()
    tables: tuple[Table, ...] = ()

    def place(self, start: int, end: int) -> str:
        """The name of the place that holds a span, or of the first and the last such place; "" if unknown."""
        if not self.places:
            return ""
        starts = [at for at, _ in self.places]
        first, last = (max(0, bisect_right(starts, at) - 1) for at in (start, max(start, end - 1)))
        names = [self.places[first][1], self.places[last][1]]
        return " – ".join(dict.fromkeys(name for name in names if name))

    def table_at(self, offset: int) -> Table | None:
        """The table that holds the character at an offset, or None."""
        at = bisect_right([table.start for table in self.tables], offset) - 1
        return self.tables[at] if at >= 0 and offset < self.tables[at].end else None


def row_text(cells: Sequence[str]) -> str:
    """The cells of a row as one line; "" if all are empty. A bar within a cell becomes a broken bar."""
    parts = [" ".join(cell.replace("|", "¦").split()) for cell in cells]
    while parts and not parts[-1]:
        parts.pop()
    line = " | ".join(parts)
    return f"| {line.strip()} |" if parts and not parts[0] else line


def row_cells(line: str) -> list[str]:
    """The cells of a row, between bars or, if there are none, tabs; [] for a rule between rows."""
    if _RULE.fullmatch(line):
        return []
    inner = line.strip(" \n")
    if inner.startswith("|"):
        inner = inner[1:].removesuffix("|")
    cells = _BAR.split(inner)
    if len(cells) == 1:
        cells = inner.split("\t")
    return [cell.strip().replace("\\|", "|") for cell in cells]


def heading_text(block: str) -> str:
    """A heading without its marks in Markdown: # before or after it, a line of = or - below it."""
    lines = block.strip().split("\n")
    if len(lines) > 1 and not lines[-1].strip("=- \t"):
        lines.pop()
    text = " ".join(" ".join(lines).split())
    bare = text.lstrip("#")
    return bare.strip().rstrip("#").rstrip() if bare != text and bare[:1] == " " else text
