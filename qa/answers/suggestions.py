"""Questions to offer after a refusal, each of which the documents are known to answer.

They are made from the evidence near the refused question and, if that yields too few, from passages of the
whole index, so that users who ask for something that is not there learn what is. No model is involved, only
two patterns. If a sentence begins with a name and a verb in the past, the suggestion asks for its subject:
"Kazakhstan and Pakistan signed 37 agreements ..." answers "Who signed 37 agreements ...?". Otherwise it asks
what the documents say about a name of several words or an acronym in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest

from qa.answers.whose import holder
from qa.language.followups import is_followup
from qa.language.names import name_spans
from qa.language.questions import keywords
from qa.language.words import FUNCTION_WORDS, content_words, stem
from qa.search.confidence import SUGGESTED, Calibration, Holder
from qa.search.engine import Engine
from qa.search.evidence import LOOKED_AT, Evidence, ScoredSentence
from qa.search.retrieval import DocumentIds
from qa.types import Passage

_MOST = 3  # suggestions after a refusal
_ENOUGH = 2  # near the question; with fewer, suggestions from elsewhere are added
_TRIES_NEAR, _TRIES_ANYWHERE = 4, 6  # questions that are tried; each costs as much as asking it
_SAMPLE = 100  # passages that suggestions from elsewhere are made from
_SAME = 0.75  # word overlap from which on a suggestion repeats the refused question
_ALIKE = 0.6  # word overlap from which on two suggestions repeat each other


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question, and the best sentence that the documents have for it."""

    question: str
    answer: str

    def repeats(self, other: Suggestion) -> bool:
        return self.answer == other.answer or word_overlap(self.question, other.question) >= _ALIKE


class Suggestions:
    """Questions that the documents of an index answer. Safe to use from several threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        # Those from anywhere in the documents, for one state of the index: they are tried only once.
        self._cached: tuple[object, tuple[Suggestion, ...]] = (None, ())

    def instead_of(
        self, question: str, sentences: Sequence[ScoredSentence], documents: DocumentIds
    ) -> list[str]:
        """At most three questions that the documents answer, none like another or like the refused one.

        `sentences` are the evidence that was found for the refused question, best first.
        """
        near = _questions_from(sentence.text() for sentence in sentences)
        kept = self._first_answered(near, _TRIES_NEAR, documents, unlike=question)
        if len(kept) < _ENOUGH:
            others = (
                suggestion
                for suggestion in self._from_anywhere(documents)
                if word_overlap(suggestion.question, question) < _SAME
                and not any(suggestion.repeats(other) for other in kept)
            )
            kept += islice(list(others), _ENOUGH - len(kept))
        return [suggestion.question for suggestion in kept]

    def _from_anywhere(self, documents: DocumentIds) -> tuple[Suggestion, ...]:
        """Suggestions from all over the documents, cached for as long as the index does not change."""
        state = self._engine.state(), None if documents is None else frozenset(documents)
        cached_state, suggestions = self._cached
        if cached_state != state:
            questions = _questions_from(_interleaved_sentences(self._engine.sample(_SAMPLE, documents)))
            suggestions = tuple(self._first_answered(questions, _TRIES_ANYWHERE, documents))
            self._cached = state, suggestions
        return suggestions

    def _first_answered(
        self, questions: Iterable[str], tries: int, documents: DocumentIds, unlike: str = ""
    ) -> list[Suggestion]:
        """The first few questions that are answered well enough, after at most so many tries."""
        kept: list[Suggestion] = []
        new = (
            question
            for question in questions
            if word_overlap(question, unlike) < _SAME
            and not any(word_overlap(question, other.question) >= _ALIKE for other in kept)
        )
        for question in islice(new, tries):
            suggestion = self._try(question, documents)
            if suggestion and not any(suggestion.repeats(other) for other in kept):
                kept.append(suggestion)
            if len(kept) == _MOST:
                break
        return kept

    def _try(self, question: str, documents: DocumentIds) -> Suggestion | None:
        """A suggestion, if the question is answered well enough; if it is not at first, it costs no more."""
        found = self._engine.find(keywords(question), LOOKED_AT, documents)
        evidence = self._engine.first_evidence(found)
        if _falls_short(evidence, self._engine.first_calibration):
            return None
        evidence = self._engine.decided(evidence)
        if _falls_short(evidence, self._engine.calibration):
            return None
        if holder(found.question, evidence, self._engine.reader) is not Holder.ASKED:
            return None
        return Suggestion(question, " ".join(evidence.sentences[0].text().split()))


def _falls_short(evidence: Evidence, calibration: Calibration) -> bool:
    return calibration.probability(evidence.signals) < max(SUGGESTED, calibration.threshold)


def _questions_from(sentences: Iterable[str]) -> Iterator[str]:
    """Questions made from sentences, except those that a conversation would turn into something else."""
    return (question for question in questions(sentences) if not is_followup(question))


def _interleaved_sentences(passages: Iterable[Passage]) -> Iterator[str]:
    """The first sentence of each passage, then the second of each, and so on."""
    sentences = (
        [passage.text[a - passage.start : b - passage.start] for a, b in passage.sentences]
        for passage in passages
    )
    return (sentence for row in zip_longest(*sentences) for sentence in row if sentence)


# --- questions from sentences --------------------------------------------------------------------

_DID = (
    r"met|held|paid|put|took|gave|made|said|told|saw|won|led|built|bought|sold|sent|began|found|set|cut"
    r"|wrote|chose|lost"
    r"|left|kept|brought|heads|leads|owns|[a-z]{2,}ed"
)
_REST = re.compile(
    rf"(?:,[^,]{{3,60}},)? (?P<rest>(?:{_DID}) (?:the|an?|its|his|her|that|how|to|in|on|\d"
    rf"|[A-Z$€£]).{{10,}})[.]$"
)
_POINTING = (
    re.compile(  # words that refer to something else, or a second verb: the first was not the subject's
        r"\b(?:this|these|those|such|it|its|he|she|his|her|they|their|them)\b"
        r"|^(?!.*\b(?:that|how)\b).*\b(?:can|could|will|would|is|are|was|were|has|have)\b",
        re.IGNORECASE,
    )
)
_FURTHER = re.compile(
    r"(?:,? (?:which|who|while|whereas|but|although) |, (?:and|so|official|where|among|a|an|the|part) |; )"
)
_KIND = re.compile(rf" (?!(?:{'|'.join(FUNCTION_WORDS)})\b)[a-z]+")  # "railway" in "the TAP railway"
_LONGEST = 120  # characters of a question
_ABOUT = "What do the documents say about "


def questions(sentences: Iterable[str]) -> Iterator[str]:
    """Questions that the sentences seem to answer, in order, at most one for each name and sentence."""
    texts = [" ".join(sentence.split()) for sentence in sentences]
    certain = _certain_names(texts)
    subjects: set[str] = set()
    for text in texts:
        for question, subject in _candidates(text, certain):
            if subject not in subjects:
                subjects.add(subject)
                yield question
                break


def word_overlap(one: str, other: str) -> float:
    """The share (0..1) of the words of two questions that both have, whatever their form and order."""
    a, b = _stems(one), _stems(other)
    return len(a & b) / len(a | b)


def _stems(question: str) -> set[str]:
    return {stem(word) for word in content_words(question.removeprefix(_ABOUT)) or [question]}


def _candidates(text: str, certain: frozenset[str]) -> Iterator[tuple[str, str]]:
    """The questions of a sentence, each with what it is about."""
    spans = name_spans(text)
    end = _subject_end(text, spans, certain)
    if end and (match := _REST.match(text[end:])):
        rest = _FURTHER.split(match["rest"])[0]
        if not _POINTING.search(rest) and len(rest.split()) > 3 and len(rest) < _LONGEST:
            yield f"Who {rest}?", rest
    for start, stop in spans:
        name = re.sub(r"['’]s?$", "", text[start:stop])
        if len(name.split()) > 1 or (name.isupper() and len(name) > 2) or "-" in name:
            article = "the " if text[:start].lower().endswith("the ") else ""
            alone = len(name.split()) == 1 and name == text[start:stop]
            kind = _KIND.match(text[stop:]) if article and alone else None
            yield f"{_ABOUT}{article}{name}{kind[0] if kind else ''}?", name


def _subject_end(text: str, spans: list[tuple[int, int]], certain: frozenset[str]) -> int:
    """The offset at which a subject made of certain names ends; 0 if the sentence does not begin with one."""
    end = 0
    for start, stop in spans:
        if text[end:start] not in ("", " and ", ", ", ", and ") or text[start:stop] not in certain:
            break
        end = stop
    return end


def _certain_names(texts: Iterable[str]) -> frozenset[str]:
    """Names that are also capitalised in the middle of a sentence, where the capital letter counts."""
    return frozenset(text[a:b] for text in texts for a, b in name_spans(text) if a)
