"""How two statements that answer the same question relate: they agree, they differ, or neither.

Their values are compared: a figure in its unit, a date, a name. This happens only if both statements
certainly speak of the same thing in the same respect: the same period, the same names, both a goal or both a
fact, neither a part, an average or another measure, and in wording that is close enough to tell. When in
doubt they are unrelated: a false disagreement is worse than one that is not shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from qa.answers.agreement_rules import CONTRASTS, RESTRICTIONS
from qa.answers.statements import Statement
from qa.language import dates, quantities
from qa.language.names import mentions, same_name
from qa.language.questions import AnswerType, Question
from qa.language.rules import any_of
from qa.language.words import FUNCTION_WORDS, stem
from qa.types import Span

_MOST_TIMES, _MOST_YEARS = 4.0, 10  # between figures, between dates; beyond, they belong to different things


_WEEKDAY = re.compile(r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b")
_RESTRICTIONS = [any_of([rule]) for rule in RESTRICTIONS]
_PLAIN = frozenset(  # words that state a figure without saying what it is of
    map(
        stem,
        """amount come came reach stand stood total worth currently present now approximately about around
        nearly say said report accord official source estimate put number figure year month last this today
        recent""".split(),
    )
)
_LEAST_COVERED = 2 / 3  # of the question's words, by each statement
_MOST_BEYOND = 5  # words of both statements that the question doesn't have


class Relation(StrEnum):
    """How the statements of two sources relate."""

    AGREE = "agree"
    DIFFER = "differ"
    UNRELATED = "unrelated"


def relation(question: Question, a: Statement, b: Statement) -> Relation:
    """How two statements relate as answers to a question."""
    verdict = _values(question.wants, a, b)
    dated = question.wants is AnswerType.DATE
    common = any(map(quantities.common, a.answer_quantities))
    if verdict is Relation.AGREE and _contradict(question, a, b, dated, common):
        return Relation.UNRELATED
    if verdict is Relation.DIFFER and not _are_comparable(question, a, b, dated):
        return Relation.UNRELATED
    return verdict


# --- the values ----------------------------------------------------------------------------------


def _values(wants: AnswerType, a: Statement, b: Statement) -> Relation:
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
    if any(quantities.equal_counts(ours[0], y) for y in theirs):
        return Relation.AGREE
    near = [y for y in theirs if quantities.comparable(ours[0], y)]
    near = [y for y in near if quantities.near(ours[0], y, _MOST_TIMES)]
    verdict = _verdict([quantities.same(ours[0], y) for y in near])
    return Relation.UNRELATED if verdict is Relation.DIFFER and len(ours) > 1 else verdict


def _verdict(same: list[bool]) -> Relation:
    """The relation of two answers, from which of their comparable values are the same."""
    if not same:
        return Relation.UNRELATED
    return Relation.AGREE if any(same) else Relation.DIFFER


# --- what the statements are about ---------------------------------------------------------------


def _contradict(question: Question, a: Statement, b: Statement, dated: bool, common: bool) -> bool:
    """True if two statements with the same value still speak of different names, periods or respects.

    `dated` is true if the value itself is a date, `common` if two such values are often equal by chance.
    """
    asked = question.names
    if not asked and _adds_name(a.names, b.text) and _adds_name(b.names, a.text):
        return True  # the question names nothing, and each statement is about something else
    for ours, theirs in ((a, b), (b, a)):
        if (
            asked
            and not all(mentions(ours.whole, name) for name in asked)
            and _adds_name(ours.names_with_header, theirs.text, asked)
        ):
            return True
    return (
        (not dated and not _periods_agree(a, b))
        or _are_in_contrast(a, b)
        or (common and _restrictions_differ(a, b))
    )


def _are_comparable(question: Question, a: Statement, b: Statement, dated: bool) -> bool:
    """True if both values are of everything asked about and of the same period, and neither is of a part."""
    asked = question.names
    if not all(mentions(statement.whole, name) for statement in (a, b) for name in asked):
        return False
    if not dated and not (_periods_agree(a, b) and _periods_match_in_length(a, b)):
        return False
    if a.of_goal != b.of_goal or _are_in_contrast(a, b) or _restrictions_differ(a, b):
        return False
    if any(_is_of(name, a.around) != _is_of(name, b.around) for name in asked):
        return False
    if _adds_name(a.names_around, b.around, asked) and _adds_name(b.names_around, a.around, asked):
        return False
    return _are_worded_alike(question, a, b)


def _are_in_contrast(a: Statement, b: Statement) -> bool:
    """True if the two stand on different sides of a contrast, such as imports and exports, or weekdays."""
    if any(contrast.separates(a.around, b.around) for contrast in CONTRASTS):
        return True
    days = [set(_WEEKDAY.findall(s.around)) for s in (a, b)]
    return all(days) and not days[0] & days[1]


def _restrictions_differ(a: Statement, b: Statement) -> bool:
    """True if one is restricted in a way the other is not: to each, a part, an average, a group."""
    for restriction in _RESTRICTIONS:
        ours, theirs = ({word.lower() for word in restriction.findall(s.around)} for s in (a, b))
        if ours != theirs:
            return True
    return False


def _is_of(name: str, text: str) -> bool:
    """True if a text mentions something "of" a name, which may be a part of it."""
    return bool(re.search(rf"\bof (?:the )?{re.escape(name)}", text, re.IGNORECASE))


def _adds_name(names: Sequence[str], other: str, asked: Sequence[str] = ()) -> bool:
    """True if one of the names is neither in the question, whose names are `asked`, nor in the other text."""
    covered = " ".join((*asked, other))
    return any(not mentions(covered, name) for name in names)


def _periods_agree(a: Statement, b: Statement) -> bool:
    """True unless the dates of one statement rule out those of the other."""
    pairs = [(x, y) for x in a.dates for y in b.dates if dates.comparable(x, y)]
    return not pairs or any(dates.same(x, y) for x, y in pairs)


def _periods_match_in_length(a: Statement, b: Statement) -> bool:
    """True unless the periods differ in length: a month is not compared with its year."""
    ours, theirs = ({(d.months, d.days) for d in s.dates if d.years} for s in (a, b))
    return not ours or not theirs or bool(ours & theirs)


def _are_worded_alike(question: Question, a: Statement, b: Statement) -> bool:
    """True if both statements have most of the question's words, and not many others."""
    asked = {stem(word) for word in question.words if word not in ("many", "much")}
    beyond = 0
    for statement in (a, b):
        stated = {stem(word) for word in re.findall(r"[^\W_]+", statement.whole)}
        if sum(_is_among(word, stated) for word in asked) < _LEAST_COVERED * len(asked):
            return False
        words = {
            stem(word)
            for word in re.findall(r"[^\W\d_]{3,}", statement.clause)
            if word.lower() not in FUNCTION_WORDS
        }
        beyond += sum(not _is_among(word, asked) for word in words - _PLAIN)
    return beyond <= _MOST_BEYOND


def _is_among(word: str, words: set[str]) -> bool:
    """True if a word is among others, or shares its first four letters with one: trade and trading."""
    return word in words or (len(word) > 3 and any(word[:4] == other[:4] for other in words))
