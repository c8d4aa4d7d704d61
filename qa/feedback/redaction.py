"""Text copied from the documents before -> True if the documents still contain it, as they are indexed now.

This is checked before copied text is shown again, and before a purge keeps it. Exact quotes are searched for
letter by letter, even if their file has moved. In typed text, runs of words that are copied from a document
are told apart from a user's own words by their length.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from qa.answers import quotes
from qa.answers.quotes import QuoteFinder, passages_with
from qa.index.protocol import Snapshot
from qa.language.words import WORD
from qa.types import document_id

RUN = 6  # words in a row, which no user types by chance just as a document has them
_SHORTEST = 3  # words in a text shorter than a run that count as copied if they are all of it


class Quote(NamedTuple):
    """A quote and its place: `quote` is `text[start:end]` of the document with the path `document`."""

    document: str
    start: int
    end: int
    quote: str


class CurrentDocuments:
    """One committed state of the documents, which can be searched for copied text."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._finder = QuoteFinder(snapshot)

    def relocate(self, quote: Quote) -> Quote | None:
        """The quote at its present place, as QuoteFinder finds it, or None if no document contains it."""
        original = quotes.Quote(document_id(quote.document), quote.start, quote.end, quote.quote)
        citation = self._finder.find(original)
        if citation is None:
            return None
        return Quote(citation.document.path, citation.start, citation.end, citation.quote)

    def contain_sentence(self, sentence: str) -> bool:
        """True if a passage contains a sentence exactly, apart from white space."""
        words = " ".join(sentence.split())
        return any(words in " ".join(p.text.split()) for p in passages_with(sentence, self._snapshot))

    def contain_run(self, run: str) -> bool:
        """True if the documents contain words in this order, in any of their forms."""
        return self._snapshot.count_passages_with(run) > 0

    def copied_runs(self, typed: str) -> tuple[str, ...]:
        """The runs of RUN words in a typed text that the documents contain."""
        return tuple(dict.fromkeys(run for run in word_runs(typed) if self.contain_run(run)))


def word_runs(text: str, length: int = RUN) -> list[str]:
    """All runs of `length` words in a text, in lower case."""
    words = WORD.findall(text.lower())
    return [" ".join(words[i : i + length]) for i in range(len(words) - length + 1)]


def telltale_runs(texts: Collection[str]) -> frozenset[str]:
    """The runs that reveal a copy of one of `texts` in a typed text: its runs, or a short text whole."""
    runs = {run for text in texts for run in word_runs(text)}
    words = (WORD.findall(text.lower()) for text in texts)
    return frozenset(runs | {" ".join(w) for w in words if _SHORTEST <= len(w) < RUN})


def repeats(typed: str, runs: Collection[str]) -> bool:
    """True if a typed text contains any of these runs of words."""
    return any(run in runs for length in range(_SHORTEST, RUN + 1) for run in word_runs(typed, length))
