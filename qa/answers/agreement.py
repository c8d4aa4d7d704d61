"""What two statements that answer one question have to do with each other: they agree, differ, or neither.

What is compared is the value: a figure in its unit, a date, a name. Values are held against each other only
where both statements are sure to speak of one thing in one respect: of one period, about the same names, both
of a goal or both of a fact, neither of a part, an average or another measure, and worded closely enough to
tell. In doubt they are not: a difference that is none is worse than one that is not shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from qa.answers.statements import Statement
from qa.language import dates, quantities
from qa.language.names import mentions, same_name
from qa.language.questions import AnswerType, Question
from qa.language.words import FUNCTION_WORDS, stem
from qa.types import Span

_FURTHEST, _YEARS_APART = 4.0, 10  # beyond which two figures, two dates are of different things


def _patterns(*sides: tuple[str, ...]) -> tuple[tuple[re.Pattern[str], ...], ...]:
    return tuple(tuple(re.compile(rf"\b(?:{side})\b", re.IGNORECASE) for side in both) for both in sides)


_CONTRASTS = _patterns(
    (
        r"imports?|imported|importing|buys?|bought|brings? in",
        r"exports?|exported|exporting|sells?|sold|abroad",
    ),
    (r"passengers?", r"freight|cargo|goods|containers?"),
    (r"men|male|boys", r"women|female|girls"),
    (r"year|annual\w*|yearly|annum", r"total\w*|altogether|in all|overall|cumulative\w*|so far|since|life"),
    (r"month|monthly", r"year|annual\w*|yearly|quarter\w*"),
    (r"day|daily|night", r"year|annual\w*|yearly|month\w*|week\w*"),
    (r"first|one|opening", r"second|two|final|third"),
    (r"north\w*", r"south\w*"),
    (r"east\w*", r"west\w*"),
    (r"profits?|earnings|earned", r"revenues?|sales|turnover"),
    (r"min\w*|lowest|least", r"max\w*|highest|most"),
    (r"built|construction|build\w*", r"operat\w*|maint\w*|upkeep|running"),
    (r"installed|capacity", r"output|generated|generation|produced"),
    (r"dead|died|deaths?|killed|lives", r"injur\w*|wounded|infected|cases|hurt"),
    (
        r"start\w*|began|begin\w*|launch\w*|ground|sign\w*|found\w*",
        r"finish\w*|complet\w*|end\w*|open\w*|inaugurat\w*",
    ),
    (r"sign\w*", r"ratif\w*|force|effect"),
    (r"loans?|borrow\w*|credit", r"grants?|equity"),
    (
        r"grow\w*|grew|rose|rise\w*|increas\w*|fell|fall\w*|drop\w*",
        r"made up|account\w* for|represent\w*|share",
    ),
    (r"will|would|shall|is to|are to|by 20\d\d", r"has|have|had|was|were"),
    (r"pledg\w*|promis\w*|committed|approved|budget\w*", r"arriv\w*|receiv\w*|spent|disburs\w*|delivered"),
    (
        r"cost|costs|made for|budget\w*|expens\w*",
        r"taken|took|earn\w*|gross\w*|box office|brought in|income|revenue\w*",
    ),
    (r"fell|fall\w*|drop\w*|low|minimum", r"rise|rose|rising|high|above|maximum"),
    (r"is|are", r"was|were"),
    (r"national", r"international|foreign"),
)
_RESTRICTIONS = _patterns(
    (r"each|every|apiece|per|individual\w*|single",),
    (r"average|median|mean|typical\w*",),
    (r"alone|only|merely|just",),
    (
        r"men|women|girls|boys|children|adults|elderly|teenagers|pupils|workers|foreigners|patients with"
        r"|\w+-year-olds",
    ),
    (r"foreign|from abroad|international|domestic\w*|overseas",),
    (
        r"part of|half of|section|stretch|on \w+ (?:soil|territory)|side of|portion|segment|phase|stage"
        r"|branch|faculty|department|subsidiary|division|terminal",
    ),
    (r"total|whole|entire\w*|altogether|overall|cumulative\w*|in all|all told",),
    (r"by (?:road|rail|sea|air|train|truck|bus|car|ship|plane)|crow flies|straight line",),
    (r"constant|adjusted|nominal|in real terms|inflation",),
    (r"compared (?:with|to)|than a (?:month|year)|on-month|on-year|year-on-year|from a year",),
    (r"among|of which|of whom|of them|of these|including|excluding|except|without|apart from",),
    (r"abroad|at home",),
    (r"given up|no longer|former|stopped|quit|ex-smokers|retired",),
    (r"placebo|control group",),
    (r"originally|initially|at first|at the outset|at that time|back then|formerly|once",),
    (r"at least|minimum|maximum|record|peak|highest|lowest",),
)
_WEEKDAY = re.compile(r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b")
_PLAIN = frozenset(  # words that say a figure without saying of what
    map(
        stem,
        """amount come came reach stand stood total worth currently present now approximately about around
        nearly say said report accord official source estimate put number figure year month last this today
        recent""".split(),
    )
)
_COVERED, _FURTHER = 2 / 3, 5  # the least share of the question's words, the most words beyond it


class Relation(StrEnum):
    """How what two sources say to a question fits together."""

    AGREE = "agree"
    DIFFER = "differ"
    UNRELATED = "unrelated"


def relation(question: Question, a: Statement, b: Statement) -> Relation:
    """How two statements fit together as answers to a question."""
    verdict = _values(question.wants, a, b)
    dated = question.wants is AnswerType.DATE
    common = any(map(quantities.common, a.answer_quantities))
    if verdict is Relation.AGREE and _contradict(question, a, b, dated, common):
        return Relation.UNRELATED
    if verdict is Relation.DIFFER and not _one_respect(question, a, b, dated):
        return Relation.UNRELATED
    return verdict


# --- the values ----------------------------------------------------------------------------------


def _values(wants: AnswerType, a: Statement, b: Statement) -> Relation:
    """What the values alone say, of the sort that the question wants."""
    if wants is not AnswerType.NUMBER and (found := _by_date(wants, a, b)):
        return found
    if wants in (AnswerType.NUMBER, AnswerType.ANY) and (found := _by_quantity(a, b)):
        return found
    if wants in (AnswerType.NUMBER, AnswerType.DATE):
        return Relation.UNRELATED
    return Relation.AGREE if same_name(a.answer_name, b.answer_name) else Relation.UNRELATED


def _by_date(wants: AnswerType, a: Statement, b: Statement) -> Relation | None:
    ours, theirs = a.answer_dates, b.answer_dates
    if not ours or not theirs:
        return None
    if wants is not AnswerType.DATE and not (_mostly(a, ours[0].span) and _mostly(b, theirs[0].span)):
        return None
    pairs = [(x, y) for x in ours for y in theirs if dates.comparable(x, y)]
    return _verdict([dates.same(x, y) for x, y in pairs if dates.near(x, y, _YEARS_APART)])


def _mostly(statement: Statement, span: Span) -> bool:
    """Whether the answer is hardly more than what stands at the span."""
    start, end = statement.answer
    return span[1] - span[0] >= (end - start) / 3


def _by_quantity(a: Statement, b: Statement) -> Relation | None:
    every = [(x, y) for x in a.answer_quantities for y in b.answer_quantities]
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


# --- the respect ---------------------------------------------------------------------------------


def _contradict(question: Question, a: Statement, b: Statement, dated: bool, common: bool) -> bool:
    """Whether two that give the same value speak of different names, periods or respects all the same.

    `dated` says that the value is a date itself, `common` that it is easily the same by chance.
    """
    asked = question.names
    if not asked and _beyond(a.names, b.text) and _beyond(b.names, a.text):
        return True  # the question is open, and each speaks of something else
    for ours, theirs in ((a, b), (b, a)):
        if (
            asked
            and not all(mentions(ours.whole, name) for name in asked)
            and _beyond(ours.names_with_header, theirs.text, asked)
        ):
            return True
    return (not dated and not _one_period(a, b)) or _contrast(a, b) or (common and _restricted(a, b))


def _one_respect(question: Question, a: Statement, b: Statement, dated: bool) -> bool:
    """Whether both figures are of all that is asked about, of one period, and neither of a part of it."""
    asked = question.names
    if not all(mentions(statement.whole, name) for statement in (a, b) for name in asked):
        return False
    if not dated and not (_one_period(a, b) and _as_long(a, b)):
        return False
    if a.of_goal != b.of_goal or _contrast(a, b) or _restricted(a, b):
        return False
    if any(_of(name, a.around) != _of(name, b.around) for name in asked):
        return False
    if _beyond(a.names_around, b.around, asked) and _beyond(b.names_around, a.around, asked):
        return False
    return _close(question, a, b)


def _contrast(a: Statement, b: Statement) -> bool:
    """Whether the two stand on different sides of a contrast, such as imports and exports."""
    for first, second in _CONTRASTS:
        one, two = ((bool(first.search(s.around)), bool(second.search(s.around))) for s in (a, b))
        if {one, two} == {(True, False), (False, True)}:
            return True
    days = [set(_WEEKDAY.findall(s.around)) for s in (a, b)]
    return all(days) and not days[0] & days[1]


def _restricted(a: Statement, b: Statement) -> bool:
    """Whether one is restricted to what the other is not: to each, a part, an average, a group."""
    for (only,) in _RESTRICTIONS:
        ours, theirs = ({found.lower() for found in only.findall(s.around)} for s in (a, b))
        if ours != theirs:
            return True
    return False


def _of(name: str, text: str) -> bool:
    """Whether a text speaks of something of a name, which may be a part of it."""
    return bool(re.search(rf"\bof (?:the )?{re.escape(name)}", text, re.IGNORECASE))


def _beyond(names: Sequence[str], other: str, asked: Sequence[str] = ()) -> bool:
    """Whether there is a name among some that neither the question nor the other text holds."""
    known = " ".join((*asked, other))
    return any(not mentions(known, name) for name in names)


def _one_period(a: Statement, b: Statement) -> bool:
    """Whether no date in one statement rules out those of the other."""
    pairs = [(x, y) for x in a.dates for y in b.dates if dates.comparable(x, y)]
    return not pairs or any(dates.same(x, y) for x, y in pairs)


def _as_long(a: Statement, b: Statement) -> bool:
    """Whether the periods of two statements are of one kind: a month is not held against its year."""
    ours, theirs = ({(d.months, d.days) for d in s.dates if d.years} for s in (a, b))
    return not ours or not theirs or bool(ours & theirs)


def _close(question: Question, a: Statement, b: Statement) -> bool:
    """Whether both say most of what the question says, and not much beyond it."""
    asked = {stem(word) for word in question.words if word not in ("many", "much")}
    beyond = 0
    for statement in (a, b):
        held = {stem(word) for word in re.findall(r"[^\W_]+", statement.whole)}
        if sum(_among(word, held) for word in asked) < _COVERED * len(asked):
            return False
        words = {
            stem(word)
            for word in re.findall(r"[^\W\d_]{3,}", statement.clause)
            if word.lower() not in FUNCTION_WORDS
        }
        beyond += sum(not _among(word, asked) for word in words - _PLAIN)
    return beyond <= _FURTHER


def _among(word: str, words: set[str]) -> bool:
    """Whether a word is among others, also as another part of speech: trade and trading."""
    return word in words or (len(word) > 3 and any(word[:4] == other[:4] for other in words))
