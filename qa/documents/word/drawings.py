"""The words and values in the drawings of an Office file: SmartArt diagrams and charts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qa.documents.parsed import Part
from qa.documents.tables import Cell, table_parts

_MOST_POINTS = 5000  # of a series of a chart
_MOST_SERIES = 100


def diagram_parts(tree: Any) -> list[Part]:
    """The texts of a SmartArt diagram, shape by shape."""
    return [Part(text) for point in tree.iter("{*}pt") if (text := _text(point))]


def chart_parts(tree: Any) -> list[Part]:
    """The titles of a chart, and its series as a table: one row for each category."""
    parts = [Part(text) for title in tree.iter("{*}title") if (text := _text(title))]
    series = list(tree.iter("{*}ser"))[:_MOST_SERIES]
    names = [next(iter(_points(one, "tx").values()), "") for one in series]
    categories = next(filter(None, (_points(one, "cat") or _points(one, "xVal") for one in series)), {})
    values = [_points(one, "val") or _points(one, "yVal") for one in series]
    rows = [["", *names]]
    rows += [
        [categories.get(i, ""), *(one.get(i, "") for one in values)]
        for i in sorted(categories.keys() | {i for one in values for i in one})
    ]
    return parts + table_parts([list(map(_cell, row)) for row in rows], header=1)


def _cell(text: str) -> Cell:
    return Cell((Part(text),) if text else ())


def _text(element: Any) -> str:
    """The text of an element's paragraphs in one line."""
    return " ".join(
        text
        for paragraph in element.iter("{*}p")
        if (text := " ".join("".join(t.text or "" for t in paragraph.iter("{*}t")).split()))
    )


def _points(series: Any, part: str) -> dict[int, str]:
    """The values of a part of a series, as the chart shows them, by their places."""
    return dict(_values(series, part))


def _values(series: Any, part: str) -> Iterator[tuple[int, str]]:
    found = series.find(f"{{*}}{part}")
    for place, point in enumerate(() if found is None else found.iter("{*}pt")):
        if place == _MOST_POINTS:
            return
        index = point.get("idx", "")
        text = " ".join((point.findtext("{*}v") or "").split())
        if index.isascii() and index.isdigit() and len(index) < 7 and text:
            yield int(index), _rounded(text)


def _rounded(text: str) -> str:
    """A value without the noise of binary fractions, such as 4.2999999999999998."""
    try:
        return f"{float(text):.12g}" if len(text) > 15 else text
    except ValueError:
        return text
