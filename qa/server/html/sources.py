"""The sources of an answer: a card each, with the quote marked in its passage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from markupsafe import Markup

from qa.answers.quotes import verify
from qa.answers.wording import EMPTY, NEAREST, NO_EVIDENCE, citation_text, place, remark
from qa.server.finding import Marks, check
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
        values = _values(answer)
        groups: dict[str, list[Citation]] = {}
        for citation in answer.citations:
            groups.setdefault(citation.passage.id, []).append(citation)
        cards = [_cited(group, turn, neighbours, values) for group in groups.values()]
    elif answer.nearest:
        heading, note, kind = NEAREST, NO_EVIDENCE, "nearest"
        cards = [_near(hit, turn, number) for number, hit in enumerate(answer.nearest, 1)]
    else:
        heading, note, kind, cards = "", EMPTY if answer.text == EMPTY else "", "nearest", []
    title = html("<h2>{}</h2>", heading) if heading else Markup('<h2 class="hidden">Sources</h2>')
    asked = paragraph("asked", text(answer.question))
    head = html("<header>{}{}{}</header>", title, asked, paragraph("note", note))
    return html('<section class="cards {}" data-turn="{}">{}{}</section>', kind, turn, head, concat(cards))


def _values(answer: Answer) -> dict[int, Span]:
    """Where the short answers stand in their quotes, by the numbers of the citations."""
    found = {}
    for claim in answer.claims:
        for citation in claim.citations:
            at = citation.quote.find(claim.value)
            if (claim.is_short or answer.differ) and at >= 0:
                start = citation.start + at
                found[citation.number] = (start, start + len(claim.value))
    return found


def _cited(
    citations: Sequence[Citation], turn: int, neighbours: Neighbours, values: Mapping[int, Span]
) -> Markup:
    """A passage with its neighbours, and the quotes from it.

    All but the surroundings of the quotes is folded until it is selected.
    """
    for citation in citations:
        verify(citation)
    first, passage = citations[0], citations[0].passage
    in_order = sorted(citations, key=lambda citation: citation.start)
    start, end = in_order[0].start, max(citation.end for citation in citations)
    marks = Marks(
        tuple((citation.start, citation.end) for citation in in_order),
        tuple(values[citation.number] for citation in in_order if citation.number in values),
    )
    far, near, rest = (
        excerpt(first.document, passage.text[a - passage.start : b - passage.start], a, marks)
        for a, b in pairwise((passage.start, *_shown(first.document, passage, start, end), passage.end))
    )
    beside = neighbours.get(passage.id, (None, None))
    previous, following = (_beside(p, first.document, side) for p, side in zip(beside, _SIDES, strict=True))
    body = html("{}{}{}", _folded(previous + far), near, _folded(rest + following))
    opening = button("whole", "Open document", document=first.document.id, start=first.start, end=first.end)
    copying = button("cite", "Copy citation", text="\n".join(map(citation_text, citations)))
    linking = button(
        "link",
        "Copy link",
        path=first.document.path,
        start=first.start,
        end=first.end,
        quote=check(first.quote),
    )
    numbers = [
        _Number(citation.number, in_order.index(citation), citation.start, citation.end)
        for citation in citations
    ]
    where = place(first.document, start, end), remark(passage)
    return _card(turn, numbers, first.document, where, body, opening + copying + linking)


def _beside(passage: Passage | None, document: Document, side: str) -> Markup:
    if passage is None:
        return NOTHING
    return html('<span class="beside {}">{}</span>', side, excerpt(document, passage.text, passage.start))


def _shown(document: Document, passage: Passage, start: int, end: int) -> Span:
    """The document's offsets of a quote with up to CONTEXT sentences on either side in its paragraph.

    A quote from a table is shown with all the rows that are in its passage.
    """
    if table := document.structure.table_at(start):
        return max(passage.start, table.start), min(passage.end, max(end, table.end))
    before = passage.text[: start - passage.start]
    after = passage.text[end - passage.start :]
    paragraph = before.rfind("\n\n") + 2 if "\n\n" in before else 0
    starts = [a for a, _ in passage.sentences if passage.start + paragraph <= a < start]
    length = after.find("\n\n") if "\n\n" in after else len(after)
    ends = [b for _, b in passage.sentences if end < b <= end + length]
    return [*starts, start][-1 - CONTEXT :][0], [end, *ends][: 1 + CONTEXT][-1]


def _near(hit: Hit, turn: int, number: int) -> Markup:
    passage = hit.passage
    act = button("whole", "Open document", document=hit.document.id, start=passage.start, end=passage.end)
    body = excerpt(hit.document, passage.text, passage.start)
    where = (place(hit.document, passage.start, passage.end), remark(passage))
    return _card(turn, [_Number(number, 0, passage.start, passage.end)], hit.document, where, body, act)


def _folded(part: Markup) -> Markup:
    return html('<span class="rest"><span>{}</span></span>', part) if part.strip() else part


class _Number(NamedTuple):
    """A number on a card, the index of its quote there, and the place of it in the document."""

    number: int
    quote: int
    start: int
    end: int


def _number(number: _Number, document: Document, identity: str) -> Markup:
    return html(
        '<span class="number" id="{}" data-document="{}" data-quote="{}" data-start="{}"'
        ' data-end="{}">{}</span>',
        identity,
        document.id,
        number.quote,
        number.start,
        number.end,
        number.number,
    )


def _card(
    turn: int,
    numbers: Sequence[_Number],
    document: Document,
    where: tuple[str, str],
    body: Markup,
    acts: Markup,
) -> Markup:
    """A card, which has the id of its first number; links to the others lead to these."""
    identity = f"source-{turn}-{numbers[0].number}"
    names = [f"{identity}-number", *(f"source-{turn}-{other.number}" for other in numbers[1:])]
    marks = concat(_number(n, document, name) for n, name in zip(numbers, names, strict=True))
    about = html(
        '<h3 id="{}-of">{}</h3>{}',
        identity,
        text(document.title),
        paragraph("origin", origin(document, *where)),
    )
    return html(
        '<article class="card" id="{identity}" tabindex="-1" aria-labelledby="{identity}-of">'
        '<header><span class="numbers">{numbers}</span><div>{about}</div></header>'
        '<blockquote dir="auto">{body}</blockquote>'
        '<footer>{path}<div class="acts">{acts}</div></footer></article>',
        identity=identity,
        numbers=marks,
        about=about,
        body=body,
        path=paragraph("path", text(document.path)),
        acts=acts,
    )
