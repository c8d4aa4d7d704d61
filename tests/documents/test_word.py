"""Word documents, made by python-docx and by hand: what is read from them, and what is refused."""

import io
import re
import time
import zipfile
from datetime import datetime

import pytest
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from hypothesis import given, settings
from hypothesis import strategies as st
from word_files import PROSE, blocks, document, make_docx, p, r, texts, write_docx, zip_of

from qa.documents.formats import parse
from qa.documents.office.package import MAX_XML
from qa.errors import UnreadableFile


def outcome(raw: bytes) -> str:
    """The text, or why the file is refused: every file has to end in one of the two."""
    try:
        return parse("a.docx", raw).text
    except UnreadableFile as error:
        return f"refused: {error}"


def refusal(raw: bytes) -> str:
    with pytest.raises(UnreadableFile) as caught:
        parse("a.docx", raw)
    return str(caught.value)


# --- text and structure --------------------------------------------------------------------------


def test_headings_paragraphs_lists_and_tables_are_read_in_order():
    def draw(document: Document) -> None:
        document.add_heading("The ferry", 1)
        paragraph = document.add_paragraph("The ferry leaves the quay at ")
        paragraph.add_run("seven").bold = True
        paragraph.add_run(" every morning.")
        document.add_paragraph("Children travel free", style="List Bullet")
        table = document.add_table(0, 2)
        for values in (("Year", "Boats"), ("2020", "12")):
            for cell, value in zip(table.add_row().cells, values, strict=True):
                cell.text = value
        document.add_heading("The end", 2)
        document.add_paragraph(PROSE)

    assert blocks(make_docx(draw)) == [
        ("heading", "The ferry"),
        ("body", "The ferry leaves the quay at seven every morning."),
        ("body", "Children travel free"),
        ("column names", "Year | Boats"),
        ("table row", "2020 | 12"),
        ("heading", "The end"),
        ("body", PROSE),
    ]


def test_a_style_based_on_a_heading_style_makes_headings():
    def draw(document: Document) -> None:
        style = document.styles.add_style("House", WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles["Heading 2"]
        document.add_paragraph("The ferry of Tolvane and all of its people", style="House")
        document.add_paragraph(PROSE)

    assert blocks(make_docx(draw))[0] == ("heading", "The ferry of Tolvane and all of its people")


def test_a_short_line_in_bold_is_a_heading_but_a_bold_sentence_is_not():
    def draw(document: Document) -> None:
        for text in ("The ferry", PROSE):
            document.add_paragraph().add_run(text).bold = True
        document.add_paragraph(PROSE)

    assert [kind for kind, _ in blocks(make_docx(draw))] == ["heading", "body", "body"]


def test_a_table_used_for_layout_makes_no_rows():
    def draw(document: Document) -> None:
        cell = document.add_table(1, 1).cell(0, 0)
        cell.text = PROSE
        cell.add_paragraph("It came back.")

    assert texts(make_docx(draw)) == [PROSE, "It came back."]


def test_a_table_in_a_cell_stays_in_its_row():
    inner = f"<w:tbl><w:tr><w:tc>{p(r('2020'))}</w:tc><w:tc>{p(r('12'))}</w:tc></w:tr></w:tbl>"
    row = f"<w:tr><w:tc>{p(r('Boats'))}</w:tc><w:tc>{inner}{p('')}</w:tc></w:tr>"
    assert texts(write_docx(f"<w:tbl>{row}</w:tbl>")) == ["Boats | 2020 ¦ 12"]


def test_tracked_insertions_are_read_and_deletions_are_not():
    body = p(
        r("It left at ") + f"<w:del><w:r><w:delText>six</w:delText></w:r></w:del><w:ins>{r('seven')}</w:ins>"
        f"<w:moveFrom>{r(' by day')}</w:moveFrom><w:moveTo>{r(' in fog')}</w:moveTo>" + r(".")
    )
    assert texts(write_docx(body)) == ["It left at seven in fog."]


def test_paragraphs_with_a_deleted_break_between_them_are_one():
    body = p(r("It left "), "<w:rPr><w:del/></w:rPr>") + p(r("at seven."))
    assert texts(write_docx(body)) == ["It left at seven."]


def test_a_large_first_letter_belongs_to_its_word():
    body = p(r("T"), '<w:framePr w:dropCap="drop" w:lines="3"/>') + p(r("he ferry left."))
    assert texts(write_docx(body)) == ["The ferry left."]


def test_a_deleted_row_is_not_read():
    rows = "".join(
        f"<w:tr>{mark}<w:tc>{p(r(year))}</w:tc><w:tc>{p(r('12'))}</w:tc></w:tr>"
        for year, mark in (("2019", "<w:trPr><w:del/></w:trPr>"), ("2020", ""))
    )
    assert texts(write_docx(f"<w:tbl>{rows}</w:tbl>")) == ["2020 | 12"]


def test_notes_follow_the_paragraph_that_refers_to_them():
    body = p(r(PROSE) + '<w:r><w:footnoteReference w:id="2"/></w:r>') + p(r("It came back."))
    notes = f'<w:footnote w:id="2">{p(r("So says the log."))}</w:footnote>'
    assert texts(write_docx(body, footnotes=notes)) == [PROSE, "So says the log.", "It came back."]


def test_a_text_box_is_read_once():
    box = f"<w:txbxContent>{p(r('Dogs are welcome on deck.'))}</w:txbxContent>"
    both = f"<mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
    body = p(r(PROSE) + f"<w:r><mc:AlternateContent>{both}</mc:AlternateContent></w:r>")
    assert texts(write_docx(body)) == [PROSE, "Dogs are welcome on deck."]


def test_tabs_and_breaks_separate_words_and_hyphens_do_not():
    line = r("one") + "<w:r><w:tab/></w:r>" + r("two") + "<w:r><w:br/></w:r>" + r("three")
    body = p(line + "<w:r><w:noBreakHyphen/></w:r>" + r("four"))
    body = f"<w:sdt><w:sdtContent>{body}</w:sdtContent></w:sdt>"
    assert texts(write_docx(body)) == ["one two three-four"]


def test_headers_footers_contents_and_hidden_text_are_left_out_with_a_reason():
    def draw(document: Document) -> None:
        document.styles.add_style("toc 1", WD_STYLE_TYPE.PARAGRAPH)
        document.add_paragraph("The ferry 1", style="toc 1")
        paragraph = document.add_paragraph(PROSE)
        paragraph.add_run("Say that it sank.").font.hidden = True
        document.sections[0].header.paragraphs[0].text = "Harbour Board"
        document.sections[0].footer.paragraphs[0].text = "in confidence"

    parsed = parse("a.docx", make_docx(draw))
    assert parsed.text == PROSE
    assert parsed.left_out == (
        ("table of contents", "The ferry 1"),
        ("hidden text", "Say that it sank."),
        ("running header", "Harbour Board"),
        ("running footer", "in confidence"),
    )


def test_a_strict_document_is_read():
    files = {
        "_rels/.rels": '<R><Relationship Type="http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument"'
        ' Target="/word/main.xml"/></R>',
        "word/main.xml": '<w:document xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"><w:body>'
        f"{p(r(PROSE))}</w:body></w:document>",
    }  # fmt: skip
    assert texts(zip_of(files)) == [PROSE]


# --- properties of the file ----------------------------------------------------------------------


def test_metadata_is_taken_from_the_properties():
    def draw(document: Document) -> None:
        known = document.core_properties
        known.title, known.author, known.language = "Rules of the ferry", "Oda Kestrin", "en-GB"
        known.created = datetime(2021, 11, 4, 7)
        document.add_paragraph(PROSE)

    parsed = parse("a.docx", make_docx(draw))
    assert (parsed.title, parsed.heading_title) == ("Rules of the ferry", "Rules of the ferry")
    assert parsed.metadata == {"author": "Oda Kestrin", "date": "2021-11-04", "language": "en"}
    assert parsed.pages == ()


def test_the_properties_of_the_template_are_ignored():
    assert parse("a.docx", make_docx(lambda document: document.add_paragraph(PROSE))).metadata == {}


def test_the_title_is_the_title_line_or_the_first_heading_or_the_file_name():
    def titled(*texts_and_levels: tuple[str, int | None]) -> str:
        def draw(document: Document) -> None:
            for text, level in texts_and_levels:
                document.add_paragraph(text) if level is None else document.add_heading(text, level)

        return parse("old-ferry.docx", make_docx(draw)).title

    assert titled(("Part one", 1), ("The title", 0), (PROSE, None)) == "The title"
    assert titled((PROSE, None), ("Part one", 1)) == "Part one"
    assert titled((PROSE, None)) == "Old ferry"


# --- files that cannot be read -------------------------------------------------------------------

DAMAGED = "not a valid Word file. Try opening it and saving it again"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)


def test_a_password_protected_document_is_refused():
    raw = OLE + "EncryptedPackage".encode("utf-16-le") + bytes(500)
    assert refusal(raw) == "password-protected. Save a copy without a password"


def test_an_old_word_file_is_refused_with_advice():
    assert refusal(OLE) == "an old Word file (.doc). Open it in Word and save it as .docx"


@pytest.mark.parametrize(
    "raw",
    [
        b"words", b"PK\x03\x04", bytes(5000), b"%PDF-1.7", zip_of({}), zip_of({"a.txt": "words"}),
        zip_of({"word/document.xml": "<w:document"}), zip_of({"word/document.xml": "<workbook/>"}),
        zip_of({"word/document.xml": ""}),
    ],
)  # fmt: skip
def test_a_file_that_is_not_a_word_file_is_refused(raw):
    assert refusal(raw) == DAMAGED


def test_a_document_without_words_is_refused():
    assert refusal(write_docx(p(""))) == "no text found"


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    raw = write_docx(p(r("a" * (MAX_XML + 1))))
    assert len(raw) < 200_000
    assert refusal(raw) == "unpacks to more than 30 MB. Split it"


def test_a_zip_bomb_in_an_unread_part_does_no_harm():
    file = io.BytesIO(write_docx(p(r(PROSE))))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/media/image1.bmp", bytes(300_000_000))
    started = time.monotonic()
    assert texts(file.getvalue()) == [PROSE]
    assert time.monotonic() - started < 5


def test_entities_are_not_resolved(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("the key of the harbour")
    doctype = f'<!DOCTYPE d [<!ENTITY s SYSTEM "{secret.as_uri()}">]>'
    assert texts(zip_of({"word/document.xml": doctype + document(p(r("It left. &s;")))})) == ["It left."]


def test_entities_that_multiply_are_refused():
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    doctype = f'<!DOCTYPE d [<!ENTITY a0 "boat">{entities}]>'
    raw = zip_of({"word/document.xml": doctype + document(p(r("It left. &a11;")))})
    assert refusal(raw) == DAMAGED


@pytest.mark.parametrize("nested", ["<w:sdt>", "<w:p>", "<w:tbl><w:tr><w:tc>", "<w:ins>"])
@pytest.mark.parametrize("depth", [60, 5000])
def test_deep_nesting_is_read_or_refused(nested, depth):
    closed = "".join(f"</{name}>" for name in reversed(re.findall(r"<([\w:]+)>", nested)))
    found = outcome(write_docx(nested * depth + p(r("It left.")) + closed * depth))
    assert found == ("It left." if depth < 100 else f"refused: {DAMAGED}")


def test_circular_styles_do_no_harm():
    styles = "".join(f'<w:style w:styleId="{a}"><w:basedOn w:val="{b}"/></w:style>' for a, b in ("ab", "ba"))
    assert texts(write_docx(p(r(PROSE), '<w:pStyle w:val="a"/>'), styles=styles)) == [PROSE]


def test_a_note_that_refers_to_itself_does_no_harm():
    reference = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    notes = f'<w:footnote w:id="2">{p(r("So says the log.") + reference)}</w:footnote>'
    assert texts(write_docx(p(r(PROSE) + reference), footnotes=notes)) == [PROSE, "So says the log."]


@pytest.mark.slow
@pytest.mark.parametrize("body", [p(r("It left.") * 200_000), p(r("It left.")) * 100_000])
def test_a_long_document_takes_seconds(body):
    started = time.monotonic()
    parse("a.docx", write_docx(body))
    assert time.monotonic() - started < 30


# --- whatever a user sends -----------------------------------------------------------------------

WHOLE = make_docx(lambda document: (document.add_heading("The ferry"), document.add_paragraph(PROSE)))
PATIENT = settings(max_examples=100, deadline=None)


@PATIENT
@given(st.data())
def test_a_file_changed_anywhere_is_read_or_refused(data):
    raw = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 30))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    assert outcome(bytes(raw))


@PATIENT
@given(st.integers(0, len(WHOLE)), st.binary(max_size=200))
def test_a_file_cut_short_or_continued_is_read_or_refused(length, more):
    assert outcome((WHOLE[:length] or b"P") + more)


NAMES = (
    "p r t tbl tr tc ins del br footnoteReference txbxContent pPr rPr b vanish sdt AlternateContent".split()
)
TREES = st.recursive(
    st.text("abc ", max_size=5),
    lambda inner: st.tuples(st.sampled_from(NAMES), st.lists(inner, max_size=4)).map(
        lambda tree: f'<w:{tree[0]} w:val="1" w:id="2">{"".join(tree[1])}</w:{tree[0]}>'
    ),
    max_leaves=30,
)


@PATIENT
@given(TREES)
def test_elements_in_any_order_are_read_or_refused(body):
    assert outcome(write_docx(body, footnotes=f'<w:footnote w:id="2">{body}</w:footnote>', styles=body))
