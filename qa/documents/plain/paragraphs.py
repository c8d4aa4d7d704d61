"""Text -> paragraphs: the lines that belong together, however the file was wrapped.

A paragraph is what an author would call one: a long line, several lines that were wrapped at some width, one
item of a list, one line of a poem or of a table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from qa.documents.plain.wrapping import LIST_ITEM, Line, common_width, wraps
from qa.types import Span

_SENTENCE_END = re.compile(r"[.!?…。！？؟।]['\"”’»)\]]*(?:\[\d+\])*$")
_TRUNCATED = re.compile(r"(?:\.\.\.|…)['\"”’»)\]]*$")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_HEADING_MARKS = re.compile(r"(#{1,6})\s+")  # of Markdown


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph and what its surface shows. `level` is 1..6 for a Markdown heading, else 0."""

    start: int
    end: int
    text: str  # stripped, without the marks of a Markdown heading; may contain newlines
    level: int
    words: int
    list_item: bool

    @property
    def ends_sentence(self) -> bool:
        return bool(_SENTENCE_END.search(self.text))

    @property
    def is_truncated(self) -> bool:
        return bool(_TRUNCATED.search(self.text))

    @property
    def is_prose(self) -> bool:
        """True for a sentence, long enough to be told from a menu entry, a label or a headline."""
        return self.words >= 9 and self.ends_sentence

    @property
    def is_body_text(self) -> bool:
        """True for prose that is longer than teasers are, and not cut off."""
        return self.words >= 30 and self.ends_sentence and not (self.is_truncated and self.words < 60)


def words(text: str) -> list[str]:
    """The words of a text, lower-cased, in order."""
    return [w.lower() for w in _WORD.findall(text)]


def paragraphs(text: str, start: int = 0, end: int | None = None) -> list[Paragraph]:
    """The paragraphs of `text[start:end]` in order; only white space is outside them."""
    runs = list(_runs(text, start, len(text) if end is None else end))
    lines = [[Line(text[slice(*span)]) for span in run] for run in runs]
    width = common_width(lines)
    found: list[Span] = []
    for run, run_lines in zip(runs, lines, strict=True):
        found.append(run[0])
        for line, joins in zip(run[1:], wraps(run_lines, width), strict=True):
            if joins:
                found[-1] = (found[-1][0], line[1])
            else:
                found.append(line)
    return [paragraph_at(text, *span) for span in found]


def _runs(text: str, start: int, end: int) -> Iterator[list[Span]]:
    """The spans of neighbouring lines that are not blank."""
    run: list[Span] = []
    while start < end:
        line_end = text.find("\n", start, end)
        line_end = end if line_end < 0 else line_end
        if text[start:line_end].strip():
            run.append((start, line_end))
        elif run:
            yield run
            run = []
        start = line_end + 1
    if run:
        yield run


def paragraph_at(text: str, start: int, end: int) -> Paragraph:
    """The paragraph in `text[start:end]`, without the white space around it."""
    raw = text[start:end]
    start += len(raw) - len(raw.lstrip())
    end -= len(raw) - len(raw.rstrip())
    inner = text[start:end]
    marks = _HEADING_MARKS.match(inner)
    return Paragraph(
        start=start,
        end=end,
        text=inner[marks.end() :].rstrip("#").rstrip() if marks else inner,
        level=len(marks[1]) if marks else 0,
        words=len(_WORD.findall(inner)),
        list_item=bool(LIST_ITEM.match(inner)),
    )
