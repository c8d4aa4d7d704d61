"""A slice of a document's text as HTML: its words as they are, its tables as tables, a quote marked."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from markupsafe import Markup, escape

from qa.server.finding import UNMARKED, Marks
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


def excerpt(document: Document, text: str, start: int, marks: Marks = UNMARKED) -> Markup:
    """The text of a document from `start`, with what is in it of `marks` marked.

    The first quote is a <mark>, further ones have their index; what was looked for has the number of its
    place. A table that begins before the slice is shown under the names of its columns.
    """
    return concat(_parts(document, text, start, marks)) if text else NOTHING


def _parts(document: Document, text: str, start: int, marks: Marks) -> Iterator[Markup]:
    at, end = start, start + len(text)
    for table in document.structure.tables:
        if table.end <= start or table.start >= end:
            continue
        first, last = max(table.start, start), min(table.end, end)
        yield _prose(document, text[at - start : first - start], at, marks)
        yield _table(document, table, text[first - start : last - start], first, marks)
        at = last
    yield _prose(document, text[at - start :], at, marks)


def _marked(quote: int | None, content: Markup) -> Markup:
    """Content as a part of the quote with an index, or as it is."""
    if quote is None:
        return content
    if quote == 0:
        return html("<mark>{}</mark>", content)
    return html('<mark data-quote="{}">{}</mark>', str(quote), content)


# --- text ----------------------------------------------------------------------------------------


class _Run(NamedTuple):
    """A slice of a text, by offsets in it. Marks of Markdown are unseen: CSS hides them."""

    start: int
    end: int
    is_heading: bool = False
    is_unseen: bool = False


class _Piece(NamedTuple):
    """A slice of a run that is marked as a whole, or not at all. `quote` is the index of the one it is in."""

    html: Markup
    run: _Run
    quote: int | None


def _prose(document: Document, text: str, start: int, marks: Marks) -> Markup:
    """Every character of a text. What was looked for is marked within the quotes, too."""
    places = dict(marks.found.within(start, start + len(text)))
    numbers = list(places)
    quotes, values, found = (
        [(a - start, b - start) for a, b in spans] for spans in (marks.quotes, marks.values, places.values())
    )
    edges = sorted({at for spans in (quotes, values, found) for span in spans for at in span})
    pieces = []
    for run in _runs(document, text):
        inner = edges[bisect_right(edges, run.start) : bisect_left(edges, run.end)]
        for a, b in pairwise([run.start, *inner, run.end]):
            i = bisect_right(found, a, key=lambda span: span[0]) - 1
            is_found = i >= 0 and a < found[i][1]
            shown = _looked_for(text[a:b], numbers[i] if is_found else None)
            shown = html("<b>{}</b>", shown) if _holder(values, a) is not None else shown
            pieces.append(_Piece(shown, run, _holder(quotes, a)))
    return concat(
        _marked(quote, _of_runs(group)) for quote, group in groupby(pieces, key=lambda piece: piece.quote)
    )


def _holder(spans: Sequence[Span], at: int) -> int | None:
    """The index of the first span that holds an offset."""
    return next((i for i, (start, end) in enumerate(spans) if start <= at < end), None)


def _of_runs(pieces: Iterable[_Piece]) -> Markup:
    return concat(
        html("<strong>{}</strong>", _visible(group)) if is_heading else _visible(group)
        for is_heading, group in groupby(pieces, key=lambda piece: piece.run.is_heading)
    )


def _visible(pieces: Iterable[_Piece]) -> Markup:
    return concat(
        html('<span class="unseen">{}</span>', piece.html) if piece.run.is_unseen else piece.html
        for piece in pieces
    )


def _looked_for(text: str, number: int | None) -> Markup:
    """Text, marked as the place with a number of what was looked for."""
    if number is None:
        return escape(text)
    return html('<mark class="found" data-number="{}">{}</mark>', str(number), text)


def _runs(document: Document, text: str) -> Iterator[_Run]:
    """The slices that make up a text."""
    if not document.path.lower().endswith((".md", ".markdown")):
        yield _Run(0, len(text))
        return
    end = 0
    for heading in _HEADING.finditer(text):
        yield from _unmarked(text, end, heading.start())
        yield _Run(*heading.span(1), is_heading=True, is_unseen=True)
        yield _Run(*heading.span(2), is_heading=True)
        end = heading.end()
    yield from _unmarked(text, end, len(text))


def _unmarked(text: str, start: int, end: int) -> Iterator[_Run]:
    at = start
    for mark in _MARK.finditer(text[start:end]):
        yield _Run(at, start + mark.start())
        yield _Run(start + mark.start(), start + mark.end(), is_unseen=True)
        at = start + mark.end()
    yield _Run(at, end)


# --- tables --------------------------------------------------------------------------------------


def _table(document: Document, table: Table, text: str, start: int, marks: Marks) -> Markup:
    """The rows that are in the slice, below the names of the columns."""
    rows = []
    if table.start < start and table.columns_end > table.start:
        names = document.text[table.start : table.columns_end]
        rows.append(_row(names.partition("\n")[0], True))
    at = start
    for line in text.splitlines(keepends=True):
        row = at, at + len(line.rstrip())
        quote = next((i for i, span in enumerate(marks.quotes) if overlap(row, span)), None)
        numbers = [number for number, _ in marks.found.within(at, at + len(line))]
        rows.append(_row(line, at < table.columns_end, quote, marks.found.pattern, numbers))
        at += len(line)
    # It can scroll sideways on a phone; focusable, so that a keyboard can scroll it too.
    return html('<div class="cells" tabindex="0"><table>{}</table></div>', concat(rows))


def _row(
    line: str,
    names: bool,
    quote: int | None = None,
    sought: re.Pattern[str] | None = None,
    numbers: Sequence[int] = (),
) -> Markup:
    """A row, marked if it is in a quote, with the places in it of what is sought; they have these numbers."""
    cells = row_cells(line) if line.strip() else []
    left = iter(numbers)
    inside = [_cell(cell, sought, left) if numbers else escape(cell) for cell in cells]
    shown = (_marked(quote, cell) if cell else cell for cell in inside)
    columns = concat(html("<th>{}</th>", cell) if names else html("<td>{}</td>", cell) for cell in shown)
    return html("<tr>{}</tr>", columns) if cells else NOTHING


def _cell(cell: str, sought: re.Pattern[str] | None, numbers: Iterator[int]) -> Markup:
    parts, end = [], 0
    for match in sought.finditer(cell) if sought else ():
        parts += [escape(cell[end : match.start()]), _looked_for(match[0], next(numbers, None))]
        end = match.end()
    return concat([*parts, escape(cell[end:])])
