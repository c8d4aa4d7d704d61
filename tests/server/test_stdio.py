"""`qa mcp`: the tools over standard input and output, for a program that starts it."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from conftest import HERE, QUESTION
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from serving import CORPUS, environment

from qa.assistant import Assistant

T = TypeVar("T")

# The small corpus, and a search that prints in every way that could get between the lines of the protocol.
SERVER = """
import os, subprocess, sys
from pathlib import Path
from conftest import WordEncoder
from qa.assistant import Assistant
from qa.errors import StoreError
from qa.server import stdio
from qa.settings import Settings

class Talkative(Assistant):
    def search(self, words, k=5, documents=None, rerank=True):
        print("printed", flush=True)
        os.write(1, b"written\\n")
        subprocess.run([sys.executable, "-c", "import sys; print('child', sys.stdin.read())"], check=True)
        if words == "fail":
            raise ValueError("a secret of the server")
        if words == "stale":
            raise StoreError("the index is stale. Run qa sync")
        return super().search(words, k, documents, rerank)

folder = Path(sys.argv[1])
stdio.serve(Talkative(Settings(folder / "corpus", folder / "index"), WordEncoder()))
print("torch" in sys.modules)
"""


@pytest.fixture
def parameters(synced: Assistant, tmp_path: Path) -> StdioServerParameters:
    """What starts the server over the small corpus."""
    paths = f"{HERE}:{HERE.parent}"
    arguments = ["-c", SERVER, str(tmp_path)]
    return StdioServerParameters(command=sys.executable, args=arguments, env={"PYTHONPATH": paths})


def session(parameters: StdioServerParameters, use: Callable[[ClientSession], Awaitable[T]]) -> T:
    """Start the server as a client does, use a session, and end it."""

    async def connect() -> T:
        async with stdio_client(parameters) as streams, ClientSession(*streams) as session:
            await session.initialize()
            return await use(session)

    return asyncio.run(asyncio.wait_for(connect(), 60))


def test_the_tools_are_those_over_http_and_return_the_same(
    parameters: StdioServerParameters, synced: Assistant
):
    async def use(session: ClientSession) -> tuple[list[str], Any, Any, Any]:
        tools = (await session.list_tools()).tools
        assert all(tool.annotations and tool.annotations.readOnlyHint for tool in tools)
        names = [tool.name for tool in tools]
        documents = await session.call_tool("documents", {})
        hits = await session.call_tool("search", {"words": "the bridge at Osk", "k": 2})
        answer = await session.call_tool("ask", {"question": QUESTION})
        return names, documents.structuredContent, hits.structuredContent, answer.structuredContent

    names, documents, hits, answer = session(parameters, use)
    assert names == ["search", "ask", "documents"]
    assert documents == {"result": [document.as_dict() for document in synced.documents()]}
    expected = [hit.as_dict() for hit in synced.search("the bridge at Osk", k=2)]
    assert hits == {"result": json.loads(json.dumps(expected))}
    assert answer == json.loads(json.dumps(synced.ask(QUESTION).as_dict()))


@pytest.mark.parametrize(
    ("tool", "arguments", "message"),
    [
        ("ask", {"question": " "}, "the question is empty. Type a question"),
        ("search", {"words": "bridge", "k": 0}, "k must be a whole number from 1 to 100"),
        ("search", {"words": "stale"}, "the index is stale. Run qa sync"),
        ("search", {"words": "fail"}, "the server failed. Its log says why"),
        ("remove", {}, "there is no tool 'remove'. Use one of search, ask, documents"),
    ],
)
def test_what_goes_wrong_is_an_error_of_the_tool(
    parameters: StdioServerParameters, tool: str, arguments: dict[str, Any], message: str
):
    result = session(parameters, lambda session: session.call_tool(tool, arguments))
    assert result.isError
    assert [message] == [content.text for content in result.content]


def test_a_folder_that_was_never_indexed_is_told(tmp_path: Path):
    (tmp_path / "papers").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "qa", "mcp", str(tmp_path / "papers")],
        input="", capture_output=True, text=True, timeout=60, env=environment(tmp_path / "index"),
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == f"qa: nothing is indexed yet. Run qa sync {tmp_path / 'papers'}\n"


def messages(*calls: dict[str, Any]) -> str:
    """The lines that a client sends: it introduces itself, then calls tools."""
    client = {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "t", "version": "1"},
    }
    sent: list[dict[str, Any]] = [
        {"id": 0, "method": "initialize", "params": client},
        {"method": "notifications/initialized"},
        *({"id": n, "method": "tools/call", "params": call} for n, call in enumerate(calls, start=1)),
    ]
    return "".join(json.dumps({"jsonrpc": "2.0", **message}) + "\n" for message in sent)


def conversation(
    command: list[str], text: str, answers: int, env: dict[str, str]
) -> tuple[list[Any], str, int]:
    """What the server says on stdout and stderr, with its exit code, if the input ends after its answers."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, env=env, **pipes) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdin.write(text)
        process.stdin.flush()
        lines = [process.stdout.readline() for _ in range(answers)]
        process.stdin.close()
        rest, errors = process.stdout.read(), process.stderr.read()
        assert rest == ""
    return [json.loads(line) for line in lines], errors, process.returncode


def test_nothing_but_the_protocol_is_on_stdout_and_the_end_of_the_input_ends_it(
    parameters: StdioServerParameters,
):
    text = messages({"name": "search", "arguments": {"words": "bridge"}}) + "no JSON\n"
    command, env = [parameters.command, *parameters.args], parameters.env or {}
    answers, errors, code = conversation(command, text, 2, env)
    assert code == 0
    assert {answer.get("id") for answer in answers} <= {0, 1, None}
    for printed in ("printed\n", "written\n", "child \n"):
        assert printed in errors
    assert errors.endswith("False\n")  # no model has been loaded


@pytest.mark.slow
def test_the_command_serves_a_folder(tmp_path: Path):
    env = environment(tmp_path / "index")
    qa = [sys.executable, "-m", "qa"]
    subprocess.run([*qa, "sync"], env=env, check=True, capture_output=True, timeout=120)
    call = {"name": "ask", "arguments": {"question": "How much would the railway to Pakistan cost?"}}
    answers, errors, code = conversation([*qa, "mcp", "--corpus", str(CORPUS)], messages(call), 2, env)
    assert code == 0, errors
    assert "$7 billion" in json.dumps(answers[1])
    assert errors == ""


@pytest.mark.slow
def test_what_it_cannot_start_with_is_one_line(tmp_path: Path):
    env = environment(tmp_path / "index", QA_MODEL="no/such-model")
    done = subprocess.run(
        [sys.executable, "-m", "qa", "mcp"], env=env, capture_output=True, text=True, timeout=60, input=""
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("qa: ")
    assert done.stderr.count("\n") == 1
