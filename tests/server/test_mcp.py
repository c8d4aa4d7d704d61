"""The three tools as clients of the Model Context Protocol see them, served by the real app.py."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from anyio import CapacityLimiter
from conftest import python
from mcp import ClientSession, McpError
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult
from serving import CORPUS, app

from qa.assistant import Assistant
from qa.server import mcp as tools

QUESTION = "How much would the railway to Pakistan cost?"
LOGIN = "ada:s3cret"
T = TypeVar("T")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mcp") / "index"


@pytest.fixture(scope="module")
def address(index: Path) -> Iterator[str]:
    with app(index, QA_LOGIN=LOGIN, QA_READER="") as address:
        yield f"{address}gradio_api/mcp/"


@pytest.fixture(scope="module")
def local(address: str, index: Path) -> Iterator[Assistant]:
    """The same index, opened from Python."""
    with Assistant.open(CORPUS, index) as assistant:
        yield assistant


def session(address: str, use: Callable[[ClientSession], Awaitable[T]], login: str = LOGIN) -> T:
    """Connect as a client does, use the session, and disconnect."""
    auth = httpx.BasicAuth(*login.split(":")) if login else None

    async def connect() -> T:
        async with httpx.AsyncClient(auth=auth, trust_env=False, timeout=60) as client:
            async with streamable_http_client(address, http_client=client) as (read, write, _):
                async with ClientSession(read, write) as session:
                    await session.initialize()
                    return await use(session)

    return asyncio.run(connect())


def call(address: str, tool: str, **arguments: Any) -> CallToolResult:
    return session(address, lambda session: session.call_tool(tool, arguments))


def result(address: str, tool: str, **arguments: Any) -> Any:
    """The value that a tool returns, which is the same in its text and its structure."""
    done = call(address, tool, **arguments)
    assert not done.isError
    (content,) = done.content
    value = json.loads(content.text)
    assert done.structuredContent == (value if isinstance(value, dict) else {"result": value})
    return value


def test_there_are_three_tools_and_nothing_else(address: str):
    async def tool_names(session: ClientSession) -> list[str]:
        for other in (session.list_resources, session.list_resource_templates, session.list_prompts):
            with pytest.raises(McpError):
                await other()
        capabilities = session.get_server_capabilities()
        assert capabilities.model_dump(exclude_none=True).keys() == {"experimental", "tools"}
        return [tool.name for tool in (await session.list_tools()).tools]

    assert session(address, tool_names) == ["search", "ask", "documents"]


def test_the_tools_describe_themselves_and_their_parameters(address: str):
    async def tools_by_name(session: ClientSession) -> dict[str, Any]:
        return {tool.name: tool for tool in (await session.list_tools()).tools}

    descriptions = session(address, tools_by_name)
    parameters = {
        name: {
            parameter: schema.get("default", "required")
            for parameter, schema in tool.inputSchema["properties"].items()
        }
        for name, tool in descriptions.items()
    }
    chosen = dict.fromkeys(("folder", "type", "author", "since", "until"))
    assert parameters == {
        "search": {"words": "required", "k": 5, "documents": None, **chosen},
        "ask": {"question": "required", "documents": None, "history": None, **chosen},
        "documents": {},
    }
    assert descriptions["search"].inputSchema["required"] == ["words"]
    assert descriptions["ask"].inputSchema["required"] == ["question"]
    for tool in descriptions.values():
        assert tool.annotations.readOnlyHint
        assert tool.description.splitlines()[0].endswith(".")
        assert all(schema["description"] for schema in tool.inputSchema["properties"].values())


def test_they_return_the_same_as_in_python(address: str, local: Assistant):
    assert result(address, "documents") == [document.as_dict() for document in local.documents()]
    hits = [hit.as_dict() for hit in local.search("railway to the sea", k=3)]
    assert result(address, "search", words="railway to the sea", k=3) == json.loads(json.dumps(hits))
    answer = local.ask(QUESTION).as_dict()
    assert result(address, "ask", question=QUESTION) == json.loads(json.dumps(answer))
    assert answer["answered"]


def test_ask_is_limited_to_documents_and_takes_a_history(address: str, local: Assistant):
    last = local.documents()[-1].id
    limited = result(address, "ask", question=QUESTION, documents=[last])
    assert {hit["document"]["id"] for hit in limited["nearest"]} == {last}
    earlier = "How much is the trade between Kazakhstan and Pakistan?"
    history = [[earlier, local.ask(earlier).text]]
    followup = result(address, "ask", question="And with Kyrgyzstan?", history=history)
    assert followup["understood"] == "How much is the trade between Kyrgyzstan and Pakistan?"
    assert "$7.7 million" in " ".join(citation["quote"] for citation in followup["citations"])


@pytest.mark.parametrize(
    ("tool", "arguments", "message"),
    [
        ("ask", {"question": "  "}, "the question is empty"),
        ("ask", {}, "ask: missing a required argument: 'question'"),
        ("ask", {"question": "Why?", "model": "x"}, "ask: got an unexpected keyword argument 'model'"),
        ("ask", {"question": {"path": "/etc/passwd"}}, "the first argument must be text"),
        ("search", {"words": "railway", "k": "five"}, "k must be a whole number from 1 to 100"),
        ("search", {"words": "railway", "documents": "all"}, "documents must be a list of document ids"),
        ("remove", {}, "there is no tool 'remove'. Use one of search, ask, documents"),
    ],
)
def test_a_mistake_is_reported_in_one_line(address: str, tool: str, arguments: dict[str, Any], message: str):
    done = call(address, tool, **arguments)
    assert done.isError
    (content,) = done.content
    assert message in content.text
    assert "\n" not in content.text


def test_without_the_login_there_are_no_tools(address: str):
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    for headers in ({}, {"Authorization": "Basic YTpi"}):
        for url in (address, address.rstrip("/")):
            answer = httpx.post(url, json=body, headers=headers, trust_env=False, timeout=30)
            assert answer.status_code == 401
            assert answer.json().keys() == {"error"}


def test_requests_are_plain_json_over_post(address: str):
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "documents"}}
    sent: dict[str, Any] = {"auth": httpx.BasicAuth("ada", "s3cret"), "trust_env": False}
    accept = {"Accept": "application/json, text/event-stream"}
    for url in (address, address.rstrip("/")):
        answer = httpx.post(url, json=body, headers=accept, **sent)
        assert len(answer.json()["result"]["structuredContent"]["result"]) == 5
        assert httpx.get(url, **sent).status_code == 405
    foreign = {**accept, "Origin": "https://example.invalid"}
    assert httpx.post(address, json=body, headers=foreign, **sent).status_code == 403


def test_the_details_of_a_failure_stay_in_the_log(caplog: pytest.LogCaptureFixture):
    def broken() -> None:
        """Fail."""
        raise ValueError("a secret of the server")

    with pytest.raises(tools.QAError, match=r"^the server failed\. Its log says why$"):
        asyncio.run(tools._Tools({"broken": broken}, CapacityLimiter(1))._call("broken", {}))
    assert "a secret of the server" in caplog.text


def test_the_protocol_is_not_loaded_until_it_is_used():
    done = python(
        "import sys, qa.server.mcp, qa.server.middleware\nprint({'mcp', 'gradio'} & sys.modules.keys())"
    )
    assert done.stdout == "set()\n", done.stderr
