"""PDFs, made here page by page: text, reading order and properties."""

import pytest
from fpdf import FPDF
from making_pdfs import (
    BRIDGE,
    FERRY,
    article,
    blocks,
    font_file,
    heading,
    lines,
    make_pdf,
    paragraph,
    write_pdf,
)

from qa.documents.formats import SUFFIXES, parse

# --- text and paragraphs -------------------------------------------------------------------------


def test_lines_become_paragraphs_below_their_headings():
    assert blocks(make_pdf(article)) == [
        ("heading", "Things by the water"), ("body", FERRY), ("heading", "The bridge"), ("body", BRIDGE),
    ]  # fmt: skip


def test_pdf_and_word_files_are_among_those_that_are_read():
    assert {".pdf", ".docx"} < SUFFIXES
    assert parse("A.PDF", make_pdf(article)).title == "Things by the water"


def test_an_indented_first_line_begins_a_paragraph():
    def draw(document: FPDF) -> None:
        lines(document, "The ferry leaves the quay at seven every morning and comes back in the", "evening.")
        lines(document, "The stone bridge at Osk was finished by the mason Anders Lund, and has", x=26, y=50)
        lines(document, "five arches over the river.", y=55)

    assert [text.split()[0] + text.split()[-1] for _, text in blocks(make_pdf(draw))] == [
        "Theevening.",
        "Theriver.",
    ]


def test_list_items_stay_separate_and_whole():
    def draw(document: FPDF) -> None:
        lines(document, "Tickets are sold to these people and to nobody else, whoever may ask for one:")
        lines(document, "- children under six who are with an older brother or with a sister, on all", y=45)
        lines(document, "days of the week", x=22, y=50)
        lines(document, "- goats", y=55)

    assert [text for _, text in blocks(make_pdf(draw))][1:] == [
        "- children under six who are with an older brother or with a sister, on all days of the week",
        "- goats",
    ]


@pytest.mark.parametrize(
    ("one", "two", "joined"),
    [
        ("It is an exam-", "ple of a long line.", "It is an example of a long line."),
        ("It is a well-", "known mason, a well-known one.", "It is a well-known mason, a well-known one."),
        ("Of the Franco-", "Prussian war nothing.", "Of the Franco-Prussian war nothing."),
        ("The years 1874-", "1926 were dry.", "The years 1874-1926 were dry."),
        ("Of pre-", "and post-war walls.", "Of pre- and post-war walls."),
    ],
)
def test_words_divided_at_the_end_of_a_line_are_joined(one, two, joined):
    text = parse("a.pdf", make_pdf(lambda document: lines(document, one, two))).text
    assert text == joined


def test_ligatures_become_letters():
    def draw(document: FPDF) -> None:
        document.add_font("DejaVu", fname=font_file())
        document.set_font("DejaVu", "", 11)
        lines(
            document, "The o\ufb03ce of the \ufb01nest \ufb02our is \ufb00 to all, and so it was always here."
        )

    text = parse("a.pdf", make_pdf(draw)).text
    assert text == "The office of the finest flour is ff to all, and so it was always here."


# --- reading order -------------------------------------------------------------------------------


@pytest.mark.parametrize("by_rows", [False, True])
def test_columns_are_read_one_after_the_other_however_they_were_drawn(by_rows):
    def draw(document: FPDF) -> None:
        heading(document, "A title across both columns of the page")
        wrapped = [
            document.multi_cell(80, 5, text * 3, dry_run=True, output="LINES")
            for text in (FERRY + " ", BRIDGE + " ")
        ]
        placed = [
            (x, 40 + 5 * n, t) for x, ts in zip((15, 110), wrapped, strict=True) for n, t in enumerate(ts)
        ]
        for x, y, text in sorted(placed, key=lambda p: (p[1], p[0]) if by_rows else (p[0], p[1])):
            document.text(x, y, text)

    text = parse("a.pdf", make_pdf(draw)).text
    assert text.split("\n\n", 1) == [
        "A title across both columns of the page",
        f"{FERRY} {FERRY} {FERRY}\n\n{BRIDGE} {BRIDGE} {BRIDGE}",
    ]


def two_columns(document: FPDF, x: float = 45) -> None:
    """Two columns of text side by side, with the left one at `x`."""
    document.set_font("Times", "", 10)
    for at, text in ((x, FERRY), (x + 80, BRIDGE)):
        wrapped = document.multi_cell(65, 5, f"{text} {text}", dry_run=True, output="LINES")
        lines(document, *wrapped, x=at, y=40)


def stamp(document: FPDF, size: int) -> None:
    document.set_font("Times", "", size)
    lines(document, "Received 4 May", x=12, y=60)


def numbers(document: FPDF, step: int) -> None:
    document.set_font("Times", "", 10)
    for n in range(step, 12, step):
        lines(document, str(n), x=35, y=35 + 5 * n)


@pytest.mark.parametrize(
    ("draw", "beside"),
    [
        (lambda document: stamp(document, 7), "Received 4 May"),
        (lambda document: stamp(document, 10), "Received 4 May"),
        (lambda document: numbers(document, 1), "1 2 3 4 5 6 7 8 9 10 11"),
        (lambda document: numbers(document, 5), "5\n\n10"),
    ],
)
def test_what_stands_in_the_margin_is_not_read_into_the_columns(draw, beside):
    def both(document: FPDF) -> None:
        two_columns(document)
        draw(document)

    assert parse("a.pdf", make_pdf(both)).text == f"{FERRY} {FERRY}\n\n{BRIDGE} {BRIDGE}\n\n{beside}"


def test_the_numbers_of_lines_do_not_divide_a_sentence_between_pages():
    words = f"{FERRY} {BRIDGE} {FERRY}".split()

    def draw(document: FPDF) -> None:
        for part in (words[:50], words[50:]):
            wrapped = document.multi_cell(90, 5, " ".join(part), dry_run=True, output="LINES")
            lines(document, *wrapped, x=40)
            lines(document, *(str(n + 1) for n in range(len(wrapped))), x=25)
            document.add_page()

    assert " ".join(words[40:60]) in parse("a.pdf", make_pdf(draw)).text


def test_headings_in_the_margin_stay_beside_their_text():
    def draw(document: FPDF) -> None:
        for n, (name, text) in enumerate((("Work", FERRY), ("Walls", BRIDGE))):
            wrapped = document.multi_cell(100, 5, text, dry_run=True, output="LINES")
            lines(document, *wrapped, x=60, y=40 + 30 * n)
            document.set_font("Times", "B", 11)
            lines(document, name, x=20, y=40 + 30 * n)
            document.set_font("Times", "", 11)

    text = parse("a.pdf", make_pdf(draw)).text
    assert text.index("Work") < text.index(FERRY[:20]) < text.index("Walls") < text.index(BRIDGE[:20])


def test_the_cells_of_a_table_stay_in_their_row():
    def draw(document: FPDF) -> None:
        paragraph(document, FERRY)
        with document.table() as table:
            for cells in (("Year", "Boats", "Tickets"), ("2019", "12", "3,400"), ("2020", "14", "3,900")):
                table.row(cells)

    assert [text for _, text in blocks(make_pdf(draw))][1:] == [
        "Year | Boats | Tickets", "2019 | 12 | 3,400", "2020 | 14 | 3,900",
    ]  # fmt: skip


def test_a_rotated_page_is_read_and_text_across_it_is_listed():
    def draw(document: FPDF) -> None:
        for n, text in enumerate((FERRY[:58], FERRY[59:120])):
            with document.rotation(90, 100, 150):
                document.text(60, 100 + 5 * n, text)
        document.text(20, 20, "draft")

    parsed = parse("a.pdf", make_pdf(draw))
    assert parsed.text == FERRY[:120]
    assert parsed.left_out == (("written across the page", "draft"),)


# --- properties of the file ----------------------------------------------------------------------


def test_metadata_is_taken_from_the_file():
    parsed = parse("a.pdf", make_pdf(article, title="Rules of the ferry", author="Oda Kestrin", lang="en-GB"))
    assert (parsed.title, parsed.heading_title) == ("Rules of the ferry", "Rules of the ferry")
    assert parsed.metadata == {"author": "Oda Kestrin", "date": "2021-11-04", "language": "en"}


@pytest.mark.parametrize(
    "title",
    ["", "Microsoft Word - ferry.doc", "untitled", "ferry_final.pdf", "Document1", "12 / 2021", "C:\\f.tex"],
)
def test_a_title_that_a_program_made_up_is_ignored(title):
    assert parse("a.pdf", make_pdf(article, title=title)).title == "Things by the water"


def test_without_a_title_the_name_of_the_file_is_used():
    parsed = parse("old-ferry.pdf", make_pdf(lambda document: paragraph(document, FERRY)))
    assert (parsed.title, parsed.heading_title) == ("Old ferry", "")


@pytest.mark.parametrize(
    ("value", "day"),
    [("D:20211104070000+01'00'", "2021-11-04"), ("20211104", "2021-11-04"), ("D:20210230", ""), ("soon", "")],
)
def test_dates_are_iso_dates(value, day):
    raw = write_pdf(
        b"BT /F 12 Tf 50 700 Td (It left at seven.) Tj ET", info=b"/CreationDate(%s)" % value.encode()
    )
    assert parse("a.pdf", raw).metadata == ({"date": day} if day else {})


@pytest.mark.parametrize("author", ["admin", "Windows User", "User", "HP", "  "])
def test_the_name_of_an_account_is_not_an_author(author):
    assert "author" not in parse("a.pdf", make_pdf(article, author=author)).metadata
