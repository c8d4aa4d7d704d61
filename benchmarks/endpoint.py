"""Paragraphs encoded in this process, and by a server on this machine: passages a second, time to search.

usage: python benchmarks/endpoint.py SET.json [--texts N] [--repeat N]

SET is a file in SQuAD format whose first N paragraphs are the documents. The server, a process of its own,
computes the default model (tests/embedding_server.py), so that what is measured is the way to it. It has the
priority of this process's own threads for bulk work, which yield to everything else. The two take turns.
Prints a Markdown table of medians.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qa import Assistant
from qa.models.encoder import encode_all
from qa.models.workers import BULK
from qa.settings import Settings

sys.path.insert(0, str(Path(__file__).parent.parent / "training"))
from sets import paragraphs

SERVER = Path(__file__).parent.parent / "tests" / "embedding_server.py"
HERE, ELSEWHERE = "this process", "a server on this machine"
SEARCHES = 20  # of which the median is taken


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("set", type=Path)
    parser.add_argument("--texts", type=int, default=1000)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    chosen = paragraphs([options.set])[: options.texts]
    texts = [paragraph.text for paragraph in chosen]
    questions = [question.text for paragraph in chosen for question in paragraph.questions][:SEARCHES]
    speeds: dict[str, list[float]] = {HERE: [], ELSEWHERE: []}
    searches: dict[str, list[float]] = {HERE: [], ELSEWHERE: []}
    with tempfile.TemporaryDirectory() as temporary, server() as url:
        corpus = Path(temporary) / "corpus"
        corpus.mkdir()
        for number, text in enumerate(texts):
            (corpus / f"{number:05}.txt").write_text(text, "utf-8")
        ways = {HERE: Settings(), ELSEWHERE: Settings(encoder=url)}
        for turn in range(options.repeat):
            for way, settings in ways.items():
                index = Path(temporary) / f"{turn} {way}"
                with Assistant.open(corpus, index, settings, use_reader=False) as assistant:
                    assistant.engine.encoder.encode_query("warm")  # the model is loaded, here or there
                    report = assistant.sync()
                    speeds[way].append(report.embedded / report.seconds)
                    searches[way] += [time_to_search(assistant, question) for question in questions]
        here, there = (Assistant.open(corpus, corpus, each).engine.encoder for each in ways.values())
        cosines = (encode_all(here, texts[:200]) * encode_all(there, texts[:200])).sum(axis=1)
    print("| vectors from | passages a second | ratio | ms a search, not re-ranked |\n|-|-|-|-|")
    usual = statistics.median(speeds[HERE])
    for way in ways:
        speed, took = statistics.median(speeds[way]), 1000 * statistics.median(searches[way])
        print(f"| {way} | {speed:.0f} | {speed / usual:.2f} | {took:.0f} |")
    print(f"\nThe least cosine between vectors of the same text: {cosines.min():.5f}.")


@contextmanager
def server() -> Iterator[str]:
    """The address of a server of the default model, in a process of its own."""
    command = ["nice", "-n", str(BULK), sys.executable, str(SERVER)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def time_to_search(assistant: Assistant, question: str) -> float:
    """The seconds that a search takes."""
    started = time.perf_counter()
    assistant.search(question, rerank=False)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
