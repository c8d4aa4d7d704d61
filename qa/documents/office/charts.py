"""Charts in Office files: their titles, and what they show as a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from qa.documents.office.properties import text_of
from qa.documents.parsed import Part
from qa.documents.sheets.number_formats import general, shown
from qa.structure import row_text
from qa.types import BlockKind

_MOST_CELLS = 500_000  # of a table: each of ten thousand series can have a row of its own


@dataclass(frozen=True, slots=True)
class _Series:
    name: str
    labels: Mapping[int, str]
    values: Mapping[int, str]


def chart_titles(chart: Any) -> list[str]:
    """The title of a chart and those of its axes."""
    return [text for title in chart.iter("{*}title") if (text := _title(title))]


def chart_parts(chart: Any) -> list[Part]:
    """The titles of a chart, and its series as the columns of a table."""
    parts = [Part(text) for text in chart_titles(chart)]
    tables: dict[tuple[tuple[int, str], ...], list[_Series]] = {}
    every = [_series(element, number) for number, element in enumerate(chart.iter("{*}ser"), 1)]
    every += [_newer_series(chart, element) for element in chart.iter("{*}series")]
    for series in every:
        if series.values:
            tables.setdefault(tuple(series.labels.items()), []).append(series)
    for labels, columns in tables.items():
        named = dict(labels)
        parts.append(Part(row_text(["", *(series.name for series in columns)]), BlockKind.COLUMNS))
        most = max(1, _MOST_CELLS // (1 + len(columns)))
        for i in sorted({i for series in columns for i in series.values})[:most]:
            cells = [named.get(i, str(i + 1)), *(series.values.get(i, "") for series in columns)]
            parts += [Part(text, BlockKind.ROW)] if (text := row_text(cells)) else []
    return parts


def _series(element: Any, number: int) -> _Series:
    name = " ".join(v.text or "" for v in element.iterfind("{*}tx//{*}v")).strip()
    labels: dict[int, str] = {}
    for tag in ("cat", "xVal"):
        levels = list(element.iterfind(f"{{*}}{tag}//{{*}}lvl"))
        if levels:
            labels |= _levels(levels)
        else:
            labels |= _points(element.iterfind(f"{{*}}{tag}"))
    values = {**_points(element.iterfind("{*}val")), **_points(element.iterfind("{*}yVal"))}
    return _Series(name or f"Series {number}", labels, values)


def _newer_series(chart: Any, element: Any) -> _Series:
    """A series of a chart such as a waterfall, whose values stand apart from it."""
    name = " ".join(v.text or "" for v in element.iterfind("{*}tx//{*}v")).strip()
    reference = element.find("{*}dataId")
    number = "" if reference is None else reference.get("val", "")
    for data in chart.iterfind("{*}chartData/{*}data"):
        if data.get("id") == number:
            labels = _levels(list(data.iterfind("{*}strDim/{*}lvl")) or [data.makeelement("lvl")])
            return _Series(name, labels, _points(data.iterfind("{*}numDim/{*}lvl")))
    return _Series(name, {}, {})


def _levels(levels: Iterable[Any]) -> dict[int, str]:
    """Labels of several levels as one, as in "2023 / Q1"; the innermost level comes first in the file."""
    inner, *outer = [_points([level]) for level in levels]
    labels: dict[int, str] = {}
    groups = [""] * len(outer)
    for i in sorted(inner):
        groups = [level.get(i, group) for level, group in zip(outer, groups, strict=True)]
        labels[i] = " / ".join(filter(None, (*reversed(groups), inner[i])))
    return labels


def _points(elements: Iterable[Any]) -> dict[int, str]:
    """The stored values of a series or its labels, by their index, as they are shown."""
    points: dict[int, str] = {}
    for element in elements:
        code = element.findtext(".//{*}formatCode") or element.get("formatCode") or ""
        for point in element.iter("{*}pt"):
            index, text = point.get("idx", ""), point.findtext("{*}v") or point.text or ""
            if index.isascii() and index.isdigit() and len(index) < 8:
                text = _shown(text, point.get("formatCode") or code)
                points[int(index)] = " ".join(text.split())
    return points


def _shown(text: str, code: str) -> str:
    """A stored value by its format; only numbers have one, and others noise such as 4.2999999999999998."""
    try:
        return shown(float(text), code) if code else general(float(text)) if len(text) > 15 else text
    except (ValueError, OverflowError):
        return text


def _title(element: Any) -> str:
    """The text of a title, its own or the stored one of the cell that it shows."""
    return text_of(element) or " ".join(v.text or "" for v in element.iter("{*}v")).strip()
