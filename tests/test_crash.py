"""A sync killed at any moment leaves each document in its old or new state, and keeps finished work."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import HERE, WordEncoder, python, write

from qa.assistant import Assistant
from qa.index.local.store import LocalStore
from qa.settings import Settings

pytestmark = pytest.mark.slow

CRASH = """
import os, signal, sys, time
from pathlib import Path
from conftest import WordEncoder
from qa import Assistant, Settings

corpus, index, calls, slow = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])

def progress(p):
    global calls
    calls -= 1
    time.sleep(slow)
    if slow and p.embedded:
        print("embedding", flush=True)
    if calls == 0:
        os._exit(9)

Assistant(Settings(corpus=corpus, index=index), WordEncoder()).sync(progress)
print("done", flush=True)
"""


def note(n: int, version: str) -> str:
    """A document of several passages, no two alike."""
    days = [
        f"Note {n} of the {version} log, day {d}: boat{n}x{d} carried goat{version}{n}x{d}. " * 9
        for d in range(3)
    ]
    return f"# Log {n} {version}\n\n" + "\n\n".join(days)


OLD = {f"note{n:03}.md": note(n, "old") for n in range(200)}
NEW = {path: note(n, "new") for n, path in enumerate(OLD) if n % 2 == 0} | {"extra.md": note(999, "new")}
GONE = "note001.md"


def check_served(index: Path) -> set[str]:
    """Check that every document is complete, old or new, with its own vectors. Returns the new ones."""
    encoder = WordEncoder()
    new = set()
    with LocalStore(index).read() as snapshot:
        for document in snapshot.documents():
            assert document.text in (OLD.get(document.path), NEW.get(document.path))
            new |= {document.path} if document.text == NEW.get(document.path) else set()
            numbers = snapshot.passage_numbers([document.id])
            passages = [snapshot.passages(numbers)[number] for number in numbers]
            assert all(document.text[p.start : p.end] == p.text for p in passages)
            assert sum(len(p.text.split()) for p in passages) == len(document.text.split())
            vectors = snapshot.vectors(numbers)
            expected = [encoder.encode_query(f"{p.header}\n{p.text}") for p in passages]
            assert np.array_equal(vectors, expected)
    return new


@pytest.fixture(scope="module")
def half_new(tmp_path_factory) -> Path:
    """A folder with a corpus of the new notes and an index of the old ones."""
    folder = tmp_path_factory.mktemp("notes")
    write(folder / "corpus", OLD)
    Assistant(Settings(corpus=folder / "corpus", index=folder / "index"), WordEncoder()).sync()
    write(folder / "corpus", NEW)
    (folder / "corpus" / GONE).unlink()
    return folder


def stored_vectors(index: Path) -> int:
    with LocalStore(index).read() as snapshot:
        return snapshot.counts().vectors


def check_resumes(corpus: Path, index: Path, total: int) -> None:
    """Check that the next sync completes, and embeds only what the killed one had not."""
    stored = stored_vectors(index)
    assistant = Assistant(Settings(corpus=corpus, index=index), WordEncoder())
    report = assistant.sync()
    assert report.failed == ()
    assert report.embedded == total - stored
    assert check_served(index) == set(NEW)
    assert {d.path for d in assistant.documents()} == (set(OLD) | set(NEW)) - {GONE}
    assert assistant.search("goatnew0x1", k=1)[0].document.path == "note000.md"
    assert assistant.sync().embedded == 0


@pytest.fixture
def notes(half_new, tmp_path) -> tuple[Path, Path, int]:
    """The corpus, a copy of the old index, and the number of vectors once everything is done."""
    index = tmp_path / "index"
    index.mkdir()
    for path in (half_new / "index").iterdir():
        (index / path.name).write_bytes(path.read_bytes())
    per_note = stored_vectors(index) // len(OLD)
    return half_new / "corpus", index, per_note * (len(OLD) + len(NEW))


@pytest.mark.parametrize("calls", [1, 90, 107, 140])
def test_a_sync_that_dies_at_a_given_point_is_resumed(notes, calls):
    corpus, index, total = notes
    died = python(CRASH, corpus, index, calls, 0)
    assert died.returncode == 9, died.stderr
    check_served(index)
    check_resumes(corpus, index, total)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_sync_that_is_killed_at_any_point_is_resumed(notes, seed):
    corpus, index, total = notes
    lines = random.Random(seed).randrange(1, 36)  # out of about 38
    with subprocess.Popen(
        [sys.executable, "-c", CRASH, corpus, index, "-1", "0.001"],
        stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(HERE)},
    ) as process:  # fmt: skip
        for _ in range(lines):
            assert process.stdout.readline() == "embedding\n"
        process.send_signal(signal.SIGKILL)
    check_served(index)
    check_resumes(corpus, index, total)
