"""Candidates -> evidence, with a reader, and then perhaps another one that decides.

The score of a sentence is

    0.7 * tanh(margin / 10) + 0.3 * evidence + 0.5 * retrieval score + 0.75 * similarity

The margin is the number of logits by which the best span in the sentence beats "no answer here", evidence is
the probability that the sentence is a part of the answer (0 if the reader does not tell), the retrieval score
is the passage's (retrieval.py), and the similarity is the sentence's (similarity.py). Embedding is slow, so
only the sentences of the four passages that are best without the similarity are embedded, and these are what
another reader reads again. Sentences of doubtful passages lose a part of their score. A passage scores as its
best sentence. benchmarks/reader.md gives the measurements behind the weights.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from qa.language.parts import begins_part
from qa.language.questions import AnswerType, Question, fits
from qa.models.encoder import Encoder
from qa.models.reader import Reader
from qa.models.reading import Reading, SentenceReading
from qa.search.evidence import (
    LOOKED_AT,
    Admits,
    Evidence,
    ScoredSentence,
    admit_all,
    best_first,
    best_scores,
    lead,
    reranked_hits,
)
from qa.search.retrieval import DOUBT, Candidates
from qa.search.similarity import RETRIEVAL_WEIGHT, Similarity, similarities_of
from qa.types import Hit, Passage

BEST = 4  # of the hits, those whose sentences are embedded, and that are read again
_READER_WEIGHT, _EVIDENCE_WEIGHT, _SIMILARITY_WEIGHT = 0.7, 0.3, 0.75
_LOGITS = 10.0  # beyond this a margin says hardly any more, because the reader is overconfident
_LEAST = 30.0  # logits below no answer, from which on margins are treated as equal
_CERTAIN = 8.0  # logits: the margin of what is an answer by its place


def by_reading(
    candidates: Candidates, reader: Reader, encoder: Encoder, admits: Admits = admit_all
) -> Evidence:
    """The evidence in the first dozen hits, scored with the reader. Only admitted sentences count.

    Signals of the best sentence: its margin, in tens of logits (`margin`), as are the logits of its being
    evidence (`evidence`) and of its passage answering (`answered`); the lead of its score over the best score
    of another passage (`lead`); its cosine with the question (`cosine`); 1 if its answer is of the type that
    the question wants (`fits`). One more is about the search: a tenth of the logarithm of the number of
    passages searched, since each of them could be the wrong one (`searched`).
    """
    hits = candidates.hits[:LOOKED_AT]
    readings = _readings(candidates.question, hits, reader)
    scores = {hit.passage.id: _reader_score(readings[hit.passage.id].margin, hit) for hit in hits}
    best = sorted(hits, key=lambda hit: (-scores[hit.passage.id], hit.passage.id))[:BEST]
    similarities = similarities_of(candidates, best, encoder, admits)
    if not similarities:
        return Evidence(candidates.hits, (), {})
    evidence = _evidence(candidates, similarities, readings, readings)

    def again(other: Reader) -> Evidence:
        latest = readings | _readings(candidates.question, best, other)
        return _evidence(candidates, similarities, latest, readings)

    return replace(evidence, again=again)


def _evidence(
    candidates: Candidates,
    similarities: Sequence[Similarity],
    readings: Mapping[str, Reading],
    first: Mapping[str, Reading],
) -> Evidence:
    """The evidence, from the similarities of the best few hits, and from the readings of all by passage id.

    `first` are the readings of the first reader.
    """
    sentences: list[ScoredSentence] = []
    cosines: dict[tuple[str, int], float] = {}
    for similarity in similarities:
        hit, i = similarity.sentence.hit, similarity.sentence.index
        sentence = _as_read(hit, i, readings[hit.passage.id], first[hit.passage.id])
        score = sentence.score + _SIMILARITY_WEIGHT * similarity.sentence.score
        sentences.append(replace(sentence, score=score))
        cosines[hit.passage.id, i] = similarity.cosine
    sentences.sort(key=best_first)
    best = sentences[0]
    signals = {
        "margin": max(-_LEAST, best.margin) / _LOGITS,
        "lead": lead(sentences),
        "cosine": cosines[best.hit.passage.id, best.index],
        "fits": float(_answer_fits(candidates.question.wants, best)),
        "evidence": _bounded(best.evidence),
        "answered": _bounded(readings[best.hit.passage.id].answered),
        "searched": math.log(max(1, candidates.searched)) / 10,
    }
    hits = [hit for hit in candidates.hits if hit.passage.id in readings]
    compared = {passage_id for passage_id, _ in cosines}
    further = [
        _as_read(hit, i, readings[hit.passage.id], first[hit.passage.id])
        for hit in hits
        if hit.passage.id not in compared
        for i in range(len(hit.passage.sentences))
    ]
    scores = {hit.passage.id: _reader_score(readings[hit.passage.id].margin, hit) for hit in hits}
    reranked = reranked_hits(candidates, scores | best_scores(sentences))
    return Evidence(reranked, tuple(sentences), signals, tuple(further))


def _readings(question: Question, hits: Sequence[Hit], reader: Reader) -> dict[str, Reading]:
    """The readings of the hits' passages by their ids."""
    passages = [hit.passage for hit in hits]
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


def _probability(logit: float) -> float:
    return 1 / (1 + math.exp(-max(-_LEAST, logit)))


def _as_read(hit: Hit, index: int, read: Reading, first: Reading) -> ScoredSentence:
    """A sentence of a hit with its readings, scored without its similarity."""
    reading = read.sentences[index]
    answer = reading.span if reading.span[0] < reading.span[1] else None
    score = _reader_score(reading.margin, hit) + _EVIDENCE_WEIGHT * _probability(reading.evidence)
    margins = reading.margin, reading.evidence, first.sentences[index].margin
    return ScoredSentence(hit, index, score, answer, *margins)


def _reader_score(margin: float, hit: Hit) -> float:
    """The score of a sentence or passage without its similarity."""
    score = _READER_WEIGHT * math.tanh(margin / _LOGITS) + RETRIEVAL_WEIGHT * hit.score
    return score - DOUBT * hit.passage.doubtful
