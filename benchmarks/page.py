"""The page in a real browser, and under 20 people: how soon it is there, how soon an answer is painted.

usage: python benchmarks/page.py SET.json [--people 20] [--documents 200]

SET is a file in SQuAD format: its paragraphs, eight to a document, are uploaded while people ask. The corpus
is the project's own, the questions are those of benchmarks/questions/corpus-test.jsonl. Each person asks the
next question as soon as the last one is answered; they ask while nothing else happens, and again while the
upload is sent and indexed. Prints Markdown. Wants the test extra, Chromium and chromedriver.
"""

from __future__ import annotations

import argparse
import itertools
import json
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "tests"), str(HERE.parent / "training")]
from browsing import DESKTOP, PHONE, Page, chromium, sized  # noqa: E402
from serving import CORPUS, app  # noqa: E402
from squad import paragraphs  # noqa: E402

QUESTIONS = HERE / "questions" / "corpus-test.jsonl"
ASKED, LOADS, TOGETHER, QUIET = 50, 10, 8, 20.0  # questions, page loads, paragraphs a document, seconds


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("set", type=Path)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--documents", type=int, default=200)
    options = parser.parse_args()
    questions = [json.loads(line)["question"] for line in QUESTIONS.read_text("utf-8").splitlines()]
    texts = [paragraph.text for paragraph in paragraphs(options.set)]
    files = ["\n\n".join(texts[i : i + TOGETHER]) for i in range(0, len(texts), TOGETHER)]
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder, "corpus")
        shutil.copytree(CORPUS, corpus)
        with app(Path(folder, "index"), corpus) as address:
            browser = chromium(Path(folder, "profile"))
            try:
                for name, size in (("1440x900", DESKTOP), ("390x844", PHONE)):
                    with sized(browser, size):
                        print(loads(Page(browser, address), name))
                with sized(browser, DESKTOP):
                    print(answers(Page(browser, address), spread(questions, ASKED)))
            finally:
                browser.quit()
            print(crowd(Server(address), questions, options.people, files[: options.documents]))


def spread(items: list[str], number: int) -> list[str]:
    """So many of them, from all along the list."""
    return [items[i * len(items) // number] for i in range(number)]


def loads(page: Page, name: str) -> str:
    """From the request of the page to its first paint and to its list of documents, nothing being cached."""
    page.browser.execute_cdp_cmd("Network.enable", {})
    page.browser.execute_cdp_cmd("Network.setCacheDisabled", {"cacheDisabled": True})
    found = []
    for _ in range(LOADS):
        page.reload()
        found.append(page.script(LOADED))
    page.browser.execute_cdp_cmd("Network.setCacheDisabled", {"cacheDisabled": False})
    painted, usable, kilobytes = (statistics.median(column) for column in zip(*found, strict=True))
    return (
        f"Page load at {name}, {LOADS} times, nothing cached (medians): first paint {painted:.2f} s,"
        f" usable {usable:.2f} s, {kilobytes:.0f} kB\n"
    )


LOADED = """
const all = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
const paint = performance.getEntriesByName("first-contentful-paint")[0].startTime;
return [paint / 1000, performance.now() / 1000, all.reduce((sum, e) => sum + e.transferSize, 0) / 1000];
"""


def answers(page: Page, questions: Iterable[str]) -> str:
    """From Enter to the frame in which the answer is painted."""
    page.browser.set_script_timeout(60)
    took: dict[str, list[float]] = {"answered": [], "refused": []}
    for number, question in enumerate(questions):
        kind, seconds = page.browser.execute_async_script(TIMED, question, f"#turn-{number}")
        took[kind].append(seconds)
        time.sleep(1)  # what comes after a refusal does not count
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
    """The server as the page speaks to it."""

    def __init__(self, address: str) -> None:
        self._client = httpx.Client(base_url=address, timeout=120, trust_env=False, limits=httpx.Limits())

    def call(self, name: str, argument: dict[str, Any]) -> dict[str, Any]:
        response = self._client.post("qa/call", json={"fn_name": name, "data": argument})
        response.raise_for_status()
        return response.json()

    def upload(self, name: str, text: str) -> None:
        self._client.put("qa/upload", params={"name": name}, content=text.encode()).raise_for_status()


class Crowd:
    """People who ask, each one question after the other, until they are told to stop."""

    def __init__(self, server: Server, questions: list[str], people: int) -> None:
        self._server = server
        self._questions = itertools.cycle(questions)
        self._people = people
        self.took: list[float] = []
        self.errors = 0

    def _asks(self, stop: threading.Event) -> None:
        while not stop.is_set():
            started = time.perf_counter()
            try:
                got = self._server.call("ask", {"question": next(self._questions)})
                self.errors += "problem" in got or bool(got["record"]["problem"])
            except httpx.HTTPError:
                self.errors += 1
            self.took.append(time.perf_counter() - started)

    def during(self, work: Callable[[], None]) -> str:
        """Have them ask while something is done; a row of the table."""
        stop, started = threading.Event(), time.perf_counter()
        with ThreadPoolExecutor(self._people) as pool:
            for _ in range(self._people):
                pool.submit(self._asks, stop)
            work()
            seconds = time.perf_counter() - started
            stop.set()
        rate = len(self.took) / (time.perf_counter() - started)
        p50, p95 = statistics.median(self.took), _p95(self.took)
        return f"{seconds:.0f} | {rate:.1f} | {p50:.2f} | {p95:.2f} | {len(self.took)} | {self.errors} |"


def crowd(server: Server, questions: list[str], people: int, files: list[str]) -> str:
    def upload() -> None:
        with ThreadPoolExecutor(3) as pool:  # as many at once as the page sends
            list(pool.map(server.upload, (f"{n:04}.txt" for n in range(len(files))), files))
        while _unfinished(server):
            time.sleep(0.5)

    alone = Crowd(server, questions, 1).during(lambda: time.sleep(QUIET))
    idle = Crowd(server, questions, people).during(lambda: time.sleep(QUIET))
    busy = Crowd(server, questions, people).during(upload)
    return (
        "\n| people | meanwhile | s | answers a second | p50 s | p95 s | answers | errors |\n"
        f"|-|-|-|-|-|-|-|-|\n| 1 | nothing | {alone}\n| {people} | nothing | {idle}\n"
        f"| {people} | {len(files)} documents are uploaded and indexed | {busy}\n"
    )


def _unfinished(server: Server) -> bool:
    listing = server.call("listing", {})
    return bool(listing["indexing"]) or 'data-state="waiting"' in listing["html"]


if __name__ == "__main__":
    main()
