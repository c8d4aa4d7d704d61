"""Questions, answers and their sources on the page, in a real browser, served by the real app.py."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from browsing import DESKTOP, PHONE, Page, needs_browser, requested, sized, texts
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from serving import CORPUS, app

pytestmark = needs_browser
TRADE = "How much is the trade between Kazakhstan and Pakistan?"
RAILWAY = "How much would the railway to Pakistan cost?"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with app(tmp_path_factory.mktemp("page") / "index") as address:
        yield address


@pytest.fixture
def page(browser: Chrome, address: str) -> Page:
    return Page(browser, address)


def test_the_short_answer_stands_out_and_is_part_of_the_sentence_and_the_source(page: Page):
    turn = page.ask(RAILWAY)
    assert turn.find_element(By.CSS_SELECTOR, ".value").text == "$7 billion"
    assert turn.find_element(By.CSS_SELECTOR, ".said b").text == "$7 billion"
    assert "Well supported · from 1 document" in turn.text
    size = page.script("return parseFloat(getComputedStyle(arguments[0]).fontSize)", page.one(".value"))
    assert size > 1.4 * page.script("return parseFloat(getComputedStyle(arguments[0]).fontSize)", turn)
    card = page.click(turn, "[1]")
    quote = card.find_element(By.TAG_NAME, "mark").text
    assert "$7 billion" in quote
    assert quote in (CORPUS / card.find_element(By.CSS_SELECTOR, ".path").text).read_text("utf-8")


def test_different_figures_stand_side_by_side_and_agreeing_sources_can_be_opened(page: Page):
    turn = page.ask(TRADE)
    assert turn.find_element(By.CSS_SELECTOR, ".differ > summary").text == "Sources disagree"
    assert sorted(texts(turn.find_elements(By.CSS_SELECTOR, ".value"))) == [
        "$250 million",
        "197 million dollars",
    ]
    assert "from 3 documents" in turn.text
    (agree,) = turn.find_elements(By.CSS_SELECTOR, ".agree")
    assert agree.text == "2 sources agree"
    agree.find_element(By.TAG_NAME, "summary").click()
    quotes = texts(agree.find_elements(By.TAG_NAME, "q"))
    assert len(quotes) == 2
    assert all("$250 million" in quote for quote in quotes)
    card = page.click(agree, "[3]")
    assert card.get_attribute("id") == "source-0-3"
    turn.find_element(By.CSS_SELECTOR, ".differ > summary").click()
    assert not turn.find_element(By.CSS_SELECTOR, ".value").is_displayed()


def test_every_number_focuses_its_source_with_the_quote_in_view(page: Page):
    turn = page.ask(TRADE)
    markers = texts([a for a in turn.find_elements(By.CSS_SELECTOR, "a.mark") if a.is_displayed()])
    assert markers == ["[1]", "[2]", "[3]"]
    for number in (3, 1, 2):
        card = page.click(turn, f"[{number}]")
        assert card.get_attribute("id") == f"source-0-{number}"
        assert page.browser.switch_to.active_element == card
        mark = card.find_element(By.TAG_NAME, "mark")
        page.wait(lambda mark=mark: page.script(VISIBLE, mark, page.one("#sources")))
        current = [a.text for a in turn.find_elements(By.CSS_SELECTOR, "a[aria-current]") if a.is_displayed()]
        assert current == [f"[{number}]"]
    assert page.browser.current_url.endswith("?source=0-2")


VISIBLE = """
const [inner, outer] = [...arguments].map((element) => element.getBoundingClientRect());
return inner.top >= outer.top && inner.bottom <= outer.bottom;
"""


def test_a_selected_source_shows_its_neighbours(page: Page):
    turn = page.ask(RAILWAY)
    before = len(page.one("#source-0-1 blockquote").text)
    card = page.click(turn, "[1]")
    beside = card.find_elements(By.CSS_SELECTOR, ".beside")
    assert beside
    assert all(element.is_displayed() for element in beside)
    assert len(card.find_element(By.TAG_NAME, "blockquote").text) > before + 300


def test_the_whole_document_opens_with_the_place_marked(page: Page):
    turn = page.ask(RAILWAY)
    card = page.click(turn, "[1]")
    quote = card.find_element(By.TAG_NAME, "mark").text
    page.act("whole", card)
    page.wait(lambda: page.seen("#whole mark"))
    assert page.one("#whole h2").text == card.find_element(By.TAG_NAME, "h3").text
    assert page.one("#whole mark").text == quote
    assert page.script(VISIBLE, page.one("#whole mark"), page.one("#whole .text"))
    path = card.find_element(By.CSS_SELECTOR, ".path").text
    last = (CORPUS / path).read_text("utf-8").split()[-5:]
    assert " ".join(last) in page.one("#whole .text").text
    page.one("#whole .text").send_keys(Keys.ESCAPE)
    page.wait(lambda: not page.seen("#whole"))


def test_the_sources_follow_the_selected_answer_also_after_more_questions_and_a_reload(page: Page):
    first = page.ask(TRADE)
    page.ask(RAILWAY)
    assert [c.get_attribute("id") for c in page.seen("#sources .card")] == ["source-1-1"]
    page.click(first, "[2]")
    assert [c.get_attribute("id") for c in page.seen("#sources .card")] == [
        f"source-0-{n}" for n in (1, 2, 3)
    ]
    said = texts(page.all("#log .answer"))
    assert len(said) == 2

    page.reload()
    page.wait(lambda: len(page.turns()) == 2)
    assert texts(page.all("#log .answer")) == said
    page.wait(lambda: page.script(VISIBLE, page.one("#source-0-2.selected mark"), page.one("#sources")))
    page.click(page.turns()[1], "[1]")
    assert [c.get_attribute("id") for c in page.seen("#sources .card")] == ["source-1-1"]


def test_a_refusal_says_which_words_are_unknown_and_suggests_questions(page: Page):
    turn = page.ask("Who discovered penicillin?")
    assert turn.find_element(By.CSS_SELECTOR, ".lead").text == "I couldn't find an answer in your documents."
    assert "“discovered” and “penicillin” don't appear in your documents." in turn.text
    turn.find_element(By.LINK_TEXT, "These 5 passages").click()
    assert "They don't answer the question." in page.one("#sources .cards.selected").text
    assert len(page.seen("#sources .card")) == 5
    assert not page.seen("#sources mark")

    page.wait(lambda: 2 <= len(page.seen("#turn-0 .suggested .chip")) <= 3)
    chip = page.seen("#turn-0 .suggested .chip")[0]
    asked = chip.text
    chip.click()
    answer = page.answered(1)
    assert asked in answer.text
    assert answer.find_elements(By.CSS_SELECTOR, ".answered")


def test_a_follow_up_says_how_it_was_understood(page: Page):
    page.ask(TRADE)
    turn = page.ask("And with Kyrgyzstan?")
    assert turn.find_element(By.CSS_SELECTOR, ".value").text == "$7.7 million"
    assert "Understood as “How much is the trade between Kyrgyzstan and Pakistan?”" in turn.text


def test_a_follow_up_can_be_asked_exactly_as_typed(page: Page):
    page.ask(TRADE)
    typed = "And with Kyrgyzstan?"
    page.ask(typed).find_element(By.CSS_SELECTOR, "[data-act=exact]").click()
    page.wait(lambda: page.seen("#turn-1:not(.pending) .answer > *") and not page.seen("[data-act=exact]"))
    assert "Understood as" not in page.one("#turn-1").text
    page.browser.refresh()
    page.ready()
    page.answered(1).find_element(By.CSS_SELECTOR, "[data-act=retry]").click()
    page.wait(lambda: page.seen("#turn-1:not(.pending) .answer > *"))
    assert "Understood as" not in page.one("#turn-1").text


def test_thanks_are_answered_in_one_line(page: Page):
    page.ask(TRADE)
    turn = page.ask("Thanks!")
    assert turn.find_element(By.CSS_SELECTOR, ".answer .lead").text == "You're welcome."
    assert not turn.find_elements(By.CSS_SELECTOR, ".why, .suggested, .near")
    assert page.ask("And with Kyrgyzstan?").find_element(By.CSS_SELECTOR, ".value").text == "$7.7 million"


def test_how_an_answer_was_found_can_be_opened(page: Page):
    turn = page.ask(RAILWAY)
    why = turn.find_element(By.CSS_SELECTOR, ".why")
    assert why.text == "How this was found"
    why.find_element(By.TAG_NAME, "summary").click()
    page.wait(lambda: why.find_elements(By.CSS_SELECTOR, ".cards li"))
    assert "You asked for a figure." in why.text
    assert "Best match “$7 billion”" in why.text
    assert "Took " not in why.text
    why.find_element(By.CSS_SELECTOR, ".why details > summary").click()
    assert "railway" in why.text
    assert "Took " in why.text
    assert "documents have changed" not in why.text


def test_an_example_question_is_asked_by_a_click(page: Page):
    page.wait(lambda: len(page.seen("#welcome .chip")) == 5)
    assert page.seen("#welcome .holds")[0].text.startswith("5 documents: Kazakhstan Looks to Pakistan")
    page.seen("#welcome .chip")[1].click()
    assert "$7 billion" in page.answered(0).text
    assert not page.seen("#welcome")


def test_a_question_without_words_gets_a_friendly_answer(page: Page):
    assert "has no words" in page.ask("?!").text
    assert page.ask(RAILWAY).find_element(By.CSS_SELECTOR, ".value").text == "$7 billion"
    assert len(page.turns()) == 2


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_nothing_scrolls_sideways_and_no_other_host_is_contacted(
    browser: Chrome, address: str, size: tuple[int, int]
):
    requested(browser)
    with sized(browser, size):
        page = Page(browser, address)
        page.ask("What could Pakistan sell to Kazakhstan?")
        for tab in ("documents", "sources"):
            page.show(tab)
            assert page.script("return document.documentElement.scrollWidth") <= size[0]
            assert page.script("return document.documentElement.scrollHeight") <= size[1]
    assert requested(browser) == {urlsplit(address).netloc}
    assert browser.get_log("browser") == []


def test_on_a_phone_a_number_leads_to_the_source_and_back(browser: Chrome, address: str):
    with sized(browser, PHONE):
        page = Page(browser, address)
        turn = page.ask(RAILWAY)
        assert not page.one("#sources").is_displayed()
        card = page.click(turn, "[1]")
        page.wait(lambda: page.script(VISIBLE, card.find_element(By.TAG_NAME, "mark"), page.one("#sources")))
        assert not page.one("#log").is_displayed()
        page.show("chat")
        assert page.one("#log").is_displayed()
        assert page.one("#ask").is_displayed()
