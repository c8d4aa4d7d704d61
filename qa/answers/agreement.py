"""Whether two statements that answer one question say the same, or give different figures for one thing.

What is compared is the value: a figure in its unit, a date, a name. Whether two that differ can be held
against each other is respects.py's.
"""

from __future__ import annotations

from enum import StrEnum

from qa.answers.respects import Statement, contradict, one_respect
from qa.language import dates, quantities
from qa.language.dates import Date
from qa.language.names import name_spans, same_name
from qa.language.quantities import Quantity
from qa.language.wanted import Wanted, wanted
from qa.types import Span, overlap

_FURTHEST, _YEARS_APART = 4.0, 10  # beyond which two figures, two dates are of different things


class Relation(StrEnum):
    """How what two sources say to a question fits together."""

    AGREE = "agree"
    DIFFER = "differ"
    UNRELATED = "unrelated"


def relation(question: str, a: Statement, b: Statement) -> Relation:
    """Whether two statements agree, differ in a figure or date, or cannot be held against each other."""
    verdict = _values(question, a, b)
    dated = wanted(question) is Wanted.DATE
    common = any(quantities.common(quantity) for quantity in _quantities(a))
    if verdict is Relation.AGREE and contradict(question, a, b, dated, common):
        return Relation.UNRELATED
    if verdict is Relation.DIFFER and not one_respect(question, a, b, dated):
        return Relation.UNRELATED
    return verdict


def _values(question: str, a: Statement, b: Statement) -> Relation:
    """What the values alone say, of the sort that the question wants."""
    sort = wanted(question)
    if sort is not Wanted.NUMBER and (found := _by_date(sort, a, b)):
        return found
    if sort in (Wanted.NUMBER, Wanted.ANY) and (found := _by_quantity(a, b)):
        return found
    if sort in (Wanted.NUMBER, Wanted.DATE):
        return Relation.UNRELATED
    return Relation.AGREE if same_name(_named(a), _named(b)) else Relation.UNRELATED


def _by_date(sort: Wanted, a: Statement, b: Statement) -> Relation | None:
    ours, theirs = _dates(a), _dates(b)
    if not ours or not theirs:
        return None
    if sort is not Wanted.DATE and not (_mostly(a, ours[0].span) and _mostly(b, theirs[0].span)):
        return None
    pairs = [(x, y) for x in ours for y in theirs if dates.comparable(x, y)]
    return _verdict([dates.same(x, y) for x, y in pairs if dates.near(x, y, _YEARS_APART)])


def _by_quantity(a: Statement, b: Statement) -> Relation | None:
    every = [(x, y) for x in _quantities(a) for y in _quantities(b)]
    if not every:
        return None
    if any(quantities.equal_counts(x, y) for x, y in every):
        return Relation.AGREE
    pairs = [(x, y) for x, y in every if quantities.comparable(x, y)]
    return _verdict([quantities.same(x, y) for x, y in pairs if quantities.near(x, y, _FURTHEST)])


def _verdict(same: list[bool]) -> Relation:
    if not same:
        return Relation.UNRELATED
    return Relation.AGREE if any(same) else Relation.DIFFER


def _dates(statement: Statement) -> list[Date]:
    """The dates that the answer is or lies in; a span may cut one short."""
    return [d for d in dates.dates(statement.text) if overlap(d.span, statement.answer)]


def _quantities(statement: Statement) -> list[Quantity]:
    taken = [d.span for d in dates.dates(statement.text)]
    return [
        q
        for q in quantities.quantities(statement.text)
        if overlap(q.span, statement.answer) and not any(overlap(q.span, span) for span in taken)
    ]


def _named(statement: Statement) -> str:
    """The answer with the whole of each name that it is a part of."""
    around = [span for span in name_spans(statement.text) if overlap(span, statement.answer)]
    start = min([statement.answer[0], *(a for a, _ in around)])
    return statement.text[start : max([statement.answer[1], *(b for _, b in around)])]


def _mostly(statement: Statement, span: Span) -> bool:
    """Whether the answer is hardly more than what stands at the span."""
    start, end = statement.answer
    return span[1] - span[0] >= (end - start) / 3
