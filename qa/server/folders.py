"""Several folders on one server: each has the whole application below its own name, on one site.

`/` leads to the first one, and `/health` is that of all. A login is one of the site: its cookie is sent to
each of them.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from qa.assistant import Assistant
from qa.server import health
from qa.server.middleware import server_error
from qa.server.proxy import BehindProxy

_LONGEST = 60  # letters of a folder's part of an address
_NAMELESS = "folder"  # stands for a name without a letter or digit that an address can have
_OF_THE_SITE = ("api", "config", "gradio-api", "health", "login", "logout", "qa")  # no folder gets these
_ELSEWHERE = "several folders are served here, each below its name: {}"


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder as people call it, and the part of the address that is its own."""

    name: str
    path: str


def named(folders: Sequence[Path]) -> list[Folder]:
    """Folders by their own names, and as many names above as it takes to tell one from the others."""
    named: list[Folder] = []
    taken = set(_OF_THE_SITE)
    for name in _names([Path(os.path.abspath(folder)).parts for folder in folders]):
        path = _free(_in_address(name), taken)
        taken.add(path)
        named.append(Folder(name, path))
    return named


def chooser(folders: Sequence[Folder], chosen: Folder) -> Markup:
    """The menu of the page in which one goes from one folder to another."""
    items = (
        Markup('<li><a href="../{}/"{}><bdi dir="auto">{}</bdi></a></li>').format(
            folder.path, Markup(' aria-current="page"') if folder == chosen else "", folder.name
        )
        for folder in folders
    )
    return Markup(
        '<button type="button" id="folder" popovertarget="folders" data-folder="{}" title="{}">'
        '<span class="hidden">Folder: </span><bdi dir="auto">{}</bdi>'
        '<svg aria-hidden="true"><use href="#i-more"/></svg></button>'
        '<nav id="folders" popover aria-label="Folders"><ul>{}</ul></nav>'
    ).format(chosen.path, chosen.name, chosen.name, Markup().join(items))


def site(
    pages: Mapping[Folder, Starlette], assistants: Sequence[Assistant], guards: Sequence[Middleware]
) -> Starlette:
    """The applications of several folders as one, of which `guards` protect what belongs to none of them."""
    first = next(iter(pages)).path
    addresses = ", ".join(f"/{folder.path}/" for folder in pages)

    async def elsewhere(_: Request) -> Response:
        return JSONResponse({"error": _ELSEWHERE.format(addresses)}, 404)

    async def start(_: Request) -> Response:
        return RedirectResponse(f"{first}/", 307)

    async def with_slash(request: Request) -> Response:
        return RedirectResponse(f"{request.url.path.rpartition('/')[2]}/", 307)

    # Relative addresses, since a proxy may have a path of its own for all this.
    own = [
        Route("/", start),
        health.route(*assistants),
        Route("/{path:path}", elsewhere, methods=["GET", "POST", "PUT", "DELETE"]),
    ]
    guarded = Starlette(routes=own, middleware=guards, exception_handlers={500: server_error})

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for page in pages.values():
                await stack.enter_async_context(page.router.lifespan_context(page))
            yield

    return Starlette(
        routes=[
            *(Route(f"/{folder.path}", with_slash) for folder in pages),
            *(Mount(f"/{folder.path}", page) for folder, page in pages.items()),
            Mount("/", guarded),
        ],
        middleware=[Middleware(BehindProxy)],
        exception_handlers={500: server_error},
        lifespan=lifespan,
    )


def _names(folders: Sequence[Sequence[str]]) -> list[str]:
    names = []
    for number, parts in enumerate(folders):
        others = [*folders[:number], *folders[number + 1 :]]
        lengths = range(1, len(parts) + 1)
        length = next((n for n in lengths if all(parts[-n:] != o[-n:] for o in others)), 1)
        names.append(Path(*parts[-length:]).as_posix())
    return names


def _in_address(name: str) -> str:
    """A name in small letters and digits that need no escapes, with hyphens between."""
    ascii = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", "-", ascii)[:_LONGEST].strip("-") or _NAMELESS


def _free(path: str, taken: set[str]) -> str:
    number = 2
    free = path
    while free in taken:
        free, number = f"{path}-{number}", number + 1
    return free
