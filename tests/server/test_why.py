"""How an answer was found, as the page shows it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from conftest import QUESTION, KeyReader
from shown import HOSTILE, TURNED, Shown, an_answer, one_line

from qa.assistant import Assistant
from qa.server.html import why
from qa.types import Answer, Considered, Sought, Timings, Trace, Tried


def a_trace(string: str = "ferry") -> Trace:
    found = Considered("1", string, string, "p", string, 0.5, 0.25, 0.5, 3.25, string, 0.7)
    timings = Timings(0.012, 0.02, 0.001, 0.0, 0.034)
    ways = (Tried(string, 0.2), Tried(f"{string}?", 0.8))
    words = (Sought(string, 1),)
    return Trace(1500, (found,), words, ways, "a figure", {}, 0.8, 0.5, timings)


def explanation(answer: Answer, changed: bool) -> str:
    return why.explanation(answer.trace, changed)


def cells(html: str) -> list[list[str]]:
    rows = re.findall(r"<tr>(<td.*?)</tr>", html)
    return [[one_line(cell) for cell in re.findall("<td[^>]*>(.*?)</td>", row)] for row in rows]


def test_a_trace_says_what_was_asked_for_found_and_needed():
    html = explanation(an_answer(trace=a_trace()), changed=False)
    assert one_line(html).startswith(
        "You asked for a figure. Searched 1,500 passages. Confidence 80 % (answers need 50 %)."
    )
    assert cells(html) == [
        ["ferry", "20 %"],
        ["ferry?", "80 %"],
        ["ferry", "1 passage"],
        ["ferryferry …", "0.25", "50 %", "+3.2", "ferry"],
    ]
    assert one_line(html).endswith("Took 0.0 s. A reader score above 0 speaks for an answer.")


def test_the_best_three_passages_are_cards():
    (found,) = a_trace().considered
    unfit = replace(found, title="Bread", margin=-2.0, span="crowns")
    trace = replace(a_trace(), considered=(found, unfit, found, replace(found, title="Honey")))
    cards = re.findall("<li>.*?</li>", explanation(an_answer(trace=trace), changed=False))
    assert [one_line(card) for card in cards[:2]] == [
        "ferryferryBest match “ferry”Has 50 % of your words",
        "BreadferryNo answer in itHas 50 % of your words",
    ]
    assert len(cards) == 3


def test_one_meaning_is_not_listed():
    html = explanation(an_answer(trace=replace(a_trace(), readings=(Tried("ferry", 0.8),))), changed=False)
    assert "Asked as" not in html


def test_passages_that_no_reader_has_read_have_no_score():
    (found,) = a_trace().considered
    unread = replace(a_trace(), considered=(replace(found, margin=None, span=""),))
    html = explanation(an_answer(trace=unread), changed=False)
    assert cells(html)[-1][-2:] == ["", ""]
    assert "reader score" not in html


def test_it_says_that_the_documents_have_changed():
    told = "The documents have changed."
    assert told in explanation(an_answer(trace=a_trace()), changed=True)
    assert told not in explanation(an_answer(trace=a_trace()), changed=False)


def test_an_answer_without_a_trace_explains_nothing():
    assert one_line(explanation(an_answer(), changed=False)).startswith("No details were kept")


@pytest.mark.parametrize("reader", [None, KeyReader({QUESTION: "340 passengers"})])
@pytest.mark.parametrize("question", [QUESTION, "Who painted the lighthouse?"])
def test_every_answer_can_be_explained(synced: Assistant, reader: KeyReader | None, question: str, encoder):
    answer: Answer = Assistant(synced.settings, encoder, reader).ask(question)
    html = explanation(answer, changed=False)
    assert "Searched 4 passages." in one_line(html)
    assert len(cells(html)) == len(answer.trace.words) + len(answer.trace.considered)
    assert Shown(html).all("table")


@pytest.mark.parametrize("string", [HOSTILE, 'a" onclick="x', "<td>", "</table>"])
def test_nothing_of_a_document_or_a_question_becomes_html(string: str):
    html = explanation(an_answer(question=string, trace=a_trace(string)), changed=True)
    assert string in Shown(html).text


def test_a_right_to_left_override_reverses_nothing_around_it():
    assert not Shown(explanation(an_answer(trace=a_trace(TURNED)), changed=False)).turned
