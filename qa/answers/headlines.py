"""Which short answers stand out above their sentence: those that are surely of the sort that was asked for.

A quote is right or wrong for the reader to see; a headline is believed. So one is given only if the answer is
likely right, and its form speaks for it.
"""

from __future__ import annotations

import re

from qa.answers.statements import Statement
from qa.language.followup_rules import AUXILIARY
from qa.language.names import is_bare_name, mentions, names
from qa.language.offices import office_of
from qa.language.questions import AnswerType, Question
from qa.language.words import content_words, has_content, singular
from qa.search.confidence import LIKELY

_MOST_WORDS = 8
_CLAUSE = re.compile(rf"(?!(?-i:May\b))\b(?:{AUXILIARY})\b", re.IGNORECASE)  # May is a month
_AT_SOME_TIME = re.compile(r"(?:in|on|at|before|after|during|within|since|until|by|from)\b", re.IGNORECASE)
_WHO_IS = re.compile(r"(?i:who(?:'s| is| was| are| were)) (?P<name>[^\W\d_].*?)\W*$")


def stands_out(statement: Statement, value: str, probability: float) -> bool:
    """True if a value that fits may be the headline of an answer that is right with this probability."""
    short = len(value.split()) <= _MOST_WORDS and len(value) <= len(statement.text) / 2
    return probability >= LIKELY and short and not _CLAUSE.search(value)


def fits(question: Question, statement: Statement, value: str) -> bool:
    """True if a value is of the sort that a question asks for, and is not what the question says already."""
    known = set(map(singular, question.words))
    if not has_content(value) or known.issuperset(map(singular, content_words(value))):
        return False
    if question.wants is AnswerType.NUMBER:
        return bool(statement.answer_quantities)
    if question.wants is AnswerType.DATE:
        dated = bool(statement.answer_dates or statement.answer_quantities)
        return dated or bool(_AT_SOME_TIME.match(value)) or not names(f"x {value}")
    if question.wants is AnswerType.NAME and _is_figure(statement, value):
        return False  # nobody is called "$7 billion"
    asked = _WHO_IS.match(question.rephrased)
    if asked and asked["name"][0].isupper():  # "Who is Anders Lund?": a mason, and not another name
        return mentions(statement.whole, asked["name"]) and not is_bare_name(value)
    office = office_of(question.rephrased) if question.wants is AnswerType.NAME else ""
    if office and not mentions(statement.text, office):  # the mayor of Osk is not that of Tolvane
        return False
    return is_bare_name(value) or not _is_title_of(question, statement, value)


def _is_title_of(question: Question, statement: Statement, value: str) -> bool:
    """True if a value is only what stands before a name in the question: "mayor", of "mayor Ida Berg"."""
    name = statement.answer_name
    return any(mentions(name, asked) and not mentions(value, asked) for asked in question.names)


def _is_figure(statement: Statement, value: str) -> bool:
    return any(len(value) <= q.span[1] - q.span[0] for q in statement.answer_quantities)
