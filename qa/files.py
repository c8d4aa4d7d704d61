"""Files that no crash spoils: replaced in one step, changed under a lock, appended to line by line."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import filelock

from qa.errors import IndexBusy, IndexUnwritable, QAError

PATIENCE = 10.0  # seconds to wait for another process
_UNFINISHED = re.compile(r"\.?(.+)\.\d+\.new")  # older versions wrote them without the dot


@contextmanager
def replaced(path: Path) -> Iterator[BinaryIO]:
    """A file to write, which takes the place of `path` in one step once it is whole and on the disk.

    Until then it is a hidden file beside it. A process that is killed leaves the old file or the new one, and
    perhaps an unfinished one, which `leftovers` finds. Raises OSError.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with beside.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def unfinished_of(name: str) -> str:
    """The name of the file that an unfinished one was to replace, by its own name; "" for any other name."""
    found = _UNFINISHED.fullmatch(name)
    return found[1] if found else ""


def leftovers(path: Path) -> list[Path]:
    """The unfinished files that processes left which died while they replaced `path`.

    To be asked for while nobody else may replace it.
    """
    with suppress(OSError):
        return sorted(other for other in path.parent.iterdir() if unfinished_of(other.name) == path.name)
    return []


@contextmanager
def locked(path: Path, busy: QAError, patience: float | None = None) -> Iterator[None]:
    """Hold a lock file, which a process that dies lets go of. Its folder is made where it is missing.

    Raises `busy` where another process holds it for `patience` seconds, by default PATIENCE, and
    IndexUnwritable where it cannot be made.
    """
    lock = filelock.FileLock(path, timeout=PATIENCE if patience is None else patience)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except filelock.Timeout as error:
        raise busy from error
    except OSError as error:
        raise IndexUnwritable(f"cannot write the index in {path.parent} ({error.strerror})") from error
    try:
        yield
    finally:
        lock.release()


class Journal:
    """A file of lines that several threads and processes add to. It need not be there yet.

    A line is appended in one write. One that was torn all the same is for the reader to pass over: the next
    begins on a line of its own. It is changed within `locked` only; reading needs no lock.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else writes meanwhile. Raises IndexBusy, IndexUnwritable."""
        busy = IndexBusy(f"another process is writing {self.path}: try again")
        with locked(self.path.with_suffix(".lock"), busy):
            yield

    def read(self) -> bytes:
        """All that is in it, nothing if it is not there. Raises IndexUnwritable."""
        try:
            return self.path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return b""
        except OSError as error:
            raise IndexUnwritable(f"cannot read {self.path} ({error.strerror})") from error

    def size(self) -> int:
        """How many bytes it has; none if it is not there."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    def append(self, line: bytes) -> None:
        """Add a line, which ends in a newline: all of it or nothing. Raises IndexUnwritable."""
        try:
            with self.path.open("a+b", buffering=0) as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(0, size - 1))
                torn = file.read(1) not in (b"", b"\n")
                try:
                    _write(file.fileno(), b"\n" * torn + line)
                except OSError:
                    with suppress(OSError):
                        file.truncate(size)
                    raise
        except OSError as error:
            raise self._unwritable(error) from error

    def replace(self, content: bytes) -> None:
        """Have the file hold this and nothing else. Raises IndexUnwritable."""
        try:
            with replaced(self.path) as file:
                file.write(content)
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> IndexUnwritable:
        return IndexUnwritable(f"cannot write {self.path} ({error.strerror})")


def _write(file: int, content: bytes) -> None:
    """Write all of it in one go, and through to the disk."""
    if os.write(file, content) != len(content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os.fsync(file)
