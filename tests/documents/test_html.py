"""Web pages: everything that is said in the main text is kept, in order, and with its structure."""

import pytest

from qa.documents.html.alignment import found_in
from qa.documents.html.parse import parse_html
from qa.documents.html.parts import parts_of, tree_of
from qa.errors import UnreadableFile
from qa.types import BlockKind

BODY, HEADING, COLUMNS, ROW, CODE, DOUBTFUL = (
    BlockKind.BODY,
    BlockKind.HEADING,
    BlockKind.COLUMNS,
    BlockKind.ROW,
    BlockKind.CODE,
    BlockKind.DOUBTFUL,
)
FERRY = "The ferry over the Tarn goes from April to October, and its hours hang on the wall of the pier."
CARTS = "Carts are taken over first, then horses, and people on foot last of all, for they can wait inside."


def parts(markup: str | bytes) -> list[tuple[BlockKind, str]]:
    return [(part.kind, part.text) for part in parts_of(tree_of(markup))]


def texts(markup: str) -> list[str]:
    return [text for _, text in parts(markup)]


def page(body: str, head: str = "") -> list[tuple[BlockKind, str]]:
    parsed = parse_html("a.html", f"<html><head>{head}</head><body>{body}</body></html>".encode())
    return [(block.kind, parsed.text[block.start : block.end]) for block in parsed.blocks]


def date_of(head: str = "", body: str = "") -> str:
    html = f"<html><head>{head}</head><body><p>{FERRY}</p>{body}<p>{CARTS}</p></body></html>"
    return parse_html("a.html", html.encode()).metadata.get("date", "")


# --- the parts of a tree --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("Own text<p>a paragraph</p>and its tail", ["Own text", "a paragraph", "and its tail"]),
        ("<ul><li>Hall<ul><li>pump</li></ul>with oil</li></ul>", ["Hall", "pump", "with oil"]),
        ("<li><p>The saw.</p>It has 60 teeth.", ["The saw.", "It has 60 teeth."]),
        ("<dl><dt>Alder<dd>118 crowns</dl>", ["Alder", "118 crowns"]),
        ("<p>Monday 9 to 12<br>Friday 10 to 16", ["Monday 9 to 12", "Friday 10 to 16"]),
        ("<blockquote>Wait.<p>He did.</p>Long.</blockquote>", ["Wait.", "He did.", "Long."]),
        ("<p>a <b>bold</b>ly <i>set</i> word", ["a boldly set word"]),
        ("<p>Zwi\u00adschen\u200braum", ["Zwischenraum"]),
        ("<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>", ["漢(kan)"]),
        ("<math><mfrac><mi>a</mi><mi>b</mi></mfrac></math>", ["a / b"]),
        (
            "<!-- no --><script>no</script><style>no</style><p hidden>no</p><template>no</template>yes",
            ["yes"],
        ),
        ("<svg><text>North</text><desc>no</desc></svg>", ["North"]),
        ("", []),
        ("<!-- nothing -->", []),
    ],
)
def test_text_is_kept_in_reading_order(markup, expected):
    assert texts(markup) == expected


def test_a_sentence_that_was_broken_for_its_width_is_one_part():
    broken = "The water mill at Ostbruck was built by the<br>carpenter of the monks,<br>Jonas Felber."
    assert texts(broken) == [
        "The water mill at Ostbruck was built by the carpenter of the monks,",
        "Jonas Felber.",
    ]


def test_what_a_style_hides_is_doubtful():
    assert parts("<p>seen<p style='display: none'>unseen") == [(BODY, "seen"), (DOUBTFUL, "unseen")]


def test_code_keeps_its_lines_and_wrapped_prose_does_not():
    assert parts("<pre>\ntide --week\n\n  -w  seven days\n</pre>") == [
        (CODE, "tide --week\n\n  -w  seven days")
    ]
    assert parts(f"<pre>{FERRY.replace(' and ', chr(10) + 'and ')}\n\n{CARTS}</pre>") == [
        (BODY, FERRY),
        (BODY, CARTS),
    ]


def test_a_table_has_column_names_and_rows():
    table = (
        "<table><caption>Rooms</caption><tr><th>Room<th>Price"
        "<tr><td>Alder<br>(upper)<td><p>118</p>crowns</table>"
    )
    assert parts(table) == [(BODY, "Rooms"), (COLUMNS, "Room | Price"), (ROW, "Alder (upper) | 118 crowns")]


def test_merged_cells_keep_the_columns_and_stand_in_each_row():
    table = (
        "<table><tr><th rowspan=2>Room<th colspan=2>Price<tr><th>May<th>June"
        "<tr><td rowspan=2>Alder<td colspan=2>closed<tr><td>118<td>140</table>"
    )
    assert [text for _, text in parts(table)] == [
        "Room | Price May | Price June",
        "Alder | closed",
        "Alder | 118 | 140",
    ]


def test_a_table_that_lays_out_a_page_is_no_table():
    inner = "<table><tr><td>Alder<td>118<tr><td>Birch<td>74</table>"
    assert parts(f"<table><tr><td>left{inner}<td>right</table>") == [
        (BODY, "left"),
        (ROW, "Alder | 118"),
        (ROW, "Birch | 74"),
        (BODY, "right"),
    ]


@pytest.mark.parametrize(
    "markup", ["<div>", "<b>", "<table><tr><td>", "<ul><li>", "<math><mrow>", "<blockquote>"]
)
def test_text_in_deeply_nested_elements_is_kept(markup):
    assert " ".join(texts(f"<p>first</p>{markup * 5000}deep<p>last</p>")).split() == ["first", "deep", "last"]


def test_xhtml_is_read_as_it_was_meant():
    xhtml = (
        "<?xml version='1.0' encoding='utf-8'?><html xmlns='http://www.w3.org/1999/xhtml'><head>"
        "<script src='a.js'/><title/></head><body><p/>"
        "<p>K&ouml;nig <a id='x'/><![CDATA[a < b]]></p></body></html>"
    )
    assert texts(xhtml) == ["König a < b"]
    assert parts(xhtml.encode()) == parts(xhtml)


def test_entities_are_not_expanded_and_nothing_is_fetched():
    assert "secret" not in str(texts('<!DOCTYPE html [<!ENTITY e SYSTEM "file:///secret">]><p>&e; end</p>'))


# --- what is main text ----------------------------------------------------------------------------


def test_texts_are_found_in_order_and_once():
    wanted = ["Home", "The ferry goes at nine o'clock", "Home", "and comes back at five", "Menu"]
    extracted = "The ferry goes at nine o'clock\nHome\nand comes back at five"
    assert found_in(extracted, wanted) == [False, True, True, True, False]
    assert found_in(extracted, [*wanted[1:4], *wanted[1:4]]) == [True, True, True, False, False, False]


@pytest.mark.parametrize(
    "body",
    [
        "<h1>Rules of the gate</h1><h2>It is locked at nine</h2><h2>Dogs are kept on a lead</h2>",
        "<p>Key: 5519</p>",
        "<table><tr><th>Room<th>Price<tr><td>Alder<td>118 crowns</table>",
        "<ul><li>Alder 118 crowns<li>Birch 74 crowns</ul>",
        f"<h1>Ferry</h1><p>{FERRY}</p><p>{CARTS}</p><p>Fare: 4 crowns.</p>",
        f"<h1>Ferry</h1>{FERRY}<h2>Carts</h2>{CARTS}<h2>Fare</h2>4 crowns.",
        f"<p>{FERRY}</p><dl><dt>Alder<dd>118 crowns<dt>Birch<dd>74 crowns</dl><p>{CARTS}</p>",
        f"<p>{FERRY}</p><ol><li>Upper hall<ol><li>Pump seven</ol>with oil</ol><p>{CARTS}</p>",
        f"<p>{FERRY}</p><h2>Topics</h2><ul><li>Hives<li>Swarms</ul><h2>Tags</h2><p>Red: locks.</p>",
        f"<h2>Discussion</h2><p>{FERRY}</p><h2>More about carts</h2><p>{CARTS}</p><h2>Notes</h2><p>Wait.</p>",
        f"<p>{FERRY}</p><ol><li>Open https://box.example/a<li>Enter 5519<li>See https://box.example/b</ol>",
        f"<p>{FERRY}</p><p>(b) keep the wheel dry</p><p>(c) insure it for 20,000 crowns</p><p>{CARTS}</p>",
        f"<center><font size=5>The Mill</font></center><br>{FERRY}<br><br>{CARTS}<br><br>Open on Sundays.",
        f"<p>{FERRY}</p><p>{CARTS}</p><h2>Die Fähre</h2><p>Sie kostet neun Kronen und fährt täglich.</p>",
        f"<nav><p>{FERRY}</p><p>{CARTS}</p><p>Nobody waits.</p>",
        f"<p>{FERRY}</p>" + "<p>Nobody waits.</p>" * 9 + f"<p>{CARTS}</p>",
    ],
)
def test_a_simple_page_is_kept_whole(body):
    assert page(body) == parts(body)


def test_a_menu_is_left_out_and_other_text_beside_the_main_text_is_doubtful():
    menu = "<nav><a href='/'>Home</a> <a href='/n'>News</a></nav>"
    figure = "<figure><figcaption>The ferry Heron in 1913</figcaption></figure>"
    footer = "<footer><p>Telephone 555 118</p><p>© 2021 The Pier</p></footer>"
    main = f"<main><h1>Ferry</h1><p>{FERRY}</p>{figure}<p>{CARTS}</p></main>"
    parsed = parse_html("a.html", f"<html><body>{menu}{main}{footer}</body></html>".encode())
    doubtful = [
        (block.reason, parsed.text[block.start : block.end])
        for block in parsed.blocks
        if block.kind is DOUBTFUL
    ]
    assert doubtful == [
        ("beside the main text", "The ferry Heron in 1913"),
        ("outside the main content", "Telephone 555 118"),
    ]
    assert [text for _, text in parsed.left_out] == ["Home News", "© 2021 The Pier"]


def test_a_page_too_large_for_the_extractor_is_read_whole():
    rows = "".join(f"<p>Lamp {n} is lit.</p>" for n in range(51_000))
    assert page(f"<nav>Home</nav>{rows}") == [(BODY, f"Lamp {n} is lit.") for n in range(51_000)]


@pytest.mark.parametrize("raw", [b"", b"<", b"<p></p>", b"<nav>Home</nav>", b"&#0;", b"<p>" * 3000])
def test_a_page_without_text_is_refused(raw):
    with pytest.raises(UnreadableFile, match="no article text found"):
        parse_html("a.html", raw)


@pytest.mark.parametrize(
    "head",
    [
        f"<meta name='author' content='{'(a ' * 40_000}'>",
        f"<title>{'a - ' * 40_000}</title>",
        f"<script type='application/ld+json'>{'[' * 100_000}</script>",
        "<script type='application/ld+json'>" + '"author": ' * 20_000 + "</script>",
        f"<link rel='canonical' href='http://a.example/{'2020/' * 30_000}'>",
        "<meta " + " ".join(f"a{n}=1" for n in range(20_000)) + ">",
    ],
)
def test_a_page_with_huge_attributes_is_read(head):
    assert page(f"<p>{FERRY}</p><p>{CARTS}</p>", head) == [(BODY, FERRY), (BODY, CARTS)]


# --- the date -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("<meta property='article:published_time' content='2021-03-04T07:00:00Z'>", ""),
        ("<meta name='DC.date' content='2021/03/04'>", ""),
        ('<script type="application/ld+json">{"@graph":[{"datePublished":"2021-03-04"}]}</script>', ""),
        ("", "<time datetime='2021-03-04'>Thursday</time>"),
        ("", "<time datetime='1999-01-01'></time><time pubdate datetime='2021-03-04'></time>"),
        ("<link rel='canonical' href='https://gazette.example/2021/3/4/ferry'>", ""),
    ],
)
def test_the_date_is_the_one_that_the_page_states(head, body):
    assert date_of(head, body) == "2021-03-04"


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("", "<p>Pump seven was built on 4 March 2021, and pump nine in 2004.</p>"),
        ("<meta name='date' content='soon'>", "<p>© 2021</p>"),
        ("", "<time datetime='2021-03-04'></time><time datetime='2021-03-05'></time>"),
        ("<link rel='canonical' href='https://gazette.example/2021/99/99/ferry'>", ""),
        ("<script type='application/ld+json'>{broken</script>", ""),
    ],
)
def test_a_date_is_not_made_of_the_text(head, body):
    assert date_of(head, body) == ""
