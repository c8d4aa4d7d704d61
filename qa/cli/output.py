"""What the command prints: answers, hits, status and feedback as text for a terminal."""

from __future__ import annotations

import json
import textwrap
import time
from collections.abc import Iterator, Mapping, Sequence

from qa.answers import wording
from qa.assistant import Status
from qa.cli.terminal import json_escaped, plain, printable_line
from qa.feedback.log import Feedback, Tally
from qa.language.questions import parse
from qa.text import one_line, plural
from qa.types import Answer, Document, Hit

WIDTH = 100  # characters of a line
_GONE = "(left out: it repeats what is not in the documents any more)"


def json_text(values: object) -> str:
    """Values as JSON that commands no terminal."""
    return json_escaped(json.dumps(values, ensure_ascii=False, indent=2))


# --- answers and hits ----------------------------------------------------------------------------


def answer_text(answer: Answer) -> str:
    """An answer: the short answer, the sentences it is from, then what they cite."""
    parts = [] if answer.understood == answer.question else [f"Understood as: {answer.understood}"]
    if not answer.answered:
        return "\n\n".join([*parts, *_refusal(answer)])
    if answer.differ:
        parts.append(f"{wording.differing(parse(answer.understood or answer.question).wants)}:")
    for said in wording.said(answer.claims, answer.differ):
        if said.headline:
            parts.append(one_line(said.headline) + (f" ({said.agreement})" if said.agreement else ""))
        marks = " ".join(f"[{citation.number}]" for citation in said.citations)
        parts.append(textwrap.fill(f"{_joined(said.citations[0].quote)} {marks}", WIDTH))
    sources = [
        f"[{c.number}] {_source(c.document)}\n    {c.document.path}{_pages(c.page, c.page_end)},"
        f" characters {c.start}-{c.end}"
        for c in answer.citations
    ]
    return "\n\n".join([*parts, "\n".join(sources), f"confidence {answer.confidence:.2f}"])


def _refusal(answer: Answer) -> list[str]:
    if not answer.nearest:
        return ["Nothing is indexed yet: put documents into the corpus folder and run qa sync."]
    parts = [wording.REFUSAL]
    if answer.unknown:
        parts.append(wording.unknown(answer.unknown))
    if answer.suggestions:
        parts.append(f"{wording.OFFER}\n" + "\n".join(f"- {asked}" for asked in answer.suggestions))
    parts.append("Nearest passages, which do not answer it:")
    return [*parts, *(hit_text(hit, number) for number, hit in enumerate(answer.nearest, 1))]


def hit_text(hit: Hit, number: int) -> str:
    """A hit with its place and its score."""
    document = hit.document
    head = f"{number}. {_source(document)}"
    place = (
        f"{document.path}{_pages(hit.page, document.page_at(hit.passage.end - 1))},"
        f" characters {hit.passage.start}-{hit.passage.end}, score {hit.score:.2f}"
    )
    body = textwrap.fill(_joined(hit.passage.text), 96, initial_indent="   ", subsequent_indent="   ")
    return f"{head}\n   {place}\n{body}"


def _source(document: Document) -> str:
    known = document.metadata
    return ", ".join(
        part for part in (document.title, known.get("source", ""), known.get("date", "")) if part
    )


def _pages(first: int | None, last: int | None) -> str:
    """Where something stands, for the end of a path; "" without pages."""
    return f", {wording.pages(first, last)}" if first is not None else ""


def _joined(text: str) -> str:
    return " ".join(text.split())


# --- status --------------------------------------------------------------------------------------


def status_text(status: Status, tally: Tally) -> str:
    """What is indexed, a line each, and below it what failed."""
    counts = status.counts
    changed = (
        time.strftime("%Y-%m-%d %H:%M", time.localtime(counts.changed_at)) if counts.changed_at else "never"
    )
    rows = {
        "corpus": status.corpus,
        "index": f"{status.index} ({status.bytes / 1e6:.1f} MB)",
        "documents": f"{counts.documents} ({counts.left_out} pieces of boilerplate left out)",
        "passages": str(counts.passages),
        "vectors": str(counts.vectors),
        "model": f"{status.model}, {status.precision}",
        "reader": status.reader,
        "changed": changed,
        "feedback": tally_text(tally),
        "failed": str(len(status.failures)),
    }
    failed = [f"  {printable_line(f.path)}: {printable_line(f.reason)}" for f in status.failures]
    return "\n".join([*(f"{name:<10} {value}" for name, value in rows.items()), *failed])


def left_out_text(left_out: Mapping[str, Sequence[tuple[str, str]]]) -> Iterator[str]:
    """For each document what of it is not indexed, and why."""
    for path, pieces in left_out.items():
        yield f"\n{printable_line(path)}: {len(pieces)} left out"
        for reason, text in pieces:
            yield f"  [{reason}] {plain(textwrap.shorten(text, 100, placeholder=' …'))}"


# --- feedback ------------------------------------------------------------------------------------


def tally_text(tally: Tally) -> str:
    """How many answers were found helpful, in one line."""
    if not (tally.helpful or tally.not_helpful or tally.damaged):
        return "none"
    damaged = f"; damaged lines: {tally.damaged}" if tally.damaged else ""
    return f"{tally.helpful} helpful, {tally.not_helpful} not{damaged}"


def feedback_lines(entries: Sequence[Feedback]) -> Iterator[str]:
    """A line for each entry: when, up or down, the question; and the comment below it.

    Nothing that was typed can move the cursor or turn the line around.
    """
    for entry in entries:
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(entry.when))
        question = textwrap.shorten(one_line(entry.question), WIDTH, placeholder=" …") or _GONE
        yield f"  {when}  {'up  ' if entry.helpful else 'down'}  {question}"
        if entry.comment:
            yield textwrap.indent(textwrap.fill(one_line(entry.comment), WIDTH), " " * 26)


def written_text(written: int, path: object) -> str:
    """How many questions were written to a file."""
    return f"{plural(written, 'question')} written to {path}"
