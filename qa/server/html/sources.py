"""The sources of an answer: a card each, with the quote marked in its passage, and the whole document."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import pairwise

from markupsafe import Markup

from qa.answers.quotes import verify
from qa.answers.wording import EMPTY, NEAREST, NO_EVIDENCE, citation_text, place, remark
from qa.server.html.elements import NOTHING, button, concat, html, joined, origin, paragraph, text
from qa.server.html.excerpt import excerpt
from qa.text import plural
from qa.types import Answer, Citation, Document, Hit, Passage, Span

CONTEXT = 2  # sentences shown on either side of a quote before its card is selected
_SIDES = ("before", "after")
WINDOW = 60_000  # characters of a document shown at a time
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


def begin(document: Document, marked: Span) -> int:
    """The offset of the part of a document that shows a span: 0 if the span is in the first part."""
    return 0 if marked[1] <= WINDOW else max(0, marked[0] - WINDOW // 3)


def whole(document: Document, marked: Span, begin: int) -> dict[str, object]:
    """WINDOW characters of a document's text from `begin` as HTML with a span marked, its title and origin.

    If the document goes on before or after this part, the HTML has a button that opens the next one.
    """
    content = document.text
    start = max(0, min(begin, len(content) - 1))
    end = min(len(content), start + WINDOW)
    shown = _paged(document, start, end, marked)
    part = partial(button, "whole", document=document.id, start=marked[0], end=marked[1])
    earlier = part("Earlier in the document", begin=max(0, start - WINDOW)) if start else NOTHING
    later = part("Later in the document", begin=end) if end < len(content) else NOTHING
    length = plural(len(document.pages), "page") if document.pages else ""
    return {
        "title": document.title,
        "origin": joined([origin(document), length, text(document.path)]),
        "html": html("{}<div>{}</div>{}", earlier, shown, later),
    }


def _paged(document: Document, start: int, end: int, marked: Span) -> Markup:
    """A slice of a document as HTML, with a line at the start of each page, slide, sheet or chapter."""
    labels = [(offset, label) for offset, label in _labels(document) if start <= offset < end]
    cuts = [start, *(offset for offset, _ in labels), end]
    parts = [excerpt(document, document.text[a:b], a, marked) for a, b in pairwise(cuts)]
    lines = [NOTHING, *(html('<span class="page">{}</span>', label) for _, label in labels)]
    return concat(line + part for line, part in zip(lines, parts, strict=True))


def _labels(document: Document) -> list[tuple[int, str]]:
    """Where a page, slide, sheet or chapter begins, and its name, unless it stands there as the heading.

    Rows have no line above them.
    """
    pages = [(offset, f"Page {number}") for number, offset in enumerate(document.pages, 1)]
    structure = document.structure
    places = [
        (at, name)
        for at, name in structure.places
        if name and not structure.table_at(at) and not document.text.startswith(name, at)
    ]
    return pages or [(at, name[:1].upper() + name[1:]) for at, name in places]
