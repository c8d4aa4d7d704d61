"""Pieces of HTML, for what the page shows.

HTML is `Markup`; everything else is only ever text, and is escaped where it is put into HTML, by `html` and
by `join`. What comes from a document or a user (text, title, path, metadata, question) is never made Markup
itself, so that nothing else of it reaches the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import LiteralString

from markupsafe import Markup, escape

from qa.types import Document

NOTHING = Markup()
_HEADING = re.compile(r"^(#{1,6} +)(.+)$", re.MULTILINE)


def html(template: LiteralString, /, *values: object, **named: object) -> Markup:
    """A piece of HTML with values put into it, of which whatever is not Markup is escaped.

    As Markup.format does it, in a fifth of the time: a list of thousands of documents is made of such pieces.
    """
    return Markup(template.format(*map(escape, values), **{name: escape(v) for name, v in named.items()}))


def text(content: str) -> Markup:
    """Text as HTML, kept to itself: a right-to-left override in it turns nothing around it."""
    return html('<bdi dir="auto">{}</bdi>', content)


def paragraph(kind: str, body: str) -> Markup:
    """A paragraph of text or HTML; nothing at all where it is empty."""
    return html('<p class="{}">{}</p>', kind, body) if body else NOTHING


def joined(parts: Iterable[str]) -> Markup:
    """What there is of some parts, in one line."""
    return Markup(" · ").join(part for part in parts if part)


def concat(parts: Iterable[Markup]) -> Markup:
    """Pieces of HTML, one after the other."""
    return NOTHING.join(parts)


def sentence(problem: str) -> str:
    """The line of an error, as the page tells it: text, no HTML."""
    return f"{problem[:1].upper()}{problem[1:]}."


def icon(name: str) -> Markup:
    """One of the drawings of index.html."""
    return html('<svg aria-hidden="true"><use href="#i-{}"/></svg>', name)


def button(act: str, label: str, drawing: str = "", kind: str = "plain", **data: object) -> Markup:
    """A button that main.js knows by its `act`; with a drawing the label is there for screen readers only.

    `data` is what the act is done with, as data-… attributes; what is None is left out.
    """
    attributes = concat(html(' data-{}="{}"', k, str(v)) for k, v in data.items() if v is not None)
    title, shown = NOTHING, escape(label)
    if drawing:
        title = html(' title="{}"', label)
        shown = html('{}<span class="hidden">{}</span>', icon(drawing), label)
    return html(
        '<button type="button" class="{}" data-act="{}"{}{}>{}</button>', kind, act, title, attributes, shown
    )


def prose(content: str, document: Document) -> Markup:
    """Text of a document as HTML with every character in it; the # of a Markdown heading is there, unseen."""
    if not document.path.lower().endswith((".md", ".markdown")):
        return escape(content)
    return concat(_with_headings(content))


def _with_headings(content: str) -> Iterator[Markup]:
    end = 0
    for heading in _HEADING.finditer(content):
        yield escape(content[end : heading.start()])
        yield html('<strong><span class="unseen">{}</span>{}</strong>', *heading.groups())
        end = heading.end()
    yield escape(content[end:])


def origin(document: Document, *more: str) -> Markup:
    """Publisher, author and date as far as known, and more text or HTML, in one line."""
    known = document.metadata
    names = [text(known[name]) for name in ("source", "author", "date") if known.get(name)]
    return joined([*names, *more])
