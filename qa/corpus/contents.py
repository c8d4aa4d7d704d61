"""The corpus folder -> the files in it, which of them should be documents, and how they are opened.

One rule decides what should be a document, for every reader of the folder. Nothing in it, such as a link to
itself, a pipe or a folder without permission, gets in the way of the rest.
"""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from qa.documents.formats import SUFFIXES
from qa.errors import CorpusError, UnreadableFile
from qa.types import Failure

_log = logging.getLogger("qa")


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A file in the folder, or a link to a folder (which is not followed).

    `relative_path` is relative to the corpus, with `/`, in the form that is stored and displayed: invalid
    bytes are escaped. `invalid_name` is set if there are such bytes, because the path is not valid Unicode.
    `is_document` is set if the file should be a document: it is not hidden and has a supported suffix.
    """

    path: str
    relative_path: str
    invalid_name: bool
    is_document: bool


@dataclass(frozen=True, slots=True)
class Contents:
    """The files in a folder, at any depth, sorted by path; and the folders in it that cannot be listed."""

    files: tuple[CorpusFile, ...]
    unlisted: tuple[Failure, ...]


def walk(root: Path, part: str = "") -> Contents:
    """Everything in a folder, or in a part of it. A folder in it that cannot be listed stops nothing.

    Paths begin at `root` in any case. Raises CorpusError if the folder itself, or the part, cannot be listed.
    """
    start = tuple(part.split("/")) if part else ()
    found: list[tuple[tuple[str, ...], str]] = []
    unlisted: list[Failure] = []
    folders: list[tuple[str, ...]] = [start]
    while folders:  # not by recursion: folders may be nested deeper than Python's functions
        inside = folders.pop()
        try:
            with os.scandir(os.path.join(root, *inside)) as entries:
                for entry in entries:
                    parts = (*inside, entry.name)
                    if _is_folder(entry):
                        folders.append(parts)
                    else:
                        found.append((parts, entry.path))
        except OSError as error:
            if inside == start:
                raise CorpusError(f"cannot list the folder {root / part} ({error.strerror})") from error
            if isinstance(error, (FileNotFoundError, NotADirectoryError)) or any(map(is_hidden, inside)):
                continue  # it has gone since, or would be skipped anyway
            reason = f"cannot list this folder ({error.strerror}). Make it readable, or connect its drive"
            unlisted.append(Failure(_displayed_path(inside), reason))
    return Contents(tuple(_corpus_file(*place) for place in sorted(found)), tuple(unlisted))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """True for a folder, but not for a link to one."""
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _corpus_file(parts: Sequence[str], path: str) -> CorpusFile:
    displayed = _displayed_path(parts)
    is_document = not any(map(is_hidden, parts)) and suffix(parts[-1]) in SUFFIXES
    return CorpusFile(path, displayed, displayed != "/".join(parts), is_document)


def _displayed_path(parts: Sequence[str]) -> str:
    """A relative path in valid Unicode: bytes that are not are escaped."""
    return os.fsencode("/".join(parts)).decode("utf-8", "backslashreplace")


def resolved(folder: Path) -> Path:
    """The real path of the corpus folder. Unlike Path.resolve it raises nothing for a link to itself."""
    return Path(os.path.realpath(folder))


def is_hidden(name: str) -> bool:
    """True if a file with this name, or in a folder with this name, is skipped."""
    return name.startswith((".", "~$"))


def suffix(name: str) -> str:
    """The suffix of a name in lower case, with its dot; "" without one."""
    return os.path.splitext(name)[1].lower()


# --- reading -------------------------------------------------------------------------------------


@contextmanager
def opened(path: Path) -> Iterator[BufferedReader]:
    """A file to read. Raises OSError, and UnreadableFile if it is not a regular file.

    A pipe or a device could keep its reader waiting forever, so it is not opened; nor waited for, if it has
    just taken the place of a file.
    """
    _check_regular(path.stat())
    with open(path, "rb", opener=_open_at_once) as file:
        _check_regular(os.fstat(file.fileno()))
        yield file


def _check_regular(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableFile("not a file")


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))  # which makes no difference to regular files


def is_gone(path: str | Path) -> bool:
    """True if nothing, not even a broken link, has this path; False if that cannot be known."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def unexpected(path: str, error: Exception) -> UnreadableFile:
    """The failure of a file, after an error that nobody has foreseen. The log has the traceback."""
    _log.error("%s cannot be read", path, exc_info=error)
    return UnreadableFile(f"cannot be read ({type(error).__name__}). Try opening it and saving it again")
