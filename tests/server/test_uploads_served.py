"""Uploads by anyone, to the real app.py: hostile names, and limits of number, size and time."""

from __future__ import annotations

import asyncio
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest
from serving import app
from starlette.applications import Starlette

from qa.assistant import Assistant
from qa.documents.formats import MAX_BYTES
from qa.errors import CorpusError
from qa.server import routes as uploads
from qa.server.limits import RECEIVING
from qa.settings import Settings

TEXT = b"The mill of Norvik has four floors."
OTHER_SITE = {"Origin": "https://example.invalid"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("uploads")


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    (folder / "corpus").mkdir()
    with app(folder / "index", folder / "corpus", QA_LOGIN="ada:s3cret", TMPDIR=str(folder)) as address:
        yield address


def put(address: str, name: str, content: bytes = TEXT, **more: Any) -> httpx.Response:
    """Upload a file under a name that is percent-encoded already."""
    url = httpx.URL(address).copy_with(raw_path=f"/qa/upload?name={name}".encode())
    return httpx.put(url, content=content, auth=("ada", "s3cret"), timeout=60, trust_env=False, **more)


NAMES = {
    "../../x.md": "x.md", "..%2f..%2fx.md": "x.md", "%2e%2e%5cx.md": "x.md", "/etc/cron.d/x.md": "x.md",
    "C:%5Cx.md": "x.md", "x.md%20.": "x.md", ".x.md": "x.md", "~$x.md": "x.md", "%00x%0a.md": "x.md",
    "%E2%80%AEx%E2%80%8B.md": "x.md", "X.MD": "x.md", "con.md": "_con.md", "a%3Ab%3C.md": "a_b_.md",
    "e%CC%81.md": "é.md", "%C3%A9.md": "é.md", "%25%30%30.md": "%00.md",
}  # fmt: skip


def test_a_file_of_any_name_is_put_in_the_folder_and_nowhere_else(address: str, folder: Path):
    for name, path in NAMES.items():
        assert put(address, name).json()["path"] == path
    (placed,) = {put(address, quote("é" * n + ".md")).json()["path"] for n in (500, 3000)}
    assert len(placed.encode()) <= 203
    assert {file.name for file in (folder / "corpus").iterdir()} == {*NAMES.values(), placed}
    assert not list(folder.glob("*.md"))


@pytest.mark.parametrize("name", ["", "x", ".md", "x.exe", "x.md%3Astream", "feedback.jsonl", "index.sqlite"])
def test_a_name_of_an_unsupported_type_is_refused(address: str, name: str):
    answer = put(address, name)
    assert answer.status_code == 400
    assert answer.json()["problem"].startswith("Unsupported file type. Use PDF")


def test_a_different_file_with_this_name_is_replaced_only_on_request(address: str, folder: Path):
    put(address, "mill.md")
    assert put(address, "MILL.md", b"Another mill.").json()["exists"] is True
    assert (folder / "corpus" / "mill.md").read_bytes() == TEXT
    assert put(address, "mill.md&replace=yes", b"Another mill.").json() == {"path": "mill.md", "known": False}
    assert (folder / "corpus" / "mill.md").read_bytes() == b"Another mill."


def test_no_file_is_accepted_without_the_login_or_from_another_site(address: str, folder: Path):
    for more in ({}, {"auth": ("ada", "wrong")}):
        sent = httpx.put(f"{address}qa/upload?name=no.md", content=TEXT, trust_env=False, **more)
        assert sent.status_code == 401
    for headers in (OTHER_SITE, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        assert put(address, "no.md", headers=headers).status_code == 403
    assert not (folder / "corpus" / "no.md").exists()


def raw(address: str, length: str, content: bytes) -> bytes:
    """The first line of the answer to a request with any header for its length."""
    place = urlsplit(address)
    with socket.create_connection((place.hostname, place.port), timeout=30) as connection:
        head = (
            f"PUT /qa/upload?name=long.md HTTP/1.1\r\nHost: {place.netloc}\r\n{length}Connection: close\r\n"
        )
        connection.sendall(f"{head}Authorization: Basic YWRhOnMzY3JldA==\r\n\r\n".encode() + content)
        return connection.recv(65536).splitlines()[0]


@pytest.mark.parametrize(
    ("length", "content", "status"),
    [
        ("Content-Length: 99999999999999\r\n", b"x", b"413"),
        (f"Content-Length: {MAX_BYTES + 1}\r\n", b"x", b"400"),
        ("Content-Length: -1\r\n", b"x", b"400"),
        ("Content-Length: 5\r\nContent-Length: 9\r\n", b"x" * 9, b"400"),
        ("Transfer-Encoding: chunked\r\n", b"5\r\nHello\r\n0\r\n\r\n", b"411"),
        ("", b"Hello", b"400"),
    ],
)
def test_nothing_is_gained_by_a_false_length(
    address: str, folder: Path, length: str, content: bytes, status: bytes
):
    assert raw(address, length, content).split()[1] == status
    assert not (folder / "corpus" / "long.md").exists()


def test_interrupted_uploads_leave_nothing_behind(address: str, folder: Path):
    place = urlsplit(address)
    head = f"PUT /qa/upload?name=half.md HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Length: 99999\r\n"
    connections = [socket.create_connection((place.hostname, place.port)) for _ in range(20)]
    for connection in connections:
        connection.sendall(f"{head}Authorization: Basic YWRhOnMzY3JldA==\r\n\r\n".encode() + b"x" * 5000)
    deadline = time.monotonic() + 10
    while not 0 < len(list(folder.glob("qa-upload-*"))) <= RECEIVING and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.3)
    assert len(list(folder.glob("qa-upload-*"))) == RECEIVING  # the others wait, and take no space
    for connection in connections:
        connection.close()
    while list(folder.glob("qa-upload-*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert list(folder.glob("qa-upload-*")) == []
    assert put(address, "after.md").status_code == 200
    assert not (folder / "corpus" / "half.md").exists()
    assert "Traceback" not in (folder / "index.log").read_text()


def test_a_slow_upload_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, assistant: Assistant):
    monkeypatch.setattr(uploads, "PATIENCE", 0.1)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    messages: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(3600)
        return {}

    async def send(message: dict[str, Any]) -> None:
        messages.append(message)

    scope = {"type": "http", "method": "PUT", "path": "/upload", "query_string": b"name=x.md",
             "headers": [(b"content-length", b"9")]}  # fmt: skip
    asyncio.run(Starlette(routes=uploads.routes([], assistant))(scope, receive, send))
    assert messages[0]["status"] == 408
    assert b"took too long" in messages[1]["body"]
    assert list(tmp_path.glob("qa-upload-*")) == []


@pytest.fixture
def assistant(tmp_path: Path) -> Assistant:
    return Assistant.open(tmp_path / "corpus", tmp_path / "index", Settings())


def test_files_their_bytes_and_the_disk_have_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in ("a.md", "b.txt", "c.exe", ".hidden.md"):
        (tmp_path / name).write_bytes(b"x" * 100)
    uploads.check_room(tmp_path, 50)
    monkeypatch.setattr(uploads, "MAX_TOTAL_BYTES", 249)
    uploads.check_room(tmp_path, 49)
    with pytest.raises(CorpusError, match="GB of files already"):
        uploads.check_room(tmp_path, 50)
    monkeypatch.setattr(uploads, "MAX_FILES", 2)
    with pytest.raises(CorpusError, match="2 files already"):
        uploads.check_room(tmp_path, 0)
    monkeypatch.setattr(uploads, "MAX_FILES", 3)
    monkeypatch.setattr(
        uploads.shutil, "disk_usage", lambda _: SimpleNamespace(free=uploads.MIN_FREE_BYTES + 5)
    )
    uploads.check_room(tmp_path, 5)
    with pytest.raises(CorpusError, match="nearly full"):
        uploads.check_room(tmp_path, 6)
