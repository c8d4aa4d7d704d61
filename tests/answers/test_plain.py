"""Answers as plain text: in lines of a given width, of which a refusal has ten at most."""

import re
from dataclasses import replace

import pytest
from conftest import QUESTION, write

from qa.answers.plain import REFUSAL_LINES, Role, answer_lines, answer_text, hit_lines


@pytest.fixture
def refusal(synced):
    return synced.ask("Which vitamins does the ferry to Tolvane carry?", threshold=1.0)


def test_a_refusal_says_what_is_not_there_what_could_be_asked_and_what_comes_closest(refusal):
    refusal = replace(refusal, unknown=("vitamins",), suggestions=("What does a ticket cost?",))
    lines = [line.text for line in answer_lines(refusal, 80)]
    assert lines[:5] == [
        "I couldn't find an answer in your documents.",
        "“vitamins” doesn't appear in your documents.",
        "You could ask:",
        "- What does a ticket cost?",
        "Closest passages. They don't answer the question.",
    ]
    assert lines[5].startswith("1. The ferry to Tolvane: The ferry to Tolvane carries 340 passengers.")
    assert len(lines) == 8  # three passages


@pytest.mark.parametrize("width", [40, 80, 100])
def test_a_refusal_has_ten_lines_at_most_whatever_it_has_to_say(refusal, width):
    words = tuple(f"word{n}" for n in range(60))
    full = replace(
        refusal,
        understood="What is " + "very " * 100 + "long?",
        unknown=words,
        suggestions=tuple(f"What do the documents say about the {'long ' * 30}name {n}?" for n in range(3)),
        corrected="which vitamins " * 30,
        language="German",
    )
    for answer in (refusal, full, replace(full, suggestions=()), replace(full, unknown=(), language="")):
        lines = answer_lines(answer, width)
        assert len(lines) <= REFUSAL_LINES
        assert max(len(line.text) for line in lines) <= width
        if width > 40:  # otherwise there is no room
            assert lines[-1].text.startswith(("1. ", "2. ", "3. "))


def test_wide_characters_take_two_columns(synced, corpus):
    write(corpus, {"渡船.md": f"# {'渡船票价' * 30}\n\n{'渡船每天早上七点离开码头' * 20}。\n"})
    synced.sync()
    refusal = synced.ask("渡船票价", threshold=1.0)
    (line,) = (line.text for line in answer_lines(refusal, 80) if line.text.startswith("1. "))
    assert line.endswith("…")
    assert 35 <= len(line) <= 45


def test_a_quote_breaks_at_spaces_only(synced, corpus):
    name = "Kazakhstan-Turkmenistan-Afghanistan-Pakistan"
    write(
        corpus,
        {"rail.txt": f"For the railway that links {name}, see https://rail.example/{'x' * 90} please."},
    )
    synced.sync()
    lines = answer_lines(synced.ask("What links Kazakhstan and Pakistan by railway?", threshold=0), 40)
    quote = [line.text for line in lines if line.role in (Role.QUOTE, Role.CITED)]
    assert any(name in line for line in quote)
    assert any(f"https://rail.example/{'x' * 90}" in line for line in quote)


@pytest.mark.parametrize("width", range(40, 52))
def test_the_number_of_a_source_never_stands_alone(synced, width):
    lines = [line.text for line in answer_lines(synced.ask(QUESTION, threshold=0), width)]
    assert any(re.search(r"\w.* \[1\]$", line) for line in lines)
    assert "[1]" not in lines


def test_a_narrow_terminal_gets_narrow_lines_and_a_string_the_usual_ones(synced):
    answer = synced.ask(QUESTION, threshold=0)
    assert max(len(line.text) for line in answer_lines(answer, 50)) <= 50
    assert str(answer) == answer_text(answer) == "\n".join(line.text for line in answer_lines(answer, 100))


def test_lines_have_roles(synced):
    roles = [line.role for line in answer_lines(synced.ask(QUESTION, threshold=0), 80) if line.text]
    assert roles[-1] in (Role.SURE, Role.LIKELY, Role.UNSURE)
    assert roles.index(Role.CITED) < roles.index(Role.SOURCE) < roles.index(Role.PLACE)


def test_the_headings_of_a_hit_stand_above_its_text(synced):
    hit = next(hit for hit in synced.search("ticket crossing crowns") if "12 crowns" in hit.passage.text)
    texts = [line.text for line in hit_lines(hit, 1, 80)]
    assert texts[2:] == [
        "   Tickets",
        "   A ticket for the crossing costs 12 crowns. Children under six travel free.",
    ]
