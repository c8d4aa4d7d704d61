"""A connection -> the documents of one committed state, and what a sync compares with a folder."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from qa.errors import StaleDocument
from qa.index.local.database import within
from qa.index.parts import meta_key
from qa.index.protocol import STALE
from qa.index.recipe import uses_encoder
from qa.structure import Structure, Table
from qa.types import Document, Failure


class StoredDocuments(Protocol):
    """The index folder, the part of the corpus that is meant, and what is read of a document later.

    That is when the snapshot is closed.
    """

    folder: Path
    part: str

    def text(self, document_id: str, digest: str) -> str: ...

    def structure(self, document_id: str, digest: str) -> Structure: ...


class LocalDocuments:
    """The documents of one committed state.

    Only what a sync compares with a folder is limited to the part that the store was opened for: `meta` (some
    keys), `file_digests`, `paths_of_other_encoders` and `failures`. All else is of the whole index.
    """

    def __init__(self, connection: sqlite3.Connection, stored: StoredDocuments) -> None:
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
            raise StaleDocument(STALE)
        return str(row[0])

    def structure(self, document_id: str, digest: str) -> Structure:
        """The named places and tables of a document. Raises StaleDocument like `text`."""
        row = self._db.execute(
            "SELECT places, tables FROM documents LEFT JOIN structures ON document_id = id"
            " WHERE id = ? AND digest = ?",
            [document_id, digest],
        ).fetchone()
        if not row:
            raise StaleDocument(STALE)
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

    def failures(self) -> tuple[Failure, ...]:
        """The files of the part that failed in its last sync, ordered by path."""
        condition, arguments = within(self.part)
        sql = f"SELECT path, reason FROM failures WHERE {condition} ORDER BY path"
        rows = self._db.execute(sql, arguments)
        return tuple(Failure(path, reason) for path, reason in rows)

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
