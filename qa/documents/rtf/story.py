"""A run of text of its own, such as the body, a footnote or a header: its paragraphs and tables."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from qa.documents.office.headings import looks_like_heading
from qa.documents.office.symbols import CHECK_MARKS
from qa.documents.parsed import Part
from qa.documents.tables import LONGEST_REPEATED, Cell, table_parts
from qa.structure import row_text
from qa.types import BlockKind

_SAME_EDGE = 40  # twentieths of a point: edges of cells that are nearer to each other are one


@dataclass(slots=True)
class RowLayout:
    """How a row is divided: the right edges of its cells, and which cells continue the one above."""

    edges: list[int] = field(default_factory=list)
    below: set[int] = field(default_factory=set)
    names_columns: bool = False


@dataclass(slots=True)
class _Row:
    cells: list[list[Part]]
    layout: RowLayout


class Story:
    """Takes text in order and makes parts of it. `kind` says what the text is for."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.label = ""  # the number of the paragraph in a list
        self.title = ""  # the first paragraph in the style of titles
        self.layout = RowLayout()
        self._texts: list[str] = []
        self._bold: list[bool] = []
        self._attached: list[Part] = []
        self._parts: list[Part] = []
        self._cell: list[Part] = []
        self._cells: list[list[Part]] = []
        self._nested: list[str] = []
        self._rows: list[_Row] = []

    def add(self, text: str, bold: bool = False) -> None:
        """Go on with the paragraph."""
        self._texts.append(text)
        if text.strip():
            self._bold.append(bold)

    def attach(self, parts: Sequence[Part]) -> None:
        """Put the parts of a note or text box behind the paragraph."""
        self._attached += parts

    def end_paragraph(self, heading: bool = False, title: bool = False, in_table: bool = False) -> None:
        """End the paragraph; a table ends before the first one that is not in it."""
        parts = self._paragraph(heading)
        if title and parts and not self.title:
            self.title = parts[0].text
        if in_table:
            self._cell += parts
        else:
            self._end_table()
            self._parts += parts

    def end_cell(self, heading: bool = False) -> None:
        self._cell += self._paragraph(heading)
        self._cells.append(self._cell)
        self._cell = []

    def end_nested_cell(self) -> None:
        """End a cell of a table within a cell."""
        self._nested.append(" ".join(part.text for part in self._paragraph(False)))

    def end_nested_row(self) -> None:
        if line := row_text(self._nested):
            self._cell.append(Part(line))
        self._nested = []

    def end_row(self) -> None:
        self._rows.append(_Row(self._cells, self.layout))
        self._cells = []

    def parts(self) -> list[Part]:
        """All parts. Ends the story."""
        last = self._paragraph(False)
        self._end_table()
        self._parts += last
        return self._parts

    def _paragraph(self, heading: bool) -> list[Part]:
        text = " ".join(_whole("".join(self._texts)).replace("\u00ad", "").split())
        heading = heading or (not self.label and looks_like_heading(text, self._bold))
        label = " ".join(self.label.split())
        if label == "o" or (len(label) == 1 and not label.isalnum() and label not in CHECK_MARKS):
            label = ""  # a bullet
        parts = (
            [Part(f"{label} {text}".lstrip(), BlockKind.HEADING if heading else BlockKind.BODY)]
            if text
            else []
        )
        parts += self._attached
        self.label = ""
        self._texts, self._bold, self._attached = [], [], []
        return parts

    def _end_table(self) -> None:
        if any(self._cells) or self._cell:  # a row without its end
            self._cells.append(self._cell)
            self.end_row()
        self._cells, self._cell = [], []
        if self._rows:
            self._parts += _table(self._rows)
            self._rows = []


def _whole(text: str) -> str:
    """A text in which signs beyond the first 65,536 are whole: RTF writes each as two halves."""
    return (
        text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    )


def _table(rows: Sequence[_Row]) -> list[Part]:
    """The rows of a table: the edges of all cells tell how many columns each of them has."""
    edges: list[int] = []
    for edge in sorted({edge for row in rows for edge in row.layout.edges}):
        if not edges or edge - edges[-1] > _SAME_EDGE:
            edges.append(edge)
    above: dict[int, Sequence[Part]] = {}
    grid = []
    for row in rows:
        cells = []
        column = 0
        for i, parts in enumerate(row.cells):
            short = sum(len(part.text) for part in parts) <= LONGEST_REPEATED
            shown = above.get(column, ()) if i in row.layout.below and not parts else parts
            above[column] = shown if short else ()
            reached = column + 1
            if len(row.layout.edges) == len(row.cells):
                reached = max(reached, bisect_right(edges, row.layout.edges[i]))
            cells.append(Cell(shown, reached - column))
            column = reached
        grid.append(cells)
    header = next((i for i, row in enumerate(rows) if not row.layout.names_columns), 0)
    return table_parts(grid, header)
