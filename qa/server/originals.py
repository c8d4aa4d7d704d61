"""The files behind documents: pictures of their pages, and the files themselves where that is allowed.

A file is named by the id of its document and never by a path, and it is only sent as long as it is the file
that was indexed. It is sent to be saved, not to be shown: a browser must not run what is in it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from urllib.parse import quote

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from qa.assistant import Assistant
from qa.documents.reading import page_picture
from qa.errors import CorpusError, QAError
from qa.recent import Recent
from qa.server.html.elements import sentence
from qa.server.limits import Limits

PICTURES = 40  # that are kept, each of a few hundred kilobytes
HOUR = 3600  # seconds for which a browser keeps a picture
_SAVED = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}


def original_routes(assistant: Assistant, download: bool, limits: Limits | None = None) -> list[Route]:
    """GET /picture?document=ID&page=N&version=DIGEST; GET /original?document=ID if `download` allows it.

    Problems are {"problem": one line}, with status 404.
    """
    files = _Files(assistant, (limits or Limits()).drawing)
    routes = [Route("/picture", partial(files.answer, files.picture), methods=["GET"])]
    if download:
        routes.append(Route("/original", partial(files.answer, files.original), methods=["GET"]))
    return routes


class _Files:
    def __init__(self, assistant: Assistant, limiter: anyio.CapacityLimiter) -> None:
        self._assistant = assistant
        self._pictures: Recent[tuple[str, bytes]] = Recent(PICTURES)
        self._limiter = limiter

    async def answer(self, function: Callable[[Request], Response], request: Request) -> Response:
        try:
            return await anyio.to_thread.run_sync(function, request, limiter=self._limiter)
        except QAError as error:
            return JSONResponse({"problem": sentence(str(error))}, 404)

    def picture(self, request: Request) -> Response:
        """The picture of a page of a PDF, from the file of the version that the page knows."""
        query = request.query_params
        original = self._assistant.original(query.get("document", ""))
        number = query.get("page", "")
        if not (number.isascii() and number.isdecimal() and len(number) < 6):
            raise CorpusError("no such page")
        if query.get("version") != original.digest or not original.name.lower().endswith(".pdf"):
            raise CorpusError("no such picture")
        key = f"{original.digest} {int(number)}"
        kind, content = self._pictures.get(key) or page_picture(original.content, int(number))
        self._pictures.keep(key, (kind, content))
        return Response(content, headers={"Cache-Control": f"private, max-age={HOUR}"}, media_type=kind)

    def original(self, request: Request) -> Response:
        """The file of a document, to be saved."""
        original = self._assistant.original(request.query_params.get("document", ""))
        saved = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(original.name, safe='')}"}
        return Response(original.content, headers=_SAVED | saved, media_type="application/octet-stream")
