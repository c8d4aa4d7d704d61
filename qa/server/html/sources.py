"""The sources of an answer: a card each, with the quote marked in its passage."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from markupsafe import Markup

from qa.answers.quotes import verify
from qa.answers.wording import EMPTY, NEAREST, NO_EVIDENCE, citation_text, place, remark
from qa.server.html.elements import NOTHING, button, concat, html, origin, paragraph, text
from qa.server.html.excerpt import excerpt
from qa.types import Answer, Citation, Document, Hit, Passage, Span

CONTEXT = 2  # sentences shown on either side of a quote before its card is selected
_SIDES = ("before", "after")
Neighbours = Mapping[str, tuple[Passage | None, Passage | None]]  # by the id of the passage between them


def sources(answer: Answer, turn: int, neighbours: Neighbours) -> Markup:
    """The cards of one answer: its citations, or the passages nearest to a question that was refused.

    Raises CitationError if a quote is no longer in its document.
    """
    if answer.answered:
        heading, note, kind = "", "", "cited"
        cards = [_cited(citation, turn, neighbours) for citation in answer.citations]
    elif answer.nearest:
        heading, note, kind = NEAREST, NO_EVIDENCE, "nearest"
        cards = [_near(hit, turn, number) for number, hit in enumerate(answer.nearest, 1)]
    else:
        heading, note, kind, cards = "", EMPTY if answer.text == EMPTY else "", "nearest", []
    title = html("<h2>{}</h2>", heading) if heading else Markup('<h2 class="hidden">Sources</h2>')
    asked = paragraph("asked", text(answer.question))
    head = html("<header>{}{}{}</header>", title, asked, paragraph("note", note))
    return html('<section class="cards {}" data-turn="{}">{}{}</section>', kind, turn, head, concat(cards))


def _cited(citation: Citation, turn: int, neighbours: Neighbours) -> Markup:
    """A passage with its neighbours. All but the quote's surroundings is folded until it is selected."""
    verify(citation)
    passage = citation.passage
    quote = (citation.start, citation.end)
    far, near, rest = (
        excerpt(citation.document, passage.text[a - passage.start : b - passage.start], a, quote)
        for a, b in pairwise((passage.start, *_shown(citation), passage.end))
    )
    beside = neighbours.get(passage.id, (None, None))
    previous, following = (
        _beside(p, citation.document, side) for p, side in zip(beside, _SIDES, strict=True)
    )
    body = html("{}{}{}", _folded(previous + far), near, _folded(rest + following))
    acts = button(
        "whole",
        "Open document",
        document=citation.document.id,
        start=citation.start,
        end=citation.end,
    ) + button("cite", "Copy citation", text=citation_text(citation))
    return _card(
        f"source-{turn}-{citation.number}",
        citation.number,
        citation.document,
        (place(citation.document, citation.start, citation.end), remark(passage)),
        body,
        acts,
    )


def _beside(passage: Passage | None, document: Document, side: str) -> Markup:
    if passage is None:
        return NOTHING
    return html('<span class="beside {}">{}</span>', side, excerpt(document, passage.text, passage.start))


def _shown(citation: Citation) -> Span:
    """The document's offsets of the quote with up to CONTEXT sentences on either side in its paragraph.

    A quote from a table is shown with all the rows that are in its passage.
    """
    passage = citation.passage
    if table := citation.document.structure.table_at(citation.start):
        return max(passage.start, table.start), min(passage.end, table.end)
    before = passage.text[: citation.start - passage.start]
    after = passage.text[citation.end - passage.start :]
    paragraph = before.rfind("\n\n") + 2 if "\n\n" in before else 0
    starts = [a for a, _ in passage.sentences if passage.start + paragraph <= a < citation.start]
    length = after.find("\n\n") if "\n\n" in after else len(after)
    ends = [b for _, b in passage.sentences if citation.end < b <= citation.end + length]
    return [*starts, citation.start][-1 - CONTEXT :][0], [citation.end, *ends][: 1 + CONTEXT][-1]


def _near(hit: Hit, turn: int, number: int) -> Markup:
    passage = hit.passage
    act = button("whole", "Open document", document=hit.document.id, start=passage.start, end=passage.end)
    body = excerpt(hit.document, passage.text, passage.start)
    where = (place(hit.document, passage.start, passage.end), remark(passage))
    return _card(f"source-{turn}-{number}", number, hit.document, where, body, act)


def _folded(part: Markup) -> Markup:
    return html('<span class="rest"><span>{}</span></span>', part) if part.strip() else part


def _card(
    identity: str, number: int, document: Document, where: tuple[str, str], body: Markup, acts: Markup
) -> Markup:
    about = html(
        '<h3 id="{}-of">{}</h3>{}',
        identity,
        text(document.title),
        paragraph("origin", origin(document, *where)),
    )
    return html(
        '<article class="card" id="{identity}" tabindex="-1" aria-labelledby="{identity}-of">'
        '<header><span class="number">{number}</span><div>{about}</div></header>'
        '<blockquote dir="auto">{body}</blockquote>'
        '<footer>{path}<div class="acts">{acts}</div></footer></article>',
        identity=identity,
        number=number,
        about=about,
        body=body,
        path=paragraph("path", text(document.path)),
        acts=acts,
    )
