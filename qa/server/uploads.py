"""Files that are sent to the page: one request each, the file as its body, into the corpus folder.

Gradio's own upload keeps what it gets in a folder that it serves from; nothing of this is ever served. Who
may send files fills the disk with them only so far: by their number, their size, and what is left free.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from qa.assistant import Assistant
from qa.corpus.folder import Placement, safe_name, walk
from qa.documents.formats import check_size
from qa.errors import CorpusError, QAError
from qa.server.html.elements import sentence

PATH = "/qa/upload"
MOST, ROOM = 5_000, 4_000_000_000  # files, and bytes of them, that may come to be in the folder in this way
FREE = 1_000_000_000  # bytes of its disk that stay free
AT_ONCE = 6  # that are received at the same time, and lie in the folder for temporary files meanwhile
READING = 2  # that are read at the same time: a web page or a PDF takes many times its size in memory
PATIENCE, SLOWEST = 20.0, 50_000  # a body is waited for so many seconds, and longer by its bytes a second
SLOW = "it took too long to arrive: try again"


def route(assistant: Assistant) -> Route:
    """PUT /qa/upload?name=NAME&replace=yes: the body becomes a file of the corpus, if it can be read.

    Answers with the `path` in the corpus, and `known` where the same content was there already; else with
    the `problem` in one line, and `exists` where `replace` would help.
    """
    return Route(PATH, _Uploads(assistant).answer, methods=["PUT"])


class _Uploads:
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
                    with anyio.fail_after(PATIENCE + length / SLOWEST):
                        await _receive(request, received)
                    got = await anyio.to_thread.run_sync(
                        _place, self._assistant, name, received, replace, limiter=self._reading
                    )
        except TimeoutError:
            return JSONResponse({"problem": sentence(SLOW)}, 408)
        except QAError as error:
            return JSONResponse({"problem": sentence(str(error))}, 400)
        except OSError as error:
            problem = f"the file cannot be kept until it is read ({error.strerror}): make room for it"
            return JSONResponse({"problem": sentence(problem)}, 500)
        except ClientDisconnect:
            return Response(status_code=400)
        return JSONResponse(got, 400 if "problem" in got else 200)


def _announced(request: Request) -> int:
    """The length of the body as its sender gives it; 0 where there is none, or no number."""
    length = request.headers.get("content-length", "")
    return int(length) if len(length) < 20 and length.isdecimal() else 0


async def _receive(request: Request, path: Path) -> None:
    """Write the body to a file. Raises UnreadableFile as soon as it is larger than what is read."""
    size = 0
    async with await anyio.open_file(path, "wb") as file:
        async for chunk in request.stream():
            size += len(chunk)
            check_size(size)
            await file.write(chunk)


def _place(assistant: Assistant, name: str, received: Path, replace: bool) -> dict[str, Any]:
    check_room(assistant.settings.corpus, received.stat().st_size)
    (placed,) = assistant.place([(name, received)], replace)
    if placed.state in (Placement.PLACED, Placement.REPLACED, Placement.SAME):
        return {"path": placed.path, "known": placed.state is Placement.SAME}
    return {"problem": sentence(placed.reason), "exists": placed.state is Placement.EXISTS}


def check_room(corpus: Path, size: int) -> None:
    """Whether the folder may take one more file, of that many bytes. Raises CorpusError."""
    there = [_size(file.path) for file in walk(corpus) if file.is_document] if corpus.is_dir() else []
    if len(there) >= MOST:
        raise CorpusError(f"there are {MOST:,} files already: put more into the folder itself")
    if sum(there) + size > ROOM:
        raise CorpusError(f"there are {ROOM / 1e9:.0f} GB of files already: put more into the folder itself")
    with suppress(OSError):  # a folder that is not there yet is for placing to make
        if shutil.disk_usage(corpus).free - size < FREE:
            raise CorpusError("the disk of the corpus folder is nearly full: make room first")


def _size(path: str) -> int:
    with suppress(OSError):
        return os.lstat(path).st_size
    return 0
