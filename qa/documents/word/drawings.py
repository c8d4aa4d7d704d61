"""The words in the SmartArt diagrams of a Word file."""

from __future__ import annotations

from typing import Any

from qa.documents.parsed import Part


def diagram_parts(tree: Any) -> list[Part]:
    """The texts of a SmartArt diagram, shape by shape."""
    return [Part(text) for point in tree.iter("{*}pt") if (text := _text(point))]


def _text(element: Any) -> str:
    """The text of an element's paragraphs in one line."""
    return " ".join(
        text
        for paragraph in element.iter("{*}p")
        if (text := " ".join("".join(t.text or "" for t in paragraph.iter("{*}t")).split()))
    )
