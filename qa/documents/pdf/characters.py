"""The characters of a page and their places, as PDFium reports them -> runs of words."""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterator
from typing import Any

from qa.documents.pdf.direction import reading_order
from qa.documents.pdf.library import pdfium
from qa.documents.pdf.pieces import Piece, Rulings, turn

_WIDE = 1.0  # times the font size: a gap that may separate columns
_BOLD = re.compile(r"bold|black|heavy|demi|CMBX", re.IGNORECASE)
_FORCE_BOLD = 1 << 18  # a font flag: ISO 32000-1, table 123
_SYMBOLS = {"\uf0a7": "•", "\uf0b7": "•", "\uf0d8": "•", "\uf0fc": "•"}  # bullets in Wingdings and Symbol
_HYPHENS = frozenset("\ufffe\x02")  # what PDFium puts instead of a hyphen at the end of a line
_BREAKS = _HYPHENS | frozenset("\r\n")
_WORD = re.compile("[^\ufffe\x02\r\n\t \xa0\u2028]+")
# Control characters, surrogates and private use: their meaning is unknown.
_ODD = re.compile("[\0-\x1f\ud800-\uf8ff\U000f0000-\U0010ffff]")
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


class TextPage:
    """The characters of one page and their places. Indices are those of PDFium."""

    def __init__(self, page: Any) -> None:
        self._pdfium = pdfium()
        self._text = self._pdfium.FPDFText_LoadPage(page)
        self.count = max(0, self._pdfium.FPDFText_CountChars(self._text)) if self._text else 0
        self._box = self._pdfium.FS_RECTF()
        self._matrix = self._pdfium.FS_MATRIX()
        self._at = ctypes.c_double(), ctypes.c_double()
        self.has_right_to_left = False  # known once the pieces are

    def close(self) -> None:
        """Give the memory of the page's text back."""
        if self._text:
            self._pdfium.FPDFText_ClosePage(self._text)

    def pieces(self, rulings: Rulings) -> Iterator[Piece]:
        """The runs of words without a wide gap or a vertical line, in the order in which they are drawn.

        On a page with right-to-left writing each word is a piece.
        """
        piece: Piece | None = None
        last = 0
        characters = self.characters()
        self.has_right_to_left = bool(_RIGHT_TO_LEFT.search(characters))
        for first, end, word in self._words(characters):
            follows_break = first > 0 and characters[first - 1] in _BREAKS
            turned = piece.turned if piece and not follows_break else self._quarter_turns(first)
            (left, base), right = self._start(first, turned), self._end(end, turned)
            if _RIGHT_TO_LEFT.search(word):
                left, right, word = self._right_to_left(first, end, word, turned)
            if not (math.isfinite(left) and math.isfinite(base) and math.isfinite(right)):
                continue
            unmapped = bool(self._pdfium.FPDFText_HasUnicodeMapError(self._text, first))
            if (
                piece
                and not self.has_right_to_left
                and unmapped == piece.unmapped
                and _continues(piece, left, base, turned, rulings)
            ):
                if len(piece.text) < 3:  # a bullet may have another font
                    piece.size, piece.bold = self._size(first), self._is_bold(first)
                piece.text += f" {word}"
                piece.right = right
            else:
                if piece:
                    yield self._finished(piece, last)
                size, bold = self._size(first), self._is_bold(first)
                piece = Piece(word, left, right, base, size, bold, turned, unmapped)
            last = end
        if piece:
            yield self._finished(piece, last)

    def rectangles(self, first: int, end: int) -> Iterator[tuple[float, float, float, float]]:
        """Left, top, right and bottom of the lines of the characters from `first` up to `end`."""
        count = self._pdfium.FPDFText_CountRects(self._text, first, end - first)
        left, top, right, bottom = (ctypes.c_double() for _ in range(4))
        for i in range(max(0, count)):
            if self._pdfium.FPDFText_GetRect(self._text, i, left, top, right, bottom):
                yield left.value, top.value, right.value, bottom.value

    def _words(self, characters: str) -> Iterator[tuple[int, int, str]]:
        """First index, last index and text of each word, between spaces and line breaks."""
        for match in _WORD.finditer(characters):
            word = match[0]
            if _ODD.search(word):
                word = _PAIR.sub(_joined, word)
                word = "".join(map(_readable, word))
            hyphen = "-" if characters[match.end() : match.end() + 1] in _HYPHENS else ""
            yield match.start(), match.end() - 1, word + hyphen

    def characters(self) -> str:
        """All characters of the page, one for each index; those beyond U+FFFF are pairs of surrogates."""
        if not self.count:
            return ""
        buffer = (ctypes.c_ushort * (self.count + 1))()
        length = self._pdfium.FPDFText_GetText(self._text, 0, self.count, buffer)
        text = bytes(buffer)[: 2 * max(0, length - 1)].decode("utf-16-le", "replace")
        if len(text) == self.count:
            return text  # nearly always
        codes = (self._pdfium.FPDFText_GetUnicode(self._text, i) for i in range(self.count))
        return "".join(chr(code) if code < 0x110000 else "\0" for code in codes)

    def _right_to_left(self, first: int, end: int, word: str, turned: int) -> tuple[float, float, str]:
        """The left edge, the right edge and the text of a word in Hebrew or Arabic letters.

        Some programs write its letters from the right and some from the left, so their places decide.
        """
        places = [(self._start(i, turned)[0], self._end(i, turned)) for i in range(first, end + 1)]
        left, right = min(map(min, places)), max(map(max, places))
        if len(word) == len(places) and all(math.isfinite(x) for place in places for x in place):
            word = reading_order([(c, min(at), max(at)) for c, at in zip(word, places, strict=True)])
        return left, right, word

    def _start(self, i: int, turned: int) -> tuple[float, float]:
        """Where a character begins on its baseline, on the page after `turned` quarter turns."""
        x, y = self._at
        self._pdfium.FPDFText_GetCharOrigin(self._text, i, x, y)
        return turn(x.value, y.value, turned) if turned else (x.value, y.value)

    def _end(self, i: int, turned: int) -> float:
        """The right edge of a character, on the page after `turned` quarter turns."""
        box = self._box
        self._pdfium.FPDFText_GetLooseCharBox(self._text, i, box)
        if not turned:
            return float(box.right)
        return max(turn(box.left, box.bottom, turned)[0], turn(box.right, box.top, turned)[0])

    def _size(self, i: int) -> float:
        """The font size as printed, in points."""
        matrix = self._matrix
        self._pdfium.FPDFText_GetMatrix(self._text, i, matrix)
        size = float(self._pdfium.FPDFText_GetFontSize(self._text, i) * math.hypot(matrix.c, matrix.d))
        return size if math.isfinite(size) else 1.0

    def _quarter_turns(self, i: int) -> int:
        """The number of quarter turns, anticlockwise, that put a character upright."""
        angle = self._pdfium.FPDFText_GetCharAngle(self._text, i)
        return -round(angle / (math.pi / 2)) % 4 if math.isfinite(angle) and angle > 0 else 0

    def _is_bold(self, i: int) -> bool:
        name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
        self._pdfium.FPDFText_GetFontInfo(self._text, i, name, len(name), flags)
        return bool(_BOLD.search(name.value.decode("latin-1"))) or bool(flags.value & _FORCE_BOLD)

    def _finished(self, piece: Piece, last: int) -> Piece:
        """The piece, given the index of its last character: it is bold if both of its ends are."""
        piece.bold = piece.bold and self._is_bold(last)  # a line may begin with a bold word
        return piece


def _continues(piece: Piece, left: float, base: float, turned: int, rulings: Rulings) -> bool:
    """True if a word follows a piece so closely that no column can begin with it."""
    size = max(piece.size, 1.0)
    inset = 0.2 * size
    return (
        -0.5 * size < left - piece.right < _WIDE * size
        and turned == piece.turned
        and abs(base - piece.base) < 0.2 * size
        and not (turned or rulings.divide(piece.right - inset, left + inset, base + 0.3 * size))
    )


def _joined(pair: re.Match[str]) -> str:
    """The character beyond U+FFFF that is encoded as a pair of surrogates."""
    return pair[0].encode("utf-16", "surrogatepass").decode("utf-16")


def _readable(character: str) -> str:
    """The character itself, or U+FFFD if its meaning is unknown."""
    return _SYMBOLS.get(character, "\ufffd") if _ODD.match(character) else character
