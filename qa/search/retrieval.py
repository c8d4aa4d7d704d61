"""A question -> hits: the nearest vectors and the best BM25, in one score.

    score = cos(q - m, p - m) + 2 * f ** 1.5

`m` is the mean vector of the index: passages on one subject all point the same way, and what they
share tells them apart from nothing (Mu and Viswanath, "All-but-the-Top", 2018). `f` is the passage's
BM25 as a share of what the question could reach at most: a few matching common words say little, most
of the rare ones say a lot, and where no passage holds the question's words the vectors decide. The
form and its two constants were chosen as benchmarks/retrieval.md says.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from qa.errors import QuestionError
from qa.index.layout import VECTORS
from qa.index.snapshot import Snapshot
from qa.index.store import Store
from qa.index.vectors import VectorIndex
from qa.language.words import WORD, content_words
from qa.models.encoder import Encoder, Vectors
from qa.types import Hit

CANDIDATES = 50  # taken from each of the two ways
MAX_QUESTION = 1000  # characters; the encoder reads about that many
_KEYWORD_WEIGHT, _KEYWORD_POWER = 2.0, 1.5
_BM25_PER_WORD = 2.2  # k1 + 1: what a word's weight is multiplied by at most (k1 = 1.2 in FTS5)


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the question. `weight` is its inverse document frequency as FTS5 computes it."""

    word: str
    passages: int  # how many hold it
    weight: float


@dataclass(frozen=True, slots=True)
class Found:
    """The candidates of one search, best first, and what is needed to look closer at them.

    `parts` are what the scores of the hits are made of, by passage id: the centred cosine, and the share of
    the question's BM25.
    """

    question: str
    hits: tuple[Hit, ...]
    parts: Mapping[str, tuple[float, float]]
    nearest: float  # the highest cosine of the question and any passage, nothing taken out
    terms: tuple[Term, ...]
    query: Vectors  # (dimension,) the question's vector
    mean: Vectors  # (dimension,) what all passages share
    searched: int  # passages


def check(question: str) -> str:
    """The question without surrounding white space. Raises QuestionError where it cannot be searched for."""
    stripped = question.encode("utf-8", "replace").decode().strip()  # JSON can carry half a surrogate pair
    if not stripped:
        raise QuestionError("the question is empty: type a question")
    if len(stripped) > MAX_QUESTION:
        raise QuestionError(
            f"the question has {len(stripped):,} characters; at most {MAX_QUESTION:,} are read: shorten it"
        )
    if not WORD.search(stripped):
        raise QuestionError("the question holds no words: type a question in words")
    return stripped


class Retriever:
    """Search over the last committed state of a store."""

    def __init__(self, store: Store, encoder: Encoder) -> None:
        self._store = store
        self._encoder = encoder
        self._vectors: VectorIndex | None = None
        self._lock = threading.Lock()

    def search(self, question: str, k: int, document_ids: Iterable[str] | None = None) -> Found:
        """The k best passages, all of them or those of some documents. Raises QuestionError."""
        question = check(question)
        ids = None if document_ids is None else sorted(set(document_ids))
        query = self._encoder.encode_query(question)
        with self._store.read() as snapshot:
            vectors = self.vectors(snapshot)
            total = len(vectors.numbers)
            terms = _terms(snapshot, content_words(question), total)
            allowed = None if ids is None else snapshot.passage_numbers(ids)
            nearest = vectors.search(query, CANDIDATES, allowed)
            matching = snapshot.keyword_search([t.word for t in terms], CANDIDATES, ids)
            numbers = sorted({number for number, _ in [*nearest, *matching]})
            if not numbers:
                return Found(question, (), {}, 0.0, terms, query, vectors.mean, 0)
            cosines = centred_cosines(query, vectors.rows(np.asarray(numbers)), vectors.mean)
            best = sum(term.weight for term in terms) * _BM25_PER_WORD
            bm25 = dict(matching)
            shares = np.array([min(1.0, bm25.get(number, 0.0) / best) if best else 0.0 for number in numbers])
            scores = cosines + _KEYWORD_WEIGHT * shares**_KEYWORD_POWER
            passages = snapshot.passages(numbers)
            order = sorted(range(len(numbers)), key=lambda i: (-scores[i], passages[numbers[i]].id))[:k]
            chosen = [passages[numbers[i]] for i in order]
            documents = {d.id: d for d in snapshot.documents(p.document_id for p in chosen)}
        return Found(
            question,
            tuple(
                Hit(p, documents[p.document_id], float(scores[i])) for p, i in zip(chosen, order, strict=True)
            ),
            {p.id: (float(cosines[i]), float(shares[i])) for p, i in zip(chosen, order, strict=True)},
            max((cosine for _, cosine in nearest), default=0.0),
            terms,
            query,
            vectors.mean,
            total if allowed is None else len(allowed),
        )

    def vectors(self, snapshot: Snapshot) -> VectorIndex:
        """The vector index of exactly that state: in memory, else from the cache file, else rebuilt."""
        stamp = snapshot.stamp
        with self._lock:
            if self._vectors is None or self._vectors.stamp != stamp:
                path = self._store.folder / VECTORS
                self._vectors = VectorIndex.load(path, stamp) or self._built(snapshot)
            return self._vectors

    def _built(self, snapshot: Snapshot) -> VectorIndex:
        """The index from the store, nothing embedded; vectors already in memory are taken from there."""
        numbers = snapshot.passage_numbers()
        known = (
            set()
            if self._vectors is None or self._vectors.stamp[0] != snapshot.stamp[0]
            else set(self._vectors.numbers.tolist())
        )
        old = [number for number in numbers if number in known]
        new = [number for number in numbers if number not in known]
        assert old + new == numbers  # the store never gives a number twice: new ones are the highest
        rows = snapshot.vectors(new)
        if old and self._vectors is not None:
            kept = self._vectors.rows(np.asarray(old))
            rows = np.concatenate([kept, rows]) if new else kept
        return VectorIndex.build(snapshot.stamp, numbers, rows)

    def save(self) -> None:
        """Have the cache file be of the last committed state; one that is already is kept in memory.

        Only under the writer's lock: a file that comes late would bring back what was purged meanwhile.
        """
        with self._store.read() as snapshot:
            path = self._store.folder / VECTORS
            loaded = VectorIndex.load(path, snapshot.stamp)
            if loaded is None:
                self.vectors(snapshot).save(path)
            else:
                with self._lock:
                    self._vectors = loaded

    def leftovers(self) -> list[Path]:
        """Unfinished cache files of processes that died; to be asked for under the writer's lock."""
        return VectorIndex.leftovers(self._store.folder / VECTORS)


def centred_cosines(query: Vectors, vectors: Vectors, mean: Vectors) -> npt.NDArray[np.float64]:
    """cos(query - mean, vector - mean) for each row of (n, dimension); 0 where nothing is left of either.

    Rounded, since BLAS gives equal rows slightly different products, and ties are to be broken by id.
    """
    q = query.astype(np.float64) - mean
    v = vectors.astype(np.float64) - mean
    lengths = np.linalg.norm(v, axis=1) * np.linalg.norm(q)
    cosines: npt.NDArray[np.float64] = np.divide(v @ q, lengths, out=np.zeros(len(v)), where=lengths > 1e-9)
    return np.round(cosines, 9)


def _terms(snapshot: Snapshot, words: Sequence[str], total: int) -> tuple[Term, ...]:
    """BM25's weights as in FTS5: ln((N - n + 0.5) / (n + 0.5)), but never below 1e-6."""
    counts = [(word, snapshot.passages_with(word)) for word in words]
    return tuple(
        Term(word, n, max(1e-6, math.log((total - n + 0.5) / (n + 0.5)) if n <= total else 0.0))
        for word, n in counts
    )
