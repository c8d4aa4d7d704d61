"""A scored sentence -> what is quoted: one to three sentences of a document, exact, as a citation.

A quote is the sentence and, where one of the two cannot be understood without the other, its neighbour:
"The ambassador put the cost at ..." is quoted with the sentence that says which ambassador.
"""

from __future__ import annotations

import re

from qa.errors import CitationError
from qa.search.evidence import ScoredSentence
from qa.types import Citation, Passage, Span

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
_MARKUP = re.compile(r"([\\`*_\[\]<>~|#$&])")


def quote_span(sentence: ScoredSentence, on: bool = True) -> Span:
    """One to three sentences: with the one that it leans on and, to read on, the one that leans on it."""
    passage, i = sentence.hit.passage, sentence.index
    first = last = i
    if i > 0 and _leans(passage, i) and _adjacent(passage, i - 1):
        first = i - 1
    if on and i + 1 < len(passage.sentences) and _leans(passage, i + 1) and _adjacent(passage, i):
        last = i + 1
    return passage.sentences[first][0], passage.sentences[last][1]


def cite(number: int, sentence: ScoredSentence, on: bool = True) -> Citation:
    """The quote of a sentence. Raises CitationError if it does not stand in its document."""
    start, end = quote_span(sentence, on)
    hit = sentence.hit
    return verify(Citation(number, hit.document, start, end, sentence.text((start, end)), hit.passage))


def verify(citation: Citation) -> Citation:
    """The citation, if its quote is what its document says at that place. Raises CitationError."""
    if citation.document.text[citation.start : citation.end] != citation.quote:
        raise CitationError(f"a quote does not stand in {citation.document.path} at {citation.start}")
    return citation


def sentences_of(citation: Citation) -> list[str]:
    """The sentences of a quote."""
    return [
        citation.document.text[a:b]
        for a, b in citation.passage.sentences
        if citation.start <= a and b <= citation.end
    ]


def escape(text: str) -> str:
    """Text of a document as Markdown that shows it literally, on one line."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))


def _leans(passage: Passage, i: int) -> bool:
    start, end = passage.sentences[i]
    return bool(_LEANING.match(passage.text[start - passage.start : end - passage.start]))


def _adjacent(passage: Passage, i: int) -> bool:
    """Whether nothing but white space lies between a sentence and the next (no heading, no list mark)."""
    between = passage.text[
        passage.sentences[i][1] - passage.start : passage.sentences[i + 1][0] - passage.start
    ]
    return not between.strip() and "\n" not in between
