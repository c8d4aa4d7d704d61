"""A question and its answer as the page shows them.

Everything is HTML made here from the values of the answer; the links that open a source are made here and
nowhere else: #source-TURN-NUMBER is the id of a card in the pane of sources (`qa.server.html.sources`).
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from qa.answers import wording
from qa.answers.wording import EMPTY, REFUSAL, WordedClaim
from qa.language.words import content_words
from qa.server.html.elements import button, counted, joined, origin, paragraph, text
from qa.types import Answer, Citation


def turn(question: str, body: str, number: int) -> str:
    """A question with what became of it (HTML), as the page's turn of that number, the first being 0."""
    edit = button("edit", "Edit the question", "edit", "icon")
    asked = f'<div class="asked">{edit}<p dir="auto">{escape(question)}</p></div>'
    return (
        f'<article class="turn" id="turn-{number}" data-turn="{number}"'
        f' aria-label="Question {number + 1}">{asked}{body}</article>'
    )


def answered(answer: Answer, number: int) -> str:
    """What the documents say, or that they do not."""
    body = _said(answer, number) if answer.answered else _refused(answer, number)
    kind = "answered" if answer.answered else "refused"
    why = '<details class="why"><summary>Why this answer</summary><div></div></details>'
    return f'<div class="answer {kind}">{body}{why if answer.nearest else ""}{_actions()}</div>'


def failed(problem: str) -> str:
    """What went wrong, in the place of an answer."""
    return (
        f'<div class="answer failed"><p role="alert">{escape(problem)}</p>{_actions(retry_only=True)}</div>'
    )


def outdated() -> str:
    """In the place of an answer whose sources are not in the documents any more."""
    again = button("retry", "Ask again", kind="chip")
    return (
        '<div class="answer failed"><p>The documents have changed: what was quoted here is not in them any'
        f' more.</p><div class="chips">{again}</div></div>'
    )


def _actions(retry_only: bool = False) -> str:
    retry = button("retry", "Ask again", "retry", "icon")
    if retry_only:
        return f'<div class="actions">{retry}</div>'
    up = button("rate", "A good answer", "up", "icon", helpful="yes")
    down = button("rate", "Not a good answer", "down", "icon", helpful="no")
    return f'<div class="actions">{button("copy", "Copy the answer", "copy", "icon")}{retry}{up}{down}</div>'


def _said(answer: Answer, number: int) -> str:
    claims = wording.worded_claims(answer.claims, answer.differ)
    if answer.differ:
        items = "".join(f"<li>{_figure(claim, number)}</li>" for claim in claims)
        what = answer.text.partition(":")[0]
        parts = [f'<details class="differ" open><summary>{escape(what)}</summary><ul>{items}</ul></details>']
    else:
        parts = [paragraph("value", text(claim.headline)) for claim in claims if claim.headline]
        parts += [_sentences(claim, number) + _agreement(claim, number) for claim in claims]
    return "".join(parts) + paragraph("note", _notes(answer))


def _figure(claim: WordedClaim, number: int) -> str:
    """One of several figures: who says so, and the sentence."""
    by = paragraph("by", text(claim.origin))
    value = paragraph("value", text(claim.headline))
    return f"{value}{by}{_sentences(claim, number)}{_agreement(claim, number)}"


def _sentences(claim: WordedClaim, number: int) -> str:
    """The sentences of the first quote, each with the numbers of all that say so."""
    marks = _marks(claim.citations, number)
    told = (_emphasised(sentence, claim.headline) for sentence in claim.sentences)
    return paragraph("said", " ".join(f'<span dir="auto">{sentence}</span> {marks}' for sentence in told))


def _emphasised(sentence: str, value: str) -> str:
    before, found, after = sentence.partition(value) if value else (sentence, "", "")
    return f"{escape(before)}{f'<b>{escape(found)}</b>' if found else ''}{escape(after)}"


def _marks(citations: Sequence[Citation], number: int) -> str:
    return " ".join(_mark(citation, number) for citation in citations)


def _mark(citation: Citation, number: int) -> str:
    return (
        f'<a class="mark" href="#source-{number}-{citation.number}"'
        f' aria-label="Source {citation.number}: {escape(citation.document.title)}">[{citation.number}]</a>'
    )


def _agreement(claim: WordedClaim, number: int) -> str:
    """Who else says the same, to be opened."""
    if not claim.agreement:
        return ""
    items = "".join(f"<li>{_agreeing(citation, number)}</li>" for citation in claim.citations)
    agree = f"<summary>{claim.agreement}</summary>"
    return f'<details class="agree">{agree}<ul>{items}</ul></details>'


def _agreeing(citation: Citation, number: int) -> str:
    by, quote = paragraph("by", origin(citation.document)), " ".join(citation.quote.split())
    return f'{text(citation.document.title)} {_mark(citation, number)}{by}<q dir="auto">{escape(quote)}</q>'


def _notes(answer: Answer) -> str:
    documents = {citation.document.id for citation in answer.citations}
    return joined(
        [_confidence(answer.confidence), f"from {counted(len(documents), 'document')}", _meant(answer)]
    )


def _confidence(confidence: float) -> str:
    kind, words = wording.confidence(confidence)
    return f'<span class="{kind}">{words}</span>'


def _meant(answer: Answer, start: str = "u") -> str:
    """What a follow-up was taken to mean."""
    meant = answer.understood
    return f"{start}nderstood as “{text(meant)}”" if meant not in ("", answer.question) else ""


def _refused(answer: Answer, number: int) -> str:
    """That there is no answer; what was looked for; the passages that come nearest."""
    if not answer.nearest:
        return paragraph("lead", escape(EMPTY))
    near = f'<a class="near" href="#source-{number}-1">{counted(len(answer.nearest), "nearest passage")}</a>'
    return "".join(
        (
            paragraph("lead", escape(REFUSAL)),
            paragraph("said", _looked_for(answer)),
            paragraph("said", f"The {near} may be on the subject, but they are no evidence."),
            suggested(answer.suggestions),
        )
    )


def _looked_for(answer: Answer) -> str:
    """What a refused question was taken to mean, its words, and those that nothing speaks of."""
    words = _listed(content_words(answer.understood or answer.question), "and")
    unknown = _listed(answer.unknown, "or")
    parts = [
        _meant(answer, "U"),
        f"Looked for {words}" if words else "",
        f"Nothing in the documents speaks of {unknown}" if unknown else "",
    ]
    return " ".join(f"{part}." for part in parts if part)


def _listed(words: Sequence[str], last: str) -> str:
    quoted = [f"“{text(word)}”" for word in words]
    return f"{', '.join(quoted[:-1])} {last} {quoted[-1]}" if quoted[1:] else "".join(quoted)


def suggested(questions: Sequence[str]) -> str:
    """Questions that the documents do answer, each to be asked by a click."""
    chips = "".join(button("suggest", question, kind="chip") for question in questions)
    return (
        f'<div class="suggested"><p>They do answer:</p><div class="chips">{chips}</div></div>'
        if chips
        else ""
    )
