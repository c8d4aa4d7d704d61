"""What the server lets through: middleware in front of all that is served, in the order in which it is named.

`SecurityHeaders` are added to every response, also to a refusal. A request is refused
1. by `OwnHostName` (403) if it calls this machine by a name that is not its own: a page elsewhere whose name
   is made to lead here would be taken for ours by the browser. Only where the server is reached from here
   alone;
2. by `SameOrigin` (403) if it would change something and comes from another site's page: it acts in its
   reader's name;
3. by `LoginRequired` (401) if it comes without the login, where one is set;
4. by `ServedPaths` (403) for anything that neither the page nor the endpoints need: Gradio also serves files,
   fetches web addresses, and edits the program;
5. by `BodySize` if its body is too long (413), or does not say how long it is (411).
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.server.auth import Login, entered

API = "/gradio_api"
MEGABYTE = 1 << 20
LONGEST = 2 * MEGABYTE  # of a body
LONGER = {  # where a path begins so, the first of them: a file; what may hold a conversation
    "/qa/upload": 20 * MEGABYTE,
    "/qa/": 8 * MEGABYTE,
}
LONGEST_PATH = 2048  # bytes, without the query; a session is named in some
# What the page, gradio_client and MCP ask for. With a slash at the end: and all below it.
_SERVED = (
    *("/", "/config", "/theme.css", "/favicon.ico", "/manifest.json", "/robots.txt", "/assets/", "/static/"),
    *("/svelte/", "/qa/"),
    *(f"{API}/{name}" for name in ("info", "openapi.json", "app_id", "theme.css")),
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
_CONNECTIONS = ("http", "websocket")


class SecurityHeaders:
    """What keeps the page to itself. A browser need not ask again for what is named by its content."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": list(message.get("headers", ()))}
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)  # the login page has its own
                if message["status"] == 200 and scope["path"].startswith(_NAMED_BY_CONTENT):
                    headers["Cache-Control"] = "private, max-age=31536000, immutable"
            await send(message)

        await self._app(scope, receive, send_with_headers)


async def server_error(request: Request, error: Exception) -> Response:
    """What is answered where something fails, which is before any middleware of ours."""
    return PlainTextResponse("Internal Server Error", 500, _HEADERS)


class _Gate:
    """Lets a connection through to the app, or answers it itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in _CONNECTIONS:
            await self._app(scope, receive, send)
            return
        connection = Request(scope, receive) if scope["type"] == "http" else HTTPConnection(scope)
        answer = await self.answer(connection)
        if answer is None:
            await self._app(self.passed(connection), receive, send)
        elif scope["type"] == "http":
            await answer(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008, "reason": "refused"})

    async def answer(self, connection: HTTPConnection) -> Response | None:
        """What is answered instead; None where the connection is let through."""
        raise NotImplementedError

    def passed(self, connection: HTTPConnection) -> Scope:
        """What the app gets to see of the connection."""
        return connection.scope


class OwnHostName(_Gate):
    async def answer(self, connection: HTTPConnection) -> Response | None:
        if all(map(_is_own_name, connection.headers.getlist("host"))):
            return None
        return _refused(
            403, "served to this machine alone, as 127.0.0.1 or localhost: see GRADIO_SERVER_NAME"
        )


class SameOrigin(_Gate):
    async def answer(self, connection: HTTPConnection) -> Response | None:
        changes = connection.scope.get("method") not in _READING  # as a websocket might
        if changes and _is_from_elsewhere(connection):
            return _refused(403, "a page of another site may change nothing here")
        return None

    def passed(self, connection: HTTPConnection) -> Scope:
        """Reading is left to the browser to forbid, which it does as nothing allows it.

        Gradio would allow it to whatever site asks, where the server is bound wider than this machine: it is
        not told the site.
        """
        if not _is_from_elsewhere(connection):
            return connection.scope
        headers = [(name, value) for name, value in connection.scope["headers"] if name.lower() != b"origin"]
        return {**connection.scope, "headers": headers}


class LoginRequired(_Gate):
    """Also serves the page of the login, and leaving."""

    def __init__(self, app: ASGIApp, login: Login | None) -> None:
        super().__init__(app)
        self._login = login

    async def answer(self, connection: HTTPConnection) -> Response | None:
        path = connection.scope["path"]
        if isinstance(connection, Request) and path in ("/login", "/logout"):
            if self._login is None:
                return entered(connection)
            if path == "/logout":
                return self._login.leave(connection)
            return _too_long(connection) or await self._login.enter(connection)
        return await self._login.refusal(connection) if self._login else None


class ServedPaths(_Gate):
    async def answer(self, connection: HTTPConnection) -> Response | None:
        path = connection.scope["path"]
        if len(path) <= LONGEST_PATH and any(_matches(path, served) for served in _SERVED):
            return None
        return _refused(403, "not served here")


class BodySize(_Gate):
    async def answer(self, connection: HTTPConnection) -> Response | None:
        return _too_long(connection)


def is_loopback(name: str) -> bool:
    """Says of a host name or address, with or without brackets, if it is this machine seen from itself."""
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
    """True of what a page of another site, or of another port, has sent; programs send no origin."""
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


def _matches(path: str, served: str) -> bool:
    if served.endswith("/") and served != "/":
        return path.startswith(served)
    return path.rstrip("/") == served.rstrip("/")


def _too_long(connection: HTTPConnection) -> Response | None:
    """The server reads no more of a body than its length says, so that length is what counts."""
    headers, path = connection.headers, connection.scope["path"]
    longest = next((size for start, size in LONGER.items() if path.startswith(start)), LONGEST)
    length = headers.get("content-length", "0")
    if "transfer-encoding" in headers or not length.isdecimal():
        return _refused(411, "say how long the body is, by Content-Length")
    if len(length) > 18 or int(length) > longest:
        return _refused(413, f"at most {longest // MEGABYTE} MB at a time")
    return None


def _refused(status: int, message: str) -> Response:
    # What is left of the body is not read, so the connection cannot be used for a next request.
    return JSONResponse({"error": message}, status, {"Connection": "close"} if status == 413 else None)
