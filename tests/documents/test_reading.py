"""A file's bytes -> text, title, metadata and blocks."""

import pytest

from qa.documents.formats import MAX_BYTES, parse
from qa.documents.text import decode
from qa.errors import UnreadableFile
from qa.types import BlockKind

RUSSIAN = "Паром уходит с пристани в семь часов утра и возвращается поздно вечером, если нет тумана."
FRENCH = "L’été, le café près de l’église était fermé ; le curé y gardait ses clés, à côté du piano."
GERMAN = "Im Café über dem Fluß saß früher der Fährmann und trank seinen Kräutertee. "
PROSE = "The ferry leaves the quay at seven every morning and comes back in the evening."


def kinds(name: str, text: str) -> list[tuple[str, str]]:
    parsed = parse(name, text.encode())
    return [(block.kind.value, parsed.text[block.start : block.end]) for block in parsed.blocks]


def title(name: str, text: str) -> tuple[str, str]:
    parsed = parse(name, text.encode())
    return parsed.title, parsed.heading_title


def refusal(name: str, raw: bytes) -> str:
    with pytest.raises(UnreadableFile) as caught:
        parse(name, raw)
    return str(caught.value)


# --- encodings and newlines ----------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "windows-1251", "koi8-r"])
def test_russian_is_read_in_any_common_encoding(encoding):
    assert parse("a.txt", (RUSSIAN * 3).encode(encoding)).text == RUSSIAN * 3


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_recognised_by_its_byte_order_mark(encoding):
    assert decode(("\ufeff" + RUSSIAN).encode(encoding)) == RUSSIAN


def test_latin_1_and_windows_1252_are_read():
    assert decode((GERMAN * 3).encode("latin-1")) == GERMAN * 3
    assert decode((FRENCH * 3).encode("windows-1252")) == FRENCH * 3


def test_newlines_are_unified_and_nothing_else_is_altered():
    assert decode(b"one\r\ntwo\rthree\n") == "one\ntwo\nthree\n"
    text = "  tab\there \u00a0 \u200b \u2028 e\u0301 \n\n\n"
    assert decode(text.encode()) == text


def test_the_end_of_file_character_of_dos_does_no_harm():
    assert decode(b"It left.\r\n\x1a") == "It left.\n\x1a"


def test_the_text_is_the_whole_file():
    text = f"---\ntitle: A\n---\n\n# B\n\n{PROSE}\n\nShare:\n\n\n"
    assert parse("a.md", text.encode()).text == text


# --- files that cannot be read -------------------------------------------------------------------


@pytest.mark.parametrize("raw", [b"", b" \n\t\r\n ", "\u00a0 \n\u2003".encode(), b"\xef\xbb\xbf"])
def test_a_file_without_text_is_refused(raw):
    assert refusal("a.txt", raw) in {"the file is empty", "no article text found"}


@pytest.mark.parametrize(
    "raw",
    [
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x02\x00\x00\x00\x01\xf6\x08\x06" * 20,
        b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00" * 20,
        bytes(range(256)) * 8,
        b"plain words and then\x00\x00\x00\x00\x00\x00 zeros " * 5,
    ],
)
def test_a_file_that_is_not_text_is_refused(raw):
    assert refusal("a.txt", raw) == "not a text file, or in an unknown encoding"


def test_a_file_over_the_limit_is_refused():
    assert refusal("a.txt", b"a" * (MAX_BYTES + 1)) == "larger than 20 MB"


def test_a_file_with_nothing_but_boilerplate_is_refused():
    raw = b"- Advertisement -\n\nShare on Facebook\n"
    assert refusal("a.txt", raw) == "no article text found"


# --- front matter --------------------------------------------------------------------------------


def test_front_matter_gives_title_and_metadata_and_is_not_body():
    head = "title: The Ferry\nauthor: [Oda Kestrin, Pell Aversen]\ndate: 2021-11-04\nmood: blue"
    parsed = parse("a.md", f"---\n{head}\n---\n\n{PROSE}\n".encode())
    assert parsed.title == parsed.heading_title == "The Ferry"
    assert parsed.metadata == {"author": "Oda Kestrin, Pell Aversen", "date": "2021-11-04"}
    assert [block.kind for block in parsed.blocks] == [BlockKind.FRONT_MATTER, BlockKind.BODY]
    assert parsed.left_out == ()


@pytest.mark.parametrize(
    ("yaml", "value"),
    [
        ("007", "007"),
        ("1.10", "1.10"),
        ("yes", "yes"),
        ("2021-02-30", "2021-02-30"),
        ("'a: b'", "a: b"),
        ("|\n  a\n  b", "a b"),
    ],
)
def test_front_matter_values_are_taken_as_written(yaml, value):
    assert title("a.md", f"---\ntitle: {yaml}\n---\n{PROSE}\n") == (value, value)


@pytest.mark.parametrize("nothing", ["", "~", "null", "{a: b}", "[]"])
def test_a_title_that_is_not_text_is_ignored(nothing):
    assert title("my-ferry.md", f"---\ntitle: {nothing}\n---\n{PROSE}\n") == ("My ferry", "")


def test_broken_front_matter_is_refused_with_its_line():
    raw = b"---\nauthor: Oda\ntitle: The Ferry: a history\n---\n\nText.\n"
    assert refusal("a.md", raw).startswith("the front matter is not valid YAML (line 3). Correct it")


def test_front_matter_that_is_not_closed_is_refused():
    raw = f"---\ntitle: The Ferry\n\n{PROSE}\n".encode()
    assert refusal("a.md", raw) == "the front matter is not closed. Add a line with --- below it"


def test_prose_between_two_rules_is_not_front_matter():
    assert kinds("a.md", f"---\n\n{PROSE}\n\n---\n\n{PROSE}\n")[1] == ("body", PROSE)


def test_front_matter_below_a_byte_order_mark_and_with_windows_newlines_is_read():
    assert parse("a.md", b"\xef\xbb\xbf---\r\ntitle: The Ferry\r\n---\r\nIt left.\r\n").title == "The Ferry"


def nested(levels: int, line: str) -> str:
    lines = [line.format(n=n, refs=", ".join([f"*a{n - 1}"] * 9)) for n in range(1, levels)]
    return "\n".join(["a0: &a0 {k: v}", *lines])


@pytest.mark.parametrize(
    "yaml",
    [
        nested(30, "a{n}: &a{n} [{refs}]"),
        nested(9, "a{n}: &a{n} {{<<: [{refs}]}}"),
        "word: &w " + "x" * 10_000 + "\nauthor: [" + ", ".join(["*w"] * 10_000) + "]",
    ],
)
def test_front_matter_that_multiplies_itself_does_no_harm(yaml):
    parsed = parse("a.md", f"---\ntitle: The Ferry\n{yaml}\n---\n{PROSE}\n".encode())
    assert parsed.title == "The Ferry"
    assert sum(map(len, parsed.metadata.values())) < 1000


def test_front_matter_nested_too_deeply_is_refused():
    assert "not valid YAML" in refusal("a.md", b"---\ntitle: " + b"[" * 5000 + b"\n---\nText.\n")


def test_half_a_surrogate_pair_in_a_title_is_replaced():
    parsed = parse("a.md", b'---\ntitle: "The \\ud800 Ferry"\n---\nIt left at seven.\n')
    assert parsed.title == "The \ufffd Ferry"


# --- titles --------------------------------------------------------------------------------------


def test_the_title_in_front_matter_wins_over_the_heading():
    assert title("a.md", f"---\ntitle: From above\n---\n\n# From the heading\n\n{PROSE}\n")[0] == "From above"


def test_the_first_heading_wins_over_the_first_line():
    assert title("a.md", f"Port of Velmora\n\n# The Ferry\n\n{PROSE}\n") == ("The Ferry", "The Ferry")


def test_a_first_line_that_is_not_a_sentence_is_title_and_text():
    text = f"The Ferry to Tolvane\n\n{PROSE}\n"
    assert title("a.txt", text) == ("The Ferry to Tolvane", "The Ferry to Tolvane")
    assert kinds("a.txt", text) == [("heading", "The Ferry to Tolvane"), ("body", PROSE)]


@pytest.mark.parametrize("first", ["By Oda Kestrin", "Share on Facebook", "3 days ago", PROSE, "Word " * 40])
def test_a_sentence_a_byline_or_boilerplate_is_not_a_title(first):
    assert title("the_old-ferry.txt", f"{first}\n\n{PROSE}\n") == ("The old ferry", "")


def test_the_author_is_taken_from_a_byline():
    assert parse("a.txt", f"By Oda Kestrin\n\n{PROSE}\n".encode()).metadata == {"author": "Oda Kestrin"}


def test_a_title_has_at_most_300_characters():
    assert len(title("a.md", f"# {'very ' * 5000}long\n\n{PROSE}\n")[0]) <= 300


# --- blocks --------------------------------------------------------------------------------------


def test_headings_are_distinguished_from_body():
    text = f"# The Ferry\n\n{PROSE}\n\n## Tickets\n\n{PROSE}\n\n- a list item\n- another\n"
    assert kinds("a.md", text) == [
        ("heading", "# The Ferry"), ("body", PROSE), ("heading", "## Tickets"), ("body", PROSE),
        ("body", "- a list item"), ("body", "- another"),
    ]  # fmt: skip


def test_wrapped_lines_are_one_paragraph():
    wrapped = (
        "The ferry leaves the quay at seven every\nmorning and comes back in the evening,\n"
        "unless there is fog over the whole of\nthe sound."
    )
    assert [text for _, text in kinds("a.txt", f"{wrapped}\n\n{wrapped}\n")] == [wrapped, wrapped]


def test_everything_left_out_is_listed_with_its_reason():
    parsed = parse("a.txt", f"{PROSE}\n\nShare on Facebook\n\n{PROSE}\n".encode())
    assert parsed.left_out == (("button", "Share on Facebook"),)


# --- web pages -----------------------------------------------------------------------------------


def page(head: str = "", body: str = "") -> str:
    body += "".join(f"<p>{PROSE} Line {n} of the crossing is told here.</p>" for n in range(4))
    menu = "<nav><a href='/'>Home</a></nav>"
    return f"<html lang='en'><head>{head}</head><body>{menu}<article>{body}</article></body></html>"


def test_a_web_page_gives_title_and_metadata():
    head = (
        "<title>The Ferry | Coast Gazette</title><meta property='og:site_name' content='Coast Gazette'>"
        "<meta name='author' content='Oda Kestrin'>"
        "<meta property='article:published_time' content='2021-11-04T07:00:00Z'>"
        "<link rel='canonical' href='https://gazette.example/ferry'>"
    )
    parsed = parse("a.html", page(head).encode())
    assert parsed.title == "The Ferry"
    assert parsed.metadata["source"] == "Coast Gazette"
    assert parsed.metadata["author"] == "Oda Kestrin"
    assert parsed.metadata["date"] == "2021-11-04"
    assert parsed.metadata["url"] == "https://gazette.example/ferry"


def test_the_text_of_a_web_page_is_its_article():
    parsed = parse("a.html", page(body="<h2>At the quay</h2>").encode())
    assert parsed.text.startswith(f"At the quay\n\n{PROSE} Line 0 of the crossing")
    assert [block.kind for block in parsed.blocks] == [BlockKind.HEADING, *[BlockKind.BODY] * 4]
    assert ("outside the main content", "Home") in parsed.left_out


def test_the_declared_charset_of_a_web_page_is_used():
    raw = page("<meta charset='windows-1251'>", f"<p>{RUSSIAN}</p>").encode("windows-1251")
    assert RUSSIAN in parse("a.html", raw).text


@pytest.mark.parametrize("charset", ["undefined", "idna", "punycode", "hex", "no-such", "unicode_escape"])
def test_a_meaningless_charset_is_ignored(charset):
    raw = page(f"<meta charset='{charset}'>", f"<p>{FRENCH} \\ud800</p>").encode("windows-1252")
    assert "l’église" in parse("a.html", raw).text


def test_a_web_page_with_only_a_menu_is_refused():
    raw = b"<html><body><nav><a href='/'>Home</a> <a href='/n'>News</a></nav></body></html>"
    assert refusal("a.html", raw) == "no article text found"


@pytest.mark.parametrize("raw", [b"<", b"<html", b"<!-- nothing -->", b"&#0;", b"<p>" * 3000])
def test_broken_markup_is_refused_without_a_crash(raw):
    assert refusal("a.html", raw)
