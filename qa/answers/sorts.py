"""Whether a value is of the sort that the noun of a question names: is Lahore a city, as "which city" asks?

It is if the noun stands beside it in the quote, in any form. Otherwise the encoder tells, which knows that
ports are harbours: the noun has to be nearer to the value than to most other names of the passages that were
found. Of the 12 headlines of the development sets that are right and have no such noun beside them, this
keeps 10. It takes away countries for cities and a railway for mountains, but not a valley for a river.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.language.holders import KnownNames
from qa.language.names import mentions
from qa.language.words import FUNCTION_WORDS, WORD, stem
from qa.models.encoder import Encoder, encode_all

_NOUNS = re.compile(r"\b(?:which|what) ((?:[^\W_][\w'’-]* ){1,4})", re.IGNORECASE)
_MOST_NOUNS = 3  # words between "which" and the verb, the last of which may be the verb
_BESIDE = 40  # characters around a value
_NEARER = 1.2  # standard deviations by which the value's cosine is above the mean of the other names


def is_of_sort(question: str, value: str, quote: str, known: KnownNames, encoder: Encoder) -> bool:
    """True unless a question asks "which" or "what" thing, and a value that is a name is no such thing."""
    nouns = asked_nouns(question)
    if not nouns or not known.spans(value):
        return True
    names = [value[slice(*span)] for span in known.spans(value)]
    beside = any(_stands_beside(nouns, part, quote) for part in (value, *names))
    return beside or any(_is_nearer(noun, names, known, encoder) for noun in nouns)


def asked_nouns(question: str) -> list[str]:
    """The words behind "which" or "what" up to a function word, without names; one may be the verb."""
    match = _NOUNS.search(question)
    nouns: list[str] = []
    for word in match[1].split() if match else ():
        if word.lower() in FUNCTION_WORDS:
            break
        if word[0].islower():
            nouns.append(word)
    return nouns[:_MOST_NOUNS]


def _stands_beside(nouns: Sequence[str], value: str, text: str) -> bool:
    around = (
        text[max(0, at.start() - _BESIDE) : at.end() + _BESIDE]
        for at in re.finditer(rf"(?<!\w){re.escape(value)}(?!\w)", text)
    )
    stems = set(map(stem, nouns))
    return any(not stems.isdisjoint(map(stem, WORD.findall(words))) for words in around)


def _is_nearer(noun: str, names: Sequence[str], known: KnownNames, encoder: Encoder) -> bool:
    """True if a noun is nearer to names than to most others in the passages."""
    found = {text[slice(*span)] for text in known.texts for span in known.spans(text)}
    others = sorted(n for n in found if not any(mentions(n, name) or mentions(name, n) for name in names))
    if len(others) < 2:
        return True
    vectors = encode_all(encoder, [noun, *names, *others])
    cosines = vectors[1:] @ vectors[0]
    ours, theirs = cosines[: len(names)].mean(), cosines[len(names) :]
    return bool(ours > theirs.mean() + _NEARER * theirs.std())
