"""The files of the page, and how they get into it.

Scripts are modules. Their path changes with the content of any of them, so browsers cache them for good and
still get a new version at once. Their addresses are relative, so that a proxy can serve the page under a
path of its own.
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

from qa.server.proxy import own_path

TITLE = "Ask the documents"
ENTRY = "main.js"
_PRIVATE = " Everything stays on this computer."
_CHOOSER = "<!-- the menu of the folders -->"
_PATH = "/page/{version}/{name}"


class Assets:
    """The present files.

    Gradio gets three pieces of them for its page: `head` goes into its head, `frame` is the HTML of its only
    component, and `start` is the script that it runs once that HTML is in the page. `early` is the page's
    Link header, which makes a browser load the scripts while it loads Gradio's. `chooser` is the menu of the
    folders, if there are several. The page says that all stays on this computer if it is `private`.
    """

    def __init__(self, title: str = TITLE, chooser: str = "", *, private: bool = True) -> None:
        self.title = title
        folder = files("qa.server").joinpath("page")
        texts = {file.name: file.read_text("utf-8") for file in folder.iterdir()}
        self._scripts = {name: texts[name] for name in sorted(texts) if name.endswith(".js")}
        self._version = hashlib.sha256(repr(self._scripts).encode()).hexdigest()[:16]
        # Not as css=, because Gradio rewrites that with its media queries; nor as a link, because nothing
        # waits for a link that a script adds, and the frame would be visible without any style.
        icon = f"data:image/svg+xml,{quote(texts['icon.svg'])}"
        parts = sorted(name for name in texts if name.endswith(".css") and name != "style.css")
        style = "".join(texts[name] for name in ["style.css", *parts])
        self.head = f'<link rel="icon" type="image/svg+xml" href="{icon}"><style>{style}</style>'
        self.frame = texts["index.html"].replace(_CHOOSER, chooser)
        if not private:
            self.frame = self.frame.replace(_PRIVATE, "")
        # Gradio runs this as the body of a function, in which imports would be relative to Gradio's script.
        self.start = f'import(new URL("{self._address(ENTRY)}", document.baseURI));'
        addresses = map(self._address, self._scripts)
        self.early = ", ".join(f"<{script}>; rel=modulepreload; fetchpriority=low" for script in addresses)

    def route(self) -> Route:
        """The route of the scripts, below /qa."""
        return Route(_PATH, self._script, methods=["GET"])

    def _address(self, name: str) -> str:
        """The address of a script, relative to the page."""
        return "qa" + _PATH.format(version=self._version, name=name)

    async def _script(self, request: Request) -> Response:
        version, name = request.path_params["version"], request.path_params["name"]
        if version != self._version or name not in self._scripts:
            return PlainTextResponse("no such script", 404)
        headers = {"Cache-Control": "private, max-age=31536000, immutable"}
        return Response(self._scripts[name], headers=headers, media_type="text/javascript")


class EarlyScripts:
    """Middleware that adds the Link header to the page."""

    def __init__(self, app: ASGIApp, early: str) -> None:
        self._app = app
        self._early = early

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_link(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                message = {**message, "headers": list(message.get("headers", ()))}
                MutableHeaders(scope=message).append("Link", self._early)
            await send(message)

        is_page = scope["type"] == "http" and own_path(scope) == "/"
        await self._app(scope, receive, send_with_link if is_page else send)
