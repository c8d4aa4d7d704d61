"""What the page's script asks of its server: a function by its name, with an argument.

Gradio has a way for that (`server_functions`), but keeps a session of every hash that it is sent, takes files
as well, and tells the page nothing of what went wrong. Here nothing is kept, and every answer is JSON: what
the function gives, or a problem.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import anyio
from pydantic_core import from_json
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from qa.server.handlers import MISUNDERSTOOD

PATH = "/qa/call"
ROOM = 32 << 20  # bytes of all bodies at the same time; as objects they take up to 25 times as much
PATIENCE, SLOWEST = 20.0, 50_000  # a body is waited for so many seconds, and longer by its bytes a second
BUSY = "The server has too much to do at the moment: try again in a few seconds."
SLOW = "The question took too long to arrive: try again."
FAILED = "The server failed: its log says why."

Function = Callable[[Any], Awaitable[dict[str, Any]]]


def route(functions: Iterable[Function]) -> Route:
    """POST {"fn_name": NAME, "data": ARGUMENT}: the function of that name is called with the argument.

    Problems are {"problem": one line}, with the status 400 for what cannot be understood, 408 for what comes
    too slowly, 503 where too much comes at once, and 500, with a trace in the log, where a function fails.
    """
    return Route(PATH, _Calls(functions).answer, methods=["POST"])


class _Calls:
    def __init__(self, functions: Iterable[Function]) -> None:
        self._functions = {function.__name__: function for function in functions}
        self._held = 0  # bytes

    async def answer(self, request: Request) -> Response:
        length = int(request.headers.get("content-length", 0))  # which the guard has seen to
        if self._held + length > ROOM:
            return _problem(BUSY, 503)
        self._held += length
        try:
            return await self._answer(request, PATIENCE + length / SLOWEST)
        finally:
            self._held -= length

    async def _answer(self, request: Request, patience: float) -> Response:
        try:
            with anyio.fail_after(patience):
                content = await request.body()
            # Unlike json of Python it takes no NaN, no half characters, and nothing nested without an end.
            sent = from_json(content, allow_inf_nan=False)
            function, argument = self._functions[sent["fn_name"]], sent["data"]
        except TimeoutError:
            return _problem(SLOW, 408)
        except (ValueError, LookupError, TypeError):
            return _problem(MISUNDERSTOOD, 400)
        except ClientDisconnect:
            return Response(status_code=400)
        try:
            return JSONResponse(await function(argument))
        except Exception:
            logging.getLogger(__name__).exception("the function %s of the page failed", function.__name__)
            return _problem(FAILED, 500)


def _problem(line: str, status: int) -> Response:
    return JSONResponse({"problem": line}, status)
