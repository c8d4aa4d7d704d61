"""PDF: the text is what is printed, in reading order, and it is known where each page begins.

The file is read by PDFium in a process of its own (`pdfium`), under limits of memory and time.
"""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qa.documents.parsed import Parsed, Part, day, from_parts, language_code, own_author, own_title
from qa.documents.pdf import extract as pdfium
from qa.documents.pdf.lines import Line, Piece, lines, rows
from qa.documents.pdf.paragraphs import Flow, Flowing
from qa.errors import UnreadableFile

SECONDS = 60
_OCR = "run text recognition (OCR) on it first"
_REASONS = {
    "password": "is protected by a password: save a copy without a password",
    "protection": "is protected in a way that cannot be read: save a copy without protection",
    "damaged": "is damaged, or no PDF: open it in a viewer and save it anew",
    "pages": f"has over {pdfium.MAX_PAGES:,} pages: split it",
    "characters": "holds more text than is read: split it",
}
_MARGIN = 0.15  # of the height of a page, above and below, where running lines stand
_EDGE_ROWS = 3  # rows, above and below, that may be running ones
_APART = 1.6  # of the size of the text, from its baseline to that of a running line
_REPEATED = 3  # pages on which a line stands that is no part of the text (2 of 2)
_PAGE_NUMBER = re.compile(
    r"\W*(?:page|p\.|seite)?\s*(\d{1,5})(?:\s*(?:of|/|von)\s*\d{1,5})?\W*", re.IGNORECASE
)
_NUMBER = re.compile(r"\d{1,5}")
_LIGATURES = {0xFB00 + i: s for i, s in enumerate(("ff", "fi", "fl", "ffi", "ffl", "st", "st"))}
LeftOut = list[tuple[str, str]]
Row = list[Piece]


@dataclass(slots=True)
class _Page:
    """What is printed on a page. `bottom` and `top` are its edges."""

    pieces: list[Piece]
    bottom: float
    top: float
    left_out: LeftOut = field(default_factory=list)


def read_pdf(path: str, raw: bytes) -> Parsed:
    """The text of a PDF, and the offsets at which its pages begin.

    Raises UnreadableFile: under a password, damaged, without text (scanned), too large, too slow.
    """
    printed = _printed(raw)
    known = next(printed)
    pages = [_page(number, values) for number, values in enumerate(printed, 1)]
    if not any(page.pieces for page in pages):
        raise UnreadableFile(f"has no text (scanned images?): {_OCR}")
    _take_out_running_lines(pages)
    found: list[tuple[int, Line]] = []
    for number, page in enumerate(pages):
        found += [(number, line) for line in lines(page.pieces)]
        page.pieces = []  # a long document is not held twice
    flow = Flow(found)
    paragraphs = flow.paragraphs()
    parts, starts = _laid_out(paragraphs, len(pages))
    left_out = [piece for page in pages for piece in page.left_out]
    title = own_title(known["title"]) or _printed_title(paragraphs, flow.size)
    return from_parts(path, parts, title, _metadata(known), lambda _: left_out, starts)


def _printed(raw: bytes) -> Iterator[Any]:
    """What `pdfium` says: first what is known of the document, then a value a page. Raises UnreadableFile."""
    binding = importlib.util.find_spec("pypdfium2_raw")
    assert binding is not None
    assert binding.origin is not None
    folder = str(Path(binding.origin).parent.parent)
    # Without site-packages, the environment and the package itself: that halves the start.
    command = [sys.executable, "-I", "-S", pdfium.__file__, str(SECONDS), folder]
    try:
        done = subprocess.run(command, input=raw, capture_output=True, timeout=SECONDS)
    except subprocess.TimeoutExpired as error:
        raise UnreadableFile(f"takes over {SECONDS} seconds to read: split it, or save it anew") from error
    except OSError as error:
        raise UnreadableFile(f"cannot be read: no process can be started ({error.strerror})") from error
    values = done.stdout.splitlines()
    if done.returncode or not values:
        raise UnreadableFile("is damaged, or unpacks to over 1 GB: open it in a viewer and save it anew")
    del done
    for line in values:
        value = json.loads(line)
        if isinstance(value, dict) and "error" in value:
            raise UnreadableFile(_REASONS[value["error"]])
        yield value


def _page(number: int, values: Any) -> _Page:
    """A page without what nobody sees or reads on it, which is noted."""
    turned, (left, bottom, right, top), found, unreadable = values
    page = _Page([], bottom, top)
    signs = sum(len(piece[0]) for piece in found)
    if not signs:
        page.left_out.append(("no text on the page (scanned?)", f"page {number}"))
    elif unreadable > 0.5 * signs:
        page.left_out.append((f"letters of no known meaning: {_OCR}", f"page {number}"))
        return page
    for said, start, end, base, size, bold, turn in found:
        text = unicodedata.normalize("NFC", said.translate(_LIGATURES))
        if turn != turned:
            page.left_out.append(("written across the page", text))
        elif end < left or start > right or not bottom - size <= base <= top + size:
            page.left_out.append(("outside the page", text))
        else:
            page.pieces.append(Piece(text, min(start, end), max(start, end), base, size, bold))
    return page


# --- running headers and footers -----------------------------------------------------------------


def _take_out_running_lines(pages: Sequence[_Page]) -> None:
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


def _edges(page: _Page) -> Iterator[tuple[str, list[Row], Row]]:
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

    def __init__(self, pages: Sequence[_Page]) -> None:
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


# --- the whole of it -----------------------------------------------------------------------------


def _laid_out(paragraphs: Sequence[Flowing], pages: int) -> tuple[list[Part], list[int]]:
    """The paragraphs as parts of a text, and where in it each page begins."""
    parts: list[Part] = []
    begins: dict[int, int] = {}
    at = 0
    for paragraph in paragraphs:
        text = paragraph.text.strip()
        if not text:
            continue
        for page, offset in paragraph.starts.items():
            begins.setdefault(page, at + offset)
        parts.append((text, paragraph.heading))
        at += len(text) + 2
    starts = [max(0, at - 2)] * pages
    following = starts[-1]
    for page in range(pages - 1, -1, -1):  # a page without text begins where the next one does
        following = starts[page] = min(following, begins.get(page, following))
    return parts, starts


def _printed_title(paragraphs: Sequence[Flowing], body: float) -> str:
    """The largest heading of the first page."""
    first = [p for p in paragraphs[:30] if p.heading and 0 in p.starts and p.size >= body]
    largest = max(first, key=lambda p: p.size, default=None)
    return largest.text if largest else ""


def _metadata(known: Mapping[str, str]) -> dict[str, str]:
    values = {
        "author": own_author(known["author"]),
        "date": day(known["date"]),
        "language": language_code(known["language"]),
    }
    return {key: value for key, value in values.items() if value}
