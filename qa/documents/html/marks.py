"""Marks put into a tree of HTML, to know afterwards where in the text an element began or ended."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from qa.documents.parsed import Part

# Two characters that Unicode keeps for the internal use of programs: no document has them.
_MARK = re.compile("\ufdd0([^\ufdd0\ufdd1]*)\ufdd1")


def mark_before(element: Any, name: str) -> None:
    """Put a mark before an element that is not the root of its tree."""
    element.addprevious(_mark(element, name))


def mark_end(element: Any, name: str) -> None:
    """Put a mark at the end of an element."""
    element.append(_mark(element, name))


def parts_and_marks(parts: Iterable[Part]) -> Iterator[tuple[list[str], Part]]:
    """The parts of a tree without the marks in it; each with the names of the marks passed before its end."""
    passed: list[str] = []
    for part in parts:
        passed += _MARK.findall(part.text)
        text = _MARK.sub("", part.text).strip()
        if text:
            yield passed, part._replace(text=text)
            passed = []


def _mark(element: Any, name: str) -> Any:
    """A paragraph of its own, so that no text is joined to the mark."""
    mark = element.makeelement("p")
    mark.text = f"\ufdd0{name}\ufdd1"
    return mark
