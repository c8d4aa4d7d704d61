"""One committed state of the index, for reading: its documents, passages, vectors and keyword search."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from qa.errors import StaleDocument
from qa.index.database import quoted
from qa.index.recipe import has_encoder
from qa.types import Document, Failure, Passage, Span, Value

_HEADER_WEIGHT = 0.5  # of a word in the header against one in the passage; benchmarks/retrieval.md


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
        query = (
            "SELECT id, path, title, digest, metadata, starts FROM documents"
            " LEFT JOIN pages ON document_id = id"
        )
        if ids is None:
            rows = self._db.execute(f"{query} ORDER BY path").fetchall()
        else:
            rows = self._in(f"{query} WHERE id IN ({{}}) ORDER BY path", sorted(set(ids)))
        return tuple(
            Document(
                i,
                path,
                title,
                digest,
                json.loads(metadata),
                partial(self._load_text, i, digest),
                tuple(json.loads(starts)) if starts else (),
            )
            for i, path, title, digest, metadata, starts in rows
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

    def of_other_encoders(self, fingerprint: str) -> list[str]:
        """The paths of documents whose vectors are not of the encoder with that fingerprint."""
        made = self.file_digests()
        return [path for path, (_, made_by) in made.items() if not has_encoder(made_by, fingerprint)]

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

    def beside(self, passage: Passage) -> tuple[Passage | None, Passage | None]:
        """The passages of its document before and behind a passage."""
        of = "SELECT number FROM passages WHERE document_id = ? AND start"
        found = [
            self._db.execute(f"{of} {beside} LIMIT 1", [passage.document_id, passage.start]).fetchone()
            for beside in ("< ? ORDER BY start DESC", "> ? ORDER BY start")
        ]
        before, behind = (self.passages(row)[row[0]] if row else None for row in found)
        return before, behind

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


def _spans(packed: str) -> tuple[Span, ...]:
    return tuple((start, end) for start, end in json.loads(packed))
