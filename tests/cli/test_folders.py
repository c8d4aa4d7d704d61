"""Which folder a command asks, where the index of it lies, and that no other folder is answered from it."""

import os
import shutil
import sqlite3
import stat
import sys
from pathlib import Path

import pytest
from conftest import WordEncoder, write

from qa.assistant import Assistant
from qa.cli.commands import main
from qa.cli.opening import matching
from qa.cli.progress import sync_before_serving
from qa.errors import CorpusError
from qa.settings import Settings, index_of


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """An empty folder to be in, with the user's data beside it. Commands use the encoder of the tests."""

    def opened(_, corpus, index, settings):
        return Assistant(settings, WordEncoder())

    monkeypatch.setattr(Assistant, "open", classmethod(opened))
    for name in ("QA_CORPUS", "QA_INDEX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("platformdirs.user_data_path", lambda name, **_: tmp_path / "data" / name)
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    write(tmp_path / "papers", {"bridge.txt": "The stone bridge at Osk was finished in 1874."})
    return tmp_path


def folders(corpus: str | None = None, index: str | None = None, **environment: str) -> tuple[Path, Path]:
    """The corpus and the index for what is typed and set."""
    named = [Path(name) if name else None for name in (corpus, index)]
    settings = Settings.for_folders(*named, environment)
    return settings.corpus, settings.index


def run(capsys: pytest.CaptureFixture[str], *typed: object) -> tuple[int, str, str]:
    code = main([str(word) for word in typed])
    return code, *capsys.readouterr()


# --- where the index lies ------------------------------------------------------------------------


def test_a_folder_that_is_named_has_its_index_among_the_users_data(home):
    corpus, index = folders(str(home / "papers"))
    assert corpus == home / "papers"
    assert index.parent == home / "data" / "qa" / "indexes"
    assert index.name.startswith("papers-")


def test_the_index_is_found_by_the_path_of_the_folder(home):
    one = folders(str(home / "papers"))[1]
    assert folders("../papers")[1] == folders(f"{home}/papers/")[1] == one
    (home / "link").symlink_to(home / "papers")
    assert folders(str(home / "link"))[1] == one
    assert folders(str(home / "other" / "papers"))[1] != one


def test_in_a_project_all_is_as_it_was(home):
    assert folders() == (Path("corpus"), Path("index"))
    assert folders("corpus") == (Path("corpus"), Path("index"))
    assert folders(str(home / "project" / "corpus"))[1] == Path("index")


def test_what_is_set_or_typed_names_the_index(home):
    papers = str(home / "papers")
    assert folders(QA_CORPUS=papers) == (Path(papers), Path("index"))
    assert folders(papers, QA_INDEX="mine") == (Path(papers), Path("mine"))
    assert folders(papers, "yours", QA_INDEX="mine") == (Path(papers), Path("yours"))
    assert folders(papers, QA_CORPUS=papers) == (Path(papers), Path("index"))


@pytest.mark.parametrize("name", ["/", "/" + "long" * 60, os.fsdecode(b"/caf\xe9")])
def test_any_folder_has_an_index_of_its_own(name):
    assert len(index_of(Path(name)).name) <= 53


def test_a_folder_is_synced_and_asked_from_anywhere_and_nothing_is_written_into_it(home, capsys, monkeypatch):
    assert run(capsys, "sync", home / "papers")[2].startswith("1 added; ")
    monkeypatch.chdir(home)
    code, out, _ = run(
        capsys, "ask", "-c", "papers", "when", "was", "the", "bridge", "finished", "--threshold", "0"
    )
    assert code == 0
    assert "1874" in out
    assert os.listdir(home / "papers") == ["bridge.txt"]
    assert os.listdir(home / "project") == []


@pytest.mark.skipif(sys.platform == "win32", reason="it has no such modes")
def test_others_do_not_read_an_index_that_they_may_not_read_the_folder_of(home, capsys):
    run(capsys, "sync", home / "papers")
    assert stat.S_IMODE((home / "data" / "qa" / "indexes").stat().st_mode) == 0o700


# --- several -------------------------------------------------------------------------------------


def test_several_folders_have_the_indexes_that_each_has_alone(home):
    papers, reports, usual = home / "papers", home / "reports", home / "project" / "corpus"
    both = Settings.for_several([papers, reports], {})
    assert [(each.corpus, each.index) for each in both] == [folders(str(papers)), folders(str(reports))]
    assert Settings.for_several([usual, papers], {})[0].index == Path("index")


def test_an_index_that_is_set_holds_those_of_several_folders(home):
    set_up = {"QA_CORPUS": str(home / "papers"), "QA_INDEX": str(home / "kept")}
    papers, reports = Settings.for_several([home / "papers", home / "reports"], set_up)
    assert papers.index == home / "kept"  # as with this folder alone
    assert reports.index.parent == home / "kept"
    assert reports.index.name.startswith("reports-")


def old(folder: Path) -> Path:
    """A folder whose files are not being written any more."""
    for file in folder.iterdir():
        os.utime(file, (0, 0))
    return folder


class Served:
    """In place of the server: what it is given, until Ctrl-C."""

    url, port = "http://127.0.0.1:7860/", 7860

    def __init__(self, assistants, indexing):
        self.assistants = assistants
        Served.last = self

    def wait(self, seconds=None):
        if seconds is None:
            raise KeyboardInterrupt

    def close(self):
        pass


@pytest.fixture
def served(monkeypatch):
    monkeypatch.setattr("qa.server.app.serve", Served)
    return Served


def test_several_folders_are_served_and_the_models_are_loaded_once(home, capsys, served):
    write(home / "reports", {"goats.txt": "Forty goats live on the rock.", "broken.pdf": "no PDF"})
    code, _, told = run(capsys, "serve", old(home / "papers"), old(home / "reports"))
    assert code == 0
    papers, reports = served.last.assistants
    assert [document.path for document in reports.documents()] == ["goats.txt"]
    assert papers._encoder is reports._encoder
    assert papers.settings.index.parent == reports.settings.index.parent == home / "data" / "qa" / "indexes"
    lines = told.splitlines()
    assert lines[0].startswith("papers: 1 added; ")
    assert lines[1].startswith("reports: 1 added, 1 failed; ")
    assert lines[2].startswith("qa: reports: broken.pdf: ")
    assert lines[-3:] == [
        "Serving on http://127.0.0.1:7860/",
        "  papers   http://127.0.0.1:7860/papers/",
        "  reports  http://127.0.0.1:7860/reports/",
    ]


def test_a_folder_that_is_not_there_does_not_stop_the_others(home, capsys, served):
    run(capsys, "sync", home / "papers")
    (home / "papers").rename(home / "elsewhere")
    write(home / "reports", {"goats.txt": "Forty goats live on the rock."})
    assert run(capsys, "serve", home / "papers", old(home / "reports"), home / "never")[0] == 0
    papers, reports, never = served.last.assistants
    assert [len(each.documents()) for each in (papers, reports, never)] == [1, 1, 0]
    assert not never.settings.index.exists()


def test_nothing_is_served_if_no_folder_is_there_or_one_is_a_file(home, capsys, served):
    said = run(capsys, "serve", home / "one", home / "two")
    assert said == (1, "", f"qa: the folder {home}/one does not exist. Check its name\n")
    file = home / "papers" / "bridge.txt"
    said = run(capsys, "serve", home / "papers", file)
    assert said == (1, "", f"qa: {file} is not a folder. Name the folder of your documents\n")


def test_an_index_of_another_folder_is_told_with_the_command_for_its_own(home, capsys, served):
    write(home / "reports", {"goats.txt": "Forty goats live on the rock."})
    index_of(home / "reports").mkdir(parents=True)
    run(capsys, "sync", home / "papers", "--index", index_of(home / "reports"))
    code, _, told = run(capsys, "serve", home / "papers", home / "reports")
    assert code == 1
    assert f"run qa sync {home}/reports --allow-empty to make it one of {home}/reports\n" in told


# --- parts ---------------------------------------------------------------------------------------


@pytest.fixture
def data(home) -> Path:
    """A corpus with two parts, whose files are not being written any more."""
    write(home / "data-of-all", {"trade/bridge.txt": "The bridge has a toll.", "energy/mill.txt": "A mill."})
    for part in ("trade", "energy"):
        old(home / "data-of-all" / part)
    return home / "data-of-all"


def test_a_part_is_synced_by_its_name(data, capsys, monkeypatch):
    assert run(capsys, "sync", data, "--part", "trade/")[2].startswith("1 added; ")
    monkeypatch.setenv("QA_PART", "energy")
    assert run(capsys, "sync", data)[2].startswith("1 added; ")
    assert run(capsys, "sync", data, "--part", "trade")[2].startswith("1 unchanged; ")
    monkeypatch.delenv("QA_PART")
    assert run(capsys, "search", "toll", "-c", data)[0] == 0
    says = "qa: this index is synced in parts (energy, trade). Name one with --part\n"
    for command in ("sync", "serve"):
        assert run(capsys, command, data) == (1, "", says)


def test_a_part_that_is_not_there_or_none_gets_one_line_and_leaves_nothing(data, capsys):
    for command in ("sync", "serve"):
        said = run(capsys, command, data, "--part", "tarde")
        assert said == (1, "", f"qa: the folder {data}/tarde does not exist. Check its name\n")
        code, _, said = run(capsys, command, data, "--part", "../other")
        assert (code, said.count("\n")) == (1, 1)
        assert said.startswith("qa: a part is a folder within the corpus, which '../other' is not. ")
    assert not index_of(data).exists()


def test_the_command_that_would_help_names_the_part(data, capsys):
    run(capsys, "sync", data, "--part", "trade")
    (data / "trade" / "bridge.txt").unlink()
    said = run(capsys, "sync", data, "--part", "trade")[2]
    assert said.endswith(f"If they were deleted, run qa sync {data} --part trade --allow-empty\n")


def test_a_part_is_served_beside_those_synced_elsewhere(data, capsys, served, monkeypatch):
    run(capsys, "sync", data, "--part", "energy")
    watched = []
    monkeypatch.setattr("qa.corpus.watch.Watcher.run", lambda watcher, _: watched.append(watcher._folder))
    assert run(capsys, "serve", data, "--part", "trade")[0] == 0
    (assistant,) = served.last.assistants
    assert [document.path for document in assistant.documents()] == ["energy/mill.txt", "trade/bridge.txt"]
    assert watched == [data / "trade"]


def test_without_a_sync_what_is_indexed_is_served_from_anywhere(data, home, capsys, served, monkeypatch):
    for part in ("trade", "energy"):
        run(capsys, "sync", data, "--part", part)
    data.rename(home / "on-another-machine")
    monkeypatch.setattr("qa.corpus.watch.Watcher.run", None)
    monkeypatch.setattr(Assistant, "sync", None)
    code, _, said = run(capsys, "serve", data, "--no-sync")
    assert (code, said) == (0, "Serving on http://127.0.0.1:7860/\n")
    (assistant,) = served.last.assistants
    assert [file.state for file in assistant.files()] == ["indexed", "indexed"]
    assert not assistant.settings.syncs


def test_without_a_sync_and_an_index_the_page_is_served_and_says_that_it_is_empty(home, capsys, served):
    code, _, said = run(capsys, "serve", home / "never", "--no-sync")
    assert (code, said.splitlines()[0]) == (0, f"qa: nothing is indexed yet. Run qa sync {home}/never")
    assert not (home / "data").exists()


def test_without_a_sync_no_other_folder_is_answered_from_an_index(home, capsys, served):
    run(capsys, "sync", home / "papers", "--index", "mine")
    write(home / "other", {"goats.txt": "Forty goats live on the rock."})
    code, _, said = run(capsys, "serve", home / "other", "--index", "mine", "--no-sync")
    assert code == 1
    assert said.startswith(f"qa: the index in mine is of {home}/papers, not of {home}/other. ")


# --- nothing there -------------------------------------------------------------------------------


def test_a_folder_that_is_not_there_gets_one_line_and_leaves_nothing(home, capsys):
    for command in (
        ["sync", "/papres"],
        ["serve", "/papres"],
        ["ask", "-c", "/papres", "when"],
        ["chat", "/papres"],
    ):
        assert run(capsys, *command) == (1, "", "qa: the folder /papres does not exist. Check its name\n")
    for command in (["sync"], ["ask", "when"]):
        hint = "Name the folder of your documents, as in qa sync ~/papers"
        assert run(capsys, *command) == (1, "", f"qa: there is no folder corpus here. {hint}\n")
    assert not (home / "data").exists()
    assert os.listdir(home / "project") == []


def test_a_file_is_not_a_folder(home, capsys):
    file = home / "papers" / "bridge.txt"
    said = f"qa: {file} is not a folder. Name the folder of your documents\n"
    assert run(capsys, "sync", file) == run(capsys, "ask", "-c", file, "when") == (1, "", said)


def test_a_folder_that_is_not_indexed_is_told_how_it_can_be(home, capsys):
    for command in (["ask", "-c"], ["search", "-c"]):
        said = f"qa: nothing is indexed yet. Run qa sync {home}/papers\n"
        assert run(capsys, *command, home / "papers", "when") == (1, "", said)
    (home / "my papers").mkdir()
    write(home / "my papers", {"a.txt": "Goats."})
    said = run(capsys, "ask", "-c", home / "my papers", "--index", "here", "when")[2]
    assert said.endswith(f"Run qa sync '{home}/my papers' --index here\n")


def test_an_empty_folder_needs_documents_and_no_sync(home, capsys):
    (home / "empty").mkdir()
    for _ in range(2):
        said = run(capsys, "ask", "-c", home / "empty", "when")
        assert said == (1, "", f"qa: there are no documents in {home}/empty. Put some into it\n")
        run(capsys, "sync", home / "empty")


# --- an index of another folder ------------------------------------------------------------------


@pytest.fixture
def other(home, capsys) -> Path:
    """A folder that an index is not of; the index is `mine`, of the papers."""
    run(capsys, "sync", home / "papers", "--index", "mine")
    write(home / "other", {"goats.txt": "Forty goats live on the rock."})
    return home / "other"


@pytest.mark.parametrize("command", [["ask", "how many goats", "-c"], ["search", "goats", "-c"], ["chat"]])
def test_another_folder_is_not_answered_from_an_index(other, capsys, command):
    code, out, err = run(capsys, *command, other, "--index", "mine")
    assert (code, out) == (1, "")
    assert err == (
        f"qa: the index in mine is of {other.parent}/papers, not of {other}. Use another --index, or run"
        f" qa sync {other} --index mine to make it one of {other}\n"
    )


@pytest.mark.parametrize("command", ["sync", "serve"])
def test_another_folder_does_not_take_the_place_of_the_documents_unasked(other, capsys, command):
    code, _, err = run(capsys, command, other, "--index", "mine")
    assert code == 1
    assert err.startswith(f"qa: the index in mine is of {other.parent}/papers, not of {other}. ")
    assert f"run qa sync {other} --index mine --allow-empty to make" in err
    assert run(capsys, "sync", other, "--index", "mine", "--allow-empty")[0] == 0
    assert run(capsys, "search", "goats", "-c", other, "--index", "mine")[0] == 0


def test_the_status_says_that_an_index_is_of_another_folder(other, capsys):
    code, out, err = run(capsys, "status", other, "--index", "mine")
    assert (code, err) == (0, f"qa: this index is of another folder, {other.parent}/papers\n")
    assert "documents  1\n" in out


def test_a_folder_that_was_renamed_needs_a_sync_that_embeds_nothing(other, home, capsys):
    (home / "papers").rename(home / "articles")
    assert run(capsys, "search", "bridge", "-c", home / "articles", "--index", "mine")[0] == 1
    assert run(capsys, "sync", home / "articles", "--index", "mine")[2].startswith("1 unchanged; 0 passages")
    assert run(capsys, "search", "bridge", "-c", home / "articles", "--index", "mine")[0] == 0


def test_a_project_that_was_moved_with_its_index_is_the_same(home, capsys, monkeypatch):
    shutil.copytree(home / "papers", "corpus")
    run(capsys, "sync")
    (home / "project").rename(home / "moved")
    monkeypatch.chdir(home / "moved")
    assert run(capsys, "search", "bridge")[0] == 0


def test_an_index_from_before_this_was_recorded_is_answered_from(other, capsys):
    with sqlite3.connect(Path("mine", "index.sqlite")) as connection:
        connection.execute("DELETE FROM meta WHERE key LIKE 'corpus%'")
    connection.close()
    assert run(capsys, "search", "bridge", "-c", other, "--index", "mine")[0] == 0


# --- some of the documents -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("bridge.txt", ["bridge.txt"]),
        ("BRIDGE.TXT", ["bridge.txt"]),
        ("*.txt", ["bridge.txt"]),
        ("*.md", ["ferry.md", "valley/bees.md"]),  # in sub-folders too
        ("valley", ["valley/bees.md"]),
        ("./valley/", ["valley/bees.md"]),
        ("v*", ["valley/bees.md"]),
        (".", ["bridge.txt", "ferry.md", "valley/bees.md"]),
    ],
)
def test_documents_are_named_by_path_folder_or_pattern(synced, corpus, pattern, found):
    named, without = matching([pattern], synced.documents(), corpus)
    assert (sorted(named.values()), without) == (found, ())


def test_a_path_that_the_shell_has_made_of_a_pattern_is_found(synced, corpus, monkeypatch):
    documents = synced.documents()
    assert [*matching([str(corpus / "ferry.md")], documents, corpus)[0].values()] == ["ferry.md"]
    assert [*matching([str(corpus / "valley" / "*")], documents, corpus)[0].values()] == ["valley/bees.md"]
    monkeypatch.chdir(corpus.parent)
    assert [*matching(["corpus/ferry.md"], documents, corpus)[0].values()] == ["ferry.md"]


def test_a_name_with_the_signs_of_a_pattern_is_a_name_first(assistant, corpus):
    write(corpus, {"[draft] ferry.md": "The ferry sails twice."})
    assistant.sync()
    assert [*matching(["[draft] ferry.md"], assistant.documents(), corpus)[0].values()] == [
        "[draft] ferry.md"
    ]


def test_a_pattern_that_names_nothing_is_told_and_an_error_if_it_is_the_only_one(synced, corpus):
    named, without = matching(["goats.md", "ferry.md"], synced.documents(), corpus)
    assert ([*named.values()], without) == (["ferry.md"], ("goats.md",))
    with pytest.raises(
        CorpusError, match=r"^no document matches goats\.md\. There are 3 documents: bridge\.txt, "
    ):
        matching(["goats.md"], synced.documents(), corpus)


# --- what is indexed before the page is served ---------------------------------------------------


def test_a_folder_with_much_that_is_new_is_indexed_while_it_is_served(home, capsys):
    settings = Settings.for_folders(home / "papers", None, {})
    os.utime(home / "papers" / "bridge.txt", (1e9, 1e9))  # not about to be written on
    with Assistant.open(settings.corpus, settings.index, settings) as assistant:
        assert sync_before_serving(assistant) == ()
        assert [document.path for document in assistant.documents()] == ["bridge.txt"]
        assert capsys.readouterr().err.startswith("1 added; ")
        write(home / "papers", {"long.txt": "The ferry leaves at seven. " * 8000})
        assert sync_before_serving(assistant) == ()
        assert [document.path for document in assistant.documents()] == ["bridge.txt"]
        assert capsys.readouterr().err == "Indexing 1 new file while the page is served\n"
