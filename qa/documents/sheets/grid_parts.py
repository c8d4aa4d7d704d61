"""The filled cells of a sheet -> its tables, titles and paragraphs, each with the cells it stands in.

What stands above a table in a cell of its own is its title, its first rows may name the columns, and a table
that goes on below an empty row keeps its names.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from qa.documents.parsed import Part
from qa.documents.sheets.grid import SAMPLE, Area, Block, Grid, blocks_of, is_figure, repeat_merged
from qa.errors import UnreadableFile
from qa.structure import row_text
from qa.types import BlockKind

MAX_CHARACTERS = 10_000_000
_LONGEST_NAME = 80  # characters of the name of a column
_LONGEST_TITLE = 14  # words
_ROWS_ABOVE_NAMES = 5  # at most, in one block
_PERIOD = re.compile(  # 2024, 2023/24, 2024-05, 2024-05-01, 1.5.2024, 1-May-24
    r"(?:1[89]|20)\d\d(?:[-/–]\d{1,4}){0,2}|\d{1,2}[-./]\d{1,2}[-./]\d{2,4}|\d{1,2}-[A-Z][a-z]+-\d{2,4}"
)


def grid_parts(grid: Grid, place: Callable[[Area], str], remark: str = "") -> list[Part]:
    """The content of a sheet in reading order. `place` names cells, `remark` is put to every part.

    Raises UnreadableFile if the text is too long.
    """
    repeat_merged(grid)
    reader = _Reader(grid, place, remark)
    for block in blocks_of(sorted(grid.rows.items())):
        reader.read(block)
    parts = reader.parts
    if parts and parts[-1].kind is BlockKind.HEADING:  # nothing is below it
        parts[-1] = parts[-1]._replace(kind=BlockKind.BODY)
    return parts


class _Reader:
    """Makes parts of the blocks of a sheet, in their order."""

    def __init__(self, grid: Grid, place: Callable[[Area], str], remark: str) -> None:
        self.parts: list[Part] = []
        self._grid = grid
        self._spans = {(area.top, area.left): area.right - area.left + 1 for area in grid.merged}
        self._place = place
        self._remark = remark
        self._columns: Sequence[int] = ()  # of the table that the last part belongs to, if they have names
        self._characters = 0

    def read(self, block: Block) -> None:
        if not any(block.is_row(i) for i in range(len(block.rows))):
            self._paragraphs(block)
            return
        names, count = self._names(block)
        columns, start, end = block.columns, 0, len(block.rows)
        continued = not count and self._goes_on(block)
        if continued:
            columns = self._columns  # of the table above, with its names
        else:
            limit = names if count else end
            while start < limit and not block.is_row(start):
                self._paragraph(block, start, is_title(next(iter(block.rows[start][1].values()))))
                start += 1
        while end > max(start, names + count) + 1 and self._is_note(block, end - 1):
            end -= 1
        if not count and not continued and self._columns:
            self._rows(block, columns, start, end, BlockKind.BODY)  # in a table they would get its names
            start = end
        self._rows(block, columns, start, names, BlockKind.ROW)
        if count:
            self._add(row_text(self._joined(block, names, count)), BlockKind.COLUMNS, block, names, count)
            self._columns = columns
        self._rows(block, columns, max(start, names + count), end, BlockKind.ROW)
        for i in range(end, len(block.rows)):
            self._paragraph(block, i)

    def _goes_on(self, block: Block) -> bool:
        """True if a block without names goes on with the table above: most of its columns are the same."""
        above, columns = self._columns, block.columns
        if not above or columns[0] != above[0] or columns[-1] > above[-1]:
            return False
        return len(columns) > len(above) / 2 and (len(columns) > 2 or block.is_row(0))

    def _paragraphs(self, block: Block) -> None:
        """A block with one cell in each row: a list, a text, or the title of what is below it."""
        texts = [next(iter(cells.values())) for _, cells in block.rows]
        for i, text in enumerate(texts):
            above_text = i + 1 < len(texts) and not is_title(texts[i + 1])
            self._paragraph(block, i, is_title(text) and (len(texts) == 1 or (above_text and i == 0)))

    def _paragraph(self, block: Block, i: int, title: bool = False) -> None:
        text = " ".join(next(iter(block.rows[i][1].values())).split())
        self._add(text, BlockKind.HEADING if title else BlockKind.BODY, block, i)
        self._columns = ()

    def _rows(self, block: Block, columns: Sequence[int], start: int, end: int, kind: BlockKind) -> None:
        for i in range(start, end):
            cells = block.rows[i][1]
            self._add(row_text([cells.get(column, "") for column in columns]), kind, block, i)
        if start < end and kind is BlockKind.BODY:
            self._columns = ()

    def _add(self, text: str, kind: BlockKind, block: Block, i: int, count: int = 1) -> None:
        if not text:
            return
        self._characters += len(text) + 2
        if self._characters > MAX_CHARACTERS:
            raise UnreadableFile(f"more than {MAX_CHARACTERS:,} characters of text. Split it")
        rows = block.rows[i : i + count]
        if kind in (BlockKind.HEADING, BlockKind.BODY) and len(rows[0][1]) == 1:
            left = right = next(iter(rows[0][1]))
        else:
            left, right = block.columns[0], block.columns[-1]
        place = self._place(Area(rows[0][0], left, rows[-1][0], right))
        self.parts.append(Part(text, kind, self._remark, place))

    # --- names of columns ---

    def _names(self, block: Block) -> tuple[int, int]:
        """Where the rows that name the columns begin, and their number: 0 if the columns have no names."""
        widest = 1
        for i in range(min(_ROWS_ABOVE_NAMES, len(block.rows) - 1)):
            width = len(block.rows[i][1])
            if self._is_group_row(block, i) and i + 2 < len(block.rows) and self._can_be_names(block, i + 1):
                return i, 2
            if width > widest and self._is_names(block, i):
                return i, 1
            widest = max(widest, width)
        return 0, 0

    def _is_group_row(self, block: Block, i: int) -> bool:
        """True for names of several columns each, which have names of their own in the next row."""
        row, cells = block.rows[i]
        if not all(_may_be_name(text) for text in cells.values()):
            return False
        if any(self._span(row, column) > 1 and column != block.columns[0] for column in cells):
            return True
        below = [text for column, text in block.rows[i + 1][1].items() if column != block.columns[0]]
        return 1 < len(cells) < len(below) and min(Counter(below).values()) > 1

    def _span(self, row: int, column: int) -> int:
        """The number of columns over which a cell reaches."""
        return self._spans.get((row, column), 1)

    def _can_be_names(self, block: Block, i: int) -> bool:
        cells = block.rows[i][1]
        return len(cells) > 1 and all(_may_be_name(text) for text in cells.values())

    def _is_names(self, block: Block, i: int) -> bool:
        """True if a row names the columns of the rows below it, judged by what stands in them."""
        row, cells = block.rows[i]
        body = [below for _, below in block.rows[i + 1 : i + 1 + SAMPLE]]
        if not self._can_be_names(block, i) or not body:
            return False
        marked = row in self._grid.marked and block.rows[i + 1][0] not in self._grid.marked
        years = [column for column, text in cells.items() if is_figure(text)]
        if years:
            if block.columns[0] in years or len({cells[column] for column in years}) < len(years):
                return False
            return not any(_PERIOD.fullmatch(below.get(column, "")) for below in body for column in years)
        if marked:
            return True
        first = block.columns[0]
        if any(row[first].endswith(":") for row in (cells, *body) if first in row):
            return False  # what stands on the left are names, each of what is beside it
        figures = [_share_of_figures(body, column) for column in cells]
        if max(figures) > 0.5:
            return True
        if len(block.columns) == 2:
            return len(body) > 1 and max(figures) == 0
        full = max(map(len, body))
        return len(cells) >= full and len(set(cells.values())) == len(cells)

    def _joined(self, block: Block, start: int, count: int) -> list[str]:
        """The names of the columns. Two rows of them become one, as in "2023 / Q1"."""
        names = [block.rows[i][1] for i in range(start, start + count)]
        if count == 1:
            return [names[0].get(column, "") for column in block.columns]
        upper, lower = names
        row = block.rows[start][0]
        merged = any(self._span(row, column) > 1 for column in upper)
        joined = []
        group, reach = "", -1
        for column in block.columns:
            if column in upper:
                group = upper[column]
                reach = column + self._span(row, column) - 1 if merged else block.columns[-1]
            above = group if column <= reach else ""
            joined.append(" / ".join(dict.fromkeys(filter(None, (above, lower.get(column, ""))))))
        return joined

    def _is_note(self, block: Block, i: int) -> bool:
        """True for a sentence below a table."""
        cells = block.rows[i][1]
        return block.columns[0] in cells and len(cells) == 1 and not is_title(cells[block.columns[0]])


def is_title(text: str) -> bool:
    """True for a text that is short, and neither a sentence nor a number, as titles are."""
    if is_figure(text) or len(text.split()) > _LONGEST_TITLE:
        return False
    return not text.rstrip().endswith((".", ",", ";", ":", "!"))


def _may_be_name(text: str) -> bool:
    return len(text) <= _LONGEST_NAME and (not is_figure(text) or _PERIOD.fullmatch(text) is not None)


def _share_of_figures(rows: Sequence[dict[int, str]], column: int) -> float:
    filled = [row[column] for row in rows if column in row]
    return sum(map(is_figure, filled)) / len(filled) if filled else 0.0
