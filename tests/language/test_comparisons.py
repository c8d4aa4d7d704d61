"""Comparisons: which questions are, what their sides are, and what is asked about each."""

import pytest

from qa.language.comparison_rules import COMPARISONS, Comparison
from qa.language.comparisons import sides_of


def name(rule: Comparison) -> str:
    return rule.name


@pytest.mark.parametrize("rule", COMPARISONS, ids=name)
def test_a_wording_has_two_sides_in_its_example_only(rule):
    assert len(sides_of(rule.example)) == 2
    assert sides_of(rule.counterexample) == ()


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        # what the sides share is given to both
        (
            "Compare trade of Osk and Senn with Tolvane",
            "trade of Osk with Tolvane",
            "trade of Senn with Tolvane",
        ),
        (
            "Compare trade between Osk and Senn with trade between Osk and Tolvane.",
            "trade between Osk and Senn",
            "trade between Osk and Tolvane",
        ),
        ("How do the Osk and the Senn tunnels differ?", "the Osk tunnels", "the Senn tunnels"),
        (
            "What is the difference between Osk's relations with Senn and with Tolvane?",
            "Osk's relations with Senn",
            "Osk's relations with Tolvane",
        ),
        ("Compare the cost of the ferry and the bridge.", "the cost of the ferry", "the cost of the bridge"),
        (
            "osk vs tolvane trade in honey",
            "osk trade in honey",
            "tolvane trade in honey",
        ),
        # what a side only points to is said
        ("Is Osk's quay longer than Tolvane's?", "Osk's quay", "Tolvane's quay"),
        ("Compare Osk's exports to Senn with its imports.", "Osk's exports to Senn", "Osk's imports"),
        (
            "How is the access of Osk to the sea different from that of Tolvane?",
            "the access of Osk to the sea",
            "the access of Tolvane to the sea",
        ),
        ("Contrast Osk's ties with Senn and those with Rua.", "Osk's ties with Senn", "Osk's ties with Rua"),
    ],
)  # fmt: skip
def test_a_comparison_has_two_whole_sides(question, one, other):
    assert [side.text for side in sides_of(question)] == [one, other]


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("Which is longer, the Osk or the Senn?", "How long is the Osk?"),
        ("Which river is closer to Tolvane, the Osk or the Senn?", "How close is the Osk to Tolvane?"),
        ("Does Osk sell more honey to Senn than Tolvane does?", "How much honey does Osk sell to Senn?"),
        ("Who has more hives, Osk or Tolvane?", "How many hives does Osk have?"),
        ("Which costs more, the ferry or the bridge?", "How much does the ferry cost?"),
        ("What is the difference in length between the Osk and the Senn?", "What is the length of the Osk?"),
        ("How do Osk and Tolvane compare in their trade with Senn?", "What is the trade with Senn of Osk?"),
        ("Compare how many bees Osk has and how many Tolvane has.", "how many bees Osk has?"),
        ("Compare the aims of Osk and Tolvane.", "What are the aims of Osk?"),
        ("What do Osk and Tolvane have in common?", "What do Osk and Tolvane have in common?"),
    ],
)
def test_each_side_is_asked_about(question, asked):
    assert sides_of(question)[0].question == asked


@pytest.mark.parametrize(
    ("question", "focus"),
    [
        ("Compare trade of Osk and Senn with Tolvane", ["Osk", "Senn"]),
        ("kazakhstan vs turkmenistan trade with pakistan", ["kazakhstan", "turkmenistan"]),
        ("How does full-time work differ from part-time work?", ["full-time", "part-time"]),
        ("Compare the houses of the old with homes for young people.", ["", ""]),  # it could be put otherwise
    ],
)
def test_what_tells_a_side_from_the_other_is_a_name_or_the_one_word_that_does(question, focus):
    assert [side.focus for side in sides_of(question)] == focus


@pytest.mark.parametrize(
    "question",
    [
        "What trade is there between Osk and Tolvane?",
        "Is the quay longer than 80 metres?",
        "Is the bridge older than expected?",
        "To what did the poet compare Osk?",
        "Who is further ahead in the race for honey, the towns say?",
        "Which bridge was built first?",
        "Is it Osk or Tolvane that sells honey?",
        "Compare Osk, Senn and Tolvane.",  # of three
        "How does it differ from the bridge?",  # what "it" is, only the conversation says
        "Compare the first ferry with the recent one.",  # no document calls it so
        "Do Osk and Tolvane share a border?",
    ],
)
def test_other_questions_have_no_sides(question):
    assert sides_of(question) == ()


def test_a_long_text_is_no_comparison():
    assert sides_of(f"Compare the {'very ' * 60} old ferry with the bridge.") == ()
