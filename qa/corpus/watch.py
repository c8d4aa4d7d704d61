"""Changes in the corpus folder -> syncs, made automatically once the changed files are complete.

A change only triggers a sync, which compares the whole folder with the index. So an event too many or too few
does no harm, and a thousand changes at once are one sync.
"""

from __future__ import annotations

import logging
import math
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Protocol

from watchfiles import Change, watch

from qa.corpus.contents import resolved
from qa.corpus.sync import CHANGED
from qa.documents.formats import SUFFIXES
from qa.errors import IndexBusy, QAError
from qa.index.layout import is_index_file
from qa.text import one_line
from qa.types import Failure, Progress, SyncReport

# All in seconds.
QUIET = 1.0  # without a change, after which a file, or the folder, is assumed to be complete
GROWING = 3.0  # for which a single file that keeps changing can delay a sync
BURST = 30.0  # for which all files together can delay a sync
HELD = 3600.0  # since its last change, after which a file that is still open for writing is synced anyway
SKEW = 60.0  # by which the clock of a file server may be ahead
TICK = 0.5  # between two checks of whether a sync is due
AGAIN, SLOWEST = 1.0, 60.0  # before a failed sync is tried again: the shortest and the longest pause
REST = 5.0  # the longest pause after a slow sync; a shorter sync is followed by a pause of its own length
POLLING = 2.0  # between two checks of a folder that cannot report changes

_log = logging.getLogger("qa")


class Settled:
    """True for a file that is complete: not changed within the last moment, and not open for writing.

    Open files are known on Linux only, and only for processes that this user may inspect. Files that turned
    out not to be complete are kept in `waiting`.
    """

    def __init__(self) -> None:
        self.waiting: set[Path] = set()
        self.touched: dict[Path, float] = {}  # when each change was reported, as file times may be wrong
        self._open: frozenset[str] = frozenset()
        self._checked_at = -math.inf

    def __call__(self, path: Path) -> bool:
        complete = self._is_complete(path)
        if not complete:
            self.waiting.add(path)
        return complete

    def _is_complete(self, path: Path) -> bool:
        if time.monotonic() - self.touched.get(path, -math.inf) < QUIET:
            return False
        try:
            age = time.time() - path.stat().st_mtime
            if -SKEW < age < QUIET:
                return False
            return age > HELD or os.path.realpath(path) not in self._open_for_writing()
        except OSError:
            return True  # it is gone or cannot be read, which the sync will report

    def _open_for_writing(self) -> frozenset[str]:
        """The documents that are, or were at most a moment ago, open for writing."""
        if time.monotonic() - self._checked_at > TICK:
            self._open = frozenset(_open_for_writing())
            self._checked_at = time.monotonic()
        return self._open


def _open_for_writing() -> Iterator[str]:
    """The paths of documents that a process has open for writing, as far as Linux reveals them."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # the process has ended, or belongs to another user
            for name in os.listdir(process / "fd"):
                with suppress(OSError, LookupError):  # the file is closed, or the process ends just now
                    path = os.readlink(process / "fd" / name)
                    if PurePath(path).suffix.lower() in SUFFIXES and _is_writable(process / "fdinfo" / name):
                        yield path


def _is_writable(fdinfo: Path) -> bool:
    """True if a file descriptor is open for writing."""
    flags = fdinfo.read_text().partition("flags:")[2].split()[0]
    return bool(int(flags, 8) & (os.O_WRONLY | os.O_RDWR))


class Sync(Protocol):
    """A function that syncs the watched folder, such as Assistant.sync."""

    def __call__(
        self, progress: Callable[[Progress], None], *, settled: Callable[[Path], bool]
    ) -> SyncReport: ...


class Watcher:
    """Calls `sync` whenever something in the corpus folder has changed and the folder is quiet again.

    `report` is called with the report of each sync that changed something. Its `failed` leaves out failures
    that are already known, starting with `known`: each is reported once as long as it stays the same. Only
    the folder of `part` is watched, if there is one.
    `progress` is called during a sync, and with a total of 0 when the sync has ended.
    """

    def __init__(
        self,
        sync: Sync,
        corpus: Path,
        index: Path,
        report: Callable[[SyncReport], None],
        known: Iterable[Failure] = (),
        progress: Callable[[Progress], None] = lambda _: None,
        part: str = "",
    ) -> None:
        self._sync = sync
        self._corpus = corpus
        self._folder = corpus / part
        self._index = index
        self._report = report
        self._progress = progress
        self._known = set(known)
        self._settled = Settled()
        self._changed: dict[Path, float] = {}  # since the last sync, with the time of the first change
        self._last_change = -math.inf
        self._due = True  # even without a change
        self._not_before = -math.inf
        self._pause = AGAIN
        self._last_problem = ""
        self._polling = False

    def run(self, stop: threading.Event) -> None:
        """Watch until `stop` is set. Each problem is logged once, and what failed is tried again."""
        while not stop.is_set():
            try:
                root = resolved(self._folder)
                if os.path.isdir(root):
                    self._watch_folder(root, stop)
                    continue
                self._warn_once(f"the corpus folder {self._folder} is missing. Waiting for it")
            except Exception as error:  # whatever it is, it must not end the watching
                self._fail(error)
            stop.wait(TICK)

    def _watch_folder(self, root: Path, stop: threading.Event) -> None:
        """Watch a folder while it exists. Watching starts before the first sync, so nothing is missed."""
        identity = _identity(self._folder)
        index = resolved(self._index)
        for changes in self._changes(root, stop):
            for change, name in changes:
                if _matters(root, index, change, Path(name)):
                    self._note_change(Path(name))
            if (Change.deleted, str(root)) in changes or _identity(self._folder) != identity:
                # The folder may come back file by file.
                self._due, self._not_before = True, time.monotonic() + QUIET
                return
            if self._is_due():
                self._bring_up_to_date(resolved(self._corpus))

    def _changes(self, root: Path, stop: threading.Event) -> Iterator[set[tuple[Change, str]]]:
        """The changes at each tick; an empty set if there are none."""
        try:
            yield from watch(
                root,
                watch_filter=None,  # filtered changes would delay the tick
                debounce=round(TICK * 1000),
                rust_timeout=round(TICK * 1000),
                yield_on_timeout=True,
                stop_event=stop,
                force_polling=self._polling or None,
                poll_delay_ms=round(POLLING * 1000),
                ignore_permission_denied=True,
            )
        except (OSError, RuntimeError) as error:  # such as the system's limit on watches
            if os.path.isdir(root):  # otherwise it has just gone
                self._warn_once(
                    f"cannot watch for changes ({error}). Checking every {POLLING:g} seconds instead"
                )
                self._polling = True
            self._due = True
            stop.wait(TICK)

    def _note_change(self, path: Path) -> None:
        """Delay the sync until the folder is quiet, unless the file has been growing for too long."""
        now = time.monotonic()
        self._settled.touched[path] = now
        if path not in self._settled.waiting and now - self._changed.setdefault(path, now) < GROWING:
            self._last_change = now

    def _is_due(self) -> bool:
        """True if it is time to sync.

        Never in the middle of changes: during a rename, the old file would go before the new one comes.
        """
        now = time.monotonic()
        if now < self._not_before:
            return False
        if self._changed:
            return now - self._last_change >= QUIET or now - min(self._changed.values()) >= BURST
        return self._due or any(map(self._settled, list(self._settled.waiting)))

    def _bring_up_to_date(self, root: Path) -> None:
        """Sync now, and decide when the next sync may run."""
        started = time.monotonic()
        touched = self._settled.touched
        self._settled.touched = {path: at for path, at in touched.items() if started - at < QUIET}
        self._settled.waiting.clear()
        self._changed.clear()
        try:
            report = self._sync(self._progress, settled=self._settled)
        except IndexBusy:  # the other sync will be done in a moment
            self._due, self._not_before = True, time.monotonic() + AGAIN
            return
        except Exception as error:
            self._fail(error)
            return
        finally:
            self._progress(Progress(0, 0, 0, ""))
        took = time.monotonic() - started
        self._due, self._not_before = False, time.monotonic() + min(took, REST)
        self._pause, self._last_problem = AGAIN, ""
        failed = [failure for failure in report.failed if failure.reason != CHANGED]
        self._settled.waiting |= {root / failure.path for failure in report.failed if failure not in failed}
        new = tuple(failure for failure in failed if failure not in self._known)
        self._known = {*failed, *(old for old in self._known if root / old.path in self._settled.waiting)}
        if report.added or report.updated or report.removed or new:
            self._report(replace(report, failed=new))

    def _fail(self, error: Exception) -> None:
        """Report an error, and sync again after a pause, which gets longer if that fails too."""
        if isinstance(error, QAError):
            self._warn_once(str(error))
        else:
            self._warn_once(f"the sync failed ({type(error).__name__}: {one_line(str(error))}). Trying again")
            _log.debug("the sync failed", exc_info=error)
        self._pause = min(2 * self._pause, SLOWEST)
        self._due, self._not_before = True, time.monotonic() + self._pause

    def _warn_once(self, problem: str) -> None:
        if problem != self._last_problem:
            _log.warning("%s", problem)
        self._last_problem = problem


def _matters(root: Path, index: Path, change: Change, path: Path) -> bool:
    """True if a change may affect documents: it is not in the index, nor in files that a sync skips."""
    inside = path.relative_to(root).parts
    if not inside or any(part.startswith((".", "~$")) for part in inside):
        return False
    if index == root and is_index_file(inside[0]):
        return False
    if index != root and index.is_relative_to(root) and path.is_relative_to(index):
        return False
    if path.suffix.lower() in SUFFIXES:
        return True
    return change != Change.modified and not os.path.isfile(path)  # a folder was added or removed


def _identity(folder: Path) -> tuple[int, int] | None:
    """A value that differs between folders that have had the same name; None if the folder is missing."""
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


@contextmanager
def watched(
    sync: Sync,
    corpus: Path,
    index: Path,
    report: Callable[[SyncReport], None],
    known: Iterable[Failure] = (),
    progress: Callable[[Progress], None] = lambda _: None,
    part: str = "",
) -> Iterator[None]:
    """Runs a Watcher in a thread of its own for as long as the context lasts."""
    stop = threading.Event()
    watcher = Watcher(sync, corpus, index, report, known, progress, part)
    thread = threading.Thread(target=watcher.run, args=(stop,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(2 * TICK)  # a sync in progress dies with the process, and nothing is lost
