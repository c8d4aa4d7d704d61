"""Tables in PDFs: each cell stays in its row and in its column, with or without lines between them."""

import pytest
from fpdf import FPDF
from making_pdfs import BRIDGE, FERRY, blocks, lines, make_pdf, paragraph

ROOMS = (
    ("Room", "Beds", "Price", "Remark"),
    ("Birch", "2", "74 crowns", "With a view of the harbour, and a stove that burns wood in winter"),
    ("Alder", "4", "118 crowns", ""),
    ("Rowan", "", "151 crowns", "Dogs are welcome in this room only, if they have been announced"),
)
READ = [
    ("column names", "Room | Beds | Price | Remark"),
    ("table row", f"Birch | 2 | 74 crowns | {ROOMS[1][3]}"),
    ("table row", "Alder | 4 | 118 crowns"),
    ("table row", f"Rowan |  | 151 crowns | {ROOMS[3][3]}"),
]


@pytest.mark.parametrize("layout", ["ALL", "INTERNAL", "HORIZONTAL_LINES"])
def test_lines_between_cells_show_what_belongs_to_a_row(layout):
    def draw(document: FPDF) -> None:
        paragraph(document, FERRY)
        with document.table(borders_layout=layout, width=160) as table:
            for row in ROOMS:
                table.row(row)

    assert blocks(make_pdf(draw)) == [("body", FERRY), *READ]


def test_text_that_goes_on_below_its_cell_belongs_to_it_without_lines():
    def draw(document: FPDF) -> None:
        lines(document, *(f"{room}" for room in ("Room", "Birch", "", "Alder", "Rowan")), y=40, pitch=6)
        lines(document, "Beds", "2", "", "4", "6", x=60, y=40, pitch=6)
        lines(
            document, "Remark", "With a view of the harbour", "and a stove", "", "Dogs", x=90, y=40, pitch=6
        )

    assert [text for _, text in blocks(make_pdf(draw))] == [
        "Room | Beds | Remark", "Birch | 2 | With a view of the harbour and a stove", "Alder | 4",
        "Rowan | 6 | Dogs",
    ]  # fmt: skip


def test_larger_gaps_between_rows_show_what_belongs_together():
    cells = (
        (("Ruth", "Felber"), ("Opens the gates",)),
        (("Oda",), ("Sells", "fish")),
        (("Jonas",), ("Rows",)),
    )

    def draw(document: FPDF) -> None:
        for n, (name, work) in enumerate(cells):
            lines(document, *name, y=40 + 14 * n)
            lines(document, *work, x=90, y=40 + 14 * n)

    assert [text for _, text in blocks(make_pdf(draw))] == [
        "Ruth Felber | Opens the gates", "Oda | Sells fish", "Jonas | Rows",
    ]  # fmt: skip


def test_cells_close_to_each_other_are_divided_by_the_line_between_them():
    boats = (("Boat", "Keeper", "Year"), ("Heron", "Ruth Felber", "1931"), ("Tern", "Anders Lund", "1874"))

    def draw(document: FPDF) -> None:
        for n, row in enumerate(boats):
            for x, width, cell in zip((20, 31, 53), (11, 22, 12), row, strict=True):
                document.rect(x, 30 + 7 * n, width, 7)
                document.text(x + 0.8, 35 + 7 * n, cell)

    kinds = ["column names", "table row", "table row"]
    assert blocks(make_pdf(draw)) == list(zip(kinds, map(" | ".join, boats), strict=True))


def test_numbers_at_the_right_stay_below_the_name_of_their_column():
    def draw(document: FPDF) -> None:
        for n, row in enumerate(
            (("Year", "Boats", "Tickets"), ("1931", "8", "3,400"), ("1932", "", "12,900"))
        ):
            for right, cell in zip((60, 100, 150), row, strict=True):
                document.text(right - document.get_string_width(cell), 40 + 6 * n, cell)

    assert [text for _, text in blocks(make_pdf(draw))] == [
        "Year | Boats | Tickets", "1931 | 8 | 3,400", "1932 |  | 12,900",
    ]  # fmt: skip


def test_a_first_row_in_bold_names_the_columns():
    def draw(document: FPDF) -> None:
        document.set_font("Times", "B", 11)
        lines(document, "Keeper")
        lines(document, "Lives in", x=80)
        document.set_font("Times", "", 11)
        lines(document, "Ruth Felber", "Oda Kestrin", y=46, pitch=6)
        lines(document, "Hallgate", "Ostbruck", x=80, y=46, pitch=6)

    assert blocks(make_pdf(draw))[0] == ("column names", "Keeper | Lives in")


def test_a_table_on_two_pages_has_the_names_of_its_columns_once():
    def draw(document: FPDF) -> None:
        paragraph(document, FERRY)
        with document.table(borders_layout="ALL", repeat_headings=0) as table:
            table.row(("Village", "Keeper", "Boats"))
            for n in range(60):
                table.row(
                    (f"Village {'ABCDEFGHIJ'[n % 10]}", "Ruth Felber" if n % 2 else "nobody", f"{n + 100}")
                )

    kinds = [kind for kind, _ in blocks(make_pdf(draw))]
    assert kinds == ["body", "column names", *["table row"] * 60]


def test_columns_of_long_cells_are_rows_if_lines_divide_them():
    cells = ((FERRY[:115], BRIDGE[:80]), (BRIDGE[81:], FERRY[116:]), (FERRY[:40], BRIDGE[:60]))

    def draw(document: FPDF) -> None:
        with document.table(first_row_as_headings=False, width=180) as table:
            for row in cells:
                table.row(row)

    assert [text for _, text in blocks(make_pdf(draw))] == [" | ".join(row).strip() for row in cells]


def test_names_beside_addresses_are_rows_without_lines():
    people = (
        ("Ruth Felber of the lock", "Upper Mill Street 4 in Hallgate"),
        ("Anders Lund the mason", "Bridge Street 17 in Osk"),
        ("Oda Kestrin the keeper", "Quay 2, behind the red shed"),
        ("Jonas Sandell", "The house above the weir"),
    )

    def draw(document: FPDF) -> None:
        for n, row in enumerate(people):
            for x, cell in zip((20, 100), row, strict=True):
                document.text(x, 40 + 6 * n, cell)

    assert [text for _, text in blocks(make_pdf(draw))] == [" | ".join(row) for row in people]


def test_a_list_with_wide_gaps_is_no_table():
    def draw(document: FPDF) -> None:
        lines(document, "1.", "2.", "3.", y=40, pitch=6)
        lines(document, "Open the gate", "Let the boat in", "Shut the gate", x=32, y=40, pitch=6)

    assert [text for _, text in blocks(make_pdf(draw))] == [
        "1. Open the gate",
        "2. Let the boat in",
        "3. Shut the gate",
    ]


def test_a_frame_around_a_text_is_no_table():
    def draw(document: FPDF) -> None:
        document.rect(15, 30, 120, 40)
        lines(document, FERRY[:58], FERRY[59:120], y=40)

    assert blocks(make_pdf(draw)) == [("body", FERRY[:120])]


def test_a_cell_over_several_rows_is_repeated_in_each():
    def draw(document: FPDF) -> None:
        with document.table(width=120) as table:
            table.row(("Village", "Boat", "Year"))
            row = table.row()
            row.cell("Hallgate", rowspan=2)
            row.cell("Heron")
            row.cell("1931")
            table.row(("Tern", "1874"))
            table.row(("Osk", "Gull", "1902"))

    assert [text for _, text in blocks(make_pdf(draw))] == [
        "Village | Boat | Year", "Hallgate | Heron | 1931", "Hallgate | Tern | 1874", "Osk | Gull | 1902",
    ]  # fmt: skip


def test_a_cell_over_several_columns_stands_in_the_first():
    def draw(document: FPDF) -> None:
        with document.table(width=120) as table:
            table.row(("Village", "Boat", "Year"))
            row = table.row()
            row.cell("Hallgate")
            row.cell("has none of its own", colspan=2)
            table.row(("Osk", "Gull", "1902"))

    rows = [text for _, text in blocks(make_pdf(draw))][1:]
    assert rows == ["Hallgate | has none of its own", "Osk | Gull | 1902"]


def test_two_tables_below_each_other_have_names_of_their_own():
    def draw(document: FPDF) -> None:
        for first, *rest in (
            (("Boat", "Year"), ("Heron", "1931"), ("Tern", "1874")),
            (("Mill", "Stones"), ("Osk", "4"), ("Senn", "2")),
        ):
            with document.table(width=60, first_row_as_headings=False) as table:
                for row in (first, *rest):
                    table.row(row)
            document.ln(20)

    assert [text for kind, text in blocks(make_pdf(draw)) if kind == "column names"] == [
        "Boat | Year",
        "Mill | Stones",
    ]
