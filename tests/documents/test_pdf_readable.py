"""Letters without meaning in PDFs: fonts that do not say which characters their codes stand for."""

import pytest
from making_pdfs import write_pdf

from qa.documents.formats import parse
from qa.documents.pdf.extract import extract
from qa.documents.pdf.scanned import pages_to_scan
from qa.documents.scans import ocr
from qa.errors import UnreadableFile

PUMPS = "The pumps of the works are read every morning by the keeper of the lock"
SHIFTED = "".join(chr(ord(letter) + 3) if letter.isalpha() else letter for letter in PUMPS)


@pytest.fixture(autouse=True)
def _without_ocr(monkeypatch):
    monkeypatch.setattr(ocr, "is_installed", lambda: False)


def drawn_font(
    names: str = "g%d", mapped: bytes = b"", differences: bytes = b""
) -> tuple[bytes, tuple[bytes, ...]]:
    """A font of drawings, with names for them, and its objects from 7 on."""
    codes = range(32, 127)
    procedures = b"".join(b"/%s 7 0 R" % (names % code).encode() for code in codes)
    differences = differences or b"32" + b"".join(b"/%s" % (names % code).encode() for code in codes)
    font = (
        b"/Subtype/Type3/FontBBox[0 0 750 750]/FontMatrix[0.001 0 0 0.001 0 0]/CharProcs<<%s>>/FirstChar 32"
        b"/LastChar 126/Widths[%s]/Encoding<</Type/Encoding/Differences[%s]>>%s"
        % (procedures, b"550 " * len(codes), differences, mapped)
    )
    drawing = b"500 0 0 0 400 500 d1 0 0 400 500 re f"
    return font, (b"<</Length %d>>stream\n%s\nendstream" % (len(drawing), drawing),)


def page(text: str, font: bytes, more: tuple[bytes, ...]) -> bytes:
    content = b"BT /F 12 Tf 60 700 Td (%s) Tj 0 -20 Td (%s) Tj ET" % (text.encode(), text.encode())
    return write_pdf(content, font=font, more=more)


def refusal(raw: bytes) -> str:
    with pytest.raises(UnreadableFile) as caught:
        parse("a.pdf", raw)
    return str(caught.value)


def test_letters_without_meaning_are_not_read():
    raw = page(SHIFTED, *drawn_font())
    assert refusal(raw) == f"unreadable characters. {ocr.REMEDY}"


def test_drawings_whose_codes_are_letters_are_read():
    assert PUMPS in parse("a.pdf", page(PUMPS, *drawn_font("a%d"))).text


def test_drawings_with_the_names_of_letters_are_read():
    names = b"32/space" + b"".join(
        b" %d/%c" % (c, c) for c in b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    )
    assert PUMPS in parse("a.pdf", page(PUMPS, *drawn_font(differences=names))).text


def test_drawings_with_a_map_of_characters_are_read_by_it():
    cmap = (
        b"/CIDInit/ProcSet findresource begin begincmap 1 begincodespacerange<00><ff>endcodespacerange "
        b"3 beginbfrange<20><20><0020><44><5d><0041><64><7d><0061>endbfrange endcmap end"
    )
    font, more = drawn_font(mapped=b"/ToUnicode 8 0 R")
    more = (*more, b"<</Length %d>>stream\n%s\nendstream" % (len(cmap), cmap))
    assert PUMPS in parse("a.pdf", page(SHIFTED, font, more)).text


def test_numbers_without_a_map_are_kept():
    assert parse("a.pdf", page("118 240 31.5", *drawn_font())).text.startswith("118 240 31.5")


def test_the_readable_part_of_a_page_is_kept_and_the_rest_is_counted():
    font, more = drawn_font()
    second = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    content = b"BT /G 12 Tf 60 700 Td (%s) Tj 0 -20 Td (%s) Tj /F 12 Tf 0 -20 Td (Wkh sxpsv) Tj ET" % (
        PUMPS.encode(), PUMPS.encode(),
    )  # fmt: skip
    raw = write_pdf(content, font=font, more=(*more, second)).replace(b"/F 5 0 R", b"/F 5 0 R/G 8 0 R")
    parsed = parse("a.pdf", raw)
    assert parsed.text == f"{PUMPS} {PUMPS}"
    assert parsed.left_out == (("9 unreadable characters", "page 1"),)


def test_pages_with_letters_without_meaning_can_be_scanned(monkeypatch):
    monkeypatch.setattr(ocr, "is_installed", lambda: True)
    seen = []
    monkeypatch.setattr(
        "qa.documents.pdf.parse.replace_scanned", lambda pages, raw: seen.append(pages_to_scan(pages))
    )
    with pytest.raises(UnreadableFile):
        parse("a.pdf", page(SHIFTED, *drawn_font()))
    assert seen == [[1]]


def test_characters_beyond_the_basic_plane_are_whole():
    cmap = (
        b"/CIDInit/ProcSet findresource begin begincmap 1 begincodespacerange<00><ff>endcodespacerange "
        b"1 beginbfchar<41><D835DD38>endbfchar 1 beginbfrange<61><7a><0061>endbfrange endcmap end"
    )
    font = b"/Subtype/Type1/BaseFont/Helvetica/ToUnicode 7 0 R"
    raw = page("set A of pumps", font, (b"<</Length %d>>stream\n%s\nendstream" % (len(cmap), cmap),))
    assert "set 𝔸 of pumps" in extract(raw).pages[0].pieces[0].text
