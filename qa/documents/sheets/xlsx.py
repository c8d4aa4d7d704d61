"""Excel workbooks (.xlsx, .xlsm): a zip package whose sheets are XML, read row by row.

Cells refer to texts that the whole workbook shares, and to styles, which have the format of their numbers.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from qa.documents.office.charts import chart_titles
from qa.documents.office.elements import name_of
from qa.documents.office.package import Package, Relation
from qa.documents.office.properties import paragraphs, properties, reference, text_of, unescaped
from qa.documents.sheets.format_codes import BUILT_IN
from qa.documents.sheets.grid import MAX_CELLS, Area, too_many_cells
from qa.documents.sheets.number_formats import shown
from qa.documents.sheets.workbook import NOT_READ, Sheet, Workbook, cell_name
from qa.errors import UnreadableFile

_CELL = re.compile(r"\$?([A-Z]{1,3})\$?([1-9]\d{0,6})")
_SHEETS = frozenset(("worksheet", "chartsheet", "dialogsheet"))
_ON = frozenset(("1", "true", "on"))
_PLAIN_INTEGER = re.compile(r"-?(?:0|[1-9]\d{0,14})")
_HEADER_CODE = re.compile(r'&(?:"[^"]*"|K[0-9A-F]{6}|\d+|[A-Z&])')  # fonts, colours, page numbers


@dataclass(slots=True)
class _Shared:
    """What the sheets of a workbook share. Style `i` shows numbers by the format `codes[i]`."""

    texts: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    bold: list[bool] = field(default_factory=list)
    from_1904: bool = False


def read_xlsx(package: Package, main: str) -> Workbook:
    """The workbook whose main part is `main`. What of it cannot be read is listed in its `left_out`.

    Raises UnreadableFile if the main part is damaged, or the package holds too much.
    """
    tree = package.xml(main)
    if tree is None or name_of(tree) != "workbook":
        raise package.damaged()
    relations = {relation.id: relation for relation in package.relations(main)}
    reader = _Reader(package, _shared(package, list(relations.values()), tree))
    workbook = Workbook(properties=properties(package))
    for element in tree.iterfind("{*}sheets/{*}sheet"):
        relation = relations.get(reference(element, "id"))
        if relation and relation.kind in _SHEETS:
            sheet = Sheet(element.get("name") or "", element.get("state", "visible") != "visible")
            reader.read(relation.target, sheet)
            workbook.sheets.append(sheet)
    workbook.left_out += [(NOT_READ, f"{name}: {why}") for name, why in package.broken]
    return workbook


def _shared(package: Package, relations: list[Relation], tree: Any) -> _Shared:
    shared = _Shared()
    for relation in relations:
        if relation.kind == "sharedStrings":
            shared.texts += _shared_texts(package, relation.target)
        elif relation.kind == "styles" and (styles := package.optional_xml(relation.target)) is not None:
            shared.codes, shared.bold = _styles(styles)
    setting = tree.find("{*}workbookPr")
    shared.from_1904 = setting is not None and setting.get("date1904") in _ON
    return shared


def _shared_texts(package: Package, name: str) -> Iterator[str]:
    for _, item in _elements(package, name, "si"):
        yield unescaped((item[0].text or "") if _is_plain(item) else _rich_text(item))
        _forget(item)


def _is_plain(item: Any) -> bool:
    return len(item) == 1 and name_of(item[0]) == "t"


def _rich_text(element: Any) -> str:
    """The text of a cell in several fonts, without the notes on how it is pronounced."""
    return "".join(t.text or "" for t in element.iter("{*}t") if name_of(t.getparent()) != "rPh")


def _styles(tree: Any) -> tuple[list[str], list[bool]]:
    """The format of numbers in each style, and whether its font is bold."""
    codes = BUILT_IN | {
        int(number): fmt.get("formatCode", "")
        for fmt in tree.iterfind("{*}numFmts/{*}numFmt")
        if (number := fmt.get("numFmtId", "")).isdigit()
    }
    bold = [
        (b := font.find("{*}b")) is not None and b.get("val", "1") in _ON
        for font in tree.iterfind("{*}fonts/{*}font")
    ]
    styles = list(tree.iterfind("{*}cellXfs/{*}xf"))
    return (
        [codes.get(_number(style.get("numFmtId")), "General") for style in styles],
        [bold[i] if (i := _number(style.get("fontId"))) < len(bold) else False for style in styles],
    )


def _number(text: str | None, default: int = 0) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 8 else default


def _elements(package: Package, name: str, *names: str) -> Iterator[tuple[str, Any]]:
    """The elements of a part that have these names, each when it has been read; none if it is missing.

    What follows a damaged place is left out, and the part is noted as broken.
    """
    from lxml import etree  # loaded only for files that need it, so that questions do not wait for it

    try:
        content = package.read(name)
    except UnreadableFile as error:
        package.broken.append((name, str(error)))
        return
    if content is None:
        package.broken.append((name, "missing"))
        return
    tags = [f"{{*}}{element}" for element in names]
    walk = etree.iterparse(
        io.BytesIO(content), tag=tags, resolve_entities=False, no_network=True, huge_tree=False
    )
    try:
        for _, element in walk:
            yield name_of(element), element
    except etree.XMLSyntaxError:
        package.broken.append((name, "damaged"))


def _forget(element: Any) -> None:
    """Free the memory of an element that has been read, and of those before it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


class _Reader:
    """Reads the sheets of a workbook."""

    def __init__(self, package: Package, shared: _Shared) -> None:
        self._package = package
        self._shared = shared
        self._columns: dict[str, int] = {}
        self._cells = 0

    def read(self, name: str, sheet: Sheet) -> None:
        """Add the content of the part with that name to the sheet."""
        row = -1
        for kind, element in _elements(self._package, name, "row", "mergeCell", "autoFilter", "headerFooter"):
            if kind == "row":
                row = _number(element.get("r"), row + 2) - 1
                self._row(element, row, sheet)
                _forget(element)
            elif kind == "mergeCell":
                sheet.grid.merged += [area] if (area := _area(element.get("ref", ""))) else []
            elif kind == "autoFilter":
                sheet.grid.marked |= {area.top} if (area := _area(element.get("ref", ""))) else set()
            else:
                texts = (_HEADER_CODE.sub(" ", child.text or "") for child in element)
                lines = dict.fromkeys(" ".join(text.split()) for text in texts)
                sheet.left_out += [("running header or footer", line) for line in lines if line]
        self._related(name, sheet)

    def _row(self, element: Any, row: int, sheet: Sheet) -> None:
        cells: dict[int, str] = {}
        column = -1
        bold = True
        for cell in element.iterchildren("{*}c"):
            column = self._column(cell.get("r", ""), column + 1)
            style = _number(cell.get("s"))
            text = self._text(cell, style, sheet, row, column)
            if text and not text.isspace():
                cells[column] = text
                bold = bold and style < len(self._shared.bold) and self._shared.bold[style]
        if not cells:
            return
        self._cells += len(cells)
        if self._cells > MAX_CELLS:
            raise too_many_cells()
        sheet.grid.rows.setdefault(row, {}).update(cells)
        if bold:
            sheet.grid.marked.add(row)

    def _column(self, name: str, default: int) -> int:
        """The number of the column in the name of a cell."""
        letters = name.rstrip("0123456789")
        if letters not in self._columns:
            match = _CELL.fullmatch(name)
            if not match:
                return default
            self._columns[letters] = _column_number(match[1])
        return self._columns[letters]

    def _text(self, cell: Any, style: int, sheet: Sheet, row: int, column: int) -> str:
        """What a cell shows."""
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            inline = cell.find("{*}is")
            return "" if inline is None else unescaped(_rich_text(inline))
        last = cell[-1] if len(cell) else None
        if last is not None and name_of(last) != "v":
            last = cell.find("{*}v")
        value = "" if last is None else last.text or ""
        if not value:
            formula = cell.findtext("{*}f")
            if formula:
                where = cell_name(row, column)
                sheet.left_out.append(("formula without a stored value", f"{where}: ={formula}"))
            return ""
        if kind == "s":
            index = _number(value, -1)
            return self._shared.texts[index] if 0 <= index < len(self._shared.texts) else ""
        if kind == "b":
            return "TRUE" if value in _ON else "FALSE"
        if kind == "n":
            return self._number(value, style)
        return unescaped(value)  # the text of a formula, an error, or a date as text

    def _number(self, value: str, style: int) -> str:
        codes = self._shared.codes
        code = codes[style] if style < len(codes) else "General"
        if code == "General" and _PLAIN_INTEGER.fullmatch(value):
            return value
        try:
            return shown(float(value), code, self._shared.from_1904)
        except (ValueError, OverflowError):
            return value

    def _related(self, name: str, sheet: Sheet) -> None:
        """Add what stands outside the cells: tables mark their first row, drawings have texts."""
        relations = self._package.relations(name)
        threads = any(relation.kind == "threadedComment" for relation in relations)
        for relation in relations:
            if relation.kind not in {"table", "drawing", "comments", "threadedComment"}:
                continue
            tree = self._package.optional_xml(relation.target)
            if tree is None:
                continue
            if relation.kind == "table":
                area = _area(tree.get("ref", ""))
                if area and tree.get("headerRowCount") != "0":
                    sheet.grid.marked.add(area.top)
            elif relation.kind == "drawing":
                sheet.texts += self._drawing(relation.target, tree)
            elif relation.kind == "threadedComment" or not threads:  # else each thread is in both
                sheet.left_out += [
                    ("comment", text)
                    for comment in tree.iter("{*}text")
                    if (text := " ".join((text_of(comment) or comment.text or "").split()))
                ]

    def _drawing(self, name: str, tree: Any) -> list[str]:
        """The texts of a drawing, and the titles of its charts; what charts show is in the cells."""
        texts = [text for body in tree.iter("{*}txBody") for text in paragraphs(body)]
        for relation in self._package.relations(name):
            if (
                relation.kind == "chart"
                and (chart := self._package.optional_xml(relation.target)) is not None
            ):
                texts += chart_titles(chart)
        return texts


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _area(name: str) -> Area | None:
    """The cells with a name such as A1:C1, or None."""
    first, _, last = name.partition(":")
    a, b = _CELL.fullmatch(first), _CELL.fullmatch(last or first)
    if not a or not b:
        return None
    rows = sorted((int(a[2]) - 1, int(b[2]) - 1))
    columns = sorted((_column_number(a[1]), _column_number(b[1])))
    return Area(rows[0], columns[0], rows[1], columns[1])
