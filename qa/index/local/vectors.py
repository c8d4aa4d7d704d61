"""The vectors of one state of the store + a query vector -> the nearest passages, with FAISS.

A cache, never the truth. Its file is written under another name and renamed into place. It begins with one
line of JSON: the stamp of the store's state, and the SHA-256 of the rest. A file that does not match is
rebuilt, not trusted.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt

from qa.files import leftovers, replaced
from qa.index.layout import VECTORS
from qa.index.local.snapshot import LocalSnapshot
from qa.types import Purged

Stamp = tuple[str, int]  # the store and its generation
_PRIOR = 10  # the mean of n vectors is scaled by n / (n + 10)


class VectorIndex:
    """Exact inner-product search over unit vectors: the score is the cosine, higher is nearer.

    `numbers` are the numbers of the passages, ascending; row i of the index belongs to `numbers[i]`.
    """

    def __init__(self, stamp: Stamp, numbers: npt.NDArray[np.int64], index: faiss.Index) -> None:
        assert len(numbers) == index.ntotal
        self.stamp = stamp
        self.numbers = numbers
        self._index = index
        self.mean = self._mean()

    def _mean(self) -> npt.NDArray[np.float32]:
        """The direction that all vectors share, (dimension,); shrunk, since a few vectors reveal little."""
        total = len(self.numbers)
        if not total:
            return np.zeros(self._index.d, dtype=np.float32)
        return shrunk_mean(self._index.reconstruct_n(0, total), total)

    @classmethod
    def build(cls, stamp: Stamp, numbers: Sequence[int], vectors: npt.NDArray[np.float32]) -> VectorIndex:
        """An index of vectors, (n, dimension), in the order of `numbers`."""
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(stamp, np.asarray(numbers, dtype=np.int64), index)

    def vectors(self, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """The vectors of passages that are in the index, (n, dimension)."""
        positions = np.searchsorted(self.numbers, numbers)
        matrix: npt.NDArray[np.float32] = self._index.reconstruct_batch(positions)
        return matrix

    def search(
        self, query: npt.NDArray[np.float32], k: int, allowed: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """The k passages nearest to a unit vector, as (number, cosine), best first; among `allowed` if given.

        All passages that tie with the last one are included, so that the caller can break ties by id.
        """
        total = self._index.ntotal
        if not total:
            return []
        parameters = None
        if allowed is not None:
            positions = np.flatnonzero(np.isin(self.numbers, np.asarray(allowed, dtype=np.int64)))
            total = len(positions)
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBatch(positions))  # type: ignore[call-arg]
        count = min(k + 8, total)
        while count:
            scores, rows = self._index.search(query.reshape(1, -1), count, params=parameters)
            if count == total or scores[0, min(k, count) - 1] > scores[0, -1]:
                break
            count = min(2 * count, total)
        else:
            return []
        last = scores[0, min(k, count) - 1]
        return [
            (int(self.numbers[i]), float(s)) for i, s in zip(rows[0], scores[0], strict=True) if s >= last
        ]

    def save(self, path: Path) -> None:
        """Write the file in one step: another process sees either the old file or the new one."""
        body = faiss.serialize_index(self._index).tobytes() + self.numbers.astype("<i8").tobytes()
        head = {"stamp": self.stamp, "count": len(self.numbers), "sha256": hashlib.sha256(body).hexdigest()}
        with replaced(path) as file:
            file.write(json.dumps(head).encode() + b"\n" + body)

    @classmethod
    def load(cls, path: Path, stamp: Stamp) -> VectorIndex | None:
        """The index of the state with this stamp, or None if the file is missing, stale or damaged."""
        try:
            line, body = path.read_bytes().split(b"\n", 1)
            head = json.loads(line)
            if tuple(head["stamp"]) != stamp or hashlib.sha256(body).hexdigest() != head["sha256"]:
                return None
            cut = len(body) - 8 * head["count"]
            index = faiss.deserialize_index(np.frombuffer(body[:cut], dtype=np.uint8))
            numbers = np.frombuffer(body[cut:], dtype="<i8").astype(np.int64)
            return cls(stamp, numbers, index) if len(numbers) == index.ntotal else None
        except (OSError, ValueError, KeyError, TypeError, RuntimeError):
            return None


def shrunk_mean(vectors: npt.NDArray[np.float32], total: int) -> npt.NDArray[np.float32]:
    """The mean of vectors, (n, dimension), that stand for so many; shrunk, since a few reveal little."""
    if not len(vectors):
        return np.zeros(vectors.shape[-1], dtype=np.float32)
    mean = vectors.mean(axis=0, dtype=np.float64)
    return np.asarray(mean * total / (total + _PRIOR), dtype=np.float32)


class LocalVectors:
    """The vectors of one snapshot, as search uses them."""

    def __init__(self, snapshot: LocalSnapshot, index: VectorIndex) -> None:
        self._snapshot = snapshot
        self._index = index
        self.mean = index.mean

    def __len__(self) -> int:
        """The number of passages."""
        return len(self._index.numbers)

    def vectors(self, numbers: Sequence[int]) -> npt.NDArray[np.float32]:
        """The vectors of passages, (n, dimension), unit rows."""
        return self._index.vectors(np.asarray(numbers))

    def search(
        self, query: npt.NDArray[np.float32], k: int, document_ids: Collection[str] | None = None
    ) -> list[tuple[int, float]]:
        """The passages of all documents, or of some, nearest to a unit vector: (number, cosine), best first.

        At least k, if there are so many.
        """
        allowed = None if document_ids is None else self._snapshot.passage_numbers(document_ids)
        return self._index.search(query, k, allowed)

    def count(self, document_ids: Collection[str]) -> int:
        """The number of passages of some documents."""
        return len(self._snapshot.passage_numbers(document_ids))


class VectorCache:
    """The vector index of a store's last committed state: from memory, else its file, else rebuilt.

    Safe to use from several threads.
    """

    def __init__(self, folder: Path, read: Callable[[], AbstractContextManager[LocalSnapshot]]) -> None:
        self._path = folder / VECTORS
        self._read = read
        self._index: VectorIndex | None = None
        self._lock = threading.Lock()

    def of(self, snapshot: LocalSnapshot) -> LocalVectors:
        """The vectors of exactly this state. Nothing is embedded."""
        return LocalVectors(snapshot, self.index_of(snapshot))

    def index_of(self, snapshot: LocalSnapshot) -> VectorIndex:
        """The vector index of exactly this state. Nothing is embedded."""
        stamp = snapshot.stamp
        with self._lock:
            if self._index is None or self._index.stamp != stamp:
                self._index = VectorIndex.load(self._path, stamp) or self._rebuild(snapshot)
            return self._index

    def _rebuild(self, snapshot: LocalSnapshot) -> VectorIndex:
        """Build the index from the store, reusing the vectors that are already in memory."""
        numbers = snapshot.passage_numbers()
        in_memory = (
            set()
            if self._index is None or self._index.stamp[0] != snapshot.stamp[0]
            else set(self._index.numbers.tolist())
        )
        old = [number for number in numbers if number in in_memory]
        new = [number for number in numbers if number not in in_memory]
        assert old + new == numbers  # the store never reuses a number, so new ones are the highest
        vectors = snapshot.vectors(new)
        if old and self._index is not None:
            old_vectors = self._index.vectors(np.asarray(old))
            vectors = np.concatenate([old_vectors, vectors]) if new else old_vectors
        return VectorIndex.build(snapshot.stamp, numbers, vectors)

    def save(self) -> None:
        """Bring the file up to date with the last committed state, and keep that index in memory.

        Call this only under the writer's lock, because a file written late would bring back vectors that were
        purged in the meantime. Raises OSError.
        """
        with self._read() as snapshot:
            loaded = VectorIndex.load(self._path, snapshot.stamp)
            if loaded is None:
                self.index_of(snapshot).save(self._path)
            else:
                with self._lock:
                    self._index = loaded

    def purge(self) -> Purged:
        """Delete the unfinished files of processes that died.

        Call this only under the writer's lock. Raises OSError.
        """
        unfinished = leftovers(self._path)
        freed = sum(path.stat().st_size for path in unfinished)
        for path in unfinished:
            path.unlink()
        return Purged(leftovers=len(unfinished), bytes=freed)

    def forget(self) -> None:
        """Free the memory. The index is loaded again when it is needed."""
        with self._lock:
            self._index = None
