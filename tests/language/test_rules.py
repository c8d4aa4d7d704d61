"""Every rule about questions matches its own example, and not its counterexample."""

import pytest

from qa.language import question_rules as rules
from qa.language.followup_rules import NOT_POINTING, POINTING
from qa.language.followups import is_followup
from qa.language.questions import (
    SEVERAL,
    YES_NO,
    AnswerType,
    answer_form,
    answer_type,
    rephrased,
    without_courtesy,
)
from qa.language.rules import Rule, any_of

AT_THE_START = (
    rules.COURTESIES,
    rules.TASKS,
    rules.SEVERAL_OPENINGS,
    rules.LIST_OPENINGS,
    rules.YES_NO_OPENINGS,
)
ANYWHERE = (
    rules.COMPARISONS,
    rules.DATE_QUESTIONS,
    rules.NUMBER_QUESTIONS,
    rules.NAME_QUESTIONS,
    POINTING,
    NOT_POINTING,
)


def name(rule: Rule) -> str:
    return rule.name


@pytest.mark.parametrize("rule", [rule for table in AT_THE_START for rule in table], ids=name)
def test_an_opening_matches_its_example_only(rule):
    assert any_of([rule]).match(rule.example)
    assert not any_of([rule]).match(rule.counterexample)


@pytest.mark.parametrize("rule", [rule for table in ANYWHERE for rule in table], ids=name)
def test_a_wording_matches_its_example_only(rule):
    assert any_of([rule]).search(rule.example)
    assert not any_of([rule]).search(rule.counterexample)


@pytest.mark.parametrize(
    "table", [rules.COURTESIES, rules.SEVERAL_OPENINGS, rules.LIST_OPENINGS, rules.YES_NO_OPENINGS]
)
def test_every_opening_is_needed(table):
    for rule in table:
        assert [other for other in table if any_of([other]).match(rule.example)] == [rule]


@pytest.mark.parametrize("table", ANYWHERE)
def test_every_wording_is_needed(table):
    for rule in table:
        assert [other for other in table if any_of([other]).search(rule.example)] == [rule]


@pytest.mark.parametrize("rule", rules.COURTESIES, ids=name)
def test_a_polite_opening_is_removed(rule):
    assert without_courtesy(rule.example).rstrip("?.") == "who paid"
    assert without_courtesy(rule.counterexample) == rule.counterexample


@pytest.mark.parametrize("task", rules.TASKS, ids=name)
def test_a_task_becomes_its_question(task):
    match = any_of([task]).match(task.example)
    assert match
    rest = task.example[match.end() :].strip().rstrip(".")
    assert rephrased(task.example) == task.question.format(rest)


@pytest.mark.parametrize("rule", [*rules.SEVERAL_OPENINGS, *rules.COMPARISONS], ids=name)
def test_the_wording_asks_for_several_sentences(rule):
    assert answer_form(rule.example) is SEVERAL
    assert answer_form(rule.counterexample) is not SEVERAL


@pytest.mark.parametrize("rule", rules.YES_NO_OPENINGS, ids=name)
def test_the_verb_asks_for_yes_or_no(rule):
    assert answer_form(rule.example) is YES_NO
    assert answer_form(rule.counterexample) is not YES_NO


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [*((rule, AnswerType.DATE) for rule in rules.DATE_QUESTIONS),
     *((rule, AnswerType.NUMBER) for rule in rules.NUMBER_QUESTIONS),
     *((rule, AnswerType.NAME) for rule in rules.NAME_QUESTIONS)],
    ids=lambda value: value.name if isinstance(value, Rule) else str(value),
)  # fmt: skip
def test_the_wording_asks_for_a_type_of_short_answer(rule, wanted):
    assert answer_type(rule.example) is wanted
    assert answer_type(rule.counterexample) is not wanted


@pytest.mark.parametrize("rule", POINTING, ids=name)
def test_a_question_that_points_outside_itself_is_a_followup(rule):
    assert is_followup(rule.example)


@pytest.mark.parametrize("rule", NOT_POINTING, ids=name)
def test_a_question_that_only_seems_to_point_outside_stands_alone(rule):
    assert not is_followup(rule.example)
    assert is_followup(rule.counterexample)
