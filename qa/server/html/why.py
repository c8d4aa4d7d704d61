"""How an answer was found: a few words, the best passages as cards, and everything else behind "Details"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from qa.server.html.elements import NOTHING, concat, html, paragraph, text
from qa.text import plural
from qa.types import Considered, Trace

_CHANGED = "The documents have changed. This is how the question is answered now."
_CARDS = 3  # passages that are shown at once
_LEAD = 60  # characters of a passage that identify it in the table
_NUMBER = Markup(' class="number"')


def explanation(trace: Trace | None, changed: bool) -> Markup:
    """What was asked for and how sure the answer is, the best passages, and details.

    `changed` says that the documents have changed, so that the trace is that of another answer.
    """
    if trace is None:
        return paragraph("note", "No details were kept for this answer.")
    cards = concat(map(_card, trace.considered[:_CARDS]))
    return concat(
        [
            paragraph("note", _CHANGED if changed else ""),
            paragraph("said", _verdict(trace)),
            html('<ol class="cards">{}</ol>', cards) if cards else NOTHING,
            html("<details><summary>Details</summary>{}</details>", _details(trace)),
        ]
    )


def _verdict(trace: Trace) -> str:
    confidence, threshold = _percent(trace.confidence), _percent(trace.threshold)
    return (
        f"You asked for {trace.wanted}. Searched {plural(trace.searched, 'passage')}."
        f" Confidence {confidence} (answers need {threshold})."
    )


def _card(considered: Considered) -> Markup:
    """A passage, and what the reader has found in it."""
    found = NOTHING
    if considered.margin is not None:
        takes = considered.margin > 0 and considered.span
        found = html("Best match “{}”", text(considered.span)) if takes else Markup("No answer in it")
    share = f"Has {_percent(considered.words)} of your words"
    return html(
        "<li>{}{}{}{}</li>",
        paragraph("of", text(considered.title)),
        paragraph("lead", text(considered.lead)),
        paragraph("found", found),
        paragraph("note", share),
    )


# --- details -------------------------------------------------------------------------------------


def _details(trace: Trace) -> Markup:
    parts = []
    if len(trace.readings) > 1:
        rows = ((text(tried.question), _percent(tried.probability)) for tried in trace.readings)
        parts.append(_table("Asked as", ("Question", "Confidence"), rows))
    words = ((text(sought.word), plural(sought.passages, "passage")) for sought in trace.words)
    parts.append(_table("Search terms", ("Word", "Found in"), words))
    heads = ("Passage", "Similarity", "Words", "Reader", "Best match")
    parts.append(_table("Passages considered, best first", heads, map(_row, trace.considered), (1, 2, 3)))
    parts.append(paragraph("note", _time_taken(trace)))
    return concat(parts)


def _row(considered: Considered) -> Sequence[str]:
    place = html("{}<br><span>{} …</span>", text(considered.title), text(considered.lead[:_LEAD]))
    margin = "" if considered.margin is None else f"{considered.margin:+.1f}"
    return place, f"{considered.similarity:.2f}", _percent(considered.words), margin, text(considered.span)


def _time_taken(trace: Trace) -> str:
    reader = any(considered.margin is not None for considered in trace.considered)
    margin = " A reader score above 0 speaks for an answer." if reader else ""
    return f"Took {trace.timings.total:.1f} s.{margin}"


def _table(
    title: str, heads: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[int] = (1,)
) -> Markup:
    """A table with a caption. Cells are text or HTML; `numbers` are the columns that must not wrap.

    On a narrow page each cell stands on a line of its own, below the name of its column.
    """
    head = concat(html('<th scope="col">{}</th>', name) for name in heads)
    body = concat(html("<tr>{}</tr>", _cells(heads, row, numbers)) for row in rows)
    return html(
        "<table><caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", title, head, body
    )


def _cells(heads: Sequence[str], row: Sequence[str], numbers: Sequence[int]) -> Markup:
    kinds = (_NUMBER if column in numbers else NOTHING for column in range(len(row)))
    return concat(
        html('<td data-of="{}"{}>{}</td>', head, kind, cell)
        for head, kind, cell in zip(heads, kinds, row, strict=True)
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f}\N{NO-BREAK SPACE}%"
