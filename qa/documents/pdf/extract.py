"""The bytes of a PDF -> its properties, and what is printed on each page, with places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from qa.documents.pdf.characters import TextPage
from qa.documents.pdf.direction import joined_words
from qa.documents.pdf.drawings import is_drawn, pictured, rulings
from qa.documents.pdf.forms import Form, Value
from qa.documents.pdf.library import loaded, opened, pdfium, string
from qa.documents.pdf.pieces import LeftOut, Page, turn
from qa.errors import UnreadableFile

MAX_PAGES = 5_000
MAX_CHARACTERS = 10_000_000  # in a document, counted on every page that shows them
MAX_PIECES = 500_000  # in a document; a printed page has a hundred
_LONGEST_PROPERTY = 2048  # bytes
_LITTLE = 500  # characters of a page
_MOST_ATTACHMENTS = 1_000


@dataclass(frozen=True, slots=True)
class Extracted:
    """What a file says about itself, and its pages."""

    title: str
    author: str
    date: str
    language: str
    pages: list[Page]
    left_out: LeftOut


def extract(raw: bytes) -> Extracted:
    """The pages of a document, and its own properties.

    Raises UnreadableFile if it is damaged, password-protected or too large.
    """
    with opened(raw) as document:
        count = pdfium().FPDF_GetPageCount(document)
        if count > MAX_PAGES:
            raise UnreadableFile(f"more than {MAX_PAGES:,} pages. Split it")
        form = Form(document)
        try:
            pages = _pages(document, count, form)
        finally:
            form.close()
        left_out = [("attached file", name) for name in _attachments(document)]
        if form.is_dynamic:
            left_out.append(("form that only its own program can show", "XFA"))
        title, author, date = (_property(document, name) for name in (b"Title", b"Author", b"CreationDate"))
        language = string(partial(pdfium().FPDFCatalog_GetLanguage, document), _LONGEST_PROPERTY)
        return Extracted(title, author, date, language, pages, left_out)


def _property(document: Any, name: bytes) -> str:
    return string(partial(pdfium().FPDF_GetMetaText, document, name), _LONGEST_PROPERTY)


def _attachments(document: Any) -> Iterator[str]:
    """The names of the files that a document carries with it."""
    for i in range(min(_MOST_ATTACHMENTS, max(0, pdfium().FPDFDoc_GetAttachmentCount(document)))):
        attachment = pdfium().FPDFDoc_GetAttachment(document, i)
        name = string(partial(pdfium().FPDFAttachment_GetName, attachment)) if attachment else ""
        yield " ".join(name.split()) or "without a name"


def _pages(document: Any, count: int, form: Form) -> list[Page]:
    """The pages. Raises UnreadableFile if they have too much text."""
    pages: list[Page] = []
    characters = pieces = 0
    for number in range(count):
        page, length = _page(document, number, form)
        characters += length
        pieces += len(page.pieces)
        if characters > MAX_CHARACTERS or pieces > MAX_PIECES:
            raise UnreadableFile("too much text. Split it")
        pages.append(page)
    return pages


def _page(document: Any, number: int, form: Form) -> tuple[Page, int]:
    """A page, and its number of characters. A page that cannot be loaded is empty."""
    with loaded(document, number) as page:
        if page is None:
            return Page([]), 0
        values, left_out, drawn = form.read(page)
        if not drawn or pdfium().FPDFPage_Flatten(page, pdfium().FLAT_NORMALDISPLAY) == 0:
            return _content(page, values, left_out)
    with loaded(document, number) as page:  # again, with the stamps that are now part of it
        return _content(page, values, left_out) if page else (Page([]), 0)


def _content(page: Any, values: list[Value], left_out: LeftOut) -> tuple[Page, int]:
    """What is printed on a page, together with what is placed on it."""
    lines = rulings(page, 0)
    text = TextPage(page)
    try:
        pieces = list(text.pieces(lines)) if text.count <= MAX_CHARACTERS else []
    finally:
        text.close()
    turns = [piece.turned for piece in pieces]
    most = max(sorted(set(turns)), key=turns.count, default=0)
    if most:
        lines = rulings(page, most)
    box = pdfium().FS_RECTF()
    pdfium().FPDF_GetPageBoundingBox(page, box)
    a, b = turn(box.left, box.bottom, most), turn(box.right, box.top, most)
    edges = min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])
    if text.has_right_to_left:
        pieces = joined_words(pieces, lines)
    placed = [piece for value in values for piece in value.pieces(most)]
    count = text.count + sum(len(piece.text) for piece in placed)
    content = Page(
        pieces + placed,
        *edges,
        turned=most,
        rulings=lines,
        left_out=left_out,
        drawn=is_drawn(page),
        # Only a page with little text may be the picture of one.
        pictured=pictured(page, (box.left, box.bottom, box.right, box.top)) if count <= _LITTLE else 0.0,
    )
    return content, count
