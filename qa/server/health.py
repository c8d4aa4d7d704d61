"""GET /health, for whatever watches over the server: 200 while each index can be read, else 503.

It is answered without a login, and says nothing about the documents.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from qa.assistant import Assistant
from qa.server.middleware import HEALTH

KEPT_SECONDS = 1.0  # for which an answer is given again, so that asking all the time costs nothing


def route(*assistants: Assistant) -> Route:
    """The route of the health of some assistants."""
    return Route(HEALTH, _Health(assistants).answer, methods=["GET"])


class _Health:
    def __init__(self, assistants: Sequence[Assistant]) -> None:
        self._assistants = assistants
        self._lock = threading.Lock()
        self._seen: tuple[float, bool] | None = None  # when it was looked, and whether all was good

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
                good = all([_is_readable(assistant) for assistant in self._assistants])
                self._seen = time.monotonic(), good
            return good


def _is_readable(assistant: Assistant) -> bool:
    try:
        assistant.state()
    except Exception as error:
        logging.getLogger("qa").warning("the index cannot be read: %s", error)
        return False
    return True
