"""E-books, made by hand: what is read from them, where their chapters begin, and what is refused."""

import io
import time
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.documents.epub.parse import parse_epub
from qa.documents.parsed import Parsed
from qa.errors import UnreadableFile
from qa.types import BlockKind

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
METADATA = (
    '<dc:title>The Weir of Tarn</dc:title><dc:creator id="a">Mirka Stenn</dc:creator>'
    "<dc:date>1998-05-06</dc:date><dc:language>en-GB</dc:language><dc:publisher>Osk Press</dc:publisher>"
)


def page(body: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml" '
        f'xmlns:epub="http://www.idpf.org/2007/ops"><head><title>no text</title></head>{body}</html>'
    )


def opf(items: str, spine: str, metadata: str = METADATA, more: str = "") -> str:
    return (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0">'
        f'<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">{metadata}</metadata>'
        f"<manifest>{items}</manifest><spine>{spine}</spine>{more}</package>"
    )


def item(name: str, more: str = 'media-type="application/xhtml+xml"') -> str:
    return f'<item id="{name}" href="{name}" {more}/>'


def zip_of(files: dict[str, str | bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in files.items():
            package.writestr(name, text)
    return file.getvalue()


def write_epub(pages: dict[str, str], nav: str = "", more: str = "", **files: str | bytes) -> bytes:
    """A book whose pages are read in the order given; `nav` is the list of its table of contents."""
    items = "".join(map(item, pages)) + more
    if nav:
        items += item("nav.xhtml", 'media-type="application/xhtml+xml" properties="nav"')
    package: dict[str, str | bytes] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "OPS/book.opf": opf(items, "".join(f'<itemref idref="{name}"/>' for name in pages)),
        "OPS/nav.xhtml": page(f'<body><nav epub:type="toc"><ol>{nav}</ol></nav></body>'),
        **{f"OPS/{name}": page(f"<body>{body}</body>") for name, body in pages.items()},
        **files,
    }
    return zip_of(package)


def parse(raw: bytes) -> Parsed:
    return parse_epub("weir.epub", raw)


def places(parsed: Parsed) -> list[tuple[str, str]]:
    """Each part of the text with its place."""
    return [
        (parsed.text[block.start : block.end], parsed.structure.place(block.start, block.end))
        for block in parsed.blocks
    ]


def link(href: str, text: str) -> str:
    return f'<li><a href="{href}">{text}</a></li>'


def test_the_chapters_are_read_in_order_with_their_names_as_places():
    parsed = parse(
        write_epub(
            {"b.xhtml": "<h1>The lock</h1><p>Built in 1913.</p>", "a.xhtml": "<h1>End</h1><p>It rusts.</p>"},
            nav=link("b.xhtml", "Chapter 1: The lock") + link("a.xhtml#x", "Chapter 2: The end"),
        )
    )
    assert places(parsed) == [
        ("The lock", "Chapter 1: The lock"),
        ("Built in 1913.", "Chapter 1: The lock"),
        ("End", "Chapter 2: The end"),
        ("It rusts.", "Chapter 2: The end"),
    ]
    assert [block.kind for block in parsed.blocks[:2]] == [BlockKind.HEADING, BlockKind.BODY]


def test_what_the_book_says_of_itself():
    parsed = parse(write_epub({"a.xhtml": "<p>It rusts.</p>"}))
    assert parsed.heading_title == "The Weir of Tarn"
    assert parsed.metadata == {
        "source": "Osk Press",
        "author": "Mirka Stenn",
        "date": "1998-05-06",
        "language": "en",
    }


@pytest.mark.parametrize(
    ("metadata", "author", "date"),
    [
        (
            "<dc:creator>Ruth Felber</dc:creator><dc:creator>Jonas Felber</dc:creator>",
            "Ruth Felber, Jonas Felber",
            "",
        ),
        (
            '<dc:creator opf:role="ill" xmlns:opf="http://www.idpf.org/2007/opf">Eva Senn</dc:creator>'
            "<dc:creator>Ruth Felber</dc:creator><dc:date>1911</dc:date>",
            "Ruth Felber",
            "1911",
        ),
        (
            '<dc:creator id="c">Eva Senn</dc:creator><meta refines="#c" property="role">trl</meta>'
            "<dc:creator>Ruth Felber</dc:creator><dc:date>2001-02-03T10:00:00Z</dc:date>",
            "Ruth Felber",
            "2001-02-03",
        ),
        ("<dc:creator>Unknown</dc:creator><dc:date>long ago</dc:date>", "", ""),
    ],
)
def test_authors_and_dates(metadata, author, date):
    files = {
        "META-INF/container.xml": CONTAINER,
        "OPS/book.opf": opf(item("a.xhtml"), '<itemref idref="a.xhtml"/>', metadata),
        "OPS/a.xhtml": page("<body><p>It rusts.</p></body>"),
    }
    known = parse(zip_of(files)).metadata
    assert (known.get("author", ""), known.get("date", "")) == (author, date)


def test_chapters_that_begin_within_a_file():
    parsed = parse(
        write_epub(
            {
                "all.xhtml": "<p>A word before.</p><section><h2><a id='c1'></a>The lock</h2>"
                "<p>Built in 1913.</p></section><h2>The ferry</h2>"
                "<table><tr><td id='c 2'>Fare</td><td>Day</td></tr><tr><td>9</td><td>Monday</td></tr></table>"
            },
            nav=link("all.xhtml", "Preface")
            + link("all.xhtml#c1", "1 Lock")
            + link("all.xhtml#c%202", "2 Ferry"),
        )
    )
    assert places(parsed) == [
        ("Preface", "Preface"),
        ("A word before.", "Preface"),
        ("The lock", "1 Lock"),
        ("Built in 1913.", "1 Lock"),
        ("The ferry", "1 Lock"),
        ("2 Ferry", "2 Ferry"),
        ("Fare | Day", "2 Ferry"),
        ("9 | Monday", "2 Ferry"),
    ]
    assert "\ufdd0" not in parsed.text


def test_the_table_of_contents_of_epub_2():
    ncx = (
        '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap><navPoint><navLabel><text>Book One</text>'
        '</navLabel><content src="a.xhtml"/><navPoint><navLabel><text>The lock</text></navLabel>'
        '<content src="text/b%20c.xhtml#top"/></navPoint></navPoint></navMap></ncx>'
    )
    items = item("a.xhtml") + '<item id="b" href="text/b%20c.xhtml" media-type="application/xhtml+xml"/>'
    items += '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
    files = {
        "META-INF/container.xml": CONTAINER,
        "OPS/book.opf": opf(items, '<itemref idref="a.xhtml"/><itemref idref="b"/>'),
        "OPS/toc.ncx": ncx,
        "OPS/a.xhtml": page("<body><h1>Book One</h1></body>"),
        "OPS/text/b c.xhtml": page("<body><p>Built in 1913.</p></body>"),
    }
    assert places(parse(zip_of(files))) == [
        ("Book One", "Book One"),
        ("The lock", "The lock"),  # the chapter itself has no heading
        ("Built in 1913.", "The lock"),
    ]


def test_places_without_a_table_of_contents():
    parsed = parse(
        write_epub(
            {
                "a.xhtml": "<h1>The lock</h1><p>Built in 1913.</p>",
                "b.xhtml": "<p>It rusts.</p>",
                "c_split_000.xhtml": "<h1>The ferry</h1><p>It sails.</p>",
                "c_split_001.xhtml": "<p>It returns.</p>",
            }
        )
    )
    assert [place for _, place in places(parsed)] == [
        "The lock", "The lock", "section 2", "The ferry", "The ferry", "The ferry"
    ]  # fmt: skip


def test_pages_outside_the_reading_order_are_kept_at_the_end():
    items = item("a.xhtml") + item("n.xhtml") + item("x.xhtml")
    spine = '<itemref idref="n.xhtml" linear="no"/><itemref idref="a.xhtml"/>'
    files = {
        "META-INF/container.xml": CONTAINER,
        "OPS/book.opf": opf(items, spine),
        "OPS/a.xhtml": page("<body><p>The text.</p></body>"),
        "OPS/n.xhtml": page("<body><p>The notes.</p></body>"),
        "OPS/x.xhtml": page("<body><p>The letter.</p></body>"),
    }
    assert parse(zip_of(files)).text == "The text.\n\nThe notes.\n\nThe letter."


def test_covers_and_tables_of_contents_are_left_out():
    nav = link("a.xhtml", "The lock") + link("b.xhtml", "The ferry")
    contents = "<h1>In this book</h1><ul>" + nav + "</ul>"
    parsed = parse(
        zip_of(
            {
                "META-INF/container.xml": CONTAINER,
                "OPS/book.opf": opf(
                    "".join(map(item, ("c.xhtml", "t.xhtml", "a.xhtml", "b.xhtml")))
                    + item("nav.xhtml", 'media-type="application/xhtml+xml" properties="nav"'),
                    "".join(f'<itemref idref="{n}.xhtml"/>' for n in ("c", "nav", "t", "a", "b")),
                    more='<guide><reference type="toc" href="t.xhtml"/></guide>',
                ),
                "OPS/nav.xhtml": page(
                    f'<body><nav epub:type="toc"><h2>Contents</h2><ol>{nav}</ol></nav></body>'
                ),
                "OPS/c.xhtml": page('<body epub:type="cover"><p>The Weir of Tarn</p></body>'),
                "OPS/t.xhtml": page(f"<body>{contents}</body>"),
                "OPS/a.xhtml": page("<body><p>Built in 1913.</p></body>"),
                "OPS/b.xhtml": page("<body><p>It sails.</p></body>"),
            }
        )
    )
    assert parsed.text == "The lock\n\nBuilt in 1913.\n\nThe ferry\n\nIt sails."
    assert ("cover", "The Weir of Tarn") in parsed.left_out
    assert ("table of contents", "In this book") in parsed.left_out
    assert ("table of contents", "Contents") in parsed.left_out


def test_text_behind_a_table_of_contents_is_kept():
    parsed = parse(write_epub({"a.xhtml": '<nav epub:type="toc">Lock</nav>It\tsails.&#1; <p>It rusts.</p>'}))
    assert parsed.text.startswith("It sails.")
    assert parsed.left_out == (("table of contents", "Lock"),)


def test_a_cover_with_a_long_text_is_kept():
    story = "The keeper of the lock opens the gates at five. " * 10
    parsed = parse(write_epub({"a.xhtml": f'<section epub:type="cover"><p>{story}</p></section>'}))
    assert "opens the gates" in parsed.text


def test_notes_are_kept_and_their_numbers_set_off():
    parsed = parse(
        write_epub(
            {
                "a.xhtml": '<p>The weir<a epub:type="noteref" href="#n">1</a> is 9 m<sup>2</sup> in size'
                '<sup><a href="#m">2</a></sup>.</p>'
                '<aside epub:type="footnote" id="n" hidden="hidden"><p>Built in 1784.</p></aside>'
                '<aside epub:type="footnote" id="m" style="display:none"><p>Without the wall.</p></aside>'
            }
        )
    )
    assert [text for text, _ in places(parsed)] == [
        "The weir [1] is 9 m2 in size [2].",
        "Built in 1784.",
        "Without the wall.",
    ]
    assert {block.kind for block in parsed.blocks} == {BlockKind.BODY}


def test_numbers_of_printed_pages_are_left_out():
    number = '<span epub:type="pagebreak" id="p9">9</span>'
    parsed = parse(write_epub({"a.xhtml": f"<p>The we{number}ir rusts in the 9th year.</p>"}))
    assert parsed.text == "The weir rusts in the 9th year."
    assert parsed.left_out == (("page number", "9"),)


@given(st.binary(max_size=300), st.integers(0, 3))
@settings(max_examples=60, deadline=None)
def test_any_bytes_within_a_book_are_read_or_refused(content, which):
    names = ["META-INF/container.xml", "OPS/book.opf", "OPS/nav.xhtml", "OPS/a.xhtml"]
    with suppress(UnreadableFile):
        parse(write_epub({"a.xhtml": "<p>It rusts.</p>"}, link("a.xhtml", "A"), **{names[which]: content}))


def test_missing_and_broken_files_are_listed():
    raw = write_epub(
        {"a.xhtml": "<p>It rusts.</p>"},
        more=item("gone.xhtml") + item("p.jpg", 'media-type="image/jpeg"') + item("../../../etc/x.html"),
    )
    parsed = parse(raw)
    assert parsed.text == "It rusts."
    assert set(parsed.left_out) == {
        ("missing in the file", "OPS/gone.xhtml"),
        ("missing in the file", "etc/x.html"),
    }


def test_a_picture_in_place_of_a_page_is_listed():
    items = item("a.xhtml") + item("p.jpg", 'media-type="image/jpeg" fallback="p.jpg"') + item("i.xhtml")
    spine = "".join(f'<itemref idref="{name}"/>' for name in ("p.jpg", "a.xhtml", "i.xhtml", "nothing"))
    files = {
        "META-INF/container.xml": CONTAINER,
        "OPS/book.opf": opf(items, spine),
        "OPS/a.xhtml": page("<body><p>The text.</p></body>"),
        "OPS/i.xhtml": page('<body><img src="map.png"/></body>'),
    }
    parsed = parse(zip_of(files))
    assert set(parsed.left_out) == {
        ("a page of the type image/jpeg", "OPS/p.jpg"),
        ("missing in the file", "nothing"),
        ("no text on the page (a picture?)", "OPS/i.xhtml"),
    }


@pytest.mark.parametrize("description", ["<package", None])
def test_a_book_without_a_readable_description_is_read_by_names(description):
    files = {"2.html": "<p>It sails.</p>", "1.html": "<p>Built in 1913.</p>"}
    if description:
        files |= {"META-INF/container.xml": CONTAINER, "OPS/book.opf": description}
    assert parse(zip_of(files)).text == "Built in 1913.\n\nIt sails."


def protection(name: str, method: str) -> str:
    return (
        '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" xmlns:e="http://www.w3.org/2001/04/xmlenc#">'
        f'<e:EncryptedData><e:EncryptionMethod Algorithm="{method}"/><e:CipherData>'
        f'<e:CipherReference URI="{name}"/></e:CipherData></e:EncryptedData></encryption>'
    )


def test_a_protected_book_is_refused():
    aes = protection("OPS/a%20b.xhtml", "http://www.w3.org/2001/04/xmlenc#aes256-cbc")
    raw = write_epub({"a b.xhtml": "<p>It rusts.</p>"}, **{"META-INF/encryption.xml": aes})
    with pytest.raises(
        UnreadableFile, match=r"^protected in an unknown way. Save a copy without protection$"
    ):
        parse(raw)


@pytest.mark.parametrize("name", ["OPS/font.otf", "OPS/a.xhtml"])
def test_a_book_with_protected_fonts_is_read(name):
    fonts = protection(name, "http://www.idpf.org/2008/embedding")
    assert parse(write_epub({"a.xhtml": "<p>It rusts.</p>"}, **{"META-INF/encryption.xml": fonts})).text


def test_the_readable_chapters_of_a_partly_protected_book_are_read():
    aes = protection("OPS/b.xhtml", "http://www.w3.org/2001/04/xmlenc#aes256-cbc")
    pages = {"a.xhtml": "<p>It rusts.</p>", "b.xhtml": "<p>Secret.</p>"}
    parsed = parse(write_epub(pages, **{"META-INF/encryption.xml": aes}))
    assert (parsed.text, parsed.left_out) == ("It rusts.", (("protected", "OPS/b.xhtml"),))


@pytest.mark.parametrize(
    "raw", [b"PK no zip", zip_of({"a.txt": "x"}), zip_of({"META-INF/container.xml": "<container/>"})]
)
def test_what_is_no_book_is_refused(raw):
    with pytest.raises(UnreadableFile, match=r"not a valid e-book"):
        parse(raw)


def test_a_chapter_that_unpacks_to_too_much_is_listed():
    parsed = parse(write_epub({"a.xhtml": "<p>It rusts.</p>", "b.xhtml": " " * 20_000_000}))
    assert parsed.left_out == (("too large", "OPS/b.xhtml"),)


def test_too_much_text_is_refused():
    text = f"<p>{'rust ' * 1_000_000}</p>"
    with pytest.raises(UnreadableFile, match="too much text"):
        parse(write_epub({"a.xhtml": text, "b.xhtml": text, "c.xhtml": text}))


def test_thousands_of_files_and_entries_take_linear_time():
    pages = {f"{n}.xhtml": f"<p id='p'>Lock {n}.</p>" for n in range(4000)}
    nav = "".join(link(f"{n}.xhtml#p", f"Chapter {n}") for n in range(4000))
    start = time.perf_counter()
    parsed = parse(write_epub(pages, nav))
    assert len(parsed.places) == 4000
    assert time.perf_counter() - start < 20


def test_deep_nesting_and_circular_references_end():
    deep = "<div>" * 5000 + "<a id='x'>Deep.</a>" + "</div>" * 5000
    items = item("a.xhtml") + item("b", 'media-type="image/png" fallback="c"')
    items += item("c", 'media-type="image/png" fallback="b"')
    spine = '<itemref idref="a.xhtml"/><itemref idref="a.xhtml"/><itemref idref="b"/>'
    files = {
        "META-INF/container.xml": CONTAINER,
        "OPS/book.opf": opf(items, spine),
        "OPS/a.xhtml": page(f"<body>{deep}</body>"),
    }
    assert parse(zip_of(files)).text == "Deep."
