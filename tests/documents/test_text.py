"""Plain text: titles, and which lines belong together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.documents.plain.text import parse_text

PROSE = "The ferry leaves the quay at seven every morning and comes back in the evening."
WRAPPED = (
    "The ferry leaves the quay at seven every\nmorning and comes back in the evening,\n"
    "unless there is fog over the whole of\nthe sound."
)
ADDRESS = "https://locks.example/" + "barges-" * 30 + "all"
JAPANESE = "水門は千七百八十四年に建てられた。五月から十月まで開いて\nいる。渡し船は朝七時に出て、夕方に戻る。水門は五月から十\n月まで開く。"  # noqa: E501


def blocks(text: str) -> list[tuple[str, str]]:
    parsed = parse_text("a.txt", text.encode())
    assert parsed.text == text
    return [(block.kind.value, text[block.start : block.end]) for block in parsed.blocks]


def texts(text: str) -> list[str]:
    return [block for _, block in blocks(text)]


def title(text: str) -> str:
    return parse_text("the_old-ferry.txt", text.encode()).title


def test_the_text_is_the_whole_file():
    text = f"\n\n{PROSE}\n\nShare:\n\n\n"
    assert parse_text("a.txt", text.encode()).text == text


# --- titles and headings -------------------------------------------------------------------------


def test_a_first_line_that_is_not_a_sentence_is_title_and_heading():
    text = f"The Ferry to Tolvane\n\n{PROSE}\n"
    assert title(text) == "The Ferry to Tolvane"
    assert blocks(text) == [("heading", "The Ferry to Tolvane"), ("body", PROSE)]


@pytest.mark.parametrize("first", ["By Oda Kestrin", PROSE, "Word " * 40, "- one\n- two", "----"])
def test_a_sentence_or_a_byline_is_not_a_title(first):
    assert title(f"{first}\n\n{PROSE}\n") == "The old ferry"


def test_the_author_is_taken_from_a_byline():
    assert parse_text("a.txt", f"By Oda Kestrin\n\n{PROSE}\n".encode()).metadata == {"author": "Oda Kestrin"}


def test_a_heading_with_a_mark_is_one_and_a_comment_in_a_program_is_not():
    assert blocks(f"# Tickets\n\n{PROSE}\n")[0] == ("heading", "# Tickets")
    assert blocks("# open the valve\nvalve open 3\n")[0] == ("body", "# open the valve")


# --- lines that belong together ------------------------------------------------------------------


@pytest.mark.parametrize(
    "paragraph",
    [
        WRAPPED,
        "The toll is nine for each\ncrown of the load.",
        f"The list of all barges is kept by the clerk at\n{ADDRESS}\nand may be read by all.",
        "The lock was built by the monks of the valley and was then rebuilt by\nOle Brandt in 1871.",
        "Die Boote liegen von April bis Oktober im Hafen, und der Wart\nHans sieht nach den Tauen, damit\ndas Tau nicht nass wird.",  # noqa: E501
        JAPANESE,
        "> The ferry leaves at seven and\n> comes back in the evening.",
        "- The lock was built by the monks\n  of the valley.",
        "1. Open the valve\n   Slowly.",
    ],
)
def test_wrapped_lines_are_one_paragraph(paragraph):
    assert texts(f"{paragraph}\n\n{paragraph}\n") == [paragraph, paragraph]


def test_long_lines_elsewhere_do_not_matter():
    long = f"{PROSE} " * 5
    assert texts(f"{long}\n\n{WRAPPED}\n\nSee {ADDRESS}\n\n{long}\n{long}\n") == [
        long.strip(), WRAPPED, f"See {ADDRESS}", long.strip(), long.strip(),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "lines",
    [
        [
            "The ferry goes at break of day,",
            "Across the water, cold and grey,",
            "The keeper sings",
            "All day.",
        ],
        ["The ferry goes at break of day", "Across the water cold and grey", "The keeper sings all day"],
        ["Oda Kestrin", "Lock House 3", "4821 Tarn"],
        ["From: Oda Kestrin", "To: the harbour office of Velmora", "Date: 3 May"],
        ["- the lock", "- the weir", "1. the gate", "2) the bridge", "• the mill"],
        ["two eggs from the farm", "three spoons of butter", "some salt and pepper too"],
        ["Birch   2    74 crowns", "Alder   4   118 crowns", "Rowan   6   151 crowns"],
        ["def open(valve):", "valve.turn(3)", "return valve"],
        ["<lock>", "<name>Tarn upper lock</name>", "</lock>"],
        [f"{PROSE}", f"{PROSE}", f"{PROSE}"],
        ["הטחנה בכפר נבנתה בשנה רחוקה על ידי נגר זקן", "המפתח של הטחנה תלוי מאחורי התנור הגדול"],
        [f"{PROSE} " * 3 + "One", f"{PROSE} " * 3 + "Two"],
    ],
)
def test_lines_that_stand_for_themselves_are_not_joined(lines):
    assert texts("\n".join(lines) + "\n") == lines


def test_a_line_above_a_wrapped_paragraph_is_not_part_of_it():
    letter = (
        "Dear Anna,\nthank you for the letter that you sent me on Monday, which I have read\nwith pleasure."
    )
    assert texts(letter) == ["Dear Anna,", letter.removeprefix("Dear Anna,\n")]


def test_an_indented_line_begins_a_paragraph():
    first = (
        "The lock was built by the monks of the valley and was rebuilt in\n1871 by a loan. It has two gates."
    )
    second = "Later the monks left the valley, and nobody has seen them since on\nthe river."
    assert texts(f"    {first}\n    {second}\n") == [first, second]


# --- tables --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rows",
    [
        ["Room | Beds | Price", "Birch | 2 | 74 crowns", "Alder | 4 | 118 crowns"],
        ["| Room | Beds |", "| Birch | 2 |", "| Alder | 4 |"],
        ["Room\tBeds\tPrice", "Birch\t2\t74 crowns", "Alder\t\t118 crowns"],
        [" Room  | Beds\n-------+------", " Birch |    2", " Alder |    4"],
    ],
)
def test_the_rows_of_a_table_are_marked(rows):
    names, *rest = rows
    expected = [("column names", names.strip()), *(("table row", row.strip()) for row in rest)]
    assert blocks(f"{PROSE}\n\n" + "\n".join(rows) + f"\n\n{PROSE}\n")[1:-1] == expected


def test_a_table_may_have_no_names_of_columns():
    assert [kind for kind, _ in blocks("Birch | 2\nAlder | 4\n")] == ["table row", "table row"]


@pytest.mark.parametrize("text", ["Home | News\n", "Birch | 2\n\nAlder | 4\n", "\tThe lock.\n\tThe weir.\n"])
def test_a_single_line_with_a_bar_is_no_table(text):
    assert all(kind != "table row" for kind, _ in blocks(text))


# --- any text ------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    ["# ", "a ", PROSE, "\n", "\n\n", "> ", "- ", "1. ", "  ", "\t", "|", "a | b\n", "--+--\n", "===\n",
     "<a>", "By Oda Kestrin", "Share:", "\u00a0", "\u2028", "\f", "é", "中", "{", ";\n"]
)  # fmt: skip


@given(st.lists(PIECES, min_size=1, max_size=40).map("".join))
def test_every_word_is_in_a_block(text):
    parsed = parse_text("a.txt", f"a{text}".encode())
    end = 0
    for block in parsed.blocks:
        assert end <= block.start < block.end <= len(parsed.text)
        assert not parsed.text[end : block.start].strip()
        end = block.end
    assert not parsed.text[end:].strip()


@pytest.mark.parametrize(
    "unit",
    [" ", "#", "# ", "|", "-", "\n", "a ", "> ", "[", "`", '"', "a(", "- ", "a|b\n", "\t", "a\t", "<",
     "- a\n", ">\n", "[1]", ".[1]", "a\n", "A\n", "( ", "--- ", ". ", "/ ", "a: b\n", "é", "中", "By A "],
)  # fmt: skip
@pytest.mark.slow
def test_any_repetition_is_read(unit):
    text = unit * (200_000 // len(unit))
    assert parse_text("a.txt", text.encode()).text == text
