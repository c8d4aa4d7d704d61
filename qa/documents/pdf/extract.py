"""Runs as a process of its own: a PDF on stdin -> the text on its pages, with places, as JSON on stdout.

PDFium is C++ that reads whatever a user sends. It cannot be interrupted, and a crash takes its process with
it. So `parse.py` starts this file with limits of memory and time, and without the rest of the package.

The first line of the output is {"error": ...} or {"pages", "title", "author", "date", "language"}; then there
is a line for each page: [turned, box, pieces, unreadable]. A piece is a run of words in one line without a
wide gap: [text, left, right, baseline, size, bold, turned]. Coordinates are points, y upwards. `turned`
counts quarter turns, and a piece's coordinates are those of the page after turning it back. `unreadable`
counts characters of unknown meaning.
"""

from __future__ import annotations

import ctypes
import json
import math
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

MAX_PAGES = 5_000
MAX_CHARACTERS = 10_000_000  # in a document, counted on every page that shows them
MAX_PIECES = 500_000  # in a document; a printed page has a hundred
MEMORY = 1 << 30  # bytes
_WIDE = 1.0  # times the font size: a gap that may separate columns
_BOLD = re.compile(r"bold|black|heavy|demi|CMBX", re.IGNORECASE)
_FORCE_BOLD = 1 << 18  # a font flag: ISO 32000-1, table 123
_SYMBOLS = {"\uf0a7": "•", "\uf0b7": "•", "\uf0d8": "•", "\uf0fc": "•"}  # bullets in Wingdings and Symbol
_HYPHENS = frozenset("\ufffe\x02")  # what PDFium puts instead of a hyphen at the end of a line
_BREAKS = _HYPHENS | frozenset("\r\n")
_WORD = re.compile("[^\ufffe\x02\r\n\t \xa0\u2028]+")
# Control characters, surrogates and private use: their meaning is unknown.
_ODD = re.compile("[\0-\x1f\ud800-\uf8ff\U000f0000-\U0010ffff]")
_ERRORS = {4: "password", 5: "protection"}

Piece = list[Any]


def limit_resources(seconds: int) -> None:
    """Limit the memory and time of this process, if the system can do that."""
    try:
        import resource
    except ImportError:  # Windows; the parent watches the clock
        return
    for kind, most in (("RLIMIT_AS", MEMORY), ("RLIMIT_CPU", seconds), ("RLIMIT_CORE", 0)):
        with suppress(ValueError, OSError):  # the limit is lower already, or the system has no such limit
            resource.setrlimit(getattr(resource, kind), (most, most))


def properties(pdfium: Any, document: Any) -> dict[str, Any]:
    """The number of pages, and the document's own properties."""

    def value(name: bytes) -> str:
        buffer = ctypes.create_string_buffer(2048)
        length = pdfium.FPDF_GetMetaText(document, name, buffer, len(buffer))
        return buffer.raw[: max(0, min(length, len(buffer)) - 2)].decode("utf-16-le", "ignore")

    buffer = ctypes.create_string_buffer(64)
    length = pdfium.FPDFCatalog_GetLanguage(
        document, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), len(buffer)
    )
    language = buffer.raw[: max(0, min(length, len(buffer)) - 2)].decode("utf-16-le", "ignore")
    return {
        "pages": pdfium.FPDF_GetPageCount(document),
        "title": value(b"Title"),
        "author": value(b"Author"),
        "date": value(b"CreationDate"),
        "language": language,
    }


class TextPage:
    """The characters of one page and their places. Indices are those of PDFium."""

    def __init__(self, pdfium: Any, page: Any) -> None:
        self.pdfium = pdfium
        self.text = pdfium.FPDFText_LoadPage(page)
        self.count = max(0, pdfium.FPDFText_CountChars(self.text)) if self.text else 0
        self.characters = self._characters() if self.count else ""
        self._box = pdfium.FS_RECTF()
        self._matrix = pdfium.FS_MATRIX()
        self._at = ctypes.c_double(), ctypes.c_double()

    def close(self) -> None:
        if self.text:
            self.pdfium.FPDFText_ClosePage(self.text)

    def words(self) -> Iterator[tuple[int, int, str]]:
        """First index, last index and text of each word, between spaces and line breaks."""
        for match in _WORD.finditer(self.characters):
            word = match[0]
            if _ODD.search(word):
                word = "".join(map(_readable, word))
            hyphen = "-" if self.characters[match.end() : match.end() + 1] in _HYPHENS else ""
            yield match.start(), match.end() - 1, word + hyphen

    def _characters(self) -> str:
        """All characters of the page, one for each index."""
        buffer = (ctypes.c_ushort * (self.count + 1))()
        length = self.pdfium.FPDFText_GetText(self.text, 0, self.count, buffer)
        text = bytes(buffer)[: 2 * max(0, length - 1)].decode("utf-16-le", "replace")
        if len(text) == self.count:
            return text  # nearly always
        codes = (self.pdfium.FPDFText_GetUnicode(self.text, i) for i in range(self.count))
        return "".join(chr(code) if code < 0x110000 else "\0" for code in codes)

    def start(self, i: int, turned: int) -> tuple[float, float]:
        """Where a character begins on its baseline, on the page after `turned` quarter turns."""
        x, y = self._at
        self.pdfium.FPDFText_GetCharOrigin(self.text, i, x, y)
        return _turn(x.value, y.value, turned) if turned else (x.value, y.value)

    def end(self, i: int, turned: int) -> float:
        """The right edge of a character, on the page after `turned` quarter turns."""
        box = self._box
        self.pdfium.FPDFText_GetLooseCharBox(self.text, i, box)
        if not turned:
            return float(box.right)
        return max(_turn(box.left, box.bottom, turned)[0], _turn(box.right, box.top, turned)[0])

    def size(self, i: int) -> float:
        """The font size as printed, in points."""
        matrix = self._matrix
        self.pdfium.FPDFText_GetMatrix(self.text, i, matrix)
        size = float(self.pdfium.FPDFText_GetFontSize(self.text, i) * math.hypot(matrix.c, matrix.d))
        return size if math.isfinite(size) else 1.0

    def quarter_turns(self, i: int) -> int:
        """The number of quarter turns, anticlockwise, that put a character upright."""
        angle = self.pdfium.FPDFText_GetCharAngle(self.text, i)
        return -round(angle / (math.pi / 2)) % 4 if math.isfinite(angle) and angle > 0 else 0

    def is_bold(self, i: int) -> bool:
        name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
        self.pdfium.FPDFText_GetFontInfo(self.text, i, name, len(name), flags)
        return bool(_BOLD.search(name.value.decode("latin-1"))) or bool(flags.value & _FORCE_BOLD)

    def pieces(self) -> Iterator[Piece]:
        """The runs of words without a wide gap, in the order in which the page draws them."""
        piece: Piece = []
        last = 0
        for first, end, word in self.words():
            turned = piece[6] if piece and not self._follows_break(first) else self.quarter_turns(first)
            (left, base), right = self.start(first, turned), self.end(end, turned)
            if not (math.isfinite(left) and math.isfinite(base) and math.isfinite(right)):
                continue
            if piece and _continues(piece, left, base, turned):
                if len(piece[0]) < 3:  # a bullet may have another font
                    piece[4:6] = self.size(first), self.is_bold(first)
                piece[0] += f" {word}"
                piece[2] = right
            else:
                if piece:
                    yield self._finish(piece, last)
                piece = [word, left, right, base, self.size(first), self.is_bold(first), turned]
            last = end
        if piece:
            yield self._finish(piece, last)

    def _finish(self, piece: Piece, last: int) -> Piece:
        """The piece, given the index of its last character: it is bold if both of its ends are."""
        piece[5] = piece[5] and self.is_bold(last)  # a line may begin with a bold word
        return piece

    def _follows_break(self, first: int) -> bool:
        return first > 0 and self.characters[first - 1] in _BREAKS


def _continues(piece: Piece, left: float, base: float, turned: int) -> bool:
    """True if a word follows a piece so closely that no column can begin with it."""
    size = max(piece[4], 1.0)
    near = -0.5 * size < left - piece[2] < _WIDE * size
    return bool(near and turned == piece[6] and abs(base - piece[3]) < 0.2 * size)


def _turn(x: float, y: float, quarters: int) -> tuple[float, float]:
    """A point of the page after some quarter turns."""
    return ((x, y), (y, -x), (-x, -y), (-y, x))[quarters]


def _readable(character: str) -> str:
    """The character itself, or U+FFFD if its meaning is unknown."""
    return _SYMBOLS.get(character, "\ufffd") if _ODD.match(character) else character


def page_content(pdfium: Any, document: Any, number: int) -> tuple[list[Any], int]:
    """A page's line of the output, and its number of characters. A page that cannot be loaded is empty."""
    page = pdfium.FPDF_LoadPage(document, number)
    if not page:
        return [0, [0, 0, 0, 0], [], 0], 0
    text = TextPage(pdfium, page)
    pieces = list(text.pieces()) if text.count <= MAX_CHARACTERS else []
    box = pdfium.FS_RECTF()
    pdfium.FPDF_GetPageBoundingBox(page, box)
    turns = [piece[6] for piece in pieces]
    most = max(sorted(set(turns)), key=turns.count, default=0)
    a, b = _turn(box.left, box.bottom, most), _turn(box.right, box.top, most)
    edges = [min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])]
    count = text.count
    text.close()
    pdfium.FPDF_ClosePage(page)
    return [most, edges, pieces, sum(piece[0].count("\ufffd") for piece in pieces)], count


def output(raw: bytes) -> Iterator[Any]:
    """The lines of the output, before they become JSON."""
    import pypdfium2_raw as pdfium

    pdfium.FPDF_InitLibrary()
    document = pdfium.FPDF_LoadMemDocument64(raw, len(raw), None)
    if not document:
        yield {"error": _ERRORS.get(pdfium.FPDF_GetLastError(), "damaged")}
        return
    known = properties(pdfium, document)
    if known["pages"] > MAX_PAGES:
        yield {"error": "pages", "pages": known["pages"]}
        return
    yield known
    characters = pieces = 0
    for number in range(known["pages"]):
        page, count = page_content(pdfium, document, number)
        characters += count
        pieces += len(page[2])
        if characters > MAX_CHARACTERS or pieces > MAX_PIECES:
            yield {"error": "characters"}
            return
        yield page


def main() -> None:
    """`extract.py SECONDS FOLDER`; the PDFium binding is installed in the folder."""
    limit_resources(int(sys.argv[1]))
    sys.path.append(sys.argv[2])
    for line in output(sys.stdin.buffer.read()):
        sys.stdout.write(json.dumps(line, allow_nan=False) + "\n")


if __name__ == "__main__":
    main()
