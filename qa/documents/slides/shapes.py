"""What stands on a slide, in the order in which it is read: the title, then from top to bottom."""

from __future__ import annotations

import math
import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from qa.documents.office.charts import chart_parts
from qa.documents.office.elements import child, name_of, number
from qa.documents.office.package import Package, Relation
from qa.documents.office.properties import paragraphs, reference, text_of
from qa.documents.parsed import Part
from qa.documents.slides.numbering import numbered_paragraphs
from qa.documents.tables import LONGEST_REPEATED, Cell, table_parts

_TITLES = frozenset(("title", "ctrTitle"))
_RUNNING = frozenset(("sldNum", "dt", "ftr", "hdr"))
_SAME_ROW = 140_000  # units of length, 4 mm: shapes whose tops differ by less stand side by side
_ON = frozenset(("1", "true"))
Position = tuple[float, float]  # from the top and from the left


@dataclass(slots=True)
class _Shape:
    position: Position
    parts: list[Part]


@dataclass(slots=True)
class Content:
    """The text of a slide. `left_out` lists what is not part of it, as (reason, text)."""

    title: str = ""
    parts: list[Part] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)


class Placeholders:
    """Where the placeholders of a layout stand, for slides that do not say it themselves."""

    def __init__(self, layout: Any, master: Any) -> None:
        self._by_index: dict[str, Position] = {}
        self._by_kind: dict[str, Position] = {}
        for tree in (layout, master):
            for shape in () if tree is None else tree.iter("{*}sp"):
                placeholder, position = child(shape, "nvSpPr/nvPr/ph"), _position(shape)
                if placeholder is not None and position:
                    if tree is layout:
                        self._by_index.setdefault(placeholder.get("idx", "0"), position)
                    self._by_kind.setdefault(_kind(placeholder), position)

    def position(self, placeholder: Any) -> Position | None:
        """The place of a placeholder on a slide, or None if it is unknown."""
        index = placeholder.get("idx", "0")
        return self._by_index.get(index) or self._by_kind.get(_kind(placeholder))


def _kind(placeholder: Any) -> str:
    kind = placeholder.get("type", "obj")
    if kind in _TITLES:
        return "title"
    return kind if kind in _RUNNING else "body"


def read_slide(tree: Any, name: str, package: Package, placeholders: Placeholders) -> Content:
    """The content of the slide, or of the page of notes, whose part has that name."""
    reader = _Reader(package, name, placeholders)
    shapes = child(tree, "cSld/spTree")
    if shapes is not None:
        reader.content.parts = reader.in_order(shapes)
    return reader.content


class _Reader:
    def __init__(self, package: Package, name: str, placeholders: Placeholders) -> None:
        self.content = Content()
        self._package = package
        self._relations = {relation.id: relation for relation in package.relations(name)}
        self._placeholders = placeholders

    def in_order(self, group: Any) -> list[Part]:
        """The parts of the shapes in a group, by the place of their upper left corners."""
        shapes = sorted(self._shapes(group), key=lambda shape: shape.position[0])
        rows: list[list[_Shape]] = []
        for shape in shapes:
            if rows and shape.position[0] - rows[-1][0].position[0] < _SAME_ROW:
                rows[-1].append(shape)
            else:
                rows.append([shape])
        ordered = (shape for row in rows for shape in sorted(row, key=lambda shape: shape.position[1]))
        return [part for shape in ordered for part in shape.parts]

    def _shapes(self, group: Any) -> Iterator[_Shape]:
        for element in group:
            name = name_of(element)
            if name == "AlternateContent":  # the newer form of a shape, and one for older programs
                choice = child(element, "Choice")
                chosen = choice if choice is not None and len(choice) else child(element, "Fallback")
                if chosen is not None:
                    yield from self._shapes(chosen)
            elif name in {"sp", "cxnSp", "grpSp", "graphicFrame", "pic"}:
                if element.find("{*}*/{*}cNvPr[@hidden='1']") is not None:
                    self._leave_out("hidden shape", paragraphs(element))
                    continue
                placeholder = element.find("{*}*/{*}nvPr/{*}ph")
                parts = self._parts(element, name, placeholder)
                position = _position(element)
                if position is None and placeholder is not None:
                    position = self._placeholders.position(placeholder)
                if parts:
                    yield _Shape(position or (math.inf, math.inf), parts)

    def _parts(self, element: Any, name: str, placeholder: Any) -> list[Part]:
        if name == "grpSp":
            return self.in_order(element)
        if name == "graphicFrame":
            return self._graphic(element)
        body = child(element, "txBody")
        if body is None:
            return []
        kind = "" if placeholder is None else placeholder.get("type", "obj")
        if kind in _TITLES and not self.content.title:
            self.content.title = " ".join(paragraphs(body))
            return []
        if kind in _RUNNING:
            self._leave_out("running footer", paragraphs(body))
            return []
        return [Part(text) for text in numbered_paragraphs(body)]

    def _graphic(self, frame: Any) -> list[Part]:
        """A table, a chart, a diagram, or a list entry for another embedded file."""
        data = child(frame, "graphic/graphicData")
        for element in () if data is None else data.iter("{*}*"):
            match name_of(element):
                case "tbl":
                    return _table(element)
                case "chart":
                    tree = self._related(reference(element, "id"))
                    return [] if tree is None else chart_parts(tree)
                case "relIds":
                    tree = self._related(reference(element, "dm"))
                    return [] if tree is None else _diagram(tree)
                case "oleObj":
                    if relation := self._relations.get(reference(element, "id")):
                        self._leave_out("embedded file", [posixpath.basename(relation.target)])
                    return []
        return []

    def _related(self, identity: str) -> Any:
        relation: Relation | None = self._relations.get(identity)
        return self._package.optional_xml(relation.target) if relation else None

    def _leave_out(self, reason: str, texts: Sequence[str]) -> None:
        self.content.left_out += [(reason, text) for text in texts]


def _position(element: Any) -> Position | None:
    """Where the upper left corner of a shape is, if the shape says it itself."""
    for path in ("spPr/xfrm/off", "grpSpPr/xfrm/off", "xfrm/off"):
        offset = child(element, path)
        if offset is not None:
            return _length(offset.get("y", "")), _length(offset.get("x", ""))
    return None


def _length(text: str) -> float:
    digits = text.removeprefix("-")
    return float(text) if digits.isascii() and digits.isdigit() and len(digits) < 12 else 0.0


def _table(table: Any) -> list[Part]:
    """The rows of a table; a cell over several rows is repeated in each of them if it is short."""
    rows: list[list[Cell]] = []
    above: dict[int, Sequence[Part]] = {}
    for row in table.iterchildren("{*}tr"):
        cells: list[Cell] = []
        column = 0
        for cell in row.iterchildren("{*}tc"):
            if cell.get("hMerge") in _ON:
                continue  # a part of the cell before it
            columns = max(1, number(cell.get("gridSpan", "1"), 1))
            if cell.get("vMerge") in _ON:
                parts = above.get(column, ())
            else:
                parts = [Part(text) for text in paragraphs(cell)]
                short = sum(len(part.text) for part in parts) <= LONGEST_REPEATED
                above[column] = parts if short else ()
            cells.append(Cell(parts, columns))
            column += columns
        rows.append(cells)
    properties = child(table, "tblPr")
    named = properties is not None and properties.get("firstRow") in _ON and len(rows) > 1
    return table_parts(rows, int(named))


def _diagram(tree: Any) -> list[Part]:
    """The texts of a SmartArt diagram, each followed by those below it."""
    points = {point.get("modelId", ""): point for point in tree.iterfind("{*}ptLst/{*}pt")}
    below: dict[str, list[tuple[int, str]]] = {}
    for link in tree.iterfind("{*}cxnLst/{*}cxn"):
        if link.get("type", "parOf") == "parOf":
            child_id = link.get("destId", "")
            below.setdefault(link.get("srcId", ""), []).append((number(link.get("srcOrd", "")), child_id))
    waiting = [*reversed(points)]
    waiting += [identity for identity, point in points.items() if point.get("type") == "doc"]
    texts: list[str] = []
    seen: set[str] = set()
    while waiting:
        identity = waiting.pop()
        if identity in seen or identity not in points:
            continue
        seen.add(identity)
        text = points[identity].find("{*}t")
        texts += [] if text is None else [text_of(text)]
        waiting += [child_id for _, child_id in sorted(below.get(identity, ()), reverse=True)]
    return [Part(text) for text in texts if text]
