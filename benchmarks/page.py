"""The page in a real browser, then with 20 users -> the time to load it, and to show an answer.

usage: python benchmarks/page.py SET.json [--people N] [--documents N] [--loads N] [--questions N]
                                 [--seconds N]

SET is a file in SQuAD format: its paragraphs, eight per document, are uploaded while people ask. The corpus
is the project's own, and the questions come from benchmarks/questions/corpus-test.jsonl; some of them are
asked in the browser. People ask for some seconds while nothing else happens, and then while documents are
uploaded and indexed, each time on a new server. Prints Markdown. Needs the test extra, Chromium and
chromedriver.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import os
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "tests"), str(HERE.parent / "training")]
from browsing import DESKTOP, PHONE, Page, chromium, sized  # noqa: E402
from serving import CORPUS, app  # noqa: E402
from sets import paragraphs  # noqa: E402

QUESTIONS = HERE / "questions" / "corpus-test.jsonl"
TOGETHER = 8  # paragraphs per document
READING = 10.0  # seconds until a person asks again


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("set", type=Path)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--documents", type=int, default=200)
    parser.add_argument("--loads", type=int, default=10)
    parser.add_argument("--questions", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args()
    questions = [json.loads(line)["question"] for line in QUESTIONS.read_text("utf-8").splitlines()]
    texts = [paragraph.text for paragraph in paragraphs([options.set])]
    files = ["\n\n".join(texts[i : i + TOGETHER]) for i in range(0, len(texts), TOGETHER)]
    files = files[: options.documents]
    with running_server() as address:
        measure_in_browser(address, options.loads, spread(questions, options.questions))
        server = Server(address)
        rows = rows_without_upload(server, questions, options.people, options.seconds)
        rows += row_with_upload(server, questions, 0, files)
        peak_alone = peak_memory()
    with running_server() as address:
        server = Server(address)
        rows += row_with_upload(server, questions, 1, files)
    with running_server() as address:
        server = Server(address)
        rows += row_with_upload(server, questions, options.people, files)
        print(HEAD, rows, sep="")
        print(
            f"Peak memory of the server: {peak_alone} with nobody asking meanwhile,"
            f" {peak_memory()} in the last row"
        )


@contextlib.contextmanager
def running_server() -> Iterator[str]:
    """The address of a running server over a copy of the corpus, with its models loaded."""
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder, "corpus")
        shutil.copytree(CORPUS, corpus)
        reader = os.environ.get("QA_READER", "")  # the large one unless said otherwise
        with app(Path(folder, "index"), corpus, QA_READER=reader) as address:
            Server(address).call("ask", {"question": "What is the railway?"})
            yield address


def measure_in_browser(address: str, times: int, questions: list[str]) -> None:
    """Print the load times of the page at two sizes, and the times to show answers."""
    with tempfile.TemporaryDirectory() as profile:
        browser = chromium(Path(profile))
        try:
            for name, size in (("1440x900", DESKTOP), ("390x844", PHONE)):
                with sized(browser, size):
                    page = Page(browser, address)
                    for cached in (False, True):
                        print(load_times(page, name, times, cached), end="")
            with sized(browser, DESKTOP):
                print(answer_times(Page(browser, address), questions))
        finally:
            browser.quit()


def spread(items: list[str], number: int) -> list[str]:
    """`number` items, spread evenly over the list."""
    return [items[i * len(items) // number] for i in range(number)]


def load_times(page: Page, name: str, times: int, cached: bool) -> str:
    """The times from the request for the page to its first paint and to its list of documents."""
    page.browser.execute_cdp_cmd("Network.enable", {})
    page.browser.execute_cdp_cmd("Network.setCacheDisabled", {"cacheDisabled": not cached})
    loads = []
    for _ in range(times + 1):
        page.browser.get(page.address)
        page.ready()
        loads.append(page.script(LOADED))
    painted, usable, requests, kilobytes = map(statistics.median, zip(*loads[1:], strict=True))
    return (
        f"Page load at {name}, {'cached' if cached else 'nothing cached'}, {times} times (medians):"
        f" first paint {painted:.2f} s, usable {usable:.2f} s, {requests:.0f} requests, {kilobytes:.0f} kB\n"
    )


LOADED = """
const all = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
const paint = performance.getEntriesByName("first-contentful-paint")[0].startTime;
const sent = all.filter((e) => e.transferSize > 0);
const bytes = sent.reduce((sum, e) => sum + e.transferSize, 0);
return [paint / 1000, performance.now() / 1000, sent.length, bytes / 1000];
"""


def answer_times(page: Page, questions: Iterable[str]) -> str:
    """A table of the times from Enter to the frame in which the answer is painted."""
    page.browser.set_script_timeout(60)
    took: dict[str, list[float]] = {"answered": [], "refused": []}
    for number, question in enumerate(questions):
        kind, seconds = page.browser.execute_async_script(TIMED, question, f"#turn-{number}")
        took[kind].append(seconds)
        time.sleep(1)  # what follows a refusal does not count
    both = took["answered"] + took["refused"]
    rows = "".join(
        f"| {name} | {_times(values)} |\n" for name, values in [*took.items(), ("all", both)] if values
    )
    return f"| Enter to painted | questions | p50 s | p95 s | most s |\n|-|-|-|-|-|\n{rows}"


def _times(values: list[float]) -> str:
    return f"{len(values)} | {statistics.median(values):.2f} | {_p95(values):.2f} | {max(values):.2f}"


def _p95(values: list[float]) -> float:
    return sorted(values)[max(0, round(0.95 * len(values)) - 1)]


TIMED = """
const [question, turn, done] = arguments, box = document.querySelector("#ask");
box.value = question;
const start = performance.now();
new MutationObserver((_, observer) => {
  const answer = document.querySelector(turn + ":not(.pending) .answer");
  if (!answer) return;
  observer.disconnect();
  requestAnimationFrame(() => requestAnimationFrame(() => {
    done([answer.classList.contains("refused") ? "refused" : "answered", (performance.now() - start) / 1000]);
  }));
}).observe(document.querySelector("#log"), { childList: true, subtree: true });
box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
"""


class Server:
    """The server, called in the same way as the page calls it."""

    def __init__(self, address: str) -> None:
        self._client = httpx.Client(base_url=address, timeout=120, trust_env=False, limits=httpx.Limits())

    def call(self, name: str, argument: dict[str, Any]) -> dict[str, Any]:
        response = self._client.post(f"qa/{name}", json=argument)
        response.raise_for_status()
        result: dict[str, Any] = response.json()
        return result

    def upload(self, name: str, text: str) -> None:
        self._client.put("qa/upload", params={"name": name}, content=text.encode()).raise_for_status()


class Crowd:
    """People who each ask one question after another until they are told to stop.

    Each person asks the next question `pause` seconds later.
    """

    def __init__(self, server: Server, questions: list[str], people: int, pause: float = 0) -> None:
        self._server = server
        self._questions = itertools.cycle(questions)
        self._people = people
        self._pause = pause
        self.took: list[float] = []
        self.errors = 0

    def _keep_asking(self, stop: threading.Event, person: int) -> None:
        stop.wait(self._pause * person / self._people)
        while not stop.is_set():
            question = {"question": next(self._questions)}
            started = time.perf_counter()
            try:
                answer = self._server.call("ask", question)
                self.took.append(time.perf_counter() - started)
                self.errors += "problem" in answer or bool(answer["record"]["problem"])
            except httpx.HTTPError:
                self.errors += 1
            stop.wait(self._pause)

    def during(self, work: Callable[[], None]) -> str:
        """Let the people ask while some work is done, and return the end of a table row."""
        stop, started = threading.Event(), time.perf_counter()
        with ThreadPoolExecutor(max(1, self._people)) as pool:
            for person in range(self._people):
                pool.submit(self._keep_asking, stop, person)
            work()
            seconds, answers = time.perf_counter() - started, len(self.took)
            stop.set()
        if not self.took:
            return f"{seconds:.0f} | | | | |"
        p50, p95 = statistics.median(self.took), _p95(self.took)
        return f"{seconds:.0f} | {answers / seconds:.1f} | {p50:.2f} | {p95:.2f} | {self.errors} |"


HEAD = """\
| people | meanwhile | s | answers a second | p50 s | p95 s | errors |
|-|-|-|-|-|-|-|
"""


def rows_without_upload(server: Server, questions: list[str], people: int, seconds: float) -> str:
    """The table rows for people who ask while nothing else happens."""
    crowds = {
        "1": Crowd(server, questions, 1),
        f"{people}, who read for {READING:.0f} s": Crowd(server, questions, people, READING),
        f"{people}": Crowd(server, questions, people),
    }
    rows = ((name, crowd.during(lambda: time.sleep(seconds))) for name, crowd in crowds.items())
    return "".join(f"| {name} | nothing | {row}\n" for name, row in rows)


def row_with_upload(server: Server, questions: list[str], people: int, files: list[str]) -> str:
    """The table row for people who ask while files are uploaded and indexed."""

    def upload() -> None:
        with ThreadPoolExecutor(3) as pool:  # the number of files that the page sends at once
            list(pool.map(server.upload, (f"{n:04}.txt" for n in range(len(files))), files))
        while _is_indexing(server):
            time.sleep(0.5)

    name = f"{len(files)} documents are uploaded and indexed"
    return f"| {people} | {name} | {Crowd(server, questions, people).during(upload)}\n"


def _is_indexing(server: Server) -> bool:
    listing = server.call("listing", {})
    return bool(listing["indexing"]) or 'data-state="waiting"' in listing["html"]


def peak_memory() -> str:
    """The peak memory so far of the server, a child of this process; known on Linux only."""
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):
            lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
            arguments = status.with_name("cmdline").read_bytes().split(b"\0")
            if int(lines["PPid"]) == os.getpid() and b"app.py" in arguments:
                return f"{int(lines['VmHWM'].split()[0]) / 1024:.0f} MiB"
    return "unknown"


if __name__ == "__main__":
    main()
