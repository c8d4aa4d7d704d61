"""The database: one writer, committed states, and damaged or missing files."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
from conftest import HERE
from storing import entry, matches, put

from qa.errors import (
    IndexBusy,
    IndexDamaged,
    IndexTooNew,
    IndexUnwritable,
)
from qa.index.layout import DATABASE
from qa.index.local import database
from qa.index.local.database import atomic
from qa.index.local.store import LocalStore
from qa.index.words import matching_words
from qa.structure import Structure, Table


@pytest.fixture
def store(tmp_path) -> LocalStore:
    return LocalStore(tmp_path / "index")


# --- what goes in comes out ----------------------------------------------------------------------


def test_a_reader_sees_one_state_throughout(store):
    put(store, entry("a.txt", "It left."))
    with store.read() as snapshot:
        before = snapshot.stamp
        put(store, entry("a.txt", "It sank."))
        assert snapshot.stamp == before
        assert [p.text for p in snapshot.passages(snapshot.passage_numbers()).values()] == ["It left."]
    with store.read() as snapshot:
        assert snapshot.stamp[1] == before[1] + 1


def test_another_process_reads_the_new_state(store):
    put(store, entry("a.txt", "It left."))
    code = """
import sys
from pathlib import Path
from qa.index.local.store import LocalStore
store = LocalStore(Path(sys.argv[1]))
for line in sys.stdin:
    with store.read() as snapshot:
        print(snapshot.stamp[1], snapshot.documents()[0].text, flush=True)
"""
    with subprocess.Popen(
        [sys.executable, "-c", code, str(store.folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as reader:
        print("read", file=reader.stdin, flush=True)
        assert reader.stdout.readline() == "1 It left.\n"
        put(store, entry("a.txt", "It sank."))
        print("read", file=reader.stdin, flush=True)
        assert reader.stdout.readline() == "2 It sank.\n"


def test_deleted_content_is_overwritten(store):
    with store.write() as writer:
        (secure_delete,) = writer._db.execute("PRAGMA secure_delete").fetchone()
        assert secure_delete == 1


def test_the_pages_of_a_document_are_stored_and_removed_with_it(store):
    e = entry("a.pdf", "It left at seven.", "It came back.")
    put(store, replace(e, document=replace(e.document, pages=(0, 18))), entry("b.txt", "It sank."))
    with store.read() as snapshot:
        assert [d.pages for d in snapshot.documents()] == [(0, 18), ()]
        assert [d.pages for d in snapshot.documents(["a.pdf"])] == [(0, 18)]
    put(store, removed=("a.pdf",))
    with store.write() as writer:
        assert writer._db.execute("SELECT count(*) FROM pages").fetchone() == (0,)


def put_as_the_first_version_did(store: LocalStore, path: str, text: str) -> None:
    """One document of one passage, in a database that has been through the first migration only."""
    store.folder.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as db, atomic(db):
        database.MIGRATIONS[0](db)
        db.execute("PRAGMA user_version = 1")
        vector = np.zeros(2, "<f4").tobytes()
        db.execute("INSERT INTO vectors VALUES (x'00', ?)", [vector])
        db.execute(
            "INSERT INTO documents VALUES (?, ?, ?, '{}', ?, 'd', 'digest', 'recipe', '[]', 0)",
            [path, path, path, text],
        )
        db.execute(
            'INSERT INTO passages (id, document_id, start, "end", header, text, sentences, vector_key)'
            " VALUES (?, ?, 0, ?, '', ?, '[]', x'00')",
            [f"{path}-0", path, len(text), text],
        )


def test_an_index_made_by_the_first_version_is_read_and_written(store):
    put_as_the_first_version_did(store, "a.txt", "It left.")
    with store.read() as snapshot:
        (document,) = snapshot.documents()
        assert (document.path, document.text, document.pages) == ("a.txt", "It left.", ())
        assert document.structure == Structure()
        assert [(p.remark, p.doubtful) for p in snapshot.passages([1]).values()] == [("", False)]
        assert snapshot.file_digests() == {"a.txt": ("digest", "recipe")}
    put(store, entry("b.txt", "It sank."))
    assert matches(store, "left", "sank") == ["a.txt-0", "b.txt-0"]


def test_places_tables_and_remarks_are_stored_and_removed_with_their_document(store):
    structure = Structure(((0, "slide 1"), (18, "slide 2")), (Table(18, 30, 22),))
    e = entry("a.pptx", "It left at seven.", "It came back.")
    passages = [replace(e.passages[0], remark="read by OCR"), replace(e.passages[1], doubtful=True)]
    put(store, replace(e, document=replace(e.document, _structure=structure), passages=passages))
    with store.read() as snapshot:
        assert [d.structure for d in snapshot.documents()] == [structure]
        assert list(snapshot.passages(snapshot.passage_numbers()).values()) == passages
    put(store, removed=("a.pptx",))
    with store.write() as writer:
        assert writer._db.execute("SELECT count(*) FROM structures").fetchone() == (0,)


def test_two_processes_may_open_an_older_index_at_once(store):
    put_as_the_first_version_did(store, "a.txt", "It left.")
    code = """
import sys
from pathlib import Path
from qa.index.local.store import LocalStore
with LocalStore(Path(sys.argv[1])).read() as snapshot:
    print(len(snapshot.documents()))
"""
    readers = [
        subprocess.Popen([sys.executable, "-c", code, str(store.folder)], stdout=subprocess.PIPE)
        for _ in range(4)
    ]
    assert [reader.communicate()[0] for reader in readers] == [b"1\n"] * 4


# --- the keyword index ---------------------------------------------------------------------------


# --- one writer ----------------------------------------------------------------------------------


@contextlib.contextmanager
def other_writer(store: LocalStore):
    """A process that holds the writer's lock and has an unfinished transaction."""
    code = """
import sys
from pathlib import Path
from qa.index.local.store import LocalStore
with LocalStore(Path(sys.argv[1])).write() as writer:
    writer._db.execute("BEGIN IMMEDIATE")
    writer._db.execute("DELETE FROM documents")
    print("writing", flush=True)
    sys.stdin.readline()
"""
    with subprocess.Popen(
        [sys.executable, "-c", code, str(store.folder)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(HERE)},
    ) as process:  # fmt: skip
        assert process.stdout.readline() == "writing\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_second_writer_is_refused_and_readers_are_not(store):
    put(store, entry("a.txt", "It left."))
    with other_writer(store):
        with pytest.raises(IndexBusy), store.write():
            pass
        assert matches(store, "left") == ["a.txt-0"]


def test_the_lock_of_a_killed_writer_is_released_and_its_work_undone(store):
    put(store, entry("a.txt", "It left."))
    with other_writer(store) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        put(store, entry("b.txt", "It sank."))
    assert matches(store, "left", "sank") == ["a.txt-0", "b.txt-0"]


# --- damaged and missing files -------------------------------------------------------------------


def test_an_index_made_by_a_newer_version_is_refused_and_not_touched(store):
    put(store, entry("a.txt", "It left."))
    with contextlib.closing(sqlite3.connect(store.path)) as connection:
        connection.execute("PRAGMA user_version = 99")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = store.path.read_bytes()
    with pytest.raises(IndexTooNew), store.read():
        pass
    with pytest.raises(IndexTooNew), store.write():
        pass
    assert store.path.read_bytes() == before


def make_big(store: LocalStore) -> None:
    """Make a database of many pages with an empty log."""
    put(store, *(entry(f"{n}.txt", f"Ferry {n} left at seven. " * 50) for n in range(200)))
    with contextlib.closing(sqlite3.connect(store.path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def test_a_database_that_begins_differently_is_damaged(store):
    make_big(store)
    with store.path.open("r+b") as file:
        file.write(b"not a database at all, but words")
    with pytest.raises(IndexDamaged), store.read():
        pass
    with pytest.raises(IndexDamaged), store.write():
        pass


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_database_cut_short_is_damaged(store, share):
    make_big(store)
    os.truncate(store.path, int(store.path.stat().st_size * share))
    with pytest.raises(IndexDamaged), store.write():
        pass


def test_a_writer_notices_a_database_overwritten_in_the_middle(store):
    make_big(store)
    middle = store.path.stat().st_size // 2
    with store.path.open("r+b") as file:
        file.seek(middle - middle % 4096)
        file.write(os.urandom(40_960))
    with pytest.raises(IndexDamaged), store.write():
        pass


def test_an_unfinished_new_database_reads_as_empty(store):
    store.folder.mkdir()
    store.path.touch()
    with store.read() as snapshot:
        assert snapshot.documents() == ()
    put(store, entry("a.txt", "It left."))
    assert matches(store, "left") == ["a.txt-0"]


def test_a_damaged_database_is_set_aside_with_its_log(store):
    store.folder.mkdir()
    for n in (1, 2):
        store.path.write_text(f"damaged {n}")
        store.path.with_name(f"{DATABASE}-wal").write_text(f"log {n}")
        assert store.set_aside().name == f"{DATABASE}.damaged-{n}"
    assert {path.name: path.read_text() for path in store.folder.iterdir()} == {
        f"{DATABASE}.damaged-1": "damaged 1",
        f"{DATABASE}.damaged-1-wal": "log 1",
        f"{DATABASE}.damaged-2": "damaged 2",
        f"{DATABASE}.damaged-2-wal": "log 2",
    }


def test_an_index_path_that_is_a_file_cannot_be_written(tmp_path):
    (tmp_path / "index").write_text("a file")
    store = LocalStore(tmp_path / "index")
    with pytest.raises(IndexUnwritable), store.write():
        pass
    assert (tmp_path / "index").read_text() == "a file"


def test_matching_words_are_the_words_that_each_text_contains():
    assert matching_words(["ferry", "goat"], ["Two ferries", "a goat on a ferry", ""]) == [
        {"ferry"},
        {"ferry", "goat"},
        set(),
    ]
