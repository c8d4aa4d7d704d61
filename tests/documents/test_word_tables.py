"""Tables of Word documents: rows whose cells keep their columns."""

from docx.document import Document
from word_files import PROSE, blocks, cell, make_docx, p, r, row, table, write_docx


def test_the_names_of_columns_are_told_by_the_numbers_below_them():
    rows = row("Room", "Beds"), row("Birch", "2"), row("Alder", "4")
    assert blocks(write_docx(table(*rows))) == [
        ("column names", "Room | Beds"),
        ("table row", "Birch | 2"),
        ("table row", "Alder | 4"),
    ]


def test_a_row_that_is_repeated_on_each_page_names_the_columns():
    rows = row("Room", "Keeper", properties="<w:tblHeader/>"), row("Birch", "Ruth Felber")
    assert blocks(write_docx(table(*rows)))[0] == ("column names", "Room | Keeper")


def test_without_a_sign_of_names_all_rows_are_alike():
    rows = row("Keeper", "Ruth Felber"), row("Trade", "miller"), row("Village", "Ostbruck")
    assert [kind for kind, _ in blocks(write_docx(table(*rows)))] == ["table row"] * 3


def test_a_first_row_in_bold_names_the_columns():
    bold = "<w:tc>" + p(r("Room", "<w:b/>")) + "</w:tc>", "<w:tc>" + p(r("Keeper", "<w:b/>")) + "</w:tc>"
    rows = row(*bold), row("Birch", "Ruth Felber")
    assert blocks(write_docx(table(*rows)))[0] == ("column names", "Room | Keeper")


def test_the_style_of_a_table_may_mark_its_first_row():
    def draw(document: Document) -> None:
        marked = document.add_table(0, 2, style="Light Shading Accent 1")
        for values in (("Room", "Keeper"), ("Birch", "Ruth Felber")):
            for place, value in zip(marked.add_row().cells, values, strict=True):
                place.text = value

    assert blocks(make_docx(draw)) == [
        ("column names", "Room | Keeper"),
        ("table row", "Birch | Ruth Felber"),
    ]


def test_empty_cells_keep_their_columns():
    rows = row("Room", "Beds", "Price"), row("Birch", "", "74 crowns"), row("", "4", "")
    assert [text for _, text in blocks(write_docx(table(*rows)))[1:]] == ["Birch |  | 74 crowns", "| | 4 |"]


def test_a_cell_over_two_columns_leaves_the_second_empty():
    wide = cell("closed", '<w:gridSpan w:val="2"/>')
    rows = (
        row("Room", "May", "June"),
        row("Birch", "2", "3"),
        f"<w:tr>{cell('Alder')}{wide}{cell('x')}</w:tr>",
    )
    assert blocks(write_docx(table(*rows)))[-1] == ("table row", "Alder | closed |  | x")


def test_a_row_may_begin_in_the_second_column():
    late = f'<w:tr><w:trPr><w:gridBefore w:val="1"/></w:trPr>{cell("9")}</w:tr>'
    assert blocks(write_docx(table(row("Room", "Beds"), row("Birch", "2"), late)))[-1][1] == "| | 9 |"


def test_a_cell_over_two_rows_is_in_each_of_them():
    start, more = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    rows = (
        row("Floor", "Room", "Beds"),
        f"<w:tr>{cell('Ground', start)}{cell('Birch')}{cell('2')}</w:tr>",
        f"<w:tr>{cell('', more)}{cell('Alder')}{cell('4')}</w:tr>",
    )
    assert [text for _, text in blocks(write_docx(table(*rows)))[1:]] == [
        "Ground | Birch | 2",
        "Ground | Alder | 4",
    ]


def test_names_in_two_rows_become_one():
    wide = cell("Price", '<w:gridSpan w:val="2"/>')
    header = "<w:trPr><w:tblHeader/></w:trPr>"
    rows = (
        f"<w:tr>{header}{cell('Room')}{wide}</w:tr>",
        f"<w:tr>{header}{cell('')}{cell('summer')}{cell('winter')}</w:tr>",
        row("Birch", "74", "51"),
    )
    assert blocks(write_docx(table(*rows))) == [
        ("column names", "Room | Price summer | Price winter"),
        ("table row", "Birch | 74 | 51"),
    ]


def test_a_title_across_all_columns_stands_above_the_table():
    title = "<w:tr>" + cell("Rooms of the house", '<w:gridSpan w:val="2"/>') + "</w:tr>"
    assert blocks(write_docx(table(title, row("Room", "Beds"), row("Birch", "2")))) == [
        ("body", "Rooms of the house"),
        ("column names", "Room | Beds"),
        ("table row", "Birch | 2"),
    ]


def test_a_table_of_one_column_is_paragraphs():
    assert [kind for kind, _ in blocks(write_docx(table(row("One."), row("Two."))))] == ["body", "body"]


def test_two_columns_of_text_side_by_side_are_paragraphs():
    left = f"<w:tc>{p(r(PROSE))}{p(r('It came back.'))}</w:tc>"
    assert blocks(write_docx(table(row(left, "Dogs are welcome.")))) == [
        ("body", PROSE),
        ("body", "It came back."),
        ("body", "Dogs are welcome."),
    ]


def test_a_row_with_a_very_long_cell_is_paragraphs():
    rows = row("Room", "Beds", "Notes"), row("Birch", "2", "none"), row("Alder", "4", f"{PROSE} " * 30)
    assert [kind for kind, _ in blocks(write_docx(table(*rows)))] == [
        "column names", "table row", "body", "body", "body",
    ]  # fmt: skip


def test_lists_in_cells_are_numbered():
    lists = (
        '<w:abstractNum w:abstractNumId="0">'
        '<w:lvl w:ilvl="0"><w:lvlText w:val="%1."/></w:lvl></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    )
    listed = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
    steps = f"<w:tc>{p(r('Open.'), listed)}{p(r('Wait.'), listed)}</w:tc>"
    raw = write_docx(table(row("Gate", steps), row("Weir", "3")), numbering=lists)
    assert blocks(raw)[0][1] == "Gate | 1. Open. 2. Wait."


def test_cells_that_claim_to_be_endless_do_no_harm():
    wide = cell("x", '<w:gridSpan w:val="999999"/>') + cell("y")
    rows = row("Room", "Beds", "Price"), f"<w:tr>{wide}</w:tr>", row("Birch", "2", "74")
    assert all(len(text) < 1000 for _, text in blocks(write_docx(table(*rows))))
