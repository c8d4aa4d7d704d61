"""Text -> paragraphs: the lines that belong together, however the file was wrapped.

A paragraph is what an author would call one: a line of a file with long lines, several lines of a file that
was wrapped at some width, one item of a list.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from qa.types import Span

_WRAP_LIMIT = 120  # characters; files with longer lines are not wrapped
_LIST_ITEM = re.compile(r"(?:[-*+•‣◦–—]|\(?\d{1,3}[.)]|\[\d{1,3}\]|\(?[a-z][.)])\s")
_SENTENCE_END = re.compile(r"[.!?…。！？؟।]['\"”’»)\]]*(?:\[\d+\])*$")
_TRUNCATED = re.compile(r"(?:\.\.\.|…)['\"”’»)\]]*$")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_MARKDOWN_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*$")


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


def _lines(text: str, start: int) -> list[Span]:
    """The spans of the lines; those of blank lines are empty."""
    spans = []
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        spans.append((start, end) if text[start:end].strip() else (start, start))
        start = end + 1
    return spans


def _wrap_width(text: str, lines: list[Span]) -> int:
    """The width, in characters, at which the file was wrapped, or 0 if it was not.

    A line is wrapped where the next word would not have fitted. If that is true of most line breaks between
    text, the breaks come from wrapping and not from the author.
    """
    lengths = sorted(end - start for start, end in lines if end > start)
    if not lengths or lengths[int(0.98 * (len(lengths) - 1))] > _WRAP_LIMIT:
        return 0
    width = max(length for length in lengths if length <= _WRAP_LIMIT)
    pairs = [(a, b) for a, b in pairwise(lines) if a[1] > a[0] and b[1] > b[0]]
    full = sum(_is_full(text, a, b, width) for a, b in pairs)
    return width if width >= 40 and len(pairs) >= 3 and full >= 0.6 * len(pairs) else 0


def _is_full(text: str, line: Span, following: Span, width: int) -> bool:
    """True if the first word of the following line would not have fitted into this line."""
    first_word = text[slice(*following)].split(maxsplit=1)[0]
    return len(text[slice(*line)].rstrip()) + 1 + len(first_word) > width - 2


def paragraphs(text: str, start: int = 0) -> list[Paragraph]:
    """The paragraphs of `text[start:]` in order; only white space is outside them."""
    lines = _lines(text, start)
    width = _wrap_width(text, lines)
    groups: list[Span] = []
    previous: Span | None = None
    for line in lines:
        if line[0] == line[1]:
            previous = None
            continue
        stripped = text[slice(*line)].lstrip()
        joins = (
            previous is not None
            and width > 0
            and not _LIST_ITEM.match(stripped)
            and not stripped.startswith(("#", "|"))
            and not text[slice(*previous)].lstrip().startswith(("#", "|"))
            and _is_full(text, previous, line, width)
        )
        if joins:
            groups[-1] = (groups[-1][0], line[1])
        else:
            groups.append(line)
        previous = line
    return [paragraph_at(text, *group) for group in groups]


def paragraph_at(text: str, start: int, end: int) -> Paragraph:
    """The paragraph in `text[start:end]`, without the white space around it."""
    raw = text[start:end]
    start += len(raw) - len(raw.lstrip())
    end -= len(raw) - len(raw.rstrip())
    inner = text[start:end]
    heading = _MARKDOWN_HEADING.match(inner)
    return Paragraph(
        start=start,
        end=end,
        text=heading[2] if heading else inner,
        level=len(heading[1]) if heading else 0,
        words=len(_WORD.findall(inner)),
        list_item=bool(_LIST_ITEM.match(inner)),
    )
