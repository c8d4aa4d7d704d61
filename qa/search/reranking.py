"""A search + the reader -> evidence: hits and sentences by what the reader makes of them.

    score of a sentence = 0.7 * tanh(margin / 10) + 0.5 * retrieval score + 0.75 * similarity

where the margin is how much better the best span in the sentence is than "no answer here", in logits, the
retrieval score is its passage's (retrieval.py) and the similarity its own (similarity.py). A passage
scores as its best sentence. Only the sentences of the four passages that are best without it are
embedded for their similarity, since that is slow. What the weights rest on: benchmarks/reader.md.
"""

from __future__ import annotations

import math
from dataclasses import replace

from qa.language.wanted import fits
from qa.models.encoder import Encoder
from qa.models.reader import Reader
from qa.search.evidence import (
    LOOKED_AT,
    Admits,
    Evidence,
    ScoredSentence,
    anything,
    best_scores,
    in_order,
    lead,
    ordered,
)
from qa.search.retrieval import Found
from qa.search.similarity import similarities
from qa.types import Hit, Span

EMBEDDED = 4  # hits whose sentences are embedded
_LOGITS = 10.0  # beyond which a margin says hardly more: the reader is too sure of itself
_LEAST = 30.0  # logits below no answer: margins below it are all the same
_READER_WEIGHT, _RETRIEVAL_WEIGHT, _SIMILARITY_WEIGHT = 0.7, 0.5, 0.75


def by_reading(found: Found, reader: Reader, encoder: Encoder, admits: Admits = anything) -> Evidence:
    """The sentences of the best hits of the first dozen by the reader, and the hits by their best sentence.

    Only sentences that `admits` accepts count.

    Signals, all of the best sentence: its margin, in tens of logits (`margin`); the lead of its score over
    that of any other passage (`lead`); its cosine with the question (`cosine`); whether the answer in it is
    of the sort that the question wants (`fits`). And how many passages there were to take a wrong one
    from, as a tenth of the logarithm (`searched`).
    """
    hits = found.hits[:LOOKED_AT]
    passages = [hit.passage for hit in hits]
    readings = {p.id: r for p, r in zip(passages, reader.read(found.question, passages), strict=True)}
    scores = {hit.passage.id: _score(readings[hit.passage.id].margin, hit) for hit in hits}
    chosen = sorted(hits, key=lambda hit: (-scores[hit.passage.id], hit.passage.id))[:EMBEDDED]
    near = {
        (s.sentence.hit.passage.id, s.sentence.index): s for s in similarities(found, chosen, encoder, admits)
    }
    if not near:
        return Evidence(found.hits, (), {})
    sentences = []
    for (passage_id, i), similarity in near.items():
        margin, span = readings[passage_id].sentences[i]
        score = _score(margin, similarity.sentence.hit) + _SIMILARITY_WEIGHT * similarity.sentence.score
        sentences.append(replace(similarity.sentence, score=score, answer=_some(span), margin=margin))
    sentences.sort(key=in_order)
    best = sentences[0]
    signals = {
        "margin": max(-_LEAST, best.margin) / _LOGITS,
        "lead": lead(sentences),
        "cosine": near[best.hit.passage.id, best.index].cosine,
        "fits": float(_fits(found.question, best)),
        "searched": math.log(max(1, found.searched)) / 10,
    }
    further = tuple(
        ScoredSentence(hit, i, _score(margin, hit), _some(span), margin)
        for hit in hits
        if hit not in chosen
        for i, (margin, span) in enumerate(readings[hit.passage.id].sentences)
    )
    return Evidence(ordered(found, scores | best_scores(sentences)), tuple(sentences), signals, further)


def _fits(question: str, sentence: ScoredSentence) -> bool:
    if not sentence.answer:
        return False
    start = sentence.span[0]
    return fits(question, sentence.text(), (sentence.answer[0] - start, sentence.answer[1] - start))


def _some(span: Span) -> Span | None:
    return span if span[0] < span[1] else None


def _score(margin: float, hit: Hit) -> float:
    return _READER_WEIGHT * math.tanh(margin / _LOGITS) + _RETRIEVAL_WEIGHT * hit.score
