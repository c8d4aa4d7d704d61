"""GET /health, for whatever watches over the server: 200 while the index can be read, else 503.

It is answered without a login, and says nothing about the documents.
"""

from __future__ import annotations

import logging
import threading
import time

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from qa.assistant import Assistant
from qa.server.middleware import HEALTH

KEPT_SECONDS = 1.0  # for which an answer is given again, so that asking all the time costs nothing


def route(assistant: Assistant) -> Route:
    """The route of an assistant's health."""
    return Route(HEALTH, _Health(assistant).answer, methods=["GET"])


class _Health:
    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._lock = threading.Lock()
        self._seen: tuple[float, bool] | None = None  # when the index was looked at, and whether it was good

    async def answer(self, _: Request) -> Response:
        # The sign that the server itself is alive is that this is answered at all.
        good = self._recent()
        if good is None:
            good = await anyio.to_thread.run_sync(self._look)
        headers = {"Cache-Control": "no-store"}
        return JSONResponse({"ok": good}, 200 if good else 503, headers)

    def _recent(self) -> bool | None:
        if self._seen and time.monotonic() - self._seen[0] < KEPT_SECONDS:
            return self._seen[1]
        return None

    def _look(self) -> bool:
        with self._lock:
            good = self._recent()
            if good is None:
                good = self._index_is_readable()
                self._seen = time.monotonic(), good
            return good

    def _index_is_readable(self) -> bool:
        try:
            self._assistant.state()
        except Exception as error:
            logging.getLogger("qa").warning("the index cannot be read: %s", error)
            return False
        return True
