"""An answer to paste elsewhere: clean text, and HTML for programs that take it.

Both are made of the answer's Markdown, which has few forms: paragraphs, a list, headings, bold and italics.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from markupsafe import Markup, escape

from qa.answers.wording import place
from qa.server.html.elements import NOTHING, concat, html
from qa.types import Answer, Citation

_INLINE = re.compile(r"\\(.)|\*\*((?:\\.|[^*\\])+)\*\*|\*((?:\\.|[^*\\])+)\*", re.DOTALL)
_MARKS = re.compile(r"(?<!\\)(?: \[\d+\])+")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def copied(answer: Answer) -> dict[str, str]:
    """An answer and its sources, as `text` and as `html`."""
    blocks = [_with_one_mark(block) for block in answer.text.split("\n\n")]
    sources = [f"[{c.number}] {_source(c)}" for c in answer.citations]
    plain = [_plain(block) for block in blocks]
    lines = concat(html("{}<br>", line) for line in sources)
    rich = concat(map(_rich, blocks)) + (html("<p>{}</p>", lines) if sources else NOTHING)
    return {"text": "\n\n".join([*plain, "\n".join(sources)]).strip(), "html": rich}


def _with_one_mark(block: str) -> str:
    """A block in which several sentences with the same numbers have them once, after the last."""
    pairs = pairwise(list(_MARKS.finditer(block)))
    repeated = [a for a, b in pairs if a[0] == b[0] and "\n" not in block[a.end() : b.start()]]
    for mark in reversed(repeated):
        block = block[: mark.start()] + block[mark.end() :]
    return block


def _source(citation: Citation) -> str:
    """Title, publisher, date, place and file of a citation."""
    document = citation.document
    known = document.metadata
    where = place(document, citation.start, citation.end)
    parts = (document.title, known.get("source"), known.get("date"), where, document.path)
    return ", ".join(part for part in parts if part)


def _plain(block: str) -> str:
    return _INLINE.sub(
        lambda m: _ESCAPED.sub(r"\1", next(filter(None, m.groups()))), block.removeprefix("### ")
    )


def _rich(block: str) -> Markup:
    if block.startswith("### "):
        return html("<h3>{}</h3>", concat(_inline(block[4:])))
    if block.startswith("- "):
        items = (html("<li>{}</li>", concat(_inline(line[2:]))) for line in block.split("\n"))
        return html("<ul>{}</ul>", concat(items))
    return html("<p>{}</p>", concat(_inline(block)))


def _inline(text: str) -> Iterator[Markup]:
    end = 0
    for match in _INLINE.finditer(text):
        yield escape(text[end : match.start()])
        literal, bold, italic = match.groups()
        if bold:
            yield html("<b>{}</b>", _ESCAPED.sub(r"\1", bold))
        elif italic:
            yield html("<i>{}</i>", _ESCAPED.sub(r"\1", italic))
        else:
            yield escape(literal)
        end = match.end()
    yield escape(text[end:])
