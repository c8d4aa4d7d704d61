"""Answers and hits as plain text: what the command prints, and `str(answer)`.

Nothing in it is a command to a terminal: titles, file names and questions may contain any of them.
"""

from __future__ import annotations

import textwrap

from qa.answers import wording
from qa.text import one_line, plain, printable_line
from qa.types import Answer, Claim, Document, Hit, Layout

WIDTH = 100  # characters of a line


def answer_text(answer: Answer) -> str:
    """An answer: the headline, the sentences it comes from, then their sources and the confidence."""
    return plain("\n\n".join(_parts(answer)))


def _parts(answer: Answer) -> list[str]:
    parts = [] if answer.understood == answer.question else [wording.understood(answer.understood)]
    if not answer.answered:
        return [*parts, *_refusal(answer)]
    if answer.layout is not Layout.CLAIMS:
        return [*_overview(answer), _sources(answer)]
    if answer.differ:
        parts.append(f"{wording.DISAGREEMENT}:")
    for claim in wording.worded_claims(answer.claims, answer.differ):
        if claim.headline:
            parts.append(one_line(claim.headline) + (f" ({claim.agreement})" if claim.agreement else ""))
        marks = " ".join(f"[{citation.number}]" for citation in claim.citations)
        parts.append(textwrap.fill(f"{_joined(claim.citations[0].quote)} {marks}", WIDTH))
    parts += map(one_line, wording.unanswered(answer.unanswered))
    _, in_words = wording.confidence(answer.confidence)
    return [*parts, _sources(answer), f"{in_words} (confidence {answer.confidence:.2f})"]


def _sources(answer: Answer) -> str:
    """Where the quotes of an answer stand, and what has to be known of them."""
    places = [
        f"[{c.number}] {_source(c.document)}\n    {_place(c.document, c.start, c.end)}"
        + (f"\n    columns: {one_line(c.columns)}" if c.columns else "")
        for c in answer.citations
    ]
    return "\n\n".join(["\n".join(places), *map(one_line, wording.remarks(answer.citations))])


def _overview(answer: Answer) -> list[str]:
    """Sentences under the titles of their documents, or by date."""
    if answer.layout is Layout.DATES:
        return [_quoted(claim, f"{one_line(claim.value)}: ") for claim in answer.claims]
    parts = [one_line(answer.lead)] if answer.lead else []
    for document, claims in wording.by_document(answer.claims):
        parts.append("\n".join([_source(document), *(_quoted(claim, "- ") for claim in claims)]))
    return parts


def _quoted(claim: Claim, before: str) -> str:
    citation = claim.citations[0]
    text = f"{before}{_joined(citation.quote)} [{citation.number}]"
    return textwrap.fill(text, WIDTH, subsequent_indent="  ")


def _refusal(answer: Answer) -> list[str]:
    if not answer.nearest and answer.text != wording.EMPTY:
        return [answer.text]
    if not answer.nearest:
        return ["No documents yet. Put some into the corpus folder and run qa sync."]
    parts = [wording.REFUSAL]
    if answer.corrected:
        parts.append(f"{wording.CORRECTED} “{answer.corrected}”?")
    if answer.language:
        parts.append(wording.foreign(answer.language))
    if answer.unknown:
        parts.append(wording.unknown(answer.unknown))
    if answer.suggestions:
        parts.append(f"{wording.SUGGESTIONS}\n" + "\n".join(f"- {asked}" for asked in answer.suggestions))
    parts.append(f"{wording.NEAREST}. {wording.NO_EVIDENCE}")
    return [*parts, *(hit_text(hit, number) for number, hit in enumerate(answer.nearest, 1))]


def hit_text(hit: Hit, number: int) -> str:
    """A hit with its place and score."""
    document = hit.document
    head = f"{number}. {_source(document)}"
    place = ", ".join(
        filter(
            None,
            (
                _place(document, hit.passage.start, hit.passage.end),
                one_line(wording.remark(hit.passage)),
                f"score {hit.score:.2f}",
            ),
        )
    )
    body = textwrap.fill(_joined(hit.passage.text), 96, initial_indent="   ", subsequent_indent="   ")
    return f"{head}\n   {place}\n{body}"


def _source(document: Document) -> str:
    known = document.metadata
    return ", ".join(
        part for part in (document.title, known.get("source", ""), known.get("date", "")) if part
    )


def _place(document: Document, start: int, end: int) -> str:
    """The file, the page, slide, row or chapter, and the characters of a span."""
    where = one_line(wording.place(document, start, end))
    return ", ".join(filter(None, (printable_line(document.path), where, f"characters {start}-{end}")))


def _joined(text: str) -> str:
    return " ".join(text.split())
