"""The numbers of paragraphs in lists, as Word shows them: "Article 2.", "1.2.3", "(iv)"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from qa.documents.office.elements import attribute, child, children, font_of, name_of, number, switch, value
from qa.documents.office.numerals import numeral
from qa.documents.office.symbols import CHECK_MARKS, in_font
from qa.documents.word.styles import Styles

_LEVELS = 9
_LONGEST_TEMPLATE = 100
_PLACE = re.compile(r"%([1-9])")


@dataclass(frozen=True, slots=True)
class _Level:
    """How the paragraphs of one level of a list are numbered."""

    start: int = 1
    form: str = "decimal"
    template: str = ""  # such as "%1.%2"
    style: str = ""  # whose paragraphs are on this level
    restart: int = -1  # the level whose numbers begin this one anew; -1 for any above, 0 for none
    digits_only: bool = False
    width: int = 0  # of numbers that are filled up with zeros
    font: str = ""


@dataclass(slots=True)
class _List:
    """A numbering scheme, and the last number of each of its levels: those that share it go on counting."""

    levels: dict[int, _Level]
    style: str = ""  # that defines the levels in place of this scheme
    counts: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Instance:
    """A list of the document: its scheme, and the levels that it changes or counts from anew."""

    scheme: str
    levels: dict[int, _Level]
    starts: dict[int, int]


class Numbering:
    """Counts the numbered paragraphs of a document, which must be asked for in their order."""

    def __init__(self, parts: Iterable[Any], styles: Styles) -> None:
        self._styles = styles
        self._lists: dict[str, _List] = {}
        self._instances: dict[str, _Instance] = {}
        for part in parts:
            for element in part:
                if name_of(element) == "abstractNum":
                    levels = _levels(element)
                    self._lists[attribute(element, "abstractNumId")] = _List(
                        levels, value(element, "numStyleLink")
                    )
                elif name_of(element) == "num":
                    self._instances[attribute(element, "numId")] = _instance(element)

    def label(self, paragraph: Any, style: str) -> str:
        """The number of a paragraph with a style, or "". Counts it."""
        list_id, level = self._place(paragraph, style)
        instance = self._instances.get(list_id)
        scheme = self._scheme(instance)
        if instance is None or scheme is None:
            return ""
        levels = scheme.levels | instance.levels
        if level in instance.starts:  # counts only once: the first paragraph of this list
            scheme.counts.pop(level, None)
            scheme.counts[level] = instance.starts.pop(level) - 1
        shown = levels.get(level, _Level())
        scheme.counts[level] = scheme.counts.get(level, shown.start - 1) + 1
        for deeper in [other for other in scheme.counts if other > level]:
            restart = levels.get(deeper, _Level()).restart
            if restart < 0 or level < restart:
                del scheme.counts[deeper]
        return _shown(shown, levels, scheme.counts)

    def _place(self, paragraph: Any, style: str) -> tuple[str, int]:
        """The list of a paragraph and its level in it."""
        own = child(paragraph, "pPr/numPr")
        inherited = self._styles[style]
        list_id = "" if own is None else value(own, "numId")
        level = "" if own is None else value(own, "ilvl")
        if not list_id and inherited.list_id:
            list_id = inherited.list_id
            scheme = self._scheme(self._instances.get(list_id))
            if not level and scheme is not None:
                linked = {entry.style: i for i, entry in scheme.levels.items()}
                level = next((str(linked[s]) for s in self._styles.chain(style) if s in linked), "")
            level = level or inherited.list_level
        return list_id, min(number(level), _LEVELS - 1)

    def _scheme(self, instance: _Instance | None) -> _List | None:
        """The numbering scheme of a list; a scheme may leave it to a style to name another list."""
        for _ in range(_LEVELS):  # longer chains are circular
            scheme = self._lists.get(instance.scheme) if instance else None
            if scheme is None or not scheme.style or scheme.levels:
                return scheme
            instance = self._instances.get(self._styles[scheme.style].list_id)
        return None


def _instance(num: Any) -> _Instance:
    overrides = list(children(num, "lvlOverride"))
    return _Instance(
        value(num, "abstractNumId"),
        {level: entry for override in overrides for level, entry in _levels(override).items()},
        {
            number(attribute(override, "ilvl")): number(start)
            for override in overrides
            if (start := value(override, "startOverride"))
        },
    )


def _levels(parent: Any) -> dict[int, _Level]:
    return {number(attribute(level, "ilvl")): _level(level) for level in children(parent, "lvl")}


def _level(level: Any) -> _Level:
    form = child(level, "numFmt")
    if form is None:  # one that only newer programs know, beside one for all
        form = next(level.iterfind("{*}AlternateContent/{*}Choice/{*}numFmt"), None)
    custom = "" if form is None else attribute(form, "format").partition(",")[0].strip()
    return _Level(
        start=number(value(level, "start"), 1),
        form="decimal" if form is None else attribute(form, "val"),
        template=value(level, "lvlText")[:_LONGEST_TEMPLATE],
        style=value(level, "pStyle"),
        restart=number(value(level, "lvlRestart"), -1),
        digits_only=bool(switch(level, "isLgl")),
        width=len(custom) if custom.isdigit() else 0,
        font=font_of(level),
    )


def _shown(shown: _Level, levels: dict[int, _Level], counts: dict[int, int]) -> str:
    """The label of a paragraph. Of bullets only boxes and check marks say something."""
    if shown.form == "bullet":
        bullet = in_font(shown.template, shown.font)
        return bullet if bullet in CHECK_MARKS else ""

    def count(match: re.Match[str]) -> str:
        level = levels.get(int(match[1]) - 1, _Level())
        value = counts.get(int(match[1]) - 1, level.start)
        form = "decimal" if shown.digits_only else level.form
        return f"{value:0{min(level.width, 9)}}" if level.width else numeral(value, form)

    return " ".join(_PLACE.sub(count, shown.template).split())
