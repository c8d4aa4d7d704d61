"""From a question to an answer: what it may mean, what the documents hold for it, an answer or a refusal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial

from qa.answers import arguments
from qa.answers.claims import compose, refuse, reply
from qa.answers.history import earlier_turns, in_context
from qa.answers.overviews.answering import Overviews
from qa.answers.parts import Part, short_answer, together
from qa.answers.quotes import quote_span
from qa.answers.suggestions import Suggestions
from qa.answers.trace import Attempt, Stopwatch, trace_of
from qa.answers.whose import holder
from qa.language.comparisons import sides_of
from qa.language.compound import parts_of, second_question
from qa.language.followups import Interpretation, interpretations, is_followup, surely_leans
from qa.language.foreign import BY_WORDS, foreign_language
from qa.language.names import mentions
from qa.language.overviews import overview_asked
from qa.language.questions import checked, keywords, parse
from qa.language.smalltalk import smalltalk
from qa.language.words import names_something
from qa.search.confidence import LIKELY, lowered
from qa.search.engine import Engine
from qa.search.evidence import LOOKED_AT, ScoredSentence
from qa.search.retrieval import DocumentIds
from qa.types import Answer, Hit, Turn

_DISCOUNT = 0.85  # for each further interpretation of a follow-up
_LEAST_LIKELY = 0.2  # of what a whole question may mean beside what it says
_HOPEFUL = 0.1  # of one of the parts of a question, by the first reader, so that the second reads them


class Asking:
    """Answers questions from the last committed state of an index. Safe to use from several threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._overviews = Overviews(engine)
        self._suggestions = Suggestions(engine)

    def search(self, words: str, k: int, documents: Iterable[str] | None, rerank: bool) -> tuple[Hit, ...]:
        """See Assistant.search."""
        asked, wanted = checked(arguments.text(words, "words")), arguments.count(k)
        among = arguments.document_ids(documents)
        found = self._engine.find(keywords(asked), max(wanted, LOOKED_AT) if rerank else wanted, among)
        hits = self._engine.evidence(found).hits if rerank else found.hits
        return hits[:wanted]

    def ask(
        self,
        question: str,
        history: Sequence[Turn],
        documents: Iterable[str] | None,
        threshold: float | None,
        suggest: bool,
    ) -> Answer:
        """See Assistant.ask."""
        watch, among = Stopwatch(), arguments.document_ids(documents)
        asked, turns = checked(arguments.text(question, "question")), in_context(arguments.turns(history))
        given = arguments.probability(threshold)
        if said := smalltalk(asked):
            return reply(question, said)
        overview = overview_asked(asked, follows=bool(turns))
        if overview and (answer := self._overviews.answer(overview, question, among)):
            return answer
        least = self._engine.calibration.threshold if given is None else given
        if answer := self._in_parts(asked, turns, among, least, watch):
            return replace(answer, question=question)
        meant, attempts = self._meant(asked, turns, among, watch)
        best = self._decided(meant, watch)
        if _falls_short(best, least) and best.shown != best.question.text:
            # A heap of words has led nowhere: what is said is about the question as typed.
            typed = self._decided(attempts[0], watch)
            if _falls_short(typed, least) or not surely_leans(asked):
                meant, best = attempts[0], typed
        attempts = [best if attempt is meant else attempt for attempt in attempts]
        if not _falls_short(best, least):
            with watch.on("compose"):
                answer = compose(best.question, best.evidence, best.probability, self._engine.encoder)
        else:
            suggestions = self._suggest(question, best, watch) if suggest else []
            with watch.on("compose"):
                language = foreign_language(asked)
                # A list of German words helps nobody; in another script, the documents may have it too.
                listed = [] if language in BY_WORDS else _words_not_found(attempts[0])
                unknown = self._engine.unknown(listed)
                corrected = self._engine.respelled(asked, unknown) if unknown else ""
                hits, probability = best.evidence.hits, best.probability
                answer = refuse(question, hits, probability, unknown, corrected, suggestions, language)
        trace = trace_of(best, attempts, least, watch)
        return replace(answer, question=question, understood=best.shown, trace=trace)

    def _in_parts(
        self, asked: str, turns: Sequence[Turn], documents: DocumentIds, threshold: float, watch: Stopwatch
    ) -> Answer | None:
        """The answer to a comparison or a question of two parts; None if dividing it does not help.

        That is if it is neither, or no part has an answer: then it is asked as typed. A part is answered at
        the threshold, but never below the calibrated one: what is not found has to be said.
        """
        sides = self._sides(asked, documents, watch)
        parts = sides or self._two(asked, turns, documents, watch)
        if not any(part.attempt.probability >= _HOPEFUL for part in parts):
            return None
        parts = [replace(part, attempt=self._decided(part.attempt, watch)) for part in parts]
        least = max(threshold, self._engine.calibration.threshold)
        with watch.on("compose"):
            answer = together(parts, least, bool(sides), self._engine.encoder)
        if answer is None:
            return None
        attempts = [part.attempt for part in parts]
        shown = next(attempt for attempt in attempts if attempt.probability == answer.confidence)
        first, second = parts
        leans = not sides and first.attempt.shown != f"{first.typed}?"
        understood = f"{first.attempt.shown.rstrip('?')} and {second.typed}?" if leans else asked
        trace = trace_of(shown, attempts, least, watch)
        return replace(answer, understood=understood, trace=trace)

    def _sides(self, asked: str, documents: DocumentIds, watch: Stopwatch) -> list[Part]:
        """The sides of a comparison; none of another question. A side is answered by what mentions it."""
        sides = sides_of(asked)
        meant = [
            Interpretation(side.question, focus=side.focus, rival=other.focus)
            for side, other in zip(sides, reversed(sides), strict=True)
        ]
        attempts = [self._attempt(interpretation, 1.0, documents, watch) for interpretation in meant]
        return [Part(side.text, attempt) for side, attempt in zip(sides, attempts, strict=True)]

    def _two(self, asked: str, turns: Sequence[Turn], documents: DocumentIds, watch: Stopwatch) -> list[Part]:
        """The parts of a question of two parts; none of another. What the second leans on is in the first."""
        parts = parts_of(asked)
        if parts is None:
            return []
        first, _ = self._meant(f"{parts.first}?", turns, documents, watch)
        with watch.on("compose"):
            value = short_answer(first, self._engine.encoder)
        question = second_question(parts, first.question.text.rstrip("?"), value)
        second = self._attempt(Interpretation(question), 1.0, documents, watch)
        return [Part(parts.first, first), Part(parts.second, second)]

    def suggestions(
        self, question: str, history: Sequence[Turn], documents: Iterable[str] | None
    ) -> tuple[str, ...]:
        """See Assistant.suggestions."""
        return self.ask(question, history, documents, None, suggest=True).suggestions

    def to_start(self) -> tuple[str, ...]:
        """See Assistant.first_questions."""
        return self._suggestions.to_start()

    def _meant(
        self, question: str, turns: Sequence[Turn], documents: DocumentIds, watch: Stopwatch
    ) -> tuple[Attempt, list[Attempt]]:
        """What a question most likely means, and everything that was tried, the question as typed first.

        A question that stands alone, or that is answered well as it stands, means only itself. Otherwise,
        another interpretation has to be likelier than that, and likely by itself, unless what was typed makes
        no sense alone. Interpretations end when no further one could be likelier.
        """
        typed = self._attempt(Interpretation(question), 1.0, documents, watch)
        if _is_answered(typed) or not (turns and is_followup(question)):
            return typed, [typed]
        others: list[Attempt] = []
        for place, interpretation in enumerate(interpretations(question, earlier_turns(turns))):
            others.append(self._attempt(interpretation, _DISCOUNT**place, documents, watch))
            if max(attempt.likely for attempt in others) >= _DISCOUNT ** (place + 1):
                break
        best = max(others, key=lambda attempt: attempt.likely)
        if not surely_leans(question) and best.likely < max(typed.likely, _LEAST_LIKELY):
            best = typed
        return best, [typed, *others]

    def _attempt(
        self, interpretation: Interpretation, weight: float, documents: DocumentIds, watch: Stopwatch
    ) -> Attempt:
        """An interpretation with its first evidence; its probability counts for as much as its weight."""
        meant = parse(interpretation.question)
        with watch.on("search"):
            candidates = self._engine.find(meant, LOOKED_AT, documents)
        with watch.on("read"):
            evidence = self._engine.first_evidence(candidates, partial(_admits, interpretation))
        probability = self._engine.first_calibration.probability(evidence.signals)
        shown = interpretation.shown or interpretation.question
        return Attempt(meant, shown, candidates, evidence, probability, probability * weight)

    def _decided(self, attempt: Attempt, watch: Stopwatch) -> Attempt:
        """The attempt after the second reader has read the best of its evidence."""
        with watch.on("read"):
            evidence = self._engine.decided(attempt.evidence)
            probability = self._engine.calibration.probability(evidence.signals)
            if probability >= self._engine.calibration.threshold:
                probability = lowered(probability, holder(attempt.question, evidence, self._engine.reader))
        return replace(attempt, evidence=evidence, probability=probability)

    def _suggest(self, question: str, best: Attempt, watch: Stopwatch) -> Sequence[str]:
        with watch.on("suggestions"):
            return self._suggestions.instead_of(question, best.evidence.sentences)


def _falls_short(attempt: Attempt, least: float) -> bool:
    """True if there is nothing to answer with, or it is less probable than it has to be."""
    return not attempt.evidence.sentences or attempt.probability < least


def _is_answered(attempt: Attempt) -> bool:
    """True if the first reader finds an answer, and it is likely right."""
    sentences = attempt.evidence.sentences
    return attempt.probability >= LIKELY and bool(sentences) and sentences[0].margin > 0


def _words_not_found(attempt: Attempt) -> list[str]:
    """The words of a question that appear in no passage."""
    terms = attempt.candidates.terms
    return [term.word for term in terms if not term.passages and names_something(term.word)]


def _admits(interpretation: Interpretation, sentence: ScoredSentence) -> bool:
    """True if a sentence may answer: it is new, and mentions the name that was asked about."""
    if sentence.text() in interpretation.told:
        return False
    focus, rival = interpretation.focus, interpretation.rival
    quote = sentence.text(quote_span(sentence))
    if not focus or mentions(quote, focus):
        return True
    return bool(rival) and mentions(sentence.hit.passage.header, focus) and not mentions(quote, rival)
