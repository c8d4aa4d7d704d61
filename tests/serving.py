"""`python app.py` as users start it: in its own process, on a free port."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent.parent
CORPUS = HERE / "corpus"
PATIENCE = 90  # seconds; a busy machine loads the model slowly


def environment(index: Path, corpus: Path = CORPUS, **more: str) -> dict[str, str]:
    """Variables for app.py. Its web traffic goes to a proxy that does not exist: there must be none.

    The small reader reads alone, for speed; QA_READER="" sets what users have.
    """
    kept = {k: v for k, v in os.environ.items() if not k.upper().startswith(("QA_", "GRADIO_", "NO_PROXY"))}
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9")
    return {**kept, **proxies, "QA_INDEX": str(index), "QA_CORPUS": str(corpus), "QA_READER": "small", **more}


@contextlib.contextmanager
def app(index: Path, corpus: Path = CORPUS, **more: str) -> Iterator[str]:
    """Start app.py, wait until it serves, yield its address with a slash at the end, stop it."""
    log = index.with_name(index.name + ".log")
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "app.py"],
            cwd=HERE,
            env=environment(index, corpus, **more),
            stdout=output,
            stderr=output,
        )
    try:
        yield _address(process, log)
    finally:
        process.terminate()
        process.wait(30)


def free_port() -> int:
    """A port that no process listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        if serving := re.search(r"^Serving on (\S+/)$", log.read_text(), re.MULTILINE):
            return serving[1]
        time.sleep(0.1)
    raise AssertionError(f"app.py does not serve:\n{log.read_text()}")


def failed_start(index: Path, corpus: Path = CORPUS, **more: str) -> tuple[int, list[str]]:
    """The exit code and the lines on stderr of an app.py that cannot start."""
    done = subprocess.run(
        [sys.executable, "app.py"],
        cwd=HERE,
        env=environment(index, corpus, **more),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return done.returncode, done.stderr.splitlines()
