"""A question -> candidates: the passages with the nearest vectors and the best BM25, in one score.

    score = cos(q - m, p - m) + 2 * f ** 1.5

`m` is the mean vector of the index: passages on one subject all point in a similar direction, and the part
they share does not tell them apart (Mu and Viswanath, "All-but-the-Top", 2018). `f` is the passage's BM25 as
a share of the highest that the question could reach: a few matching common words say little, most of the rare
ones say a lot, and if no passage contains the question's words, the vectors decide. benchmarks/retrieval.md
explains how the form and its two constants were chosen. Doubtful passages lose a part of their score.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import numpy.typing as npt

from qa.index.protocol import Snapshot
from qa.language.questions import Question
from qa.models.encoder import Vectors
from qa.types import Hit
from qa.writing import grams

CANDIDATES = 50  # taken from each of the two searches
DOUBT = 0.3  # the score that a passage loses if it is perhaps not the author's text
_KEYWORD_WEIGHT, _KEYWORD_POWER = 2.0, 1.5
_BM25_PER_WORD = 2.2  # k1 + 1, the highest factor that BM25 gives a word's weight (k1 = 1.2 in FTS5)

DocumentIds = Collection[str] | None  # None for all documents


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the question. `weight` is its inverse document frequency as FTS5 computes it."""

    word: str
    passages: int  # the number of passages that contain it
    weight: float


@dataclass(frozen=True, slots=True)
class Candidates:
    """The result of one search, best hit first, with everything needed to examine it more closely.

    `parts` are the two parts of each hit's score, by passage id: the centred cosine, and the share of the
    question's BM25.
    """

    question: Question
    hits: tuple[Hit, ...]
    parts: Mapping[str, tuple[float, float]]
    nearest: float  # the highest cosine of the question and any passage, not centred
    terms: tuple[Term, ...]
    query: Vectors  # (dimension,) the query vector
    mean: Vectors  # (dimension,) the mean vector of the index
    searched: int  # the number of passages searched


def retrieve(
    question: Question,
    query: Vectors,
    snapshot: Snapshot,
    k: int,
    document_ids: DocumentIds = None,
) -> Candidates:
    """The k best passages, from all documents or some; `query` is the question's query vector."""
    ids = None if document_ids is None else sorted(set(document_ids))
    index = snapshot.vector_index()
    total = len(index)
    terms = _terms(snapshot, question.keywords, total)
    nearest = index.search(query, CANDIDATES, ids)
    matching = snapshot.keyword_search([t.word for t in terms], CANDIDATES, ids)
    numbers = sorted({number for number, _ in [*nearest, *matching]})
    if not numbers:
        return Candidates(
            question=question,
            hits=(),
            parts={},
            nearest=0.0,
            terms=terms,
            query=query,
            mean=index.mean,
            searched=0,
        )
    cosines = centred_cosines(query, index.vectors(numbers), index.mean)
    best = sum(term.weight for term in terms) * _BM25_PER_WORD
    bm25 = dict(matching)
    shares = np.array([min(1.0, bm25.get(number, 0.0) / best) if best else 0.0 for number in numbers])
    scores = cosines + _KEYWORD_WEIGHT * shares**_KEYWORD_POWER
    passages = snapshot.passages(numbers)
    scores -= [DOUBT * passages[number].doubtful for number in numbers]
    order = sorted(range(len(numbers)), key=lambda i: (-scores[i], passages[numbers[i]].id))[:k]
    chosen = [(passages[numbers[i]], i) for i in order]
    documents = {d.id: d for d in snapshot.documents(p.document_id for p, _ in chosen)}
    return Candidates(
        question=question,
        hits=tuple(Hit(p, documents[p.document_id], float(scores[i])) for p, i in chosen),
        parts={p.id: (float(cosines[i]), float(shares[i])) for p, i in chosen},
        nearest=max((cosine for _, cosine in nearest), default=0.0),
        terms=terms,
        query=query,
        mean=index.mean,
        searched=total if ids is None else index.count(ids),
    )


def centred_cosines(query: Vectors, vectors: Vectors, mean: Vectors) -> npt.NDArray[np.float64]:
    """cos(query - mean, vector - mean) for each row of (n, dimension); 0 if either difference vanishes.

    Rounded, because BLAS gives equal rows slightly different products, and ties must be broken by id.
    """
    q = query.astype(np.float64) - mean
    v = vectors.astype(np.float64) - mean
    lengths = np.linalg.norm(v, axis=1) * np.linalg.norm(q)
    cosines: npt.NDArray[np.float64] = np.divide(v @ q, lengths, out=np.zeros(len(v)), where=lengths > 1e-9)
    return np.round(cosines, 9)


def _terms(snapshot: Snapshot, words: Sequence[str], total: int) -> tuple[Term, ...]:
    """The words with their BM25 weights as in FTS5: ln((N - n + 0.5) / (n + 0.5)), but at least 1e-6."""
    parts = snapshot.counts_with([part for word in words for part in grams(word)])
    counts = dict(count for word in words for count in _counts(snapshot, word, parts))
    return tuple(
        Term(word, n, max(1e-6, math.log((total - n + 0.5) / (n + 0.5)) if n <= total else 0.0))
        for word, n in counts.items()
    )


def _counts(snapshot: Snapshot, word: str, parts: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """A word and the number of passages that contain it, given the number for each of its `parts`.

    A word of a script without spaces may be several words, with endings. In its place come its parts of some
    characters that occur, and those between them that are in none.
    """
    counts = {part: parts[part] for part in grams(word)}
    known = [part for part, count in counts.items() if count]
    if len(counts) == 1 or not known:
        yield word, max(counts.values())
        return
    yield from ((part, counts[part]) for part in known)
    covered = {i for part in known for at in _places(part, word) for i in range(at, at + len(part))}
    for is_covered, indices in groupby(range(len(word)), key=covered.__contains__):
        rest = "".join(word[i] for i in indices)
        if len(rest) > 1 and not is_covered and not snapshot.count_passages_with(rest):
            yield rest, 0


def _places(part: str, word: str) -> Iterator[int]:
    at = word.find(part)
    while at >= 0:
        yield at
        at = word.find(part, at + 1)
