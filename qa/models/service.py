"""Requests to a server of models over HTTP: made again while that may help, with errors of one line."""

from __future__ import annotations

import random
import re
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from qa.errors import ModelError
from qa.text import one_line

if TYPE_CHECKING:
    import httpx

_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 8.0  # seconds; each pause is twice the last
_QUOTED = 200  # characters of a server's own message
_CONNECTING = 5.0  # seconds
# How servers say that a request has too many or too long texts, if not by 413.
_TOO_MUCH = re.compile(
    r"too (?:long|large|many|big)|maximum|exceed|at most|less than \d+ tokens", re.IGNORECASE
)

_START = "Start it, or set QA_ENCODER to where it is"
_LATER = "Try again, or look into its log"
_REMEDIES: dict[int, str] = {
    HTTPStatus.UNAUTHORIZED: "Set QA_ENCODER_KEY to a key that it takes",
    HTTPStatus.FORBIDDEN: "Set QA_ENCODER_KEY to a key that it takes",
    HTTPStatus.NOT_FOUND: "Check QA_ENCODER, which usually ends in /v1, and QA_MODEL",
}


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: until an answer has to be there, and after which a request that failed is not made again."""

    answer: float
    retrying: float


class TooMuch(ModelError):
    """The server takes fewer or shorter texts than it was sent."""


class Service:
    """A server with an interface like OpenAI's, at an address that ends before `/embeddings`.

    `url` is the address without a name and password in it. The key is sent as a bearer token and is in no
    message. `wait` and `clock` are replaced by tests. Safe to use from several threads.
    """

    def __init__(
        self,
        address: str,
        key: str | None = None,
        *,
        wait: Callable[[threading.Event, float], object] = threading.Event.wait,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        import httpx

        parts = urlsplit(address)
        host = parts.netloc.rpartition("@")[2]
        self.url = urlunsplit((parts.scheme, host, parts.path.rstrip("/"), "", ""))
        self._key = key
        self._wait, self._clock = wait, clock
        self._client = httpx.Client(headers={"Authorization": f"Bearer {key}"} if key else {})
        weakref.finalize(self, self._client.close)

    def request(
        self, path: str, body: object = None, *, patience: Patience, over: threading.Event | None = None
    ) -> Any:
        """The JSON that the server answers: to a POST of `body` or, without one, to a GET.

        Made again, after a pause that doubles, if the server cannot be reached, is too busy or broken. Once
        `over` is set that ends. Raises TooMuch, and ModelError for everything else.
        """
        over = over or threading.Event()
        begun, pause = self._clock(), _FIRST_PAUSE
        while True:
            response, problem = self._send(path, body, patience)
            if response is not None and not _may_pass(response):
                return self._content(response)
            # Not all at the same time again: each waits a random part of the pause, but the first half.
            wanted = max(pause * random.uniform(0.5, 1), _wanted_pause(response))
            if self._clock() - begun + wanted > patience.retrying or self._wait(over, wanted):
                raise self.error(problem, _START if response is None else _LATER)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def error(self, problem: str, remedy: str) -> ModelError:
        """The error that says what is wrong with the server, on one line."""
        return ModelError(f"the encoder at {self.url} {problem}. {remedy}")

    def _send(self, path: str, body: object, patience: Patience) -> tuple[httpx.Response | None, str]:
        """The response, if there is one, and what is wrong if it is not the one that is wanted."""
        import httpx

        timeout = httpx.Timeout(patience.answer, connect=min(_CONNECTING, patience.answer))
        try:
            method = "GET" if body is None else "POST"
            response = self._client.request(method, self.url + path, json=body, timeout=timeout)
        except (httpx.ConnectError, httpx.InvalidURL) as error:
            return None, f"cannot be reached ({self._quoted(str(error))})"
        except httpx.TimeoutException:
            return None, f"does not answer within {patience.answer:g} seconds"
        except httpx.HTTPError as error:  # its message may hold what was sent
            return None, f"ends the connection ({type(error).__name__})"
        return response, f"fails ({self._said(response)})"

    def _content(self, response: httpx.Response) -> Any:
        if not response.is_success:
            said = self._said(response)
            if response.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE or (
                response.status_code in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY)
                and _TOO_MUCH.search(said)
            ):
                raise TooMuch(f"the encoder at {self.url} does not take so long a text ({said}). {_LATER}")
            remedy = _REMEDIES.get(response.status_code, "Look into its log")
            raise self.error(f"refuses a request ({said})", remedy)
        try:
            return response.json()
        except ValueError as error:
            remedy = "Set QA_ENCODER to an OpenAI-compatible server"
            raise self.error("does not answer with JSON", remedy) from error

    def _said(self, response: httpx.Response) -> str:
        """The status of a response, and the message in it."""
        try:
            said: Any = response.json()
        except ValueError:
            said = response.reason_phrase
        for key in ("error", "message", "detail"):  # {"error": {"message": ...}}, {"error": ...}, ...
            said = said.get(key, said) if isinstance(said, dict) else said
        message = self._quoted(said if isinstance(said, str) else response.reason_phrase)
        return f"{response.status_code}: {message}" if message else str(response.status_code)

    def _quoted(self, text: str) -> str:
        line = one_line(text.replace(self._key, "***") if self._key else text).rstrip(".")
        return line if len(line) <= _QUOTED else f"{line[:_QUOTED]}..."


def _may_pass(response: httpx.Response) -> bool:
    """True if the same request may be answered later."""
    return response.status_code == HTTPStatus.TOO_MANY_REQUESTS or response.is_server_error


def _wanted_pause(response: httpx.Response | None) -> float:
    """The seconds that the server asks to wait, in a number or up to a date; 0 if it does not."""
    value = response.headers.get("Retry-After", "") if response is not None else ""
    if value.isdecimal():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):  # no date, or one without a time zone
        return 0.0
