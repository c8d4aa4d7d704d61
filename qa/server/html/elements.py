"""Pieces of HTML, for what the page shows.

What comes from a document or a user (text, title, path, metadata, question) is only ever text: it goes
through `html.escape` here, or where a module says so, and nothing else of it reaches the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

from qa.types import Document

_HEADING = re.compile(r"^(#{1,6} +)(.+)$", re.MULTILINE)


def text(content: str) -> str:
    """Text as HTML, kept to itself: a right-to-left override in it turns nothing around it."""
    return f'<bdi dir="auto">{escape(content)}</bdi>'


def paragraph(kind: str, body: str) -> str:
    """`body` is HTML; nothing at all where it is empty."""
    return f'<p class="{kind}">{body}</p>' if body else ""


def joined(parts: Iterable[str]) -> str:
    """What there is of some parts, in one line."""
    return " · ".join(part for part in parts if part)


def counted(number: int, noun: str) -> str:
    """ "1 passage", "2 passages"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def sentence(problem: str) -> str:
    """The line of an error, as the page tells it."""
    return f"{problem[:1].upper()}{problem[1:]}."


def icon(name: str) -> str:
    """One of the drawings of page.html."""
    return f'<svg aria-hidden="true"><use href="#i-{name}"/></svg>'


def button(act: str, label: str, drawing: str = "", kind: str = "plain", **data: object) -> str:
    """A button that acts.js knows by its `act`; with a drawing the label is there for screen readers only.

    `data` is what the act is done with, as data-… attributes; what is None is left out.
    """
    attributes = "".join(f' data-{k}="{escape(str(v))}"' for k, v in data.items() if v is not None)
    shown = f'{icon(drawing)}<span class="hidden">{escape(label)}</span>' if drawing else escape(label)
    title = f' title="{escape(label)}"' if drawing else ""
    return f'<button type="button" class="{kind}" data-act="{act}"{title}{attributes}>{shown}</button>'


def prose(content: str, document: Document) -> str:
    """Text of a document as HTML with every character in it; the # of a Markdown heading is there, unseen."""
    html = escape(content)
    if not document.path.lower().endswith((".md", ".markdown")):
        return html
    return _HEADING.sub(r'<strong><span class="unseen">\1</span>\2</strong>', html)


def origin(document: Document, *more: str) -> str:
    """Publisher, author and date as far as known, and more HTML, in one line."""
    known = document.metadata
    names = [text(known[name]) for name in ("source", "author", "date") if known.get(name)]
    return joined([*names, *more])
