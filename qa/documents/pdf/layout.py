"""Pages -> the parts of a text: running lines taken out, columns, tables and paragraphs put together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from qa.documents.parsed import Part
from qa.documents.pdf.lines import Line, lines
from qa.documents.pdf.paragraphs import Flow, Flowing
from qa.documents.pdf.parts import parts_and_pages
from qa.documents.pdf.pieces import Page
from qa.documents.pdf.running import take_out_running_lines


class Layout(NamedTuple):
    """A text: its parts, the offset at which each page begins, and the title on the first page or ""."""

    parts: list[Part]
    starts: list[int]
    title: str


def laid_out(pages: Sequence[Page]) -> Layout:
    """The text of pages. Their pieces are used up, and running lines are added to what a page leaves out."""
    take_out_running_lines(pages)
    lines_of_pages: list[tuple[int, Line]] = []
    for number, page in enumerate(pages):
        lines_of_pages += [(number, line) for line in lines(page.pieces, page.rulings)]
        page.pieces = []  # so that a long document is not kept twice
    flow = Flow(lines_of_pages)
    paragraphs = flow.paragraphs()
    parts, starts = parts_and_pages(paragraphs, pages)
    return Layout(parts, starts, _printed_title(paragraphs, flow.size))


def _printed_title(paragraphs: Sequence[Flowing], body: float) -> str:
    """The largest heading on the first page, or ""."""
    first = [p for p in paragraphs[:30] if p.heading and 0 in p.starts and p.size >= body]
    largest = max(first, key=lambda p: p.size, default=None)
    return largest.text if largest else ""
