"""Runs as a process of its own: files on stdin -> parsed files, or pages, on stdout, one after the other.

Parsers meet whatever a user sends: C libraries that may crash, patterns and formats that may take forever. So
`reading` starts this process with limits of memory and time, and starts another when it has died.

A request is a line of JSON, {"path", "size"}, and that many bytes. The reply is a line of JSON: {"parsed":
...}, {"refused": reason} or {"failed": name of the exception, "traceback": ...}, with "last" if the process
ends then; {"more": true} comes before it whenever a parser asks for more time. A request that has "page" as
well, the number of a page of a PDF and perhaps texts to find on it, is answered with {"shown": ...}.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import IO, Any

from qa.documents import patience
from qa.documents.formats import parse
from qa.documents.packing import packed
from qa.documents.pdf.showing import shown
from qa.errors import UnreadableFile

MEMORY = 3 << 30  # bytes of address space
SECONDS = 60  # for a file, and again whenever a parser asks for more time
_LEFT = 5  # seconds after which the process ends by itself, if its parent has not ended it
_WORN = 512 << 10  # kilobytes of memory: a process that has used more is replaced


def reply(path: str, raw: bytes, page: Sequence[Any] | None = None) -> dict[str, object]:
    """What becomes of one file, or of one page of it. Raises nothing."""
    try:
        if page:
            return {"shown": shown(raw, *page)}
        return {"parsed": packed(parse(path, raw))}
    except UnreadableFile as error:
        return {"refused": str(error)}
    except BaseException as error:  # also what libraries in Rust raise
        return {"failed": type(error).__name__, "traceback": traceback.format_exc(limit=-20)}


def main() -> None:
    """Reply to requests until there are no more."""
    _limit_memory()
    with suppress(ValueError, AttributeError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then closes stdin
    enough = max(_WORN, _used())
    with _private_stdout() as out:
        patience.ask = lambda: _more(out)
        for line in iter(sys.stdin.buffer.readline, b""):
            request = json.loads(line)
            raw = sys.stdin.buffer.read(request["size"])
            _set_alarm()
            answer = reply(request["path"], raw, request.get("page"))
            worn = _used() > enough
            _send(out, answer | {"last": worn})
            _set_alarm(0)
            if worn:
                return


def _more(out: IO[bytes]) -> None:
    _set_alarm()
    _send(out, {"more": True})


def _send(out: IO[bytes], value: object) -> None:
    out.write(json.dumps(value).encode() + b"\n")
    out.flush()


@contextmanager
def _private_stdout() -> Iterator[IO[bytes]]:
    """The real stdout; what libraries print goes nowhere."""
    with os.fdopen(os.dup(1), "wb") as out:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        yield out


def _set_alarm(seconds: float = SECONDS + _LEFT) -> None:
    """End the process, even in the middle of a C function, after this time, or never (0). Not on Windows."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _limit_memory() -> None:
    """Limit the memory of this process, if the system can do that."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for kind, most in (("RLIMIT_AS", MEMORY), ("RLIMIT_CORE", 0)):
        with suppress(ValueError, OSError):  # the limit is lower already, or the system has no such limit
            resource.setrlimit(getattr(resource, kind), (most, most))


def _used() -> int:
    """The most memory that this process has used, in kilobytes; 0 if the system does not tell.

    A process begins with what its parent used when it was started.
    """
    try:
        import resource
    except ImportError:
        return 0
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used >> 10 if sys.platform == "darwin" else used
