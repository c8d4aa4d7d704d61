"""Where the words of a text stand on a page, for marking them on the page's picture.

The text was made of the page: lines were joined, hyphens taken out, ligatures written as letters, cells put
between bars. So only letters and digits are compared, in the page's own order, and a text whose pieces stand
apart (because a column, a footnote or a running title comes between) is found piece by piece.
"""

from __future__ import annotations

import ctypes
import unicodedata
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from qa.documents.pdf.characters import TextPage
from qa.documents.pdf.library import loaded, opened, pdfium
from qa.documents.pdf.render import shown_size
from qa.types import Span

_PIECE = 12  # letters and digits that identify a piece of a text
_MOST = 0.6  # of a text, at least, has to be found
_MOST_BOXES = 500  # on a page
_PAD = 0.15  # times the height of a line, around it
Box = tuple[int, int, int, int]  # left, top, width, height in pixels of the picture
Sought = tuple[str, float]  # a text, and how far into the page it stands (0..1)


def page_places(raw: bytes, number: int, sought: Sequence[Sought]) -> tuple[int, int, list[list[Box]]]:
    """Width and height of the picture of a page, and the boxes around each text; none if it is not found.

    Pages are counted from 1. Raises UnreadableFile like `page_picture`.
    """
    with opened(raw) as document, loaded(document, number - 1) as page:
        size = shown_size(page, number)
        text = TextPage(page)
        try:
            letters = _Letters(text.characters())
            left = _MOST_BOXES
            found: list[list[Box]] = []
            for words, share in sought:
                spans = letters.find(words, share)
                boxes = [box for span in spans for box in _boxes(page, text, span, size)][:left]
                left -= len(boxes)
                found.append(boxes)
        finally:
            text.close()
        return *size, found


class _Letters:
    """The letters and digits of a page, and which of its characters each comes from."""

    def __init__(self, characters: str) -> None:
        letters, self._origins = [], []
        for i, character in enumerate(characters):
            for letter in _plain(character):
                letters.append(letter)
                self._origins.append(i)
        self._text = "".join(letters)

    def find(self, words: str, share: float) -> list[Span]:
        """The spans of characters in which a text stands; [] if too little of it is found.

        Of several places the one is taken that is nearest to a share of the page.
        """
        wanted = _plain(words)
        expected = share * len(self._text)
        if not wanted:
            return []
        spans = list(self._pieces(wanted, expected))
        if sum(end - start for start, end in spans) < _MOST * len(wanted):
            return []
        return [(self._origins[start], self._origins[end - 1] + 1) for start, end in spans]

    def _pieces(self, wanted: str, expected: float) -> Iterator[Span]:
        """The longest pieces of a text that are on the page, one after the other."""
        done = 0
        while done < len(wanted):
            least = min(_PIECE, len(wanted))
            at = self._nearest(wanted[done : done + least], expected)
            if at < 0 or done + least > len(wanted):
                done += 1
                continue
            start, end = at, at + least
            while end < len(self._text) and done + end - start < len(wanted):
                if self._text[end] != wanted[done + end - start]:
                    break
                end += 1
            yield start, end
            done += end - start
            expected = end

    def _nearest(self, piece: str, expected: float) -> int:
        """Where a piece stands nearest to an offset; -1 if nowhere."""
        before = self._text.rfind(piece, 0, int(expected) + len(piece))
        after = self._text.find(piece, max(0, int(expected)))
        if min(before, after) < 0:
            return max(before, after)
        return after if after - expected <= expected - before else before


def _plain(text: str) -> str:
    """The letters and digits of a text, without accents and in lower case; ligatures are their letters."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", text).casefold()))


def _boxes(page: Any, text: TextPage, span: Span, size: tuple[int, int]) -> Iterator[Box]:
    """The boxes around the lines of a span of characters, in pixels."""
    device = partial(_device, page, size)
    for left, top, right, bottom in text.rectangles(*span):
        (x, y), (far_x, far_y) = device(left, top), device(right, bottom)
        x, far_x = sorted((x, far_x))
        y, far_y = sorted((y, far_y))
        pad = max(1, round(_PAD * min(far_x - x, far_y - y)))
        x, y = max(0, x - pad), max(0, y - pad)
        width, height = min(far_x + pad, size[0]) - x, min(far_y + pad, size[1]) - y
        if width > 0 and height > 0:
            yield x, y, width, height


def _device(page: Any, size: tuple[int, int], x: float, y: float) -> tuple[int, int]:
    """A point of the page as pixels of its picture, whichever way the page is turned or cut."""
    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium().FPDF_PageToDevice(page, 0, 0, *size, 0, x, y, across, down)
    return across.value, down.value
