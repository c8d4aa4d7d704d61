"""The same documents in an index folder and in Milvus: answers, speed, two syncs at once, a killed sync.

usage: python benchmarks/stores.py SET.json [--corpus FOLDER] [--questions QUESTIONS.jsonl] [--files N]
       [--server ADDRESS] [--killed SHARE ...]

SET is a file in SQuAD format. Its first N paragraphs become as many documents in two folders, which two
processes sync into one server at once; without --server, into one of milvus-lite that is started for it. The
questions about the corpus are asked of both stores in turn. Then one of two syncs is killed after some shares
of the time that they take. Prints Markdown tables. Needs the milvus extra.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from qa.assistant import Assistant
from qa.errors import StaleDocument
from qa.evaluation.question_sets import load
from qa.index.milvus.collections import ALL
from qa.index.milvus.connection import Connection
from qa.index.protocol import Store
from qa.settings import Settings
from qa.types import Answer

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("one", "two")
WARM = "Who was it?"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("set", type=Path)
    parser.add_argument("--corpus", type=Path, default=ROOT / "corpus")
    parser.add_argument("--questions", type=Path, default=ROOT / "benchmarks/questions/corpus-dev.jsonl")
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--server", help="the address of a server, in which databases are made")
    parser.add_argument("--killed", type=float, nargs="+", default=(0.3, 0.5, 0.7), metavar="SHARE")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with _server(options.server, folder) as server:
            same(options.corpus, options.questions, folder, _database(server, "same"))
            paragraphs = _paragraphs(options.set, options.files)
            questions = [question for _, _, question in paragraphs[:: max(1, len(paragraphs) // 100)]]
            write(paragraphs, folder / "large")
            large(folder / "large", questions, folder, _database(server, "large"))
            killed(folder / "large", folder, server, options.killed)


@contextmanager
def _server(address: str | None, folder: Path) -> Iterator[str]:
    """The address of a server: the given one, or that of one that is started and stopped."""
    if address:
        yield address
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "milvus_lite.cmdline", "server", "--data-dir", str(folder / "milvus")]
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen([*command, "--port", str(port)], stdout=log, stderr=log)
    try:
        while socket.socket().connect_ex(("127.0.0.1", port)):
            assert process.poll() is None, (folder / "server.log").read_text()
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(60)


def _database(server: str, name: str) -> str:
    """The address of a new database."""
    name = f"bench_{name}_{os.getpid()}"
    Connection(server).client.create_database(name)
    return f"{server}/{name}"


def _paragraphs(file: Path, count: int) -> list[tuple[str, str, str]]:
    """(title, paragraph, question about it)."""
    articles = json.loads(file.read_text("utf-8"))["data"]
    found = [
        (article["title"].replace("_", " "), p["context"], p["qas"][0]["question"])
        for article in articles
        for p in article["paragraphs"]
        if p["qas"]
    ]
    return found[:count]


def write(paragraphs: Sequence[tuple[str, str, str]], folder: Path) -> None:
    """A document of each paragraph, half of them in each part."""
    for i, (title, text, _) in enumerate(paragraphs):
        place = folder / PARTS[i * len(PARTS) // len(paragraphs)]
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{i:05}.md").write_text(f"# {title}\n\n{text}\n", "utf-8")


# --- the same answers ----------------------------------------------------------------------------


def same(corpus: Path, questions: Path, folder: Path, database: str) -> None:
    """The questions of a set, asked of both stores in turn."""
    settings = Settings.from_environment()
    local = Assistant.open(corpus, folder / "index", settings)
    other = Assistant.open(corpus, folder / "same", _at(settings, database))
    for assistant in (local, other):
        assistant.sync()
        assistant.ask(WARM)
    asked = [turn.text for turns in load(questions).conversations for turn in turns if not turn.history]
    seconds: dict[str, list[float]] = {"folder": [], "Milvus": []}
    different = []
    for question in asked:
        answers = []
        for name, assistant in (("folder", local), ("Milvus", other)):
            started = time.perf_counter()
            answers.append(assistant.ask(question, suggest=False))
            seconds[name].append(time.perf_counter() - started)
        if _told(answers[0]) != _told(answers[1]):
            different.append(question)
    print(f"{len(asked)} questions about {corpus.name}: {len(asked) - len(different)} answered alike\n")
    for question in different:
        print(f"- {question}")
    print("| an answer takes | p50 | p95 |\n|-|-|-|")
    for name, taken in seconds.items():
        print(f"| {name} | {_quantiles(taken)} |")


def _told(answer: Answer) -> tuple[object, ...]:
    """All that one reads of an answer."""
    places = [(c.document.path, c.start, c.end) for c in answer.citations]
    return answer.answered, answer.text, places, round(answer.confidence, 4)


def _at(settings: Settings, database: str, part: str = "") -> Settings:
    return Settings(
        model=settings.model,
        reader=settings.reader,
        store=database,
        store_token=settings.store_token,
        part=part,
    )


def _quantiles(values: Sequence[float]) -> str:
    cuts = statistics.quantiles(values, n=20)
    return f"{1000 * statistics.median(values):.0f} ms | {1000 * cuts[18]:.0f} ms"


# --- many documents ------------------------------------------------------------------------------


def large(corpus: Path, questions: Sequence[str], folder: Path, database: str) -> None:
    """Syncs and searches of many documents in both stores."""
    settings = Settings.from_environment()
    local = Assistant.open(corpus, folder / "large-index", settings)
    other = Assistant.open(corpus, folder / "large-milvus", _at(settings, database))
    print("\n| | seconds |\n|-|-|")
    print(f"| a sync into a folder | {_timed(local.sync):.1f} |")
    started = time.perf_counter()
    processes = [_sync(corpus, folder, database, part) for part in PARTS]
    assert [process.wait() for process in processes] == [0, 0]
    print(f"| two at once into Milvus, half of the documents each | {time.perf_counter() - started:.1f} |")
    for part in PARTS:
        again = Assistant.open(corpus, folder / f"large-{part}", _at(settings, database, part))
        print(f"| {part} again, nothing has changed | {_timed(again.sync):.1f} |")
    sizes(database, (status := other.status().counts).passages)
    ours = local.status().counts
    assert (status.documents, status.passages) == (ours.documents, ours.passages)
    seconds: dict[str, list[float]] = {"folder": [], "Milvus": []}
    alike = 0
    for question in (WARM, *questions):
        hits = []
        for name, assistant in (("folder", local), ("Milvus", other)):
            started = time.perf_counter()
            found = assistant.search(question, k=12, rerank=False)
            seconds[name].append(time.perf_counter() - started)
            hits.append([(hit.passage.id, round(hit.score, 4)) for hit in found])
        alike += hits[0] == hits[1]
    print(f"\n{status.documents:,} documents, {status.passages:,} passages; {len(questions) + 1} searches,")
    print(f"{alike} with the same twelve passages and scores\n\n| a search takes | p50 | p95 |\n|-|-|-|")
    for name, taken in seconds.items():
        print(f"| {name} | {_quantiles(taken[1:])} |")


def sizes(database: str, passages: int) -> None:
    """What the rows of each collection hold by passage: text in UTF-8, four bytes a number of a vector."""
    connection = Connection(database)
    print("\n| collection | rows a passage | bytes a passage |\n|-|-|-|")
    for name in ALL:
        if connection.has(name):
            fields = connection.client.describe_collection(name)["fields"]
            names = [field["name"] for field in fields if field["name"] not in ("sparse", "place")]
            rows = [row for page in connection.pages(name, "", names) for row in page]
            size = sum(_bytes(value) for row in rows for value in row.values())
            print(f"| {name} | {len(rows) / passages:.2f} | {size / passages:,.0f} |")


def _bytes(value: object) -> int:
    if isinstance(value, str):
        return len(value.encode())
    return 4 * len(value) if isinstance(value, list) else 8


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _sync(corpus: Path, folder: Path, database: str, part: str) -> subprocess.Popen[bytes]:
    """A process that syncs a part, with an index folder of its own, as on another machine."""
    index = folder / f"{Path(database).name}-{part}"
    command = [sys.executable, "-m", "qa", "sync", str(corpus), "--index", str(index)]
    options = ["--part", part, "--store", database]
    return subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


# --- killed --------------------------------------------------------------------------------------


def killed(corpus: Path, folder: Path, server: str, shares: Sequence[float]) -> None:
    """Both parts are synced, and one of the syncs is killed; what a reader sees then, and the next sync."""
    print("\n| killed after | a reader sees | half documents | the next sync embeds | then |\n|-|-|-|-|-|")
    settings = Settings.from_environment()
    whole = _whole_seconds(corpus, folder, _database(server, "whole"))
    for share in shares:
        database = _database(server, f"killed{int(100 * share)}")
        processes = [_sync(corpus, folder, database, part) for part in PARTS]
        time.sleep(share * whole)
        processes[0].send_signal(signal.SIGKILL)
        processes[0].wait()
        reader = Assistant.open(corpus, folder / "reader", _at(settings, database))
        seen = len(reader.documents())
        half = _half(reader.engine.store)
        processes[1].wait()
        mender = Assistant.open(
            corpus, folder / f"{Path(database).name}-{PARTS[0]}", _at(settings, database, PARTS[0])
        )
        report = mender.sync()
        after = reader.status().counts
        print(
            f"| {share * whole:.1f} s of {whole:.1f} | {seen} documents | {half} | {report.embedded}"
            f" | {after.documents} documents, {after.passages:,} passages |"
        )


def _whole_seconds(corpus: Path, folder: Path, database: str) -> float:
    started = time.perf_counter()
    for process in [_sync(corpus, folder, database, part) for part in PARTS]:
        process.wait()
    return time.perf_counter() - started


def _half(store: Store) -> int:
    """The documents whose passages are not slices of their text, or not as many as they should be."""
    half = 0
    with store.read() as snapshot:
        documents = snapshot.documents()
        counts = snapshot.passage_counts()
        numbers = snapshot.numbers_by_document(document.id for document in documents)
        for document in documents:
            try:
                passages = snapshot.passages(numbers.get(document.id, [])).values()
                whole = all(p.text == document.text[p.start : p.end] for p in passages)
            except StaleDocument:  # replaced meanwhile, so the question would be asked again
                continue
            half += not whole or len(passages) != counts.get(document.id, len(passages))
    return half


if __name__ == "__main__":
    main()
