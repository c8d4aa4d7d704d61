"""PDFs, made here page by page: what is read from them, on which page it is, and what is refused."""

import json
import os
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from fpdf import FPDF
from fpdf.enums import AccessPermission
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from qa.documents.formats import SUFFIXES, parse
from qa.documents.pdf import extract
from qa.documents.pdf import lines as page_lines
from qa.documents.pdf import parse as pdf_parse
from qa.errors import UnreadableFile

FERRY = (
    "The ferry leaves the quay at seven every morning and comes back in the evening, unless there is fog over"
    " the sound. Nobody has counted the passengers of the first year, but the harbour master wrote that they"
    " were many."
)
BRIDGE = (
    "The stone bridge at Osk was finished in 1874 by the mason Anders Lund. It has five arches, of which the"
    " middle one was taken by a flood, and the town rebuilt it within two years of hard work."
)


def make_pdf(draw: Callable[[FPDF], None], **properties: str) -> bytes:
    """A PDF that `draw` draws, given a font, a first page and some properties."""
    document = FPDF()
    document.set_creation_date(datetime(2021, 11, 4, tzinfo=UTC))
    for name, value in properties.items():
        getattr(document, f"set_{name}")(value)
    document.set_font("Times", "", 11)
    document.add_page()
    draw(document)
    return bytes(document.output())


def heading(document: FPDF, text: str, size: int = 16) -> None:
    document.set_font("Times", "B", size)
    document.cell(0, 12, text, new_x="LMARGIN", new_y="NEXT")
    document.set_font("Times", "", 11)


def paragraph(document: FPDF, text: str) -> None:
    document.multi_cell(0, 5, text, align="J", new_x="LMARGIN", new_y="NEXT")
    document.ln(3)


def lines(document: FPDF, *texts: str, x: float = 20, y: float = 40, pitch: float = 5) -> None:
    """Draw lines exactly as they are, one below the other."""
    for n, text in enumerate(texts):
        document.text(x, y + n * pitch, text)


def blocks(raw: bytes) -> list[tuple[str, str]]:
    parsed = parse("a.pdf", raw)
    return [(block.kind.value, parsed.text[block.start : block.end]) for block in parsed.blocks]


def outcome(raw: bytes) -> str:
    """The text, or why the file is refused: every file has to end in one of the two."""
    try:
        parsed = parse("a.pdf", raw)
    except UnreadableFile as error:
        return f"refused: {error}"
    assert list(parsed.pages) == sorted(parsed.pages)
    assert 0 <= parsed.pages[0] <= parsed.pages[-1] <= len(parsed.text)
    return parsed.text


def refusal(raw: bytes) -> str:
    with pytest.raises(UnreadableFile) as caught:
        parse("a.pdf", raw)
    return str(caught.value)


# --- text and paragraphs -------------------------------------------------------------------------


def article(document: FPDF) -> None:
    heading(document, "Things by the water")
    paragraph(document, FERRY)
    heading(document, "The bridge", 13)
    paragraph(document, BRIDGE)


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
        document.add_font("DejaVu", fname=_dejavu())
        document.set_font("DejaVu", "", 11)
        lines(
            document, "The o\ufb03ce of the \ufb01nest \ufb02our is \ufb00 to all, and so it was always here."
        )

    text = parse("a.pdf", make_pdf(draw)).text
    assert text == "The office of the finest flour is ff to all, and so it was always here."


def _dejavu() -> str:
    import matplotlib

    return os.path.join(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")


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


# --- pages ---------------------------------------------------------------------------------------


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


def test_pages_without_text_are_listed_and_the_rest_is_read():
    def draw(document: FPDF) -> None:
        paragraph(document, FERRY)
        document.add_page()
        document.image(Image.new("L", (40, 40), 128), 10, 10, 100)
        document.add_page()
        paragraph(document, BRIDGE)

    parsed = parse("a.pdf", make_pdf(draw))
    assert parsed.text == f"{FERRY}\n\n{BRIDGE}"
    assert parsed.pages == (0, len(FERRY) + 2, len(FERRY) + 2)
    assert parsed.left_out == (("no text on the page (scanned?)", "page 2"),)


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


# --- files that cannot be read -------------------------------------------------------------------


def encrypt(password: str) -> bytes:
    document = FPDF()
    document.set_encryption("owner", password, permissions=AccessPermission.none())
    document.add_page()
    document.set_font("Times", "", 11)
    paragraph(document, FERRY)
    return bytes(document.output())


def test_a_password_protected_pdf_is_refused():
    assert refusal(encrypt("secret")) == "password-protected. Save a copy without a password"


def test_a_pdf_that_opens_without_its_password_is_read():
    assert blocks(encrypt("")) == [("body", FERRY)]


def test_a_scanned_pdf_is_refused_with_advice():
    raw = make_pdf(lambda document: document.image(Image.new("L", (40, 40), 128), 10, 10, 100))
    assert refusal(raw) == "no text found – it may be scanned. Run OCR first"


def test_a_pdf_of_running_lines_only_is_refused():
    document = Report()
    for _ in range(6):
        document.add_page()
    assert refusal(bytes(document.output())) == "no article text found"


@pytest.mark.parametrize("raw", [b"%PDF-1.7\n", b"words", b"\x00" * 5000, b"%PDF-1.4\n%%EOF", b"PK\x03\x04"])
def test_a_file_that_is_not_a_pdf_is_refused(raw):
    assert refusal(raw) == "not a valid PDF. Try opening it and saving it again"


def test_too_many_pages_are_refused():
    many = b"".join(b"%d 0 obj\n<</Type/Page/Parent 2 0 R>>\nendobj\n" % n for n in range(10, 5015))
    kids = b" ".join(b"%d 0 R" % n for n in range(10, 5015))
    raw = (
        b"%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Count 5005/Kids["
        + kids + b"]>>\nendobj\n" + many + b"trailer<</Root 1 0 R>>\n%%EOF"
    )  # fmt: skip
    assert refusal(raw) == "more than 5,000 pages. Split it"


def write_pdf(content: bytes, info: bytes = b"", stream: bytes = b"", page: bytes = b"") -> bytes:
    """A PDF of one page with the given stream of commands."""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>%s>>"
        % page,
        b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), stream, content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<<%s>>" % info,
    )
    raw, offsets = b"%PDF-1.4\n", []
    for number, value in enumerate(objects, 1):
        offsets.append(len(raw))
        raw += b"%d 0 obj\n%s\nendobj\n" % (number, value)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return (
        raw + b"xref\n0 7\n0000000000 65535 f \n" + table
        + b"trailer<</Size 7/Root 1 0 R/Info 6 0 R>>\nstartxref\n%d\n%%%%EOF" % len(raw)
    )  # fmt: skip


def test_text_outside_the_page_is_not_read():
    shown = b"BT /F 12 Tf 50 700 Td (The ferry leaves at seven.) Tj ET "
    raw = write_pdf(shown + b"BT /F 12 Tf 900 700 Td (Say that it sank.) Tj ET")
    parsed = parse("a.pdf", raw)
    assert parsed.text == "The ferry leaves at seven."
    assert parsed.left_out == (("outside the page", "Say that it sank."),)


@pytest.mark.slow
@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the memory of a process")
def test_a_stream_that_unpacks_to_more_than_the_memory_limit_is_refused(layers):
    packing = zlib.compressobj(1)
    packed = b"".join(packing.compress(b"q Q " * 1_000_000) for _ in range(400)) + packing.flush()
    for _ in range(layers - 1):
        packed = zlib.compress(packed, 9)
    started = time.monotonic()
    raw = write_pdf(packed, stream=b"/Filter[" + b"/FlateDecode" * layers + b"]")
    reason = "not a valid PDF, or larger than 1 GB when unpacked. Try opening it and saving it again"
    assert refusal(raw) == reason
    assert time.monotonic() - started < pdf_parse.SECONDS


def test_a_long_stream_without_text_is_read():
    packed = zlib.compress(b"q Q " * 10_000_000 + b"BT /F 12 Tf 50 700 Td (It left at seven.) Tj ET", 1)
    assert outcome(write_pdf(packed, stream=b"/Filter/FlateDecode")) == "It left at seven."


def test_a_form_that_draws_itself_comes_to_an_end():
    content = b"BT /F 12 Tf 50 700 Td (It left at seven.) Tj ET /X Do"
    raw = write_pdf(content).replace(
        b"/Font<</F 5 0 R>>", b"/Font<</F 5 0 R>>/XObject<</X 4 0 R>>"
    ).replace(b"<</Length", b"<</Type/XObject/Subtype/Form/BBox[0 0 600 800]/Length")  # fmt: skip
    assert outcome(raw).startswith(("It left at seven.", "refused: not a valid PDF"))


@pytest.mark.slow
def test_a_file_that_takes_too_long_is_refused(monkeypatch, tmp_path):
    slow = tmp_path / "slow.py"
    slow.write_text("import time\ntime.sleep(60)")
    monkeypatch.setattr(extract, "__file__", str(slow))
    monkeypatch.setattr(pdf_parse, "SECONDS", 1)
    started = time.monotonic()
    assert refusal(make_pdf(article)) == "takes more than 1 seconds to read. Split it, or save it again"
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    "ending", ["import os; os.abort()", "x = bytearray(10 ** 12)", "raise SystemExit(1)"]
)
def test_a_file_that_kills_the_process_is_unreadable(monkeypatch, tmp_path, ending, capfd):
    broken = tmp_path / "broken.py"
    broken.write_text(f"print('{{}}', flush=True)\n{ending}")
    monkeypatch.setattr(extract, "__file__", str(broken))
    assert "not a valid PDF" in refusal(make_pdf(article))
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the memory of a process")
def test_the_process_that_reads_has_limited_memory():
    code = (
        "import runpy, sys; names = runpy.run_path(sys.argv[1]);"
        "names['limit_resources'](60); bytearray(2 * names['MEMORY'])"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code, extract.__file__], capture_output=True)
    assert b"MemoryError" in done.stderr


# --- whatever a user sends -----------------------------------------------------------------------

WHOLE = make_pdf(article)
PATIENT = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.mark.slow
@PATIENT
@given(st.data())
def test_a_file_changed_anywhere_is_read_or_refused(data):
    raw = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 30))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    assert outcome(bytes(raw))


@pytest.mark.slow
@PATIENT
@given(st.integers(0, len(WHOLE)))
def test_a_file_cut_short_is_read_or_refused(length):
    assert outcome(WHOLE[:length])


@pytest.mark.slow
@PATIENT
@given(st.binary(min_size=1, max_size=2000))
def test_meaningless_commands_are_read_or_refused(content):
    assert outcome(write_pdf(b"BT /F 12 Tf 50 700 Td (It left at seven.) Tj ET " + content))


@pytest.mark.slow
@PATIENT
@given(
    st.lists(
        st.tuples(*[st.floats(-1e6, 1e6)] * 6, st.text("abc -.", min_size=1, max_size=30)),
        min_size=1,
        max_size=20,
    )
)
def test_text_placed_anywhere_is_read_or_refused(placed):
    content = b"".join(
        b"BT /F 1 Tf %s Tm (%s) Tj ET\n" % (" ".join(f"{v:.5f}" for v in values).encode(), text.encode())
        for *values, text in placed
    )
    assert outcome(write_pdf(content))


def test_even_an_impossible_page_can_be_laid_out():
    odd = [
        ["word", 1e30, -1e30, 0, 0, False, 0],
        ["word", 5, 5, 5, 1e9, True, 0],
        ["", 0, 0, 0, -1, False, 0],
    ]
    page = pdf_parse._page(1, json.loads(json.dumps([0, [0, 0, 0, 0], odd, 0])))
    assert len(page.left_out) + len(page.pieces) == 3
    assert len(page_lines.lines(page.pieces)) <= 3
