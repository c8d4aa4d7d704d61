"""Markdown: the text is the whole decoded file, in which headings, tables and comments are marked.

Nothing is taken for the furniture of a web page: an author of Markdown writes no menus.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from markdown_it import MarkdownIt

from qa.documents.parsed import LONGEST_VALUE, Parsed
from qa.documents.plain.decoding import decode
from qa.documents.plain.front_matter import front_matter
from qa.documents.plain.markdown_blocks import Piece, pieces
from qa.documents.plain.paragraphs import paragraph_at
from qa.documents.plain.text import byline_author, is_title_line, text_document
from qa.types import Block, BlockKind

_NEAR_THE_TOP = 4  # blocks in which title and author are named
_OPENING = frozenset("\"'“„«‘*_¿¡(")
_WIKI_LINK = re.compile(r"!?\[\[([^\[\]|]*)(?:\|([^\[\]]*))?\]\]")
_ATTRIBUTES = re.compile(r"\{[#.:][^{}]*\}$")  # of a heading, in some dialects


def parse_markdown(path: str, raw: bytes) -> Parsed:
    """The whole decoded file, with its front matter, headings, tables and comments marked.

    Raises UnreadableFile if it is not text.
    """
    text = decode(raw)
    values, start = front_matter(text)
    found = pieces(text, start)
    blocks = [Block(0, start, BlockKind.FRONT_MATTER, "front matter")] if start else []
    blocks += [Block(piece.start, piece.end, piece.kind, piece.reason) for piece in found]
    kept = [piece for piece in found if piece.kind is not BlockKind.BOILERPLATE]
    author = byline_author([text[piece.start : piece.end] for piece in kept[:_NEAR_THE_TOP]])
    return text_document(path, text, blocks, values, _title(text, kept), author)


def _title(text: str, kept: Sequence[Piece]) -> str:
    """The title of a document: a heading or a line above its text, or its only one of the first level; or "".

    Other headings below the beginning of the text are those of sections.
    """
    above = list(takewhile(lambda piece: piece.level or _is_title_line(text, piece), kept[:_NEAR_THE_TOP]))
    top = [piece.heading for piece in kept if piece.level == 1]
    first_top = next((piece.heading for piece in above if piece.level == 1), "")
    if first_top or (len(top) == 1 and not above):
        return plain(first_top or top[0])
    return plain(above[0].heading or text[above[0].start : above[0].end]) if above else ""


def _is_title_line(text: str, piece: Piece) -> bool:
    line = text[piece.start : piece.end]
    begins = line[0].isalnum() or line[0] in _OPENING  # rather than like a list, a quotation or a program
    return piece.kind is BlockKind.BODY and begins and is_title_line(paragraph_at(line, 0, len(line)))


def plain(line: str) -> str:
    """A line of Markdown as it is shown: without marks of emphasis, addresses of links, and the like."""
    line = _WIKI_LINK.sub(lambda link: link[2] or link[1], line[: 2 * LONGEST_VALUE])
    [token] = MarkdownIt("commonmark").parseInline(_ATTRIBUTES.sub("", line.rstrip()))
    parts = (" " if child.type.endswith("break") else child.content for child in token.children or ())
    return " ".join("".join(parts).split())
