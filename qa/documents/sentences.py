"""A text -> its sentences, by sentencex, in time proportional to its length."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

import sentencex

from qa.types import Block, BlockKind, Span

LONGEST = 2000  # characters of a sentence; what goes on without an end is cut between words
_QUOTES = str.maketrans(dict.fromkeys('“”„«»"', " "))
_LONG_SENTENCE = 250  # characters; longer quotations of several sentences are cut at the ends of these
_AT_ONCE = 2000  # characters that sentencex gets: its time grows with the square of some texts
_CLOSING = re.compile(r"[\"”’»)\]'」』）]*(?:\s*\[\d{1,3}\])*+\s*")
_BEFORE = re.compile(r"(?:#{1,6}\s+)?")
_AFTER = re.compile(r"(?:[ \t]+#+|\n[=-]+)[ \t]*\Z")
_LINE = re.compile(r"[^\n]+")
_FENCE = re.compile(r"\s*(?:`{3}|~{3})")
_LABEL = re.compile(  # the number of a clause or an item, with the word before it: "Article 2.", "§ 4."
    r"\s*(?:[^\W\d_]{1,20}\.?\s{1,3}|§{1,2}\s{0,3})?\(?(?:\d{1,4}(?:\.\d{1,4}){0,5}|[ivxlc]{1,7}|[a-z])[.):]{1,2}\s*",
    re.IGNORECASE,
)
_SPLITTABLE = frozenset((BlockKind.BODY, BlockKind.DOUBTFUL))
_WHOLE = frozenset((BlockKind.HEADING, BlockKind.COLUMNS, BlockKind.ROW))


def block_sentences(text: str, blocks: Sequence[Block], language: str = "en") -> tuple[tuple[Span, ...], ...]:
    """For each block the spans of its sentences, without the white space around them, as offsets of the text.

    A heading, a row of a table or a line of code is one sentence; what is left out has none.
    """
    return tuple(tuple(_trimmed(text, _spans(text, block, language))) for block in blocks)


def _spans(text: str, block: Block, language: str) -> Iterator[Span]:
    if block.kind in _SPLITTABLE:
        for start, end in sentences(text[block.start : block.end], language):
            yield block.start + start, block.start + end
    elif block.kind is BlockKind.CODE:
        for line in _LINE.finditer(text, block.start, block.end):
            if not _FENCE.match(line[0]):
                yield from _cut(text, *line.span())
    elif block.kind in _WHOLE:
        start, end = block.start, block.end
        if block.kind is BlockKind.HEADING:  # the marks that one has in Markdown are not quoted
            start += _BEFORE.match(text[start:end]).end()  # type: ignore[union-attr]
            end = start + len(_AFTER.sub("", text[start:end]))
        yield from _cut(text, start, end)


def _trimmed(text: str, spans: Iterator[Span]) -> Iterator[Span]:
    for start, end in spans:
        sentence = text[start:end]
        left = start + len(sentence) - len(sentence.lstrip())
        if inner := sentence.strip():
            yield left, left + len(inner)


def sentences(text: str, language: str = "en") -> list[Span]:
    """The spans of a text's sentences, which follow each other without a gap: white space is included."""
    parts = _cut(text, 0, len(text), _AT_ONCE)
    return [span for start, end in parts for span in _sentences_of(text, start, end, language)]


def _sentences_of(text: str, start: int, end: int, language: str) -> Iterator[Span]:
    """The sentences of a part of a text that is short enough for sentencex."""
    part = text[start:end]
    cuts = _boundaries(part, language)
    for a, b in pairwise([0, *cuts, len(part)]):
        if b - a > _LONG_SENTENCE:  # sentencex takes a quotation of several sentences for one
            cuts = [*cuts, *(a + cut for cut in _boundaries(part[a:b].translate(_QUOTES), language))]
    edges = [0]
    for cut in (*sorted(set(cuts)), len(part)):
        if cut < len(part) and _LABEL.fullmatch(part, edges[-1], cut):
            continue  # "Article 2." is read with what it says
        if cut > edges[-1] and (closing := _CLOSING.match(part, cut)):
            edges.append(closing.end())  # closing quotes and footnotes belong to the sentence before them
    for a, b in pairwise(edges):
        yield from _cut(text, start + a, start + b)


def _boundaries(text: str, language: str) -> list[int]:
    """The ends of sentences according to sentencex; positions outside the text are ignored."""
    boundaries = sentencex.get_sentence_boundaries(language, text)
    return sorted({b["end_index"] for b in boundaries if 0 < b["end_index"] < len(text)})


def _cut(text: str, start: int, end: int, longest: int = LONGEST) -> Iterator[Span]:
    """The span in pieces of at most `longest` characters: lines, sentences or words, if possible."""
    while end - start > longest:
        least, most = start + longest // 2, start + longest
        at = next(
            (i for mark in ("\n", ". ", " ") if (i := text.rfind(mark, least, most) + len(mark)) > least),
            most,
        )
        yield start, at
        start = at
    if end > start:
        yield start, end
