"""The words of an answer: what is said beside its quotes, and Markdown that can be read back."""

from dataclasses import replace

import pytest

from qa.answers.markdown import (
    answer_markdown,
    conversation_markdown,
    escape,
    essence,
    quoted_sentences,
    quoted_text,
    refusal_markdown,
    refuses,
    short_answer,
)
from qa.answers.wording import agreement, citation_text, confidence, place, unknown, worded_claims
from qa.structure import Structure
from qa.types import Answer, Citation, Claim, Document, Passage

FERRY = "The ferry to Tolvane carries 340 passengers. It is white."
BOAT = "The boat takes 290 people."


def cited(number: int, text: str, end: int | None = None, **metadata: str) -> Citation:
    """The text up to an offset, quoted from a document that says nothing else; sentences end with a stop."""
    document = Document(f"d{number}", f"{number}.txt", f"Paper {number}", "", metadata, text)
    stops = [i + 1 for i, sign in enumerate(text) if sign == "."]
    starts = [0, *(stop + 1 for stop in stops[:-1])]
    passage = Passage("p", document.id, 0, len(text), text, "", tuple(zip(starts, stops, strict=True)))
    end = end or len(text)
    return Citation(number, document, 0, end, text[:end], passage)


SHORT = Claim("340 passengers", (cited(1, FERRY, 44),), is_short=True)
OTHER = Claim("290", (cited(2, BOAT, source="Quay News", date="2024-05-01"),), is_short=True)


def test_a_short_answer_is_set_apart_from_its_sentence():
    text = answer_markdown([SHORT], differ=False)
    assert text == "**340 passengers**\n\nThe ferry to Tolvane carries 340 passengers. [1]"


def test_a_value_that_is_not_short_is_not_said_twice():
    claim = Claim(BOAT, (cited(1, BOAT),))
    assert answer_markdown([claim], differ=False) == f"{BOAT} [1]"


def test_sources_that_agree_are_counted():
    claim = Claim("290", (cited(1, BOAT), cited(2, BOAT)), is_short=True)
    assert answer_markdown([claim], differ=False) == f"**290** (2 sources agree)\n\n{BOAT} [1] [2]"
    assert agreement(1) == ""


def test_of_several_parts_each_has_a_headline_or_none_has():
    second = Claim("290", (cited(2, BOAT),), is_short=True, part=2)
    text = answer_markdown([SHORT, second], differ=False)
    assert text.split("\n\n")[::2] == ["**340 passengers**", "**290**"]
    long = Claim(BOAT, (cited(2, BOAT),), part=2)
    assert "**" not in answer_markdown([SHORT, long], differ=False)


def test_a_part_without_an_answer_is_named_and_never_quoted():
    text = answer_markdown([SHORT], False, ["how *old* it is [1]"])
    assert text.endswith(r"Nothing found on “how \*old\* it is \[1\]”.")
    assert quoted_text(text) == "The ferry to Tolvane carries 340 passengers."
    assert short_answer(text) == "340 passengers"
    assert not refuses(text)


def test_a_quote_of_two_sentences_carries_its_number_once_behind_them():
    claim = Claim(FERRY, (cited(1, FERRY),))
    assert answer_markdown([claim], differ=False).endswith("340 passengers. It is white. [1]")


def test_values_that_differ_are_listed_with_their_origins():
    text = answer_markdown([SHORT, OTHER], differ=True)
    first, _, *items = text.splitlines()
    assert first == "Sources disagree:"
    assert items[0].startswith("- **340 passengers** (Paper 1): The ferry")
    assert items[1] == f"- **290** (Quay News, 2024-05-01): {BOAT} [2]"


def test_claims_are_worded_in_the_order_of_their_numbers():
    assert [claim.headline for claim in worded_claims([OTHER, SHORT], differ=False)] == ["", "290"]
    assert [claim.headline for claim in worded_claims([OTHER, SHORT], differ=True)] == [
        "340 passengers",
        "290",
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [([], ""), (["a"], "“a” doesn't appear in your documents."),
     (["a", "b", "c"], "“a”, “b” and “c” don't appear in your documents."),
     ([*"abcdefgh"], "“a”, “b”, “c”, “d”, “e”, “f” and 2 other words don't appear in your documents.")],
)  # fmt: skip
def test_words_that_no_document_contains_are_named(words, said):
    assert unknown(words) == said


def test_a_refusal_says_what_can_be_asked_instead():
    assert refusal_markdown(["wool"], "Who sells *wood*?", ["Who sells *honey*?"]).split("\n\n") == [
        "I couldn't find an answer in your documents.",
        r"Did you mean “Who sells \*wood\*?”?",
        "“wool” doesn't appear in your documents.",
        "You could ask:",
        r"- Who sells \*honey\*?",
    ]


@pytest.mark.parametrize(
    ("probability", "words"),
    [(0.0, "Weak match – check the source"), (0.5, "Likely"), (0.9, "Well supported"), (0.75, "Likely")],
)
def test_a_probability_is_given_in_words(probability, words):
    assert confidence(probability)[1] == words


PLACED = Document(
    id="d",
    path="d.pdf",
    title="D",
    digest="",
    metadata={},
    _text="",
    pages=(0, 100, 200),
)
SLIDES = replace(PLACED, pages=(), _structure=Structure(((0, "slide 1"), (100, "slide 2"))))


@pytest.mark.parametrize(
    ("document", "start", "end", "shown"),
    [
        (PLACED, 20, 80, "p. 1"),
        (PLACED, 120, 200, "p. 2"),
        (PLACED, 120, 201, "pp. 2–3"),
        (SLIDES, 20, 80, "slide 1"),
        (SLIDES, 20, 120, "slide 1 – slide 2"),
        (replace(PLACED, pages=()), 20, 80, ""),
    ],
)
def test_places(document, start, end, shown):
    assert place(document, start, end) == shown


def test_what_has_to_be_known_of_a_source_is_said_below_the_answer():
    first, second = cited(1, FERRY, 44), cited(2, BOAT)
    first = replace(first, passage=replace(first.passage, remark="read by OCR"))
    second = replace(second, passage=replace(second.passage, remark="tags", doubtful=True))
    text = answer_markdown([Claim("340", (first, second), is_short=True)], differ=False)
    assert text.split("\n\n")[2:] == [
        "Source 1: read by OCR.",
        "Source 2: beside the main text: tags.",
    ]
    assert quoted_sentences(text) == (FERRY[:44],)
    assert citation_text(first).endswith("(“Paper 1”, read by OCR; 1.txt)")


# --- read back -----------------------------------------------------------------------------------


def test_what_was_written_can_be_read_back():
    odd = "It costs $5 [sic] a *pot*."
    claim = Claim("$5 [sic]", (cited(1, odd),), is_short=True)
    text = answer_markdown([claim], differ=False)
    assert text.startswith(rf"**{escape('$5 [sic]')}**")
    assert short_answer(text) == "$5 [sic]"
    assert quoted_sentences(text) == (odd,)
    assert quoted_text(text) == odd


def test_of_values_that_differ_only_the_quotes_are_read():
    text = answer_markdown([SHORT, OTHER], differ=True)
    assert quoted_sentences(text)[1] == BOAT
    assert "Quay News" not in quoted_text(text)
    assert "Quay News" not in essence(text)


def test_a_refusal_quotes_nothing():
    text = refusal_markdown(["wool"], "Who sells wood?", ["Who sells honey?"])
    assert (short_answer(text), quoted_sentences(text), quoted_text(text), essence(text)) == ("", (), "", "")


def test_the_essence_of_an_answer_reads_like_the_answer():
    text = answer_markdown([SHORT], differ=False)
    assert short_answer(essence(text)) == short_answer(text)
    assert quoted_text(essence(text)) == quoted_text(text)


# --- exported ------------------------------------------------------------------------------------


def test_footnotes_of_a_conversation_are_numbered_consecutively():
    answers = []
    for claim in (SHORT, OTHER):
        (citation,) = claim.citations
        text = answer_markdown([claim], differ=False)
        answers.append(Answer("Who?", text, True, 0.9, (claim,), (citation,), ()))
    exported = conversation_markdown((answer.question, answer) for answer in answers)
    assert "340 passengers. [^1]" in exported
    assert "290 people. [^2]" in exported
    assert exported.splitlines()[-1] == f"[^2]: “{BOAT}” (“Paper 2”, Quay News, 2024-05-01; 2.txt)"
    assert conversation_markdown([]) == "\n"
