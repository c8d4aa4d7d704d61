"""Crash-safe files: replaced in one step, changed under a lock, or appended to line by line."""

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
_UNFINISHED = re.compile(r"\.?(.+)\.\d+\.new")  # older versions wrote these without the dot


@contextmanager
def replaced(path: Path) -> Iterator[BinaryIO]:
    """A file to write to, which replaces `path` in one step once it is complete and on disk.

    Until then it is a hidden file next to `path`. A process that is killed leaves either the old file or the
    new one, and perhaps an unfinished one, which `leftovers` finds. Raises OSError.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with unfinished.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def replacement_target(name: str) -> str:
    """The name of the file that an unfinished file was to replace; "" if `name` is not an unfinished file."""
    match = _UNFINISHED.fullmatch(name)
    return match[1] if match else ""


def leftovers(path: Path) -> list[Path]:
    """The unfinished files of processes that died while they were replacing `path`.

    Call this only while no other process may replace it.
    """
    with suppress(OSError):
        return sorted(file for file in path.parent.iterdir() if replacement_target(file.name) == path.name)
    return []


@contextmanager
def locked(path: Path, busy: QAError, patience: float | None = None) -> Iterator[None]:
    """Holds a lock file, which is released if the process dies. A missing folder is created.

    Raises `busy` if another process holds the lock for `patience` seconds (PATIENCE by default), and
    IndexUnwritable if the lock file cannot be created.
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
    """A file of lines that several threads and processes append to. It need not exist yet.

    Each line is appended in one write. If a line is torn all the same, readers have to skip it; the next one
    still starts on a line of its own. Writing is allowed only within `locked`; reading needs no lock.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keeps other writers out. Raises IndexBusy, IndexUnwritable."""
        busy = IndexBusy(f"another process is writing {self.path}. Try again")
        with locked(self.path.with_suffix(".lock"), busy):
            yield

    def read(self) -> bytes:
        """The whole content; empty if the file does not exist. Raises IndexUnwritable."""
        try:
            return self.path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return b""
        except OSError as error:
            raise IndexUnwritable(f"cannot read {self.path} ({error.strerror})") from error

    def size(self) -> int:
        """The size in bytes; 0 if the file does not exist."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    def append(self, line: bytes) -> None:
        """Append a line, which ends in a newline, as a whole or not at all. Raises IndexUnwritable."""
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
        """Replace the whole content. Raises IndexUnwritable."""
        try:
            with replaced(self.path) as file:
                file.write(content)
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> IndexUnwritable:
        return IndexUnwritable(f"cannot write {self.path} ({error.strerror})")


def _write(file: int, content: bytes) -> None:
    """Write everything in a single call, and through to the disk."""
    if os.write(file, content) != len(content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os.fsync(file)
