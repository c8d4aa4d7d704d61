"""A connection -> one committed state of the index: documents, passages, vectors and keyword search."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from qa.index.local.documents import LocalDocuments, StoredDocuments
from qa.index.protocol import Counts, PassageVectors
from qa.index.words import fts5_string
from qa.types import Passage, Span

_HEADER_WEIGHT = 0.5  # of a word in the header, where one in the passage has 1; benchmarks/retrieval.md


class Stored(StoredDocuments, Protocol):
    """What a snapshot is of."""

    def vectors_of(self, snapshot: LocalSnapshot) -> PassageVectors: ...


class LocalSnapshot(LocalDocuments):
    """One committed state of the store, for reading."""

    def __init__(self, connection: sqlite3.Connection, stored: Stored) -> None:
        super().__init__(connection, stored)
        self._vectors_of = stored.vectors_of

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

    def vector_index(self) -> PassageVectors:
        """The vectors of exactly this state, to search. Nothing is embedded."""
        return self._vectors_of(self)

    def stored_vector_keys(self, keys: Sequence[bytes]) -> set[bytes]:
        """The keys among `keys` whose vectors are in the store."""
        return {key for (key,) in self._in("SELECT key FROM vectors WHERE key IN ({})", keys)}

    def stored_vectors(self) -> Iterator[tuple[list[bytes], npt.NDArray[np.float32]]]:
        """All vectors with their keys, some hundred at a time: (keys, (n, dimension))."""
        cursor = self._db.execute("SELECT key, vector FROM vectors")
        while rows := cursor.fetchmany(500):
            vectors = np.stack([np.frombuffer(blob, np.float32) for _, blob in rows])
            yield [key for key, _ in rows], vectors

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

    def counts_with(self, texts: Sequence[str]) -> dict[str, int]:
        """text -> the same number for each of several texts."""
        return {text: self.count_passages_with(text) for text in texts}

    def terms(self, letter: str) -> list[str]:
        """The terms of the keyword index that begin with a letter; they are stems in lower case."""
        self._db.execute(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.terms USING fts5vocab('main', 'keywords', 'row')"
        )
        # A range is read from the index; the next character is the end of it.
        sql = "SELECT term FROM temp.terms WHERE term >= ? AND term < ?"
        return [term for (term,) in self._db.execute(sql, [letter, chr(ord(letter) + 1)])]

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


def _spans(packed: str) -> tuple[Span, ...]:
    return tuple((start, end) for start, end in json.loads(packed))
