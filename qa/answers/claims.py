"""A question and its evidence -> an answer: which sentences are quoted, and which of them agree.

A short answer is compared with the spans that the reader marks in other documents: spans that say the same
become one claim, spans that give another value for the same thing become further claims. Questions that want
more than a short answer get the sentences that answer them, in the order of their documents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from qa.answers import wording
from qa.answers.agreement import Relation, relation
from qa.answers.headlines import fits, stands_out
from qa.answers.quotes import cite, quote_span
from qa.answers.sorts import is_of_sort
from qa.answers.statements import Statement
from qa.language.dates import dates
from qa.language.holders import KnownNames
from qa.language.quantities import quantities
from qa.language.questions import SEVERAL, SHORT, AnswerType, Question
from qa.language.smalltalk import Smalltalk
from qa.language.words import content_words, singular
from qa.models.encoder import Encoder
from qa.search.evidence import Evidence, ScoredSentence, best_first
from qa.types import Answer, Claim, Hit, overlap

NEAREST = 5  # passages returned with every answer
_READ = -3.75  # least margin, by one of the readers, of what is compared with the best answer
_ENOUGH = 0.75  # probability from which on a short answer needs no other sentence beside it
_ALIKE = 0.7  # share of common content words from which on two sentences say the same

Groups = tuple[tuple[ScoredSentence, ...], ...]
Stating = Callable[[ScoredSentence], Statement]


def compose(question: Question, evidence: Evidence, probability: float, encoder: Encoder) -> Answer:
    """The answer to a question, from evidence that has at least one sentence.

    The encoder tells whether a name is of the sort that is asked for. Raises CitationError if a quote is not
    in its document.
    """
    chosen = choose(question, evidence, probability)
    order = _reading_order(chosen, question)
    numbers = iter(range(1, 1 + sum(map(len, chosen.groups))))
    known = KnownNames(tuple(hit.passage.text for hit in evidence.hits))

    def is_sought(statement: Statement, value: str) -> bool:
        return is_of_sort(question.rephrased, value, statement.text, known, encoder)

    by_place = {
        place: _claim(question, chosen.groups[place], numbers, probability, is_sought) for place in order
    }
    claims = tuple(by_place[place] for place in sorted(by_place))
    return Answer(
        question=question.text,
        text=wording.answer_markdown(claims, chosen.differ),
        answered=True,
        confidence=probability,
        claims=claims,
        citations=tuple(citation for place in order for citation in by_place[place].citations),
        nearest=tuple(evidence.hits[:NEAREST]),
        differ=chosen.differ,
    )


def reply(question: str, said: Smalltalk) -> Answer:
    """One line in return for what asks nothing of the documents."""
    return Answer(
        question=question,
        text=wording.REPLIES[said],
        answered=False,
        confidence=0.0,
        claims=(),
        citations=(),
        nearest=(),
        understood=question,
    )


def refuse(
    question: str,
    hits: Sequence[Hit],
    probability: float,
    unknown: Sequence[str],
    corrected: str,
    suggestions: Sequence[str],
    language: str = "",
) -> Answer:
    """A refusal with words that appear in no document, the nearest passages and other questions."""
    nearest = tuple(hits[:NEAREST])
    return Answer(
        question=question,
        text=wording.refusal_markdown(unknown, corrected, suggestions, language)
        if nearest
        else wording.EMPTY,
        answered=False,
        confidence=probability,
        claims=(),
        citations=(),
        nearest=nearest,
        unknown=tuple(unknown),
        suggestions=tuple(suggestions),
        corrected=corrected,
        language=language,
    )


def _reading_order(chosen: Chosen, question: Question) -> list[int]:
    """The indices of the groups in display order: several sentences follow the order of their documents."""
    places = list(range(len(chosen.groups)))
    if question.form is not SEVERAL:
        return places
    documents = list(dict.fromkeys(group[0].hit.document.id for group in chosen.groups))

    def place(i: int) -> tuple[int, int]:
        first = chosen.groups[i][0]
        return documents.index(first.hit.document.id), first.span[0]

    return sorted(places, key=place)


def _claim(
    question: Question,
    group: Sequence[ScoredSentence],
    numbers: Iterator[int],
    probability: float,
    is_sought: Callable[[Statement, str], bool],
) -> Claim:
    best = group[0]
    value, is_short = best.text(), False
    if question.form is SHORT and best.answer:
        statement = Statement.of(best)
        short = statement.value(frozenset(map(singular, question.words)))
        if fits(question, statement, short):
            value = short
            is_short = stands_out(statement, short, probability) and is_sought(statement, short)
    citations = tuple(cite(next(numbers), sentence, question.form.reads_on) for sentence in group)
    return Claim(value, citations, is_short)


# --- which sentences -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Chosen:
    """The sentences to show, in groups that say the same, one sentence per document, the best group first.

    `differ` is set if the groups give different values for one thing.
    """

    groups: Groups
    differ: bool = False


def choose(question: Question, evidence: Evidence, probability: float) -> Chosen:
    """The groups of sentences to answer with; the evidence has at least one sentence."""
    statement = _statements()
    best = _best(question, evidence.sentences, statement)
    if question.form is SHORT and best.answer:
        grouped = _grouped_by_value(question, best, evidence, statement)
        if len(grouped) > 1:
            return Chosen(grouped, differ=True)
        further = () if probability >= _ENOUGH else evidence.sentences
        return Chosen(_with_further(grouped, further, question))
    return Chosen(_with_further(((best,),), evidence.sentences, question))


def _statements() -> Stating:
    """A function from a sentence to its statement that parses each sentence once, since all are compared."""
    made: dict[tuple[str, int], Statement] = {}

    def statement(sentence: ScoredSentence) -> Statement:
        key = sentence.hit.passage.id, sentence.index
        if key not in made:
            made[key] = Statement.of(sentence)
        return made[key]

    return statement


def _best(question: Question, sentences: Sequence[ScoredSentence], statement: Stating) -> ScoredSentence:
    """The best sentence. For a figure, the best one that is about a goal only if the question is, too."""
    best = sentences[0]
    if question.wants is AnswerType.NUMBER and best.answer and statement(best).of_goal != question.of_goal:
        answering = (s for s in sentences if s.answer and s.margin > 0)
        return next((s for s in answering if statement(s).of_goal == question.of_goal), best)
    return best


def _grouped_by_value(
    question: Question, best: ScoredSentence, evidence: Evidence, statement: Stating
) -> Groups:
    """Sentences of the documents grouped by the value they give, the group of the best sentence first."""
    groups = [[best]]
    for sentence in sorted((*evidence.sentences, *evidence.read), key=best_first):
        document = sentence.hit.document.id
        if not sentence.answer or max(sentence.first_margin, sentence.margin) < _READ:
            continue
        if any(s.hit.document.id == document for group in groups for s in group):
            continue
        relations = [relation(question, statement(group[0]), statement(sentence)) for group in groups]
        if Relation.AGREE in relations:
            groups[relations.index(Relation.AGREE)].append(sentence)
        elif set(relations) == {Relation.DIFFER}:
            groups.append([sentence])
    return tuple(map(tuple, groups))


def _with_further(groups: Groups, further: Iterable[ScoredSentence], question: Question) -> Groups:
    """The groups with sentences added that score nearly as well and are not quoted yet."""
    form = question.form
    extended = [list(group) for group in groups]
    best = extended[0][0].score
    for sentence in further:
        if sentence.score < best - form.further:
            break
        span = quote_span(sentence, form.reads_on)
        quoted = (s for group in extended for s in group if _of_one_document(s, sentence))
        if any(overlap(span, quote_span(s, form.reads_on)) for s in quoted):
            continue  # quoted already, perhaps together with a neighbour
        same = next((group for group in extended if _alike(group[0], sentence)), None)
        if same is None and len(extended) < form.most:
            extended.append([sentence])
        elif same is not None and not any(_of_one_document(s, sentence) for s in same):
            same.append(sentence)
    return tuple(map(tuple, extended))


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
