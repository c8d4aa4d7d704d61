"""Runs as a process of its own: a PDF on stdin -> what stands where on its pages, as JSON, on stdout.

PDFium is C++ that reads whatever somebody sent, and can neither be interrupted nor be survived where it
crashes. So `parse.py` starts this file with limits of memory and time, and without the rest of the package.

The first line of the output is {"error": ...} or {"pages", "title", "author", "date", "language"}; then
comes a line a page: [turned, box, pieces, unreadable]. A piece is words that stand in one line without a wide
gap: [text, left, right, baseline, size, bold, turned]. Points, y upwards; `turned` counts quarter turns, and
a piece's places are those of the page after turning it back. `unreadable` counts signs of no known meaning.
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
MAX_CHARACTERS = 10_000_000  # of a document, as often as its pages show them
MAX_PIECES = 500_000  # words apart from others; a printed page has a hundred
MEMORY = 1 << 30  # bytes
_WIDE = 1.0  # of the size of the letters: a gap that may be one between columns
_BOLD = re.compile(r"bold|black|heavy|demi|CMBX", re.IGNORECASE)
_FORCE_BOLD = 1 << 18  # of the flags of a font, ISO 32000-1, table 123
_SYMBOLS = {"\uf0a7": "•", "\uf0b7": "•", "\uf0d8": "•", "\uf0fc": "•"}  # bullets of Wingdings and Symbol
_HYPHENS = frozenset("\ufffe\x02")  # what PDFium puts in the place of a hyphen that ends a line
_BREAKS = _HYPHENS | frozenset("\r\n")
_WORD = re.compile("[^\ufffe\x02\r\n\t \xa0\u2028]+")
_ODD = re.compile("[\0-\x1f\ud800-\uf8ff\U000f0000-\U0010ffff]")  # control, halves, private use
_ERRORS = {4: "password", 5: "protection"}

Piece = list[Any]


def limit_resources(seconds: int) -> None:
    """No more memory and time than that, where the system can be told so."""
    try:
        import resource
    except ImportError:  # Windows; the parent watches the clock
        return
    for kind, most in (("RLIMIT_AS", MEMORY), ("RLIMIT_CPU", seconds), ("RLIMIT_CORE", 0)):
        with suppress(ValueError, OSError):  # the limit is lower already, or the system has none
            resource.setrlimit(getattr(resource, kind), (most, most))


def described(pdfium: Any, document: Any) -> dict[str, Any]:
    """What the file says of itself."""

    def said(name: bytes) -> str:
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
        "title": said(b"Title"),
        "author": said(b"Author"),
        "date": said(b"CreationDate"),
        "language": language,
    }


class TextPage:
    """The signs of one page, and where they stand."""

    def __init__(self, pdfium: Any, page: Any) -> None:
        self.pdfium = pdfium
        self.text = pdfium.FPDFText_LoadPage(page)
        self.count = max(0, pdfium.FPDFText_CountChars(self.text)) if self.text else 0
        self.said = self._said() if self.count else ""
        self._box = pdfium.FS_RECTF()
        self._matrix = pdfium.FS_MATRIX()
        self._at = ctypes.c_double(), ctypes.c_double()

    def close(self) -> None:
        if self.text:
            self.pdfium.FPDFText_ClosePage(self.text)

    def words(self) -> Iterator[tuple[int, int, str]]:
        """First and last index, and signs, of what stands between spaces and line breaks."""
        text = self.said
        for word in _WORD.finditer(text):
            signs = word[0]
            if _ODD.search(signs):
                signs = "".join(map(_sign, signs))
            yield (
                word.start(),
                word.end() - 1,
                signs + ("-" if text[word.end() : word.end() + 1] in _HYPHENS else ""),
            )

    def _said(self) -> str:
        """All signs of the page, one for each index."""
        buffer = (ctypes.c_ushort * (self.count + 1))()
        length = self.pdfium.FPDFText_GetText(self.text, 0, self.count, buffer)
        said = bytes(buffer)[: 2 * max(0, length - 1)].decode("utf-16-le", "replace")
        if len(said) == self.count:
            return said  # as nearly always
        codes = (self.pdfium.FPDFText_GetUnicode(self.text, i) for i in range(self.count))
        return "".join(chr(code) if code < 0x110000 else "\0" for code in codes)

    def start(self, i: int, turned: int) -> tuple[float, float]:
        """Where a sign begins on its baseline, on the page turned back by some quarters."""
        x, y = self._at
        self.pdfium.FPDFText_GetCharOrigin(self.text, i, x, y)
        return _turn(x.value, y.value, turned) if turned else (x.value, y.value)

    def end(self, i: int, turned: int) -> float:
        """Where it ends."""
        box = self._box
        self.pdfium.FPDFText_GetLooseCharBox(self.text, i, box)
        if not turned:
            return float(box.right)
        return max(_turn(box.left, box.bottom, turned)[0], _turn(box.right, box.top, turned)[0])

    def size(self, i: int) -> float:
        """The size of the font as it is printed."""
        matrix = self._matrix
        self.pdfium.FPDFText_GetMatrix(self.text, i, matrix)
        size = float(self.pdfium.FPDFText_GetFontSize(self.text, i) * math.hypot(matrix.c, matrix.d))
        return size if math.isfinite(size) else 1.0

    def turned(self, i: int) -> int:
        """How many quarters the page is to be turned against the clock, so that the sign stands upright."""
        angle = self.pdfium.FPDFText_GetCharAngle(self.text, i)
        return -round(angle / (math.pi / 2)) % 4 if math.isfinite(angle) and angle > 0 else 0

    def bold(self, i: int) -> bool:
        name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
        self.pdfium.FPDFText_GetFontInfo(self.text, i, name, len(name), flags)
        return bool(_BOLD.search(name.value.decode("latin-1"))) or bool(flags.value & _FORCE_BOLD)

    def pieces(self) -> Iterator[Piece]:
        piece: Piece = []
        last = 0
        for first, after, said in self.words():
            turned = piece[6] if piece and not self._breaks(first) else self.turned(first)
            (left, base), right = self.start(first, turned), self.end(after, turned)
            if not (math.isfinite(left) and math.isfinite(base) and math.isfinite(right)):
                continue
            if piece and _goes_on(piece, left, base, turned):
                if len(piece[0]) < 3:  # a bullet may be of another font
                    piece[4:6] = self.size(first), self.bold(first)
                piece[0] += f" {said}"
                piece[2] = right
            else:
                if piece:
                    yield self._finished(piece, last)
                piece = [said, left, right, base, self.size(first), self.bold(first), turned]
            last = after
        if piece:
            yield self._finished(piece, last)

    def _finished(self, piece: Piece, last: int) -> Piece:
        piece[5] = piece[5] and self.bold(last)  # a bold word may begin a line that is not
        return piece

    def _breaks(self, first: int) -> bool:
        return first > 0 and self.said[first - 1] in _BREAKS


def _goes_on(piece: Piece, left: float, base: float, turned: int) -> bool:
    """Whether a word stands so close behind a piece that no column can begin with it."""
    size = max(piece[4], 1.0)
    near = -0.5 * size < left - piece[2] < _WIDE * size
    return bool(near and turned == piece[6] and abs(base - piece[3]) < 0.2 * size)


def _turn(x: float, y: float, quarters: int) -> tuple[float, float]:
    return ((x, y), (y, -x), (-x, -y), (-y, x))[quarters]


def _sign(sign: str) -> str:
    """U+FFFD for a sign of which nobody can tell what it means."""
    return _SYMBOLS.get(sign, "\ufffd") if _ODD.match(sign) else sign


def page_of(pdfium: Any, document: Any, number: int) -> tuple[list[Any], int]:
    """A page as it is printed, and how many signs it has. A page that cannot be loaded is an empty one."""
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


def lines(raw: bytes) -> Iterator[Any]:
    """The lines of the output, as values."""
    import pypdfium2_raw as pdfium

    pdfium.FPDF_InitLibrary()
    document = pdfium.FPDF_LoadMemDocument64(raw, len(raw), None)
    if not document:
        yield {"error": _ERRORS.get(pdfium.FPDF_GetLastError(), "damaged")}
        return
    known = described(pdfium, document)
    yield known if known["pages"] <= MAX_PAGES else {"error": "pages", "pages": known["pages"]}
    characters = pieces = 0
    for number in range(known["pages"] if known["pages"] <= MAX_PAGES else 0):
        page, count = page_of(pdfium, document, number)
        characters += count
        pieces += len(page[2])
        if characters > MAX_CHARACTERS or pieces > MAX_PIECES:
            yield {"error": "characters"}
            return
        yield page


def main() -> None:
    """`pdfium.py SECONDS FOLDER`, where the folder is that in which the PDFium binding is installed."""
    limit_resources(int(sys.argv[1]))
    sys.path.append(sys.argv[2])
    for line in lines(sys.stdin.buffer.read()):
        sys.stdout.write(json.dumps(line, allow_nan=False) + "\n")


if __name__ == "__main__":
    main()
