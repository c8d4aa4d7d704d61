"""What a file becomes when it is read, and how it is made of paragraphs that some format gives."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate
from pathlib import PurePosixPath
from typing import NamedTuple

from qa.documents.boilerplate import boilerplate
from qa.documents.paragraphs import paragraph_at
from qa.types import Block, BlockKind

LONGEST_VALUE = 300  # characters of a title or of a value of front matter
_NO_TITLE = re.compile(
    r"^(?:microsoft (?:word|powerpoint|excel)\b|untitled|unknown|document\d*$|doc\d*$|title$"
    r"|slide \d|layout \d|presentation\d*$|print(?:ing)?$|about:|file:|https?:)"
    r"|\.(?:docx?|pdf|tex|dvi|odt|rtf|txt|pptx?|xlsx?|indd|qxd|html?|ps)$",
    re.IGNORECASE,
)
_NO_AUTHOR = re.compile(
    r"\W*|admin\w*|(?:windows |default )?user\d*|owner|unknown|anonymous|author|root|guest"
    r"|hp|dell|lenovo|acer|asus|pc|microsoft.*|python-docx|apache poi|.*\.(?:exe|com)",
    re.IGNORECASE,
)
_DATE = re.compile(r"(?:D:)?((?:19|20)\d\d)-?(\d\d)-?(\d\d)")
_LANGUAGE = re.compile(r"([A-Za-z]{2})(?:[-_].*)?")
LeftOut = Sequence[tuple[str, str]]  # (reason, text)


class Part(NamedTuple):
    """A paragraph in one line, as a format gives it."""

    text: str
    is_heading: bool


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file holds. `heading_title` is the title where the document itself gives it, else "".

    `blocks` are in order and do not overlap; what lies between them is white space.
    `left_out` lists what is not indexed as (reason, text). `pages` are the offsets at which the pages begin.
    """

    title: str
    heading_title: str
    text: str
    metadata: Mapping[str, str]
    blocks: tuple[Block, ...]
    left_out: tuple[tuple[str, str], ...] = field(default=())
    pages: tuple[int, ...] = ()


def from_parts(
    path: str,
    parts: Sequence[Part],
    title: str,
    known: Mapping[str, str],
    outside: Callable[[str], LeftOut],
    pages: Sequence[int] = (),
) -> Parsed:
    """A document whose text is the parts with an empty line between them; boilerplate is marked in it.

    `title` is what the document itself gives, or ""; `outside` lists what is left out beside the text.
    """
    text = "\n\n".join(part.text for part in parts)
    ends = accumulate(len(part.text) + 2 for part in parts)
    found = [
        paragraph_at(text, end - 2 - len(part.text), end - 2) for part, end in zip(parts, ends, strict=True)
    ]
    blocks = []
    for part, p, reason in zip(parts, found, boilerplate(found), strict=True):
        kind = BlockKind.HEADING if part.is_heading else BlockKind.BODY
        blocks.append(Block(p.start, p.end, BlockKind.BOILERPLATE if reason else kind, reason))
    title = title[:LONGEST_VALUE].rstrip()
    marked = [(b.reason, text[b.start : b.end]) for b in blocks if b.kind is BlockKind.BOILERPLATE]
    return Parsed(
        title=title or title_from_name(path),
        heading_title=title,
        text=text,
        metadata=dict(known),
        blocks=tuple(blocks),
        left_out=(*marked, *outside(text)),
        pages=tuple(pages),
    )


def own_title(said: str) -> str:
    """A title as a file's properties hold it, or "" for what programs put there by themselves."""
    title = " ".join(said.replace("\x00", "").split())
    if not any(c.isalpha() for c in title) or _NO_TITLE.search(title) or (" " not in title and "_" in title):
        return ""
    return title


def own_author(said: str) -> str:
    """An author as a file's properties hold it, or "" for the account of a computer."""
    author = " ".join(said.replace("\x00", "").split())[:LONGEST_VALUE]
    return "" if _NO_AUTHOR.fullmatch(author) else author


def day(said: str) -> str:
    """The day of a date as PDF and Word write it, as ISO 8601; "" where there is no such day."""
    found = _DATE.match(said.strip())
    try:
        return date(*map(int, found.groups())).isoformat() if found else ""
    except ValueError:
        return ""


def language_code(said: str) -> str:
    """The two letters of a language such as en-GB; "" where it is none."""
    found = _LANGUAGE.fullmatch(said.strip())
    return found[1].lower() if found else ""


def title_from_name(path: str) -> str:
    """A title for what has none, made of the file's name."""
    stem = re.sub(r"[\s_-]+", " ", PurePosixPath(path).stem).strip()
    return stem[:1].upper() + stem[1:] or path
