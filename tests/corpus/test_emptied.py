"""A folder that is suddenly empty is a missing drive or a wrong path, not a wish to forget everything."""

import shutil
import threading
from pathlib import Path

import pytest
from conftest import DOCUMENTS, QUESTION, WordEncoder, document, write

from qa.assistant import Assistant
from qa.cli.output import status_text
from qa.corpus.plan import looks_emptied
from qa.errors import CorpusEmptied
from qa.feedback.log import Tally
from qa.settings import Settings


@pytest.mark.parametrize(
    ("gone", "indexed", "expected"),
    [
        (0, 0, False), (0, 9, False),
        (1, 1, True), (3, 3, True), (100, 100, True),  # all
        (1, 2, False), (2, 3, False), (4, 5, False),  # a few, by hand
        (5, 8, True), (51, 100, True),  # most
        (5, 10, False), (50, 100, False),  # no more than half
    ],
)  # fmt: skip
def test_all_or_most_files_at_once_look_like_an_emptied_folder(gone: int, indexed: int, expected: bool):
    assert looks_emptied(gone, indexed) is expected


def empty(corpus: Path) -> None:
    shutil.rmtree(corpus)
    corpus.mkdir()


def test_an_emptied_folder_stops_the_sync_and_its_documents_are_still_served(synced, corpus):
    before = synced.state()
    empty(corpus)
    with pytest.raises(CorpusEmptied) as stopped:
        synced.sync()
    line = str(stopped.value)
    assert line == (
        f"3 of 3 indexed files not found in the folder {corpus}. Is a drive not connected? If they were"
        " deleted, run qa sync --allow-empty"
    )
    assert synced.state() == before
    assert "340 passengers" in synced.ask(QUESTION, threshold=0).text
    assert {file.path: file.state for file in synced.files()} == dict.fromkeys(sorted(DOCUMENTS), "gone")
    assert synced.stopped() == synced.status().stopped == line
    assert f"\nstopped    {line}" in status_text(synced.status(), Tally(0, 0, 0))


def test_the_files_come_back_and_all_is_well(synced, corpus, encoder):
    empty(corpus)
    with pytest.raises(CorpusEmptied):
        synced.sync()
    write(corpus, DOCUMENTS)
    encoder.embedded.clear()
    assert len(synced.sync().unchanged) == 3
    assert (synced.stopped(), encoder.embedded) == ("", [])
    assert "stopped" not in status_text(synced.status(), Tally(0, 0, 0))


def test_the_documents_are_removed_when_that_is_allowed(synced, corpus):
    empty(corpus)
    with pytest.raises(CorpusEmptied):
        synced.sync()
    assert synced.sync(allow_empty=True).removed == tuple(sorted(DOCUMENTS))
    assert synced.documents() == ()
    assert synced.stopped() == ""
    assert synced.sync().removed == ()  # there is nothing left to be missed


def test_a_wrong_folder_does_not_replace_the_documents(synced, tmp_path):
    write(tmp_path / "wrong", {"goats.txt": "Forty goats live on the rock."})
    wrong = Assistant(Settings(tmp_path / "wrong", synced.settings.index), WordEncoder())
    with pytest.raises(CorpusEmptied):
        wrong.sync()
    assert [d.path for d in synced.documents()] == sorted(DOCUMENTS)
    assert len(synced.sync().unchanged) == 3


def test_one_of_several_drives_that_is_missing_stops_the_sync_if_it_has_most_files(assistant, corpus):
    write(corpus, {f"drive/note{n}.txt": f"Note {n} of the lighthouse." for n in range(5)})
    assistant.sync()
    empty(corpus / "drive")
    write(corpus, {"goats.txt": "Forty goats."})
    with pytest.raises(CorpusEmptied, match=r"^5 of 8 indexed files"):
        assistant.sync()
    assert len(assistant.documents()) == 8


def test_a_few_files_deleted_by_hand_are_removed_without_ado(synced, corpus):
    (corpus / "ferry.md").unlink()
    (corpus / "bridge.txt").unlink()
    assert synced.sync().removed == ("bridge.txt", "ferry.md")


def test_moved_files_are_not_gone(synced, corpus):
    for path in DOCUMENTS:
        (corpus / "new" / path).parent.mkdir(parents=True, exist_ok=True)
        (corpus / path).rename(corpus / "new" / path)
    assert len(synced.sync().renamed) == 3


def test_unreadable_files_are_not_gone(synced, corpus):
    for path in DOCUMENTS:
        (corpus / path).write_bytes(b"")
    assert len(synced.sync().failed) == 3
    assert len(synced.documents()) == 3


# --- deletions through the assistant -------------------------------------------------------------


def test_documents_are_deleted_one_by_one_down_to_the_last(synced, corpus):
    for path in sorted(DOCUMENTS):
        synced.delete(path)
        assert path not in {d.path for d in synced.documents()}
    assert synced.documents() == ()
    assert synced.stopped() == ""


def test_the_last_document_is_removed(synced):
    for path in sorted(DOCUMENTS):
        synced.remove(document(synced, path).id)
    assert synced.documents() == ()


def test_a_deletion_is_carried_out_even_if_the_other_files_are_missing(synced, corpus):
    empty(corpus)
    with pytest.raises(CorpusEmptied, match=r"^2 of 2 indexed files"):
        synced.delete("ferry.md")
    assert [d.path for d in synced.documents()] == ["bridge.txt", "valley/bees.md"]


def test_a_deletion_is_known_to_a_sync_that_comes_between(synced, corpus, monkeypatch):
    """The watcher may see the missing file before the deletion gets to its own sync."""
    for path in ("bridge.txt", "valley/bees.md"):
        synced.delete(path)
    sync, seen = Assistant.sync, []

    def late(self):
        thread = threading.Thread(target=lambda: seen.append(sync(self).removed))
        thread.start()
        thread.join()
        return sync(self)

    monkeypatch.setattr(Assistant, "sync", late)
    synced.delete("ferry.md")
    assert seen == [("ferry.md",)]
    assert synced.stopped() == ""


def test_a_file_that_comes_back_after_its_deletion_can_be_missed_again(synced, corpus):
    for path in sorted(DOCUMENTS):
        synced.delete(path)
    write(corpus, DOCUMENTS)
    synced.sync()
    empty(corpus)
    with pytest.raises(CorpusEmptied):
        synced.sync()
