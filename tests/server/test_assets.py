"""The files of the page: which are served, how they fit together, and that browsers get new versions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from browsing import PATIENCE, Page, needs_browser
from selenium.webdriver import Chrome
from selenium.webdriver.support.ui import WebDriverWait
from serving import app
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

import qa.server
from qa.server import assets
from qa.server.assets import Assets
from qa.server.listening import Server, listen

FOLDER = Path(qa.server.__file__).parent / "page"
MODULES = {path.name: path.read_text("utf-8") for path in sorted(FOLDER.glob("*.js"))}
_DECLARED = re.compile(r"^(?:export )?(?:async )?(?:function|const|let) (\w+|\$)", re.MULTILINE)
_EXPORTED = re.compile(r"^export (?:async )?(?:function|const|let) (\w+|\$)", re.MULTILINE)
_LISTED = re.compile(r'^import \{([^}]+)\} from "\./([\w.]+)";', re.MULTILINE)
_WHOLE = re.compile(r'^import \* as (\w+) from "\./([\w.]+)";', re.MULTILINE)


@pytest.fixture
def client() -> TestClient:
    return TestClient(Starlette(routes=[Assets().route()]))


def addresses(page: Assets) -> dict[str, str]:
    """The name of each script -> its address relative to the page."""
    paths = re.findall(r"<(qa/page/[^>]+)>; rel=modulepreload", page.early)
    return {path.rpartition("/")[2]: path for path in paths}


def test_every_script_is_loaded_early_and_one_is_started():
    page = Assets()
    assert addresses(page).keys() == MODULES.keys()
    assert page.start.count("import(") == 1
    assert addresses(page)["main.js"] in page.start
    assert all(not address.startswith(("/", "http")) for address in addresses(page).values())


def test_the_page_says_that_all_stays_on_this_computer_only_if_it_does():
    said = "Everything stays on this computer."
    assert said in Assets().frame
    assert said not in Assets(private=False).frame


def test_files_are_served_with_their_type_and_cached_for_good(client: TestClient):
    for name, address in addresses(Assets()).items():
        answer = client.get(address.removeprefix("qa"))
        assert answer.content == (FOLDER / name).read_bytes()
        assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
        assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"


def test_a_new_version_of_any_file_has_a_new_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "page").mkdir()
    for path in FOLDER.iterdir():
        (tmp_path / "page" / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(assets, "files", lambda _: tmp_path)
    before = addresses(Assets())
    assert addresses(Assets()) == before
    (tmp_path / "page" / "dom.js").write_text(MODULES["dom.js"] + "// changed\n", "utf-8")
    after = addresses(Assets())
    assert after.keys() == before.keys()
    assert not set(after.values()) & set(before.values())
    client = TestClient(Starlette(routes=[Assets().route()]))
    assert client.get(before["main.js"].removeprefix("qa")).status_code == 404


@pytest.mark.parametrize(
    "name",
    [
        "login.html",
        "index.html",
        "style.css",
        "reader.css",
        "none.js",
        "",
        "..",
        "../auth.py",
        "..%2fauth.py",
        "%2e%2e/auth.py",
    ],
)
def test_nothing_else_is_served(client: TestClient, name: str):
    folder = addresses(Assets())["main.js"].removeprefix("qa").removesuffix("main.js")
    answer = client.get(folder + name)
    assert answer.status_code == 404
    assert "cache-control" not in answer.headers


# --- the scripts as modules ----------------------------------------------------------------------


@pytest.mark.parametrize("name", MODULES)
def test_every_import_of_a_script_is_exported_and_used(name: str):
    text = MODULES[name]
    imported = [(part.strip(), file) for parts, file in _LISTED.findall(text) for part in parts.split(",")]
    whole = _WHOLE.findall(text)
    for part, file in imported:
        if part:
            assert part in _EXPORTED.findall(MODULES[file]), f"{name}: {part} of {file}"
            assert len(re.findall(rf"(?<![\w.]){re.escape(part)}(?!\w)", text)) > 1, (
                f"{name} does not use {part}"
            )
    for alias, file in whole:
        for part in re.findall(rf"(?<!/){alias}\.(\w+)", text):
            assert part in _EXPORTED.findall(MODULES[file]), f"{name}: {alias}.{part}"
    assert text.count("import ") == len(_LISTED.findall(text)) + len(whole)


def test_scripts_do_not_import_each_other_in_circles():
    left = {
        name: {file for _, file in _LISTED.findall(text) + _WHOLE.findall(text)}
        for name, text in MODULES.items()
    }
    while left:
        leaves = {name for name, imports in left.items() if not imports & left.keys()}
        assert leaves, f"a circle of {sorted(left)}"
        left = {name: imports for name, imports in left.items() if name not in leaves}


# --- in a browser --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("assets")
    (folder / "corpus").mkdir()
    with app(folder / "index", folder / "corpus") as address:
        yield address


def test_the_page_links_to_its_scripts_and_they_are_compressed(address: str):
    scripts = re.findall(r"<(qa/page/[^>]+)>", httpx.get(address, trust_env=False).headers["link"])
    assert {script.rpartition("/")[2] for script in scripts} == set(MODULES)
    for script in scripts:
        answer = httpx.get(address + script, trust_env=False)
        assert answer.text == MODULES[script.rpartition("/")[2]]
        assert answer.headers["cache-control"].endswith("immutable")
        assert len(answer.content) < 1000 or answer.headers["content-encoding"] == "gzip"


@needs_browser
def test_scripts_declare_no_names_of_the_browser(browser: Chrome, address: str):
    browser.get("about:blank")
    declared = sorted({name for text in MODULES.values() for name in _DECLARED.findall(text)})
    assert len(declared) > 50
    assert browser.execute_script("return arguments[0].filter((name) => name in window)", declared) == []


@needs_browser
def test_the_browser_caches_the_scripts(browser: Chrome, address: str):
    page = Page(browser, address)
    browser.get(address)
    page.ready()
    loaded = page.script(
        "return performance.getEntriesByType('resource').filter((e) => e.name.includes('qa/page/'))"
        ".map((e) => [e.name, e.transferSize])"
    )
    assert {name.rpartition("/")[2] for name, _ in loaded} >= set(MODULES)
    assert {size for _, size in loaded} == {0}


@needs_browser
@pytest.mark.parametrize(
    ("script", "mistake", "message"),
    [
        ("chat.js", "function {", "SyntaxError"),
        ("sources.js", "nothing.of();", "ReferenceError: nothing is not defined"),
        ("api.js", 'import { nothing } from "./dom.js";', "SyntaxError"),
    ],
)
def test_a_mistake_in_a_script_is_logged_with_its_file_and_line(
    browser: Chrome, monkeypatch: pytest.MonkeyPatch, script: str, mistake: str, message: str
):
    read = Path.read_text
    monkeypatch.setattr(
        Path, "read_text", lambda path, *more: read(path, *more) + f"\n{mistake}\n" * (path.name == script)
    )
    files = Assets()

    async def page(request: Request) -> HTMLResponse:
        """The page as Gradio makes it."""
        start = f"<script>Function({json.dumps(files.start)})()</script>"
        return HTMLResponse(f'<link rel="icon" href="data:,"><div id="page">{files.frame}</div>{start}')

    routes = [Route("/", page), Mount("/qa", routes=[files.route()])]
    server = Server(Starlette(routes=routes), "127.0.0.1", listen("127.0.0.1", [0]))
    server.start()
    try:
        browser.get(server.url)
        logged: list[str] = []
        WebDriverWait(browser, PATIENCE, 0.1).until(
            lambda _: logged.extend(entry["message"] for entry in browser.get_log("browser")) or logged
        )
        line = len(MODULES[script].splitlines()) + 1  # counted from 0
        assert re.search(rf"/{script} {line}:\d+ Uncaught {message}", logged[0]), logged
    finally:
        browser.get("about:blank")
        server.close()
