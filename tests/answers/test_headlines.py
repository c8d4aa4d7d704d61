"""A headline is believed, so it has to be of the sort that is asked for; all else is only quoted."""

import pytest

from qa.answers.headlines import fits, stands_out
from qa.answers.statements import Statement
from qa.language.questions import parse
from qa.search.confidence import LIKELY


def stated(sentence: str, value: str) -> Statement:
    start = sentence.index(value)
    return Statement(sentence, (start, start + len(value)))


LUND = "Anders Lund, the mason, built the bridge at Osk with Ida Berg for $7 billion in May 1874."


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("Who built the bridge at Osk?", "Anders Lund"),
        ("Who is Anders Lund?", "the mason"),
        ("Who was it for whom Ida Berg worked?", "Anders Lund"),
        ("Who is in charge of the bridge?", "Ida Berg"),
        ("What did the bridge at Osk cost?", "$7 billion"),
        ("How much was paid for the bridge?", "$7 billion"),
        ("When was the bridge built?", "May 1874"),
        ("When was the bridge built?", "1874"),
        ("Which bridge did Lund build?", "the bridge at Osk"),
    ],
)
def test_an_answer_of_the_right_sort_fits(question, value):
    assert fits(parse(question), stated(LUND, value), value)


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("Who built the bridge at Osk?", "$7 billion"),
        ("Who built the bridge at Osk?", "the bridge"),
        ("Who is Anders Lund?", "Ida Berg"),
        ("Who is Marit Solheug?", "the mason"),
        ("Who is the mayor of Tolvane?", "Anders Lund"),
        ("who is tolvane's mayor", "Anders Lund"),
        ("the head of tolvane is who", "Anders Lund"),
        ("How much did the bridge cost?", "the mason"),
        ("How many people built it?", "May 1874"),
        ("When was the bridge built?", "Ida Berg"),
        ("What was built at Osk?", "at Osk"),
        ("What was built at Osk?", "the"),
    ],
)
def test_an_answer_of_another_sort_does_not(question, value):
    assert not fits(parse(question), stated(LUND, value), value)


def test_doctor_is_no_answer_to_who_somebody_is():
    sentence = "The bridge is safe, says Dr. Ida Berg, who heads the Council for Ports."
    assert not fits(parse("Who is Ida Berg?"), stated(sentence, "Dr"), "Dr")
    assert fits(parse("Who is Ida Berg?"), stated(sentence, "heads the Council"), "heads the Council")


def test_a_time_may_be_told_by_an_event():
    sentence = "It was built in the days before Lund's wedding, and it was the first bridge of the region."
    value = "in the days before Lund's wedding"
    assert fits(parse("When was the bridge built?"), stated(sentence, value), value)


def test_the_title_of_the_one_asked_about_is_no_answer():
    sentence = "The ferry is too small. Deputy Mayor Ida Berg said so in 1926."
    statement = stated(sentence, "Deputy Mayor")
    assert not fits(parse("What did Ida Berg say?"), statement, "Deputy Mayor")
    assert fits(parse("Who is Ida Berg?"), statement, "Deputy Mayor")
    assert fits(parse("Who said that the ferry is too small?"), statement, "Deputy Mayor")


@pytest.mark.parametrize(
    ("sentence", "value", "probability", "is_headline"),
    [
        (LUND, "Anders Lund", LIKELY, True),
        (LUND, "Anders Lund", LIKELY - 0.01, False),
        (LUND, "May 1874", LIKELY, True),  # not what may be
        (LUND, "Anders Lund, the mason, built the bridge at Osk with Ida Berg", 1.0, False),
        ("The harbour was closed by ice and snow, and so they say it is a broken bridge now.",
         "it is a broken bridge", 1.0, False),
        ("They sell wax, wool, fish, honey, tar, rope, nets and sails to the other towns along the coast.",
         "wax, wool, fish, honey, tar, rope, nets and sails", 1.0, False),
        ("It costs 12 crowns.", "costs 12 crowns", 1.0, False),
    ],
)  # fmt: skip
def test_a_headline_is_short_likely_and_no_sentence(sentence, value, probability, is_headline):
    assert stands_out(stated(sentence, value), value, probability) is is_headline
