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

import openpyxl  # noqa: E402
import pptx  # noqa: E402
from browsing import DESKTOP, PHONE, Page, chromium, sized  # noqa: E402
from selenium.webdriver import Chrome  # noqa: E402
from serving import app  # noqa: E402

TRADE = "How much is the trade between Kazakhstan and Pakistan?"
RAILWAY = "How much would the railway to Pakistan cost?"

ROOMS = """# The inn at Osk

The inn has stood beside the bridge since 1874 and is open from April to October.

| Room | Beds | Price of a night | View |
|------|-----:|-----------------:|------|
| Alder | 2 | 118 crowns | the bridge |
| Birch | 3 | 140 crowns | the garden |
| Rowan | 1 | 76 crowns | the road |
"""
SLIDES = (
    ("The lock at Tarn", "A report to the board of the harbour"),
    ("The new gates", "The new gates of the lock were built by Ruth Felber in 1913.", "They are of oak."),
    ("What is to be done", "The hinges are greased every spring.", "The sill is to be laid anew."),
)
TOLL = (
    ["Year", "Month", "Boats", "Share of barges"],
    [2023, "June", 1204, 0.31], [2023, "July", 2410, 0.27], [2024, "June", 1391, 0.33],
)  # fmt: skip
ASKED = {
    "What is the price of a night in the room Birch?": "source-table",
    "Who built the new gates of the lock?": "source-slide",
    "How many boats passed in July 2023?": "source-cell",
}


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
            take_sources(browser, Path(folder), target)
        finally:
            browser.quit()


def take_sources(browser: Chrome, folder: Path, target: Path) -> None:
    """Pictures of a table, a slide and a cell of a spreadsheet as sources."""
    corpus = folder / "corpus"
    corpus.mkdir()
    (corpus / "rooms.md").write_text(ROOMS, "utf-8")
    slides().save(str(corpus / "lock.pptx"))
    workbook().save(corpus / "toll.xlsx")
    with app(folder / "other-index", corpus) as address, sized(browser, DESKTOP):
        page = Page(browser, address)
        for question, name in ASKED.items():
            page.click(page.ask(question), "[1]")
            save(page, target / f"{name}.png")
            page.act("new")


def slides() -> pptx.presentation.Presentation:
    presentation = pptx.Presentation()
    for title, *points in SLIDES:
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = "\n".join(points)
    return presentation


def workbook() -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.active.title = "Toll"
    for row in TOLL:
        book.active.append(row)
    for cell in book.active["D"][1:]:
        cell.number_format = "0%"
    for cell in book.active["C"][1:]:
        cell.number_format = "#,##0"
    return book


def save(page: Page, file: Path) -> None:
    time.sleep(1)  # until scrolling has ended
    page.browser.save_screenshot(str(file))
    print(os.path.relpath(file))


if __name__ == "__main__":
    main()
