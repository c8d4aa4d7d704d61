"""Answers to paste elsewhere: clean text, and HTML."""

from __future__ import annotations

import pytest
from shown import HOSTILE, a_citation, a_document, a_refusal, an_answer

from qa.answers.markdown import answer_markdown, refusal_markdown
from qa.server.html.copied import copied
from qa.types import Answer, Claim


def with_text(*claims: Claim, differ: bool = False) -> Answer:
    return an_answer(*claims, text=answer_markdown(claims, differ), differ=differ)


def test_an_answer_is_copied_without_any_markup_and_with_its_sources():
    fare = a_document("A ticket costs $12 (see * and [3]).", metadata={"source": "Quay News", "date": "2024"})
    answer = with_text(Claim("$12", (a_citation(1, fare.text, fare),), is_short=True))
    got = copied(answer)
    assert got["text"] == (
        "$12\n\nA ticket costs $12 (see * and [3]). [1]\n\n[1] The ferry, Quay News, 2024, ferry.md"
    )
    assert got["html"] == (
        "<p><b>$12</b></p><p>A ticket costs $12 (see * and [3]). [1]</p>"
        "<p>[1] The ferry, Quay News, 2024, ferry.md<br></p>"
    )


def test_sentences_of_one_source_share_its_number():
    quote = "It leaves at seven. It carries 340 passengers."
    text = copied(with_text(Claim("340", (a_citation(1, quote),))))["text"]
    assert text.startswith(f"{quote} [1]\n")


def test_values_that_differ_are_copied_as_a_list():
    other = a_document("It carries 350 passengers.", id="2")
    claims = Claim("340", (a_citation(),)), Claim("350", (a_citation(2, other.text, other),))
    got = copied(with_text(*claims, differ=True))
    assert "\n- 350 (Quay News): It carries 350 passengers. [2]\n" in got["text"]
    assert got["html"].count("<li><b>") == 2


def test_a_refusal_is_copied_as_it_is_said():
    text = refusal_markdown(["why"], "", ["How late is it?"])
    got = copied(a_refusal(text=text))
    assert got["text"].endswith("You could ask:\n\n- How late is it?")
    assert "<ul><li>How late is it?</li></ul>" in got["html"]


@pytest.mark.parametrize("odd", [HOSTILE, "**a** *b* ### c", "\\\\ \\[1] \\", "- a [1] b [1]"])
def test_nothing_of_a_document_becomes_markup(odd: str):
    document = a_document(odd, title=odd)
    got = copied(with_text(Claim(odd, (a_citation(1, odd, document),))))
    assert odd in got["text"]
    assert "<img" not in got["html"]
    assert "<script" not in got["html"]
