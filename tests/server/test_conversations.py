"""Asking again, editing, copying, exporting, rating and keeping conversations, in a real browser."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from browsing import Page, download_to, needs_browser, texts
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from serving import CORPUS, app, free_port
from test_accessibility import violations

pytestmark = needs_browser
TRADE = "How much is the trade between Kazakhstan and Pakistan?"
RAILWAY = "How much would the railway to Pakistan cost?"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("conversations") / "index"


@pytest.fixture(scope="module")
def address(index: Path) -> Iterator[str]:
    with app(index) as address:
        yield address


@pytest.fixture
def page(browser: Chrome, address: str) -> Page:
    return Page(browser, address)


def asked(page: Page) -> list[str]:
    return texts(page.all("#log .asked p"))


def titles(page: Page) -> list[str]:
    return texts(page.seen("#conversations .title"))


def copied(page: Page) -> str:
    """The text that the page has copied to the clipboard."""
    page.browser.execute_cdp_cmd(
        "Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    )
    return str(page.browser.execute_async_script("navigator.clipboard.readText().then(arguments[0])"))


def test_a_question_is_asked_again_in_its_place(page: Page):
    first = page.ask(RAILWAY)
    page.ask(TRADE)
    page.script("document.querySelector('#turn-0 .answer').append('old')")
    page.act("retry", first)
    page.wait(lambda: "old" not in page.answered(0).text)
    assert asked(page) == [RAILWAY, TRADE]
    assert "$7 billion" in page.turns()[0].text
    page.reload()
    page.wait(lambda: asked(page) == [RAILWAY, TRADE])


def test_an_edited_question_replaces_all_later_turns(page: Page):
    page.ask(TRADE)
    page.ask("And with Kyrgyzstan?")
    page.script("document.querySelector('#turn-0 [data-act=edit]').click()")
    page.one("#edited").send_keys(Keys.CONTROL, "a")
    page.one("#edited").send_keys(RAILWAY, Keys.ENTER)
    page.wait(lambda: asked(page) == [RAILWAY])
    assert "$7 billion" in page.answered(0).text
    assert titles(page) == [RAILWAY]
    page.reload()
    page.wait(lambda: asked(page) == [RAILWAY])


def test_escape_cancels_an_edit(page: Page):
    page.ask(RAILWAY)
    page.script("document.querySelector('#turn-0 [data-act=edit]').click()")
    page.one("#edited").send_keys("nothing", Keys.ESCAPE)
    assert not page.all("#edited")
    assert asked(page) == [RAILWAY]


HELD_UP = """
const { fetch } = window;
window.fetch = (...all) => new Promise((done) => (window.go = () => done(fetch(...all))));
"""


def test_a_question_can_be_stopped_and_asked_again(page: Page):
    page.script(HELD_UP)
    page.type(RAILWAY)
    page.wait(lambda: page.seen("#stop"))
    assert not page.seen("#send")
    page.one("#stop").click()
    assert "Stopped" in page.turns()[0].text
    page.script("window.go()")  # the answer still arrives, and is not shown
    page.script("window.fetch = undefined; delete window.fetch")
    page.reload()
    assert page.turns() == []
    page.ask(RAILWAY)


def test_a_server_that_went_away_is_reported_and_used_again_when_it_is_back(browser: Chrome, tmp_path: Path):
    port = free_port()
    with app(tmp_path / "index", GRADIO_SERVER_PORT=str(port)) as address:
        page = Page(browser, address)
        page.ask(RAILWAY)
    page.type(TRADE)
    page.wait(lambda: "Can't reach the server" in page.one("#turn-1").text)
    with app(tmp_path / "index", GRADIO_SERVER_PORT=str(port)):
        page.act("retry", page.one("#turn-1"))
        page.wait(lambda: "$250 million" in page.answered(1).text)
        assert asked(page) == [RAILWAY, TRADE]


def test_the_answer_is_copied_clean_with_its_sources(page: Page):
    turn = page.ask(RAILWAY)
    page.act("copy", turn)
    assert page.toast() == "Answer copied."
    text = copied(page)
    assert text.startswith("$7 billion\n\n")
    assert "\\" not in text
    assert "[^" not in text
    assert "\n\n[1] Kazakhstan Looks to Pakistan" in text
    kinds = "navigator.clipboard.read().then((items) => arguments[0](items[0].types))"
    assert page.browser.execute_async_script(kinds) == ["text/plain", "text/html"]


def test_a_citation_is_copied_with_everything_known_about_its_source(page: Page):
    turn = page.ask(TRADE)
    card = page.click(turn, "[1]")
    page.act("cite", card)
    text = copied(page)
    quote = " ".join(card.find_element(By.TAG_NAME, "mark").text.split())
    assert text.startswith(f"“{quote}” (")
    for part in (card.find_element(By.TAG_NAME, "h3").text, "ANKASAM", "pakistan-central-asia-line.md"):
        assert part in text


def test_several_conversations_are_kept_and_opened_again(page: Page):
    page.ask(RAILWAY)
    page.act("new")
    assert page.turns() == []
    assert page.browser.switch_to.active_element == page.one("#ask")
    page.ask(TRADE)
    assert titles(page) == [TRADE, RAILWAY]

    page.reload()
    page.wait(lambda: asked(page) == [TRADE])
    page.seen("#conversations .title")[1].click()
    page.wait(lambda: asked(page) == [RAILWAY])
    assert page.click(page.turns()[0], "[1]").get_attribute("id") == "source-0-1"
    page.ask("And in how many years?")
    assert titles(page)[0] == RAILWAY


def test_a_conversation_is_deleted_and_that_can_be_undone(page: Page):
    page.ask(RAILWAY)
    assert page.one("#top [data-act=discard]").accessible_name == "Delete this conversation"
    page.act("discard", page.one("#top"))
    page.wait(lambda: page.seen("#welcome"))
    assert titles(page) == []
    assert page.toast().startswith("Conversation deleted.")
    page.one("#toast button").click()
    page.wait(lambda: asked(page) == [RAILWAY])
    page.act("new")
    page.ask(TRADE)
    delete(page, 1)
    assert titles(page) == [TRADE]
    page.one("#toast button").click()
    assert titles(page) == [TRADE, RAILWAY]
    delete(page, 0)
    page.wait(lambda: page.seen("#welcome"))
    page.reload()
    assert (page.turns(), titles(page)) == ([], [RAILWAY])


def delete(page: Page, number: int) -> None:
    """Click the button of an entry of the list, which is seen while the pointer is on it."""
    item = page.all("#conversations li")[number]
    ActionChains(page.browser).move_to_element(item).perform()
    item.find_element(By.CSS_SELECTOR, "[data-act=discard]").click()


def rename(page: Page, *keys: str) -> None:
    """Type a name for the first conversation of the list, by keyboard alone."""
    page.script("document.querySelector('#conversations .title').focus()")
    ActionChains(page.browser).send_keys(Keys.TAB, Keys.ENTER, *keys).perform()


def test_a_conversation_is_renamed_and_keeps_its_name(page: Page):
    page.ask(RAILWAY)
    rename(page, "The line to Pakistan", Keys.ENTER)
    assert titles(page) == ["The line to Pakistan"]
    assert page.script("return document.activeElement.dataset.act") == "rename"
    rename(page, "Never mind", Keys.ESCAPE)
    assert titles(page) == ["The line to Pakistan"]
    page.script("document.querySelector('#turn-0 [data-act=edit]').click()")
    page.one("#edited").send_keys(Keys.CONTROL, "a")
    page.one("#edited").send_keys(TRADE, Keys.ENTER)
    page.wait(lambda: asked(page) == [TRADE] and "$250 million" in page.answered(0).text)
    page.reload()
    assert titles(page) == ["The line to Pakistan"]
    rename(page, Keys.BACKSPACE, Keys.ENTER)
    assert titles(page) == [TRADE]


OLDER = """
const [count, day] = arguments, text = "It carries 340 passengers\\.";
const old = (i) => ({ id: `old${i}`, title: `Question ${i}`, updated: Date.now() - i * day });
const kept = [...Array(count).keys()].map(old);
localStorage.setItem("qa:conversations", JSON.stringify(kept));
const turns = [{ question: "How large is it?", text }];
localStorage.setItem("qa:conversation:old3", JSON.stringify({ ...kept[3], turns }));
"""


def test_conversations_are_listed_by_day_and_a_long_list_is_searched(page: Page):
    page.script(OLDER, 8, 86_400_000)
    page.reload()
    assert not page.seen("#recalled")
    page.script(OLDER, 60, 10 * 86_400_000)
    page.reload()
    days = texts(page.all("#conversations h2"))
    assert days[0] == "Today"
    assert all(re.fullmatch(r"\d{1,2} [A-Z][a-z]{2,3}( \d{4})?", day) for day in days[1:])
    assert days[-1].endswith(str((date.today() - timedelta(590)).year))
    page.script(OLDER, 9, 86_400_000)
    page.reload()
    assert texts(page.all("#conversations h2"))[:2] == ["Today", "Yesterday"]
    page.one("#recalled").send_keys("passengers. 340")
    page.wait(lambda: titles(page) == ["Question 3"])
    page.one("#recalled").send_keys("x")
    page.wait(lambda: titles(page) == [] and "None found." in page.one("#recall").text)
    assert violations(page) == []
    page.one("#recalled").send_keys(Keys.ESCAPE)
    page.wait(lambda: len(titles(page)) == 9)
    assert violations(page) == []


KEEP = """
localStorage.setItem("qa:conversations", JSON.stringify([arguments[0]]));
localStorage.setItem("qa:conversation:x", JSON.stringify(arguments[0]));
"""


def test_damaged_conversations_in_the_browser_do_no_harm(page: Page):
    page.ask(RAILWAY)
    page.script("localStorage.setItem('qa:conversations', '{broken'); localStorage.setItem('qa:x', 'y')")
    page.browser.get(page.address)
    page.ready()
    assert page.turns() == []
    page.ask(RAILWAY)
    record = {"id": "x", "title": "x", "turns": [{"question": 7}]}
    page.script(KEEP, record)
    page.browser.get(page.address)
    page.wait(lambda: page.turns())
    assert "cannot be read" in page.turns()[0].text
    assert "$7 billion" in page.ask(RAILWAY).text


def test_a_quote_that_was_forged_in_the_browser_is_not_shown(page: Page):
    page.ask(RAILWAY)
    page.script(
        "const name = Object.keys(localStorage).find((key) => key.startsWith('qa:conversation:'));"
        "localStorage.setItem(name, localStorage.getItem(name).replaceAll('billion', 'trillion'))"
    )
    page.reload()
    page.wait(lambda: page.turns())
    assert "no longer in your documents" in page.turns()[0].text
    assert "trillion" not in page.one("#log").text
    assert not page.seen("#sources .card")
    page.act("retry", page.turns()[0])
    page.wait(lambda: "$7 billion" in page.answered(0).text)


def test_the_conversation_is_exported_with_footnotes(page: Page, browser: Chrome, tmp_path: Path):
    download_to(browser, tmp_path)
    page.ask(TRADE)
    page.ask(RAILWAY)
    page.act("export")
    page.wait(lambda: list(tmp_path.glob("*.md")))
    (file,) = tmp_path.glob("*.md")
    assert file.name == "How-much-is-the-trade-between-Kazakhstan-and-Pakistan.md"
    text = file.read_text("utf-8")
    assert [line for line in text.splitlines() if line.startswith("## ")] == [f"## {TRADE}", f"## {RAILWAY}"]
    notes = [line for line in text.splitlines() if line.startswith("[^")]
    assert [line.partition(":")[0] for line in notes] == ["[^1]", "[^2]", "[^3]", "[^4]"]
    assert all(f"[^{number}]" in text.partition("\n[^1]:")[0] for number in (1, 2, 3, 4))
    quoted = notes[3].partition("“")[2].partition("”")[0].replace("\\", "")
    assert quoted in " ".join((CORPUS / "kazakhstan-bets-on-pakistan.md").read_text("utf-8").split())


def test_a_rating_and_a_comment_are_saved(page: Page, index: Path):
    turn = page.ask(RAILWAY)
    down = turn.find_element(By.CSS_SELECTOR, "[data-helpful=no]")
    down.click()
    page.wait(lambda: page.seen("#comment"))
    page.one("#comment").send_keys("over how many years?", Keys.ENTER)
    assert page.toast() == "Saved on this computer."
    assert down.get_attribute("aria-pressed") == "true"
    entries = [json.loads(line) for line in (index / "feedback.jsonl").read_text("utf-8").splitlines()]
    assert [(e["question"], e["helpful"], e["comment"]) for e in entries][-1] == (
        RAILWAY,
        False,
        "over how many years?",
    )

    page.reload()
    page.wait(lambda: page.turns())
    assert page.one("[data-helpful=no]").get_attribute("aria-pressed") == "true"
