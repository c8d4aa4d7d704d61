"""The values that the stages hand to each other. Frozen, and free of behaviour beyond what they mean.

All offsets count Unicode characters (not bytes) and are half-open: `text[start:end]`.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

Span = tuple[int, int]
Turn = tuple[str, str]  # a question, and the text of the answer that it was given


def document_id(path: str) -> str:
    """The id of the document at a path, relative to the corpus: 16 hexadecimal digits."""
    return hashlib.sha256(path.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def overlap(a: Span, b: Span) -> bool:
    """Whether two spans have a character in common."""
    return a[0] < b[1] and b[0] < a[1]


@dataclass(frozen=True, slots=True)
class Value:
    """What is printed as JSON by the command and the page: one form for all of them."""

    def as_dict(self) -> dict[str, Any]:
        """The value as plain dicts, lists, strings and numbers, fit for json.dumps, under its own names.

        An answer: question, text, answered, confidence, claims, citations, nearest, differ, understood,
        unknown, suggestions, and not its trace. A claim: value, citations. A citation: number, document,
        start, end, quote, passage, page, page_end. A hit: passage, document, score, page. A passage: id,
        document_id, start, end, text, header, sentences. A document: id, path, title, digest, metadata,
        pages (how many it has), and not its text.
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
    """What a block of a document is: text to index, a heading of it, or something to leave out."""

    BODY = "body"
    HEADING = "heading"
    FRONT_MATTER = "front matter"
    BOILERPLATE = "boilerplate"


@dataclass(frozen=True, slots=True)
class Block:
    """A run of whole lines of a document, judged as one. `reason` says why it is left out."""

    start: int
    end: int
    kind: BlockKind
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Document(Value):
    """A document of the corpus. `path` is relative to the corpus, with `/`; `id` is derived from it.

    `text` is read from the index when it is first asked for, so a list of documents is cheap.
    `metadata` holds what is known of source, source_title, author, date, url and language.
    `digest` is the SHA-256 of the text: it tells two states of one document apart.
    `pages` are the offsets at which the pages begin in the text, () where the format has none.
    """

    id: str
    path: str
    title: str
    digest: str
    metadata: Mapping[str, str] = field(hash=False)
    _text: str | Callable[[], str] = field(repr=False, compare=False)
    pages: tuple[int, ...] = field(default=(), repr=False)

    @property
    def text(self) -> str:
        """The whole text that offsets refer to. Raises StaleDocument if the index has moved on."""
        if callable(self._text):
            object.__setattr__(self, "_text", self._text())
        assert isinstance(self._text, str)
        return self._text

    def page_at(self, offset: int) -> int | None:
        """The page, counted from 1, on which the character at an offset stands; None without pages."""
        return max(1, bisect_right(self.pages, offset)) if self.pages else None

    def as_dict(self) -> dict[str, Any]:
        return Value.as_dict(self) | {"pages": len(self.pages)}


@dataclass(frozen=True, slots=True)
class Passage(Value):
    """A slice of a document that the encoder reads whole: `text == document.text[start:end]`.

    `header` (title and section heading) is added for embedding and keyword search, never quoted.
    `sentences` are the spans, in the document's offsets, that may be quoted; headings are not.
    """

    id: str
    document_id: str
    start: int
    end: int
    text: str
    header: str
    sentences: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Hit(Value):
    """A passage found for a question. Scores order the hits of one search; they are no probabilities."""

    passage: Passage
    document: Document
    score: float

    @property
    def page(self) -> int | None:
        """The page on which the passage begins."""
        return self.document.page_at(self.passage.start)

    def as_dict(self) -> dict[str, Any]:
        return Value.as_dict(self) | {"page": self.page}


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
        """The page on which the quote begins, counted from 1; None where the document has no pages."""
        return self.document.page_at(self.start)

    @property
    def page_end(self) -> int | None:
        """The page on which the quote ends: mostly the one on which it begins."""
        return self.document.page_at(max(self.start, self.end - 1))

    def as_dict(self) -> dict[str, Any]:
        return Value.as_dict(self) | {"page": self.page, "page_end": self.page_end}


@dataclass(frozen=True, slots=True)
class Claim(Value):
    """One thing that the documents say. `value` stands verbatim in the quote of the first citation.

    Each further citation is of another document that says the same. `is_short` tells of a value that is a
    short answer: a part of its sentence, and no clause that is most of it.
    """

    value: str
    citations: tuple[Citation, ...]
    is_short: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Sought(Value):
    """A word of the question, and how many passages of the index hold it in any form."""

    word: str
    passages: int


@dataclass(frozen=True, slots=True)
class Tried(Value):
    """What a question was taken to mean, and the probability (0..1) that the documents answer that."""

    question: str
    probability: float


@dataclass(frozen=True, slots=True)
class Considered(Value):
    """A passage that was looked at for an answer.

    `lead` is how its text begins, on one line. `retrieval` is the score it was found with, of two parts:
    `similarity`, the cosine (-1..1) of its vector and the question's, what all passages share taken out; and
    `words`, the share (0..1) of the question's words that it holds, rare words counting more. `margin` says
    how much the reader prefers its best span, `span`, to "no answer here", in logits: above 0 it takes it
    for an answer; None and "" where no reader read it. `score` is the final one, which orders the passages.
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
    """Seconds that an answer took: finding passages, reading them, wording the answer with its citations,
    trying questions to suggest, and all of it. What came between is in `total` only.
    """

    search: float
    read: float
    compose: float
    suggestions: float
    total: float


@dataclass(frozen=True, slots=True)
class Trace(Value):
    """Why an answer is as it is, also a refusal. Timings differ each time; the rest does not.

    `searched` is how many passages were searched. `considered` are those looked at, at most a dozen, in
    their final order. `words` are the words that were searched for, `readings` what the question may have
    meant, in the order in which it was tried: more than one for a follow-up only. `wanted` says in plain
    words what form of answer was recognised. The question was answered if `confidence` reached `threshold`.

    `signals` are what the confidence is computed from, by name: `margin` of the reader in tens of logits,
    `lead` of the best sentence's score over that of other passages, `cosine` of that sentence and the
    question, `fits` (1 if the span is of the sort that is asked for), `searched` as a tenth of the
    logarithm; without a reader `cosine`, `lead`, `nearest` (the cosine of the nearest passage) and `covered`
    (the share of the question's words that the passage holds).
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


@dataclass(frozen=True, slots=True)
class Answer(Value):
    """What the documents say to a question, or that they do not.

    `text` is Markdown whose sentences carry [1] [2]. `confidence` is the calibrated probability (0..1)
    that the best claim is right. When `answered` is False there are neither claims nor citations.
    `nearest` holds the passages in order of rank in either case. `differ` says that the claims are
    different figures or dates for one thing, from different sources. `understood` is the question as it was
    looked for: itself, or what a follow-up was taken to mean. Of a refusal, `unknown` holds the words of the
    question that no document holds, `suggestions` questions that the documents answer. `trace` says how the
    answer came about; it is no part of what two answers are compared by.
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
    trace: Trace | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Failure(Value):
    """A file that could not be indexed, and what to do about it in one line."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Purged(Value):
    """What a purge took out of the index: `vectors` that no passage uses, `databases` that had been set
    aside as damaged, `leftovers` of processes that died while they wrote. `feedback` counts the entries that
    repeated what is not in the documents any more and were redacted. `bytes` is what it freed.
    """

    vectors: int = 0
    databases: int = 0
    leftovers: int = 0
    bytes: int = 0
    feedback: int = 0

    def __add__(self, other: Purged) -> Purged:
        """What two parts of a purge took out together."""
        return Purged(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


@dataclass(frozen=True, slots=True)
class SyncReport(Value):
    """What a sync did. Paths are relative to the corpus; `embedded` counts passages, `seconds` is wall time.

    `skipped` are files that no document is made of: dotfiles, `~$` files and unknown extensions.
    `renamed` holds (old, new) paths, which are in `removed` and `added` as well. `purged` is None for a
    sync without a purge.
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
    """How far a sync is: `done` of `total` documents, `embedded` passages so far, and what it works on."""

    done: int
    total: int
    embedded: int
    path: str
