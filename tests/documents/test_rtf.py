"""RTF files: what is read from them, and what is refused."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.documents.rtf.parse import parse_rtf
from qa.errors import UnreadableFile

PROSE = "The ferry leaves the quay at seven every morning and comes back in the evening."


def rtf(body: str, header: str = "") -> bytes:
    return rf"{{\rtf1\ansi\ansicpg1252\deff0 {header}{body}}}".encode("latin-1")


def blocks(raw: bytes) -> list[tuple[str, str]]:
    parsed = parse_rtf("a.rtf", raw)
    return [(block.kind.value, parsed.text[block.start : block.end]) for block in parsed.blocks]


def texts(raw: bytes) -> list[str]:
    return [text for _, text in blocks(raw)]


def left_out(raw: bytes) -> tuple[tuple[str, str], ...]:
    return parse_rtf("a.rtf", raw).left_out


# --- text ----------------------------------------------------------------------------------------


def test_paragraphs_end_with_par_and_lines_of_the_file_mean_nothing():
    raw = rtf("\\pard The ferry lea\r\nves {\\b at} seven.\\par\r\nIt came\\line back\\tab late.")
    assert texts(raw) == ["The ferry leaves at seven.", "It came back late."]


def test_headings_are_told_by_style_outline_or_look():
    styles = r"{\stylesheet{\s0 Normal;}{\s1 heading 1;}{\s2\outlinelevel1 House;}{\*\cs1 Strong;}}"
    body = (
        r"\pard\s1 The ferry\par \pard\s2 Its boats\par \pard\outlinelevel2 Oars\par"
        r"\pard\b Tickets\b0\par \pard\b " + PROSE + r"\b0\par \pard " + PROSE
    )
    kinds = [kind for kind, _ in blocks(rtf(body, styles))]
    assert kinds == ["heading", "heading", "heading", "heading", "body", "body"]


def test_signs_are_written_in_many_ways():
    body = r"\ldblquote caf\'e9\rdblquote\~12\endash 14 \u8364?5 \u-10179\'3f\u-8704\'3f x\_y a\-b \{\}\\"
    assert texts(rtf(body)) == ["“café” 12–14 €5 😀 x-y ab {}\\"]


def test_older_readers_text_is_skipped_as_long_as_it_should_be():
    assert texts(rtf(r"{\uc2\u233 e'a}{\uc0\u233 b}\u233\'e9c\u233?d")) == ["éaébécéd"]


def test_fonts_have_encodings():
    fonts = (
        r"{\fonttbl{\f0\fcharset0 Arial{\*\falt Helvetica};}{\f1\fcharset204 Arial Cyr;}"
        r"{\f2\fcharset128 MS Mincho;}{\f3\fcharset2 Wingdings;}}"
    )
    body = r"{\f1 \'cf\'f0\'e8\'e2\'e5\'f2} {\f2 \'93\'fa\'96\'7b\'83X} {\f3 \'fe} {\f0 \'e9}"
    assert texts(rtf(body, fonts)) == ["Привет 日本ス ☑ é"]


def test_the_code_page_of_the_file_is_used_without_fonts():
    assert texts(rb"{\rtf1\ansi\ansicpg1250 \'b3\'f3d\'9f}") == ["łódź"]
    assert texts(rb"{\rtf1\mac caf\'8e}") == ["café"]
    assert texts(rb"{\rtf1\ansi\ansicpg99999 caf\'e9}") == ["café"]


def test_a_number_that_is_raised_is_no_digit_of_the_one_before_it():
    assert texts(rtf(r"10{\super 6} litres on the 1{\super st}")) == ["10⁶ litres on the 1st"]


def test_lists_have_their_numbers_and_no_bullets():
    fonts = r"{\fonttbl{\f3\fcharset2 Symbol;}}"
    body = (
        r"{\listtext\pard\plain Article 2.\tab}\pard The gate is shut.\par"
        r"{\pntext\f3\'b7\tab}\pard Boats wait.\par"
    )
    assert texts(rtf(body, fonts)) == ["Article 2. The gate is shut.", "Boats wait."]


def test_notes_and_text_boxes_follow_their_paragraph():
    note = r"{\super\chftn}{\footnote\pard\plain{\super\chftn} So says the log.}"
    box = r"{\shp{\*\shpinst{\sp{\sn shapeType}{\sv 202}}{\shptxt\pard Dogs are welcome.\par}}"
    box += r"{\shprslt{\*\do\dptxbx{\dptxbxtext\pard Dogs are welcome.\par}}}}"
    assert texts(rtf(rf"\pard It left{note} at seven{box}.\par It came back.\par")) == [
        "It left at seven.",
        "So says the log.",
        "Dogs are welcome.",
        "It came back.",
    ]


def test_of_fields_the_result_is_read():
    body = r'See {\field{\*\fldinst{HYPERLINK "http://example.org"}}{\fldrslt{\ul the timetable}}}.'
    assert texts(rtf(body)) == ["See the timetable."]


def test_pictures_and_definitions_do_not_leak():
    body = (
        r"{\*\shppict{\pict\pngblip 89504e47}}{\nonshppict{\pict\wmetafile8 0100}}{\*\bkmkstart here}It left."
        r"{\object\objemb{\*\objclass Package}{\*\objdata 0105}{\result{\pict 00}}}{\xe{Ferry}}{\*\unknown x}"
    )
    header = r"{\colortbl;\red0;}{\*\generator Msftedit;}{\*\listtable{\list{\listname ;}\listid1}}"
    assert texts(rtf(body, header)) == ["It left."]
    assert texts(b"{\\rtf1 It {\\pict\\bin5 }}}}}} left.}") == ["It left."]


def test_text_in_two_versions_is_read_once():
    assert texts(rtf(r"{\upr{caf?}{\*\ud{caf\u233?}}} is open.")) == ["café is open."]


def test_a_formula_is_written_in_a_line():
    body = r"{\mmath{\*\moMath{\mf{\mfPr{\mtype bar}}{\mnum{\mr 3 flow}}{\mden{\mr 40 time}}}}}."
    assert texts(rtf(body)) == ["3 flow / 40 time."]


def test_what_is_no_text_of_the_document_is_listed():
    header = r"{\header\pard Harbour Board\par}{\footerf\pard in confidence\par}"
    body = (
        r"\pard It left{\v , they say}.{\*\atnid RF}{\*\atnauthor Ruth Felber}"
        r"{\*\annotation\pard Is it insured?}{\deleted It sank.}\par"
    )
    raw = rtf(body, header)
    assert texts(raw) == ["It left."]
    assert left_out(raw) == (
        ("running header", "Harbour Board"),
        ("running footer", "in confidence"),
        ("comment", "Ruth Felber: Is it insured?"),
        ("hidden text", ", they say"),
    )


# --- tables --------------------------------------------------------------------------------------


def row(*cells: str, edges: tuple[str, ...] = (), more: str = "") -> str:
    edges = edges or tuple(rf"\cellx{1000 * n + 1000}" for n in range(len(cells)))
    inner = "".join(rf"\pard\intbl {cell}\cell" for cell in cells)
    return rf"\trowd{more}{''.join(edges)}{inner}\row "


def test_a_table_is_rows_with_all_their_columns():
    rows = row("Room", "Keeper", "Beds"), row("Birch", "", "2"), row("", "Ruth", "4")
    assert blocks(rtf(rf"\pard Rooms.\par {''.join(rows)}\pard The end.\par")) == [
        ("body", "Rooms."),
        ("column names", "Room | Keeper | Beds"),
        ("table row", "Birch |  | 2"),
        ("table row", "| | Ruth | 4 |"),
        ("body", "The end."),
    ]


def test_a_row_that_is_repeated_on_each_page_names_the_columns():
    rows = row("Room", "Keeper", more=r"\trhdr"), row("Birch", "Ruth")
    assert blocks(rtf("".join(rows)))[0] == ("column names", "Room | Keeper")


def test_merged_cells_stand_in_each_row_and_in_their_first_column():
    down = r"\clvmgf\cellx1000", r"\cellx2000", r"\cellx3000"
    below = r"\clvmrg\cellx1000", r"\cellx3000"
    rows = row("Floor", "Room", "Beds"), row("Ground", "Birch", "2", edges=down)
    rows += row("", "closed", edges=below), row("x", "y", "3")
    assert texts(rtf("".join(rows)))[1:] == ["Ground | Birch | 2", "Ground | closed", "x | y | 3"]


def test_several_paragraphs_in_a_cell_are_one_cell():
    rows = row("Room", "Beds"), row(r"Birch\par and Alder", "2")
    assert texts(rtf("".join(rows)))[1] == "Birch and Alder | 2"


def test_a_table_in_a_cell_stays_in_it():
    inner = r"\pard\intbl\itap2 2020\nestcell 12\nestcell{\*\nesttableprops\trowd\cellx500\cellx900\nestrow}"
    inner += r"{\nonesttables\par}"
    assert texts(rtf(row("Boats", inner + r"\pard\intbl") + row("Weir", "3")))[0] == "Boats | 2020 ¦ 12"


# --- properties ----------------------------------------------------------------------------------


def test_metadata_is_taken_from_the_properties():
    info = (
        r"{\info{\upr{\title Rules}{\*\ud{\title R\u232?gles du bac}}}{\author Oda Kestrin}"
        r"{\revtim\yr2023\mo1\dy1}{\creatim\yr2021\mo11\dy4\hr7}{\*\company Board}{\doccomm x}}"
    )
    parsed = parse_rtf("a.rtf", rtf(PROSE, info))
    assert (parsed.title, parsed.text) == ("Règles du bac", PROSE)
    assert parsed.metadata == {"author": "Oda Kestrin", "date": "2021-11-04"}


def test_the_title_is_the_title_line_or_the_first_heading_or_the_file_name():
    styles = r"{\stylesheet{\s1 heading 1;}{\s2 Title;}}"
    body = rf"\pard\s1 Part one\par \pard\s2 The ferry\par \pard {PROSE}\par"
    assert parse_rtf("a.rtf", rtf(body, styles)).title == "The ferry"
    assert parse_rtf("a.rtf", rtf(body)).title == "A"


# --- files that cannot be read -------------------------------------------------------------------


@pytest.mark.parametrize("raw", [b"words", b"{\\rt", b"PK\x03\x04", b"{\\rtf1" + b"{" * 20_000])
def test_a_file_that_is_no_rtf_is_refused(raw):
    with pytest.raises(UnreadableFile, match="not a valid RTF file"):
        parse_rtf("a.rtf", raw)


@pytest.mark.parametrize(
    "raw",
    [b"{\\rtf1 It left.", b"{\\rtf1 It left.}}}} no}", b"{\\rtf1 {It left.\\par", b" {\\rtf It left.\\"],
)
def test_a_file_cut_short_or_continued_is_read(raw):
    assert texts(raw) == ["It left."]


@pytest.mark.parametrize(
    "raw",
    [
        b"\\'e9" * 200_000, b"{\\b x}" * 100_000, b"\\u233 ?" * 100_000, b"{\\v x}" * 100_000,
        b"x\\par " * 100_000, b"{\\header x}" * 50_000, b"{" * 9000, b"{\\pict" + b"00" * 1_000_000 + b"}",
        b"\\trowd\\cellx1\\cellx9999\\cell x\\cell\\row" * 50_000, b"{\\footnote" * 3000,
    ],
    ids=range(10),
)  # fmt: skip
def test_long_files_take_seconds(raw):
    started = time.monotonic()
    parse_rtf("a.rtf", b"{\\rtf1 " + raw + b"}")
    assert time.monotonic() - started < 10


WORDS = (
    r"\par \row \cell \trowd \cellx100 \intbl \pard \u233 \'e9 \uc5 { } { } \footnote \* \pict \v \fonttbl"
    r" \f1 ; \stylesheet \info \title \upr \ud \bin3 \shptxt \listtext \nestcell \nestrow x \super \plain"
    r" \deleted"
).split()


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=60))
def test_words_in_any_order_are_read(words):
    assert isinstance(texts(("{\\rtf1 " + " ".join(words)).encode()), list)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read(content):
    assert isinstance(texts(b"{\\rtf1 " + content), list)
