"""Answers, hits, status and feedback as the text that the command prints."""

from __future__ import annotations

import json
import textwrap
import time
from collections.abc import Iterator, Mapping, Sequence

from qa.answers import wording
from qa.assistant import Status
from qa.cli.terminal import json_escaped, plain, printable_line
from qa.feedback.log import Feedback, Tally
from qa.text import one_line, plural
from qa.types import Answer, Claim, Document, Hit, Layout

WIDTH = 100  # characters of a line
_GONE = "(left out: it quotes text that is no longer in your documents)"


def json_text(values: object) -> str:
    """Values as JSON without terminal commands."""
    return json_escaped(json.dumps(values, ensure_ascii=False, indent=2))


# --- answers and hits ----------------------------------------------------------------------------


def answer_text(answer: Answer) -> str:
    """An answer: the headline, the sentences it comes from, then their sources."""
    parts = [] if answer.understood == answer.question else [wording.understood(answer.understood)]
    if not answer.answered:
        return "\n\n".join([*parts, *_refusal(answer)])
    if answer.layout is not Layout.CLAIMS:
        return "\n\n".join([*_overview(answer), _sources(answer)])
    if answer.differ:
        parts.append(f"{wording.DISAGREEMENT}:")
    for claim in wording.worded_claims(answer.claims, answer.differ):
        if claim.headline:
            parts.append(one_line(claim.headline) + (f" ({claim.agreement})" if claim.agreement else ""))
        marks = " ".join(f"[{citation.number}]" for citation in claim.citations)
        parts.append(textwrap.fill(f"{_joined(claim.citations[0].quote)} {marks}", WIDTH))
    parts += map(one_line, wording.unanswered(answer.unanswered))
    return "\n\n".join([*parts, _sources(answer), f"confidence {answer.confidence:.2f}"])


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


# --- status --------------------------------------------------------------------------------------


def status_text(status: Status, tally: Tally) -> str:
    """What is indexed, one line each, followed by the files that failed."""
    counts = status.counts
    changed = (
        time.strftime("%Y-%m-%d %H:%M", time.localtime(counts.changed_at)) if counts.changed_at else "never"
    )
    rows = {
        "corpus": status.corpus,
        "index": f"{status.index} ({status.bytes / 1e6:.1f} MB)",
        "documents": f"{counts.documents}{_left_out(counts.left_out)}",
        "passages": str(counts.passages),
        "vectors": str(counts.vectors),
        "model": f"{status.model}, {status.precision}",
        "reader": status.reader,
        "changed": changed,
        "feedback": tally_text(tally),
        "failed": str(len(status.failures)),
        **({"stopped": status.stopped} if status.stopped else {}),
    }
    failed = [f"  {printable_line(f.path)}: {printable_line(f.reason)}" for f in status.failures]
    return "\n".join([*(f"{name:<10} {value}" for name, value in rows.items()), *failed])


def _left_out(count: int) -> str:
    return f" ({plural(count, 'part')} left out)" if count else ""


def left_out_text(left_out: Mapping[str, Sequence[tuple[str, str]]]) -> Iterator[str]:
    """The parts of each document that are not indexed, and why."""
    for path, pieces in left_out.items():
        yield f"\n{printable_line(path)}: {len(pieces)} left out"
        for reason, text in pieces:
            yield f"  [{reason}] {plain(textwrap.shorten(text, 100, placeholder=' …'))}"


# --- feedback ------------------------------------------------------------------------------------


def tally_text(tally: Tally) -> str:
    """The number of ratings, in one line."""
    if not (tally.helpful or tally.not_helpful or tally.damaged):
        return "none"
    rated = plural(tally.helpful + tally.not_helpful, "rating")
    damaged = f", {plural(tally.damaged, 'damaged line')}" if tally.damaged else ""
    return f"{rated}: {tally.helpful} helpful, {tally.not_helpful} not helpful{damaged}"


def feedback_lines(entries: Sequence[Feedback]) -> Iterator[str]:
    """A line for each rating: time, up or down, question; the comment goes below.

    Nothing that a user typed can move the cursor or reverse the direction of a line.
    """
    for entry in entries:
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(entry.when))
        question = textwrap.shorten(one_line(entry.question), WIDTH, placeholder=" …") or _GONE
        yield f"  {when}  {'up  ' if entry.helpful else 'down'}  {question}"
        if entry.comment:
            yield textwrap.indent(textwrap.fill(one_line(entry.comment), WIDTH), " " * 26)


def written_text(written: int, path: object) -> str:
    """Says how many questions were written to a file."""
    return f"{plural(written, 'question')} written to {path}"
