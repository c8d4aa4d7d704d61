"""The numbers of headings and of the items of lists in an OpenDocument text, as LibreOffice shows them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from qa.documents.odt.styles import count_of
from qa.documents.office.elements import attribute, name_of
from qa.documents.office.numerals import numeral
from qa.documents.office.symbols import CHECK_MARKS

_FORMS = {
    "1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman",
    "01, 02, 03, ...": "decimalZero", "1st": "ordinal", "①, ②, ③, ...": "decimalEnclosedCircle",
    "一, 二, 三, ...": "chineseCounting", "": "none",
}  # fmt: skip
_PLACE = re.compile(r"%(\d{1,2})%")
_LONGEST_TEMPLATE = 100
_MOST_LEVELS = 10


@dataclass(frozen=True, slots=True)
class _Level:
    form: str = "none"
    start: int = 1
    template: str = ""  # such as "%1%.%2%."
    bullet: str = ""


@dataclass(slots=True)
class ItemList:
    """A list, and the last number of each of its levels."""

    style: str
    counts: dict[int, int] = field(default_factory=dict)


class Lists:
    """Counts items and headings, which must be asked for in their order."""

    def __init__(self, trees: Iterable[Any]) -> None:
        self._styles: dict[str, dict[int, _Level]] = {}
        self._outline: dict[int, _Level] = {}
        for tree in trees:
            for style in tree.iter("{*}list-style"):
                self._styles[attribute(style, "name")] = _levels(style)
            for style in tree.iter("{*}outline-style"):
                self._outline = _levels(style)
        self._headings: dict[int, int] = {}
        self._by_id: dict[str, ItemList] = {}
        self._last: dict[str, ItemList] = {}  # by style

    def begin(self, element: Any, outer: ItemList | None) -> ItemList:
        """The list that an element begins or goes on with; `outer` is the one that it is in."""
        style = attribute(element, "style-name")
        if outer is not None:
            inner = outer if not style or style == outer.style else ItemList(style, outer.counts)
        else:
            inner = self._by_id.get(attribute(element, "continue-list")) or (
                self._last.get(style) if attribute(element, "continue-numbering") == "true" else None
            ) or ItemList(style)  # fmt: skip
        if identity := attribute(element, "id"):
            self._by_id[identity] = inner
        self._last[inner.style] = inner
        return inner

    def item(self, element: Any, of: ItemList, level: int) -> str:
        """The label of an item at a level, from 1, or ""."""
        return _count(of.counts, self._styles.get(of.style, {}), level, count_of(element, "start-value", -1))

    def heading(self, element: Any) -> str:
        """The number of a heading, or "" if headings of its level have none."""
        if attribute(element, "is-list-header") == "true":
            return ""
        start = count_of(element, "start-value", -1)
        return _count(self._headings, self._outline, count_of(element, "outline-level"), start)


def _count(counts: dict[int, int], levels: dict[int, _Level], level: int, start: int) -> str:
    shown = levels.get(level, _Level())
    counts[level] = counts.get(level, shown.start - 1) + 1 if start < 0 else start
    for deeper in [other for other in counts if other > level]:
        del counts[deeper]
    if shown.bullet:
        return shown.bullet if shown.bullet in CHECK_MARKS else ""

    def numeral_at(match: re.Match[str]) -> str:
        place = levels.get(int(match[1]), _Level())
        return numeral(counts.get(int(match[1]), place.start), place.form)

    return " ".join(_PLACE.sub(numeral_at, shown.template).split())


def _levels(style: Any) -> dict[int, _Level]:
    return {count_of(level, "level"): _level(level) for level in style.iterchildren("{*}*")}


def _level(element: Any) -> _Level:
    if name_of(element) == "list-level-style-bullet":
        return _Level(bullet=attribute(element, "bullet-char") or "•")
    level = min(count_of(element, "level"), _MOST_LEVELS)
    form = attribute(element, "num-format")
    template = attribute(element, "num-list-format")
    if not template and form:
        shown = min(count_of(element, "display-levels"), level)
        places = ".".join(f"%{place}%" for place in range(level - shown + 1, level + 1))
        template = attribute(element, "num-prefix") + places + attribute(element, "num-suffix")
    return _Level(
        _FORMS.get(form, "decimal"),
        count_of(element, "start-value"),
        template[:_LONGEST_TEMPLATE] if form else "",
    )
