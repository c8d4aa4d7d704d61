"""From a folder with a PDF and a Word file to an answer that says on which page its quote is."""

import io
import json

import docx
import pytest
from conftest import WordEncoder
from fpdf import FPDF

from qa.assistant import Assistant
from qa.cli.output import _pages, answer_text, hit_text
from qa.langchain import PassageRetriever
from qa.settings import Settings
from qa.types import Document

WORKS = "The wall at Osk was mended by 40 masons. It held the water back in the flood."
LONG = "In the third year the harbour board of Tolvane bought a crane from the yard at Senn,"
REST = "which lifted nine tons and was painted green by the children of the school."
QUESTION = "Which crane did the harbour board of Tolvane buy in the third year?"


def pdf() -> bytes:
    document = FPDF()
    document.set_font("Times", "", 11)
    for top, text, bottom in (
        ("", WORKS, ""),
        ("", "The quay was paved with stone.", LONG),
        (REST, "It rusts.", ""),
    ):
        document.add_page()
        document.text(10, 20, top)
        document.text(10, 60, text)
        document.text(10, 260, bottom)
    return bytes(document.output())


def word() -> bytes:
    document = docx.Document()
    document.add_heading("Rules of the ferry")
    document.add_paragraph("A ticket for the crossing costs 12 crowns. Children under six travel free.")
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


@pytest.fixture
def synced(tmp_path) -> Assistant:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "works.pdf").write_bytes(pdf())
    (folder / "rules.docx").write_bytes(word())
    assistant = Assistant(Settings(corpus=folder, index=tmp_path / "index"), WordEncoder())
    report = assistant.sync()
    assert (report.added, report.failed) == (("rules.docx", "works.pdf"), ())
    return assistant


def test_a_quote_is_cited_with_the_pages_on_which_it_begins_and_ends(synced):
    citation = synced.ask(QUESTION, threshold=0).citations[0]
    assert citation.document.path == "works.pdf"
    assert f"{LONG} {REST}" in citation.quote
    assert citation.quote == citation.document.text[citation.start : citation.end]
    assert (citation.page, citation.page_end) == (2, 3)
    values = json.loads(json.dumps(citation.as_dict()))
    assert (values["page"], values["page_end"], values["document"]["pages"]) == (2, 3, 3)


def test_a_word_file_is_cited_without_pages(synced):
    citation = synced.ask("What does a ticket for the crossing cost?", threshold=0).citations[0]
    assert citation.quote.startswith("A ticket for the crossing costs 12 crowns.")
    assert citation.quote == citation.document.text[citation.start : citation.end]
    assert (citation.page, citation.page_end, citation.document.pages) == (None, None, ())
    assert citation.document.title == "Rules of the ferry"
    assert citation.as_dict()["page"] is None


def test_the_terminal_shows_the_pages(synced):
    answer = synced.ask(QUESTION, threshold=0)
    assert "works.pdf, pp. 2–3, characters " in answer_text(answer)
    (hit,) = synced.search("40 masons mended the wall", k=1, rerank=False)
    assert hit.page == hit.as_dict()["page"] == 1
    assert f"works.pdf{_pages(1, hit.document.page_at(hit.passage.end - 1))}, characters" in hit_text(hit, 1)
    assert [_pages(4, 4), _pages(None, None)] == [", p. 4", ""]


def test_langchain_gets_the_page_if_there_is_one(synced):
    found = PassageRetriever(assistant=synced, k=4, rerank=False).invoke("crossing wall masons")
    assert {d.metadata["path"]: d.metadata.get("page") for d in found[::-1]} == {
        "works.pdf": 1,
        "rules.docx": None,
    }
    assert all("page" not in d.metadata for d in found if d.metadata["path"] == "rules.docx")


def test_unchanged_files_are_not_read_again(synced, monkeypatch):
    monkeypatch.setattr("qa.corpus.sync.parse", lambda *_: pytest.fail("a file was read again"))
    assert len(synced.sync().unchanged) == 2


def test_an_unreadable_file_does_not_stop_the_others(synced):
    (synced.settings.corpus / "broken.pdf").write_bytes(pdf()[:300])
    (synced.settings.corpus / "notes.docx").write_bytes(b"no zip")
    (synced.settings.corpus / "old.doc").write_bytes(b"skipped")
    report = synced.sync()
    assert [failure.path for failure in report.failed] == ["broken.pdf", "notes.docx"]
    assert report.skipped == ("old.doc",)
    assert len(synced.documents()) == 2


@pytest.mark.parametrize(
    ("offset", "page"), [(0, 1), (9, 1), (10, 2), (19, 2), (20, 4), (29, 4), (30, 4)]
)  # the third page is empty: it begins where the fourth does
def test_the_page_of_an_offset(offset, page):
    document = Document("a", "a.pdf", "A", "", {}, "x" * 30, pages=(0, 10, 20, 20))
    assert document.page_at(offset) == page
    assert Document("b", "b.txt", "B", "", {}, "x" * 30).page_at(offset) is None
