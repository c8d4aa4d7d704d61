"""The best sentences of an answer, and what is quoted with them: sentences that score nearly as well.

Sentences that say the same are one group, whose first is shown and whose others are counted as agreeing. For
a question whose answer may be spread over several sentences, neighbours are joined to one quote, and may
score lower: of 141 such questions of the development sets, a neighbour of the best sentence is evidence in
one of three cases, even if it scores 0.5 below it, another sentence 0.2 below it in one of eight.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from qa.answers.quotes import is_adjacent, quote_span
from qa.language.dates import dates
from qa.language.quantities import quantities
from qa.language.questions import Form
from qa.language.words import content_words, singular
from qa.search.evidence import ScoredSentence
from qa.types import overlap

Groups = tuple[tuple[ScoredSentence, ...], ...]
_ALIKE = 0.7  # share of common content words from which on two sentences say the same
_LONGEST = 3  # sentences that are joined to one quote


def with_further(groups: Groups, further: Iterable[ScoredSentence], form: Form) -> Groups:
    """The groups with sentences added that score nearly as well and are not quoted yet.

    `further` are the sentences, best first.
    """
    extended = [list(group) for group in groups]
    best = extended[0][0].score
    for sentence in further:
        if sentence.score < best - max(form.further, form.beside):
            break
        if _is_quoted(sentence, extended, form):
            continue
        if sentence.score >= best - form.beside and (group := _beside(sentence, extended)):
            group[0] = _joined(group[0], sentence)
        elif sentence.score >= best - form.further:
            _add(sentence, extended, form)
    return tuple(map(tuple, _closed(extended) if form.gathers else extended))


def _is_quoted(sentence: ScoredSentence, groups: list[list[ScoredSentence]], form: Form) -> bool:
    """True if a sentence is quoted already, perhaps together with a neighbour."""
    span = quote_span(sentence, form.reads_on)
    return any(
        overlap(span, quote_span(other, form.reads_on))
        for group in groups
        for other in group
        if _of_one_document(other, sentence)
    )


def _add(sentence: ScoredSentence, groups: list[list[ScoredSentence]], form: Form) -> None:
    """Add a sentence to the group that says the same, or as a group of its own if there may be one more."""
    same = next((group for group in groups if _alike(group[0], sentence)), None)
    if same is None and len(groups) < form.most:
        groups.append([sentence])
    elif same is not None and not any(_of_one_document(s, sentence) for s in same):
        same.append(sentence)


# --- neighbours ----------------------------------------------------------------------------------


def _beside(sentence: ScoredSentence, groups: list[list[ScoredSentence]]) -> list[ScoredSentence] | None:
    """The group whose quote a sentence can be joined to, or None."""
    return next((group for group in groups if _are_neighbours(group[0], sentence)), None)


def _closed(groups: list[list[ScoredSentence]]) -> list[list[ScoredSentence]]:
    """The groups with those joined that have become neighbours, if nothing else agrees with the later one."""
    closed: list[list[ScoredSentence]] = []
    for group in groups:
        first = _beside(group[0], closed) if len(group) == 1 else None
        if first:
            first[0] = _joined(first[0], group[0])
        else:
            closed.append(group)
    return closed


def _are_neighbours(a: ScoredSentence, b: ScoredSentence) -> bool:
    """True if two quotes follow each other in one passage and are not too long together."""
    if a.hit.passage.id != b.hit.passage.id:
        return False
    (a_first, a_last), (b_first, b_last) = a.run, b.run
    follow = a_last + 1 == b_first or b_last + 1 == a_first
    short = max(a_last, b_last) - min(a_first, b_first) < _LONGEST
    return follow and short and is_adjacent(a.hit.passage, max(a_first, b_first) - 1)


def _joined(a: ScoredSentence, b: ScoredSentence) -> ScoredSentence:
    """A sentence that is quoted together with a neighbour."""
    first, last = min(a.run[0], b.run[0]), max(a.run[1], b.run[1])
    return replace(a, before=a.index - first, after=last - a.index)


# --- what says the same --------------------------------------------------------------------------


def _of_one_document(a: ScoredSentence, b: ScoredSentence) -> bool:
    return a.hit.document.id == b.hit.document.id


def _alike(a: ScoredSentence, b: ScoredSentence) -> bool:
    """True if two sentences say the same in nearly the same words, with the same figures and dates."""
    first, second = a.text(), b.text()
    ours, theirs = (frozenset(map(singular, content_words(text))) for text in (first, second))
    return len(ours & theirs) >= _ALIKE * len(ours | theirs) and _figures(first) == _figures(second)


def _figures(text: str) -> list[tuple[object, ...]]:
    """The values of the figures and dates of a text, in order."""
    counted = [(quantity.low, quantity.high, quantity.unit) for quantity in quantities(text)]
    return [*counted, *((date.years, date.months, date.days) for date in dates(text))]
