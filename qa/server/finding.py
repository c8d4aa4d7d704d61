"""What is marked in a text: the quotes, the values in them, and the words that a reader looks for."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from qa.types import Span

MOST = 1_000  # places that are found
LONGEST = 200  # characters of what is looked for
LINKED = 2_000  # characters of a quote that is found again in a text that has changed
_BETWEEN = r"(?:[\s*_`\u00ad]|-\n)+"  # two words: also the marks of Markdown
_APOSTROPHE = "['\u2019\u02bc]"


@dataclass(frozen=True, slots=True)
class Found:
    """The places of some words in a text, in order. `pattern` finds the same places in a part of it."""

    spans: tuple[Span, ...] = ()
    pattern: re.Pattern[str] | None = None

    def within(self, start: int, end: int) -> Iterator[tuple[int, Span]]:
        """The places that begin in a slice of the text, each with its number."""
        first = bisect_left(self.spans, (start, start))
        for number in range(first, len(self.spans)):
            if self.spans[number][0] >= end:
                return
            yield number, self.spans[number]


NOWHERE = Found()


@dataclass(frozen=True, slots=True)
class Marks:
    """The spans of a document that are marked: `quotes`, the `values` within them, and what is `found`."""

    quotes: tuple[Span, ...] = ()
    values: tuple[Span, ...] = ()
    found: Found = NOWHERE


UNMARKED = Marks()


def find(text: str, words: str) -> Found:
    """The places of words in a text, whatever their case and the space between them."""
    parts = words[:LONGEST].split()
    if not parts:
        return NOWHERE
    pattern = re.compile(_BETWEEN.join(map(_escaped, parts)), re.IGNORECASE)
    spans = (match.span() for match in pattern.finditer(text))
    return Found(tuple(islice(spans, MOST)), pattern)


def check(quote: str) -> str:
    """What a link has of a quote, to tell it from other text: the beginning of its SHA-256."""
    return hashlib.sha256(quote.encode()).hexdigest()[:12]


def again(text: str, place: Span, checked: str) -> Span | None:
    """Where the quote of a link stands now, letter for letter, nearest to its place; None if it is gone."""
    start, end = place
    length = end - start
    if check(text[start:end]) == checked:
        return place
    if not 0 < length <= LINKED:
        return None
    starts = (match.start() for match in re.finditer(r"(?<!\S)\S", text))
    found = [
        at for at in starts if not _cuts_word(text, at + length) and check(text[at : at + length]) == checked
    ]
    nearest = min(found, key=lambda at: abs(at - start), default=None)
    return None if nearest is None else (nearest, nearest + length)


def _cuts_word(text: str, at: int) -> bool:
    return text[at - 1 : at].isalnum() and text[at : at + 1].isalnum()


def _escaped(word: str) -> str:
    return re.sub(_APOSTROPHE, lambda _: _APOSTROPHE, re.escape(word))
