"""The functions by which the page opens a document: its text in parts, and the pages of a PDF as pictures."""

from __future__ import annotations

from bisect import bisect_left
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, model_validator

from qa.assistant import Assistant
from qa.documents.reading import page_places
from qa.errors import QuestionError, UnknownDocument
from qa.recent import Recent
from qa.server.finding import Found, again, check, find
from qa.server.html import whole as html
from qa.server.records import Line, Offset
from qa.types import Document, Span, document_id

QUOTED = 5_000  # characters of a quote, at most, that are marked on a page
MARKED = 100  # places on a page, at most, at which what was looked for is marked
SHORT = 40  # characters of a path in a message
SECTIONS = 50  # documents whose sections are kept
UNMARKED = "The quote couldn't be marked on this page. See it in the text."
CHANGED = "This document has changed, and the text that the link led to is no longer in it."
GONE = "{} is no longer among the documents, or was renamed"


class Place(BaseModel):
    """A document with the place to mark, and what to look for in it.

    A link names the document by its path, and has the `check` of the quote at the place. What is shown is the
    place found with the number `at`, or the first one from the offset `near` on; else the `offset`; else what
    is marked.
    """

    document: Line = ""
    path: Line = ""
    start: Offset = 0
    end: Offset = 0
    quote: Line = ""
    offset: Offset | None = None
    find: Line = ""
    at: Offset | None = None
    near: Offset | None = None

    @model_validator(mode="after")
    def _is_of_a_document(self) -> Self:
        if not (self.document or self.path):
            raise ValueError("no document is named")
        return self

    def marked(self, text: str) -> Span:
        """The span to mark. One of which the link's text is gone is empty."""
        place = self.start, max(self.start, self.end)
        return (again(text, place, self.quote) or (0, 0)) if self.quote else place

    def current(self, found: Found) -> int | None:
        """The number of the place that is shown; None if it is not asked for, or nothing is found."""
        last = len(found.spans) - 1
        if last < 0 or (self.at is None and self.near is None):
            return None
        if self.at is not None:
            return min(self.at, last)
        near = self.near or 0
        following = bisect_left(found.spans, (near, near))
        return following if following <= last else 0


class Part(Place):
    """A place, and where the part of the document begins that is shown, if the place is in it."""

    begin: Offset | None = None


class Page(Place):
    """A place, and the page to show, from 1, if it is not the page of the place."""

    page: Annotated[int, Field(ge=1, lt=2**31)] | None = None


class Opening:
    """The functions, over one assistant. `download` says whether the page may offer the files themselves."""

    def __init__(self, assistant: Assistant, download: bool) -> None:
        self._assistant = assistant
        self._download = download
        self._sections: Recent[html.Sections] = Recent(SECTIONS)

    def whole(self, opened: Part) -> dict[str, Any]:
        """Show a part of a document's text, with a place marked and what is looked for."""
        document = self._document(opened)
        marked = opened.marked(document.text)
        found = find(document.text, opened.find)
        current = opened.current(found)
        target = marked
        if current is not None:
            target = found.spans[current]
        elif opened.offset is not None:
            target = opened.offset, opened.offset
        begin = opened.begin
        if begin is None or (target != marked and not begin <= target[0] < begin + html.WINDOW):
            begin = html.begin(document, target)
        sections = self._sections_of(document)
        return {
            **_place(document, marked),
            "title": document.title,
            "origin": html.about(document),
            "note": CHANGED if opened.quote and marked == (0, 0) else "",
            "html": html.part(document, marked, begin, sections, found),
            "contents": html.contents(document, sections),
            "begin": begin,
            "found": len(found.spans),
            "at": current,
            "pages": len(document.pages) if _has_pictures(document) else 0,
            "download": html.address(document) if self._download else "",
        }

    def page(self, opened: Page) -> dict[str, Any]:
        """Show a page of a PDF as a picture, with the part of a place that is on it marked."""
        document = self._document(opened)
        if not _has_pictures(document):
            raise QuestionError("this document has no pages to show")
        marked = opened.marked(document.text)
        original = self._assistant.original(document.id)
        found = find(document.text, opened.find)
        current = opened.current(found)
        offset = marked[0] if opened.offset is None else opened.offset
        if current is not None:
            offset = found.spans[current][0]
        number = document.page_at(offset) or 1
        if current is None and opened.page is not None:
            number = min(opened.page, len(document.pages))
        start, end = _span_of_page(document, number)
        first = max(start, marked[0])
        quote = first, min(end, marked[1], first + QUOTED)
        on_page = list(found.within(start, end))[:MARKED]
        spans = [quote, *(span for _, span in on_page)]
        length = max(1, end - start)
        sought = [(document.text[a:b], max(0, a - start) / length) for a, b in spans]
        places = page_places(original.content, number, sought)
        numbers = [n for n, _ in on_page]
        at_here = numbers.index(current) if current in numbers else None
        is_missing = quote[0] < quote[1] and not places.boxes[0]
        return {
            **_place(document, marked),
            "html": html.page(document, number, original.digest, places, at_here),
            "page": number,
            "pages": len(document.pages),
            "begin": start,
            "found": len(found.spans),
            "at": current,
            "note": UNMARKED if is_missing else "",
        }

    def _document(self, opened: Place) -> Document:
        try:
            return self._assistant.document(opened.document or document_id(opened.path))
        except UnknownDocument as error:
            path = opened.path if len(opened.path) <= SHORT else f"…{opened.path[-SHORT:]}"
            name = f"“{path}”" if path else "this document"
            raise UnknownDocument(GONE.format(name)) from error

    def _sections_of(self, document: Document) -> html.Sections:
        key = f"{document.id} {document.digest}"
        kept = self._sections.get(key)
        if kept is None:
            kept = self._assistant.sections(document.id)
            self._sections.keep(key, kept)
        return kept


def _place(document: Document, marked: Span) -> dict[str, Any]:
    """A place as a link has it."""
    start, end = marked
    quote = check(document.text[start:end]) if end > start else ""
    return {"document": document.id, "path": document.path, "start": start, "end": end, "quote": quote}


def _has_pictures(document: Document) -> bool:
    return bool(document.pages) and document.path.lower().endswith(".pdf")


def _span_of_page(document: Document, number: int) -> Span:
    ends = [*document.pages[1:], len(document.text)]
    return document.pages[number - 1], ends[number - 1]
