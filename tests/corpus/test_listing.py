"""What a page lists: the files of the corpus beside what is indexed of them."""

import os
import time

import pytest
from conftest import DOCUMENTS, document, write

from qa.assistant import Assistant
from qa.corpus.listing import Listed
from qa.errors import CorpusError
from qa.settings import Settings


def listed(assistant: Assistant) -> dict[str, str]:
    return {one.path: one.state for one in assistant.files()}


def one(assistant: Assistant, path: str) -> Listed:
    return next(found for found in assistant.files() if found.path == path)


def test_before_the_first_sync_all_files_wait(assistant, index):
    assert listed(assistant) == dict.fromkeys(sorted(DOCUMENTS), "waiting")
    assert not index.exists()


def test_an_indexed_file_is_listed_with_its_document(synced, corpus):
    found = one(synced, "ferry.md")
    assert found.document == document(synced, "ferry.md")
    assert (found.state, found.passages, found.reason) == ("indexed", 2, "")
    assert found.modified == (corpus / "ferry.md").stat().st_mtime
    assert found.modified <= found.indexed_at <= time.time()
    assert [other.path for other in synced.files()] == sorted(DOCUMENTS)
    assert found.as_dict()["document"] == found.document.as_dict()
    assert found.as_dict()["state"] == "indexed"


def test_what_comes_changes_and_goes_is_listed_as_such_until_the_next_sync(synced, corpus):
    write(corpus, {"goats.txt": "Forty goats live on the rock.", "ferry.md": "The ferry sank."})
    (corpus / "bridge.txt").unlink()
    assert listed(synced) == {
        "bridge.txt": "gone", "ferry.md": "changed", "goats.txt": "waiting", "valley/bees.md": "indexed"
    }  # fmt: skip
    assert one(synced, "goats.txt").document is None
    assert one(synced, "ferry.md").passages == 2  # what is served still
    assert one(synced, "bridge.txt").modified == 0
    synced.sync()
    assert listed(synced) == dict.fromkeys(["ferry.md", "goats.txt", "valley/bees.md"], "indexed")


def test_a_file_that_was_only_touched_is_indexed_again_after_the_next_sync(synced, corpus):
    (corpus / "ferry.md").touch()
    os.utime(corpus / "bridge.txt", (0, 4e9))  # in the year 2096
    assert {listed(synced)[path] for path in ("ferry.md", "bridge.txt")} == {"changed"}
    assert synced.sync().updated == ()
    assert set(listed(synced).values()) == {"indexed"}


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps no time of change")
def test_an_older_file_that_took_the_place_of_another_has_changed(synced, corpus, tmp_path):
    write(tmp_path, {"older.md": "The ferry sank."})
    os.utime(tmp_path / "older.md", (1, 1))
    (tmp_path / "older.md").replace(corpus / "ferry.md")
    assert listed(synced)["ferry.md"] == "changed"


def test_a_file_that_was_not_settled_at_the_last_sync_still_waits(synced, corpus):
    write(corpus, {"goats.txt": "Forty goats", "ferry.md": "The ferry sa"})
    synced.sync(settled=lambda path: path.name not in ("goats.txt", "ferry.md"))
    assert (listed(synced)["goats.txt"], listed(synced)["ferry.md"]) == ("waiting", "changed")
    synced.sync()
    assert set(listed(synced).values()) == {"indexed"}


def test_a_failure_is_listed_with_its_reason_until_the_file_is_written_again(synced, corpus):
    write(corpus, {"goats.txt": "", "ferry.md": ""})
    synced.sync()
    failed = one(synced, "goats.txt")
    assert (failed.state, failed.reason, failed.document) == ("failed", "the file is empty", None)
    kept = one(synced, "ferry.md")
    assert (kept.state, kept.passages) == ("failed", 2)  # its last good state is served
    write(corpus, {"goats.txt": "Forty goats live on the rock."})
    assert (one(synced, "goats.txt").state, one(synced, "goats.txt").reason) == ("waiting", "")
    assert one(synced, "ferry.md").state == "failed"


def test_what_a_sync_passes_over_is_not_listed(synced, corpus, tmp_path):
    write(
        corpus,
        {".git/a.txt": "Words.", "~$b.md": "Words.", "c.exe": "Words.", ".bridge.txt.17.new": "Words."},
    )
    (corpus / "away").symlink_to(tmp_path)
    assert list(listed(synced)) == sorted(DOCUMENTS)


def test_links_are_listed_as_a_sync_takes_them(synced, corpus, tmp_path):
    write(tmp_path, {"out.txt": "Outside."})
    (corpus / "inside.md").symlink_to(corpus / "ferry.md")
    (corpus / "nowhere.md").symlink_to(tmp_path / "nothing")
    (corpus / "out.txt").symlink_to(tmp_path / "out.txt")
    synced.sync()
    states = listed(synced)
    assert [states[path] for path in ("inside.md", "nowhere.md", "out.txt")] == [
        "indexed",
        "failed",
        "failed",
    ]


def test_a_corpus_that_is_not_there_has_no_files(synced, corpus, tmp_path):
    corpus.rename(tmp_path / "elsewhere")
    assert set(listed(synced).values()) == {"gone"}
    nothing = Assistant(Settings(corpus=tmp_path / "none", index=tmp_path / "none"), synced._encoder)
    assert nothing.files() == ()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="this user may read everything")
def test_a_folder_that_cannot_be_listed_is_told(synced, corpus):
    (corpus / "valley").chmod(0)
    with pytest.raises(CorpusError, match="cannot list"):
        synced.files()
    (corpus / "valley").chmod(0o755)


def test_a_list_loads_no_text_and_hashes_no_file(synced, monkeypatch):
    from qa.corpus import sync
    from qa.index.store import Snapshot

    monkeypatch.delattr(sync, "_digest")
    monkeypatch.delattr(Snapshot, "text")
    assert len(synced.files()) == 3
