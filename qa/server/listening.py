"""Sockets, and a server on them that runs in a thread of its own."""

from __future__ import annotations

import errno
import math
import os
import socket
import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from typing import Any

import uvicorn
from starlette.applications import Starlette

from qa.errors import SettingsError

GRACE = 3.0  # seconds in which answers that are on their way are finished when the server is closed
_NOT_OURS = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)  # addresses
STARTING = 60.0  # seconds after which a server that has not begun to serve is given up


class Server:
    """Serves an application on sockets that listen already: who connects before it has started waits."""

    def __init__(self, app: Starlette, name: str, sockets: Sequence[socket.socket]) -> None:
        self.app = app
        self.port: int = sockets[0].getsockname()[1]
        shown = "localhost" if name == "0.0.0.0" else name.strip("[]")
        self.url = f"http://{f'[{shown}]' if ':' in shown else shown}:{self.port}/"
        self._sockets = list(sockets)
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on"))
        self._thread = threading.Thread(target=self._server.run, args=(self._sockets,), daemon=True)

    def start(self) -> None:
        """Start, and return once it serves. Raises SettingsError where it does not."""
        self._thread.start()
        deadline = time.monotonic() + STARTING
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                for opened in self._sockets:
                    opened.close()
                raise SettingsError("the page cannot be served (its server does not start)")
            time.sleep(0.002)

    def wait(self, seconds: float = math.inf) -> None:
        """Return when it is closed, or after so many seconds."""
        end = time.monotonic() + seconds
        while self._thread.is_alive() and time.monotonic() < end:
            self._thread.join(min(1, seconds))  # with a limit, so that Ctrl-C is heard everywhere

    def close(self) -> None:
        """Stop serving; what takes longer than a few seconds is broken off."""
        self._server.should_exit = True
        self._thread.join(GRACE)
        self._server.force_exit = True
        self._thread.join(GRACE)


def listen(name: str, ports: Iterable[int]) -> list[socket.socket]:
    """Sockets for all addresses of a host, which listen on the first of the ports that is free.

    Raises SettingsError where there is none, or no such host.
    """
    tried = list(ports)
    for port in tried:
        try:
            return _listening(name.strip("[]"), port)
        except (OSError, OverflowError, UnicodeError) as error:
            if getattr(error, "errno", None) != errno.EADDRINUSE:
                reason = getattr(error, "strerror", None) or error
                raise SettingsError(f"the page cannot be served ({name}: {reason})") from error
    place = f"port {tried[0]}" if len(tried) == 1 else f"any port from {tried[0]} to {tried[-1]}"
    raise SettingsError(f"the page cannot be served ({name}: {place} is in use: set GRADIO_SERVER_PORT)")


def _listening(host: str, port: int) -> list[socket.socket]:
    """Raises OSError where the port is in use, or no address of the host is one of this machine."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    places = dict.fromkeys((family, address) for family, _, _, _, address in found)
    sockets: list[socket.socket] = []
    failed = OSError(errno.EADDRNOTAVAIL, os.strerror(errno.EADDRNOTAVAIL))
    with ExitStack() as stack:
        for family, address in places:
            try:
                # By the protocol asyncio knows that small answers are not to be held back (TCP_NODELAY).
                made = stack.enter_context(socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP))
                _bind(made, family, (address[0], port, *address[2:]))
            except OSError as error:
                if error.errno not in _NOT_OURS:
                    raise
                failed = error  # "localhost" is an address of IPv6 as well, also where there is no IPv6
            else:
                sockets.append(made)
                port = port or made.getsockname()[1]  # of any that is free: the same for all
        if not sockets:
            raise failed
        stack.pop_all()
    return sockets


def _bind(made: socket.socket, family: int, address: tuple[Any, ...]) -> None:
    if os.name == "posix":  # elsewhere it would let two servers share a port
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    made.bind(address)
    made.listen()
