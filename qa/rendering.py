"""Answers, sources and documents as the page shows them: Markdown for the chat, HTML for the rest.

What comes from a document (text, title, path, metadata) is only ever text: in HTML it goes through
`html.escape`, in Markdown through `qa.quoting.escape`. The links that open a source are made here
and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import pairwise

from qa.quoting import escape as as_markdown
from qa.quoting import verify
from qa.types import Answer, Citation, Document, Hit, Span

_TOKEN = re.compile(r"\\.|\[(\d+)\]", re.DOTALL)  # a backslash and what it escapes belong together
_HEADING = re.compile(r"^(#{1,6} +)(.+)$", re.MULTILINE)
_WORDS = ((0.75, "Well supported"), (0.5, "Probably right"), (0.0, "Possibly: check the source"))
BESIDE = 2  # sentences on either side of a quote that are shown at once
_EMPTY = "The sources of an answer appear here: each number in it opens the passage that it was taken from."


def message(answer: Answer, turn: int) -> str:
    """The answer as Markdown whose markers are links to the cards of its turn, then how sure it is.

    What a follow-up was taken to mean is said with it.
    """
    meant = answer.understood
    notes = [f"understood as “{literal(meant)}”"] if meant not in ("", answer.question) else []
    if answer.answered:
        sources = _counted(len({citation.document.id for citation in answer.citations}), "document")
        notes = [confidence_words(answer.confidence), f"from {sources}", *notes]
    elif answer.nearest:
        notes = [f"[{_counted(len(answer.nearest), 'nearest passage')}](#source-{turn}-1)", *notes]
    text = linked(answer, turn) if answer.answered else answer.text
    return "\n\n".join(part for part in (text, f"*{' · '.join(notes)}*" if notes else "") if part)


def linked(answer: Answer, turn: int) -> str:
    """The text of an answer with its [1] as links to #source-TURN-1; other brackets stay as they are."""
    return _marked(answer.text, {str(c.number): f"#source-{turn}-{c.number}" for c in answer.citations})


def literal(text: str) -> str:
    """Text as Markdown that shows it as it is, on one line."""
    return _marked(as_markdown(text), {})


def _marked(markdown: str, links: Mapping[str, str]) -> str:
    """Markdown with the markers of `links` as links."""

    def replacement(match: re.Match[str]) -> str:
        return f"[{match[0]}]({links[match[1]]})" if match[1] in links else match[0]

    return _TOKEN.sub(replacement, markdown)


def confidence_words(confidence: float) -> str:
    """A calibrated probability in words, for people."""
    return next(words for least, words in _WORDS if confidence >= least)


def sources(answer: Answer, turn: int) -> str:
    """The cards of one answer: what it cites, or the passages nearest to a question that it refused.

    Raises CitationError where a quote no longer stands in its document.
    """
    if answer.answered:
        heading, note = "Sources", ""
        cards = [_cited(citation, turn) for citation in answer.citations]
    elif answer.nearest:
        heading, note = "Nearest passages", "They do not answer the question and are no evidence."
        cards = [_near(hit, turn, number) for number, hit in enumerate(answer.nearest, 1)]
    else:
        heading, note, cards = "Sources", "There are none: nothing is indexed yet.", []
    kind = "cited" if answer.answered else "nearest"
    about = _paragraph("asked", _text(answer.question)) + _paragraph("note", note)
    head = f"<header><h2>{heading}</h2>{about}</header>"
    return f'<section class="turn {kind}">{head}{"".join(cards)}</section>'


def pane(turns: Iterable[str]) -> str:
    """The cards of all turns, of which the page shows the selected or else the last; or what will be here."""
    return "".join(turns) or _paragraph("empty", _EMPTY)


def documents_table(documents: Sequence[Document], passages: Mapping[str, int]) -> str:
    """The list of what can be asked about."""
    if not documents:
        return _paragraph("empty", "No documents yet: put files into the corpus folder and sync.")
    return f'<ul class="documents">{"".join(_listed(d, passages.get(d.id, 0)) for d in documents)}</ul>'


def documents_label(documents: Sequence[Document]) -> str:
    """The heading of that list."""
    return f"Documents ({len(documents)})"


def _cited(citation: Citation, turn: int) -> str:
    """The whole passage; what lies further from the quote is folded until the card is selected."""
    verify(citation)
    passage, (start, end) = citation.passage, _around(citation)
    cuts = (passage.start, start, citation.start, citation.end, end, passage.end)
    parts = [passage.text[a - passage.start : b - passage.start] for a, b in pairwise(cuts)]
    far, near, quote, after, rest = (_prose(part, citation.document) for part in parts)
    body = f"{_folded(far)}{near}<mark>{quote}</mark>{after}{_folded(rest)}"
    return _card(turn, citation.number, citation.document, body)


def _around(citation: Citation) -> Span:
    """The quote and up to BESIDE sentences on either side, within its paragraph; the document's offsets."""
    passage = citation.passage
    before = passage.text[: citation.start - passage.start]
    after = passage.text[citation.end - passage.start :]
    paragraph = before.rfind("\n\n") + 2 if "\n\n" in before else 0
    starts = [a for a, _ in passage.sentences if passage.start + paragraph <= a < citation.start]
    length = after.find("\n\n") if "\n\n" in after else len(after)
    ends = [b for _, b in passage.sentences if citation.end < b <= citation.end + length]
    return [*starts, citation.start][-1 - BESIDE :][0], [citation.end, *ends][: 1 + BESIDE][-1]


def _near(hit: Hit, turn: int, number: int) -> str:
    return _card(turn, number, hit.document, _prose(hit.passage.text, hit.document))


def _prose(text: str, document: Document) -> str:
    """Text of a document as HTML with every character in it; the # of a Markdown heading is there, unseen."""
    html = escape(text)
    if not document.path.lower().endswith(".md"):
        return html
    return _HEADING.sub(r'<strong><span class="unseen">\1</span>\2</strong>', html)


def _folded(html: str) -> str:
    return f'<span class="rest"><span>{html}</span></span>' if html.strip() else html


def _listed(document: Document, passages: int) -> str:
    origin = _joined([_origin(document), _counted(passages, "passage")])
    return (
        f"<li><h3>{_text(document.title)}</h3>{_paragraph('origin', origin)}"
        f"{_paragraph('path', _text(document.path))}</li>"
    )


def _card(turn: int, number: int, document: Document, body: str) -> str:
    """`body` is HTML; the rest is escaped here."""
    about = f"<h3>{_text(document.title)}</h3>{_paragraph('origin', _origin(document))}"
    return (
        f'<article class="card" id="source-{turn}-{number}" tabindex="0">'
        f'<header><span class="number">{number}</span><div>{about}</div></header>'
        f'<blockquote dir="auto">{body}</blockquote>{_paragraph("path", _text(document.path))}</article>'
    )


def _origin(document: Document) -> str:
    """Publisher, author and date as far as known, as HTML."""
    known = document.metadata
    return _joined([_text(known[name]) for name in ("source", "author", "date") if known.get(name)])


def _joined(parts: Iterable[str]) -> str:
    return " · ".join(part for part in parts if part)


def _paragraph(kind: str, body: str) -> str:
    """`body` is HTML; nothing at all where it is empty."""
    return f'<p class="{kind}">{body}</p>' if body else ""


def _text(text: str) -> str:
    """Text as HTML, kept to itself: a right-to-left override in it turns nothing around it."""
    return f"<bdi>{escape(text)}</bdi>"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
