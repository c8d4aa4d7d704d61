"""How likely two statements with different values give them for one and the same thing.

A logistic regression (Cox 1958, "The regression analysis of binary sequences"), fitted by
`training/likeness.py` on pairs of statements that differ, or are of different things. None of its signals
decides alone: values of one thing are seldom far apart, both statements answer the question well and
have most of its words, and neither has a name or a restriction that the other lacks.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from qa.answers.agreement.rules import RESTRICTIONS
from qa.answers.statements import Statement
from qa.language.names import mentions
from qa.language.questions import AnswerType, Question
from qa.language.rules import any_of
from qa.language.words import stem

LEAST = 0.93  # from which on two values are said to differ; in cross-validation no false one had 0.92
_WEIGHTS: Mapping[str, float] = {  # of the signals, in logits; the intercept is that of ""
    "": 3.15, "apart": -3.01, "margin": 1.02, "covered": 0.6, "adds": -0.52, "restricted": -1.57,
}  # fmt: skip
_LEAST_MARGIN, _MOST_MARGIN = -15.0, 2.0  # beyond these a margin says hardly any more
_RESTRICTIONS = [any_of([rule]) for rule in RESTRICTIONS]


def likeness(question: Question, a: Statement, b: Statement) -> float:
    """The probability (0..1) that two statements with different values are about one thing."""
    found = features(question, a, b)
    z = _WEIGHTS[""] + sum(_WEIGHTS[name] * value for name, value in found.items())
    return 1 / (1 + math.exp(-z))


def features(question: Question, a: Statement, b: Statement) -> dict[str, float]:
    """The signals, by name, for two statements that answer a question with values of one kind."""
    both, asked = (a, b), question.names
    adds = [adds_name(ours.names_around, theirs.around, asked) for ours, theirs in ((a, b), (b, a))]
    return {
        "apart": _apart(question.wants, a, b),
        "margin": min(max(_LEAST_MARGIN, min(_MOST_MARGIN, s.margin)) for s in both) / 10,
        "covered": min(_covered(question, s) for s in both),
        "adds": float(any(adds)),
        "restricted": float(bool(restrictions(a, b))),
    }


def adds_name(names: Sequence[str], other: str, asked: Sequence[str] = ()) -> bool:
    """True if one of the names is neither in the question, whose names are `asked`, nor in the other text."""
    covered = " ".join((*asked, other))
    return any(not mentions(covered, name) for name in names)


def restrictions(a: Statement, b: Statement) -> list[tuple[set[str], set[str]]]:
    """The words that restrict the two, by kind of restriction, where they are not the same."""
    found = []
    for restriction in _RESTRICTIONS:
        ours, theirs = ({word.lower() for word in restriction.findall(s.around)} for s in (a, b))
        if ours != theirs:
            found.append((ours, theirs))
    return found


def _apart(wants: AnswerType, a: Statement, b: Statement) -> float:
    """How far the values are from each other: the logarithm of their ratio, or decades between two dates."""
    years = [date.years[0] for s in (a, b) for date in s.answer_dates[:1] if date.years]
    if len(years) == 2 and (wants is AnswerType.DATE or not a.answer_quantities):
        return abs(years[0] - years[1]) / 10
    figures = [abs(figure.high) for s in (a, b) for figure in s.answer_quantities[:1]]
    if len(figures) < 2 or wants is AnswerType.DATE or not all(figures):
        return 0.0
    return abs(math.log(figures[0] / figures[1]))


def _covered(question: Question, statement: Statement) -> float:
    """The share of the question's words that a statement has in some form: trade and trading."""
    asked = {stem(word) for word in question.words if word not in ("many", "much")}
    stated = {stem(word) for word in re.findall(r"[^\W_]+", statement.whole)}
    return sum(_is_among(word, stated) for word in asked) / max(1, len(asked))


def _is_among(word: str, words: set[str]) -> bool:
    """True if a word is among others, or shares its first four letters with one."""
    return word in words or (len(word) > 3 and any(word[:4] == other[:4] for other in words))
