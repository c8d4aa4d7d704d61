"""A name stands out only if it is a city where a city is asked for."""

import pytest
from conftest import WordEncoder

from qa.answers.sorts import asked_nouns, is_of_sort
from qa.language.holders import KnownNames

PASSAGES = (
    "Ferries go from Osk Port and Tolvane Port, as Ida Berg and Per Lund say. The town of Osk is old.",
    "In Norland and Sudland, Anders Lund and Marit Solheug built quays. They know Brenn and Kalmar well.",
)


class Knowing(WordEncoder):
    """Knows that a harbour is a port."""

    def encode_query(self, text):
        return super().encode_query(text.replace("harbours", "Port"))


def sorted_well(question, value, quote):
    return is_of_sort(question, value, quote, KnownNames(PASSAGES), Knowing())


@pytest.mark.parametrize(
    ("question", "nouns"),
    [("Which old towns will the ferry reach?", ["old", "towns"]), ("In which Osk street is it?", ["street"]),
     ("What is the price?", []), ("Which of the towns is old?", []), ("Who built it?", [])],
)  # fmt: skip
def test_the_nouns_that_are_asked_for(question, nouns):
    assert asked_nouns(question) == nouns


@pytest.mark.parametrize(
    ("question", "value", "quote"),
    [("Which town is old?", "Osk", "The town of Osk is old."), ("Who is old?", "Osk", "Osk is old."),
     ("Which towns are old?", "Osk", "The town of Osk is old."),
     ("Which harbours have ferries?", "Osk Port and Tolvane Port", "Osk Port and Tolvane Port have ferries."),
     ("Which colour is it?", "dark green", "It is dark green."),
     ("What did he build?", "Osk", "He built Osk.")],
)  # fmt: skip
def test_what_may_be_of_the_sort_stands_out(question, value, quote):
    assert sorted_well(question, value, quote)


@pytest.mark.parametrize(
    ("question", "value", "quote"),
    [("Which towns could have ferries?", "Norland and Sudland", "Norland and Sudland lead the race."),
     ("Which harbours have ferries?", "Ida Berg", "Ida Berg has ferries."),
     ("Which town is it?", "Norland", "It is the town of Osk, which flies, as all towns here do, the flag of"
      " the old and mighty kingdom of Norland.")],
)  # fmt: skip
def test_a_name_of_another_sort_does_not(question, value, quote):
    assert not sorted_well(question, value, quote)
