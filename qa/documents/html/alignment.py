"""Which texts of a page are in the main text that an extractor found.

An extractor knows best where the main text of a page is, but what it hands over has lost line breaks, tables
and whatever stood beside an element. So it only tells which of the texts of the page, of which nothing is
missing, are of the main text: those whose words it found, in the same order.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from qa.documents.plain.paragraphs import words

_RUN = 4  # words that are looked up together
_LEAST = 0.5  # of the runs of a text that have to be found
_MOST_PLACES = 3  # that are tried for a text, from the beginning and from the last match on
_SLACK = 2  # words by which neighbours may overlap, where the same words end one and begin the other

Places = dict[tuple[str, ...], list[int]]


class _Match(NamedTuple):
    """Where a text was found among the extracted words, and the best chain of matches that leads to it."""

    found: int  # words of the chain
    text: int
    start: int
    end: int
    before: _Match | None


def found_in(extracted: str, texts: Sequence[str]) -> list[bool]:
    """For each text, in the order of the page, whether it is part of the extracted text.

    A text that stands twice on the page and once in the extracted text is found where its neighbours are. A
    text of a few words is found only between its neighbours. Takes n log n time.
    """
    tokens = words(extracted)
    split = [words(text) for text in texts]
    found = [False] * len(texts)
    before = (-1, 0)  # the last text that was found, and where it ends
    for match in [*_chain(split, tokens), _Match(0, len(texts), len(tokens), 0, None)]:
        for text in _short(split, range(before[0] + 1, match.text), tokens[before[1] : match.start]):
            found[text] = True
        if match.text < len(texts):
            found[match.text] = True
        before = (match.text, match.end)
    return found


def _chain(split: Sequence[Sequence[str]], tokens: Sequence[str]) -> list[_Match]:
    """Matches of the longer texts that follow each other in both orders, with the most words in all."""
    places: Places = defaultdict(list)
    for at in range(len(tokens) - _RUN + 1):
        places[tuple(tokens[at : at + _RUN])].append(at)
    chains = _Chains(len(tokens))
    for text, split_text in enumerate(split):
        candidates = list(_candidates(split_text, places, chains.best_end))
        if candidates:
            hits = candidates[0][2]
            befores = [chains.best(start + _SLACK) for start, _, _ in candidates]
            for (start, end, _), before in zip(candidates, befores, strict=True):
                chains.add(_Match(hits + (before.found if before else 0), text, start, end, before))
    chain = []
    match = chains.best(len(tokens))
    while match:
        chain.append(match)
        match = match.before
    return chain[::-1]


def _candidates(text: Sequence[str], places: Places, from_here: int) -> Iterator[tuple[int, int, int]]:
    """Where a text may stand: start, end, and how many of its words are there."""
    runs = [tuple(text[i : i + _RUN]) for i in range(len(text) - _RUN + 1)]
    hits = [i for i, run in enumerate(runs) if run in places]
    if not hits or len(hits) < _LEAST * len(runs):
        return
    first, last = places[runs[hits[0]]], places[runs[hits[-1]]]
    length = hits[-1] - hits[0]
    later = bisect_left(first, from_here - _SLACK)
    for start in dict.fromkeys([*first[:_MOST_PLACES], *first[later : later + _MOST_PLACES]]):
        at = bisect_left(last, start + length // 2)
        if at < len(last) and last[at] <= start + 2 * length + _RUN:
            yield start, last[at] + _RUN, len(hits) + _RUN - 1


class _Chains:
    """The best chain of matches that ends at or before each place: a Fenwick tree of maxima."""

    def __init__(self, size: int) -> None:
        self._tree: list[_Match | None] = [None] * (size + 2)
        self._longest: _Match | None = None

    @property
    def best_end(self) -> int:
        """Where the best chain of all ends."""
        return self._longest.end if self._longest else 0

    def best(self, place: int) -> _Match | None:
        """The last match of the best chain that ends at a place or before it."""
        best = None
        at = min(place, len(self._tree) - 2) + 1
        while at > 0:
            match = self._tree[at]
            if match and (best is None or match.found > best.found):
                best = match
            at -= at & -at
        return best

    def add(self, match: _Match) -> None:
        if self._longest is None or match.found > self._longest.found:
            self._longest = match
        at = match.end + 1
        while at < len(self._tree):
            there = self._tree[at]
            if there is None or match.found > there.found:
                self._tree[at] = match
            at += at & -at


def _short(split: Sequence[Sequence[str]], texts: range, tokens: Sequence[str]) -> Iterator[int]:
    """Those of some neighbouring texts of a few words that stand among the words between two matches."""
    places: Places = defaultdict(list)
    for length in {len(split[text]) for text in texts if len(split[text]) < _RUN}:
        for at in range(len(tokens) - length + 1):
            places[tuple(tokens[at : at + length])].append(at)
    here = 0
    for text in texts:
        found = places.get(tuple(split[text]), [])
        at = bisect_left(found, here)
        if split[text] and at < len(found):
            here = found[at] + len(split[text])
            yield text
