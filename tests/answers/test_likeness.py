"""Two statements with different values -> how likely these are of one thing."""

import pytest

from qa.answers.agreement.likeness import features, likeness
from qa.answers.statements import Statement
from qa.language.questions import parse

ASKED = parse("How many goats live in Osk?")
SAID = "In Osk live [340] goats."


def statement(marked: str, margin: float = 2.0) -> Statement:
    """A statement from its text; the answer stands in brackets."""
    before, answer, after = marked.replace("]", "[").split("[")
    return Statement(before + answer + after, (len(before), len(before + answer)), margin=margin)


def of(marked: str, margin: float = 2.0) -> float:
    return likeness(ASKED, statement(SAID), statement(marked, margin))


def test_values_of_one_thing_are_seldom_far_apart():
    assert of(SAID.replace("340", "310")) > of(SAID.replace("340", "210")) > of(SAID.replace("340", "110"))


@pytest.mark.parametrize(
    ("marked", "margin"),
    [("In Osk live [310] goats.", -9.0), ("Osk has [310] of them.", 2.0),
     ("In Osk live [310] goats on average.", 2.0), ("In Osk, near Tolvane, live [310] goats.", 2.0)],
    ids="doubtful other-words restricted other-name".split(),
)  # fmt: skip
def test_what_makes_it_less_likely(marked, margin):
    assert of(marked, margin) < of("In Osk live [310] goats.")


def test_dates_are_apart_by_decades():
    asked = parse("When was the bridge at Osk opened?")
    a, b = statement("It was opened [in 1926]."), statement("It was opened [in May 1931].")
    assert features(asked, a, b)["apart"] == 0.5
