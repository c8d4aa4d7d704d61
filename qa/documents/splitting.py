"""A document's blocks -> passages with exact offsets, each short enough for the encoder to read it whole.

Every cut is a position in the text and never found by searching for a chunk's wording. Cuts are sentence
boundaries (sentencex) and, inside a sentence that is longer than a passage, the lossless pieces of
langchain-text-splitters, whose lengths add up to the sentence. So offsets cannot be wrong.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import sentencex
from langchain_text_splitters import RecursiveCharacterTextSplitter, TextSplitter

from qa.types import Block, BlockKind, Passage, Span

HEADER_TOKENS = 48  # at most, for the title and the section heading
SPECIAL_TOKENS = 3  # [CLS], [SEP], and one to spare for the line break after the header
CHARACTERS_PER_TOKEN = 8  # at most, in any readable text; words of over 100 letters count as one token
_QUOTES = str.maketrans(dict.fromkeys('“”„«»"', " "))
_LONG_SENTENCE = 250  # characters; longer quotations of several sentences are cut at the ends of these
_CLOSING = re.compile(r"[\"”’»)\]']*(?:\s*\[\d{1,3}\])*\s*")

CountTokens = Callable[[str], int]


class SentenceSplitter(TextSplitter):
    """Packs whole sentences into chunks of at most `chunk_size` tokens; the chunks join to the text."""

    def __init__(self, chunk_size: int, count: CountTokens, language: str = "en") -> None:
        @cache  # every sentence is measured several times, and counting tokens is most of the work
        def length(text: str) -> int:
            return max(count(text), -(-len(text) // CHARACTERS_PER_TOKEN))

        most = chunk_size * CHARACTERS_PER_TOKEN  # characters; the tokens of longer texts need not be counted
        self.fits: Callable[[str], bool] = lambda text: len(text) <= most and length(text) <= chunk_size
        options: dict[str, Any] = {
            "chunk_size": chunk_size,
            "chunk_overlap": 0,
            "length_function": length,
            "keep_separator": "end",
            "strip_whitespace": False,
        }
        super().__init__(**options)
        self._language = language
        self._pieces = RecursiveCharacterTextSplitter(["\n", "; ", ", ", " ", ""], **options)

    def split_text(self, text: str) -> list[str]:
        """The chunks of a text, in order; `"".join` of them is the text."""
        if self.fits(text):
            return [text]
        pieces: list[str] = []
        for start, end in sentences(text, self._language):
            sentence = text[start:end]
            if self.fits(sentence):
                pieces.append(sentence)
            else:
                pieces += self._pieces.split_text(sentence)
        chunks = self._merge_splits(pieces, "")
        assert "".join(chunks) == text
        return [piece for chunk in chunks for piece in self._fitting_pieces(chunk)]

    def _fitting_pieces(self, chunk: str) -> list[str]:
        """The chunk, halved until it fits: it may have more tokens than its sentences have together."""
        if len(chunk) == 1 or self.fits(chunk):
            return [chunk]
        middle = chunk.rfind(" ", 1, len(chunk) // 2) + 1 or len(chunk) // 2
        return self._fitting_pieces(chunk[:middle]) + self._fitting_pieces(chunk[middle:])


def sentences(text: str, language: str = "en") -> list[Span]:
    """The spans of a text's sentences, which follow each other without a gap: white space is included."""
    cuts = _boundaries(text, language)
    for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        if end - start > _LONG_SENTENCE:  # sentencex takes a quotation of several sentences for one
            cuts = [
                *cuts,
                *(start + cut for cut in _boundaries(text[start:end].translate(_QUOTES), language)),
            ]
    edges = sorted({0, *cuts, len(text)})
    # Closing quotes and footnote marks belong to the sentence before them.
    edges = sorted({0, *(min(len(text), _CLOSING.match(text, cut).end()) for cut in edges[1:])})  # type: ignore[union-attr]
    return [(a, b) for a, b in pairwise(edges) if b > a]


def _boundaries(text: str, language: str) -> list[int]:
    """The ends of sentences according to sentencex; positions outside the text are ignored."""
    boundaries = sentencex.get_sentence_boundaries(language, text)
    return sorted({b["end_index"] for b in boundaries if 0 < b["end_index"] < len(text)})


def split(
    document_id: str,
    text: str,
    title: str,
    blocks: Sequence[Block],
    count: CountTokens,
    max_tokens: int,
    passage_tokens: int = 160,
    language: str = "en",
) -> tuple[Passage, ...]:
    """The passages of a document, in order. Every character of its body except white space is in one of them.

    A passage never crosses a section, or something that is left out. `count` is the number of tokens in a
    text, without special ones; a header and its passage together stay within `max_tokens`.
    """
    budget = min(passage_tokens, max_tokens - HEADER_TOKENS - SPECIAL_TOKENS)
    splitter = SentenceSplitter(budget, count, language)
    passages: list[Passage] = []
    for heading, run in _sections(text, blocks):
        header = _header(title, heading, count)
        for group in _groups(text, run, splitter):
            for start, end in _chunks(text, group[0].start, group[-1].end, splitter):
                passages.append(
                    Passage(
                        id=f"{document_id}-{start}",
                        document_id=document_id,
                        start=start,
                        end=end,
                        text=text[start:end],
                        header=header,
                        sentences=_quotable(text, start, end, group, language),
                    )
                )
    return tuple(passages)


def _sections(text: str, blocks: Sequence[Block]) -> Iterator[tuple[str, list[Block]]]:
    """Runs of neighbouring blocks that may share a passage, each with the heading above it."""
    run: list[Block] = []
    heading = ""
    for block in blocks:
        is_heading = block.kind is BlockKind.HEADING
        if run and (
            block.kind in (BlockKind.BOILERPLATE, BlockKind.FRONT_MATTER)
            or (is_heading and run[-1].kind is not BlockKind.HEADING)
        ):
            yield heading, run
            run = []
        if is_heading:
            heading = " ".join(text[block.start : block.end].strip("# \t\n").split())
        if block.kind in (BlockKind.BODY, BlockKind.HEADING):
            run.append(block)
    if run:
        yield heading, run


def _groups(text: str, run: Sequence[Block], splitter: SentenceSplitter) -> Iterator[list[Block]]:
    """The blocks that share a passage: as many as fit.

    A group also begins at some paragraphs that are picked by their content, so that an edit in a long section
    changes the passages near it and not all the following ones.
    """
    group: list[Block] = []
    for block in run:
        paragraph = text[block.start : block.end]
        if group and group[-1].kind is BlockKind.BODY:
            picked = (
                len(paragraph) > 40
                and hashlib.sha256(paragraph.encode("utf-8", "surrogatepass")).digest()[0] < 32
            )
            if picked or not splitter.fits(text[group[0].start : block.end]):
                yield group
                group = []
        group.append(block)
    if group:
        yield group


def _chunks(text: str, start: int, end: int, splitter: SentenceSplitter) -> Iterator[Span]:
    """The spans of the passages in `text[start:end]`, without the white space around them."""
    for chunk in splitter.split_text(text[start:end]):
        inner = chunk.strip()
        left = start + len(chunk) - len(chunk.lstrip())
        assert text[left : left + len(inner)] == inner
        if inner:
            yield left, left + len(inner)
        start += len(chunk)


def _quotable(text: str, start: int, end: int, group: Sequence[Block], language: str) -> tuple[Span, ...]:
    """The sentences of the body blocks of `text[start:end]`, without the white space around them."""
    spans = []
    for block in group:
        left, right = max(start, block.start), min(end, block.end)
        if block.kind is BlockKind.BODY and left < right:
            for a, b in sentences(text[left:right], language):
                sentence = text[left + a : left + b]
                a += left + len(sentence) - len(sentence.lstrip())
                if sentence.strip():
                    spans.append((a, a + len(sentence.strip())))
    return tuple(spans)


def _header(title: str, heading: str, count: CountTokens) -> str:
    """The title and the heading, cut between words to `HEADER_TOKENS`."""
    header = " — ".join(dict.fromkeys(part for part in (title, heading) if part))
    if len(header) > (most := HEADER_TOKENS * CHARACTERS_PER_TOKEN):
        header = header[: header.rfind(" ", 0, most + 1)] if " " in header[: most + 1] else header[:most]
    while header and count(header) > HEADER_TOKENS:
        header = header[: header.rfind(" ")] if " " in header else header[: len(header) // 2]
    return header
