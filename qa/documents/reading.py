"""A file's bytes -> the parsed file, or one page of it, in another process.

So no file can take this one down.
"""

from __future__ import annotations

import atexit
import base64
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

from qa.documents.packing import unpacked
from qa.documents.parsed import Parsed
from qa.errors import UnreadableFile

SECONDS = 60  # for a file, or for a step of a parser that asks for more time
PAGE_SECONDS = 15  # for the picture of a page, as somebody is waiting for it
_MOST = 3  # processes: one for a sync, and others for uploads meanwhile
_RUN = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from {0} import main; main()"
_log = logging.getLogger("qa")
Sought = tuple[str, float]  # a text, and how far into a page it stands (0..1)


class Box(NamedTuple):
    """A box on the picture of a page, in its pixels."""

    left: int
    top: int
    width: int
    height: int


class Places(NamedTuple):
    """Width and height of the picture of a page, and the boxes around each text; none if it is not found."""

    width: int
    height: int
    boxes: tuple[tuple[Box, ...], ...]


def read(path: str, raw: bytes) -> Parsed:
    """Parse a file's bytes; `path` is relative to the corpus, and its suffix decides the format.

    Raises UnreadableFile, with one line that says why and what to do, whatever the file does to its parser.
    Safe to use from several threads.
    """
    return _workers.read(path, raw)


def page_picture(raw: bytes, number: int) -> tuple[str, bytes]:
    """The picture of a page of a PDF, counted from 1: its media type and its bytes.

    Raises UnreadableFile if there is none, like `read`.
    """
    drawn = _workers.shown(raw, number)
    return drawn["type"], base64.b64decode(drawn["content"])


def page_places(raw: bytes, number: int, sought: Sequence[Sought]) -> Places:
    """Where texts stand on the picture of a page of a PDF, counted from 1. Raises UnreadableFile like `read`.

    Each text comes with how far into the page it stands (0..1), as it may be there several times.
    """
    found = _workers.shown(raw, number, list(sought))
    boxes = tuple(tuple(Box(*box) for box in of_text) for of_text in found["boxes"])
    return Places(found["width"], found["height"], boxes)


class Workers:
    """A few processes that run `module`, each reading one file at a time; one that has died is replaced."""

    def __init__(self, module: str = "qa.documents.worker", seconds: float = SECONDS) -> None:
        self._module = module
        self._seconds = seconds
        self._idle: list[subprocess.Popen[bytes]] = []
        self._lock = threading.Lock()
        self._free = threading.BoundedSemaphore(_MOST)

    def read(self, path: str, raw: bytes) -> Parsed:
        """See `read`."""
        return unpacked(self._answer({"path": path}, raw, self._seconds)["parsed"])

    def shown(self, raw: bytes, number: int, sought: Sequence[Sought] | None = None) -> dict[str, Any]:
        """The picture of a page, or the places of texts on it: see `qa.documents.pdf.showing`."""
        request = {"path": f"page {number}", "page": (number, sought)}
        shown: dict[str, Any] = self._answer(request, raw, min(self._seconds, PAGE_SECONDS))["shown"]
        return shown

    def _answer(self, request: dict[str, Any], raw: bytes, seconds: float) -> dict[str, Any]:
        """What a process makes of a file. Raises UnreadableFile."""
        path = request["path"]
        with self._free, self._process() as process:
            answer = self._ask(process, request, raw, seconds)
            if answer["last"]:
                process.wait()  # so that it is found dead when it is wanted next
        if "parsed" in answer or "shown" in answer:
            return answer
        if "refused" in answer:
            raise UnreadableFile(answer["refused"])
        _log.error("%s cannot be read\n%s", path, answer["traceback"])
        if answer["failed"] == "MemoryError":
            raise UnreadableFile("takes too much memory to read. Split it")
        raise UnreadableFile(f"cannot be read ({answer['failed']}). Try opening it and saving it again")

    def close(self) -> None:
        """End the processes that wait for a file."""
        with self._lock:
            processes, self._idle = self._idle, []
        for process in processes:
            _end(process)

    @contextmanager
    def _process(self) -> Iterator[subprocess.Popen[bytes]]:
        """A process that is ready to read; kept for the next file if it still is after this one."""
        with self._lock:
            process = self._idle.pop() if self._idle else None
        if process is not None and process.poll() is not None:
            _end(process)
            process = None
        process = process or self._started()
        try:
            yield process
        except BaseException:
            _end(process)
            raise
        with self._lock:
            self._idle.append(process)

    def _started(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-P", "-c", _RUN.format(self._module), json.dumps(sys.path)]
        try:
            return subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        except OSError as error:
            raise UnreadableFile(f"no process could be started to read it ({error.strerror})") from error

    def _ask(
        self, process: subprocess.Popen[bytes], request: dict[str, Any], raw: bytes, seconds: float
    ) -> dict[str, Any]:
        """The reply to a request. Raises UnreadableFile if the process dies or takes too long."""
        assert process.stdin is not None
        assert process.stdout is not None
        head = json.dumps({**request, "size": len(raw)}).encode()
        line = b""
        with suppress(OSError):  # the process has died, which its silence tells
            process.stdin.write(head + b"\n" + raw)
            process.stdin.flush()
        while True:
            with _killed_after(seconds, process) as clock:
                line = process.stdout.readline()
            if not line.endswith(b"\n"):
                process.wait()
                if clock.is_set():
                    raise UnreadableFile(
                        f"takes more than {seconds:g} seconds to read. Split it, or save it again"
                    )
                raise UnreadableFile(
                    "damaged, or too large when unpacked. Try opening it and saving it again"
                )
            answer: dict[str, Any] = json.loads(line)
            if "more" not in answer:
                return answer


@contextmanager
def _killed_after(seconds: float, process: subprocess.Popen[bytes]) -> Iterator[threading.Event]:
    """Kills a process that takes longer than this; the event tells that it did."""
    late = threading.Event()

    def kill() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(seconds, kill)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
    process.wait()


_workers = Workers()
atexit.register(_workers.close)
