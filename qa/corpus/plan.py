"""What is in the corpus folder and in the index -> the work that makes them agree. Nothing is done yet.

Work is on files: a document that is attached to a file goes the way of its file.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from qa.corpus.attachments import ancestry, files_of
from qa.types import Failure

SEVERAL = 5  # files


@dataclass(frozen=True, slots=True)
class File:
    """A file in the corpus that should be a document. `digest` is the SHA-256 of its content."""

    path: str
    digest: str


@dataclass(frozen=True, slots=True)
class Scan:
    """The content of the corpus folder: files to index, skipped files, and files that cannot be read.

    `unsettled` are files that are left alone for now; the documents made from them before stay.
    """

    files: tuple[File, ...]
    skipped: tuple[str, ...]
    failed: tuple[Failure, ...]
    unsettled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The work that brings the store up to date. `removed` are paths whose file is gone.

    `moved` maps the path of a new file to the path of a removed file with the same content: the old document
    is deleted in the same commit that adds the new one.
    """

    added: tuple[File, ...]
    updated: tuple[File, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
    moved: Mapping[str, str] = field(default_factory=dict)

    @property
    def gone(self) -> tuple[str, ...]:
        """The paths whose file is gone and was not moved."""
        moved = frozenset(self.moved.values())
        return tuple(path for path in self.removed if path not in moved)

    def without(self, failed: Collection[str]) -> Plan:
        """The part of the plan that has succeeded, given the paths of the files that have failed."""
        return replace(
            self,
            added=tuple(file for file in self.added if file.path not in failed),
            updated=tuple(file for file in self.updated if file.path not in failed),
            moved={new: old for new, old in self.moved.items() if new not in failed},
        )


def plan(scanned: Scan, indexed: Mapping[str, tuple[str, str]], recipe: str) -> Plan:
    """Compare the folder with the index, which is given as path -> (digest of the file, recipe).

    A file that exists but cannot be read, or is not settled, keeps the document made from it before; so does
    everything in a folder that cannot be listed.
    """
    files = {file.path: file for file in scanned.files}
    before = {path: indexed[path] for path, file in files_of(indexed).items() if path == file}
    kept = {*scanned.unsettled, *(failure.path for failure in scanned.failed)}
    removed = [path for path in before if path not in files and kept.isdisjoint(ancestry(path))]
    added = [file for path, file in files.items() if path not in before]
    unchanged = {path for path, file in files.items() if before.get(path) == (file.digest, recipe)}
    by_digest = {before[path][0]: path for path in removed}
    moved = {file.path: by_digest.pop(file.digest) for file in added if file.digest in by_digest}
    return Plan(
        added=tuple(added),
        updated=tuple(file for path, file in files.items() if path in before and path not in unchanged),
        unchanged=tuple(path for path in files if path in unchanged),
        removed=tuple(sorted(removed)),
        moved=moved,
    )


def looks_emptied(gone: int, indexed: int) -> bool:
    """True if so many of the indexed files are gone that the folder may be the wrong one, or not connected.

    That is all of them, or more than half. Somebody who deletes two of three files by hand is not stopped:
    fewer than five that were deleted by mistake are soon indexed again.
    """
    return gone > 0 and (gone == indexed or (gone >= SEVERAL and 2 * gone > indexed))
