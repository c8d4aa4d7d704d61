"""The passages of a document -> its sections. None crosses one, so the first of each has its heading."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from qa.structure import Structure, heading_text
from qa.text import one_line
from qa.types import Document, Passage

_MOST = 2_000  # sections of a document
_LONGEST = 120  # characters of a heading that are shown
_KNOWN_BY = 20  # characters of a heading that stand in the header of its passage


def sections(document: Document, passages: Iterable[Passage]) -> tuple[tuple[int, str], ...]:
    """Where the sections of a document begin, and their headings. The title is not one of them."""
    found: list[tuple[int, str]] = []
    for passage in sorted(passages, key=lambda passage: passage.start):
        for at, heading in _headings(passage, document.structure):
            if heading != document.title and len(found) < _MOST:
                found.append((at, heading[:_LONGEST]))
    return tuple(found)


def _headings(passage: Passage, structure: Structure) -> Iterator[tuple[int, str]]:
    """The headings that a passage begins with: no sentences, and the last of them is in its header."""
    first = min((start for start, _ in passage.sentences), default=passage.end)
    lead = passage.text[: first - passage.start]
    at = passage.start
    above: list[tuple[int, str]] = []
    for block in lead.split("\n\n"):
        heading = one_line(heading_text(block))
        if any(character.isalnum() for character in heading) and not structure.table_at(at):
            above.append((at + len(block) - len(block.lstrip()), heading))
        at += len(block) + 2
    if above and above[-1][1][:_KNOWN_BY] in one_line(passage.header):
        yield from above
