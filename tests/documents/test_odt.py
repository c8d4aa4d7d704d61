"""OpenDocument texts, as LibreOffice writes them: what is read from them, and what is refused."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from word_files import zip_of

from qa.documents.odt.parse import parse_odt
from qa.documents.office.package import Package
from qa.errors import UnreadableFile

PROSE = "The ferry leaves the quay at seven every morning and comes back in the evening."
NAMES = " ".join(f'xmlns:{p}="urn:{p}"' for p in "office text table style draw svg fo dc meta xlink".split())


def write_odt(body: str, styles: str = "", automatic: str = "", **more: str) -> bytes:
    """A package made by hand; `automatic` are the styles of its paragraphs, `more` are further parts."""
    content = (
        f"<office:document-content {NAMES}><office:automatic-styles>{automatic}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    parts = {f"{name}.xml": f"<office:x {NAMES}>{xml}</office:x>" for name, xml in more.items()}
    files = {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content, **parts}
    return zip_of(
        files | {"styles.xml": f"<office:document-styles {NAMES}>{styles}</office:document-styles>"}
    )


def p(inner: str, style: str = "Standard") -> str:
    return f'<text:p text:style-name="{style}">{inner}</text:p>'


def h(inner: str, level: int = 1) -> str:
    return f'<text:h text:outline-level="{level}">{inner}</text:h>'


def blocks(raw: bytes) -> list[tuple[str, str]]:
    parsed = parse_odt("a.odt", raw)
    return [(block.kind.value, parsed.text[block.start : block.end]) for block in parsed.blocks]


def texts(raw: bytes) -> list[str]:
    return [text for _, text in blocks(raw)]


def left_out(raw: bytes) -> tuple[tuple[str, str], ...]:
    return parse_odt("a.odt", raw).left_out


# --- text ----------------------------------------------------------------------------------------


def test_headings_and_paragraphs_are_read_in_order():
    body = h("The ferry") + p('It leaves at <text:span text:style-name="T1">seven</text:span> in May.')
    assert blocks(write_odt(body + h("The end", 2) + p(PROSE))) == [
        ("heading", "The ferry"),
        ("body", "It leaves at seven in May."),
        ("heading", "The end"),
        ("body", PROSE),
    ]


def test_spaces_tabs_and_breaks_separate_words():
    body = p('one<text:s text:c="3"/>two<text:tab/>three<text:line-break/>four<text:soft-page-break/>teen')
    assert texts(write_odt(body)) == ["one two three fourteen"]


def test_styles_make_titles_and_headings():
    styles = (
        '<style:style style:name="P1" style:parent-style-name="Title"/>'
        '<style:style style:name="P2" style:parent-style-name="Heading_20_2"/>'
        '<style:style style:name="P3"><style:text-properties fo:font-weight="bold"/></style:style>'
    )
    body = p("The ferry", "P1") + p("Its boats", "P2") + p("Tickets", "P3") + p(PROSE, "P3") + p(PROSE)
    raw = write_odt(body, automatic=styles)
    assert [kind for kind, _ in blocks(raw)] == ["heading", "heading", "heading", "body", "body"]
    assert parse_odt("a.odt", raw).title == "The ferry"


def test_notes_and_text_boxes_follow_their_paragraph():
    body = f"<text:note-body>{p('So says the log.')}</text:note-body>"
    note = f"<text:note><text:note-citation>1</text:note-citation>{body}</text:note>"
    box = f"<draw:frame><draw:text-box>{p('Dogs are welcome.')}</draw:text-box></draw:frame>"
    shape = f"<draw:custom-shape>{p('Mind the step.')}</draw:custom-shape>"
    body = p(f"It left{note} at seven{box}.") + shape + p("It came back.")
    assert texts(write_odt(body)) == [
        "It left at seven.",
        "So says the log.",
        "Dogs are welcome.",
        "Mind the step.",
        "It came back.",
    ]


def test_what_is_no_text_of_the_document_is_listed():
    hidden = '<style:style style:name="T1"><style:text-properties text:display="none"/></style:style>'
    comment = f"<office:annotation><dc:creator>Ruth</dc:creator>{p('Is it insured?')}</office:annotation>"
    deleted = f"<text:deletion>{p('six')}</text:deletion>"
    deleted = f"<text:tracked-changes>{deleted}</text:tracked-changes>"
    contents = f"<text:index-body>{p('The ferry 1')}</text:index-body>"
    contents = f"<text:table-of-content>{contents}</text:table-of-content>"
    picture = "<draw:frame><draw:image/><svg:desc>A lock in fog</svg:desc></draw:frame>"
    body = (
        deleted
        + contents
        + p(f'It left{comment}<text:span text:style-name="T1">, they say</text:span>.{picture}')
        + f'<text:section text:display="none">{p("Not for readers.")}</text:section>'
    )
    page = (
        f"<style:header>{p('Harbour Board')}</style:header><style:footer>{p('in confidence')}</style:footer>"
    )
    styles = f"<office:master-styles><style:master-page>{page}</style:master-page></office:master-styles>"
    raw = write_odt(body, styles, hidden)
    assert texts(raw) == ["It left."]
    assert left_out(raw) == (
        ("table of contents", "The ferry 1"),
        ("hidden text", ", they say"),
        ("comment", "Ruth: Is it insured?"),
        ("description of a picture", "A lock in fog"),
        ("hidden text", "Not for readers."),
        ("running header", "Harbour Board"),
        ("running footer", "in confidence"),
    )


def test_a_raised_number_is_no_digit_of_the_one_before_it():
    style = (
        '<style:style style:name="T1"><style:text-properties style:text-position="super 58%"/></style:style>'
    )
    assert texts(write_odt(p('10<text:span text:style-name="T1">6</text:span> litres'), automatic=style)) == [
        "10⁶ litres"
    ]


def test_a_formula_is_read_from_its_own_part():
    formula = (
        "<math><semantics><mfrac><mrow><mn>3</mn><mi>flow</mi></mrow><mrow><mi>a</mi><mo>+</mo><mn>1</mn></mrow>"
        "</mfrac><annotation>{3 flow} over {a + 1}</annotation></semantics></math>"
    )
    body = p(f'{PROSE}<draw:frame><draw:object xlink:href="./Object 1"/><draw:image/></draw:frame>')
    raw = zip_of({"content.xml": _content(write_odt(body)), "Object 1/content.xml": formula})
    assert texts(raw) == [PROSE, "3 flow / (a + 1)"]


def _content(raw: bytes) -> bytes:
    content = Package(raw, "OpenDocument text").read("content.xml")
    assert content
    return content


# --- lists ---------------------------------------------------------------------------------------


def level(number: int, form: str, suffix: str = ".", more: str = "") -> str:
    return (
        f'<text:list-level-style-number text:level="{number}" style:num-format="{form}"'
        f' style:num-suffix="{suffix}" {more}/>'
    )


def items(*inner: str, style: str = "L1", more: str = "") -> str:
    listed = "".join(f"<text:list-item>{one}</text:list-item>" for one in inner)
    return f'<text:list text:style-name="{style}" {more}>{listed}</text:list>'


def list_style(*levels: str, name: str = "L1") -> str:
    return f'<text:list-style style:name="{name}">{"".join(levels)}</text:list-style>'


def test_items_have_the_numbers_that_are_shown():
    style = list_style(level(1, "1"), level(2, "a", ")"))
    nested = items(p("First"), p("Second"), style="")
    raw = write_odt(items(p("One") + p("more of it"), p("Two") + nested, p("Three")), automatic=style)
    assert texts(raw) == ["1. One", "more of it", "2. Two", "a) First", "b) Second", "3. Three"]


def test_a_number_may_show_the_levels_above_it():
    style = list_style(level(1, "1"), level(2, "1", "", 'text:display-levels="2"'))
    raw = write_odt(items(p("One") + items(p("x"), p("y"), style="")), automatic=style)
    assert texts(raw) == ["1. One", "1.1 x", "1.2 y"]


def test_a_list_begins_anew_or_goes_on():
    style = list_style(level(1, "1", more='style:num-prefix="Article "'))
    again = items(p("x"), more='text:continue-numbering="true"')
    raw = write_odt(items(p("x"), p("x")) + items(p("x")) + again, automatic=style)
    assert texts(raw) == ["Article 1. x", "Article 2. x", "Article 1. x", "Article 2. x"]


def test_bullets_are_left_out_but_boxes_to_tick_are_not():
    def bullet(sign: str) -> str:
        return list_style(f'<text:list-level-style-bullet text:level="1" text:bullet-char="{sign}"/>')

    assert texts(write_odt(items(p("x")), automatic=bullet("•"))) == ["x"]
    assert texts(write_odt(items(p("x")), automatic=bullet("☐"))) == ["☐ x"]


def test_headings_are_numbered():
    outline = "".join(
        f'<text:outline-level-style text:level="{n}" style:num-format="1" text:display-levels="{n}"/>'
        for n in (1, 2)
    )
    styles = f"<text:outline-style>{outline}</text:outline-style>"
    body = h("The weir") + h("Its gates", 2) + h("The lock") + h("Its walls", 2) + p(PROSE)
    assert texts(write_odt(body, styles))[:4] == [
        "1 The weir",
        "1.1 Its gates",
        "2 The lock",
        "2.1 Its walls",
    ]


# --- tables --------------------------------------------------------------------------------------


def cell(text: str, more: str = "", style: str = "Standard") -> str:
    return f"<table:table-cell {more}>{p(text, style)}</table:table-cell>"


def row(*cells: str, more: str = "") -> str:
    inner = "".join(one if one.startswith("<table:") else cell(one) for one in cells)
    return f"<table:table-row {more}>{inner}</table:table-row>"


def table(*rows: str) -> str:
    return f"<table:table>{''.join(rows)}</table:table>"


def test_a_table_is_rows_with_all_their_columns():
    header = f"<table:table-header-rows>{row('Room', 'Keeper', 'Note')}</table:table-header-rows>"
    assert blocks(write_odt(table(header, row("Birch", "", "closed")))) == [
        ("column names", "Room | Keeper | Note"),
        ("table row", "Birch |  | closed"),
    ]


def test_the_style_of_headings_of_tables_names_the_columns():
    named = row(cell("Room", style="Table_20_Heading"), cell("Keeper", style="Table_20_Heading"))
    assert blocks(write_odt(table(named, row("Birch", "Ruth"))))[0] == ("column names", "Room | Keeper")


COVERED = "<table:covered-table-cell/>"


def test_merged_cells_stand_in_each_row_and_in_their_first_column():
    tall = cell("Ground", 'table:number-rows-spanned="2"')
    wide = cell("closed", 'table:number-columns-spanned="2"')
    rows = (
        row("Floor", "Room", "Beds"),
        row(tall, "Birch", "2"),
        row(COVERED, wide, COVERED),
        row("x", "y", "3"),
    )
    assert texts(write_odt(table(*rows)))[1:] == ["Ground | Birch | 2", "Ground | closed", "x | y | 3"]


def test_cells_and_rows_that_are_written_once_for_many_are_many():
    three = cell("x", 'table:number-columns-repeated="3"')
    rows = row("a", "b", "c", "d"), row(three, "9", more='table:number-rows-repeated="2"')
    assert texts(write_odt(table(*rows))) == ["a | b | c | d", "x | x | x | 9", "x | x | x | 9"]


@pytest.mark.parametrize("what", ["number-columns-repeated", "number-columns-spanned", "number-rows-spanned"])
def test_cells_without_end_do_no_harm(what):
    endless = cell("x" * 200, f'table:{what}="999999"')
    rows = row("a", "b"), *[row(endless, "9", more='table:number-rows-repeated="999999"')] * 20
    started = time.monotonic()
    assert len(parse_odt("a.odt", write_odt(table(*rows))).text) < 3_000_000
    assert time.monotonic() - started < 5


# --- properties ----------------------------------------------------------------------------------


def test_metadata_is_taken_from_the_properties():
    meta = (
        "<office:meta><dc:title>Rules of the ferry</dc:title>"
        "<meta:initial-creator>Oda Kestrin</meta:initial-creator>"
        "<dc:creator>Ruth</dc:creator><meta:creation-date>2021-11-04T07:00:00</meta:creation-date>"
        "<dc:language>en-GB</dc:language></office:meta>"
    )
    parsed = parse_odt("a.odt", write_odt(p(PROSE), meta=meta))
    assert parsed.title == "Rules of the ferry"
    assert parsed.metadata == {"author": "Oda Kestrin", "date": "2021-11-04", "language": "en"}


# --- files that cannot be read -------------------------------------------------------------------

DAMAGED = "not a valid OpenDocument text. Try opening it and saving it again"


def refusal(raw: bytes) -> str:
    with pytest.raises(UnreadableFile) as caught:
        parse_odt("a.odt", raw)
    return str(caught.value)


@pytest.mark.parametrize(
    "raw",
    [
        b"words", zip_of({}), zip_of({"content.xml": "<a/>"}), zip_of({"content.xml": "<a"}),
        zip_of({"content.xml": "<d><body><spreadsheet/></body></d>"}),
    ],
)  # fmt: skip
def test_a_file_that_is_no_text_document_is_refused(raw):
    assert refusal(raw) == DAMAGED


def test_a_password_protected_document_is_refused():
    manifest = "<m><file-entry><encryption-data/></file-entry></m>"
    raw = zip_of({"META-INF/manifest.xml": manifest, "content.xml": b"\x93\x01"})
    assert refusal(raw) == "password-protected. Save a copy without a password"


def test_a_broken_part_does_not_take_the_text_with_it():
    raw = zip_of({"content.xml": _content(write_odt(p(PROSE))), "styles.xml": "<a", "meta.xml": "<b"})
    assert texts(raw) == [PROSE]
    assert [what for what, _ in left_out(raw)] == ["part that cannot be read"] * 2


@pytest.mark.parametrize("nested", ["text:section", "text:list><text:list-item", "text:span", "draw:g"])
def test_deep_nesting_is_read_or_refused(nested):
    names = nested.split("><")
    opened, closed = f"<{nested}>", "".join(f"</{name}>" for name in reversed(names))
    assert texts(write_odt(opened * 100 + p("x") + closed * 100)) in (["x"], [])
    assert refusal(write_odt(opened * 5000 + p("x") + closed * 5000)) == DAMAGED


def test_what_refers_to_itself_ends():
    styles = '<style:style style:name="a" style:parent-style-name="a"/>'
    inner = '<draw:frame><draw:object xlink:href="./Object 1"/></draw:frame>'
    raw = write_odt(p(f"x{inner}", "a"), automatic=styles)
    itself = f"<office:d {NAMES}>{p(f'y{inner}')}</office:d>"
    assert texts(zip_of({"content.xml": _content(raw), "Object 1/content.xml": itself})) == ["x", "y"]


ELEMENTS = (
    "text:p text:h text:span text:list text:list-item text:note text:note-body draw:frame draw:object"
    " table:table table:table-row table:table-cell table:covered-table-cell text:section office:annotation"
    " text:s text:ruby"
).split()
TREES: Any = st.recursive(
    st.text("abc ", max_size=5),
    lambda inner: st.tuples(st.sampled_from(ELEMENTS), st.lists(inner, max_size=4)).map(
        lambda tree: f'<{tree[0]} table:number-rows-spanned="2">{"".join(tree[1])}</{tree[0]}>'
    ),
    max_leaves=30,
)


@settings(max_examples=100, deadline=None)
@given(TREES)
def test_elements_in_any_order_are_read(body):
    assert isinstance(texts(write_odt(body)), list)
