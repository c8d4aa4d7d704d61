"""Running headers, footers and page numbers: lines at the edges of many pages are not part of the text."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise

from qa.documents.pdf.pieces import Edges, Page, Piece, rows

_MARGIN = 0.15  # of the height of a page, at the top and at the bottom, is where running lines stand
_EDGE_ROWS = 3  # at the top and at the bottom can be running lines
_APART = 1.6  # times the font size, at least, is the baseline of a running line away from that of the text
_BESIDE_A_TABLE = 4.0  # times the font size, at most, is the row with the names of columns away from a table
_LARGE = 1.15  # times the usual font size, at least, are titles
_CELL_GAP = 1.5  # times the font size, at least, between cells
_REPEATED = 3  # pages that have a line make it a running line (2 if there are only 2)
_PAGE_NUMBER = re.compile(
    r"\W*(?:(?:page|p\.|seite)\s*)?(\d{1,5})(?:\s*(?:of|/|von)\s*\d{1,5})?\W*", re.IGNORECASE
)
_NUMBER = re.compile(r"\d{1,5}")
Row = list[Piece]


def take_out_running_lines(pages: Sequence[Page]) -> None:
    """Move the running lines and the page numbers from the pieces of each page to what it leaves out.

    A line in large type, such as the title of a set of slides, stays where it is first. So does a line on
    pages that have nothing else.
    """
    repeated = _Repeated(pages)
    found = [list(_running(page, number, repeated)) for number, page in enumerate(pages, 1)]
    whole = [
        len(page.pieces) > sum(len(row) for _, row in lines) for page, lines in zip(pages, found, strict=True)
    ]
    taken = {_text(row) for lines, is_whole in zip(found, whole, strict=True) if is_whole for _, row in lines}
    large = _LARGE * _usual_size(pages)
    titles: set[str] = set()
    for page, lines, is_whole in zip(pages, found, whole, strict=True):
        removed: set[int] = set()
        for where, row in lines:
            text = _text(row)
            is_number = bool(_PAGE_NUMBER.fullmatch(text))
            is_title = row[0].size >= large and text not in titles and not is_number
            if is_title:
                titles.add(text)
            elif is_number or is_whole or text in taken:
                page.left_out.append(("page number" if is_number else f"running {where}", text))
                removed.update(map(id, row))
        page.pieces = [piece for piece in page.pieces if id(piece) not in removed]


def _running(page: Page, number: int, repeated: _Repeated) -> Iterator[tuple[str, Row]]:
    """The running lines of a page, each with the name of where it stands."""
    for where, edge, beyond in _edges(page):
        for row in _running_rows(edge, beyond, number, repeated):
            yield where, row


def _usual_size(pages: Sequence[Page]) -> float:
    """The font size of most characters."""
    sizes: Counter[float] = Counter()
    for page in pages:
        for piece in page.pieces:
            sizes[round(piece.size, 1)] += len(piece.text)
    return max(sizes, key=lambda size: sizes[size], default=1.0)


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
    while count and inner and _is_of_a_table(edge[count - 1], inner, number):
        count, inner = count - 1, edge[count - 1]
    if count and inner and abs(edge[count - 1][0].base - inner[0].base) < _APART * inner[0].size:
        return ()
    return edge[:count]


def _is_of_a_table(row: Row, inner: Row, number: int) -> bool:
    """True if a row belongs to the table beside it: as the names of columns, or as a number in a column."""
    if abs(row[0].base - inner[0].base) > _BESIDE_A_TABLE * inner[0].size:
        return False
    if len(row) == 1 and row[0].text.isdecimal():
        return any(p.text.isdecimal() and p.left < row[0].right and row[0].left < p.right for p in inner)
    cells, others = _cells(row), _cells(inner)
    return (
        len(cells) > 1
        and len(others) > 1
        and str(number) not in _NUMBER.findall(_text(row))
        and all(any(a < right and left < b for left, right in cells) for a, b in others)
    )


def _cells(row: Row) -> list[Edges]:
    """The spans of a row between its wide gaps."""
    cells = [(row[0].left, row[0].right)]
    for a, b in pairwise(row):
        if b.left - a.right > _CELL_GAP * a.size:
            cells.append((b.left, b.right))
        else:
            cells[-1] = cells[-1][0], b.right
    return cells


class _Repeated:
    """What rows at the edges of a document's pages have in common."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self._pages: dict[str, set[int]] = defaultdict(set)  # that have a row with this key
        edges = [(n, row) for n, page in enumerate(pages, 1) for _, edge, _ in _edges(page) for row in edge]
        for number, row in edges:
            for key, _ in _keys(row, number):
                self._pages[key].add(number)
        self._count = len(pages)
        self._enough = _REPEATED if len(pages) > 2 else 2
        self._heights: set[int] = set()  # of such rows on their pages
        self._offsets: set[int] = set()  # of printed page numbers from the counted ones
        for number, row in edges:
            for key, offset in _keys(row, number):
                if self._repeats(key, self._enough):
                    self._heights |= {_height(row) - 1, _height(row), _height(row) + 1}
                    self._offsets |= set() if offset is None else {offset}

    def is_running(self, row: Row, number: int) -> bool:
        """True if a row of page `number` is a running line, or is that number."""
        page_number = _PAGE_NUMBER.fullmatch(_text(row))
        if page_number and int(page_number[1]) == number:
            return True
        at_height = _height(row) in self._heights
        return any(
            self._repeats(key, 2 if at_height else self._enough) or (at_height and offset in self._offsets)
            for key, offset in _keys(row, number)
        )

    def _repeats(self, key: str, enough: int) -> bool:
        """True if so many pages have a row, and these are most pages, or follow each other or every other."""
        pages = self._pages[key]
        if len(pages) < enough:
            return False
        near = sum(not pages.isdisjoint((page - 2, page - 1, page + 1, page + 2)) for page in pages)
        return 2 * len(pages) >= self._count or 2 * near >= len(pages)


def _keys(row: Row, page: int) -> Iterator[tuple[str, int | None]]:
    """What a running line has in common on all pages: its text, or its text except a page number.

    The second value is the offset of such a number from that of the page, or None.
    """
    text, size = _text(row), f"{row[0].size:.0f}"
    if any(c.isalpha() for c in text):
        yield f"{size} {text}", None
    for number in islice(_NUMBER.finditer(text), 4):
        offset = int(number[0]) - page
        yield f"{size} {text[: number.start()]}\0{offset}\0{text[number.end() :]}", offset


def _height(row: Row) -> int:
    """The height of a row on its page, in steps of two points."""
    return round(row[0].base / 2)


def _text(row: Row) -> str:
    return " ".join(piece.text for piece in row)
