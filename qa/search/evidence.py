"""Candidates -> evidence: their sentences with scores, and the hits in their final order.

With a reader, the score of a sentence is

    0.7 * tanh(margin / 10) + 0.5 * retrieval score + 0.75 * similarity

where the margin is how much better the best span in the sentence is than "no answer here", in logits, the
retrieval score is its passage's (retrieval.py), and the similarity is

    mean of cos(q, sentence) and cos(q, header + sentence) + w ** 1.5

Cosines have the mean of the index taken out, and `w` is the share of the question's word weights that the
sentence holds; words that only its passage or header holds count half, since a sentence is about what the
text around it is about. The power keeps a few common words from outweighing the meaning. Only the sentences
of the four passages that are best without it are embedded, since that is slow. Without a reader the
similarity is the score. A passage scores as its best sentence. What the weights rest on:
benchmarks/reader.md, retrieval.md.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from qa.index.database import texts_with
from qa.language.questions import AnswerType, fits
from qa.models.encoder import Encoder, encode_all, headed
from qa.models.reader import Reader
from qa.search.retrieval import Candidates, Term, centred_cosines
from qa.types import Hit, Span

LOOKED_AT = 12  # hits whose sentences are looked at
_EMBEDDED = 4  # of these, those whose sentences are embedded where there is a reader
_READER_WEIGHT, _RETRIEVAL_WEIGHT, _SIMILARITY_WEIGHT = 0.7, 0.5, 0.75
_LOGITS = 10.0  # beyond which a margin says hardly more: the reader is too sure of itself
_LEAST = 30.0  # logits below no answer: margins below it are all the same
_SHARE_POWER = 1.5
_CONTEXT = 0.5  # of the weight of a word, where the passage holds it and the sentence does not


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A sentence of a hit, as a span of its document.

    `answer` is the part of it that answers best, where a reader has looked at it, and `margin` how much
    better that is than no answer, in logits: above 0 the reader takes it for an answer.
    """

    hit: Hit
    index: int  # in hit.passage.sentences
    score: float
    answer: Span | None = None
    margin: float = -math.inf

    @property
    def span(self) -> Span:
        return self.hit.passage.sentences[self.index]

    def text(self, span: Span | None = None) -> str:
        """The text of the sentence, or of a part of its passage given in the document's offsets."""
        start, end = span or self.span
        passage = self.hit.passage
        return passage.text[start - passage.start : end - passage.start]


@dataclass(frozen=True, slots=True)
class Evidence:
    """`hits` in their final order; `sentences` of them, best first; `signals` for the confidence, by name.

    `read` are the sentences of further hits that were read, but not compared with the question.
    """

    hits: tuple[Hit, ...]
    sentences: tuple[ScoredSentence, ...]
    signals: Mapping[str, float]
    read: tuple[ScoredSentence, ...] = ()


Admits = Callable[[ScoredSentence], bool]  # tells of a sentence that it may be part of an answer


def admit_all(_: ScoredSentence) -> bool:
    """Admits every sentence."""
    return True


def in_order(sentence: ScoredSentence) -> tuple[float, str, int]:
    """Sorts the best sentence first; ties in the order of passage and place."""
    return -sentence.score, sentence.hit.passage.id, sentence.index


# --- by the reader -------------------------------------------------------------------------------


def by_reading(
    candidates: Candidates, reader: Reader, encoder: Encoder, admits: Admits = admit_all
) -> Evidence:
    """The sentences of the best hits of the first dozen by the reader, and the hits by their best sentence.

    Only sentences that `admits` accepts count.

    Signals, all of the best sentence: its margin, in tens of logits (`margin`); the lead of its score over
    that of any other passage (`lead`); its cosine with the question (`cosine`); whether the answer in it is
    of the sort that the question wants (`fits`). And how many passages there were to take a wrong one
    from, as a tenth of the logarithm (`searched`).
    """
    question, hits = candidates.question, candidates.hits[:LOOKED_AT]
    passages = [hit.passage for hit in hits]
    readings = {p.id: r for p, r in zip(passages, reader.read(question.rephrased, passages), strict=True)}
    scores = {hit.passage.id: _score(readings[hit.passage.id].margin, hit) for hit in hits}
    chosen = sorted(hits, key=lambda hit: (-scores[hit.passage.id], hit.passage.id))[:_EMBEDDED]
    near = {
        (s.sentence.hit.passage.id, s.sentence.index): s
        for s in _similarities(candidates, chosen, encoder, admits)
    }
    if not near:
        return Evidence(candidates.hits, (), {})
    sentences = []
    for (passage_id, i), similarity in near.items():
        margin, span = readings[passage_id].sentences[i]
        score = _score(margin, similarity.sentence.hit) + _SIMILARITY_WEIGHT * similarity.sentence.score
        sentences.append(replace(similarity.sentence, score=score, answer=_some(span), margin=margin))
    sentences.sort(key=in_order)
    best = sentences[0]
    signals = {
        "margin": max(-_LEAST, best.margin) / _LOGITS,
        "lead": _lead(sentences),
        "cosine": near[best.hit.passage.id, best.index].cosine,
        "fits": float(_fits(question.wants, best)),
        "searched": math.log(max(1, candidates.searched)) / 10,
    }
    further = tuple(
        ScoredSentence(hit, i, _score(margin, hit), _some(span), margin)
        for hit in hits
        if hit not in chosen
        for i, (margin, span) in enumerate(readings[hit.passage.id].sentences)
    )
    ordered = _ordered(candidates, scores | _best_scores(sentences))
    return Evidence(ordered, tuple(sentences), signals, further)


def _fits(wants: AnswerType, sentence: ScoredSentence) -> bool:
    if not sentence.answer:
        return False
    start = sentence.span[0]
    return fits(wants, sentence.text(), (sentence.answer[0] - start, sentence.answer[1] - start))


def _some(span: Span) -> Span | None:
    return span if span[0] < span[1] else None


def _score(margin: float, hit: Hit) -> float:
    return _READER_WEIGHT * math.tanh(margin / _LOGITS) + _RETRIEVAL_WEIGHT * hit.score


# --- by similarity -------------------------------------------------------------------------------


def by_similarity(candidates: Candidates, encoder: Encoder, admits: Admits = admit_all) -> Evidence:
    """The sentences of the first dozen hits by similarity, and the hits by their best sentence.

    Signals: the cosine of the question and the best sentence (`cosine`), and of the question and the
    nearest passage (`nearest`); the share of the question's words in the best sentence's passage
    (`covered`); the lead of the best sentence's score over that of any sentence of another (`lead`).
    """
    hits = candidates.hits[:LOOKED_AT]
    scored = _similarities(candidates, hits, encoder, admits)
    if not scored:
        return Evidence(candidates.hits, (), {})
    sentences = tuple(similarity.sentence for similarity in scored)
    best = _best_scores(sentences)
    scores = {hit.passage.id: best.get(hit.passage.id, 0.0) + _RETRIEVAL_WEIGHT * hit.score for hit in hits}
    signals = {
        "cosine": scored[0].cosine,
        "nearest": candidates.nearest,
        "covered": scored[0].covered,
        "lead": _lead(sentences),
    }
    return Evidence(_ordered(candidates, scores), sentences, signals)


@dataclass(frozen=True, slots=True)
class _Similarity:
    """How near a sentence is to a question."""

    sentence: ScoredSentence
    cosine: float  # of question and sentence, nothing taken out
    covered: float  # the share of the question's words that its passage or header holds


def _similarities(
    candidates: Candidates, hits: Sequence[Hit], encoder: Encoder, admits: Admits
) -> tuple[_Similarity, ...]:
    """All sentences of the hits that are admitted, best first; ties in the order of passage and place."""
    every = (ScoredSentence(hit, i, 0.0) for hit in hits for i in range(len(hit.passage.sentences)))
    admitted = [sentence for sentence in every if admits(sentence)]
    if not admitted:
        return ()
    plain = [sentence.text() for sentence in admitted]
    under = [headed(s.hit.passage.header, text) for s, text in zip(admitted, plain, strict=True)]
    texts = list(dict.fromkeys([*plain, *under]))
    vectors = encode_all(encoder, texts)
    centred = dict(zip(texts, centred_cosines(candidates.query, vectors, candidates.mean), strict=True))
    cosines = dict(zip(texts, vectors @ candidates.query, strict=True))
    words = _shared_words(candidates.terms, admitted, plain)
    scored = []
    for sentence, text, with_header, (own, near) in zip(admitted, plain, under, words, strict=True):
        cosine = float(centred[text] + centred[with_header]) / 2
        score = cosine + _share(candidates.terms, own, near) ** _SHARE_POWER
        covered = len(own | near) / max(1, len(candidates.terms))
        scored.append(_Similarity(replace(sentence, score=score), float(cosines[text]), covered))
    return tuple(sorted(scored, key=lambda s: in_order(s.sentence)))


def _shared_words(
    terms: Sequence[Term], sentences: Sequence[ScoredSentence], texts: Sequence[str]
) -> list[tuple[set[str], set[str]]]:
    """For each sentence the question's words that it holds, and those that only its passage holds."""
    words = [term.word for term in terms]
    passages = {s.hit.passage.id: headed(s.hit.passage.header, s.hit.passage.text) for s in sentences}
    around = dict(zip(passages, texts_with(words, list(passages.values())), strict=True))
    inside = texts_with(words, texts)
    return [(own, around[s.hit.passage.id] - own) for s, own in zip(sentences, inside, strict=True)]


def _share(terms: Sequence[Term], own: set[str], near: set[str]) -> float:
    """The share of the question's word weights that is in a sentence, words near it counting half."""
    total = sum(term.weight for term in terms)
    held = sum(t.weight * (1.0 if t.word in own else _CONTEXT) for t in terms if t.word in own | near)
    return held / total if total else 0.0


# --- in either way -------------------------------------------------------------------------------


def _best_scores(sentences: Sequence[ScoredSentence]) -> dict[str, float]:
    """passage id -> the score of its best sentence; the sentences come best first."""
    best: dict[str, float] = {}
    for sentence in sentences:
        best.setdefault(sentence.hit.passage.id, sentence.score)
    return best


def _lead(sentences: Sequence[ScoredSentence]) -> float:
    """By how much the best sentence is better than any of another passage; 0 where there is none."""
    first, *others = _best_scores(sentences).values()
    return first - max(others) if others else 0.0


def _ordered(candidates: Candidates, scores: Mapping[str, float]) -> tuple[Hit, ...]:
    """The hits by new scores (by passage id), those that were not looked at after them in their old order."""
    first = [
        replace(hit, score=scores[hit.passage.id]) for hit in candidates.hits if hit.passage.id in scores
    ]
    first.sort(key=lambda hit: (-hit.score, hit.passage.id))
    least = first[-1].score if first else 0.0
    others = [hit for hit in candidates.hits if hit.passage.id not in scores]
    return (*first, *(replace(hit, score=min(least, hit.score)) for hit in others))
