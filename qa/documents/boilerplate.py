"""Finds the paragraphs of a text that belong to the web page around it and not to its author.

Text saved from a browser holds menus, share buttons, adverts, teasers of other articles, cookie notices,
biographies and source lists. Each paragraph is judged by its wording (`boilerplate_lines`), by the heading
above it (`boilerplate_sections`) and by its place: before the first or after the last paragraph of prose.
When in doubt a paragraph stays: losing an author's sentence is worse than keeping a menu entry, which no
question is likely to find.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from qa.documents.boilerplate_buttons import MENU
from qa.documents.boilerplate_lines import line_reason
from qa.documents.boilerplate_sections import DISCUSSION, NOTES, TEASERS, section_of
from qa.documents.paragraphs import Paragraph, words

_CLOSING = frozenset(  # reasons after which little of the author's text can follow
    (
        "button",
        "tags",
        "hashtags",
        "copyright",
        "neighbouring post",
        "note on the author",
        "comment form",
        "counter",
        "disclaimer",
        NOTES,
        DISCUSSION,
    )
)
_LONGEST_SOURCE = 50  # words; a longer paragraph that ends in an address only recommends it
_NUMBERED = re.compile(r"\[\d{1,3}\]\s|\d{1,3}[.)]?\s|\^|↑|[¹²³⁴-⁹]")
_SOURCE_MARK = re.compile(  # an address, a word of reference lists, a page or volume, a quoted title, a year
    r"https?://|www\."
    r"|\bdoi\b|\baccess(?:ed|ion)\b|\bretrieved\b|\bibid\b|\bop\. cit\b"
    r"|\bpp?\.\s*\d|\bvol\."
    r"|[“\"].+[”\"],"
    r"|\(\d{4}\)|\b(?:19|20)\d\d\b",
    re.IGNORECASE,
)
_CITATION = re.compile(
    r"\baccess(?:ed|ion)\b|\bretrieved\b|\bdoi\b|\bibid\b|\bsee also\b|[“\"].+[”\"],", re.IGNORECASE
)
_INLINE_LINK = re.compile(r"\]\(https?://[^\s)]*\)")  # Markdown
_BREADCRUMB = re.compile(r"[^>»›|/]{1,40}(?:\s+[>»›|/]\s+[^>»›|/]{1,120}){1,6}$")


def boilerplate(paragraphs: Sequence[Paragraph]) -> list[str]:
    """For each paragraph the reason why it is boilerplate, or "" if it is the author's text."""
    reasons = [line_reason(p) for p in paragraphs]
    _mark_sections(paragraphs, reasons)
    _mark_foreign_end(paragraphs, reasons)
    _mark_sources(paragraphs, reasons)
    _mark_teasers(paragraphs, reasons)
    _mark_edges(paragraphs, reasons)
    return reasons


def _mark_sections(paragraphs: Sequence[Paragraph], reasons: list[str]) -> None:
    """Mark what follows a boilerplate heading, down to where the author's text resumes."""
    section, level = "", 0
    total = remaining = sum(p.words for p in paragraphs)
    for i, p in enumerate(paragraphs):
        opened = section_of(p)
        remaining -= paragraphs[i - 1].words if i else 0
        if opened == DISCUSSION and remaining > 0.5 * max(1, total):
            opened = ""  # an article about a discussion, not the discussion under an article
        if opened:
            section, level, reasons[i] = opened, p.level, reasons[i] or opened
        elif section and p.level and p.level <= max(level, 1):
            section = ""
        elif section == TEASERS and p.is_body_text and not reasons[i]:
            section = ""
            _restore_heading(paragraphs, reasons, i)
        elif section == NOTES and p.words >= 12 and p.ends_sentence and not _is_source(p):
            section = ""
        elif section:
            reasons[i] = reasons[i] or section


def _restore_heading(paragraphs: Sequence[Paragraph], reasons: list[str], i: int) -> None:
    """Keep the line above resumed text: it is that text's heading, not the last of the teasers."""
    above = i - 1
    if above > 0 and reasons[above] == TEASERS and not section_of(paragraphs[above]):
        following = paragraphs[i + 1 : i + 3]
        if not paragraphs[above].ends_sentence and any(p.is_body_text for p in following):
            reasons[above] = ""


def _is_source(p: Paragraph) -> bool:
    """True if a paragraph can be an entry of a source list, given a heading that announces one."""
    return bool(_SOURCE_MARK.search(p.text)) and (bool(_NUMBERED.match(p.text)) or "http" in p.text)


def _is_lone_source(p: Paragraph) -> bool:
    """True for an entry of a source list without a heading, but not for prose that contains a link."""
    if not _is_source(p):
        return False
    if p.text.startswith("[") and _NUMBERED.match(p.text):
        return True
    listed = not p.is_prose or (not p.is_body_text and bool(_CITATION.search(p.text)))
    if p.words > _LONGEST_SOURCE:
        return False
    return listed and "http" in _INLINE_LINK.sub("", p.text)


def _mark_sources(paragraphs: Sequence[Paragraph], reasons: list[str]) -> None:
    """Mark numbered sources at the end, even if no heading announces them."""
    for i in range(len(paragraphs) - 1, -1, -1):
        p = paragraphs[i]
        if _is_lone_source(p):
            reasons[i] = reasons[i] or NOTES
        elif p.is_body_text and not reasons[i]:
            break


def _mark_foreign_end(paragraphs: Sequence[Paragraph], reasons: list[str]) -> None:
    """Mark biographies in another language, which use hardly any of the text's most common words."""
    kept = [words(p.text) for p, reason in zip(paragraphs, reasons, strict=True) if not reason]
    # In how many paragraphs each word occurs. Ties keep the order of the text: a set's order changes
    # from process to process, and the same file would be parsed in two ways.
    frequencies = Counter(w for paragraph in kept for w in dict.fromkeys(paragraph))
    common = {w for w, n in frequencies.most_common(25) if n > 2}
    if sum(map(len, kept)) < 150 or len(common) < 10:
        return
    for i in range(len(paragraphs) - 1, -1, -1):
        in_paragraph = words(paragraphs[i].text)
        if reasons[i] or len(in_paragraph) < 12 or _is_lone_source(paragraphs[i]):
            continue
        if sum(w in common for w in in_paragraph) >= 0.12 * len(in_paragraph):
            break
        reasons[i] = "another language"


def _mark_teasers(paragraphs: Sequence[Paragraph], reasons: list[str]) -> None:
    """Mark short texts that break off near others that do, and the headlines above them."""
    cut = {i: None for i, p in enumerate(paragraphs) if p.is_truncated and p.words <= 30 and not p.level}
    for i in cut:
        if any(j in cut for j in range(i - 4, i + 5) if j != i):
            reasons[i] = reasons[i] or TEASERS
            if i and not reasons[i - 1] and not paragraphs[i - 1].ends_sentence:
                reasons[i - 1] = TEASERS


def _mark_edges(paragraphs: Sequence[Paragraph], reasons: list[str]) -> None:
    """Mark menus and breadcrumbs before the first and after the last sentence of the text."""
    prose = [i for i, p in enumerate(paragraphs) if p.is_prose and not reasons[i]]
    if not prose:
        return
    first, last = prose[0], prose[-1]
    for run in _short_runs(paragraphs, range(first)) + _short_runs(
        paragraphs, range(last + 1, len(paragraphs))
    ):
        entries = [words(paragraphs[i].text) for i in run]
        if len(run) >= 3 and sum(len(entry) == 1 and entry[0] in MENU for entry in entries) >= 2:
            for i in run:
                reasons[i] = reasons[i] or "menu"
    for i in range(first):
        if paragraphs[i].words <= 25 and _BREADCRUMB.fullmatch(paragraphs[i].text):
            reasons[i] = reasons[i] or "breadcrumb"
    for i in range(first + 1, last):  # a date between paragraphs is a heading of a chronicle
        reasons[i] = "" if reasons[i] == "date line" else reasons[i]
    _mark_end(paragraphs, reasons)


def _mark_end(paragraphs: Sequence[Paragraph], reasons: list[str]) -> None:
    """Mark what stands among boilerplate below the text: a biography, an appeal, the site's name."""
    total = sum(p.words for p, reason in zip(paragraphs, reasons, strict=True) if not reason)
    left, words_left = sum(not reason for reason in reasons), total  # the author's, from here on
    for i, reason in enumerate(reasons):
        left, words_left = left - (not reason), words_left - (0 if reason else paragraphs[i].words)
        if reason in _CLOSING and words_left <= 0.1 * total and 2 * left <= len(paragraphs) - i:
            reasons[i + 1 :] = [later or "below the end of the text" for later in reasons[i + 1 :]]
            break
    last = max(i for i, p in enumerate(paragraphs) if p.is_prose and not reasons[i])
    below = [i for i in range(last + 1, len(paragraphs)) if reasons[i]]
    if not below:
        return
    for i in range(below[0], len(paragraphs)):
        reasons[i] = reasons[i] or "below the end of the text"
    above = below[0] - 1
    name = words(paragraphs[above].text) if above > last else []
    if name and words(paragraphs[below[0]].text)[: len(name)] == name:
        reasons[above] = "name above a biography"


def _short_runs(paragraphs: Sequence[Paragraph], indices: range) -> list[list[int]]:
    """Neighbouring paragraphs of a few words each that end no sentence, such as a menu's entries."""
    runs: list[list[int]] = [[]]
    for i in indices:
        if paragraphs[i].words <= 4 and not paragraphs[i].ends_sentence:
            runs[-1].append(i)
        else:
            runs.append([])
    return runs
