"""What a noun belongs to, and which names are not of one thing, as the passages at hand tell it."""

import pytest

from qa.language.holders import KnownNames

KNOWN = KnownNames(
    (
        "The towns of Osk and Tolvane share a ferry. Per Lund of the Ports Board in Osk saw that of Senn.",
        "In Kalmar they saw Tolvane-Senn-Kalmar trains. Mayor Ida Berg, of Borg, waited on the quay.",
        "## A Ferry for Brenn\n\nFerries go to Brenn, Senn's island.",
    )
)


def named(text, spans):
    return [text[slice(*span)] for span in spans]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Osk's mayor, Mayor Ida Berg", ["Osk", "Ida Berg"]), ("the Osk-Tolvane line", ["Osk", "Tolvane"]),
     ("the CASA-1000 line", ["CASA-1000"]), ("The Ferry left Osk.", ["Osk"]),
     ("A ferry for Osk\n\nTolvane waits", ["Osk", "Tolvane"])],
)  # fmt: skip
def test_names_come_without_titles_and_owned_things(text, expected):
    assert named(text, KNOWN.spans(text)) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [("who is mayor of tolvane?", ["tolvane"]), ("Who is mayor of Tolvane?", ["Tolvane"]),
     ("Who heads the Osk Harbour Club?", ["Osk", "Osk Harbour Club"]), ("who owns the quay?", []),
     ("Is Nordholm a town?", ["Nordholm"])],
)  # fmt: skip
def test_a_question_names_things_in_small_letters_too(question, expected):
    assert named(question, KNOWN.asked(question)) == expected


@pytest.mark.parametrize(
    ("a", "b"), [("Osk", "Tolvane"), ("Tolvane", "Osk"), ("tolvane", "Kalmar"), ("Senn", "Tolvane")]
)
def test_what_is_listed_together_is_two_things(a, b):
    assert KNOWN.are_two(a, b)


@pytest.mark.parametrize(
    ("a", "b"), [("Ida Berg", "Borg"), ("Osk", "Senn"), ("Brenn", "Senn"), ("Osk", "Nordholm")]
)
def test_other_names_may_be_of_one_thing(a, b):
    assert not KNOWN.are_two(a, b)


@pytest.mark.parametrize(
    ("text", "owners"),
    [("the mayor of Osk", [{"Osk"}]), ("Osk's first deputy mayor", [{"Osk"}]), ("the Osk mayor", [{"Osk"}]),
     ("Mayor Ida Berg of Osk", [{"Osk"}]), ("mayors of Osk and Tolvane", [{"Osk", "Tolvane"}]),
     ("the mayor of Osk and Tolvane's mayor", [{"Osk"}, {"Tolvane"}]), ("mayor Ida Berg", [set()]),
     ("She met in Osk mayors.", [set()]), ("Osk's ferry and a mayor", [set()]),
     ("Osk's mayor saw the mayor", [{"Osk"}, set()])],
)  # fmt: skip
def test_a_noun_belongs_to_names(text, owners):
    assert KNOWN.owners(text)["mayor"] == owners


def test_what_something_goes_to():
    text = "Osk sends fish to Tolvane and Senn, in Kalmar, into Brenn."
    assert KNOWN.receivers(text, "to|into") == {"Tolvane", "Senn", "Brenn"}
