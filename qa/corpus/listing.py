"""The files of the corpus beside what is indexed of them: what a page lists, without reading any of it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from qa.corpus.folder import CorpusFile, walk
from qa.index.snapshot import Snapshot
from qa.types import Document, Value


class FileState(StrEnum):
    """How a file stands to the index. All but the first and `failed` are for the next sync to settle."""

    INDEXED = "indexed"
    WAITING = "waiting"  # new, not indexed yet
    CHANGED = "changed"  # an older state of it is indexed
    FAILED = "failed"
    GONE = "gone"  # it is still indexed, and its file is not there any more


@dataclass(frozen=True, slots=True)
class Listed(Value):
    """A file of the corpus that should be a document, or a document of the index, or both.

    `path` is relative to the corpus. `document` is what is served of it, None if nothing is, and `passages`
    of how many passages. `reason` says why it failed. `modified` is when the file was last written,
    `indexed_at` when its document was made, both in seconds since 1970, 0.0 where there is none.
    """

    path: str
    document: Document | None
    passages: int
    state: FileState
    reason: str
    modified: float
    indexed_at: float


def listing(corpus: Path, snapshot: Snapshot) -> tuple[Listed, ...]:
    """Every file and every document, in the order of their paths. Raises CorpusError.

    Changes are told by the time of the last sync: a file that was touched since counts as changed until the
    next one has looked at it. A corpus folder that is not there is an empty one.
    """
    documents = {document.path: document for document in snapshot.documents()}
    passages, made = snapshot.passage_counts(), snapshot.indexed_at()
    found: dict[str, Listed] = {}
    for path, state, reason, modified in _files(corpus, snapshot, documents):
        document = documents.get(path)
        identity = document.id if document else ""
        found[path] = Listed(
            path, document, passages.get(identity, 0), state, reason, modified, made.get(identity, 0.0)
        )
    for path, document in documents.items():
        if path not in found:
            counted = passages.get(document.id, 0)
            found[path] = Listed(path, document, counted, FileState.GONE, "", 0.0, made[document.id])
    return tuple(found[path] for path in sorted(found))


def _files(
    corpus: Path, snapshot: Snapshot, documents: dict[str, Document]
) -> Iterator[tuple[str, FileState, str, float]]:
    """path, state, reason of a failure and time of the files that should be documents."""
    reasons = {failure.path: failure.reason for failure in snapshot.failures()}
    synced_at = float(snapshot.meta("synced_at") or 0)
    unsettled = frozenset(json.loads(snapshot.meta("unsettled") or "[]"))
    root = corpus.resolve()
    for file in walk(root) if root.is_dir() else ():
        known = _stat(file) if file.wanted else None
        if not known:
            continue
        path, document = file.shown, file.shown in documents
        reason = ""
        if _touched(known) > synced_at or path in unsettled:
            state = FileState.CHANGED if document else FileState.WAITING
        elif path in reasons:
            state, reason = FileState.FAILED, reasons[path]
        else:
            state = FileState.INDEXED if document else FileState.WAITING
        yield path, state, reason, known.st_mtime


def _stat(file: CorpusFile) -> os.stat_result | None:
    """Of the file that a link leads to, else of the link; None where it went away meanwhile."""
    for look in (os.stat, os.lstat):
        try:
            return look(file.path)
        except OSError:
            continue
    return None


def _touched(known: os.stat_result) -> float:
    """When a file was last written or moved there, which on Unix nobody can set to another time."""
    return known.st_mtime if os.name == "nt" else known.st_ctime
