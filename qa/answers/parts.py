"""The parts of a question, or the sides of a comparison, and their evidence -> one answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count, zip_longest

from qa.answers import markdown
from qa.answers.claims import NEAREST, compose
from qa.answers.trace import Attempt
from qa.models.encoder import Encoder
from qa.search.confidence import LIKELY
from qa.types import Answer, Citation, Claim, Hit


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a question, or a side of a comparison, as it is told to people, and what was found for it."""

    typed: str
    attempt: Attempt


def together(parts: Sequence[Part], threshold: float, compared: bool, encoder: Encoder) -> Answer | None:
    """The answer to a question of several parts; None if none of them has one.

    The claims of each part follow each other, with their citations numbered through. A quote that answers
    two parts is given once. A part has no answer below the threshold, and none that is not likely right if it
    lacks the type that is asked for or, unless sides are `compared`, is a quote that answers another part.
    Sources are never said to differ: it could be read as if one part disagreed with the other. The confidence
    is that of the part that is least likely right, of those that are answered.
    """
    answers = {
        part.typed: _composed(part.attempt, encoder) for part in parts if _reaches(part.attempt, threshold)
    }
    for typed, answer in sorted(answers.items(), key=lambda item: item[1].confidence):
        given = [claim for name, other in answers.items() if name != typed for claim in other.claims]
        doubtful = answer.confidence < LIKELY and not compared
        if doubtful and any(_overlap(answer.claims[0], claim) for claim in given):
            del answers[typed]
    if not answers:
        return None
    missing = tuple(part.typed for part in parts if part.typed not in answers)
    first, *others = answers.values()
    claims = _numbered(_claims(answers))
    if not others and not compared:  # what is missing is named: that says which part this is
        claims = [replace(claim, about="") for claim in claims]
    differ = first.differ and not others
    return replace(
        first,
        text=markdown.answer_markdown(claims, differ, missing),
        confidence=min(answer.confidence for answer in answers.values()),
        claims=tuple(claims),
        citations=tuple(sorted((c for claim in claims for c in claim.citations), key=_number)),
        nearest=_nearest([first, *others]),
        differ=differ,
        unanswered=missing,
    )


def short_answer(attempt: Attempt, encoder: Encoder) -> str:
    """The short answer that evidence gives, or ""."""
    if not attempt.evidence.sentences:
        return ""
    best = _composed(attempt, encoder).claims[0]
    return best.value if best.is_short else ""


def _reaches(attempt: Attempt, threshold: float) -> bool:
    """True if there is an answer at the threshold, and it is likely, or of the type that is asked for."""
    typed = attempt.probability >= LIKELY or attempt.evidence.signals.get("fits", 1.0) > 0
    return bool(attempt.evidence.sentences) and attempt.probability >= threshold and typed


def _composed(attempt: Attempt, encoder: Encoder) -> Answer:
    return compose(attempt.question, attempt.evidence, attempt.probability, encoder)


def _claims(answers: Mapping[str, Answer]) -> list[Claim]:
    """The claims of all parts, the best of each part first, without quotes that another part has given."""
    claims: list[Claim] = []
    for part, (typed, answer) in enumerate(answers.items(), 1):
        headlines = len(answers) == 1 or not answer.differ
        given = claims.copy()
        for claim in answer.claims:
            same = next((i for i, other in enumerate(given) if _overlap(claim, other)), None)
            if same is None:
                is_short = claim.is_short and headlines
                claims.append(replace(claim, part=part, about=typed, is_short=is_short))
            else:
                claims[same] = _merged(claims[same], claim, typed)
    return claims


def _overlap(a: Claim, b: Claim) -> bool:
    """True if one of the quotes that are shown for two claims contains the other."""
    one, other = a.citations[0], b.citations[0]
    return one.document.id == other.document.id and (_contains(one, other) or _contains(other, one))


def _contains(one: Citation, other: Citation) -> bool:
    return one.start <= other.start and other.end <= one.end


def _merged(first: Claim, second: Claim, typed: str) -> Claim:
    """A claim for two parts: with the longer quote, and without a headline, which would be only one's."""
    ours, *agreeing = first.citations
    longer = max(ours, second.citations[0], key=lambda citation: len(citation.quote))
    citations = (replace(longer, number=ours.number), *agreeing)
    about = first.about if first.about.endswith(typed) else f"{first.about} and {typed}"
    return replace(first, citations=citations, about=about, is_short=False)


def _numbered(claims: Sequence[Claim]) -> list[Claim]:
    """The claims with their citations numbered through, in the order of parts, and of each part's numbers."""
    numbers = count(1)
    numbered: dict[int, Claim] = {}
    for i in sorted(range(len(claims)), key=lambda i: (claims[i].part, claims[i].citations[0].number)):
        citations = tuple(replace(citation, number=next(numbers)) for citation in claims[i].citations)
        numbered[i] = replace(claims[i], citations=citations)
    return [numbered[i] for i in range(len(claims))]


def _number(citation: Citation) -> int:
    return citation.number


def _nearest(answers: Sequence[Answer]) -> tuple[Hit, ...]:
    """The nearest passages of all parts in turn, each once."""
    found: dict[str, Hit] = {}
    for hits in zip_longest(*(answer.nearest for answer in answers)):
        for hit in filter(None, hits):
            found.setdefault(hit.passage.id, hit)
    return tuple(found.values())[:NEAREST]
