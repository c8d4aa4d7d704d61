"""Candidates -> evidence: their sentences with scores, and the hits in their final order.

With a reader, the score of a sentence is

    0.7 * tanh(margin / 10) + 0.5 * retrieval score + 0.75 * similarity

The margin is the number of logits by which the best span in the sentence beats "no answer here", the
retrieval score is the passage's (retrieval.py), and the similarity is

    mean of cos(q, sentence) and cos(q, header + sentence) + w ** 1.5

Cosines are centred on the mean of the index, and `w` is the share of the question's word weights that the
sentence contains; words found only in its passage or header count half, because a sentence is about the same
subject as the text around it. The power keeps a few common words from outweighing the meaning. Embedding is
slow, so only the sentences of the four passages that are best without the similarity are embedded. Without a
reader, the similarity is the score. Sentences of doubtful passages lose a part of theirs. A passage scores as
its best sentence. benchmarks/reader.md and retrieval.md give the measurements behind the weights.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from qa.index.database import matching_words
from qa.language.parts import begins_part
from qa.language.questions import AnswerType, Question, fits
from qa.models.encoder import Encoder, encode_all, headed
from qa.models.reader import Reader
from qa.models.reading import Reading, SentenceReading
from qa.search.retrieval import DOUBT, Candidates, Term, centred_cosines
from qa.types import Hit, Passage, Span

LOOKED_AT = 12  # hits whose sentences are scored
_EMBEDDED = 4  # of these hits, the ones whose sentences are embedded when there is a reader
_READER_WEIGHT, _RETRIEVAL_WEIGHT, _SIMILARITY_WEIGHT = 0.7, 0.5, 0.75
_LOGITS = 10.0  # beyond this a margin says hardly any more, because the reader is overconfident
_LEAST = 30.0  # logits below no answer, from which on margins are treated as equal
_CERTAIN = 8.0  # logits: the margin of what is an answer by its place
_SHARE_POWER = 1.5
_CONTEXT = 0.5  # the share of a word's weight that counts if only the passage contains the word


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A sentence of a hit, as a span of its document.

    If a reader has read it, `answer` is the part that answers best, and `margin` the number of logits by
    which that part beats no answer: above 0 the reader takes it for an answer. `evidence` is the logit of the
    whole sentence being a part of the answer.
    """

    hit: Hit
    index: int  # in hit.passage.sentences
    score: float
    answer: Span | None = None
    margin: float = -math.inf
    evidence: float = -math.inf

    @property
    def span(self) -> Span:
        """The place of the sentence in its document."""
        return self.hit.passage.sentences[self.index]

    def text(self, span: Span | None = None) -> str:
        """The text of the sentence, or of another span of its passage, given in the document's offsets."""
        start, end = span or self.span
        passage = self.hit.passage
        return passage.text[start - passage.start : end - passage.start]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Hits in their final order, their sentences, best first, and the signals for the confidence, by name.

    `read` are the sentences of further hits, which the reader has read but which were not embedded.
    """

    hits: tuple[Hit, ...]
    sentences: tuple[ScoredSentence, ...]
    signals: Mapping[str, float]
    read: tuple[ScoredSentence, ...] = ()


Admits = Callable[[ScoredSentence], bool]  # true if a sentence may be part of an answer


def admit_all(_: ScoredSentence) -> bool:
    """Admits every sentence."""
    return True


def best_first(sentence: ScoredSentence) -> tuple[float, str, int]:
    """A sort key that puts the best sentence first and breaks ties by passage id and position."""
    return -sentence.score, sentence.hit.passage.id, sentence.index


# --- with a reader -------------------------------------------------------------------------------


def by_reading(
    candidates: Candidates,
    reader: Reader,
    encoder: Encoder,
    admits: Admits = admit_all,
    second: Reader | None = None,
) -> Evidence:
    """The evidence in the first dozen hits, scored with the reader. Only admitted sentences count.

    A second reader, which may be slow, reads the best few of them again, and its readings count.

    Signals of the best sentence: its margin, in tens of logits (`margin`), as are the logits of its being
    evidence (`evidence`) and of its passage answering (`answered`); the lead of its score over the best score
    of another passage (`lead`); its cosine with the question (`cosine`); 1 if its answer is of the type that
    the question wants (`fits`). One more is about the search: a tenth of the logarithm of the number of
    passages searched, since each of them could be the wrong one (`searched`).
    """
    question, hits = candidates.question, candidates.hits[:LOOKED_AT]
    passages = [hit.passage for hit in hits]
    readings = _readings(question, passages, reader)
    scores = {hit.passage.id: _reader_score(readings[hit.passage.id].margin, hit) for hit in hits}
    embedded = sorted(hits, key=lambda hit: (-scores[hit.passage.id], hit.passage.id))[:_EMBEDDED]
    if second:
        readings |= _readings(question, [hit.passage for hit in embedded], second)
    similarities = {
        (s.sentence.hit.passage.id, s.sentence.index): s
        for s in _similarities(candidates, embedded, encoder, admits)
    }
    if not similarities:
        return Evidence(candidates.hits, (), {})
    sentences = []
    for (passage_id, i), similarity in similarities.items():
        sentence = _as_read(similarity.sentence.hit, i, readings[passage_id].sentences[i])
        score = sentence.score + _SIMILARITY_WEIGHT * similarity.sentence.score
        sentences.append(replace(sentence, score=score))
    sentences.sort(key=best_first)
    best = sentences[0]
    signals = {
        "margin": max(-_LEAST, best.margin) / _LOGITS,
        "lead": _lead(sentences),
        "cosine": similarities[best.hit.passage.id, best.index].cosine,
        "fits": float(_answer_fits(question.wants, best)),
        "evidence": _bounded(best.evidence),
        "answered": _bounded(readings[best.hit.passage.id].answered),
        "searched": math.log(max(1, candidates.searched)) / 10,
    }
    further = tuple(
        _as_read(hit, i, reading)
        for hit in hits
        if hit not in embedded
        for i, reading in enumerate(readings[hit.passage.id].sentences)
    )
    reranked = _reranked_hits(candidates, scores | _best_scores(sentences))
    return Evidence(reranked, tuple(sentences), signals, further)


def _readings(question: Question, passages: Sequence[Passage], reader: Reader) -> dict[str, Reading]:
    """The readings of passages by their ids."""
    readings = reader.read(question.rephrased, passages)
    return {
        p.id: _of_part(question.part, p, r) if question.part else r
        for p, r in zip(passages, readings, strict=True)
    }


def _of_part(part: str, passage: Passage, reading: Reading) -> Reading:
    """A reading for a question that asks for the text of a numbered part: what begins with it is an answer.

    The reader does not know that "Article 2. The boats ..." is what Article 2 says.
    """
    heading = passage.header.rpartition(" — ")[2]
    sentences = []
    for i, sentence in enumerate(reading.sentences):
        text = passage.text[passage.sentences[i][0] - passage.start :]
        if begins_part(part, text) or (i == 0 and begins_part(part, heading)):
            margin, evidence = max(sentence.margin, _CERTAIN), max(sentence.evidence, _CERTAIN)
            sentence = SentenceReading(margin, passage.sentences[i], evidence)
        sentences.append(sentence)
    best = max(sentences, default=SentenceReading(reading.margin, reading.span))
    answered = max(reading.answered, best.evidence)
    score = reading.null + best.margin
    return replace(reading, span=best.span, score=score, sentences=tuple(sentences), answered=answered)


def _answer_fits(wants: AnswerType, sentence: ScoredSentence) -> bool:
    """True if the answer in a sentence is of the type that the question wants."""
    if not sentence.answer:
        return False
    start = sentence.span[0]
    return fits(wants, sentence.text(), (sentence.answer[0] - start, sentence.answer[1] - start))


def _bounded(logit: float) -> float:
    """A logit in tens, not further from 0 than what makes a difference."""
    return max(-_LEAST, min(_LEAST, logit)) / _LOGITS


def _as_read(hit: Hit, index: int, reading: SentenceReading) -> ScoredSentence:
    """A sentence of a hit with its reading, scored without its similarity."""
    answer = reading.span if reading.span[0] < reading.span[1] else None
    score = _reader_score(reading.margin, hit)
    return ScoredSentence(hit, index, score, answer, reading.margin, reading.evidence)


def _reader_score(margin: float, hit: Hit) -> float:
    """The score of a sentence or passage without its similarity."""
    score = _READER_WEIGHT * math.tanh(margin / _LOGITS) + _RETRIEVAL_WEIGHT * hit.score
    return score - DOUBT * hit.passage.doubtful


# --- by similarity -------------------------------------------------------------------------------


def by_similarity(candidates: Candidates, encoder: Encoder, admits: Admits = admit_all) -> Evidence:
    """The evidence in the first dozen hits, scored by similarity alone.

    Signals: the cosine of the question with the best sentence (`cosine`) and with the nearest passage
    (`nearest`); the share of the question's words in the best sentence's passage (`covered`); the lead of the
    best sentence's score over the best score of another passage (`lead`).
    """
    hits = candidates.hits[:LOOKED_AT]
    similarities = _similarities(candidates, hits, encoder, admits)
    if not similarities:
        return Evidence(candidates.hits, (), {})
    sentences = tuple(similarity.sentence for similarity in similarities)
    best = _best_scores(sentences)
    scores = {hit.passage.id: best.get(hit.passage.id, 0.0) + _RETRIEVAL_WEIGHT * hit.score for hit in hits}
    signals = {
        "cosine": similarities[0].cosine,
        "nearest": candidates.nearest,
        "covered": similarities[0].covered,
        "lead": _lead(sentences),
    }
    return Evidence(_reranked_hits(candidates, scores), sentences, signals)


@dataclass(frozen=True, slots=True)
class _Similarity:
    """A sentence, with its similarity to the question as its score."""

    sentence: ScoredSentence
    cosine: float  # of the question and the sentence, not centred
    covered: float  # the share of the question's words that its passage or header contains


def _similarities(
    candidates: Candidates, hits: Sequence[Hit], encoder: Encoder, admits: Admits
) -> tuple[_Similarity, ...]:
    """The admitted sentences of the hits, most similar first; ties are broken by passage id and position."""
    sentences = (ScoredSentence(hit, i, 0.0) for hit in hits for i in range(len(hit.passage.sentences)))
    admitted = [sentence for sentence in sentences if admits(sentence)]
    if not admitted:
        return ()
    plain = [sentence.text() for sentence in admitted]
    under_header = [headed(s.hit.passage.header, text) for s, text in zip(admitted, plain, strict=True)]
    texts = list(dict.fromkeys([*plain, *under_header]))
    vectors = encode_all(encoder, texts)
    centred = dict(zip(texts, centred_cosines(candidates.query, vectors, candidates.mean), strict=True))
    cosines = dict(zip(texts, vectors @ candidates.query, strict=True))
    words = _shared_words(candidates.terms, admitted, plain)
    similarities = []
    for sentence, text, headed_text, (inside, around) in zip(
        admitted, plain, under_header, words, strict=True
    ):
        cosine = float(centred[text] + centred[headed_text]) / 2
        score = cosine + _weight_share(candidates.terms, inside, around) ** _SHARE_POWER
        score -= DOUBT * sentence.hit.passage.doubtful
        covered = len(inside | around) / max(1, len(candidates.terms))
        similarities.append(_Similarity(replace(sentence, score=score), float(cosines[text]), covered))
    return tuple(sorted(similarities, key=lambda s: best_first(s.sentence)))


def _shared_words(
    terms: Sequence[Term], sentences: Sequence[ScoredSentence], texts: Sequence[str]
) -> list[tuple[set[str], set[str]]]:
    """For each sentence, the question's words inside it, and the ones that only its passage contains."""
    words = [term.word for term in terms]
    passages = {s.hit.passage.id: headed(s.hit.passage.header, s.hit.passage.text) for s in sentences}
    in_passage = dict(zip(passages, matching_words(words, list(passages.values())), strict=True))
    in_sentence = matching_words(words, texts)
    return [
        (inside, in_passage[s.hit.passage.id] - inside)
        for s, inside in zip(sentences, in_sentence, strict=True)
    ]


def _weight_share(terms: Sequence[Term], inside: set[str], around: set[str]) -> float:
    """The share of the question's word weights that a sentence has; words around it count half."""
    total = sum(term.weight for term in terms)
    matched = sum(
        term.weight * (1.0 if term.word in inside else _CONTEXT)
        for term in terms
        if term.word in inside | around
    )
    return matched / total if total else 0.0


# --- with or without a reader --------------------------------------------------------------------


def _best_scores(sentences: Sequence[ScoredSentence]) -> dict[str, float]:
    """passage id -> the score of its best sentence, given the sentences best first."""
    best: dict[str, float] = {}
    for sentence in sentences:
        best.setdefault(sentence.hit.passage.id, sentence.score)
    return best


def _lead(sentences: Sequence[ScoredSentence]) -> float:
    """The lead of the best sentence's score over the best score of another passage; 0 if there is none."""
    first, *others = _best_scores(sentences).values()
    return first - max(others) if others else 0.0


def _reranked_hits(candidates: Candidates, scores: Mapping[str, float]) -> tuple[Hit, ...]:
    """The hits by their new scores (by passage id), followed by the unscored hits in their old order."""
    scored = [
        replace(hit, score=scores[hit.passage.id]) for hit in candidates.hits if hit.passage.id in scores
    ]
    scored.sort(key=lambda hit: (-hit.score, hit.passage.id))
    lowest = scored[-1].score if scored else 0.0
    others = [hit for hit in candidates.hits if hit.passage.id not in scores]
    return (*scored, *(replace(hit, score=min(lowest, hit.score)) for hit in others))
