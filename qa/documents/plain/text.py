"""Plain text: the text is the whole decoded file, in which everything but the body is marked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from qa.documents.furniture.verdicts import Verdict, text_verdicts
from qa.documents.parsed import LONGEST_VALUE, Parsed, left_out, title_from_name
from qa.documents.plain.decoding import decode
from qa.documents.plain.paragraphs import Paragraph, paragraphs
from qa.documents.plain.tables import table_blocks
from qa.types import Block, BlockKind

_METADATA_KEYS = ("source", "source_title", "author", "date", "url", "language")
_LONGEST_TITLE = 120  # characters of a line that has no mark of a heading
_LONGEST_HEADING = 14  # words, likewise
_NEAR_THE_TOP = 3  # paragraphs in which the author is named
_BYLINE = re.compile(r"(?:by|written by)\s*:?\s+(\S.{1,80})", re.IGNORECASE)
_NAMES = re.compile(r"[^\W\d_a-z][\w.'’-]*(?:,? (?:[^\W\d_a-z][\w.'’-]*|and|&|de|van|von|der|la)){1,8}")


def parse_text(path: str, raw: bytes) -> Parsed:
    """The whole decoded file, with its headings, its tables and what a web page put around it marked.

    Raises UnreadableFile if it is not text.
    """
    text = decode(raw)
    found = paragraphs(text)
    verdicts = text_verdicts(found)
    headings = [_is_heading(text, found, verdicts, i) for i in range(len(found))]
    numbers = {paragraph.start: i for i, paragraph in enumerate(found)}
    blocks = []
    for (start, end), kind in table_blocks(text, [(p.start, p.end) for p in found]):
        i = numbers[start]
        if kind is BlockKind.BODY and headings[i]:
            kind = BlockKind.HEADING
        blocks.append(Block(start, end, *(verdicts[i] if verdicts[i].reason else (kind,))))
    kept = [p for p, verdict in zip(found, verdicts, strict=True) if not verdict.reason]
    author = byline_author([p.text for p in kept]) or _saved_byline(found, verdicts)
    return text_document(path, text, blocks, {}, _title(found, headings, kept), author)


def text_document(
    path: str, text: str, blocks: Sequence[Block], values: Mapping[str, str], title: str, author: str
) -> Parsed:
    """The document of a text that is the file itself.

    `values` are those of its front matter, `title` and `author` what the text says below it, each "" if it
    says nothing.
    """
    title = (values.get("title") or title)[:LONGEST_VALUE].rstrip()
    metadata = {key: values[key] for key in values if key in _METADATA_KEYS}
    if author:
        metadata.setdefault("author", author)
    return Parsed(
        title=title or title_from_name(path),
        heading_title=title,
        text=text,
        metadata=metadata,
        blocks=tuple(blocks),
        left_out=left_out(text, blocks),
    )


def byline_author(lines: Sequence[str]) -> str:
    """The author whom a line at the beginning of a text names, as in "By Ida Brandt"; or ""."""
    matches = (_BYLINE.fullmatch(line) for line in lines[:_NEAR_THE_TOP])
    return next((match[1] for match in matches if match and _NAMES.fullmatch(match[1])), "")


def is_title_line(p: Paragraph) -> bool:
    """True for a first line that reads like a title, and not like a sentence or a byline."""
    return (
        len(p.text) <= _LONGEST_TITLE
        and p.words > 0
        and not p.list_item
        and not _BYLINE.fullmatch(p.text)
        and (not p.ends_sentence or p.text.endswith("?"))
    )


def _saved_byline(found: Sequence[Paragraph], verdicts: Sequence[Verdict]) -> str:
    """The author whom the byline of a saved page names, or ""."""
    matches = (
        _BYLINE.fullmatch(p.text) for p, v in zip(found, verdicts, strict=True) if v.reason == "byline"
    )
    return next((match[1] for match in matches if match), "")


def _is_heading(text: str, found: Sequence[Paragraph], verdicts: Sequence[Verdict], i: int) -> bool:
    """True for a line with # before it, and for a short line that is no sentence and stands above one."""
    p = found[i]
    if verdicts[i].reason or not p.words:
        return False
    below = next((found[j] for j in range(i + 1, len(found)) if not verdicts[j].reason), None)
    if p.level:  # programs have such lines as well, right above their own
        return below is None or below.is_prose or text.count("\n", p.end, below.start) > 1
    if (
        p.words > _LONGEST_HEADING
        or p.list_item
        or p.text.endswith((".", ",", ";", ":", "!", "…"))
        or "|" in p.text
        or "\t" in p.text
    ):
        return False
    return below is not None and not below.list_item and (below.is_prose or below.level > 0)


def _title(found: Sequence[Paragraph], headings: Sequence[bool], kept: Sequence[Paragraph]) -> str:
    """The first heading with # before it, or a first line that reads like a title, or ""."""
    marked = (p.text for p, heading in zip(found, headings, strict=True) if heading and p.level)
    first_line = " ".join(kept[0].text.split()) if kept and is_title_line(kept[0]) else ""
    return next(marked, first_line)
