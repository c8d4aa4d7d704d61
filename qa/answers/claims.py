"""A question + its evidence -> the claims to show: which sentences, and which of them say the same.

A short answer is held against what the reader takes for the answer in other documents: those that say
the same are one claim, those that give another figure for the same thing are further ones. Of questions
that want more, the sentences that answer stand in the order of their documents.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qa.answers.agreement import Relation, relation
from qa.answers.quotes import quote_span
from qa.answers.respects import Statement, asks_for_goal, of_a_goal
from qa.language.dates import dates
from qa.language.quantities import quantities
from qa.language.questions import Kind, kind
from qa.language.wanted import Wanted, wanted
from qa.language.words import content_words, singular
from qa.search.evidence import Evidence, ScoredSentence, in_order
from qa.types import Span, overlap

SURE = 0.75  # a probability from which on a short answer is shown alone
AGREEING, DIFFERING = -5.0, 0.0  # margins from which on a span is held against another
_FURTHER = {
    Kind.SHORT: 0.15,
    Kind.YES_NO: 0.05,
    Kind.SEVERAL: 0.3,
}  # of the best score, to be shown beside it
_MOST = {Kind.SHORT: 3, Kind.YES_NO: 3, Kind.SEVERAL: 5}  # quotes
_ALIKE = 0.7  # of the content words of two sentences that are one in other order


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is shown: groups of sentences that say the same, each of another document, the best group first.

    `differ` says that the groups give different figures for one thing.
    """

    groups: tuple[tuple[ScoredSentence, ...], ...]
    kind: Kind
    differ: bool = False


def choose(question: str, evidence: Evidence, probability: float) -> Chosen:
    """The claims of an answer; the evidence has at least one sentence."""
    form = kind(question)
    best = _best(question, evidence.sentences)
    if form is Kind.SHORT and best.answer:
        told = _told(question, best, evidence)
        if len(told) > 1:
            return Chosen(told, form, differ=True)
        further = () if probability >= SURE else evidence.sentences
        return Chosen(_extended(told, further, form), form)
    return Chosen(_extended(((best,),), evidence.sentences, form), form)


def _best(question: str, sentences: Sequence[ScoredSentence]) -> ScoredSentence:
    """The best sentence; asked for a figure of today, the best one that does not speak of a goal."""
    best = sentences[0]
    if wanted(question) is Wanted.NUMBER and best.answer:
        goal = asks_for_goal(question)
        fitting = (s for s in sentences if s.answer and s.margin > 0 and of_a_goal(_statement(s)) == goal)
        if of_a_goal(_statement(best)) != goal:
            return next(fitting, best)
    return best


def _told(question: str, best: ScoredSentence, evidence: Evidence) -> tuple[tuple[ScoredSentence, ...], ...]:
    """What the documents say to a question, by value: first those who say what the best sentence says."""
    groups = [[best]]
    for sentence in sorted((*evidence.sentences, *evidence.read), key=in_order):
        document = sentence.hit.document.id
        if not sentence.answer or sentence.margin < AGREEING:
            continue
        if any(s.hit.document.id == document for group in groups for s in group):
            continue
        relations = [relation(question, _statement(group[0]), _statement(sentence)) for group in groups]
        if Relation.AGREE in relations:
            groups[relations.index(Relation.AGREE)].append(sentence)
        elif min(best.margin, sentence.margin) > DIFFERING and set(relations) == {Relation.DIFFER}:
            groups.append([sentence])
    return tuple(map(tuple, groups))


def _statement(sentence: ScoredSentence) -> Statement:
    start, end = quote_span(sentence)
    assert sentence.answer
    answer = (sentence.answer[0] - start, sentence.answer[1] - start)
    return Statement(sentence.text((start, end)), answer, sentence.hit.passage.header)


def _extended(
    groups: Sequence[tuple[ScoredSentence, ...]], further: Iterable[ScoredSentence], form: Kind
) -> tuple[tuple[ScoredSentence, ...], ...]:
    """The groups and the sentences that score nearly as well, without what is quoted already."""
    extended = [list(group) for group in groups]
    best = extended[0][0].score
    for sentence in further:
        if sentence.score < best - _FURTHER[form]:
            break
        if any(
            overlap(_quoted(sentence, form), _quoted(s, form))
            for g in extended
            for s in g
            if _one(s, sentence)
        ):
            continue  # quoted already, perhaps as the neighbour of another sentence
        same = next((group for group in extended if _alike(group[0], sentence)), None)
        if same is None and len(extended) < _MOST[form]:
            extended.append([sentence])
        elif same is not None and all(not _one(s, sentence) for s in same):
            same.append(sentence)
    return tuple(map(tuple, extended))


def _quoted(sentence: ScoredSentence, form: Kind) -> Span:
    return quote_span(sentence, form is Kind.SEVERAL)


def _one(a: ScoredSentence, b: ScoredSentence) -> bool:
    return a.hit.document.id == b.hit.document.id


def _alike(a: ScoredSentence, b: ScoredSentence) -> bool:
    """Whether two sentences say the same in nearly the same words, with the same figures and dates."""
    first, second = a.text(), b.text()
    ours, theirs = (frozenset(map(singular, content_words(text))) for text in (first, second))
    return len(ours & theirs) >= _ALIKE * len(ours | theirs) and _figures(first) == _figures(second)


def _figures(text: str) -> list[tuple[object, ...]]:
    """The figures and dates of a text by their values, in order."""
    counted = [(quantity.low, quantity.high, quantity.unit) for quantity in quantities(text)]
    return [*counted, *((date.years, date.months, date.days) for date in dates(text))]
