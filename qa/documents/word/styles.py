"""What a style of a Word document says, and what it inherits from the styles that it is based on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from qa.documents.office.elements import attribute, child, name_of, switch, value

_HEADING = re.compile(r"(?:heading \d|title|subtitle)", re.IGNORECASE)
_LONGEST_CHAIN = 20  # longer ones are circular


@dataclass(frozen=True, slots=True)
class Style:
    """A style: `list_id` and `list_level` number its paragraphs, and are "" if they have no number."""

    id: str = ""
    name: str = ""
    is_heading: bool = False
    is_hidden: bool = False
    list_id: str = ""
    list_level: str = ""
    marks_first_row: bool = False  # of a table


class Styles:
    """The styles of a document, by their ids."""

    def __init__(self, parts: Iterable[Any]) -> None:
        self._elements = {
            attribute(style, "styleId"): style
            for part in parts
            for style in part
            if name_of(style) == "style"
        }
        self._known: dict[str, Style] = {}

    def __getitem__(self, identity: str) -> Style:
        """The style with an id; one without properties if there is none."""
        if identity not in self._known:
            self._known[identity] = self._style(identity)
        return self._known[identity]

    def chain(self, identity: str) -> list[str]:
        """The ids of a style and of those it is based on, in this order."""
        ids: list[str] = []
        while identity in self._elements and identity not in ids and len(ids) < _LONGEST_CHAIN:
            ids.append(identity)
            identity = value(self._elements[identity], "basedOn")
        return ids

    def _style(self, identity: str) -> Style:
        chain = [self._elements[base] for base in self.chain(identity)]
        if not chain:
            return Style()
        return Style(
            identity,
            value(chain[0], "name"),
            _is_heading(chain),
            next((hidden for e in chain if (hidden := switch(e, "rPr/vanish")) is not None), False),
            _first(value(style, "pPr/numPr/numId") for style in chain),
            _first(value(style, "pPr/numPr/ilvl") for style in chain),
            any(_marks_first_row(style) for style in chain),
        )


def _first(values: Iterator[str]) -> str:
    return next(filter(None, values), "")


def is_heading_level(level: str) -> bool:
    """True for an outline level of headings, as opposed to that of text, or none."""
    return level in set("012345678")


def _is_heading(chain: list[Any]) -> bool:
    """True if the first style of a chain that says anything about it is one of headings."""
    for style in chain:
        if _HEADING.fullmatch(value(style, "name")):
            return True
        if level := value(style, "pPr/outlineLvl"):
            return is_heading_level(level)
    return False


def _marks_first_row(style: Any) -> bool:
    """True for a style of tables that gives the first row another look."""
    return any(
        attribute(part, "type") == "firstRow" and child(part, "rPr") is not None
        for part in style.iterchildren("{*}tblStylePr")
    )
