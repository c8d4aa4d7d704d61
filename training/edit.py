"""Questions edited so that their own passage no longer answers them.

The kinds are those that people write when they are asked for unanswerable questions that look
answerable (Rajpurkar et al., "Know What You Don't Know", 2018, table 2): another name, another number or
date, an antonym, a negation. An edit now and then leaves a question answerable; it is noise that the
reader is trained with.
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
    """What looks like names in a text, without the words that begin its sentences."""
    return list(dict.fromkeys(match.group() for match in _NAME.finditer(text)))


def edited(question: str, passage: str, others: Sequence[str], choice: random.Random) -> str | None:
    """The question with one thing changed, or None where nothing in it can be.

    `others` are further passages on the same subject, where names and numbers are taken from.
    """
    kinds = [_renamed, _renumbered, _reversed, _negated]
    order = sorted(kinds, key=lambda kind: choice.random() ** (1 / _WEIGHTS[kind.__name__]), reverse=True)
    for kind in order:
        if kind is _negated and kind is not order[0]:
            continue  # it is nearly always possible, and would be most of the edits
        new = kind(question, passage, others, choice)
        if new and new.lower() != question.lower():
            return new
    return None


_WEIGHTS = {"_renamed": 4.0, "_renumbered": 3.0, "_reversed": 3.0, "_negated": 1.0}


def _renamed(question: str, passage: str, others: Sequence[str], choice: random.Random) -> str | None:
    own = names(question)
    if not own:
        return None
    source = [passage] if choice.random() < 0.4 else list(others)
    words = set(question.lower().split())
    new = [n for text in source for n in names(text) if not words & set(n.lower().split())]
    return question.replace(choice.choice(own), choice.choice(new)) if new else None


def _renumbered(question: str, passage: str, others: Sequence[str], choice: random.Random) -> str | None:
    own = _NUMBER.findall(question)
    if not own:
        return None
    old = choice.choice(own)
    new = [n for text in (passage, *others) for n in _NUMBER.findall(text) if len(n) == len(old) and n != old]
    if not new or choice.random() < 0.5:
        digits = [i for i, c in enumerate(old) if c.isdigit()]
        i = choice.choice(digits[-2:])
        new = [old[:i] + choice.choice([d for d in "123456789" if d != old[i]]) + old[i + 1 :]]
    return re.sub(rf"(?<!\d){re.escape(old)}(?!\d)", choice.choice(new), question, count=1)


def _reversed(question: str, passage: str, others: Sequence[str], choice: random.Random) -> str | None:
    found = list(_ANTONYM.finditer(question))
    if not found:
        return None
    match = choice.choice(found)
    return question[: match.start()] + choice.choice(_ANTONYMS[match.group()]) + question[match.end() :]


def _negated(question: str, passage: str, others: Sequence[str], choice: random.Random) -> str | None:
    match = _AUXILIARY.search(question)
    if not match:
        return None
    auxiliary = match.group()
    contracted = "can't" if auxiliary.lower() == "can" else f"{auxiliary}n't"
    return question[: match.start()] + contracted + question[match.end() :]
