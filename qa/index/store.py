"""The index in its folder: opened to read one committed state of it, or to write as the only one.

The database is the truth about what is indexed; the FAISS file beside it is a cache. Readers open it
for the length of one question and see one committed state throughout (WAL). One process writes at a
time, under a lock that the operating system releases when the process dies.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import filelock

from qa.errors import IndexBusy, IndexUnwritable
from qa.index.database import open_to_read, open_to_write, translated
from qa.index.snapshot import Snapshot
from qa.index.writer import Writer

DATABASE = "index.sqlite"
_LOCK = "sync.lock"
FILES = (DATABASE, _LOCK)  # in the folder of the index, and what is written beside them


class Store:
    """The database in a folder. It is made by the first writer; until then it reads as empty."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / DATABASE

    @contextmanager
    def read(self) -> Iterator[Snapshot]:
        """One committed state. Raises IndexDamaged, IndexTooNew."""
        with translated(self.path), closing(open_to_read(self.path)) as connection:
            connection.execute("BEGIN")
            yield Snapshot(connection, self._text)

    @contextmanager
    def write(self) -> Iterator[Writer]:
        """The only writer. Raises IndexBusy, IndexUnwritable, IndexDamaged, IndexTooNew."""
        lock = filelock.FileLock(self.folder / _LOCK, timeout=0)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except filelock.Timeout as error:
            raise IndexBusy(
                f"another process is syncing {self.folder}: wait for it, then try again"
            ) from error
        except OSError as error:
            raise IndexUnwritable(f"cannot write the index in {self.folder} ({error.strerror})") from error
        try:
            with translated(self.path), closing(open_to_write(self.path)) as connection:
                yield Writer(connection, self._text)
        finally:
            lock.release()

    def set_aside(self) -> Path:
        """Rename a damaged database, so that a new one can be built and nothing is lost."""
        number = 1
        while (target := self.path.with_name(f"{DATABASE}.damaged-{number}")).exists():
            number += 1
        for suffix in ("-wal", "-shm", ""):
            part = self.path.with_name(DATABASE + suffix)
            if part.exists():
                part.rename(target.with_name(target.name + suffix))
        return target

    def damaged(self) -> list[Path]:
        """The files of databases that were set aside."""
        return sorted(self.folder.glob(f"{DATABASE}.damaged-*"))

    def _text(self, document_id: str, digest: str) -> str:
        with self.read() as snapshot:
            return snapshot.text(document_id, digest)
