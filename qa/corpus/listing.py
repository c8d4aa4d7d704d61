"""The corpus folder + a snapshot -> its files and documents side by side. No content is read."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from qa.corpus.attachments import ancestry, files_of
from qa.corpus.contents import CorpusFile, is_gone, resolved, walk
from qa.index.parts import is_within
from qa.index.protocol import Snapshot
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

    Also a folder that cannot be listed. Such a folder is not `deletable`, nor is a document that is attached
    to a file, or whose file is kept elsewhere. `path` is relative to the corpus. `document` is the document
    that is served, or None, and `passages` the number of its passages. `reason` says why the file failed.
    `modified` is when the file was last written and `indexed_at` when the document was indexed, in seconds
    since 1970, or 0.0 without a file, here, or a document.
    """

    path: str
    document: Document | None
    passages: int
    state: FileState
    reason: str
    modified: float
    indexed_at: float
    deletable: bool = True


@dataclass(frozen=True, slots=True)
class _Found:
    """What is known of a path without its document."""

    state: FileState
    reason: str = ""
    modified: float = 0.0
    deletable: bool = True


def listing(corpus: Path | None, snapshot: Snapshot) -> tuple[Listed, ...]:
    """Every file that is synced here and every document, ordered by path. Raises CorpusError.

    Changes are detected by the time of the last sync: a file touched since then counts as changed until the
    next sync has looked at it. A missing corpus folder is treated as empty. If there is None, as nothing is
    synced here, or if the folder is a part of the corpus, all other documents are listed as indexed.
    """
    documents = {document.path: document for document in snapshot.documents()}
    passages, indexed_at = snapshot.passage_counts(), snapshot.indexed_at()
    found = _found(corpus, snapshot, documents) if corpus else {}
    for path, without in _without_files(documents, found):
        is_here = corpus is not None and is_within(path, snapshot.part)
        found[path] = without if is_here else _Found(FileState.INDEXED, deletable=False)
    entries = []
    for path in sorted(found):
        document = documents.get(path)
        identity = document.id if document else ""
        entries.append(
            Listed(
                path=path,
                document=document,
                passages=passages.get(identity, 0),
                state=found[path].state,
                reason=found[path].reason,
                modified=found[path].modified,
                indexed_at=indexed_at.get(identity, 0.0),
                deletable=found[path].deletable,
            )
        )
    return tuple(entries)


def _found(corpus: Path, snapshot: Snapshot, indexed: Collection[str]) -> dict[str, _Found]:
    """The files in the folder that should be documents, and the folders that cannot be listed."""
    reasons = {failure.path: failure.reason for failure in snapshot.failures()}
    synced_at = float(snapshot.meta("synced_at") or 0)
    unsettled = frozenset(json.loads(snapshot.meta("unsettled") or "[]"))
    root = resolved(corpus)
    if not os.path.isdir(root / snapshot.part):
        return {}
    contents = walk(root, snapshot.part)
    found = {
        failure.path: _Found(FileState.FAILED, failure.reason, deletable=False)
        for failure in contents.unlisted
    }
    for file in contents.files:
        if not file.is_document or is_gone(file.path):
            continue
        path, status = file.relative_path, _status(file)
        changed = path in unsettled or (status is not None and _change_time(status) > synced_at)
        state = FileState.INDEXED if path in indexed else FileState.WAITING
        if changed and path in indexed:
            state = FileState.CHANGED
        elif path in reasons and not changed:
            state = FileState.FAILED
        reason = reasons[path] if state is FileState.FAILED else ""
        found[path] = _Found(state, reason, status.st_mtime if status else 0.0)
    return found


def _without_files(indexed: Collection[str], found: Mapping[str, _Found]) -> Iterator[tuple[str, _Found]]:
    """The documents that are no files in the folder: attached, in a folder that is not listed, or gone."""
    for path, file in files_of(indexed).items():
        if path in found:
            continue
        above = [found[place].state for place in ancestry(file) if place in found]
        if not above:
            state = FileState.GONE
        else:  # a failure is told of the file or the folder, and this is served as it was
            state = FileState.INDEXED if above[-1] is FileState.FAILED else above[-1]
        yield path, _Found(state, deletable=path == file)


def _status(file: CorpusFile) -> os.stat_result | None:
    """The status of a link's target, or of the link if it is broken; None if it cannot be known."""
    for stat in (os.stat, os.lstat):
        try:
            return stat(file.path)
        except OSError:
            continue
    return None


def _change_time(status: os.stat_result) -> float:
    """When a file was last written or moved; on Unix a user cannot set this time to another value."""
    return status.st_mtime if os.name == "nt" else status.st_ctime
