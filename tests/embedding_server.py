"""An OpenAI-compatible server of embeddings over any encoder, which can be told to misbehave.

`python tests/embedding_server.py` serves the default encoder and prints the address.
"""

from __future__ import annotations

import base64
import contextlib
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from qa.models.encoder import Encoder, encode_all

PATIENCE = 30.0  # seconds

Behaviour = Callable[["EmbeddingServer", dict[str, Any]], Response]


class EmbeddingServer:
    """What is served, and what was asked. Behaviours that are `planned` answer one request each, in order.

    Requests with more than `most` texts, or with a text of more than `longest` characters, are answered with
    413; those without the `key`, if there is one, with 401.
    """

    def __init__(self, encoder: Encoder, key: str = "") -> None:
        self.encoder = encoder
        self.key = key
        self.models = [encoder.name]
        self.most, self.longest = 1000, 100_000
        self.in_base64 = False
        self.always: Behaviour | None = None
        self.planned: deque[Behaviour] = deque()
        self.requests: list[dict[str, Any]] = []
        self.url = ""
        routes = [
            Route("/v1/models", self._list, methods=["GET"]),
            Route("/v1/embeddings", self._embed, methods=["POST"]),
        ]
        self.app = Starlette(routes=routes)

    @property
    def texts(self) -> list[str]:
        """The texts of all requests."""
        return [text for request in self.requests for text in request["input"]]

    async def _list(self, request: Request) -> Response:
        return JSONResponse({"object": "list", "data": [{"id": model} for model in self.models]})

    async def _embed(self, request: Request) -> Response:
        from anyio.to_thread import run_sync

        body = await request.json() | {"authorization": request.headers.get("authorization")}
        return await run_sync(self._answer, body)

    def _answer(self, body: dict[str, Any]) -> Response:
        self.requests.append(body)
        if self.key and body["authorization"] != f"Bearer {self.key}":
            return error(401, f"Incorrect API key: {body['authorization']}")
        if len(body["input"]) > self.most or max(map(len, body["input"])) > self.longest:
            return error(413, f"batch size > maximum allowed batch size {self.most}")
        if self.always:
            return self.always(self, body)
        if self.planned:
            return self.planned.popleft()(self, body)
        return self.vectors(encode_all(self.encoder, body["input"]))

    def vectors(self, rows: Any) -> Response:
        """The response with these vectors, the last of them first."""
        entries = [{"index": n, "embedding": self._encoded(row)} for n, row in enumerate(rows)]
        return NumbersResponse({"object": "list", "model": self.encoder.name, "data": entries[::-1]})

    def _encoded(self, row: Any) -> Any:
        if self.in_base64:
            return base64.b64encode(np.asarray(row, "<f4").tobytes()).decode()
        return np.asarray(row, np.float64).tolist()


class NumbersResponse(JSONResponse):
    """JSON that may hold NaN, as Python writes it."""

    def render(self, content: Any) -> bytes:
        import json

        return json.dumps(content).encode()


class Broken(Response):
    """A response that ends in its middle."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"data": [', "more_body": True})


def error(status: int, message: str, **headers: str) -> Response:
    """An error as OpenAI words it."""
    return JSONResponse({"error": {"message": message}}, status, headers)


def failing(status: int, message: str = "out of order", **headers: str) -> Behaviour:
    """Answer with an error. `retry_after` is the header of that name."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda server, body: error(status, message, **named)


def breaking_off(server: EmbeddingServer, body: dict[str, Any]) -> Response:
    """Close the connection within the response."""
    return Broken()


def changing(change: Callable[[np.ndarray[Any, Any]], Any]) -> Behaviour:
    """Answer with vectors to which something was done, given as (texts, dimension)."""
    return lambda server, body: server.vectors(change(encode_all(server.encoder, body["input"])))


@contextlib.contextmanager
def served(server: EmbeddingServer, port: int = 0) -> Iterator[Callable[[], None]]:
    """Serve on this machine until the end, or until what is yielded is called. Sets `server.url`."""
    listening = socket.create_server(("127.0.0.1", port))
    config = uvicorn.Config(server.app, log_level="critical", timeout_graceful_shutdown=1)
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + PATIENCE
    while not running.started:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    server.url = f"http://127.0.0.1:{listening.getsockname()[1]}/v1"

    def stop() -> None:
        running.should_exit = True
        thread.join(PATIENCE)
        listening.close()

    try:
        yield stop
    finally:
        stop()


if __name__ == "__main__":
    from qa.models.encoder import find_encoder

    default = EmbeddingServer(find_encoder())
    with served(default):
        print(default.url, flush=True)
        threading.Event().wait()
