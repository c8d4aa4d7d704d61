"""A question + passages -> their sentences with scores, without a reading model.

    score = mean of cos(q, sentence) and cos(q, header + sentence) + w ** 1.5

where cosines have the mean of the index taken out (see retrieval.py) and `w` is the share of the
question's word weights that the sentence holds; words that only its passage or header holds count
half, since a sentence is about what the text around it is about. The power keeps a few common words
from outweighing the meaning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qa.index.database import texts_with
from qa.models.encoder import Encoder, Vectors, headed
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
from qa.search.retrieval import Found, Term, centred_cosines
from qa.types import Hit

_SHARE_POWER = 1.5
_CONTEXT = 0.5  # of the weight of a word, where the passage holds it and the sentence does not
_RETRIEVAL_WEIGHT = 0.5  # of a hit's retrieval score beside its best sentence's; benchmarks/retrieval.md


@dataclass(frozen=True, slots=True)
class Similarity:
    """How near a sentence is to a question."""

    sentence: ScoredSentence
    cosine: float  # of question and sentence, nothing taken out
    covered: float  # the share of the question's words that its passage or header holds


def similarities(
    found: Found, hits: Sequence[Hit], encoder: Encoder, admits: Admits = anything
) -> tuple[Similarity, ...]:
    """All sentences of the hits that are admitted, best first; ties in the order of passage and place."""
    every = [(hit, i) for hit in hits for i in range(len(hit.passage.sentences))]
    places = [(hit, i) for hit, i in every if admits(ScoredSentence(hit, i, 0.0))]
    if not places:
        return ()
    plain = [ScoredSentence(hit, i, 0.0).text() for hit, i in places]
    under = [headed(hit.passage.header, text) for (hit, _), text in zip(places, plain, strict=True)]
    texts = list(dict.fromkeys([*plain, *under]))
    vectors = encode_all(encoder, texts)
    centred = dict(zip(texts, centred_cosines(found.query, vectors, found.mean), strict=True))
    cosines = dict(zip(texts, vectors @ found.query, strict=True))
    words = _shared_words(found.terms, places, plain)
    scored = []
    for (hit, i), text, with_header, (own, near) in zip(places, plain, under, words, strict=True):
        cosine = float(centred[text] + centred[with_header]) / 2
        score = cosine + _share(found.terms, own, near) ** _SHARE_POWER
        covered = len(own | near) / max(1, len(found.terms))
        scored.append(Similarity(ScoredSentence(hit, i, score), float(cosines[text]), covered))
    return tuple(sorted(scored, key=lambda s: in_order(s.sentence)))


def by_similarity(found: Found, encoder: Encoder, admits: Admits = anything) -> Evidence:
    """The sentences of the first dozen hits by similarity, and the hits by their best sentence.

    Signals: the cosine of the question and the best sentence (`cosine`), and of the question and the
    nearest passage (`nearest`); the share of the question's words in the best sentence's passage
    (`covered`); the lead of the best sentence's score over that of any sentence of another (`lead`).
    """
    hits = found.hits[:LOOKED_AT]
    scored = similarities(found, hits, encoder, admits)
    if not scored:
        return Evidence(found.hits, (), {})
    sentences = tuple(similarity.sentence for similarity in scored)
    best = best_scores(sentences)
    scores = {hit.passage.id: best.get(hit.passage.id, 0.0) + _RETRIEVAL_WEIGHT * hit.score for hit in hits}
    signals = {
        "cosine": scored[0].cosine,
        "nearest": found.nearest,
        "covered": scored[0].covered,
        "lead": lead(sentences),
    }
    return Evidence(ordered(found, scores), sentences, signals)


def encode_all(encoder: Encoder, texts: Sequence[str]) -> Vectors:
    """The vectors of texts in their order, (n, dimension)."""
    parts = list(encoder.encode(texts))
    order = np.argsort(np.concatenate([np.asarray(indices) for indices, _ in parts]), kind="stable")
    rows: Vectors = np.concatenate([vectors for _, vectors in parts])[order]
    return rows


def _shared_words(
    terms: Sequence[Term], places: Sequence[tuple[Hit, int]], sentences: Sequence[str]
) -> list[tuple[set[str], set[str]]]:
    """For each sentence the question's words that it holds, and those that only its passage holds."""
    words = [term.word for term in terms]
    passages = {hit.passage.id: headed(hit.passage.header, hit.passage.text) for hit, _ in places}
    around = dict(zip(passages, texts_with(words, list(passages.values())), strict=True))
    inside = texts_with(words, sentences)
    return [(own, around[hit.passage.id] - own) for (hit, _), own in zip(places, inside, strict=True)]


def _share(terms: Sequence[Term], own: set[str], near: set[str]) -> float:
    """The share of the question's word weights that is in a sentence, words near it counting half."""
    total = sum(term.weight for term in terms)
    held = sum(t.weight * (1.0 if t.word in own else _CONTEXT) for t in terms if t.word in own | near)
    return held / total if total else 0.0
