"""A snapshot of Milvus -> its vectors, as search uses them."""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from qa.index.local.vectors import shrunk_mean
from qa.index.milvus.snapshot import MilvusSnapshot

_SAMPLE = 10_000  # passages whose mean stands for that of all
_GROWN = 0.05  # of the passages, by which a corpus may grow before the mean of a sample is taken again

Vectors = npt.NDArray[np.float32]


class MilvusVectors:
    """The means of the states of an index, kept while they hold. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: tuple[tuple[str, int], int, Vectors] | None = None  # stamp, passages, mean

    def of(self, snapshot: MilvusSnapshot) -> MilvusVectorIndex:
        """The vectors of a snapshot, to search."""
        return MilvusVectorIndex(snapshot, self)

    def mean(self, snapshot: MilvusSnapshot) -> Vectors:
        """The mean of a state's vectors, (dimension,); (1,) if there are none."""
        stamp, total = snapshot.stamp, snapshot.totals.passages
        with self._lock:
            if self._known:
                known, passages, mean = self._known
                sampled = passages > _SAMPLE and abs(total - passages) <= _GROWN * passages
                if known == stamp or (known[0] == stamp[0] and sampled):
                    return mean
            vectors = snapshot.sample(_SAMPLE)
            if not len(vectors):  # not kept: documents may arrive before the state that they make
                return np.zeros(1, np.float32)
            mean = shrunk_mean(vectors, total)
            self._known = stamp, total, mean
            return mean

    def forget(self) -> None:
        with self._lock:
            self._known = None


class MilvusVectorIndex:
    """See PassageVectors: the vectors of one snapshot, searched by Milvus."""

    def __init__(self, snapshot: MilvusSnapshot, means: MilvusVectors) -> None:
        self._snapshot = snapshot
        self._means = means

    @cached_property
    def mean(self) -> Vectors:
        return self._means.mean(self._snapshot)

    def __len__(self) -> int:
        return self._snapshot.totals.passages

    def vectors(self, numbers: Sequence[int]) -> Vectors:
        return self._snapshot.vectors(numbers)

    def search(
        self, query: Vectors, k: int, document_ids: Collection[str] | None = None
    ) -> list[tuple[int, float]]:
        return self._snapshot.nearest(query, k, document_ids)

    def count(self, document_ids: Collection[str]) -> int:
        return self._snapshot.passages_of(document_ids)
