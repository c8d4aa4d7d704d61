"""Files that hold several documents, such as an e-mail with attachments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from conftest import WordEncoder, document, write

from qa.assistant import Assistant
from qa.corpus import sync
from qa.corpus.attachments import attachments_of, documents_in, files_of
from qa.documents.parsed import Parsed
from qa.documents.reading import read
from qa.errors import CorpusError, UnknownDocument, UnreadableFile

EMPTY = Parsed(title="Empty", heading_title="", text="", metadata={}, blocks=())


def mail(path: str, raw: bytes) -> Parsed:
    """Reads a file of lines such as "report.txt: Forty goats." as a message; one ">" is a level."""
    if not path.endswith("mail.txt"):
        return read(path, raw)
    if b"broken" in raw:
        raise UnreadableFile("damaged. Save it again")
    body, *lines = raw.decode().splitlines()
    message = read(path, body.encode()) if body else EMPTY
    return replace(message, attachments=tuple(_attachments(lines)))


def _attachments(lines: list[str]) -> list[tuple[str, Parsed]]:
    found: list[tuple[str, Parsed]] = []
    for line in lines:
        name, _, text = line.partition(": ")
        if name.startswith(">"):
            outer, parsed = found.pop()
            inner = *parsed.attachments, (name[1:], read("a.txt", text.encode()))
            found.append((outer, replace(parsed, attachments=inner)))
        else:
            found.append((name, read("a.txt", text.encode())))
    return found


MAIL = """The ferry is late.
report.txt: Forty goats live on the rock.
reply.eml: Thank you.
>owls.txt: Nine owls."""
PATHS = ["mail.txt", "mail.txt/reply.eml", "mail.txt/reply.eml/owls.txt", "mail.txt/report.txt"]


@pytest.fixture(autouse=True)
def reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync, "read", mail)


@pytest.fixture
def assistant(assistant: Assistant, corpus) -> Assistant:
    write(corpus, {"mail.txt": MAIL})
    assistant.sync()
    return assistant


def paths(assistant: Assistant) -> list[str]:
    """The documents of messages."""
    return [d.path for d in assistant.documents() if "mail" in d.path]


# --- paths ---------------------------------------------------------------------------------------


def names(*sent: str) -> list[str]:
    parsed = replace(EMPTY, attachments=tuple((name, EMPTY) for name in sent))
    return [path.removeprefix("a.eml/") for path, _ in documents_in("a.eml", parsed)][1:]


def test_attachments_have_names_of_their_own_whatever_they_were_called():
    assert names("a.pdf", "b.pdf") == ["a.pdf", "b.pdf"]
    assert names("a.pdf", "a.pdf", "a.pdf") == ["a.pdf", "a (2).pdf", "a (3).pdf"]
    assert names("a (2).pdf", "a.pdf", "a.pdf") == ["a (2).pdf", "a.pdf", "a (3).pdf"]
    assert names("", " ", "\u200b") == ["attachment", "attachment (2)", "attachment (3)"]
    assert names("../../a.pdf", "C:\\b.pdf", "x/..") == ["a.pdf", "b.pdf", ".."]
    assert names("a\n\u202eb.pdf", "\ud800.txt", ".hidden", ".hidden") == [
        "ab.pdf", ".txt", ".hidden", ".hidden (2)"
    ]  # fmt: skip


def test_a_document_belongs_to_the_file_that_its_path_leads_through():
    indexed = [
        "valley/a.eml",
        "valley/a.eml/b.eml",
        "valley/a.eml/b.eml/c.pdf",
        "valley/d.pdf",
        "a.eml/e.pdf",
    ]
    file_of = files_of(indexed)
    assert list(file_of.values()) == ["valley/a.eml"] * 3 + ["valley/d.pdf", "a.eml/e.pdf"]
    assert attachments_of(file_of) == {"valley/a.eml": ["valley/a.eml/b.eml", "valley/a.eml/b.eml/c.pdf"]}


# --- sync ----------------------------------------------------------------------------------------


def test_an_attachment_is_a_document_of_its_own(assistant):
    assert paths(assistant) == PATHS
    hit = assistant.search("forty goats", k=1)[0]
    assert (hit.document.path, hit.document.text) == ("mail.txt/report.txt", "Forty goats live on the rock.")
    assert assistant.status().counts.documents == 3 + 4
    assert len(assistant.sync().unchanged) == 4  # files
    assert paths(assistant) == PATHS


def test_attachments_follow_a_file_that_changes(assistant, corpus, encoder):
    encoder.embedded.clear()
    write(
        corpus, {"mail.txt": "The ferry is early.\nreply.eml: Thank you.\nmap.txt: The rock is in the north."}
    )
    assert assistant.sync().updated == ("mail.txt",)
    assert paths(assistant) == ["mail.txt", "mail.txt/map.txt", "mail.txt/reply.eml"]
    assert sorted(encoder.embedded) == ["The ferry is early.", "The rock is in the north."]
    assert "goats" not in assistant.search("forty goats", k=1)[0].passage.text


def test_attachments_follow_a_file_that_is_renamed(assistant, corpus, encoder):
    encoder.embedded.clear()
    (corpus / "mail.txt").rename(corpus / "valley" / "old mail.txt")
    report = assistant.sync()
    assert report.renamed == (("mail.txt", "valley/old mail.txt"),)
    assert paths(assistant) == [path.replace("mail", "valley/old mail", 1) for path in PATHS]
    assert encoder.embedded == []


def test_attachments_go_with_their_file(assistant, corpus):
    (corpus / "mail.txt").unlink()
    assert assistant.sync().removed == ("mail.txt",)
    assert paths(assistant) == []


@pytest.mark.parametrize("content", ["broken", ""])
def test_attachments_stay_while_their_file_cannot_be_read(assistant, corpus, content):
    write(corpus, {"mail.txt": content})
    assert [failure.path for failure in assistant.sync().failed] == ["mail.txt"]
    assert paths(assistant) == PATHS


def test_attachments_stay_while_their_file_is_not_settled(assistant, corpus):
    write(corpus, {"mail.txt": "Half of"})
    assistant.sync(settled=lambda path: path.name != "mail.txt")
    assert paths(assistant) == PATHS


def test_attachments_of_a_moved_file_that_cannot_be_read_any_more_go(assistant, corpus, monkeypatch):
    def failing(path: str, raw: bytes) -> Parsed:
        raise UnreadableFile("damaged. Save it again")

    monkeypatch.setattr(sync, "read", failing)
    (corpus / "mail.txt").rename(corpus / "new.txt")
    assert [failure.path for failure in assistant.sync().failed] == ["new.txt"]
    assert paths(assistant) == []


def test_another_encoder_embeds_attachments_again(assistant):
    other = Assistant(assistant.settings, WordEncoder("other"))
    assert "mail.txt" in other.sync().updated
    assert paths(other) == PATHS


def test_a_message_without_text_of_its_own_has_attachments(assistant, corpus):
    write(corpus, {"mail.txt": "\nreport.txt: Forty goats live on the rock."})
    assert assistant.sync().failed == ()
    assert paths(assistant) == ["mail.txt", "mail.txt/report.txt"]
    assert document(assistant, "mail.txt").text == ""
    assert assistant.search("forty goats", k=1)[0].document.path == "mail.txt/report.txt"


def test_a_folder_may_take_the_place_of_a_file_and_the_other_way_round(assistant, corpus):
    (corpus / "mail.txt").unlink()
    write(corpus, {"mail.txt/report.txt": "Fifty goats.", "mail.txt/sheep.txt": "A sheep."})
    report = assistant.sync()
    assert (report.added, report.removed) == (("mail.txt/report.txt", "mail.txt/sheep.txt"), ("mail.txt",))
    assert paths(assistant) == ["mail.txt/report.txt", "mail.txt/sheep.txt"]
    assert document(assistant, "mail.txt/report.txt").text == "Fifty goats."
    for path in (corpus / "mail.txt").iterdir():
        path.unlink()
    (corpus / "mail.txt").rmdir()
    write(corpus, {"mail.txt": MAIL})
    report = assistant.sync()
    assert (report.added, report.removed) == (("mail.txt",), ("mail.txt/report.txt", "mail.txt/sheep.txt"))
    assert paths(assistant) == PATHS


def test_many_attachments_count_as_one_file_when_a_file_goes(assistant, corpus):
    write(corpus, {"mail.txt": "\n".join(["Notes.", *(f"{n}.txt: Note {n}." for n in range(20))])})
    assistant.sync()
    (corpus / "mail.txt").unlink()
    assert assistant.sync().removed == ("mail.txt",)


# --- the list, deletions -------------------------------------------------------------------------


def listed(assistant: Assistant) -> dict[str, tuple[str, str, bool]]:
    files = [file for file in assistant.files() if "mail" in file.path]
    return {file.path: (file.state, file.reason, file.deletable) for file in files}


def test_attachments_are_listed_with_the_state_of_their_file(assistant, corpus):
    assert listed(assistant) == {path: ("indexed", "", path == "mail.txt") for path in PATHS}
    write(corpus, {"mail.txt": "broken"})
    assert listed(assistant) == {path: ("changed", "", path == "mail.txt") for path in PATHS}
    assistant.sync()
    reason = "damaged. Save it again"
    assert listed(assistant) == {
        path: ("failed", reason, True) if path == "mail.txt" else ("indexed", "", False) for path in PATHS
    }
    (corpus / "mail.txt").unlink()
    assert listed(assistant) == {path: ("gone", "", path == "mail.txt") for path in PATHS}


@pytest.mark.parametrize(
    "delete", [Assistant.delete, lambda a, path: a.remove(document(a, path).id)], ids=["delete", "remove"]
)
def test_an_attachment_is_deleted_with_its_file_only(assistant, corpus, delete: Callable[..., None]):
    with pytest.raises(CorpusError) as refused:
        delete(assistant, "mail.txt/reply.eml/owls.txt")
    assert (
        str(refused.value) == "mail.txt/reply.eml/owls.txt is attached to mail.txt. Delete mail.txt instead"
    )
    with pytest.raises(UnknownDocument):
        assistant.delete("mail.txt/nothing.txt")
    assert paths(assistant) == PATHS
    delete(assistant, "mail.txt")
    assert paths(assistant) == []
    assert not (corpus / "mail.txt").exists()
