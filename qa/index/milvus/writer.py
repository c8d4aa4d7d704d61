"""A snapshot that can also be written to: the only writer of one part of the corpus.

The order of the writes is explained in the package's docstring.
"""

from __future__ import annotations

import json
import os
import socket
import time
import uuid
from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from qa.errors import IndexBusy
from qa.index.milvus import vocabulary
from qa.index.milvus.bm25 import Passage as Searched
from qa.index.milvus.collections import ALL, DOCUMENTS, META, PASSAGES, STAGED, TEXTS, create
from qa.index.milvus.connection import Connection, Row, equals, is_in
from qa.index.milvus.documents import LAYOUT
from qa.index.milvus.rows import (
    document_row,
    document_texts,
    first_number,
    meta_row,
    meta_rows,
    passage_rows,
    passage_texts,
    staged_id,
    staged_key,
)
from qa.index.milvus.snapshot import MilvusSnapshot, Stored
from qa.index.protocol import Entry
from qa.types import Failure, Purged

_ALIVE = 600.0  # seconds after which a commit that has not ended is that of a dead process
_UNDERWAY = "commit underway"  # the name of a row of META that is there during a commit
_OLD_FIELDS = ("number", "searched", "header_words", "vector_key", "vector")


class MilvusWriter(MilvusSnapshot):
    """See qa/index/protocol.py for what each method promises."""

    def __init__(self, connection: Connection, stored: Stored, part: str) -> None:
        super().__init__(connection, stored, part)
        self._is_underway = False  # a commit of this part has begun and not ended
        self._prepared: set[int | None] = set()  # the dimensions for which there are collections

    def repair(self) -> None:
        """Mend the part if a process died during a commit of it. Raises IndexBusy if it may be alive."""
        self._check_alone()
        self._is_underway = (self.part, _UNDERWAY) in self._meta
        self._mend()

    def _check_alone(self) -> None:
        """Raises IndexBusy if another machine is, or was lately, in the midst of a commit of this part.

        On this machine there is no other: the writer holds the lock of its index folder.
        """
        rows = self._connection.rows(META, equals(part=self.part, name=_UNDERWAY), ("value",), most=1)
        since, holder = json.loads(rows[0]["value"]) if rows else (0.0, self._holder)
        if holder != self._holder and abs(time.time() - since) < _ALIVE:
            named = f"the part {self.part} of this index" if self.part else "this index"
            raise IndexBusy(
                f"{named} is being synced by {holder}, or was minutes ago. Sync it from one machine only, or"
                f" wait {_ALIVE // 60:.0f} minutes if that one is dead"
            )

    @cached_property
    def _holder(self) -> str:
        """The name of this machine, and of the index folder whose lock is held."""
        return f"{socket.gethostname()}:{os.path.realpath(self.folder)}"

    def _mend(self) -> None:
        """Delete what no document names, and count anew, if a commit broke off."""
        if self._is_underway:
            self._delete_all_unnamed()
            vocabulary.recount(self._connection, self.part)
            self._finish()

    def _delete_all_unnamed(self) -> None:
        current = {
            row["id"]: row["version"]
            for row in self._connection.rows(DOCUMENTS, equals(part=self.part), ("id", "version"))
        }
        self._delete_unnamed(PASSAGES, "document_id", "number", current)
        self._delete_unnamed(TEXTS, "owner", "id", current)

    def _delete_unnamed(self, collection: str, owner: str, key: str, current: Mapping[str, str]) -> None:
        """Delete the rows of the part whose version is not their document's."""
        for page in self._connection.pages(collection, equals(part=self.part), (key, owner, "version")):
            unnamed = [row[key] for row in page if current.get(row[owner]) != row["version"]]
            self._connection.delete_in(collection, key, unnamed)

    def add_vectors(self, keys: Sequence[bytes], vectors: npt.NDArray[np.float32]) -> None:
        if not keys:
            return
        self._prepare(vectors.shape[1])
        pairs = zip(keys, vectors, strict=True)
        self._connection.upsert(STAGED, [self._staged(key.hex(), vector) for key, vector in pairs])

    def _staged(self, key: str, vector: npt.NDArray[np.float32]) -> Row:
        """The row of a vector that no passage has."""
        return {"id": staged_id(self.part, key), "part": self.part, "vector": vector}

    def commit(self, entries: Sequence[Entry], removed: Sequence[str]) -> None:
        connection = self._connection
        vectors = self._vectors_of({key for entry in entries for key in entry.vector_keys})
        self._prepare(len(next(iter(vectors.values()))) if vectors else None)
        self._check_alone()
        self._mend()
        self._is_underway = True
        underway = json.dumps([time.time(), self._holder], ensure_ascii=False)
        connection.upsert(META, [meta_row(self.part, _UNDERWAY, underway)])
        new = {entry.document.id: self._new_version(len(entry.passages)) for entry in entries}
        versions = [(entry, new[entry.document.id]) for entry in entries]
        passages = [row for entry, v in versions for row in passage_rows(entry, v, self.part, vectors)]
        for make in (document_texts, passage_texts):
            connection.insert(TEXTS, [row for entry, v in versions for row in make(entry, v, self.part)])
        connection.insert(PASSAGES, passages)
        paths = sorted({*removed, *(entry.document.path for entry in entries)})
        known = connection.rows_in(DOCUMENTS, "path", paths, ("id", "version"))
        # From here on readers see the new documents, and no longer the removed ones.
        connection.upsert(DOCUMENTS, [document_row(entry, v, self.part) for entry, v in versions])
        gone = {row["id"] for row in known} - new.keys()
        connection.delete_in(DOCUMENTS, "id", sorted(gone))
        self._documents.clear()
        self._rows.clear()
        change = vocabulary.Change()
        change.add(_searched(row) for row in passages)
        used = {key.hex() for key in vectors}
        self._delete_old(sorted(row["version"] for row in known), used, change)
        texts = [text for entry in entries for p in entry.passages for text in (p.header, p.text)]
        vocabulary.update(connection, self.part, change, texts)
        connection.delete_in(STAGED, "id", [staged_id(self.part, key) for key in sorted(used)])
        failed = [meta_row(self.part, "failure", "", path)["id"] for path in paths]
        connection.delete_in(META, "id", failed)
        self._finish()

    def _prepare(self, dimension: int | None = None) -> None:
        """Create what there is not."""
        if dimension in self._prepared:
            return
        create(self._connection, dimension)
        self._prepared.add(dimension)
        if not self.stamp[0]:
            rows = [meta_row("", "store", uuid.uuid4().hex), meta_row("", "layout", str(LAYOUT))]
            self._connection.upsert(META, rows)
            self._read_meta_again()

    def _new_version(self, passages: int) -> str:
        """A version whose passages have numbers that no other passage has."""
        while True:
            version = uuid.uuid4().hex
            start = first_number(version)
            taken = f"number >= {start} and number < {start + max(1, passages)}"
            if not self._connection.rows(PASSAGES, taken, ("number",), most=1):
                return version

    def _vectors_of(self, keys: set[bytes]) -> dict[bytes, npt.NDArray[np.float32]]:
        """The vectors with these keys: those just made, and those of passages that had them before."""
        wanted = sorted(key.hex() for key in keys)
        staged = [staged_id(self.part, key) for key in wanted]
        rows = self._connection.rows_in(STAGED, "id", staged, ("id", "vector"))
        found = {staged_key(row["id"]): row["vector"] for row in rows}
        missing = [key for key in wanted if key not in found]
        # Many passages may have the same vector: it is read once.
        used = self._connection.rows_in(PASSAGES, "vector_key", missing, ("number", "vector_key"))
        numbers = sorted({row["vector_key"]: row["number"] for row in used}.values())
        for row in self._connection.rows_in(PASSAGES, "number", numbers, ("vector_key", "vector")):
            found[row["vector_key"]] = row["vector"]
        for key in set(wanted) - found.keys():  # another part has removed its passage in the meantime
            for row in self._connection.rows(STAGED, f'id like "{key}%"', ("vector",), most=1):
                found[key] = row["vector"]
        return {key: np.asarray(found[key.hex()], dtype=np.float32) for key in keys}

    def _delete_old(self, versions: Sequence[str], used: set[str], change: vocabulary.Change) -> None:
        """Delete what versions of documents had, and note their passages in a change.

        Their vectors are kept in case they return, until a purge; those whose keys are `used` are elsewhere.
        """
        for i in range(0, len(versions), 200):
            condition = is_in("version", versions[i : i + 200])
            for old in self._connection.pages(PASSAGES, condition, _OLD_FIELDS):
                kept = {row["vector_key"]: row["vector"] for row in old if row["vector_key"] not in used}
                self._connection.upsert(STAGED, [self._staged(key, kept[key]) for key in kept])
                self._connection.delete_in(PASSAGES, "number", [row["number"] for row in old])
                change.remove(_searched(row) for row in old)
            self._connection.delete(TEXTS, condition)

    def _finish(self) -> None:
        """End a commit: readers learn that there is a new state."""
        self._set(generation=uuid.uuid4().hex, changed_at=repr(time.time()))
        self._connection.delete(META, equals(part=self.part, name=_UNDERWAY))
        self._is_underway = False

    def _set(self, **values: str) -> None:
        rows = [row for name, value in values.items() for row in meta_rows(self.part, name, value)]
        self._connection.upsert(META, rows)
        self._read_meta_again()

    def _read_meta_again(self) -> None:
        self.__dict__.pop("_meta", None)
        self.__dict__.pop("totals", None)
        self._counts.clear()

    def record(self, failures: Sequence[Failure], **meta: str) -> None:
        self._prepare()
        self._connection.delete(META, equals(part=self.part, name="failure"))
        rows = [
            meta_row(self.part, "failure", json.dumps([f.path, f.reason], ensure_ascii=False), f.path)
            for f in failures
        ]
        self._connection.upsert(META, rows)
        self._set(**meta)

    def save(self) -> None:
        self._connection.flush(ALL)

    def purge(self) -> Purged:
        """Erase what is not served from this part: vectors of passages that never came, and deleted rows.

        The server erases the bytes of deleted rows when it compacts its files, which it is asked to do.
        """
        self._delete_all_unnamed()
        staged = self._connection.count(STAGED, equals(part=self.part))
        self._connection.delete(STAGED, equals(part=self.part))
        vocabulary.recount(self._connection, self.part)
        self._connection.compact(ALL)
        return Purged(vectors=staged)


def _searched(row: Row) -> Searched:
    return Searched.of(row["searched"], row["header_words"])
