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

AT_THE_START = (rules.COURTESIES, rules.TASKS, rules.SEVERAL_OPENINGS, rules.YES_NO_OPENINGS)
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
def test_an_opening_is_found_only_where_it_is(rule):
    assert any_of([rule]).match(rule.example)
    assert not any_of([rule]).match(rule.counterexample)


@pytest.mark.parametrize("rule", [rule for table in ANYWHERE for rule in table], ids=name)
def test_a_wording_is_found_only_where_it_is(rule):
    assert any_of([rule]).search(rule.example)
    assert not any_of([rule]).search(rule.counterexample)


@pytest.mark.parametrize("table", [rules.COURTESIES, rules.SEVERAL_OPENINGS, rules.YES_NO_OPENINGS])
def test_no_opening_is_there_twice(table):
    for rule in table:
        assert [other for other in table if any_of([other]).match(rule.example)] == [rule]


@pytest.mark.parametrize("table", ANYWHERE)
def test_no_wording_is_there_twice(table):
    for rule in table:
        assert [other for other in table if any_of([other]).search(rule.example)] == [rule]


@pytest.mark.parametrize("rule", rules.COURTESIES, ids=name)
def test_a_polite_opening_is_taken_off(rule):
    assert without_courtesy(rule.example).rstrip("?.") == "who paid"
    assert without_courtesy(rule.counterexample) == rule.counterexample


@pytest.mark.parametrize("task", rules.TASKS, ids=name)
def test_a_task_is_put_as_its_question(task):
    match = any_of([task]).match(task.example)
    assert match
    rest = task.example[match.end() :].strip().rstrip(".")
    assert rephrased(task.example) == task.question.format(rest)


@pytest.mark.parametrize("rule", [*rules.SEVERAL_OPENINGS, *rules.COMPARISONS], ids=name)
def test_an_answer_of_several_sentences_is_told_by_the_wording(rule):
    assert answer_form(rule.example) is SEVERAL
    assert answer_form(rule.counterexample) is not SEVERAL


@pytest.mark.parametrize("rule", rules.YES_NO_OPENINGS, ids=name)
def test_a_yes_or_no_question_is_told_by_its_verb(rule):
    assert answer_form(rule.example) is YES_NO
    assert answer_form(rule.counterexample) is not YES_NO


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [*((rule, AnswerType.DATE) for rule in rules.DATE_QUESTIONS),
     *((rule, AnswerType.NUMBER) for rule in rules.NUMBER_QUESTIONS),
     *((rule, AnswerType.NAME) for rule in rules.NAME_QUESTIONS)],
    ids=lambda value: value.name if isinstance(value, Rule) else str(value),
)  # fmt: skip
def test_the_type_of_a_short_answer_is_told_by_the_wording(rule, wanted):
    assert answer_type(rule.example) is wanted
    assert answer_type(rule.counterexample) is not wanted


@pytest.mark.parametrize("rule", POINTING, ids=name)
def test_a_question_that_points_outside_is_a_followup(rule):
    assert is_followup(rule.example)


@pytest.mark.parametrize("rule", NOT_POINTING, ids=name)
def test_a_question_that_only_seems_to_point_outside_stands_alone(rule):
    assert not is_followup(rule.example)
    assert is_followup(rule.counterexample)
