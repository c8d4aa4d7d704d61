"""The endpoints as other programs see them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from serving import CORPUS, app, failed_start

QUESTION = "How much would the railway to Pakistan cost?"
DOCUMENT = {"id", "path", "title", "digest", "metadata", "pages"}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("endpoints") / "index"


@pytest.fixture(scope="module")
def address(index: Path) -> Iterator[str]:
    with app(index) as address:
        yield address


@pytest.fixture(scope="module")
def client(address: str) -> Iterator[Client]:
    client = Client(address, verbose=False, analytics_enabled=False)
    yield client
    client.close()


def get(url: str, **more: Any) -> httpx.Response:
    return httpx.get(url, trust_env=False, **more)


def test_ask_answers_with_citations_that_can_be_checked(client: Client):
    answer = client.predict(QUESTION, api_name="/ask")
    names = "question text answered confidence claims citations nearest differ understood unknown"
    more = "suggestions corrected language unanswered lead layout"
    assert answer.keys() == {*names.split(), *more.split()}
    assert answer["answered"]
    assert "$7 billion" in " ".join(citation["quote"] for citation in answer["citations"])
    for citation in answer["citations"]:
        assert citation["document"].keys() == DOCUMENT
        text = (CORPUS / citation["document"]["path"]).read_text("utf-8")
        assert text[citation["start"] : citation["end"]] == citation["quote"]


def test_ask_is_limited_to_documents_and_takes_a_history(client: Client):
    last = client.predict(api_name="/documents")[-1]["id"]
    history = [["Who would pay for the railway?", "Astana."]]
    answer = client.predict(QUESTION, documents=[last], history=history, api_name="/ask")
    assert {hit["document"]["id"] for hit in answer["nearest"]} == {last}


def test_ask_refuses_a_question_that_the_documents_do_not_answer(client: Client):
    answer = client.predict("Who discovered penicillin?", api_name="/ask")
    assert (answer["answered"], answer["claims"], answer["citations"]) == (False, [], [])
    assert answer["nearest"]


def test_search_returns_hits_best_first(client: Client):
    hits = client.predict("railway to the sea", api_name="/search")
    assert [hit.keys() for hit in hits] == [{"passage", "document", "score", "page", "place"}] * 5
    assert [hit["score"] for hit in hits] == sorted((hit["score"] for hit in hits), reverse=True)
    assert client.predict("railway to the sea", k=2, api_name="/search") == hits[:2]


def test_documents_are_listed_without_their_texts(client: Client):
    documents = client.predict(api_name="/documents")
    assert [d["path"] for d in documents] == sorted(path.name for path in CORPUS.glob("[!.]*"))
    assert all(d.keys() == DOCUMENT for d in documents)


@pytest.mark.parametrize(
    ("endpoint", "arguments", "message"),
    [
        ("/ask", {"question": "  "}, "the question is empty"),
        ("/ask", {"question": ["a", "list"]}, "must be text"),
        ("/ask", {"question": "Why?", "documents": "ferry.md"}, "documents must be a list"),
        ("/ask", {"question": "Why?", "history": [["only a question"]]}, "history must be a list"),
        ("/search", {"words": "railway", "k": 0}, "k must be a whole number from 1 to 100"),
    ],
)
def test_a_mistake_is_reported_in_one_line(
    client: Client, endpoint: str, arguments: dict[str, Any], message: str
):
    with pytest.raises(AppError) as error:
        client.predict(**arguments, api_name=endpoint)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_there_are_no_other_endpoints(client: Client):
    described = client.view_api(return_format="dict", print_info=False)
    assert described["named_endpoints"].keys() == {"/ask", "/search", "/documents"}
    assert not described["unnamed_endpoints"]
    required = {
        name: [p["parameter_name"] for p in endpoint["parameters"] if not p["parameter_has_default"]]
        for name, endpoint in described["named_endpoints"].items()
    }
    assert required == {"/ask": ["question"], "/search": ["words"], "/documents": []}


@pytest.mark.slow
def test_an_unusable_address_is_reported_in_one_line(address: str, index: Path):
    code, lines = failed_start(index, GRADIO_SERVER_NAME="203.0.113.1")
    assert code == 1
    assert lines[-2] == "qa: anyone who can reach 203.0.113.1 can ask and read. Set QA_LOGIN=name:password"
    assert lines[-1].startswith("qa: cannot serve the page (")


@pytest.mark.slow
def test_a_missing_corpus_is_reported_in_one_line(tmp_path: Path):
    code, lines = failed_start(tmp_path / "index", tmp_path / "nowhere")
    assert code == 1
    assert len(lines) == 1
    assert "nowhere" in lines[0]


def test_half_a_character_does_no_harm(address: str, index: Path):
    half = "\\ud800"
    for argument in ('"question": "Who %s?"', '"question": "Who?", "documents": ["%s"]',
                     '"question": "And he?", "history": [["%s", "%s"]]'):  # fmt: skip
        body = "{" + argument.replace("%s", half) + "}"
        headers = {"Content-Type": "application/json"}
        started = httpx.post(
            f"{address}gradio_api/call/v2/ask", content=body, headers=headers, trust_env=False
        )
        stream = get(f"{address}gradio_api/call/ask/{started.json()['event_id']}", timeout=60).text
        assert "event: complete" in stream
    assert "Traceback" not in index.with_name("index.log").read_text()
