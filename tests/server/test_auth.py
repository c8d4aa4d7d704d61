"""If a login is set, nothing is served without it, and everything with it, in any of its forms."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from browsing import chromium, needs_browser
from conftest import python
from gradio_client import Client
from gradio_client.exceptions import AuthenticationError
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait
from serving import PATIENCE, app
from starlette.requests import HTTPConnection
from starlette.responses import Response

from qa.server import auth
from qa.server.auth import SESSION_SECONDS, TOO_MANY, WRONG, Login
from qa.settings import Person

NAME, PASSWORD = "ada", "s3cret: grün"
PEOPLE = [Person(NAME, PASSWORD)]
RIGHT = {"username": NAME, "password": PASSWORD}
BROWSER = {"Accept": "text/html,application/xhtml+xml", "User-Agent": "Mozilla/5.0"}


def basic(name: str = NAME, password: str = PASSWORD) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    index = tmp_path_factory.mktemp("login") / "index"
    with app(index, QA_LOGIN=f"{NAME}:{PASSWORD}") as address:
        yield address


@pytest.fixture
def browser(address: str) -> Iterator[httpx.Client]:
    """A client with a browser's headers and cookies that shows nothing."""
    with httpx.Client(base_url=address, headers=BROWSER, trust_env=False, timeout=30) as client:
        yield client


def get(url: str, **headers: str) -> httpx.Response:
    return httpx.get(url, headers=headers, trust_env=False, timeout=30)


WALK = """
import base64, json, os, re, sys, threading
from pathlib import Path
import httpx
from conftest import DOCUMENTS, WordEncoder, write
from qa.server import app as web
from qa.assistant import Assistant
from qa.settings import Person, Settings

folder = Path(sys.argv[1])
write(folder / "corpus", DOCUMENTS)
settings = Settings(corpus=folder / "corpus", index=folder / "index", login=(Person("ada", "s3cret"),))
assistant = Assistant(settings, WordEncoder())
assistant.sync()
server = web.serve(assistant, "127.0.0.1")

def walk(routes, before=""):
    for route in routes:
        router = getattr(route, "original_router", route)
        children = getattr(router, "routes", None)
        path = before + (getattr(route, "path", None) or "")
        yield from walk(children, path) if children else ((path, m) for m in route.methods or ("GET", "POST"))

answers = []
for path, method in sorted(set(walk(server.app.routes))):
    path = re.sub(r"{[^}]*}", "1", path)
    for headers in ({}, {"Cookie": "qa_session_%d=forged" % server.port}):
        answer = httpx.request(method, server.url.rstrip("/") + path, headers=headers, trust_env=False)
        answers.append((method, path, answer.status_code, answer.text))
print(json.dumps(answers), flush=True)
os._exit(0)
"""


@pytest.mark.slow
def test_every_route_requires_the_login(tmp_path: Path):
    done = python(WALK, tmp_path)
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    paths = {path for _, path, _, _ in answers}
    assert {"/", "/config", "/gradio_api/mcp", "/gradio_api/queue/join", "/gradio_api/file=1"} <= paths
    assert {"/assets/1", "/gradio_api/startup-events", "/gradio_api/heartbeat/1", "/theme.css"} <= paths
    assert {"/qa/ask", "/qa/remove", "/qa/upload", "/qa/page/1/1", "/api/1"} <= paths
    assert len(paths) > 70
    served = {(method, path, status) for method, path, status, _ in answers if status != 401}
    open_to_all = {("GET", "/health", 200), ("HEAD", "/health", 200)}
    assert served == {("GET", "/logout", 303), ("POST", "/login", 400), *open_to_all}
    for method, path, _, text in answers:
        assert path in ("/logout", "/health") or method == "HEAD" or json.loads(text).keys() == {"error"}
        assert "\n" not in text


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Basic"},
        {"Authorization": "Basic !!!"},
        {"Authorization": "Basic " + base64.b64encode(b"ada").decode()},
        {"Authorization": "Basic " + base64.b64encode(b"\xff:\xff").decode()},
        {"Authorization": "Bearer ada:s3cret"},
        {"Cookie": "qa_session_7860=forged; qa_session_None="},
    ],
)
def test_an_invalid_login_is_refused_in_one_line(address: str, headers: dict[str, str]):
    for path in ("config", "gradio_api/info", "assets/", "no/such/thing", "gradio_api/call/ask/x"):
        answer = get(address + path, **headers)
        assert answer.status_code == 401
        assert answer.json() == {"error": auth.NOT_LOGGED_IN}
        assert answer.headers["www-authenticate"].startswith("Basic ")
    answer = httpx.post(f"{address}gradio_api/mcp", json={}, headers=headers, trust_env=False)
    assert answer.status_code == 401


def test_a_wrong_password_is_refused(address: str):
    for number, pair in enumerate([(NAME, "s3cret"), ("eve", PASSWORD), (NAME, ""), ("", "")]):
        sender = {
            "X-Forwarded-For": f"192.0.2.{number}"
        }  # as from a proxy on this machine; no address waits for another
        assert get(f"{address}config", **basic(*pair), **sender).status_code == 401
    with pytest.raises(AuthenticationError):
        Client(address, auth=(NAME, "wrong"), verbose=False, analytics_enabled=False)


@pytest.mark.parametrize(
    "credentials",
    [
        {"auth": (NAME, PASSWORD)},
        {"headers": basic()},
        {"httpx_kwargs": {"auth": httpx.BasicAuth(NAME, PASSWORD)}},
    ],
)
def test_gradio_client_works_with_each_kind_of_login(address: str, credentials: dict):
    client = Client(address, verbose=False, analytics_enabled=False, **credentials)
    assert len(client.predict(api_name="/documents")) == 5
    assert client.predict("How much would the railway to Pakistan cost?", api_name="/ask")["answered"]
    client.close()


def test_a_program_asks_over_plain_http(address: str):
    question = {"question": "How much would the railway to Pakistan cost?"}
    call = f"{address}gradio_api/call/v2/ask"
    assert httpx.post(call, json=question, trust_env=False).status_code == 401
    event = httpx.post(call, json=question, headers=basic(), trust_env=False).json()["event_id"]
    stream = f"{address}gradio_api/call/ask/{event}"
    assert get(stream).status_code == 401
    assert "$7 billion" in get(stream, **basic()).text


def test_a_browser_is_shown_the_login_page_and_then_the_page(browser: httpx.Client):
    for path, status in (("/", 401), ("/login", 200)):
        login_page = browser.get(path)
        assert login_page.status_code == status
        assert '<form method="post" action="login">' in login_page.text
        assert "http" not in login_page.text  # nothing from other sites
        policy = login_page.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        (script,) = re.findall("<script>(.*?)</script>", login_page.text)  # and no other may run
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert re.findall("script-src ([^;]*)", policy) == [f"'sha256-{digest}'"]
        assert "www-authenticate" not in login_page.headers
    refused = browser.get("/config")  # as from the page after its session has ended: no window pops up
    assert refused.status_code == 401
    assert "www-authenticate" not in refused.headers

    response = browser.post("/login", data=RIGHT)
    assert (response.status_code, response.headers["location"]) == (303, "./")
    cookie = response.headers["set-cookie"]
    for part in ("qa_session_", "HttpOnly", "SameSite=strict", "Path=/", f"Max-Age={SESSION_SECONDS}"):
        assert part in cookie
    assert "Secure" not in cookie
    assert "window.gradio_config" in browser.get("/").text
    assert browser.get("/config").status_code == 200
    assert browser.get("/login").headers["location"] == "./"


def test_the_cookie_is_only_sent_over_https_if_the_page_is(browser: httpx.Client):
    forwarded = {"X-Forwarded-Proto": "https"}
    assert "Secure" in browser.post("/login", data=RIGHT, headers=forwarded).headers["set-cookie"]


def test_logging_out_ends_the_session(browser: httpx.Client, address: str):
    browser.post("/login", data=RIGHT)
    cookies = dict(browser.cookies)
    response = browser.get("/logout")
    assert (response.status_code, response.headers["location"]) == (303, "login")
    assert browser.get("/config").status_code == 401
    assert httpx.get(f"{address}config", cookies=cookies, trust_env=False).status_code == 401


def test_logging_out_ends_no_other_session(browser: httpx.Client, address: str):
    other = httpx.post(f"{address}login", data=RIGHT, trust_env=False)
    assert other.json() == {"success": True}
    browser.post("/login", data=RIGHT)
    browser.get("/logout")
    assert httpx.get(f"{address}config", cookies=dict(other.cookies), trust_env=False).status_code == 200


def test_a_wrong_password_is_reported_on_the_page(browser: httpx.Client):
    page = browser.post("/login", data={**RIGHT, "password": "<b>no"})
    assert page.status_code == 401
    assert WRONG in page.text
    assert "set-cookie" not in page.headers
    assert "<b>" not in page.text


def test_an_invalid_form_is_refused(address: str):
    for headers, body in (
        ({"Content-Type": "multipart/form-data; boundary=x"}, b"not a form"),
        ({"Content-Type": "application/json"}, json.dumps(RIGHT).encode()),
        ({}, b"\xff\xfe"),
    ):
        answer = httpx.post(f"{address}login", content=body, headers=headers, trust_env=False, timeout=30)
        assert (answer.status_code, answer.json()) == (400, {"error": auth.EMPTY})


def test_a_page_of_another_site_cannot_log_in(address: str):
    headers = {"Origin": "https://example.invalid"}
    assert httpx.post(f"{address}login", data=RIGHT, headers=headers, trust_env=False).status_code == 403


@pytest.mark.slow
def test_logging_in_always_succeeds_if_no_login_is_set(tmp_path: Path):
    with app(tmp_path / "index") as address:
        assert get(f"{address}login", **BROWSER).headers["location"] == "./"
        client = Client(address, auth=("any", "body"), verbose=False, analytics_enabled=False)
        assert len(client.predict(api_name="/documents")) == 5
        client.close()


# Time, which the tests above cannot control.


def connection(host: str = "192.0.2.1", **headers: str) -> HTTPConnection:
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "path": "/config", "headers": raw, "client": (host, 1), "server": ("x", 7860)}
    return HTTPConnection({**scope, "scheme": "http", "method": "GET", "query_string": b""})


def status_of(sender: Person | Response) -> int:
    return sender.status_code if isinstance(sender, Response) else 200


def test_a_session_expires():
    now = 0.0
    login = Login(PEOPLE, clock=lambda: now)
    cookie = {"Cookie": f"qa_session_7860={login._open_session(PEOPLE[0])}"}

    def status() -> int:
        return status_of(asyncio.run(login.sender(connection(**cookie))))

    assert status() == 200
    now = SESSION_SECONDS - 1.0
    assert status() == 200
    now = SESSION_SECONDS + 1.0
    assert status() == 401


def test_a_cookie_of_another_path_does_no_harm():
    """A browser that knew the server without a proxy, or another one under the same name, sends both."""
    login = Login(PEOPLE)
    token = login._open_session(PEOPLE[0])
    for tokens in ([token, "old"], ["old", token]):
        cookies = {"Cookie": "; ".join(["a=b", *(f"qa_session_7860={token}" for token in tokens)])}
        assert status_of(asyncio.run(login.sender(connection(**cookies)))) == 200


def test_the_oldest_of_too_many_sessions_ends(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(auth, "MAX_SESSIONS", 2)
    login = Login(PEOPLE)
    cookies = [{"Cookie": f"qa_session_7860={login._open_session(PEOPLE[0])}"} for _ in range(3)]
    senders = [asyncio.run(login.sender(connection(**cookie))) for cookie in cookies]
    assert [status_of(sender) for sender in senders] == [401, 200, 200]


@pytest.mark.slow
def test_guessing_is_slow_for_the_address_that_guesses_and_for_no_other(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(auth, "FIRST_WAIT", 0.2)
    login = Login(PEOPLE)

    async def attempt(host: str, password: str) -> tuple[int, float]:
        started = time.monotonic()
        sender = await login.sender(connection(host, **basic(password=password)))
        return status_of(sender), time.monotonic() - started

    async def attack() -> None:
        status, seconds = await attempt("192.0.2.1", "a")
        assert status == 401
        assert seconds >= 0.2
        guesses = [asyncio.create_task(attempt("192.0.2.1", guess)) for guess in "bcd"]
        await asyncio.sleep(0.05)
        for password in ("e", PASSWORD):  # in parallel is no faster, and even the right one is not checked
            assert (await attempt("192.0.2.1", password))[0] == 429
        status, seconds = await attempt("192.0.2.2", PASSWORD)
        assert status == 200
        assert seconds < 0.1
        waits = [wait for _, wait in await asyncio.gather(*guesses)]
        assert waits == sorted(waits)
        assert waits[2] > 3 * waits[0] / 2
        assert (await attempt("192.0.2.1", PASSWORD))[0] == 200

    asyncio.run(attack())


def test_many_addresses_of_one_machine_count_as_one():
    a, b = connection("2001:db8:1:2:aaaa::1"), connection("2001:db8:1:2:bbbb::7")
    assert (
        auth._client_address(a)
        == auth._client_address(b)
        != auth._client_address(connection("2001:db8:1:3::1"))
    )


def test_the_answer_to_too_many_tries_says_when_to_try_again(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(auth, "MAX_WAITING", 0)

    async def sender() -> Person | Response:
        return await Login(PEOPLE).sender(connection(**basic()))

    response = asyncio.run(sender())
    assert isinstance(response, Response)
    assert json.loads(bytes(response.body)) == {"error": TOO_MANY}
    assert int(response.headers["retry-after"]) > 0


# In a browser that runs no scripts.


@pytest.fixture
def chrome(tmp_path: Path) -> Iterator[Chrome]:
    browser = chromium(tmp_path)
    yield browser
    browser.quit()


@needs_browser
def test_a_person_logs_in_without_scripts(chrome: Chrome, address: str):
    def wait(text: str) -> None:
        WebDriverWait(chrome, PATIENCE, 0.1).until(lambda _: text in chrome.page_source)

    chrome.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    chrome.get(address)
    assert chrome.switch_to.active_element.get_attribute("name") == "username"
    chrome.switch_to.active_element.send_keys(NAME + Keys.TAB)
    chrome.switch_to.active_element.send_keys("wrong" + Keys.ENTER)
    wait(WRONG)
    assert chrome.find_element(By.CSS_SELECTOR, "[role=alert]").is_displayed()
    for label in chrome.find_elements(By.TAG_NAME, "label"):
        assert chrome.find_element(By.ID, label.get_attribute("for")).is_displayed()
    chrome.switch_to.active_element.send_keys(NAME + Keys.TAB)
    chrome.switch_to.active_element.send_keys(PASSWORD + Keys.ENTER)
    wait("gradio_config")
    assert chrome.current_url == address

    chrome.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    chrome.get_log("browser")  # the two 401 answers
    chrome.get(address)
    WebDriverWait(chrome, PATIENCE, 0.1).until(lambda _: chrome.find_elements(By.CSS_SELECTOR, "textarea"))
    logged = [entry["message"] for entry in chrome.get_log("browser")]
    assert [message for message in logged if "manifest.json" not in message] == []  # fetched without cookies
    chrome.get(f"{address}logout")
    assert chrome.current_url == f"{address}login"
