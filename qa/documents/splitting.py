"""A document's sentences -> passages with exact offsets, each short enough for the encoder to read it whole.

Every cut is a position in the text and never found by searching for a chunk's wording. Cuts are sentence
boundaries and, inside a sentence that is longer than a passage, the lossless pieces of
langchain-text-splitters, whose lengths add up to the sentence. So offsets cannot be wrong.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

from langchain_text_splitters import RecursiveCharacterTextSplitter

from qa.structure import heading_text, row_cells, row_text
from qa.types import INDEXED, Block, BlockKind, Passage, Span

HEADER_TOKENS = 48  # at most, for the title and the section heading, or half of it above a table
SPECIAL_TOKENS = 3  # [CLS], [SEP], and one to spare for the line break after the header
CHARACTERS_PER_TOKEN = 8  # at most, in any readable text; words of over 100 letters count as one token
COLUMN_TOKENS = 64  # at most, for the names of a table's columns
_QUOTABLE = INDEXED - {BlockKind.HEADING, BlockKind.COLUMNS}
_TABLE = frozenset((BlockKind.COLUMNS, BlockKind.ROW))

CountTokens = Callable[[str], int]
Sentences = Sequence[Sequence[Span]]  # of each block


class _Packer(RecursiveCharacterTextSplitter):
    """Packs pieces of text into chunks of at most `chunk_size` tokens; the chunks join to the text."""

    def __init__(self, chunk_size: int, count: CountTokens) -> None:
        @cache  # every piece is measured several times, and counting tokens is most of the work
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
        super().__init__(["\n", "; ", ", ", " ", ""], **options)

    def pack(self, pieces: Sequence[str]) -> list[str]:
        """The chunks of a text that is given in pieces; pieces that fit are not cut."""
        text = "".join(pieces)
        if self.fits(text):
            return [text]
        fitting = [part for piece in pieces for part in self._parts(piece)]
        chunks = self._merge_splits(fitting, "")
        assert "".join(chunks) == text
        return [part for chunk in chunks for part in self._halves(chunk)]

    def _parts(self, piece: str) -> list[str]:
        return [piece] if self.fits(piece) else self.split_text(piece)

    def _halves(self, chunk: str) -> list[str]:
        """The chunk, halved until it fits: it may have more tokens than its pieces have together."""
        if len(chunk) == 1 or self.fits(chunk):
            return [chunk]
        middle = chunk.rfind(" ", 1, len(chunk) // 2) + 1 or len(chunk) // 2
        return self._halves(chunk[:middle]) + self._halves(chunk[middle:])


def split(
    document_id: str,
    text: str,
    title: str,
    blocks: Sequence[Block],
    sentences: Sentences,
    count: CountTokens,
    max_tokens: int,
    passage_tokens: int = 160,
) -> tuple[Passage, ...]:
    """The passages of a document, in order. Every character of its body except white space is in one of them.

    `sentences` are those of each block (`block_sentences`). A passage never crosses a section, or something
    that is left out, and holds doubtful text alone. `count` is the number of tokens in a text, without
    special ones; a header and its passage together stay within `max_tokens`. Rows of a table have the names
    of its columns in their header. A heading, or the names of columns, may be quoted if only such blocks
    stand below it.
    """
    budget = min(passage_tokens, max_tokens - HEADER_TOKENS - SPECIAL_TOKENS)
    packer = _Packer(budget, count)
    header = _Headers(title, count, max_tokens - SPECIAL_TOKENS - budget)
    spans = dict(zip(blocks, sentences, strict=True))
    passages: list[Passage] = []
    last = max((block.end for block in blocks if block.kind in _QUOTABLE), default=-1)
    for heading, run in _sections(text, blocks):
        quotable = _QUOTABLE if run[0].start < last else INDEXED
        columns = ""
        for group in _groups(text, run, packer):
            quoted = [span for block in group if block.kind in quotable for span in spans[block]]
            named = [block for block in group if block.kind is BlockKind.COLUMNS]
            columns = text[named[0].start : named[0].end] if named else columns
            if not any(block.kind in _TABLE for block in group):
                columns = ""
            for start, end in _chunks(text, group, spans, packer):
                passages.append(
                    Passage(
                        id=f"{document_id}-{start}",
                        document_id=document_id,
                        start=start,
                        end=end,
                        text=text[start:end],
                        header=header.above(heading, columns),
                        sentences=tuple(_inside(quoted, start, end)),
                        remark=run[0].reason,
                        doubtful=run[0].kind is BlockKind.DOUBTFUL,
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
            block.kind not in INDEXED
            or (is_heading and run[-1].kind is not BlockKind.HEADING)
            or _remark(block) != _remark(run[-1])
        ):
            yield heading, run
            run = []
        if is_heading:
            heading = heading_text(text[block.start : block.end])
        if block.kind in INDEXED:
            run.append(block)
    if run:
        yield heading, run


def _remark(block: Block) -> tuple[bool, str]:
    return block.kind is BlockKind.DOUBTFUL, block.reason


def _groups(text: str, run: Sequence[Block], packer: _Packer) -> Iterator[list[Block]]:
    """The blocks that share a passage: as many as fit, with rows of one table only.

    A group also begins at some paragraphs that are picked by their content, so that an edit in a long section
    changes the passages near it and not all the following ones.
    """
    group: list[Block] = []
    for block in run:
        paragraph = text[block.start : block.end]
        if group and group[-1].kind is not BlockKind.HEADING:
            second_table = block.kind is BlockKind.COLUMNS and any(b.kind in _TABLE for b in group)
            picked = (
                len(paragraph) > 40
                and hashlib.sha256(paragraph.encode("utf-8", "surrogatepass")).digest()[0] < 32
            )
            if picked or second_table or not packer.fits(text[group[0].start : block.end]):
                yield group
                group = []
        group.append(block)
    if group:
        yield group


def _chunks(
    text: str, group: Sequence[Block], spans: dict[Block, Sequence[Span]], packer: _Packer
) -> Iterator[Span]:
    """The spans of the passages in a group, without the white space around them."""
    start, end = group[0].start, group[-1].end
    cuts = sorted({start, end, *(a for block in group for a, _ in spans[block])})
    for chunk in packer.pack([text[a:b] for a, b in pairwise(cuts)]):
        inner = chunk.strip()
        left = start + len(chunk) - len(chunk.lstrip())
        assert text[left : left + len(inner)] == inner
        if inner:
            yield left, left + len(inner)
        start += len(chunk)


def _inside(spans: Sequence[Span], start: int, end: int) -> Iterator[Span]:
    """The parts of the spans that are within a passage."""
    for a, b in spans:
        if a < end and b > start:
            yield max(a, start), min(b, end)


class _Headers:
    """What stands above a passage for search: title, section heading, and the names of a table's columns.

    `tokens` are those that a header may have.
    """

    def __init__(self, title: str, count: CountTokens, tokens: int) -> None:
        self._title = title
        self._count = count
        self._tokens = tokens
        self.above = cache(self._above)

    def _above(self, heading: str, columns: str) -> str:
        header = " — ".join(dict.fromkeys(part for part in (self._title, heading) if part))
        if not columns:
            return self._cut(header, HEADER_TOKENS)
        header = self._cut(header, HEADER_TOKENS // 2)
        names = row_text(row_cells(columns.partition("\n")[0]))
        left = self._tokens - self._count(header) - 2  # the dash between them
        names = self._cut(names, min(COLUMN_TOKENS, left))
        return " — ".join(part for part in (header, names) if part)

    def _cut(self, text: str, tokens: int) -> str:
        """A text cut between words to a number of tokens."""
        if len(text) > (most := max(0, tokens) * CHARACTERS_PER_TOKEN):
            text = text[: text.rfind(" ", 0, most + 1)] if " " in text[: most + 1] else text[:most]
        while text and self._count(text) > tokens:
            text = text[: text.rfind(" ")] if " " in text else text[: len(text) // 2]
        return text
