"""A question + its passage -> an edited question that the passage no longer answers.

The edits are the ones that people make when they are asked for unanswerable questions that look answerable
(Rajpurkar et al., "Know What You Don't Know", 2018, table 2): another name, another number or date, an
antonym, a negation. Now and then an edit leaves the question answerable, which is noise that the reader is
trained with.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w'’-]+(?: (?:(?:of|the|de|and|for) )?[A-Z][\w'’-]+)*")
_NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")
_AUXILIARY = re.compile(
    r"\b(is|are|was|were|do|does|did|has|have|had|can|could|would|should)\b(?! not)", re.IGNORECASE
)
_OPPOSITES = """first last before after more fewer more less most least largest smallest larger smaller
    biggest smallest highest lowest higher lower longest shortest oldest youngest older younger early late
    earlier later best worst better worse increase decrease increased decreased rise fall rose fell won lost
    win lose north south northern southern east west eastern western begin end began ended start finish
    started finished founded dissolved opened closed built demolished joined left male female men women
    man woman mother father son daughter husband wife brother sister king queen positive negative good bad
    always never all none public private major minor majority minority upper lower inside outside true false
    above below strong weak hot cold warm cool old new ancient modern rich poor rural urban success failure
    successful unsuccessful legal illegal common rare popular unpopular similar different support oppose
    supported opposed accepted rejected allowed forbidden export import exports imports exported imported
    buy sell bought sold arrive leave arrived left attack defend attacked defended love hate like dislike
    easy difficult easier harder fast slow faster slower cheap expensive near far present absent gain loss
    friend enemy life death born died maximum minimum gained lost created destroyed
    appointed dismissed agreed refused included excluded connected separated domestic foreign"""
_ANTONYMS: dict[str, list[str]] = {}
_words = _OPPOSITES.split()
for _left, _right in zip(_words[::2], _words[1::2], strict=True):
    _ANTONYMS.setdefault(_left, []).append(_right)
    _ANTONYMS.setdefault(_right, []).append(_left)
_ANTONYM = re.compile(rf"\b({'|'.join(_ANTONYMS)})\b")


def names(text: str) -> list[str]:
    """The phrases in a text that look like names, except words that begin a sentence."""
    return list(dict.fromkeys(match.group() for match in _NAME.finditer(text)))


def edit(question: str, passage: str, others: Sequence[str], choice: random.Random) -> str | None:
    """The question with one thing changed, or None if nothing in it can be changed.

    `others` are further passages on the same subject, which names and numbers are taken from.
    """
    edits = [_change_name, _change_number, _use_antonym, _negate]
    order = sorted(edits, key=lambda change: choice.random() ** (1 / _WEIGHTS[change]), reverse=True)
    for change in order:
        if change is _negate and change is not order[0]:
            continue  # it is nearly always possible, and would make up most of the edits
        new = change(question, passage, others, choice)
        if new and new.lower() != question.lower():
            return new
    return None


def _change_name(question: str, passage: str, others: Sequence[str], choice: random.Random) -> str | None:
    old = names(question)
    if not old:
        return None
    source = [passage] if choice.random() < 0.4 else list(others)
    words = set(question.lower().split())
    new = [n for text in source for n in names(text) if not words & set(n.lower().split())]
    return question.replace(choice.choice(old), choice.choice(new)) if new else None


def _change_number(question: str, passage: str, others: Sequence[str], choice: random.Random) -> str | None:
    numbers = _NUMBER.findall(question)
    if not numbers:
        return None
    old = choice.choice(numbers)
    new = [n for text in (passage, *others) for n in _NUMBER.findall(text) if len(n) == len(old) and n != old]
    if not new or choice.random() < 0.5:
        digits = [i for i, c in enumerate(old) if c.isdigit()]
        i = choice.choice(digits[-2:])
        new = [old[:i] + choice.choice([d for d in "123456789" if d != old[i]]) + old[i + 1 :]]
    return re.sub(rf"(?<!\d){re.escape(old)}(?!\d)", choice.choice(new), question, count=1)


def _use_antonym(question: str, passage: str, others: Sequence[str], choice: random.Random) -> str | None:
    matches = list(_ANTONYM.finditer(question))
    if not matches:
        return None
    match = choice.choice(matches)
    return question[: match.start()] + choice.choice(_ANTONYMS[match.group()]) + question[match.end() :]


def _negate(question: str, passage: str, others: Sequence[str], choice: random.Random) -> str | None:
    match = _AUXILIARY.search(question)
    if not match:
        return None
    auxiliary = match.group()
    contracted = "can't" if auxiliary.lower() == "can" else f"{auxiliary}n't"
    return question[: match.start()] + contracted + question[match.end() :]


_WEIGHTS = {_change_name: 4.0, _change_number: 3.0, _use_antonym: 3.0, _negate: 1.0}  # chances of being first
