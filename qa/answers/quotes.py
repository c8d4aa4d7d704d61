"""A scored sentence -> what is quoted of it, and where a quote stands in the documents as they are now.

A quote is the sentence and, where one of the two cannot be understood without the other, its neighbour: "The
captain put the cost at ..." is quoted with the sentence that says which captain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from qa.errors import CitationError
from qa.index.snapshot import Snapshot
from qa.search.evidence import ScoredSentence
from qa.types import Citation, Document, Passage, Span

_LEANING = re.compile(
    r"(?:\S+ ){0,9}?(?:(?:made|makes|confirm\w*|explain\w*|shows?|said|says) (?:this|these|so)"
    r"|(?:evidence|result|because|sign|proof) of (?:this|that|these|those))\b"
    r"|[\"“‘'(]*(?:this|these|that|those|it|its|they|their|he|she|his|her|such|both|here|there|then|also"
    r"|so|yet"
    r"|but|and|however|therefore|thus|hence|moreover|furthermore|likewise|similarly|consequently|instead"
    r"|only then|one (?:is|was|of)|in (?:addition|this|that|these|turn|return)|as a (?:result|matter of fact)"
    r"|for (?:this|these|that)|from (?:there|this|here)|at the same time|on (?:that|this|the other hand)"
    r"|because of this|according to (?:him|her|them)|the (?:two|same|former|latter|latest|parties|other"
    r"|project|visit|move|deal|agreements?|pact|line|plan|goal|target|documents|figure|ambassador|minister"
    r"|president|official|report|study|author|company))\b",
    re.IGNORECASE,
)  # how sentences begin that lean on the one before
_PLACES = 20  # of a document, and passages, that a quote is looked for at


def quote_span(sentence: ScoredSentence, reads_on: bool = True) -> Span:
    """One to three sentences: with the one that it leans on and, to read on, the one that leans on it."""
    passage, i = sentence.hit.passage, sentence.index
    first = last = i
    if i > 0 and _leans(passage, i) and _adjacent(passage, i - 1):
        first = i - 1
    if reads_on and i + 1 < len(passage.sentences) and _leans(passage, i + 1) and _adjacent(passage, i):
        last = i + 1
    return passage.sentences[first][0], passage.sentences[last][1]


def _leans(passage: Passage, i: int) -> bool:
    start, end = passage.sentences[i]
    return bool(_LEANING.match(passage.text[start - passage.start : end - passage.start]))


def _adjacent(passage: Passage, i: int) -> bool:
    """Whether nothing but white space lies between a sentence and the next (no heading, no list mark)."""
    between = passage.text[
        passage.sentences[i][1] - passage.start : passage.sentences[i + 1][0] - passage.start
    ]
    return not between.strip() and "\n" not in between


def cite(number: int, sentence: ScoredSentence, reads_on: bool = True) -> Citation:
    """The quote of a sentence. Raises CitationError if it does not stand in its document."""
    start, end = quote_span(sentence, reads_on)
    hit = sentence.hit
    return verify(Citation(number, hit.document, start, end, sentence.text((start, end)), hit.passage))


def verify(citation: Citation) -> Citation:
    """The citation, if its quote is what its document says at that place. Raises CitationError."""
    if citation.document.text[citation.start : citation.end] != citation.quote:
        raise CitationError(f"a quote does not stand in {citation.document.path} at {citation.start}")
    return citation


# --- quotes of earlier answers -------------------------------------------------------------------


class Quote(NamedTuple):
    """A quote as it was made: `quote` was `text[start:end]` of the document with that id."""

    document: str
    start: int
    end: int
    quote: str


class QuoteFinder:
    """One committed state of the documents, asked where earlier quotes stand in it.

    A quote stands where it is letter by letter, as whole sentences of one passage: at its place, else
    elsewhere in its document, else in another document, since its file may have been moved.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._documents: dict[str, Document | None] = {}  # by id, with their texts read

    def find(self, quote: Quote, number: int = 0) -> Citation | None:
        """The quote as a citation of the documents as they are now; None where it stands nowhere."""
        if not quote.quote:
            return None
        return next((c for c in self._candidates(quote, number) if _whole_sentences(c)), None)

    def _candidates(self, quote: Quote, number: int) -> Iterator[Citation]:
        if document := self._document(quote.document):
            for start in _starts(quote, document.text):
                end = start + len(quote.quote)
                if passage := self._snapshot.passage_at(document.id, start, end):
                    yield Citation(number, document, start, end, quote.quote, passage)
        for passage in passages_with(quote.quote, self._snapshot):
            if quote.quote in passage.text and (document := self._document(passage.document_id)):
                start = passage.start + passage.text.index(quote.quote)
                yield Citation(number, document, start, start + len(quote.quote), quote.quote, passage)

    def _document(self, identity: str) -> Document | None:
        """A document with the text of this state, which may not be had any more a moment later."""
        if identity not in self._documents:
            found = self._snapshot.documents([identity])
            self._documents[identity] = (
                replace(found[0], _text=self._snapshot.text(identity, found[0].digest)) if found else None
            )
        return self._documents[identity]


def passages_with(text: str, snapshot: Snapshot) -> list[Passage]:
    """Passages that hold the words of a text in their order, in any of their forms."""
    numbers = [number for number, _ in snapshot.keyword_search([text], _PLACES)]
    return list(snapshot.passages(numbers).values())


def _starts(quote: Quote, text: str) -> Iterator[int]:
    """Where a quote may stand in a text: where it stood, else the first few places with its characters."""
    if text.startswith(quote.quote, quote.start):
        yield quote.start
    found = re.finditer(re.escape(quote.quote), text)
    yield from (match.start() for match in islice(found, _PLACES))


def _whole_sentences(citation: Citation) -> bool:
    sentences = citation.passage.sentences
    starts, ends = zip(*sentences, strict=True) if sentences else ((), ())
    return citation.start in starts and citation.end in ends
