"""OpenDocument spreadsheets (.ods): a zip package with all sheets in one XML part.

Cells have the text that they show. Empty and equal cells and rows are written once, with the number of times
they are repeated.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from qa.documents.office.elements import name_of
from qa.documents.office.package import PASSWORD, Package
from qa.documents.sheets.grid import MAX_CELLS, Area, too_many_cells
from qa.documents.sheets.number_formats import general
from qa.documents.sheets.workbook import NOT_READ, Sheet, Workbook
from qa.errors import UnreadableFile

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_NOT_IN_CELL = frozenset(("annotation", "frame", "custom-shape", "g", "rect", "table", "tracked-changes"))
_MOST_ROWS = 1_048_576


def read_ods(package: Package) -> Workbook:
    """The workbook of an OpenDocument package.

    Raises UnreadableFile if it is password-protected, damaged, or holds too much.
    """
    manifest = package.optional_xml("META-INF/manifest.xml")
    if manifest is not None and next(manifest.iter("{*}encryption-data"), None) is not None:
        raise UnreadableFile(PASSWORD)
    content = package.read("content.xml")
    if content is None:
        raise package.damaged()
    workbook = Workbook(properties=_properties(package))
    _Reader(workbook).read(content)
    if not workbook.sheets and workbook.left_out:
        raise package.damaged()
    return workbook


def _properties(package: Package) -> dict[str, str]:
    tree = package.optional_xml("meta.xml")
    known = {} if tree is None else {name_of(e): e.text or "" for e in tree.iterfind("{*}meta/{*}*")}
    known["created"] = known.get("creation-date", "")
    known["creator"] = known.get("initial-creator", "") or known.get("creator", "")
    return known


class _Reader:
    """Reads the sheets one row after the other."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._hidden: set[str] = set()  # the styles of hidden sheets
        self._cells = 0
        self._sheet = Sheet("")
        self._row = 0

    def read(self, content: bytes) -> None:
        from lxml import etree  # loaded only for files that need it, so that questions do not wait for it

        walk = etree.iterparse(
            io.BytesIO(content),
            events=("start", "end"),
            tag=[f"{_STYLE}style", f"{_TABLE}table", f"{_TABLE}table-row", f"{_TABLE}shapes"],
            resolve_entities=False,
            no_network=True,
            huge_tree=False,
        )
        inside = 0  # a table in a cell, or in a chart, is read with its row
        try:
            for event, element in walk:
                name = name_of(element)
                if event == "start":
                    if name == "table" and not inside:
                        self._begin(element)
                    inside += name in {"table-row", "shapes"}
                elif name == "style":
                    self._style(element)
                elif name in {"table-row", "shapes"}:
                    inside -= 1
                    if not inside:
                        self._read_row(element) if name == "table-row" else self._read_shapes(element)
                        element.clear()
        except etree.XMLSyntaxError:
            self._workbook.left_out.append((NOT_READ, f"what follows in sheet {self._sheet.name}: damaged"))

    def _style(self, element: Any) -> None:
        properties = element.find(f"{_STYLE}table-properties")
        if properties is not None and properties.get(f"{_TABLE}display") == "false":
            self._hidden.add(element.get(f"{_STYLE}name", ""))

    def _begin(self, element: Any) -> None:
        hidden = element.get(f"{_TABLE}style-name", "") in self._hidden
        self._sheet = Sheet(element.get(f"{_TABLE}name", ""), hidden)
        self._workbook.sheets.append(self._sheet)
        self._row = 0

    def _read_shapes(self, element: Any) -> None:
        self._sheet.texts += list(_paragraphs(element))

    def _read_row(self, element: Any) -> None:
        cells: dict[int, str] = {}
        column = 0
        for cell in element:
            if name_of(cell) not in {"table-cell", "covered-table-cell"}:
                continue
            repeated = _count(cell.get(f"{_TABLE}number-columns-repeated"))
            text = self._text(cell) if len(cell) or cell.get(f"{_OFFICE}value-type") else ""
            if text:
                self._count_cells(repeated)
                cells.update(dict.fromkeys(range(column, column + repeated), text))
                self._merge(cell, column)
            column += repeated
        repeated = _count(element.get(f"{_TABLE}number-rows-repeated"))
        if cells:
            self._count_cells(len(cells) * (repeated - 1))
            for row in range(self._row, self._row + repeated):
                self._sheet.grid.rows[row] = dict(cells)
            if name_of(element.getparent()) == "table-header-rows":
                self._sheet.grid.marked.add(self._row)
        self._row += repeated

    def _count_cells(self, count: int) -> None:
        self._cells += count
        if self._cells > MAX_CELLS:
            raise too_many_cells()

    def _merge(self, cell: Any, column: int) -> None:
        rows = _count(cell.get(f"{_TABLE}number-rows-spanned"))
        columns = _count(cell.get(f"{_TABLE}number-columns-spanned"))
        if rows > 1 or columns > 1:
            area = Area(self._row, column, self._row + rows - 1, column + columns - 1)
            self._sheet.grid.merged.append(area)

    def _text(self, cell: Any) -> str:
        """What a cell shows. Its comments are left out, its text boxes belong to the sheet."""
        for child in cell:
            if name_of(child) == "annotation":
                text = " ".join(_paragraphs(child))
                self._sheet.left_out += [("comment", text)] if text else []
            elif name_of(child) in _NOT_IN_CELL:
                self._sheet.texts += list(_paragraphs(child))
        texts = [_text_of(child) for child in cell if name_of(child) not in _NOT_IN_CELL]
        return " ".join(" ".join(texts).split()) or _value(cell)


def _value(cell: Any) -> str:
    """The value of a cell for which the program that wrote the file stored no text."""
    for name in ("string-value", "date-value", "time-value"):
        if value := cell.get(f"{_OFFICE}{name}", ""):
            return str(value)
    if boolean := cell.get(f"{_OFFICE}boolean-value", ""):
        return str(boolean).upper()
    value = cell.get(f"{_OFFICE}value", "")
    try:
        number = float(value)
        if cell.get(f"{_OFFICE}value-type") == "percentage":
            return f"{general(number * 100)}%"
        return " ".join(filter(None, (general(number), cell.get(f"{_OFFICE}currency", ""))))
    except (ValueError, OverflowError):
        return str(value)


def _paragraphs(element: Any) -> Iterator[str]:
    for paragraph in element.iter(f"{_TEXT}p", f"{_TEXT}h"):
        if text := " ".join(_text_of(paragraph).split()):
            yield text


def _text_of(element: Any) -> str:
    """The text of a paragraph, in which spaces and breaks are elements."""
    texts = [element.text or ""]
    for child in element:
        name = name_of(child)
        if name in {"s", "tab", "line-break"}:
            texts.append(" ")
        elif name and name not in _NOT_IN_CELL:
            texts.append(_text_of(child))
        texts.append(child.tail or "")
    return "".join(texts)


def _count(text: str | None) -> int:
    """A number of repetitions, at least 1."""
    return max(1, min(int(text), _MOST_ROWS)) if text and text.isascii() and text.isdigit() else 1
