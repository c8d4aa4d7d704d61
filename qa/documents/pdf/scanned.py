"""Pages whose text is not in the file: scanned ones, and those with letters whose meaning is unknown."""

from __future__ import annotations

from collections.abc import Sequence

from qa.documents import patience
from qa.documents.pdf.pieces import Page, Rulings
from qa.documents.pdf.render import page_image
from qa.documents.scans import ocr
from qa.errors import UnreadableFile

_DPI = 200
_UNREADABLE = 0.5  # of the characters of a page, at least
_PICTURE = 0.5  # of a page, at least, is covered by the picture of it
_STAMP = 100  # characters, at most, that a scanner writes onto a picture


def pages_to_scan(pages: Sequence[Page]) -> list[int]:
    """The numbers, from 1, of the pages that can only be read from pictures of them."""
    return [number for number, page in enumerate(pages, 1) if page.drawn and _lacks_text(page)]


def _lacks_text(page: Page) -> bool:
    characters = page.characters
    if page.pictured >= _PICTURE and characters <= _STAMP:
        return True
    return page.unreadable >= _UNREADABLE * (characters + page.unreadable)


def replace_scanned(pages: Sequence[Page], raw: bytes) -> None:
    """Put what OCR reads in place of the pages that lack their text, and list what remains unread."""
    numbers = pages_to_scan(pages)
    for number, page in enumerate(pages, 1):
        if page.unreadable and number not in numbers:
            page.left_out.append((f"{page.unreadable} unreadable characters", f"page {number}"))
    for count, number in enumerate(numbers, 1):
        page = pages[number - 1]
        if not ocr.is_installed():
            lacking = "unreadable characters" if page.unreadable else "no text on the page (scanned?)"
            reason = f"{lacking}. {ocr.REMEDY}"
        elif count > ocr.MAX_PAGES:
            reason = f"scanned, and only {ocr.MAX_PAGES} such pages of a file are read. Split it"
        else:
            patience.ask()
            reason = _replaced(page, raw, number)
        if reason:
            page.left_out.append((reason, f"page {number}"))


def _replaced(page: Page, raw: bytes, number: int) -> str:
    """Puts what OCR reads on a page in place of what is there, or returns the reason why it cannot."""
    from PIL import Image

    longer_side = max(page.right - page.left, page.top - page.bottom)
    try:
        width, height, pixels = page_image(raw, number, _DPI)
        scan = ocr.read_page(Image.frombytes("L", (width, height), pixels), longer_side)
    except UnreadableFile as error:
        return str(error)
    page.left_out += scan.left_out
    if not scan.pieces:
        return "no text found on the page, not even by OCR"
    read = " ".join(piece.text for piece in scan.pieces)
    stamps = [piece for piece in page.pieces if piece.text not in read]  # such as the value of a form field
    page.pieces = [*scan.pieces, *stamps]
    page.left, page.bottom, page.right, page.top = scan.left, scan.bottom, scan.right, scan.top
    page.rulings = Rulings()
    page.remark = scan.remark
    return ""
