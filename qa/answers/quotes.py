"""A scored sentence -> its quote, and an earlier quote -> where it stands in the documents as they are now.

A quote is the sentence and, if one of the two cannot be understood without the other, its neighbour: "The
captain put the cost at ..." is quoted with the sentence that says which captain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from qa.errors import CitationError
from qa.index.protocol import Snapshot
from qa.language.rules import Rule, any_of
from qa.search.evidence import ScoredSentence
from qa.types import Citation, Document, Passage, Span

_OPEN = "[\"“‘'(]*"
# How a sentence begins that cannot be understood without the one before it.
DEPENDENT_OPENINGS = (
    Rule("said so",
         r"(?:\S+ ){0,9}?(?:made|makes|confirm\w*|explain\w*|shows?|said|says) (?:this|these|so)\b",
         "A man from the harbour board said so.", "A man from the harbour board said something."),
    Rule("proof of this",
         r"(?:\S+ ){0,9}?(?:evidence|result|because|sign|proof) of (?:this|that|these|those)\b",
         "The books hold proof of this.", "The books hold proof of the fire."),
    Rule("demonstrative",
         rf"{_OPEN}(?:this|these|that|those)\b",
         "“This was the last lamp.”", "The last lamp was this."),
    Rule("pronoun",
         rf"{_OPEN}(?:it|its|they|their|he|she|his|her)\b",
         "He changed the bulb.", "Heather grows by the tower."),
    Rule("place or time",
         rf"{_OPEN}(?:here|there|then)\b",
         "Then the bell rang.", "The bell rang then."),
    Rule("some of several",
         rf"{_OPEN}(?:such|both|one (?:is|was|of))\b",
         "One of them is blue.", "One ferry is blue."),
    Rule("conjunction",
         rf"{_OPEN}(?:also|so|yet|but|and|however|therefore|thus|hence|moreover|furthermore|likewise|similarly"
         r"|consequently|instead|only then)\b",
         "However, the lamp was cold.", "Andy lit the lamp."),
    Rule("connection",
         rf"{_OPEN}(?:in (?:addition|this|that|these|turn|return)|as a (?:result|matter of fact)"
         r"|for (?:this|these|that)|from (?:there|this|here)|at the same time|on (?:that|this|the other hand)"
         r"|because of this|according to (?:him|her|them))\b",
         "As a result, the lamp went out.", "According to the board, the lamp went out."),
    Rule("the same",
         rf"{_OPEN}the (?:two|same|former|latter|latest|parties|other)\b",
         "The latter is a ferry.", "The last is a ferry."),
    Rule("the project",
         rf"{_OPEN}the (?:project|visit|move|deal|agreements?|pact|line|plan|goal|target|documents|figure)\b",
         "The agreement was signed in May.", "An agreement was signed in May."),
    Rule("the minister",
         rf"{_OPEN}the (?:ambassador|minister|president|official|report|study|author|company)\b",
         "The minister put it at 40 crowns.", "The ministry put it at 40 crowns."),
)  # fmt: skip
_DEPENDENT = any_of(DEPENDENT_OPENINGS)
_MOST_PLACES = 20  # in a document, and passages, in which an earlier quote is looked for


def quote_span(sentence: ScoredSentence, reads_on: bool = True) -> Span:
    """The span, in its document, of a sentence together with the one before it that it depends on.

    With `reads_on` the sentence after it that depends on it is included as well.
    """
    passage, (first, last) = sentence.hit.passage, sentence.run
    if first > 0 and _depends_on_previous(passage, first) and is_adjacent(passage, first - 1):
        first -= 1
    if (
        reads_on
        and last + 1 < len(passage.sentences)
        and _depends_on_previous(passage, last + 1)
        and is_adjacent(passage, last)
    ):
        last += 1
    return passage.sentences[first][0], passage.sentences[last][1]


def is_dependent(sentence: str) -> bool:
    """True if a sentence cannot be understood without the one before it."""
    return bool(_DEPENDENT.match(sentence))


def _depends_on_previous(passage: Passage, i: int) -> bool:
    start, end = passage.sentences[i]
    return is_dependent(passage.text[start - passage.start : end - passage.start])


def is_adjacent(passage: Passage, i: int) -> bool:
    """True if only spaces separate a sentence from the next: no heading, list mark or line break."""
    between = passage.text[
        passage.sentences[i][1] - passage.start : passage.sentences[i + 1][0] - passage.start
    ]
    return not between.strip() and "\n" not in between


def cite(number: int, sentence: ScoredSentence, reads_on: bool = True) -> Citation:
    """The quote of a sentence as a citation. Raises CitationError if its document does not contain it."""
    start, end = quote_span(sentence, reads_on)
    hit = sentence.hit
    return verify(Citation(number, hit.document, start, end, sentence.text((start, end)), hit.passage))


def verify(citation: Citation) -> Citation:
    """The same citation. Raises CitationError if its document has another text at that place."""
    if citation.document.text[citation.start : citation.end] != citation.quote:
        raise CitationError(f"{citation.document.path} does not contain the quote at {citation.start}")
    return citation


# --- quotes of earlier answers -------------------------------------------------------------------


class Quote(NamedTuple):
    """A quote as it was made: `quote` was `text[start:end]` of the document with the id `document`."""

    document: str
    start: int
    end: int
    quote: str


class QuoteFinder:
    """Finds earlier quotes in one committed state of the documents.

    A quote is found if it is there letter by letter, as whole sentences of one passage: at its old place, or
    elsewhere in its document, or in another document, since its file may have been moved.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._documents: dict[str, Document | None] = {}  # by id, with their texts read

    def find(self, quote: Quote, number: int = 0) -> Citation | None:
        """The quote as a citation of the documents as they are now, or None if they don't contain it."""
        if not quote.quote:
            return None
        return next((c for c in self._candidates(quote, number) if _has_whole_sentences(c)), None)

    def _candidates(self, quote: Quote, number: int) -> Iterator[Citation]:
        """The places that have the words of a quote, in the order in which they are preferred."""
        if document := self._document(quote.document):
            for start in _possible_starts(quote, document.text):
                end = start + len(quote.quote)
                if passage := self._snapshot.passage_at(document.id, start, end):
                    yield Citation(number, document, start, end, quote.quote, passage)
        for passage in passages_with(quote.quote, self._snapshot):
            if quote.quote in passage.text and (document := self._document(passage.document_id)):
                start = passage.start + passage.text.index(quote.quote)
                yield Citation(number, document, start, start + len(quote.quote), quote.quote, passage)

    def _document(self, identity: str) -> Document | None:
        """A document with its text in this state, which a later sync may remove from the index."""
        if identity not in self._documents:
            document = next(iter(self._snapshot.documents([identity])), None)
            self._documents[identity] = (
                replace(document, _text=self._snapshot.text(identity, document.digest)) if document else None
            )
        return self._documents[identity]


def passages_with(text: str, snapshot: Snapshot) -> list[Passage]:
    """Passages that contain the words of a text in the same order, in any of their forms."""
    numbers = [number for number, _ in snapshot.keyword_search([text], _MOST_PLACES)]
    return list(snapshot.passages(numbers).values())


def _possible_starts(quote: Quote, text: str) -> Iterator[int]:
    """Where a quote may start in a text: where it used to, then the first few places with its characters."""
    if text.startswith(quote.quote, quote.start):
        yield quote.start
    matches = re.finditer(re.escape(quote.quote), text)
    yield from (match.start() for match in islice(matches, _MOST_PLACES))


def _has_whole_sentences(citation: Citation) -> bool:
    """True if a quote begins and ends where sentences of its passage do."""
    sentences = citation.passage.sentences
    starts, ends = zip(*sentences, strict=True) if sentences else ((), ())
    return citation.start in starts and citation.end in ends
