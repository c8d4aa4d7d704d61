"""The server behind a reverse proxy, under a path of the proxy's; and what is believed of a proxy."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import proxying
import pytest
from browsing import PATIENCE, Page, needs_browser, requested
from conftest import DOCUMENTS, write
from gradio_client import Client
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from proxying import PREFIX
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait
from serving import app
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from qa.server.app import guards
from qa.server.auth import Login
from qa.server.listening import Server, listen
from qa.server.proxy import BehindProxy, own_path
from qa.settings import Person

LOGIN = ("ada", "s3cret")
BROWSER = {"Accept": "text/html", "User-Agent": "Mozilla/5.0"}
QUESTION = {"question": "How many passengers does the ferry to Tolvane carry?"}


async def seen(request: Request) -> JSONResponse:
    """What the app sees of a request."""
    names = [name for name in request.headers if name.startswith("x-forwarded")]
    return JSONResponse(
        {
            "path": own_path(request.scope),
            "prefix": request.scope["root_path"],
            "scheme": request.scope["scheme"],
            "client": request.client.host if request.client else "",
            "headers": sorted(names),
        }
    )


def echoing(login: Login | None = None) -> Starlette:
    return Starlette(
        routes=[Route("/{path:path}", seen, methods=["GET", "POST"])],
        middleware=[Middleware(BehindProxy), *guards(login, local=True)],
    )


async def ask(app: Starlette, client: str, path: str = "/config", **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(app, client=(client, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:7860") as sender:
        return await sender.get(path, headers=headers)


def answer(client: str, path: str = "/config", **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return asyncio.run(ask(echoing(), client, path, **named)).json()


# --- what is believed ----------------------------------------------------------------------------


@pytest.mark.parametrize("client", ["127.0.0.1", "::1"])
def test_a_proxy_on_this_machine_is_believed(client: str):
    said = answer(
        client,
        X_Forwarded_For="192.0.2.7",
        X_Forwarded_Proto="https",
        X_Forwarded_Prefix="/docs/",
    )
    assert said["prefix"] == "/docs"
    assert (said["path"], said["scheme"], said["client"]) == ("/config", "https", "192.0.2.7")


def test_anybody_else_is_not_believed():
    said = answer(
        "192.0.2.9",
        X_Forwarded_For="127.0.0.1",
        X_Forwarded_Proto="https",
        X_Forwarded_Host="example.invalid",
        X_Forwarded_Prefix="/docs",
    )
    assert said["prefix"] == ""
    assert (said["path"], said["scheme"], said["client"]) == ("/config", "http", "192.0.2.9")
    assert said["headers"] == []


def test_other_proxies_are_believed_if_they_are_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "192.0.2.0/24")
    assert answer("192.0.2.9", X_Forwarded_Prefix="/docs")["prefix"] == "/docs"
    assert answer("127.0.0.1", X_Forwarded_Prefix="/docs")["prefix"] == ""


@pytest.mark.parametrize("prefix", ["/a", "/a/b", "/team-1/~ada/docs.v2", "/qa", "/api"])
def test_a_prefix_is_a_path(prefix: str):
    said = answer("127.0.0.1", "/qa/ask", X_Forwarded_Prefix=prefix)
    assert (said["prefix"], said["path"]) == (prefix, "/qa/ask")


@pytest.mark.parametrize(
    "prefix",
    [
        "",
        "/",
        "docs",
        "//example.invalid",
        "/..",
        "/a/../b",
        "/a b",
        '/"><script>',
        "/a%2fb",
        "/" + "a" * 999,
    ],
)
def test_what_is_no_path_is_ignored(prefix: str):
    assert answer("127.0.0.1", X_Forwarded_Prefix=prefix)["prefix"] == ""


def test_a_cookie_is_for_the_path_of_the_proxy():
    app = echoing(Login([Person(*LOGIN)]))

    async def log_in(**headers: str) -> tuple[str, str]:
        transport = httpx.ASGITransport(app, client=("127.0.0.1", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:7860") as sender:
            form = {"username": LOGIN[0], "password": LOGIN[1]}
            done = await sender.post("/login", data=form, headers=headers)
            left = await sender.get("/logout", headers=headers)
            return done.headers["set-cookie"], left.headers["set-cookie"]

    https = {"X-Forwarded-Prefix": "/docs", "X-Forwarded-Proto": "https"}
    for cookie in asyncio.run(log_in(**https)):
        assert "Path=/docs/;" in cookie
    assert "Secure" in asyncio.run(log_in(**https))[0]
    for cookie in asyncio.run(log_in()):
        assert "Path=/;" in cookie
        assert "Secure" not in cookie


# --- through a proxy -----------------------------------------------------------------------------


def test_requests_come_through_a_proxy_as_if_there_were_none(tmp_path: Path):
    server = Server(echoing(Login([Person(*LOGIN)])), "127.0.0.1", listen("127.0.0.1", [0]))
    server.start()
    try:
        with proxying.plain(server.port, tmp_path) as address, httpx.Client(trust_env=False) as client:
            assert client.get(f"{address}config").status_code == 401
            page = client.get(address, headers=BROWSER)
            assert (page.status_code, page.text.count('action="login"')) == (401, 1)
            form = {"username": LOGIN[0], "password": LOGIN[1]}
            origin = {"Origin": address.removesuffix(f"{PREFIX}/")}
            done = client.post(f"{address}login", data=form, headers={**BROWSER, **origin})
            assert str(httpx.URL(f"{address}login").join(done.headers["location"])) == address
            said = client.post(f"{address}qa/ask", headers=origin).json()
            assert (said["prefix"], said["path"], said["client"]) == (PREFIX, "/qa/ask", "192.0.2.7")
            other = {"Origin": "http://example.invalid"}
            assert client.post(f"{address}qa/ask", headers=other).status_code == 403
            assert client.get(f"{address}gradio_api/file=x").status_code == 403
            assert str(client.get(f"{address}logout").headers["location"]) == "login"
            assert client.get(f"{address}config").status_code == 401
    finally:
        server.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of the real app.py, over the small corpus."""
    folder = tmp_path_factory.mktemp("proxied")
    write(folder / "corpus", DOCUMENTS)
    with app(folder / "index", folder / "corpus", QA_LOGIN=":".join(LOGIN)) as address:
        yield urlsplit(address).port or 0


@pytest.fixture(params=["plain", "nginx", "caddy"])
def address(request: pytest.FixtureRequest, served: int, tmp_path: Path) -> Iterator[str]:
    """The address of the real app.py behind a proxy."""
    proxy: Callable[[int, Path], AbstractContextManager[str]] = getattr(proxying, request.param)
    with ExitStack() as stack:
        yield stack.enter_context(proxy(served, tmp_path))


def test_programs_reach_the_server_under_the_path_of_the_proxy(address: str):
    sent: dict[str, Any] = {"auth": httpx.BasicAuth(*LOGIN), "trust_env": False, "timeout": 60}
    assert httpx.get(f"{address}health", trust_env=False).json() == {"ok": True}
    assert "340 passengers" in httpx.post(f"{address}api/ask", json=QUESTION, **sent).text
    assert len(httpx.get(f"{address}api/documents", **sent).json()) == 3
    description = httpx.get(f"{address}api/openapi.json", **sent).json()
    assert description["servers"] == [{"url": f"{PREFIX}/api"}]
    assert httpx.get(f"{address}config", **sent).json()["root"].startswith("http")

    client = Client(address, auth=LOGIN, verbose=False, analytics_enabled=False)
    assert len(client.predict(api_name="/documents")) == 3
    assert "340" in json.dumps(client.predict(QUESTION["question"], api_name="/ask"))
    client.close()

    async def tools() -> int:
        async with httpx.AsyncClient(**sent) as http:
            async with streamable_http_client(f"{address}gradio_api/mcp/", http_client=http) as (
                read,
                write,
                _,
            ):
                async with ClientSession(read, write) as session:
                    await session.initialize()
                    return len((await session.list_tools()).tools)

    assert asyncio.run(tools()) == 3


@needs_browser
def test_the_page_works_under_the_path_of_the_proxy(browser: Chrome, address: str):
    requested(browser)
    link = f"{address}#/document/ferry.md?at=2-7"
    browser.get(link)
    browser.find_element(By.NAME, "username").send_keys(LOGIN[0])
    browser.find_element(By.NAME, "password").send_keys(LOGIN[1] + Keys.ENTER)
    WebDriverWait(browser, PATIENCE).until(lambda _: browser.find_elements(By.CSS_SELECTOR, "#whole mark"))
    assert browser.current_url.startswith(link)  # the login has kept it
    page = Page(browser, address)
    assert browser.current_url == address
    assert "340 passengers" in page.ask(QUESTION["question"]).text
    name = f"mill {time.monotonic_ns()}.md"
    page.show("documents")
    page.script(SENT, name, f"The mill of {name} has four floors.")
    page.wait(lambda: page.seen("#uploads li[data-state=indexed]"))
    logged = [entry["message"] for entry in browser.get_log("browser")]
    # Fetched without cookies, at the root of the proxy, and before the login.
    refused = ("manifest.json", "/favicon.ico", "401")
    assert [message for message in logged if not any(part in message for part in refused)] == []
    assert requested(browser) == {urlsplit(address).netloc}
    page.one("#logout").click()
    page.wait(lambda: browser.find_elements(By.NAME, "username"))
    assert browser.current_url == f"{address}login"


SENT = """
const [name, text] = arguments, files = new DataTransfer(), field = document.querySelector("#files");
files.items.add(new File([text], name));
field.files = files.files;
field.dispatchEvent(new Event("change", { bubbles: true }));
"""
