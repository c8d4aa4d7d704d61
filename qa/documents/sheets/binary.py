"""Excel's binary workbooks: .xls by xlrd, which knows how cells show numbers, and .xlsb by calamine."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from qa.documents.office.package import PASSWORD
from qa.documents.sheets.grid import MAX_CELLS, Area, Grid, too_many_cells
from qa.documents.sheets.number_formats import general, shown
from qa.documents.sheets.workbook import NOT_READ, Sheet, Workbook
from qa.errors import UnreadableFile

_BOLD = 600  # the weight of a bold font is 700


def read_xls(raw: bytes) -> Workbook | None:
    """The workbook in the bytes of an .xls file, or None if they are none.

    Raises UnreadableFile if it is password-protected or has too many cells.
    """
    import xlrd  # loaded only for files that need it

    workbook = Workbook()
    try:
        book = xlrd.open_workbook(
            file_contents=raw, formatting_info=True, on_demand=True, ragged_rows=True, logfile=io.StringIO()
        )
        workbook.properties = {"creator": str(book.user_name or "")}
        names = book.sheet_names()
    except Exception as error:  # xlrd raises many types on broken files
        if isinstance(error, xlrd.XLRDError) and "encrypted" in str(error).lower():
            raise UnreadableFile(PASSWORD) from error
        return None
    cells = 0
    for i, name in enumerate(names):
        try:
            table = book.sheet_by_index(i)
            sheet = _xls_sheet(book, table, name)
        except Exception:
            workbook.left_out.append((NOT_READ, f"sheet {name}"))
            continue
        cells += sum(map(len, sheet.grid.rows.values()))
        if cells > MAX_CELLS:
            raise too_many_cells()
        book.unload_sheet(i)
        workbook.sheets.append(sheet)
    return workbook


def _xls_sheet(book: Any, table: Any, name: str) -> Sheet:
    sheet = Sheet(name, hidden=bool(table.visibility))
    styles = [
        (
            code.format_str if (code := book.format_map.get(style.format_key)) else "General",
            book.font_list[style.font_index].weight >= _BOLD,
        )
        for style in book.xf_list
    ]
    for row in range(table.nrows):
        cells: dict[int, str] = {}
        bold = True
        for column, cell in enumerate(table.row(row)):
            code, is_bold = styles[cell.xf_index] if cell.xf_index is not None else ("General", False)
            text = _xls_text(cell.ctype, cell.value, code, book.datemode == 1)
            if text and not text.isspace():
                cells[column] = text
                bold = bold and is_bold
        if cells:
            sheet.grid.rows[row] = cells
            sheet.grid.marked |= {row} if bold else set()
    sheet.grid.merged = [
        Area(top, left, bottom - 1, right - 1) for top, bottom, left, right in table.merged_cells
    ]
    notes = (" ".join(note.text.split()) for _, note in sorted(table.cell_note_map.items()))
    sheet.left_out += [("comment", text) for text in notes if text]
    return sheet


def _xls_text(kind: int, value: Any, code: str, from_1904: bool) -> str:
    """What a cell shows."""
    import xlrd

    if kind == xlrd.XL_CELL_TEXT:
        return str(value)
    if kind in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
        return shown(value, code, from_1904)
    if kind == xlrd.XL_CELL_BOOLEAN:
        return "TRUE" if value else "FALSE"
    return xlrd.error_text_from_code.get(value, "") if kind == xlrd.XL_CELL_ERROR else ""


def read_values(raw: bytes) -> Workbook | None:
    """The workbook in the bytes of an .xlsb or .xls file, or None if they are none.

    Its numbers are as stored: 0.25 where the cell shows 25%. Raises UnreadableFile if it is
    password-protected or has too many cells.
    """
    import python_calamine as calamine  # loaded only for files that need it

    workbook = Workbook()
    try:
        book = calamine.load_workbook(io.BytesIO(raw))
    except calamine.PasswordError as error:
        raise UnreadableFile(PASSWORD) from error
    except calamine.CalamineError:
        return None
    cells = 0
    for meta in book.sheets_metadata:
        if meta.typ is not calamine.SheetTypeEnum.WorkSheet:
            continue
        sheet = Sheet(meta.name, hidden=meta.visible is not calamine.SheetVisibleEnum.Visible)
        try:
            table = book.get_sheet_by_name(meta.name)
        except calamine.CalamineError:
            workbook.left_out.append((NOT_READ, f"sheet {meta.name}"))
            continue
        if table.start is not None:
            sheet.grid = _grid(table.to_python(), *table.start)
            cells += sum(map(len, sheet.grid.rows.values()))
        if cells > MAX_CELLS:
            raise too_many_cells()
        workbook.sheets.append(sheet)
    return workbook


def _grid(rows: Iterable[Iterable[Any]], top: int, left: int) -> Grid:
    grid = Grid()
    for row, values in enumerate(rows, top):
        texts = ((column, _value_text(value)) for column, value in enumerate(values, left))
        if cells := {column: text for column, text in texts if text and not text.isspace()}:
            grid.rows[row] = cells
    return grid


def _value_text(value: Any) -> str:
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            return general(value)
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}" if value.time() != time() else f"{value:%Y-%m-%d}"
        case date():
            return value.isoformat()
        case time() | timedelta():
            return str(value)
        case _:
            return str(value)
