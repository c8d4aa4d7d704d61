"""The values that rooms hand to each other: frozen, and without behaviour beyond what they mean.

All offsets count Unicode characters (not bytes) and are half-open: `text[start:end]`.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from qa.structure import Structure

Span = tuple[int, int]
Turn = tuple[str, str]  # a question and the text of its answer


def document_id(path: str) -> str:
    """The id of the document at a path, relative to the corpus: 16 hexadecimal digits."""
    return hashlib.sha256(path.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def overlap(a: Span, b: Span) -> bool:
    """True if two spans have a character in common."""
    return a[0] < b[1] and b[0] < a[1]


@dataclass(frozen=True, slots=True)
class Value:
    """A value that the command and the endpoints return as JSON."""

    def as_dict(self) -> dict[str, Any]:
        """The value as dicts, lists, strings and numbers for json.dumps, under the names of its fields.

        An answer: question, text, answered, confidence, claims, citations, nearest, differ, understood,
        unknown, suggestions, corrected, language, unanswered, lead, layout, without its trace. A claim:
        value, citations. A citation: number, document, start, end, quote, passage, page, page_end, place,
        columns. A hit: passage, document, score, page, place. A passage: id, document_id, start, end, text,
        header, sentences, remark, doubtful. A document: id, path, title, digest, metadata, pages (their
        number), without its text.
        """
        names = (field.name for field in fields(self) if field.compare)
        return {name: _plain(getattr(self, name)) for name in names}


def _plain(value: object) -> object:
    if isinstance(value, Value):
        return value.as_dict()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return dict(value) if isinstance(value, Mapping) else value


class BlockKind(StrEnum):
    """What a block of a document is: text to index, a heading, a part of a table, or text to leave out."""

    BODY = "body"
    HEADING = "heading"
    COLUMNS = "column names"  # the first row of a table
    ROW = "table row"
    CODE = "code"  # each line stands for itself
    DOUBTFUL = "doubtful"  # perhaps not the author's text: indexed, ranked behind, cited with a remark
    FRONT_MATTER = "front matter"
    BOILERPLATE = "boilerplate"


INDEXED = frozenset(BlockKind) - {BlockKind.FRONT_MATTER, BlockKind.BOILERPLATE}


@dataclass(frozen=True, slots=True)
class Block:
    """A run of whole lines of a document that is judged as one.

    `reason` says why a block is left out or doubtful; in a block that is neither, it is a remark to show with
    every quote from it, such as "read by OCR".
    """

    start: int
    end: int
    kind: BlockKind
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Document(Value):
    """A document of the corpus. `path` is relative to the corpus, with `/`; `id` is derived from it.

    `text` and `structure` are read from the index on first use, so a list of documents is cheap. `metadata`
    holds source, source_title, author, date, url and language as far as they are known. `digest` is the
    SHA-256 of the text and tells two states of a document apart. `pages` are the offsets in the text at which
    pages begin, () for formats without pages.
    """

    id: str
    path: str
    title: str
    digest: str
    metadata: Mapping[str, str] = field(hash=False)
    _text: str | Callable[[], str] = field(repr=False, compare=False)
    pages: tuple[int, ...] = field(default=(), repr=False)
    _structure: Structure | Callable[[], Structure] = field(default=Structure(), repr=False, compare=False)

    @property
    def structure(self) -> Structure:
        """The named places and the tables of the text. Raises StaleDocument if the index has moved on."""
        if callable(self._structure):
            object.__setattr__(self, "_structure", self._structure())
        assert isinstance(self._structure, Structure)
        return self._structure

    @property
    def text(self) -> str:
        """The whole text, to which offsets refer. Raises StaleDocument if the index has moved on."""
        if callable(self._text):
            object.__setattr__(self, "_text", self._text())
        assert isinstance(self._text, str)
        return self._text

    def page_at(self, offset: int) -> int | None:
        """The number of the page, from 1, that holds the character at an offset; None without pages."""
        return max(1, bisect_right(self.pages, offset)) if self.pages else None

    def as_dict(self) -> dict[str, Any]:
        return Value.as_dict(self) | {"pages": len(self.pages)}


@dataclass(frozen=True, slots=True)
class Passage(Value):
    """A slice of a document short enough for the encoder: `text == document.text[start:end]`.

    `header` (title and section heading) is added for embedding and keyword search, and never quoted.
    `sentences` are the spans that may be quoted, in offsets of the document; headings are not among them.
    `remark` says what has to be known of every quote from it, such as "read by OCR"; a `doubtful` passage is
    perhaps not the author's text, ranks behind others, and its remark says why.
    """

    id: str
    document_id: str
    start: int
    end: int
    text: str
    header: str
    sentences: tuple[Span, ...]
    remark: str = ""
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Hit(Value):
    """A passage found for a question. Scores order the hits of one search; they are not probabilities."""

    passage: Passage
    document: Document
    score: float

    @property
    def page(self) -> int | None:
        """The page on which the passage begins."""
        return self.document.page_at(self.passage.start)

    @property
    def place(self) -> str:
        """The place of the passage in its file, such as "slide 3"; "" if there is none, or a page."""
        return self.document.structure.place(self.passage.start, self.passage.end)

    def as_dict(self) -> dict[str, Any]:
        return Value.as_dict(self) | {"page": self.page, "place": self.place}


@dataclass(frozen=True, slots=True)
class Citation(Value):
    """A numbered quote: `quote == document.text[start:end]`, one to three sentences of `passage`."""

    number: int
    document: Document
    start: int
    end: int
    quote: str
    passage: Passage

    @property
    def sentences(self) -> tuple[str, ...]:
        """The sentences of the quote."""
        spans = (span for span in self.passage.sentences if self.start <= span[0] and span[1] <= self.end)
        return tuple(self.document.text[a:b] for a, b in spans)

    @property
    def page(self) -> int | None:
        """The number of the page, from 1, on which the quote begins; None without pages."""
        return self.document.page_at(self.start)

    @property
    def page_end(self) -> int | None:
        """The number of the page on which the quote ends, usually that on which it begins."""
        return self.document.page_at(max(self.start, self.end - 1))

    @property
    def place(self) -> str:
        """The place of the quote in its file, such as "slide 3"; "" if there is none, or a page."""
        return self.document.structure.place(self.start, self.end)

    @property
    def columns(self) -> str:
        """The row that names the columns, if the quote is from another row of a table; else ""."""
        table = self.document.structure.table_at(self.start)
        if table is None or self.start < table.columns_end:
            return ""
        return self.document.text[table.start : table.columns_end].partition("\n")[0].strip()

    def as_dict(self) -> dict[str, Any]:
        names = ("page", "page_end", "place", "columns")
        return Value.as_dict(self) | {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Claim(Value):
    """One thing that the documents say. `value` is a verbatim part of the first citation's quote.

    Each further citation is from another document that says the same. `is_short` is set if the value may
    stand out as a headline: a likely short answer, of the sort that was asked for. `part` is the number of
    the part of the question that it answers, from 1; sides of a comparison are parts as well.
    """

    value: str
    citations: tuple[Citation, ...]
    is_short: bool = field(default=False, compare=False)
    part: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Sought(Value):
    """A word of the question, and the number of passages that contain it in any form."""

    word: str
    passages: int


@dataclass(frozen=True, slots=True)
class Tried(Value):
    """An interpretation of a question, and the probability (0..1) that the documents answer it."""

    question: str
    probability: float


@dataclass(frozen=True, slots=True)
class Considered(Value):
    """A passage that was considered for an answer.

    `lead` is the beginning of its text, on one line. `retrieval` is its retrieval score, made of two parts:
    `similarity`, the cosine (-1..1) of its vector and the question's after the mean of the index is taken
    out, and `words`, the share (0..1) of the question's words that it contains, rare words counting more.
    `margin` is how much the reader prefers its best span, `span`, to "no answer here", in logits; above 0 the
    reader takes it for an answer. They are None and "" if no reader read the passage. `score` is final and
    orders the passages.
    """

    document_id: str
    path: str
    title: str
    passage_id: str
    lead: str
    retrieval: float
    similarity: float
    words: float
    margin: float | None
    span: str
    score: float


@dataclass(frozen=True, slots=True)
class Timings(Value):
    """Seconds spent on an answer: finding passages, reading them, composing the answer with its citations,
    trying questions to suggest, and in total, which includes everything in between.
    """

    search: float
    read: float
    compose: float
    suggestions: float
    total: float


@dataclass(frozen=True, slots=True)
class Trace(Value):
    """How an answer or a refusal came about. Timings vary from run to run; nothing else does.

    `searched` is the number of passages searched. `considered` are those that were looked at, at most a
    dozen, in their final order. `words` are the search terms, `readings` the interpretations of the question
    in the order in which they were tried (only a follow-up has more than one), or the questions that its
    parts were asked as. `wanted` says in plain words what form of answer the question asks for. The question
    was answered if `confidence` reached `threshold`.

    `signals` are the values that the confidence is computed from, by name: the reader's `margin` in tens of
    logits, as are those of the sentence being `evidence` and of its passage having `answered`; the `lead` of
    the best sentence's score over other passages, the `cosine` of that sentence and the question, `fits` (1
    if the span is of the type that is asked for), `searched` as a tenth of the logarithm; without a reader
    `cosine`, `lead`, `nearest` (the cosine of the nearest passage) and `covered` (the share of the question's
    words that the passage contains).
    """

    searched: int
    considered: tuple[Considered, ...]
    words: tuple[Sought, ...]
    readings: tuple[Tried, ...]
    wanted: str
    signals: Mapping[str, float] = field(hash=False)
    confidence: float
    threshold: float
    timings: Timings


class Layout(StrEnum):
    """How the claims of an answer are arranged."""

    CLAIMS = "claims"  # the best first
    DOCUMENTS = "documents"  # under the titles of their documents
    DATES = "dates"  # by date; the value of each claim is the date


@dataclass(frozen=True, slots=True)
class Answer(Value):
    """What the documents say in answer to a question, or a refusal.

    `text` is Markdown whose sentences carry [1] [2]. `confidence` is the calibrated probability (0..1)
    that the best claim is right, or the least of these if several parts of a question are answered. If
    `answered` is False there are no claims and no citations. `nearest` holds the best passages in order of
    rank in either case. `differ` is set if the claims are different figures or dates for one thing, from
    different sources. `understood` is the question that was answered: the question itself, or the
    interpretation of a follow-up. `unanswered` are the parts of the question, or sides of a comparison, on
    which nothing was found though the others are answered. `trace` says how the answer came about; it is not
    compared when two answers are.

    In a refusal, `unknown` holds the words of the question that appear in no document, `corrected` the
    question with those spelled as in the documents, if they seem to be misspelled, `language` the name of the
    one that it seems to be in, if the models hardly read that, and `suggestions` questions that the documents
    do answer.

    An overview of documents as a whole has another `layout` than other answers, and perhaps a `lead`: a line
    of ours that says how many documents it is of. Its sentences are chosen and not judged: its confidence is
    1, and it has no trace and no nearest passages.
    """

    question: str
    text: str
    answered: bool
    confidence: float
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    nearest: tuple[Hit, ...]
    differ: bool = False
    understood: str = ""
    unknown: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    corrected: str = ""
    language: str = ""
    unanswered: tuple[str, ...] = ()
    lead: str = ""
    layout: Layout = Layout.CLAIMS
    trace: Trace | None = field(default=None, compare=False, repr=False)
    _plain: str = field(default="", compare=False, repr=False)

    def __str__(self) -> str:
        """The answer as the command prints it: plain text with its sources."""
        return self._plain or self.text


@dataclass(frozen=True, slots=True)
class Failure(Value):
    """A file that could not be indexed, with the reason and the remedy in one line."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Purged(Value):
    """What a purge removed from the index: `vectors` that no passage uses, `databases` that had been set
    aside as damaged, and `leftovers` of processes that died while writing. `feedback` is the number of
    ratings that quoted text no longer in the documents and were redacted; `bytes` is the space freed.
    """

    vectors: int = 0
    databases: int = 0
    leftovers: int = 0
    bytes: int = 0
    feedback: int = 0

    def __add__(self, other: Purged) -> Purged:
        """What two parts of a purge removed together."""
        return Purged(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


@dataclass(frozen=True, slots=True)
class SyncReport(Value):
    """What a sync did. Paths are relative to the corpus; `embedded` counts passages, `seconds` is wall time.

    `skipped` are files that are not documents: dotfiles, `~$` files and unknown extensions. `renamed` holds
    (old, new) paths, which are listed in `removed` and `added` as well. `purged` is None without a purge.
    """

    added: tuple[str, ...]
    updated: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    failed: tuple[Failure, ...]
    skipped: tuple[str, ...]
    embedded: int
    seconds: float
    renamed: tuple[tuple[str, str], ...] = ()
    purged: Purged | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sync has got: `done` of `total` documents, `embedded` passages so far, the current `path`."""

    done: int
    total: int
    embedded: int
    path: str
