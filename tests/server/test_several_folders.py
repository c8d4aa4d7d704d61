"""Several folders on one server: each answers from its own documents, and one login is for all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from browsing import PHONE, Page, needs_browser, sized, texts
from conftest import DOCUMENTS, HERE, QUESTION, write
from selenium.webdriver import Chrome

from qa.index.layout import DATABASE
from qa.server.folders import chooser, named

ADA, EVE = ("ada", "s3cret"), ("eve", "hunter2")
BRIDGE = "Who finished the stone bridge at Osk?"
ANSWERS = {QUESTION: "340 passengers", BRIDGE: "the mason Anders Lund"}
BROWSER = {"Accept": "text/html", "User-Agent": "Mozilla/5.0"}
TOOLS = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "documents", "arguments": {}}}

# Serves two folders twice, with and without a login. Gradio is kept out of the process of the tests.
SERVER = """
import json, sys
from pathlib import Path
from conftest import KeyReader, WordEncoder
from qa.assistant import Assistant
from qa.errors import SettingsError
from qa.server import app as web, health
from qa.settings import Person, Settings

folder, answers = Path(sys.argv[1]), json.loads(sys.argv[2])
people = (Person("ada", "s3cret"), Person("eve", "hunter2", is_reader=True))
encoder, reader = WordEncoder(), KeyReader(answers)
health.KEPT_SECONDS = 0
handlers, limits = web.Handlers, set()
web.Handlers = lambda *all: limits.add(all[-1]) or handlers(*all)

def both(login):
    for name in ("Ferries", "bridges"):
        settings = Settings(folder / name, folder / f"index of {name}", login=login)
        assistant = Assistant(settings, encoder, reader)
        assistant.sync()
        yield assistant

servers = [web.serve(list(both(login)), "127.0.0.1") for login in (people, None)]
try:
    web.serve([*both(people), *both(None)], "127.0.0.1")
    refused = ""
except SettingsError as error:
    refused = str(error)
print(json.dumps({"urls": [server.url for server in servers], "limits": len(limits), "refused": refused}))
sys.stdout.flush()
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("folders")
    write(folder / "Ferries", {"ferry.md": DOCUMENTS["ferry.md"]})
    write(folder / "bridges", {"bridge.txt": DOCUMENTS["bridge.txt"]})
    return folder


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[dict[str, Any]]:
    """What the process that serves says of itself."""
    command = [sys.executable, "-c", SERVER, str(folder), json.dumps(ANSWERS)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(HERE), *sys.path])}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout
        yield json.loads(process.stdout.readline())
        process.terminate()


@pytest.fixture
def stranger(served: dict[str, Any]) -> Iterator[httpx.Client]:
    """Somebody who has not logged in."""
    with httpx.Client(base_url=served["urls"][0], trust_env=False, timeout=60) as client:
        yield client


@pytest.fixture
def client(stranger: httpx.Client) -> httpx.Client:
    """Somebody who sends name and password along."""
    stranger.auth = ADA
    return stranger


# --- names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("folders", "names", "paths"),
    [
        (["/a/docs", "/a/Field Notes"], ["docs", "Field Notes"], ["docs", "field-notes"]),
        (["/2023/papers", "/2024/papers"], ["2023/papers", "2024/papers"], ["2023-papers", "2024-papers"]),
        (["/papers", "/x/papers"], ["/papers", "x/papers"], ["papers", "x-papers"]),
        (["/a/b c", "/a/b-c"], ["b c", "b-c"], ["b-c", "b-c-2"]),
        (["/a/Büro", "/a/文書", "/"], ["Büro", "文書", "/"], ["buro", "folder", "folder-2"]),
        (["/a/api", "/a/health"], ["api", "health"], ["api-2", "health-2"]),
    ],
)
def test_folders_are_told_apart_by_as_much_of_their_path_as_it_takes(folders, names, paths):
    found = named([Path(folder) for folder in folders])
    assert [folder.name for folder in found] == names
    assert [folder.path for folder in found] == paths


def test_what_stands_in_a_name_is_text():
    folders = named([Path("/a/<b>&"), Path("/a/c")])
    assert "<b>" not in chooser(folders, folders[0])
    assert "&lt;b&gt;&amp;" in chooser(folders, folders[0])


# --- each folder by itself -----------------------------------------------------------------------


def test_each_folder_answers_from_its_own_documents(client: httpx.Client):
    for path, question, other in (("ferries", QUESTION, BRIDGE), ("bridges", BRIDGE, QUESTION)):
        answer = client.post(f"/{path}/api/ask", json={"question": question}).json()
        assert ANSWERS[question] in answer["text"]
        assert not client.post(f"/{path}/api/ask", json={"question": other}).json()["answered"]
        assert ANSWERS[question] in client.post(f"/{path}/qa/ask", json={"question": question}).json()["html"]


def test_programs_find_each_folder_below_its_name(client: httpx.Client):
    for path, file in (("ferries", "ferry.md"), ("bridges", "bridge.txt")):
        assert [found["path"] for found in client.get(f"/{path}/api/documents").json()] == [file]
        assert client.get(f"/{path}/api/openapi.json").json()["servers"] == [{"url": f"/{path}/api"}]
        assert client.get(f"/{path}/config").json()["root"] == f"{client.base_url}{path}"
        headers = {"Accept": "application/json, text/event-stream"}
        called = client.post(f"/{path}/gradio_api/mcp/", json=TOOLS, headers=headers).json()
        assert [found["path"] for found in called["result"]["structuredContent"]["result"]] == [file]


def test_a_file_goes_into_the_folder_of_the_page(client: httpx.Client, folder: Path):
    placed = client.put("/bridges/qa/upload?name=tower.txt", content=b"The tower at Osk has nine floors.")
    assert placed.json() == {"path": "tower.txt", "known": False}
    assert (folder / "bridges" / "tower.txt").is_file()
    assert not (folder / "Ferries" / "tower.txt").exists()
    assert client.post("/ferries/qa/remove", json={"path": "tower.txt"}).json()["problem"]
    assert client.post("/bridges/qa/remove", json={"path": "tower.txt"}).json() == {}
    assert not (folder / "bridges" / "tower.txt").exists()


def test_the_page_says_in_which_folder_one_is_and_leads_to_the_others(client: httpx.Client):
    config = client.get("/bridges/config").json()
    frame = json.dumps(config["components"])
    assert config["title"] == "bridges – Ask the documents"
    assert 'href=\\"../ferries/\\"' in frame
    assert 'href=\\"../bridges/\\" aria-current=\\"page\\"' in frame


# --- what they share -----------------------------------------------------------------------------


def test_the_root_leads_to_the_first_folder(client: httpx.Client):
    assert client.get("/", headers=BROWSER).headers["location"] == "ferries/"
    assert client.get("/bridges").headers["location"] == "bridges/"


def test_a_proxy_may_have_a_path_for_them_all(client: httpx.Client):
    proxied = {"X-Forwarded-Prefix": "/team", "X-Forwarded-Host": "example.org"}
    assert client.get("/", headers=proxied).headers["location"] == "ferries/"
    assert client.get("/bridges", headers=proxied).headers["location"] == "bridges/"
    assert client.get("/bridges/api/openapi.json", headers=proxied).json()["servers"] == [
        {"url": "/team/bridges/api"}
    ]
    root = client.get("/bridges/config", headers=proxied).json()["root"]
    assert root == "http://example.org/team/bridges"


@pytest.mark.parametrize("path", ["/api/ask", "/api/documents", "/gradio_api/mcp/", "/config"])
def test_the_root_names_the_folders_to_a_program_that_asks_there(client: httpx.Client, path: str):
    for answer in (client.get(path), client.post(path, json={})):
        assert answer.status_code == 404
        assert answer.json()["error"].endswith(": /ferries/, /bridges/")


@pytest.mark.parametrize("path", ["/ferries/", "/bridges/", "/"])
def test_a_login_anywhere_is_one_for_all(stranger: httpx.Client, path: str):
    for each in ("/ferries/api/documents", "/bridges/qa/listing", "/bridges/config", "/api/documents"):
        refused = stranger.get(each)
        assert (refused.status_code, "/ferries/" in refused.text) == (401, False)
    assert 'action="login"' in stranger.get(path, headers=BROWSER).text
    done = stranger.post(f"{path}login", data=dict(zip(("username", "password"), EVE, strict=True)))
    assert "Path=/;" in done.headers["set-cookie"]
    for each in ("/ferries", "/bridges"):
        assert stranger.get(f"{each}/api/documents").status_code == 200
        assert stranger.get(f"{each}/qa/session").json() == {"may_change": False}
        assert stranger.put(f"{each}/qa/upload?name=a.txt", content=b"a").status_code == 403
    stranger.get("/bridges/logout")
    assert stranger.get("/ferries/api/documents").status_code == 401


def test_the_cookie_is_for_the_path_of_a_proxy(stranger: httpx.Client):
    form = dict(zip(("username", "password"), ADA, strict=True))
    for headers in ({"X-Forwarded-Prefix": "/team"}, {}):
        done = stranger.post("/bridges/login", data=form, headers=headers)
        assert f"Path={headers.get('X-Forwarded-Prefix', '')}/;" in done.headers["set-cookie"]


def test_requests_of_other_sites_and_under_other_names_are_refused(client: httpx.Client):
    for path in ("/bridges/qa/ask", "/api/ask"):
        assert client.post(path, json={}, headers={"Origin": "http://example.invalid"}).status_code == 403
        assert client.post(path, json={}, headers={"Host": "example.invalid"}).status_code == 403
    assert client.get("/other/").status_code == 403


def test_the_health_is_that_of_all(stranger: httpx.Client, folder: Path):
    def states() -> dict[str, int]:
        return {path: stranger.get(f"{path}/health").status_code for path in ("", "/ferries", "/bridges")}

    assert states() == dict.fromkeys(states(), 200)
    database = folder / "index of bridges" / DATABASE
    good = database.read_bytes()
    database.write_bytes(b"not a database" * 1000)
    bad = states()
    database.write_bytes(good)
    assert bad == {"": 503, "/ferries": 200, "/bridges": 503}
    assert states() == dict.fromkeys(states(), 200)


def test_limits_are_for_all_and_one_login_too(served: dict[str, Any]):
    assert served["limits"] == 2  # of two servers
    assert served["refused"] == "what is served together needs one login"


# --- in a browser --------------------------------------------------------------------------------


@pytest.fixture
def address(served: dict[str, Any]) -> str:
    return str(served["urls"][1])


def conversations(page: Page) -> list[str]:
    return texts(page.seen("#conversations .title"))


def go(page: Page, folder: str) -> None:
    """Choose a folder in the menu."""
    page.one("#folder").click()
    page.wait(lambda: page.seen("#folders a"))
    next(link for link in page.seen("#folders a") if link.text == folder).click()
    page.wait(lambda: page.one("#folder bdi").get_attribute("textContent") == folder)
    page.ready()


@needs_browser
def test_each_folder_has_its_own_conversations_and_draft(browser: Chrome, address: str):
    page = Page(browser, address)
    assert browser.current_url == f"{address}ferries/"
    page.ask(QUESTION)
    page.one("#ask").send_keys("And on Sundays?")
    go(page, "bridges")
    assert browser.current_url == f"{address}bridges/"
    assert conversations(page) == []
    assert page.one("#ask").get_attribute("value") == ""
    page.ask(BRIDGE)
    assert conversations(page) == [BRIDGE]
    with sized(browser, PHONE):
        go(page, "Ferries")
        page.wait(lambda: texts(page.all("#log .asked p")) == [QUESTION])
    assert conversations(page) == [QUESTION]
    assert page.one("#ask").get_attribute("value") == "And on Sundays?"
