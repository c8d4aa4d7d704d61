"""Takes the pictures of the README: starts the page, asks questions, and saves screenshots in Chromium.

usage: python docs/screenshots.py [FOLDER]      (needs the test extra, Chromium and chromedriver)
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests"))

from browsing import DESKTOP, PHONE, Page, chromium, sized  # noqa: E402
from serving import app  # noqa: E402

TRADE = "How much is the trade between Kazakhstan and Pakistan?"
RAILWAY = "How much would the railway to Pakistan cost?"


def main() -> None:
    target = Path(sys.argv[1]) if sys.argv[1:] else HERE
    with tempfile.TemporaryDirectory() as folder:
        browser = chromium(Path(folder, "profile"))
        try:
            with app(Path(folder, "index")) as address:
                with sized(browser, DESKTOP):
                    page = Page(browser, address)
                    page.ask("How much electricity could Kyrgyzstan export?")
                    page.act("new")
                    page.ask(RAILWAY)
                    page.act("new")
                    page.click(page.ask(TRADE), "[2]")
                    save(page, target / "page.png")
                    page.show("documents")
                    save(page, target / "documents.png")
                with sized(browser, PHONE, dark=True):
                    page = Page(browser, address)
                    turn = page.ask(RAILWAY)
                    save(page, target / "phone.png")
                    page.click(turn, "[1]")
                    save(page, target / "phone-source.png")
        finally:
            browser.quit()


def save(page: Page, file: Path) -> None:
    time.sleep(1)  # until scrolling has ended
    page.browser.save_screenshot(str(file))
    print(os.path.relpath(file))


if __name__ == "__main__":
    main()
