"""A slice of a document's text as HTML: its words as they are, its tables as tables, a quote marked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from markupsafe import Markup, escape

from qa.server.html.elements import NOTHING, concat, html
from qa.structure import Table, row_cells
from qa.types import Document, Span, overlap

_HEADING = re.compile(r"^(#{1,6} +)(.+)$", re.MULTILINE)  # of Markdown
_MARK = re.compile(  # of Markdown: what a reader would not see
    r"^[ \t]*(?:={2,}|-{2,})[ \t]*$"  # the line below a heading, or a rule
    r"|^(?:>[ ]?)+(?:\[!\w{1,20}\][+-]?)?"  # of quotations and callouts
    r"|^[ \t]*(?:`{3,}|~{3,})[^\n]*$"
    r"|!?\[\[(?:[^\[\]|\n]{1,200}\|)?|\]\]"  # of wikilinks, with the page if other words are shown
    r"|!?\[(?=[^\[\]\n]{1,300}\]\()|\]\([^()\s]{1,500}\)"  # of links, with the address
    r"|\*\*|__|`",
    re.MULTILINE,
)


def excerpt(document: Document, text: str, start: int, marked: Span = (0, 0)) -> Markup:
    """The text of a document from `start`, with the part of it that is in the span `marked` marked.

    A table that begins before the slice is shown under the names of its columns.
    """
    return concat(_parts(document, text, start, marked)) if text else NOTHING


def _parts(document: Document, text: str, start: int, marked: Span) -> Iterator[Markup]:
    at, end = start, start + len(text)
    for table in document.structure.tables:
        if table.end <= start or table.start >= end:
            continue
        first, last = max(table.start, start), min(table.end, end)
        yield _prose(document, text[at - start : first - start], at, marked)
        yield _table(document, table, text[first - start : last - start], first, marked)
        at = last
    yield _prose(document, text[at - start :], at, marked)


# --- text ----------------------------------------------------------------------------------------


def _prose(document: Document, text: str, start: int, marked: Span) -> Markup:
    cuts = [0, *(min(max(0, at - start), len(text)) for at in marked), len(text)]
    before, inside, after = (_shown(document, text[a:b]) for a, b in pairwise(cuts))
    return html("{}<mark>{}</mark>{}", before, inside, after) if inside else before + after


def _shown(document: Document, text: str) -> Markup:
    """Every character of a text; the marks of Markdown are hidden by CSS, and headings look like headings."""
    if not document.path.lower().endswith((".md", ".markdown")):
        return escape(text)
    return concat(_unmarked(text))


def _unmarked(text: str) -> Iterator[Markup]:
    end = 0
    for heading in _HEADING.finditer(text):
        yield from _hidden(text[end : heading.start()])
        yield html('<strong><span class="unseen">{}</span>{}</strong>', *heading.groups())
        end = heading.end()
    yield from _hidden(text[end:])


def _hidden(text: str) -> Iterator[Markup]:
    end = 0
    for mark in _MARK.finditer(text):
        yield escape(text[end : mark.start()])
        yield html('<span class="unseen">{}</span>', mark[0])
        end = mark.end()
    yield escape(text[end:])


# --- tables --------------------------------------------------------------------------------------


def _table(document: Document, table: Table, text: str, start: int, marked: Span) -> Markup:
    """The rows that are in the slice, below the names of the columns."""
    rows = []
    if table.start < start and table.columns_end > table.start:
        names = document.text[table.start : table.columns_end]
        rows.append(_row(names.partition("\n")[0], True, False))
    at = start
    for line in text.splitlines(keepends=True):
        rows.append(_row(line, at < table.columns_end, overlap((at, at + len(line.rstrip())), marked)))
        at += len(line)
    # It can scroll sideways on a phone; focusable, so that a keyboard can scroll it too.
    return html('<div class="cells" tabindex="0"><table>{}</table></div>', concat(rows))


def _row(line: str, names: bool, is_marked: bool) -> Markup:
    cells = row_cells(line) if line.strip() else []
    shown = (html("<mark>{}</mark>", cell) if is_marked and cell else escape(cell) for cell in cells)
    columns = concat(html("<th>{}</th>", cell) if names else html("<td>{}</td>", cell) for cell in shown)
    return html("<tr>{}</tr>", columns) if cells else NOTHING
