"""FAISS: the vectors of one state of the store -> the nearest passages. A cache, never the truth.

The file is written beside and renamed into place. It begins with one line of JSON: the stamp of the
store's state, and the SHA-256 of what follows. A file that does not match is rebuilt, not trusted.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Sequence
from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt

from qa.files import leftovers, replaced
from qa.index.layout import VECTORS
from qa.index.snapshot import Snapshot
from qa.index.store import Store
from qa.types import Purged

Stamp = tuple[str, int]  # which store, which generation
_PRIOR = 10  # the mean of n vectors is believed to n / (n + 10)


class VectorIndex:
    """Exact inner-product search over unit vectors: the score is the cosine, higher is nearer.

    `numbers` are the passages' numbers, ascending; row i of the index belongs to `numbers[i]`.
    """

    def __init__(self, stamp: Stamp, numbers: npt.NDArray[np.int64], index: faiss.Index) -> None:
        assert len(numbers) == index.ntotal
        self.stamp = stamp
        self.numbers = numbers
        self._index = index
        self.mean = self._mean()

    def _mean(self) -> npt.NDArray[np.float32]:
        """The direction that all vectors share, (dimension,): little of it is known from few vectors."""
        total = len(self.numbers)
        if not total:
            return np.zeros(self._index.d, dtype=np.float32)
        mean = self._index.reconstruct_n(0, total).mean(axis=0, dtype=np.float64)
        return np.asarray(mean * total / (total + _PRIOR), dtype=np.float32)

    @classmethod
    def build(cls, stamp: Stamp, numbers: Sequence[int], vectors: npt.NDArray[np.float32]) -> VectorIndex:
        """An index of vectors (n, dimension) in the order of `numbers`."""
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(stamp, np.asarray(numbers, dtype=np.int64), index)

    def rows(self, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """The vectors of passages that are in the index: (n, dimension)."""
        positions = np.searchsorted(self.numbers, numbers)
        matrix: npt.NDArray[np.float32] = self._index.reconstruct_batch(positions)
        return matrix

    def search(
        self, query: npt.NDArray[np.float32], k: int, allowed: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """The k nearest passages to a unit vector, as (number, cosine), best first; of `allowed` if given.

        Passages that tie with the last one are included, so that the caller can break ties by id.
        """
        total = self._index.ntotal
        if not total:
            return []
        parameters = None
        if allowed is not None:
            positions = np.flatnonzero(np.isin(self.numbers, np.asarray(allowed, dtype=np.int64)))
            total = len(positions)
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBatch(positions))  # type: ignore[call-arg]
        wanted = min(k + 8, total)
        while wanted:
            scores, found = self._index.search(query.reshape(1, -1), wanted, params=parameters)
            if wanted == total or scores[0, min(k, wanted) - 1] > scores[0, -1]:
                break
            wanted = min(2 * wanted, total)
        else:
            return []
        last = scores[0, min(k, wanted) - 1]
        return [
            (int(self.numbers[i]), float(s)) for i, s in zip(found[0], scores[0], strict=True) if s >= last
        ]

    def save(self, path: Path) -> None:
        """Write the cache in one step: another process sees the old file or the new one."""
        body = faiss.serialize_index(self._index).tobytes() + self.numbers.astype("<i8").tobytes()
        head = {"stamp": self.stamp, "count": len(self.numbers), "sha256": hashlib.sha256(body).hexdigest()}
        with replaced(path) as file:
            file.write(json.dumps(head).encode() + b"\n" + body)

    @classmethod
    def load(cls, path: Path, stamp: Stamp) -> VectorIndex | None:
        """The cache of that very state, or None where it is missing, stale or damaged."""
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


class VectorCache:
    """The vector index of a store's last committed state: in memory, else from its file, else made anew.

    Safe to use from several threads.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._path = store.folder / VECTORS
        self._vectors: VectorIndex | None = None
        self._lock = threading.Lock()

    def of(self, snapshot: Snapshot) -> VectorIndex:
        """The vector index of exactly that state. Nothing is embedded for it."""
        stamp = snapshot.stamp
        with self._lock:
            if self._vectors is None or self._vectors.stamp != stamp:
                self._vectors = VectorIndex.load(self._path, stamp) or self._rebuilt(snapshot)
            return self._vectors

    def _rebuilt(self, snapshot: Snapshot) -> VectorIndex:
        """The index from the store; vectors already in memory are taken from there."""
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
        """Have the file be of the last committed state; one that is already is kept in memory. Raises
        OSError.

        Only under the writer's lock: a file that comes late would bring back what was purged meanwhile.
        """
        with self._store.read() as snapshot:
            loaded = VectorIndex.load(self._path, snapshot.stamp)
            if loaded is None:
                self.of(snapshot).save(self._path)
            else:
                with self._lock:
                    self._vectors = loaded

    def purge(self) -> Purged:
        """Remove the unfinished files of processes that died.

        Only under the writer's lock. Raises OSError.
        """
        unfinished = leftovers(self._path)
        freed = sum(path.stat().st_size for path in unfinished)
        for path in unfinished:
            path.unlink()
        return Purged(leftovers=len(unfinished), bytes=freed)

    def forget(self) -> None:
        """Let go of what is in memory."""
        with self._lock:
            self._vectors = None
