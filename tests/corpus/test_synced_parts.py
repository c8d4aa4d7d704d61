"""Machines that each sync a part of one corpus into one index, and what becomes of the others' documents."""

import hashlib
import json
import os
from pathlib import Path

import pytest
from conftest import QUESTION, WordEncoder, document, python, write

from qa.assistant import Assistant
from qa.corpus.contents import walk
from qa.errors import CorpusEmptied, CorpusError, IndexBusy, IndexStale, SettingsError, UnknownDocument
from qa.index.local.store import LocalStore
from qa.settings import Settings

TRADE = {
    "ferry.md": "# The ferry to Tolvane\n\nThe ferry to Tolvane carries 340 passengers.\n",
    "tolls/bridge.txt": "The stone bridge at Osk has a toll of 3 crowns.\n",
}
ENERGY = {"mill.md": "# The mill\n\nThe mill of Norvik has four floors.\n"}
PATHS = ["energy/mill.md", "trade/ferry.md", "trade/tolls/bridge.txt"]


def machine(folder: Path, index: Path, part: str = "", encoder: str = "words", **more: object) -> Assistant:
    """What runs on a machine that has the corpus at `folder`, or a part of it."""
    return Assistant(Settings(folder, index, part=part, **more), WordEncoder(encoder))


@pytest.fixture
def trade(tmp_path: Path, index: Path) -> Assistant:
    """A machine that has the part `trade` alone."""
    write(tmp_path / "one" / "trade", TRADE)
    return machine(tmp_path / "one", index, "trade")


@pytest.fixture
def energy(tmp_path: Path, index: Path) -> Assistant:
    """Another machine, with the part `energy`, and a file that is in no part."""
    write(tmp_path / "two" / "energy", ENERGY)
    write(tmp_path / "two", {"goats.txt": "Forty goats live on the rock."})
    return machine(tmp_path / "two", index, "energy")


@pytest.fixture
def both(trade: Assistant, energy: Assistant) -> tuple[Assistant, Assistant]:
    trade.sync()
    energy.sync()
    return trade, energy


def paths(assistant: Assistant) -> list[str]:
    return [document.path for document in assistant.documents()]


def states(assistant: Assistant) -> dict[str, tuple[str, bool]]:
    return {file.path: (file.state, file.deletable) for file in assistant.files()}


# --- syncing -------------------------------------------------------------------------------------


def test_each_machine_adds_its_part_and_all_answer_from_both(trade, energy):
    assert trade.sync().added == ("trade/ferry.md", "trade/tolls/bridge.txt")
    report = energy.sync()
    assert (report.added, report.removed, report.unchanged) == (("energy/mill.md",), (), ())
    assert paths(trade) == paths(energy) == PATHS
    assert "340 passengers" in energy.ask(QUESTION, threshold=0).text
    assert "four floors" in trade.ask("How many floors does the mill of Norvik have?", threshold=0).text
    assert trade.sync().unchanged == ("trade/ferry.md", "trade/tolls/bridge.txt")


def test_a_part_within_a_folder_is_a_part(trade, index, tmp_path):
    nested = machine(tmp_path / "one", index, "trade/tolls")
    assert nested.sync().added == ("trade/tolls/bridge.txt",)


def test_a_name_that_begins_like_a_part_is_not_in_it(trade, energy, tmp_path):
    for name in ("trade-2", "trade0", "Trade"):
        write(tmp_path / "two" / name, {"a.txt": f"Words of {name}."})
        machine(tmp_path / "two", energy.settings.index, name).sync()
    assert trade.sync().removed == ()
    (tmp_path / "one" / "trade" / "ferry.md").unlink()
    assert trade.sync().removed == ("trade/ferry.md",)
    assert paths(trade) == ["Trade/a.txt", "trade-2/a.txt", "trade/tolls/bridge.txt", "trade0/a.txt"]


def test_only_the_folder_of_the_part_is_listed(tmp_path, monkeypatch):
    write(tmp_path, {"trade/tolls/a.txt": "a", "energy/b.txt": "b", "c.txt": "c"})
    listed, scandir = [], os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: listed.append(str(path)) or scandir(path))
    assert [file.relative_path for file in walk(tmp_path, "trade").files] == ["trade/tolls/a.txt"]
    assert listed == [str(tmp_path / "trade"), str(tmp_path / "trade" / "tolls")]


def test_a_part_that_is_not_there_is_an_error_and_removes_nothing(both, tmp_path):
    trade, _ = both
    (tmp_path / "one" / "trade").rename(tmp_path / "elsewhere")
    says = f"the folder {tmp_path}/one/trade does not exist. Create it and put documents into it"
    with pytest.raises(CorpusError, match=f"^{says}$"):
        trade.sync(allow_empty=True)
    (tmp_path / "one" / "trade").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CorpusError, match="is a symbolic link"):
        trade.sync()
    assert paths(trade) == PATHS


def test_only_what_is_gone_of_the_part_is_counted_and_told(both, tmp_path):
    trade, energy = both
    (tmp_path / "two" / "energy" / "mill.md").unlink()
    with pytest.raises(
        CorpusEmptied, match=f"^1 of 1 indexed file not found in the folder {tmp_path}/two/en"
    ):
        energy.sync()
    assert energy.stopped().startswith("1 of 1")
    assert trade.stopped() == ""
    trade.sync()
    assert energy.stopped().startswith("1 of 1")
    assert energy.sync(allow_empty=True).removed == ("energy/mill.md",)
    assert paths(trade) == ["trade/ferry.md", "trade/tolls/bridge.txt"]


def test_failures_are_those_of_the_part(trade, energy, tmp_path):
    write(tmp_path / "one" / "trade", {"empty.md": ""})
    write(tmp_path / "two" / "energy", {"empty.md": ""})
    trade.sync()
    energy.sync()
    assert [f.path for f in trade.status().failures] == ["trade/empty.md"]
    write(tmp_path / "two" / "energy", {"empty.md": "The dam."})
    energy.sync()
    assert [f.path for f in trade.status().failures] == ["trade/empty.md"]
    assert energy.status().failures == ()


def test_a_document_that_moves_to_another_part_embeds_nothing(both, tmp_path):
    trade, energy = both
    (tmp_path / "one" / "trade" / "ferry.md").rename(tmp_path / "two" / "energy" / "ferry.md")
    trade.sync()
    assert energy.sync().embedded == 0
    assert paths(trade) == ["energy/ferry.md", "energy/mill.md", "trade/tolls/bridge.txt"]


def test_what_is_attached_to_a_file_of_another_part_is_its_own(both, tmp_path):
    trade, energy = both
    (tmp_path / "two" / "energy" / "mail.eml").write_bytes(
        b"Subject: Dam\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\n"
        b"Content-Type: text/plain\n\nSee the report.\n--x\nContent-Type: text/plain\n"
        b"Content-Disposition: attachment; filename=report.txt\n\nThe dam is 40 m high.\n--x--\n"
    )
    assert energy.sync().added == ("energy/mail.eml",)
    trade.sync()
    assert paths(trade)[:2] == ["energy/mail.eml", "energy/mail.eml/report.txt"]
    with pytest.raises(CorpusError, match=r"^attached to energy/mail\.eml"):
        trade.original(document(trade, "energy/mail.eml/report.txt").id)


def test_a_second_machine_that_syncs_at_the_same_time_waits_for_its_turn(trade, energy, index):
    with LocalStore(index, "trade").write(), pytest.raises(IndexBusy):
        energy.sync()


# --- another encoder -----------------------------------------------------------------------------


def test_an_index_is_not_searched_until_each_part_has_the_new_encoder(both, index, tmp_path):
    new = [machine(tmp_path / at, index, part, "other") for at, part in (("one", "trade"), ("two", "energy"))]
    assert new[0].sync().updated == ("trade/ferry.md", "trade/tolls/bridge.txt")
    for assistant in (*both, *new):
        with pytest.raises(IndexStale, match=r"Sync each of its parts with this one \(energy, trade\)$"):
            assistant.search("ferry")
    assert new[0].sync().updated == ()  # again, and it is still so
    with pytest.raises(IndexStale):
        new[0].search("ferry")
    assert new[1].sync().updated == ("energy/mill.md",)
    assert new[0].search("ferry passengers", k=1)[0].document.path == "trade/ferry.md"
    with pytest.raises(IndexStale):
        both[0].search("ferry")


def test_a_file_that_cannot_be_read_loses_its_document_of_another_encoder_in_its_part_only(both, tmp_path):
    write(tmp_path / "one" / "trade", {"ferry.md": ""})
    write(tmp_path / "two" / "energy", {"mill.md": ""})
    new = machine(tmp_path / "one", both[0].settings.index, "trade", "other")
    assert new.sync().removed == ("trade/ferry.md",)
    assert paths(new) == ["energy/mill.md", "trade/tolls/bridge.txt"]


# --- which parts an index may have ---------------------------------------------------------------


def test_an_index_in_parts_is_not_synced_as_a_whole(both, index, tmp_path):
    whole = machine(tmp_path / "one", index)
    says = r"^this index is synced in parts \(energy, trade\)\. Name one with --part$"
    for change in (whole.sync, lambda: whole.sync(allow_empty=True), lambda: whole.place([])):
        with pytest.raises(SettingsError, match=says):
            change()
    assert paths(whole) == PATHS


@pytest.mark.parametrize(("first", "then"), [("trade", "trade/tolls"), ("trade/tolls", "trade")])
def test_no_part_is_within_another(trade, index, tmp_path, first, then):
    machine(tmp_path / "one", index, first).sync()
    before = paths(trade)
    says = f"^the parts {then} and {first} of this index overlap. Sync {first} as before, or"
    with pytest.raises(SettingsError, match=says):
        machine(tmp_path / "one", index, then).sync()
    assert paths(trade) == before


def test_the_index_of_a_whole_folder_is_not_synced_in_parts(energy, index, tmp_path):
    machine(tmp_path / "two", index).sync()
    with pytest.raises(SettingsError, match=r"^this index is of the whole folder, not of the part energy"):
        energy.sync()
    assert paths(energy) == ["energy/mill.md", "goats.txt"]


def test_an_index_of_a_folder_with_one_part_only_may_become_one_in_parts(trade, energy, index, tmp_path):
    machine(tmp_path / "one", index).sync()
    assert trade.sync().unchanged == ("trade/ferry.md", "trade/tolls/bridge.txt")
    energy.sync()
    assert paths(trade) == PATHS
    assert machine(tmp_path / "none", index).other_corpus() == ""  # it is no longer of one place


def test_a_part_of_which_nothing_is_left_does_not_count(trade, index, tmp_path):
    trade.sync()
    for file in ("ferry.md", "tolls/bridge.txt"):
        (tmp_path / "one" / "trade" / file).unlink()
    trade.sync(allow_empty=True)
    write(tmp_path / "one", {"goats.txt": "Forty goats live on the rock."})
    assert machine(tmp_path / "one", index).sync().added == ("goats.txt",)


def test_a_part_is_known_as_soon_as_something_of_it_is_indexed(trade, index, tmp_path):
    def killed(progress):
        if progress.embedded:
            raise KeyboardInterrupt

    for number in range(9):
        write(
            tmp_path / "one" / "trade", {f"n{number}.txt": " ".join(f"Word {number}." for _ in range(2000))}
        )
    with pytest.raises(KeyboardInterrupt):
        trade.sync(progress=lambda p: killed(p) if trade.documents() else None)
    assert trade.documents()
    with pytest.raises(SettingsError, match="in parts"):
        machine(tmp_path / "one", index).sync()


# --- files and documents -------------------------------------------------------------------------


def test_documents_of_other_parts_are_listed_as_indexed(both, tmp_path):
    trade, energy = both
    write(tmp_path / "one" / "trade", {"new.md": "New."})
    (tmp_path / "one" / "trade" / "ferry.md").unlink()
    assert states(trade) == {
        "energy/mill.md": ("indexed", False),
        "trade/ferry.md": ("gone", True),
        "trade/new.md": ("waiting", True),
        "trade/tolls/bridge.txt": ("indexed", True),
    }
    assert states(energy) == {
        "energy/mill.md": ("indexed", True),
        "trade/ferry.md": ("indexed", False),
        "trade/tolls/bridge.txt": ("indexed", False),
    }  # goats.txt is in no part
    assert [d.path for d in energy.matching(folder=["trade/tolls"])] == ["trade/tolls/bridge.txt"]


def test_the_sync_of_one_part_does_not_hide_what_has_changed_in_another(both, tmp_path):
    trade, energy = both
    write(tmp_path / "one" / "trade", {"ferry.md": "The ferry sank."})
    energy.sync()
    assert states(trade)["trade/ferry.md"] == ("changed", True)
    trade.sync(settled=lambda path: path.name != "ferry.md")
    energy.sync()
    assert states(trade)["trade/ferry.md"] == ("changed", True)


def test_a_machine_that_names_no_part_has_none_of_the_files(both, index, tmp_path):
    for corpus in (tmp_path / "none", tmp_path / "two"):
        reader = machine(corpus, index)
        assert states(reader) == dict.fromkeys(PATHS, ("indexed", False))
        assert "340 passengers" in reader.ask(QUESTION, threshold=0).text
        assert reader.other_corpus() == ""


def test_each_part_may_be_of_a_corpus_in_another_place(both, index, tmp_path):
    trade, energy = both
    assert trade.other_corpus() == energy.other_corpus() == ""
    assert machine(tmp_path / "two", index, "trade").other_corpus() == str(tmp_path / "one")


def test_the_file_of_a_document_is_where_its_part_is_synced(both, index, tmp_path):
    trade, _ = both
    mill = document(trade, "energy/mill.md").id
    assert trade.original(document(trade, "trade/ferry.md").id).name == "ferry.md"
    for content in (None, "another"):
        if content:
            write(tmp_path / "one", {"energy/mill.md": content})
        with pytest.raises(CorpusError, match=r"^its file is kept where the part energy is synced$"):
            trade.original(mill)
    write(tmp_path / "one" / "energy", ENERGY)  # a copy will do
    content = ENERGY["mill.md"].encode()
    assert trade.original(mill).digest == hashlib.sha256(content).hexdigest()


def test_documents_are_deleted_where_their_part_is_synced(both, index, tmp_path):
    trade, _ = both
    write(tmp_path / "one" / "energy", ENERGY)
    says = r"^cannot delete energy/mill\.md here\. Delete it where the part energy is synced$"
    for assistant in (trade, machine(tmp_path / "one", index)):
        with pytest.raises(CorpusError, match=says):
            assistant.delete("energy/mill.md")
        with pytest.raises(CorpusError, match=says):
            assistant.remove(document(assistant, "energy/mill.md").id)
    assert (tmp_path / "one" / "energy" / "mill.md").exists()
    trade.delete("trade/tolls/bridge.txt")
    assert paths(trade) == PATHS[:2]
    with pytest.raises(UnknownDocument):
        trade.delete("trade/nothing.md")


def test_files_are_added_to_the_folder_of_the_part(both, tmp_path):
    trade, _ = both
    write(tmp_path, {"goats.txt": "Forty goats live on the rock.", "ferry.md": "Another ferry."})
    placed = trade.place([("goats.txt", tmp_path / "goats.txt"), ("ferry.md", tmp_path / "ferry.md")])
    assert [(p.path, p.state) for p in placed] == [
        ("trade/goats.txt", "placed"), ("trade/ferry.md", "exists")
    ]  # fmt: skip
    assert (tmp_path / "one" / "trade" / "goats.txt").is_file()
    assert trade.add(tmp_path / "ferry.md", replace=True).path == "trade/ferry.md"
    twice = [("a.txt", tmp_path / "goats.txt"), ("a.txt", tmp_path / "ferry.md")]
    assert [p.state for p in trade.place(twice, replace=True)] == ["placed", "exists"]


# --- serving without syncing ---------------------------------------------------------------------


def test_who_only_serves_lists_all_as_indexed_and_deletes_nothing(synced, tmp_path):
    server = machine(tmp_path / "none", synced.settings.index, syncs=False)
    assert set(states(server).values()) == {("indexed", False)}
    assert "340 passengers" in server.ask(QUESTION, threshold=0).text
    with pytest.raises(CorpusError, match=r"^its file is kept where the folder is synced$"):
        server.original(document(server, "ferry.md").id)
    with pytest.raises(CorpusError, match=r"^cannot delete ferry\.md here"):
        server.delete("ferry.md")
    local = machine(synced.settings.corpus, synced.settings.index, syncs=False)
    assert local.original(document(local, "ferry.md").id).name == "ferry.md"


# --- the store -----------------------------------------------------------------------------------


def test_parts_are_kept_by_the_store(both, index):
    with LocalStore(index, "trade").read() as snapshot:
        assert snapshot.parts() == ("energy", "trade")
        assert list(snapshot.file_digests()) == ["trade/ferry.md", "trade/tolls/bridge.txt"]
        assert list(snapshot.file_digests(["energy/mill.md", "energy/none.md"])) == ["energy/mill.md"]
        assert snapshot.paths_of_other_encoders("another") == ["trade/ferry.md", "trade/tolls/bridge.txt"]
        assert snapshot.has_other_encoders("another")
        assert not snapshot.has_other_encoders("bag of words")
        assert json.loads(snapshot.meta("unsettled")) == []
        synced_at = snapshot.meta("synced_at")
    with LocalStore(index, "energy").read() as other, LocalStore(index).read() as whole:
        assert other.meta("synced_at") > synced_at
        assert other.meta("recipe") == whole.meta("recipe") != ""
        assert whole.meta("synced_at") == ""
        assert other.has_documents_elsewhere()
        assert not whole.has_documents_elsewhere()


def test_a_sync_in_another_process_is_of_its_part(both, index, tmp_path):
    write(tmp_path / "two" / "energy", {"dam.txt": "The dam is 40 m high."})
    code = """
import sys
from pathlib import Path
from conftest import WordEncoder
from qa.assistant import Assistant
from qa.settings import Settings
print(Assistant(Settings(Path(sys.argv[1]), Path(sys.argv[2]), part="energy"), WordEncoder()).sync().added)
"""
    done = python(code, tmp_path / "two", index)
    assert done.stdout == "('energy/dam.txt',)\n", done.stderr
    assert both[0].search("dam", k=1)[0].document.path == "energy/dam.txt"
