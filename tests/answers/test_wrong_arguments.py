"""Arguments of the wrong kind: each gets a line that says what is wanted, before anything is done."""

from fractions import Fraction

import numpy as np
import pytest
from conftest import QUESTION

from qa.assistant import Assistant


class Unsaid:
    """Something whose content is not for a message."""

    def __repr__(self) -> str:
        return "secret " * 1000


@pytest.mark.parametrize(
    ("question", "told"),
    [
        (None, "question must be a str, not NoneType"),
        (["x"], r"question must be a str, not list \(\['x'\]\)"),
        (b"Who?", r"question must be a str, not bytes \(b'Who\?'\)"),
        (Unsaid(), "question must be a str, not Unsaid$"),
    ],
)
def test_a_question_is_a_string(synced, question, told):
    with pytest.raises(TypeError, match=told):
        synced.ask(question)
    with pytest.raises(TypeError, match=told.replace("question", "words", 1)):
        synced.search(question)


@pytest.mark.parametrize("call", [Assistant.ask, Assistant.search], ids=["ask", "search"])
def test_documents_are_ids_and_not_one_string_or_the_documents_themselves(synced, call):
    first = synced.documents()[0]
    with pytest.raises(TypeError, match=r"documents must be None or a list of document ids, not str"):
        call(synced, QUESTION, documents="a.txt")
    with pytest.raises(TypeError, match=r"a list of document ids, not int \(7\)"):
        call(synced, QUESTION, documents=7)
    with pytest.raises(TypeError, match=r"a list of document ids: of a Document, pass its \.id"):
        call(synced, QUESTION, documents=[first])
    with pytest.raises(TypeError, match=r"a list of document ids; one of them is NoneType"):
        call(synced, QUESTION, documents=[first.id, None])
    assert call(synced, QUESTION, documents=(d.id for d in synced.documents()))


@pytest.mark.parametrize(
    ("k", "error", "told"),
    [
        ("3", TypeError, r"k must be an int, the number of passages, not str \('3'\)"),
        (2.0, TypeError, r"not float \(2.0\)"),
        (True, TypeError, r"not bool \(True\)"),
        (None, TypeError, "not NoneType"),
        (0, ValueError, "k must be 1 or more, not 0"),
        (-1, ValueError, "k must be 1 or more, not -1"),
    ],
)
def test_the_number_of_passages_is_a_positive_whole_number(synced, k, error, told):
    with pytest.raises(error, match=told):
        synced.search("ferry", k=k)
    assert len(synced.search("ferry", k=np.int64(1))) == 1


@pytest.mark.parametrize(
    ("history", "error", "told"),
    [
        (["a"], TypeError, r"pairs, \(question, answer.text\), oldest first; one of them is str \('a'\)"),
        ("a", TypeError, r"oldest first, not str \('a'\)"),
        (None, TypeError, "oldest first, not NoneType"),
        ({"a": "b"}, TypeError, "oldest first, not dict"),
        ([("a", "b", "c")], ValueError, "one of them has 3 items"),
        ([("a", None)], TypeError, "in one of them is NoneType"),
        ([(1, "b")], TypeError, r"in one of them is int \(1\)"),
    ],
)
def test_a_history_is_pairs_of_strings(synced, history, error, told):
    with pytest.raises(error, match=told):
        synced.ask(QUESTION, history=history)


def test_a_history_of_answers_is_told_to_take_their_text(synced):
    answer = synced.ask(QUESTION)
    with pytest.raises(TypeError, match=r"\(question, answer.text\), .* in one of them is an Answer"):
        synced.ask("And its bees?", history=[(QUESTION, answer)])
    assert synced.ask("And its bees?", history=[[QUESTION, answer.text]])


@pytest.mark.parametrize(
    ("threshold", "error", "told"),
    [
        ("high", TypeError, r"threshold must be None or a number from 0 to 1, not str \('high'\)"),
        (True, TypeError, "not bool"),
        (1.5, ValueError, "a number from 0 to 1, not 1.5"),
        (float("nan"), ValueError, "not nan"),
    ],
)
def test_a_threshold_is_a_probability(synced, threshold, error, told):
    with pytest.raises(error, match=told):
        synced.ask(QUESTION, threshold=threshold)
    assert synced.ask(QUESTION, threshold=Fraction(0)).answered


def test_nothing_is_searched_before_all_arguments_are_checked(synced, encoder):
    encoder.embedded.clear()
    for wrong in ({"history": 1}, {"documents": 1}, {"threshold": "1"}):
        with pytest.raises(TypeError):
            synced.ask(QUESTION, **wrong)
    assert encoder.embedded == []


@pytest.mark.parametrize("name", ["corpus", "index"])
def test_folders_are_paths(name):
    with pytest.raises(TypeError, match=rf"{name} must be a folder, as a str or a Path, not int \(3\)"):
        Assistant.open(**{name: 3})


def test_what_is_rated_is_an_answer(synced):
    with pytest.raises(TypeError, match="answer must be an Answer, as ask returns it, not str"):
        synced.rate(synced.ask(QUESTION).text, True)
    with pytest.raises(TypeError, match="history must be"):
        synced.rate(synced.ask(QUESTION), True, history="earlier")
