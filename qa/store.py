"""Documents, passages, vectors and the keyword index. All queries of the project are here.

The database is the truth about what is indexed; the FAISS file beside it is a cache. Readers open it
for the length of one question and see one committed state throughout (WAL). One process writes at a
time, under a lock that the operating system releases when the process dies.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import filelock
import numpy as np
import numpy.typing as npt

from qa.database import atomic, compact, open_to_read, open_to_write, quoted, translated
from qa.errors import IndexBusy, IndexUnwritable, StaleDocument
from qa.types import Document, Failure, Passage, Span, Value

DATABASE = "index.sqlite"
_LOCK = "sync.lock"
_HEADER_WEIGHT = 0.5  # of a word in the header against one in the passage; benchmarks/retrieval.md


@dataclass(frozen=True, slots=True)
class Entry:
    """A document as a sync stores it. `file_digest` and `recipe` tell whether it is still up to date."""

    document: Document
    passages: Sequence[Passage]
    vector_keys: Sequence[bytes]  # one a passage
    file_digest: str
    recipe: str
    left_out: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Counts(Value):
    """How much is indexed, and when the last change was made (seconds since 1970, 0 for never)."""

    documents: int
    passages: int
    vectors: int
    left_out: int
    changed_at: float


class Snapshot:
    """One committed state of the store, for reading."""

    def __init__(self, connection: sqlite3.Connection, load_text: Callable[[str, str], str]) -> None:
        self._db = connection
        self._load_text = load_text

    def meta(self, key: str) -> str:
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", [key]).fetchone()
        return row[0] if row else ""

    @property
    def stamp(self) -> tuple[str, int]:
        """Which store in which state: equal stamps mean equal contents."""
        return self.meta("store"), int(self.meta("generation"))

    def documents(self, ids: Iterable[str] | None = None) -> tuple[Document, ...]:
        """All documents, or those of some ids, in the order of their paths. No text is read."""
        query = "SELECT id, path, title, digest, metadata FROM documents"
        if ids is None:
            rows = self._db.execute(f"{query} ORDER BY path").fetchall()
        else:
            rows = self._in(f"{query} WHERE id IN ({{}}) ORDER BY path", sorted(set(ids)))
        return tuple(
            Document(i, path, title, digest, json.loads(metadata), partial(self._load_text, i, digest))
            for i, path, title, digest, metadata in rows
        )

    def text(self, document_id: str, digest: str) -> str:
        row = self._db.execute(
            "SELECT text FROM documents WHERE id = ? AND digest = ?", [document_id, digest]
        ).fetchone()
        if not row:
            raise StaleDocument("the document was changed or removed since: ask again")
        return str(row[0])

    def left_out(self, document_id: str) -> tuple[tuple[str, str], ...]:
        """What of a document is not indexed, as (reason, text)."""
        row = self._db.execute("SELECT left_out FROM documents WHERE id = ?", [document_id]).fetchone()
        return tuple((reason, text) for reason, text in json.loads(row[0])) if row else ()

    def file_digests(self) -> dict[str, tuple[str, str]]:
        """path -> (digest of the file, recipe it was indexed by)."""
        rows = self._db.execute("SELECT path, file_digest, recipe FROM documents")
        return {path: (digest, recipe) for path, digest, recipe in rows}

    def passage_numbers(self, document_ids: Iterable[str] | None = None) -> list[int]:
        """The numbers of all passages, or those of some documents, ascending."""
        if document_ids is None:
            return [n for (n,) in self._db.execute("SELECT number FROM passages ORDER BY number")]
        ids = sorted(set(document_ids))
        return sorted(n for (n,) in self._in("SELECT number FROM passages WHERE document_id IN ({})", ids))

    def passages(self, numbers: Sequence[int]) -> dict[int, Passage]:
        """number -> passage."""
        rows = self._in(
            'SELECT number, id, document_id, start, "end", text, header, sentences FROM passages'
            " WHERE number IN ({})",
            numbers,
        )
        return {
            n: Passage(i, d, start, end, text, header, _spans(s))
            for n, i, d, start, end, text, header, s in rows
        }

    def passage_at(self, document_id: str, start: int, end: int) -> Passage | None:
        """The passage of a document that holds a span whole, if one does."""
        row = self._db.execute(
            'SELECT number FROM passages WHERE document_id = ? AND start <= ? AND "end" >= ? ORDER BY number',
            [document_id, start, end],
        ).fetchone()
        return self.passages(row)[row[0]] if row else None

    def vectors(self, numbers: Sequence[int]) -> npt.NDArray[np.float32]:
        """The vectors of passages, in the order of `numbers`: (n, dimension) float32, unit rows."""
        rows = self._in(
            "SELECT number, vector FROM passages JOIN vectors ON key = vector_key WHERE number IN ({})",
            numbers,
        )
        found = {number: np.frombuffer(blob, np.float32) for number, blob in rows}
        return np.stack([found[n] for n in numbers]) if numbers else np.empty((0, 0), np.float32)

    def known_vectors(self, keys: Sequence[bytes]) -> set[bytes]:
        return {key for (key,) in self._in("SELECT key FROM vectors WHERE key IN ({})", keys)}

    def keyword_search(
        self, words: Sequence[str], k: int, document_ids: Iterable[str] | None = None
    ) -> list[tuple[int, float]]:
        """The k passages with the highest BM25 for any of the words, as (number, score), best first.

        Words are quoted, so that nothing a user types is FTS5 syntax. Higher scores are better.
        """
        if not words:
            return []
        sql = (
            f"SELECT keywords.rowid, -bm25(keywords, {_HEADER_WEIGHT}, 1.0) AS score FROM keywords"
            " JOIN passages ON number = keywords.rowid WHERE keywords MATCH ?"
        )
        arguments: list[Any] = [" OR ".join(quoted(word) for word in words)]
        if document_ids is not None:
            sql += " AND document_id IN (SELECT value FROM json_each(?))"
            arguments.append(json.dumps(sorted(set(document_ids))))
        sql += " ORDER BY score DESC, passages.id LIMIT ?"
        return [(number, score) for number, score in self._db.execute(sql, [*arguments, k])]

    def passages_with(self, word: str) -> int:
        """How many passages hold a word in any of its forms, in text or header."""
        sql = "SELECT count(*) FROM keywords WHERE keywords MATCH ?"
        return int(self._db.execute(sql, [quoted(word)]).fetchone()[0])

    def failures(self) -> tuple[Failure, ...]:
        return tuple(
            Failure(*row) for row in self._db.execute("SELECT path, reason FROM failures ORDER BY path")
        )

    def counts(self) -> Counts:
        row = self._db.execute(
            "SELECT (SELECT count(*) FROM documents), (SELECT count(*) FROM passages),"
            " (SELECT count(*) FROM vectors),"
            " (SELECT coalesce(sum(json_array_length(left_out)), 0) FROM documents)"
        ).fetchone()
        documents, passages, vectors, left_out = row
        return Counts(documents, passages, vectors, left_out, float(self.meta("changed_at") or 0))

    def passage_counts(self) -> dict[str, int]:
        """document id -> how many passages it has."""
        return dict(
            self._db.execute("SELECT document_id, count(*) FROM passages GROUP BY document_id").fetchall()
        )

    def indexed_at(self) -> dict[str, float]:
        """document id -> when it was made, in seconds since 1970."""
        return dict(self._db.execute("SELECT id, indexed_at FROM documents").fetchall())

    def _in(self, sql: str, values: Sequence[Any]) -> list[Any]:
        """Rows of a query with `IN ({})`, in slices small enough for SQLite's limit of variables."""
        rows: list[Any] = []
        for start in range(0, len(values), 900):
            part = values[start : start + 900]
            rows += self._db.execute(sql.format(",".join("?" * len(part))), part).fetchall()
        return rows


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

    def purge(self) -> tuple[int, int]:
        """Take out of the bytes what is no longer served: how many vectors, and how many bytes it freed.

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
        return vectors, max(0, before - self._size())

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
    def read(self) -> Iterator[Snapshot]:
        """One committed state. Raises IndexDamaged, IndexTooNew."""
        with translated(self.path), closing(open_to_read(self.path)) as connection:
            connection.execute("BEGIN")
            yield Snapshot(connection, self._text)

    @contextmanager
    def write(self) -> Iterator[Writer]:
        """The only writer. Raises IndexBusy, IndexUnwritable, IndexDamaged, IndexTooNew."""
        lock = filelock.FileLock(self.folder / _LOCK, timeout=0)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except filelock.Timeout as error:
            raise IndexBusy(
                f"another process is syncing {self.folder}: wait for it, then try again"
            ) from error
        except OSError as error:
            raise IndexUnwritable(f"cannot write the index in {self.folder} ({error.strerror})") from error
        try:
            with translated(self.path), closing(open_to_write(self.path)) as connection:
                yield Writer(connection, self._text)
        finally:
            lock.release()

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

    def damaged(self) -> list[Path]:
        """The files of databases that were set aside."""
        return sorted(self.folder.glob(f"{DATABASE}.damaged-*"))

    def _text(self, document_id: str, digest: str) -> str:
        with self.read() as snapshot:
            return snapshot.text(document_id, digest)


def _spans(packed: str) -> tuple[Span, ...]:
    return tuple((start, end) for start, end in json.loads(packed))
