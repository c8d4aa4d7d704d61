"""An index folder -> a snapshot of one committed state for reading, or the only writer.

The database is the truth about what is indexed; the FAISS file next to it is a cache. A reader opens the
database for the length of one question and sees one committed state throughout (WAL). Only one process
writes at a time, under a lock that the operating system releases if the process dies.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt

from qa.errors import IndexBusy, IndexStale
from qa.files import locked
from qa.index.layout import DATABASE, SYNC_LOCK
from qa.index.local.database import atomic, compact, open_for_reading, open_for_writing, sqlite_errors, within
from qa.index.local.snapshot import LocalSnapshot, Stored
from qa.index.local.vectors import VectorCache
from qa.index.parts import meta_key
from qa.index.protocol import Entry, PassageVectors
from qa.index.recipe import recipe
from qa.structure import Structure
from qa.types import Failure, Purged
from qa.writing import searchable


class LocalWriter(LocalSnapshot):
    """A snapshot that can also be written to, while it holds the writer's lock.

    What a sync stores and removes is of the writer's part; the documents of others are left alone.
    """

    def __init__(self, connection: sqlite3.Connection, stored: Stored, vectors: VectorCache) -> None:
        super().__init__(connection, stored)
        self._vectors = vectors

    def add_vectors(self, keys: Sequence[bytes], vectors: npt.NDArray[np.float32]) -> None:
        """Store vectors for passages to come, and commit them, so that finished work outlives a crash."""
        rows = zip(keys, (vector.astype("<f4").tobytes() for vector in vectors), strict=True)
        with atomic(self._db):
            self._db.executemany("INSERT OR IGNORE INTO vectors (key, vector) VALUES (?, ?)", rows)

    def commit(self, entries: Sequence[Entry], removed: Sequence[str]) -> None:
        """Store documents and delete the ones at the paths `removed`, as one new state."""
        with atomic(self._db):
            for path in [*removed, *(entry.document.path for entry in entries)]:
                self._db.execute("DELETE FROM documents WHERE path = ?", [path])
                self._db.execute("DELETE FROM failures WHERE path = ?", [path])
            for entry in entries:
                self._insert(entry)
            self._db.execute("UPDATE meta SET value = value + 1 WHERE key = 'generation'")
            self._set_meta("changed_at", repr(time.time()))

    def _insert(self, entry: Entry) -> None:
        document = entry.document
        self._db.execute(
            "INSERT INTO documents"
            " (id, path, title, metadata, text, digest, file_digest, recipe, left_out, indexed_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                document.id,
                document.path,
                document.title,
                json.dumps(dict(document.metadata)),
                document.text,
                document.digest,
                entry.file_digest,
                entry.recipe,
                json.dumps(entry.left_out),
                time.time(),
            ],
        )
        if document.pages:
            self._db.execute(
                "INSERT INTO pages (document_id, starts) VALUES (?, ?)",
                [document.id, json.dumps(document.pages)],
            )
        if document.structure != Structure():
            self._db.execute(
                "INSERT INTO structures (document_id, places, tables) VALUES (?, ?, ?)",
                [
                    document.id,
                    json.dumps(document.structure.places),
                    json.dumps([(t.start, t.end, t.columns_end) for t in document.structure.tables]),
                ],
            )
        self._db.executemany(
            "INSERT INTO passages"
            ' (id, document_id, start, "end", header, text, searched_header, searched_text, sentences,'
            " remark, doubtful, vector_key)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    p.id, p.document_id, p.start, p.end, p.header, p.text, _searched(p.header),
                    _searched(p.text), json.dumps(p.sentences), p.remark, p.doubtful, key,
                )
                for p, key in zip(entry.passages, entry.vector_keys, strict=True)
            ),
        )  # fmt: skip

    def record(self, failures: Sequence[Failure], **meta: str) -> None:
        """Replace the list of failures of the part, and set values in the meta table as `meta` reads them.

        The part is one of `parts` from then on, once something of it is indexed.
        """
        condition, arguments = within(self.part)
        with atomic(self._db):
            self._db.execute(f"DELETE FROM failures WHERE {condition}", arguments)
            self._db.executemany(
                "INSERT INTO failures (path, reason) VALUES (?, ?)",
                ((failure.path, failure.reason) for failure in failures),
            )
            for key, value in meta.items():
                self._set_meta(meta_key(key, self.part), value)
            if self.part:
                self._set_meta(f"part {self.part}", "")

    def save(self) -> None:
        """Bring the file of vectors up to date with the last committed state. Raises OSError."""
        self._vectors.save()

    def purge(self) -> Purged:
        """Erase what is no longer served from the index folder: from the database, and files left there.

        It goes by what is there, not by what has changed. Each step leaves a sound index, so a purge that was
        killed can simply be run again. Raises IndexBusy if a reader holds on to the old bytes, and OSError.
        """
        return purge_damaged(self.folder) + self._vectors.purge() + self._purge()

    def _purge(self) -> Purged:
        """Erase everything that is no longer served from the bytes of the database.

        Everything that is served stays as it is. Raises IndexBusy if a reader holds on to the old bytes.
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
                "the sync is done, but another reader has the index open, so deleted text is still in its"
                " files. Run qa sync --purge again"
            )
        return Purged(vectors=vectors, bytes=max(0, before - self._size()))

    def _size(self) -> int:
        (pages,) = self._db.execute("PRAGMA page_count").fetchone()
        (size,) = self._db.execute("PRAGMA page_size").fetchone()
        return int(pages * size)

    def _set_meta(self, key: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", [key, value])


def _searched(text: str) -> str | None:
    """What the keyword index sees in place of a text; None if it sees the text itself."""
    searched = searchable(text)
    return None if searched == text else searched


class LocalStore:
    """The database in an index folder. The first writer creates it; until then it reads as empty.

    `part` is the part of the corpus that is synced here, "" for all of it. See `qa.index.parts`.
    """

    is_shared = False

    def __init__(self, folder: Path, part: str = "") -> None:
        self.folder = folder
        self.part = part
        self.path = folder / DATABASE
        self._vectors = VectorCache(folder, self.read)

    @property
    def place(self) -> str:
        """The index folder, to show."""
        return str(self.folder)

    def vectors_of(self, snapshot: LocalSnapshot) -> PassageVectors:
        """The vectors of exactly this state. Nothing is embedded."""
        return self._vectors.of(snapshot)

    def forget(self) -> None:
        """Free the memory of the vectors. They are loaded again when they are needed."""
        self._vectors.forget()

    @contextmanager
    def read(self, fingerprint: str = "") -> Iterator[LocalSnapshot]:
        """One committed state. Raises IndexDamaged, IndexTooNew.

        Given an encoder's fingerprint, raises IndexStale if documents were indexed with another encoder or by
        another version.
        """
        with sqlite_errors(self.path), closing(open_for_reading(self.path)) as connection:
            connection.execute("BEGIN")
            snapshot = LocalSnapshot(connection, self)
            indexed_by = snapshot.meta("recipe")
            if fingerprint and indexed_by and indexed_by != recipe(fingerprint):
                parts = ", ".join(snapshot.parts())
                how = f"Sync each of its parts with this one ({parts})" if parts else "Run qa sync"
                raise IndexStale(
                    f"the index in {self.folder} was made with another encoder or version. {how}"
                )
            yield snapshot

    @contextmanager
    def write(self) -> Iterator[LocalWriter]:
        """The only writer. Raises IndexBusy, IndexUnwritable, IndexDamaged, IndexTooNew."""
        busy = IndexBusy(f"another process is syncing {self.folder}. Wait for it, then try again")
        with locked(self.folder / SYNC_LOCK, busy, patience=0):
            with sqlite_errors(self.path), closing(open_for_writing(self.path)) as connection:
                yield LocalWriter(connection, self, self._vectors)

    def set_aside(self) -> Path:
        """Rename a damaged database, so that a new one can be built without losing anything."""
        number = 1
        while (target := self.path.with_name(f"{DATABASE}.damaged-{number}")).exists():
            number += 1
        for suffix in ("-wal", "-shm", ""):
            part = self.path.with_name(DATABASE + suffix)
            if part.exists():
                part.rename(target.with_name(target.name + suffix))
        return target

    def text(self, document_id: str, digest: str) -> str:
        """The text of a document. Raises StaleDocument if no document has this id and this digest."""
        with self.read() as snapshot:
            return snapshot.text(document_id, digest)

    def structure(self, document_id: str, digest: str) -> Structure:
        """The named places and tables of a document. Raises StaleDocument like `text`."""
        with self.read() as snapshot:
            return snapshot.structure(document_id, digest)


def purge_damaged(folder: Path) -> Purged:
    """Delete the databases that were set aside. Raises OSError."""
    files = sorted(folder.glob(f"{DATABASE}.damaged-*"))
    freed = 0
    for path in files:
        freed += path.stat().st_size
        path.unlink()
    databases = {path.name.removesuffix("-wal").removesuffix("-shm") for path in files}
    return Purged(databases=len(databases), bytes=freed)
