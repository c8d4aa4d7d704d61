"""The sources of an answer: quotes marked in their passages, and whole documents in parts."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from shown import (
    HOSTILE,
    INN,
    QUOTE,
    TEXT,
    TURNED,
    Shown,
    a_citation,
    a_document,
    a_passage,
    a_refusal,
    an_answer,
    rows,
)

from qa.answers.wording import EMPTY, citation_text
from qa.errors import CitationError
from qa.server.finding import check
from qa.server.html.sources import sources
from qa.types import Claim

PAGED = a_document("One page. " * 10 + "Two page. " * 10, path="a.pdf", pages=(0, 100))


def folded(html: str) -> list[str]:
    found = re.findall(
        r'<span class="rest"><span>(.*?)</span></span>(?=[^<]*<(?:mark|/block)|\S)', html, re.S
    )
    return [Shown(part).text for part in found]


def body(html: str) -> str:
    """The text of a blockquote."""
    return Shown(re.findall("<blockquote.*?</blockquote>", html, re.DOTALL)[0]).text


# --- cards ---------------------------------------------------------------------------------------


def test_a_card_marks_the_quote_inside_its_passage_and_names_its_origin():
    html = sources(an_answer(), 2, {})
    shown = Shown(html)
    assert shown.marked == QUOTE
    assert body(html) == TEXT
    assert [card["id"] for card in shown.all("article", "card")] == ["source-2-1"]
    for part in ("How many?", "The ferry", "Quay News", "ferry.md"):
        assert part in shown.text
    start = TEXT.index(QUOTE)
    assert shown.acts("whole")[0] == {
        "type": "button",
        "class": "plain",
        "data-act": "whole",
        "data-document": "1",
        "data-start": str(start),
        "data-end": str(start + len(QUOTE)),
    }
    assert shown.acts("cite")[0]["data-text"] == citation_text(an_answer().citations[0])
    citation = an_answer().citations[0]
    (link,) = shown.acts("link")
    assert (link["data-path"], link["data-quote"]) == (citation.document.path, check(citation.quote))
    assert (link["data-start"], link["data-end"]) == (str(citation.start), str(citation.end))


def test_each_citation_has_its_card_in_the_order_of_their_numbers():
    other = a_document("Tickets are 12 crowns.", id="2", title="Tickets")
    claim = Claim("12", (a_citation(1, "Tickets cost 12 crowns."), a_citation(2, other.text, other)))
    html = sources(an_answer(claim), 0, {})
    assert re.findall(r'id="(source-[0-9]+-[0-9]+)"', html) == ["source-0-1", "source-0-2"]
    assert re.findall(r"<mark>(.*?)</mark>", html) == ["Tickets cost 12 crowns.", "Tickets are 12 crowns."]


def test_quotes_from_one_passage_share_a_card():
    other = a_document("Tickets are 12 crowns.", id="2", title="Tickets")
    ticket, carries = a_citation(3, "Tickets cost 12 crowns."), a_citation(1, QUOTE)
    between = a_citation(2, other.text, other)
    html = sources(an_answer(Claim("12", (ticket, between)), Claim("340", (carries,))), 0, {})
    assert [card["id"] for card in Shown(html).all("article")] == ["source-0-1", "source-0-2"]
    numbers = [(n.get("id"), n["data-quote"]) for n in Shown(html).all("span", "number")]
    first, third, second = "source-0-1-number", "source-0-3", "source-0-2-number"
    assert numbers == [(first, "0"), (third, "1"), (second, "0")]
    assert f"<mark>{QUOTE}</mark>" in html
    assert '<mark data-quote="1">Tickets cost 12 crowns.</mark>' in html


def test_quotes_that_overlap_are_marked_once():
    long, short = a_citation(1, "It leaves at seven. It carries 340 passengers."), a_citation(2, QUOTE)
    html = sources(an_answer(Claim("340", (long,)), Claim("340", (short,))), 0, {})
    assert Shown(html).marked == long.quote


def test_the_value_stands_out_within_the_quote():
    html = sources(an_answer(Claim("340", (a_citation(),), is_short=True)), 0, {})
    assert "<mark>It carries <b>340</b> passengers.</mark>" in html
    assert "<b>" not in sources(an_answer(Claim(QUOTE, (a_citation(),))), 0, {})


def test_other_paragraphs_are_folded():
    html = sources(an_answer(), 0, {})
    assert [part.strip() for part in folded(html)] == ["# Ferry", "Tickets cost 12 crowns."]


def test_two_sentences_of_the_paragraph_are_shown_on_either_side_of_a_quote():
    content = " ".join(f"Sentence {i} is here." for i in range(9))
    document = a_document(content)
    html = sources(an_answer(Claim("4", (a_citation(1, "Sentence 4 is here.", document),))), 0, {})
    before, after = folded(html)
    assert before.strip() == "Sentence 0 is here. Sentence 1 is here."
    assert after.strip() == "Sentence 7 is here. Sentence 8 is here."
    assert body(html) == content


def test_the_passages_before_and_after_are_folded():
    document = a_document()
    first, middle, last = (a_passage(document, *span) for span in ((0, 9), (9, 68), (68, len(TEXT))))
    answer = an_answer(Claim(QUOTE, (a_citation(1, QUOTE, document, middle),)))
    html = sources(answer, 0, {middle.id: (first, last)})
    assert body(html) == TEXT
    assert len(Shown(html).all("span", "beside")) == 2
    alone = sources(answer, 0, {middle.id: (None, None)})
    assert body(alone) == middle.text
    assert "beside" not in alone


def test_a_refusal_shows_the_nearest_passages_and_says_they_are_no_answer():
    html = sources(a_refusal(a_document(), a_document(id="2", title="Another")), 1, {})
    shown = Shown(html)
    assert "Closest passages" in shown.text
    assert "They don't answer the question." in shown.text
    assert shown.marked == ""
    assert [card["id"] for card in shown.all("article", "card")] == ["source-1-1", "source-1-2"]
    assert body(html) == TEXT
    assert shown.all("section", "nearest")


def test_small_talk_has_no_sources():
    html = sources(a_refusal(question="thanks!", text="You're welcome."), 0, {})
    assert Shown(html).text == "Sourcesthanks!"


def test_an_empty_index_has_no_sources():
    html = sources(a_refusal(text=EMPTY), 0, {})
    assert "No documents yet" in Shown(html).text
    assert not Shown(html).all("article")


@pytest.mark.parametrize("change", [{"start": 36}, {"quote": "It carries 350 passengers."}])
def test_a_quote_that_is_not_in_its_document_is_never_shown(change: dict[str, object]):
    broken = replace(a_citation(), **change)
    with pytest.raises(CitationError):
        sources(an_answer(Claim(QUOTE, (broken,))), 0, {})


@pytest.mark.parametrize("path", [f"{HOSTILE}.md", f"{HOSTILE}.txt"])
def test_nothing_of_a_document_becomes_html(path: str):
    known = {name: HOSTILE for name in ("source", "author", "date", "url")}
    document = a_document(f"# {HOSTILE}\n\n{HOSTILE}", path=path, title=HOSTILE, metadata=known)
    citation = a_citation(1, HOSTILE, document)
    answer = an_answer(Claim(HOSTILE, (citation,)), question=HOSTILE)
    for html in (
        sources(answer, 0, {citation.passage.id: (citation.passage, citation.passage)}),
        sources(a_refusal(document, question=HOSTILE), 0, {}),
    ):
        assert HOSTILE in Shown(html).text
        assert all(cite["data-text"] == citation_text(citation) for cite in Shown(html).acts("cite"))


def test_a_right_to_left_override_reverses_nothing_around_it():
    content = f"It is {TURNED}."
    known = {name: TURNED for name in ("source", "author", "date")}
    document = a_document(content, path=f"{TURNED}.txt", title=TURNED, metadata=known)
    answer = an_answer(Claim("It", (a_citation(1, content, document),)), question=TURNED)
    assert not Shown(sources(answer, 0, {})).turned


# --- tables, places, remarks ---------------------------------------------------------------------


def test_a_cell_is_shown_in_its_table_with_its_row_marked():
    html = sources(an_answer(Claim("118", (a_citation(1, "Alder | 118 crowns", INN),))), 0, {})
    assert rows(html) == [["Room", "Price"], ["Alder", "118 crowns"], ["Birch", "99 crowns"]]
    assert re.findall(r"<mark>(.*?)</mark>", html) == ["Alder", "118 crowns"]
    assert "Prices!A2:B2" in Shown(html).text
    assert [part.strip() for part in folded(html)] == ["The inn has rooms.", "It is old."]


def test_a_passage_from_the_middle_of_a_table_is_shown_below_the_names_of_its_columns():
    citation = a_citation(1, "Birch | 99 crowns", INN)
    start = INN.text.index("Birch")
    passage = replace(citation.passage, start=start, end=start + 17, text=INN.text[start : start + 17])
    html = sources(an_answer(Claim("99", (replace(citation, passage=passage),))), 0, {})
    assert rows(html) == [["Room", "Price"], ["Birch", "99 crowns"]]


def test_what_has_to_be_known_of_a_passage_stands_on_its_card():
    citation = a_citation(1, "Tickets cost 12 crowns.")
    read = replace(citation, passage=replace(citation.passage, remark="read by OCR"))
    assert "read by OCR" in Shown(sources(an_answer(Claim("12", (read,))), 0, {})).text


# --- pages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quote", "shown"), [("One page.", "p. 1"), ("Two page.", "p. 2"), ("One page. Two page.", "pp. 1–2")]
)
def test_a_citation_names_its_pages(quote: str, shown: str):
    citation = a_citation(1, quote, PAGED)
    assert shown in Shown(sources(an_answer(Claim(quote, (citation,))), 0, {})).text


def test_a_citation_as_text_has_everything_known_about_its_document():
    known = {"author": "A. Lund", "source": "Quay News", "date": "2024", "url": "https://quay.org/1"}
    document = replace(PAGED, metadata=known)
    citation = a_citation(1, "One page. Two page.", document)
    assert citation_text(citation) == (
        "“One page. Two page.” (A. Lund, “The ferry”, Quay News, 2024, pp. 1–2, https://quay.org/1; a.pdf)"
    )
    assert citation_text(a_citation(document=a_document(metadata={}))) == f"“{QUOTE}” (“The ferry”; ferry.md)"


def test_a_citation_as_text_is_one_line():
    document = a_document("It carries\n340\npassengers.")
    assert citation_text(a_citation(1, document.text, document)).startswith("“It carries 340 passengers.” (")
