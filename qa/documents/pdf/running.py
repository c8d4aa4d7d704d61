"""Running headers, footers and page numbers: what stands at the edge of many pages is no part of the text."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from qa.documents.pdf.lines import Piece, rows

_MARGIN = 0.15  # of the height of a page, above and below, where running lines stand
_EDGE_ROWS = 3  # rows, above and below, that may be running ones
_APART = 1.6  # of the size of the text, from its baseline to that of a running line
_REPEATED = 3  # pages on which a line stands that is no part of the text (2 of 2)
_PAGE_NUMBER = re.compile(
    r"\W*(?:page|p\.|seite)?\s*(\d{1,5})(?:\s*(?:of|/|von)\s*\d{1,5})?\W*", re.IGNORECASE
)
_NUMBER = re.compile(r"\d{1,5}")
LeftOut = list[tuple[str, str]]
Row = list[Piece]


@dataclass(slots=True)
class Page:
    """What is printed on a page. `bottom` and `top` are its edges."""

    pieces: list[Piece]
    bottom: float
    top: float
    left_out: LeftOut = field(default_factory=list)


def take_out_running_lines(pages: Sequence[Page]) -> None:
    """What stands at the edge of many pages, or counts them, is moved to what is left out of a page."""
    repeated = _Repeated(pages)
    for number, page in enumerate(pages, 1):
        gone: set[int] = set()
        for where, edge, beyond in _edges(page):
            for row in _running(edge, beyond, number, repeated):
                text = _text(row)
                page.left_out.append(
                    ("page number" if _PAGE_NUMBER.fullmatch(text) else f"running {where}", text)
                )
                gone.update(map(id, row))
        page.pieces = [piece for piece in page.pieces if id(piece) not in gone]


def _edges(page: Page) -> Iterator[tuple[str, list[Row], Row]]:
    """The rows in the margins of a page from the edge inwards, and the one that comes after them."""
    found = list(rows(page.pieces))
    margin = _MARGIN * (page.top - page.bottom)
    above = sum(row[0].base > page.top - margin for row in found)
    below = sum(row[0].base < page.bottom + margin for row in found)
    for where, inwards, count in (("header", found, above), ("footer", found[::-1], below)):
        count = min(count, _EDGE_ROWS)
        yield where, inwards[:count], next(iter(inwards[count:]), [])


def _running(edge: Sequence[Row], beyond: Row, number: int, repeated: _Repeated) -> Sequence[Row]:
    """The rows from the edge inwards that are no part of the text. They stand apart from what is."""
    count = 0
    while count < len(edge) and repeated.holds(edge[count], number):
        count += 1
    inner = edge[count] if count < len(edge) else beyond
    if count and inner and abs(edge[count - 1][0].base - inner[0].base) < _APART * inner[0].size:
        return ()
    return edge[:count]


class _Repeated:
    """What the rows at the edges of a document's pages have in common."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self._pages: dict[str, set[int]] = defaultdict(set)  # that have a row of some key
        edges = [(n, row) for n, page in enumerate(pages, 1) for _, edge, _ in _edges(page) for row in edge]
        for number, row in edges:
            for key, _ in _keys(row, number):
                self._pages[key].add(number)
        self._enough = _REPEATED if len(pages) > 2 else 2
        self._heights: set[int] = set()  # at which such rows stand
        self._offsets: set[int] = set()  # of the numbers printed on pages from those counted here
        for number, row in edges:
            for key, offset in _keys(row, number):
                if len(self._pages[key]) >= self._enough:
                    self._heights |= {_height(row) - 1, _height(row), _height(row) + 1}
                    self._offsets |= set() if offset is None else {offset}

    def holds(self, row: Row, number: int) -> bool:
        """Whether a row of the page of some number is a running one, or is that number."""
        counts = _PAGE_NUMBER.fullmatch(_text(row))
        if counts and int(counts[1]) == number:
            return True
        at_height = _height(row) in self._heights
        return any(
            len(self._pages[key]) >= (2 if at_height else self._enough)
            or (at_height and offset in self._offsets)
            for key, offset in _keys(row, number)
        )


def _keys(row: Row, page: int) -> Iterator[tuple[str, int | None]]:
    """What a running row has in common on all pages: its text, or all of it but a number that counts them.

    With the number, how far it is from that of the page.
    """
    text, size = _text(row), f"{row[0].size:.0f}"
    if any(c.isalpha() for c in text):
        yield f"{size} {text}", None
    for number in list(_NUMBER.finditer(text))[:4]:
        offset = int(number[0]) - page
        yield f"{size} {text[: number.start()]}\0{offset}\0{text[number.end() :]}", offset


def _height(row: Row) -> int:
    return round(row[0].base / 2)


def _text(row: Row) -> str:
    return " ".join(piece.text for piece in row)
