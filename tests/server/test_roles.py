"""Several people may log in, and readers among them change no document, whatever they send."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import Page, needs_browser
from conftest import python
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from serving import app
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from qa.assistant import Assistant
from qa.server.app import guards
from qa.server.auth import Login
from qa.server.handlers import Handlers, Indexing
from qa.server.middleware import may_change
from qa.server.routes import routes
from qa.settings import Person

ADA, EVE = Person("ada", "s3cret"), Person("eve", "hunter2", is_reader=True)
EDITOR, READER = ("ada", "s3cret"), ("eve", "hunter2")
REFUSED = {"error": "you can ask and read here, but not change the documents"}
CHANGING = {"remove", "forget"}  # of the page's functions


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """Says of any request whether its sender may change documents."""

    async def answer(request: Request) -> JSONResponse:
        return JSONResponse(may_change(request))

    monkeypatch.setattr("qa.server.auth.FIRST_WAIT", 0.01)
    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    app = Starlette(
        routes=[Route("/{path:path}", answer, methods=methods)],
        middleware=guards(Login([ADA, EVE]), local=True),
    )
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        yield client


def test_each_person_has_a_password_and_a_role(client: TestClient):
    assert client.get("/config", auth=EDITOR).json() is True
    assert client.get("/config", auth=READER).json() is False
    for wrong in (("ada", "hunter2"), ("eve", "s3cret"), ("eve", "hunter2:reader"), ("", "hunter2")):
        assert client.get("/config", auth=wrong).status_code == 401


def test_a_session_has_the_role_of_who_logged_in(client: TestClient):
    for (name, password), role in ((EDITOR, True), (READER, False)):
        assert client.post("/login", data={"username": name, "password": password}).status_code == 200
        assert client.get("/config").json() is role
        assert client.post("/qa/remove").status_code == (200 if role else 403)
        client.get("/logout")
        client.cookies.clear()


@pytest.mark.parametrize("path", ["/qa/ask", "/qa/rate", "/gradio_api/queue/join", "/gradio_api/mcp"])
def test_a_reader_may_ask_and_rate(client: TestClient, path: str):
    assert client.post(path, auth=READER).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/qa/upload"),
        ("POST", "/qa/upload"),
        ("POST", "/qa/remove"),
        ("POST", "/qa/remove/"),
        ("POST", "/qa/forget"),
        ("POST", "/qa/anything-new"),
        ("DELETE", "/qa/anything-new"),
        ("POST", "/qa/ask/../remove"),
        ("POST", "/qa//remove"),
    ],
)
def test_a_reader_may_change_nothing(client: TestClient, method: str, path: str):
    answer = client.request(method, path, auth=READER)
    assert (answer.status_code, answer.json()) == (403, REFUSED)
    assert client.request(method, path, auth=EDITOR).status_code != 403 or "/.." in path or "//" in path


def test_each_function_of_the_page_changes_documents_or_may_be_called_by_readers(
    client: TestClient, assistant: Assistant
):
    """A new function is refused to readers until it is named in the middleware, or here if it changes any."""
    names = {function.__name__ for function in Handlers(assistant, Indexing()).functions()}
    refused = {name for name in names if client.post(f"/qa/{name}", auth=READER).status_code == 403}
    assert refused == CHANGING


def test_the_page_is_told_what_its_reader_may_do(assistant: Assistant):
    app = Starlette(routes=routes([], assistant), middleware=guards(Login([ADA, EVE]), local=True)[3:4])
    client = TestClient(app)
    assert client.get("/session", auth=EDITOR).json() == {"may_change": True}
    assert client.get("/session", auth=READER).json() == {"may_change": False}
    assert TestClient(Starlette(routes=routes([], assistant))).get("/session").json() == {"may_change": True}


def test_where_nothing_is_synced_everybody_is_a_reader(assistant: Assistant):
    for login, sender in ((None, None), (Login([ADA, EVE]), EDITOR)):
        app = Starlette(
            routes=routes([], assistant), middleware=guards(login, local=True, changes=False)[3:5]
        )
        client = TestClient(app)
        assert client.get("/session", auth=sender).json() == {"may_change": False}
        answer = client.post("/qa/remove", auth=sender)
        assert (answer.status_code, answer.json()) == (403, REFUSED)


WALK = """
import json, os, re, sys
from pathlib import Path
import httpx
from conftest import DOCUMENTS, WordEncoder, write
from qa.server import app as web
from qa.assistant import Assistant
from qa.settings import Person, Settings

folder = Path(sys.argv[1])
write(folder / "corpus", DOCUMENTS)
people = (Person("ada", "s3cret"), Person("eve", "hunter2", True))
assistant = Assistant(Settings(corpus=folder / "corpus", index=folder / "index", login=people), WordEncoder())
assistant.sync()
server = web.serve(assistant, "127.0.0.1")

def walk(routes, before=""):
    for route in routes:
        children = getattr(getattr(route, "original_router", route), "routes", None)
        path = before + (getattr(route, "path", None) or "")
        yield from walk(children, path) if children else ((path, m) for m in route.methods or ("GET", "POST"))

reached = []
for path, method in sorted(set(walk(server.app.routes))):
    path = re.sub(r"{[^}]*}", "1", path)
    if method not in ("GET", "HEAD"):
        url = server.url.rstrip("/") + path
        answer = httpx.request(method, url, auth=("eve", "hunter2"), content=b"x", trust_env=False)
        if answer.status_code != 403:
            reached.append(path)
print(json.dumps(sorted(set(reached))), flush=True)
os._exit(0)
"""


@pytest.mark.slow
def test_of_all_routes_a_reader_reaches_those_for_asking(tmp_path: Path):
    done = python(WALK, tmp_path)
    assert done.returncode == 0, done.stderr
    reached = json.loads(done.stdout)
    page = {
        f"/qa/{name}"
        for name in ("ask", "why", "show", "copied", "export", "whole", "page", "listing", "rate")
    }
    assert page <= set(reached)
    assert {path for path in reached if not path.startswith(("/gradio_api/", "/api/"))} == {*page, "/login"}
    assert not [path for path in reached if "upload" in path or "remove" in path]


SENT = """
const [name, text] = arguments, files = new DataTransfer(), field = document.querySelector("#files");
files.items.add(new File([text], name));
field.files = files.files;
field.dispatchEvent(new Event("change", { bubbles: true }));
"""


def log_in(browser: Chrome, name: str, password: str) -> None:
    browser.find_element(By.NAME, "username").send_keys(name)
    browser.find_element(By.NAME, "password").send_keys(password + Keys.ENTER)


@needs_browser
def test_the_page_offers_a_reader_no_changes_and_keeps_the_draft_over_a_login(
    browser: Chrome, tmp_path: Path
):
    corpus, file = tmp_path / "corpus", tmp_path / "people"
    corpus.mkdir()
    (corpus / "mill.md").write_text("The mill of Norvik has four floors.\n", "utf-8")
    file.write_text("# those who may log in\nada:s3cret\neve:hunter2:reader\n", "utf-8")
    with app(tmp_path / "index", corpus, QA_LOGIN_FILE=str(file)) as address:
        browser.get(address)
        log_in(browser, "eve", "hunter2")
        page = Page(browser, address)
        assert "four floors" in page.ask("How many floors does the mill of Norvik have?").text
        page.show("documents")
        page.wait(lambda: page.seen("#reading"))
        assert not page.seen("#drop, [data-act=remove]")
        page.script(SENT, "bridge.md", "The bridge of Norvik is red.")
        assert "not add or delete documents" in page.toast()
        refused = page.script(
            "return fetch('qa/remove', { method: 'POST', body: '{}' }).then((r) => r.status)"
        )
        assert refused == 403

        page.one("#ask").send_keys("Who built the")
        page.script("return fetch('logout')")  # as another tab would, or a server that starts again
        page.wait(lambda: page.seen("#ended a"))
        page.one("#ended a").click()
        page.wait(lambda: browser.find_elements(By.NAME, "username"))
        log_in(browser, "ada", "s3cret")
        page.ready()
        assert page.one("#ask").get_attribute("value") == "Who built the"
        page.show("documents")
        assert page.seen("#drop")
        assert page.seen("[data-act=remove]")
        assert not page.seen("#reading")

        page.script("return fetch('logout')")
        page.one("#ask").send_keys(" mill?" + Keys.ENTER)  # before the page has noticed
        page.wait(lambda: page.seen("#ended a"))
        page.wait(lambda: page.one("#ask").get_attribute("value") == "Who built the mill?")
        browser.get(address)
        log_in(browser, "ada", "s3cret")
        page.ready()
        assert page.one("#ask").get_attribute("value") == "Who built the mill?"
