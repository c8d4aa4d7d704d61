"""The plain HTTP interface: what it returns, what it refuses, and that it is as its description says."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from anyio import CapacityLimiter
from conftest import QUESTION, KeyReader, WordEncoder, document
from pydantic import TypeAdapter
from starlette.applications import Starlette
from starlette.testclient import TestClient

from qa.assistant import Assistant
from qa.errors import CitationError, IndexStale, ModelError, QAError, UnknownDocument
from qa.server import openapi, rest
from qa.server.app import guards
from qa.server.auth import Login
from qa.server.functions import functions
from qa.server.middleware import MAX_BODY
from qa.settings import Person, Settings

LOGIN = Login([Person("ada", "s3cret"), Person("eve", "hunter2", is_reader=True)])
CHOSEN_BY = ("folder", "type", "author", "since", "until")


@pytest.fixture
def reading(corpus: Any, index: Any) -> Assistant:
    """An assistant that knows the answer to the question."""
    reader = KeyReader({QUESTION: "340 passengers"})
    assistant = Assistant(Settings(corpus=corpus, index=index), WordEncoder(), reader)
    assistant.sync()
    return assistant


def served(functions: dict[str, Any], login: Login | None = None) -> TestClient:
    app = Starlette(routes=rest.routes(functions, CapacityLimiter(4)), middleware=guards(login, local=True))
    return TestClient(app, base_url="http://127.0.0.1:7860")


@pytest.fixture
def client(reading: Assistant) -> Iterator[TestClient]:
    with served(functions(reading)) as client:
        yield client


def plain(values: Any) -> Any:
    return json.loads(json.dumps([value.as_dict() for value in values]))


# --- what it returns -----------------------------------------------------------------------------


def test_a_question_is_answered_by_one_request(client: TestClient, reading: Assistant):
    answer = client.post("/api/ask", json={"question": QUESTION})
    assert answer.status_code == 200
    assert [answer.json()] == plain([reading.ask(QUESTION)])
    assert answer.json()["answered"]


def test_a_question_is_limited_to_documents_and_takes_a_history(client: TestClient, reading: Assistant):
    bees = document(reading, "valley/bees.md").id
    history = [["How many visits were there?", "9,340"]]
    asked = {"question": QUESTION, "documents": [bees], "history": history}
    answer = client.post("/api/ask", json=asked).json()
    assert {hit["document"]["id"] for hit in answer["nearest"]} == {bees}
    assert not answer["answered"]


def test_a_search_takes_its_arguments_from_the_query(client: TestClient, reading: Assistant):
    words = "the middle arch of the bridge"
    assert client.get("/api/search", params={"words": words}).json() == plain(reading.search(words))
    assert len(client.get("/api/search", params={"words": words, "k": 1}).json()) == 1
    ids = [document(reading, path).id for path in ("valley/bees.md", "ferry.md")]
    hits = client.get("/api/search", params={"words": words, "documents": ids}).json()
    assert {hit["document"]["id"] for hit in hits} == set(ids)


def test_documents_are_chosen_by_what_is_known_of_them(client: TestClient, reading: Assistant):
    words = "the ferry, the bridge, the bees"

    def found(**wanted: Any) -> set[str]:
        hits = client.get("/api/search", params={"words": words, "k": 9, **wanted}).json()
        return {hit["document"]["path"] for hit in hits}

    assert found(folder="valley") == found(author="Solheug") == found(until="2021-12") == {"valley/bees.md"}
    assert found(type=["txt", "pdf"]) == {"bridge.txt"}
    assert found(type="Markdown", since="2022") == {"ferry.md"}
    ids = [document(reading, path).id for path in ("valley/bees.md", "ferry.md")]
    assert found(type=["text", "markdown"], folder="valley", documents=ids) == {"valley/bees.md"}
    answer = client.post("/api/ask", json={"question": QUESTION, "author": ["Solheug"]}).json()
    assert {hit["document"]["path"] for hit in answer["nearest"]} == {"valley/bees.md"}


def test_documents_are_listed_without_their_texts(client: TestClient, reading: Assistant):
    assert client.get("/api/documents").json() == plain(reading.documents())


# --- what it refuses -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "message"),
    [
        ("POST", "ask", {"question": "  "}, 400, "the question is empty. Type a question"),
        ("POST", "ask", {}, 400, "ask: missing a required argument: 'question'"),
        ("POST", "ask", {"question": "Why?", "k": 1}, 400, "ask: got an unexpected keyword argument 'k'"),
        ("POST", "ask", {"question": ["Why?"]}, 400, "the first argument must be text"),
        ("POST", "ask", {"question": "Why?", "history": "no"}, 400, "history must be a list of"),
        ("POST", "ask", ["Why?"], 400, "the body is not a JSON object in UTF-8"),
        ("POST", "ask", {"question": "Why?", "author": "Ida"}, 400, "author must be a list of texts"),
        ("POST", "ask", {"question": "Why?", "since": 2024}, 400, "since must be text"),
        ("GET", "search?words=a&until=May", None, 400, "until must be a day, a month or a year such as"),
        ("GET", "search?words=a&author=Ida&type=pdf", None, 400, "no document is of type pdf, author Ida"),
        ("GET", "search", None, 400, "search: missing a required argument: 'words'"),
        ("GET", "search?words=a&k=0", None, 400, "k must be a whole number from 1 to 100"),
        ("GET", "search?words=a&k=five", None, 400, "k must be a whole number from 1 to 100"),
        ("GET", "search?words=a&words=b", None, 400, "'words' is given twice"),
        ("GET", "search?words=a&question=b", None, 400, "search: got an unexpected keyword argument"),
        ("GET", "documents?id=1", None, 400, "documents: got an unexpected keyword argument 'id'"),
        ("GET", "ask?question=Why", None, 405, "use POST"),
        ("POST", "documents", {}, 405, "use GET"),
        ("DELETE", "documents", None, 405, "use GET"),
        ("GET", "answer", None, 404, "not served here. /api/openapi.json describes what is"),
        ("GET", "", None, 404, "not served here"),
        ("POST", "ask/", {"question": "Why?"}, 404, "not served here"),
    ],
)
def test_a_mistake_is_one_line_with_a_status(
    client: TestClient, method: str, path: str, body: Any, status: int, message: str
):
    answer = client.request(method, f"/api/{path}", json=body)
    assert answer.status_code == status
    assert answer.json().keys() == {"error"}
    assert answer.json()["error"].startswith(message)
    assert "\n" not in answer.text
    assert status != 405 or answer.headers["allow"] in ("GET", "POST")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"question": NaN}', b'{"question": "\\ud800"}'])
def test_a_body_that_is_no_json_is_refused(client: TestClient, body: bytes):
    answer = client.post("/api/ask", content=body)
    assert (answer.status_code, answer.json()) == (400, {"error": "the body is not a JSON object in UTF-8"})


def test_a_body_has_a_limit(client: TestClient):
    answer = client.post("/api/ask", content=b" " * (MAX_BODY + 1))
    assert (answer.status_code, answer.json().keys()) == (413, {"error"})
    answer = client.post("/api/ask", content=iter([b"{}"]))
    assert (answer.status_code, answer.json().keys()) == (411, {"error"})


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UnknownDocument("no document has the id"), 404),
        (IndexStale("the index is stale. Run qa sync"), 503),
        (ModelError("the model is missing"), 503),
        (CitationError("the quote is not there"), 500),
    ],
)
def test_the_status_says_whose_the_problem_is(error: QAError, status: int):
    def fail() -> None:
        raise error

    answer = served({"documents": fail}).get("/api/documents")
    assert (answer.status_code, answer.json()) == (status, {"error": str(error)})


def test_the_details_of_a_failure_stay_in_the_log(caplog: pytest.LogCaptureFixture):
    def fail() -> None:
        raise ValueError("a secret of the server")

    answer = served({"documents": fail}).get("/api/documents")
    assert (answer.status_code, answer.json()) == (500, {"error": "the server failed. Its log says why"})
    assert "a secret of the server" in caplog.text


def test_calls_that_wait_have_a_limit(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rest, "MAX_WAITING", 1)
    started, done = threading.Event(), threading.Event()

    def wait() -> list[str]:
        started.set()
        assert done.wait(20)
        return []

    with served({"documents": wait}) as client, ThreadPoolExecutor() as pool:
        first = pool.submit(client.get, "/api/documents")
        assert started.wait(20)
        second = client.get("/api/documents")
        done.set()
        assert first.result().status_code == 200
    assert (second.status_code, second.json().keys()) == (503, {"error"})


def test_it_requires_the_login_and_serves_readers(reading: Assistant, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("qa.server.auth.FIRST_WAIT", 0.01)
    with served(functions(reading), LOGIN) as client:
        for path in ("documents", "openapi.json", "search?words=a", "none"):
            answer = client.get(f"/api/{path}")
            assert (answer.status_code, answer.json().keys()) == (401, {"error"})
        assert client.post("/api/ask", json={"question": QUESTION}, auth=("eve", "x")).status_code == 401
        for person in (("ada", "s3cret"), ("eve", "hunter2")):
            assert client.post("/api/ask", json={"question": QUESTION}, auth=person).json()["answered"]
            assert len(client.get("/api/documents", auth=person).json()) == 3


def test_a_page_of_another_site_cannot_ask(client: TestClient):
    headers = {"Origin": "https://example.invalid"}
    assert client.post("/api/ask", json={"question": QUESTION}, headers=headers).status_code == 403


# --- its description -----------------------------------------------------------------------------


@pytest.fixture
def described(client: TestClient) -> dict[str, Any]:
    description = client.get("/api/openapi.json").json()
    assert isinstance(description, dict)
    return description


def test_the_description_holds_each_operation_with_its_parameters(described: dict[str, Any]):
    assert described["openapi"].startswith("3.1")
    assert described["servers"] == [{"url": "/api"}]
    operations = {path: list(methods) for path, methods in described["paths"].items()}
    assert operations == {"/search": ["get"], "/ask": ["post"], "/documents": ["get"]}
    search = described["paths"]["/search"]["get"]["parameters"]
    assert [(p["name"], p["required"]) for p in search] == [
        ("words", True),
        ("k", False),
        ("documents", False),
        *((name, False) for name in CHOSEN_BY),
    ]
    assert all(p["description"] and "anyOf" not in p["schema"] for p in search)
    body = described["paths"]["/ask"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body["required"] == ["question"]
    assert body["properties"].keys() == {"question", "documents", "history", *CHOSEN_BY}


def test_every_reference_of_the_description_leads_somewhere(described: dict[str, Any]):
    def references(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            yield from ([value["$ref"]] if "$ref" in value else ())
            value = list(value.values())
        for item in value if isinstance(value, list) else ():
            yield from references(item)

    found = set(references(described))
    assert "#/components/schemas/Answer" in found
    for reference in found:
        target: Any = described
        for part in reference.removeprefix("#/").split("/"):
            target = target[part]
        assert target


def test_answers_are_as_described(client: TestClient):
    """With exactly the fields that are described: a new one has to be described too."""

    def check(kind: Any, value: Any) -> None:
        TypeAdapter(kind).validate_json(json.dumps(value), strict=True, extra="forbid")

    check(openapi.Answer, client.post("/api/ask", json={"question": QUESTION}).json())
    check(
        openapi.Answer, client.post("/api/ask", json={"question": "What are these documents about?"}).json()
    )
    check(openapi.Answer, client.post("/api/ask", json={"question": "Who discovered penicillin?"}).json())
    check(list[openapi.Hit], client.get("/api/search", params={"words": "bridge"}).json())
    check(list[openapi.Document], client.get("/api/documents").json())
    check(openapi.Error, client.get("/api/none").json())


def test_behind_a_proxy_the_description_names_the_path_of_the_proxy(reading: Assistant):
    app = Starlette(routes=rest.routes(functions(reading), CapacityLimiter(4)))
    client = TestClient(app, root_path="/docs")
    assert client.get("/docs/api/openapi.json").json()["servers"] == [{"url": "/docs/api"}]
