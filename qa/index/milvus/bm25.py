"""Texts -> the words that keyword search compares, and the BM25 of a passage as SQLite computes it.

Words are those of FTS5 (words.py), so that both stores match them alike. Milvus searches them for the best
few hundred passages; their scores are computed here, with counts of the whole corpus, because Milvus counts
each of its segments by itself and weighs words by another formula.

    score = sum of idf(w) f (k1 + 1) / (f + k1 (1 - b + b length / mean length))
    f = 0.5 times in the header + 1 in the text,  idf(w) = ln((N - n + 0.5) / (n + 0.5)), at least 1e-6

(Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009, as FTS5's documentation of bm25()).
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa.index.milvus.collections import K1, LONG, B

HEADER_WEIGHT = 0.5  # of a word in the header, where one in the passage has 1; benchmarks/retrieval.md
_PLAIN = re.compile("[a-z0-9]{1,40}")

Words = tuple[str, ...]  # one or several words in a row


def token(word: str) -> str:
    """A word in letters that every tokenizer of Milvus takes for one."""
    return word if _PLAIN.fullmatch(word) else "q" + hashlib.sha256(word.encode()).hexdigest()[:24]


def searched_text(header: Sequence[str], text: Sequence[str]) -> tuple[str, int]:
    """What Milvus searches of a passage, and how many words of it are the header's.

    The words of the text stand there twice. What Milvus cannot hold of a very long passage is not searched.
    """
    first = [token(word) for word in header]
    rest = [token(word) for word in text]
    for count in (len(rest), 500):
        body = rest[:count]
        searched = " ".join([*first, *body, *body])
        if len(searched) < LONG:
            return searched, len(first)
        first = first[:500]
    raise AssertionError("a thousand words of 40 letters fit")


@dataclass(frozen=True, slots=True)
class Passage:
    """The words of a passage, as `searched_text` wrote them."""

    header: tuple[str, ...]
    text: tuple[str, ...]

    @classmethod
    def of(cls, searched: str, header_words: int) -> Passage:
        words = searched.split()
        header, rest = words[:header_words], words[header_words:]
        return cls(tuple(header), tuple(rest[: len(rest) // 2]))

    def __len__(self) -> int:
        return len(self.header) + len(self.text)

    @property
    def words(self) -> set[str]:
        """The different words."""
        return {*self.header, *self.text}

    def frequency(self, phrase: Words) -> float:
        """How often words stand in a row, those of the header weighted."""
        return HEADER_WEIGHT * _times(phrase, self.header) + _times(phrase, self.text)


def _times(phrase: Words, words: Sequence[str]) -> int:
    if len(phrase) == 1:
        return words.count(phrase[0])
    size = len(phrase)
    return sum(tuple(words[i : i + size]) == phrase for i in range(len(words) - size + 1))


@dataclass(frozen=True, slots=True)
class Totals:
    """The passages of a corpus, and the words in all of them."""

    passages: int
    words: int


def score(passage: Passage, phrases: Sequence[Words], counts: Mapping[Words, int], totals: Totals) -> float:
    """The BM25 of a passage for phrases, given how many passages have each; 0 if it has none of them.

    A phrase that is there twice counts twice, as in FTS5.
    """
    mean = totals.words / max(1, totals.passages)
    result = 0.0
    for phrase in phrases:
        frequency, count = passage.frequency(phrase), counts[phrase]
        if frequency:
            odds = (totals.passages - count + 0.5) / (count + 0.5)
            weight = max(1e-6, math.log(odds) if odds > 0 else 0.0)
            norm = K1 * (1 - B + B * len(passage) / max(1e-9, mean))
            result += weight * frequency * (K1 + 1) / (frequency + norm)
    return result
