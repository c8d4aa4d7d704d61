"""Whole documents: their text in parts, what is looked for in it, their sections, pages as pictures."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shown import HOSTILE, INN, QUOTE, TEXT, TURNED, Shown, a_document, rows

from qa.documents.reading import Box, Places
from qa.server.finding import find
from qa.server.html import whole
from qa.server.html.whole import about, begin, contents, page, part
from qa.structure import Structure
from qa.types import Document

LONG = a_document("".join(chr(0x4E00 + i) for i in range(180)), path="long.txt", pages=(0, 60, 120))


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> int:
    """A window of fifty characters, so that a document of 180 has several."""
    monkeypatch.setattr(whole, "WINDOW", 50)
    return 50


def middle(html: object) -> str:
    """The HTML between the buttons."""
    return re.sub(r"<button.*?</button>", "", str(html), flags=re.DOTALL)


def opened(document: Document, marked: tuple[int, int], start: int) -> tuple[str, str, list[str]]:
    """The text of a part of a document without page lines, the marked text, and where its buttons lead."""
    html = part(document, marked, start)
    without = re.sub(r'<span class="page" data-at="\d+">Page \d+</span>', "", middle(html))
    leads = [button["data-begin"] for button in Shown(html).acts("part")]
    return Shown(without).text, Shown(without).marked, leads


def test_a_short_document_is_shown_whole_with_its_mark():
    start = TEXT.index(QUOTE)
    assert opened(a_document(), (start, start + len(QUOTE)), 0) == (TEXT, QUOTE, [])
    assert Shown(about(a_document())).text == "Quay News · ferry.md"


def test_a_long_document_is_shown_in_parts(narrow: int):
    assert opened(LONG, (60, 65), 50) == (LONG.text[50:100], LONG.text[60:65], ["0", "100"])
    assert opened(LONG, (60, 65), 0) == (LONG.text[:50], "", ["50"])
    assert opened(LONG, (60, 65), 150) == (LONG.text[150:], "", ["100"])


@pytest.mark.parametrize(("marked", "found"), [((40, 60), (50, 60)), ((90, 130), (90, 100))])
def test_a_mark_across_the_edge_of_a_part_is_cut(
    narrow: int, marked: tuple[int, int], found: tuple[int, int]
):
    assert opened(LONG, marked, 50)[1] == LONG.text[slice(*found)]


def test_pages_begin_with_their_number(narrow: int):
    html = middle(part(LONG, (58, 63), 50))
    assert re.findall(r'<span class="page" data-at="60">(Page \d+)</span>', html) == ["Page 2"]
    assert Shown(html).text == LONG.text[50:60] + "Page 2" + LONG.text[60:100]
    assert "3 pages" in about(LONG)


@pytest.mark.parametrize(
    ("marked", "start"), [((500, 600), 500), ((0, 10**15), 0), ((-5, 3), -5), ((0, 0), 10**15)]
)
def test_offsets_beyond_the_text_show_its_nearest_part(narrow: int, marked: tuple[int, int], start: int):
    shown, mark, _ = opened(LONG, marked, start)
    assert shown
    assert shown in LONG.text
    assert mark in shown


def test_an_empty_document_can_be_opened():
    assert opened(a_document(""), (0, 5), 3) == ("", "", [])


@given(st.integers(0, 200), st.integers(0, 200), st.integers(0, 200))
def test_a_part_is_always_a_slice_and_its_mark_the_given_span(start: int, end: int, at: int):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(whole, "WINDOW", 50)
        shown, mark, leads = opened(LONG, (start, max(start, end)), at)
    where = LONG.text.index(shown)
    assert (where > 0) + (where + len(shown) < len(LONG.text)) == len(leads)
    seen = LONG.text[max(start, where) : max(where, min(end, where + len(shown)))]
    assert mark == seen


def test_the_first_part_shown_contains_the_mark(narrow: int):
    assert begin(LONG, (10, 50)) == 0
    assert begin(LONG, (60, 70)) == 60 - 50 // 3
    assert begin(LONG, (10, 60)) == 0
    for start in range(0, 175, 7):
        assert (
            opened(LONG, (start, start + 5), begin(LONG, (start, start + 5)))[1]
            == (LONG.text[start : start + 5])
        )


def test_a_whole_document_shows_its_tables():
    html = part(INN, (INN.text.index("Birch"), INN.text.index("Birch") + 17), 0)
    assert rows(html) == [["Room", "Price"], ["Alder", "118 crowns"], ["Birch", "99 crowns"]]
    assert re.findall(r"<mark>(.*?)</mark>", html) == ["Birch", "99 crowns"]


def test_a_whole_document_names_its_slides_but_not_its_cells():
    slides = a_document("One. Two.", path="a.pptx", _structure=Structure(((0, "slide 1"), (5, "slide 2"))))
    html = part(slides, (0, 0), 0)
    assert re.findall(r'<span class="page" data-at="\d">(.*?)</span>', html) == ["Slide 1", "Slide 2"]
    assert len(Shown(html).all("section", "slide")) == 2
    assert 'class="page"' not in part(INN, (0, 0), 0)
    named = a_document("Toll\n\nIt is due.", path="a.xlsx", _structure=Structure(((0, "Toll"),)))
    assert 'class="page"' not in part(named, (0, 0), 0)


@pytest.mark.parametrize("path", [f"{HOSTILE}.md", f"{HOSTILE}.txt"])
def test_nothing_of_a_document_becomes_html(path: str):
    known = {name: HOSTILE for name in ("source", "author", "date", "url")}
    document = a_document(f"# {HOSTILE}\n\n{HOSTILE}", path=path, title=HOSTILE, metadata=known)
    sections = ((0, HOSTILE), (len(HOSTILE) + 4, HOSTILE))
    for html in (
        about(document),
        part(document, (4, 40), 0, sections, find(document.text, HOSTILE)),
        contents(document, sections),
    ):
        assert HOSTILE in Shown(html).text


def test_a_right_to_left_override_in_the_origin_reverses_nothing_around_it():
    known = {name: TURNED for name in ("source", "author", "date")}
    assert not Shown(about(a_document(path=f"{TURNED}.txt", metadata=known))).turned


# --- sections ------------------------------------------------------------------------------------

CHAPTERS = a_document("Intro.\n\nBoats\n\nThey float.\n\nFares\n\nThey rise.", path="a.docx")
SECTIONS = ((8, "Boats"), (28, "Fares"))


def test_headings_stand_out_and_can_be_scrolled_to():
    html = part(CHAPTERS, (0, 0), 0, SECTIONS)
    assert re.findall(r'<strong data-at="(\d+)">(.*?)</strong>', html) == [("8", "Boats"), ("28", "Fares")]
    assert Shown(html).text == CHAPTERS.text


def test_a_heading_with_the_marks_of_markdown_stands_out_as_a_whole():
    document = a_document("Intro.\n\n## *Boats* here ##\n\nThey float.")
    html = part(document, (0, 0), 0, ((8, "Boats here"), (99, "beyond")))
    assert re.findall(r'<strong data-at="8">(.*)</strong>', html)
    assert Shown(html).text == document.text


def test_the_sections_are_listed_to_choose_from():
    listed = contents(CHAPTERS, SECTIONS)
    assert [(b["data-at"]) for b in Shown(listed).acts("section")] == ["8", "28"]
    assert Shown(listed).text == "BoatsFares"
    assert contents(CHAPTERS, SECTIONS[:1]) == ""


def test_a_document_without_headings_lists_its_named_places():
    slides = a_document("One. Two.", path="a.pptx", _structure=Structure(((0, "slide 1"), (5, "slide 2"))))
    assert Shown(contents(slides, ())).text == "Slide 1Slide 2"


# --- what is looked for --------------------------------------------------------------------------


def found_in(document: Document, words: str, marked: tuple[int, int] = (0, 0)) -> list[tuple[str, str]]:
    html = part(document, marked, 0, (), find(document.text, words))
    assert Shown(html).text.split() == document.text.replace("|", "").split()
    return re.findall(r'<mark class="found" data-number="(\d+)">(.*?)</mark>', html, re.DOTALL)


def test_what_is_looked_for_is_marked_with_numbers_whatever_its_case():
    assert found_in(a_document(), "IT") == [("0", "It"), ("1", "It"), ("2", "It"), ("3", "it")]
    assert found_in(a_document(), "submarine") == []
    assert found_in(a_document(), "  ") == []


def test_words_are_found_across_line_breaks_and_marks_of_markdown():
    assert found_in(a_document("It carries\n340  passengers."), "carries 340 passengers") == [
        ("0", "carries\n340  passengers")
    ]
    found = found_in(a_document("It is the **old** ferry."), "the old ferry")
    assert found == [("0", "the "), ("0", "**"), ("0", "old"), ("0", "**"), ("0", " ferry")]


def test_what_is_looked_for_is_marked_within_the_quote_too():
    start = TEXT.index(QUOTE)
    html = part(a_document(), (start, start + len(QUOTE)), 0, (), find(TEXT, "340"))
    assert '<mark>It carries <mark class="found" data-number="0">340</mark> passengers.</mark>' in html


def test_what_is_looked_for_is_marked_in_cells():
    html = part(INN, (0, 0), 0, (), find(INN.text, "crowns"))
    found = '<mark class="found" data-number="{}">crowns</mark>'
    assert f"<td>118 {found.format(0)}</td>" in html
    assert f"<td>99 {found.format(1)}</td>" in html


def test_what_is_looked_for_is_no_pattern():
    assert found_in(a_document("It costs (12.50) crowns."), "(12.50)") == [("0", "(12.50)")]
    assert found_in(a_document("It costs 12x50 crowns."), "12.50") == []


@given(st.text("ab *\n", max_size=40), st.text("ab ", max_size=6))
def test_looking_for_something_never_changes_the_text(content: str, words: str):
    for path in ("a.md", "a.txt"):
        document = a_document(content, path=path)
        found = find(content, words)
        html = part(document, (3, 9), 0, (), found)
        assert Shown(html).text == content
        assert len(set(re.findall(r'data-number="(\d+)"', html))) == len(found.spans)


# --- pages as pictures ---------------------------------------------------------------------------

PLACES = Places(1600, 2000, ((Box(1, 2, 3, 4),), (Box(5, 6, 7, 8), Box(5, 16, 7, 8)), (Box(9, 9, 9, 9),)))


def test_a_page_is_a_picture_with_boxes_around_the_quote_and_what_is_looked_for():
    shown = Shown(page(a_document(id="7"), 3, "abc", PLACES, 1))
    (picture,) = shown.all("img")
    assert picture == {
        "src": "qa/picture?document=7&page=3&version=abc",
        "width": "1600",
        "height": "2000",
        "alt": "Page 3",
    }
    assert shown.all("svg")[0]["viewbox"] == "0 0 1600 2000"
    kinds = [(box["class"], box["x"], box["width"]) for box in shown.all("rect")]
    assert kinds == [
        ("quoted", "1", "3"),
        ("found", "5", "7"),
        ("found", "5", "7"),
        ("found current", "9", "9"),
    ]


def test_a_page_without_anything_to_mark_is_a_picture_alone():
    shown = Shown(page(a_document(), 1, "abc", Places(10, 10, ()), None))
    assert shown.all("img")
    assert not shown.all("rect")
