"""The middleware in front of everything that is served, in the order in which requests pass it.

`proxy` has said before which path is the server's own.

`SecurityHeaders` are added to every response, including refusals. A request is refused
1. by `OwnHostName` (403) if it calls this machine by a name that is not its own: a browser would take a page
   from another site, whose name is made to lead here, for ours. Only if the server is reached from this
   machine alone;
2. by `SameOrigin` (403) if it would change something and comes from another site's page, which would act in
   the name of that page's reader;
3. by `LoginRequired` (401) if a login is set and the request comes without it;
4. by `ReadersOnlyRead` (403) if it comes from a reader and might change the documents; everybody is one
   where the files are elsewhere;
5. by `ServedPaths` (403) for anything that neither the page nor the endpoints need, because Gradio also
   serves files, fetches web addresses, and edits the program;
6. by `BodySize` if its body is too long (413) or of unknown length (411).
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.server.auth import Login, logged_in_response
from qa.server.proxy import own_path
from qa.settings import Person

API = "/gradio_api"
HEALTH = "/health"  # served to anybody who can reach the server
MEGABYTE = 1 << 20
MAX_BODY = 2 * MEGABYTE
MAX_BODY_BELOW = {  # paths that start like this, the first that fits: a file; perhaps a conversation
    "/qa/upload": 20 * MEGABYTE,
    "/qa/": 8 * MEGABYTE,
}
MAX_PATH = 2048  # bytes, without the query; some paths name a session
# Everything that the page, gradio_client and MCP ask for. A slash at the end includes all paths below it.
_SERVED = (
    *("/", "/config", "/theme.css", "/favicon.ico", "/manifest.json", "/robots.txt", "/assets/", "/static/"),
    *("/svelte/", "/qa/", "/api/", HEALTH),
    *(f"{API}/{name}" for name in ("info", "openapi.json", "app_id", "theme.css")),
    *(f"{API}/{name}" for name in ("call/", "queue/", "run/", "api/", "heartbeat/", "cancel", "reset")),
    f"{API}/mcp",
)
# What readers may send requests to that are not just for reading; nothing of it changes a document.
_ASKING = (
    *(
        f"/qa/{name}"
        for name in ("ask", "why", "show", "copied", "export", "whole", "page", "listing", "rate")
    ),
    *(f"{API}/", "/api/"),
)
_PERSON = "qa.person"  # in the scope of a request: who has sent it
_ONLY_READ = "qa.only_read"  # there, too: that nobody may change the documents
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
_NAMED_BY_CONTENT = "/assets/"  # Gradio's scripts, whose names change with every version
_READ_METHODS = ("GET", "HEAD", "OPTIONS")
_CONNECTIONS = ("http", "websocket")


class SecurityHeaders:
    """Adds headers that isolate the page, and lets browsers keep files that are named by their content."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_named_by_content = scope["type"] == "http" and own_path(scope).startswith(_NAMED_BY_CONTENT)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": list(message.get("headers", ()))}
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)  # the login page has its own
                if message["status"] == 200 and is_named_by_content:
                    headers["Cache-Control"] = "private, max-age=31536000, immutable"
            await send(message)

        await self._app(scope, receive, send_with_headers)


async def server_error(request: Request, error: Exception) -> Response:
    """The answer to an exception, with the same headers: Starlette makes it outside of the middleware."""
    return PlainTextResponse("Internal Server Error", 500, _HEADERS)


class _Gate:
    """Lets a connection through to the app, or answers it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in _CONNECTIONS:
            await self._app(scope, receive, send)
            return
        connection = Request(scope, receive) if scope["type"] == "http" else HTTPConnection(scope)
        response = await self.response(connection)
        if response is None:
            await self._app(self.forwarded_scope(connection), receive, send)
        elif scope["type"] == "http":
            await response(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008, "reason": "refused"})

    async def response(self, connection: HTTPConnection) -> Response | None:
        """The response instead of the app's; None if the connection is let through."""
        raise NotImplementedError

    def forwarded_scope(self, connection: HTTPConnection) -> Scope:
        """The connection as the app sees it."""
        return connection.scope


class OwnHostName(_Gate):
    async def response(self, connection: HTTPConnection) -> Response | None:
        if all(map(_is_own_name, connection.headers.getlist("host"))):
            return None
        return _refusal(403, "served to this machine only, as 127.0.0.1 or localhost. See GRADIO_SERVER_NAME")


class SameOrigin(_Gate):
    async def response(self, connection: HTTPConnection) -> Response | None:
        writes = connection.scope.get("method") not in _READ_METHODS  # a websocket might
        if writes and _is_cross_origin(connection):
            return _refusal(403, "a page of another site cannot change anything here")
        return None

    def forwarded_scope(self, connection: HTTPConnection) -> Scope:
        """The connection without the Origin of another site. Browsers forbid reading unless it is allowed.

        If the server is bound wider than to this machine, Gradio would allow it to any site whose name it
        sees.
        """
        if not _is_cross_origin(connection):
            return connection.scope
        headers = [(name, value) for name, value in connection.scope["headers"] if name.lower() != b"origin"]
        return {**connection.scope, "headers": headers}


class LoginRequired(_Gate):
    """Also serves /login and /logout."""

    def __init__(self, app: ASGIApp, login: Login | None) -> None:
        super().__init__(app)
        self._login = login

    async def response(self, connection: HTTPConnection) -> Response | None:
        path = own_path(connection.scope)
        if isinstance(connection, Request) and path in ("/login", "/logout"):
            if self._login is None:
                return logged_in_response(connection)
            if path == "/logout":
                return self._login.log_out(connection)
            return _body_refusal(connection) or await self._login.log_in(connection)
        if self._login is None or (path == HEALTH and connection.scope.get("method") in _READ_METHODS):
            return None
        sender = await self._login.sender(connection)
        if isinstance(sender, Response):
            return sender
        connection.scope[_PERSON] = sender
        return None


class ReadersOnlyRead(_Gate):
    def __init__(self, app: ASGIApp, everybody: bool = False) -> None:
        super().__init__(app)
        self._everybody = everybody

    async def response(self, connection: HTTPConnection) -> Response | None:
        connection.scope[_ONLY_READ] = self._everybody
        path, reads = own_path(connection.scope), connection.scope.get("method") in _READ_METHODS
        if reads or may_change(connection) or any(_matches(path, asking) for asking in _ASKING):
            return None
        return _refusal(403, "you can ask and read here, but not change the documents")


class ServedPaths(_Gate):
    async def response(self, connection: HTTPConnection) -> Response | None:
        path = own_path(connection.scope)
        if len(path) <= MAX_PATH and any(_matches(path, served) for served in _SERVED):
            return None
        return _refusal(403, "not served here")


class BodySize(_Gate):
    async def response(self, connection: HTTPConnection) -> Response | None:
        return _body_refusal(connection)


def may_change(connection: HTTPConnection) -> bool:
    """True unless a reader has sent this, or everybody is one."""
    person: Person | None = connection.scope.get(_PERSON)
    return not (connection.scope.get(_ONLY_READ) or (person and person.is_reader))


def is_loopback(name: str) -> bool:
    """True if a host name or address, with or without brackets, is this machine as seen from itself."""
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return name == "localhost"


def _is_own_name(host: str) -> bool:
    try:
        return is_loopback(urlsplit(f"//{host}").hostname or "")
    except ValueError:
        return False


def _is_cross_origin(connection: HTTPConnection) -> bool:
    """True if a page of another site, or from another port, sent this. Programs send no origin."""
    headers = connection.headers
    if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return True
    # A proxy may have put its own name in Host; another site's page cannot set such a header.
    hosts = [*headers.getlist("host"), *headers.get("x-forwarded-host", "").split(",")[:1]]
    names = {name.strip().lower() for name in hosts} - {""}
    return any(_host_and_port(origin) not in names for origin in headers.getlist("origin"))


def _host_and_port(origin: str) -> str:
    """The host and port of an origin; empty if it names none, like "null"."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def _matches(path: str, served: str) -> bool:
    if served.endswith("/") and served != "/":
        return path.startswith(served)
    return path.rstrip("/") == served.rstrip("/")


def _body_refusal(connection: HTTPConnection) -> Response | None:
    """Judges a body by its announced length, as the server reads no more of it than that."""
    headers, path = connection.headers, own_path(connection.scope)
    limit = next((size for start, size in MAX_BODY_BELOW.items() if path.startswith(start)), MAX_BODY)
    length = headers.get("content-length", "0")
    if "transfer-encoding" in headers or not length.isdecimal():
        return _refusal(411, "the length of the body is unknown. Send a Content-Length")
    if len(length) > 18 or int(length) > limit:
        return _refusal(413, f"larger than {limit // MEGABYTE} MB")
    return None


def _refusal(status: int, message: str) -> Response:
    # The rest of a long body is not read, so the connection cannot be used for another request.
    return JSONResponse({"error": message}, status, {"Connection": "close"} if status == 413 else None)
