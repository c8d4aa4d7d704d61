"""Hits and scored sentences -> an Answer: the short answer or the few sentences, each cited, or none.

What is quoted is always a slice of a document; the words between are few and always the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qa.answers.claims import Chosen, choose
from qa.answers.quotes import cite, escape, sentences_of
from qa.language.dates import dates
from qa.language.quantities import quantities
from qa.language.questions import Kind, kind
from qa.language.wanted import Wanted, wanted
from qa.language.words import has_content
from qa.search.evidence import Evidence, ScoredSentence
from qa.types import Answer, Claim, Hit

NEAREST = 5
REFUSAL = "The documents do not answer this question."
EMPTY = "Nothing is indexed yet: add documents and sync."


def refuse(
    question: str, hits: Sequence[Hit], probability: float, unknown: Sequence[str], suggestions: Sequence[str]
) -> Answer:
    """A refusal with what may help: words that no document holds, the nearest passages, other questions."""
    nearest = tuple(hits[:NEAREST])
    return Answer(
        question,
        refusal(unknown, suggestions) if nearest else EMPTY,
        False,
        probability,
        (),
        (),
        nearest,
        unknown=tuple(unknown),
        suggestions=tuple(suggestions),
    )


def refusal(unknown: Sequence[str], suggestions: Sequence[str]) -> str:
    """The text of a refusal, where anything is indexed."""
    parts = [REFUSAL]
    if unknown:
        words = [f"“{escape(word)}”" for word in unknown]
        listed = f"{', '.join(words[:-1])} or {words[-1]}" if words[1:] else words[0]
        parts.append(f"Nothing in them speaks of {listed}.")
    if suggestions:
        parts.append("They do answer:\n\n" + "\n".join(f"- {escape(asked)}" for asked in suggestions))
    return "\n\n".join(parts)


def compose(question: str, evidence: Evidence, probability: float) -> Answer:
    """The answer to a question from evidence that has sentences.

    Raises CitationError if a quote does not stand in its document.
    """
    nearest = tuple(evidence.hits[:NEAREST])
    chosen = choose(question, evidence, probability)
    order = _in_reading_order(chosen)
    numbers = iter(range(1, 1 + sum(map(len, chosen.groups))))
    by_place = {place: _claim(question, chosen.groups[place], chosen.kind, numbers) for place in order}
    claims = tuple(by_place[place] for place in sorted(by_place))
    shown = [by_place[place] for place in order]
    citations = tuple(citation for claim in shown for citation in claim.citations)
    text = worded(question, shown, chosen.differ)
    return Answer(question, text, True, probability, claims, citations, nearest, differ=chosen.differ)


def worded(question: str, claims: Sequence[Claim], differ: bool) -> str:
    """The text of an answer to what was understood, of claims in the order of their numbers."""
    return _differing(question, claims) if differ else _told(claims, kind(question))


def _in_reading_order(chosen: Chosen) -> list[int]:
    """The places of the groups as they are shown: several sentences stand as in their documents."""
    places = list(range(len(chosen.groups)))
    if chosen.kind is not Kind.SEVERAL:
        return places
    documents = list(dict.fromkeys(group[0].hit.document.id for group in chosen.groups))

    def place(i: int) -> tuple[int, int]:
        first = chosen.groups[i][0]
        return documents.index(first.hit.document.id), first.span[0]

    return sorted(places, key=place)


def _claim(question: str, group: Sequence[ScoredSentence], form: Kind, numbers: Iterator[int]) -> Claim:
    best = group[0]
    value = best.text(best.answer) if form is Kind.SHORT and best.answer else best.text()
    whole = (0, len(value))
    figure = wanted(question) is Wanted.NAME and any(q.span == whole for q in quantities(value))
    if figure or not has_content(value):  # no one is called "$7 billion" or "The"
        value = best.text()
    return Claim(value, tuple(cite(next(numbers), sentence, form is Kind.SEVERAL) for sentence in group))


def _told(claims: Sequence[Claim], form: Kind) -> str:
    """The short answer in bold where there is one, then the sentences, each with its numbers."""
    parts = [_quoted(claim) for claim in claims]
    best = claims[0]
    if form is Kind.SHORT and best.is_short:
        agreement = _agreement(best)
        parts.insert(0, f"**{escape(best.value)}**" + (f" ({agreement})" if agreement else ""))
    return "\n\n".join(parts)


def differing(question: str) -> str:
    """That sources differ in what answers a question."""
    return f"Sources give different {'dates' if wanted(question) is Wanted.DATE else 'figures'}"


def _differing(question: str, claims: Sequence[Claim]) -> str:
    lines = [f"{differing(question)}:"]
    for claim in claims:
        origin = "; ".join(filter(None, (escape(origin_of(claim)), _agreement(claim))))
        lines.append(f"- **{escape(claim.value)}** ({origin}): {_quoted(claim)}")
    return "\n\n".join((lines[0], "\n".join(lines[1:])))


def _agreement(claim: Claim) -> str:
    return f"{len(claim.citations)} sources agree" if len(claim.citations) > 1 else ""


def _quoted(claim: Claim) -> str:
    """The sentences of the first quote, each with the numbers of all that say so."""
    marks = " ".join(f"[{citation.number}]" for citation in claim.citations)
    return " ".join(f"{escape(text)} {marks}" for text in sentences_of(claim.citations[0]))


def origin_of(claim: Claim) -> str:
    """Who says so and when: the publisher or title, and the date of the statement or else of the document."""
    citation = claim.citations[0]
    known = citation.document.metadata
    when = next(
        (citation.quote[slice(*d.span)] for d in dates(citation.quote) if d.years), known.get("date", "")
    )
    return ", ".join(part for part in (known.get("source") or citation.document.title, when) if part)
