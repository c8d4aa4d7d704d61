"""The functions for other programs over plain HTTP: one request, one answer, JSON in both directions.

POST /api/ask, GET /api/search and GET /api/documents return what `as_dict` returns. /api/openapi.json
describes them. Every problem is {"error": one line} with the status that says whose it is.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import anyio
import anyio.to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from qa.errors import (
    CorpusError,
    ModelError,
    QAError,
    QuestionError,
    StaleDocument,
    StoreError,
    UnknownDocument,
)
from qa.server import openapi
from qa.server.functions import FAILED, MAX_WAITING, Function, bound
from qa.server.routes import Arguments, NotReceived

PATH = "/api"
DESCRIPTION = "openapi.json"
_METHODS = {"ask": "POST", "search": "GET", "documents": "GET", DESCRIPTION: "GET"}
_LISTS = ("documents", "folder", "type", "author")  # parameters of a query that may be given several times
_NOT_RECEIVED = {
    400: "the body is not a JSON object in UTF-8",
    408: "the body took too long to arrive. Try again",
    503: "the server is too busy. Try again in a few seconds",
}
_STATUSES: tuple[tuple[type[QAError], int], ...] = (  # the first that fits; else 500
    (QuestionError, 400),
    (UnknownDocument, 404),
    (StaleDocument, 503),
    (StoreError, 503),
    (CorpusError, 503),
    (ModelError, 503),
)


def routes(functions: dict[str, Function], limiter: anyio.CapacityLimiter) -> list[Route]:
    """Serve functions below PATH, as many at a time as `limiter` lets. They raise QAError for bad calls."""
    return [Route(PATH + "/{name:path}", endpoint=_Interface(functions, limiter))]


class _Interface:
    """An ASGI app, so that it sees all methods and answers all of them as JSON."""

    def __init__(self, functions: dict[str, Function], limiter: anyio.CapacityLimiter) -> None:
        self._functions = functions
        self._limiter = limiter
        self._arguments = Arguments()
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except ClientDisconnect:
            response = Response(status_code=400)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        name: str = request.path_params["name"]
        method = _METHODS.get(name)
        if method is None:
            return _error(f"not served here. {PATH}/{DESCRIPTION} describes what is", 404)
        if request.method != method:
            return _error(f"use {method}", 405, {"Allow": method})
        if name == DESCRIPTION:
            prefix: str = request.scope.get("root_path", "")  # a proxy's
            return JSONResponse(openapi.description(self._functions, prefix + PATH))
        try:
            if method == "GET":
                return await self._call(name, _query(request))
            async with self._arguments.received(request) as arguments:
                if not isinstance(arguments, dict):
                    raise NotReceived(400)
                return await self._call(name, arguments)
        except NotReceived as error:
            return _error(_NOT_RECEIVED[error.status], error.status)
        except QAError as error:
            return _error(
                str(error), next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)
            )
        except ClientDisconnect:
            raise
        except Exception:
            logging.getLogger(__name__).exception("the function %s failed", name)
            return _error(FAILED, 500)

    async def _call(self, name: str, arguments: dict[str, Any]) -> Response:
        call: Callable[[], Any] = bound(self._functions, name, arguments)
        if self._waiting >= MAX_WAITING:
            raise NotReceived(503)
        self._waiting += 1
        try:
            return JSONResponse(await anyio.to_thread.run_sync(call, limiter=self._limiter))
        finally:
            self._waiting -= 1


def _query(request: Request) -> dict[str, Any]:
    """The arguments in a query. Raises QuestionError if one is given twice that has one value."""
    arguments: dict[str, Any] = {}
    for name, value in request.query_params.multi_items():
        if name in _LISTS:
            arguments.setdefault(name, []).append(value)
        elif name in arguments:
            raise QuestionError(f"{name!r:.80} is given twice")
        else:
            arguments[name] = int(value) if name == "k" and value.isascii() and value.isdecimal() else value
    return arguments


def _error(message: str, status: int, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"error": message}, status, headers)
