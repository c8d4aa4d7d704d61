"""Answers and hits as lines of plain text: what the command prints, and `str(answer)`.

Every line has a role, by which a terminal can set it apart. Nothing in a line is a command to a terminal:
titles, file names and questions may contain any of them.
"""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from qa.answers import wording
from qa.text import one_line, plain, printable_line
from qa.types import Answer, Citation, Document, Hit, Layout, Passage

WIDTH = 100  # characters of a line
REFUSAL_LINES = 10
_NEAREST = 3  # passages that a refusal shows
_WORD = 16  # characters that may be cut off with the rest of a word
_AT_MOST = 2  # lines for anything else that a refusal says
_EMPTY = "No documents yet. Put some into the corpus folder and run qa sync."


class Role(StrEnum):
    """What a line is. How sure an answer is has the three names of `wording.confidence`."""

    LEAD = "lead"  # what is said of the answer as a whole
    VALUE = "value"  # the short answer
    QUOTE = "quote"
    CITED = "cited"  # the last line of a quote, with the numbers of its sources
    SOURCE = "source"  # the title of a document, perhaps after its number
    PLACE = "place"
    NOTE = "note"
    SURE = "sure"
    LIKELY = "likely"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text, without its end."""

    text: str
    role: Role = Role.NOTE


_BLANK = Line("")
_TIED = "\N{NO-BREAK SPACE}"  # of which no text on one line has any


def answer_text(answer: Answer) -> str:
    """An answer: the headline, the sentences it comes from, then their sources and the confidence."""
    return "\n".join(line.text for line in answer_lines(answer, WIDTH))


def answer_lines(answer: Answer, width: int) -> list[Line]:
    """The lines of `answer_text`, at most `width` characters wide."""
    if not answer.answered:
        return _refusal(answer, width)
    parts = _overview(answer, width) if answer.layout is not Layout.CLAIMS else _claims(answer, width)
    return _joined_by_blanks(parts)


def hit_lines(hit: Hit, number: int | None, width: int) -> list[Line]:
    """A hit with its place and score, and perhaps its number."""
    head = ("" if number is None else f"{number}. ") + _source(hit.document)
    document, passage = hit.document, hit.passage
    place = _place(document, passage.start, passage.end)
    told = ", ".join(filter(None, (place, one_line(wording.remark(passage)), f"score {hit.score:.2f}")))
    heading, body = _divided(passage)
    return [
        *_filled(head, width, Role.LEAD, "", "   "),
        Line(plain(f"   {told}"), Role.PLACE),
        *_filled(heading, width, Role.NOTE, "   "),
        *_filled(body, width, Role.QUOTE, "   "),
    ]


def hit_text(hit: Hit, number: int | None = None) -> str:
    """A hit as text."""
    return "\n".join(line.text for line in hit_lines(hit, number, WIDTH))


# --- answers -------------------------------------------------------------------------------------


def _claims(answer: Answer, width: int) -> Iterator[list[Line]]:
    """The parts of an answer to a question about something."""
    if _reworded(answer):
        yield _filled(wording.understood(answer.understood), width, Role.NOTE)
    if answer.differ:
        yield [Line(f"{wording.DISAGREEMENT}:", Role.LEAD)]
    for claim in wording.worded_claims(answer.claims, answer.differ):
        if claim.about:
            yield _filled(one_line(claim.about), width, Role.LEAD)
        if claim.headline:
            agreement = f" ({claim.agreement})" if claim.agreement else ""
            yield _filled(one_line(claim.headline) + agreement, width, Role.VALUE)
        yield _quoted(claim.citations, width)
    for line in wording.unanswered(answer.unanswered):
        yield _filled(one_line(line), width, Role.NOTE)
    yield from _sources(answer.citations, width)
    name, in_words = wording.confidence(answer.confidence)
    yield [Line(f"{in_words} (confidence {answer.confidence:.2f})", Role(name))]


def _overview(answer: Answer, width: int) -> Iterator[list[Line]]:
    """Sentences under the titles of their documents, or by date."""
    if answer.layout is Layout.DATES:
        for claim in answer.claims:
            yield _quoted(claim.citations[:1], width, f"{one_line(claim.value)}: ", "  ")
    else:
        if answer.lead:
            yield _filled(one_line(answer.lead), width, Role.LEAD)
        for document, claims in wording.by_document(answer.claims):
            quotes = [line for claim in claims for line in _quoted(claim.citations[:1], width, "- ", "  ")]
            yield [*_filled(_source(document), width, Role.SOURCE, "", "  "), *quotes]
    yield from _sources(answer.citations, width)


def _quoted(citations: Sequence[Citation], width: int, before: str = "", indent: str = "") -> list[Line]:
    """The first quote, with the numbers of all that say so."""
    marks = "".join(f"{_TIED}[{citation.number}]" for citation in citations)
    *lines, last = _filled(f"{before}{citations[0].quote}", width, Role.QUOTE, "", indent, marks)
    return [*lines, Line(last.text, Role.CITED)]


def _sources(citations: Sequence[Citation], width: int) -> Iterator[list[Line]]:
    """Where the quotes of an answer stand, and what has to be known of them."""
    lines = []
    for c in citations:
        lines += _filled(f"[{c.number}] {_source(c.document)}", width, Role.SOURCE, "", "    ")
        lines.append(Line(plain(f"    {_place(c.document, c.start, c.end)}"), Role.PLACE))
        if c.columns:
            lines += _filled(f"columns: {one_line(c.columns)}", width, Role.PLACE, "    ")
    yield lines
    for remark in wording.remarks(citations):
        yield _filled(one_line(remark), width, Role.NOTE)


def _joined_by_blanks(parts: Iterable[Sequence[Line]]) -> list[Line]:
    lines = [line for part in parts for line in (*part, _BLANK)]
    return lines[:-1]


# --- refusals ------------------------------------------------------------------------------------


def _refusal(answer: Answer, width: int) -> list[Line]:
    """A refusal, of ten lines at most; other replies without passages are their text."""
    if not answer.nearest:
        return _filled(_EMPTY if answer.text == wording.EMPTY else answer.text, width, Role.LEAD)
    lines = _short(wording.understood(answer.understood), width) if _reworded(answer) else []
    lines += _short(wording.REFUSAL, width, Role.LEAD)
    if answer.corrected:
        lines += _short(f"{wording.CORRECTED} “{answer.corrected}”?", width)
    if answer.language:
        lines += _short(wording.foreign(answer.language), width)
    if answer.unknown:
        lines += _short(wording.unknown(answer.unknown), width)
    heading = _short(f"{wording.NEAREST}. {wording.NO_EVIDENCE}", width)
    room = REFUSAL_LINES - len(lines) - len(heading)  # of which the nearest passage takes one line
    if suggestions := answer.suggestions[: max(0, room - 2)]:
        lines.append(Line(wording.SUGGESTIONS))
        lines += [Line(plain(_cut(f"- {one_line(asked)}", width))) for asked in suggestions]
        room -= 1 + len(suggestions)
    if nearest := answer.nearest[: max(0, min(_NEAREST, room))]:
        lines += heading
        lines += [Line(_near(hit, number, width), Role.PLACE) for number, hit in enumerate(nearest, 1)]
    return lines


def _reworded(answer: Answer) -> bool:
    """True if a question was not taken as it was typed."""
    return answer.understood not in ("", answer.question)


def _short(text: str, width: int, role: Role = Role.NOTE) -> list[Line]:
    """Text in two lines at most."""
    lines = _filled(one_line(text), width, role)
    if len(lines) > _AT_MOST:
        last = _cut(f"{lines[_AT_MOST - 1].text} {lines[_AT_MOST].text}", width)
        lines[_AT_MOST - 1 :] = [Line(last, role)]
    return lines


def _near(hit: Hit, number: int, width: int) -> str:
    """The title of a passage's document and how the passage begins, on one line."""
    title = _cut(one_line(hit.document.title), 2 * width // 5)
    return plain(_cut(f"{number}. {title}: {_divided(hit.passage)[1]}", width))


# --- documents -----------------------------------------------------------------------------------


def _source(document: Document) -> str:
    known = document.metadata
    return ", ".join(
        part for part in (document.title, known.get("source", ""), known.get("date", "")) if part
    )


def _place(document: Document, start: int, end: int) -> str:
    """The file, the page, slide, row or chapter, and the characters of a span."""
    where = one_line(wording.place(document, start, end))
    return ", ".join(filter(None, (printable_line(document.path), where, f"characters {start}-{end}")))


def _divided(passage: Passage) -> tuple[str, str]:
    """The headings that a passage begins with, without marks of Markdown, and the rest of its text."""
    start = passage.sentences[0][0] - passage.start if passage.sentences else 0
    headings = " / ".join(filter(None, (line.strip("# \t") for line in passage.text[:start].splitlines())))
    return headings, _on_one_line(passage.text[start:])


# --- lines ---------------------------------------------------------------------------------------


def _filled(
    text: str, width: int, role: Role, indent: str = "", later: str = "", marks: str = ""
) -> list[Line]:
    """Text in lines that break at spaces only, so that what is copied from them is as it was.

    `marks` stay with its last word.
    """
    lines = textwrap.wrap(
        _on_one_line(text) + marks,
        width,
        initial_indent=indent,
        subsequent_indent=indent + later,
        break_on_hyphens=False,
        break_long_words=False,
    )
    return [Line(plain(line.replace(_TIED, " ")), role) for line in lines]


def _cut(text: str, width: int) -> str:
    """Text cut to a width, of which a Chinese character takes two columns."""
    if sum(map(_columns, text)) <= width:
        return text
    kept, room = 0, width - 1
    while (room := room - _columns(text[kept])) >= 0:
        kept += 1
    space = text.rfind(" ", kept - _WORD, kept + 1)
    return f"{text[: space if space > 0 else kept].rstrip(' ,;:–-')}…"


def _columns(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
