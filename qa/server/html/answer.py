"""A question and its answer as the page shows them, and why the answer is as it is.

The links that open a source are made here and nowhere else: #source-TURN-NUMBER is the id of a card in the
pane of sources (`qa.server.html.sources`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from qa.answers import wording
from qa.answers.wording import EMPTY, REFUSAL, WordedClaim
from qa.language.words import content_words
from qa.server.html.elements import NOTHING, button, concat, html, joined, origin, paragraph, text
from qa.text import plural
from qa.types import Answer, Citation, Considered, Trace

_CHANGED = "The documents have changed since: this is how the question is answered now."
_LOGITS = "The reader’s figure is in logits: above 0 it takes the span for an answer."
_PLACE = 60  # characters of a passage that tell which one it is


def turn(question: str, body: Markup, number: int) -> Markup:
    """A question with what became of it, as the page's turn of that number, the first being 0."""
    edit = button("edit", "Edit the question", "edit", "icon")
    asked = html('<div class="asked">{}<p dir="auto">{}</p></div>', edit, question)
    return html(
        '<article class="turn" id="turn-{number}" data-turn="{number}"'
        ' aria-label="Question {counted}">{asked}{body}</article>',
        number=number,
        counted=number + 1,
        asked=asked,
        body=body,
    )


def answered(answer: Answer, number: int) -> Markup:
    """What the documents say, or that they do not."""
    body = _said(answer, number) if answer.answered else _refused(answer, number)
    kind = "answered" if answer.answered else "refused"
    why = Markup('<details class="why"><summary>Why this answer</summary><div></div></details>')
    return html(
        '<div class="answer {}">{}{}{}</div>', kind, body, why if answer.nearest else NOTHING, _actions()
    )


def failed(problem: str) -> Markup:
    """What went wrong, in the place of an answer."""
    return html(
        '<div class="answer failed"><p role="alert">{}</p>{}</div>', problem, _actions(retry_only=True)
    )


def outdated() -> Markup:
    """In the place of an answer whose sources are not in the documents any more."""
    return html(
        '<div class="answer failed"><p>The documents have changed: what was quoted here is not in them any'
        ' more.</p><div class="chips">{}</div></div>',
        button("retry", "Ask again", kind="chip"),
    )


def _actions(retry_only: bool = False) -> Markup:
    parts = [button("retry", "Ask again", "retry", "icon")]
    if not retry_only:
        parts = [
            button("copy", "Copy the answer", "copy", "icon"),
            *parts,
            button("rate", "A good answer", "up", "icon", helpful="yes"),
            button("rate", "Not a good answer", "down", "icon", helpful="no"),
        ]
    return html('<div class="actions">{}</div>', concat(parts))


# --- what the documents say ----------------------------------------------------------------------


def _said(answer: Answer, number: int) -> Markup:
    claims = wording.worded_claims(answer.claims, answer.differ)
    if answer.differ:
        items = concat(html("<li>{}</li>", _figure(claim, number)) for claim in claims)
        what = answer.text.partition(":")[0]
        parts = [html('<details class="differ" open><summary>{}</summary><ul>{}</ul></details>', what, items)]
    else:
        parts = [paragraph("value", text(claim.headline)) for claim in claims if claim.headline]
        parts += [_sentences(claim, number) + _agreement(claim, number) for claim in claims]
    return concat([*parts, paragraph("note", _notes(answer))])


def _figure(claim: WordedClaim, number: int) -> Markup:
    """One of several figures: who says so, and the sentence."""
    value, by = paragraph("value", text(claim.headline)), paragraph("by", text(claim.origin))
    return value + by + _sentences(claim, number) + _agreement(claim, number)


def _sentences(claim: WordedClaim, number: int) -> Markup:
    """The sentences of the first quote, each with the numbers of all that say so."""
    marks = Markup(" ").join(_mark(citation, number) for citation in claim.citations)
    told = (_emphasised(sentence, claim.headline) for sentence in claim.sentences)
    spans = (html('<span dir="auto">{}</span> {}', sentence, marks) for sentence in told)
    return paragraph("said", Markup(" ").join(spans))


def _emphasised(sentence: str, value: str) -> Markup:
    before, found, after = sentence.partition(value) if value else (sentence, "", "")
    bold = html("<b>{}</b>", found) if found else NOTHING
    return html("{}{}{}", before, bold, after)


def _mark(citation: Citation, number: int) -> Markup:
    return html(
        '<a class="mark" href="#source-{turn}-{number}" aria-label="Source {number}: {title}">[{number}]</a>',
        turn=number,
        number=citation.number,
        title=citation.document.title,
    )


def _agreement(claim: WordedClaim, number: int) -> Markup:
    """Who else says the same, to be opened."""
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
        [_confidence(answer.confidence), f"from {plural(len(documents), 'document')}", _meant(answer)]
    )


def _confidence(confidence: float) -> Markup:
    return html('<span class="{}">{}</span>', *wording.confidence(confidence))


def _meant(answer: Answer, start: str = "u") -> Markup:
    """What a follow-up was taken to mean."""
    meant = answer.understood
    if meant in ("", answer.question):
        return NOTHING
    return html("{}nderstood as “{}”", start, text(meant))


# --- what they do not say ------------------------------------------------------------------------


def _refused(answer: Answer, number: int) -> Markup:
    """That there is no answer; what was looked for; the passages that come nearest."""
    if not answer.nearest:
        return paragraph("lead", EMPTY)
    near = html(
        '<a class="near" href="#source-{}-1">{}</a>', number, plural(len(answer.nearest), "nearest passage")
    )
    they_may = html("The {} may be on the subject, but they are no evidence.", near)
    return concat(
        [
            paragraph("lead", REFUSAL),
            paragraph("said", _looked_for(answer)),
            paragraph("said", they_may),
            suggested(answer.suggestions),
        ]
    )


def _looked_for(answer: Answer) -> Markup:
    """What a refused question was taken to mean, its words, and those that nothing speaks of."""
    words = _listed(content_words(answer.understood or answer.question), "and")
    unknown = _listed(answer.unknown, "or")
    parts = [
        _meant(answer, "U"),
        html("Looked for {}", words) if words else NOTHING,
        html("Nothing in the documents speaks of {}", unknown) if unknown else NOTHING,
    ]
    return Markup(" ").join(part + "." for part in parts if part)


def _listed(words: Sequence[str], last: str) -> Markup:
    quoted = [html("“{}”", text(word)) for word in words]
    if not quoted[1:]:
        return concat(quoted)
    return html("{} {} {}", Markup(", ").join(quoted[:-1]), last, quoted[-1])


def suggested(questions: Sequence[str]) -> Markup:
    """Questions that the documents do answer, each to be asked by a click."""
    chips = concat(button("suggest", question, kind="chip") for question in questions)
    if not chips:
        return NOTHING
    return html('<div class="suggested"><p>They do answer:</p><div class="chips">{}</div></div>', chips)


# --- why -----------------------------------------------------------------------------------------


def explanation(trace: Trace | None, answered: bool, changed: bool) -> Markup:
    """What was looked for, what retrieval found, what the reader thought of it, and how long it took."""
    if trace is None:
        return paragraph("note", "Nothing is known of how this answer came about.")
    parts = [paragraph("note", _CHANGED if changed else ""), paragraph("said", _verdict(trace, answered))]
    if len(trace.readings) > 1:
        rows = ((text(tried.question), _percent(tried.probability)) for tried in trace.readings)
        parts.append(_table("What the question may have meant", ("Question", "Answered with"), rows))
    words = ((text(sought.word), plural(sought.passages, "passage")) for sought in trace.words)
    parts.append(_table("Words that were looked for", ("Word", "Found in"), words))
    heads = ("Passage", "Similarity", "Words", "Reader", "Its best span")
    parts.append(_table("Passages that were read, the best first", heads, map(_passage, trace.considered)))
    parts.append(paragraph("note", _timings(trace)))
    return concat(parts)


def _verdict(trace: Trace, answered: bool) -> str:
    sure, needed = _percent(trace.confidence), _percent(trace.threshold)
    outcome = "so it was answered" if answered else "so it was not answered"
    return (
        f"{plural(trace.searched, 'passage')} were searched; what was wanted was {trace.wanted}."
        f" The best sentence is right with a probability of {sure}; at least {needed} is needed, {outcome}."
    )


def _passage(considered: Considered) -> Sequence[str]:
    place = html("{}<br><span>{} …</span>", text(considered.title), text(considered.lead[:_PLACE]))
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


def _table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Markup:
    """Cells are text or HTML."""
    head = concat(html('<th scope="col">{}</th>', name) for name in heads)
    body = concat(html("<tr>{}</tr>", concat(html("<td>{}</td>", cell) for cell in row)) for row in rows)
    return html(
        "<table><caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", title, head, body
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
