"""The endpoints as tools of the Model Context Protocol, for programs that answer with the help of others.

Gradio can make tools of its endpoints as well: it then asks itself over HTTP, which it would have to log in
for, and hands on what it gets as Python prints it. Here they are called, and their JSON is handed on. The
protocol's package is imported with the first request, so that starting costs nothing.
"""

from __future__ import annotations

import functools
import inspect
import json
import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import anyio.to_thread
from pydantic import TypeAdapter
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from qa.errors import QAError, QuestionError

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server
    from mcp.types import CallToolResult, Tool

PATH = "/gradio_api/mcp"  # where Gradio would serve them
NAME = "qa"
INSTRUCTIONS = (
    "A folder of documents. `ask` answers a question in the documents' own words, with exact quotes and "
    "where they stand, or says that the documents do not answer it; `search` gives the passages nearest to "
    "some words; `documents` lists what there is. Cite the quotes as they are."
)

Function = Callable[..., Any]


def routes(functions: dict[str, Function], concurrency: int) -> list[Route]:
    """Serve functions as tools at PATH, so many at a time. What is wrong with a call they tell by QAError."""
    tools = _Tools(functions, concurrency)
    return [Route(PATH + slash, endpoint=tools) for slash in ("", "/")]


class _Tools:
    """ASGI: each request is answered by itself, as JSON; nothing is kept between two."""

    def __init__(self, functions: dict[str, Function], concurrency: int) -> None:
        self._functions = functions
        self._limiter = anyio.CapacityLimiter(concurrency)
        self._lock = threading.Lock()
        self._server: Server[Any, Any] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":
            message = "programs speak the Model Context Protocol here, by POST"
            await JSONResponse({"error": message}, 405, {"Allow": "POST"})(scope, receive, send)
            return
        server = await anyio.to_thread.run_sync(self._loaded)
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        manager = StreamableHTTPSessionManager(server, json_response=True, stateless=True)
        async with manager.run():
            await manager.handle_request(scope, receive, send)

    def _loaded(self) -> Server[Any, Any]:
        with self._lock:
            if self._server is None:
                self._server = self._made()
            return self._server

    def _made(self) -> Server[Any, Any]:
        from mcp.server.lowlevel import Server

        server: Server[Any, Any] = Server(NAME, instructions=INSTRUCTIONS)
        described = [_described(name, function) for name, function in self._functions.items()]

        @server.list_tools()  # type: ignore[no-untyped-call, untyped-decorator]
        async def listed() -> list[Tool]:
            return described

        # The functions look at their arguments themselves, and say in one line what is wrong with them.
        @server.call_tool(validate_input=False)  # type: ignore[untyped-decorator]
        async def called(name: str, arguments: dict[str, Any]) -> CallToolResult:
            return _told(await self._call(name, arguments))

        return server

    async def _call(self, name: str, arguments: dict[str, Any]) -> Any:
        """What the function returns. Raises QAError, whose message the caller is told."""
        call = _bound(self._functions, name, arguments)
        try:
            return await anyio.to_thread.run_sync(call, limiter=self._limiter)
        except QAError:
            raise
        except Exception as error:
            logging.getLogger(__name__).exception("the tool %s failed", name)
            raise QAError("the server failed; its log says why") from error


def _bound(functions: dict[str, Function], name: str, arguments: dict[str, Any]) -> Callable[[], Any]:
    """The call, not yet made. Raises QuestionError where there is no such tool or parameter."""
    function = functions.get(name)
    if function is None:
        raise QuestionError(f"there is no tool {name!r:.80}; there are {', '.join(functions)}")
    try:
        inspect.signature(function).bind(**arguments)
    except TypeError as error:
        raise QuestionError(f"{name}: {error}"[:200]) from error
    return functools.partial(function, **arguments)


def _described(name: str, function: Function) -> Tool:
    """A function as its signature, the descriptions in it, and its docstring have it."""
    from mcp.types import Tool, ToolAnnotations

    only_reads = ToolAnnotations(
        readOnlyHint=True, destructiveHint=False, idempotentHint=True, openWorldHint=False
    )
    return Tool(
        name=name,
        description=inspect.getdoc(function),
        inputSchema=TypeAdapter(cast(Any, function)).json_schema(),
        annotations=only_reads,
    )


def _told(value: Any) -> CallToolResult:
    """A value as JSON text and as it is, which by the protocol is an object: a list is put into one."""
    from mcp.types import CallToolResult, TextContent

    text = TextContent(type="text", text=json.dumps(value, ensure_ascii=False))
    structured = value if isinstance(value, dict) else {"result": value}
    return CallToolResult(content=[text], structuredContent=structured)
