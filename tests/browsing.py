"""The page in a real browser: a headless Chromium with its driver."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

PATIENCE = 30  # seconds; a busy machine answers slowly

_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, _NAMES)), None)
DRIVER = shutil.which("chromedriver")
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync --window-size=1440,900"
)
DESKTOP, TABLET, PHONE = (1440, 900), (1024, 768), (390, 844)
needs_browser = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="Chromium or its driver is not installed"
)


def chromium(profile: Path) -> Chrome:
    """A new browser, which logs its network requests."""
    options = ChromeOptions()
    options.binary_location = CHROMIUM or ""
    for flag in [*FLAGS.split(), f"--user-data-dir={profile}"]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    return Chrome(options, Service(DRIVER))


def download_to(browser: Chrome, folder: Path) -> None:
    """Save what is downloaded from now on in a folder."""
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder)})


@contextmanager
def sized(browser: Chrome, size: tuple[int, int], dark: bool = False) -> Iterator[None]:
    """Give the window a size while the context is open. A narrow one is a phone."""
    width, height = size
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
    try:
        yield
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def requested(browser: Chrome) -> set[str]:
    """The hosts that the browser has sent requests to since the last call."""
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]  # type: ignore[no-untyped-call]
    urls = [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]
    return {urlsplit(url).netloc for url in urls if urlsplit(url).scheme not in ("data", "blob", "chrome")}


def texts(elements: list[WebElement]) -> list[str]:
    return [element.text for element in elements]


class Page:
    """The page, newly opened with an empty browser store."""

    def __init__(self, browser: Chrome, address: str) -> None:
        self.browser = browser
        self.address = address
        clear = {"origin": address.rstrip("/"), "storageTypes": "local_storage"}
        browser.execute_cdp_cmd("Storage.clearDataForOrigin", clear)
        browser.get(address)
        self.ready()

    def ready(self) -> None:
        """Wait until the page can be used: the documents are listed."""
        self.wait(lambda: "(" in (self.one("#tab-documents").get_attribute("textContent") or ""))

    def reload(self) -> None:
        self.browser.refresh()
        self.ready()

    def wait(self, condition: Callable[[], object]) -> None:
        ignored = (NoSuchElementException, StaleElementReferenceException)
        WebDriverWait(self.browser, PATIENCE, 0.1, ignored).until(lambda _: condition())

    def all(self, selector: str) -> list[WebElement]:
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector: str) -> WebElement:
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def seen(self, selector: str) -> list[WebElement]:
        return [element for element in self.all(selector) if element.is_displayed()]

    def script(self, code: str, *arguments: Any) -> Any:
        return self.browser.execute_script(code, *arguments)

    def type(self, question: str) -> None:
        """Type a question and send it."""
        self.one("#ask").send_keys(question + Keys.ENTER)

    def ask(self, question: str) -> WebElement:
        """Ask a question and wait for its answer. Returns the turn."""
        number = len(self.turns())
        self.type(question)
        return self.answered(number)

    def answered(self, number: int) -> WebElement:
        """Wait for the answer in the turn with a number. Returns the turn."""
        self.wait(lambda: self.seen(f"#turn-{number}:not(.pending) .answer > *"))
        return self.one(f"#turn-{number}")

    def turns(self) -> list[WebElement]:
        return self.all("#log .turn")

    def click(self, turn: WebElement, marker: str) -> WebElement:
        """Click a marker such as [2] in an answer. Returns the card that it selects."""
        turn.find_element(By.LINK_TEXT, marker).click()
        self.wait(lambda: self.seen("#sources .card.selected"))
        (card,) = self.seen("#sources .card.selected")
        return card

    def act(self, name: str, within: WebElement | None = None) -> None:
        """Click the first visible button with an act."""
        found = (within or self.browser).find_elements(By.CSS_SELECTOR, f"[data-act={name}]")
        next(button for button in found if button.is_displayed()).click()

    def show(self, tab: str) -> None:
        """Show one of the tabs: chat, sources or documents."""
        self.one(f"#tab-{tab}").click()
        self.wait(lambda: self.one(f"#{tab}").is_displayed())

    def toast(self) -> str:
        self.wait(lambda: self.one("#toast").text)
        return self.one("#toast").text
