"""Several processes use one index in Milvus at once, and some of them die."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import HERE, WordEncoder, write
from milvus import contents, new_database

from qa.assistant import Assistant
from qa.index.milvus.connection import Connection
from qa.settings import Settings

pytestmark = pytest.mark.slow

OPEN = """
import sys
from pathlib import Path
from conftest import WordEncoder
from qa import Assistant, Settings

corpus, index, store, part = sys.argv[1:]
settings = Settings(corpus=Path(corpus), index=Path(index), store=store, part=part)
assistant = Assistant(settings, WordEncoder())
"""
SYNC = "print('begins', flush=True)\nassistant.sync()\n"
ASK = """
asked = 0
while not Path(index, "enough").exists():
    answer = assistant.ask("How many goats did boat7 carry?", threshold=0, suggest=False)
    hits = assistant.search("goats on a boat", k=20, rerank=False)
    for value in (*answer.citations, *hits):
        passage = value.passage
        assert value.document.text[passage.start : passage.end] == passage.text
    with assistant.engine.store.read() as snapshot:
        documents = snapshot.documents()
        numbers = snapshot.numbers_by_document(document.id for document in documents)
        counts = snapshot.passage_counts()
        assert all(len(numbers[document.id]) == counts[document.id] for document in documents)
    asked += 1
    print(asked, len(documents), flush=True)
"""


def start(code: str, *arguments: object) -> subprocess.Popen[str]:
    """Run code with an assistant in another process."""
    return subprocess.Popen(
        [sys.executable, "-c", OPEN + code, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join((str(HERE), str(HERE.parent)))},
    )


def notes(part: str, version: str = "old") -> dict[str, str]:
    """A hundred small documents."""
    return {
        f"{part}/note{n}.md": f"# Log {n} {version}\n\nThe boat{n} of {part} carried goat{version}{n}.\n\n"
        f"## Later\n\nThe café{n} was {version}.\n"
        for n in range(100)
    }


def fresh(folder: Path, server: str, *parts: str) -> dict[str, list[tuple]]:
    """What a new index of a corpus holds."""
    store = new_database(server)
    for part in parts:
        settings = Settings(folder / "corpus", folder / "fresh", store=store, part=part)
        Assistant(settings, WordEncoder()).sync()
    return contents(Connection(store))


def test_two_processes_sync_two_parts_while_a_third_asks(tmp_path, milvus_server, database):
    corpus = tmp_path / "corpus"
    write(corpus, notes("north") | notes("south"))
    (tmp_path / "third").mkdir()
    asking = start(ASK, corpus, tmp_path / "third", database, "")
    syncing = [start(SYNC, corpus, tmp_path / part, database, part) for part in ("north", "south")]
    for process in syncing:
        _, errors = process.communicate(timeout=120)
        assert (process.returncode, errors) == (0, "")
    (tmp_path / "third" / "enough").touch()
    asked, errors = asking.communicate(timeout=60)
    assert (asking.returncode, errors) == (0, "")
    seen = [int(line.split()[1]) for line in asked.splitlines()]
    assert seen == sorted(seen)
    assert contents(Connection(database)) == fresh(tmp_path, milvus_server, "north", "south")


def test_a_sync_that_is_killed_at_any_moment_is_mended_by_the_next(tmp_path, milvus_server, database):
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    assistant = Assistant(Settings(corpus, index, store=database), WordEncoder())
    write(corpus, notes("north"))
    assistant.sync()
    versions = ["old"]
    for version in ("new", "newer", "newest"):
        write(corpus, notes("north", version))
        versions.append(version)
        process = start(SYNC, corpus, index, database, "")
        assert process.stdout.readline() == "begins\n"
        time.sleep(random.uniform(0.3, 1.5))
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=30)
        allowed = [notes("north", version) for version in versions[-2:]]
        with assistant.engine.store.read() as snapshot:
            documents = snapshot.documents()
            assert len(documents) == 100
            for document in documents:
                assert document.text in [texts[document.path] for texts in allowed]
                numbers = snapshot.passage_numbers([document.id])
                passages = snapshot.passages(numbers).values()
                assert all(document.text[p.start : p.end] == p.text for p in passages)
                assert len(passages) == 2
        assistant.sync()
        assert contents(Connection(database)) == fresh(tmp_path, milvus_server, "")
