"""The signs of furniture in a text: which of its paragraphs read, or stand, like parts of a page.

A sign proves nothing by itself; `verdicts` weighs the signs that stand together.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from qa.documents.furniture.buttons import MENU
from qa.documents.furniture.lines import line_reason
from qa.documents.furniture.sections import DISCUSSION, NOTES, TEASERS, section_of
from qa.documents.plain.paragraphs import Paragraph, words

LINK, MENU_ENTRY, FOREIGN = "link to another page", "menu", "another language"
_LABEL = 14  # words; a longer paragraph is no label, headline or name
_LONGEST_SOURCE = 50  # words; a longer paragraph that ends in an address only recommends it
_NUMBERED = re.compile(r"\[\d{1,3}\]\s|\d{1,3}[.)]?\s|\^|↑|[¹²³⁴-⁹]")
_CITATION = re.compile(  # an address is a source only where something is cited
    r"\baccess(?:ed|ion)\b|\bretrieved\b|\bdoi\b|\bibid\b|\bop\. cit\b|\bsee also\b"
    r"|\bpp?\.\s*\d|\bvol\.|[”\"],",
    re.IGNORECASE,
)
_FAR = 2000  # characters of a paragraph that are searched
_TRAIL = re.compile(r"\s[>»›/]\s")
_LONGEST_TRAIL = 25  # words
_MOST_STEPS = 7
_LONGEST_ENTRY = 4  # words of an entry of a menu
_LEAST_LINK = 4  # words of a link that is a paragraph of its own
_MOST_LINKED = 0.1  # of the words of a text; more are what the text is about
_LONGEST_TEASER = 30  # words
_NEAR = 4  # paragraphs from one teaser to the next
_COMMON = 25  # words of a text that its other paragraphs share, if they are in the same language
COMMON_REASONS = frozenset(  # of lines that ordinary texts have as well
    ("date line", "byline", "address", "photo credit", "empty label", "tags", "counter", "copyright")
)


class Sign(NamedTuple):
    """Why a paragraph may be furniture.

    `strong` signs are rare in texts, others common; `sure` are those that are furniture for certain among
    others.
    """

    reason: str
    strong: bool = True
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Page:
    """The paragraphs of a text, and what is known of them besides.

    `fixed` are the numbers of those that are no prose at all, such as code and rows of tables, and never
    furniture; `linked` of those that are nothing but a link.
    """

    paragraphs: Sequence[Paragraph]
    fixed: frozenset[int]
    linked: frozenset[int] = frozenset()

    def is_label(self, i: int) -> bool:
        """True for a paragraph as short as names and headlines are, that is no sentence."""
        p = self.paragraphs[i]
        return i not in self.fixed and p.words <= _LABEL and not p.ends_sentence

    def is_prose(self, i: int) -> bool:
        """True for a sentence that is long enough to be told from a label."""
        return i not in self.fixed and self.paragraphs[i].is_prose


def signs(page: Page) -> list[Sign | None]:
    """For each paragraph of a plain text what makes it look like furniture, or None."""
    found = [None if i in page.fixed else _wording(p) for i, p in enumerate(page.paragraphs)]
    _find_sections(page, found)
    _find_teasers(page, found)
    _find_menus(page, found)
    _find_sources(page, found)
    _find_foreign_end(page, found)
    return found


def signs_within(page: Page) -> list[Sign | None]:
    """For each paragraph within the main text of a web page what makes it look like furniture, or None.

    The markup shows where sections, menus and lists of sources are, so only wordings and links tell.
    """
    found = [None if i in page.fixed else _wording(p) for i, p in enumerate(page.paragraphs)]
    linked = [i for i in page.linked - page.fixed if page.paragraphs[i].words >= _LEAST_LINK]
    total = sum(p.words for p in page.paragraphs)
    if sum(page.paragraphs[i].words for i in linked) <= _MOST_LINKED * total:
        for i in linked:
            found[i] = found[i] or Sign(LINK, sure=False)
    return found


def _wording(p: Paragraph) -> Sign | None:
    reason = line_reason(p)
    return Sign(reason, strong=reason not in COMMON_REASONS) if reason else None


def _find_sections(page: Page, found: list[Sign | None]) -> None:
    """Headings such as "Related articles", and what is below them as far as it looks like it.

    A section ends where the next one begins, at a heading and at the first prose.
    """
    section = ""
    for i, p in enumerate(page.paragraphs):
        opened = "" if i in page.fixed else section_of(p)
        if opened and not _announces(page, i, opened):
            opened = ""
        if opened:
            section = opened
            found[i] = found[i] or Sign(opened)
        elif section and not _belongs(page, i, section):
            section = ""
            above = page.paragraphs[i - 1]
            if p.is_body_text and page.is_label(i - 1) and not above.list_item and not _wording(above):
                found[i - 1] = None  # the heading of the text that goes on here
        elif section:
            found[i] = found[i] or Sign(section, sure=False)


def _announces(page: Page, i: int, section: str) -> bool:
    """True if a heading opens a section of furniture, and not one of the text."""
    return i + 1 < len(page.paragraphs) and _belongs(page, i + 1, section)


def _belongs(page: Page, i: int, section: str) -> bool:
    """True if a paragraph can stand in a section of furniture."""
    p = page.paragraphs[i]
    if i in page.fixed:
        return False
    if section == NOTES:
        return is_source(p)
    if section == DISCUSSION:
        return not p.level and not p.is_body_text
    return not p.level and (p.is_truncated or not p.is_prose)


def is_source(p: Paragraph) -> bool:
    """True for a paragraph that reads like an entry of a list of sources."""
    bracketed = p.text.startswith("[") and bool(_NUMBERED.match(p.text))
    cites = "http" in p.text or bool(_CITATION.search(p.text, 0, _FAR))
    listed = bracketed or (bool(_NUMBERED.match(p.text)) and bool(_CITATION.search(p.text, 0, _FAR)))
    return p.words <= _LONGEST_SOURCE and cites and listed


def _find_teasers(page: Page, found: list[Sign | None]) -> None:
    """Short texts that break off near others that do, and the headlines above them."""
    cut = [
        i
        for i, p in enumerate(page.paragraphs)
        if p.is_truncated and p.words <= _LONGEST_TEASER and not p.level and i not in page.fixed
    ]
    near = {i for pair in pairwise(cut) if pair[1] - pair[0] <= _NEAR for i in pair}
    for i in near:
        above = [i - 1] if i and page.is_label(i - 1) and i - 1 not in near else []
        for j in (i, *above):
            announced = found[j] is not None  # by a heading, which makes two signs of one
            found[j] = Sign(TEASERS, sure=announced)


def _find_menus(page: Page, found: list[Sign | None]) -> None:
    """Menus before the first and after the last prose, and the way to a page above it: "Home > News"."""
    prose = [i for i in range(len(page.paragraphs)) if page.is_prose(i) and not found[i]]
    first, last = (prose[0], prose[-1]) if prose else (len(page.paragraphs), -1)
    for run in (*_labels(page, 0, first), *_labels(page, last + 1, len(page.paragraphs))):
        entries = [words(page.paragraphs[i].text) for i in run]
        if len(run) >= 3 and sum(len(entry) == 1 and entry[0] in MENU for entry in entries) >= 2:
            for i in run:
                found[i] = found[i] or Sign(MENU_ENTRY)
    for i in range(first):
        steps = _TRAIL.split(page.paragraphs[i].text) if page.paragraphs[i].words <= _LONGEST_TRAIL else []
        if 2 <= len(steps) <= _MOST_STEPS and all(map(str.strip, steps)) and i not in page.fixed:
            found[i] = found[i] or Sign("breadcrumb")


def _labels(page: Page, start: int, end: int) -> list[list[int]]:
    """Runs of neighbouring paragraphs of a few words each that are no sentences, as the entries of a menu."""
    runs: list[list[int]] = [[]]
    for i in range(start, end):
        if page.is_label(i) and page.paragraphs[i].words <= _LONGEST_ENTRY:
            runs[-1].append(i)
        else:
            runs.append([])
    return runs


def _find_sources(page: Page, found: list[Sign | None]) -> None:
    """Lists of numbered sources, even if no heading announces them."""
    sources = [i for i, p in enumerate(page.paragraphs) if i not in page.fixed and is_source(p)]
    for i in {i for pair in pairwise(sources) if pair[1] == pair[0] + 1 for i in pair}:
        found[i] = found[i] or Sign(NOTES, sure=False)


def _find_foreign_end(page: Page, found: list[Sign | None]) -> None:
    """Paragraphs below other furniture that use hardly any of the most common words of the text."""
    kept = [words(p.text) for p, sign in zip(page.paragraphs, found, strict=True) if not sign]
    # In how many paragraphs each word occurs. Ties keep the order of the text: a set's order changes
    # from process to process, and the same file would be parsed in two ways.
    frequencies = Counter(w for paragraph in kept for w in dict.fromkeys(paragraph))
    common = {w for w, n in frequencies.most_common(_COMMON) if n > 2}
    if sum(map(len, kept)) < 150 or len(common) < 10:
        return
    foreign: list[int] = []
    for i in range(len(page.paragraphs) - 1, -1, -1):
        in_paragraph = words(page.paragraphs[i].text)
        if found[i] and foreign:
            for j in foreign:
                found[j] = Sign(FOREIGN, sure=False)
            return
        if found[i] or len(in_paragraph) < 12:
            continue
        if i in page.fixed or sum(w in common for w in in_paragraph) >= 0.12 * len(in_paragraph):
            return
        foreign.append(i)
