"""A document opened on the page: pages of a PDF as pictures, find, sections, citations, the file itself."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import DESKTOP, PHONE, TABLET, Page, download_to, needs_browser, sized, texts
from conftest import HERE
from fpdf import FPDF
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from serving import app
from test_accessibility import violations

sys.path.insert(0, str(HERE / "documents"))
from making_pdfs import BRIDGE, FERRY, heading, make_pdf, paragraph

pytestmark = needs_browser
KEEPER = "Who keeps the lighthouse of Norvik?"
LIGHTHOUSE = "The keeper of the lighthouse of Norvik is Ada Lund."
TABLES = "# Fares\n\n| Season | Fare |\n|-|-|\n| Summer | 14 crowns |\n| Winter | 10 crowns |\n"


def harbour(pdf: FPDF) -> None:
    heading(pdf, "The harbour of Norvik")
    paragraph(pdf, FERRY)
    heading(pdf, "The bridge", 13)
    paragraph(pdf, BRIDGE)
    pdf.add_page()
    heading(pdf, "The lighthouse", 13)
    paragraph(pdf, f"It stands on the rock since 1820. {LIGHTHOUSE} She lives there with two cats.")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reader") / "corpus"
    folder.mkdir()
    (folder / "harbour.pdf").write_bytes(make_pdf(harbour, title="The harbour of Norvik"))
    (folder / "fares.md").write_text(TABLES, "utf-8")
    return folder


@pytest.fixture(scope="module")
def address(corpus: Path) -> Iterator[str]:
    with app(corpus.parent / "index", corpus) as address:
        yield address


@pytest.fixture
def page(browser: Chrome, address: str) -> Page:
    return Page(browser, address)


def open_listed(page: Page, path: str) -> None:
    page.show("documents")
    page.one(f'#listing li[data-path="{path}"] .opens').click()
    page.wait(lambda: page.seen("#whole figure img, #whole .text > div"))


def drawn(page: Page) -> bool:
    return bool(page.script("const i = document.querySelector('#whole img'); return i && i.naturalWidth > 0"))


def number(page: Page) -> str | None:
    return page.one("#page-number").get_attribute("value")


def found(page: Page) -> str:
    return page.one(".looking [role=status]").text


def test_a_title_in_the_list_opens_the_document_at_once(page: Page):
    open_listed(page, "harbour.pdf")
    page.wait(lambda: drawn(page))
    assert page.one("#whole h2").text == "The harbour of Norvik"
    assert (number(page), page.one("#whole .of").text) == ("1", "of 2")
    assert not page.all("#whole rect")
    assert not page.one("[data-act=turn][data-step='-1']").is_enabled()
    page.one("[data-act=turn][data-step='1']").click()
    page.wait(lambda: number(page) == "2" and drawn(page))
    page.one("#page-number").send_keys(Keys.BACKSPACE + "1" + Keys.ENTER)
    page.wait(lambda: number(page) == "1")
    page.one("#whole .text").send_keys(Keys.ARROW_RIGHT)
    page.wait(lambda: number(page) == "2")
    page.one("#whole .text").send_keys(Keys.ESCAPE)
    page.wait(lambda: not page.seen("#whole"))
    assert page.browser.switch_to.active_element.text == "The harbour of Norvik"


def open_cited(page: Page) -> WebElement:
    card = page.click(page.ask(KEEPER), "[1]")
    page.act("whole", card)
    page.wait(lambda: page.seen("#whole rect.quoted") and drawn(page))
    return card


VISIBLE = """
const [inner, outer] = [...arguments].map((element) => element.getBoundingClientRect());
return inner.top >= outer.top && inner.bottom <= outer.bottom;
"""


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_citation_opens_its_page_with_the_quote_boxed_and_in_view(
    browser: Chrome, address: str, size: tuple[int, int]
):
    with sized(browser, size):
        page = Page(browser, address)
        card = open_cited(page)
        assert LIGHTHOUSE in card.find_element(By.TAG_NAME, "mark").get_attribute("textContent")
        assert number(page) == "2"
        assert page.script(VISIBLE, page.one("#whole rect.quoted"), page.one("#whole .text"))
        assert page.script("return document.querySelector('#whole').scrollWidth <= innerWidth")
        page.one("[data-view=text]").click()
        page.wait(lambda: page.seen("#whole mark"))
        assert page.one("#whole mark").text == LIGHTHOUSE
        assert page.script(VISIBLE, page.one("#whole mark"), page.one("#whole .text"))
        page.one("[data-view=page]").click()
        page.wait(lambda: page.seen("#whole rect.quoted"))
        assert number(page) == "2"


def test_what_is_looked_for_is_counted_and_stepped_through_with_the_keyboard(page: Page):
    open_listed(page, "harbour.pdf")
    ActionChains(page.browser).send_keys("/").perform()
    assert page.script("return document.activeElement.id") == "look"
    ActionChains(page.browser).send_keys("The").perform()
    page.wait(lambda: found(page).startswith("1 of "))
    total = int(found(page).rpartition(" ")[2])
    assert page.seen("#whole rect.current")
    ActionChains(page.browser).key_down(Keys.SHIFT).send_keys(Keys.ENTER).key_up(Keys.SHIFT).perform()
    page.wait(lambda: found(page) == f"{total} of {total}")
    assert number(page) == "2"
    page.one("[data-view=text]").click()
    page.wait(lambda: page.seen("#whole mark.current"))
    assert found(page) == f"{total} of {total}"
    page.one("#look").send_keys(Keys.ENTER)
    page.wait(lambda: found(page) == f"1 of {total}")
    assert len(page.all("#whole mark.found")) == total
    page.one("#look").send_keys("xyz")
    page.wait(lambda: found(page) == "Not found")
    page.one("#look").send_keys(Keys.ESCAPE)
    page.wait(lambda: not found(page) and page.seen("#whole"))
    assert not page.all("#whole mark.found")


def test_a_section_is_chosen_from_the_list(page: Page):
    open_listed(page, "harbour.pdf")
    assert texts(page.seen("#contents button")) == ["The bridge", "The lighthouse"]
    page.seen("#contents button")[1].click()
    page.wait(lambda: number(page) == "2")
    page.one("[data-view=text]").click()
    page.wait(lambda: page.seen("#whole strong[data-at]"))
    page.seen("#contents button")[0].click()
    page.wait(lambda: page.script(VISIBLE, page.seen("#whole strong[data-at]")[0], page.one("#whole .text")))
    page.act("contents")
    assert not page.seen("#contents button")


def test_from_one_citation_to_the_next(page: Page):
    page.ask("What is the weather on the moon?")
    places = page.seen("#sources .cards.selected [data-act=whole]")
    document = page.all('#listing li[data-path="harbour.pdf"] [data-document]')[0].get_attribute(
        "data-document"
    )
    same = [place for place in places if place.get_attribute("data-document") == document]
    assert len(same) > 1
    same[0].click()
    page.wait(lambda: page.seen("#whole rect.quoted"))
    shown = page.one(".citing [role=status]")
    assert shown.text == f"Passage 1 of {len(same)}"
    page.one("[data-act=citing][data-step='1']").click()
    page.wait(lambda: shown.text == f"Passage 2 of {len(same)}")
    page.one("[data-act=citing][data-step='-1']").click()
    page.wait(lambda: shown.text == f"Passage 1 of {len(same)}")


def test_the_file_can_be_saved(page: Page, tmp_path: Path):
    download_to(page.browser, tmp_path)
    open_listed(page, "fares.md")
    assert page.seen("#whole .cells td")
    page.act("download", page.one("#whole"))
    page.wait(lambda: (tmp_path / "fares.md").exists())
    assert (tmp_path / "fares.md").read_text("utf-8") == TABLES


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, TABLET, PHONE], ids=["desktop", "tablet", "phone"])
def test_axe_finds_nothing_wrong_in_an_opened_document(
    browser: Chrome, address: str, size: tuple[int, int], dark: bool
):
    with sized(browser, size, dark):
        page = Page(browser, address)
        open_cited(page)
        page.one("#look").send_keys("light")
        page.wait(lambda: page.seen("#whole rect.current"))
        assert violations(page) == []
        page.one("[data-view=text]").click()
        page.wait(lambda: page.seen("#whole mark.current"))
        if size == PHONE:
            page.act("contents")
        assert violations(page) == []


def test_a_file_that_has_changed_is_shown_as_text_and_says_so(page: Page):
    page.script(
        "window.fetch = ((fetch) => (url, how) => fetch(url === 'qa/page' ? 'qa/x' : url, how))(fetch)"
    )
    open_listed(page, "harbour.pdf")
    page.wait(lambda: page.one("#whole .notice").text)
    assert "This is its text." in page.one("#whole .notice").text
    assert "The ferry leaves" in page.one("#whole .text").text
    assert not page.seen("#whole .views")
