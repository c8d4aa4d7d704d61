"""A whole document: its text in parts, a page of a PDF as a picture, and the list of its sections."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from urllib.parse import urlencode

from markupsafe import Markup

from qa.documents.reading import Box, Places
from qa.server.finding import NOWHERE, Found, Marks
from qa.server.html.elements import NOTHING, button, concat, html, joined, origin, text
from qa.server.html.excerpt import excerpt
from qa.text import plural
from qa.types import Document, Span

WINDOW = 60_000  # characters of a document shown at a time
Sections = Sequence[tuple[int, str]]  # where each begins, and its heading


def about(document: Document) -> Markup:
    """The origin of a document, its length and its path, on one line."""
    length = plural(len(document.pages), "page") if document.pages else ""
    return joined([origin(document), length, text(document.path)])


def address(document: Document) -> str:
    """Where the file of a document can be saved from."""
    return "qa/original?" + urlencode({"document": document.id})


def begin(document: Document, marked: Span) -> int:
    """The offset of the part of a document that shows a span: 0 if the span is in the first part."""
    return 0 if marked[1] <= WINDOW else max(0, marked[0] - WINDOW // 3)


def part(
    document: Document, marked: Span, begin: int, sections: Sections = (), found: Found = NOWHERE
) -> Markup:
    """WINDOW characters of a document's text from `begin`, with a span and what was looked for marked.

    If the document goes on before or after this part, there is a button that opens the next one.
    """
    content = document.text
    start = max(0, min(begin, len(content) - 1))
    end = min(len(content), start + WINDOW)
    shown = _labelled(document, start, end, marked, sections, found)
    lead = partial(button, "part")
    earlier = lead("Earlier in the document", begin=max(0, start - WINDOW)) if start else NOTHING
    later = lead("Later in the document", begin=end) if end < len(content) else NOTHING
    return html("{}<div>{}</div>{}", earlier, shown, later)


def _labelled(
    document: Document, start: int, end: int, marked: Span, sections: Sections, found: Found
) -> Markup:
    """A slice of a document, with a line at the start of each page, slide, sheet or chapter.

    Such a line and the heading of a section can be scrolled to. Each slide is framed.
    """
    labels = {at: label for at, label in _labels(document) if start <= at < end}
    headings = {at: _end_of_heading(document, at, heading) for at, heading in sections if start <= at < end}
    cuts = sorted({start, end, *labels, *headings, *(min(at, end) for at in headings.values())})
    marks = Marks((marked,), found=found)
    groups = [NOTHING]
    for a, b in pairwise(cuts) if end > start else ():
        if a in labels:
            groups.append(html('<span class="page" data-at="{}">{}</span>', str(a), labels[a]))
        shown = excerpt(document, document.text[a:b], a, marks)
        is_heading = b == headings.get(a)
        groups[-1] += html('<strong data-at="{}">{}</strong>', str(a), shown) if is_heading else shown
    first, *others = groups
    if any(label.startswith("Slide ") for label in labels.values()):
        others = [html('<section class="slide">{}</section>', group) for group in others]
    return first + concat(others)


def _end_of_heading(document: Document, at: int, heading: str) -> int:
    """Where the block of a heading ends: it may have marks, and go over several lines."""
    end = document.text.find("\n\n", at, at + 2 * len(heading) + 20)
    return end if end > at else at + len(heading)


def _labels(document: Document) -> list[tuple[int, str]]:
    """Where a page, slide, sheet or chapter begins, and its name, unless it stands there as the heading.

    Rows have no line above them.
    """
    pages = [(offset, f"Page {number}") for number, offset in enumerate(document.pages, 1)]
    return pages or [(at, name) for at, name in _places(document) if not document.text.startswith(name, at)]


def _places(document: Document) -> list[tuple[int, str]]:
    """The named places of a document that are no rows, such as slides and chapters."""
    structure = document.structure
    places = [(at, name) for at, name in structure.places if name and not structure.table_at(at)]
    return [(at, name[:1].upper() + name[1:]) for at, name in places]


def contents(document: Document, sections: Sections) -> Markup:
    """The sections of a document as a list to choose from; nothing if there are fewer than two."""
    if len(sections) < 2:
        sections = _places(document)
    if len(sections) < 2:
        return NOTHING
    items = (html("<li>{}</li>", button("section", heading, at=at)) for at, heading in sections)
    return html("<ul>{}</ul>", concat(items))


# --- pages as pictures ---------------------------------------------------------------------------


def page(document: Document, number: int, version: str, places: Places, current: int | None) -> Markup:
    """The picture of a page. Its first boxes are those of the quote, the others of what was looked for.

    `current` is the number, among the others, of the place that the reader is at. The address has the version
    of the file, so that a browser can keep the picture.
    """
    address = "qa/picture?" + urlencode({"document": document.id, "page": number, "version": version})
    quoted, *found = places.boxes or ((),)
    kinds = ["found current" if i == current else "found" for i in range(len(found))]
    boxes = concat([_boxes("quoted", quoted), *map(_boxes, kinds, found)])
    marks = html('<svg viewBox="0 0 {} {}" aria-hidden="true">{}</svg>', places.width, places.height, boxes)
    return html(
        '<figure><img src="{}" width="{}" height="{}" alt="Page {}">{}</figure>',
        address,
        places.width,
        places.height,
        number,
        marks,
    )


def _boxes(kind: str, boxes: Sequence[Box]) -> Markup:
    return concat(
        html('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>', kind, *map(str, box)) for box in boxes
    )
