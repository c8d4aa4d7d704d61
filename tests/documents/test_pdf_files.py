"""PDFs that cannot be read, and whatever else a user sends: each is read, or refused in one line."""

import time
import zlib

import pytest
from fpdf import FPDF
from fpdf.enums import AccessPermission
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from making_pdfs import FERRY, article, blocks, make_pdf, paragraph, write_pdf
from PIL import Image

from qa.documents.formats import parse
from qa.documents.pdf.direction import joined_words
from qa.documents.pdf.layout import laid_out
from qa.documents.pdf.lines import lines as page_lines
from qa.documents.pdf.pieces import Page, Piece, Rulings
from qa.documents.scans import ocr
from qa.errors import UnreadableFile


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


def test_a_scanned_pdf_is_refused_with_advice(monkeypatch):
    monkeypatch.setattr(ocr, "is_installed", lambda: False)
    raw = make_pdf(lambda document: document.image(Image.new("L", (40, 40), 128), 10, 10, 100))
    assert refusal(raw) == f"no text found – it may be scanned. {ocr.REMEDY}"


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


def test_text_outside_the_page_is_not_read():
    shown = b"BT /F 12 Tf 50 700 Td (The ferry leaves at seven.) Tj ET "
    raw = write_pdf(shown + b"BT /F 12 Tf 900 700 Td (Say that it sank.) Tj ET")
    parsed = parse("a.pdf", raw)
    assert parsed.text == "The ferry leaves at seven."
    assert parsed.left_out == (("outside the page", "Say that it sank."),)


def test_a_long_stream_without_text_is_read():
    packed = zlib.compress(b"q Q " * 10_000_000 + b"BT /F 12 Tf 50 700 Td (It left at seven.) Tj ET", 1)
    assert outcome(write_pdf(packed, stream=b"/Filter/FlateDecode")) == "It left at seven."


def test_a_form_that_draws_itself_comes_to_an_end():
    content = b"BT /F 12 Tf 50 700 Td (It left at seven.) Tj ET /X Do"
    raw = write_pdf(content).replace(
        b"/Font<</F 5 0 R>>", b"/Font<</F 5 0 R>>/XObject<</X 4 0 R>>"
    ).replace(b"<</Length", b"<</Type/XObject/Subtype/Form/BBox[0 0 600 800]/Length")  # fmt: skip
    assert outcome(raw).startswith(("It left at seven.", "refused: not a valid PDF"))


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


@pytest.mark.parametrize("unit", ["a", "-", "1 ", "- ", "a-", "\u2003", "1%", "page ", ".", "א1", "\u0301"])
def test_a_very_long_line_takes_no_time(unit):
    line = (unit * 200_000)[:200_000]
    started = time.monotonic()
    pages = [Page([Piece(line, 10, 500, 800 - n, 10, False)], 0, 0, 600, 820) for n in range(2)]
    joined_words([*pages[0].pieces, Piece("א", 510, 600, 800, 10, False)], Rulings())
    laid_out(pages)
    assert time.monotonic() - started < 10


def test_even_an_impossible_page_can_be_laid_out():
    odd = [
        Piece("word", 1e30, -1e30, 0.0, 0.0, False),
        Piece("word", 5.0, 5.0, 5.0, 1e9, True),
        Piece("", 0.0, 0.0, 0.0, -1.0, False),
    ]
    assert sum(len(line.text) for line in page_lines(odd, Rulings())) >= 8
