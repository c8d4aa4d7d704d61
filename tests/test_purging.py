"""After a purge, no file of the index contains the bytes of deleted content, wherever they were before."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import HERE, python, write

from qa.assistant import Assistant
from qa.errors import IndexBusy, IndexDamaged, IndexUnwritable, StaleDocument
from qa.index.local.store import LocalStore
from qa.types import Purged

PATH = "yard/zwieback-42.md"
TITLE = "The Xanthan Ledger"
TEXT = f"---\ntitle: {TITLE}\nauthor: Ottoline Quex\n---\n\nA zippy barge was moored at Vlissing in May.\n"
# The keyword index stores "zippy" as "zippi", which the text does not contain.
IN_WORDS = {"text": b"A zippy barge", "word": b"vlissing", "stem": b"zippi"}
OF_DOCUMENT = {"title": TITLE.encode(), "path": PATH.encode(), "author": b"Ottoline Quex"}


def traces(assistant: Assistant, path: str = PATH) -> dict[str, bytes]:
    """Everything that a document may leave behind: its words in each form, its names, its vector."""
    with LocalStore(assistant.settings.index).read() as snapshot:
        (document,) = (d for d in snapshot.documents() if d.path == path)
        (vector,) = snapshot.vectors(snapshot.passage_numbers([document.id]))
    identity = {"id": document.id.encode(), "digest": document.digest.encode()}
    return IN_WORDS | OF_DOCUMENT | identity | {"vector": vector.tobytes()}


def left(index: Path, traces: dict[str, bytes], files: str = "*") -> set[str]:
    """The names of the traces that are in the bytes of a folder's files, in upper or lower case."""
    contents = [path.read_bytes().lower() for path in index.rglob(files) if path.is_file()]
    return {name for name, trace in traces.items() if any(trace.lower() in content for content in contents)}


@pytest.fixture
def barge(assistant, corpus, index) -> dict[str, bytes]:
    """The traces of an indexed document, all of which are in the index."""
    write(corpus, {PATH: TEXT})
    assistant.sync()
    barge = traces(assistant)
    assert left(index, barge) == set(barge)
    return barge


SYNC = """
import os, sys
from pathlib import Path
from conftest import WordEncoder
from qa import Assistant, Settings
from qa.index.local import store
from qa.index.local import vectors

assistant = Assistant(Settings(corpus=Path(sys.argv[1]), index=Path(sys.argv[2])), WordEncoder())
"""


def run_to_its_death(code: str, *arguments: object) -> None:
    """Run code in a process that must exit with status 9."""
    done = python(SYNC + code, *arguments)
    assert done.returncode == 9, done.stderr


# --- wherever the bytes are ----------------------------------------------------------------------


def test_a_removed_document_leaves_no_bytes(assistant, corpus, index, barge):
    (corpus / PATH).unlink()
    report = assistant.sync(purge=True)
    assert report.removed == (PATH,)
    assert (report.purged.vectors, report.purged.databases, report.purged.leftovers) == (1, 0, 0)
    assert left(index, barge) == set()
    assert not left(corpus.parent, barge)  # nor has it moved somewhere else


def test_a_document_removed_by_an_earlier_sync_leaves_no_bytes(assistant, corpus, index, barge):
    (corpus / PATH).unlink()
    assert assistant.sync().purged is None
    assert left(index, barge) >= {"stem", "vector"}
    report = assistant.sync(purge=True)
    assert report.removed == ()
    assert report.purged.vectors == 1
    assert left(index, barge) == set()


def test_the_old_paragraph_of_an_edited_document_leaves_no_bytes(assistant, corpus, index, barge):
    write(corpus, {PATH: TEXT.replace("A zippy barge was moored at Vlissing", "A yawl was seen")})
    assistant.sync(purge=True)
    assert left(index, barge) == {"title", "path", "author", "id"}
    assert assistant.search("a yawl", k=1)[0].document.path == PATH


def test_the_old_name_of_a_moved_file_leaves_no_bytes(assistant, corpus, index, barge):
    (corpus / PATH).rename(corpus / "barge.md")
    assert assistant.sync(purge=True).embedded == 0
    assert left(index, barge) == set(barge) - {"path", "id"}


def test_a_failed_file_that_is_gone_leaves_no_bytes(assistant, corpus, index, barge):
    (corpus / PATH).write_bytes(b"")
    assert [failure.path for failure in assistant.sync(purge=True).failed] == [PATH]
    assert left(index, barge) == set(barge)  # its last good state is kept
    (corpus / PATH).unlink()
    (corpus / "yard" / "zippy.txt").touch()
    assistant.sync()
    (corpus / "yard" / "zippy.txt").unlink()
    assert left(index, {"failed": b"yard/zippy.txt"})
    assistant.sync(purge=True)
    assert not left(index, barge | {"failed": b"yard/zippy.txt"})


def damage(index: Path) -> None:
    with (index / "index.sqlite").open("r+b") as file:
        file.write(b"no database")


def test_a_damaged_database_that_was_set_aside_is_deleted(assistant, corpus, index, barge):
    damage(index)
    (corpus / PATH).unlink()
    assistant.sync()
    assert left(index, barge, "*.damaged-1") == set(barge)
    (index / "index.sqlite.damaged-1-wal").write_bytes(TEXT.encode())
    purged = assistant.sync(purge=True).purged
    assert (purged.vectors, purged.databases) == (0, 1)
    assert purged.bytes > 10_000
    assert left(index, barge) == set()


def test_a_database_that_the_purging_sync_finds_damaged_is_deleted(assistant, corpus, index, barge, caplog):
    damage(index)
    with pytest.raises(IndexDamaged):
        assistant.search("barge")
    (corpus / PATH).unlink()
    report = assistant.sync(purge=True)
    assert (len(report.added), report.purged.databases) == (3, 1)
    assert caplog.messages[-1].endswith("it is kept as index.sqlite.damaged-1 until the purge")
    assert left(index, barge) == set()


def test_an_unfinished_cache_file_of_a_killed_process_is_deleted(assistant, corpus, index, barge):
    (index / "vectors.faiss").unlink()
    run_to_its_death("os.fsync = lambda _: os._exit(9)\nassistant.sync()", corpus, index)
    assert left(index, barge, ".vectors.faiss.*.new") == {"vector"}
    (corpus / PATH).unlink()
    assert assistant.sync(purge=True).purged.leftovers == 1
    assert left(index, barge) == set()


def test_the_log_of_a_killed_process_is_emptied(assistant, corpus, index, barge):
    shutil.rmtree(index)
    run_to_its_death("vectors.VectorCache.save = lambda _: os._exit(9)\nassistant.sync()", corpus, index)
    assert left(index, barge, "*-wal") == set(barge)
    assert not left(index, barge, "vectors.faiss")
    (corpus / PATH).unlink()
    assistant.sync(purge=True)
    assert left(index, barge) == set()


def test_rows_deleted_without_being_overwritten_leave_no_bytes(assistant, corpus, index, barge):
    with contextlib.closing(sqlite3.connect(index / "index.sqlite", isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("DELETE FROM documents WHERE path = ?", [PATH])
    (corpus / PATH).unlink()
    assistant.sync()
    assert left(index, barge, "index.sqlite") >= {"text", "title", "path", "id", "stem"}
    assistant.sync(purge=True)
    assert left(index, barge, "index.sqlite") == set()


def test_the_bytes_freed_are_the_bytes_that_the_files_shrink_by(assistant, corpus, index):
    write(corpus, {f"{n}.txt": f"Barge {n} was moored here. " * 200 for n in range(50)})
    assistant.sync()
    for n in range(50):
        (corpus / f"{n}.txt").unlink()
    assistant.sync(allow_empty=True)
    (index / "index.sqlite.damaged-1").write_bytes(b"old" * 1000)
    before = sum(path.stat().st_size for path in index.iterdir())
    freed = assistant.sync(purge=True).purged.bytes
    assert freed == before - sum(path.stat().st_size for path in index.iterdir()) > 500_000


# --- what stays ----------------------------------------------------------------------------------


def test_served_content_stays_as_it_is(assistant, corpus, index, encoder, barge):
    (corpus / "bridge.txt").unlink()  # frees the first number
    assistant.sync()

    def served(assistant: Assistant):
        with LocalStore(index).read() as snapshot:
            numbers = snapshot.passage_numbers()
            passages, vectors = snapshot.passages(numbers), snapshot.vectors(numbers).tolist()
        return assistant.search("ferry passengers and bees", k=10), passages, vectors

    before, cache = served(assistant), (index / "vectors.faiss").read_bytes()
    assert assistant.sync(purge=True).purged.vectors == 1
    assert served(assistant) == before
    assert (index / "vectors.faiss").read_bytes() == cache  # the passages still have the same numbers
    encoder.embedded.clear()
    assert served(Assistant(assistant.settings, encoder)) == before
    assert assistant.sync().embedded == 0


def test_a_second_purge_finds_nothing(assistant, barge):
    assistant.sync(purge=True)
    assert assistant.sync(purge=True).purged == Purged(0, 0, 0, 0)


def test_an_empty_index_can_be_purged(assistant, corpus, index, barge):
    for path in corpus.rglob("*.*"):
        path.unlink()
    assert assistant.sync(purge=True, allow_empty=True).purged.vectors == 5
    assert left(index, barge) == set()
    assert assistant.documents() == assistant.search("barge") == ()


def test_a_first_sync_can_purge(assistant):
    assert assistant.sync(purge=True).purged.vectors == 0
    assert len(assistant.documents()) == 3


def test_a_purged_file_that_comes_back_is_embedded_again(assistant, corpus, barge):
    (corpus / PATH).unlink()
    assistant.sync(purge=True)
    write(corpus, {PATH: TEXT})
    assert assistant.sync().embedded == 1
    assert assistant.search("zippy barge", k=1)[0].document.path == PATH


# --- feedback on it ------------------------------------------------------------------------------

ASKED = "Where was the barge in May?"
SAID = "A zippy barge was moored at Vlissing in May. [1]"


@pytest.fixture
def rated(assistant, corpus, index, barge) -> dict[str, bytes]:
    """The traces of a document that feedback repeats in every way."""
    answer = assistant.ask(ASKED, threshold=0)
    assert {c.document.path for c in answer.citations} == {PATH}
    assistant.rate(answer, True, "as I said: a zippy barge was moored at Vlissing")
    history = [("What was moored at Vlissing?", f"**A zippy barge** ({TITLE})\n\n{SAID}")]
    ferry = assistant.ask("How many passengers does the ferry to Tolvane carry?", threshold=0)
    follow_up = replace(ferry, question="And it?", understood="How many does a zippy barge carry?")
    assistant.rate(follow_up, False, "no", history)
    assert left(index, barge, "feedback.jsonl") == {"text", "word", "path"}
    return barge


def remaining_feedback(assistant: Assistant) -> list[tuple[object, ...]]:
    return [(v.question, v.helpful, v.comment, len(v.quotes), v.history) for v in assistant.feedback()]


REMAINING = [("And it?", False, "no", 1, (("What was moored at Vlissing?", ""),)), (ASKED, True, "", 0, ())]


def test_feedback_that_repeats_a_removed_document_is_redacted(assistant, corpus, index, rated):
    (corpus / PATH).unlink()
    purged = assistant.sync(purge=True).purged
    assert (purged.vectors, purged.leftovers, purged.feedback) == (1, 0, 2)
    assert left(index, rated) == {"word"}  # in a question, where it is the user's own word
    assert remaining_feedback(assistant) == REMAINING


def test_feedback_on_the_old_paragraph_of_an_edited_document_is_redacted(assistant, corpus, index, rated):
    write(corpus, {PATH: TEXT.replace("A zippy barge was moored at Vlissing", "A yawl was seen")})
    assert assistant.sync(purge=True).purged.feedback == 2
    assert left(index, rated) == {"title", "path", "author", "id", "word"}
    assert not left(index, {"path": PATH.encode()}, "feedback.jsonl")
    assert remaining_feedback(assistant) == REMAINING


def test_feedback_refers_to_a_moved_file_only_by_its_new_name(assistant, corpus, index, rated):
    (corpus / PATH).rename(corpus / "barge.md")
    assert assistant.sync(purge=True).purged.feedback == 0
    assert left(index, rated) == set(rated) - {"path", "id"}
    assert assistant.feedback()[1].quotes[0].document == "barge.md"


def test_feedback_on_served_content_is_not_touched(assistant, index, rated):
    before = assistant.feedback(), (index / "feedback.jsonl").read_bytes()
    assert assistant.sync(purge=True).purged.feedback == 0
    assert (assistant.feedback(), (index / "feedback.jsonl").read_bytes()) == before


def test_torn_and_replaced_votes_leave_no_bytes(assistant, corpus, index, rated):
    assistant.rate(assistant.ask(ASKED, threshold=0), False, "zippy indeed")
    assistant.rate(assistant.ask(ASKED, threshold=0), False)
    with (index / "feedback.jsonl").open("ab") as file:
        file.write(b'{"when": 1, "question": "a zippy thing?"')
    assistant.sync(purge=True)
    assert not left(index, {"replaced": b"zippy indeed", "torn": b"zippy thing"})
    (corpus / PATH).unlink()
    assistant.sync(purge=True)
    assert left(index, rated) == {"word"}
    assert [vote[:2] for vote in remaining_feedback(assistant)] == [(ASKED, False), ("And it?", False)]


@pytest.mark.parametrize(
    "killed",
    ["os.fsync = lambda _: os._exit(9)", "Path.replace = lambda *_: os._exit(9)",
     "store.LocalWriter.purge = lambda _: os._exit(9)"],
)  # fmt: skip
def test_a_purge_killed_during_the_feedback_can_be_run_again(assistant, corpus, index, rated, killed):
    (corpus / PATH).unlink()
    assistant.sync()
    run_to_its_death(f"{killed}\nassistant.sync(purge=True)", corpus, index)
    unfinished = len(list(index.glob(".feedback.jsonl.*.new")))
    assert unfinished == (0 if "Writer" in killed else 1)
    assert remaining_feedback(assistant) == REMAINING
    assert assistant.sync(purge=True).purged.leftovers == unfinished
    assert left(index, rated) == {"word"}
    assert remaining_feedback(assistant) == REMAINING


def test_votes_during_a_purge_are_kept_and_bring_nothing_back(assistant, corpus, index, rated):
    barge = assistant.ask(ASKED, threshold=0)
    ferry = assistant.ask("How many passengers does the ferry to Tolvane carry?", threshold=0)
    assert "zippy" in barge.citations[0].document.text  # now in memory
    stopped, counts = threading.Event(), []

    def vote(number: int) -> None:
        votes = 0
        while not stopped.is_set():
            assistant.rate(replace(ferry, question=f"{number} {votes}?", understood=""), True)
            votes += 1
            with contextlib.suppress(StaleDocument):
                assistant.rate(barge, True, "a zippy barge was moored at Vlissing")
        counts.append(votes)

    threads = [threading.Thread(target=vote, args=[number]) for number in range(3)]
    for thread in threads:
        thread.start()
    try:
        (corpus / PATH).unlink()
        for _ in range(4):
            assistant.sync(purge=True)
    finally:
        stopped.set()
        for thread in threads:
            thread.join()
    assert left(index, rated) == {"word"}
    assert sum(
        vote.question.endswith("?") and vote.question[0] in "012" for vote in assistant.feedback()
    ) == sum(counts)


# --- a purge that is killed ----------------------------------------------------------------------

KILLED = """
step, during = sys.argv[3], int(sys.argv[4])
opened = store.open_for_writing

def open_for_writing(path):
    connection = opened(path)

    def die(statement):
        if statement.startswith(step):
            if not during:
                os._exit(9)
            connection.set_progress_handler(lambda: os._exit(9), during)

    connection.set_trace_callback(die)
    return connection

store.open_for_writing = open_for_writing
assistant.sync(purge=True)
"""


@pytest.mark.parametrize(
    ("step", "during"),  # the number of SQLite instructions into the step
    [("DELETE FROM vectors", 0), ("INSERT INTO keywords (keywords)", 0), ("COMMIT", 0), ("VACUUM", 0),
     ("VACUUM", 100), ("VACUUM", 20), ("PRAGMA wal_checkpoint", 0)],
)  # fmt: skip
def test_a_killed_purge_leaves_a_good_index_and_can_be_run_again(
    assistant, corpus, index, encoder, barge, step, during
):
    (corpus / PATH).unlink()
    assistant.sync()
    run_to_its_death(KILLED, corpus, index, step, during)
    assert left(index, barge)
    again = Assistant(assistant.settings, encoder)
    assert {d.path for d in again.documents()} == {"bridge.txt", "ferry.md", "valley/bees.md"}
    assert again.search("ferry passengers", k=1)[0].document.path == "ferry.md"
    assert again.sync(purge=True).removed == ()
    assert left(index, barge) == set()
    assert again.search("ferry passengers", k=1)[0].document.path == "ferry.md"
    assert again.sync().embedded == 0


def test_the_vectors_are_saved_under_the_lock(assistant, corpus, index, barge, monkeypatch):
    def save(*_) -> None:  # so another process cannot have purged before this
        with pytest.raises(IndexBusy), LocalStore(index).write():
            pass
        saved.append(True)

    saved: list[bool] = []
    monkeypatch.setattr("qa.index.local.vectors.VectorIndex.save", save)
    (corpus / PATH).unlink()
    assistant.sync()
    assert saved == [True]


# --- while another process reads -----------------------------------------------------------------


@contextlib.contextmanager
def reading(index: Path) -> Iterator[subprocess.Popen]:
    """Another process that reads the current state of the index until it receives a line."""
    code = """
import sys
from pathlib import Path
from qa.index.local.store import LocalStore
with LocalStore(Path(sys.argv[1])).read() as snapshot:
    print(len(snapshot.documents()), flush=True)
    sys.stdin.readline()
    print(len(snapshot.documents()), flush=True)
"""
    with subprocess.Popen(
        [sys.executable, "-c", code, index],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(HERE)},
    ) as process:  # fmt: skip
        try:
            assert process.stdout.readline() == "4\n"
            yield process
        finally:
            process.kill()


def stop(reader: subprocess.Popen) -> None:
    print(file=reader.stdin, flush=True)
    assert reader.stdout.readline() == "4\n"  # it has read the same state throughout
    reader.wait()


def test_a_reader_in_the_way_is_an_error_but_the_sync_is_done(assistant, corpus, index, barge, monkeypatch):
    monkeypatch.setattr("qa.index.local.database.PATIENCE", 0.2)
    (corpus / PATH).unlink()
    with reading(index) as reader:
        with pytest.raises(IndexBusy, match=r"the sync is done, .*\. Run qa sync --purge again"):
            assistant.sync(purge=True)
        assert len(assistant.documents()) == 3
        assert "zippy" not in str(assistant.search("zippy barge", k=9))
        assert left(index, barge)
        stop(reader)
    assert assistant.sync(purge=True).purged.leftovers == 0
    assert left(index, barge) == set()


def test_a_purge_waits_for_a_reader_that_is_soon_done(assistant, corpus, index, barge):
    (corpus / PATH).unlink()
    with reading(index) as reader:
        thread = threading.Timer(0.5, stop, [reader])
        thread.start()
        assert assistant.sync(purge=True).purged.vectors == 1
        thread.join()
    assert left(index, barge) == set()


def test_a_reader_in_the_same_process_is_in_the_way_too(assistant, corpus, index, barge, monkeypatch):
    monkeypatch.setattr("qa.index.local.database.PATIENCE", 0.2)
    (corpus / PATH).unlink()
    with LocalStore(index).read() as snapshot:
        assert len(snapshot.documents()) == 4
        with pytest.raises(IndexBusy):
            assistant.sync(purge=True)
    assistant.sync(purge=True)
    assert left(index, barge) == set()


def test_questions_are_answered_during_a_purge(assistant, corpus, index, barge):
    (corpus / PATH).unlink()
    assistant.sync()
    paths, stopped = [], threading.Event()

    def ask() -> None:
        while not stopped.is_set():
            paths.append(assistant.search("ferry passengers", k=1, rerank=False)[0].document.path)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(5):
            assistant.sync(purge=True)
    finally:
        stopped.set()
        for thread in threads:
            thread.join()
    assert set(paths) == {"ferry.md"}
    assert left(index, barge) == set()


# --- files that cannot be deleted ----------------------------------------------------------------


def test_a_file_that_cannot_be_deleted_is_an_error(assistant, index):
    (index / "index.sqlite.damaged-1").mkdir(parents=True)
    with pytest.raises(IndexUnwritable, match="cannot write the index in"):
        assistant.sync(purge=True)
    assert len(assistant.documents()) == 3
