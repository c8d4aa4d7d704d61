"""PDF: the text is the printed text in reading order, with the offset at which each page begins.

PDFium reads the file in a process of its own (`extract`), under limits of memory and time.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from qa.documents.parsed import Parsed, Part, day, from_parts, language_code, own_author, own_title
from qa.documents.pdf import extract
from qa.documents.pdf.lines import Line, Piece, lines
from qa.documents.pdf.paragraphs import Flow, Flowing
from qa.documents.pdf.running import Page, take_out_running_lines
from qa.errors import UnreadableFile

SECONDS = 60
_REASONS = {
    "password": "password-protected. Save a copy without a password",
    "protection": "protected in an unknown way. Save a copy without protection",
    "damaged": "not a valid PDF. Try opening it and saving it again",
    "pages": f"more than {extract.MAX_PAGES:,} pages. Split it",
    "characters": "too much text. Split it",
}
_LIGATURES = {0xFB00 + i: s for i, s in enumerate(("ff", "fi", "fl", "ffi", "ffl", "st", "st"))}


def parse_pdf(path: str, raw: bytes) -> Parsed:
    """The text of a PDF, and the offsets at which its pages begin.

    Raises UnreadableFile if the file is password-protected, damaged, scanned, too large or too slow to read.
    """
    extracted = _extract(raw)
    known = next(extracted)
    pages = [_page(number, values) for number, values in enumerate(extracted, 1)]
    if not any(page.pieces for page in pages):
        raise UnreadableFile("no text found – it may be scanned. Run OCR first")
    take_out_running_lines(pages)
    lines_of_pages: list[tuple[int, Line]] = []
    for number, page in enumerate(pages):
        lines_of_pages += [(number, line) for line in lines(page.pieces)]
        page.pieces = []  # so that a long document is not kept twice
    flow = Flow(lines_of_pages)
    paragraphs = flow.paragraphs()
    parts, starts = _parts_and_pages(paragraphs, len(pages))
    left_out = [piece for page in pages for piece in page.left_out]
    title = own_title(known["title"]) or _printed_title(paragraphs, flow.size)
    return from_parts(path, parts, title, _metadata(known), lambda _: left_out, starts)


def _extract(raw: bytes) -> Iterator[Any]:
    """The output of `extract`: first the properties of the document, then one value for each page.

    Raises UnreadableFile.
    """
    binding = importlib.util.find_spec("pypdfium2_raw")
    assert binding is not None
    assert binding.origin is not None
    folder = str(Path(binding.origin).parent.parent)
    # Without site-packages, the environment and this package the process starts in half the time.
    command = [sys.executable, "-I", "-S", extract.__file__, str(SECONDS), folder]
    try:
        done = subprocess.run(command, input=raw, capture_output=True, timeout=SECONDS)
    except subprocess.TimeoutExpired as error:
        raise UnreadableFile(
            f"takes more than {SECONDS} seconds to read. Split it, or save it again"
        ) from error
    except OSError as error:
        raise UnreadableFile(f"no process could be started to read it ({error.strerror})") from error
    values = done.stdout.splitlines()
    if done.returncode or not values:
        raise UnreadableFile(
            "not a valid PDF, or larger than 1 GB when unpacked. Try opening it and saving it again"
        )
    del done
    for line in values:
        value = json.loads(line)
        if isinstance(value, dict) and "error" in value:
            raise UnreadableFile(_REASONS[value["error"]])
        yield value


def _page(number: int, values: Any) -> Page:
    """A page without the text that is invisible or unreadable on it, which is listed as left out."""
    turned, (left, bottom, right, top), pieces, unreadable = values
    page = Page([], bottom, top)
    characters = sum(len(piece[0]) for piece in pieces)
    if not characters:
        page.left_out.append(("no text on the page (scanned?)", f"page {number}"))
    elif unreadable > 0.5 * characters:
        page.left_out.append(("unreadable characters. Run OCR first", f"page {number}"))
        return page
    for raw_text, start, end, base, size, bold, turn in pieces:
        text = unicodedata.normalize("NFC", raw_text.translate(_LIGATURES))
        if turn != turned:
            page.left_out.append(("written across the page", text))
        elif end < left or start > right or not bottom - size <= base <= top + size:
            page.left_out.append(("outside the page", text))
        else:
            page.pieces.append(Piece(text, min(start, end), max(start, end), base, size, bold))
    return page


def _parts_and_pages(paragraphs: Sequence[Flowing], pages: int) -> tuple[list[Part], list[int]]:
    """The paragraphs as parts of a text, and the offset in it at which each page begins."""
    parts: list[Part] = []
    begins: dict[int, int] = {}
    at = 0
    for paragraph in paragraphs:
        text = paragraph.text.strip()
        if not text:
            continue
        for page, offset in paragraph.starts.items():
            begins.setdefault(page, at + offset)
        parts.append(Part(text, paragraph.heading))
        at += len(text) + 2
    starts = [max(0, at - 2)] * pages
    following = starts[-1]
    for page in range(pages - 1, -1, -1):  # a page without text begins where the next one does
        following = starts[page] = min(following, begins.get(page, following))
    return parts, starts


def _printed_title(paragraphs: Sequence[Flowing], body: float) -> str:
    """The largest heading on the first page, or ""."""
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
