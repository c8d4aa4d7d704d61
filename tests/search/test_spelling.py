"""A word that no document has is looked for among the words that the documents have."""

import pytest
from conftest import QUESTION, write


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("How many pasengers does the fery carry?", "How many passengers does the ferry carry?"),
        ("how many PASENGERS", "how many passengers"),
        ("Who finished the brigde at Osk?", "Who finished the bridge at Osk?"),
        ("andres Lund", "Anders Lund"),
        ("bees of the Sen vally", "bees of the Sen valley"),
        ("Which zebra won the chess cup?", ""),
        ("feri", ""),
    ],
)
def test_a_misspelled_question_is_corrected(synced, typed, meant):
    answer = synced.ask(typed, threshold=1)
    assert not answer.answered
    assert answer.corrected == meant


def test_what_is_spelled_right_is_not_corrected(synced):
    answer = synced.ask(QUESTION, threshold=1)
    assert (answer.unknown, answer.corrected) == ((), "")


def test_an_answer_needs_no_correction(synced):
    assert synced.ask("How many pasengers does the ferry carry?", threshold=0).corrected == ""


def test_signs_in_a_word_are_no_pattern(synced):
    assert synced.ask("fer(ry and brid[ge \\d+ ferr.", threshold=1).corrected != "ferry"


def test_no_word_is_called_unknown_that_stands_beside_the_searched_text(synced, corpus):
    write(corpus, {"goats.md": "Forty goats live on the rock.\n\n<!-- ask Olufsen -->\n"})
    synced.sync()
    question = "Did Olufsen, Solheug or Berglund keep zebras in goats.md, Olufs?"
    assert synced.ask(question, threshold=1).unknown == ("berglund", "keep", "zebras", "olufs")
