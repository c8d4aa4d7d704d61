"""The sources of an answer: a card each, with the quote marked in its passage, and the whole document."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import pairwise

from markupsafe import Markup

from qa.answers.quotes import verify
from qa.answers.wording import EMPTY, NEAREST, NO_EVIDENCE, citation_text, pages
from qa.server.html.elements import NOTHING, button, concat, html, joined, origin, paragraph, prose, text
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
        heading, note, kind, cards = "", EMPTY, "nearest", []
    title = html("<h2>{}</h2>", heading) if heading else Markup('<h2 class="hidden">Sources</h2>')
    asked = paragraph("asked", text(answer.question))
    head = html("<header>{}{}{}</header>", title, asked, paragraph("note", note))
    return html('<section class="cards {}" data-turn="{}">{}{}</section>', kind, turn, head, concat(cards))


def _cited(citation: Citation, turn: int, neighbours: Neighbours) -> Markup:
    """A passage with its neighbours. All but the quote's surroundings is folded until it is selected."""
    verify(citation)
    passage, (start, end) = citation.passage, _around(citation)
    cuts = (passage.start, start, citation.start, citation.end, end, passage.end)
    parts = [passage.text[a - passage.start : b - passage.start] for a, b in pairwise(cuts)]
    far, near, quote, after, rest = (prose(part, citation.document) for part in parts)
    beside = neighbours.get(passage.id, (None, None))
    previous, following = (
        _beside(p, citation.document, side) for p, side in zip(beside, _SIDES, strict=True)
    )
    body = html(
        "{}{}<mark>{}</mark>{}{}", _folded(previous + far), near, quote, after, _folded(rest + following)
    )
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
        pages(citation.page, citation.page_end),
        body,
        acts,
    )


def _beside(passage: Passage | None, document: Document, side: str) -> Markup:
    if passage is None:
        return NOTHING
    return html('<span class="beside {}">{}</span>', side, prose(passage.text, document))


def _around(citation: Citation) -> Span:
    """The document's offsets of the quote with up to CONTEXT sentences on either side in its paragraph."""
    passage = citation.passage
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
    body = prose(passage.text, hit.document)
    return _card(f"source-{turn}-{number}", number, hit.document, "", body, act)


def _folded(part: Markup) -> Markup:
    return html('<span class="rest"><span>{}</span></span>', part) if part.strip() else part


def _card(identity: str, number: int, document: Document, where: str, body: Markup, acts: Markup) -> Markup:
    about = html(
        '<h3 id="{}-of">{}</h3>{}',
        identity,
        text(document.title),
        paragraph("origin", origin(document, where)),
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
    cuts = [start, *(min(max(offset, start), end) for offset in marked), end]
    before, inside, after = (_paged(document, a, b) for a, b in pairwise(cuts))
    mark = html("<mark>{}</mark>", inside) if inside else NOTHING
    part = partial(button, "whole", document=document.id, start=marked[0], end=marked[1])
    earlier = part("Earlier in the document", begin=max(0, start - WINDOW)) if start else NOTHING
    later = part("Later in the document", begin=end) if end < len(content) else NOTHING
    length = plural(len(document.pages), "page") if document.pages else ""
    return {
        "title": document.title,
        "origin": joined([origin(document), length, text(document.path)]),
        "html": html("{}<div>{}{}{}</div>{}", earlier, before, mark, after, later),
    }


def _paged(document: Document, start: int, end: int) -> Markup:
    """A slice of a document as HTML, with a line at the start of each page."""
    inside = [(offset, page) for page, offset in enumerate(document.pages, 1) if start <= offset < end]
    cuts = [start, *(offset for offset, _ in inside), end]
    parts = [prose(document.text[a:b], document) for a, b in pairwise(cuts)]
    numbers = [NOTHING, *(html('<span class="page">Page {}</span>', page) for _, page in inside)]
    return concat(number + part for number, part in zip(numbers, parts, strict=True))
