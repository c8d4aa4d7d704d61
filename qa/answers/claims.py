"""A question and its evidence -> an answer: which sentences are quoted, and which of them agree.

A short answer is compared with the spans that the reader marks in other documents: spans that say the same
become one claim, spans that give another value for the same thing become further claims. Questions that want
more than a short answer get the sentences that answer them, in the order of their documents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from qa.answers import markdown, wording
from qa.answers.agreement.relations import Relation, relation
from qa.answers.further import Groups, with_further
from qa.answers.headlines import fits, stands_out
from qa.answers.quotes import cite
from qa.answers.sorts import is_of_sort
from qa.answers.statements import Statement
from qa.language.holders import KnownNames
from qa.language.questions import AnswerType, Question
from qa.language.smalltalk import Smalltalk
from qa.language.words import singular
from qa.models.encoder import Encoder
from qa.search.evidence import Evidence, ScoredSentence, best_first
from qa.types import Answer, Claim, Hit

NEAREST = 5  # passages returned with every answer
_READ = -3.75  # least margin, by one of the readers, of what is compared with the best answer
_ENOUGH = 0.75  # probability from which on a short answer needs no other sentence beside it

Stating = Callable[[ScoredSentence], Statement]


def compose(question: Question, evidence: Evidence, probability: float, encoder: Encoder) -> Answer:
    """The answer to a question, from evidence that has at least one sentence.

    The encoder tells whether a name is of the sort that is asked for. Raises CitationError if a quote is not
    in its document.
    """
    chosen = choose(question, evidence, probability)
    order = _reading_order(chosen, question)
    numbers = iter(range(1, 1 + sum(map(len, chosen.groups))))
    spread = _is_spread(chosen, question)
    known = KnownNames(tuple(hit.passage.text for hit in evidence.hits))

    def is_headline(statement: Statement, value: str) -> bool:
        sure = not spread and stands_out(statement, value, probability)
        return sure and is_of_sort(question.rephrased, value, statement.text, known, encoder)

    by_place = {place: _claim(question, chosen.groups[place], numbers, is_headline) for place in order}
    claims = tuple(by_place[place] for place in sorted(by_place))
    return Answer(
        question=question.text,
        text=markdown.answer_markdown(claims, chosen.differ),
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
        text=markdown.refusal_markdown(unknown, corrected, suggestions, language)
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
    if not question.form.gathers:
        return places
    documents = list(dict.fromkeys(group[0].hit.document.id for group in chosen.groups))

    def place(i: int) -> tuple[int, int]:
        first = chosen.groups[i][0]
        return documents.index(first.hit.document.id), first.span[0]

    return sorted(places, key=place)


def _is_spread(chosen: Chosen, question: Question) -> bool:
    """True if a list is spread over sentences: the part that one of them gives is no headline."""
    first, *others = chosen.groups
    return question.form.gathers and bool(others or first[0].before or first[0].after)


def _claim(
    question: Question,
    group: Sequence[ScoredSentence],
    numbers: Iterator[int],
    is_headline: Callable[[Statement, str], bool],
) -> Claim:
    best = group[0]
    value, is_short = best.text(), False
    if question.form.short and best.answer:
        statement = Statement.of(best)
        short = statement.value(frozenset(map(singular, question.words)))
        if fits(question, statement, short):
            value, is_short = short, is_headline(statement, short)
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
    if not (question.form.short and best.answer):
        return Chosen(with_further(((best,),), evidence.sentences, question.form))
    grouped = _grouped_by_value(question, best, evidence, statement)
    if question.form.gathers:  # other items of a list do not contradict the first ones
        return Chosen(with_further(grouped[:1], evidence.sentences, question.form))
    if len(grouped) > 1:
        return Chosen(grouped, differ=True)
    further = () if probability >= _ENOUGH else evidence.sentences
    return Chosen(with_further(grouped, further, question.form))


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
