"""Markdown: titles, and the blocks of the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.documents.plain.markdown import parse_markdown, plain
from qa.types import BlockKind

PROSE = "The ferry leaves the quay at seven every morning and comes back in the evening."


def blocks(text: str) -> list[tuple[str, str]]:
    """The kinds and texts of the blocks."""
    parsed = parse_markdown("a.md", text.encode())
    assert parsed.text == text
    return [(block.kind.value, text[block.start : block.end]) for block in parsed.blocks]


def texts(text: str) -> list[str]:
    return [block for _, block in blocks(text)]


def title(text: str, name: str = "the_old-ferry.md") -> str:
    return parse_markdown(name, text.encode()).title


# --- titles and metadata -------------------------------------------------------------------------


def test_front_matter_gives_title_and_metadata_and_is_not_body():
    head = "title: The Ferry\nauthor: [Oda Kestrin, Pell Aversen]\ndate: 2021-11-04\nmood: blue"
    parsed = parse_markdown("a.md", f"---\n{head}\n---\n\n{PROSE}\n".encode())
    assert parsed.title == parsed.heading_title == "The Ferry"
    assert parsed.metadata == {"author": "Oda Kestrin, Pell Aversen", "date": "2021-11-04"}
    assert [block.kind for block in parsed.blocks] == [BlockKind.FRONT_MATTER, BlockKind.BODY]
    assert parsed.left_out == ()


@pytest.mark.parametrize(
    "text",
    [
        f"---\ntitle: The Ferry\n---\n\n# From the heading\n\n{PROSE}\n",
        f"# The Ferry\n\n{PROSE}\n\n# Tickets\n\n{PROSE}\n",
        f"# The Ferry #\n\n{PROSE}\n",
        f"The Ferry\n=========\n\n{PROSE}\n",
        f"## The Ferry\n\n{PROSE}\n\n## Tickets\n\n{PROSE}\n",
        f"Port of Velmora\n\n# The Ferry\n\n{PROSE}\n",
        f"{PROSE}\n\n# The Ferry\n\n{PROSE}\n",
        f"The Ferry\n\n{PROSE}\n",
        f"<!-- draft -->\n# The *Ferry*\n\n{PROSE}\n",
    ],
)
def test_the_title_stands_above_the_text(text):
    assert title(text) == "The Ferry"


@pytest.mark.parametrize(
    "text",
    [
        f"{PROSE}\n\n## Tickets\n\n{PROSE}\n",
        f"{PROSE}\n\n# Tickets\n\n{PROSE}\n\n# Times\n\n{PROSE}\n",
        f"```sh\n# open the valve\n```\n\n{PROSE}\n",
        f"- a list item\n\n{PROSE}\n",
        f"| Room | Beds |\n|---|---|\n| Birch | 2 |\n\n{PROSE}\n",
        f"By Oda Kestrin\n\n{PROSE}\n",
        f"---\ntitle: {{{{ title }}}}\n---\n\n{PROSE}\n",
    ],
)
def test_what_is_further_down_or_no_heading_is_not_the_title(text):
    parsed = parse_markdown("the_old-ferry.md", text.encode())
    assert (parsed.title, parsed.heading_title) == ("The old ferry", "")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("The **old** _ferry_ of `Tarn`", "The old ferry of Tarn"),
        ("The [ferry](https://ferry.example) of [[Tarn]]", "The ferry of Tarn"),
        ("[[places/tarn|Tarn]] and [[Birch#Times]]", "Tarn and Birch#Times"),
        ("The ferry {#ferry .wide}", "The ferry"),
        ("5 * 3 is 15", "5 * 3 is 15"),
    ],
)
def test_a_title_is_shown_without_marks(line, shown):
    assert plain(line) == shown


def test_a_title_has_at_most_300_characters():
    assert len(title(f"# {'very ' * 5000}long\n\n{PROSE}\n")) <= 300


def test_the_author_is_named_below_the_title():
    parsed = parse_markdown("a.md", f"# The Ferry\n\nBy Oda Kestrin and Pell Aversen\n\n{PROSE}\n".encode())
    assert parsed.metadata == {"author": "Oda Kestrin and Pell Aversen"}
    assert parsed.left_out == ()


@pytest.mark.parametrize("line", ["by a loan in 1871. Each farmer had to sign", "By dawn the lamp was cold"])
def test_a_line_that_begins_with_by_names_no_author(line):
    assert parse_markdown("a.md", f"# The Ferry\n\n{line}\n\n{PROSE}\n".encode()).metadata == {}


def test_front_matter_below_a_byte_order_mark_and_with_windows_newlines_is_read():
    raw = b"\xef\xbb\xbf---\r\ntitle: The Ferry\r\n---\r\nIt left.\r\n"
    assert parse_markdown("a.md", raw).title == "The Ferry"


# --- blocks --------------------------------------------------------------------------------------


def test_headings_are_marked():
    text = f"# The Ferry\n\n{PROSE}\n\nTickets\n---\n{PROSE}\n### Times ###\n{PROSE}\n"
    assert blocks(text) == [
        ("heading", "# The Ferry"), ("body", PROSE), ("heading", "Tickets\n---"), ("body", PROSE),
        ("heading", "### Times ###"), ("body", PROSE),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "code",
    [
        "```sh\n# open the valve\n\nvalve open 3\n```",
        "~~~~\n# a\n```\n# b\n~~~\n~~~~",
        "- ```\n  # open\n  ```",
        "> ```\n> # open\n> ```",
        "```\n# open until the end",
    ],
)
def test_code_is_one_block_and_has_no_headings(code):
    assert blocks(f"{code}\n") == [("code", code)]


@pytest.mark.parametrize("text", ["#no heading", "`# no heading`"])
def test_a_number_sign_alone_makes_no_heading(text):
    assert blocks(f"{text}\n") == [("body", text)]


def test_a_paragraph_is_one_block_however_it_was_wrapped():
    paragraph = (
        "The lock was built by the monks, and was rebuilt\nby a loan in 1871. Each farmer had to sign\nit."
    )
    address = "See https://locks.example/" + "barges-" * 30 + "all for all of them."
    assert texts(f"{paragraph}\n\n{address}\n\nThe toll is nine\ncrowns.\n") == [
        paragraph, address, "The toll is nine\ncrowns.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "lines",
    [
        ["Anna Keel  ", "Lock House 3\\", "Tarn"],
        ["Monday 9 to 12", "Tuesday 10 to 12", "Wednesday closed"],
        ["The ferry goes at break of day,", "Across the water, cold and grey,", "And sings."],
        ["[^1]: Seen in 1902.", "[^2]: Not seen since."],
        ["[tarn]: https://tarn.example", "[birch]: https://birch.example"],
        ["a) the lock", "b) the weir"],
        ["> [!warning] Low water", "> The ferry does not run."],
        ["::: note", "The ferry does not run.", ":::"],
        ["- the lock", "- the weir", "  1. its gate", "  2. its bridge", "- [x] checked", "+ more"],
    ],
)
def test_lines_and_items_stand_for_themselves(lines):
    assert texts("\n".join(lines) + "\n") == [line.strip() for line in lines]


def test_an_item_holds_the_lines_that_belong_to_it():
    items = ["- The lock was built\n  by the monks.", "A second paragraph of it.", "- The weir\nis older."]
    assert texts(f"{items[0]}\n\n  {items[1]}\n{items[2]}\n") == items


def test_a_term_and_its_definition_are_one_block():
    assert texts("Sluice\n: a gate in a lock\nWeir\n: a low dam\n") == [
        "Sluice\n: a gate in a lock", "Weir\n: a low dam",
    ]  # fmt: skip


def test_the_rows_of_a_table_are_marked():
    table = "| Room | Beds |\n|:---|---:|\n| Birch | 2 |\n| `a\\|b` | 4 |"
    assert blocks(f"{table}\nDogs are welcome.\n") == [
        ("column names", "| Room | Beds |\n|:---|---:|"), ("table row", "| Birch | 2 |"),
        ("table row", "| `a\\|b` | 4 |"), ("body", "Dogs are welcome."),
    ]  # fmt: skip


def test_a_table_without_a_rule_is_one_as_well():
    assert blocks("Room | Beds\nBirch | 2\nAlder | 4\n") == [
        ("column names", "Room | Beds"), ("table row", "Birch | 2"), ("table row", "Alder | 4"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "comment",
    ["<!-- ask Ole -->", "<!--\nask\n\nOle\n-->", "%% ask Ole %%", "%%\nask\n\n# Ole\n%%", "- %% ask Ole %%"],
)
def test_comments_are_left_out(comment):
    parsed = parse_markdown("a.md", f"{PROSE}\n\n{comment}\n\n{PROSE}\n".encode())
    assert parsed.left_out == (("comment", comment),)


def test_comments_between_sentences_are_left_out_and_those_within_stay():
    text = "The gate <!-- which? --> is wide. <!-- ask Ole --> It is open. %%why%%"
    assert blocks(text) == [
        ("body", "The gate <!-- which? --> is wide."), ("boilerplate", "<!-- ask Ole -->"),
        ("body", "It is open."), ("boilerplate", "%%why%%"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", [f"<!-- {PROSE}\n", f"%%\n{PROSE}\n", "Write %% twice: 5 %% and 6 %.\n"])
def test_a_comment_that_is_not_closed_is_text(text):
    assert all(kind == "body" for kind, _ in blocks(f"{text}\n{PROSE}\n"))


def test_an_indented_first_line_belongs_to_its_paragraph():
    text = "    The lock was built by the monks of the valley, and was then, much\nlater, rebuilt by a loan."
    assert texts(f"{text}\n") == [text.strip()]


@pytest.mark.parametrize("line", ["Share on Facebook", "Tags: lock", "© 2021 Oda Kestrin", "## References"])
def test_nothing_is_taken_for_the_furniture_of_a_web_page(line):
    assert line in texts(f"{PROSE}\n\n{line}\n\n[1] The lock, https://lock.example, 2021\n")
    assert parse_markdown("a.md", f"{PROSE}\n\n{line}\n".encode()).left_out == ()


# --- any text ------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    ["# ", "## a\n", "a ", PROSE, "\n", "\n\n", "> ", "- ", "1. ", "  ", "    ", "\t", "|", "| a | b |\n",
     "|---|---|\n", "---\n", "===\n", "```\n", "~~~", "<!--", "-->", "%%", "[^1]: ", "[a]: b\n", ": ",
     "[[x|y]]", "<div>", "</div>\n", "\\", "*", "`", "+++\n", "{", "}\n", "title: a\n", "::: ", "\u00a0",
     "\u2028", "\f", "é", "中", "  \n", "[!note] "]
)  # fmt: skip


@given(st.lists(PIECES, min_size=1, max_size=40).map("".join))
def test_every_word_is_in_a_block(text):
    parsed = parse_markdown("a.md", f"a{text}".encode())
    end = 0
    for block in parsed.blocks:
        assert end <= block.start < block.end <= len(parsed.text)
        assert not parsed.text[end : block.start].strip()
        end = block.end
    assert not parsed.text[end:].strip()


@pytest.mark.parametrize(
    "unit",
    [" ", "#", "# ", "|", "-", "\n", "a ", "> ", "[", "`", '"', "*", "- ", "```\n", "|-\n", "a|b\n", "\t",
     "<", "<!--", "%%", "%%a\n", "- a\n", ">\n", "[a]: ", "[^1]: a\n", "<div>\n", "a\n: b\n", "[[", "{"],
)  # fmt: skip
@pytest.mark.parametrize("before", ["", "---\ntitle: ", "> - # "])
@pytest.mark.slow
def test_any_repetition_is_read(unit, before):
    text = before + unit * (200_000 // len(unit))
    assert parse_markdown("a.md", text.encode()).text == text
