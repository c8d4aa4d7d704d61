"""What a sync does, and how far it has got."""

from __future__ import annotations

from dataclasses import dataclass, fields

from qa.types.showing import Shown
from qa.types.values import Value


@dataclass(frozen=True, slots=True)
class Failure(Value):
    """A file that could not be indexed, with the reason and the remedy in one line."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Purged(Value):
    """What a purge removed from the index: `vectors` that no passage uses, `databases` that had been set
    aside as damaged, and `leftovers` of processes that died while writing. `feedback` is the number of
    ratings that quoted text no longer in the documents and were redacted; `bytes` is the space freed.
    """

    vectors: int = 0
    databases: int = 0
    leftovers: int = 0
    bytes: int = 0
    feedback: int = 0

    def __add__(self, other: Purged) -> Purged:
        """What two parts of a purge removed together."""
        return Purged(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


@dataclass(frozen=True, slots=True)
class SyncReport(Value, Shown):
    """What a sync did. Paths are relative to the corpus; `embedded` counts passages, `seconds` is wall time.

    `skipped` are files that are not documents: dotfiles, `~$` files and unknown extensions. `renamed` holds
    (old, new) paths, which are listed in `removed` and `added` as well. `purged` is None without a purge.
    """

    added: tuple[str, ...]
    updated: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    failed: tuple[Failure, ...]
    skipped: tuple[str, ...]
    embedded: int
    seconds: float
    renamed: tuple[tuple[str, str], ...] = ()
    purged: Purged | None = None

    def __repr__(self) -> str:
        names = ("added", "updated", "removed", "unchanged", "failed", "skipped")
        counts = [f"{len(getattr(self, name))} {name}" for name in names if getattr(self, name)]
        embedded = f"{self.embedded} passage{'s' * (self.embedded != 1)} embedded"
        return f"<SyncReport {', '.join(counts) or 'no documents'}, {embedded}>"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sync has got: `done` of `total` documents, `embedded` passages so far, the current `path`."""

    done: int
    total: int
    embedded: int
    path: str
