"""Hits and scored sentences -> an Answer: the few sentences that answer, each with its citation, or none.

What is quoted is always a slice of a document. A quote is the sentence and, where one of the two
cannot be understood without the other, its neighbour: "The ambassador put the cost at ..." is quoted
with the sentence that says which ambassador.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.errors import CitationError
from qa.evidence import Evidence, ScoredSentence
from qa.types import Answer, Citation, Claim, Document, Hit, Passage, Span

NEAREST = 5
MAX_CITATIONS = 3
MARGIN = 0.4  # a further sentence is shown where it scores at most this much less than the best
_LEANING = re.compile(
    r"(?:\S+ ){0,9}?(?:(?:made|makes|confirm\w*|explain\w*|shows?|said|says) (?:this|these|so)"
    r"|(?:evidence|result|because|sign|proof) of (?:this|that|these|those))\b"
    r"|[\"“‘'(]*(?:this|these|that|those|it|its|they|their|he|she|his|her|such|both|here|there|then|also|so|yet"
    r"|but|and|however|therefore|thus|hence|moreover|furthermore|likewise|similarly|consequently|instead"
    r"|only then|one (?:is|was|of)|in (?:addition|this|that|these|turn|return)|as a (?:result|matter of fact)"
    r"|for (?:this|these|that)|from (?:there|this|here)|at the same time|on (?:that|this|the other hand)"
    r"|because of this|according to (?:him|her|them)|the (?:two|same|former|latter|latest|parties|other"
    r"|project|visit|move|deal|agreements?|pact|line|plan|goal|target|documents|figure|ambassador|minister"
    r"|president|official|report|study|author|company))\b",
    re.IGNORECASE,
)  # how sentences begin that lean on the one before
_MARKUP = re.compile(r"([\\`*_\[\]<>~|#$&])")


def compose(question: str, evidence: Evidence, probability: float, threshold: float) -> Answer:
    """The answer to a question, or a refusal where its probability is below the threshold.

    Raises CitationError if a quote does not stand in its document.
    """
    nearest = tuple(evidence.hits[:NEAREST])
    if not evidence.sentences or probability < threshold:
        return Answer(question, _refusal(nearest), False, probability, (), (), nearest)
    claims: list[Claim] = []
    texts: list[str] = []
    number = 0
    for same in _chosen(evidence.sentences):
        cited = []
        for sentence in same:
            number += 1
            cited.append(_cite(number, sentence))
        claims.append(Claim(same[0].text(same[0].answer), tuple(cited)))
        marks = " ".join(f"[{citation.number}]" for citation in cited)
        texts.append(" ".join(f"{text} {marks}" for text in _sentences(cited[0], same[0])))
    citations = tuple(citation for claim in claims for citation in claim.citations)
    return Answer(question, "\n\n".join(texts), True, probability, tuple(claims), citations, nearest)


def verify(citation: Citation) -> Citation:
    """The citation, if its quote is what its document says at that place. Raises CitationError."""
    if citation.document.text[citation.start : citation.end] != citation.quote:
        raise CitationError(f"a quote does not stand in {citation.document.path} at {citation.start}")
    return citation


def escape(text: str) -> str:
    """Text of a document as Markdown that shows it literally, on one line."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))


def _refusal(nearest: Sequence[Hit]) -> str:
    if not nearest:
        return "Nothing is indexed yet: add documents and sync."
    return "The documents do not answer this question. The passages nearest to it are listed only as such."


def _chosen(scored: Sequence[ScoredSentence]) -> list[list[ScoredSentence]]:
    """The sentences to show, best first; those of different documents in the same words go together."""
    groups: list[list[ScoredSentence]] = []
    taken: dict[str, list[Span]] = {}
    for sentence in scored:
        if sentence.score < scored[0].score - MARGIN:
            break
        start, end = quote_span(sentence)
        if any(start < b and a < end for a, b in taken.get(sentence.hit.document.id, ())):
            continue  # quoted already, as the neighbour of another sentence
        same = next((g for g in groups if _words(g[0]) == _words(sentence)), None)
        if same is None and len(groups) == MAX_CITATIONS:
            continue
        if same is None:
            groups.append([sentence])
        elif all(s.hit.document.id != sentence.hit.document.id for s in same):
            same.append(sentence)
        else:
            continue
        taken.setdefault(sentence.hit.document.id, []).append((start, end))
    return groups


def _words(sentence: ScoredSentence) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", sentence.text().lower()))


def quote_span(sentence: ScoredSentence) -> Span:
    """The sentence with the one it leans on and the one that leans on it: one to three sentences."""
    passage, i = sentence.hit.passage, sentence.index
    first = last = i
    if i > 0 and _leans(passage, i) and _adjacent(passage, i - 1):
        first = i - 1
    if i + 1 < len(passage.sentences) and _leans(passage, i + 1) and _adjacent(passage, i):
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


def _cite(number: int, sentence: ScoredSentence) -> Citation:
    document: Document = sentence.hit.document
    start, end = quote_span(sentence)
    quote = sentence.text((start, end))
    return verify(Citation(number, document, start, end, quote, sentence.hit.passage))


def _sentences(citation: Citation, chosen: ScoredSentence) -> list[str]:
    """The sentences of a quote as Markdown, the short answer in bold where it is a part of its sentence."""
    text = citation.document.text
    spans = [(a, b) for a, b in citation.passage.sentences if citation.start <= a and b <= citation.end]
    return [
        _emphasized(text, span, chosen.answer)
        if span == chosen.span and chosen.answer
        else escape(text[slice(*span)])
        for span in spans
    ]


def _emphasized(text: str, sentence: Span, answer: Span) -> str:
    """A sentence with the answer in it in bold; as it is where the answer is most of it."""
    (start, end), (first, last) = sentence, answer
    before, bold, after = text[start:first], text[first:last], text[last:end]
    # Markdown takes ** for bold only where a word does not touch a sign across it: US**$5** is none.
    touching = any(
        outer[-1:].isalnum() and not inner[:1].isalnum()
        for outer, inner in ((before, bold), (after[:1], bold[-1:]))
    )
    if len(bold) > len(text[start:end]) / 2 or touching or bold != bold.strip():
        return escape(text[start:end])
    # White space at the edge of a part is what `escape` strips.
    left = " " if before[-1:].isspace() else ""
    right = " " if after[:1].isspace() else ""
    return f"{escape(before)}{left}**{escape(bold)}**{right}{escape(after)}"
