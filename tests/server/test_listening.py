"""Where the server listens, how it reports that it cannot, and that it makes no connections of its own."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from conftest import python
from serving import free_port
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from qa.errors import SettingsError
from qa.server import listening
from qa.server.listening import Server, listen


async def hello(request: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


APP = Starlette(routes=[Route("/", hello)])


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which another process listens."""
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield int(other.getsockname()[1])


def ports(sockets: list[socket.socket]) -> list[int]:
    numbers = [sock.getsockname()[1] for sock in sockets]
    for sock in sockets:
        sock.close()
    return numbers


def test_the_first_free_port_is_taken(taken: int):
    free = free_port()
    assert ports(listen("127.0.0.1", [taken, taken, free, taken])) == [free]


def test_a_host_with_several_addresses_is_served_on_all_of_them_on_one_port():
    addresses = socket.getaddrinfo("localhost", 0, type=socket.SOCK_STREAM)
    numbers = ports(listen("localhost", [0]))
    assert 1 <= len(numbers) <= len(addresses)
    assert len(set(numbers)) == 1
    assert numbers[0] > 0


def test_two_servers_that_start_at_once_do_not_share_a_port():
    first = listen("127.0.0.1", [0])
    port = first[0].getsockname()[1]
    with pytest.raises(SettingsError):  # though none has accepted a connection yet
        listen("127.0.0.1", [port])
    ports(first)


@pytest.mark.parametrize("name", ["203.0.113.1", "no such host.invalid", "x" * 300, "a..b"])
def test_an_unusable_host_is_reported_in_one_line(name: str):
    with pytest.raises(SettingsError, match=rf"^cannot serve the page \({name}: [^\n]+\)$"):
        listen(name, [0])


def test_an_unusable_port_is_reported_in_one_line(taken: int):
    with pytest.raises(SettingsError, match=rf"port {taken} is in use\). Set GRADIO_SERVER_PORT"):
        listen("127.0.0.1", [taken])
    with pytest.raises(SettingsError, match=f"ports {taken} to {taken} are in use"):
        listen("127.0.0.1", [taken, taken])
    for port in (65_536, 10**6, -1):
        with pytest.raises(SettingsError, match="cannot serve the page"):
            listen("127.0.0.1", [port])


@pytest.mark.parametrize(
    ("name", "host"),
    [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "localhost"), ("localhost", "localhost"), ("::1", "[::1]"),
     ("[::1]", "[::1]")],
)  # fmt: skip
def test_the_address_is_one_that_browsers_accept(name: str, host: str):
    with closing(socket.socket()) as sock:
        sock.bind(("127.0.0.1", 0))
        server = Server(APP, name, [sock])
        assert server.url == f"http://{host}:{server.port}/"


def test_a_server_serves_until_it_is_closed_and_frees_its_port():
    server = Server(APP, "127.0.0.1", listen("127.0.0.1", [0]))
    early = socket.create_connection(("127.0.0.1", server.port), timeout=10)  # before it has started
    early.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    server.start()
    assert b"hello" in early.makefile("rb").read()
    early.close()
    assert httpx.get(server.url, trust_env=False).text == "hello"
    waiting = threading.Thread(target=server.wait)
    waiting.start()
    server.close()
    waiting.join(10)
    assert not waiting.is_alive()
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.url, trust_env=False)
    assert ports(listen("127.0.0.1", [server.port])) == [server.port]


def test_an_endless_answer_does_not_keep_a_server_open(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(listening, "GRACE", 0.5)
    started = threading.Event()

    async def forever(request: Request) -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            started.set()
            while True:
                yield b"more"
                await asyncio.sleep(0.1)

        return StreamingResponse(parts())

    app = Starlette(routes=[Route("/", forever)])
    server = Server(app, "127.0.0.1", listen("127.0.0.1", [0]))
    server.start()
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert started.wait(10)
        server.close()
        assert not server._thread.is_alive()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # uvicorn's exit
def test_a_server_that_does_not_start_is_reported():
    @contextlib.asynccontextmanager
    async def broken(app: Starlette) -> AsyncIterator[None]:
        raise RuntimeError("no")
        yield

    server = Server(Starlette(lifespan=broken), "127.0.0.1", listen("127.0.0.1", [0]))
    with pytest.raises(SettingsError, match="its server does not start"):
        server.start()


SILENT = """
import os, sys
from pathlib import Path
connected = []
sys.addaudithook(lambda event, args: connected.append(args[1]) if event == "socket.connect" else None)
from conftest import DOCUMENTS, WordEncoder, write
from qa.server import app as web
from qa.assistant import Assistant
from qa.settings import Settings

folder = Path(sys.argv[1])
write(folder / "corpus", DOCUMENTS)
assistant = Assistant(Settings(folder / "corpus", folder / "index"), WordEncoder())
assistant.sync()
server = web.serve(assistant, "127.0.0.1")
print(server.url, connected, {name for name in os.environ if name.lower() == "no_proxy"}, flush=True)
server.close()
server.wait()
print(connected, flush=True)
os._exit(0)
"""


@pytest.mark.slow
def test_serving_makes_no_connections(tmp_path: Path):
    """Not even to itself, because a proxy may be set, and then it would leave the machine."""
    done = python(SILENT, tmp_path, HTTP_PROXY="http://127.0.0.1:9", ALL_PROXY="http://127.0.0.1:9")
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/ \[\] set\(\)\n\[\]\n", done.stdout), done.stdout
