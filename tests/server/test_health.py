"""Whether the server is well, for whatever watches over it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from qa.assistant import Assistant
from qa.index.layout import DATABASE
from qa.server import health
from qa.server.app import guards
from qa.server.auth import Login
from qa.settings import Person


@pytest.fixture
def client(assistant: Assistant) -> Iterator[TestClient]:
    login = Login([Person("ada", "s3cret")])
    app = Starlette(routes=[health.route(assistant)], middleware=guards(login, local=True))
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        yield client


def test_it_needs_no_login_and_says_nothing_about_the_documents(client: TestClient):
    for answer in (client.get("/health"), client.head("/health")):
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
    assert client.get("/health").json() == {"ok": True}


@pytest.mark.parametrize(("method", "path"), [("POST", "/health"), ("GET", "/health/"), ("GET", "/healthy")])
def test_nothing_else_is_without_the_login(client: TestClient, method: str, path: str):
    assert client.request(method, path).status_code == 401


def test_an_index_that_cannot_be_read_is_reported(
    client: TestClient, synced: Assistant, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(health, "KEPT_SECONDS", 0)
    assert client.get("/health").status_code == 200
    database = synced.settings.index / DATABASE
    good = database.read_bytes()
    database.write_bytes(b"not a database" * 1000)
    answer = client.get("/health")
    assert (answer.status_code, answer.json()) == (503, {"ok": False})
    assert "the index cannot be read" in caplog.text
    database.write_bytes(good)
    assert client.get("/health").status_code == 200


def test_asking_often_costs_nothing(
    client: TestClient, assistant: Assistant, monkeypatch: pytest.MonkeyPatch
):
    looks = []
    monkeypatch.setattr(type(assistant), "state", lambda self: looks.append(self))
    assert {client.get("/health").status_code for _ in range(20)} == {200}
    assert len(looks) < 5
