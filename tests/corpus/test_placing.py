"""Adding files to the corpus folder and deleting them, whatever their names and whoever is killed."""

import os
import re
import signal
import subprocess
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from conftest import HERE, document, write
from filelock import FileLock
from hypothesis import example, given
from hypothesis import strategies as st

from qa.assistant import Assistant
from qa.corpus.folder import Placed, safe_name
from qa.documents.formats import SUFFIXES
from qa.errors import CorpusError, DocumentExists, StaleDocument, UnknownDocument, UnreadableFile
from qa.settings import Settings

# --- names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "safe"),
    [("report.txt", "report.txt"), ("Report 2021 (final).TXT", "Report 2021 (final).TXT"),
     ("../../etc/passwd.txt", "passwd.txt"), ("C:\\Users\\me\\a b.md", "a b.md"),
     ("C:boot.txt", "C_boot.txt"), ("/absolute.html", "absolute.html"),
     (".hidden.txt", "hidden.txt"), ("~$open.txt", "open.txt"),
     (" ..~$ . x.txt. . ", "x.txt"), ("a?.b*|c<d>.txt", "a_.b__c_d_.txt"), ("what . .txt", "what.txt"),
     ("a\x00b\x1f\x7f.txt", "ab.txt"), ("a\nb\u2028.txt", "ab.txt"), ("ca\u200bfe\ufeff.txt", "cafe.txt"),
     ("evil\u202etxt.exe.txt", "eviltxt.exe.txt"), ("\u2066a\u2069.md", "a.md"), ("a\udcff.txt", "a.txt"),
     ("cafe\u0301.txt", "caf\u00e9.txt"), ("con.txt", "_con.txt"), ("LPT1 .notes.md", "_LPT1 .notes.md"),
     ("com\u00b9.txt", "_com\u00b9.txt"), ("console.txt", "console.txt"), ("a\u3164.txt", "a.txt")],
)  # fmt: skip
def test_a_name_is_made_harmless_and_otherwise_left_unchanged(sent, safe):
    assert safe_name(sent) == safe


@pytest.mark.parametrize(
    "sent",
    ["", "photo.exe", "a.txt.exe", "a.txt/", "txt", ".txt", "\u200b", "a\u200d", "..\\..", "_/ . .txt"],
)
def test_a_name_without_characters_or_with_an_unsupported_suffix_is_refused(sent):
    with pytest.raises(UnreadableFile, match="unsupported file type"):
        safe_name(sent)


def test_a_long_name_is_cut_between_characters_and_keeps_its_suffix():
    name = safe_name("語" * 300 + ".html")
    assert name == "語" * 65 + ".html"  # three bytes each
    assert len(name.encode()) == 200


NAMES = st.text(st.characters() | st.sampled_from("./\\~$ :\u200b\u202e\u0301con")) | st.text(
    st.sampled_from("conauxlpt1. ~$/\\"), max_size=12
)


@given(stem=NAMES, suffix=st.sampled_from(sorted(SUFFIXES)))
@example(stem="a" * 195 + " . . . .", suffix=".txt")
@example(stem="x" * 150 + "é" * 60, suffix=".html")
@example(stem=">\u0338", suffix=".md")
def test_a_safe_name_always_stays_in_the_folder_and_is_left_unchanged(stem, suffix):
    try:
        safe = safe_name(stem + suffix)
    except UnreadableFile:
        return
    assert safe_name(safe) == safe
    assert PurePosixPath(safe).parts == PureWindowsPath(safe).parts == (safe,)
    assert (Path("/corpus") / safe).resolve().parent == Path("/corpus")
    assert safe.endswith(suffix)
    assert len(safe) > len(suffix)
    assert len(safe.encode()) <= 200
    assert unicodedata.is_normalized("NFC", safe)
    assert not safe.startswith((".", "~$", " "))
    assert not re.match(r"(?:con|prn|aux|nul|com\d|lpt\d) *\.", safe, re.IGNORECASE)
    assert not set(safe) & set('<>:"/\\|?*')
    assert all(unicodedata.category(c) not in ("Cc", "Cf", "Cs") for c in safe)


@given(st.text(st.characters(categories=["Lu", "Ll", "Nd"]), min_size=5, max_size=40))
def test_a_name_of_letters_and_digits_is_kept(stem):
    assert safe_name(f"{stem}.txt") == unicodedata.normalize("NFC", f"{stem}.txt")


# --- several at once -----------------------------------------------------------------------------


@pytest.fixture
def sent(tmp_path):
    """Makes a file with some content as a browser sends it: in another place, under another name."""
    folder = tmp_path / "sent"
    folder.mkdir()

    def make(content: bytes | str = "Forty goats live on the rock.") -> Path:
        path = folder / f"upload-{len(list(folder.iterdir()))}"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return make


def states(placed: tuple[Placed, ...]) -> list[tuple[str, str, str]]:
    return [(file.name, file.path, file.state) for file in placed]


def test_each_file_gets_its_result_and_nothing_is_synced(synced, corpus, sent):
    with (corpus.parent / "huge").open("wb") as file:
        file.truncate(10**12)
    placed = synced.place(
        [
            ("..\\goats.txt", sent()),
            ("ferry.md", sent((corpus / "ferry.md").read_bytes())),
            ("bridge.txt", sent()),
            ("empty.txt", sent("")),
            ("program.exe", sent()),
            ("program.txt", sent(bytes(range(256)))),
            ("broken.pdf", sent("%PDF-1.7\nbroken")),
            ("huge.txt", corpus.parent / "huge"),
            ("missing.txt", corpus.parent / "missing"),
            ("folder.txt", corpus.parent),
            ("last.md", sent("The last one.")),
        ]
    )
    assert states(placed) == [
        ("goats.txt", "goats.txt", "placed"),
        ("ferry.md", "ferry.md", "same"),
        ("bridge.txt", "bridge.txt", "exists"),
        ("empty.txt", "", "refused"),
        ("program.exe", "", "refused"),
        ("program.txt", "", "refused"),
        ("broken.pdf", "", "refused"),
        ("huge.txt", "", "refused"),
        ("missing.txt", "", "refused"),
        ("folder.txt", "", "refused"),
        ("last.md", "last.md", "placed"),
    ]
    assert [file.reason for file in placed if file.state == "placed"] == ["", ""]
    reasons = [file.reason for file in placed if file.state != "placed"]
    for reason, part in zip(
        reasons,
        ("already added", "Replace it", "is empty", "unsupported file", "not a text file", "not a valid PDF",
         "larger than 20 MB", "cannot read", "not a file"),
        strict=True,
    ):  # fmt: skip
        assert part in reason
        assert "\n" not in reason
    assert "1874" in (corpus / "bridge.txt").read_text()
    assert (corpus / "last.md").read_text() == "The last one."
    assert len(synced.documents()) == 3
    assert placed[0].as_dict() == {"name": "goats.txt", "path": "goats.txt", "state": "placed", "reason": ""}


def test_a_file_in_the_way_is_replaced_on_request(synced, corpus, sent):
    placed = synced.place(
        [("bridge.txt", sent()), ("ferry.md", sent((corpus / "ferry.md").read_bytes()))], True
    )
    assert states(placed) == [("bridge.txt", "bridge.txt", "replaced"), ("ferry.md", "ferry.md", "same")]
    assert synced.sync().updated == ("bridge.txt",)


def test_two_files_with_the_same_name_do_not_replace_each_other(synced, corpus, sent):
    files = [("a/notes.txt", sent("One.")), ("b/notes.txt", sent("Two.")), ("c/NOTES.txt", sent("Three."))]
    for replace in (False, True):
        assert [file.state for file in synced.place(files, replace)][1:] == ["exists", "exists"]
        assert (corpus / "notes.txt").read_text() == "One."


@pytest.mark.parametrize(
    ("existing", "name"),
    [("Bericht.txt", "BERICHT.TXT"), ("cafe\u0301.txt", "caf\u00e9.txt"), ("STRASSE.md", "stra\u00dfe.md")],
)
def test_names_that_are_equal_on_some_system_are_treated_as_equal(synced, corpus, sent, existing, name):
    write(corpus, {existing: "The first."})
    (placed,) = synced.place([(name, sent("The second."))])
    assert (placed.path, placed.state) == (existing, "exists")
    (placed,) = synced.place([(name, sent("The second."))], replace=True)
    assert (placed.path, placed.state) == (existing, "replaced")
    assert (corpus / existing).read_text() == "The second."
    assert not [p for p in os.listdir(corpus) if p.startswith(".")]


def test_a_link_is_replaced_but_not_its_target(synced, corpus, sent, tmp_path):
    (tmp_path / "secret").write_text("Forty goats live on the rock.")
    (corpus / "link.txt").symlink_to(tmp_path / "secret")
    assert synced.place([("link.txt", sent())])[0].state == "exists"  # whatever is in its target
    assert synced.place([("link.txt", sent("Mine."))], replace=True)[0].state == "replaced"
    assert (tmp_path / "secret").read_text() == "Forty goats live on the rock."
    assert not (corpus / "link.txt").is_symlink()


def test_a_folder_is_not_replaced(synced, corpus, sent):
    (corpus / "goats.txt").mkdir()
    for replace in (False, True):
        (placed,) = synced.place([("goats.txt", sent())], replace)
        assert (placed.state, placed.reason[:24]) == ("refused", "the corpus has a folder ")


def test_a_corpus_that_cannot_be_written_refuses_each_file(tmp_path, encoder, sent):
    (tmp_path / "corpus").write_text("a file")
    assistant = Assistant(Settings(corpus=tmp_path / "corpus", index=tmp_path / "index"), encoder)
    placed = assistant.place([("a.txt", sent()), ("b.txt", sent())])
    assert {(file.state, file.reason[:17]) for file in placed} == {("refused", "cannot write into")}


KILLED = """
import sys, time
from pathlib import Path
from conftest import WordEncoder
from qa.assistant import Assistant
from qa.settings import Settings

replacing = Path.replace
def late(self, target):
    print("written", flush=True)
    time.sleep(60)
Path.replace = late
corpus, index, source = map(Path, sys.argv[1:])
Assistant(Settings(corpus=corpus, index=index), WordEncoder()).place([("bridge.txt", source)], replace=True)
"""


def test_a_process_killed_while_placing_leaves_the_old_file_and_is_cleaned_up_after(synced, corpus, sent):
    before = (corpus / "bridge.txt").read_text()
    arguments = [corpus, synced.settings.index, sent()]
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, *map(str, arguments)],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": f"{HERE}{os.pathsep}{HERE.parent}"},
    )
    with process:
        assert process.stdout.readline() == b"written\n"
        process.send_signal(signal.SIGKILL)
    assert (corpus / "bridge.txt").read_text() == before
    unfinished = f".bridge.txt.{process.pid}.new"
    assert unfinished in os.listdir(corpus)
    assert synced.sync().skipped == (unfinished,)  # it does not become a document
    write(corpus, {".notes.17.new": "Not one of ours."})
    assert synced.place([("goats.txt", sent())])[0].state == "placed"
    assert sorted(p for p in os.listdir(corpus) if p.startswith(".")) == [".notes.17.new"]


def test_threads_place_one_after_the_other(synced, corpus, sent):
    sources = [sent() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        work = [
            pool.submit(synced.place, [(f"goat{thread}-{n}.txt", source) for n in range(10)])
            for thread, source in enumerate(sources)
        ]
        assert {file.state for future in work for file in future.result()} == {"placed"}
    assert len([name for name in os.listdir(corpus) if name.startswith("goat")]) == 40


def test_a_file_is_refused_while_another_process_places_for_too_long(synced, sent, monkeypatch):
    monkeypatch.setattr("qa.files.PATIENCE", 0.1)
    with FileLock(synced.settings.index / "placing.lock"):
        (placed,) = synced.place([("goats.txt", sent())])
    assert (placed.state, placed.reason) == ("refused", "another process is adding files. Try again")


# --- adding and removing -------------------------------------------------------------------------


@pytest.fixture
def goats(tmp_path) -> Path:
    write(tmp_path / "elsewhere", {"goats.txt": "Forty goats live on the rock."})
    return tmp_path / "elsewhere" / "goats.txt"


def test_an_added_file_is_copied_and_found(synced, corpus, goats):
    added = synced.add(str(goats))
    assert (added.path, added.text) == ("goats.txt", "Forty goats live on the rock.")
    assert (corpus / "goats.txt").read_text() == goats.read_text()
    assert synced.search("forty goats", k=1)[0].document == added


def test_adding_a_file_creates_the_corpus_folder(tmp_path, goats, encoder):
    assistant = Assistant(Settings(corpus=tmp_path / "new" / "corpus", index=tmp_path / "index"), encoder)
    assert assistant.add(goats).path == "goats.txt"


def test_an_existing_name_is_refused_unless_it_is_to_be_replaced(synced, corpus, goats):
    synced.add(goats)
    goats.write_text("All the goats have left.")
    with pytest.raises(DocumentExists):
        synced.add(goats)
    assert (corpus / "goats.txt").read_text() == "Forty goats live on the rock."
    assert synced.add(goats, replace=True).text == "All the goats have left."


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.exe", b"words"), ("a.txt", b""), ("a.pdf", b"%PDF-1.7\nbroken"),
     ("a.txt", bytes(range(256))),
     (".hidden.txt", b"words"), ("~$a.txt", b"words")],
)  # fmt: skip
def test_a_file_that_could_not_be_indexed_is_not_copied(synced, corpus, tmp_path, name, content):
    before = sorted(corpus.rglob("*"))
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableFile):
        synced.add(tmp_path / name)
    assert sorted(corpus.rglob("*")) == before


def test_a_missing_or_too_large_file_is_refused(synced, tmp_path):
    with pytest.raises(UnreadableFile):
        synced.add(tmp_path / "missing.txt")
    with pytest.raises(UnreadableFile):
        synced.add(tmp_path)
    with (tmp_path / "huge.txt").open("wb") as file:
        file.truncate(10**12)
    with pytest.raises(UnreadableFile, match="larger than 20 MB"):
        synced.add(tmp_path / "huge.txt")


def test_a_failed_replacement_keeps_the_old_file(synced, corpus, goats):
    synced.add(goats)
    goats.write_bytes(b"")
    with pytest.raises(UnreadableFile):
        synced.add(goats, replace=True)
    assert (corpus / "goats.txt").read_text() == "Forty goats live on the rock."


def test_a_removed_document_leaves_the_folder_and_the_index(synced, corpus):
    bees = document(synced, "valley/bees.md")
    synced.remove(bees.id)
    assert not (corpus / "valley" / "bees.md").exists()
    assert [d.path for d in synced.documents()] == ["bridge.txt", "ferry.md"]
    with pytest.raises(UnknownDocument):
        synced.remove(bees.id)
    with pytest.raises(StaleDocument):
        _ = bees.text


@pytest.mark.parametrize("identity", ["", "../ferry.md", "ferry.md", "%"])
def test_only_a_known_document_is_removed(synced, corpus, identity):
    with pytest.raises(UnknownDocument):
        synced.remove(identity)
    assert (corpus / "ferry.md").exists()


def test_a_folder_that_cannot_hold_files_is_an_error(tmp_path, goats, encoder):
    (tmp_path / "corpus").write_text("a file")
    with pytest.raises(CorpusError):
        Assistant(Settings(corpus=tmp_path / "corpus", index=tmp_path / "index"), encoder).add(goats)


# --- files without a document --------------------------------------------------------------------


def test_a_file_that_could_not_become_a_document_is_deleted(synced, corpus):
    write(corpus, {"valley/empty.txt": ""})
    synced.sync()
    synced.delete("valley/empty.txt")
    assert not (corpus / "valley" / "empty.txt").exists()
    assert synced.status().failures == ()
    with pytest.raises(UnknownDocument, match="no file in the corpus has the path"):
        synced.delete("valley/empty.txt")


def test_a_file_with_a_document_is_deleted_too(synced):
    synced.delete("valley/bees.md")
    assert [d.path for d in synced.documents()] == ["bridge.txt", "ferry.md"]


def test_nothing_outside_the_corpus_is_deleted(synced, corpus, tmp_path):
    write(tmp_path, {"out.txt": "Outside.", "away/out.txt": "Outside.", "corpus/.secret.txt": "Hidden."})
    write(corpus, {"x.exe": "No document."})
    (corpus / "link").symlink_to(tmp_path / "away")
    outside = str(tmp_path / "out.txt")
    for path in ("../out.txt", outside, "link/out.txt", "valley/../../out.txt", "./ferry.md", "valley", "",
                 ".secret.txt", "x.exe", "link"):  # fmt: skip
        with pytest.raises(UnknownDocument):
            synced.delete(path)
    assert (tmp_path / "out.txt").exists()
    assert (tmp_path / "away" / "out.txt").exists()
    assert (corpus / ".secret.txt").exists()
    (corpus / "link.txt").symlink_to(tmp_path / "out.txt")
    synced.delete("link.txt")
    assert not (corpus / "link.txt").is_symlink()
    assert (tmp_path / "out.txt").exists()


def test_removing_a_document_whose_folder_became_a_link_leaves_the_target_of_the_link(
    synced, corpus, tmp_path
):
    bees = document(synced, "valley/bees.md")
    (corpus / "valley").rename(tmp_path / "moved")
    (corpus / "valley").symlink_to(tmp_path / "moved")
    synced.remove(bees.id)
    assert (tmp_path / "moved" / "bees.md").exists()
    assert "valley/bees.md" not in [d.path for d in synced.documents()]


@pytest.mark.skipif(sys.platform == "darwin", reason="its file systems do not allow such names")
def test_a_file_with_a_name_that_is_not_unicode_is_deleted_by_its_listed_name(synced, corpus):
    raw = os.fsencode(corpus) + b"/caf\xe9.txt"
    with open(raw, "wb") as file:
        file.write(b"Words.")
    synced.sync()
    (failed,) = [listed for listed in synced.files() if listed.state == "failed"]
    assert failed.path == r"caf\xe9.txt"
    synced.delete(failed.path)
    assert not os.path.exists(raw)
