"""Back and Forward, addresses that can be shared, and reloads, in a real browser."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from browsing import PHONE, Page, needs_browser, sized
from conftest import HERE
from fpdf import FPDF
from selenium.webdriver import Chrome
from selenium.webdriver.common.keys import Keys
from serving import app
from test_accessibility import violations

sys.path.insert(0, str(HERE / "documents"))
from making_pdfs import FERRY, heading, make_pdf, paragraph

pytestmark = needs_browser
KEEPER = "Who keeps the lighthouse of Norvik?"
LIGHTHOUSE = "The keeper of the lighthouse of Norvik is Ada Lund."
PASSENGERS = "How many passengers does the ferry carry?"
ODD = "Été 2024 (draft)/50% #1 & more?.pdf"


def harbour(pdf: FPDF) -> None:
    heading(pdf, "The harbour of Norvik")
    paragraph(pdf, FERRY)
    pdf.add_page()
    heading(pdf, "The lighthouse", 13)
    paragraph(pdf, f"It stands on the rock since 1820. {LIGHTHOUSE} She lives there with two cats.")
    pdf.add_page()
    paragraph(pdf, "The third page is about the mill of Norvik, which has four floors.")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    corpus = tmp_path_factory.mktemp("history") / "corpus"
    (corpus / ODD).parent.mkdir(parents=True)
    (corpus / ODD).write_bytes(make_pdf(harbour, title="The harbour of Norvik"))
    (corpus / "ferry.md").write_text("The ferry to Tolvane carries 340 passengers and leaves at seven.\n")
    with app(corpus.parent / "index", corpus) as address:
        yield address


@pytest.fixture
def page(browser: Chrome, address: str) -> Iterator[Page]:
    """The page in a tab of its own, whose history is empty: one with fifty entries grows no longer."""
    usual = browser.current_window_handle
    browser.switch_to.new_window("tab")
    yield Page(browser, address)
    browser.close()
    browser.switch_to.window(usual)


def fresh(page: Page, address: str) -> None:
    """Open an address as in the browser of somebody else."""
    page.script("localStorage.clear(); sessionStorage.clear()")
    page.browser.get("about:blank")
    page.browser.get(address)
    page.ready()


def hash_of(page: Page) -> str:
    return page.browser.current_url.removeprefix(page.address)


def entries(page: Page) -> int:
    return int(page.script("return history.length"))


def shown(page: Page) -> tuple[str, bool, bool]:
    """The tab, whether a source is selected, and whether a document is open."""
    tab = page.one("#side [aria-selected=true]").get_attribute("id")
    return (
        (tab or "").removeprefix("tab-"),
        bool(page.all(".card.selected")),
        page.one("#whole").is_displayed(),
    )


def go(page: Page, way: str, expected: tuple[str, bool, bool]) -> None:
    """Press the browser's Back or Forward, and wait for what it should show."""
    getattr(page.browser, way)()
    page.wait(lambda: shown(page) == expected)


def numbered(page: Page, number: str) -> bool:
    return page.one("#page-number").get_attribute("value") == number


PLAIN, CITED, OPENED = ("sources", False, False), ("sources", True, False), ("sources", True, True)


def test_back_and_forward_go_through_what_was_opened(page: Page):
    turn = page.ask(KEEPER)
    assert shown(page) == PLAIN
    before = entries(page)
    card = page.click(turn, "[1]")
    page.click(turn, "[1]")  # the same place again is no entry
    assert entries(page) == before + 1
    page.act("whole", card)
    page.wait(lambda: page.seen("#whole rect.quoted"))
    page.one("#whole [data-act=turn][data-step='1']").click()
    page.wait(lambda: numbered(page, "3"))  # nor is a page that is turned
    assert entries(page) == before + 2

    go(page, "back", CITED)
    go(page, "back", PLAIN)
    go(page, "forward", CITED)
    go(page, "forward", OPENED)
    page.wait(lambda: numbered(page, "3"))
    page.reload()
    page.wait(lambda: shown(page) == OPENED and numbered(page, "3"))
    page.one("#whole .text").send_keys(Keys.ESCAPE)  # leaves no entry behind
    page.wait(lambda: shown(page) == CITED and "#/conversation/" in page.browser.current_url)

    page.show("documents")
    page.one("#listing .opens").click()
    page.wait(lambda: shown(page) == ("documents", True, True))
    page.act("close", page.one("#whole"))
    page.wait(lambda: "/documents?" in hash_of(page))
    page.reload()
    page.wait(lambda: shown(page) == ("documents", True, False))
    go(page, "back", CITED)
    go(page, "back", PLAIN)


def test_back_returns_to_the_conversation_before(page: Page):
    page.ask(KEEPER)
    first = hash_of(page)
    page.act("new")
    assert hash_of(page) == ""
    page.reload()
    assert page.turns() == []
    page.ask(PASSENGERS)
    page.browser.back()
    page.wait(lambda: page.turns() and KEEPER in page.one("#log").text)
    assert hash_of(page) == first
    page.browser.forward()
    page.wait(lambda: page.turns() and PASSENGERS in page.one("#log").text)

    page.act("discard", page.one("#top"))
    page.browser.back()
    page.wait(lambda: page.turns() and KEEPER in page.one("#log").text)
    fresh(page, page.browser.current_url)
    assert page.toast() == "That conversation is not kept in this browser."
    assert (page.turns(), hash_of(page)) == ([], "")


def test_a_link_opens_the_document_with_the_quote_marked_in_any_browser(page: Page):
    card = page.click(page.ask(KEEPER), "[1]")
    page.script("navigator.clipboard.writeText = async (text) => (window.copied = text)")
    page.act("link", card)
    assert page.toast() == "Link copied."
    link = page.script("return window.copied")
    page.act("whole", card)
    page.wait(lambda: page.seen("#whole rect.quoted"))
    page.act("link", page.one("#whole"))
    page.wait(lambda: page.one("#whole .toast").text == "Link copied.")
    assert page.script("return window.copied") == link == page.browser.current_url
    assert link.startswith(f"{page.address}#/document/%C3%89t%C3%A9%202024%20%28draft%29/50%25%20%231")

    fresh(page, link)
    page.wait(lambda: page.seen("#whole rect.quoted"))
    assert numbered(page, "2")
    page.act("close", page.one("#whole"))
    page.wait(lambda: hash_of(page) == "" and page.seen("#welcome"))
    page.browser.get(f"{link}&view=text")
    page.wait(lambda: page.seen("#whole mark"))
    assert page.one("#whole mark").text == LIGHTHOUSE
    page.browser.get(link.replace("quote=", "quote=0"))
    page.wait(lambda: "has changed" in page.one("#whole .notice").text)
    assert not page.seen("#whole mark, #whole rect.quoted")

    fresh(page, f"{page.address}#/document/minutes/May%202019.md")
    assert "“minutes/May 2019.md” is no longer among the documents, or was renamed." in page.toast()
    page.wait(lambda: hash_of(page) == "")
    assert not page.seen("#whole")


def test_a_link_to_a_question_fills_the_box_and_asks_nothing(page: Page):
    page.ask(KEEPER)
    page.browser.get(f"{page.address}#/ask?q=How+many+passengers%3F")
    page.wait(lambda: page.one("#ask").get_attribute("value") == "How many passengers?")
    assert (page.turns(), hash_of(page)) == ([], "")


def test_on_a_phone_back_leads_from_the_source_to_the_answer(browser: Chrome, address: str):
    with sized(browser, PHONE):
        page = Page(browser, address)
        page.click(page.ask(KEEPER), "[1]")
        assert shown(page) == CITED
        go(page, "back", ("chat", False, False))
        page.show("documents")
        page.one("#menu").click()
        page.act("new")
        assert shown(page) == ("chat", False, False)
        go(page, "back", ("documents", False, False))
        assert violations(page) == []


VIEWS = """
const [views, done] = arguments, loaded = performance.getEntriesByType("resource");
import(loaded.find(({ name }) => name.endsWith("/addresses.js")).name).then(({ START, addressOf, viewOf }) =>
  done(views.map((view) => viewOf(addressOf({ ...START, ...view })))));
"""


def document(path: str, **more: Any) -> dict[str, Any]:
    nowhere = {"start": 0, "end": 0, "quote": "", "page": None, "text": False, "begin": None, "find": ""}
    return {"document": {"path": path, **nowhere, **more}}


def test_an_address_leads_to_the_view_that_it_was_made_of(page: Page):
    views = [
        {"tab": "documents"},
        {"conversation": "a b/c?d#e", "kept": True, "tab": "chat"},
        {"conversation": "x", "kept": True, "turn": 3, "card": "source-3-12"},
        document("notes.md"),
        document(ODD, start=7, end=90, quote="0a1b", page=3),
        document("a+b%2F/\N{RIGHT-TO-LEFT OVERRIDE}n'(1)!*~&=;:@,.md", text=True),
        document("C:\\x\\..\\y/..", start=0, end=1, quote="x"),
    ]
    got = page.browser.execute_async_script(VIEWS, views)
    assert [{name: view[name] for name in given} for view, given in zip(got, views, strict=True)] == views
