"""What the page's scripts may send its server: anything at all, and what comes back is JSON."""

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
from qa.server.routes import BUSY, FAILED, ROOM, SLOW
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


def sent(argument: object) -> bytes:
    return json.dumps(argument).encode()


def test_each_function_has_its_address(client: TestClient):
    assert client.post("/qa/double", content=sent("ab")).json() == {"twice": "abab"}


@pytest.mark.parametrize("name", ["__class__", "append", "Double", "", "double/x", "%2e%2e/double", "call"])
def test_there_are_no_other_functions(client: TestClient, name: str):
    assert client.post(f"/qa/{name}", content=sent("ab")).status_code == 404


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_a_function_is_called_by_post_alone(client: TestClient, method: str):
    assert client.request(method, "/qa/double").status_code == 405


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[", b"\xff", b"\0", b"[" * 100_000, b"[" * 100_000 + b"]" * 100_000,
        b"NaN", b"[Infinity]",
        b'"%s"' % HALF.encode(), b'{"question": "%s"}' % HALF.encode(), b"9" * 5000, b"double", b"'x'",
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_a_problem_in_one_line(client: TestClient, body: bytes):
    answer = client.post("/qa/double", content=body)
    assert (answer.status_code, answer.json()) == (400, {"problem": MISUNDERSTOOD})


def test_a_bug_is_a_line_for_the_page_and_a_trace_for_the_log(
    client: TestClient, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.ERROR):
        answer = client.post("/qa/fail", content=sent(None))
    assert (answer.status_code, answer.json()) == (500, {"problem": FAILED})
    assert "a bug" in caplog.text


def asgi(length: int, content: bytes | None) -> tuple[Any, list[dict[str, Any]]]:
    """A request as the server gets it, whose body does not come if it is None; and what is answered."""
    told: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if content is None:
            await asyncio.sleep(3600)
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        told.append(message)

    scope = {"type": "http", "method": "POST", "path": "/qa/double", "query_string": b"",
             "headers": [(b"content-length", str(length).encode())]}  # fmt: skip
    return (scope, receive, send), told


def test_more_than_there_is_room_for_is_put_off_and_what_is_slow_given_up(
    app: Starlette, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(routes, "PATIENCE", 0.2)
    monkeypatch.setattr(routes, "SLOWEST", 1e12)

    async def crowd() -> tuple[list[dict[str, Any]], ...]:
        slow, refused, later = asgi(ROOM, None), asgi(9, sent(1)), asgi(9, sent(1))
        waiting = asyncio.create_task(app(*slow[0]))
        await asyncio.sleep(0.05)
        await app(*refused[0])
        await waiting
        await app(*later[0])
        return slow[1], refused[1], later[1]

    slow, refused, later = asyncio.run(crowd())
    assert [told[0]["status"] for told in (slow, refused, later)] == [408, 503, 200]
    assert json.loads(slow[1]["body"]) == {"problem": SLOW}
    assert json.loads(refused[1]["body"]) == {"problem": BUSY}


# From here on it is the real thing, app.py in a process of its own.


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("calls") / "index"


@pytest.fixture(scope="module")
def address(index: Path) -> Iterator[str]:
    with app_py(index, CORPUS) as address:
        yield address


def call(address: str, name: str, argument: object) -> dict[str, Any]:
    """What a function of the page answers, which is one line where it is a problem."""
    answer = httpx.post(f"{address}qa/{name}", content=sent(argument), timeout=60, trust_env=False)
    assert answer.headers["content-type"] == "application/json"
    assert answer.status_code in (200, 400)
    told: dict[str, Any] = answer.json()
    assert "\n" not in told.get("problem", "")
    return told


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
    "name", ["ask", "suggest", "why", "show", "export", "whole", "rate", "remove", "listing"]
)
def test_no_argument_is_too_odd(address: str, index: Path, name: str):
    before = sorted(CORPUS.iterdir())
    for argument in ODD:
        assert call(address, name, argument)
    assert sorted(CORPUS.iterdir()) == before
    assert "Traceback" not in index.with_name("index.log").read_text()


def test_a_vote_on_a_forged_answer_takes_no_room(address: str, index: Path):
    (asked,) = [call(address, "ask", {"question": COST})["record"]]
    assert call(address, "rate", {"turn": asked, "helpful": True}) == {}
    size = (index / "feedback.jsonl").stat().st_size
    for forged in ({"question": "x" * 100_000}, {"understood": "y" * 100_000}):
        assert "too long" in call(address, "rate", {"turn": {**asked, **forged}, "helpful": True})["problem"]
    assert (index / "feedback.jsonl").stat().st_size == size


def test_gradios_own_way_to_functions_is_closed(address: str):
    for path in ("gradio_api/component_server", "gradio_api/component_server/"):
        asked = {"fn_name": "listing", "data": {}, "component_id": 1, "session_hash": "x"}
        assert httpx.post(address + path, json=asked, timeout=60, trust_env=False).status_code == 403


def test_who_goes_away_in_the_middle_leaves_no_trace(address: str, index: Path):
    place = urlsplit(address)
    for target in ("POST /qa/ask", "PUT /qa/upload?name=x.md"):
        with socket.create_connection((place.hostname, place.port)) as connection:
            connection.sendall(
                f"{target} HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Length: 9999\r\n\r\nhalf".encode()
            )
    time.sleep(0.5)
    assert call(address, "listing", {})["documents"] == 5
    assert "Traceback" not in index.with_name("index.log").read_text()
