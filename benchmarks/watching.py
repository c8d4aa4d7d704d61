"""Changes in a watched folder -> the time until a search finds them.

usage: python benchmarks/watching.py SET.json [--held N] [--burst N]

SET is a file in SQuAD format whose paragraphs are the documents: some are there from the start, and a burst
of others is written as fast as possible. The time runs from the last byte written to the first search that
shows the change; it includes the second in which the watcher waits for further changes. Prints a Markdown
table.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from qa import Assistant
from qa.corpus.watch import watched
from qa.types import SyncReport

sys.path.insert(0, str(Path(__file__).parent.parent / "training"))
from sets import paragraphs

PATIENCE = 300.0  # seconds


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("set", type=Path)
    parser.add_argument("--held", type=int, default=500)
    parser.add_argument("--burst", type=int, default=1000)
    options = parser.parse_args()
    texts = [paragraph.text for paragraph in paragraphs([options.set])]
    with tempfile.TemporaryDirectory() as temporary:
        corpus = Path(temporary) / "corpus"
        corpus.mkdir()
        for number, text in enumerate(texts[: options.held]):
            (corpus / f"{number:05}.txt").write_text(text, "utf-8")
        with Assistant.open(corpus, Path(temporary) / "index") as assistant:
            assistant.sync()
            assistant.search("ferry", k=1)
            reports: list[SyncReport] = []
            with watched(assistant.sync, corpus, Path(temporary) / "index", reports.append):
                time.sleep(3)
                rows = measure_changes(assistant, corpus, texts[options.held :][: options.burst], reports)
    print("| change | seconds until it is searched | syncs | passages embedded |\n|-|-|-|-|")
    print("\n".join(rows))


def measure_changes(
    assistant: Assistant, corpus: Path, burst: list[str], reports: list[SyncReport]
) -> list[str]:
    """The rows of the table, one for each kind of change."""
    before = len(assistant.documents())
    note, renamed = corpus / "note.txt", corpus / "renamed.txt"

    def paths() -> set[str]:
        return {document.path for document in assistant.documents()}

    def is_found(text: str) -> bool:
        return any(text in hit.passage.text for hit in assistant.search(text, k=3, rerank=False))

    def write_burst() -> None:
        for number, text in enumerate(burst):
            (corpus / f"burst-{number:05}.txt").write_text(text, "utf-8")

    steps: list[tuple[str, Callable[[], object], Callable[[], bool]]] = [
        (
            "a file added",
            lambda: note.write_text("The ferry to Tolvane sails at seven."),
            lambda: is_found("Tolvane"),
        ),
        (
            "it is changed",
            lambda: note.write_text("The ferry to Brekke sails at nine."),
            lambda: is_found("Brekke"),
        ),
        ("it is renamed", lambda: note.rename(renamed), lambda: paths() >= {"renamed.txt"}),
        ("it is deleted", renamed.unlink, lambda: "renamed.txt" not in paths()),
        (f"{len(burst):,} files at once", write_burst, lambda: len(paths()) == before + len(burst)),
    ]
    rows = []
    for name, change, is_shown in steps:
        reports.clear()
        change()
        started = time.perf_counter()
        while not is_shown():
            assert time.perf_counter() - started < PATIENCE, name
            time.sleep(0.05)
        took = time.perf_counter() - started
        time.sleep(3)  # in case there is a second sync
        embedded = sum(report.embedded for report in reports)
        rows.append(f"| {name} | {took:.1f} | {len(reports)} | {embedded:,} |")
    return rows


if __name__ == "__main__":
    main()
