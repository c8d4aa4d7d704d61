"""Every rule about furniture catches its own example, and not its counterexample."""

import pytest

from qa.documents.furniture.lines import LINE_RULES, line_reason
from qa.documents.furniture.rules import Rule
from qa.documents.furniture.sections import SECTION_RULES, section_of
from qa.documents.plain.paragraphs import Paragraph, paragraph_at


def paragraph(line: str) -> Paragraph:
    return paragraph_at(line, 0, len(line))


def name(rule: Rule) -> str:
    return f"{rule.reason}: {rule.example}"


@pytest.mark.parametrize("rule", LINE_RULES, ids=name)
def test_a_line_is_furniture_by_its_own_rule_and_by_no_other(rule):
    example = paragraph(rule.example)
    assert [other for other in LINE_RULES if other.matches(example)] == [rule]
    assert line_reason(example) == rule.reason


@pytest.mark.parametrize("rule", SECTION_RULES, ids=name)
def test_a_heading_opens_its_section_by_its_own_rule_and_by_no_other(rule):
    example = paragraph(rule.example)
    assert [other for other in SECTION_RULES if other.matches(example)] == [rule]
    assert section_of(example) == rule.reason


@pytest.mark.parametrize("rule", [*LINE_RULES, *SECTION_RULES], ids=name)
def test_a_line_that_only_looks_like_furniture_is_kept(rule):
    counterexample = paragraph(rule.counterexample)
    assert not rule.matches(counterexample)
    assert line_reason(counterexample) == section_of(counterexample) == ""


@pytest.mark.parametrize("rule", LINE_RULES, ids=name)
def test_a_longer_paragraph_is_not_judged_by_its_wording(rule):
    assert not rule.matches(paragraph(f"{rule.example} {'word ' * rule.most_words}".strip()))
