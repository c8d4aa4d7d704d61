"""The address of an index in Milvus -> a snapshot of it for reading, or the only writer of its part."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qa.errors import IndexBusy, IndexStale
from qa.files import locked
from qa.index.layout import SYNC_LOCK
from qa.index.milvus.connection import Connection
from qa.index.milvus.snapshot import MilvusSnapshot
from qa.index.milvus.vectors import MilvusVectors
from qa.index.milvus.writer import MilvusWriter
from qa.index.protocol import PassageVectors
from qa.index.recipe import recipe
from qa.structure import Structure


class MilvusStore:
    """The index of a corpus in Milvus. See qa/index/protocol.py for what each method promises.

    `address` and `token` are those of the server (connection.py).
    """

    is_shared = True

    def __init__(self, folder: Path, address: str, token: str = "", part: str = "") -> None:
        self.folder = folder
        self.part = part
        self._connection = Connection(address, token)
        self._vectors = MilvusVectors()

    @property
    def place(self) -> str:
        """Where the index is, to show."""
        return self._connection.address

    @contextmanager
    def read(self, fingerprint: str = "") -> Iterator[MilvusSnapshot]:
        snapshot = MilvusSnapshot(self._connection, self, self.part)
        if fingerprint and not snapshot.recipes() <= {recipe(fingerprint)}:
            raise IndexStale(
                f"the index in {self.place} was made with another encoder or version. Run qa sync, for each"
                " part if there are some"
            )
        yield snapshot

    @contextmanager
    def write(self) -> Iterator[MilvusWriter]:
        busy = IndexBusy(f"another process is syncing {self.folder}. Wait for it, then try again")
        with locked(self.folder / SYNC_LOCK, busy, patience=0):
            writer = MilvusWriter(self._connection, self, self.part)
            writer.repair()
            yield writer

    def set_aside(self) -> Path:
        """Never called: what is damaged in Milvus is mended there."""
        raise NotImplementedError

    def vectors_of(self, snapshot: MilvusSnapshot) -> PassageVectors:
        """The vectors of a snapshot, to search."""
        return self._vectors.of(snapshot)

    def forget(self) -> None:
        self._vectors.forget()

    def text(self, document_id: str, digest: str) -> str:
        with self.read() as snapshot:
            return snapshot.text(document_id, digest)

    def structure(self, document_id: str, digest: str) -> Structure:
        with self.read() as snapshot:
            return snapshot.structure(document_id, digest)
