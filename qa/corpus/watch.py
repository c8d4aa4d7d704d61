"""The corpus folder, watched: what changes in it is synced by itself, once it is whole.

Changes are only the occasion: a sync compares the whole folder with the index, so that an event too many
or too few does no harm, and a thousand changes at once are one sync.
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

from qa.corpus.sync import CHANGED
from qa.documents.formats import SUFFIXES
from qa.errors import IndexBusy, QAError
from qa.index.layout import is_index_file
from qa.types import Failure, Progress, SyncReport

QUIET = 1.0  # seconds without a change after which a file, or the folder, is taken to be done
GROWING = 3.0  # that one file puts a sync off by changing on and on, at most
BURST = 30.0  # that all of them do, at most
HELD = 3600.0  # after its last change, a file that is still open for writing is waited for no longer
SKEW = 60.0  # that the clock of a file server may be ahead
TICK = 0.5  # between two looks at what is due
AGAIN, SLOWEST = 1.0, 60.0  # before a sync that failed is tried again: at first, and at last
REST = 5.0  # after a sync that took long, at most: as long as it took
POLLING = 2.0  # between two looks at a folder that tells nothing

_log = logging.getLogger("qa")


class Settled:
    """Tells whether a file is whole: not changed in the last moment, and not open for writing.

    Who has it open is known on Linux only, and only of the processes that this user may look into. The
    files that were found not to be whole are kept in `waiting`.
    """

    def __init__(self) -> None:
        self.waiting: set[Path] = set()
        self.touched: dict[Path, float] = {}  # when a change was heard of; for clocks that cannot be trusted
        self._written: frozenset[str] = frozenset()
        self._looked = -math.inf

    def __call__(self, path: Path) -> bool:
        whole = self._whole(path)
        if not whole:
            self.waiting.add(path)
        return whole

    def _whole(self, path: Path) -> bool:
        if time.monotonic() - self.touched.get(path, -math.inf) < QUIET:
            return False
        try:
            age = time.time() - path.stat().st_mtime
            if -SKEW < age < QUIET:
                return False
            return age > HELD or os.path.realpath(path) not in self._open_for_writing()
        except OSError:
            return True  # it is gone, or cannot be read: the sync has words for that

    def _open_for_writing(self) -> frozenset[str]:
        """The documents that are open for writing, as they were a moment ago at most."""
        if time.monotonic() - self._looked > TICK:
            self._written = frozenset(_open_for_writing())
            self._looked = time.monotonic()
        return self._written


def _open_for_writing() -> Iterator[str]:
    """Paths of documents that some process has open for writing, as far as Linux tells."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended, or is another user's
            for name in os.listdir(process / "fd"):
                with suppress(OSError):
                    path = os.readlink(process / "fd" / name)
                    if PurePath(path).suffix.lower() in SUFFIXES and _writes(process / "fdinfo" / name):
                        yield path


def _writes(fdinfo: Path) -> bool:
    flags = fdinfo.read_text().partition("flags:")[2].split()[0]
    return bool(int(flags, 8) & (os.O_WRONLY | os.O_RDWR))


class Sync(Protocol):
    """A sync of the folder that is watched, as Assistant.sync does it."""

    def __call__(
        self, progress: Callable[[Progress], None], *, settled: Callable[[Path], bool]
    ) -> SyncReport: ...


class Watcher:
    """Calls `sync` whenever something has changed in the corpus folder and it is quiet again.

    `report` is called with each sync that changed something. Its `failed` are those that are not `known`
    already: each is told once, as long as it stays the same. `progress` is called as a sync goes, and with a
    total of 0 when it has ended.
    """

    def __init__(
        self,
        sync: Sync,
        corpus: Path,
        index: Path,
        report: Callable[[SyncReport], None],
        known: Iterable[Failure] = (),
        progress: Callable[[Progress], None] = lambda _: None,
    ) -> None:
        self._sync = sync
        self._corpus = corpus
        self._index = index
        self._report = report
        self._progress = progress
        self._known = set(known)
        self._settled = Settled()
        self._heard: dict[Path, float] = {}  # what has changed since the last sync, and when first
        self._newest = -math.inf  # when the last of it did
        self._due = True  # whatever was heard
        self._not_before = -math.inf
        self._pause = AGAIN
        self._said = ""
        self._polling = False

    def run(self, stop: threading.Event) -> None:
        """Watch until `stop` is set. What goes wrong is said once, on the log, and tried again."""
        while not stop.is_set():
            root = self._corpus.resolve()
            if root.is_dir():
                self._follow(root, stop)
                continue
            self._say(f"the corpus folder {self._corpus} is not there: waiting for it")
            stop.wait(TICK)

    def _follow(self, root: Path, stop: threading.Event) -> None:
        """Watch a folder while it is there. The watch stands before the first sync, so nothing is missed."""
        identity = _identity(self._corpus)
        index = self._index.resolve()
        for changes in self._changes(root, stop):
            for change, name in changes:
                if _matters(root, index, change, Path(name)):
                    self._hear(Path(name))
            if (Change.deleted, str(root)) in changes or _identity(self._corpus) != identity:
                self._due, self._not_before = True, time.monotonic() + QUIET  # it may come back file by file
                return
            if self._is_due():
                self._bring_up_to_date(root)

    def _changes(self, root: Path, stop: threading.Event) -> Iterator[set[tuple[Change, str]]]:
        """What has changed, or nothing, at each tick."""
        try:
            yield from watch(
                root,
                watch_filter=None,  # filtered changes would hold up the tick
                debounce=round(TICK * 1000),
                rust_timeout=round(TICK * 1000),
                yield_on_timeout=True,
                stop_event=stop,
                force_polling=self._polling or None,
                poll_delay_ms=round(POLLING * 1000),
                ignore_permission_denied=True,
            )
        except (OSError, RuntimeError) as error:  # such as the system's limit of watches
            if root.is_dir():  # else it went away just now
                self._say(f"changes cannot be watched ({error}): looking for them every {POLLING:g} seconds")
                self._polling = True
            self._due = True
            stop.wait(TICK)

    def _hear(self, path: Path) -> None:
        """A change puts the sync off until the folder is quiet; a file that goes on growing does not."""
        now = time.monotonic()
        self._settled.touched[path] = now
        if path not in self._settled.waiting and now - self._heard.setdefault(path, now) < GROWING:
            self._newest = now

    def _is_due(self) -> bool:
        """Never amid changes: of a file that is being renamed, the old would go before the new comes."""
        now = time.monotonic()
        if now < self._not_before:
            return False
        if self._heard:
            return now - self._newest >= QUIET or now - min(self._heard.values()) >= BURST
        return self._due or any(map(self._settled, list(self._settled.waiting)))

    def _bring_up_to_date(self, root: Path) -> None:
        started = time.monotonic()
        touched = self._settled.touched
        self._settled.touched = {path: at for path, at in touched.items() if started - at < QUIET}
        self._settled.waiting.clear()
        self._heard.clear()
        try:
            report = self._sync(self._progress, settled=self._settled)
        except IndexBusy:  # whoever syncs is done in a moment
            self._due, self._not_before = True, time.monotonic() + AGAIN
            return
        except QAError as error:
            self._say(str(error))
            self._pause = min(2 * self._pause, SLOWEST)
            self._due, self._not_before = True, time.monotonic() + self._pause
            return
        finally:
            self._progress(Progress(0, 0, 0, ""))
        took = time.monotonic() - started
        self._due, self._not_before = False, time.monotonic() + min(took, REST)
        self._pause, self._said = AGAIN, ""
        failed = [failure for failure in report.failed if failure.reason != CHANGED]
        self._settled.waiting |= {root / failure.path for failure in report.failed if failure not in failed}
        new = tuple(failure for failure in failed if failure not in self._known)
        self._known = {*failed, *(old for old in self._known if root / old.path in self._settled.waiting)}
        if report.added or report.updated or report.removed or new:
            self._report(replace(report, failed=new))

    def _say(self, problem: str) -> None:
        if problem != self._said:
            _log.warning("%s", problem)
        self._said = problem


def _matters(root: Path, index: Path, change: Change, path: Path) -> bool:
    """Whether a change may be one of documents: not of the index, nor of what a sync skips."""
    inside = path.relative_to(root).parts
    if not inside or any(part.startswith((".", "~$")) for part in inside):
        return False
    if index == root and is_index_file(inside[0]):
        return False
    if index != root and index.is_relative_to(root) and path.is_relative_to(index):
        return False
    if path.suffix.lower() in SUFFIXES:
        return True
    return change != Change.modified and not path.is_file()  # a folder that came or went


def _identity(folder: Path) -> tuple[int, int] | None:
    """What tells a folder from another one of its name; None if it is not there."""
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


@contextmanager
def watched(
    sync: Sync,
    corpus: Path,
    index: Path,
    report: Callable[[SyncReport], None],
    known: Iterable[Failure] = (),
    progress: Callable[[Progress], None] = lambda _: None,
) -> Iterator[None]:
    """Watch in a thread of its own, as a Watcher does, as long as the context lasts."""
    stop = threading.Event()
    watcher = Watcher(sync, corpus, index, report, known, progress)
    thread = threading.Thread(target=watcher.run, args=(stop,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(2 * TICK)  # a sync that is under way dies with the process, and nothing is lost
