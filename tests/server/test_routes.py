"""The page's scripts may send anything at all to their server, and always get JSON back."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from conftest import WordEncoder
from serving import CORPUS
from serving import app as app_py
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from qa.assistant import Assistant
from qa.server import routes
from qa.server.handlers import MISUNDERSTOOD
from qa.server.routes import BUSY, FAILED, MAX_HELD, SLOW
from qa.settings import Settings

HALF = "\\ud800"  # of a surrogate pair, as JSON can carry it and UTF-8 cannot
COST = "How much would the railway to Pakistan cost?"


async def double(argument: Any) -> dict[str, Any]:
    return {"twice": argument * 2}


async def fail(argument: Any) -> dict[str, Any]:
    raise RuntimeError("a bug")


@pytest.fixture
def app(tmp_path: Path) -> Starlette:
    assistant = Assistant(Settings(tmp_path / "corpus", tmp_path / "index"), WordEncoder())
    return Starlette(routes=[Mount("/qa", routes=routes.routes([double, fail], assistant))])


@pytest.fixture
def client(app: Starlette) -> TestClient:
    return TestClient(app)


def body_of(argument: object) -> bytes:
    return json.dumps(argument).encode()


def test_each_function_has_an_address(client: TestClient):
    assert client.post("/qa/double", content=body_of("ab")).json() == {"twice": "abab"}


@pytest.mark.parametrize("name", ["__class__", "append", "Double", "", "double/x", "%2e%2e/double", "call"])
def test_there_are_no_other_functions(client: TestClient, name: str):
    assert client.post(f"/qa/{name}", content=body_of("ab")).status_code == 404


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_a_function_can_only_be_called_by_post(client: TestClient, method: str):
    assert client.request(method, "/qa/double").status_code == 405


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[", b"\xff", b"\0", b"[" * 100_000, b"[" * 100_000 + b"]" * 100_000,
        b"NaN", b"[Infinity]",
        b'"%s"' % HALF.encode(), b'{"question": "%s"}' % HALF.encode(), b"9" * 5000, b"double", b"'x'",
    ],
)  # fmt: skip
def test_an_unintelligible_body_is_reported_in_one_line(client: TestClient, body: bytes):
    answer = client.post("/qa/double", content=body)
    assert (answer.status_code, answer.json()) == (400, {"problem": MISUNDERSTOOD})


def test_a_bug_makes_one_line_for_the_page_and_a_traceback_in_the_log(
    client: TestClient, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.ERROR):
        answer = client.post("/qa/fail", content=body_of(None))
    assert (answer.status_code, answer.json()) == (500, {"problem": FAILED})
    assert "a bug" in caplog.text


def asgi(length: int, content: bytes | None) -> tuple[Any, list[dict[str, Any]]]:
    """A request as the server gets it, and the list of its answers. If the content is None, no body comes."""
    messages: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if content is None:
            await asyncio.sleep(3600)
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        messages.append(message)

    scope = {"type": "http", "method": "POST", "path": "/qa/double", "query_string": b"",
             "headers": [(b"content-length", str(length).encode())]}  # fmt: skip
    return (scope, receive, send), messages


def test_requests_are_refused_if_they_are_too_many_or_too_slow(
    app: Starlette, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(routes, "PATIENCE", 0.2)
    monkeypatch.setattr(routes, "MIN_SPEED", 1e12)

    async def send_all() -> tuple[list[dict[str, Any]], ...]:
        slow, refused, later = asgi(MAX_HELD, None), asgi(9, body_of(1)), asgi(9, body_of(1))
        waiting = asyncio.create_task(app(*slow[0]))
        await asyncio.sleep(0.05)
        await app(*refused[0])
        await waiting
        await app(*later[0])
        return slow[1], refused[1], later[1]

    slow, refused, later = asyncio.run(send_all())
    assert [messages[0]["status"] for messages in (slow, refused, later)] == [408, 503, 200]
    assert json.loads(slow[1]["body"]) == {"problem": SLOW}
    assert json.loads(refused[1]["body"]) == {"problem": BUSY}


# From here on with the real app.py, in a separate process.


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("calls") / "index"


@pytest.fixture(scope="module")
def address(index: Path) -> Iterator[str]:
    with app_py(index, CORPUS) as address:
        yield address


def call(address: str, name: str, argument: object) -> dict[str, Any]:
    """The answer of one of the page's functions; if it is a problem, it has one line."""
    answer = httpx.post(f"{address}qa/{name}", content=body_of(argument), timeout=60, trust_env=False)
    assert answer.headers["content-type"] == "application/json"
    assert answer.status_code in (200, 400)
    values: dict[str, Any] = answer.json()
    assert "\n" not in values.get("problem", "")
    return values


FORGED = {
    "question": COST, "answered": True, "text": f"[{'9' * 5000}]", "confidence": 0.5,
    "claims": [{"value": "x", "citations": [1]}],
    "citations": [{"document": "x", "start": 10**30, "end": 10**30, "number": 1, "quote": "x"}],
}  # fmt: skip
ODD: list[Any] = [
    None, 3, "x", [], {}, {"question": None}, {"question": "x", "documents": "x"},
    {"question": "x", "history": [[1, 2]]}, {"question": COST, "number": -1}, {"question": "x\0y"},
    {"question": "x", "number": 10**400}, {"question": "x " * 500_000},
    {"question": COST, "documents": [str(n) for n in range(100_000)]},
    {"question": "And then?", "history": [["Who?", "He."]] * 10_000},
    {"turns": 3}, {"turns": [None, 3, {}, [[]]]}, {"turns": [{"question": "x"}] * 1001},
    {"turns": [{**FORGED, "confidence": 1e400}]}, {"turns": [{**FORGED, "confidence": -1}]},
    {"turns": [FORGED]}, {"turns": [{**FORGED, "citations": FORGED["citations"] * 1000}]},
    {"turns": [{"question": "x", "nearest": [{"document": "x", "start": 0, "end": 1}] * 51}]},
    {"document": "x\0", "start": 0, "end": 0}, {"document": "x", "start": 10**30, "end": 0},
    {"path": "../x.md"}, {"path": "/etc/passwd"}, {"path": "x\0.md"}, {"path": ""}, {"path": "."},
    {"turn": FORGED, "helpful": True}, {"turn": None, "helpful": True}, {"turn": {}, "helpful": "perhaps"},
    {"turn": {"question": "x" * 300_000}, "helpful": True}, {"shown": 3}, {"shown": "x\0"},
]  # fmt: skip


@pytest.mark.parametrize(
    "name", ["ask", "why", "show", "export", "whole", "page", "rate", "remove", "listing"]
)
def test_no_argument_is_too_odd(address: str, index: Path, name: str):
    before = sorted(CORPUS.iterdir())
    for argument in ODD:
        assert call(address, name, argument)
    assert sorted(CORPUS.iterdir()) == before
    assert "Traceback" not in index.with_name("index.log").read_text()


def test_the_rating_of_a_forged_answer_takes_no_space(address: str, index: Path):
    record = call(address, "ask", {"question": COST})["record"]
    assert call(address, "rate", {"turn": record, "helpful": True}) == {}
    size = (index / "feedback.jsonl").stat().st_size
    for forged in ({"question": "x" * 100_000}, {"understood": "y" * 100_000}):
        assert "too long" in call(address, "rate", {"turn": {**record, **forged}, "helpful": True})["problem"]
    assert (index / "feedback.jsonl").stat().st_size == size


def test_functions_cannot_be_called_through_gradio(address: str):
    for path in ("gradio_api/component_server", "gradio_api/component_server/"):
        body = {"fn_name": "listing", "data": {}, "component_id": 1, "session_hash": "x"}
        assert httpx.post(address + path, json=body, timeout=60, trust_env=False).status_code == 403


def test_a_broken_connection_leaves_no_traceback(address: str, index: Path):
    place = urlsplit(address)
    for target in ("POST /qa/ask", "PUT /qa/upload?name=x.md"):
        with socket.create_connection((place.hostname, place.port)) as connection:
            connection.sendall(
                f"{target} HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Length: 9999\r\n\r\nhalf".encode()
            )
    time.sleep(0.5)
    assert call(address, "listing", {})["documents"] == 5
    assert "Traceback" not in index.with_name("index.log").read_text()
