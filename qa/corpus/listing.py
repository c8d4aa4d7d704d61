"""The corpus folder + a snapshot -> its files and documents side by side. No content is read."""

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
    """The state of a file in the index. The next sync resolves every state except `indexed` and `failed`."""

    INDEXED = "indexed"
    WAITING = "waiting"  # new, not indexed yet
    CHANGED = "changed"  # an older version is indexed
    FAILED = "failed"
    GONE = "gone"  # still indexed, but the file no longer exists


@dataclass(frozen=True, slots=True)
class Listed(Value):
    """A file in the corpus that should be a document, or a document in the index, or both.

    `path` is relative to the corpus. `document` is the document that is served, or None, and `passages` the
    number of its passages. `reason` says why the file failed. `modified` is when the file was last written
    and `indexed_at` when the document was indexed, in seconds since 1970, or 0.0 without a file or a
    document.
    """

    path: str
    document: Document | None
    passages: int
    state: FileState
    reason: str
    modified: float
    indexed_at: float


def listing(corpus: Path, snapshot: Snapshot) -> tuple[Listed, ...]:
    """Every file and every document, ordered by path. Raises CorpusError.

    Changes are detected by the time of the last sync: a file touched since then counts as changed until the
    next sync has looked at it. A missing corpus folder is treated as empty.
    """
    documents = {document.path: document for document in snapshot.documents()}
    passages, indexed_at = snapshot.passage_counts(), snapshot.indexed_at()
    entries: dict[str, Listed] = {}
    for path, state, reason, modified in _files(corpus, snapshot, documents):
        document = documents.get(path)
        identity = document.id if document else ""
        entries[path] = Listed(
            path=path,
            document=document,
            passages=passages.get(identity, 0),
            state=state,
            reason=reason,
            modified=modified,
            indexed_at=indexed_at.get(identity, 0.0),
        )
    for path, document in documents.items():
        if path not in entries:
            entries[path] = Listed(
                path=path,
                document=document,
                passages=passages.get(document.id, 0),
                state=FileState.GONE,
                reason="",
                modified=0.0,
                indexed_at=indexed_at[document.id],
            )
    return tuple(entries[path] for path in sorted(entries))


def _files(
    corpus: Path, snapshot: Snapshot, documents: dict[str, Document]
) -> Iterator[tuple[str, FileState, str, float]]:
    """Path, state, reason of a failure and modification time of each file that should be a document."""
    reasons = {failure.path: failure.reason for failure in snapshot.failures()}
    synced_at = float(snapshot.meta("synced_at") or 0)
    unsettled = frozenset(json.loads(snapshot.meta("unsettled") or "[]"))
    root = corpus.resolve()
    for file in walk(root) if root.is_dir() else ():
        status = _status(file) if file.is_document else None
        if not status:
            continue
        path, is_indexed = file.relative_path, file.relative_path in documents
        reason = ""
        if _change_time(status) > synced_at or path in unsettled:
            state = FileState.CHANGED if is_indexed else FileState.WAITING
        elif path in reasons:
            state, reason = FileState.FAILED, reasons[path]
        else:
            state = FileState.INDEXED if is_indexed else FileState.WAITING
        yield path, state, reason, status.st_mtime


def _status(file: CorpusFile) -> os.stat_result | None:
    """The status of a link's target, or of the link if it is broken; None if the file is gone by now."""
    for stat in (os.stat, os.lstat):
        try:
            return stat(file.path)
        except OSError:
            continue
    return None


def _change_time(status: os.stat_result) -> float:
    """When a file was last written or moved; on Unix a user cannot set this time to another value."""
    return status.st_mtime if os.name == "nt" else status.st_ctime
