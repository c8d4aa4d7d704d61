"""The page with the keyboard alone, and checked by axe-core: names, labels, contrast, landmarks."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

import pytest
from browsing import DESKTOP, PHONE, TABLET, Page, needs_browser, sized
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.keys import Keys
from serving import app

pytestmark = needs_browser
TRADE = "How much is the trade between Kazakhstan and Pakistan?"
RAILWAY = "How much would the railway to Pakistan cost?"
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with app(tmp_path_factory.mktemp("accessibility") / "index") as address:
        yield address


def violations(page: Page) -> list[str]:
    """The violations that axe-core finds on the page as it is now."""
    page.script(AXE)
    found = page.browser.execute_async_script(
        "axe.run(document, { runOnly: arguments[0] }).then(arguments[1])", RULES
    )
    assert len(found["passes"]) > 10
    return [f"{v['id']}: {node['html'][:200]}" for v in found["violations"] for node in v["nodes"]]


LOOKS = {
    "desktop": (DESKTOP, False),
    "desktop, dark": (DESKTOP, True),
    "tablet": (TABLET, False),  # its colours are those of the others
    "phone": (PHONE, False),
    "phone, dark": (PHONE, True),
}


@pytest.mark.parametrize(("size", "dark"), LOOKS.values(), ids=LOOKS)
def test_axe_finds_nothing_wrong(browser: Chrome, address: str, size: tuple[int, int], dark: bool):
    with sized(browser, size, dark):
        page = Page(browser, address)
        assert violations(page) == []
        turn = page.ask(TRADE)
        page.script("for (const d of document.querySelectorAll('#log details')) d.open = true")
        page.wait(lambda: page.seen(".why .cards"))
        page.script("document.querySelector('.why details').open = true")
        page.wait(lambda: page.seen(".why table"))
        page.act("rate", turn)
        page.wait(lambda: page.seen("#comment"))
        assert violations(page) == []
        page.ask("Who discovered penicillin?")
        page.wait(lambda: page.seen("#turn-1 .suggested .chip"))
        page.script("document.querySelector('#turn-0 [data-act=edit]').click()")
        assert violations(page) == []
        page.one("#edited").send_keys(Keys.ESCAPE)
        page.click(page.turns()[0], "[1]")
        assert violations(page) == []
        page.act("whole", page.one("#source-0-1"))
        page.wait(lambda: page.seen("#whole mark"))
        assert violations(page) == []
        page.act("close", page.one("#whole"))
        page.show("documents")
        page.script("document.querySelector('#filters [data-kind=day]').hidden = false")  # all are of one day
        page.one("#filters [data-kind=day]").click()
        assert violations(page) == []
        page.one("#filters [data-kind=author]").click()
        page.one("#choices li input").click()
        page.act("only")
        page.act("remove")
        page.wait(lambda: page.seen("#confirm"))
        assert violations(page) == []
        page.act("close", page.one("#confirm"))
        if size != DESKTOP:
            page.one("#menu").click()
        assert violations(page) == []


class Keyboard:
    """The keyboard, and the element it has reached."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, *keys: str) -> None:
        ActionChains(self.page.browser).send_keys(*keys).perform()

    def back(self) -> None:
        chain = ActionChains(self.page.browser).key_down(Keys.SHIFT).send_keys(Keys.TAB)
        chain.key_up(Keys.SHIFT).perform()

    def at(self, selector: str) -> bool:
        """True if the focused element matches a selector and shows that it has the focus."""
        return bool(self.page.script(FOCUSED, selector))

    def to(self, selector: str, back: bool = False) -> None:
        """Press Tab until an element that matches a selector has the focus."""
        for _ in range(60):
            self.back() if back else self.press(Keys.TAB)
            if self.at(selector):
                return
        raise AssertionError(f"{selector} cannot be reached")


FOCUSED = """
const element = document.activeElement, style = getComputedStyle(element);
const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
const framed = getComputedStyle(element.parentElement).boxShadow !== "none";
return element.matches(arguments[0]) && (ring || framed);
"""


def test_everything_can_be_done_with_the_keyboard_alone(browser: Chrome, address: str):
    page = Page(browser, address)
    keys = Keyboard(page)
    assert keys.at("#ask")
    keys.press(TRADE, Keys.ENTER)
    page.answered(0)
    assert keys.at("#ask")

    browser.execute_script("document.activeElement.blur()")
    keys.to("#turn-0 .differ > summary")
    keys.to("#turn-0 a.mark")
    keys.press(Keys.ENTER)
    page.wait(lambda: keys.at("#source-0-1"))
    keys.to("#source-0-1 [data-act=whole]")
    keys.press(Keys.ENTER)
    page.wait(lambda: page.seen("#whole mark"))
    keys.press(Keys.ESCAPE)
    page.wait(lambda: not page.seen("#whole"))
    keys.press(Keys.ESCAPE)
    assert keys.at("#turn-0 a.mark")

    keys.to("#turn-0 .agree > summary")
    keys.press(Keys.ENTER)
    page.wait(lambda: page.seen("#turn-0 .agree q"))
    keys.to("#turn-0 .why > summary")
    keys.press(Keys.ENTER)
    page.wait(lambda: page.seen("#turn-0 .why .cards"))
    keys.to("#turn-0 .why details > summary")
    keys.press(Keys.ENTER)
    page.wait(lambda: page.seen("#turn-0 .why table"))
    keys.to("#turn-0 [data-helpful=yes]")
    keys.press(Keys.ENTER)
    page.wait(lambda: keys.at("#comment"))
    keys.press("clear", Keys.ENTER)
    page.wait(lambda: not page.all("#comment"))

    keys.to("#tab-sources")
    keys.press(Keys.ARROW_RIGHT)
    assert keys.at("#tab-documents")
    keys.to("#listing input[type=checkbox]")
    keys.press(Keys.SPACE)
    assert "4 of 5" in page.one("#scope").text
    keys.to("#listing [data-act=remove]")
    keys.press(Keys.ENTER)
    page.wait(lambda: page.seen("#confirm"))
    keys.press(Keys.ESCAPE)
    page.wait(lambda: not page.seen("#confirm"))
    assert keys.at("#listing [data-act=remove]")

    keys.to("[data-act=new]", back=True)
    keys.press(Keys.ENTER)
    assert keys.at("#ask")
    keys.press(RAILWAY, Keys.ENTER)
    page.answered(0)
    browser.execute_script("document.activeElement.blur()")
    keys.to("#conversations li:nth-child(2) .title")
    keys.press(Keys.ENTER)
    page.wait(lambda: TRADE in page.one("#log").text)


def test_the_first_tab_reaches_a_link_to_the_question_box(browser: Chrome, address: str):
    page = Page(browser, address)
    browser.execute_script("document.body.tabIndex = -1; document.body.focus()")
    keys = Keyboard(page)
    keys.press(Keys.TAB)
    assert keys.at(".skip")
    keys.press(Keys.ENTER)
    assert page.browser.switch_to.active_element == page.one("#ask")


def test_an_answer_is_read_out_by_screen_readers(browser: Chrome, address: str):
    page = Page(browser, address)
    turn = page.ask(RAILWAY)
    assert page.one("#log").aria_role == "log"
    assert turn.accessible_name == "Question 1"
    link = turn.find_element("css selector", "a.mark")
    assert link.accessible_name.startswith("Source 1: Kazakhstan Looks to Pakistan")
    assert page.one("#ask").accessible_name == "Question"
    assert page.one("#send").accessible_name == "Ask"
    assert {b.accessible_name for b in turn.find_elements("css selector", ".actions button")} == {
        "Copy answer",
        "Ask again",
        "Helpful",
        "Not helpful",
    }
