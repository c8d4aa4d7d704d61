"""Documents that are opened: text, pages, pictures and files, over HTTP and without a browser."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import DOCUMENTS, HERE, WordEncoder, document, write
from fpdf import FPDF
from shown import Shown, one_line
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from qa.assistant import Assistant
from qa.errors import SettingsError
from qa.server.app import guards, may_download
from qa.server.auth import Login
from qa.server.finding import again, check
from qa.server.handlers import Handlers, Indexing
from qa.server.html import whole
from qa.server.opening import CHANGED, UNMARKED
from qa.server.originals import original_routes
from qa.server.routes import routes
from qa.settings import Person, Settings

sys.path.insert(0, str(HERE / "documents"))
from making_pdfs import BRIDGE, FERRY, heading, make_pdf, paragraph


def two_pages(pdf: FPDF) -> None:
    heading(pdf, "Things by the water")
    paragraph(pdf, FERRY)
    pdf.add_page()
    heading(pdf, "The bridge", 13)
    paragraph(pdf, BRIDGE)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    write(folder, DOCUMENTS)
    (folder / "water.pdf").write_bytes(make_pdf(two_pages))
    return folder


class Client:
    """The page's server over the corpus, without the gates before it."""

    def __init__(self, assistant: Assistant, download: bool = True) -> None:
        self.assistant = assistant
        functions = Handlers(assistant, Indexing(), download).functions()
        below = [*routes(functions, assistant), *original_routes(assistant, download)]
        self.http = TestClient(Starlette(routes=[Mount("/qa", routes=below)]))

    def id(self, path: str = "water.pdf") -> str:
        return document(self.assistant, path).id

    def __call__(self, name: str, path: str = "water.pdf", **more: object) -> dict[str, Any]:
        body: dict[str, Any] = self.http.post(f"/qa/{name}", json={"document": self.id(path), **more}).json()
        return body

    def place(self, words: str, path: str = "water.pdf") -> dict[str, int]:
        """The span of words in a document."""
        start = document(self.assistant, path).text.index(words)
        return {"start": start, "end": start + len(words)}


@pytest.fixture
def client(synced: Assistant) -> Client:
    return Client(synced)


# --- the text ------------------------------------------------------------------------------------


def test_a_document_opens_with_its_sections_and_pages(client: Client):
    opened = client("whole")
    assert opened["title"] == "Things by the water"
    assert one_line(opened["contents"]) == ""  # one heading is no list
    assert opened["pages"] == 2
    assert client("whole", "ferry.md")["pages"] == 0
    assert client("whole", "bridge.txt")["contents"] == ""


def test_what_is_looked_for_is_counted_and_the_next_place_is_shown(client: Client):
    found = client("whole", "ferry.md", find="the", near=0)
    assert (found["found"], found["at"]) == (4, 0)
    assert client("whole", "ferry.md", find="the", near=30)["at"] == 2
    assert client("whole", "ferry.md", find="the", near=9_999)["at"] == 0  # from the beginning again
    assert client("whole", "ferry.md", find="the", at=2)["at"] == 2
    assert client("whole", "ferry.md", find="the", at=99)["at"] == 3
    assert client("whole", "ferry.md", find="submarine", near=0)["found"] == 0
    assert client("whole", "ferry.md", find="the")["at"] is None


def test_a_place_beyond_the_part_that_is_shown_is_shown_in_another(
    client: Client, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(whole, "WINDOW", 60)
    there = client("whole", "ferry.md", find="free", near=0, begin=0)
    assert there["begin"] > 0
    assert "free" in Shown(there["html"]).marked
    here = client("whole", "ferry.md", find="tolvane", near=0, begin=0)
    assert here["begin"] == 0
    assert client("whole", "ferry.md", offset=150, begin=0)["begin"] > 60
    assert client("whole", "ferry.md", begin=60)["begin"] == 60


# --- links ---------------------------------------------------------------------------------------


def linked(client: Client, **place: object) -> dict[str, Any]:
    """What a link opens: the path is all that it knows of the document."""
    body: dict[str, Any] = client.http.post("/qa/whole", json=place).json()
    return body


def test_a_link_leads_to_its_quote_also_after_the_document_has_changed(client: Client, corpus: Path):
    quote = "A ticket for the crossing costs 12 crowns."
    opened = client("whole", "ferry.md", **client.place(quote, "ferry.md"))
    place = {name: opened[name] for name in ("path", "start", "end", "quote")}
    assert place["path"] == "ferry.md"
    assert Shown(linked(client, **place)["html"]).marked == quote

    file = corpus / "ferry.md"
    file.write_text("It has a new beginning.\n\n" + file.read_text("utf-8"), "utf-8")
    client.assistant.sync()
    moved = linked(client, **place)
    assert (Shown(moved["html"]).marked, moved["note"]) == (quote, "")
    assert moved["start"] > place["start"]

    file.write_text(file.read_text("utf-8").replace("12 crowns", "14 crowns"), "utf-8")
    client.assistant.sync()
    gone = linked(client, **place)
    assert (Shown(gone["html"]).marked, gone["note"]) == ("", CHANGED)
    assert boxes(client("page", **client.place("The stone bridge"), quote="0"), "quoted") == 0


def test_of_two_places_with_the_same_quote_the_nearer_one_is_marked():
    text = "The bell rings. The ferry leaves. The bell rings. It is late."
    second = text.rindex("The bell rings.")
    place = second + 2, second + 17
    assert again(text, place, check("The bell rings.")) == (second, second + 15)
    assert again(text, (0, 15), check("The bell rings.")) == (0, 15)
    assert again(text, (0, 15), check("The bell rang.")) is None
    assert again("word " * 9_000, (0, 40_000), check("x" * 40_000)) is None


def test_a_link_to_a_document_that_is_gone_says_so_in_a_line(client: Client):
    line = linked(client, path="minutes/May.md")["problem"]
    assert line == "“minutes/May.md” is no longer among the documents, or was renamed."
    assert "…" in linked(client, path="x" * 200)["problem"]
    assert linked(client, document="0")["problem"].startswith("This document is no longer among")


# --- pages ---------------------------------------------------------------------------------------


def boxes(page: dict[str, Any], kind: str) -> int:
    return len(Shown(page["html"]).all("rect", kind))


def test_the_page_of_a_quote_is_shown_with_its_lines_boxed(client: Client):
    page = client("page", **client.place("It has five arches, of which the middle one was taken by a flood"))
    assert (page["page"], page["pages"], page["note"]) == (2, 2, "")
    assert boxes(page, "quoted") >= 1
    assert boxes(client("page", page=1), "quoted") == 0


def test_a_quote_across_pages_is_boxed_on_both(client: Client):
    across = {"start": client.place("they")["start"], "end": client.place("The stone bridge")["end"]}
    for number in (1, 2):
        page = client("page", page=number, **across)
        assert (page["page"], bool(boxes(page, "quoted")), page["note"]) == (number, True, "")


def test_a_page_that_was_looked_for_in_shows_its_places(client: Client):
    page = client("page", find="the", near=0)
    assert (page["page"], page["at"]) == (1, 0)
    assert boxes(page, "current") == 1
    assert client("page", find="submarine", near=0, page=2)["page"] == 2  # it stays where it is
    last = client("page", find="the", at=page["found"] - 1)
    assert last["page"] == 2
    assert 1 < boxes(page, "found") + boxes(last, "found") == page["found"]


def test_pages_beyond_the_last_one_and_offsets_are_understood(client: Client):
    assert client("page", page=99)["page"] == 2
    assert client("page", offset=client.place("The stone bridge")["start"])["page"] == 2
    assert client("page", offset=10**9)["page"] == 2


def test_a_quote_that_is_not_printed_on_the_page_is_told(client: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("qa.documents.pdf.marking._MOST", 2.0)
    monkeypatch.setattr(
        "qa.server.opening.page_places", lambda raw, number, sought: _places(raw, number, sought)
    )
    page = client("page", **client.place("It has five arches"))
    assert page["note"] == UNMARKED
    assert Shown(page["html"]).all("img")


def _places(raw: bytes, number: int, sought: Any) -> Any:
    """The places as found in this process."""
    from qa.documents.pdf.marking import page_places
    from qa.documents.reading import Places

    width, height, found = page_places(raw, number, sought)
    return Places(width, height, tuple(tuple(of_text) for of_text in found))


def test_only_a_pdf_has_pages(client: Client):
    assert "no pages" in client("page", "ferry.md")["problem"]


# --- pictures ------------------------------------------------------------------------------------


def picture(client: Client, **more: object) -> Any:
    (shown,) = Shown(client("page", page=1)["html"]).all("img")
    return client.http.get(f"/{shown['src']}", params=None)


def test_a_picture_is_sent_and_kept_by_the_browser(client: Client):
    sent = picture(client)
    assert (sent.status_code, sent.headers["content-type"]) == (200, "image/png")
    assert sent.content.startswith(b"\x89PNG")
    assert sent.headers["cache-control"] == "private, max-age=3600"
    assert picture(client).content == sent.content


@pytest.mark.parametrize(
    "query",
    [
        "", "document=x", "document=..%2Fwater.pdf&page=1", "document={id}", "document={id}&page=1",
        "document={id}&page=1&version=x", "document={id}&page=0&version={version}",
        "document={id}&page=9&version={version}", "document={id}&page=-1&version={version}",
        "document={id}&page=one&version={version}", "document={id}&page=%D9%A1&version={version}",
        "document={md}&page=1&version={mdversion}", "document=%00&page=1", "document={id}&page=" + "9" * 5000,
    ],
)  # fmt: skip
def test_no_other_picture_is_sent(client: Client, query: str):
    values = {
        "id": client.id(),
        "version": client.assistant.original(client.id()).digest,
        "md": client.id("ferry.md"),
        "mdversion": client.assistant.original(client.id("ferry.md")).digest,
    }
    sent = client.http.get("/qa/picture?" + query.format(**values))
    assert sent.status_code == 404
    assert sent.json()["problem"]


# --- files that are not what was indexed ---------------------------------------------------------


def change(path: Path) -> None:
    path.write_bytes(make_pdf(lambda pdf: paragraph(pdf, "Something else.")))


def lead_out(path: Path) -> None:
    other = path.parent.parent / "secret.pdf"
    other.write_bytes(path.read_bytes())
    path.unlink()
    path.symlink_to(other)


def make_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize("spoil", [change, lead_out, make_pipe, Path.unlink], ids=lambda f: f.__name__)
def test_a_file_that_is_not_the_one_that_was_indexed_is_not_shown(client: Client, corpus: Path, spoil: Any):
    before = picture(client).url
    spoil(corpus / "water.pdf")
    assert "file" in client("page")["problem"].lower()
    assert client.http.get(before).status_code == 404
    assert client.http.get(f"/qa/original?document={client.id()}").status_code == 404
    assert "The ferry leaves" in Shown(client("whole")["html"]).text  # its text is


def test_an_attachment_is_shown_as_text(tmp_path: Path, encoder: WordEncoder):
    from email.message import EmailMessage

    mail = EmailMessage()
    mail["Subject"], mail["From"] = "The bridge", "a@osk.example"
    mail.set_content("See the report on the bridge at Osk.")
    mail.add_attachment(make_pdf(two_pages), maintype="application", subtype="pdf", filename="water.pdf")
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "mail.eml").write_bytes(bytes(mail))
    assistant = Assistant(Settings(tmp_path / "corpus", tmp_path / "index"), encoder)
    assistant.sync()
    client = Client(assistant)
    assert "ttached to mail.eml" in client("page", "mail.eml/water.pdf")["problem"]
    assert "ferry leaves" in client("whole", "mail.eml/water.pdf")["html"]


# --- the files themselves ------------------------------------------------------------------------


def test_a_file_is_sent_to_be_saved_and_never_to_be_shown(client: Client, corpus: Path):
    (corpus / "évil \"n'.html").write_text(f"<script>alert(1)</script><p>{FERRY * 3}</p>")
    client.assistant.sync()
    sent = client.http.get("/" + client("whole", "évil \"n'.html")["download"])
    assert sent.content == (corpus / "évil \"n'.html").read_bytes()
    assert sent.headers["content-type"] == "application/octet-stream"
    assert sent.headers["content-disposition"] == "attachment; filename*=UTF-8''%C3%A9vil%20%22n%27.html"
    assert sent.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in sent.headers["content-security-policy"]


def test_where_it_is_not_allowed_nothing_can_be_saved(synced: Assistant):
    client = Client(synced, download=False)
    assert client("whole")["download"] == ""
    assert client.http.get(f"/qa/original?document={client.id()}").status_code == 404


@pytest.mark.parametrize(
    ("setting", "local", "allowed"),
    [("", True, True), ("", False, False), ("yes", False, True), ("no", True, False)],
)
def test_files_can_be_saved_on_this_machine_unless_it_is_set_otherwise(
    setting: str, local: bool, allowed: bool
):
    settings = Settings.from_environment({"QA_DOWNLOAD": setting})
    assert may_download(settings, local=local) == allowed


def test_a_setting_that_is_neither_yes_nor_no_is_refused():
    with pytest.raises(SettingsError, match="QA_DOWNLOAD must be yes or no"):
        Settings.from_environment({"QA_DOWNLOAD": "perhaps"})


def test_without_a_login_neither_pictures_nor_files_are_sent(synced: Assistant):
    app = Starlette(
        routes=[Mount("/qa", routes=original_routes(synced, True))],
        middleware=guards(Login([Person("ada", "quay")]), local=True),
    )
    identity = document(synced, "water.pdf").id
    for name in ("picture", "original"):
        address = f"/qa/{name}?document={identity}&page=1"
        client = TestClient(app, "http://localhost")
        assert client.get(address).status_code == 401
        assert client.get(address, auth=("ada", "quay")).status_code == (404 if name == "picture" else 200)
        assert TestClient(app, "http://evil.example").get(address).status_code == 403
