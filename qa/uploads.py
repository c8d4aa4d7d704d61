"""Files that are sent to the page: one request each, the file as its body, into the corpus folder.

Gradio's own upload keeps what it gets in a folder that it serves from; nothing of this is ever served.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import anyio.to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from qa.assistant import Assistant
from qa.errors import QAError, UnreadableFile
from qa.placing import Placement, safe_name
from qa.reading import check_size

PATH = "/qa/upload"
MOST = 5_000  # files that may come to be in the folder in this way


def route(assistant: Assistant) -> Route:
    """PUT /qa/upload?name=NAME&replace=yes: the body becomes a file of the corpus, if it can be read.

    Answers with the `path` in the corpus, and `known` where the same content was there already; else with
    the `problem` in one line, and `exists` where `replace` would help.
    """

    async def upload(request: Request) -> Response:
        name, replace = request.query_params.get("name", ""), bool(request.query_params.get("replace"))
        try:
            safe_name(name)
            check_size(_announced(request))
            with tempfile.TemporaryDirectory(prefix="qa-upload-") as folder:
                received = Path(folder, "file")
                await _receive(request, received)
                got = await anyio.to_thread.run_sync(_place, assistant, name, received, replace)
        except QAError as error:
            return JSONResponse({"problem": _sentence(str(error))}, status_code=400)
        except OSError as error:
            problem = f"the file cannot be kept until it is read ({error.strerror}): make room for it"
            return JSONResponse({"problem": _sentence(problem)}, status_code=500)
        except ClientDisconnect:
            return Response(status_code=400)
        return JSONResponse(got, status_code=400 if "problem" in got else 200)

    return Route(PATH, upload, methods=["PUT"])


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
    if len(assistant.files()) >= MOST:
        raise UnreadableFile(f"there are {MOST:,} files already: put more into the folder itself")
    (placed,) = assistant.place([(name, received)], replace)
    if placed.state in (Placement.PLACED, Placement.REPLACED, Placement.SAME):
        return {"path": placed.path, "known": placed.state is Placement.SAME}
    return {"problem": _sentence(placed.reason), "exists": placed.state is Placement.EXISTS}


def _sentence(reason: str) -> str:
    return f"{reason[:1].upper()}{reason[1:]}."
