"""What the pointer and the keys do on the page, and that nothing moves or is covered meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from browsing import DESKTOP, PHONE, TABLET, Page, needs_browser, sized
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.keys import Keys
from serving import app
from test_accessibility import violations

pytestmark = needs_browser
TRADE = "How much is the trade between Kazakhstan and Pakistan?"
RAILWAY = "How much would the railway to Pakistan cost?"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with app(tmp_path_factory.mktemp("keys") / "index") as address:
        yield address


@pytest.fixture
def page(browser: Chrome, address: str) -> Page:
    return Page(browser, address)


def press(page: Page, *keys: str) -> None:
    ActionChains(page.browser).send_keys(*keys).perform()


def test_a_number_shows_its_quote_while_the_pointer_is_on_it(page: Page):
    turn = page.ask(RAILWAY)
    mark = turn.find_element("css selector", "a.mark")
    ActionChains(page.browser).move_to_element(mark).perform()
    page.wait(lambda: page.seen("#peek"))
    quote = page.one("#source-0-1 mark").get_attribute("textContent")
    assert page.one("#peek blockquote").text == quote
    assert mark.get_attribute("aria-describedby") == "peek"
    ActionChains(page.browser).move_to_element(page.one("#peek")).pause(0.5).perform()
    assert page.seen("#peek")  # it stays while it is read
    ActionChains(page.browser).move_to_element(page.one("#ask")).perform()
    page.wait(lambda: not page.seen("#peek"))


def test_a_number_that_is_reached_by_keyboard_shows_its_quote_until_escape(page: Page):
    turn = page.ask(RAILWAY)
    press(page, Keys.TAB)
    page.script("document.querySelector('.differ > summary, #log').focus()")
    for _ in range(20):
        press(page, Keys.TAB)
        if page.seen("#peek"):
            break
    assert page.browser.switch_to.active_element == turn.find_element("css selector", "a.mark")
    press(page, Keys.ESCAPE)
    assert not page.seen("#peek")


def test_keys_lead_to_the_question_box_and_to_the_last_question(page: Page):
    page.ask(RAILWAY)
    page.script("document.activeElement.blur()")
    press(page, "/")
    assert page.browser.switch_to.active_element == page.one("#ask")
    assert page.one("#ask").get_attribute("value") == ""
    press(page, Keys.ARROW_UP)
    assert page.one("#edited").get_attribute("value") == RAILWAY
    press(page, Keys.ESCAPE)
    page.one("#ask").send_keys("half a question", Keys.ARROW_UP)
    assert not page.all("#edited")
    page.one("#ask").send_keys("?/")
    assert page.one("#ask").get_attribute("value") == "?/half a question"
    assert not page.seen("#keys")


def test_the_keys_are_listed(page: Page):
    page.script("document.activeElement.blur()")
    press(page, "?")
    page.wait(lambda: page.seen("#keys"))
    assert "Edit the last question" in page.one("#keys").text
    press(page, Keys.ESCAPE)
    page.wait(lambda: not page.seen("#keys"))
    page.act("keys")
    page.wait(lambda: page.seen("#keys"))


SLOWLY = """
window.fetch = ((fetch) => async (address, how) => {
  if (address === "qa/ask") await new Promise((done) => setTimeout(done, 2000));
  return fetch(address, how);
})(window.fetch);
"""
TOP = "return arguments[0].getBoundingClientRect().top"


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_an_answer_moves_nothing_when_it_comes(browser: Chrome, address: str, size: tuple[int, int]):
    with sized(browser, size):
        page = Page(browser, address)
        page.ask(TRADE)
        page.script(SLOWLY)
        for number, question in ((1, RAILWAY), (2, "Who discovered penicillin?")):
            page.type(question)
            asked = f"#turn-{number} .asked p"
            page.wait(lambda asked=asked: page.script(TOP, page.one(asked)) < 160)
            time.sleep(0.8)  # until the question has moved up
            assert page.seen(f"#turn-{number}.pending")
            before = page.script(TOP, page.one(asked))
            page.answered(number)
            assert abs(page.script(TOP, page.one(asked)) - before) < 3


COVERED = """
const box = arguments[0].getBoundingClientRect();
const others = [...document.querySelectorAll("#log, #composer, #side, #top button, #top a")];
return others.filter((o) => o.offsetParent).map((o) => [o, o.getBoundingClientRect()]).filter(([, r]) =>
  r.left < box.right && box.left < r.right && r.top < box.bottom && box.top < r.bottom).map(([o]) => o.id);
"""


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_message_covers_nothing_that_is_used(browser: Chrome, address: str, size: tuple[int, int]):
    with sized(browser, size):
        page = Page(browser, address)
        page.act("copy", page.ask(RAILWAY))
        assert page.toast() == "Answer copied."
        assert page.script(COVERED, page.one("#toast")) == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_wrong_in_quotes_keys_and_messages(browser: Chrome, address: str, dark: bool):
    with sized(browser, TABLET, dark):
        page = Page(browser, address)
        mark = page.ask(RAILWAY).find_element("css selector", "a.mark")
        page.act("copy")
        page.script("arguments[0].focus({ focusVisible: true })", mark)
        page.wait(lambda: page.seen("#peek") and page.toast())
        assert violations(page) == []
        page.act("menu")
        page.act("keys")
        assert violations(page) == []
