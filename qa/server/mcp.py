"""The endpoints as tools of the Model Context Protocol, for programs such as AI assistants.

Gradio can make tools from its endpoints too, but it would call itself over HTTP, would have to log in for
that, and would pass results on as Python prints them. Here the functions are called directly and their
results passed on as JSON. The protocol's package is imported at the first request, so that starting costs
nothing.
"""

from __future__ import annotations

import inspect
import json
import logging
import threading
from typing import TYPE_CHECKING, Any, cast

import anyio.to_thread
from pydantic import TypeAdapter
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from qa.errors import QAError
from qa.server.functions import FAILED, Function, bound

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server
    from mcp.types import CallToolResult, Tool

PATH = "/gradio_api/mcp"  # where Gradio would serve the tools
NAME = "qa"
INSTRUCTIONS = (
    "A folder of documents. `ask` answers a question in the documents' own words, with exact quotes and "
    "their places, or says that the documents do not answer it. `search` finds the passages nearest to some "
    "words. `documents` lists all documents. Cite quotes without changing them."
)


def routes(functions: dict[str, Function], limiter: anyio.CapacityLimiter) -> list[Route]:
    """Serve functions as tools at PATH, some at a time. They raise QAError for bad calls."""
    tools = _Tools(functions, limiter)
    return [Route(PATH + slash, endpoint=tools) for slash in ("", "/")]


def protocol_server(functions: dict[str, Function], limiter: anyio.CapacityLimiter) -> Server[Any, Any]:
    """Functions as tools for any transport, as `routes` serves them over HTTP."""
    return _Tools(functions, limiter).load()


class _Tools:
    """An ASGI app that answers each request on its own, as JSON, and keeps nothing between requests."""

    def __init__(self, functions: dict[str, Function], limiter: anyio.CapacityLimiter) -> None:
        self._functions = functions
        self._limiter = limiter
        self._lock = threading.Lock()
        self._server: Server[Any, Any] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":
            message = "only the Model Context Protocol is served here. Use POST"
            await JSONResponse({"error": message}, 405, {"Allow": "POST"})(scope, receive, send)
            return
        server = await anyio.to_thread.run_sync(self.load)
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        manager = StreamableHTTPSessionManager(server, json_response=True, stateless=True)
        async with manager.run():
            await manager.handle_request(scope, receive, send)

    def load(self) -> Server[Any, Any]:
        """The protocol's server, made when it is first needed."""
        with self._lock:
            if self._server is None:
                self._server = self._new_server()
            return self._server

    def _new_server(self) -> Server[Any, Any]:
        from mcp.server.lowlevel import Server

        server: Server[Any, Any] = Server(NAME, instructions=INSTRUCTIONS)
        tools = [_tool(name, function) for name, function in self._functions.items()]

        @server.list_tools()  # type: ignore[no-untyped-call, untyped-decorator]
        async def list_tools() -> list[Tool]:
            return tools

        # The functions check their arguments themselves, and report what is wrong in one line.
        @server.call_tool(validate_input=False)  # type: ignore[untyped-decorator]
        async def call_tool(name: str, arguments: dict[str, Any]) -> CallToolResult:
            return _result(await self._call(name, arguments))

        return server

    async def _call(self, name: str, arguments: dict[str, Any]) -> Any:
        """The value that the function returns. Raises QAError, whose message is for the caller."""
        call = bound(self._functions, name, arguments)
        try:
            return await anyio.to_thread.run_sync(call, limiter=self._limiter)
        except QAError:
            raise
        except Exception as error:
            logging.getLogger(__name__).exception("the tool %s failed", name)
            raise QAError(FAILED) from error


def _tool(name: str, function: Function) -> Tool:
    """The description of a function, from its docstring, its signature and the descriptions in that."""
    from mcp.types import Tool, ToolAnnotations

    read_only = ToolAnnotations(
        readOnlyHint=True, destructiveHint=False, idempotentHint=True, openWorldHint=False
    )
    return Tool(
        name=name,
        description=inspect.getdoc(function),
        inputSchema=TypeAdapter(cast(Any, function)).json_schema(),
        annotations=read_only,
    )


def _result(value: Any) -> CallToolResult:
    """A value as JSON text and as structure, which must be an object, so a list is put into one."""
    from mcp.types import CallToolResult, TextContent

    text = TextContent(type="text", text=json.dumps(value, ensure_ascii=False))
    structured = value if isinstance(value, dict) else {"result": value}
    return CallToolResult(content=[text], structuredContent=structured)
