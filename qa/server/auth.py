"""Who may come in: one name and password, sessions that a cookie names, and a throttle for those who guess.

A person logs in on a page of its own, which keeps a session. A program sends the name and password with
every request (`Authorization: Basic`), or logs in as gradio_client does, by a form sent to /login.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import html
import ipaddress
import secrets
import time
from collections import Counter
from collections.abc import Callable
from importlib.resources import files

from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

AGE = 7 * 86400  # seconds that a session lasts
SESSIONS = 1000  # at the same time; one more ends the oldest
# Seconds until a wrong password is answered, doubled with each; programs give up after five.
FIRST_WAIT, LONGEST_WAIT = 0.5, 4.0
WAITING = 3  # wrong passwords of one address that wait for their answer; meanwhile its next is not looked at
MEMORY = 900  # seconds without a wrong password after which those of an address are forgotten
ADDRESSES = 10_000  # that are remembered
WRONG = "That name and password do not belong together."
TOO_MANY = "Too many wrong passwords: wait a few seconds."
EMPTY = "Send username and password as a form."
UNKNOWN = (
    "log in first: send the name and password of QA_LOGIN as Authorization: Basic, or as a form to /login"
)
_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    # Under no-referrer a browser would send the form with the origin "null", as if from elsewhere.
    "Referrer-Policy": "same-origin",
}

Clock = Callable[[], float]


class TooManyTries(Exception):
    """So many wrong passwords of this address are waiting for their answer that no other is looked at."""


class Login:
    """One name and password, over HTTP.

    `refusal` is what comes before everything else that is served; `enter` and `leave` answer /login and
    /logout. Sessions are held in memory: who restarts the server logs everybody out.
    """

    def __init__(self, name: str, password: str, clock: Clock = time.monotonic) -> None:
        self._right = _digest(name, password)
        self._clock = clock
        self._sessions: dict[str, float] = {}  # until when each token counts, oldest first
        self._throttle = Throttle(clock)

    async def refusal(self, connection: HTTPConnection) -> Response | None:
        """None for who is logged in or sends the right password along, else what to answer instead."""
        if self._has_session(connection):
            return None
        sent = _basic(connection.headers.get("authorization", ""))
        try:
            if sent and await self._is_right(*sent, _address(connection)):
                return None
        except TooManyTries:
            return _json(connection, TOO_MANY, 429)
        if connection.scope["path"] == "/" and _wants_page(connection):
            return _page("", 401)
        return _json(connection, UNKNOWN, 401)

    async def enter(self, request: Request) -> Response:
        """The page that asks for name and password, or what becomes of those sent by its form."""
        if request.method != "POST":
            return RedirectResponse("./", 303) if self._has_session(request) else _page("", 200)
        name, password = await _sent(request)
        if not (name and password):
            return _told(request, EMPTY, 400)
        try:
            right = await self._is_right(name, password, _address(request))
        except TooManyTries:
            return _told(request, TOO_MANY, 429)
        if not right:
            return _told(request, WRONG, 401)
        response, secure = entered(request), request.scope["scheme"] == "https"
        response.set_cookie(
            _cookie(request), self._open(), max_age=AGE, httponly=True, samesite="strict", secure=secure
        )
        return response

    def leave(self, request: Request) -> Response:
        """End the session of this browser and show the login page again."""
        self._sessions.pop(request.cookies.get(_cookie(request), ""), None)
        response = RedirectResponse("login", 303)
        response.delete_cookie(_cookie(request), httponly=True, samesite="strict")
        return response

    def _has_session(self, connection: HTTPConnection) -> bool:
        token = connection.cookies.get(_cookie(connection), "")
        return self._sessions.get(token, -1.0) > self._clock()

    def _open(self) -> str:
        """A new session; those that are over, and the oldest of too many, are dropped."""
        now = self._clock()
        lasting = [(token, end) for token, end in self._sessions.items() if end > now]
        token = secrets.token_urlsafe(32)
        self._sessions = dict([*lasting, (token, now + AGE)][-SESSIONS:])
        return token

    async def _is_right(self, name: str, password: str, address: str) -> bool:
        """Right is said at once, wrong only after a while. Raises TooManyTries."""
        self._throttle.check(address)
        right = hmac.compare_digest(_digest(name.strip(), password), self._right)
        if not right:
            await self._throttle.slow_down(address)
        return right


class Throttle:
    """Makes guessing slow for an address, and for no other.

    Only wrong passwords wait, so that a program that keeps sending an old password does not lock out the
    person at the same machine; too many at a time are not looked at, so that guessing side by side is no
    faster. Waiting costs a timer, no thread.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wrong: dict[str, tuple[int, float]] = {}  # how many and when the last was, oldest first
        self._waiting: Counter[str] = Counter()

    def check(self, address: str) -> None:
        if self._waiting[address] >= WAITING:
            raise TooManyTries

    async def slow_down(self, address: str) -> None:
        count, last = self._wrong.pop(address, (0, 0.0))
        count = count + 1 if self._clock() - last < MEMORY else 1
        self._wrong[address] = count, self._clock()
        if len(self._wrong) > ADDRESSES:
            del self._wrong[next(iter(self._wrong))]
        self._waiting[address] += 1
        try:
            await asyncio.sleep(min(FIRST_WAIT * 2 ** min(count - 1, 10), LONGEST_WAIT))
        finally:
            self._waiting[address] -= 1
            if not self._waiting[address]:
                del self._waiting[address]


def entered(request: Request) -> Response:
    """What tells a browser, or a program such as gradio_client, that it is logged in."""
    return RedirectResponse("./", 303) if _wants_page(request) else JSONResponse({"success": True})


def _cookie(connection: HTTPConnection) -> str:
    """One name a port: a browser would send the cookie of one server to another on the same machine."""
    _, port = connection.scope.get("server") or (None, None)
    return f"qa_session_{port}"


def _basic(header: str) -> tuple[str, str] | None:
    """The name and password of an Authorization header; None where it holds none."""
    scheme, _, coded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, password = base64.b64decode(coded, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        return None
    return (name, password) if colon else None


def _digest(name: str, password: str) -> bytes:
    """Of one length whatever the password's, so that comparing it takes one time."""
    return hashlib.sha256(f"{name}:{password}".encode("utf-8", "surrogatepass")).digest()


def _address(connection: HTTPConnection) -> str:
    """Who is asking; of IPv6 the network, of which one machine has all the addresses."""
    host = connection.client.host if connection.client else ""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    return host if address.version == 4 else str(ipaddress.ip_network((address, 64), strict=False))


async def _sent(request: Request) -> tuple[str, str]:
    """Name and password of a form, empty where it has none."""
    try:
        async with request.form(max_files=0, max_fields=10) as form:
            return str(form.get("username", "")), str(form.get("password", ""))
    except (MultiPartException, HTTPException):
        return "", ""


def _wants_page(connection: HTTPConnection) -> bool:
    return "text/html" in connection.headers.get("accept", "")


def _told(connection: HTTPConnection, message: str, status: int) -> Response:
    """To a person on the page, to a program in a line."""
    return _page(message, status) if _wants_page(connection) else _json(connection, message, status)


def _page(message: str, status: int) -> Response:
    form = (
        files("qa.server")
        .joinpath("page", "login.html")
        .read_text("utf-8")
        .replace("{{message}}", html.escape(message))
    )
    return HTMLResponse(form, status, {**_PAGE_HEADERS, **_headers(status)})


def _json(connection: HTTPConnection, message: str, status: int) -> Response:
    """Told how to log in are programs alone: a browser would put up a window of its own, over the page."""
    headers = _headers(status)
    if status == 401 and "mozilla" not in connection.headers.get("user-agent", "").lower():
        headers["WWW-Authenticate"] = 'Basic realm="qa", charset="UTF-8"'
    return JSONResponse({"error": message}, status, headers)


def _headers(status: int) -> dict[str, str]:
    wait = {"Retry-After": str(int(LONGEST_WAIT))} if status == 429 else {}
    return {"Cache-Control": "no-store", **wait}
