"""PDF: the text is the printed text in reading order, with the offset at which each page begins."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from qa.documents.parsed import Parsed, day, from_parts, language_code, own_author, own_title
from qa.documents.pdf.direction import plain_letters
from qa.documents.pdf.extract import Extracted, extract
from qa.documents.pdf.layout import laid_out
from qa.documents.pdf.pieces import Page, Piece
from qa.documents.pdf.readable import take_out_unreadable
from qa.documents.pdf.scanned import replace_scanned
from qa.documents.scans import ocr
from qa.errors import UnreadableFile

_LIGATURES = {0xFB00 + i: s for i, s in enumerate(("ff", "fi", "fl", "ffi", "ffl", "st", "st"))}


def parse_pdf(path: str, raw: bytes) -> Parsed:
    """The text of a PDF, and the offsets at which its pages begin.

    Raises UnreadableFile if the file is password-protected, damaged, scanned or too large.
    """
    extracted = extract(raw)
    pages = extracted.pages
    for page in pages:
        _take_out_what_is_elsewhere(page)
    take_out_unreadable(pages)
    replace_scanned(pages, raw)
    if not any(page.pieces for page in pages):
        raise UnreadableFile(_without_text(pages))
    layout = laid_out(pages)
    left_out = [*extracted.left_out, *(found for page in pages for found in page.left_out)]
    title = own_title(extracted.title) or layout.title
    return from_parts(path, layout.parts, title, _metadata(extracted), lambda _: left_out, layout.starts)


def _take_out_what_is_elsewhere(page: Page) -> None:
    """List the pieces of a page that run across it or are outside it as left out; normalise the others."""
    kept: list[Piece] = []
    for piece in page.pieces:
        text = plain_letters(unicodedata.normalize("NFC", piece.text.translate(_LIGATURES)))
        piece.text = text
        piece.left, piece.right = sorted((piece.left, piece.right))
        if piece.turned != page.turned:
            page.left_out.append(("written across the page", text))
        elif not (
            piece.right >= page.left
            and piece.left <= page.right
            and page.bottom - piece.size <= piece.base <= page.top + piece.size
        ):
            page.left_out.append(("outside the page", text))
        else:
            kept.append(piece)
    page.pieces = kept


def _without_text(pages: Sequence[Page]) -> str:
    """Why a document is refused."""
    unreadable = any(page.unreadable for page in pages)
    if ocr.is_installed():
        return "unreadable characters, even to OCR" if unreadable else "no text found, not even by OCR"
    lacking = "unreadable characters" if unreadable else "no text found – it may be scanned"
    return f"{lacking}. {ocr.REMEDY}"


def _metadata(extracted: Extracted) -> dict[str, str]:
    return {
        "author": own_author(extracted.author),
        "date": day(extracted.date),
        "language": language_code(extracted.language),
    }
