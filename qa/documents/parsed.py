"""A parsed file, and how it is made from the paragraphs and properties of a format."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate
from pathlib import PurePosixPath
from typing import NamedTuple

from qa.structure import Structure, Table
from qa.types import Block, BlockKind, Span

LONGEST_VALUE = 300  # characters of a title or of a front matter value
_NO_TITLE = re.compile(  # what programs put in place of a title, and the suffixes of file names
    r"^(?:microsoft (?:word|powerpoint|excel)\b|powerpoint presentation$"
    r"|untitled|unknown|title$"
    r"|document\d*$|doc\d*$|slide \d|layout \d|presentation\d*$|print(?:ing)?$"
    r"|about:|file:|https?:)"
    r"|\.(?:docx?|pdf|tex|dvi|odt|rtf|txt|pptx?|xlsx?|indd|qxd|html?|ps)$",
    re.IGNORECASE,
)
_NO_AUTHOR = re.compile(  # accounts, makers of computers, programs
    r"\W*|admin\w*|(?:windows |default )?user\d*|owner|unknown|anonymous|author|root|guest"
    r"|hp|dell|lenovo|acer|asus|pc"
    r"|microsoft.*|python-docx|openpyxl|steve canny|apache poi|.*\.(?:exe|com)",
    re.IGNORECASE,
)
_DATE = re.compile(r"(?:D:)?((?:19|20)\d\d)-?(\d\d)-?(\d\d)")
_LANGUAGE = re.compile(r"([A-Za-z]{2})(?:[-_].*)?")
LeftOut = Sequence[tuple[str, str]]  # (reason, text)


class Part(NamedTuple):
    """A paragraph from a format: one line, unless it is code.

    `reason` is the block's. `place` names where the part stands in its file, such as "slide 3".
    """

    text: str
    kind: BlockKind = BlockKind.BODY
    reason: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A parsed file. `heading_title` is the title if the document itself has one, else "".

    `blocks` are in order and do not overlap; between them is only white space. `left_out` lists the texts
    that are not indexed, as (reason, text). `pages` are the offsets at which pages begin, `places` those at
    which other places begin, with their names. `attachments` are documents of their own within the file, by
    name. `sentences` are the spans of the sentences of each block, once `formats.parse` has found them.
    """

    title: str
    heading_title: str
    text: str
    metadata: Mapping[str, str]
    blocks: tuple[Block, ...]
    left_out: tuple[tuple[str, str], ...] = field(default=())
    pages: tuple[int, ...] = ()
    places: tuple[tuple[int, str], ...] = ()
    attachments: tuple[tuple[str, Parsed], ...] = ()
    sentences: tuple[tuple[Span, ...], ...] = ()

    @property
    def structure(self) -> Structure:
        """The places and tables of the text."""
        return Structure(self.places, tuple(_tables(self.blocks)))


def from_parts(
    path: str,
    parts: Sequence[Part],
    title: str,
    metadata: Mapping[str, str],
    outside: Callable[[str], LeftOut] = lambda _: (),
    pages: Sequence[int] = (),
) -> Parsed:
    """The document whose text is the parts, with an empty line between them.

    `title` is the title that the document itself has, or ""; `outside`, given the text, lists what the
    document contains besides it. No part may be empty, or begin or end with white space.
    """
    text = "\n\n".join(part.text for part in parts)
    ends = accumulate(len(part.text) + 2 for part in parts)
    starts = [end - 2 - len(part.text) for part, end in zip(parts, ends, strict=True)]
    blocks = tuple(
        Block(start, start + len(part.text), part.kind, part.reason)
        for part, start in zip(parts, starts, strict=True)
    )
    title = title[:LONGEST_VALUE].rstrip()
    return Parsed(
        title=title or title_from_name(path),
        heading_title=title,
        text=text,
        metadata={key: value for key, value in metadata.items() if value},
        blocks=blocks,
        left_out=(*left_out(text, blocks), *outside(text)),
        pages=tuple(pages),
        places=tuple(_places(parts, starts)),
    )


def left_out(text: str, blocks: Sequence[Block]) -> tuple[tuple[str, str], ...]:
    """The blocks that are boilerplate, as (reason, text)."""
    return tuple((b.reason, text[b.start : b.end]) for b in blocks if b.kind is BlockKind.BOILERPLATE)


def _places(parts: Sequence[Part], starts: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Where each place begins, and its name."""
    place = ""
    for part, start in zip(parts, starts, strict=True):
        if part.place != place:
            place = part.place
            yield start, place


def _tables(blocks: Sequence[Block]) -> Iterator[Table]:
    """The runs of rows. A row that names the columns begins a table."""
    rows: list[Block] = []
    for block in (*blocks, None):
        if rows and (block is None or block.kind is not BlockKind.ROW):
            columns_end = rows[0].end if rows[0].kind is BlockKind.COLUMNS else rows[0].start
            yield Table(rows[0].start, rows[-1].end, columns_end)
            rows = []
        if block is not None and block.kind in (BlockKind.ROW, BlockKind.COLUMNS):
            rows.append(block)


def own_title(value: str) -> str:
    """A title from a file's properties, or "" if a program made it up."""
    title = " ".join(value.replace("\x00", "").split())
    if not any(c.isalpha() for c in title) or _NO_TITLE.search(title) or (" " not in title and "_" in title):
        return ""
    return title


def own_author(value: str) -> str:
    """An author from a file's properties, or "" if it is only the name of an account."""
    author = " ".join(value.replace("\x00", "").split())[:LONGEST_VALUE]
    return "" if _NO_AUTHOR.fullmatch(author) else author


def day(value: str) -> str:
    """The day of a date as PDF and Word files write it, in ISO 8601; "" if there is no such day."""
    match = _DATE.match(value.strip())
    try:
        return date(*map(int, match.groups())).isoformat() if match else ""
    except ValueError:
        return ""


def language_code(value: str) -> str:
    """The two letters of a language such as en-GB, or ""."""
    match = _LANGUAGE.fullmatch(value.strip())
    return match[1].lower() if match else ""


def title_from_name(path: str) -> str:
    """A title made from the name of a file that has none."""
    stem = re.sub(r"[\s_-]+", " ", PurePosixPath(path).stem).strip()
    return stem[:1].upper() + stem[1:] or path
