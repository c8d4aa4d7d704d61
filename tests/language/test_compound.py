"""Questions of two parts: where they part, and what the second part is about."""

import pytest

from qa.language.compound import JOINTS, parts_of, second_question, subject_of
from qa.language.rules import Rule, any_of


def name(rule: Rule) -> str:
    return rule.name


@pytest.mark.parametrize("rule", JOINTS, ids=name)
def test_a_joint_is_in_its_example_only(rule):
    assert any_of([rule]).search(rule.example)
    assert not any_of([rule]).search(rule.counterexample)
    assert [other for other in JOINTS if any_of([other]).search(rule.example)] == [rule]
    assert parts_of(rule.example)
    assert parts_of(rule.counterexample) is None


@pytest.mark.parametrize(
    ("question", "first", "second"),
    [
        ("Who signed it, and when does it take effect?", "Who signed it", "when does it take effect"),
        ("What does the lock cost and who pays?", "What does the lock cost", "who pays"),
        ("who is anders lund and what did he build", "who is anders lund", "what did he build"),
        ("When was the ferry sold and to whom?", "When was the ferry sold", "to whom"),
        ("When and where did they meet?", "When did they meet", "where did they meet"),
        ("Who is Ida Berg? What does she do?", "Who is Ida Berg", "What does she do"),
        ("Could you tell me who paid and how it works?", "who paid", "how it works"),
        ("Explain what a weir is and why it matters.", "Explain what a weir is", "why it matters"),
        ("Is the bridge open and does it cost anything?", "Is the bridge open", "does it cost anything"),
        ("What did Ida say about trade that fell, and when did she say so?",
         "What did Ida say about trade that fell", "when did she say so"),
    ],
)  # fmt: skip
def test_a_question_of_two_parts_is_parted(question, first, second):
    parts = parts_of(question)
    assert parts
    assert (parts.first, parts.second) == (first, second)


@pytest.mark.parametrize(
    "question",
    [
        "When did Osk and Tolvane sign and ratify the treaty?",
        "What trade is there between Osk and Tolvane?",
        "What are the terms and conditions of the treaty?",
        "Who built the bridge and paid for it?",
        "Who said that trade fell and who was right?",  # the second may be what was said
        "Is it known who paid and who did not?",
        "What happens when the ferry is late and when the quay is closed?",
        "Does the report say when and where it happened?",
        "Which towns that trade honey and which lie by the river are old?",
        "Who built the bridge, and when was it opened, and what did it cost?",  # three
        "Thanks. Who built the bridge?",
    ],
)
def test_an_and_within_one_question_parts_nothing(question):
    assert parts_of(question) is None


@pytest.mark.parametrize(
    ("question", "second"),
    [
        ("Who signed the treaty and when does it take effect?", "when does the treaty take effect?"),
        ("When was the treaty between Osk and Senn signed and what does it say?",
         "what does the treaty between Osk and Senn say?"),
        ("What does the lock cost, and who pays for it?", "who pays for the lock?"),
        ("When did Berg visit Osk and whom did she meet there?", "whom did Berg meet in Osk?"),
        ("What could Osk sell to Senn and what would it buy from there?", "what would Osk buy from Senn?"),
        ("How many rules did Osk make and what do they say?", "what do the rules say?"),
        ("How much did Osk and Senn trade and what are they aiming at?", "what are Osk and Senn aiming at?"),
        ("Does the weir work and when was it built?", "when was the weir built?"),
        ("Where was the bridge built and when?", "when was the bridge built?"),
        ("Who is Ida Berg and when did the bridge in Osk close?", "when did the bridge in Osk close?"),
        ("What happened to the arch and how long did the repair take?",
         "how long did the repair take (happened arch)?"),
    ],
)  # fmt: skip
def test_the_second_part_is_asked_with_the_subject_of_the_first(question, second):
    parts = parts_of(question)
    assert parts
    assert second_question(parts, parts.first, "") == second


def test_he_is_who_the_first_part_asks_for():
    parts = parts_of("Who said that Osk would grow and what did he do next?")
    assert parts
    assert second_question(parts, parts.first, "Anders Lund") == "what did Anders Lund do next?"


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("Who chairs the board", "the board"),
        ("What is the trade between Osk and Tolvane at present", "the trade between Osk and Tolvane"),
        ("How much does the Senn project cost", "the Senn project"),
        ("Is the bridge open", "the bridge"),
        ("Who paid", ""),
    ],
)  # fmt: skip
def test_a_question_has_a_subject(question, subject):
    assert subject_of(question) == subject
