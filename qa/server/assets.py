"""The files of the page, and how they come into it.

Scripts are modules. They stand under a path that changes with what is in any of them: browsers keep them
for good, and see another version at once. Their addresses are relative, so that a proxy may serve the page
under a path of its own.
"""

from __future__ import annotations

import hashlib
from importlib.resources import files
from urllib.parse import quote

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FIRST = "main.js"
_PATH = "/page/{version}/{name}"


class Assets:
    """The files as they are now.

    Gradio gets three pieces of them for its page: `head` goes into its head, `frame` is the HTML of its only
    component, and `start` is the script that it runs once that HTML is there. `early` is the header Link of
    the page, by which a browser loads the scripts while it loads Gradio's.
    """

    def __init__(self) -> None:
        folder = files("qa.server").joinpath("page")
        found = {file.name: file.read_text("utf-8") for file in folder.iterdir()}
        self._scripts = {name: found[name] for name in sorted(found) if name.endswith(".js")}
        self._version = hashlib.sha256(repr(self._scripts).encode()).hexdigest()[:16]
        # Not by css=, which Gradio rewrites, its media queries as well; nor by a link: nothing waits for one
        # that a script adds, and the frame would be seen without any style.
        icon = f"data:image/svg+xml,{quote(found['icon.svg'])}"
        self.head = f'<link rel="icon" type="image/svg+xml" href="{icon}"><style>{found["style.css"]}</style>'
        self.frame = found["index.html"]
        # Gradio runs this as the body of a function, whose imports would be relative to a script of Gradio's.
        self.start = f'import(new URL("{self._address(FIRST)}", document.baseURI));'
        addresses = map(self._address, self._scripts)
        self.early = ", ".join(f"<{script}>; rel=modulepreload; fetchpriority=low" for script in addresses)

    def route(self) -> Route:
        """GET of a script, below /qa."""
        return Route(_PATH, self._answer, methods=["GET"])

    def _address(self, name: str) -> str:
        """Where a script is, from the page."""
        return "qa" + _PATH.format(version=self._version, name=name)

    async def _answer(self, request: Request) -> Response:
        version, name = request.path_params["version"], request.path_params["name"]
        if version != self._version or name not in self._scripts:
            return PlainTextResponse("there is no such script", 404)
        kept = {"Cache-Control": "private, max-age=31536000, immutable"}
        return Response(self._scripts[name], headers=kept, media_type="text/javascript")


class EarlyScripts:
    """Middleware that adds the header Link to the page."""

    def __init__(self, app: ASGIApp, early: str) -> None:
        self._app = app
        self._early = early

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_link(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                message = {**message, "headers": list(message.get("headers", ()))}
                MutableHeaders(scope=message).append("Link", self._early)
            await send(message)

        is_page = scope["type"] == "http" and scope["path"] == "/"
        await self._app(scope, receive, send_with_link if is_page else send)
