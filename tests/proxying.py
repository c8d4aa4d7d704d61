"""Reverse proxies in front of a server, each of which has the path /docs for it and takes that off."""

from __future__ import annotations

import contextlib
import shutil
import socket
import socketserver
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from serving import free_port

PREFIX = "/docs"
_NGINX = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        location {prefix}/ {{
            proxy_pass http://127.0.0.1:{server}/;
            proxy_http_version 1.1;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_set_header X-Forwarded-Host $http_host;
            proxy_set_header X-Forwarded-Prefix {prefix};
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_buffering off;
            client_max_body_size 20m;
        }}
    }}
}}
"""
_CADDY = """
{{
    admin off
    auto_https off
}}
http://127.0.0.1:{port} {{
    handle_path {prefix}/* {{
        reverse_proxy 127.0.0.1:{server} {{
            header_up Host {{upstream_hostport}}
            header_up X-Forwarded-Prefix {prefix}
        }}
    }}
}}
"""


def _command(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if not found:
        pytest.skip(f"{name} is not installed")
    return found


@contextlib.contextmanager
def nginx(server: int, folder: Path) -> Iterator[str]:
    """The address of an nginx that has PREFIX for the server on a port."""
    command, port = _command("nginx"), free_port()
    config = folder / "nginx.conf"
    config.write_text(_NGINX.format(folder=folder, port=port, prefix=PREFIX, server=server))
    with _running([command, "-c", str(config), "-e", str(folder / "error.log")], folder, port) as address:
        yield address


@contextlib.contextmanager
def caddy(server: int, folder: Path) -> Iterator[str]:
    """The address of a Caddy that has PREFIX for the server on a port."""
    command, port = _command("caddy"), free_port()
    config = folder / "Caddyfile"
    config.write_text(_CADDY.format(port=port, prefix=PREFIX, server=server))
    arguments = [command, "run", "--config", str(config), "--adapter", "caddyfile"]
    with _running(arguments, folder, port) as address:
        yield address


@contextlib.contextmanager
def _running(command: list[str], folder: Path, port: int) -> Iterator[str]:
    environment = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with (folder / "output.log").open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
    try:
        _wait_for(port, lambda: process.poll() is None)
        yield f"http://127.0.0.1:{port}{PREFIX}/"
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(port: int, alive: Callable[[], bool]) -> None:
    for _ in range(200):
        with contextlib.suppress(httpx.TransportError):
            httpx.get(f"http://127.0.0.1:{port}/", trust_env=False)
            return
        assert alive()
        time.sleep(0.05)
    raise AssertionError("the proxy does not serve")


# --- a small one of our own ----------------------------------------------------------------------


@contextlib.contextmanager
def plain(server: int, folder: Path) -> Iterator[str]:
    """The address of a proxy that handles one request a connection, and adds what such a proxy adds."""
    with _Proxy(server) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{proxy.port}{PREFIX}/"
        proxy.shutdown()
        proxy.end_all()
        thread.join(10)


class _Proxy(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, server: int) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.server, self.port = server, self.server_address[1]
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def close_request(self, request: Any) -> None:
        self._open.discard(request)
        super().close_request(request)

    def end_all(self) -> None:
        """End the connections that are still open, as a browser keeps them."""
        for request in list(self._open):
            _end(request)


class _Connection(socketserver.StreamRequestHandler):
    server: _Proxy

    def handle(self) -> None:
        lines = []
        while line := self.rfile.readline().decode("latin-1").rstrip("\r\n"):
            lines.append(line)
        if not lines:
            return
        with socket.create_connection(("127.0.0.1", self.server.server)) as upstream:
            upstream.sendall(_head_for(lines, self.server.server, self.server.port).encode("latin-1"))
            sending = threading.Thread(target=self._send, args=(upstream,), daemon=True)
            sending.start()
            with contextlib.suppress(OSError):
                while data := upstream.recv(65536):
                    self.wfile.write(data)
            _end(self.connection)  # no more is read from it
            sending.join(10)

    def _send(self, upstream: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError):
            while data := self.rfile.read1(65536):  # type: ignore[attr-defined]
                upstream.sendall(data)
        _end(upstream)


def _end(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _head_for(lines: list[str], server: int, port: int) -> str:
    """The head of a request as the proxy sends it on."""
    first, *lines = lines
    method, path, version = first.split(" ")
    kept = [line for line in lines if line.partition(":")[0].lower() not in ("host", "connection")]
    added = {
        "Host": f"127.0.0.1:{server}",
        "Connection": "close",
        "X-Forwarded-For": "192.0.2.7",
        "X-Forwarded-Host": f"127.0.0.1:{port}",
        "X-Forwarded-Prefix": PREFIX,
        "X-Forwarded-Proto": "http",
    }
    path = path.removeprefix(PREFIX) or "/"
    return "\r\n".join(
        [f"{method} {path} {version}", *kept, *(f"{name}: {value}" for name, value in added.items()), "\r\n"]
    )
