"""What all values have in common, and the names of their smallest parts.

All offsets count Unicode characters (not bytes) and are half-open: `text[start:end]`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

Span = tuple[int, int]
Turn = tuple[str, str]  # a question and the text of its answer


def overlap(a: Span, b: Span) -> bool:
    """True if two spans have a character in common."""
    return a[0] < b[1] and b[0] < a[1]


@dataclass(frozen=True, slots=True)
class Value:
    """A value that the command and the endpoints return as JSON."""

    def as_dict(self) -> dict[str, Any]:
        """The value as dicts, lists, strings and numbers for json.dumps, under the names of its fields.

        An answer: question, text, answered, confidence, claims, citations, nearest, differ, understood,
        unknown, suggestions, corrected, language, unanswered, lead, layout, without its trace. A claim:
        value, citations. A citation: number, document, start, end, quote, passage, page, page_end, place,
        columns. A hit: passage, document, score, page, place. A passage: id, document_id, start, end, text,
        header, sentences, remark, doubtful. A document: id, path, title, digest, metadata, pages (their
        number), without its text.
        """
        names = (field.name for field in fields(self) if field.compare)
        return {name: _plain(getattr(self, name)) for name in names}


def _plain(value: object) -> object:
    if isinstance(value, Value):
        return value.as_dict()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return dict(value) if isinstance(value, Mapping) else value
