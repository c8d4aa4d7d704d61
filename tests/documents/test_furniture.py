"""The furniture of saved web pages is told from the text of their authors, and other texts have none."""

import json
import time
from pathlib import Path

import pytest

from qa.documents.formats import parse
from qa.documents.furniture.verdicts import text_verdicts
from qa.documents.plain.paragraphs import paragraph_at, paragraphs
from qa.types import INDEXED, BlockKind

PAGES = Path(__file__).parent / "pages"
NAMES = sorted(path.name.removesuffix(".truth.json") for path in PAGES.glob("*.truth.json"))
BODY, DOUBTFUL, BOILERPLATE = BlockKind.BODY, BlockKind.DOUBTFUL, BlockKind.BOILERPLATE

# Known leftovers: the name of a blog and its menu, which is written like a row of a table; an advert; what
# stands beside the first paragraph of an article and tells who wrote it when.
LEFTOVERS = {
    "06-blog-oven.txt": ["Crumbs from Fennimore Lane", "About | Recipes | Archive | Say hello"],
    "09-market-1252.html": ["Tractores Brandouro: 0% até Dezembro"],
    "10-tram-meta.html": [
        "Long read",
        "Words by Casimir Dole · Pictures by Ottoline Farr",
        "19 February 2024",
        "7 min read",
        "Casimir Dole",
    ],
}


def one_line(text: str) -> str:
    return " ".join(text.split())


def kept_blocks(name: str) -> list[str]:
    parsed = parse(name, (PAGES / name).read_bytes())
    kept = [b for b in parsed.blocks if b.kind in INDEXED - {DOUBTFUL}]
    return [one_line(parsed.text[b.start : b.end]) for b in kept]


def truth(name: str, key: str) -> list[str]:
    return [one_line(line) for line in json.loads((PAGES / f"{name}.truth.json").read_text("utf-8"))[key]]


def test_there_are_pages_to_judge():
    assert len(NAMES) == 14


@pytest.mark.parametrize("name", NAMES)
def test_no_sentence_of_an_author_is_lost_or_doubtful(name):
    kept = kept_blocks(name)
    assert [line for line in truth(name, "body") if not any(line in block for block in kept)] == []


@pytest.mark.parametrize("name", NAMES)
def test_furniture_is_left_out_or_doubtful(name):
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


HEADER = ("Skip to main content", "5 min read", "Pin it")  # signs enough of a saved page


def verdicts(*lines: str) -> dict[str, tuple[BlockKind, str]]:
    """The verdicts on the lines that are not simply kept."""
    found = paragraphs("\n\n".join(lines))
    judged = zip(found, text_verdicts(found), strict=True)
    return {p.text: tuple(verdict) for p, verdict in judged if verdict.kind is not BODY}


def on_page(*lines: str) -> dict[str, tuple[BlockKind, str]]:
    """The same for a text that is a saved page, without its header."""
    return {line: verdict for line, verdict in verdicts(*HEADER, *lines).items() if line not in HEADER}


def test_a_plain_story_is_kept_whole():
    assert verdicts("The Lamp of the North Point", *STORY) == {}


@pytest.mark.parametrize(
    "lines",
    [
        ("Topics", "The lamp", "The oil", "The books"),
        ("Discussion", "Nobody spoke of the oil."),
        ("Tags", "A red tag means that the lamp was mended.", "Tag 118 is the lamp of the harbour."),
        ("More about the lamp", "It has five wicks."),
        ("References", "1. Ida Brandt, “Lamps”, 1998, p. 4.", "2. Oda Kestrin, “Letters”, 2003, p. 9."),
        ("Lamp | Oil | Hours", "North | 3 | 11", "South | 2 | 9"),
        ("(a) light the lamp", "(b) trim the wick", "(c) the keeper pays for the oil"),
        ("1. Open https://lamp.example/box", "2. Enter the code 5519", "3. See https://lamp.example/oil"),
        ("4 March 2021", "By Ida Brandt", "Date: 4 March 2021", "© 2021 Ida Brandt"),
        ("Der Leuchtturm wurde von Maurern gebaut, die in Mehl und Öl bezahlt wurden und nichts fragten.",),
    ],
)
def test_nothing_is_left_out_of_an_ordinary_text(lines):
    assert verdicts("The Lamp of the North Point", *STORY, *lines) == {}
    assert verdicts("The Lamp of the North Point", STORY[0], *lines, *STORY[1:]) == {}


@pytest.mark.parametrize("lines", [("Share on Facebook", *STORY), (*STORY, "2 weeks ago")])
def test_a_single_sign_at_the_edge_of_a_text_is_doubtful(lines):
    assert [kind for kind, _ in verdicts(*lines).values()] == [DOUBTFUL]


def test_a_single_sign_within_a_text_is_kept():
    assert verdicts(STORY[0], "Share on Facebook", *STORY[1:]) == {}


GROUPS = [
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
]


@pytest.mark.parametrize(("line", "reason"), GROUPS)
def test_a_line_of_furniture_beside_another_is_left_out(line, reason):
    judged = on_page(STORY[0], "Print this page", line, *STORY[1:])
    assert judged == {"Print this page": (BOILERPLATE, "button"), line: (BOILERPLATE, reason)}


@pytest.mark.parametrize(("line", "reason"), GROUPS)
def test_a_line_of_furniture_between_sentences_is_not_left_out(line, reason):
    judged = on_page(STORY[0], line, *STORY[1:])
    assert judged in ({}, {line: (DOUBTFUL, reason)})


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
        "4 March 2021",
        "The oil of the lamp (photo by Ida Brandt)",
    ],
)
def test_a_sentence_of_the_story_is_kept_even_if_it_uses_such_words(line):
    assert on_page(STORY[0], line, *STORY[1:]) == {}


def test_teasers_under_their_heading_are_doubtful_until_the_story_resumes():
    teasers = ["Related articles", "A harbour for sale", "The last pilot"]
    above_the_text = "A guest of the harbour"  # may be a heading of the story
    judged = on_page(STORY[0], *teasers, above_the_text, *STORY[1:])
    assert list(judged) == teasers
    assert judged["A harbour for sale"] == (DOUBTFUL, "teasers of other articles")


def test_teasers_that_break_off_are_left_out_with_their_headlines_if_a_heading_announces_them():
    teasers = ["A harbour for sale", "The harbour has...", "The last pilot", "He had always said that..."]
    judged = on_page(*STORY, "Most read", *teasers)
    assert {judged[line][0] for line in teasers} == {BOILERPLATE}
    assert {kind for kind, _ in on_page(*STORY, *teasers).values()} == {DOUBTFUL}


def test_a_list_of_sources_is_doubtful():
    sources = [f"[{n}] Ida Brandt, “Lamps”, https://lamps.example/{n} (accessed 3 May 2020)." for n in "12"]
    assert on_page(*STORY, *sources) == dict.fromkeys(sources, (DOUBTFUL, "list of sources"))


def test_a_biography_in_another_language_is_doubtful_below_other_furniture():
    biography = (
        "Ida Brandt wurde im Jahr 1970 in Husum geboren und studierte Geschichte in Kiel. Sie schreibt seit "
        "vielen Jahren über Leuchttürme, Häfen und das Leben an der Küste."
    )
    assert on_page(*STORY, *STORY, "Share this:", biography)[biography] == (DOUBTFUL, "another language")
    assert on_page(*STORY, *STORY, biography) == {}


@pytest.mark.parametrize(("words", "foreign"), [("osk tolvane", False), ("tolvane osk", True)])
def test_words_of_equal_frequency_are_ranked_in_the_order_of_the_text(words, foreign):
    common = " ".join(f"word{n}" for n in range(24))  # with "osk" and "tolvane" one more than count as common
    last = f"Osk Osk {' '.join(f'ord{n}' for n in range(12))}."
    text = [f"{words} {common}."] * 3 + [f"Tolvane {common}."] + [f"Where {common}."] * 3
    assert (last in on_page(*text, "Share this:", last)) is foreign


def test_a_menu_above_the_text_is_left_out():
    menu = ["Home", "World", "Sport", "Local coast"]
    assert on_page(*menu, *STORY) == dict.fromkeys(menu, (BOILERPLATE, "menu"))


def test_what_stands_among_furniture_is_doubtful():
    footer = ["Share this:", "Print this page", "Ida Brandt", "12 comments", "Leave a reply"]
    assert on_page(*STORY, *footer)["Ida Brandt"] == (DOUBTFUL, "among furniture of the page")


def test_the_longest_run_of_prose_is_never_furniture():
    short = "The lamp was lit again in the spring of that year."
    assert short not in verdicts(*HEADER, short, *HEADER[::-1])


def test_an_article_about_a_discussion_is_not_a_comment_section():
    assert on_page("Discussion", *STORY) == {}


def test_rows_of_tables_are_never_furniture():
    rows = ["Share | Print", "Menu | Home", "Login | 12"]
    assert verdicts(*HEADER, "\n".join(rows), *STORY, "Copy link").keys().isdisjoint(rows)


@pytest.mark.parametrize("text", ["", "Share on Facebook", "Share on Facebook\n\n4 min read"])
def test_a_text_without_prose_is_judged(text):
    assert len(text_verdicts(paragraphs(text))) == len(paragraphs(text))


@pytest.mark.parametrize(
    "unit",
    ['"', "“", "(", "[", " ", "a  ", "/ ", "a | ", "a > ", ".", "…", "[1]", "1. ", "© ", "(photo ", "-"],
)
@pytest.mark.parametrize("begin", ["", "By ", "Photo: ", "Tags: ", "Updated "])
def test_a_long_line_of_repeats_takes_linear_time(unit, begin):
    line = f"{begin}{unit * (200_000 // len(unit))}a"
    short = line[:1990]
    found = [paragraph_at(text, 0, len(text)) for text in (STORY[0], line, STORY[1], *[short] * 50)]
    started = time.monotonic()
    text_verdicts(found)
    assert time.monotonic() - started < 30  # a guard against quadratic patterns, which take hours


@pytest.mark.slow
@pytest.mark.parametrize(
    "line", ["Comments", "Share on Facebook", "It left and ...", "goat", "Home > News > Ferry"]
)
def test_a_file_full_of_furniture_takes_seconds(line):
    prose = "The ferry leaves the quay at seven every morning and comes back in the evening."
    started = time.monotonic()
    parse("a.txt", "\n\n".join([prose, *[line] * 4] * 6000 + [prose]).encode())
    assert time.monotonic() - started < 15
