"""Running headers, footers and page numbers: lines at the edges of many pages are not part of the text."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from qa.documents.pdf.lines import Piece, rows

_MARGIN = 0.15  # of the height of a page, at the top and at the bottom, is where running lines stand
_EDGE_ROWS = 3  # at the top and at the bottom can be running lines
_APART = 1.6  # times the font size, at least, is the baseline of a running line away from that of the text
_REPEATED = 3  # pages that have a line make it a running line (2 if there are only 2)
_PAGE_NUMBER = re.compile(
    r"\W*(?:page|p\.|seite)?\s*(\d{1,5})(?:\s*(?:of|/|von)\s*\d{1,5})?\W*", re.IGNORECASE
)
_NUMBER = re.compile(r"\d{1,5}")
LeftOut = list[tuple[str, str]]
Row = list[Piece]


@dataclass(slots=True)
class Page:
    """The text of a page. `bottom` and `top` are the edges of the page."""

    pieces: list[Piece]
    bottom: float
    top: float
    left_out: LeftOut = field(default_factory=list)


def take_out_running_lines(pages: Sequence[Page]) -> None:
    """Move the running lines and the page numbers from the pieces of each page to what it leaves out."""
    repeated = _Repeated(pages)
    for number, page in enumerate(pages, 1):
        removed: set[int] = set()
        for where, edge, beyond in _edges(page):
            for row in _running_rows(edge, beyond, number, repeated):
                text = _text(row)
                page.left_out.append(
                    ("page number" if _PAGE_NUMBER.fullmatch(text) else f"running {where}", text)
                )
                removed.update(map(id, row))
        page.pieces = [piece for piece in page.pieces if id(piece) not in removed]


def _edges(page: Page) -> Iterator[tuple[str, list[Row], Row]]:
    """For both margins of a page: its kind, its rows from the edge inwards, and the row after these."""
    all_rows = list(rows(page.pieces))
    margin = _MARGIN * (page.top - page.bottom)
    above = sum(row[0].base > page.top - margin for row in all_rows)
    below = sum(row[0].base < page.bottom + margin for row in all_rows)
    for where, inwards, count in (("header", all_rows, above), ("footer", all_rows[::-1], below)):
        count = min(count, _EDGE_ROWS)
        yield where, inwards[:count], next(iter(inwards[count:]), [])


def _running_rows(edge: Sequence[Row], beyond: Row, number: int, repeated: _Repeated) -> Sequence[Row]:
    """The rows from the edge inwards that are not part of the text. A gap separates them from it."""
    count = 0
    while count < len(edge) and repeated.is_running(edge[count], number):
        count += 1
    inner = edge[count] if count < len(edge) else beyond
    if count and inner and abs(edge[count - 1][0].base - inner[0].base) < _APART * inner[0].size:
        return ()
    return edge[:count]


class _Repeated:
    """What rows at the edges of a document's pages have in common."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self._pages: dict[str, set[int]] = defaultdict(set)  # that have a row with this key
        edges = [(n, row) for n, page in enumerate(pages, 1) for _, edge, _ in _edges(page) for row in edge]
        for number, row in edges:
            for key, _ in _keys(row, number):
                self._pages[key].add(number)
        self._enough = _REPEATED if len(pages) > 2 else 2
        self._heights: set[int] = set()  # of such rows on their pages
        self._offsets: set[int] = set()  # of printed page numbers from the counted ones
        for number, row in edges:
            for key, offset in _keys(row, number):
                if len(self._pages[key]) >= self._enough:
                    self._heights |= {_height(row) - 1, _height(row), _height(row) + 1}
                    self._offsets |= set() if offset is None else {offset}

    def is_running(self, row: Row, number: int) -> bool:
        """True if a row of page `number` is a running line, or is that number."""
        page_number = _PAGE_NUMBER.fullmatch(_text(row))
        if page_number and int(page_number[1]) == number:
            return True
        at_height = _height(row) in self._heights
        return any(
            len(self._pages[key]) >= (2 if at_height else self._enough)
            or (at_height and offset in self._offsets)
            for key, offset in _keys(row, number)
        )


def _keys(row: Row, page: int) -> Iterator[tuple[str, int | None]]:
    """What a running line has in common on all pages: its text, or its text except a page number.

    The second value is the offset of such a number from that of the page, or None.
    """
    text, size = _text(row), f"{row[0].size:.0f}"
    if any(c.isalpha() for c in text):
        yield f"{size} {text}", None
    for number in list(_NUMBER.finditer(text))[:4]:
        offset = int(number[0]) - page
        yield f"{size} {text[: number.start()]}\0{offset}\0{text[number.end() :]}", offset


def _height(row: Row) -> int:
    """The height of a row on its page, in steps of two points."""
    return round(row[0].base / 2)


def _text(row: Row) -> str:
    return " ".join(piece.text for piece in row)
