"""Which requests are let through and which are refused; no way serves any file or web address."""

from __future__ import annotations

import http.server
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from serving import CORPUS, HERE, app
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from qa.server.app import guards
from qa.server.auth import Login
from qa.server.middleware import MAX_BODY, MAX_BODY_BELOW, MAX_PATH, server_error
from qa.settings import Person

HERE_URL = "http://127.0.0.1:7860"
OTHER_SITE = "https://example.invalid"
SECRETS = ("trade between Kazakhstan", "sentence-transformers", "PRIVATE KEY", "root:", "SQLite format")


async def echo(request: Request) -> PlainTextResponse:
    """Answers any request with the Origin that came through, as Gradio would see it."""
    return PlainTextResponse(request.headers.get("origin", "none"))


async def hello(socket: WebSocket) -> None:
    await socket.accept()
    await socket.close()


def guarded_client(login: Login | None = None, *, local: bool = True) -> TestClient:
    routes = [
        WebSocketRoute("/qa/socket", hello),
        Route("/{path:path}", echo, methods=["GET", "POST", "DELETE"]),
    ]
    middleware = guards(login, local=local)
    return TestClient(Starlette(routes=routes, middleware=middleware), base_url=HERE_URL)


@pytest.fixture
def client() -> Iterator[TestClient]:
    with guarded_client() as client:
        yield client


@pytest.fixture
def wide() -> Iterator[TestClient]:
    with guarded_client(local=False) as client:
        yield client


FOREIGN = [
    {"Origin": OTHER_SITE},
    {"Origin": "null"},
    {"Origin": "http://["},
    {"Origin": "http://127.0.0.1:3000"},
    {"Origin": "http://127.0.0.1:7860.example.invalid"},
    {"Origin": HERE_URL, "Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize("path", ["/gradio_api/queue/join", "/qa/ask", "/qa/upload", "/login"])
def test_a_page_of_another_site_cannot_change_anything(
    client: TestClient, headers: dict[str, str], path: str
):
    for method in ("POST", "DELETE"):
        answer = client.request(method, path, headers=headers)
        assert answer.status_code == 403
        assert answer.json() == {"error": "a page of another site cannot change anything here"}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": HERE_URL},
        {"Origin": HERE_URL, "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://LOCALHOST:7860", "Host": "localhost:7860"},
        {"Origin": "https://qa.example.org", "X-Forwarded-Host": "qa.example.org"},
    ],
)
def test_the_page_itself_and_programs_can_change_things(client: TestClient, headers: dict[str, str]):
    assert client.post("/gradio_api/queue/join", headers=headers).status_code == 200


def test_reading_from_another_site_is_left_to_the_browser_to_forbid(wide: TestClient):
    assert wide.get("/config", headers={"Origin": OTHER_SITE}).text == "none"
    assert wide.get("/config", headers={"Origin": HERE_URL}).text == HERE_URL


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:7860", "localhost:1", "LOCALHOST", "[::1]:7860", "127.8.9.1"]
)
def test_this_machine_is_served_under_its_own_names(client: TestClient, host: str):
    assert client.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "example.invalid",
        "example.invalid:7860",
        "127.0.0.1.example.invalid",
        "localhost.example.invalid",
        "0.0.0.0",
        "[",
        "",
    ],
)
def test_other_names_are_refused_if_the_server_is_bound_to_this_machine(
    client: TestClient, wide: TestClient, host: str
):
    for method in ("GET", "POST"):
        answer = client.request(method, "/config", headers={"Host": host})
        assert answer.status_code == 403
        assert "127.0.0.1 or localhost" in answer.json()["error"]
    assert wide.get("/config", headers={"Host": host}).status_code == 200


def test_websockets_from_other_sites_are_refused(client: TestClient):
    with client.websocket_connect("/qa/socket", headers={"Origin": HERE_URL, "Host": "127.0.0.1:7860"}):
        pass
    for headers in ({"Origin": OTHER_SITE}, {"Host": "example.invalid"}):
        with pytest.raises(WebSocketDisconnect), client.websocket_connect("/qa/socket", headers=headers):
            pass


def test_a_websocket_requires_the_login():
    with guarded_client(Login([Person("ada", "s3cret")])) as client:
        host = {"Host": "127.0.0.1:7860"}
        with client.websocket_connect(
            "/qa/socket", headers={**host, "Authorization": "Basic YWRhOnMzY3JldA=="}
        ):
            pass
        with pytest.raises(WebSocketDisconnect), client.websocket_connect("/qa/socket", headers=host):
            pass


def test_a_body_has_a_length_and_a_limit(client: TestClient):
    def announced(length: int | str) -> dict[str, str]:
        return {"Content-Length": str(length)}

    assert client.post("/gradio_api/queue/join", content=b"", headers=announced(MAX_BODY)).status_code == 200
    too_long = client.post("/gradio_api/queue/join", content=b"", headers=announced(MAX_BODY + 1))
    assert (too_long.status_code, too_long.json()) == (413, {"error": "larger than 2 MB"})
    for path, limit in MAX_BODY_BELOW.items():
        assert client.post(path, content=b"", headers=announced(limit)).status_code == 200
        assert client.post(path, content=b"", headers=announced(limit + 1)).status_code == 413
        assert client.post(path, content=b"", headers=announced(1 << 40)).status_code == 413
    assert client.post("/gradio_api/queue/join", content=iter([b"no length"])).status_code == 411


def test_every_response_has_headers_that_isolate_the_page(client: TestClient):
    for path in ("/", "/gradio_api/file=x", "/gradio_api/info"):
        headers = client.get(path).headers
        policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
        assert policy["default-src"].startswith("'self'")
        assert {policy[name] for name in ("object-src", "frame-ancestors")} == {"'none'"}
        assert {policy[name] for name in ("base-uri", "form-action")} == {"'self'"}
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "same-origin"


def test_a_failure_has_these_headers_too_and_no_details():
    async def fail(request: Request) -> PlainTextResponse:
        raise RuntimeError("a secret of the server")

    app = Starlette(
        routes=[Route("/", fail)],
        middleware=guards(None, local=True),
        exception_handlers={500: server_error},
    )
    with TestClient(app, base_url=HERE_URL, raise_server_exceptions=False) as client:
        answer = client.get("/")
    assert (answer.status_code, answer.text) == (500, "Internal Server Error")
    assert answer.headers["x-frame-options"] == "DENY"


def test_a_refusal_names_the_first_reason_only():
    """In the order of host, site, login, path and body, so that a stranger learns nothing about the rest."""
    wrong = {"Host": "example.invalid", "Origin": OTHER_SITE, "Content-Length": str(1 << 40)}
    reasons = [
        "127.0.0.1 or localhost",
        "another site",
        "log in first",
        "not served here",
        "larger than 2 MB",
    ]
    fixes: list[dict[str, str]] = [
        {"Host": "127.0.0.1:7860"}, {"Origin": HERE_URL}, {"Authorization": "Basic YWRhOnMzY3JldA=="}
    ]  # fmt: skip
    with guarded_client(Login([Person("ada", "s3cret")])) as client:
        for number, reason in enumerate(reasons):
            headers = {**wrong, **{k: v for fix in fixes[:number] for k, v in fix.items()}}
            path = "/gradio_api/upload" if number < 4 else "/gradio_api/queue/join"
            answer = client.post(path, content=b"", headers=headers)
            assert reason in answer.json()["error"]
            assert answer.headers["x-frame-options"] == "DENY"


def test_long_answers_are_compressed_for_clients_that_accept_it():
    async def long(request: Request) -> PlainTextResponse:
        return PlainTextResponse("the same again " * 1000)

    async def events(request: Request) -> PlainTextResponse:
        return PlainTextResponse("data: the same again\n\n" * 1000, media_type="text/event-stream")

    routes = [Route("/", long), Route("/gradio_api/queue/data", events)]
    app = Starlette(routes=routes, middleware=guards(None, local=True))
    with TestClient(app, base_url=HERE_URL) as client:
        compressed = client.get("/", headers={"Accept-Encoding": "gzip, br"})
        assert compressed.headers["content-encoding"] == "gzip"
        assert int(compressed.headers["content-length"]) < 500
        assert compressed.text == "the same again " * 1000
        assert "content-encoding" not in client.get("/", headers={"Accept-Encoding": "identity"}).headers
        # Events must arrive at once.
        assert "content-encoding" not in client.get("/gradio_api/queue/data").headers


# From here on with the real app.py, in a separate process.


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("guard") / "index"


@pytest.fixture(scope="module")
def address(index: Path) -> Iterator[str]:
    with app(index) as address:
        yield address


def raw(address: str, target: str) -> httpx.Response:
    """Request a path as it is, without the dots resolved as other clients do."""
    url = httpx.URL(address).copy_with(raw_path=target.encode())
    return httpx.get(url, trust_env=False, timeout=20)


WAYS = [
    *("/gradio_api/file={}", "/gradio_api/file/{}", "/gradio_api/proxy={}", "/file={}", "/file/{}", "/{}"),
    *("/static/{}", "/assets/{}", "/svelte/{}", "/gradio_api/custom_component/x/client/component/{}"),
    *("/?deep_link={}", "/config?deep_link={}", "/gradio_api/stream/x/1/1/{}", "/gradio_api/mcp/{}"),
    *("/gradio_api/call/../file={}", "/gradio_api//file={}", "/gradio_api/%66ile={}", "/qa/{}", "/qa/../{}"),
]
PARENTS = "../" * 12


@pytest.mark.parametrize("way", WAYS)
def test_no_file_is_served_by_any_way(address: str, index: Path, way: str):
    document = CORPUS / "kazakhstan-bets-on-pakistan.md"
    files = [HERE / "pyproject.toml", document, *index.glob("*.sqlite*"), Path("/etc/passwd")]
    assert len(files) > 3
    for file in files:
        path = str(file)
        dotted = PARENTS + path[1:]
        relative = path.removeprefix(str(HERE) + "/")
        for target in (
            path,
            path[1:],
            relative,
            dotted,
            dotted.replace("/", "%2F"),
            path.replace("/", "%5C"),
        ):
            answer = raw(address, way.format(target))
            if not way.startswith(("/?", "/config")):
                assert answer.status_code in (403, 404, 405)
            assert not any(secret in answer.text for secret in SECRETS)


@pytest.mark.parametrize(
    "path",
    [
        "http://127.0.0.1:1/",
        "https:/example.invalid/",
        "HTTPS%3A//example.invalid/",
        "pyproject.toml",
        "/etc/hostname",
    ],
)
def test_the_file_route_is_closed(address: str, path: str):
    assert raw(address, f"/gradio_api/file={path}").status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        *("monitoring", "monitoring/summary", "gradio_api/vibe-code", "gradio_api/deep_link?session_hash=x"),
        *(
            "gradio_api/proxy=https://x.hf.space/",
            "gradio_api/runs",
            "gradio_api/dev/reload",
            "gradio_api/token",
        ),
    ],
)
def test_routes_without_a_use_are_not_served(address: str, path: str):
    answer = httpx.get(address + path, trust_env=False)
    assert (answer.status_code, answer.json()) == (403, {"error": "not served here"})


def test_scripts_are_cached_by_the_browser_and_the_page_is_not(address: str):
    page = httpx.get(address, trust_env=False, timeout=20)
    script = re.search(r'src="\./(assets/[^"]+\.js)"', page.text)
    assert script
    cached = httpx.get(address + script[1], trust_env=False, timeout=20)
    assert cached.headers["cache-control"] == "private, max-age=31536000, immutable"
    for path in ("", "assets/none.js", "theme.css"):
        other = httpx.get(address + path, trust_env=False, timeout=20)
        assert "immutable" not in other.headers.get("cache-control", "")


def test_descriptions_of_the_endpoints_are_served(address: str):
    for path in ("config", "gradio_api/info", "gradio_api/openapi.json", "theme.css", "manifest.json"):
        assert httpx.get(address + path, trust_env=False).status_code == 200


def test_gradio_accepts_no_files(address: str):
    """It would keep any number of them for a day, and nothing needs them."""
    for path in ("upload", "upload_progress?upload_id=x"):
        files = {"files": ("note.html", b"<script>alert(1)</script>")}
        answer = httpx.post(f"{address}gradio_api/{path}", files=files, trust_env=False)
        assert (answer.status_code, answer.json()) == (403, {"error": "not served here"})


def test_long_paths_are_refused(client: TestClient):
    heartbeat = "/gradio_api/heartbeat/"
    assert client.get(heartbeat.ljust(MAX_PATH, "x")).status_code == 200
    assert client.get(heartbeat.ljust(MAX_PATH + 1, "x")).status_code == 403


@pytest.mark.slow
def test_other_sites_may_not_read_even_if_the_server_is_bound_wider(tmp_path: Path):
    with app(tmp_path / "index", GRADIO_SERVER_NAME="0.0.0.0") as address:
        for host in ("192.0.2.7:7860", "localhost:7860"):
            headers = {"Host": host, "Origin": OTHER_SITE}
            for method in ("GET", "OPTIONS"):
                preflight = {**headers, "Access-Control-Request-Method": "POST"}
                answer = httpx.request(
                    method, f"{address}gradio_api/info", headers=preflight, trust_env=False
                )
                assert "access-control-allow-origin" not in answer.headers
            call = f"{address}gradio_api/call/ask"
            assert httpx.post(call, json={}, headers=headers, trust_env=False).status_code == 403
        log = (tmp_path / "index.log").read_text()
        assert "anyone who can reach 0.0.0.0 can ask and read. Set QA_LOGIN=name:password" in log


@pytest.fixture
def other_server() -> Iterator[tuple[str, list[str]]]:
    """The address of another server, and the paths that are requested from it."""
    requested: list[str] = []

    class Other(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requested.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Other) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", requested
        server.shutdown()
        thread.join()


def test_no_web_address_is_fetched_for_a_caller(address: str, other_server: tuple[str, list[str]]):
    url, requested = other_server
    for target in (f"{url}/x", "https://example.invalid/x"):
        for route in ("file=", "file/", "proxy="):
            assert raw(address, f"/gradio_api/{route}{target}").status_code == 403
        file = {"path": target, "url": target, "meta": {"_type": "gradio.FileData"}}
        started = httpx.post(f"{address}gradio_api/call/v2/ask", json={"question": file}, trust_env=False)
        event = started.json()["event_id"]
        stream = httpx.get(f"{address}gradio_api/call/ask/{event}", trust_env=False).text
        assert "the first argument must be text" in stream  # Gradio alone would fetch it
        forwarded = {"X-Forwarded-Host": url.removeprefix("http://"), "X-Gradio-Server": url}
        assert httpx.get(f"{address}config", headers=forwarded, trust_env=False).status_code == 200
    assert requested == []
