"""How two statements that answer the same question relate: they agree, they differ, or neither.

Their values are compared: a figure in its unit, a date, a name. Equal values agree unless something tells
that they are of different things: other names, another period or, where values are often equal by chance,
another respect. Different values differ only if nothing at all tells so, and if they likely are of one thing
(`likeness`). When in doubt they are unrelated: a false disagreement is worse than one that is not shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from qa.answers.agreement.likeness import LEAST, adds_name, likeness, restrictions
from qa.answers.agreement.rules import CONTRASTS, TENSES, Contrast
from qa.answers.statements import Statement
from qa.language import dates, quantities
from qa.language.names import mentions, same_name
from qa.language.questions import AnswerType, Question
from qa.types import Span

_MOST_TIMES, _MOST_YEARS = 4.0, 10  # between figures, between dates; beyond, they belong to different things
_WEEKDAY = re.compile(r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b")


class Relation(StrEnum):
    """How the statements of two sources relate."""

    AGREE = "agree"
    DIFFER = "differ"
    UNRELATED = "unrelated"


def relation(question: Question, a: Statement, b: Statement) -> Relation:
    """How two statements relate as answers to a question."""
    if may_agree(question, a, b):
        return Relation.AGREE
    if may_differ(question, a, b) and likeness(question, a, b) >= LEAST:
        return Relation.DIFFER
    return Relation.UNRELATED


# --- the values ----------------------------------------------------------------------------------


def _relation_of_values(wants: AnswerType, a: Statement, b: Statement) -> Relation:
    """How the values alone relate, given the type of answer that the question wants."""
    if wants is not AnswerType.NUMBER and (by_date := _by_date(wants, a, b)):
        return by_date
    if wants in (AnswerType.NUMBER, AnswerType.ANY) and (by_quantity := _by_quantity(a, b)):
        return by_quantity
    if wants in (AnswerType.NUMBER, AnswerType.DATE):
        return Relation.UNRELATED
    return Relation.AGREE if same_name(a.answer_name, b.answer_name) else Relation.UNRELATED


def _by_date(wants: AnswerType, a: Statement, b: Statement) -> Relation | None:
    """How the dates of the answers relate, or None if there are none or they are not the point."""
    ours, theirs = a.answer_dates, b.answer_dates
    if not ours or not theirs:
        return None
    if wants is not AnswerType.DATE and not (
        _is_main_part(a, ours[0].span) and _is_main_part(b, theirs[0].span)
    ):
        return None
    pairs = [(x, y) for x in ours for y in theirs if dates.comparable(x, y)]
    return _verdict([dates.same(x, y) for x, y in pairs if dates.near(x, y, _MOST_YEARS)])


def _is_main_part(statement: Statement, span: Span) -> bool:
    """True if the span makes up at least a third of the answer."""
    start, end = statement.answer
    return span[1] - span[0] >= (end - start) / 3


def _by_quantity(a: Statement, b: Statement) -> Relation | None:
    """How the figures of the answers relate, or None if one of them has none.

    The first figure of `a` is the value that is shown. "$1 billion, up from $250 million" agrees with what
    says $1 billion, and does not differ from what says $250 million; but it may confirm the $250 million of
    another answer.
    """
    ours, theirs = a.answer_quantities, b.answer_quantities
    if not ours or not theirs:
        return None
    pairs = [(x, y) for x in (ours[0], *a.converted) for y in (*theirs, *b.converted)]
    if any(quantities.equal_counts(x, y) or (_are_near(x, y) and quantities.same(x, y)) for x, y in pairs):
        return Relation.AGREE
    near = [y for y in theirs if _are_near(ours[0], y)]
    in_doubt = len(ours) > 1 or any(quantities.may_be_rounded(ours[0], y) for y in near)
    return Relation.DIFFER if near and not in_doubt else Relation.UNRELATED


def _are_near(a: quantities.Quantity, b: quantities.Quantity) -> bool:
    """True if two figures can be compared, and are near enough to be of one thing."""
    return quantities.comparable(a, b) and quantities.near(a, b, _MOST_TIMES)


def _verdict(same: list[bool]) -> Relation:
    """The relation of two answers, from which of their comparable values are the same."""
    if not same:
        return Relation.UNRELATED
    return Relation.AGREE if any(same) else Relation.DIFFER


# --- what the statements are about ---------------------------------------------------------------


def may_agree(question: Question, a: Statement, b: Statement) -> bool:
    """True if two statements have the same value, and nothing tells that it is not of one thing.

    Respects matter only where two values are often equal by chance: names, dates, shares and small counts.
    """
    if _relation_of_values(question.wants, a, b) is not Relation.AGREE:
        return False
    if _is_named_otherwise(question, a, b) or _each_adds(question, a.sure_names_around, b.sure_names_around):
        return False
    if not _periods_agree(question, a, b):
        return False
    common = any(map(quantities.common, a.answer_quantities))
    if (common or not a.answer_quantities) and _are_in_contrast(a, b, CONTRASTS):
        return False
    return not (common and restrictions(a, b))


def may_differ(question: Question, a: Statement, b: Statement) -> bool:
    """True if two statements have different values, and nothing tells that these are not of one thing.

    Both have to be of one period, and both a goal or a fact. `likeness` tells how likely that is.
    """
    if _relation_of_values(question.wants, a, b) is not Relation.DIFFER or a.of_goal != b.of_goal:
        return False
    if not (_periods_agree(question, a, b) and _periods_match_in_length(question, a, b)):
        return False
    if not all(mentions(statement.whole, name) for statement in (a, b) for name in question.names):
        return False
    if _are_in_contrast(a, b, (*CONTRASTS, *TENSES)):
        return False
    if any(ours and theirs for ours, theirs in restrictions(a, b)):
        return False  # women are not adults, and by rail is not as the crow flies
    return not _each_adds(question, a.names_around, b.names_around)


def _each_adds(question: Question, ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """True if the names around each answer have one that is neither asked about nor among the others."""
    return adds_name(ours, " ".join(theirs), question.names) and adds_name(
        theirs, " ".join(ours), question.names
    )


def _is_named_otherwise(question: Question, a: Statement, b: Statement) -> bool:
    """True if one lacks a name asked about and has another, or each has a name that the other lacks.

    The names asked about count for the latter, or all of the statements if the question names nothing.
    """
    asked = set(question.names)
    if not asked:
        return adds_name(a.names, b.text) and adds_name(b.names, a.text)
    ours, theirs = ({name for name in asked if mentions(s.whole, name)} for s in (a, b))
    return bool(ours - theirs and theirs - ours) or any(
        has != asked and adds_name(one.names_with_header, other.text, question.names)
        for has, one, other in ((ours, a, b), (theirs, b, a))
    )


def _are_in_contrast(a: Statement, b: Statement, contrasts: Sequence[Contrast]) -> bool:
    """True if the two stand on different sides of a contrast, such as imports and exports, or weekdays."""
    if any(contrast.separates(a.around, b.around) for contrast in contrasts):
        return True
    days = [set(_WEEKDAY.findall(s.around)) for s in (a, b)]
    return all(days) and not days[0] & days[1]


def _periods_agree(question: Question, a: Statement, b: Statement) -> bool:
    """True unless the dates of one statement rule out those of the other, or a date is what is asked for."""
    pairs = [(x, y) for x in a.dates for y in b.dates if dates.comparable(x, y)]
    return question.wants is AnswerType.DATE or not pairs or any(dates.same(x, y) for x, y in pairs)


def _periods_match_in_length(question: Question, a: Statement, b: Statement) -> bool:
    """True unless the periods differ in length: a month is not compared with its year."""
    ours, theirs = ({(d.months, d.days) for d in s.dates if d.years} for s in (a, b))
    return question.wants is AnswerType.DATE or not ours or not theirs or bool(ours & theirs)
