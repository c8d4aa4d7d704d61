"""Why an answer is as it is, as the page shows it: the trace of the answer as HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from qa.server.html.elements import counted, paragraph, text
from qa.types import Answer, Considered, Trace

_CHANGED = "The documents have changed since: this is how the question is answered now."
_LOGITS = "The reader’s figure is in logits: above 0 it takes the span for an answer."
_PLACE = 60  # characters of a passage that tell which one it is


def explanation(answer: Answer, changed: bool) -> str:
    """What was looked for, what retrieval found, what the reader thought of it, and how long it took."""
    trace = answer.trace
    if trace is None:
        return paragraph("note", "Nothing is known of how this answer came about.")
    parts = [paragraph("note", _CHANGED if changed else ""), paragraph("said", _verdict(answer, trace))]
    if len(trace.readings) > 1:
        rows = ((text(tried.question), _percent(tried.probability)) for tried in trace.readings)
        parts.append(_table("What the question may have meant", ("Question", "Answered with"), rows))
    words = ((text(sought.word), counted(sought.passages, "passage")) for sought in trace.words)
    parts.append(_table("Words that were looked for", ("Word", "Found in"), words))
    heads = ("Passage", "Similarity", "Words", "Reader", "Its best span")
    parts.append(_table("Passages that were read, the best first", heads, map(_passage, trace.considered)))
    parts.append(paragraph("note", _timings(trace)))
    return "".join(parts)


def _verdict(answer: Answer, trace: Trace) -> str:
    sure, needed = _percent(trace.confidence), _percent(trace.threshold)
    outcome = "so it was answered" if answer.answered else "so it was not answered"
    return (
        f"{counted(trace.searched, 'passage')} were searched; what was wanted was {escape(trace.wanted)}."
        f" The best sentence is right with a probability of {sure}; at least {needed} is needed, {outcome}."
    )


def _passage(considered: Considered) -> Sequence[str]:
    place = f"{text(considered.title)}<br><span>{text(considered.lead[:_PLACE])} …</span>"
    margin = "" if considered.margin is None else f"{considered.margin:+.1f}"
    return place, f"{considered.similarity:.2f}", _percent(considered.words), margin, text(considered.span)


def _timings(trace: Trace) -> str:
    timings = trace.timings
    parts = {
        "searching": timings.search, "reading": timings.read, "wording": timings.compose,
        "suggesting": timings.suggestions,
    }  # fmt: skip
    told = ", ".join(f"{name} {1000 * seconds:.0f} ms" for name, seconds in parts.items() if seconds)
    return f"{told}; {1000 * timings.total:.0f} ms in all. {_LOGITS}"


def _table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """`rows` are HTML."""
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><caption>{title}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
