"""Candidates -> the similarity of their sentences with the question, and evidence by it alone.

The similarity is

    mean of cos(q, sentence) and cos(q, header + sentence) + w ** 1.5

Cosines are centred on the mean of the index, and `w` is the share of the question's word weights that the
sentence contains; words found only in its passage or header count half, because a sentence is about the same
subject as the text around it. The power keeps a few common words from outweighing the meaning. Sentences of
doubtful passages lose a part of theirs. benchmarks/retrieval.md gives the measurements behind the weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa.index.words import matching_words
from qa.models.encoder import Encoder, encode_all, headed
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
from qa.search.retrieval import DOUBT, Candidates, Term, centred_cosines
from qa.types import Hit

RETRIEVAL_WEIGHT = 0.5
_SHARE_POWER = 1.5
_CONTEXT = 0.5  # the share of a word's weight that counts if only the passage contains the word


def by_similarity(candidates: Candidates, encoder: Encoder, admits: Admits = admit_all) -> Evidence:
    """The evidence in the first dozen hits, scored by similarity alone.

    Signals: the cosine of the question with the best sentence (`cosine`) and with the nearest passage
    (`nearest`); the share of the question's words in the best sentence's passage (`covered`); the lead of the
    best sentence's score over the best score of another passage (`lead`).
    """
    hits = candidates.hits[:LOOKED_AT]
    similarities = similarities_of(candidates, hits, encoder, admits)
    if not similarities:
        return Evidence(candidates.hits, (), {})
    sentences = tuple(similarity.sentence for similarity in similarities)
    best = best_scores(sentences)
    scores = {hit.passage.id: best.get(hit.passage.id, 0.0) + RETRIEVAL_WEIGHT * hit.score for hit in hits}
    signals = {
        "cosine": similarities[0].cosine,
        "nearest": candidates.nearest,
        "covered": similarities[0].covered,
        "lead": lead(sentences),
    }
    return Evidence(reranked_hits(candidates, scores), sentences, signals)


@dataclass(frozen=True, slots=True)
class Similarity:
    """A sentence, with its similarity to the question as its score."""

    sentence: ScoredSentence
    cosine: float  # of the question and the sentence, not centred
    covered: float  # the share of the question's words that its passage or header contains


def similarities_of(
    candidates: Candidates, hits: Sequence[Hit], encoder: Encoder, admits: Admits
) -> tuple[Similarity, ...]:
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
        similarities.append(Similarity(replace(sentence, score=score), float(cosines[text]), covered))
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
