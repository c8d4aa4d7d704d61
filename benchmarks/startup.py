"""Commands and the page -> the time from a cold process to an answer, and the parts of that time.

usage: python benchmarks/startup.py [--repeat N] [--warm N]

Every process is started N times, all taking turns, and the median counts. Nothing else should run meanwhile.
The first rounds are not counted, so that all files are cached. The peer is a process that only imports
sentence-transformers, as every program has to do that computes its vectors with that library. Prints Markdown
tables.
"""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

from gradio_client import Client

from qa import Assistant

ROOT = Path(__file__).resolve().parent.parent
QUESTION = "How much would the railway from Kazakhstan to Pakistan cost?"
PEER = "import sentence_transformers"
IMPORTS = {
    "Python itself": "pass",
    "torch": "import torch",
    "gradio": "import gradio",
    "all of qa but the page, without torch": "import qa.assistant",
}
PATIENCE = 120  # seconds
INSIDE = """
import time
from qa import Assistant
started = time.perf_counter()
def lap(name):
    global started
    print(name, time.perf_counter() - started, sep="\\t")
    started = time.perf_counter()
assistant = Assistant.open({corpus!r}, {index!r})
lap("opening the index, hashing the weights")
import torch
lap("importing torch")
assistant.search("ferry", k=1)
lap("loading both networks, the first search")
assistant.ask({question!r})
lap("the question")
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--warm", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        index = Path(temporary) / "index"
        with Assistant.open(ROOT / "corpus", index) as assistant:
            assistant.sync()
        print(commands(index, options.repeat, options.warm))
        print(f"\n{parts(index, options.repeat)}")


def commands(index: Path, repeat: int, warm: int) -> str:
    """A table of the times of commands as a user types them, compared with the peer."""
    where = ["--corpus", str(ROOT / "corpus"), "--index", str(index)]
    qa = [sys.executable, "-m", "qa"]
    ways: dict[str, Callable[[], float]] = {
        f"`{PEER}` alone": lambda: time_to_end([sys.executable, "-c", PEER]),
        "`qa ask`, to the answer": lambda: time_to_output([*qa, "ask", QUESTION, *where]),
        "`qa ask`, to its end": lambda: time_to_end([*qa, "ask", QUESTION, *where]),
        "`qa search`": lambda: time_to_end([*qa, "search", "railway", *where]),
        "`qa sync`, nothing changed": lambda: time_to_end([*qa, "sync", *where]),
        "`qa status`": lambda: time_to_end([*qa, "status", *where]),
        "`qa --help`": lambda: time_to_end([*qa, "--help"]),
        "`python app.py`, to the page": lambda: time_to_page(where, answer=False),
        "`python app.py`, to an answer asked for at once": lambda: time_to_page(where, answer=True),
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(warm + repeat):
        for name, way in ways.items():
            took = way()
            if turn >= warm:
                times[name].append(took)
    peer = statistics.median(next(iter(times.values())))
    lines = ["| from its start | seconds | times the peer |", "|-|-|-|"]
    for name, seconds in times.items():
        took = statistics.median(seconds)
        lines.append(f"| {name} | {took:.2f} | {took / peer:.2f} |")
    return "\n".join(lines)


def parts(index: Path, repeat: int) -> str:
    """A table of the parts that the time is spent on."""
    times: dict[str, list[float]] = {}
    inside = INSIDE.format(corpus=str(ROOT / "corpus"), index=str(index), question=QUESTION)
    for _ in range(repeat):
        for name, code in IMPORTS.items():
            times.setdefault(name, []).append(time_to_end([sys.executable, "-c", code]))
        done = subprocess.run([sys.executable, "-c", inside], capture_output=True, text=True, check=True)
        for line in done.stdout.splitlines():
            name, seconds = line.split("\t")
            times.setdefault(name, []).append(float(seconds))
    lines = ["| part | seconds |", "|-|-|"]
    for name, took in times.items():
        process = f"a process that imports {name}" if name in ("torch", "gradio") else name
        lines.append(f"| {process} | {statistics.median(took):.2f} |")
    return "\n".join(lines)


def time_to_end(command: Sequence[str]) -> float:
    """The seconds until a process ends."""
    started = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT, check=True)
    return time.perf_counter() - started


def time_to_output(command: Sequence[str]) -> float:
    """The seconds until a process starts to print."""
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout
        assert process.stdout.read(1)
        took = time.perf_counter() - started
        process.stdout.read()
    return took


def time_to_page(where: Sequence[str], answer: bool) -> float:
    """The seconds until the page is served or, with `answer`, has answered a question."""
    started = time.perf_counter()
    command = [sys.executable, "app.py", *where]
    with subprocess.Popen(command, stderr=subprocess.PIPE, cwd=ROOT, text=True) as process:
        try:
            assert process.stderr
            address = None
            while address is None and process.poll() is None:
                address = re.search(r"Serving on (\S+)", process.stderr.readline())
            assert address, "the page is not served"
            urllib.request.urlopen(address[1], timeout=PATIENCE).read()
            if answer:
                client = Client(address[1], verbose=False)
                assert client.predict(QUESTION, api_name="/ask")["answered"]
            return time.perf_counter() - started
        finally:
            process.terminate()


if __name__ == "__main__":
    main()
