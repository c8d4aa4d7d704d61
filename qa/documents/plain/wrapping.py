"""Which line breaks of a plain text come from wrapping, and which the author meant.

That is decided for every run of lines by itself: a text may be wrapped in one place and not in another. Where
both is possible, a line stays a line: poems, addresses, lists, tables and programs are not joined.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice, pairwise

LIST_ITEM = re.compile(r"(?:[-*+•‣◦–—☐☑☒]|\(?\d{1,3}[.)]|\[\d{1,3}\]|\(?[a-z][.)])\s")
_LONGEST = 120  # characters; longer lines are not wrapped, unless a long word makes them so
_LONG_WORD = 40  # characters, as of an address
_NARROWEST = 40  # characters at which a text is wrapped
_NARROWEST_WITHOUT_SPACES = 20  # in Chinese, Japanese or Thai
_WIDE = 60  # characters; the lines of few texts are as long if they are not wrapped
_NEARLY = 0.75  # of the width: where an author wrapped by hand
_MOST_RUNS = 200  # that tell how a file was wrapped
_JUDGED = 200  # characters at either end of a line that tell what it is
_ALONE = re.compile(r"#{1,6}\s|[|<]|```|~~~|[-=*_~+]{3,}\s*$|\[\^[^\]\s]{1,40}\]:")
_QUOTE_MARKS = re.compile(r"\s*(?:>[ \t]?)+")
_SENTENCE_END = re.compile(r"[.!?…。！？؟।:]['\"”’»)\]]*(?:\[\d+\])*$")
_INNER_END = re.compile(r"[.!?] +[^\W\d_a-z]")  # of a sentence, with another one after it
_CELLS = re.compile(r"\S(?: {3}|\t)|\s\|\s")
_CODE = re.compile(
    r"[{};\\]$|^(?:#|//|/\*|\*/|<[/!?\w]|\\[a-z]|@\w|\$ |>>> |(?:import|def|class|return|let|var|const) )"
    r"|[=!<>]=|->|=>|\w\(\S*\)|^[\w.\[\]]+ ?[:+-]?= ?\S|^(?:if|for|while|else|elif|try)\b.*:$"
)
_WITHOUT_SPACES = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff]")


class Line:
    """What the surface of a line shows."""

    __slots__ = (
        "alone",
        "capital",
        "end",
        "first",
        "indent",
        "item",
        "length",
        "overlong",
        "quote",
        "small",
        "start",
    )

    def __init__(self, text: str) -> None:
        marks = _QUOTE_MARKS.match(text)
        self.quote = text[: marks.end()].count(">") if marks else 0
        inner = text[marks.end() :] if marks else text
        content = inner.strip()
        self.indent = len(inner) - len(inner.lstrip())
        self.length = len(content)
        self.start, self.end = content[:_JUDGED], content[-_JUDGED:]
        self.item = bool(LIST_ITEM.match(content))
        self.alone = not content or bool(_ALONE.match(content) or _CELLS.search(self.start))
        first = self.start.lstrip("\"'“„«‘(")[:1]
        self.small, self.capital = first.islower(), first.isupper()
        self.overlong = len(content) > _LONGEST and max(map(len, self.end.split())) <= _LONG_WORD
        # What would have had to fit into the line above.
        self.first = 1 if _WITHOUT_SPACES.match(content) else len((self.start.split() or [""])[0])

    @property
    def ends_sentence(self) -> bool:
        return bool(_SENTENCE_END.search(self.end[-40:]))

    @property
    def goes_on(self) -> bool:
        """True if it can be part of a longer line: it has several words, and its sentence goes on."""
        return not self.ends_sentence and self.end[-1:] != ";" and len(self.start.split(maxsplit=3)) > 3


def wraps(lines: Sequence[Line], file_width: int = 0) -> list[bool]:
    """For each break between lines that have no blank line between them, whether it comes from wrapping.

    `file_width` is the width at which other lines of the file were wrapped, or 0.
    """
    hanging = _hanging(lines)
    if len(lines) < 2 or _is_code(lines) or _is_verse(lines):
        return hanging
    width = _width(lines)
    pairs = list(pairwise(lines))
    may = [_may_join(a, b) for a, b in pairs]
    is_list = all(line.small for line in lines)  # a paragraph would begin with a capital
    continued = [ok and b.small and a.goes_on and not is_list for ok, (a, b) in zip(may, pairs, strict=True)]
    if _is_wrapped(pairs, may, continued, width, file_width):
        width = max(width, file_width) if len(lines) == 2 else width
        full = [ok and _is_full(a, b, width) for ok, (a, b) in zip(may, pairs, strict=True)]
    else:
        full = [False] * len(pairs)
    return [any(reasons) for reasons in zip(hanging, continued, full, strict=True)]


def is_line_by_line(lines: Sequence[Line]) -> bool:
    """True if every line stands for itself, as in a poem, an address or a list without marks."""
    if len(lines) < 3 or any(
        line.small or line.length > _WIDE or _INNER_END.search(line.start) for line in lines
    ):
        return False
    return not any(wraps(lines))


def common_width(runs: Iterable[Sequence[Line]]) -> int:
    """The width at which most of the wrapped runs of a file are wrapped, or 0."""
    long = islice((lines for lines in runs if len(lines) > 2), _MOST_RUNS)
    widths = Counter(_width(lines) for lines in long if sum(wraps(lines)) > len(lines) // 2)
    return widths.most_common(1)[0][0] if widths else 0


def _width(lines: Sequence[Line]) -> int:
    """The length of the longest line that can have been wrapped."""
    return max((line.indent + line.length for line in lines if line.length <= _LONGEST), default=0)


def _may_join(a: Line, b: Line) -> bool:
    """False if one of two lines is not part of a paragraph, or the second begins one."""
    if a.alone or b.alone or b.item or a.overlong or a.quote != b.quote:
        return False
    return b.indent <= a.indent + 1 or a.item or b.small


def _hanging(lines: Sequence[Line]) -> list[bool]:
    """For each break whether an item of a list goes on below it, indented."""
    found, item = [], lines[0] if lines and lines[0].item else None
    for b in lines[1:]:
        below = item is not None and not b.item and not b.alone and b.indent > item.indent
        found.append(below)
        item = b if b.item else item if below else None
    return found


def _is_code(lines: Sequence[Line]) -> bool:
    """True for a piece of a program or of markup."""
    marked = sum(bool(_CODE.search(line.start) or _CODE.search(line.end)) for line in lines)
    return 2 * marked >= len(lines)


def _is_verse(lines: Sequence[Line]) -> bool:
    """True if the lines are short, and most end where a breath is taken."""
    short = all(line.length <= _WIDE for line in lines)
    ends = sum(line.end[-1:] in ".,;:!?…—–-" for line in lines)
    return len(lines) >= 4 and short and 10 * ends >= 7 * len(lines)


def _is_full(a: Line, b: Line, width: int) -> bool:
    """True if a line ends where it does because the first word below did not fit, or nearly so."""
    needed = a.indent + a.length + 1 + b.first
    return needed > width - 2 or (not a.ends_sentence and needed > _NEARLY * width)


def _is_wrapped(
    pairs: Sequence[tuple[Line, Line]],
    may: Sequence[bool],
    continued: Sequence[bool],
    width: int,
    file_width: int,
) -> bool:
    """True if the lines of a run are filled up to a width.

    The first words of lines tell: in a wrapped text some begin with a small letter. Where writing has no such
    letters, or they are rare at the beginning of words, all lines but the last have to be full.
    """
    judged = [pair for pair, ok in zip(pairs, may, strict=True) if ok]
    if not judged:
        return False
    strictly = [a.indent + a.length + 1 + b.first > width - 2 for a, b in judged]
    if any(continued):
        return sum(continued) + sum(strictly) >= len(judged) // 2
    if all(a.ends_sentence for a, _ in judged):
        return False
    spaces = not all(b.first == 1 for _, b in judged)
    if width < (_NARROWEST if spaces else _NARROWEST_WITHOUT_SPACES) or not all(strictly):
        return False
    if len(judged) == 1:
        a, b = judged[0]
        expected = a.indent + a.length + 1 + b.first > file_width - 2 and a.length <= file_width + 2
        return width >= _WIDE or not spaces or (file_width > 0 and expected)
    return width >= _WIDE or not spaces or not all(b.capital for _, b in judged)
