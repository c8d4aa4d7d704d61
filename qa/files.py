"""A file of lines that several threads and processes add to, and that no crash spoils.

A line is appended in one write, under a lock that the operating system releases when its process dies. One
that was torn all the same is for the reader to pass over: the next begins on a line of its own. To be written
anew the file is renamed into place, so that a kill leaves the old one or the new one.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import filelock

from qa.errors import IndexBusy, IndexUnwritable

PATIENCE = 10.0  # seconds to wait for another process


class Journal:
    """The file of a path, which need not be there yet. It is changed within `locked` alone."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else writes meanwhile; reading needs no lock. Raises IndexBusy, IndexUnwritable."""
        lock = filelock.FileLock(self.path.with_suffix(".lock"), timeout=PATIENCE)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except filelock.Timeout as error:
            raise IndexBusy(f"another process is writing {self.path}: try again") from error
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            yield
        finally:
            lock.release()

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
        beside = self.path.with_name(f"{self.path.name}.{os.getpid()}.new")
        try:
            with beside.open("wb", buffering=0) as file:
                _write(file.fileno(), content)
            beside.replace(self.path)
        except OSError as error:
            raise self._unwritable(error) from error
        finally:
            with suppress(OSError):
                beside.unlink(missing_ok=True)

    def leftovers(self) -> list[Path]:
        """What processes that died in `replace` left beside it."""
        return sorted(self.path.parent.glob(f"{self.path.name}.*.new"))

    def _unwritable(self, error: OSError) -> IndexUnwritable:
        return IndexUnwritable(f"cannot write {self.path} ({error.strerror})")


def _write(file: int, content: bytes) -> None:
    """Write all of it in one go, and through to the disk."""
    if os.write(file, content) != len(content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os.fsync(file)
