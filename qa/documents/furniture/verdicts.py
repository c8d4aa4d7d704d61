"""Which paragraphs of a saved web page are furniture: those that stand among others with signs of it.

One sign proves nothing: an article can have a line that reads like a button. But furniture comes in groups.
So the text is divided into stretches that have more signs than prose (the maximal scoring subsequences of
Ruzzo and Tompa), and only within such a stretch is a paragraph with a sign left out. Whatever else stands
there, and a sign that stands alone, is doubtful: it stays in the text and can be found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from qa.documents.furniture.signs import Page, Sign, signs, signs_within
from qa.documents.plain.paragraphs import Paragraph
from qa.types import BlockKind

AMONG = "among furniture of the page"
_STRONG, _COMMON = 2.0, 1.0  # scores of signs
_LABEL, _HEADING, _WORD = -0.3, -1.5, -0.15  # of what has none: of a label, a heading, each word of prose
_NEVER = -1000.0  # of what is never in a stretch
_LARGE = 3  # signs
_MOST_AFTER = 30  # words
_LEAST_KINDS = 2  # of strong signs that make a text a saved page


class Verdict(NamedTuple):
    """BODY, DOUBTFUL or BOILERPLATE, and the reason unless it is BODY."""

    kind: BlockKind = BlockKind.BODY
    reason: str = ""


KEPT = Verdict()


def text_verdicts(paragraphs: Sequence[Paragraph]) -> list[Verdict]:
    """A verdict on each paragraph of a plain text, which may be a web page that was saved as text.

    A text is a saved page if it has several kinds of signs. In any other nothing is left out: a sign at its
    beginning or end is doubtful, and none elsewhere counts.
    """
    page = Page(paragraphs, frozenset(table_rows(paragraphs)))
    found = signs(page)
    if _is_saved_page(found):
        return _verdicts(page, found)
    found = signs_within(page)  # only wordings
    outermost = {*_leading(found), *(len(found) - 1 - i for i in _leading(found[::-1]))}
    if not any(page.is_prose(i) for i in range(len(paragraphs)) if not found[i]):
        outermost = set()
    return [
        Verdict(BlockKind.DOUBTFUL, sign.reason) if sign and sign.strong and i in outermost else KEPT
        for i, sign in enumerate(found)
    ]


def page_verdicts(page: Page) -> list[Verdict]:
    """A verdict on each paragraph of what is taken for the main text of a web page.

    If the furniture could not be told from the main text by the markup, the page is judged like a plain text.
    """
    found = signs_within(page)
    if _is_saved_page(found):
        return _verdicts(page, signs(page))
    return [verdict if sign else KEPT for sign, verdict in zip(found, _verdicts(page, found), strict=True)]


def _is_saved_page(found: Sequence[Sign | None]) -> bool:
    return len({sign.reason for sign in found if sign and sign.strong and sign.sure}) >= _LEAST_KINDS


def table_rows(paragraphs: Sequence[Paragraph]) -> Iterator[int]:
    """The rows of tables in a plain text: neighbours with equally many cells."""
    cells = [max(p.text.count(" | "), p.text.count("\t")) for p in paragraphs]
    for i, count in enumerate(cells):
        if count and count in (cells[i - 1] if i else 0, cells[i + 1] if i + 1 < len(cells) else 0):
            yield i


def _leading(found: Sequence[Sign | None]) -> range:
    """The signs at the beginning."""
    return range(next((i for i, sign in enumerate(found) if not sign), len(found)))


def _verdicts(page: Page, found: Sequence[Sign | None]) -> list[Verdict]:
    verdicts = [KEPT] * len(found)
    prose = [i for i, sign in enumerate(found) if not sign and page.is_prose(i)]
    first, last = (prose[0], prose[-1]) if prose else (len(found), -1)
    scores = _scores(page, found, first)
    stretches = _stretches(scores)
    ends = (k for k, stretch in enumerate(stretches) if _is_end(page, found, scores, *stretch))
    if (last_group := next(ends, None)) is not None:
        stretches[last_group:] = [(stretches[last_group][0], len(found))]
    for start, end in stretches:
        together = [sign for sign in found[start:end] if sign]
        group = len(together) > 1 and any(sign.strong for sign in together)
        for i in range(start, end):
            verdicts[i] = _verdict(found[i], group, edge=end <= first or start > last)
    return verdicts


def _verdict(sign: Sign | None, group: bool, edge: bool) -> Verdict:
    """The verdict on a paragraph of a stretch: in a group of signs or alone, at the text's edge or not."""
    if not sign:
        return Verdict(BlockKind.DOUBTFUL, AMONG)
    if sign.sure and (group or (edge and sign.strong)):
        return Verdict(BlockKind.BOILERPLATE, sign.reason)
    return Verdict(BlockKind.DOUBTFUL, sign.reason) if sign.strong or group or edge else KEPT


def _is_end(page: Page, found: Sequence[Sign | None], scores: Sequence[float], start: int, end: int) -> bool:
    """True if little follows a large group of signs, such as the name of the site and its address."""
    if sum(bool(sign) for sign in found[start:end]) < _LARGE:
        return False
    words = 0
    for i in range(end, len(found)):
        words += 0 if found[i] else page.paragraphs[i].words
        if words > _MOST_AFTER or scores[i] == _NEVER:
            return False
    return True


def _scores(page: Page, found: Sequence[Sign | None], first: int) -> list[float]:
    """How much each paragraph speaks for furniture. The longest run of prose is text, whatever is around."""
    scores = []
    for i, (p, sign) in enumerate(zip(page.paragraphs, found, strict=True)):
        if sign:
            scores.append(_STRONG if sign.strong and sign.sure else _COMMON)
        elif i in page.fixed or p.is_body_text or (i < first and page.is_label(i)):
            scores.append(_NEVER)  # a label above the text may be its title
        elif p.level:
            scores.append(_HEADING)
        else:
            scores.append(_LABEL if page.is_label(i) else _WORD * max(p.words, 1))
    for i in _longest_run(page, found):
        scores[i] = _NEVER
    return scores


def _longest_run(page: Page, found: Sequence[Sign | None]) -> range:
    """The neighbouring paragraphs without signs that have the most words of prose."""
    longest, most = range(0), 0
    start = words = 0
    for i, sign in enumerate(found):
        if sign:
            start, words = i + 1, 0
        else:
            words += page.paragraphs[i].words if page.is_prose(i) else 0
            if words > most:
                longest, most = range(start, i + 1), words
    return longest


def _stretches(scores: Sequence[float]) -> list[tuple[int, int]]:
    """The maximal scoring subsequences, as Ruzzo and Tompa (1999) find them in linear time."""
    stretches: list[tuple[int, int, float, float]] = []  # start, end, and the sums before and up to the end
    total = 0.0
    for i, score in enumerate(scores):
        before, total = total, total + score
        if score <= 0:
            continue
        start = i
        while stretches:
            k = next((k for k in range(len(stretches) - 1, -1, -1) if stretches[k][2] < before), None)
            if k is None or stretches[k][3] >= total:
                break
            start, before = stretches[k][0], stretches[k][2]
            del stretches[k:]
        stretches.append((start, i + 1, before, total))
    return [(start, end) for start, end, _, _ in stretches]
