"""The page's requests over HTTP: a route for each function, and one for uploaded files.

Gradio has both, but its functions (`server_functions`) keep a session for every hash that they are sent, take
files as well, and give the page no reason if something fails; and it keeps uploads in a folder that it serves
from. Here no session is kept, no file is served, and every answer is JSON.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
from pydantic_core import from_json
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from qa.assistant import Assistant
from qa.corpus.contents import walk
from qa.corpus.folder import Placement, safe_name
from qa.documents.formats import check_size
from qa.errors import CorpusError, QAError
from qa.server.handlers import MISUNDERSTOOD, Argument, Handler
from qa.server.html.elements import sentence
from qa.server.limits import Limits
from qa.server.middleware import may_change

PATIENCE, MIN_SPEED = 20.0, 50_000  # a body may take so many seconds, and longer by its bytes per second
MAX_HELD = 32 << 20  # bytes of all arguments at the same time; as objects they take up to 25 times as much
BUSY = "The server is too busy. Try again in a few seconds."
SLOW = "The question took too long to arrive. Try again."
FAILED = "The server failed. Its log says why."
_NOT_RECEIVED = {400: MISUNDERSTOOD, 408: SLOW, 503: BUSY}
MAX_FILES, MAX_TOTAL_BYTES = 5_000, 4_000_000_000  # in the folder, beyond which no upload is accepted
MIN_FREE_BYTES = 1_000_000_000  # on its disk, after an upload
SLOW_FILE = "the file took too long to arrive. Try again"


def routes(functions: Iterable[Handler], assistant: Assistant, limits: Limits | None = None) -> list[Route]:
    """POST /NAME for each function, with its argument as JSON; PUT /upload?name=NAME&replace=yes for a file;
    GET /session for what the sender may do.

    Problems are {"problem": one line}. Their status is 400 if a request cannot be understood or accepted, 408
    if it arrives too slowly, 503 if too much arrives at once, and 500 if a function fails (the traceback is
    in the log) or a file cannot be stored. An uploaded file is added to the corpus if it can be read: the
    answer has its `path` there, and `known` says if the same content was there already. Otherwise it has the
    `problem`, and `exists` says if `replace` would help.
    """
    calls = _Calls()
    return [
        *(Route(f"/{f.__name__}", partial(calls.answer, f), methods=["POST"]) for f in functions),
        Route("/upload", _Uploads(assistant, limits or Limits()).answer, methods=["PUT"]),
        Route("/session", _session, methods=["GET"]),
    ]


async def _session(request: Request) -> Response:
    """What the sender may do here."""
    return JSONResponse({"may_change": may_change(request)}, headers={"Cache-Control": "no-store"})


def _content_length(request: Request) -> int:
    """The length of the body as announced by its sender; 0 if it is missing or not a number."""
    length = request.headers.get("content-length", "")
    return int(length) if len(length) < 20 and length.isdecimal() else 0


def _time_limit(length: int) -> float:
    """Seconds in which a body of that length has to arrive."""
    return PATIENCE + length / MIN_SPEED


def _problem(line: str, status: int) -> Response:
    return JSONResponse({"problem": line}, status)


# --- functions -----------------------------------------------------------------------------------


class NotReceived(Exception):
    """There is no argument: it cannot be understood (400), is too slow (408), or too much is held (503)."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Arguments:
    """Receives arguments as JSON. What is held at the same time has a limit."""

    def __init__(self) -> None:
        self._held = 0  # bytes

    @asynccontextmanager
    async def received(self, request: Request) -> AsyncIterator[Any]:
        """The argument in the body, for as long as it is used. Raises NotReceived, ClientDisconnect."""
        length = _content_length(request)
        if self._held + length > MAX_HELD:
            raise NotReceived(503)
        self._held += length
        try:
            yield await _json(request, _time_limit(length))
        finally:
            self._held -= length


async def _json(request: Request, seconds: float) -> Any:
    try:
        with anyio.fail_after(seconds):
            content = await request.body()
        # Unlike Python's json, this accepts no NaN, no half characters and no endless nesting.
        return from_json(content, allow_inf_nan=False)
    except TimeoutError:
        raise NotReceived(408) from None
    except ValueError:
        raise NotReceived(400) from None


class _Calls:
    def __init__(self) -> None:
        self._arguments = Arguments()

    async def answer(self, function: Handler, request: Request) -> Response:
        try:
            async with self._arguments.received(request) as argument:
                return JSONResponse(await function(argument))
        except NotReceived as error:
            return _problem(_NOT_RECEIVED[error.status], error.status)
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception:
            logging.getLogger(__name__).exception("the function %s of the page failed", function.__name__)
            return _problem(FAILED, 500)


# --- files ---------------------------------------------------------------------------------------


class _Uploads:
    """Receives files, but never fills the disk: their number, size and the free space have limits."""

    def __init__(self, assistant: Assistant, limits: Limits) -> None:
        self._assistant = assistant
        self._limits = limits

    async def answer(self, request: Request) -> Response:
        name, replace = request.query_params.get("name", ""), bool(request.query_params.get("replace"))
        length = _content_length(request)
        try:
            safe_name(name)
            check_size(length)
            async with self._limits.receiving:
                with tempfile.TemporaryDirectory(prefix="qa-upload-") as folder:
                    received = Path(folder, "file")
                    with anyio.fail_after(_time_limit(length)):
                        await _receive(request, received)
                    outcome = await anyio.to_thread.run_sync(
                        _place, self._assistant, name, received, replace, limiter=self._limits.reading
                    )
        except TimeoutError:
            return _problem(sentence(SLOW_FILE), 408)
        except QAError as error:
            return _problem(sentence(str(error)), 400)
        except OSError as error:
            problem = f"cannot store the file while it is read ({error.strerror}). Make room for it"
            return _problem(sentence(problem), 500)
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception:
            logging.getLogger(__name__).exception("an upload failed")
            return _problem(FAILED, 500)
        return JSONResponse(outcome, 400 if "problem" in outcome else 200)


async def _receive(request: Request, path: Path) -> None:
    """Write the body to a file. Raises UnreadableFile as soon as it is too large to be read."""
    size = 0
    async with await anyio.open_file(path, "wb") as file:
        async for chunk in request.stream():
            size += len(chunk)
            check_size(size)
            await file.write(chunk)


def _place(assistant: Assistant, name: str, received: Path, replace: bool) -> Argument:
    check_room(assistant.settings.folder, received.stat().st_size)
    (placed,) = assistant.place([(name, received)], replace)
    if placed.state in (Placement.PLACED, Placement.REPLACED, Placement.SAME):
        return {"path": placed.path, "known": placed.state is Placement.SAME}
    return {"problem": sentence(placed.reason), "exists": placed.state is Placement.EXISTS}


def check_room(corpus: Path, size: int) -> None:
    """Raises CorpusError if the folder has no room for one more file of `size` bytes."""
    sizes = [_size(file.path) for file in walk(corpus).files if file.is_document] if corpus.is_dir() else []
    if len(sizes) >= MAX_FILES:
        raise CorpusError(f"there are {MAX_FILES:,} files already. Put more into the folder yourself")
    if sum(sizes) + size > MAX_TOTAL_BYTES:
        gigabytes = f"{MAX_TOTAL_BYTES / 1e9:.0f}"
        raise CorpusError(f"there are {gigabytes} GB of files already. Put more into the folder yourself")
    with suppress(OSError):  # a missing folder is created later
        if shutil.disk_usage(corpus).free - size < MIN_FREE_BYTES:
            raise CorpusError("the disk of the corpus folder is nearly full. Make room first")


def _size(path: str) -> int:
    with suppress(OSError):
        return os.lstat(path).st_size
    return 0
