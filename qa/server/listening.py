"""Sockets, and a server on them that runs in a separate thread."""

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

GRACE = 3.0  # seconds in which running answers can finish when the server is closed
START_TIMEOUT = 60.0  # seconds
_NOT_HERE = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)  # the address is not one of this machine


class Server:
    """Serves an application on sockets that listen already, so that early connections wait for its start."""

    def __init__(self, app: Starlette, name: str, sockets: Sequence[socket.socket]) -> None:
        self.app = app
        self.port: int = sockets[0].getsockname()[1]
        host = "localhost" if name == "0.0.0.0" else name.strip("[]")
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{self.port}/"
        self._sockets = list(sockets)
        # The headers of proxies are for `qa.server.proxy`, which has to know who sent them.
        config = uvicorn.Config(app, log_level="warning", lifespan="on", proxy_headers=False)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=(self._sockets,), daemon=True)

    def start(self) -> None:
        """Start, and return once it serves. Raises SettingsError if it does not start in time."""
        self._thread.start()
        deadline = time.monotonic() + START_TIMEOUT
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                for sock in self._sockets:
                    sock.close()
                raise SettingsError("cannot serve the page (its server does not start)")
            time.sleep(0.002)

    def wait(self, seconds: float = math.inf) -> None:
        """Wait until the server is closed, or for that many seconds."""
        end = time.monotonic() + seconds
        while self._thread.is_alive() and time.monotonic() < end:
            self._thread.join(min(1, seconds))  # with a limit, so that Ctrl-C works on every system

    def close(self) -> None:
        """Stop serving. Answers that take longer than a few seconds are broken off."""
        self._server.should_exit = True
        self._thread.join(GRACE)
        self._server.force_exit = True
        self._thread.join(GRACE)


def listen(name: str, ports: Iterable[int]) -> list[socket.socket]:
    """Listen on the first free port, on all addresses of a host, and return the sockets.

    Raises SettingsError if no port is free or there is no such host.
    """
    candidates = list(ports)
    for port in candidates:
        try:
            return _listen_on(name.strip("[]"), port)
        except (OSError, OverflowError, UnicodeError) as error:
            if getattr(error, "errno", None) != errno.EADDRINUSE:
                reason = getattr(error, "strerror", None) or error
                raise SettingsError(f"cannot serve the page ({name}: {reason})") from error
    first, last = candidates[0], candidates[-1]
    in_use = f"ports {first} to {last} are in use" if candidates[1:] else f"port {first} is in use"
    raise SettingsError(f"cannot serve the page ({name}: {in_use}). Set GRADIO_SERVER_PORT to a free port")


def _listen_on(host: str, port: int) -> list[socket.socket]:
    """Raises OSError if the port is in use, or if no address of the host belongs to this machine."""
    infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    addresses = dict.fromkeys((family, address) for family, _, _, _, address in infos)
    sockets: list[socket.socket] = []
    failure = OSError(errno.EADDRNOTAVAIL, os.strerror(errno.EADDRNOTAVAIL))
    with ExitStack() as stack:
        for family, address in addresses:
            try:
                # The protocol makes asyncio send small answers without delay (TCP_NODELAY).
                sock = stack.enter_context(socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP))
                _bind(sock, family, (address[0], port, *address[2:]))
            except OSError as error:
                if error.errno not in _NOT_HERE:
                    raise
                failure = error  # "localhost" has an IPv6 address even on machines without IPv6
            else:
                sockets.append(sock)
                port = port or sock.getsockname()[1]  # if any free port will do, the same one for all
        if not sockets:
            raise failure
        stack.pop_all()
    return sockets


def _bind(sock: socket.socket, family: int, address: tuple[Any, ...]) -> None:
    if os.name == "posix":  # on Windows it would let two servers share a port
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    sock.bind(address)
    sock.listen()
