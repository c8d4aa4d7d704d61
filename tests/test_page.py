"""The page in a real browser, served by the real `python app.py`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait
from serving import CORPUS, PATIENCE, app

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync --window-size=1440,900"
)
RTL = "\N{RIGHT-TO-LEFT OVERRIDE}"
# Each of these would set a mark in the page if any part of it ran.
HOSTILE = (
    "<img src=x onerror=\"document.title='ran'\"> ${(document.title='ran')} `${document.title='ran'}` "
    "</script><script>document.title='ran'</script> [a](javascript:document.title='ran') {{7*7}} &lt;i&gt;"
    " *not bold* [1]"
)

pytestmark = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="there is no Chromium with its driver here")


class Page:
    """The page as its users see it."""

    def __init__(self, browser: Chrome, address: str) -> None:
        self.browser = browser
        browser.get(address)
        self.wait(lambda: self.all("#question textarea"))

    def wait(self, condition: Callable[[], object]) -> None:
        ignored = (NoSuchElementException, StaleElementReferenceException)
        WebDriverWait(self.browser, PATIENCE, 0.1, ignored).until(lambda _: condition())

    def all(self, selector: str) -> list[WebElement]:
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector: str) -> WebElement:
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def seen(self, selector: str) -> list[WebElement]:
        return [element for element in self.all(selector) if element.is_displayed()]

    def ask(self, question: str) -> WebElement:
        """Type a question and send it; the bubble of its answer."""
        turns = len(self.all("#sources .turn"))
        self.one("#question textarea").send_keys(question + Keys.ENTER)
        self.wait(lambda: len(self.all("#sources .turn")) > turns)
        self.wait(lambda: "Looking" not in self.answers()[-1].text and self.seen("#sources .turn")[-1].text)
        return self.answers()[-1]

    def answers(self) -> list[WebElement]:
        return self.all("#chat [data-testid=bot]")

    def click(self, answer: WebElement, marker: str) -> WebElement:
        """Click a marker such as [2]; the card that it selects."""
        answer.find_element(By.LINK_TEXT, marker).click()
        self.wait(lambda: self.seen("#sources .card.selected"))
        (card,) = self.seen("#sources .card.selected")
        return card


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    options = ChromeOptions()
    options.binary_location = CHROMIUM or ""
    for flag in [*FLAGS.split(), f"--user-data-dir={tmp_path_factory.mktemp('browser')}"]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    browser = Chrome(options, Service(DRIVER))
    yield browser
    browser.quit()


@pytest.fixture(autouse=True)
def left(browser: Chrome) -> Iterator[None]:
    """A page that stays open goes on asking its server; none is left to the next test."""
    yield
    browser.get("about:blank")
    browser.get_log("browser")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with app(tmp_path_factory.mktemp("page") / "index") as address:
        yield address


def requested(browser: Chrome) -> set[str]:
    """The hosts that the browser has asked anything of since this was last called."""
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    urls = [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]
    return {urlsplit(url).netloc for url in urls if urlsplit(url).scheme not in ("data", "blob", "chrome")}


def texts(elements: list[WebElement]) -> list[str]:
    return [element.text for element in elements]


def test_a_conversation(browser: Chrome, address: str):
    requested(browser)
    page = Page(browser, address)

    first = page.ask("How much is the trade between Kazakhstan and Pakistan?")
    assert first.text.startswith("Sources give different figures:")
    bold = texts(first.find_elements(By.TAG_NAME, "strong"))
    assert sorted(bold) == ["$250 million", "197 million dollars"]
    assert "2 sources agree" in first.text
    assert "from 3 documents" in first.text
    card = page.click(first, "[2]")
    assert card.find_element(By.CSS_SELECTOR, ".number").text == "2"
    assert card.get_attribute("id") == "source-0-2"
    quote = card.find_element(By.TAG_NAME, "mark").text
    path = card.find_element(By.CSS_SELECTOR, ".path").text
    assert quote in (CORPUS / path).read_text("utf-8")
    assert quote in " ".join(first.text.split()).replace("[2] ", "")

    second = page.ask("Who discovered penicillin?")
    assert "do not answer" in second.text
    (shown,) = page.seen("#sources .turn")
    assert "Nearest passages" in shown.text
    assert "no evidence" in shown.text
    assert not page.seen("#sources mark")

    card = page.click(first, "[1]")
    assert card.get_attribute("id") == "source-0-1"
    (shown,) = page.seen("#sources .turn")
    assert "trade between Kazakhstan" in shown.text
    page.click(second, "5 nearest passages")
    assert "Nearest passages" in page.seen("#sources .turn")[0].text

    assert browser.current_url == address
    assert requested(browser) == {urlsplit(address).netloc}
    assert browser.get_log("browser") == []


def test_a_follow_up_is_understood_and_says_as_what(browser: Chrome, address: str):
    page = Page(browser, address)
    page.ask("How much is the trade between Kazakhstan and Pakistan?")
    answer = page.ask("And with Kyrgyzstan?")
    assert answer.find_element(By.TAG_NAME, "strong").text == "$7.7 million"
    assert "understood as “How much is the trade between Kyrgyzstan and Pakistan?”" in answer.text


def test_an_example_question_is_answered_and_the_conversation_cleared(browser: Chrome, address: str):
    page = Page(browser, address)
    page.wait(lambda: len(page.all("#chat .example")) == 4)
    page.all("#chat .example")[0].click()
    page.wait(lambda: page.seen("#sources mark"))
    assert "$7 billion" in page.answers()[0].text

    page.one("#chat button[aria-label=Clear]").click()
    page.wait(lambda: page.seen("#sources .empty"))
    assert page.answers() == []
    assert page.ask("What could Pakistan sell to Kazakhstan?").text
    assert [card.get_attribute("id") for card in page.seen("#sources .card")] == ["source-0-1"]


def test_the_documents_are_listed(browser: Chrome, address: str):
    page = Page(browser, address)
    page.wait(lambda: page.one("#documents").text.startswith("Documents (5)"))
    page.one("#documents button").click()
    page.wait(lambda: page.seen("#documents li"))
    assert texts(page.seen("#documents .path")) == sorted(path.name for path in CORPUS.iterdir())


def test_a_question_that_cannot_be_asked_gets_a_friendly_answer(browser: Chrome, address: str):
    page = Page(browser, address)
    page.one("#question textarea").send_keys("?!" + Keys.ENTER)
    page.wait(lambda: page.answers() and "holds no words" in page.answers()[0].text)
    assert page.ask("What could Pakistan sell to Kazakhstan?").text


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_nothing_scrolls_sideways(browser: Chrome, address: str, width: int, height: int):
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        page = Page(browser, address)
        page.ask("What could Pakistan sell to Kazakhstan?")
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_documents_are_shown_as_text_whatever_they_hold(browser: Chrome, tmp_path: Path):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    name = f"{RTL}<img src=x onerror=alert(1)>${{7*7}}`[1](x).md"
    title = f"{RTL}The lighthouse {HOSTILE}".replace('"', '\\"')
    (corpus / name).write_text(
        f'---\ntitle: "{title}"\nsource: "{HOSTILE.replace(chr(34), "")}"\n---\n\n'
        f"The lighthouse keeper of Norvik is Ada Lund {HOSTILE} and she lives there.\n",
        "utf-8",
    )
    requested(browser)
    with app(tmp_path / "index", corpus) as address:
        page = Page(browser, address)
        answer = page.ask("Who is the lighthouse keeper of Norvik?")
        card = page.click(answer, "[1]")
        page.one("#documents button").click()
        page.wait(lambda: page.seen("#documents .path"))

        assert HOSTILE in card.find_element(By.TAG_NAME, "mark").text
        assert card.find_element(By.TAG_NAME, "h3").text.replace(RTL, "") == f"The lighthouse {HOSTILE}"
        assert texts(page.seen("#documents .path")) == [name]
        assert HOSTILE in answer.text
        assert [a.get_attribute("href") for a in answer.find_elements(By.TAG_NAME, "a")] == [
            f"{address}#source-0-1"
        ]

        page.ask(f"Who is the keeper of the lighthouse? {HOSTILE}")
        refused = page.ask("Which mountain is the highest in Africa?")
        assert "nearest passage" in refused.text
        assert page.all("#chat img, #sources img, #documents img, #sources script, #chat script") == []
        assert browser.title == "Ask the documents"
        assert requested(browser) == {urlsplit(address).netloc}


def test_a_file_that_comes_while_the_page_runs_is_listed_and_can_be_asked_about(
    browser: Chrome, tmp_path: Path
):
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    corpus.mkdir()
    (corpus / "ferry.md").write_text("# The ferry\n\nThe ferry to Tolvane carries 340 passengers.\n", "utf-8")
    with app(index, corpus) as address:
        page = Page(browser, address)
        page.one("#documents button").click()
        page.wait(lambda: texts(page.seen("#documents .path")) == ["ferry.md"])
        assert "do not answer" in page.ask("Who keeps the lighthouse of Norvik?").text

        text = "# The lighthouse\n\nThe keeper of the lighthouse of Norvik is Ada Lund.\n"
        (corpus / "lighthouse.md").write_text(text, "utf-8")
        page.wait(lambda: texts(page.seen("#documents .path")) == ["ferry.md", "lighthouse.md"])
        assert page.one("#documents").text.startswith("Documents (2)")
        answer = page.ask("Who keeps the lighthouse of Norvik?")
        assert "Ada Lund" in answer.text
        assert len(page.answers()) == 2  # nothing was loaded anew

        (corpus / "ferry.md").unlink()
        page.wait(lambda: texts(page.seen("#documents .path")) == ["lighthouse.md"])
        assert browser.get_log("browser") == []
    news = [line.split(";")[0][9:] for line in index.with_name("index.log").read_text().splitlines()[-2:]]
    assert news == ["1 added", "1 removed"]
