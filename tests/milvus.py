"""A server of milvus-lite, as users start it: in its own process, on a free port. And what is in it."""

from __future__ import annotations

import contextlib
import itertools
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from serving import PATIENCE, free_port

from qa.index.milvus.collections import DOCUMENTS, META, PASSAGES, TEXTS, WORDS
from qa.index.milvus.connection import Connection

_NAMES = itertools.count()


@contextlib.contextmanager
def milvus(folder: Path, port: int | None = None) -> Iterator[str]:
    """Start a server, wait until it answers, yield its address, stop it."""
    port = port or free_port()
    command = [sys.executable, "-m", "milvus_lite.cmdline", "server", "--data-dir", str(folder)]
    with (folder.with_name(f"{folder.name}.log")).open("w") as log:
        process = subprocess.Popen([*command, "--port", str(port)], stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + PATIENCE
        while not answers(port):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait(30)


def answers(port: int) -> bool:
    """True if a process listens on a port of this machine."""
    import socket

    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def new_database(server: str) -> str:
    """The address of a database that has just been created."""
    name = f"test{next(_NAMES)}"
    Connection(server).client.create_database(name)
    return f"{server}/{name}"


def contents(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """All that is stored, without what is made up anew each time: versions, numbers, times."""
    fields = {
        DOCUMENTS: ("id", "part", "path", "digest", "file_digest", "recipe", "content", "passages"),
        PASSAGES: (
            "document_id",
            "part",
            "vector_key",
            "start",
            "stop",
            "content",
            "searched",
            "header_words",
        ),
        TEXTS: ("owner", "part", "position", "slice", "searched"),
        WORDS: ("word", "stem", "part", "letter", "passages"),
    }
    found = {
        name: sorted(tuple(row[f] for f in wanted) for row in connection.rows(name, EVERYTHING, wanted))
        for name, wanted in fields.items()
    }
    meta = connection.rows(META, EVERYTHING, ("part", "name", "value"))
    found[META] = sorted((r["part"], r["name"], r["value"]) for r in meta if r["name"] not in _VARYING)
    return found


EVERYTHING = 'part != "no such part"'
_VARYING = {"generation", "changed_at", "store", "synced_at"}
