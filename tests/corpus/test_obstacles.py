"""Whatever is in the folder, and whatever reading a file does: the other files are indexed all the same."""

import os
import random
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import DOCUMENTS, WordEncoder, document, python, write

from qa.assistant import Assistant
from qa.corpus import contents, folder, sync
from qa.documents.reading import read
from qa.errors import CorpusError, ModelError, UnreadableFile
from qa.types import Failure

unix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")


def failures(assistant: Assistant) -> dict[str, str]:
    """The failures of a sync which indexed all that is not listed here."""
    report = assistant.sync()
    assert {*report.added, *report.unchanged} >= set(DOCUMENTS)
    assert all("\n" not in failure.reason for failure in report.failed)
    assert assistant.status().failures == report.failed
    assert {file.path: file.reason for file in assistant.files() if file.state == "failed"} == {
        failure.path: failure.reason for failure in report.failed
    }
    return {failure.path: failure.reason for failure in report.failed}


# --- what is no file -----------------------------------------------------------------------------


@unix
def test_a_link_to_itself_stops_nothing(assistant, corpus):
    (corpus / "loop.txt").symlink_to(corpus / "loop.txt")
    (corpus / "there.md").symlink_to("back.md")
    (corpus / "back.md").symlink_to("there.md")
    (corpus / "circle").symlink_to("circle")
    reason = "this symbolic link leads to itself. Delete it"
    assert failures(assistant) == dict.fromkeys(("back.md", "loop.txt", "there.md"), reason)
    assistant.delete("loop.txt")
    assert not os.path.lexists(corpus / "loop.txt")


@unix
def test_links_to_folders_are_not_followed(assistant, corpus):
    (corpus / "valley" / "up").symlink_to(corpus)
    (corpus / "valley" / "up.md").symlink_to(corpus)
    assert failures(assistant) == {"valley/up.md": "not a file"}


@unix
def test_a_link_that_leads_nowhere_stops_nothing(assistant, corpus):
    (corpus / "nowhere.txt").symlink_to(corpus / "missing.txt")
    (corpus / "through.txt").symlink_to(corpus / "ferry.md" / "missing.txt")
    assert set(failures(assistant)) == {"nowhere.txt", "through.txt"}


@unix
def test_pipes_and_sockets_are_not_opened(assistant, corpus, monkeypatch):
    os.mkfifo(corpus / "pipe.txt")
    monkeypatch.chdir(corpus)  # the path of a socket must be short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.txt")
        assert failures(assistant) == dict.fromkeys(("pipe.txt", "socket.txt"), "not a file")


@unix
def test_a_pipe_that_takes_the_place_of_a_file_is_not_waited_for(assistant, corpus):
    def replace(progress):
        if progress.path == "ferry.md":
            (corpus / "ferry.md").unlink(missing_ok=True)
            os.mkfifo(corpus / "ferry.md")

    write(corpus, {"goats.txt": "Forty goats."})
    report = assistant.sync(replace)
    assert report.failed == (Failure("ferry.md", "not a file"),)
    assert report.added == ("bridge.txt", "goats.txt", "valley/bees.md")


@unix
def test_a_file_that_becomes_a_folder_stops_nothing(assistant, corpus):
    def replace(progress):
        if progress.path == "ferry.md":
            (corpus / "ferry.md").unlink()
            (corpus / "ferry.md").mkdir()

    (failure,) = assistant.sync(replace).failed
    assert failure.path == "ferry.md"
    assert failures_after(assistant) == {}
    assert [d.path for d in assistant.documents()] == ["bridge.txt", "valley/bees.md"]


def failures_after(assistant: Assistant) -> dict[str, str]:
    return {failure.path: failure.reason for failure in assistant.sync().failed}


@unix
def test_folders_may_be_nested_deeper_than_functions(assistant, corpus):
    depth = sys.getrecursionlimit() + 100
    deep = corpus / "deep"
    subprocess.run(["mkdir", "-p", deep.joinpath(*"d" * depth)], check=True)
    write(deep / "d", {"goats.txt": "Forty goats live on the rock."})
    try:
        assert failures(assistant) == {}
        assert document(assistant, "deep/d/goats.txt")
    finally:
        subprocess.run(["rm", "-r", deep], check=True)  # shutil.rmtree calls itself


# --- folders that cannot be listed ---------------------------------------------------------------

REASON = "cannot list this folder (Permission denied). Make it readable, or connect its drive"


@pytest.fixture
def locked(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Locks a folder, even for a user who may read everything."""
    listed, closed = os.scandir, set()

    def scandir(path):
        if str(path) in closed:
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(contents.os, "scandir", scandir)
    return lambda path: closed.add(str(path))


def test_a_folder_that_cannot_be_listed_is_one_failure_and_keeps_its_documents(assistant, corpus, locked):
    write(corpus, {"valley/deep/owls.txt": "Nine owls."})
    assistant.sync()
    locked(corpus / "valley")
    write(corpus, {"goats.txt": "Forty goats."})
    (corpus / "bridge.txt").unlink()
    report = assistant.sync()
    assert report.failed == (Failure("valley", REASON),)
    assert (report.added, report.removed) == (("goats.txt",), ("bridge.txt",))
    assert assistant.search("owls", k=1)[0].document.path == "valley/deep/owls.txt"
    listed = {file.path: (file.state, file.reason, file.deletable) for file in assistant.files()}
    assert listed == {
        "ferry.md": ("indexed", "", True),
        "goats.txt": ("indexed", "", True),
        "valley": ("failed", REASON, False),
        "valley/bees.md": ("indexed", "", True),
        "valley/deep/owls.txt": ("indexed", "", True),
    }
    for path in ("valley", "valley/bees.md"):
        with pytest.raises(CorpusError):
            assistant.delete(path)
    assert document(assistant, "valley/bees.md")


def test_hidden_folders_that_cannot_be_listed_are_not_missed(assistant, corpus, locked):
    write(corpus, {".git/valley/notes.txt": "Words."})
    locked(corpus / ".git" / "valley")
    assert failures(assistant) == {}


def test_a_corpus_folder_that_cannot_be_listed_is_an_error_and_loses_nothing(synced, corpus, locked):
    locked(corpus)
    with pytest.raises(CorpusError, match=r"cannot list the folder .* \(Permission denied\)"):
        synced.sync()
    assert len(synced.documents()) == 3


SCANS = """
import os, sys, tempfile
from pathlib import Path
from conftest import DOCUMENTS, write
from qa.corpus.sync import scan
if os.geteuid() == 0:  # who may read everything: become nobody
    os.setgid(65534)
    os.setuid(65534)
with tempfile.TemporaryDirectory(dir="/tmp") as folder:
    write(Path(folder), DOCUMENTS)
    for mode in (0o000, 0o400, 0o700):
        Path(folder, "valley").chmod(mode)
        scanned = scan(Path(folder))
        print([file.path for file in scanned.files], [failure.path for failure in scanned.failed])
"""


@unix
def test_a_folder_without_permission_is_one_failure_and_one_without_access_a_failure_for_each_file():
    done = python(SCANS)
    assert done.stdout.splitlines() == [
        "['bridge.txt', 'ferry.md'] ['valley']",
        "['bridge.txt', 'ferry.md'] ['valley/bees.md']",
        "['bridge.txt', 'ferry.md', 'valley/bees.md'] []",
    ], done.stderr


# --- whatever reading raises ---------------------------------------------------------------------

ERRORS = (
    RecursionError("maximum recursion depth exceeded"), MemoryError(), ValueError("a\nb"), KeyError("Pages"),
    AssertionError(), TypeError("no"), OSError(5, "Input/output error"), ZeroDivisionError(),
    UnicodeDecodeError("utf-8", b"\xff", 0, 1, "no"), StopIteration(), NotImplementedError(),
    UnreadableFile("damaged. Save it again"),
)  # fmt: skip


def fragile(seed: int) -> Callable[..., object]:
    """A reader that raises anything, at random but always the same for the same file."""

    def read_or_raise(path: str, raw: bytes) -> object:
        chance = random.Random(f"{seed} {path}")
        if path.startswith("note") and chance.random() < 0.5:
            raise chance.choice(ERRORS)
        return read(path, raw)

    return read_or_raise


def raising(reader: Callable[..., object], paths: list[str]) -> set[str]:
    """The paths of which the reader raises."""
    bad = set()
    for path in paths:
        try:
            reader(path, b"A note of the lighthouse.")
        except Exception:
            bad.add(path)
    return bad


@pytest.mark.parametrize("seed", range(3))
def test_whatever_reading_a_file_raises_is_its_failure_and_stops_no_other(
    assistant, corpus, monkeypatch, seed, caplog
):
    notes = [f"note{number}.txt" for number in range(30)]
    write(corpus, {note: f"{note} of the lighthouse." for note in notes})
    reader = fragile(seed)
    bad = raising(reader, notes)
    monkeypatch.setattr(sync, "read", reader)
    found = failures(assistant)
    assert set(found) == bad
    assert {d.path for d in assistant.documents()} == {*DOCUMENTS, *notes} - bad
    for reason in found.values():
        assert reason.startswith(("cannot be read (", "damaged")), reason
        assert ". " in reason  # what to do
    assert len(caplog.records) == sum(reason.startswith("cannot") for reason in found.values())
    assert all(record.exc_info for record in caplog.records)
    monkeypatch.setattr(sync, "read", read)
    assert failures(assistant) == {}
    assert {d.path for d in assistant.documents()} == {*DOCUMENTS, *notes}


def test_files_placed_together_are_placed_or_refused_one_by_one(synced, corpus, tmp_path, monkeypatch):
    names = [f"note{number}.txt" for number in range(30)]
    write(tmp_path / "sent", {name: f"{name} of the lighthouse." for name in names})
    reader = fragile(7)
    bad = raising(reader, names)
    monkeypatch.setattr(folder, "read", reader)
    placed = synced.place([(name, tmp_path / "sent" / name) for name in names])
    assert [file.name for file in placed] == names
    assert {file.name for file in placed if file.state == "refused"} == bad
    assert {file.name for file in placed if file.state == "placed"} == {*names} - bad
    assert all("\n" not in file.reason and ". " in file.reason for file in placed if file.reason)
    assert {path.name for path in corpus.glob("note*")} == {*names} - bad
    with pytest.raises(UnreadableFile):
        synced.add(tmp_path / "sent" / min(bad))


class Picky(WordEncoder):
    """Raises on a certain word, as a tokenizer does on what it cannot encode."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def encode(self, texts):
        if any("goats" in text for text in texts):
            raise self.error
        return super().encode(texts)


def test_a_file_that_cannot_be_embedded_stops_no_other(assistant, corpus):
    write(corpus, {"goats.txt": "Forty goats.", "owls.txt": "Nine owls."})
    assistant._encoder = Picky(TypeError("not a text"))
    assert set(failures(assistant)) == {"goats.txt"}
    assert assistant.search("owls", k=1, rerank=False)[0].document.path == "owls.txt"


def test_a_file_that_cannot_be_stored_stops_no_other(assistant, corpus, monkeypatch):
    write(corpus, {"goats.txt": "Forty goats.", "owls.txt": "Nine owls."})

    def halves(path: str, raw: bytes) -> object:
        parsed = read(path, raw)
        if path == "goats.txt":
            object.__setattr__(parsed, "title", "Half a character: \ud800")
        return parsed

    monkeypatch.setattr(sync, "read", halves)
    assert set(failures(assistant)) == {"goats.txt"}


def test_an_error_that_concerns_all_files_is_raised(assistant, corpus):
    write(corpus, {"goats.txt": "Forty goats."})
    assistant._encoder = Picky(ModelError("the encoder is damaged. Download it again"))
    with pytest.raises(ModelError):
        assistant.sync()
