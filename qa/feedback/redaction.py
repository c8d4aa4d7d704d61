"""What was copied from the documents before -> whether it stands in them as they are indexed now.

Asked before anything copied is shown again, and before a purge keeps it. Exact quotes are looked for letter
by letter, wherever their file may have been moved. Of what people type, runs of words that are copied from a
document are told from words of their own by their length.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from qa.corpus.sync import document_id
from qa.index.snapshot import Snapshot
from qa.language.words import WORD

RUN = 6  # words in a row that nobody types by chance as a document has them
_SHORTEST = 3  # words of a shorter text that count as copied if they are all of it
_LOOKED_AT = 20  # passages that hold the words of a quote


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
        self._texts: dict[str, str | None] = {}

    def place(self, quote: Quote) -> Quote | None:
        """Where a quote stands: at its place, elsewhere in its document, in another document, or nowhere."""
        text = self._text(quote.document)
        if text is not None and quote.quote and quote.quote in text:
            if text[quote.start : quote.end] == quote.quote:
                return quote
            start = text.index(quote.quote)
            return quote._replace(start=start, end=start + len(quote.quote))
        for path, start, passage in self._passages(quote.quote):
            if quote.quote in passage:
                start += passage.index(quote.quote)
                return Quote(path, start, start + len(quote.quote), quote.quote)
        return None

    def holds(self, sentence: str) -> bool:
        """Whether a passage holds a sentence as it is, whatever white space it is set with."""
        wanted = " ".join(sentence.split())
        return any(wanted in " ".join(passage.split()) for _, _, passage in self._passages(sentence))

    def copied(self, typed: str) -> tuple[str, ...]:
        """The runs of RUN words of a typed text that stand in the documents."""
        return tuple(dict.fromkeys(run for run in runs(typed) if self.speaks(run)))

    def speaks(self, run: str) -> bool:
        """Whether words stand in the documents in that order, in any of their forms."""
        return self._snapshot.passages_with(run) > 0

    def _text(self, path: str) -> str | None:
        if path not in self._texts:
            found = self._snapshot.documents([document_id(path)])
            self._texts[path] = self._snapshot.text(found[0].id, found[0].digest) if found else None
        return self._texts[path]

    def _passages(self, text: str) -> Iterator[tuple[str, int, str]]:
        """Path, start and text of passages that hold the words of a text in their order."""
        numbers = [number for number, _ in self._snapshot.keyword_search([text], _LOOKED_AT)]
        passages = self._snapshot.passages(numbers)
        paths = {d.id: d.path for d in self._snapshot.documents(p.document_id for p in passages.values())}
        return ((paths[p.document_id], p.start, p.text) for p in passages.values())


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
