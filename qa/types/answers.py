"""Hits and answers: what a question leads to."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from qa.types.documents import Document, Passage
from qa.types.showing import Shown, shortened
from qa.types.traces import Trace
from qa.types.values import Value


@dataclass(frozen=True, slots=True)
class Hit(Value, Shown):
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

    def __repr__(self) -> str:
        return (
            f"<Hit {shortened(self.passage.text)} in {shortened(self.document.path)}, score {self.score:.2f}>"
        )


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

    def __repr__(self) -> str:
        return f"<Citation [{self.number}] {shortened(self.quote)} in {shortened(self.document.path)}>"


@dataclass(frozen=True, slots=True)
class Claim(Value):
    """One thing that the documents say. `value` is a verbatim part of the first citation's quote.

    Each further citation is from another document that says the same. `is_short` is set if the value may
    stand out as a headline: a likely short answer, of the sort that was asked for. `part` is the number of
    the part of the question that it answers, from 1; sides of a comparison are parts as well. `about` is that
    part as it was typed, "" if the question was asked as a whole.
    """

    value: str
    citations: tuple[Citation, ...]
    is_short: bool = field(default=False, compare=False)
    part: int = field(default=1, compare=False)
    about: str = field(default="", compare=False)


class Layout(StrEnum):
    """How the claims of an answer are arranged."""

    CLAIMS = "claims"  # the best first
    DOCUMENTS = "documents"  # under the titles of their documents
    DATES = "dates"  # by date; the value of each claim is the date


@dataclass(frozen=True, slots=True)
class Answer(Value, Shown):
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
    trace: Trace | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        cited, judged = len(self.citations), self.nearest and self.layout is Layout.CLAIMS
        parts = [
            f"{shortened(self.question)} {'answered' if self.answered else 'not answered'}",
            f"confidence {self.confidence:.2f}" if judged else "",
            f"{cited} citation{'s' * (cited != 1)}" if cited else "",
        ]
        return f"<Answer {', '.join(filter(None, parts))}>"
