"""Spreadsheets, made by openpyxl, by xlwt and by hand: what is read from them, and what is refused."""

import io
import struct
import time
import zipfile
from collections.abc import Callable, Iterable
from datetime import date, datetime

import openpyxl
import pytest
import xlwt
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet

from qa.documents.parsed import Parsed
from qa.documents.sheets.parse import parse_sheets
from qa.errors import UnreadableFile
from qa.types import BlockKind

COLUMNS, ROW, BODY, HEADING = BlockKind.COLUMNS, BlockKind.ROW, BlockKind.BODY, BlockKind.HEADING
PRICES = [["Item", "Price"], ["Rye bread", 4.5], ["Oat bread", 3.9]]
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET = "xl/worksheets/sheet1.xml"


def xlsx(fill: Callable[[Worksheet], object], name: str = "Sheet1") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = name
    fill(sheet)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def table(*rows: Iterable[object]) -> Callable[[Worksheet], object]:
    return lambda sheet: [sheet.append(list(row)) for row in rows]


def changed(raw: bytes, part: str, change: Callable[[str], str]) -> bytes:
    """A package in which the text of one part is changed."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name).decode()) if name == part else old.read(name))
    return file.getvalue()


def parse(raw: bytes, path: str = "book.xlsx") -> Parsed:
    return parse_sheets(path, raw)


def blocks(parsed: Parsed) -> list[tuple[BlockKind, str]]:
    return [(block.kind, parsed.text[block.start : block.end]) for block in parsed.blocks]


def lines(parsed: Parsed) -> list[str]:
    return [text for _, text in blocks(parsed)]


def places(parsed: Parsed) -> list[str]:
    return [name for _, name in parsed.places]


# --- tables --------------------------------------------------------------------------------------


def test_a_table_has_the_names_of_its_columns_and_each_row_its_cells() -> None:
    parsed = parse(xlsx(table(*PRICES), "Prices"))
    assert blocks(parsed) == [
        (HEADING, "Prices"),
        (COLUMNS, "Item | Price"),
        (ROW, "Rye bread | 4.5"),
        (ROW, "Oat bread | 3.9"),
    ]
    assert places(parsed) == ["Prices", "Prices!A1:B1", "Prices!A2:B2", "Prices!A3:B3"]


def test_the_name_of_a_sheet_is_quoted_as_in_formulas() -> None:
    parsed = parse(xlsx(table(["The miller's bread"]), "Miller's prices"))
    assert places(parsed) == ["Miller's prices", "'Miller''s prices'!A1"]


def test_a_sheet_without_a_name_of_its_own_has_no_heading() -> None:
    assert lines(parse(xlsx(table(["Rye"]), "Sheet1"))) == ["Rye"]
    assert lines(parse(xlsx(table(["Rye"]), "Tabelle2"))) == ["Rye"]


def test_empty_cells_keep_their_columns() -> None:
    rows = [["Item", "Unit", "Price"], ["Rye", None, 4], [None, "loaf", 3]]
    assert lines(parse(xlsx(table(*rows)))) == ["Item | Unit | Price", "Rye |  | 4", "| | loaf | 3 |"]


def test_empty_rows_separate_tables_and_titles_stand_above_them() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["B2"] = "Bread of the mill"
        sheet["B3"] = "Valid from May. All prices are in crowns."
        for row, (item, price) in enumerate(PRICES, 4):
            sheet.cell(row, 2, item)
            sheet.cell(row, 3, price)
        sheet["B8"] = "Ferries"
        for row, cells in enumerate([("Day", "Quay", "Trips"), ("Monday", "North", 4)], 9):
            for column, cell in enumerate(cells, 2):
                sheet.cell(row, column, cell)

    parsed = parse(xlsx(fill))
    assert blocks(parsed) == [
        (HEADING, "Bread of the mill"),
        (BODY, "Valid from May. All prices are in crowns."),
        (COLUMNS, "Item | Price"),
        (ROW, "Rye bread | 4.5"),
        (ROW, "Oat bread | 3.9"),
        (HEADING, "Ferries"),
        (COLUMNS, "Day | Quay | Trips"),
        (ROW, "Monday | North | 4"),
    ]
    assert places(parsed)[0] == "Sheet1!B2"


def test_a_table_goes_on_below_an_empty_row() -> None:
    parsed = parse(xlsx(table(*PRICES, [], ["Barley bread", 5])))
    found = parsed.structure.table_at(parsed.text.index("Barley"))
    assert found is not None
    assert parsed.text[found.start : found.columns_end] == "Item | Price"


def test_other_rows_below_a_table_do_not_get_its_names() -> None:
    wide = [["Item", "Unit", "Price", "Stock"], ["Rye", "loaf", 4, 20]]
    parsed = parse(xlsx(table(*wide, [], ["Contact", "Ruth Felber"])))
    assert parsed.structure.table_at(parsed.text.index("Contact")) is None


def test_tables_side_by_side() -> None:
    rows = [
        ["Item", "Price", None, "Lock", "Depth"],
        ["Rye", 4, None, "Upper", 2.5],
        ["Oats", 3, None, "Lower", 3],
    ]
    parsed = parse(xlsx(table(*rows)))
    assert lines(parsed) == [
        "Item | Price",
        "Rye | 4",
        "Oats | 3",
        "Lock | Depth",
        "Upper | 2.5",
        "Lower | 3",
    ]
    assert places(parsed)[-1] == "Sheet1!D3:E3"


def test_an_empty_column_may_be_there_for_its_looks() -> None:
    rows = [["Item", "Unit", None, "2023", "2024"], ["Rye", "loaf", None, 4, 5], ["Oats", "bag", None, 3, 4]]
    assert lines(parse(xlsx(table(*rows)))) == [
        "Item | Unit | 2023 | 2024",
        "Rye | loaf | 4 | 5",
        "Oats | bag | 3 | 4",
    ]


def test_two_rows_of_names_become_one() -> None:
    def fill(sheet: Worksheet) -> None:
        table(
            ["Item", "2023", None, "2024", None],
            [None, "Spring", "Autumn", "Spring", "Autumn"],
            ["Rye", 1, 2, 3, 4],
        )(sheet)
        for cells in ("A1:A2", "B1:C1", "D1:E1"):
            sheet.merge_cells(cells)

    parsed = parse(xlsx(fill))
    assert blocks(parsed) == [
        (COLUMNS, "Item | 2023 / Spring | 2023 / Autumn | 2024 / Spring | 2024 / Autumn"),
        (ROW, "Rye | 1 | 2 | 3 | 4"),
    ]
    assert places(parsed)[0] == "Sheet1!A1:E2"


def test_a_cell_over_several_rows_is_in_each_of_them() -> None:
    def fill(sheet: Worksheet) -> None:
        table(["Day", "Quay", "Trips"], ["Monday", "North", 4], [None, "South", 5])(sheet)
        sheet.merge_cells("A2:A3")

    assert lines(parse(xlsx(fill)))[1:] == ["Monday | North | 4", "Monday | South | 5"]


@pytest.mark.parametrize("names", [["Village", 2022, 2023], ["Village", "2022-05", "2022-06"]])
def test_years_and_months_may_name_columns(names: list[object]) -> None:
    assert blocks(parse(xlsx(table(names, ["Tarn", 118, 120]))))[0][0] is COLUMNS


def test_rows_of_numbers_have_no_names() -> None:
    assert {kind for kind, _ in blocks(parse(xlsx(table(["Tarn", 118], ["Hallgate", 64]))))} == {ROW}


def test_names_beside_values_name_no_columns() -> None:
    form = [["Name:", "Heron"], ["Owner:", "Ruth Felber"], ["Length:", 18]]
    assert {kind for kind, _ in blocks(parse(xlsx(table(*form))))} == {ROW}


def test_a_row_in_bold_names_columns_of_words() -> None:
    def fill(sheet: Worksheet) -> None:
        table(["Lock", "Keeper"], ["Upper lock", "Ruth Felber"])(sheet)
        for cell in sheet[1]:
            cell.font = Font(bold=True)

    assert blocks(parse(xlsx(fill))) == [(COLUMNS, "Lock | Keeper"), (ROW, "Upper lock | Ruth Felber")]


def test_the_first_row_of_a_marked_table_names_its_columns() -> None:
    def fill(sheet: Worksheet) -> None:
        table(["Lock", "Keeper"], ["Upper lock", "Ruth Felber"])(sheet)
        sheet.add_table(Table(displayName="Locks", ref="A1:B2"))

    assert blocks(parse(xlsx(fill)))[0] == (COLUMNS, "Lock | Keeper")


def test_a_sentence_below_a_table_is_a_paragraph() -> None:
    parsed = parse(xlsx(table(*PRICES, ["Prices do not include the carriage to Hallgate."])))
    assert blocks(parsed)[-1] == (BODY, "Prices do not include the carriage to Hallgate.")


def test_one_column_of_cells_is_a_text() -> None:
    texts = ("The weir of Tarn", "It was built in 1902 and is\nrepaired each spring.", "It has two gates.")
    rows = [[text] for text in texts]
    assert blocks(parse(xlsx(table(*rows)))) == [
        (HEADING, "The weir of Tarn"),
        (BODY, "It was built in 1902 and is repaired each spring."),
        (BODY, "It has two gates."),
    ]


# --- cells ---------------------------------------------------------------------------------------


def test_numbers_are_as_the_cells_show_them() -> None:
    cells = [
        (0.25, "0%", "25%"),
        (1250, '"$"#,##0.00', "$1,250.00"),
        (1250, '#,##0.00 "€"', "1,250.00 €"),
        (-3, "0.0;(0.0)", "(3.0)"),
        (date(2024, 5, 1), "yyyy-mm-dd", "2024-05-01"),
        (datetime(2024, 5, 1, 7, 30), "d mmm yyyy h:mm", "1 May 2024 7:30"),
        (118.0, "General", "118"),
        (True, "General", "TRUE"),
        ("#N/A", "General", "#N/A"),
    ]

    def fill(sheet: Worksheet) -> None:
        for column, (value, code, _) in enumerate(cells, 1):
            sheet.cell(1, column, value).number_format = code

    assert lines(parse(xlsx(fill))) == [" | ".join(text for *_, text in cells)]


def test_formulas_have_their_stored_value() -> None:
    raw = xlsx(table(["Loaves", "Total"], [4, "=A2*3"], [5, "=A3*3"]))
    parsed = parse(changed(raw, SHEET, lambda xml: xml.replace("<f>A2*3</f><v></v>", "<f>A2*3</f><v>12</v>")))
    assert lines(parsed) == ["Loaves | Total", "4 | 12", "5"]
    assert parsed.left_out == (("formula without a stored value", "B3: =A3*3"),)


def test_texts_that_cells_share_and_texts_in_several_fonts() -> None:
    shared = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>Rye_x000D_</t></si>'
        "<si><r><t>Oat </t></r><r><t>bread</t></r><rPh><t>ōto</t></rPh></si></sst>"
    )
    cells = '<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="s"><v>7</v></c></row>'
    raw = changed(
        xlsx(table(*PRICES)),
        SHEET,
        lambda xml: f"{xml[: xml.index('<row')]}{cells}</sheetData></worksheet>",
    )
    kind = f"{OFFICE}/sharedStrings"
    relation = f'<Relationship Id="r9" Type="{kind}" Target="texts.xml"/></Relationships>'
    raw = changed(raw, "xl/_rels/workbook.xml.rels", lambda xml: xml.replace("</Relationships>", relation))
    file = io.BytesIO(raw)
    with zipfile.ZipFile(file, "a") as package:
        package.writestr("xl/texts.xml", shared)
    assert lines(parse(file.getvalue())) == ["Rye | Oat bread"]


def test_hidden_sheets_are_read_with_a_remark() -> None:
    def fill(sheet: Worksheet) -> None:
        table(*PRICES)(sheet)
        for state in ("hidden", "veryHidden"):
            other = sheet.parent.create_sheet(f"Old {state}")
            other["A1"] = "The old prices are no longer valid."
            other.sheet_state = state

    parsed = parse(xlsx(fill))
    remarks = {parsed.text[block.start : block.end]: block.reason for block in parsed.blocks}
    assert remarks["Old veryHidden"] == remarks["The old prices are no longer valid."] == "on a hidden sheet"
    assert remarks["Rye bread | 4.5"] == ""


def test_comments_and_running_headers_are_left_out_and_titles_of_charts_are_not() -> None:
    def fill(sheet: Worksheet) -> None:
        table(*PRICES)(sheet)
        sheet["A2"].comment = Comment("Ask Ruth.", "Jonas")
        sheet.oddHeader.center.text = "The mill of Ostbruck"
        chart = BarChart()
        chart.title = "Bread by price"
        chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=3))
        sheet.add_chart(chart, "E5")

    parsed = parse(xlsx(fill))
    assert ("comment", "Ask Ruth.") in parsed.left_out
    assert ("running header or footer", "The mill of Ostbruck") in parsed.left_out
    assert blocks(parsed)[-1] == (BODY, "Bread by price")


def test_title_author_and_date_of_the_file() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["A1"] = "Rye"
        sheet.parent.properties.title = "Prices of the mill"
        sheet.parent.properties.creator = "Ruth Felber"
        sheet.parent.properties.created = datetime(2024, 5, 1)

    parsed = parse(xlsx(fill))
    assert parsed.title == parsed.heading_title == "Prices of the mill"
    assert parsed.metadata == {"author": "Ruth Felber", "date": "2024-05-01"}


# --- OpenDocument --------------------------------------------------------------------------------

ODS = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"><office:automatic-styles>'
    '<style:style style:name="out" style:family="table"><style:table-properties table:display="false"/>'
    "</style:style></office:automatic-styles><office:body><office:spreadsheet>{}</office:spreadsheet>"
    "</office:body></office:document-content>"
)


def ods(*tables: str, **parts: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", ODS.format("".join(tables)))
        for name, text in parts.items():
            package.writestr(name.replace("__", "/") + ".xml", text)
    return file.getvalue()


def ods_table(rows: str, name: str = "Prices", style: str = "in") -> str:
    return f'<table:table table:name="{name}" table:style-name="{style}">{rows}</table:table>'


def ods_row(*cells: str, attributes: str = "") -> str:
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"


def ods_cell(text: str, attributes: str = 'office:value-type="string"', more: str = "") -> str:
    return f"<table:table-cell {attributes}>{more}<text:p>{text}</text:p></table:table-cell>"


def test_opendocument_cells_are_as_shown() -> None:
    share = 'office:value-type="percentage" office:value="0.25"'
    raw = ods(
        ods_table(
            ods_row(ods_cell("Item"), ods_cell("Share<text:s/>of all"))
            + ods_row(ods_cell("Rye"), ods_cell("25 %", share))
            + ods_row(ods_cell("Oats"), f"<table:table-cell {share}/>")
        )
    )
    parsed = parse(raw, "book.ods")
    assert blocks(parsed) == [
        (HEADING, "Prices"),
        (COLUMNS, "Item | Share of all"),
        (ROW, "Rye | 25 %"),
        (ROW, "Oats | 25%"),
    ]
    assert places(parsed)[-1] == "Prices!A3:B3"


def test_opendocument_repeats_rows_and_columns() -> None:
    empty = '<table:table-cell table:number-columns-repeated="16382"/>'
    many = 'table:number-rows-repeated="{}"'
    rows = (
        ods_row(ods_cell("Day"), ods_cell("Trips"), empty)
        + ods_row("<table:table-cell/>", attributes=many.format(3))
        + ods_row(ods_cell("Monday"), ods_cell("4"), empty, attributes=many.format(2))
        + ods_row(empty, attributes=many.format(1_048_570))
    )
    parsed = parse(ods(ods_table(rows)), "book.ods")
    assert places(parsed)[1:] == ["Prices!A1:B1", "Prices!A5:B5", "Prices!A6:B6"]


def test_opendocument_comments_text_boxes_and_hidden_sheets() -> None:
    comment = "<office:annotation><text:p>Ask Ruth.</text:p></office:annotation>"
    box = "<draw:frame><draw:text-box><text:p>Closed in winter.</text:p></draw:text-box></draw:frame>"
    parsed = parse(
        ods(
            ods_table(ods_row(ods_cell("Rye bread", more=comment))),
            ods_table(ods_row(ods_cell("Old bread", more=box)), "Old", "out"),
        ),
        "book.ods",
    )
    assert ("comment", "Ask Ruth.") in parsed.left_out
    assert lines(parsed) == ["Prices", "Rye bread", "Old", "Old bread", "Closed in winter."]
    assert [block.reason for block in parsed.blocks] == ["", "", *["on a hidden sheet"] * 3]


def test_an_encrypted_opendocument_sheet_is_refused() -> None:
    manifest = "<manifest><file-entry><encryption-data/></file-entry></manifest>"
    with pytest.raises(UnreadableFile, match="password-protected"):
        parse(ods(ods_table(""), **{"META-INF__manifest": manifest}), "book.ods")


# --- older formats -------------------------------------------------------------------------------


def xls() -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Prices")
    for column, text in enumerate(("Item", "Share", "Day")):
        sheet.write(0, column, text)
    sheet.write(1, 0, "Rye")
    sheet.write(1, 1, 0.25, xlwt.easyxf(num_format_str="0%"))
    sheet.write(1, 2, date(2024, 5, 1), xlwt.easyxf(num_format_str="dd.mm.yyyy"))
    old = book.add_sheet("Old")
    old.visibility = 1
    old.write(0, 0, True)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("path", ["book.xls", "book.xlsx"])
def test_xls_files_show_numbers_by_their_format(path: str) -> None:
    parsed = parse(xls(), path)
    assert lines(parsed) == ["Prices", "Item | Share | Day", "Rye | 25% | 01.05.2024", "Old", "TRUE"]
    assert parsed.blocks[-1].reason == "on a hidden sheet"


def record(kind: int, content: bytes = b"") -> bytes:
    """A record of an .xlsb file: its kind in one or two bytes, its length in one, its content."""
    return (
        (bytes([kind]) if kind < 128 else bytes([kind & 127 | 128, kind >> 7]))
        + bytes([len(content)])
        + content
    )


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb() -> bytes:
    """A workbook with a hidden sheet, in which are a text and a number."""
    row = record(0, struct.pack("<IIHHBI", 2, 0, 300, 0, 0, 0))
    text = record(6, struct.pack("<II", 1, 0) + wide("Rye"))
    number = record(5, struct.pack("<IId", 2, 0, 0.25))
    size = record(148, struct.pack("<IIII", 2, 2, 1, 2))
    sheet = record(129) + size + record(145) + row + text + number + record(146) + record(130)
    entry = record(156, struct.pack("<II", 1, 1) + wide("r1") + wide("Prices"))
    book = (
        record(131) + record(153, bytes(12)) + record(143) + entry + record(144) + record(157) + record(132)
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        for folder, kind, target in (
            ("", "officeDocument", "xl/workbook.bin"),
            ("xl/", "worksheet", "worksheets/sheet1.bin"),
        ):
            name = f"{folder}_rels/{'workbook.bin' if folder else ''}.rels"
            relation = f'<Relationship Id="r1" Type="{OFFICE}/{kind}" Target="{target}"/>'
            package.writestr(name, f"<Relationships>{relation}</Relationships>")
        package.writestr("xl/workbook.bin", book)
        package.writestr("xl/worksheets/sheet1.bin", sheet)
    return file.getvalue()


def test_xlsb_files_have_numbers_as_stored() -> None:
    parsed = parse(xlsb(), "book.xlsb")
    assert lines(parsed) == ["Prices", "Rye | 0.25"]
    assert places(parsed) == ["Prices", "Prices!B3:C3"]
    assert parsed.blocks[-1].reason == "on a hidden sheet"


def test_an_xls_file_may_be_any_format_in_truth() -> None:
    assert lines(parse(xlsx(table(*PRICES)), "book.xls"))[0] == "Item | Price"
    assert lines(parse(b"Item\tPrice\nRye\t4.5\n", "book.xls")) == ["Item | Price", "Rye | 4.5"]
    page = "<html><body><p>The mill of Ostbruck sells rye bread and oat bread on each day.</p></body></html>"
    assert "rye bread" in parse(page.encode(), "book.xls").text


# --- files that are damaged, hostile or too large -------------------------------------------------


def test_a_damaged_sheet_is_read_as_far_as_it_goes() -> None:
    raw = changed(xlsx(table(*PRICES)), SHEET, lambda xml: xml[: xml.index("Oat bread")])
    parsed = parse(raw)
    assert lines(parsed) == ["Item | Price", "Rye bread | 4.5"]
    assert parsed.left_out == (("part that cannot be read", f"{SHEET}: damaged"),)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (xlsx(lambda sheet: None), "no text found"),
        (xlsx(table(*PRICES))[:2000], "not a valid spreadsheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "not a valid spreadsheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password-protected"),
        (b"no spreadsheet at all", "not a valid spreadsheet"),
        (
            changed(xlsx(table(*PRICES)), "xl/workbook.xml", lambda xml: "<document/>"),
            "not a valid spreadsheet",
        ),
        (changed(xlsx(table(*PRICES)), SHEET, lambda xml: xml + " " * 100_000_001), "unpacks to more than"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(raw: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        parse(raw)


def test_a_sheet_that_unpacks_to_too_much_is_refused() -> None:
    raw = changed(xlsx(table(*PRICES)), SHEET, lambda xml: xml + " " * 100_000_001)
    with pytest.raises(UnreadableFile, match="unpacks to more than 100 MB"):
        parse(raw)


@pytest.mark.parametrize("entity", ['SYSTEM "file:///etc/hostname"', f'"{"x" * 1000}"'])
def test_entities_are_not_resolved(entity: str) -> None:
    raw = changed(
        xlsx(table(*PRICES)),
        SHEET,
        lambda xml: f"<!DOCTYPE x [<!ENTITY e {entity}>]>" + xml.replace("Rye", "Rye&e;"),
    )
    assert "Rye | 4.5" in lines(parse(raw))


def test_the_corners_of_a_sheet_take_no_memory() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["A1"] = "first"
        sheet["XFD1048576"] = "last"

    started = time.perf_counter()
    assert places(parse(xlsx(fill))) == ["Sheet1!A1", "Sheet1!XFD1048576"]
    assert time.perf_counter() - started < 5


def test_millions_of_repeated_cells_are_refused() -> None:
    cell = ods_cell("x", 'table:number-columns-repeated="16384"')
    raw = ods(ods_table(ods_row(cell, attributes='table:number-rows-repeated="1048576"')))
    with pytest.raises(UnreadableFile, match="more than 2,000,000 filled cells"):
        parse(raw, "book.ods")


def test_a_sheet_of_thousands_of_columns_takes_no_time() -> None:
    def fill(sheet: Worksheet) -> None:
        for row in range(1, 20):
            for column in range(1, 6000, 3):
                sheet.cell(row, column, "x")
                sheet.cell(row, column + 1, 1)

    raw = xlsx(fill)
    started = time.perf_counter()
    parse(raw)
    assert time.perf_counter() - started < 10
