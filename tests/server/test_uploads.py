"""Uploaded files: which of them are accepted, and that nothing is left of those that are refused."""

from __future__ import annotations

import random
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import anyio
import httpx
import pytest
from conftest import DOCUMENTS
from starlette.applications import Starlette
from starlette.types import Message

from qa.assistant import Assistant
from qa.documents.formats import MAX_BYTES
from qa.documents.parsed import Parsed
from qa.documents.reading import read
from qa.server import routes as uploads

PATH = "/upload"
GOATS = b"Forty goats live on the rock.\n"


@pytest.fixture
def received(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder for files that are being received. None is ever left in it."""
    folder = tmp_path / "received"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


@pytest.fixture
def app(assistant: Assistant, received: Path) -> Starlette:
    return Starlette(routes=uploads.routes([], assistant))


def put(
    app: Starlette, content: bytes | AsyncIterator[bytes], headers: dict[str, str] | None = None, **query: str
):
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://page") as client:
            return await client.put(PATH, params=query, content=content, headers=headers)

    return anyio.run(send)


def files(folder: Path) -> set[str]:
    """All files in a folder, hidden or not."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def refusal(response: httpx.Response) -> str:
    assert response.status_code == 400
    problem = str(response.json()["problem"])
    assert not problem[0].islower()
    assert problem.endswith(".")
    assert "\n" not in problem
    return problem


def test_a_file_is_placed_in_the_corpus(app: Starlette, corpus: Path):
    response = put(app, GOATS, name="goats.txt")
    assert (response.status_code, response.json()) == (200, {"path": "goats.txt", "known": False})
    assert (corpus / "goats.txt").read_bytes() == GOATS


def test_a_file_that_was_there_already_is_known(app: Starlette, corpus: Path):
    content = (corpus / "ferry.md").read_bytes()
    assert put(app, content, name="ferry.md").json() == {"path": "ferry.md", "known": True}


def test_a_different_file_with_this_name_stays_until_replacement_is_requested(app: Starlette, corpus: Path):
    response = put(app, GOATS, name="ferry.md")
    assert response.json()["exists"] is True
    assert "Replace it" in refusal(response)
    assert (corpus / "ferry.md").read_text("utf-8") == DOCUMENTS["ferry.md"]
    replaced = put(app, GOATS, name="ferry.md", replace="yes")
    assert replaced.json() == {"path": "ferry.md", "known": False}
    assert (corpus / "ferry.md").read_bytes() == GOATS


def test_a_file_that_is_announced_as_too_large_is_not_received(app: Starlette, corpus: Path):
    read = []

    async def body() -> AsyncIterator[bytes]:
        read.append(1)
        yield GOATS

    response = put(app, body(), {"content-length": str(MAX_BYTES + 1)}, name="goats.txt")
    assert refusal(response) == "Larger than 20 MB."
    assert files(corpus) == set(DOCUMENTS)


@pytest.mark.parametrize("headers", [{}, {"content-length": "1"}, {"content-length": "many"}])
def test_a_file_is_given_up_as_soon_as_it_turns_out_to_be_too_large(
    app: Starlette, corpus: Path, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("qa.documents.formats.MAX_BYTES", 100_000)
    placed = []
    monkeypatch.setattr(uploads, "_place", lambda *_: placed.append(1))

    async def body() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b"goats " * 1667

    assert "Larger than" in refusal(put(app, body(), headers, name="goats.txt"))
    assert placed == []
    assert files(corpus) == set(DOCUMENTS)


@pytest.mark.parametrize("length", ["many", "-1", "9" * 5000, "²"])
def test_a_length_that_is_not_a_number_is_ignored(app: Starlette, length: str):
    assert put(app, GOATS, {"content-length": length.encode("latin-1")}, name="goats.txt").status_code == 200


@pytest.mark.parametrize("name", ["goats.exe", "goats", "", ".txt", "../.md", "a.txt/", "\0.pdf"])
def test_only_readable_kinds_of_files_are_accepted(app: Starlette, corpus: Path, name: str):
    refusal(put(app, GOATS, name=name))
    assert files(corpus) == set(DOCUMENTS)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("../../goats.txt", "goats.txt"),
        ("/etc/goats.txt", "goats.txt"),
        ("C:\\Windows\\goats.txt", "goats.txt"),
        ("..\\goats.txt", "goats.txt"),
        (".goats.txt", "goats.txt"),
        ("goats.txt.", "goats.txt"),
        ("goats\u202etxt.exe.txt", "goatstxt.exe.txt"),
        ("<b>&goats\n.txt", "_b_&goats.txt"),
        ("con.txt", "_con.txt"),
        ("g" * 500 + ".txt", "g" * 196 + ".txt"),
    ],
)
def test_a_hostile_name_is_made_harmless(app: Starlette, corpus: Path, name: str, path: str):
    before = files(corpus.parent) | {f"corpus/{path}"}
    assert put(app, GOATS, name=name).json()["path"] == path
    assert {file for file in files(corpus.parent) if not file.startswith("index/")} == before


def test_an_empty_file_is_refused(app: Starlette, corpus: Path):
    assert "empty" in refusal(put(app, b"", name="goats.txt"))
    assert files(corpus) == set(DOCUMENTS)


@pytest.mark.parametrize("name", ["goats.txt", "goats.pdf", "goats.docx"])
def test_a_file_that_cannot_be_read_is_refused(app: Starlette, corpus: Path, name: str):
    refusal(put(app, bytes(range(256)), name=name))
    assert files(corpus) == set(DOCUMENTS)


def test_the_number_of_files_is_limited(app: Starlette, corpus: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(uploads, "MAX_FILES", 4)
    assert put(app, GOATS, name="goats.txt").status_code == 200
    assert "4 files already" in refusal(put(app, GOATS, name="sheep.txt"))
    assert files(corpus) == {*DOCUMENTS, "goats.txt"}


def test_a_sender_that_goes_away_leaves_nothing_behind(app: Starlette, corpus: Path):
    messages: list[Message] = [
        {"type": "http.request", "body": GOATS, "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    query = b"name=goats.txt"
    scope = {"type": "http", "method": "PUT", "path": PATH, "query_string": query, "headers": []}
    anyio.run(app, scope, receive, send)
    assert sent[0]["status"] == 400
    assert files(corpus) == set(DOCUMENTS)


def test_an_unusable_temporary_folder_is_reported(
    app: Starlette, corpus: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(tempfile, "tempdir", str(corpus / "no" / "such"))
    response = put(app, GOATS, name="goats.txt")
    assert response.status_code == 500
    assert "Make room" in response.json()["problem"]


def test_files_that_break_their_reader_are_refused_one_by_one(
    app: Starlette, corpus: Path, monkeypatch: pytest.MonkeyPatch
):
    chance = random.Random(5)
    errors = (RecursionError(), MemoryError(), KeyError("Pages"), ValueError("a\nb"), AssertionError())
    bad = {f"goats{number}.txt": chance.choice(errors) for number in chance.sample(range(12), 6)}

    def fragile(path: str, raw: bytes) -> Parsed:
        if path in bad:
            raise bad[path]
        return read(path, raw)

    monkeypatch.setattr("qa.corpus.folder.read", fragile)
    for number in range(12):
        name = f"goats{number}.txt"
        response = put(app, GOATS, name=name)
        if name in bad:
            reason = f"Cannot be read ({type(bad[name]).__name__}). Try opening it and saving it again."
            assert refusal(response) == reason
        else:
            assert response.json() == {"path": name, "known": False}
    assert files(corpus) == {*DOCUMENTS, *(f"goats{n}.txt" for n in range(12))} - set(bad)


def test_an_upload_that_fails_in_the_server_gets_one_line(
    app: Starlette, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def failing(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(uploads, "_place", failing)
    response = put(app, GOATS, name="goats.txt")
    assert (response.status_code, response.json()) == (500, {"problem": uploads.FAILED})
    assert "a bug" in caplog.text


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_files_can_only_be_put(app: Starlette, method: str):
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://page") as client:
            return await client.request(method, PATH, params={"name": "ferry.md"})

    assert anyio.run(send).status_code == 405
