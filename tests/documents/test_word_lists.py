"""Numbers of lists and headings in Word documents: no run of text has them, and all readers see them."""

import pytest
from word_files import blocks, p, r, texts, write_docx


def level(number: int, template: str, form: str = "decimal", more: str = "") -> str:
    return f'<w:lvl w:ilvl="{number}"><w:numFmt w:val="{form}"/><w:lvlText w:val="{template}"/>{more}</w:lvl>'


def numbering(*levels: str, num: str = "") -> str:
    """A scheme, and list 1 that follows it; `num` changes the list."""
    return (
        f'<w:abstractNum w:abstractNumId="0">{"".join(levels)}</w:abstractNum>'
        f'<w:num w:numId="1"><w:abstractNumId w:val="0"/>{num}</w:num>'
    )


def item(text: str, depth: int = 0, number: int = 1) -> str:
    return p(r(text), f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>')


def test_articles_have_the_number_that_the_list_gives_them():
    body = p(r("The statutes of the lock.")) + item("The gate is shut at nine.") + item("Boats wait.")
    assert texts(write_docx(body, numbering=numbering(level(0, "Article %1.")))) == [
        "The statutes of the lock.",
        "Article 1. The gate is shut at nine.",
        "Article 2. Boats wait.",
    ]


def test_levels_count_anew_below_each_item():
    levels = level(0, "%1."), level(1, "%1.%2"), level(2, "(%3)", "lowerRoman")
    depths = [0, 1, 2, 2, 1, 2, 0, 1]
    body = "".join(item("x", depth) for depth in depths)
    assert texts(write_docx(body, numbering=numbering(*levels))) == [
        "1. x", "1.1 x", "(i) x", "(ii) x", "1.2 x", "(i) x", "2. x", "2.1 x",
    ]  # fmt: skip


def test_a_level_may_go_on_counting():
    levels = level(0, "Part %1"), level(1, "§ %2", more='<w:lvlRestart w:val="0"/>')
    body = "".join(item("x", depth) for depth in (0, 1, 1, 0, 1))
    assert texts(write_docx(body, numbering=numbering(*levels))) == [
        "Part 1 x", "§ 1 x", "§ 2 x", "Part 2 x", "§ 3 x",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "start", "shown"),
    [
        ("lowerLetter", 26, ["z", "aa"]), ("upperRoman", 9, ["IX", "X"]), ("decimalZero", 9, ["09", "10"]),
        ("ordinal", 2, ["2nd", "3rd"]), ("ordinalText", 1, ["First", "Second"]), ("none", 1, ["", ""]),
        ("cardinalText", 21, ["Twenty-one", "Twenty-two"]), ("upperLetter", 3, ["C", "D"]),
        ("decimalEnclosedCircle", 1, ["①", "②"]), ("ofTheFuture", 1, ["1", "2"]),
    ],
)  # fmt: skip
def test_numbers_have_many_forms(form, start, shown):
    lists = numbering(level(0, "%1", form, f'<w:start w:val="{start}"/>'))
    expected = [f"{number} x".strip() for number in shown]
    assert texts(write_docx(item("x") * 2, numbering=lists)) == expected


def test_legal_numbers_are_digits_whatever_the_level_above_has():
    levels = level(0, "Article %1", "upperRoman"), level(1, "%1.%2", more="<w:isLgl/>")
    assert texts(write_docx(item("x") + item("y", 1), numbering=numbering(*levels))) == [
        "Article I x",
        "1.1 y",
    ]


def test_two_lists_of_one_scheme_go_on_and_one_that_starts_again_does_so_once():
    lists = numbering(level(0, "%1.")) + (
        '<w:num w:numId="2"><w:abstractNumId w:val="0"/></w:num>'
        '<w:num w:numId="3"><w:abstractNumId w:val="0"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'
    )
    body = "".join(item("x", 0, number) for number in (1, 1, 2, 3, 3))
    assert texts(write_docx(body, numbering=lists)) == ["1. x", "2. x", "3. x", "1. x", "2. x"]


def test_a_list_may_change_a_level_of_its_scheme():
    change = f'<w:lvlOverride w:ilvl="0">{level(0, "Rule %1:")}</w:lvlOverride>'
    assert texts(write_docx(item("x"), numbering=numbering(level(0, "%1."), num=change))) == ["Rule 1: x"]


STYLES = (
    '<w:style w:styleId="H1"><w:name w:val="heading 1"/>'
    '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    '<w:style w:styleId="H2"><w:name w:val="heading 2"/><w:basedOn w:val="H1"/></w:style>'
)


def test_headings_are_numbered_by_their_style_and_the_title_is_the_words():
    lists = numbering(
        level(0, "%1", more='<w:pStyle w:val="H1"/>'), level(1, "%1.%2", more='<w:pStyle w:val="H2"/>')
    )
    body = "".join(
        p(r(text), f'<w:pStyle w:val="{style}"/>')
        for text, style in (("The weir", "H1"), ("Its gates", "H2"), ("The lock", "H1"), ("Its walls", "H2"))
    )
    raw = write_docx(body + p(r("It was built in 1902.")), numbering=lists, styles=STYLES)
    assert blocks(raw)[:4] == [
        ("heading", "1 The weir"),
        ("heading", "1.1 Its gates"),
        ("heading", "2 The lock"),
        ("heading", "2.1 Its walls"),
    ]


def test_a_paragraph_may_refuse_the_number_of_its_style():
    none = '<w:pStyle w:val="H1"/><w:numPr><w:numId w:val="0"/></w:numPr>'
    raw = write_docx(p(r("Foreword"), none), numbering=numbering(level(0, "%1")), styles=STYLES)
    assert texts(raw) == ["Foreword"]


def test_a_scheme_may_be_that_of_a_style():
    lists = numbering(level(0, "%1)")) + (
        '<w:abstractNum w:abstractNumId="7"><w:numStyleLink w:val="L"/></w:abstractNum>'
        '<w:num w:numId="5"><w:abstractNumId w:val="7"/></w:num>'
    )
    style = '<w:style w:styleId="L"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    assert texts(write_docx(item("x", 0, 5), numbering=lists, styles=style)) == ["1) x"]


def test_bullets_are_left_out_but_boxes_to_tick_are_not():
    def bullet(sign: str, font: str) -> str:
        font = f'<w:rPr><w:rFonts w:ascii="{font}"/></w:rPr>'
        return numbering(level(0, sign, "bullet", font))

    assert texts(write_docx(item("x"), numbering=bullet("\uf0b7", "Symbol"))) == ["x"]
    assert texts(write_docx(item("x"), numbering=bullet("\uf0a8", "Wingdings"))) == ["☐ x"]


def test_an_empty_item_counts_and_a_deleted_one_does_not():
    deleted = p(
        f"<w:del>{r('x')}</w:del>",
        '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr><w:rPr><w:del/></w:rPr>',
    )
    body = item("x") + item("") + deleted + item("z")
    assert texts(write_docx(body, numbering=numbering(level(0, "%1.")))) == ["1. x", "3. z"]


@pytest.mark.parametrize(
    "lists",
    [
        "", '<w:num w:numId="1"/>', '<w:num w:numId="1"><w:abstractNumId w:val="9"/></w:num>',
        numbering(), numbering(level(0, "%9%8%%")), numbering(level(0, "%1" * 60)),
        numbering(level(0, "%1", more='<w:start w:val="999999999999"/>')),
        '<w:abstractNum w:abstractNumId="0"><w:numStyleLink w:val="L"/></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>',
    ],
)  # fmt: skip
def test_broken_lists_do_no_harm(lists):
    style = '<w:style w:styleId="L"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    [text] = texts(write_docx(item("It left."), numbering=lists, styles=style))
    assert text.endswith("It left.")
