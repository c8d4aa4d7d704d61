"""Spreadsheets -> their text: each row a line below the names of its columns, with the cells it stands in."""

from __future__ import annotations

import re

from qa.documents.html.parse import parse_html
from qa.documents.office.package import Package
from qa.documents.office.properties import metadata
from qa.documents.parsed import Parsed, Part, from_parts, own_title
from qa.documents.sheets.binary import read_values, read_xls
from qa.documents.sheets.delimited import parse_delimited
from qa.documents.sheets.grid_parts import grid_parts
from qa.documents.sheets.ods import read_ods
from qa.documents.sheets.workbook import NOT_READ, Sheet, Workbook
from qa.documents.sheets.xlsx import read_xlsx
from qa.errors import UnreadableFile
from qa.types import BlockKind

_KIND = "spreadsheet"
_ZIP = b"PK"
_OLE = b"\xd0\xcf\x11\xe0"
_OLD_XML = b"urn:schemas-microsoft-com:office:spreadsheet"
_NO_NAME = re.compile(  # what programs call a sheet that has no name, in several languages
    r"(?:Sheet|Tabelle|Feuil|Feuille|Hoja|Foglio|Blad|Ark|Planilha|Arkusz|Лист|Munka|List|Taulukko)\s?\d+"
    r"|Sheet",
    re.IGNORECASE,
)


def parse_sheets(path: str, raw: bytes) -> Parsed:
    """The text of a workbook: of Excel (.xlsx, .xlsm, .xlsb, .xls) or OpenDocument (.ods).

    The content decides which of them it is: web pages and plain tables are often given names in .xls as well.
    Raises UnreadableFile if the file is password-protected, damaged, empty or too large.
    """
    workbook = _read(raw, path.lower().endswith(".xls"))
    if workbook is None:
        return _parse_export(path, raw)
    parts = [part for sheet in workbook.sheets for part in _sheet_parts(sheet)]
    left_out = [*workbook.left_out, *(entry for sheet in workbook.sheets for entry in sheet.left_out)]
    if not parts:
        broken = next((f" ({text})" for reason, text in left_out if reason == NOT_READ), "")
        raise UnreadableFile(f"no text found{broken}")
    title = own_title(workbook.properties.get("title", ""))
    return from_parts(path, parts, title, metadata(workbook.properties), lambda _: left_out)


def _parse_export(path: str, raw: bytes) -> Parsed:
    """A web page or a plain table, as many programs write when they should write an .xls file."""
    if _OLD_XML in raw[:4096]:
        raise UnreadableFile("an XML file of Excel 2003. Open it in Excel and save it as .xlsx")
    return parse_html(path, raw) if raw.lstrip()[:1] == b"<" else parse_delimited(path, raw)


def _read(raw: bytes, is_xls: bool) -> Workbook | None:
    """The workbook in a file; None for an .xls file that holds something else."""
    if not raw.startswith(_ZIP):
        if workbook := read_xls(raw) or read_values(raw):  # xlrd refuses some damaged files
            return workbook
        if is_xls and not raw.startswith(_OLE):
            return None
    package = Package(raw, _KIND)
    main = next((r.target for r in package.relations("") if r.kind == "officeDocument"), "xl/workbook.xml")
    if main.endswith(".bin"):
        package.check()
        if workbook := read_values(raw):
            return workbook
        raise package.damaged()
    return read_ods(package) if "content.xml" in package.names() else read_xlsx(package, main)


def _sheet_parts(sheet: Sheet) -> list[Part]:
    """The name of a sheet, what is in its cells, and the texts outside them."""
    remark = "on a hidden sheet" if sheet.hidden else ""
    parts = grid_parts(sheet.grid, sheet.place, remark)
    parts += [Part(text, BlockKind.BODY, remark, sheet.name) for text in sheet.texts]
    name = " ".join(sheet.name.split())
    if parts and name and not _NO_NAME.fullmatch(name):
        parts.insert(0, Part(name, BlockKind.HEADING, remark, name))
    return parts
