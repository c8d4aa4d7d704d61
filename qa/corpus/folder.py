"""What lies in the corpus folder, and which of it should be a document: one rule for all who look into it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from qa.documents.formats import SUFFIXES
from qa.errors import CorpusError


@dataclass(frozen=True, slots=True)
class Lying:
    """A file of the folder, or a link to a folder (which is not followed).

    `shown` is its path relative to the corpus, with `/`, as it is stored and printed; where its name is not
    valid Unicode it is `unnamed`, and its odd bytes are escaped. `wanted` says that a document should be
    made of it: it is not hidden, and its suffix is of a kind that is read.
    """

    path: str
    shown: str
    unnamed: bool
    wanted: bool


def walk(root: Path) -> Iterator[Lying]:
    """Everything in a folder that is there, sorted by path. Raises CorpusError for what cannot be listed."""
    found: list[tuple[list[str], str, bool]] = []
    for folder, folders, names in os.walk(root, onerror=_unlistable):
        inside = [part for part in os.path.relpath(folder, root).split(os.sep) if part != "."]
        passed = any(map(hidden, inside))
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        found += [([*inside, name], os.path.join(folder, name), passed) for name in (*names, *links)]
    for parts, path, passed in sorted(found):
        relative = "/".join(parts)
        shown = os.fsencode(relative).decode("utf-8", "backslashreplace")
        wanted = not passed and not hidden(parts[-1]) and os.path.splitext(parts[-1])[1].lower() in SUFFIXES
        yield Lying(path, shown, shown != relative, wanted)


def hidden(name: str) -> bool:
    """Whether files of that name, or in a folder of that name, are passed over."""
    return name.startswith((".", "~$"))


def _unlistable(error: OSError) -> None:
    raise CorpusError(f"cannot list the folder {error.filename} ({error.strerror})") from error
