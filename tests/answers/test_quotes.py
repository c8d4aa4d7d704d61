"""Which sentences are quoted with the one before them."""

import pytest

from qa.answers.quotes import DEPENDENT_OPENINGS, is_dependent
from qa.language.rules import any_of


@pytest.mark.parametrize("rule", DEPENDENT_OPENINGS, ids=lambda rule: rule.name)
def test_a_sentence_that_needs_the_one_before_it_is_known_by_its_opening(rule):
    assert [other for other in DEPENDENT_OPENINGS if any_of([other]).match(rule.example)] == [rule]
    assert is_dependent(rule.example)
    assert not is_dependent(rule.counterexample)
