"""Documents, the blocks that they are made of, and the passages that they are found by."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from qa.structure import Structure
from qa.types.values import Span, Value


def document_id(path: str) -> str:
    """The id of the document at a path, relative to the corpus: 16 hexadecimal digits."""
    return hashlib.sha256(path.encode("utf-8", "surrogateescape")).hexdigest()[:16]


class BlockKind(StrEnum):
    """What a block of a document is: text to index, a heading, a part of a table, or text to leave out."""

    BODY = "body"
    HEADING = "heading"
    COLUMNS = "column names"  # the first row of a table
    ROW = "table row"
    CODE = "code"  # each line stands for itself
    DOUBTFUL = "doubtful"  # perhaps not the author's text: indexed, ranked behind, cited with a remark
    FRONT_MATTER = "front matter"
    BOILERPLATE = "boilerplate"


INDEXED = frozenset(BlockKind) - {BlockKind.FRONT_MATTER, BlockKind.BOILERPLATE}


@dataclass(frozen=True, slots=True)
class Block:
    """A run of whole lines of a document that is judged as one.

    `reason` says why a block is left out or doubtful; in a block that is neither, it is a remark to show with
    every quote from it, such as "read by OCR".
    """

    start: int
    end: int
    kind: BlockKind
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Document(Value):
    """A document of the corpus. `path` is relative to the corpus, with `/`; `id` is derived from it.

    `text` and `structure` are read from the index on first use, so a list of documents is cheap. `metadata`
    holds source, source_title, author, date, url and language as far as they are known. `digest` is the
    SHA-256 of the text and tells two states of a document apart. `pages` are the offsets in the text at which
    pages begin, () for formats without pages.
    """

    id: str
    path: str
    title: str
    digest: str
    metadata: Mapping[str, str] = field(hash=False)
    _text: str | Callable[[], str] = field(repr=False, compare=False)
    pages: tuple[int, ...] = field(default=(), repr=False)
    _structure: Structure | Callable[[], Structure] = field(default=Structure(), repr=False, compare=False)

    @property
    def structure(self) -> Structure:
        """The named places and the tables of the text. Raises StaleDocument if the index has moved on."""
        if callable(self._structure):
            object.__setattr__(self, "_structure", self._structure())
        assert isinstance(self._structure, Structure)
        return self._structure

    @property
    def text(self) -> str:
        """The whole text, to which offsets refer. Raises StaleDocument if the index has moved on."""
        if callable(self._text):
            object.__setattr__(self, "_text", self._text())
        assert isinstance(self._text, str)
        return self._text

    def page_at(self, offset: int) -> int | None:
        """The number of the page, from 1, that holds the character at an offset; None without pages."""
        return max(1, bisect_right(self.pages, offset)) if self.pages else None

    def as_dict(self) -> dict[str, Any]:
        return Value.as_dict(self) | {"pages": len(self.pages)}


@dataclass(frozen=True, slots=True)
class Passage(Value):
    """A slice of a document short enough for the encoder: `text == document.text[start:end]`.

    `header` (title and section heading) is added for embedding and keyword search, and never quoted.
    `sentences` are the spans that may be quoted, in offsets of the document; headings are not among them.
    `remark` says what has to be known of every quote from it, such as "read by OCR"; a `doubtful` passage is
    perhaps not the author's text, ranks behind others, and its remark says why.
    """

    id: str
    document_id: str
    start: int
    end: int
    text: str
    header: str
    sentences: tuple[Span, ...]
    remark: str = ""
    doubtful: bool = False
