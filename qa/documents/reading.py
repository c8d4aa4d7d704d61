"""A file's bytes -> the parsed file, read in another process, so that no file can take this one down."""

from __future__ import annotations

import atexit
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from qa.documents.packing import unpacked
from qa.documents.parsed import Parsed
from qa.errors import UnreadableFile

SECONDS = 60  # for a file, or for a step of a parser that asks for more time
_MOST = 3  # processes: one for a sync, and others for uploads meanwhile
_RUN = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from {0} import main; main()"
_log = logging.getLogger("qa")


def read(path: str, raw: bytes) -> Parsed:
    """Parse a file's bytes; `path` is relative to the corpus, and its suffix decides the format.

    Raises UnreadableFile, with one line that says why and what to do, whatever the file does to its parser.
    Safe to use from several threads.
    """
    return _workers.read(path, raw)


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
        with self._free, self._process() as process:
            answer = self._ask(process, path, raw)
            if answer["last"]:
                process.wait()  # so that it is found dead when it is wanted next
        if "parsed" in answer:
            return unpacked(answer["parsed"])
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

    def _ask(self, process: subprocess.Popen[bytes], path: str, raw: bytes) -> dict[str, Any]:
        """The reply to a request. Raises UnreadableFile if the process dies or takes too long."""
        assert process.stdin is not None
        assert process.stdout is not None
        head = json.dumps({"path": path, "size": len(raw)}).encode()
        line = b""
        with suppress(OSError):  # the process has died, which its silence tells
            process.stdin.write(head + b"\n" + raw)
            process.stdin.flush()
        while True:
            with _killed_after(self._seconds, process) as clock:
                line = process.stdout.readline()
            if not line.endswith(b"\n"):
                process.wait()
                if clock.is_set():
                    raise UnreadableFile(
                        f"takes more than {self._seconds:g} seconds to read. Split it, or save it again"
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
