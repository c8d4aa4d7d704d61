"""Makes the pictures of README: starts the page over the corpus, asks, and photographs it in Chromium.

usage: python docs/screenshots.py [FOLDER]      (wants the test extra, Chromium and chromedriver)
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
                    taken(page, target / "page.png")
                    page.show("documents")
                    taken(page, target / "documents.png")
                with sized(browser, PHONE, dark=True):
                    page = Page(browser, address)
                    turn = page.ask(RAILWAY)
                    taken(page, target / "phone.png")
                    page.click(turn, "[1]")
                    taken(page, target / "phone-source.png")
        finally:
            browser.quit()


def taken(page: Page, file: Path) -> None:
    time.sleep(1)  # what scrolls has come to rest
    page.browser.save_screenshot(str(file))
    print(os.path.relpath(file))


if __name__ == "__main__":
    main()
