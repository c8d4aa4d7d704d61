"""The folder -> the index: work is proportional to change, and nothing is lost if a sync is killed."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import DOCUMENTS, WordEncoder, python, write

from qa.assistant import Assistant
from qa.corpus.plan import File, Plan, Scan, plan
from qa.corpus.sync import CHANGED
from qa.errors import CorpusError, IndexDamaged, IndexStale, IndexUnwritable, ModelError
from qa.index.local.store import LocalStore
from qa.settings import Settings
from qa.types import Failure, Progress, document_id

# --- the plan ------------------------------------------------------------------------------------


def plan_for(
    files: dict[str, str], indexed: dict[str, str], failed: tuple[str, ...] = (), recipe: str = "r"
) -> Plan:
    """The plan for files and indexed documents, each given as path -> content."""
    failures = tuple(Failure(path, "unreadable") for path in failed)
    scan = Scan(tuple(File(path, content) for path, content in files.items()), (), failures)
    return plan(scan, {path: (content, "r") for path, content in indexed.items()}, recipe)


A, B, C = File("a", "1"), File("b", "2"), File("c", "1")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (plan_for({}, {}), Plan((), (), (), ())),
        (plan_for({"a": "1"}, {}), Plan((A,), (), (), ())),
        (plan_for({"a": "1"}, {"a": "1"}), Plan((), (), ("a",), ())),
        (plan_for({"a": "1"}, {"a": "old"}), Plan((), (A,), (), ())),
        (plan_for({"a": "1"}, {"a": "1"}, recipe="new"), Plan((), (A,), (), ())),
        (plan_for({}, {"a": "1"}), Plan((), (), (), ("a",))),
        (plan_for({}, {"a": "1"}, failed=("a",)), Plan((), (), (), ())),
        (plan_for({"c": "1"}, {"a": "1"}), Plan((C,), (), (), ("a",), {"c": "a"})),
        (plan_for({"a": "1", "c": "1"}, {"a": "1"}), Plan((C,), (), ("a",), ())),
        (plan_for({"c": "1"}, {"a": "1", "b": "1"}), Plan((C,), (), (), ("a", "b"), {"c": "b"})),
        (plan_for({"a": "1", "b": "2"}, {"a": "2", "b": "1"}), Plan((), (A, B), (), ())),
    ],
    ids=["nothing", "added", "unchanged", "edited", "another recipe", "removed", "unreadable", "renamed",
         "copied", "one of two", "swapped"],
)  # fmt: skip
def test_a_plan_compares_the_folder_with_the_index(change, expected):
    assert change == expected


def test_an_id_is_derived_from_the_path():
    assert document_id("ferry.md") == document_id("ferry.md") != document_id("valley/ferry.md")
    assert len(document_id("ferry.md")) == 16


# --- work is proportional to change --------------------------------------------------------------


def resync(assistant, encoder):
    """Sync, and return the report with the texts that were embedded."""
    encoder.embedded.clear()
    report = assistant.sync()
    assert report.embedded == len(encoder.embedded)
    return report, encoder.embedded


def test_a_first_sync_adds_everything(assistant, encoder):
    report, embedded = resync(assistant, encoder)
    assert report.added == ("bridge.txt", "ferry.md", "valley/bees.md")
    assert report.updated == report.removed == report.unchanged == report.failed == report.skipped == ()
    assert len(embedded) == 4
    assert report.seconds >= 0


def test_a_second_sync_embeds_nothing(assistant, encoder):
    assistant.sync()
    report, embedded = resync(assistant, encoder)
    assert report.unchanged == ("bridge.txt", "ferry.md", "valley/bees.md")
    assert embedded == []


def test_a_moved_file_embeds_nothing_and_is_found_at_its_new_place(assistant, corpus, encoder):
    assistant.sync()
    (corpus / "ferry.md").rename(corpus / "valley" / "boat.md")
    report, embedded = resync(assistant, encoder)
    assert (report.added, report.removed, embedded) == (("valley/boat.md",), ("ferry.md",), [])
    assert assistant.search("ferry passengers", k=1)[0].document.path == "valley/boat.md"


def test_an_added_file_embeds_only_itself(assistant, corpus, encoder):
    assistant.sync()
    write(corpus, {"goats.txt": "Forty goats live on the rock."})
    report, embedded = resync(assistant, encoder)
    assert report.added == ("goats.txt",)
    assert embedded == ["Forty goats live on the rock."]


def log(edited: int | None = None) -> str:
    days = [f"On day {n} the ferry carried {n * 7} people and {n} goats to Tolvane. " * 8 for n in range(100)]
    if edited is not None:
        days[edited] = "There was fog on this day."
    return "# The log\n\n" + "\n\n".join(days)


def test_an_edited_paragraph_embeds_a_handful_of_passages(assistant, corpus, encoder):
    write(corpus, {"log.md": log()})
    assistant.sync()
    write(corpus, {"log.md": log(edited=50)})
    report, embedded = resync(assistant, encoder)
    assert report.updated == ("log.md",)
    assert 1 <= len(embedded) <= 5
    assert any("fog" in text for text in embedded)


def test_a_new_title_embeds_the_whole_document_again(assistant, corpus, encoder):
    assistant.sync()
    write(corpus, {"ferry.md": (corpus / "ferry.md").read_text().replace("# The ferry", "# The boat")})
    report, embedded = resync(assistant, encoder)
    assert report.updated == ("ferry.md",)
    assert [text.split("\n")[0] for text in sorted(embedded)] == [
        "The boat to Tolvane",
        "The boat to Tolvane — Tickets",
    ]


def test_a_file_that_comes_back_embeds_nothing(assistant, corpus, encoder):
    assistant.sync()
    text = (corpus / "bridge.txt").read_text()
    (corpus / "bridge.txt").unlink()
    assert assistant.sync().removed == ("bridge.txt",)
    write(corpus, {"bridge.txt": text})
    report, embedded = resync(assistant, encoder)
    assert (report.added, embedded) == (("bridge.txt",), [])


def test_two_files_with_the_same_text_are_two_documents_that_share_vectors(assistant, corpus, encoder):
    write(corpus, {"one.txt": "Forty goats live on the rock.", "two.txt": "Forty goats live on the rock."})
    _, embedded = resync(assistant, encoder)
    assert embedded.count("Forty goats live on the rock.") == 1
    assert {hit.document.path for hit in assistant.search("forty goats", k=2)} == {"one.txt", "two.txt"}
    (corpus / "one.txt").unlink()
    assistant.sync()
    assert assistant.search("forty goats", k=1)[0].document.path == "two.txt"


def test_a_rebuilt_index_has_the_same_documents_passages_and_ids(corpus, tmp_path):
    def contents(index: Path):
        assistant = Assistant(Settings(corpus=corpus, index=index), WordEncoder())
        assistant.sync()
        with LocalStore(index).read() as snapshot:
            passages = snapshot.passages(snapshot.passage_numbers())
            return [(d, d.text) for d in snapshot.documents()], sorted(passages.values(), key=lambda p: p.id)

    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_progress_is_reported(assistant):
    seen = []
    assistant.sync(progress=seen.append)
    assert [p.path for p in seen[:3]] == ["bridge.txt", "ferry.md", "valley/bees.md"]
    assert [p.done for p in seen] == sorted(p.done for p in seen)
    assert (seen[-1].done, seen[-1].total, seen[-1].embedded) == (3, 3, 4)


# --- gone means gone -----------------------------------------------------------------------------


def test_a_removed_document_cannot_be_found_served_or_cited(assistant, corpus):
    assistant.sync()
    gone = next(d for d in assistant.documents() if d.path == "bridge.txt")
    (corpus / "bridge.txt").unlink()
    assert assistant.sync().removed == ("bridge.txt",)
    assert [d.path for d in assistant.documents()] == ["ferry.md", "valley/bees.md"]
    answer = assistant.ask("Who finished the stone bridge at Osk?", threshold=0)
    assert gone.id not in {hit.document.id for hit in answer.nearest}
    assert gone.id not in {citation.document.id for citation in answer.citations}
    assert assistant.search("bridge mason", documents=[gone.id]) == ()
    assert b"Anders Lund" not in (assistant.settings.index / "vectors.faiss").read_bytes()


def test_emptying_the_corpus_empties_the_index(assistant, corpus):
    assistant.sync()
    for path in corpus.rglob("*.*"):
        path.unlink()
    removed = assistant.sync(allow_empty=True).removed
    assert removed == ("bridge.txt", "ferry.md", "valley/bees.md")
    assert assistant.documents() == assistant.search("ferry") == ()
    assert assistant.ask("Where is the ferry?", threshold=0).confidence == 0.0


# --- what is in the folder -----------------------------------------------------------------------


def test_files_that_are_not_documents_are_skipped_and_counted(assistant, corpus):
    write(
        corpus,
        {name: "Words." for name in (".hidden.txt", "~$open.txt", "program.exe", ".git/config.txt", "NAME")},
    )
    assert assistant.sync().skipped == (".git/config.txt", ".hidden.txt", "NAME", "program.exe", "~$open.txt")


def test_suffixes_may_be_in_capitals(assistant, corpus):
    write(corpus, {"LOUD.TXT": "Forty goats live on the rock."})
    assert "LOUD.TXT" in assistant.sync().added


def test_a_file_that_cannot_be_read_is_reported_and_stops_nothing(assistant, corpus):
    (corpus / "a-broken.txt").write_bytes(bytes(range(256)))
    report = assistant.sync()
    assert report.failed == (Failure("a-broken.txt", "not a text file, or in an unknown encoding"),)
    assert len(report.added) == 3
    assert assistant.status().failures == report.failed


def test_a_file_that_becomes_unreadable_keeps_its_old_document(assistant, corpus):
    assistant.sync()
    (corpus / "ferry.md").write_bytes(b"")
    report = assistant.sync()
    assert report.failed == (Failure("ferry.md", "the file is empty"),)
    assert (report.updated, report.removed) == ((), ())
    assert assistant.search("ferry passengers", k=1)[0].document.path == "ferry.md"


def test_a_file_of_any_size_is_refused_without_reading_it(assistant, corpus):
    with (corpus / "huge.txt").open("wb") as file:
        file.truncate(10**12)  # takes no space on the disk
    (failure,) = assistant.sync().failed
    assert failure == Failure("huge.txt", "larger than 20 MB")


def changing(corpus: Path, path: str, change: Callable[[Path], object]) -> Callable[[Progress], None]:
    """A progress callback that changes a file just before it is read, after the folder has been scanned."""
    return lambda progress: change(corpus / path) if progress.path == path else None


@pytest.mark.parametrize("change", [lambda file: file.write_text("The ferry sa"), Path.unlink])
def test_a_file_that_changes_while_it_is_read_keeps_its_old_document(assistant, corpus, change):
    assistant.sync()
    write(corpus, {"ferry.md": "The ferry sank.", "goats.txt": "Forty goats live on the rock."})
    report = assistant.sync(changing(corpus, "ferry.md", change))
    assert report.failed == (Failure("ferry.md", CHANGED),)
    assert (report.added, report.updated, report.removed) == (("goats.txt",), (), ())
    ferry = next(d for d in assistant.documents() if d.path == "ferry.md")
    assert ferry.text == DOCUMENTS["ferry.md"]


def test_a_file_that_goes_away_during_the_scan_is_not_a_failure(assistant, corpus):
    assistant.sync()
    first = corpus / "bridge.txt"  # the first one to be checked
    report = assistant.sync(settled=lambda path: path != first or not first.unlink())
    assert (report.removed, report.failed) == (("bridge.txt",), ())


def test_a_file_that_is_not_settled_is_left_alone(assistant, corpus):
    assistant.sync()
    write(corpus, {"ferry.md": "The ferry sank.", "half.txt": "Half of", "goats.txt": "Forty goats."})
    report = assistant.sync(settled=lambda path: path.name not in ("ferry.md", "half.txt"))
    assert (report.added, report.updated, report.removed, report.failed) == (("goats.txt",), (), (), ())
    texts = {d.path: d.text for d in assistant.documents()}
    assert texts == {**DOCUMENTS, "goats.txt": "Forty goats."}
    report = assistant.sync()
    assert (report.added, report.updated) == (("half.txt",), ("ferry.md",))


def test_a_file_that_is_no_longer_settled_after_reading_is_left_alone(assistant, corpus):
    checked = []

    def settled(path: Path) -> bool:
        checked.append(path.name)
        return checked.count(path.name) < 2 or path.name != "ferry.md"

    report = assistant.sync(settled=settled)
    assert report.failed == (Failure("ferry.md", CHANGED),)
    assert [d.path for d in assistant.documents()] == ["bridge.txt", "valley/bees.md"]


def test_a_renamed_file_is_reported_as_such(assistant, corpus):
    assistant.sync()
    (corpus / "ferry.md").rename(corpus / "boat.md")
    assert assistant.sync().renamed == (("ferry.md", "boat.md"),)
    assert assistant.sync().renamed == ()


def test_a_link_out_of_the_corpus_is_refused(assistant, corpus, tmp_path):
    write(tmp_path, {"secret.txt": "The password of the lighthouse is goat."})
    (corpus / "link.txt").symlink_to(tmp_path / "secret.txt")
    (corpus / "folder").symlink_to(tmp_path)
    report = assistant.sync()
    assert [failure.path for failure in report.failed] == ["link.txt"]
    assert "symbolic link" in report.failed[0].reason
    assert "folder" in report.skipped
    assert all("password" not in hit.passage.text for hit in assistant.search("password lighthouse", k=10))


def test_a_link_within_the_corpus_is_a_document(assistant, corpus):
    (corpus / "link.md").symlink_to(corpus / "ferry.md")
    assert "link.md" in assistant.sync().added


def test_anything_that_is_not_a_file_is_reported(assistant, corpus):
    (corpus / "nothing.txt").symlink_to(corpus / "missing.txt")
    os.mkfifo(corpus / "pipe.txt")
    assert {failure.path for failure in assistant.sync().failed} == {"nothing.txt", "pipe.txt"}


def test_a_name_that_is_not_unicode_is_reported_and_stops_nothing(assistant, corpus):
    for name in (b"caf\xe9.txt", b"caf\xe9.exe"):
        Path(os.fsdecode(os.fsencode(corpus) + b"/" + name)).write_text("Tea is served at five.")
    report = assistant.sync()
    assert report.failed == (Failure("caf\\xe9.txt", "the file name is not valid Unicode. Rename the file"),)
    assert report.skipped == ("caf\\xe9.exe",)
    assert len(report.added) == 3


@pytest.mark.parametrize(
    "name", ["with space.txt", "日本.txt", "a#b?c%20.txt", "quote'\".txt", "-rf.txt", "é.txt", "e\u0301.txt"]
)
def test_any_other_name_is_fine(assistant, corpus, name):
    write(corpus, {name: "Forty goats live on the rock."})
    assistant.sync()
    assert assistant.search("goats", k=1)[0].document.path == name


def test_an_empty_corpus_gives_an_empty_index(tmp_path, encoder):
    (tmp_path / "corpus").mkdir()
    assistant = Assistant(Settings(corpus=tmp_path / "corpus", index=tmp_path / "index"), encoder)
    assert assistant.sync().added == ()
    assert assistant.documents() == assistant.search("ferry") == ()
    assert not assistant.ask("Where is the ferry?", threshold=0).answered


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.write_text("a file")])
def test_a_corpus_that_is_not_a_folder_is_an_error(tmp_path, encoder, make):
    make(tmp_path / "corpus")
    assistant = Assistant(Settings(corpus=tmp_path / "corpus", index=tmp_path / "index"), encoder)
    with pytest.raises(CorpusError, match="Create it and put documents into it"):
        assistant.sync()


def test_a_corpus_that_vanishes_does_not_empty_the_index(assistant, corpus):
    assistant.sync()
    corpus.rename(corpus.with_name("elsewhere"))
    with pytest.raises(CorpusError):
        assistant.sync()
    assert len(assistant.documents()) == 3


def test_an_index_path_that_is_a_file_is_an_error(corpus, tmp_path, encoder):
    (tmp_path / "index").write_text("a file")
    with pytest.raises(IndexUnwritable):
        Assistant(Settings(corpus=corpus, index=tmp_path / "index"), encoder).sync()


# --- a damaged index -----------------------------------------------------------------------------


@pytest.mark.parametrize("damage", [b"", b"no database"])
def test_a_damaged_database_is_set_aside_and_rebuilt(assistant, corpus, index, damage, caplog):
    assistant.sync()
    for log in index.glob("index.sqlite-*"):
        log.unlink()
    (index / "index.sqlite").write_bytes(damage * 100)
    if damage:
        with pytest.raises(IndexDamaged):
            assistant.search("ferry")
    report = assistant.sync()
    assert len(report.added) == 3
    assert assistant.search("ferry passengers", k=1)[0].document.path == "ferry.md"
    assert [path.read_bytes() for path in index.glob("*.damaged-1")] == ([damage * 100] if damage else [])


@pytest.mark.parametrize("damage", ["missing", "stale", "cut", "words"])
def test_the_vector_cache_is_rebuilt_without_embedding(assistant, corpus, index, encoder, damage):
    assistant.sync()
    cache = index / "vectors.faiss"
    before = cache.read_bytes()
    if damage == "stale":
        write(corpus, {"goats.txt": "Forty goats live on the rock."})
        assistant.sync()
    damaged = {"missing": None, "stale": before, "cut": before[:-9], "words": b"words"}[damage]
    cache.unlink()
    if damaged is not None:
        cache.write_bytes(damaged)
    encoder.embedded.clear()
    again = Assistant(assistant.settings, encoder)
    assert again.search("ferry passengers", k=1, rerank=False)[0].document.path == "ferry.md"
    assert again.sync().embedded == 0
    assert encoder.embedded == []
    assert cache.read_bytes() == before if damage != "stale" else cache.read_bytes() != before


def test_a_sync_in_another_process_is_noticed(assistant, corpus):
    assistant.sync()
    write(corpus, {"goats.txt": "Forty goats live on the rock."})
    code = """
import sys
from pathlib import Path
from conftest import WordEncoder
from qa import Assistant, Settings
print(Assistant(Settings(corpus=Path(sys.argv[1]), index=Path(sys.argv[2])), WordEncoder()).sync().added)
"""
    done = python(code, corpus, assistant.settings.index)
    assert done.stdout == "('goats.txt',)\n", done.stderr
    assert assistant.search("forty goats", k=1)[0].document.path == "goats.txt"


# --- another encoder -----------------------------------------------------------------------------


def test_an_index_from_another_encoder_is_stale_until_a_sync(assistant, encoder):
    assistant.sync()
    other = Assistant(assistant.settings, WordEncoder("other"))
    with pytest.raises(IndexStale):
        other.search("ferry")
    assert other.sync().updated == ("bridge.txt", "ferry.md", "valley/bees.md")
    assert other.search("ferry passengers", k=1)[0].document.path == "ferry.md"
    with pytest.raises(IndexStale):
        assistant.search("ferry")


def stop_at(path: str):
    def progress(p):
        if p.path == path and p.embedded:
            raise KeyboardInterrupt

    return progress


def test_vectors_of_two_encoders_are_never_served_together(assistant, corpus, encoder):
    write(corpus, {f"log{n}.md": log(edited=n) for n in range(9)})
    assistant.sync()
    other = Assistant(assistant.settings, WordEncoder("other"))
    with pytest.raises(KeyboardInterrupt):
        other.sync(progress=stop_at("log8.md"))
    with LocalStore(assistant.settings.index).read() as snapshot:
        recipes = {recipe for _, recipe in snapshot.file_digests().values()}
    assert len(recipes) == 2  # it was stopped halfway
    for half in (assistant, other):
        with pytest.raises(IndexStale):
            half.search("ferry")
    other.sync()
    assert other.search("ferry passengers", k=1)[0].document.path == "ferry.md"


def test_an_interrupted_first_sync_is_not_served_to_another_encoder(assistant, corpus):
    write(corpus, {f"log{n}.md": log(edited=n) for n in range(9)})
    with pytest.raises(KeyboardInterrupt):
        assistant.sync(progress=stop_at("log8.md"))
    assert assistant.search("ferry")
    with pytest.raises(IndexStale):
        Assistant(assistant.settings, WordEncoder("other")).search("ferry")


def test_an_unreadable_file_does_not_keep_a_document_from_another_encoder(assistant, corpus):
    assistant.sync()
    (corpus / "ferry.md").write_bytes(b"")
    (corpus / "bridge.txt").unlink()
    (corpus / "bridge.txt").symlink_to("/etc/hostname")
    other = Assistant(assistant.settings, WordEncoder("other"))
    report = other.sync()
    assert [failure.path for failure in report.failed] == ["bridge.txt", "ferry.md"]
    assert report.removed == ("bridge.txt", "ferry.md")
    assert [d.path for d in other.documents()] == ["valley/bees.md"]


def test_a_missing_model_is_an_error_before_anything_is_written(corpus, index):
    class Missing(WordEncoder):
        @property
        def fingerprint(self) -> str:
            raise ModelError("not here")

    with pytest.raises(ModelError):
        Assistant(Settings(corpus=corpus, index=index), Missing()).sync()
    assert not index.exists()
