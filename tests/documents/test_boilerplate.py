"""The boilerplate of saved web pages is distinguished from the text of their authors."""

import json
import time
from pathlib import Path

import pytest

from qa.documents.boilerplate import boilerplate
from qa.documents.formats import parse
from qa.documents.paragraphs import paragraphs
from qa.types import BlockKind

PAGES = Path(__file__).parent / "pages"
NAMES = sorted(path.name.removesuffix(".truth.json") for path in PAGES.glob("*.truth.json"))

# Known leftovers. None of them can answer a question: a blog's name, an advert, a label.
LEFTOVERS = {
    "06-blog-oven.txt": ["Crumbs from Fennimore Lane"],
    "09-market-1252.html": ["Tractores Brandouro: 0% até Dezembro"],
    "10-tram-meta.html": ["Long read"],
}


def one_line(text: str) -> str:
    return " ".join(text.split())


def kept_blocks(name: str) -> list[str]:
    parsed = parse(name, (PAGES / name).read_bytes())
    kept = [b for b in parsed.blocks if b.kind in (BlockKind.BODY, BlockKind.HEADING)]
    return [one_line(parsed.text[b.start : b.end]) for b in kept]


def truth(name: str, key: str) -> list[str]:
    return [one_line(line) for line in json.loads((PAGES / f"{name}.truth.json").read_text("utf-8"))[key]]


def test_there_are_pages_to_judge():
    assert len(NAMES) == 12


@pytest.mark.parametrize("name", NAMES)
def test_no_sentence_of_an_author_is_lost(name):
    kept = kept_blocks(name)
    assert [line for line in truth(name, "body") if not any(line in block for block in kept)] == []


@pytest.mark.parametrize("name", NAMES)
def test_boilerplate_is_left_out(name):
    kept = kept_blocks(name)
    left = [line for line in truth(name, "noise") if any(line in block for block in kept)]
    assert left == LEFTOVERS.get(name, [])


# --- single rules, between the paragraphs of a story ---------------------------------------------

STORY = (
    "The lighthouse on the north point was built of granite that had been meant for a church, and the masons "
    "who raised it never learned why the church was not. They were paid in flour and lamp oil, which was the "
    "custom of that coast when the harvest had been poor.",
    "For ninety years the lamp was tended by one family, and each keeper wrote down the weather of the night "
    "in a book that the next one had to sign. The books are in the town hall, where the damp has glued most "
    "of them shut, and nobody has found the money to have them opened.",
    "When the lamp was replaced by an electric one, the last keeper asked to stay in the tower as a guest of "
    "the harbour. He was told that the rules did not allow for guests, and so he was hired again, as the man "
    "who changes the bulb, and he changed it twice in the eleven years that he lived there.",
)


def reasons(*lines: str) -> dict[str, str]:
    found = paragraphs("\n\n".join(lines))
    return {p.text: reason for p, reason in zip(found, boilerplate(found), strict=True) if reason}


def test_a_plain_story_is_kept_whole():
    assert reasons("The Lamp of the North Point", *STORY) == {}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("- Advertisement -", "advertisement"),
        ("Story continues below", "advertisement"),
        ("Share:", "empty label"),
        ("Share on Facebook", "button"),
        ("Copy link", "button"),
        ("4 min read", "reading time"),
        ("Read more: The tower that was a church", "link to another article"),
        ("#Lighthouse #Harbour #NorthPoint", "hashtags"),
        ("Follow us on Instagram", "request for support"),
        ("Get our letters from the coast straight to your inbox.", "newsletter"),
        ("We use cookies to remember what you have read.", "cookie notice"),
        ("© 2021 The Coast Gazette", "copyright"),
        ("The lamp room in winter (Photo: Ida Brandt)", "photo credit"),
        ("12 comments", "counter"),
    ],
)
def test_a_boilerplate_line_is_left_out_wherever_it_stands(line, reason):
    assert reasons(STORY[0], line, *STORY[1:]) == {line: reason}


@pytest.mark.parametrize(
    "line",
    [
        "The keepers ate a biscuit, which they called a cookie, at midnight.",
        "This press makes cookies of any shape, and with the large disk you can make crackers too.",
        "We use the small scoop for cookies, and your experience with the large one may differ.",
        "He would share the tower with anyone who asked.",
        "By dawn the lamp was cold.",
        "Nobody had read more of the books than he.",
        "“Wir haben das Licht nie ausgehen lassen, auch nicht in dem Winter, als das Öl knapp war.”",
    ],
)
def test_a_sentence_of_the_story_is_kept_even_if_it_uses_such_words(line):
    assert reasons(STORY[0], line, *STORY[1:]) == {}


def test_a_long_paragraph_that_ends_in_an_address_is_not_a_source():
    story = " ".join(["The oil for the lamp came by boat from the mainland in October."] * 5)
    assert reasons(*STORY, f"{story} The ledger can be read here: https://ledger.example/oil") == {}


def test_a_date_above_the_text_is_left_out_but_not_in_a_chronicle():
    assert reasons("4 March 2021", *STORY) == {"4 March 2021": "date line"}
    assert reasons(STORY[0], "4 March 2021", *STORY[1:]) == {}


def test_teasers_under_their_heading_are_left_out_until_the_story_resumes():
    teasers = ["Related articles", "A harbour for sale", "The last pilot"]
    above_the_text = "A guest of the harbour"  # may be a heading of the story
    left_out = reasons(STORY[0], *teasers, above_the_text, *STORY[1:])
    assert left_out == dict.fromkeys(teasers, "teasers of other articles")


def test_teasers_that_break_off_are_left_out_with_their_headlines():
    teasers = ["A harbour for sale", "The harbour has...", "The last pilot", "He had always said that..."]
    assert list(reasons(*STORY, *teasers)) == teasers


def test_numbered_sources_at_the_end_are_left_out_without_a_heading():
    source = "[1] Ida Brandt, “Lamps”, https://lamps.example/one (accessed 3 May 2020)."
    assert reasons(*STORY, source) == {source: "list of sources"}


def test_sources_under_their_heading_are_left_out_however_long_they_are():
    source = (
        "1. Ida Brandt, The Lamps of the Coast and the People Who Lit Them, volume 2 (1998), pp. 44 and 51."
    )
    assert list(reasons(*STORY, "Sources", source, "2. Oda Kestrin, Letters.")) == [
        "Sources",
        source,
        "2. Oda Kestrin, Letters.",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "In 2021 [the harbour board](https://board.example/minutes) voted to keep the lamp, six to five.",
        "The timetable stands at https://ferry.example/times, and it changes on the first Monday of spring.",
        "9 keepers are named in [the last book](https://books.example/nine), and all are of one family.",
        " ".join(STORY) + " The books can be seen at https://books.example/all.",
    ],
)
def test_a_sentence_with_a_link_is_not_a_source(line):
    assert reasons(*STORY, line) == {}


def test_a_biography_in_another_language_is_left_out_at_the_end():
    biography = (
        "Ida Brandt wurde im Jahr 1970 in Husum geboren und studierte Geschichte in Kiel. Sie schreibt seit "
        "vielen Jahren über Leuchttürme, Häfen und das Leben an der Küste."
    )
    assert reasons(*STORY, *STORY, biography) == {biography: "another language"}


@pytest.mark.parametrize(("words", "left_out"), [("osk tolvane", []), ("tolvane osk", ["another language"])])
def test_words_of_equal_frequency_are_ranked_in_the_order_of_the_text(words, left_out):
    common = " ".join(f"word{n}" for n in range(24))  # with "osk" and "tolvane" one more than count as common
    last = f"Osk Osk {' '.join(f'ord{n}' for n in range(12))}."
    text = [f"{words} {common}."] * 3 + [f"Tolvane {common}."] + [f"Where {common}."] * 3
    assert list(reasons(*text, last).values()) == left_out


def test_a_menu_above_the_text_is_left_out():
    menu = ["Home", "World", "Sport", "Local coast"]
    assert list(reasons(*menu, *STORY)) == menu


def test_an_article_about_a_discussion_is_not_a_comment_section():
    assert reasons("Discussion", *STORY) == {}
    assert "Comments" in reasons(*STORY, "Comments", "gull_61", "My uncle changed that bulb once!")


def test_an_empty_text_has_no_boilerplate():
    assert boilerplate(paragraphs("")) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "line", ["Comments", "Share on Facebook", "It left and ...", "goat", "Home > News > Ferry"]
)
def test_a_file_full_of_boilerplate_takes_seconds(line):
    prose = "The ferry leaves the quay at seven every morning and comes back in the evening."
    started = time.monotonic()
    parse("a.txt", "\n\n".join([prose, *[line] * 4] * 6000 + [prose]).encode())
    assert time.monotonic() - started < 15
