"""What a style of an OpenDocument text says, and what it inherits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from qa.documents.office.elements import attribute, number

_HEADING = re.compile(r"(?:heading \d+|title|subtitle)", re.IGNORECASE)
_LONGEST_CHAIN = 20  # longer ones are circular
_ESCAPED = re.compile(r"_([0-9a-f]{1,4})_")


@dataclass(frozen=True, slots=True)
class Style:
    """A style of paragraphs or runs of text. `names` are its own and those of the styles it is based on."""

    names: tuple[str, ...] = ()
    is_bold: bool | None = None  # None if it does not say so
    is_hidden: bool = False
    is_raised: bool = False

    @property
    def is_title(self) -> bool:
        return "title" in self.names

    @property
    def is_heading(self) -> bool:
        return any(_HEADING.fullmatch(name) for name in self.names)

    @property
    def names_columns(self) -> bool:
        """True if paragraphs with this style name the columns of a table."""
        return "table heading" in self.names


class Styles:
    """The styles of a document by their names, those of the file before those of its paragraphs."""

    def __init__(self, trees: Iterable[Any]) -> None:
        self._elements = {
            attribute(style, "name"): style for tree in trees for style in tree.iter("{*}style")
        }
        self._known: dict[str, Style] = {}

    def __getitem__(self, name: str) -> Style:
        """The style with a name; one without properties if there is none."""
        if name not in self._known:
            self._known[name] = self._style(name)
        return self._known[name]

    def _style(self, name: str) -> Style:
        chain: list[Any] = []
        names: list[str] = []
        while name in self._elements and len(chain) < _LONGEST_CHAIN:
            chain.append(self._elements[name])
            names.append(name)
            name = attribute(chain[-1], "parent-style-name")
        names.append(name)
        weight = _first(chain, "font-weight")
        return Style(
            tuple(_ESCAPED.sub(lambda code: chr(int(code[1], 16)), name).lower() for name in names),
            weight in {"bold", "600", "700", "800", "900"} if weight else None,
            _first(chain, "display") == "none",
            _first(chain, "text-position").startswith("super"),
        )


def _first(chain: Iterable[Any], name: str) -> str:
    """A property of runs of text, from the first style of a chain that has it."""
    return next(_properties(chain, name), "")


def _properties(chain: Iterable[Any], name: str) -> Iterator[str]:
    for style in chain:
        for properties in style.iterchildren("{*}text-properties"):
            if value := attribute(properties, name):
                yield value


def count_of(element: Any, name: str, default: int = 1) -> int:
    """An attribute that counts something; the default if it does not."""
    return number(attribute(element, name), default)
