"""The paragraphs of a PDF -> parts of a text: headings, paragraphs, tables with the names of columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from qa.documents.parsed import Part
from qa.documents.pdf.paragraphs import Flowing
from qa.documents.pdf.pieces import Page
from qa.documents.tables import names_columns
from qa.types import BlockKind

_JUDGED = 50  # rows of a table, at most, that show whether its first one names the columns
Table = list[Flowing]


def parts_and_pages(paragraphs: Sequence[Flowing], pages: Sequence[Page]) -> tuple[list[Part], list[int]]:
    """The paragraphs as parts of a text, and the offset in it at which each page begins."""
    parts: list[Part] = []
    begins: dict[int, int] = {}
    at = 0
    for paragraph, kind in _with_kinds(paragraphs):
        text = paragraph.text.strip()
        if not text:
            continue
        for page, offset in paragraph.starts.items():
            begins.setdefault(page, at + offset)
        remark = next((pages[page].remark for page in paragraph.starts if pages[page].remark), "")
        parts.append(Part(text, kind, remark))
        at += len(text) + 2
    starts = [max(0, at - 2)] * len(pages)
    following = starts[-1]
    for number in range(len(pages) - 1, -1, -1):  # a page without text begins where the next one does
        following = starts[number] = min(following, begins.get(number, following))
    return parts, starts


def _with_kinds(paragraphs: Sequence[Flowing]) -> Iterator[tuple[Flowing, BlockKind]]:
    i = 0
    names: tuple[str, ...] = ()  # of the columns of the table before, if nothing stands between them
    page = -1
    while i < len(paragraphs):
        table = _table(paragraphs, i)
        if not table:
            yield paragraphs[i], BlockKind.HEADING if paragraphs[i].heading else BlockKind.BODY
            names = ()
            i += 1
            continue
        first = table[0].lines[0].cells
        # A table that continues on the next page has no names of columns there, or the same ones again.
        continues = len(first) == len(names) and min(table[0].starts) > page
        has_names = first == names or _is_set_apart(table) or (not continues and _names_columns(table))
        if has_names or not continues:
            names = first if has_names else ()
        for k, row in enumerate(table):
            yield row, BlockKind.COLUMNS if has_names and k == 0 else BlockKind.ROW
        page = max(table[-1].starts)
        i += len(table)


def _table(paragraphs: Sequence[Flowing], start: int) -> Table:
    """The rows of the table on one page that begins with a paragraph; [] if none does."""
    table: Table = []
    for paragraph in islice(paragraphs, start, None):
        if not paragraph.lines[0].cells or (table and _place(table[0]) != _place(paragraph)):
            break
        table.append(paragraph)
    return table


def _place(row: Flowing) -> tuple[int, int]:
    """The page of a row, and which of the tables on it has the row."""
    return min(row.starts), row.lines[0].table


def _is_form(table: Table) -> bool:
    return any(row.lines[0].filled_in for row in table)


def _is_set_apart(table: Table) -> bool:
    """True if the first row of a table alone is bold."""
    first, *rest = (row.lines[0] for row in table[:_JUDGED])
    bold = sum(line.bold for line in rest)
    return first.bold and all(first.cells[1:]) and 2 * bold < len(rest) and not _is_form(table)


def _names_columns(table: Table) -> bool:
    """True if the first row of a table reads like the names of its columns."""
    return not _is_form(table) and names_columns([row.lines[0].cells for row in table[:_JUDGED]])
