"""What the server lets through. It stands before all that Gradio mounts, so that nothing is served past it.

In this order a request is refused
1. that calls this machine by a name that is not its own (403): a page elsewhere whose name is made to
   lead here would be taken for ours by the browser. Only where the server is reached from here alone;
2. that would change something and comes from another site's page (403): it acts in its reader's name;
3. that comes without the login, where one is set (401);
4. for anything that neither the page nor the endpoints need (403): Gradio also serves files, fetches web
   addresses, and edits the program;
5. whose body is too long (413), or does not say how long it is (411).
"""

from __future__ import annotations

import contextlib
import ipaddress
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.server.auth import Login, entered

API = "/gradio_api"
MEGABYTE = 1 << 20
LONGEST = 2 * MEGABYTE  # of a body
LONGER = {  # of those that hold a conversation, or a file
    "/qa/call": 8 * MEGABYTE,
    "/qa/upload": 20 * MEGABYTE,
}
LONGEST_PATH = 2048  # bytes, without the query; a session is named in some
_STARTING = f"{API}/startup-events"
# What the page, gradio_client and MCP ask for. With a slash at the end: and all below it.
_SERVED = (
    *("/", "/config", "/theme.css", "/favicon.ico", "/manifest.json", "/robots.txt", "/assets/", "/static/"),
    *("/svelte/", "/qa/"),
    *(f"{API}/{name}" for name in ("info", "openapi.json", "app_id", "startup-events", "theme.css")),
    *(f"{API}/{name}" for name in ("call/", "queue/", "run/", "api/", "heartbeat/", "cancel", "reset")),
    f"{API}/mcp",
)
_POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_NAMED_BY_CONTENT = "/assets/"  # Gradio's scripts: another version of one has another name
_READING = ("GET", "HEAD", "OPTIONS")


class Guard:
    """ASGI middleware. `local`: the server is bound to a loopback address; `login`: name and password.

    `in_front` is the lifespan to start the app with. `started` is to be set once Gradio has called its own
    server to finish its start, which it does without the login.
    """

    def __init__(self, login: tuple[str, str] | None, *, local: bool) -> None:
        self._login = Login(*login) if login else None
        self._local = local
        self._app: ASGIApp | None = None
        self.started = False

    @contextlib.asynccontextmanager
    async def in_front(self, app: Starlette) -> AsyncIterator[None]:
        """Take the place of the whole app: Gradio puts its own middleware before that of `app_kwargs`."""
        assert app.middleware_stack
        # Gradio compresses by the ending of a path: neither the page itself nor what its functions answer.
        self._app, app.middleware_stack = GZipMiddleware(app.middleware_stack, compresslevel=5), self
        yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self._app
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        refusal = self._foreign(connection) or await self._answer(scope, receive) or _unserved(connection)
        if refusal is None:
            lasting = scope["path"].startswith(_NAMED_BY_CONTENT)
            await self._app(_without_foreign_origin(connection), receive, _with_headers(send, lasting))
        elif scope["type"] == "http":
            await refusal(scope, receive, _with_headers(send))
        else:
            await send({"type": "websocket.close", "code": 1008, "reason": "refused"})

    def _foreign(self, connection: HTTPConnection) -> Response | None:
        if self._local and not all(map(_is_own_name, connection.headers.getlist("host"))):
            return _refused(
                403, "served to this machine alone, as 127.0.0.1 or localhost: see GRADIO_SERVER_NAME"
            )
        changes = connection.scope.get("method") not in _READING  # as a websocket might
        if changes and _is_from_elsewhere(connection):
            return _refused(403, "a page of another site may change nothing here")
        return None

    async def _answer(self, scope: Scope, receive: Receive) -> Response | None:
        """What has to do with the login: its page, leaving, and what is said to those without it."""
        path = scope["path"]
        if scope["type"] == "http" and path in ("/login", "/logout"):
            request = Request(scope, receive)
            if self._login is None:
                return entered(request)
            if path == "/logout":
                return self._login.leave(request)
            return _bounded(request) or await self._login.enter(request)
        if self._login is None or (path == _STARTING and not self.started):
            return None
        return await self._login.refusal(HTTPConnection(scope))


def is_loopback(name: str) -> bool:
    """Whether a host name or address, with or without brackets, is this machine seen from itself."""
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return name == "localhost"


def _is_own_name(host: str) -> bool:
    try:
        return is_loopback(urlsplit(f"//{host}").hostname or "")
    except ValueError:
        return False


def _is_from_elsewhere(connection: HTTPConnection) -> bool:
    """Whether a page of another site, or of another port, has sent this; programs send no origin."""
    headers = connection.headers
    if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return True
    # A proxy may have put its own name in Host; another site's page cannot set a header like that.
    own = [*headers.getlist("host"), *headers.get("x-forwarded-host", "").split(",")[:1]]
    names = {name.strip().lower() for name in own} - {""}
    return any(_place(origin) not in names for origin in headers.getlist("origin"))


def _place(origin: str) -> str:
    """Host and port of an origin; empty where it names none, as "null" does."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def _without_foreign_origin(connection: HTTPConnection) -> Scope:
    """Reading is left to the browser to forbid, which it does as nothing allows it.

    Gradio would allow it to whatever site asks, where the server is bound wider than this machine.
    """
    if not _is_from_elsewhere(connection):
        return dict(connection.scope)
    headers = [(name, value) for name, value in connection.scope["headers"] if name.lower() != b"origin"]
    return {**connection.scope, "headers": headers}


def _unserved(connection: HTTPConnection) -> Response | None:
    path = connection.scope["path"]
    if len(path) > LONGEST_PATH or not any(_matches(path, served) for served in _SERVED):
        return _refused(403, "not served here")
    return _bounded(connection)


def _matches(path: str, served: str) -> bool:
    if served.endswith("/") and served != "/":
        return path.startswith(served)
    return path.rstrip("/") == served.rstrip("/")


def _bounded(connection: HTTPConnection) -> Response | None:
    """The server reads no more of a body than its length says, so that length is what counts."""
    headers, path = connection.headers, connection.scope["path"]
    longest = LONGER.get(path, LONGEST)
    length = headers.get("content-length", "0")
    if "transfer-encoding" in headers or not length.isdecimal():
        return _refused(411, "say how long the body is, by Content-Length")
    if int(length) > longest:
        return _refused(413, f"at most {longest // MEGABYTE} MB at a time")
    return None


def _refused(status: int, message: str) -> Response:
    # What is left of the body is not read, so the connection cannot be used for a next request.
    return JSONResponse({"error": message}, status, {"Connection": "close"} if status == 413 else None)


def _with_headers(send: Send, lasting: bool = False) -> Send:
    """Add the headers of every response; a browser need not ask for what is `lasting` and found again."""

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": list(message.get("headers", ()))}
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)  # the login page has its own
            if lasting and message["status"] == 200:
                headers["Cache-Control"] = "private, max-age=31536000, immutable"
        await send(message)

    return send_with_headers
