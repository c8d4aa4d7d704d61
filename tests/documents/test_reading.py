"""A file's bytes -> text, title, metadata and blocks."""

import pytest

from qa.documents.formats import MAX_BYTES, parse
from qa.errors import UnreadableFile
from qa.types import BlockKind

RUSSIAN = "Паром уходит с пристани в семь часов утра и возвращается поздно вечером, если нет тумана."
FRENCH = "L’été, le café près de l’église était fermé ; le curé y gardait ses clés, à côté du piano."
PROSE = "The ferry leaves the quay at seven every morning and comes back in the evening."


def refusal(name: str, raw: bytes) -> str:
    with pytest.raises(UnreadableFile) as caught:
        parse(name, raw)
    return str(caught.value)


# --- files that cannot be read -------------------------------------------------------------------


@pytest.mark.parametrize("raw", [b"", b" \n\t\r\n ", "\u00a0 \n\u2003".encode(), b"\xef\xbb\xbf"])
def test_a_file_without_text_is_refused(raw):
    assert refusal("a.txt", raw) in {"the file is empty", "no text found"}


def test_a_file_over_the_limit_is_refused():
    assert refusal("a.txt", b"a" * (MAX_BYTES + 1)) == "larger than 20 MB"


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
