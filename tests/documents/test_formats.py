"""From a folder with a PDF and a Word file to an answer that says on which page its quote is."""

import io
import json
from email.message import EmailMessage

import docx
import openpyxl
import pptx
import pytest
from conftest import WordEncoder
from fpdf import FPDF

from qa.answers.plain import hit_text
from qa.assistant import Assistant
from qa.documents.formats import FORMATS
from qa.errors import UnreadableFile
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
    assert "works.pdf, pp. 2–3, characters " in str(answer)
    (hit,) = synced.search("40 masons mended the wall", k=1, rerank=False)
    assert hit.page == hit.as_dict()["page"] == 1
    assert "works.pdf, pp. 1–2, characters" in hit_text(hit, 1)


def test_langchain_gets_the_page_if_there_is_one(synced):
    found = PassageRetriever(assistant=synced, k=4, rerank=False).invoke("crossing wall masons")
    assert {d.metadata["path"]: d.metadata.get("page") for d in found[::-1]} == {
        "works.pdf": 1,
        "rules.docx": None,
    }
    assert all("page" not in d.metadata for d in found if d.metadata["path"] == "rules.docx")


def test_unchanged_files_are_not_read_again(synced, monkeypatch):
    monkeypatch.setattr("qa.corpus.sync.read", lambda *_: pytest.fail("a file was read again"))
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


# --- every format --------------------------------------------------------------------------------

CLAIM = "The sluice at Tarn was built by Ruth Felber in 1913."


def slides() -> bytes:
    presentation = pptx.Presentation()
    for title, text in (("Gates", "They are shut at nine."), ("Sluices", CLAIM)):
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text, slide.placeholders[1].text = title, text
    return saved(presentation)


def workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "Sluices"
    for row in (["Place", "Builder", "Year"], ["Osk", "Jonas Lund", 1874], ["Tarn", "Ruth Felber", 1913]):
        book.active.append(row)
    return saved(book)


def saved(document) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def mail() -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"] = "Mirka Stenn <mirka@tarn.example>", "The sluice"
    message.set_content(CLAIM)
    message.add_attachment("The gates are shut at nine.", filename="gates.txt")
    return bytes(message)


CSV = b"Place,Builder,Year\nOsk,Jonas Lund,1874\nTarn,Ruth Felber,1913\n"
MADE = {
    "slides.pptx": (slides, CLAIM, "slide 2"),
    "book.xlsx": (workbook, "Tarn | Ruth Felber | 1913", "Sluices!A3:C3"),
    "table.csv": (lambda: CSV, "Tarn | Ruth Felber | 1913", "row 3"),
    "letter.rtf": (lambda: rb"{\rtf1\ansi " + CLAIM.encode() + rb"\par}", CLAIM, ""),
    "letter.eml": (mail, CLAIM, ""),
    "page.html": (lambda: f"<p>{CLAIM}</p>".encode(), CLAIM, ""),
}


@pytest.mark.parametrize("name", MADE)
def test_a_file_of_any_format_is_cited_with_its_place(name, tmp_path):
    made, quote, place = MADE[name]
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / name).write_bytes(made())
    assistant = Assistant(Settings(corpus=tmp_path / "corpus", index=tmp_path / "index"), WordEncoder())
    assert assistant.sync().failed == ()
    citation = assistant.ask("Ruth Felber built which sluice at Tarn?", threshold=0).citations[0]
    assert quote in citation.quote
    assert citation.place == citation.as_dict()["place"] == place


def test_a_row_is_cited_with_the_names_of_its_columns(tmp_path):
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "table.csv").write_bytes(CSV)
    assistant = Assistant(Settings(corpus=tmp_path / "corpus", index=tmp_path / "index"), WordEncoder())
    assistant.sync()
    answer = assistant.ask("Ruth Felber built what at Tarn?", threshold=0)
    assert answer.citations[0].columns == "Place | Builder | Year"
    assert "columns: Place | Builder | Year" in str(answer)
    assert assistant.search("Builder Tarn", k=1)[0].place.endswith("row 3")


def test_an_attachment_is_a_document_of_its_own(tmp_path):
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "letter.eml").write_bytes(mail())
    assistant = Assistant(Settings(corpus=tmp_path / "corpus", index=tmp_path / "index"), WordEncoder())
    assistant.sync()
    assert [d.path for d in assistant.documents()] == ["letter.eml", "letter.eml/gates.txt"]
    answer = assistant.ask("When are the gates shut?", threshold=0)
    assert answer.citations[0].document.path == "letter.eml/gates.txt"


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.suffixes[0])
def test_every_format_has_a_parser_that_refuses_rubbish_in_one_line(form):
    with pytest.raises(UnreadableFile) as caught:
        form.parse(f"a{form.suffixes[0]}", b"\x00\x01\x02 rubbish \xff\xfe\x00" * 9)
    assert "\n" not in str(caught.value)
