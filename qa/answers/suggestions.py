"""Questions to offer after a refusal, or to start with, each of which the documents are known to answer.

They are made from sentences, by two patterns. If a sentence begins with a name and a verb in the past, the
question asks for its subject, and counts if the readers find the subject: "Osk and Tolvane signed a treaty on
ferries." answers "Who signed a treaty on ferries?". Otherwise it asks what the documents say about a name
in the sentence, which an overview answers with this sentence or with better ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from qa.answers.overviews.gists import gists, is_reference, representatives
from qa.answers.overviews.timelines import events
from qa.language.followups import is_followup
from qa.language.names import name_spans
from qa.language.overviews import Wish, overview_asked
from qa.language.words import FUNCTION_WORDS, content_words, stem
from qa.search.engine import Engine
from qa.search.evidence import ScoredSentence
from qa.types import overlap

_MOST = 3  # suggestions after a refusal
_TRIES = 2  # questions for a subject that are read, which takes as long as reading two passages
_SAME = 0.75  # word overlap from which on a suggestion repeats the refused question
_ALIKE = 0.6  # word overlap from which on two suggestions repeat each other
_SPECIFIC, _COMMON = 3, 0.1  # passages with a name, and their share: more, and it is everybody's subject
_TO_START, _STARTING_DOCUMENTS, _STARTING_SENTENCES = 4, 8, 4
ABOUT_ALL, _TIMELINE = "What are these documents about?", "What happened when?"
_LEAST_DATED = 4  # sentences, from which on a timeline is worth asking for


@dataclass(frozen=True, slots=True)
class Made:
    """A question made from a sentence: for its `subject`, or else about a `name` in it."""

    question: str
    subject: str = ""
    name: str = ""


class Suggestions:
    """Questions that the documents of an index answer. Safe to use from several threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._to_start: tuple[object, tuple[str, ...]] = (None, ())  # for one state of the index

    def instead_of(self, question: str, sentences: Sequence[ScoredSentence]) -> list[str]:
        """At most three questions that are answered, none like another or like the refused one.

        `sentences` are the evidence that was found for the refused question, best first.
        """
        return self._known_to_be_answered(sentences, _MOST, unlike=question)

    def to_start(self) -> tuple[str, ...]:
        """At most four questions for somebody who doesn't know the documents yet."""
        state = self._engine.state()
        known, questions = self._to_start
        if known != state:
            questions = self._starting()
            self._to_start = state, questions
        return questions

    def _starting(self) -> tuple[str, ...]:
        engine = self._engine
        with engine.store.read(engine.encoder.fingerprint) as snapshot:
            documents = snapshot.documents()
            if not documents:
                return ()
            index = snapshot.vector_index()
            shown = representatives(documents, _STARTING_DOCUMENTS, snapshot, index)
            chosen = gists(shown, _STARTING_SENTENCES, snapshot, index, engine.encoder)
            dated = len(events("", documents, snapshot))
        by_document = [[s for s in chosen if s.hit.document.id == document.id] for document in shown]
        spread = [s for row in zip_longest(*by_document) for s in row if s]
        timeline = [_TIMELINE] * (dated >= _LEAST_DATED)
        return ABOUT_ALL, *self._known_to_be_answered(spread, _TO_START - 1 - len(timeline)), *timeline

    def _known_to_be_answered(
        self, sentences: Sequence[ScoredSentence], most: int, unlike: str = ""
    ) -> list[str]:
        """So many questions made from the sentences, in their order, that are answered and are not alike."""
        kept: list[str] = []
        asked_of: set[int] = set()
        tries = _TRIES
        sentences = [sentence for sentence in sentences if not is_reference(sentence.text())]
        for i, made in questions([sentence.text() for sentence in sentences]):
            is_new = not any(word_overlap(made.question, other) >= _ALIKE for other in kept)
            if i in asked_of or not is_new or word_overlap(made.question, unlike) >= _SAME:
                continue
            if made.subject:
                tries -= 1
                answered = tries >= 0 and self._is_found(made, sentences[i])
            else:
                answered = self._is_told_of(made)
            if answered and not is_followup(made.question):
                kept.append(made.question)
                asked_of.add(i)
            if len(kept) == most:
                break
        return kept

    def _is_found(self, made: Made, sentence: ScoredSentence) -> bool:
        """True if each of the readers finds the subject of the sentence when asked for it."""
        readers = [r for r in (self._engine.reader, self._engine.second_reader) if r]
        start = sentence.span[0] + sentence.text().index(made.subject)
        for reader in readers:
            (reading,) = reader.read(made.question, [sentence.hit.passage])
            if reading.margin <= 0 or not overlap(reading.span, (start, start + len(made.subject))):
                return False
        return bool(readers)

    def _is_told_of(self, made: Made) -> bool:
        """True if an overview tells of a name, and it is not what most of the documents are about."""
        asked = overview_asked(made.question)
        with self._engine.store.read() as snapshot:
            total = len(snapshot.vector_index())
            told = snapshot.count_passages_with(asked.subject) if asked and asked.wish is Wish.SAID else 0
        return 0 < told <= max(_SPECIFIC, _COMMON * total)


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


def questions(sentences: Sequence[str]) -> Iterator[tuple[int, Made]]:
    """Questions that the sentences seem to answer, in order, each with the index of its sentence.

    Of a sentence comes the question for its subject, if there is one, before those about the names in it. A
    name is asked about once.
    """
    certain = _certain_names(sentences)
    names: set[str] = set()
    for i, text in enumerate(sentences):
        for made in _made_from(text, certain):
            if made.subject or made.name not in names:
                yield i, made
            names.add(made.name)


def word_overlap(one: str, other: str) -> float:
    """The share (0..1) of the words of two questions that both have, whatever their form and order."""
    a, b = _stems(one), _stems(other)
    return len(a & b) / len(a | b)


def _stems(question: str) -> set[str]:
    return {stem(word) for word in content_words(question.removeprefix(_ABOUT)) or [question]}


def _made_from(text: str, certain: frozenset[str]) -> Iterator[Made]:
    spans = name_spans(text)
    end = _subject_end(text, spans, certain)
    if end and (match := _REST.match(re.sub(r"\s+", " ", text[end:]))):
        rest = _FURTHER.split(match["rest"])[0]
        if not _POINTING.search(rest) and len(rest.split()) > 3 and len(rest) < _LONGEST:
            yield Made(f"Who {rest}?", subject=text[:end])
    for start, stop in spans:
        if not start and text[start:stop] not in certain:
            continue  # "Behind Osk": of a capital that only opens the sentence it cannot be told
        name = re.sub(r"['’]s?$", "", " ".join(text[start:stop].split()))
        if len(name.split()) > 1 or (name.isupper() and len(name) > 2) or "-" in name:
            article = "the " if text[:start].lower().endswith("the ") else ""
            alone = len(name.split()) == 1 and name == text[start:stop]
            kind = _KIND.match(text[stop:]) if article and alone else None
            yield Made(f"{_ABOUT}{article}{name}{kind[0] if kind else ''}?", name=name)


def _subject_end(text: str, spans: list[tuple[int, int]], certain: frozenset[str]) -> int:
    """The offset at which a subject made of certain names ends; 0 if the sentence does not begin with one."""
    end = 0
    for start, stop in spans:
        if text[end:start] not in ("", " and ", ", ", ", and ") or text[start:stop] not in certain:
            break
        end = stop
    return end


def _certain_names(texts: Sequence[str]) -> frozenset[str]:
    """Names that are also capitalised in the middle of a sentence, where the capital letter counts."""
    return frozenset(text[a:b] for text in texts for a, b in name_spans(text) if a)
