"""Questions and answers as HTML, in which documents and questions are only text."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shown import (
    HOSTILE,
    QUOTE,
    TURNED,
    Shown,
    a_citation,
    a_document,
    a_passage,
    a_refusal,
    an_answer,
    one_line,
)

from qa.answers.wording import EMPTY
from qa.answers.wording import confidence as in_words
from qa.server.html.answer import answered, failed, outdated, suggested, turn
from qa.server.html.elements import html as piece
from qa.types import Answer, Citation, Claim, Document, Layout

NEWS = a_document(
    "The boat takes 340 people.", id="2", path="news.txt", title="News", metadata={"date": "2024-05-01"}
)
OTHER = a_document("It holds 290 passengers.", id="3", path="other.txt", title="Other", metadata={})


def links(html: str) -> list[str]:
    return [link["href"] for link in Shown(html).all("a", "mark")]


def said(html: str) -> list[str]:
    """The paragraphs of sentences, as text."""
    return [one_line(found) for found in re.findall(r'<p class="said">.*?</p>', html)]


# --- a turn --------------------------------------------------------------------------------------


def test_a_turn_is_a_question_and_its_answer():
    html = turn("Who built it?", piece("<p>{}</p>", "Nobody."), 2)
    assert one_line(html) == "Edit the questionWho built it?Nobody."
    (article,) = Shown(html).all("article")
    assert (article["id"], article["data-turn"], article["aria-label"]) == ("turn-2", "2", "Question 3")
    assert Shown(html).acts("edit")


# --- what the documents say ----------------------------------------------------------------------


def test_a_short_answer_stands_above_its_sentence_and_is_bold_in_it():
    html = answered(an_answer(Claim("340", (a_citation(),), is_short=True)), 4)
    assert re.findall(r'<p class="value">(.*?)</p>', html) == ['<bdi dir="auto">340</bdi>']
    assert said(html) == [f"{QUOTE} [1]"]
    assert re.findall("<b>(.*?)</b>", html) == ["340"]
    assert links(html) == ["#source-4-1"]
    assert [link["aria-label"] for link in Shown(html).all("a")] == ["Source 1: The ferry"]


def test_an_overview_stands_under_the_titles_of_its_documents():
    ferry, news = a_citation(1), a_citation(2, NEWS.text, NEWS)
    claims = [Claim(c.quote, (c,)) for c in (ferry, news)]
    html = answered(an_answer(*claims, layout=Layout.DOCUMENTS, lead="2 documents.", nearest=()), 3)
    assert re.findall("<h3>(.*?)</h3>", html) == [
        '<bdi dir="auto">The ferry</bdi>',
        '<bdi dir="auto">News</bdi>',
    ]
    assert said(html) == [f"{QUOTE} [1]", f"{NEWS.text} [2]"]
    assert "2 documents." in one_line(html)
    assert links(html) == ["#source-3-1", "#source-3-2"]
    assert not Shown(html).all("details")
    assert "Well supported" not in html


def test_a_timeline_has_each_date_once():
    dated = a_document("In 1874 it was built. In 1874 it opened. In 1926 it burnt.")
    quotes = [
        a_citation(n, q, dated)
        for n, q in enumerate(("In 1874 it was built.", "In 1874 it opened.", "In 1926 it burnt."), 1)
    ]
    claims = [Claim(year, (c,)) for year, c in zip(("1874", "1874", "1926"), quotes, strict=True)]
    html = answered(an_answer(*claims, layout=Layout.DATES, nearest=()), 0)
    assert [one_line(found) for found in re.findall("<dt>(.*?)</dt>", html)] == ["1874", "1926"]
    assert said(html) == ["In 1874 it was built. [1]", "In 1874 it opened. [2]", "In 1926 it burnt. [3]"]


def test_a_refusal_says_that_a_question_is_in_another_language():
    html = answered(a_refusal(NEWS, language="German"), 0)
    assert "Your question seems to be in German." in one_line(html)


def test_a_sentence_that_is_the_answer_is_shown_once():
    html = answered(an_answer(), 0)
    assert one_line(html).count(QUOTE) == 1
    assert "<b>" not in html
    assert 'class="value"' not in html


def test_the_sentences_of_a_quote_share_their_mark():
    quote = "It leaves at seven. It carries 340 passengers."
    html = answered(an_answer(Claim("340", (a_citation(quote=quote),), is_short=True)), 0)
    assert said(html) == ["It leaves at seven. It carries 340 passengers. [1]"]
    assert links(html) == ["#source-0-1"]


def test_several_sentences_stand_in_the_order_of_their_numbers():
    first, second = a_citation(1, "It leaves at seven."), a_citation(2, "Tickets cost 12 crowns.")
    html = answered(an_answer(Claim(second.quote, (second,)), Claim(first.quote, (first,))), 1)
    assert said(html) == ["It leaves at seven. [1]", "Tickets cost 12 crowns. [2]"]
    assert links(html) == ["#source-1-1", "#source-1-2"]


def test_agreeing_sources_can_be_opened():
    claim = Claim("340", (a_citation(1), a_citation(2, NEWS.text, NEWS)))
    html = answered(an_answer(claim), 0)
    assert said(html) == [f"{QUOTE} [1] [2]"]
    (summary, listed) = re.findall(r'<details class="agree"><summary>(.*?)</summary><ul>(.*?)</ul>', html)[0]
    assert summary == "2 sources agree"
    assert [one_line(item) for item in re.findall("<li>(.*?)</li>", listed)] == [
        f"The ferry [1]Quay News{QUOTE}",
        f"News [2]2024-05-01{NEWS.text}",
    ]


def test_differing_figures_stand_side_by_side_with_their_origins():
    claims = (
        Claim("340", (a_citation(1), a_citation(2, NEWS.text, NEWS))),
        Claim("290", (a_citation(3, OTHER.text, OTHER),)),
    )
    html = answered(an_answer(*claims, differ=True), 0)
    assert "<summary>Sources disagree</summary>" in html
    assert [one_line(p) for p in re.findall(r'<p class="value">.*?</p>', html)] == ["340", "290"]
    assert one_line(html).count("2 sources agree") == 1
    assert [one_line(p) for p in re.findall(r'<p class="by">.*?</p>', html)][::3] == ["Quay News", "Other"]
    assert links(html) == [f"#source-0-{number}" for number in (1, 2, 1, 2, 3)]


def test_each_part_of_a_question_has_its_value_above_its_sentence():
    first = Claim("340", (a_citation(1),), is_short=True)
    second = Claim("290", (a_citation(2, OTHER.text, OTHER),), is_short=True, part=2)
    html = answered(an_answer(first, second), 0)
    paragraphs = re.findall(r'<p class="(?:value|said)">.*?</p>', html)
    assert [one_line(p) for p in paragraphs] == ["340", f"{QUOTE} [1]", "290", f"{OTHER.text} [2]"]


def test_a_part_of_a_question_without_an_answer_is_named():
    html = answered(replace(an_answer(), unanswered=(HOSTILE,)), 0)
    assert said(html)[-1].startswith("Nothing found on “")


def test_the_answer_says_how_sure_it_is_and_from_how_many_documents():
    assert "Well supported · from 1 document" in one_line(answered(an_answer(confidence=0.95), 0))
    two = an_answer(Claim("340", (a_citation(1), a_citation(2, NEWS.text, NEWS))), confidence=0.6)
    assert "Likely · from 2 documents" in one_line(answered(two, 0))
    again = an_answer(Claim("340", (a_citation(1),)), Claim("It is white.", (a_citation(2, "It is white."),)))
    assert "from 1 document" in one_line(answered(again, 0))


@pytest.mark.parametrize(
    ("confidence", "words"),
    [
        (0.0, "Weak match – check the source"),
        (0.4999, "Weak match – check the source"),
        (0.5, "Likely"),
        (0.8999, "Likely"),
        (0.9, "Well supported"),
        (1.0, "Well supported"),
    ],
)
def test_a_probability_in_words(confidence: float, words: str):
    assert in_words(confidence)[1] == words


def test_a_follow_up_says_what_it_was_taken_to_mean():
    meant = "What does the ferry to Tolvane cost?"
    html = answered(an_answer(question="And to Tolvane?", understood=meant), 0)
    assert f"from 1 document · Understood as “{meant}”" in one_line(html)
    assert 'data-act="exact"' in html
    alone = answered(an_answer(question=meant, understood=meant), 0)
    assert "Understood" not in alone
    assert 'data-act="exact"' not in alone


def test_an_answer_can_be_copied_asked_again_rated_and_explained():
    html = Shown(answered(an_answer(), 0))
    assert [b["data-act"] for b in html.all("button")] == ["copy", "retry", "rate", "rate"]
    assert [b["data-helpful"] for b in html.acts("rate")] == ["yes", "no"]
    assert html.all("details", "why")


# --- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("documents", "told"),
    [
        ((NEWS,), "This passage comes closest but doesn't answer it."),
        ((a_document(), NEWS), "These 2 passages come closest but don't answer it."),
    ],
)
def test_a_refusal_links_to_the_nearest_passages(documents: tuple[Document, ...], told: str):
    html = answered(a_refusal(*documents), 3)
    assert one_line(html).startswith("I couldn't find an answer in your documents.")
    assert said(html) == [told]
    assert [link["href"] for link in Shown(html).all("a", "near")] == ["#source-3-1"]
    assert links(html) == []


def test_a_refusal_names_the_words_that_no_document_has():
    html = answered(a_refusal(NEWS, unknown=("ferry",)), 0)
    assert said(html)[0] == "“ferry” doesn't appear in your documents."


def test_a_refused_follow_up_says_what_it_was_taken_to_mean():
    meant = "Why is the ferry to Tolvane late?"
    html = answered(a_refusal(NEWS, question="Why late?", understood=meant), 0)
    assert f"Understood as “{meant}”" in one_line(html)


def test_a_refusal_offers_questions_that_are_answered():
    html = answered(a_refusal(NEWS, suggestions=("Who built it?", "When was it built?")), 0)
    assert "You could ask:Who built it?When was it built?" in one_line(html)
    assert len(Shown(html).acts("suggest")) == 2
    assert suggested(()) == ""


def test_a_misspelled_question_is_offered_as_it_was_meant():
    html = answered(a_refusal(NEWS, unknown=("ferrry",), corrected="Why is the ferry late?"), 0)
    assert "Did you mean:Why is the ferry late?" in one_line(html)
    assert html.index("Did you mean") < html.index("appear in your documents")
    assert "Did you mean" not in answered(a_refusal(NEWS, unknown=("ferrry",)), 0)


def test_small_talk_is_answered_by_its_line_alone():
    html = answered(a_refusal(question="thanks!", text="You're welcome."), 0)
    assert one_line(html).startswith("You're welcome.")
    assert "find an answer" not in html
    assert "No documents yet" not in html


def test_an_empty_index_is_reported():
    html = answered(a_refusal(text=EMPTY), 0)
    assert "No documents yet" in one_line(html)
    assert not Shown(html).all("a")
    assert not Shown(html).all("details", "why")


def test_an_error_is_shown_with_a_button_to_ask_again():
    html = failed("The index is locked. Try again.")
    assert one_line(html).startswith("The index is locked. Try again.")
    assert [p["role"] for p in Shown(html).all("p")] == ["alert"]
    assert [b["data-act"] for b in Shown(html).all("button")] == ["retry"]


def test_an_outdated_answer_is_not_shown():
    assert one_line(outdated()).startswith("The quoted text is no longer in your documents.")
    assert [b["data-act"] for b in Shown(outdated()).all("button")] == ["retry"]


# --- nothing of a document or a question becomes HTML --------------------------------------------

BREAKING = (
    '" onfocus="alert(1)',
    "' autofocus '",
    "</p><script>x</script>",
    "<!-- x",
    "]]>",
    "&quot;<b>&#60;",
)


def hostile(string: str) -> list[Answer]:
    """Answers of every form, with a string in every place that comes from outside."""
    known = {name: string for name in ("source", "author", "date", "url", "source_title", "language")}
    document = a_document(f"{string}", path=f"{string}.txt", title=string, metadata=known)
    other = replace(document, id="2")
    passage = replace(a_passage(document), sentences=((0, len(string)),))

    def cited(number: int, source: Document) -> Citation:
        return a_citation(number, string, source, passage)

    agreed = Claim(string, (cited(1, document), cited(2, other)))
    asked = {"question": string, "understood": f"{string}?"}
    return [
        an_answer(agreed, **asked),
        an_answer(Claim(string[:4], (cited(1, document),)), **asked),
        an_answer(
            agreed,
            Claim(string, (cited(3, document),)),
            differ=True,
            **asked,
        ),
        a_refusal(document, unknown=(string, string), suggestions=(string, string), **asked),
    ]


@pytest.mark.parametrize("string", [HOSTILE, *BREAKING])
def test_nothing_of_a_document_or_a_question_becomes_html(string: str):
    for answer in hostile(string):
        shown = Shown(turn(string, answered(answer, 0), 0))  # checks tags and attributes
        assert string in shown.text
        assert all(string in title for title in (a["aria-label"] for a in shown.all("a", "mark")))
    assert string in Shown(failed(string)).text


@given(st.text(st.sampled_from("<>&\"'/= abon!-"), min_size=4, max_size=40))
def test_no_text_at_all_becomes_html(string: str):
    for answer in hostile(string):
        assert string in Shown(turn(string, answered(answer, 0), 0)).text


def test_a_right_to_left_override_reverses_nothing_around_it():
    for answer in hostile(f"It {TURNED}."):
        assert not Shown(turn(TURNED, answered(answer, 0), 0)).turned
