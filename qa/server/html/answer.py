"""A question and its answer as the page shows them.

Only this module makes links that open a source: #source-TURN-NUMBER is the id of a card in the sources pane
(`qa.server.html.sources`).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from markupsafe import Markup

from qa.answers import wording
from qa.answers.wording import CORRECTED, DISAGREEMENT, REFUSAL, SUGGESTIONS, WordedClaim
from qa.server.html.elements import NOTHING, button, concat, html, joined, origin, paragraph, text
from qa.server.html.excerpt import excerpt
from qa.text import plural
from qa.types import Answer, Citation, Document, Layout


def turn(question: str, body: Markup, number: int) -> Markup:
    """A question and the HTML of its answer, as the turn with this number. The first turn is 0."""
    edit = button("edit", "Edit the question", "edit", "icon")
    asked = html('<div class="asked">{}<p dir="auto">{}</p></div>', edit, question)
    return html(
        '<article class="turn" id="turn-{number}" data-turn="{number}"'
        ' aria-label="Question {ordinal}">{asked}{body}</article>',
        number=number,
        ordinal=number + 1,
        asked=asked,
        body=body,
    )


def answered(answer: Answer, number: int) -> Markup:
    """An answer or a refusal, and the buttons below it."""
    if not answer.answered:
        body = _refusal(answer, number)
    else:
        body = _claims(answer, number) if answer.layout is Layout.CLAIMS else _overview(answer, number)
    kind = "answered" if answer.answered else "refused"
    # Its tables can scroll sideways on a phone; focusable, so that a keyboard can scroll them too.
    why = Markup(
        '<details class="why"><summary>How this was found</summary><div tabindex="0"></div></details>'
    )
    return html(
        '<div class="answer {}">{}{}{}</div>', kind, body, why if answer.nearest else NOTHING, _actions()
    )


def failed(problem: str) -> Markup:
    """An error, shown instead of an answer."""
    return html(
        '<div class="answer failed"><p role="alert">{}</p>{}</div>', problem, _actions(retry_only=True)
    )


def outdated() -> Markup:
    """Shown instead of an answer that quotes text the documents no longer hold."""
    return html(
        '<div class="answer failed"><p>The quoted text is no longer in your documents.</p>'
        '<div class="chips">{}</div></div>',
        button("retry", "Ask again", kind="chip"),
    )


def _actions(retry_only: bool = False) -> Markup:
    parts = [button("retry", "Ask again", "retry", "icon")]
    if not retry_only:
        parts = [
            button("copy", "Copy answer", "copy", "icon"),
            *parts,
            button("rate", "Helpful", "up", "icon", helpful="yes"),
            button("rate", "Not helpful", "down", "icon", helpful="no"),
        ]
    return html('<div class="actions">{}</div>', concat(parts))


# --- answers -------------------------------------------------------------------------------------


def _claims(answer: Answer, number: int) -> Markup:
    claims = wording.worded_claims(answer.claims, answer.differ)
    if answer.differ:
        items = concat(html("<li>{}</li>", _differing(claim, number)) for claim in claims)
        parts = [
            html(
                '<details class="differ" open><summary>{}</summary><ul>{}</ul></details>', DISAGREEMENT, items
            )
        ]
    else:
        parts = [
            _about(claim) + _headline(claim) + _sentences(claim, number) + _agreement(claim, number)
            for claim in claims
        ]
    parts += [paragraph("said", text(line)) for line in wording.unanswered(answer.unanswered)]
    remarks = (paragraph("note", text(line)) for line in wording.remarks(answer.citations))
    return concat([*parts, *remarks, paragraph("note", _notes(answer))])


def _overview(answer: Answer, number: int) -> Markup:
    """Sentences under the titles of their documents, or under their dates."""
    if answer.layout is Layout.DATES:
        days = groupby(answer.claims, key=lambda claim: " ".join(claim.value.split()))
        parts = [_day(value, [claim.citations[0] for claim in claims], number) for value, claims in days]
        body = html('<dl class="dates">{}</dl>', concat(parts))
    else:
        groups = wording.by_document(answer.claims)
        sections = (_of_document(d, [c.citations[0] for c in claims], number) for d, claims in groups)
        body = paragraph("lead", text(answer.lead)) + concat(sections)
    remarks = concat(paragraph("note", text(line)) for line in wording.remarks(answer.citations))
    return html('<div class="overview">{}{}</div>', body, remarks)


def _of_document(document: Document, citations: Sequence[Citation], number: int) -> Markup:
    quotes = Markup(" … ").join(_quoted(citation, number) for citation in citations)
    by, said = paragraph("by", origin(document)), paragraph("said", quotes)
    return html("<section><h3>{}</h3>{}{}</section>", text(document.title), by, said)


def _day(value: str, citations: Sequence[Citation], number: int) -> Markup:
    """A date, and what the documents say of it."""
    said = concat(
        html(
            "<dd>{}{}</dd>",
            paragraph("said", _quoted(citation, number)),
            paragraph("by", text(citation.document.title)),
        )
        for citation in citations
    )
    return html("<div><dt>{}</dt>{}</div>", text(value), said)


def _quoted(citation: Citation, number: int) -> Markup:
    """A quote on one line, and its number."""
    quote = " ".join(citation.quote.split())
    return html('<span dir="auto">{}</span> {}', quote, _mark(citation, number))


def _about(claim: WordedClaim) -> Markup:
    return html("<h3>{}</h3>", text(claim.about)) if claim.about else NOTHING


def _headline(claim: WordedClaim) -> Markup:
    return paragraph("value", text(claim.headline)) if claim.headline else NOTHING


def _differing(claim: WordedClaim, number: int) -> Markup:
    """One of several claims that differ: its value, who says so, and the sentence."""
    value, by = paragraph("value", text(claim.headline)), paragraph("by", text(claim.origin))
    return value + by + _sentences(claim, number) + _agreement(claim, number)


def _sentences(claim: WordedClaim, number: int) -> Markup:
    """The sentences of the first quote, followed by the numbers of all sources that say so."""
    marks = Markup(" ").join(_mark(citation, number) for citation in claim.citations)
    first = claim.citations[0]
    if first.document.structure.table_at(first.start):
        return html('<div class="said">{} {}</div>', excerpt(first.document, first.quote, first.start), marks)
    sentences = (_emphasised(sentence, claim.headline) for sentence in claim.sentences)
    spans = Markup(" ").join(html('<span dir="auto">{}</span>', sentence) for sentence in sentences)
    return paragraph("said", html("{} {}", spans, marks))


def _emphasised(sentence: str, value: str) -> Markup:
    before, match, after = sentence.partition(value) if value else (sentence, "", "")
    bold = html("<b>{}</b>", match) if match else NOTHING
    return html("{}{}{}", before, bold, after)


def _mark(citation: Citation, number: int) -> Markup:
    return html(
        '<a class="mark" href="#source-{turn}-{number}" aria-label="Source {number}: {title}">[{number}]</a>',
        turn=number,
        number=citation.number,
        title=citation.document.title,
    )


def _agreement(claim: WordedClaim, number: int) -> Markup:
    """All sources that say the same, folded; nothing for a single source."""
    if not claim.agreement:
        return NOTHING
    items = concat(html("<li>{}</li>", _agreeing(citation, number)) for citation in claim.citations)
    return html('<details class="agree"><summary>{}</summary><ul>{}</ul></details>', claim.agreement, items)


def _agreeing(citation: Citation, number: int) -> Markup:
    by, quote = paragraph("by", origin(citation.document)), " ".join(citation.quote.split())
    return html(
        '{} {}{}<q dir="auto">{}</q>', text(citation.document.title), _mark(citation, number), by, quote
    )


def _notes(answer: Answer) -> Markup:
    documents = {citation.document.id for citation in answer.citations}
    return joined(
        [_confidence(answer.confidence), f"from {plural(len(documents), 'document')}", _understood(answer)]
    )


def _confidence(confidence: float) -> Markup:
    return html('<span class="{}">{}</span>', *wording.confidence(confidence))


def _understood(answer: Answer) -> Markup:
    """What a follow-up was taken to mean, and a way out; nothing for a question that stands by itself."""
    question = answer.understood
    if question in ("", answer.question):
        return NOTHING
    return joined([text(wording.understood(question)), button("exact", "Ask exactly what I typed")])


# --- refusals ------------------------------------------------------------------------------------


def _refusal(answer: Answer, number: int) -> Markup:
    """The refusal, the words that no document has, a link to the nearest passages, and suggestions.

    Without passages it is the one line of the answer's text.
    """
    if not answer.nearest:
        return paragraph("lead", text(answer.text))
    return concat(
        [
            paragraph("lead", REFUSAL),
            _chips(f"{CORRECTED}:", [answer.corrected] if answer.corrected else []),
            paragraph("note", _understood(answer)),
            paragraph("said", text(wording.foreign(answer.language)) if answer.language else NOTHING),
            paragraph("said", text(wording.unknown(answer.unknown)) if answer.unknown else NOTHING),
            paragraph("said", _nearest(len(answer.nearest), number)),
            suggested(answer.suggestions),
        ]
    )


def _nearest(count: int, number: int) -> Markup:
    passages = "This passage" if count == 1 else f"These {count} passages"
    link = html('<a class="near" href="#source-{}-1">{}</a>', number, passages)
    if count == 1:
        return html("{} comes closest but doesn't answer it.", link)
    return html("{} come closest but don't answer it.", link)


def suggested(questions: Sequence[str]) -> Markup:
    """Questions that the documents do answer, each asked by a click."""
    return _chips(SUGGESTIONS, questions)


def _chips(heading: str, questions: Sequence[str]) -> Markup:
    """Questions that are asked by a click; nothing if there are none."""
    chips = concat(button("suggest", question, kind="chip") for question in questions)
    if not chips:
        return NOTHING
    return html('<div class="suggested"><p>{}</p><div class="chips">{}</div></div>', heading, chips)
