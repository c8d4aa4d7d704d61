"""A connection -> the documents of an index in Milvus, for one question, and what a sync compares.

What it has read of a document it keeps, so that one question sees one version of each document. One that is
replaced meanwhile is passed over, or reading on raises StaleDocument.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cached_property, partial
from pathlib import Path
from typing import Protocol

from qa.errors import IndexTooNew, StaleDocument
from qa.index.milvus import vocabulary
from qa.index.milvus.bm25 import Totals, token
from qa.index.milvus.collections import DOCUMENTS, META, STAGED, TEXTS, joined
from qa.index.milvus.connection import Connection, Row, equals
from qa.index.milvus.rows import (
    BESIDE,
    DOCUMENT_FIELDS,
    LEFT_OUT,
    STRUCTURE,
    TEXT,
    document_of,
    key,
    meta_of,
)
from qa.index.parts import is_of_a_part
from qa.index.protocol import STALE, Counts
from qa.index.recipe import uses_encoder
from qa.index.words import words_of
from qa.structure import Structure, Table
from qa.types import Document, Failure

LAYOUT = 1  # raised when collections change so that older versions cannot read them
_BESIDE_MOST = 200  # texts that are looked into for a word


class StoredDocuments(Protocol):
    """The index folder, and what is read of a document later, when the snapshot has gone."""

    folder: Path

    def text(self, document_id: str, digest: str) -> str: ...

    def structure(self, document_id: str, digest: str) -> Structure: ...


class MilvusDocuments:
    """The documents as one question sees them. See qa/index/protocol.py for what each method promises."""

    def __init__(self, connection: Connection, stored: StoredDocuments, part: str) -> None:
        self._connection = connection
        self._stored = stored
        self.part = part
        self._documents: dict[str, Row] = {}  # by id, as they were when first read

    @property
    def folder(self) -> Path:
        return self._stored.folder

    @cached_property
    def _meta(self) -> dict[tuple[str, str], str]:
        """(part, name) -> value."""
        rows = self._connection.rows(META, 'name != "failure"', ("part", "name", "value"))
        meta = meta_of(rows)
        if int(meta.get(("", "layout"), LAYOUT)) > LAYOUT:
            raise IndexTooNew(
                f"the index in {self._connection.address} was made by a newer version of this program. Update"
                " it, or use another database"
            )
        return meta

    def meta(self, key: str) -> str:
        # Each part has its own row of every key, which nobody else writes. What is said of the whole index is
        # said by each of them.
        own = self._meta.get((self.part, key), "")
        others = (value for (_, name), value in sorted(self._meta.items()) if name == key)
        return own or ("" if is_of_a_part(key) else next(others, ""))

    def recipes(self) -> set[str]:
        """The recipes by which the parts of the corpus were indexed."""
        return {value for (_, name), value in self._meta.items() if name == "recipe"}

    def parts(self) -> tuple[str, ...]:
        named = {part for part, name in self._meta if part and name == "recipe"}
        return tuple(part for part in sorted(named) if self._has_documents(equals(part=part)))

    def has_documents_elsewhere(self) -> bool:
        return self._has_documents(f"part != {json.dumps(self.part)}") if self.part else False

    def _has_documents(self, condition: str) -> bool:
        return bool(self._connection.rows(DOCUMENTS, condition, ("id",), most=1))

    @property
    def stamp(self) -> tuple[str, int]:
        generations = sorted(item for item in self._meta.items() if item[0][1] == "generation")
        return self._meta.get(("", "store"), ""), int(key(json.dumps(generations))[:15], 16)

    def documents(self, ids: Iterable[str] | None = None) -> tuple[Document, ...]:
        if ids is None:
            rows = self._connection.rows(DOCUMENTS, 'id != ""', DOCUMENT_FIELDS)
            self._documents = {row["id"]: row for row in rows} | self._documents
            rows = [self._documents[row["id"]] for row in rows]
        else:
            wanted = set(ids)
            self._learn(wanted)
            rows = [self._documents[i] for i in wanted if i in self._documents]
        return tuple(self._document(row) for row in sorted(rows, key=lambda row: str(row["path"])))

    def _document(self, row: Row) -> Document:
        identity, digest = row["id"], row["digest"]
        return document_of(
            row,
            partial(self._long, identity, row["version"]),
            partial(self._stored.text, identity, digest),
            partial(self._stored.structure, identity, digest),
        )

    def _learn(self, ids: Iterable[str]) -> None:
        """Read the rows of documents that have not been read yet."""
        new = sorted(set(ids) - self._documents.keys())
        for row in self._connection.rows_in(DOCUMENTS, "id", new, DOCUMENT_FIELDS):
            self._documents[row["id"]] = row

    def _long(self, document_id: str, version: str, kind: str) -> str:
        condition = equals(owner=document_id, version=version, kind=kind)
        rows = self._connection.rows(TEXTS, condition, ("slice", "position"))
        if not rows:
            raise StaleDocument(STALE)
        return joined(rows)

    def _current(self, document_id: str, digest: str) -> Row:
        self._learn([document_id])
        row = self._documents.get(document_id)
        if row is None or row["digest"] != digest:
            raise StaleDocument(STALE)
        return row

    def text(self, document_id: str, digest: str) -> str:
        return self._long(document_id, self._current(document_id, digest)["version"], TEXT)

    def structure(self, document_id: str, digest: str) -> Structure:
        row = self._current(document_id, digest)
        if not json.loads(row["content"] or self._long(document_id, row["version"], "content"))["structured"]:
            return Structure()
        places, tables = json.loads(self._long(document_id, row["version"], STRUCTURE))
        return Structure(
            tuple((start, name) for start, name in places), tuple(Table(*offsets) for offsets in tables)
        )

    def left_out(self, document_id: str) -> tuple[tuple[str, str], ...]:
        self._learn([document_id])
        row = self._documents.get(document_id)
        try:
            text = self._long(document_id, row["version"], LEFT_OUT) if row else "[]"
        except StaleDocument:  # nothing was left out of it
            return ()
        return tuple((reason, text) for reason, text in json.loads(text))

    def is_beside(self, word: str) -> bool:
        (words,) = words_of([word])
        if not words:
            return False
        query = " ".join(map(token, words))
        fields = ("owner", "version", "kind", "slice")
        hits = self._connection.search(TEXTS, "sparse", query, _BESIDE_MOST, "", fields)
        whole = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
        found = [r for r, _ in hits if r["kind"].startswith(BESIDE) and whole.search(r["slice"])]
        self._learn(row["owner"] for row in found)
        return any(self._is_current(row["owner"], row["version"]) for row in found)

    def _is_current(self, document_id: str, version: str) -> bool:
        row = self._documents.get(document_id)
        return row is not None and bool(row["version"] == version)

    def file_digests(self, paths: Iterable[str] | None = None) -> dict[str, tuple[str, str]]:
        fields = ("path", "file_digest", "recipe")
        if paths is None:
            rows = self._connection.rows(DOCUMENTS, equals(part=self.part), fields)
        else:
            rows = self._connection.rows_in(DOCUMENTS, "path", sorted(set(paths)), fields)
        return {row["path"]: (row["file_digest"], row["recipe"]) for row in rows}

    def paths_of_other_encoders(self, fingerprint: str) -> list[str]:
        indexed = self.file_digests()
        return [path for path, (_, recipe) in indexed.items() if not uses_encoder(recipe, fingerprint)]

    def has_other_encoders(self, fingerprint: str) -> bool:
        return bool(self.paths_of_other_encoders(fingerprint))  # other parts tell of theirs (`recipes`)

    def failures(self) -> tuple[Failure, ...]:
        rows = self._connection.rows(META, equals(part=self.part, name="failure"), ("value",))
        return tuple(Failure(*pair) for pair in sorted(json.loads(row["value"]) for row in rows))

    def counts(self) -> Counts:
        rows = self._connection.rows(DOCUMENTS, 'id != ""', ("left_out",))
        passages = self.totals.passages
        changed = [float(value) for (_, name), value in self._meta.items() if name == "changed_at"]
        return Counts(
            documents=len(rows),
            passages=passages,
            vectors=passages + self._connection.count(STAGED),
            left_out=sum(row["left_out"] for row in rows),
            changed_at=max(changed, default=0.0),
        )

    @cached_property
    def totals(self) -> Totals:
        """The passages of the corpus, and their words."""
        values = [json.loads(v) for (_, name), v in self._meta.items() if name == vocabulary.TOTALS]
        return Totals(sum(value[0] for value in values), sum(value[1] for value in values))

    def passage_counts(self) -> dict[str, int]:
        rows = self._connection.rows(DOCUMENTS, 'id != ""', ("passages",))
        return {row["id"]: row["passages"] for row in rows}

    def passages_of(self, document_ids: Iterable[str]) -> int:
        """The number of passages of some documents."""
        ids = sorted(set(document_ids))
        return sum(row["passages"] for row in self._connection.rows_in(DOCUMENTS, "id", ids, ("passages",)))

    def indexed_at(self) -> dict[str, float]:
        rows = self._connection.rows(DOCUMENTS, 'id != ""', ("indexed_at",))
        return {row["id"]: row["indexed_at"] for row in rows}
