"""What was copied from the documents before -> whether it stands in them as they are indexed now.

Asked before anything copied is shown again, and before a purge keeps it. Exact quotes are looked for letter
by letter, wherever their file may have been moved. Of what people type, runs of words that are copied from a
document are told from words of their own by their length.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from qa.answers import quotes
from qa.answers.quotes import QuoteFinder, passages_with
from qa.index.snapshot import Snapshot
from qa.language.words import WORD
from qa.types import document_id

RUN = 6  # words in a row that nobody types by chance as a document has them
_SHORTEST = 3  # words of a shorter text that count as copied if they are all of it


class Quote(NamedTuple):
    """A quote and its place: `quote` is `text[start:end]` of the document of that path."""

    document: str
    start: int
    end: int
    quote: str


class Standing:
    """One committed state of the documents, asked what stands in it."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._finder = QuoteFinder(snapshot)

    def place(self, quote: Quote) -> Quote | None:
        """Where a quote stands now, as QuoteFinder finds it; None where it stands nowhere."""
        kept = quotes.Quote(document_id(quote.document), quote.start, quote.end, quote.quote)
        found = self._finder.find(kept)
        return Quote(found.document.path, found.start, found.end, found.quote) if found else None

    def holds(self, sentence: str) -> bool:
        """Whether a passage holds a sentence as it is, whatever white space it is set with."""
        wanted = " ".join(sentence.split())
        return any(wanted in " ".join(p.text.split()) for p in passages_with(sentence, self._snapshot))

    def copied(self, typed: str) -> tuple[str, ...]:
        """The runs of RUN words of a typed text that stand in the documents."""
        return tuple(dict.fromkeys(run for run in runs(typed) if self.speaks(run)))

    def speaks(self, run: str) -> bool:
        """Whether words stand in the documents in that order, in any of their forms."""
        return self._snapshot.count_passages_with(run) > 0


def runs(text: str, length: int = RUN) -> list[str]:
    """The runs of so many words of a text, in small letters."""
    words = WORD.findall(text.lower())
    return [" ".join(words[i : i + length]) for i in range(len(words) - length + 1)]


def copied_from(texts: Collection[str]) -> frozenset[str]:
    """What gives a typed text away as copied from one of some texts: its runs, or all of a shorter one."""
    found = {run for text in texts for run in runs(text)}
    words = (WORD.findall(text.lower()) for text in texts)
    return frozenset(found | {" ".join(w) for w in words if _SHORTEST <= len(w) < RUN})


def repeats(typed: str, copied: Collection[str]) -> bool:
    """Whether a typed text holds any of the runs of words."""
    return any(run in copied for length in range(_SHORTEST, RUN + 1) for run in runs(typed, length))
