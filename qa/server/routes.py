"""What the page asks of its server over HTTP: a route for each function, and one for files.

Gradio has ways for both. But its functions (`server_functions`) keep a session of every hash that they are
sent, take files as well, and tell the page nothing of what went wrong; and what is uploaded to it is kept in
a folder that it serves from. Here nothing is kept, nothing of a file is served, and every answer is JSON.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path

import anyio
import anyio.to_thread
from pydantic_core import from_json
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from qa.assistant import Assistant
from qa.corpus.folder import Placement, safe_name, walk
from qa.documents.formats import check_size
from qa.errors import CorpusError, QAError
from qa.server.handlers import MISUNDERSTOOD, Argument, Handler
from qa.server.html.elements import sentence

PATIENCE, SLOWEST = 20.0, 50_000  # a body is waited for so many seconds, and longer by its bytes a second
ROOM = 32 << 20  # bytes of all arguments at the same time; as objects they take up to 25 times as much
BUSY = "The server has too much to do at the moment: try again in a few seconds."
SLOW = "The question took too long to arrive: try again."
FAILED = "The server failed: its log says why."
MOST_FILES, MOST_BYTES = 5_000, 4_000_000_000  # that may come to be in the folder by uploads
FREE = 1_000_000_000  # bytes of its disk that stay free
AT_ONCE = 6  # files that are received at the same time, and lie in the folder for temporary files meanwhile
READING = 2  # that are read at the same time: a web page or a PDF takes many times its size in memory
SLOW_FILE = "it took too long to arrive: try again"


def routes(functions: Iterable[Handler], assistant: Assistant) -> list[Route]:
    """POST /NAME for each function, with its argument as JSON; PUT /upload?name=NAME&replace=yes for a file.

    Problems are {"problem": one line}, with the status 400 for what cannot be understood or taken, 408 for
    what comes too slowly, 503 where too much comes at once, and 500 where a function fails, with a trace in
    the log, or a file cannot be kept. An uploaded file becomes one of the corpus if it can be read: the
    answer has its `path` there, and `known` where the same content was there already; else the `problem`,
    and `exists` where `replace` would help.
    """
    calls = _Calls()
    return [
        *(Route(f"/{f.__name__}", partial(calls.answer, f), methods=["POST"]) for f in functions),
        Route("/upload", _Uploads(assistant).answer, methods=["PUT"]),
    ]


def _announced(request: Request) -> int:
    """The length of the body as its sender gives it; 0 where there is none, or no number."""
    length = request.headers.get("content-length", "")
    return int(length) if len(length) < 20 and length.isdecimal() else 0


def _patience(length: int) -> float:
    """Seconds that a body of that length is waited for."""
    return PATIENCE + length / SLOWEST


def _problem(line: str, status: int) -> Response:
    return JSONResponse({"problem": line}, status)


# --- functions -----------------------------------------------------------------------------------


class _Calls:
    def __init__(self) -> None:
        self._held = 0  # bytes

    async def answer(self, function: Handler, request: Request) -> Response:
        length = _announced(request)
        if self._held + length > ROOM:
            return _problem(BUSY, 503)
        self._held += length
        try:
            return await _called(function, request, length)
        finally:
            self._held -= length


async def _called(function: Handler, request: Request, length: int) -> Response:
    try:
        with anyio.fail_after(_patience(length)):
            content = await request.body()
        # Unlike json of Python it takes no NaN, no half characters, and nothing nested without an end.
        argument = from_json(content, allow_inf_nan=False)
    except TimeoutError:
        return _problem(SLOW, 408)
    except ValueError:
        return _problem(MISUNDERSTOOD, 400)
    except ClientDisconnect:
        return Response(status_code=400)
    try:
        return JSONResponse(await function(argument))
    except Exception:
        logging.getLogger(__name__).exception("the function %s of the page failed", function.__name__)
        return _problem(FAILED, 500)


# --- files ---------------------------------------------------------------------------------------


class _Uploads:
    """Who may send files fills the disk with them only so far: by number, size, and what is left free."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        # Of the event loop, which is there with the first request.
        self._receiving: anyio.CapacityLimiter | None = None
        self._reading: anyio.CapacityLimiter | None = None

    async def answer(self, request: Request) -> Response:
        self._receiving = self._receiving or anyio.CapacityLimiter(AT_ONCE)
        self._reading = self._reading or anyio.CapacityLimiter(READING)
        name, replace = request.query_params.get("name", ""), bool(request.query_params.get("replace"))
        length = _announced(request)
        try:
            safe_name(name)
            check_size(length)
            async with self._receiving:
                with tempfile.TemporaryDirectory(prefix="qa-upload-") as folder:
                    received = Path(folder, "file")
                    with anyio.fail_after(_patience(length)):
                        await _receive(request, received)
                    got = await anyio.to_thread.run_sync(
                        _place, self._assistant, name, received, replace, limiter=self._reading
                    )
        except TimeoutError:
            return _problem(sentence(SLOW_FILE), 408)
        except QAError as error:
            return _problem(sentence(str(error)), 400)
        except OSError as error:
            problem = f"the file cannot be kept until it is read ({error.strerror}): make room for it"
            return _problem(sentence(problem), 500)
        except ClientDisconnect:
            return Response(status_code=400)
        return JSONResponse(got, 400 if "problem" in got else 200)


async def _receive(request: Request, path: Path) -> None:
    """Write the body to a file. Raises UnreadableFile as soon as it is larger than what is read."""
    size = 0
    async with await anyio.open_file(path, "wb") as file:
        async for chunk in request.stream():
            size += len(chunk)
            check_size(size)
            await file.write(chunk)


def _place(assistant: Assistant, name: str, received: Path, replace: bool) -> Argument:
    check_room(assistant.settings.corpus, received.stat().st_size)
    (placed,) = assistant.place([(name, received)], replace)
    if placed.state in (Placement.PLACED, Placement.REPLACED, Placement.SAME):
        return {"path": placed.path, "known": placed.state is Placement.SAME}
    return {"problem": sentence(placed.reason), "exists": placed.state is Placement.EXISTS}


def check_room(corpus: Path, size: int) -> None:
    """Raises CorpusError where the folder may not take one more file, of that many bytes."""
    there = [_size(file.path) for file in walk(corpus) if file.is_document] if corpus.is_dir() else []
    if len(there) >= MOST_FILES:
        raise CorpusError(f"there are {MOST_FILES:,} files already: put more into the folder itself")
    if sum(there) + size > MOST_BYTES:
        gigabytes = f"{MOST_BYTES / 1e9:.0f}"
        raise CorpusError(f"there are {gigabytes} GB of files already: put more into the folder itself")
    with suppress(OSError):  # a folder that is not there yet is for placing to make
        if shutil.disk_usage(corpus).free - size < FREE:
            raise CorpusError("the disk of the corpus folder is nearly full: make room first")


def _size(path: str) -> int:
    with suppress(OSError):
        return os.lstat(path).st_size
    return 0
