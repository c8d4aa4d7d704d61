"""Lines in reading order -> paragraphs, across lines, columns and pages.

A sentence that continues in the next column or on the next page stays whole; notes at the foot of the page
then come before its paragraph. Words that were divided at the end of a line are joined, without the hyphen
unless the document writes them with it elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from statistics import median

from qa.documents.pdf.lines import Line

_SENTENCE_END = re.compile(r"[.!?…:;。！？]['\"”’»)\]]*(?:\[?\d{1,3}\]?)?$")
_BULLET = re.compile(r"[•‣◦▪■●○*·–—-]\s")
_NUMBER = re.compile(r"(?:\(?\d{1,2}|\(?[a-z]|[ivx]{1,4})[.)]\s")
_DIVIDED = re.compile(r"(\w+)[-\u00ad‐]$")
_HYPHENS = ("-", "\u00ad", "‐")
_SOFT_HYPHEN = "\u00ad"
_FIRST_WORD = re.compile(r"\w+")
_WORDS = re.compile(r"\w+(?:[-‐]\w+)*")
_CONJUNCTIONS = frozenset("and or to und oder et ou y o".split())  # "pre- and post-war"
_LETTER = 0.6  # times the font size: a wide letter
_HEADING = 1.12  # times the font size of the body, at least
_NOTE = 0.92  # times the font size of the body, at most
_SAME_SIZE = 0.105  # the largest share by which sizes in a paragraph differ: fonts that look alike may do so
_LONGEST = 20_000  # characters of a paragraph; longer ones are broken
_TAIL = 80  # characters at the end of a text that are searched for how it ends


@dataclass(slots=True)
class Flowing:
    """A paragraph. `starts` maps each page on which it begins or continues to the offset in its text."""

    lines: list[Line]
    text: str
    starts: dict[int, int] = field(default_factory=dict)
    heading: bool = False

    @property
    def size(self) -> float:
        return self.lines[0].size


class Flow:
    """The paragraphs of a document. Its lines, as (page, line) in order, give the usual size and spacing."""

    def __init__(self, lines: Sequence[tuple[int, Line]]) -> None:
        self._lines = lines
        self.size = _most_common_size((line.size, len(line.text)) for _, line in lines)
        bold = sum(len(line.text) for _, line in lines if line.bold)
        self._all_bold = 2 * bold > sum(len(line.text) for _, line in lines)
        gaps = [
            (a.base - b.base) / a.size
            for (page, a), (other, b) in pairwise(lines)
            if page == other and a.column == b.column and _alike(a, b) and 0 < a.base - b.base < 3 * a.size
        ]
        self._leading = median(gaps) if gaps else 1.2  # from baseline to baseline, times the font size
        self._words = _vocabulary([line.text for _, line in lines])

    def paragraphs(self) -> list[Flowing]:
        """The paragraphs, in reading order."""
        flowing: list[Flowing] = []
        for (page, _), unit in groupby(self._lines, key=lambda pl: (pl[0], pl[1].column)):
            new = list(self._in_column(page, [line for _, line in unit]))
            if new[0].lines[0].is_aside:
                flowing += new
                continue
            near = range(len(flowing) - 1, max(-1, len(flowing) - 50), -1)
            last = next((i for i in near if not self._is_note(flowing[i])), -1)
            if last >= 0 and self._continues(flowing[last], new[0]):
                whole, notes = flowing[last], flowing[last + 1 :]
                self._append(whole, new.pop(0))
                earlier = [note for note in notes if min(note.starts) <= min(whole.starts)]
                later = [note for note in notes if min(note.starts) > min(whole.starts)]
                flowing[last:] = [*earlier, whole, *later]
            flowing += new
        for paragraph in flowing:
            paragraph.heading = self._is_heading(paragraph)
        return flowing

    def _in_column(self, page: int, lines: Iterable[Line]) -> Iterator[Flowing]:
        """The paragraphs of one column."""
        current: Flowing | None = None
        for line in lines:
            if current is None or self._begins(current, line):
                if current:
                    yield current
                current = Flowing([line], line.text, {page: 0})
            else:
                current.text = self._join(current.text, line.text)
                current.lines.append(line)
        if current:
            yield current

    def _begins(self, current: Flowing, line: Line) -> bool:
        """True if a line below the current paragraph begins a new one."""
        above = current.lines[-1]
        ended = bool(_SENTENCE_END.search(above.text[-_TAIL:]))
        lower = line.text[:1].islower()
        if above.cells or line.cells or not _alike(above, line) or len(current.text) > _LONGEST:
            return True
        if above.base - line.base > 1.35 * self._leading * line.size:
            return True
        if _BULLET.match(line.text) or (ended and _NUMBER.match(line.text)):
            return True
        first = current.lines[0]
        if _NUMBER.match(line.text) and _NUMBER.match(first.text) and abs(line.begins - first.begins) < 0.3:
            return True  # the next entry of a list
        if above.bold != line.bold and not lower:
            return True
        listed = bool(_BULLET.match(current.text) or _NUMBER.match(current.text))
        if line.begins > above.begins + 0.7:
            return ended and not listed  # an indented first line
        if line.begins < above.begins - 0.7 and len(current.lines) > 1:
            return ended  # the next entry of a list with hanging indents
        return not lower and _would_have_fitted(line, above)

    def _continues(self, paragraph: Flowing, following: Flowing) -> bool:
        """True if a paragraph continues in the first one of the next column or page."""
        above, line = paragraph.lines[-1], following.lines[0]
        if above.cells or line.cells or not _alike(above, line) or above.bold != line.bold:
            return False
        if len(paragraph.text) + len(following.text) > _LONGEST:
            return False
        if (
            self._is_heading(paragraph)
            or _BULLET.match(line.text)
            or _SENTENCE_END.search(above.text[-_TAIL:])
        ):
            return False
        return line.text[:1].islower() or above.text.endswith(_HYPHENS) or not _would_have_fitted(line, above)

    def _append(self, paragraph: Flowing, following: Flowing) -> None:
        text = self._join(paragraph.text, following.text)
        start = len(text) - len(following.text)
        for page in following.starts:
            paragraph.starts.setdefault(page, start)
        paragraph.text = text
        paragraph.lines += following.lines

    def _join(self, text: str, line: str) -> str:
        """A text and the line after it, with a word that was divided between them put together."""
        divided = _DIVIDED.search(text[-_TAIL:]) if text.endswith(_HYPHENS) else None
        tail = _FIRST_WORD.match(line)
        if not divided:
            return f"{text} {line}"
        if not tail or tail[0].lower() in _CONJUNCTIONS:
            return f"{text} {line}"
        if text.endswith(_SOFT_HYPHEN):
            return text[:-1] + line
        head, rest = divided[1].lower(), tail[0].lower()
        compound = f"{head}-{rest}" in self._words or {head, rest} <= self._words
        if not line[:1].islower() or head.isdigit() or (compound and head + rest not in self._words):
            return text + line
        return text[:-1] + line

    def _is_note(self, paragraph: Flowing) -> bool:
        return paragraph.size < _NOTE * self.size or paragraph.lines[0].is_aside

    def _is_heading(self, paragraph: Flowing) -> bool:
        text = paragraph.text
        words = len(_FIRST_WORD.findall(text))
        if paragraph.lines[0].cells or not 0 < words <= 25 or not any(c.isalpha() for c in text):
            return False
        if text.endswith((".", ",", ";", ":")) or len(paragraph.lines) > 4 or _BULLET.match(text):
            return False
        if paragraph.size >= _HEADING * self.size:
            return True
        stands_out = paragraph.lines[0].bold and not self._all_bold
        return (
            words <= 14
            and (stands_out or (text.isupper() and len(text) > 3))
            and not self._is_note(paragraph)
        )


def _most_common_size(sizes: Iterable[tuple[float, int]]) -> float:
    """The font size of most characters, from pairs of a size and a number of characters."""
    total: dict[float, int] = {}
    for size, length in sizes:
        total[round(size, 1)] = total.get(round(size, 1), 0) + length
    return max(total, key=lambda size: (total[size], size), default=1.0)


def _alike(a: Line, b: Line) -> bool:
    """True if the font sizes of two lines are about the same."""
    return abs(a.size - b.size) <= _SAME_SIZE * max(a.size, b.size)


def _would_have_fitted(line: Line, above: Line) -> bool:
    """True if a line's first word would have fitted at the end of the line above: its author broke it."""
    first = line.text.split(maxsplit=1)[0] if line.text.strip() else ""
    return len(first) * _LETTER + 0.5 < above.ends


def _vocabulary(lines: Sequence[str]) -> set[str]:
    """The words of a document, except those that are divided at the end of a line."""
    words: set[str] = set()
    was_divided = False
    for line in lines:
        line_words = [word.lower() for word in _WORDS.findall(line)]
        is_divided = line.endswith(_HYPHENS)
        words.update(line_words[1 if was_divided else 0 : -1 if is_divided else None])
        was_divided = is_divided
    return words | {part for word in words for part in re.split("[-‐]", word)}
