"""What can be asked instead of a question that was refused: questions that were answered beforehand.

They are made from the evidence near the question, and where that gives too few, from passages of the whole
index, so that somebody who asks for what is not there learns what is. There is no model in it, only two
forms. Of a sentence whose subject is a name and whose verb tells what it did, the subject is asked for:
"Kazakhstan and Pakistan signed 37 agreements ..." answers "Who signed 37 agreements ...?". Of others, what
they say about a name of several words or an acronym.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest

from qa.language.followups import is_followup
from qa.language.names import name_spans
from qa.language.questions import keywords
from qa.language.words import FUNCTION_WORDS, content_words, stem
from qa.search.confidence import SUGGESTED
from qa.search.engine import Engine
from qa.search.evidence import LOOKED_AT, ScoredSentence
from qa.search.retrieval import DocumentIds
from qa.types import Passage

_MOST, _ENOUGH = 3, 2  # questions that are offered; with fewer near the question, others are added
_NEAR, _FAR = 4, 6  # questions that are tried: each costs as much as a question
_SAMPLE = 100  # passages that the others are made from
_SAME = 0.75  # of the words of an offer and of the question that was refused, from which on they are one
_TWICE = 0.6  # of the words of two offers


@dataclass(frozen=True, slots=True)
class Offer:
    """A question, and the best sentence that the documents have for it."""

    question: str
    answer: str

    def repeats(self, other: Offer) -> bool:
        return self.answer == other.answer or likeness(self.question, other.question) >= _TWICE


class Suggestions:
    """Questions that the documents of an index answer. Safe to use from several threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._anywhere: tuple[object, tuple[Offer, ...]] = (None, ())  # of one state: asked only once

    def instead_of(
        self, question: str, sentences: Sequence[ScoredSentence], documents: DocumentIds
    ) -> list[str]:
        """At most three questions that are answered, none like another or like the one that was refused.

        `sentences` are those that were found near the refused one, best first.
        """
        near = _made(sentence.text() for sentence in sentences)
        kept = self._answered(near, _NEAR, documents, avoiding=question)
        if len(kept) < _ENOUGH:
            kept += self._others(question, kept, documents)[: _ENOUGH - len(kept)]
        return [offer.question for offer in kept]

    def _others(self, question: str, kept: Sequence[Offer], documents: DocumentIds) -> list[Offer]:
        return [
            offer
            for offer in self._general(documents)
            if likeness(offer.question, question) < _SAME and not any(offer.repeats(other) for other in kept)
        ]

    def _general(self, documents: DocumentIds) -> tuple[Offer, ...]:
        """Offers from anywhere in the documents; kept as long as they stay as they are."""
        state = self._engine.state(), None if documents is None else frozenset(documents)
        known, offers = self._anywhere
        if known != state:
            made = _made(_in_turn(self._engine.sample(_SAMPLE, documents)))
            offers = tuple(self._answered(made, _FAR, documents))
            self._anywhere = state, offers
        return offers

    def _answered(
        self, asked: Iterable[str], tries: int, documents: DocumentIds, avoiding: str = ""
    ) -> list[Offer]:
        """The first few questions that are answered well enough, after so many tries at most."""
        kept: list[Offer] = []
        new = (
            question
            for question in asked
            if likeness(question, avoiding) < _SAME
            and not any(likeness(question, other.question) >= _TWICE for other in kept)
        )
        for question in islice(new, tries):
            offer = self._tried(question, documents)
            if offer and not any(offer.repeats(other) for other in kept):
                kept.append(offer)
            if len(kept) == _MOST:
                break
        return kept

    def _tried(self, question: str, documents: DocumentIds) -> Offer | None:
        evidence = self._engine.evidence(self._engine.find(keywords(question), LOOKED_AT, documents))
        calibration = self._engine.calibration
        if calibration.probability(evidence.signals) < max(SUGGESTED, calibration.threshold):
            return None
        return Offer(question, " ".join(evidence.sentences[0].text().split()))


def _made(sentences: Iterable[str]) -> Iterator[str]:
    """Questions from sentences; none that would be understood in another way within a conversation."""
    return (question for question in questions(sentences) if not is_followup(question))


def _in_turn(passages: Iterable[Passage]) -> Iterator[str]:
    """The first sentence of each passage, then the second of each, and so on."""
    texts = (
        [passage.text[a - passage.start : b - passage.start] for a, b in passage.sentences]
        for passage in passages
    )
    return (text for row in zip_longest(*texts) for text in row if text)


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
_POINTING = re.compile(  # what points elsewhere, and a second verb: the first was no verb of the subject
    r"\b(?:this|these|those|such|it|its|he|she|his|her|they|their|them)\b"
    r"|^(?!.*\b(?:that|how)\b).*\b(?:can|could|will|would|is|are|was|were|has|have)\b",
    re.IGNORECASE,
)
_FURTHER = re.compile(
    r"(?:,? (?:which|who|while|whereas|but|although) |, (?:and|so|official|where|among|a|an|the|part) |; )"
)
_KIND = re.compile(rf" (?!(?:{'|'.join(FUNCTION_WORDS)})\b)[a-z]+")  # the TAP railway
_LONGEST = 120  # characters of a question
_ABOUT = "What do the documents say about "


def questions(sentences: Iterable[str]) -> Iterator[str]:
    """Questions that the sentences seem to answer, in their order, at most one for each name and sentence."""
    texts = [" ".join(sentence.split()) for sentence in sentences]
    known = _known(texts)
    asked: set[str] = set()
    for text in texts:
        for question, about in _of(text, known):
            if about not in asked:
                asked.add(about)
                yield question
                break


def likeness(one: str, other: str) -> float:
    """The share (0..1) of the words of two questions that both have, in whatever form and order."""
    a, b = _words(one), _words(other)
    return len(a & b) / len(a | b)


def _words(question: str) -> set[str]:
    return {stem(word) for word in content_words(question.removeprefix(_ABOUT)) or [question]}


def _of(text: str, known: frozenset[str]) -> Iterator[tuple[str, str]]:
    """The questions of a sentence with what each is about."""
    spans = name_spans(text)
    subject = _subject(text, spans, known)
    if subject and (match := _REST.match(text[subject:])):
        rest = _FURTHER.split(match["rest"])[0]
        if not _POINTING.search(rest) and len(rest.split()) > 3 and len(rest) < _LONGEST:
            yield f"Who {rest}?", rest
    for start, end in spans:
        name = re.sub(r"['’]s?$", "", text[start:end])
        if len(name.split()) > 1 or (name.isupper() and len(name) > 2) or "-" in name:
            article = "the " if text[:start].lower().endswith("the ") else ""
            alone = len(name.split()) == 1 and name == text[start:end]
            kind = _KIND.match(text[end:]) if article and alone else None
            yield f"{_ABOUT}{article}{name}{kind[0] if kind else ''}?", name


def _subject(text: str, spans: list[tuple[int, int]], known: frozenset[str]) -> int:
    """Where the subject of a sentence ends, if it begins with names that are known to be some; else 0."""
    end = 0
    for start, stop in spans:
        if text[end:start] not in ("", " and ", ", ", ", and ") or text[start:stop] not in known:
            break
        end = stop
    return end


def _known(texts: Iterable[str]) -> frozenset[str]:
    """What is written with a capital letter elsewhere than where a sentence begins."""
    return frozenset(text[a:b] for text in texts for a, b in name_spans(text) if a)
