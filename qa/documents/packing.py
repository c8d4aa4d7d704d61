"""A parsed file as values for JSON, and back: the form in which it passes between processes.

JSON and not pickle: a file that gets hold of the process that parses it cannot make the parent run anything.
"""

from __future__ import annotations

from typing import Any

from qa.documents.parsed import Parsed
from qa.types import Block, BlockKind

_HALVES = "surrogatepass"


def packed(parsed: Parsed) -> dict[str, Any]:
    """The fields of a parsed file, for json.dumps."""
    return {
        "title": parsed.title,
        "heading_title": parsed.heading_title,
        "text": parsed.text,
        "metadata": dict(parsed.metadata),
        "blocks": [(b.start, b.end, b.kind.value, b.reason) for b in parsed.blocks],
        "left_out": parsed.left_out,
        "pages": parsed.pages,
        "places": parsed.places,
        "attachments": [(name, packed(inner)) for name, inner in parsed.attachments],
        "sentences": parsed.sentences,
    }


def unpacked(values: dict[str, Any]) -> Parsed:
    """The parsed file that was packed."""
    return Parsed(
        title=values["title"],
        heading_title=values["heading_title"],
        text=values["text"],
        metadata=values["metadata"],
        blocks=tuple(Block(start, end, BlockKind(kind), why) for start, end, kind, why in values["blocks"]),
        left_out=tuple((reason, text) for reason, text in values["left_out"]),
        pages=tuple(values["pages"]),
        places=tuple((start, name) for start, name in values["places"]),
        attachments=tuple((name, unpacked(inner)) for name, inner in values["attachments"]),
        sentences=tuple(tuple((a, b) for a, b in spans) for spans in values["sentences"]),
    )
