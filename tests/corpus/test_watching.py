"""Watching the folder: changes are picked up automatically, as one sync, but half-written files are not."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import DOCUMENTS, HERE, WordEncoder, write
from watchfiles import Change

from qa.assistant import Assistant
from qa.corpus import sync as syncing
from qa.corpus import watch as watching
from qa.corpus.watch import Settled, _matters, watched
from qa.documents.parsed import Parsed
from qa.documents.reading import read
from qa.errors import IndexBusy, IndexUnwritable
from qa.index.local.store import LocalStore
from qa.settings import Settings
from qa.types import Failure, SyncReport

pytestmark = pytest.mark.slow

PATIENCE = 30  # seconds; everything here takes one or two
QUIET = 0.5  # seconds; half the real value
LONG = 4 * QUIET
linux = pytest.mark.skipif(sys.platform != "linux", reason="open files are known on Linux only")


class Counting(Assistant):
    """An assistant that keeps the reports of its syncs."""

    def __init__(self, settings: Settings, encoder: WordEncoder) -> None:
        super().__init__(settings, encoder)
        self.syncs: list[SyncReport] = []

    def sync(self, *arguments, **options) -> SyncReport:
        report = super().sync(*arguments, **options)
        self.syncs.append(report)
        return report

    def changes(self) -> list[SyncReport]:
        return [report for report in self.syncs if report.added or report.updated or report.removed]

    def texts(self) -> dict[str, str]:
        with LocalStore(self.settings.index).read() as snapshot:  # one state, whatever is synced meanwhile
            return {d.path: snapshot.text(d.id, d.digest) for d in snapshot.documents()}


def eventually(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "the condition never became true"
        time.sleep(0.05)


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("QUIET", "GROWING", "TICK", "AGAIN", "POLLING"):
        monkeypatch.setattr(watching, name, getattr(watching, name) / 2)


@pytest.fixture
def corpus(corpus: Path) -> Path:
    """The small corpus, written a while ago."""
    for path in DOCUMENTS:
        os.utime(corpus / path, (1e9, 1e9))
    return corpus


@pytest.fixture
def assistant(corpus: Path, index: Path, encoder: WordEncoder) -> Counting:
    return Counting(Settings(corpus=corpus, index=index), encoder)


@pytest.fixture
def news() -> list[SyncReport]:
    return []


@contextmanager
def following(assistant: Counting, news: list[SyncReport]) -> Iterator[None]:
    """Watch, starting with the first sync."""
    done = len(assistant.syncs)
    settings = assistant.settings
    with watched(assistant.sync, settings.corpus, settings.index, news.append):
        eventually(lambda: len(assistant.syncs) > done)
        yield


@pytest.fixture
def followed(assistant: Counting, news: list[SyncReport]) -> Iterator[Counting]:
    assistant.sync()
    with following(assistant, news):
        yield assistant


def settle(assistant: Counting) -> None:
    """Wait long enough for another sync to happen, if there is going to be one."""
    time.sleep(LONG)


# --- changes that are picked up ------------------------------------------------------------------


def test_the_first_sync_is_automatic_and_is_reported(assistant, news):
    with following(assistant, news):
        assert assistant.texts() == DOCUMENTS
        eventually(lambda: news)
    assert [report.added for report in news] == [tuple(sorted(DOCUMENTS))]


def test_new_changed_moved_and_deleted_files_are_picked_up(followed, corpus, news, encoder):
    write(corpus, {"goats.txt": "Forty goats live on the rock."})
    eventually(lambda: "goats.txt" in followed.texts())
    write(corpus, {"goats.txt": "All the goats have left."})
    eventually(lambda: followed.texts()["goats.txt"] == "All the goats have left.")
    encoder.embedded.clear()
    (corpus / "goats.txt").rename(corpus / "valley" / "no goats.txt")
    eventually(lambda: "goats.txt" not in followed.texts())
    assert followed.texts()["valley/no goats.txt"] == "All the goats have left."
    assert encoder.embedded == []
    (corpus / "ferry.md").unlink()
    eventually(lambda: "ferry.md" not in followed.texts())
    eventually(lambda: len(news) == 4)
    assert [(len(r.added), len(r.updated), len(r.removed), len(r.renamed)) for r in news] == [
        (1, 0, 0, 0), (0, 1, 0, 0), (1, 0, 1, 1), (0, 0, 1, 0),
    ]  # fmt: skip


def test_new_moved_and_deleted_folders_are_picked_up(followed, corpus, tmp_path, encoder):
    encoder.embedded.clear()
    (corpus / "valley").rename(corpus / "v1.2")
    eventually(lambda: "v1.2/bees.md" in followed.texts())
    assert "valley/bees.md" not in followed.texts()
    (corpus / "v1.2").rename(tmp_path / "elsewhere")
    eventually(lambda: "v1.2/bees.md" not in followed.texts())
    (tmp_path / "elsewhere").rename(corpus / "back")
    eventually(lambda: "back/bees.md" in followed.texts())
    assert encoder.embedded == []
    write(corpus, {"new/deep/goats.txt": "Forty goats."})
    eventually(lambda: "new/deep/goats.txt" in followed.texts())
    write(corpus, {"new/deep/more.txt": "Fifty goats."})  # in a folder that did not exist at the start
    eventually(lambda: "new/deep/more.txt" in followed.texts())
    shutil.rmtree(corpus / "new")
    eventually(lambda: set(followed.texts()) == {"bridge.txt", "ferry.md", "back/bees.md"})


def test_a_file_saved_under_another_name_and_renamed_is_picked_up(followed, corpus):
    for number in range(3):
        write(corpus, {".ferry.md.tmp": f"The ferry sank {number} times."})
        (corpus / ".ferry.md.tmp").replace(corpus / "ferry.md")
        eventually(lambda number=number: followed.texts()["ferry.md"] == f"The ferry sank {number} times.")
    eventually(lambda: len(followed.changes()) == 4)
    assert [(r.updated, r.added, r.removed) for r in followed.changes()[1:]] == [(("ferry.md",), (), ())] * 3


def test_a_thousand_files_at_once_are_one_sync(followed, corpus, monkeypatch):
    monkeypatch.setattr(watching, "QUIET", 2)  # a busy machine writes slowly
    before = followed.state()
    for number in range(1000):
        write(corpus, {f"folder{number % 10}/note{number}.txt": f"Note {number} of the lighthouse."})
    eventually(lambda: len(followed.documents()) == 1003)
    settle(followed)
    settle(followed)
    assert [len(report.added) for report in followed.changes()] == [3, 1000]
    assert followed.state()[1] <= before[1] + 4  # the batches of one sync, the first of them small
    shutil.rmtree(corpus / "folder3")
    eventually(lambda: len(followed.documents()) == 903)
    settle(followed)
    assert [len(report.removed) for report in followed.changes()] == [0, 0, 100]


def test_files_that_are_not_documents_do_not_wake_the_watcher(followed, corpus):
    settle(followed)
    done = len(followed.syncs)
    write(corpus, {".hidden.txt": "x", "~$open.txt": "x", "program.exe": "x", ".git/note.txt": "x"})
    write(corpus, {"program.exe": "xx"})
    (corpus / ".hidden.txt").unlink()
    settle(followed)
    assert len(followed.syncs) == done


def test_a_file_added_by_the_assistant_is_synced_by_the_assistant(followed, corpus, tmp_path):
    write(tmp_path, {"goats.txt": "Forty goats live on the rock."})
    assert followed.add(tmp_path / "goats.txt").text == "Forty goats live on the rock."
    settle(followed)
    assert [report.added for report in followed.changes()[1:]] == [("goats.txt",)]


@pytest.mark.parametrize("inside", ["index", "."])
def test_an_index_inside_the_corpus_does_not_wake_the_watcher(corpus, encoder, news, inside):
    assistant = Counting(Settings(corpus=corpus, index=corpus / inside), encoder)
    with following(assistant, news):
        settle(assistant)
        write(corpus, {"goats.txt": "Forty goats."})
        eventually(lambda: "goats.txt" in assistant.texts())
        settle(assistant)
        assert len(assistant.syncs) == 2


def test_index_files_in_a_shared_folder_are_not_changes_of_the_corpus(assistant, corpus):
    shared = Assistant(Settings(corpus=corpus, index=corpus), WordEncoder())
    before = {path.name for path in corpus.iterdir()}
    shared.sync()
    shared.rate(shared.ask("How many passengers does the ferry carry?", threshold=0), True)
    shared.place([("goats.txt", corpus / "bridge.txt")])
    index = {path.name for path in corpus.iterdir()} - before - {"goats.txt"}
    assert {"index.sqlite", "vectors.faiss", "sync.lock", "placing.lock", "feedback.jsonl"} <= index
    for name in (
        index | {f"{name}.123.new" for name in index} | {"index.sqlite-wal", "index.sqlite.damaged-1"}
    ):
        assert not _matters(corpus, corpus, Change.deleted, corpus / name), name
    assert _matters(corpus, corpus, Change.deleted, corpus / "valley")


# --- half-written files --------------------------------------------------------------------------

PIECES = [f"Part {number} of the log of the lighthouse. " for number in range(20)]
WRITER = """
import sys, time
with open(sys.argv[1], "w") as file:
    for piece in sys.argv[3:]:
        file.write(piece)
        file.flush()
        time.sleep(float(sys.argv[2]))
"""


@contextmanager
def writing(path: Path, pause: float) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that writes a file in pieces and keeps it open meanwhile."""
    pieces = PIECES if pause < QUIET else ["".join(PIECES[:16]), *PIECES[16:]]
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path), str(pause), *pieces]) as process:
        try:
            yield process
        finally:
            process.kill()


@linux
@pytest.mark.parametrize(("name", "pause"), [("log.txt", 0.4 * QUIET), ("ferry.md", 1.6 * QUIET)])
def test_a_file_that_is_being_written_is_left_alone(followed, corpus, name, pause):
    before, seen = followed.texts().get(name), set()
    with writing(corpus / name, pause) as process:
        eventually(lambda: (corpus / name).exists() and PIECES[0] in (corpus / name).read_text())
        write(corpus, {"goats.txt": "Forty goats."})
        eventually(lambda: "goats.txt" in followed.texts())
        assert process.poll() is None  # other files do not wait for it
        while process.poll() is None:
            seen.add(followed.texts().get(name))
            time.sleep(0.05)
    eventually(lambda: followed.texts().get(name) == "".join(PIECES))
    assert seen <= {before, "".join(PIECES)}
    assert [report.failed for report in followed.syncs if report.failed] == []


def test_a_file_that_keeps_changing_does_not_delay_other_files(followed, corpus, monkeypatch):
    monkeypatch.setattr(watching, "_open_for_writing", lambda: iter(()))  # as on systems where it is unknown
    monkeypatch.setattr(watching, "BURST", 1000)
    stop = threading.Event()

    def log() -> None:
        while not stop.wait(0.1):
            with (corpus / "log.txt").open("a") as file:
                file.write("A line. ")

    thread = threading.Thread(target=log)
    thread.start()
    try:
        write(corpus, {"goats.txt": "Forty goats."})
        eventually(lambda: "goats.txt" in followed.texts())
        assert "log.txt" not in followed.texts()
    finally:
        stop.set()
        thread.join()
    eventually(lambda: followed.texts().get("log.txt") == (corpus / "log.txt").read_text())


def test_a_file_is_settled_if_it_has_not_changed_for_a_moment(tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("x")
    settled, now = Settled(), time.time()
    for age, expected in [(0, False), (-5, False), (2, True), (-watching.SKEW - 5, True), (1e6, True)]:
        os.utime(file, (now - age, now - age))
        assert settled(file) is expected, age
    settled.touched[file] = time.monotonic()  # a reported change counts, whatever the date of the file
    assert not settled(file)
    assert settled(tmp_path / "gone.txt")
    assert settled.waiting == {file}


@linux
def test_a_file_that_is_open_for_writing_is_not_settled_for_an_hour(tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("x")
    now = time.time()
    for mode, age, expected in [("r", 60, True), ("a", 60, False), ("r+", 60, False), ("a", 4000, True)]:
        os.utime(file, (now - age, now - age))
        with file.open(mode):
            assert Settled()(file) is expected, (mode, age)


def test_a_file_that_changes_while_it_is_read_is_read_again_and_not_reported(
    followed, corpus, news, monkeypatch
):
    class Rewriting(WordEncoder):
        def count(self, text: str) -> int:
            if text.startswith("Forty"):  # one file has been read, the next has not
                monkeypatch.setattr(
                    watching, "_matters", lambda *_: False
                )  # even if the change is not noticed
                write(corpus, {"z.txt": "The new text of z."})
            return super().count(text)

    followed._encoder = Rewriting()
    write(corpus, {"goats.txt": "Forty goats.", "z.txt": "The old text of z."})
    eventually(lambda: followed.texts().get("z.txt") == "The new text of z.")
    assert [f.path for report in followed.syncs for f in report.failed] == ["z.txt"]
    assert [report.failed for report in news] == [()] * len(news)


# --- during a sync -------------------------------------------------------------------------------


class Slow(WordEncoder):
    """Embeds new texts only once it is allowed to; questions are embedded at once."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()
        self.at_work = threading.Event()

    def encode(self, texts):
        for part in super().encode(texts):
            if any("goats" in text for text in texts):
                self.at_work.set()
                assert self.go.wait(PATIENCE)
            yield part


@pytest.fixture
def slow(corpus, index, encoder, news) -> Iterator[tuple[Counting, Slow]]:
    """An assistant in the middle of a watched sync of one changed and one new file."""
    Assistant(Settings(corpus=corpus, index=index), encoder).sync()
    slow = Slow()
    assistant = Counting(Settings(corpus=corpus, index=index), slow)
    with following(assistant, news):
        write(corpus, {"ferry.md": "The ferry sank with 12 goats.", "goats.txt": "Forty goats."})
        assert slow.at_work.wait(PATIENCE)
        yield assistant, slow
        slow.go.set()


def test_questions_are_answered_from_the_old_state_during_a_sync(slow):
    assistant, encoder = slow
    answer = assistant.ask("How many passengers does the ferry to Tolvane carry?", threshold=0)
    assert "340 passengers" in answer.text
    assert answer.citations[0].document.text == DOCUMENTS["ferry.md"]
    assert assistant.texts() == DOCUMENTS
    encoder.go.set()
    eventually(lambda: assistant.texts()["ferry.md"] == "The ferry sank with 12 goats.")
    assert "goats.txt" in assistant.texts()
    assert "12 goats" in assistant.ask("Did the ferry sink?", threshold=0).text


def test_changes_during_a_sync_are_synced_after_it(slow, corpus):
    assistant, encoder = slow
    write(corpus, {"late.txt": "It came late.", "goats.txt": "No goats at all."})
    (corpus / "bridge.txt").unlink()
    time.sleep(LONG)
    assert assistant.texts() == DOCUMENTS
    encoder.go.set()
    eventually(lambda: "late.txt" in assistant.texts())
    assert assistant.texts()["goats.txt"] == "No goats at all."
    assert "bridge.txt" not in assistant.texts()


# --- problems ------------------------------------------------------------------------------------


def test_the_watcher_waits_for_the_sync_of_another_process(followed, corpus, caplog):
    with LocalStore(followed.settings.index).write():
        write(corpus, {"goats.txt": "Forty goats."})
        with pytest.raises(IndexBusy):
            Assistant(followed.settings, WordEncoder()).sync()
        time.sleep(LONG)
        assert "goats.txt" not in followed.texts()
    eventually(lambda: "goats.txt" in followed.texts())
    assert caplog.messages == []


def test_two_watchers_of_one_folder_get_along(followed, corpus, news, caplog):
    other, other_news = Counting(followed.settings, WordEncoder()), []
    with following(other, other_news):
        for number in range(5):
            write(corpus, {f"goats{number}.txt": f"{number} goats.", "ferry.md": f"Ferry {number}."})
            eventually(lambda number=number: f"goats{number}.txt" in other.texts())
        eventually(lambda: other.texts()["ferry.md"] == "Ferry 4.")
        settle(other)
    added = [path for report in [*news, *other_news] for path in report.added]
    assert sorted(added) == [f"goats{number}.txt" for number in range(5)]
    assert caplog.messages == []


def test_a_folder_that_goes_away_and_comes_back_is_watched_again(followed, corpus, tmp_path, caplog):
    corpus.rename(tmp_path / "elsewhere")
    eventually(lambda: caplog.messages)
    time.sleep(LONG)
    assert caplog.messages == [f"the corpus folder {corpus} is missing. Waiting for it"]
    assert followed.texts() == DOCUMENTS  # nothing is lost
    (tmp_path / "elsewhere").rename(corpus)
    write(corpus, {"goats.txt": "Forty goats."})
    eventually(lambda: "goats.txt" in followed.texts())
    shutil.rmtree(corpus)
    eventually(lambda: len(caplog.messages) == 2)
    write(corpus, {"goats.txt": "Forty goats.", "alone.txt": "One goat."})
    eventually(lambda: set(followed.texts()) == {"alone.txt", "goats.txt"})
    write(corpus, {"second.txt": "Two goats."})
    eventually(lambda: "second.txt" in followed.texts())
    assert len(caplog.messages) == 2


def test_only_the_folder_of_a_part_is_watched(corpus, index, encoder, news):
    assistant = Counting(Settings(corpus=corpus, index=index, part="valley"), encoder)
    settings = assistant.settings
    with watched(assistant.sync, settings.corpus, settings.index, news.append, part="valley"):
        eventually(lambda: assistant.syncs)
        write(corpus, {"goats.txt": "Forty goats.", "valley/sheep.txt": "Ten sheep."})
        eventually(lambda: [d.path for d in assistant.documents()] == ["valley/bees.md", "valley/sheep.txt"])
        settle(assistant)
        done = len(assistant.syncs)
        write(corpus, {"goats.txt": "Fifty goats."})
        settle(assistant)
        assert len(assistant.syncs) == done


def test_a_folder_that_is_replaced_is_watched(corpus, index, tmp_path, encoder, news):
    (tmp_path / "link").symlink_to(corpus)
    assistant = Counting(Settings(corpus=tmp_path / "link", index=index), encoder)
    with following(assistant, news):
        write(tmp_path / "other", {"goats.txt": "Forty goats.", "ferry.md": DOCUMENTS["ferry.md"]})
        (tmp_path / "new link").symlink_to(tmp_path / "other")
        (tmp_path / "new link").replace(tmp_path / "link")
        eventually(lambda: set(assistant.texts()) == {"ferry.md", "goats.txt"})
        write(tmp_path / "other", {"more.txt": "More goats."})
        eventually(lambda: "more.txt" in assistant.texts())


def test_an_error_is_logged_once_and_the_sync_is_tried_again(followed, corpus, caplog, monkeypatch):
    calls = []

    def failing(*arguments):
        calls.append(arguments)
        raise IndexUnwritable("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(followed, "_sync_once", failing)
        write(corpus, {"goats.txt": "Forty goats."})
        eventually(lambda: len(calls) >= 3)
    eventually(lambda: "goats.txt" in followed.texts())
    assert caplog.messages == ["the disk is full"]


@pytest.mark.parametrize("error", [RuntimeError("a bug\nin the sync"), RecursionError(), MemoryError()])
def test_whatever_a_sync_raises_does_not_end_the_watching(followed, corpus, caplog, monkeypatch, error):
    calls = []

    def failing(*arguments):
        calls.append(arguments)
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(followed, "_sync_once", failing)
        write(corpus, {"goats.txt": "Forty goats."})
        eventually(lambda: len(calls) >= 2)
    eventually(lambda: "goats.txt" in followed.texts())
    (line,) = caplog.messages
    assert line.startswith(f"the sync failed ({type(error).__name__}")
    assert "\n" not in line


def test_a_report_that_cannot_be_printed_does_not_end_the_watching(assistant, corpus, caplog):
    def report(_: SyncReport) -> None:
        raise BrokenPipeError(32, "Broken pipe")

    with watched(assistant.sync, corpus, assistant.settings.index, report):
        eventually(lambda: assistant.texts() == DOCUMENTS)
        write(corpus, {"goats.txt": "Forty goats."})
        eventually(lambda: "goats.txt" in assistant.texts())


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such links")
def test_a_link_to_itself_does_not_end_the_watching(followed, corpus, news, caplog):
    (corpus / "loop.txt").symlink_to(corpus / "loop.txt")
    (corpus / "circle").symlink_to(corpus / "circle")
    eventually(lambda: any(report.failed for report in news))
    write(corpus, {"goats.txt": "Forty goats."})
    eventually(lambda: "goats.txt" in followed.texts())
    assert {failure.path for report in news for failure in report.failed} == {"loop.txt"}
    assert caplog.messages == []


def test_files_that_fail_at_random_are_reported_and_all_others_followed(followed, corpus, news, monkeypatch):
    chance = random.Random(3)
    errors = (RecursionError(), MemoryError(), KeyError("Pages"), ValueError("no"), AssertionError())
    bad = {f"note{number}.txt": chance.choice(errors) for number in chance.sample(range(30), 12)}

    def fragile(path: str, raw: bytes) -> Parsed:
        if path in bad:
            raise bad[path]
        return read(path, raw)

    monkeypatch.setattr(syncing, "read", fragile)
    for number in range(0, 30, 10):
        write(corpus, {f"note{n}.txt": f"Note {n} of the lighthouse." for n in range(number, number + 10)})
        good = {f"note{n}.txt" for n in range(number + 10)} - set(bad)
        eventually(lambda good=good: set(followed.texts()) == {*DOCUMENTS, *good})
    eventually(lambda: len({failure.path for report in news for failure in report.failed}) == len(bad))
    told = [failure for report in news for failure in report.failed]
    assert {f.path: f.reason for f in told} == {
        path: f"cannot be read ({type(error).__name__}). Try opening it and saving it again"
        for path, error in bad.items()
    }
    assert len(told) == len(bad)


def test_an_emptied_folder_is_reported_once_and_its_documents_are_served_until_it_is_back(
    followed, corpus, news, caplog
):
    kept = {path: (corpus / path).read_text("utf-8") for path in DOCUMENTS}
    for path in DOCUMENTS:
        (corpus / path).unlink()
    eventually(lambda: caplog.messages)
    time.sleep(LONG)
    (line,) = caplog.messages
    assert line.startswith("3 of 3 indexed files not found in the folder")
    assert followed.stopped() == line
    assert followed.texts() == DOCUMENTS
    write(corpus, {**kept, "goats.txt": "Forty goats."})
    eventually(lambda: "goats.txt" in followed.texts())
    assert (len(caplog.messages), followed.stopped()) == (1, "")
    eventually(lambda: news)
    assert [report.removed for report in news] == [()]


def test_documents_deleted_through_the_assistant_are_no_emptied_folder(followed, corpus, caplog):
    for path in sorted(DOCUMENTS):
        followed.delete(path)
    settle(followed)
    assert (followed.texts(), caplog.messages) == ({}, [])


def test_a_failed_file_is_reported_once_as_long_as_it_stays_the_same(assistant, corpus, news):
    (corpus / "empty.txt").write_text("")
    known = assistant.sync().failed
    with watched(assistant.sync, corpus, assistant.settings.index, news.append, known):
        write(corpus, {"goats.txt": "Forty goats."})
        eventually(lambda: len(news) == 1)
        (corpus / "broken.txt").write_bytes(bytes(range(256)))
        eventually(lambda: len(news) == 2)
        write(corpus, {"goats.txt": "No goats."})
        eventually(lambda: len(news) == 3)
    reason = "not a text file, or in an unknown encoding"
    assert [report.failed for report in news] == [(), (Failure("broken.txt", reason),), ()]
    assert {failure.path for failure in assistant.status().failures} == {"broken.txt", "empty.txt"}


@pytest.mark.parametrize("error", [OSError("OS file watch limit reached."), RuntimeError("in the watcher")])
def test_a_folder_that_cannot_be_watched_is_polled_instead(
    assistant, corpus, news, caplog, monkeypatch, error
):
    real, polling = watching.watch, []

    def watch(*folders, **options):
        polling.append(options["force_polling"])
        if not options["force_polling"]:
            raise error
        return real(*folders, **options)

    monkeypatch.setattr(watching, "watch", watch)
    with following(assistant, news):
        write(corpus, {"goats.txt": "Forty goats.", "ferry.md": "The ferry sank."})
        eventually(lambda: "goats.txt" in assistant.texts())
        eventually(lambda: assistant.texts()["ferry.md"] == "The ferry sank.")
        (corpus / "valley").rename(corpus / "hill")
        eventually(lambda: "hill/bees.md" in assistant.texts())
    assert polling == [None, True]
    assert caplog.messages == [f"cannot watch for changes ({error}). Checking every 1 seconds instead"]


# --- the command ---------------------------------------------------------------------------------


def _heeds_interrupts() -> None:
    """A process started in the background ignores Ctrl-C, and so do its children; undo that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def command(corpus: Path, index: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("QA_")}
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "qa", "sync", "--watch", "--corpus", corpus, "--index", index],
            stdout=output, stderr=output, cwd=HERE.parent, env=environment,
            preexec_fn=None if os.name == "nt" else _heeds_interrupts,
        )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_the_command_watches_the_folder_until_it_is_stopped(corpus, index, tmp_path, how):
    log = tmp_path / "log"
    with command(corpus, index, log) as process:
        eventually(lambda: f"Watching {corpus}. Press Ctrl-C to stop\n" in log.read_text())
        write(corpus, {"goats.txt": "Forty goats.", "empty.txt": ""})
        (corpus / "ferry.md").rename(corpus / "boat.md")
        eventually(lambda: "empty.txt" in log.read_text())
        process.send_signal(how)
        assert process.wait(PATIENCE) == 0
    first, _, *news = log.read_text().splitlines()
    assert first.startswith("3 added; 4 passages embedded in ")
    *syncs, last = news  # on a busy machine they may count as several changes
    pattern = r"\d\d:\d\d:\d\d (.+); \d passages? embedded in \d+\.\d s"
    assert ", ".join(re.fullmatch(pattern, line)[1] for line in syncs) in (
        "1 added, 1 renamed, 1 failed",
        "1 renamed, 1 added, 1 failed",
    )
    assert last == "qa: empty.txt: the file is empty"


def test_the_command_needs_the_folder_to_exist_at_the_start(tmp_path):
    log = tmp_path / "log"
    with command(tmp_path / "nowhere", tmp_path / "index", log) as process:
        assert process.wait(PATIENCE) == 1
    assert log.read_text().endswith("does not exist. Check its name\n")
