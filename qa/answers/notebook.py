"""Answers and hits as they are shown: by `str`, and in a notebook as small HTML or as Markdown.

Nothing from a document or a question is HTML or Markdown in it: `Markup.format` escapes the one, `escape` the
other.
"""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from qa.answers import wording
from qa.answers.markdown import escape
from qa.answers.plain import answer_text, hit_text
from qa.answers.wording import WordedClaim
from qa.text import one_line
from qa.types import Answer, Citation, Claim, Document, Hit, Layout, Passage
from qa.types.showing import as_html, as_markdown, as_text

_BLOCK = Markup('<div dir="auto">{}</div>')
_SMALL = Markup('<div dir="auto"><small>{}</small></div>')
_HEADLINE = Markup('<div dir="auto" style="font-size:1.25em"><b>{}</b></div>')
_QUOTE = Markup('<blockquote dir="auto">{}</blockquote>')
_NOTHING = Markup()


as_text.register(Answer, answer_text)
as_text.register(Hit, hit_text)


@as_html.register
def answer_html(answer: Answer) -> Markup:
    """The headline, the quotes, how sure they are, and where they stand; or a refusal and what is nearest."""
    if not answer.answered:
        return _concat(_refusal(answer))
    if answer.layout is not Layout.CLAIMS:
        parts = _overview(answer)
    else:
        parts = [_BLOCK.format(f"{wording.DISAGREEMENT}:")] if answer.differ else []
        parts += map(_claim, wording.worded_claims(answer.claims, answer.differ))
    notes = [*wording.unanswered(answer.unanswered), *wording.remarks(answer.citations), _judgement(answer)]
    parts += [_SMALL.format(one_line(note)) for note in notes if note]
    return _concat([*parts, *map(_source, answer.citations)])


@as_html.register
def hit_html(hit: Hit) -> Markup:
    """A passage below its document and place."""
    return _SMALL.format(_titled(hit.document, _hit_place(hit))) + _QUOTE.format(_joined(hit.passage.text))


@as_markdown.register
def answer_markdown(answer: Answer) -> str:
    """The text of the answer, how sure it is, and where its quotes stand; for a refusal what is nearest."""
    lines = [f"- \\[{c.number}\\] {_markdown_source(c.document, _place(c))}" for c in answer.citations]
    if not answer.answered and answer.nearest:
        lines = [f"{wording.NEAREST}. {wording.NO_EVIDENCE}", "", *map(_markdown_hit, answer.nearest)]
    return "\n\n".join(filter(None, (answer.text, escape(_judgement(answer)), "\n".join(lines))))


@as_markdown.register
def hit_markdown(hit: Hit) -> str:
    """A passage as a quotation below its document and place."""
    return f"{_markdown_source(hit.document, _hit_place(hit))}\n\n> {escape(hit.passage.text)}"


# --- HTML ----------------------------------------------------------------------------------------


def _concat(parts: Iterable[Markup]) -> Markup:
    return _NOTHING.join(parts)


def _isolated(text: str) -> Markup:
    """Text on one line whose direction reverses nothing around it."""
    return Markup('<bdi dir="auto">{}</bdi>').format(_joined(text))


def _claim(claim: WordedClaim) -> Markup:
    told = _isolated(claim.headline) if claim.headline else _NOTHING
    by = ", ".join(filter(None, (one_line(claim.about), one_line(claim.origin), claim.agreement)))
    about = _SMALL.format(by) if by else _NOTHING
    marks = " ".join(f"[{citation.number}]" for citation in claim.citations)
    quote = _emphasised(_joined(claim.citations[0].quote), _joined(claim.headline))
    return (_HEADLINE.format(told) if told else _NOTHING) + about + _QUOTE.format(quote + f" {marks}")


def _emphasised(quote: str, value: str) -> Markup:
    before, found, after = quote.partition(value) if value else (quote, "", "")
    return Markup("{}<b>{}</b>{}").format(before, found, after) if found else Markup("{}").format(quote)


def _overview(answer: Answer) -> list[Markup]:
    """Sentences under the titles of their documents, or after their dates."""
    parts = [_BLOCK.format(one_line(answer.lead))] if answer.lead else []
    if answer.layout is Layout.DATES:
        return parts + [
            _BLOCK.format(Markup("<b>{}</b>: {}").format(_joined(claim.value), _quoted(claim)))
            for claim in answer.claims
        ]
    for document, claims in wording.by_document(answer.claims):
        title = Markup("<b>{}</b>").format(_isolated(document.title))
        parts += [_BLOCK.format(title), _QUOTE.format(Markup(" … ").join(map(_quoted, claims)))]
    return parts


def _quoted(claim: Claim) -> Markup:
    citation = claim.citations[0]
    return _isolated(citation.quote) + f" [{citation.number}]"


def _source(citation: Citation) -> Markup:
    columns = f"columns: {one_line(citation.columns)}" if citation.columns else ""
    place = ", ".join(filter(None, (_place(citation), columns)))
    return _SMALL.format(Markup("[{}] {}").format(citation.number, _titled(citation.document, place)))


def _titled(document: Document, place: str) -> Markup:
    """Title, publisher and date of a document, its file, and a place in it."""
    known = [document.title, *_known(document)]
    parts = [_isolated(part) for part in known if part] + [Markup("<code>{}</code>").format(document.path)]
    return Markup(", ").join([*parts, *([_isolated(place)] if place else [])])


def _refusal(answer: Answer) -> list[Markup]:
    if not answer.nearest:
        return [_BLOCK.format(one_line(answer.text))]
    lines = [
        _judgement(answer),
        f"{wording.CORRECTED} “{answer.corrected}”?" if answer.corrected else "",
        wording.foreign(answer.language) if answer.language else "",
        wording.unknown(answer.unknown),
    ]
    parts = [_BLOCK.format(_isolated(line)) for line in (wording.REFUSAL, *lines) if line]
    if answer.suggestions:
        asked = _concat(Markup("<li>{}</li>").format(_isolated(one)) for one in answer.suggestions)
        parts.append(Markup("<div>{}</div><ul>{}</ul>").format(wording.SUGGESTIONS, asked))
    parts.append(_BLOCK.format(f"{wording.NEAREST}. {wording.NO_EVIDENCE}"))
    return parts + [
        Markup("<details><summary>{}</summary>{}</details>").format(
            _titled(hit.document, _hit_place(hit)), _QUOTE.format(_joined(hit.passage.text))
        )
        for hit in answer.nearest
    ]


# --- Markdown ------------------------------------------------------------------------------------


def _markdown_source(document: Document, place: str) -> str:
    parts = [document.title, *_known(document), document.path, place]
    return escape(", ".join(filter(None, map(one_line, parts))))


def _markdown_hit(hit: Hit) -> str:
    return f"- {_markdown_source(hit.document, _hit_place(hit))}: {escape(hit.passage.text)}"


# --- both ----------------------------------------------------------------------------------------


def _judgement(answer: Answer) -> str:
    """How sure an answer is, in words, and what a follow-up was taken to mean."""
    sure = wording.confidence(answer.confidence)[1]
    judged = answer.answered and answer.layout is Layout.CLAIMS
    meant = "" if answer.understood in ("", answer.question) else wording.understood(answer.understood)
    return " · ".join(filter(None, (sure if judged else "", meant)))


def _known(document: Document) -> list[str]:
    return [document.metadata.get(name, "") for name in ("source", "date")]


def _place(citation: Citation) -> str:
    return wording.place(citation.document, citation.start, citation.end)


def _hit_place(hit: Hit) -> str:
    passage: Passage = hit.passage
    place = wording.place(hit.document, passage.start, passage.end)
    return ", ".join(filter(None, (place, wording.remark(passage), f"score {hit.score:.2f}")))


def _joined(text: str) -> str:
    return " ".join(text.split())
