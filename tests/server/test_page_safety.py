"""Documents, file names and questions are shown as text on the page, whatever they contain."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from browsing import Page, needs_browser, requested, texts
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from serving import app

pytestmark = needs_browser
RTL = "\N{RIGHT-TO-LEFT OVERRIDE}"
# Each of these would set a mark in the page if any part of it ran.
HOSTILE = (
    "<img src=x onerror=\"document.title='ran'\"> ${(document.title='ran')} `${document.title='ran'}` "
    "</script><script>document.title='ran'</script> [a](javascript:document.title='ran') {{7*7}} &lt;i&gt;"
    " *not bold* [1] ' onfocus=document.title='ran' autofocus x='"
)
KEEPER = "Who is the lighthouse keeper of Norvik?"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    title = f"{RTL}The lighthouse {HOSTILE}".replace('"', '\\"')
    name = f"{RTL}<img src=x onerror=alert(1)>${{7*7}}`[1](x)'\".md"
    (corpus / name).write_text(
        f'---\ntitle: "{title}"\nsource: "{HOSTILE.replace(chr(34), "")}"\n---\n\n'
        f"The lighthouse keeper of Norvik is Ada Lund {HOSTILE} and she lives there.\n",
        "utf-8",
    )
    (corpus / "<b>broken.md").write_text("---\ntitle: [\n---\n\nx\n", "utf-8")
    return corpus


def test_documents_and_questions_are_shown_as_text_everywhere(browser: Chrome, tmp_path: Path, corpus: Path):
    requested(browser)
    with app(tmp_path / "index", corpus) as address:
        page = Page(browser, address)
        turn = page.ask(KEEPER)
        assert HOSTILE in turn.text
        links = turn.find_elements(By.TAG_NAME, "a")
        assert {a.get_attribute("href") for a in links} == {f"{address}#source-0-1"}

        card = page.click(turn, "[1]")
        assert HOSTILE in card.find_element(By.TAG_NAME, "mark").get_attribute("textContent")
        assert card.find_element(By.TAG_NAME, "h3").text.replace(RTL, "") == f"The lighthouse {HOSTILE}"
        page.act("whole", card)
        page.wait(lambda: page.seen("#whole mark"))
        assert HOSTILE in page.one("#whole .text").get_attribute("textContent")
        assert HOSTILE in page.one("#whole h2").text
        page.act("close", page.one("#whole"))
        page.act("cite", card)
        turn.find_element(By.CSS_SELECTOR, ".why summary").click()
        page.wait(lambda: HOSTILE[:40] in turn.find_element(By.CSS_SELECTOR, ".why").text)

        page.show("documents")
        listed = [path.get_attribute("textContent") for path in page.all("#listing .path")]
        assert sorted(listed) == sorted(path.name for path in corpus.iterdir())
        for button in page.seen("[data-act=remove]"):
            button.click()
            page.wait(lambda: page.seen("#confirm"))
            assert page.one("#confirm").find_elements(By.CSS_SELECTOR, "p *") == []
            page.act("close", page.one("#confirm"))
        page.act("only")

        assert HOSTILE in page.ask(f"Who is the keeper of the lighthouse? {HOSTILE}").text
        refused = page.ask(f"Which mountain is the highest in Africa? {HOSTILE}")
        assert refused.find_elements(By.CSS_SELECTOR, ".refused")
        page.reload()
        page.wait(lambda: len(page.turns()) == 3)
        page.act("retry", page.turns()[0])
        page.answered(0)

        assert page.all("#page img, #page script, #page i, #page b b, #page [onerror], #page [onfocus]") == []
        assert browser.title == "Ask the documents"
        assert requested(browser) == {urlsplit(address).netloc}
        assert browser.get_log("browser") == []


def test_the_name_of_an_upload_is_made_harmless(browser: Chrome, tmp_path: Path):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    with app(tmp_path / "index", corpus) as address:
        page = Page(browser, address)
        page.script(SENT, "../../<img src=x onerror=alert(1)>.md", "The mill of Norvik has four floors.")
        page.wait(lambda: page.seen("#uploads li[data-state=indexed]"))
        (file,) = corpus.iterdir()
        assert texts(page.seen("#listing .path")) == [file.name]
        assert not set(file.name) & set('/\\<>:"|?*')
        assert page.all("#page img") == []
    assert list(tmp_path.glob("*.md")) == []


def test_forged_conversations_are_shown_as_text(browser: Chrome, tmp_path: Path, corpus: Path):
    turns = [
        {"question": HOSTILE, "problem": HOSTILE},
        {"question": HOSTILE, "text": HOSTILE, "unknown": [HOSTILE], "understood": HOSTILE,
         "suggestions": [HOSTILE], "claims": [], "nearest": [], "citations": []},
        {"question": HOSTILE, "answered": True, "text": HOSTILE,
         "claims": [{"value": HOSTILE, "citations": [1]}],
         "citations": [{"document": HOSTILE, "start": 0, "end": 9, "number": 1, "quote": HOSTILE}]},
        {"question": HOSTILE, "citations": HOSTILE}, None, HOSTILE, 7, [HOSTILE], {"question": {}},
    ]  # fmt: skip
    with app(tmp_path / "index", corpus) as address:
        page = Page(browser, address)
        page.script(FORGED, [{"id": HOSTILE, "title": HOSTILE, "updated": HOSTILE}], {"turns": turns})
        browser.get("about:blank")  # a reload would stay at the empty conversation
        browser.get(address)
        page.wait(lambda: len(page.turns()) == 5)
        assert HOSTILE in page.turns()[0].find_element(By.CSS_SELECTOR, "[role=alert]").text
        assert texts(page.seen("#conversations .title")) == [HOSTILE]
        for turn in page.turns():
            for button in turn.find_elements(By.CSS_SELECTOR, "[data-act=copy], [data-act=rate]"):
                button.click()
        page.act("export")
        page.ask(KEEPER)
        assert page.all("#page img, #page script, #page i, #page [onerror], #page [onfocus]") == []
        assert browser.title == "Ask the documents"
        assert browser.get_log("browser") == []


def test_an_ended_session_is_reported_with_a_link_to_the_login(browser: Chrome, tmp_path: Path, corpus: Path):
    with app(tmp_path / "index", corpus, QA_LOGIN="ada:s3cret") as address:
        browser.get(address)
        browser.find_element(By.NAME, "username").send_keys("ada")
        browser.find_element(By.NAME, "password").send_keys("s3cret" + Keys.ENTER)
        page = Page(browser, address)
        assert page.one("#logout").is_displayed()
        page.script("fetch('logout')")  # as another tab would
        page.wait(lambda: page.seen("#ended"))
        page.type(KEEPER)
        page.wait(lambda: "Your session has ended" in page.one("#log .failed").text)
        page.show("documents")
        page.script(SENT, "mill.md", "The mill of Norvik has four floors.")
        page.wait(lambda: "session has ended" in page.one("#uploads .state").text)
        assert not (corpus / "mill.md").exists()
        page.one("#ended a").click()
        page.wait(lambda: browser.find_element(By.NAME, "password").is_displayed())
        assert browser.current_url == f"{address}login#/documents"  # to be back there after the login
        browser.get_log("browser")  # the responses with status 401


FORGED = """
localStorage.clear();
localStorage.setItem("qa:conversations", JSON.stringify(arguments[0]));
localStorage.setItem("qa:conversation:" + arguments[0][0].id, JSON.stringify(arguments[1]));
"""
SENT = """
const data = new DataTransfer();
data.items.add(new File([arguments[1]], arguments[0]));
const event = new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
document.querySelector("#drop").dispatchEvent(event);
"""


def test_an_unreachable_server_is_reported(browser: Chrome, tmp_path: Path, corpus: Path):
    with app(tmp_path / "index", corpus) as address:
        page = Page(browser, address)
    page.type(KEEPER)
    page.wait(lambda: "Can't reach the server" in page.one("#log .failed").text)
    browser.get_log("browser")  # the failed requests
