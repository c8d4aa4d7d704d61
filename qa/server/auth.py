"""The login: names and passwords, sessions named by a cookie, and a throttle against guessing.

A person logs in on a separate page, which starts a session. A program sends the name and password with every
request (`Authorization: Basic`), or logs in as gradio_client does, with a form sent to /login.
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
from collections.abc import Callable, Sequence
from importlib.resources import files

from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from qa.recent import Recent
from qa.server.proxy import own_path, prefix
from qa.settings import Person

SESSION_SECONDS = 7 * 86400
MAX_SESSIONS = 1000  # at the same time; one more ends the oldest
# Seconds until a wrong password is answered, doubled with each one; programs give up after five.
FIRST_WAIT, LONGEST_WAIT = 0.5, 4.0
MAX_WAITING = 3  # wrong passwords from one address that wait for their answer; the next is not even checked
FORGET_AFTER = 900  # seconds without a wrong password from an address, whose count then starts again
MAX_ADDRESSES = 10_000  # whose wrong passwords are counted
WRONG = "Wrong name or password."
TOO_MANY = "Too many wrong passwords. Wait a few seconds."
EMPTY = "Send a form with username and password."
NOT_LOGGED_IN = "log in first. Send your name and password as Authorization: Basic, or as a form to /login"
_PAGE = files("qa.server").joinpath("page", "login.html").read_text("utf-8")
# The only script of the login page keeps the part of the address after "#", which names a place on the page.
_SCRIPT = _PAGE.partition("<script>")[2].partition("</script>")[0]
_SCRIPT_HASH = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    f"script-src 'sha256-{_SCRIPT_HASH}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    # Under no-referrer a browser would send the form with the origin "null", as if from another site.
    "Referrer-Policy": "same-origin",
}

Clock = Callable[[], float]


class TooManyTries(Exception):
    """So many wrong passwords from this address wait for their answer that no other is checked."""


class Login:
    """The names and passwords of some people, over HTTP.

    `sender` comes before everything else that is served; `log_in` and `log_out` answer /login and /logout.
    Sessions are held in memory, so restarting the server logs everyone out.
    """

    def __init__(self, people: Sequence[Person], clock: Clock = time.monotonic) -> None:
        self._people = [(_digest(person.name, person.password), person) for person in people]
        self._clock = clock
        # token -> whose session it is, and the time at which it expires, oldest first
        self._sessions: dict[str, tuple[Person, float]] = {}
        self._throttle = Throttle(clock)

    async def sender(self, connection: HTTPConnection) -> Person | Response:
        """Who is logged in or sends the right password along, else the answer instead."""
        if person := self._session_of(connection):
            return person
        credentials = _basic_credentials(connection.headers.get("authorization", ""))
        try:
            person = credentials and await self._accepted(*credentials, _client_address(connection))
            if person:
                return person
        except TooManyTries:
            return _json_error(connection, TOO_MANY, 429)
        if own_path(connection.scope) == "/" and _wants_page(connection):
            return _login_page("", 401)
        return _json_error(connection, NOT_LOGGED_IN, 401)

    async def log_in(self, request: Request) -> Response:
        """Show the login page, or log in with the name and password from its form."""
        if request.method != "POST":
            return RedirectResponse("./", 303) if self._session_of(request) else _login_page("", 200)
        name, password = await _form_credentials(request)
        if not (name and password):
            return _error(request, EMPTY, 400)
        try:
            person = await self._accepted(name, password, _client_address(request))
        except TooManyTries:
            return _error(request, TOO_MANY, 429)
        if person is None:
            return _error(request, WRONG, 401)
        response, token = logged_in_response(request), self._open_session(person)
        response.set_cookie(
            _cookie_name(request),
            token,
            max_age=SESSION_SECONDS,
            path=prefix(request.scope),
            httponly=True,
            samesite="strict",
            secure=request.scope["scheme"] == "https",
        )
        return response

    def log_out(self, request: Request) -> Response:
        """End the session of this browser and show the login page again."""
        for token in _tokens(request):
            self._sessions.pop(token, None)
        response = RedirectResponse("login", 303)
        path = prefix(request.scope)
        response.delete_cookie(_cookie_name(request), path, httponly=True, samesite="strict")
        return response

    def _session_of(self, connection: HTTPConnection) -> Person | None:
        now = self._clock()
        sessions = (self._sessions.get(token) for token in _tokens(connection))
        return next((session[0] for session in sessions if session and session[1] > now), None)

    def _open_session(self, person: Person) -> str:
        """Start a session and return its token. Expired sessions, and the oldest of too many, are dropped."""
        now = self._clock()
        current = [(token, session) for token, session in self._sessions.items() if session[1] > now]
        token = secrets.token_urlsafe(32)
        self._sessions = dict([*current, (token, (person, now + SESSION_SECONDS))][-MAX_SESSIONS:])
        return token

    async def _accepted(self, name: str, password: str, address: str) -> Person | None:
        """Whose name and password these are, at once; None after a delay. Raises TooManyTries.

        All people are compared, so that the time says neither who it is nor how many there are before.
        """
        self._throttle.check(address)
        sent = _digest(name.strip(), password)
        found = [person for expected, person in self._people if hmac.compare_digest(sent, expected)]
        if not found:
            await self._throttle.slow_down(address)
        return found[0] if found else None


class Throttle:
    """Makes guessing slow for the address that guesses, and for no other.

    Only wrong passwords wait, so that a program that keeps sending an old password does not lock out the
    person on the same machine. Too many at a time are not checked, so that guessing in parallel is no
    faster. Waiting takes a timer, not a thread.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wrong: Recent[tuple[int, float]] = Recent(MAX_ADDRESSES)  # count and time of the last
        self._waiting: Counter[str] = Counter()

    def check(self, address: str) -> None:
        """Raises TooManyTries if too many wrong passwords from an address are waiting."""
        if self._waiting[address] >= MAX_WAITING:
            raise TooManyTries

    async def slow_down(self, address: str) -> None:
        """Wait, longer with each wrong password from an address."""
        count, last = self._wrong.get(address) or (0, 0.0)
        count = count + 1 if self._clock() - last < FORGET_AFTER else 1
        self._wrong.keep(address, (count, self._clock()))
        self._waiting[address] += 1
        try:
            await asyncio.sleep(min(FIRST_WAIT * 2 ** min(count - 1, 10), LONGEST_WAIT))
        finally:
            self._waiting[address] -= 1
            if not self._waiting[address]:
                del self._waiting[address]


def logged_in_response(request: Request) -> Response:
    """The response by which a browser, or a program such as gradio_client, knows that it is logged in."""
    return RedirectResponse("./", 303) if _wants_page(request) else JSONResponse({"success": True})


def _cookie_name(connection: HTTPConnection) -> str:
    """One name per port, because browsers send cookies to all servers on the same machine."""
    _, port = connection.scope.get("server") or (None, None)
    return f"qa_session_{port}"


def _tokens(connection: HTTPConnection) -> list[str]:
    """The session tokens in the cookies: a browser sends that of a path and those of paths above it."""
    cookies = ";".join(connection.headers.getlist("cookie")).split(";")
    pairs = (cookie.strip().partition("=") for cookie in cookies)
    return [value for name, _, value in pairs if name == _cookie_name(connection)]


def _basic_credentials(header: str) -> tuple[str, str] | None:
    """The name and password in an Authorization header; None if it has none."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, password = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        return None
    return (name, password) if colon else None


def _digest(name: str, password: str) -> bytes:
    """A hash, which takes the same time to compare however long the password is."""
    return hashlib.sha256(f"{name}:{password}".encode("utf-8", "surrogatepass")).digest()


def _client_address(connection: HTTPConnection) -> str:
    """The sender's address; with IPv6 its network, because one machine has all the addresses in it."""
    host = connection.client.host if connection.client else ""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    return host if address.version == 4 else str(ipaddress.ip_network((address, 64), strict=False))


async def _form_credentials(request: Request) -> tuple[str, str]:
    """The name and password in a form, each empty if it is missing."""
    try:
        async with request.form(max_files=0, max_fields=10) as form:
            return str(form.get("username", "")), str(form.get("password", ""))
    except (MultiPartException, HTTPException):
        return "", ""


def _wants_page(connection: HTTPConnection) -> bool:
    return "text/html" in connection.headers.get("accept", "")


def _error(connection: HTTPConnection, message: str, status: int) -> Response:
    """An error message, on the login page for a person and as JSON for a program."""
    wants_page = _wants_page(connection)
    return _login_page(message, status) if wants_page else _json_error(connection, message, status)


def _login_page(message: str, status: int) -> Response:
    page = _PAGE.replace("{{message}}", html.escape(message))
    return HTMLResponse(page, status, {**_PAGE_HEADERS, **_headers(status)})


def _json_error(connection: HTTPConnection, message: str, status: int) -> Response:
    """An error as JSON. Only programs are asked to log in: a browser would open a window over the page."""
    headers = _headers(status)
    if status == 401 and "mozilla" not in connection.headers.get("user-agent", "").lower():
        headers["WWW-Authenticate"] = 'Basic realm="qa", charset="UTF-8"'
    return JSONResponse({"error": message}, status, headers)


def _headers(status: int) -> dict[str, str]:
    retry = {"Retry-After": str(int(LONGEST_WAIT))} if status == 429 else {}
    return {"Cache-Control": "no-store", **retry}
