"""A connection -> one committed state of the index: its documents, passages, vectors and keyword search."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from qa.errors import StaleDocument
from qa.index.database import fts5_string, within
from qa.index.parts import meta_key
from qa.index.recipe import uses_encoder
from qa.structure import Structure, Table
from qa.types import Document, Failure, Passage, Span, Value

_STALE = "that document has changed. Ask again"
_HEADER_WEIGHT = 0.5  # of a word in the header, where one in the passage has 1; benchmarks/retrieval.md


@dataclass(frozen=True, slots=True)
class Counts(Value):
    """How much is indexed, and when it last changed (seconds since 1970, 0 for never).

    `left_out` counts the parts of documents that are not indexed.
    """

    documents: int
    passages: int
    vectors: int
    left_out: int
    changed_at: float


class Stored(Protocol):
    """The index folder, the part of the corpus that is meant, and what is read of a document later.

    That is when the snapshot is closed.
    """

    folder: Path
    part: str

    def text(self, document_id: str, digest: str) -> str: ...

    def structure(self, document_id: str, digest: str) -> Structure: ...


class Snapshot:
    """One committed state of the store, for reading.

    Only what a sync compares with a folder is limited to the part that the store was opened for: `meta` (some
    keys), `file_digests`, `paths_of_other_encoders` and `failures`. All else is of the whole index.
    """

    def __init__(self, connection: sqlite3.Connection, stored: Stored) -> None:
        self._db = connection
        self._stored = stored

    @property
    def folder(self) -> Path:
        """The index folder."""
        return self._stored.folder

    @property
    def part(self) -> str:
        """The part of the corpus that the store was opened for; "" for all of it."""
        return self._stored.part

    def parts(self) -> tuple[str, ...]:
        """The parts that were synced on their own and hold a document, sorted; () for an index without."""
        rows = self._db.execute("SELECT substr(key, 6) FROM meta WHERE key >= 'part ' AND key < 'part!'")
        return tuple(part for (part,) in sorted(rows) if self._has_documents(*within(part)))

    def has_documents_elsewhere(self) -> bool:
        """True if the index holds a document that is not of the part."""
        condition, arguments = within(self.part)
        return self._has_documents(f"NOT {condition}", arguments)

    def _has_documents(self, condition: str, arguments: Sequence[str]) -> bool:
        sql = f"SELECT EXISTS (SELECT 1 FROM documents WHERE {condition})"
        return bool(self._db.execute(sql, arguments).fetchone()[0])

    def meta(self, key: str) -> str:
        """The value of a key of the meta table; "" if it is not set.

        What a sync says of itself is kept for each part (see `meta_key`), and is that of the part.
        """
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", [meta_key(key, self.part)]).fetchone()
        return row[0] if row else ""

    @property
    def stamp(self) -> tuple[str, int]:
        """The store and its generation; equal stamps mean equal contents."""
        return self.meta("store"), int(self.meta("generation"))

    def documents(self, ids: Iterable[str] | None = None) -> tuple[Document, ...]:
        """All documents, or those with the given ids, ordered by path. Their texts are not read."""
        query = (
            "SELECT id, path, title, digest, metadata, starts, structures.document_id FROM documents"
            " LEFT JOIN pages ON pages.document_id = id"
            " LEFT JOIN structures ON structures.document_id = id"
        )
        if ids is None:
            rows = self._db.execute(f"{query} ORDER BY path").fetchall()
        else:
            rows = self._in(f"{query} WHERE id IN ({{}}) ORDER BY path", sorted(set(ids)))
        return tuple(
            Document(
                id=document_id,
                path=path,
                title=title,
                digest=digest,
                metadata=json.loads(metadata),
                _text=partial(self._stored.text, document_id, digest),
                pages=tuple(json.loads(starts)) if starts else (),
                _structure=partial(self._stored.structure, document_id, digest)
                if structured
                else Structure(),
            )
            for document_id, path, title, digest, metadata, starts, structured in rows
        )

    def text(self, document_id: str, digest: str) -> str:
        """The text of a document. Raises StaleDocument if no document has this id and this digest."""
        row = self._db.execute(
            "SELECT text FROM documents WHERE id = ? AND digest = ?", [document_id, digest]
        ).fetchone()
        if not row:
            raise StaleDocument(_STALE)
        return str(row[0])

    def structure(self, document_id: str, digest: str) -> Structure:
        """The named places and tables of a document. Raises StaleDocument like `text`."""
        row = self._db.execute(
            "SELECT places, tables FROM documents LEFT JOIN structures ON document_id = id"
            " WHERE id = ? AND digest = ?",
            [document_id, digest],
        ).fetchone()
        if not row:
            raise StaleDocument(_STALE)
        places, tables = row
        return Structure(
            tuple((start, name) for start, name in json.loads(places or "[]")),
            tuple(Table(*offsets) for offsets in json.loads(tables or "[]")),
        )

    def left_out(self, document_id: str) -> tuple[tuple[str, str], ...]:
        """The parts of a document that are not indexed, as (reason, text)."""
        row = self._db.execute("SELECT left_out FROM documents WHERE id = ?", [document_id]).fetchone()
        return tuple((reason, text) for reason, text in json.loads(row[0])) if row else ()

    def is_beside(self, word: str) -> bool:
        """True if a word stands beside the indexed text: in what was left out, a path or the metadata."""
        sql = (
            "SELECT left_out, path, metadata FROM documents"
            " WHERE instr(lower(left_out || path || metadata), ?)"
        )
        whole = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
        for left_out, path, metadata in self._db.execute(sql, [json.dumps(word.lower())[1:-1]]):
            parts = (text for _, text in json.loads(left_out))
            if whole.search("\n".join((path, *json.loads(metadata).values(), *parts))):
                return True
        return False

    def file_digests(self, paths: Iterable[str] | None = None) -> dict[str, tuple[str, str]]:
        """path -> (digest of the file, recipe that it was indexed by), for all documents of the part.

        Given paths, for the documents that are there, of whatever part.
        """
        query = "SELECT path, file_digest, recipe FROM documents"
        if paths is None:
            condition, arguments = within(self.part)
            rows = self._db.execute(f"{query} WHERE {condition}", arguments).fetchall()
        else:
            rows = self._in(f"{query} WHERE path IN ({{}})", sorted(set(paths)))
        return {path: (digest, recipe) for path, digest, recipe in rows}

    def paths_of_other_encoders(self, fingerprint: str) -> list[str]:
        """The paths of the part's documents whose encoder is not the one with this fingerprint."""
        indexed = self.file_digests()
        return [path for path, (_, recipe) in indexed.items() if not uses_encoder(recipe, fingerprint)]

    def has_other_encoders(self, fingerprint: str) -> bool:
        """True if a document of any part was indexed with an encoder other than this one."""
        recipes = self._db.execute("SELECT DISTINCT recipe FROM documents")
        return any(not uses_encoder(recipe, fingerprint) for (recipe,) in recipes)

    def passage_numbers(self, document_ids: Iterable[str] | None = None) -> list[int]:
        """The numbers of all passages, or of the passages of some documents, ascending."""
        if document_ids is None:
            return [n for (n,) in self._db.execute("SELECT number FROM passages ORDER BY number")]
        ids = sorted(set(document_ids))
        return sorted(n for (n,) in self._in("SELECT number FROM passages WHERE document_id IN ({})", ids))

    def numbers_by_document(self, document_ids: Iterable[str]) -> dict[str, list[int]]:
        """document id -> the numbers of its passages, ascending; documents without passages are left out."""
        sql = "SELECT document_id, number FROM passages WHERE document_id IN ({}) ORDER BY number"
        numbers: dict[str, list[int]] = {}
        for document_id, number in self._in(sql, sorted(set(document_ids))):
            numbers.setdefault(document_id, []).append(number)
        return numbers

    def passages(self, numbers: Sequence[int]) -> dict[int, Passage]:
        """number -> passage."""
        rows = self._in(
            'SELECT number, id, document_id, start, "end", text, header, sentences, remark, doubtful'
            " FROM passages WHERE number IN ({})",
            numbers,
        )
        return {
            number: Passage(
                id=passage_id,
                document_id=document_id,
                start=start,
                end=end,
                text=text,
                header=header,
                sentences=_spans(sentences),
                remark=remark,
                doubtful=bool(doubtful),
            )
            for number, passage_id, document_id, start, end, text, header, sentences, remark, doubtful in rows
        }

    def passage_at(self, document_id: str, start: int, end: int) -> Passage | None:
        """The passage of a document that contains a whole span, or None."""
        row = self._db.execute(
            'SELECT number FROM passages WHERE document_id = ? AND start <= ? AND "end" >= ? ORDER BY number',
            [document_id, start, end],
        ).fetchone()
        return self.passages(row)[row[0]] if row else None

    def neighbours(self, passage: Passage) -> tuple[Passage | None, Passage | None]:
        """The passages before and after a passage in its document."""
        query = "SELECT number FROM passages WHERE document_id = ? AND start"
        rows = [
            self._db.execute(f"{query} {condition} LIMIT 1", [passage.document_id, passage.start]).fetchone()
            for condition in ("< ? ORDER BY start DESC", "> ? ORDER BY start")
        ]
        before, after = (self.passages(row)[row[0]] if row else None for row in rows)
        return before, after

    def vectors(self, numbers: Sequence[int]) -> npt.NDArray[np.float32]:
        """The vectors of passages, in the order of `numbers`: (n, dimension) float32, unit rows."""
        rows = self._in(
            "SELECT number, vector FROM passages JOIN vectors ON key = vector_key WHERE number IN ({})",
            numbers,
        )
        vectors = {number: np.frombuffer(blob, np.float32) for number, blob in rows}
        return np.stack([vectors[n] for n in numbers]) if numbers else np.empty((0, 0), np.float32)

    def stored_vector_keys(self, keys: Sequence[bytes]) -> set[bytes]:
        """The keys among `keys` whose vectors are in the store."""
        return {key for (key,) in self._in("SELECT key FROM vectors WHERE key IN ({})", keys)}

    def keyword_search(
        self, words: Sequence[str], k: int, document_ids: Iterable[str] | None = None
    ) -> list[tuple[int, float]]:
        """The k passages with the highest BM25 for any of the words, as (number, score), best first.

        Higher scores are better; ties are broken by passage id. Words are quoted, so that nothing a user
        types is FTS5 syntax.
        """
        if not words:
            return []
        sql = (
            f"SELECT keywords.rowid, -bm25(keywords, {_HEADER_WEIGHT}, 1.0) AS score FROM keywords"
            " JOIN passages ON number = keywords.rowid WHERE keywords MATCH ?"
        )
        arguments: list[Any] = [" OR ".join(fts5_string(word) for word in words)]
        if document_ids is not None:
            sql += " AND document_id IN (SELECT value FROM json_each(?))"
            arguments.append(json.dumps(sorted(set(document_ids))))
        sql += " ORDER BY score DESC, passages.id LIMIT ?"
        return [(number, score) for number, score in self._db.execute(sql, [*arguments, k])]

    def passages_with_all(
        self, texts: Sequence[str], document_ids: Iterable[str] | None = None
    ) -> list[tuple[str, int]]:
        """All passages that contain each of the texts (the words of one in a row, in any form).

        As (document id, number), in the order of the BM25.
        """
        sql = (
            "SELECT document_id, number FROM keywords JOIN passages ON number = keywords.rowid"
            " WHERE keywords MATCH ?"
        )
        arguments = [" AND ".join(map(fts5_string, texts))]
        if document_ids is not None:
            sql += " AND document_id IN (SELECT value FROM json_each(?))"
            arguments.append(json.dumps(sorted(set(document_ids))))
        return self._db.execute(
            f"{sql} ORDER BY bm25(keywords, {_HEADER_WEIGHT}, 1.0), id", arguments
        ).fetchall()

    def count_passages_with(self, text: str) -> int:
        """The number of passages with the words of a text in a row, in any form, in their text or header."""
        sql = "SELECT count(*) FROM keywords WHERE keywords MATCH ?"
        return int(self._db.execute(sql, [fts5_string(text)]).fetchone()[0])

    def terms(self, letter: str) -> list[str]:
        """The terms of the keyword index that begin with a letter; they are stems in lower case."""
        self._db.execute(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.terms USING fts5vocab('main', 'keywords', 'row')"
        )
        # A range is read from the index; the next character is the end of it.
        sql = "SELECT term FROM temp.terms WHERE term >= ? AND term < ?"
        return [term for (term,) in self._db.execute(sql, [letter, chr(ord(letter) + 1)])]

    def failures(self) -> tuple[Failure, ...]:
        """The files of the part that failed in its last sync, ordered by path."""
        condition, arguments = within(self.part)
        sql = f"SELECT path, reason FROM failures WHERE {condition} ORDER BY path"
        rows = self._db.execute(sql, arguments)
        return tuple(Failure(path, reason) for path, reason in rows)

    def counts(self) -> Counts:
        """How much is indexed, and when it last changed."""
        row = self._db.execute(
            "SELECT (SELECT count(*) FROM documents), (SELECT count(*) FROM passages),"
            " (SELECT count(*) FROM vectors),"
            " (SELECT coalesce(sum(json_array_length(left_out)), 0) FROM documents)"
        ).fetchone()
        documents, passages, vectors, left_out = row
        return Counts(
            documents=documents,
            passages=passages,
            vectors=vectors,
            left_out=left_out,
            changed_at=float(self.meta("changed_at") or 0),
        )

    def passage_counts(self) -> dict[str, int]:
        """document id -> number of passages."""
        return dict(
            self._db.execute("SELECT document_id, count(*) FROM passages GROUP BY document_id").fetchall()
        )

    def indexed_at(self) -> dict[str, float]:
        """document id -> the time at which it was indexed, in seconds since 1970."""
        return dict(self._db.execute("SELECT id, indexed_at FROM documents").fetchall())

    def _in(self, sql: str, values: Sequence[Any]) -> list[Any]:
        """The rows of a query with `IN ({})`, run in slices that stay below SQLite's limit on variables."""
        rows: list[Any] = []
        for start in range(0, len(values), 900):
            part = values[start : start + 900]
            rows += self._db.execute(sql.format(",".join("?" * len(part))), part).fetchall()
        return rows


def _spans(packed: str) -> tuple[Span, ...]:
    return tuple((start, end) for start, end in json.loads(packed))
