"""The index in its folder: opened to read one committed state of it, or to write as the only one.

The database is the truth about what is indexed; the FAISS file beside it is a cache. Readers open it
for the length of one question and see one committed state throughout (WAL). One process writes at a
time, under a lock that the operating system releases when the process dies.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from qa.errors import IndexBusy, IndexStale
from qa.files import locked
from qa.index.database import atomic, compact, open_to_read, open_to_write, translated
from qa.index.layout import DATABASE, SYNC_LOCK
from qa.index.recipe import recipe
from qa.index.snapshot import Snapshot
from qa.types import Document, Failure, Passage, Purged


@dataclass(frozen=True, slots=True)
class Entry:
    """A document as a sync stores it. `file_digest` and `recipe` tell whether it is still up to date."""

    document: Document
    passages: Sequence[Passage]
    vector_keys: Sequence[bytes]  # one a passage
    file_digest: str
    recipe: str
    left_out: Sequence[tuple[str, str]]


class Writer(Snapshot):
    """The store under its writer's lock."""

    def add_vectors(self, keys: Sequence[bytes], vectors: npt.NDArray[np.float32]) -> None:
        """Keep vectors for passages to come, so that work done outlives a crash. Commits."""
        rows = zip(keys, (vector.astype("<f4").tobytes() for vector in vectors), strict=True)
        with atomic(self._db):
            self._db.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", rows)

    def commit(self, entries: Sequence[Entry], removed: Sequence[str]) -> None:
        """Put documents in and take the documents of some paths out, as one state."""
        with atomic(self._db):
            for path in [*removed, *(entry.document.path for entry in entries)]:
                self._db.execute("DELETE FROM documents WHERE path = ?", [path])
                self._db.execute("DELETE FROM failures WHERE path = ?", [path])
            for entry in entries:
                self._insert(entry)
            self._db.execute("UPDATE meta SET value = value + 1 WHERE key = 'generation'")
            self._set_meta("changed_at", repr(time.time()))

    def _insert(self, entry: Entry) -> None:
        d = entry.document
        left_out = json.dumps(entry.left_out)
        document = (d.id, d.path, d.title, json.dumps(dict(d.metadata)), d.text, d.digest)
        self._db.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [*document, entry.file_digest, entry.recipe, left_out, time.time()],
        )
        if d.pages:
            self._db.execute("INSERT INTO pages VALUES (?, ?)", [d.id, json.dumps(d.pages)])
        self._db.executemany(
            'INSERT INTO passages (id, document_id, start, "end", header, text, sentences, vector_key)'
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (p.id, p.document_id, p.start, p.end, p.header, p.text, json.dumps(p.sentences), key)
                for p, key in zip(entry.passages, entry.vector_keys, strict=True)
            ),
        )

    def record(self, failures: Sequence[Failure], **meta: str) -> None:
        """Replace the list of failures, and set values of meta."""
        with atomic(self._db):
            self._db.execute("DELETE FROM failures")
            self._db.executemany("INSERT INTO failures VALUES (?, ?)", ((f.path, f.reason) for f in failures))
            for key, value in meta.items():
                self._set_meta(key, value)

    def purge(self) -> Purged:
        """Take out of the bytes of the database what is no longer served.

        What is served stays as it is. Raises IndexBusy where a reader does not let go of the old bytes.
        """
        before = self._size()
        with atomic(self._db):
            vectors = self._db.execute(
                "DELETE FROM vectors WHERE key NOT IN (SELECT vector_key FROM passages)"
            ).rowcount
            # FTS5 only marks words as deleted. Its own secure-delete needs SQLite 3.42.
            self._db.execute("INSERT INTO keywords (keywords) VALUES ('rebuild')")
        if not compact(self._db):
            raise IndexBusy(
                "the sync is done, but someone is reading the index, and what was deleted is still in its"
                " files: run qa sync --purge again"
            )
        return Purged(vectors=vectors, bytes=max(0, before - self._size()))

    def _size(self) -> int:
        (pages,) = self._db.execute("PRAGMA page_count").fetchone()
        (size,) = self._db.execute("PRAGMA page_size").fetchone()
        return int(pages * size)

    def _set_meta(self, key: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", [key, value])


class Store:
    """The database in a folder. It is made by the first writer; until then it reads as empty."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / DATABASE

    @contextmanager
    def read(self, fingerprint: str = "") -> Iterator[Snapshot]:
        """One committed state. Raises IndexDamaged, IndexTooNew.

        With the fingerprint of an encoder it raises IndexStale where documents were indexed with another one,
        or by another version.
        """
        with translated(self.path), closing(open_to_read(self.path)) as connection:
            connection.execute("BEGIN")
            snapshot = Snapshot(connection, self._text)
            made_by = snapshot.meta("recipe")
            if fingerprint and made_by and made_by != recipe(fingerprint):
                raise IndexStale(
                    f"the index in {self.folder} was made with another encoder or version: run qa sync"
                )
            yield snapshot

    @contextmanager
    def write(self) -> Iterator[Writer]:
        """The only writer. Raises IndexBusy, IndexUnwritable, IndexDamaged, IndexTooNew."""
        busy = IndexBusy(f"another process is syncing {self.folder}: wait for it, then try again")
        with locked(self.folder / SYNC_LOCK, busy, patience=0):
            with translated(self.path), closing(open_to_write(self.path)) as connection:
                yield Writer(connection, self._text)

    def set_aside(self) -> Path:
        """Rename a damaged database, so that a new one can be built and nothing is lost."""
        number = 1
        while (target := self.path.with_name(f"{DATABASE}.damaged-{number}")).exists():
            number += 1
        for suffix in ("-wal", "-shm", ""):
            part = self.path.with_name(DATABASE + suffix)
            if part.exists():
                part.rename(target.with_name(target.name + suffix))
        return target

    def purge_damaged(self) -> Purged:
        """Remove the databases that were set aside. Raises OSError."""
        files = sorted(self.folder.glob(f"{DATABASE}.damaged-*"))
        freed = 0
        for path in files:
            freed += path.stat().st_size
            path.unlink()
        databases = {path.name.removesuffix("-wal").removesuffix("-shm") for path in files}
        return Purged(databases=len(databases), bytes=freed)

    def _text(self, document_id: str, digest: str) -> str:
        with self.read() as snapshot:
            return snapshot.text(document_id, digest)
