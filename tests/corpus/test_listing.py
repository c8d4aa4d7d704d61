"""The list of files in the corpus and documents in the index, side by side."""

import os
import time

import pytest
from conftest import DOCUMENTS, document, write

from qa.assistant import Assistant
from qa.corpus.listing import Listed
from qa.errors import CorpusError
from qa.settings import Settings


def states(assistant: Assistant) -> dict[str, str]:
    return {entry.path: entry.state for entry in assistant.files()}


def entry_for(assistant: Assistant, path: str) -> Listed:
    return next(entry for entry in assistant.files() if entry.path == path)


def test_all_files_are_waiting_before_the_first_sync(assistant, index):
    assert states(assistant) == dict.fromkeys(sorted(DOCUMENTS), "waiting")
    assert not index.exists()


def test_an_indexed_file_is_listed_with_its_document(synced, corpus):
    entry = entry_for(synced, "ferry.md")
    assert entry.document == document(synced, "ferry.md")
    assert (entry.state, entry.passages, entry.reason) == ("indexed", 2, "")
    assert entry.modified == (corpus / "ferry.md").stat().st_mtime
    assert entry.modified <= entry.indexed_at <= time.time()
    assert [entry.path for entry in synced.files()] == sorted(DOCUMENTS)
    assert entry.as_dict()["document"] == entry.document.as_dict()
    assert entry.as_dict()["state"] == "indexed"


def test_new_changed_and_deleted_files_are_listed_as_such_until_the_next_sync(synced, corpus):
    write(corpus, {"goats.txt": "Forty goats live on the rock.", "ferry.md": "The ferry sank."})
    (corpus / "bridge.txt").unlink()
    assert states(synced) == {
        "bridge.txt": "gone", "ferry.md": "changed", "goats.txt": "waiting", "valley/bees.md": "indexed"
    }  # fmt: skip
    assert entry_for(synced, "goats.txt").document is None
    assert entry_for(synced, "ferry.md").passages == 2  # which are still served
    assert entry_for(synced, "bridge.txt").modified == 0
    synced.sync()
    assert states(synced) == dict.fromkeys(["ferry.md", "goats.txt", "valley/bees.md"], "indexed")


def test_a_file_that_was_only_touched_is_listed_as_indexed_after_the_next_sync(synced, corpus):
    (corpus / "ferry.md").touch()
    os.utime(corpus / "bridge.txt", (0, 4e9))  # in the year 2096
    assert {states(synced)[path] for path in ("ferry.md", "bridge.txt")} == {"changed"}
    assert synced.sync().updated == ()
    assert set(states(synced).values()) == {"indexed"}


@pytest.mark.skipif(os.name == "nt", reason="Windows does not record when a file changed")
def test_a_file_replaced_by_an_older_one_has_changed(synced, corpus, tmp_path):
    write(tmp_path, {"older.md": "The ferry sank."})
    os.utime(tmp_path / "older.md", (1, 1))
    (tmp_path / "older.md").replace(corpus / "ferry.md")
    assert states(synced)["ferry.md"] == "changed"


def test_a_file_that_was_not_settled_at_the_last_sync_is_still_waiting(synced, corpus):
    write(corpus, {"goats.txt": "Forty goats", "ferry.md": "The ferry sa"})
    synced.sync(settled=lambda path: path.name not in ("goats.txt", "ferry.md"))
    assert (states(synced)["goats.txt"], states(synced)["ferry.md"]) == ("waiting", "changed")
    synced.sync()
    assert set(states(synced).values()) == {"indexed"}


def test_a_failure_is_listed_with_its_reason_until_the_file_is_written_again(synced, corpus):
    write(corpus, {"goats.txt": "", "ferry.md": ""})
    synced.sync()
    failed = entry_for(synced, "goats.txt")
    assert (failed.state, failed.reason, failed.document) == ("failed", "the file is empty", None)
    kept = entry_for(synced, "ferry.md")
    assert (kept.state, kept.passages) == ("failed", 2)  # its last good state is served
    write(corpus, {"goats.txt": "Forty goats live on the rock."})
    assert (entry_for(synced, "goats.txt").state, entry_for(synced, "goats.txt").reason) == ("waiting", "")
    assert entry_for(synced, "ferry.md").state == "failed"


def test_skipped_files_are_not_listed(synced, corpus, tmp_path):
    write(
        corpus,
        {".git/a.txt": "Words.", "~$b.md": "Words.", "c.exe": "Words.", ".bridge.txt.17.new": "Words."},
    )
    (corpus / "away").symlink_to(tmp_path)
    assert list(states(synced)) == sorted(DOCUMENTS)


def test_links_are_listed_as_a_sync_treats_them(synced, corpus, tmp_path):
    write(tmp_path, {"out.txt": "Outside."})
    (corpus / "inside.md").symlink_to(corpus / "ferry.md")
    (corpus / "nowhere.md").symlink_to(tmp_path / "nothing")
    (corpus / "out.txt").symlink_to(tmp_path / "out.txt")
    synced.sync()
    listed = states(synced)
    assert [listed[path] for path in ("inside.md", "nowhere.md", "out.txt")] == [
        "indexed",
        "failed",
        "failed",
    ]


def test_a_missing_corpus_has_no_files(synced, corpus, tmp_path):
    corpus.rename(tmp_path / "elsewhere")
    assert set(states(synced).values()) == {"gone"}
    empty = Assistant(Settings(corpus=tmp_path / "none", index=tmp_path / "none"), synced._encoder)
    assert empty.files() == ()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="this user can read everything")
def test_a_folder_that_cannot_be_listed_is_an_error(synced, corpus):
    (corpus / "valley").chmod(0)
    with pytest.raises(CorpusError, match="cannot list"):
        synced.files()
    (corpus / "valley").chmod(0o755)


def test_listing_loads_no_text_and_hashes_no_file(synced, monkeypatch):
    from qa.corpus import sync
    from qa.index.local.documents import LocalDocuments

    monkeypatch.delattr(sync, "_digest")
    monkeypatch.delattr(LocalDocuments, "text")
    assert len(synced.files()) == 3
