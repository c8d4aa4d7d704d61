"""Sentences -> questions that they answer. Osk and Ida are names where they stand within a sentence."""

import pytest

from qa.answers.suggestions import questions as made


def questions(sentences: list[str]) -> list[str]:
    return [question.question for _, question in made(sentences)]


KNOWN = "We went from Osk to see Ida and Tolvane."


@pytest.mark.parametrize(
    ("sentence", "asked"),
    [("Osk built a bridge over the river in 1926.", "Who built a bridge over the river in 1926?"),
     ("Osk and Tolvane signed a treaty on ferries.", "Who signed a treaty on ferries?"),
     ("Osk, the oldest town, built a quay for the ferries.", "Who built a quay for the ferries?"),
     ("Osk sold the ferry to the town of Kalmar, which wept.", "Who sold the ferry to the town of Kalmar?"),
     ("Ida told the council that bees could fly.", "Who told the council that bees could fly?")],
)  # fmt: skip
def test_who_did_it_is_asked_of_a_sentence_with_a_name_as_its_subject(sentence, asked):
    assert questions([KNOWN, sentence]) == [asked]


@pytest.mark.parametrize(
    ("sentence", "asked"),
    [("In spring the Osk Ports Board met.", "What do the documents say about the Osk Ports Board?"),
     ("Everyone waited for the OPB ferry.", "What do the documents say about the OPB ferry?"),
     ("In  the fog\nwe saw Ida Berg.", "What do the documents say about Ida Berg?"),
     ("It passes CASA-7 at noon.", "What do the documents say about CASA-7?")],
)  # fmt: skip
def test_of_others_a_long_name_or_an_acronym_is_asked_about(sentence, asked):
    assert questions([sentence]) == [asked]


@pytest.mark.parametrize(
    "sentence",
    ["The goats slept on deck all night.", "Bees gathered the honey of ten fields.", "Ida paid the toll.",
     "Osk sold its ferry to the town of Kalmar.", "Ida built the boats and they were sold.",
     "Osk built the " + "very " * 30 + "old bridge."],
)  # fmt: skip
def test_nothing_is_asked_of_a_sentence_that_leaves_too_much_open(sentence):
    assert questions([KNOWN, sentence]) == []


def test_a_word_that_only_opens_a_sentence_is_not_taken_for_a_name():
    sentence = "Ida gathered the honey of ten fields."
    assert questions([sentence]) == []
    assert questions([KNOWN, sentence]) == ["Who gathered the honey of ten fields?"]


def test_a_name_is_asked_about_once():
    sentences = ["We saw the Osk Ports Board and Ida Berg.", "We saw the Osk Ports Board again."]
    assert questions(sentences) == [
        "What do the documents say about the Osk Ports Board?",
        "What do the documents say about Ida Berg?",
    ]


def test_a_capital_that_opens_a_sentence_makes_no_longer_name():
    assert questions(["Behind Osk lies a lake."]) == []


def test_a_name_that_owns_something_is_asked_about_without_its_ending():
    said = ["In spring, Anders Lund's boat was the first on the fjord.", "Nobody knew Anders Lund."]
    assert questions(said) == ["What do the documents say about Anders Lund?"]
