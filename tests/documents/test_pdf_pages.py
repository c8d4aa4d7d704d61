"""The pages of a PDF: where they begin, and what is left out at their edges."""

from fpdf import FPDF
from making_pdfs import BRIDGE, FERRY, lines, make_pdf, paragraph
from PIL import Image

from qa.documents.formats import parse
from qa.documents.scans import ocr
from qa.types import BlockKind


class Report(FPDF):
    """A report with different running headers on odd and even pages, and with page numbers."""

    def header(self) -> None:
        self.set_font("Times", "I", 9)
        self.cell(0, 8, "Harbour Board 2021" if self.page_no() % 2 else "The works of the year", align="C")
        self.ln(16)

    def footer(self) -> None:
        self.set_y(-15)
        self.set_font("Times", "", 9)
        self.cell(0, 8, f"Page {self.page_no()} of {{nb}}", align="C")


WALL = "The long wall by the harbour was mended by 40 masons, who needed a summer for the work on it"


def report(pages: int = 6, across: str = f"{WALL}, and it has held the water back ever since.") -> bytes:
    """A report whose last page but one ends in the middle of a sentence."""
    document = Report()
    document.set_font("Times", "", 11)
    for number in range(1, pages + 1):
        document.add_page()
        document.set_font("Times", "", 11)
        if number == pages:
            lines(document, across[len(WALL) + 1 :], x=10, y=40)
            lines(document, "Then came the winter.", x=10, y=52)
        else:
            words = f"Works of part {number} were paid by the board, as the law says in its part {number}. "
            paragraph(document, words * 20)
        if number == pages - 1:
            lines(document, WALL + ("," if across[len(WALL)] == "," else ""), x=10, y=260)
    return bytes(document.output())


def test_running_headers_and_page_numbers_are_left_out_with_a_reason():
    parsed = parse("a.pdf", report())
    assert "Harbour Board" not in parsed.text
    assert "The works of the year" not in parsed.text
    assert "Page " not in parsed.text
    assert parsed.left_out.count(("running header", "Harbour Board 2021")) == 3
    assert parsed.left_out.count(("running header", "The works of the year")) == 3
    assert [text for reason, text in parsed.left_out if reason == "page number"] == [
        f"Page {n} of 6" for n in range(1, 7)
    ]


def test_a_sentence_that_runs_across_a_page_stays_whole():
    parsed = parse("a.pdf", report())
    assert f"{WALL}, and it has held the water back ever since." in parsed.text
    assert "Then came the winter." in parsed.text.split("\n\n")


def test_the_offset_of_each_page_is_known():
    parsed = parse("a.pdf", report())
    assert len(parsed.pages) == 6
    assert [parsed.text[start:][:15] for start in parsed.pages[:5]] == [
        f"Works of part {n} "[:15] for n in range(1, 6)
    ]
    assert parsed.text[parsed.pages[5] :].startswith("and it has held the water back")


def test_lines_that_repeat_in_the_text_are_not_headers():
    def draw(document: FPDF) -> None:
        for _ in range(4):
            lines(document, *[FERRY[:70], FERRY[70:140]] * 25, y=20)
            document.add_page()
        paragraph(document, BRIDGE)

    parsed = parse("a.pdf", make_pdf(draw))
    assert parsed.text.count(FERRY[:70]) == 100
    assert parsed.left_out == ()


def test_numbers_in_a_table_at_the_edge_are_not_page_numbers():
    def draw(document: FPDF) -> None:
        for page in range(4):
            lines(document, f"{1900 + 7 * page * page}", FERRY[:70], FERRY[70:140], y=15, pitch=10)
            document.add_page()
        paragraph(document, BRIDGE)

    text = parse("a.pdf", make_pdf(draw)).text
    assert all(year in text for year in ("1900", "1907", "1928", "1963"))


def test_a_note_at_the_foot_of_a_page_does_not_divide_a_sentence():
    def draw(document: FPDF) -> None:
        paragraph(document, BRIDGE)
        lines(document, WALL, x=10, y=240)
        document.set_font("Times", "", 8)
        lines(document, "1 The masons came from the valley of the Senn.", x=10, y=260)
        document.add_page()
        document.set_font("Times", "", 11)
        lines(document, "and it has held the water back ever since.", x=10, y=20)
        document.set_y(40)
        paragraph(document, FERRY)

    parsed = parse("a.pdf", make_pdf(draw))
    assert f"{WALL} and it has held the water back ever since." in parsed.text
    note = parsed.text.index("1 The masons came")
    assert parsed.pages[0] < note < parsed.pages[1]


def test_pages_without_text_are_listed_and_the_rest_is_read(monkeypatch):
    monkeypatch.setattr(ocr, "is_installed", lambda: False)

    def draw(document: FPDF) -> None:
        paragraph(document, FERRY)
        document.add_page()
        document.image(Image.new("L", (40, 40), 128), 10, 10, 100)
        document.add_page()
        paragraph(document, BRIDGE)

    parsed = parse("a.pdf", make_pdf(draw))
    assert parsed.text == f"{FERRY}\n\n{BRIDGE}"
    assert parsed.pages == (0, len(FERRY) + 2, len(FERRY) + 2)
    assert parsed.left_out == ((f"no text on the page (scanned?). {ocr.REMEDY}", "page 2"),)


def test_an_empty_page_is_not_listed():
    def draw(document: FPDF) -> None:
        paragraph(document, FERRY)
        document.add_page()
        document.add_page()
        paragraph(document, BRIDGE)

    assert parse("a.pdf", make_pdf(draw)).left_out == ()


# --- what is not a running line ------------------------------------------------------------------


def pages_of(*contents: tuple[str, ...], size: int = 11, pitch: float = 12) -> bytes:
    """A PDF with the given lines at the top of its pages, the first line in another size."""

    def draw(document: FPDF) -> None:
        for number, (first, *rest) in enumerate(contents):
            if number:
                document.add_page()
            document.set_font("Times", "", size)
            lines(document, first, y=20)
            document.set_font("Times", "", 11)
            lines(document, *rest, y=20 + pitch, pitch=6)

    return make_pdf(draw)


def test_lines_that_are_alone_on_their_pages_are_read():
    raw = pages_of(("Heron",), ("Heron",), ("Heron",))
    assert parse("a.pdf", raw).text.split("\n\n") == ["Heron"] * 3


def test_a_document_of_running_lines_only_is_read():
    document = Report()
    for _ in range(6):
        document.add_page()
    assert parse("a.pdf", bytes(document.output())).text.startswith("Harbour Board 2021")


def test_a_running_line_is_left_out_even_where_it_is_alone():
    raw = pages_of(*[("Harbour Board", f"Part {part}") for part in "ABC"], ("Harbour Board",))
    assert "Harbour Board" not in parse("a.pdf", raw).text


def test_a_title_that_is_repeated_on_every_page_is_read_once():
    raw = pages_of(
        *[("The works of the year", f"{part} were paid by the board.") for part in "ABCD"], size=18
    )
    parsed = parse("a.pdf", raw)
    assert parsed.title == "The works of the year"
    assert parsed.text.count("The works of the year") == 1


def test_a_line_that_begins_a_few_pages_far_from_each_other_is_text():
    pages = [(f"Part {'ABCDEFGHIJKL'[n]}", FERRY[:70], BRIDGE[: 20 + n]) for n in range(12)]
    for number in (1, 5, 10):
        pages[number] = ("Summary of the board", *pages[number][1:])
    assert parse("a.pdf", pages_of(*pages)).text.count("Summary of the board") == 3


def test_a_total_below_a_column_of_numbers_is_not_a_page_number():
    def draw(document: FPDF) -> None:
        paragraph(document, FERRY)
        for n, (name, boats) in enumerate((("Heron", "2"), ("Tern", "0"), ("Gull", "0"))):
            lines(document, name, y=255 + 8 * n)
            lines(document, boats, x=80, y=255 + 8 * n)
        lines(document, "1", x=80, y=279)

    assert parse("a.pdf", make_pdf(draw)).text.split()[-1] == "1"


def test_the_names_of_columns_are_not_a_running_header():
    def draw(document: FPDF) -> None:
        with document.table(borders_layout="NONE", repeat_headings=1) as table:
            table.row(("Year", "Boats", "Keeper"))
            for year in range(1900, 1970):
                table.row((str(year), str(year % 13), "Ruth Felber" if year % 3 else ""))

    parsed = parse("a.pdf", make_pdf(draw))
    assert parsed.left_out == ()
    columns = [parsed.text[b.start : b.end] for b in parsed.blocks if b.kind is BlockKind.COLUMNS]
    assert columns == ["Year | Boats | Keeper"] * 3
