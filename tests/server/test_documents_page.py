"""The documents on the page: listed with their state, uploaded, searched one by one, deleted."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import Page, needs_browser, texts
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select
from serving import app

from qa.documents.formats import LABELS

pytestmark = needs_browser
FERRY = "# The ferry\n\nThe ferry to Tolvane carries 340 passengers and leaves at seven.\n"
LIGHTHOUSE = (
    "---\ntitle: The lighthouse\nsource: Norvik News\ndate: 2024-05-01\n---\n\n"
    "The keeper of the lighthouse of Norvik is Ada Lund.\n"
)
SAVED = time.strftime("%Y-%m-%d", time.localtime(1e9))
KEEPER = "Who keeps the lighthouse of Norvik?"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "ferry.md").write_text(FERRY, "utf-8")
    return folder


@pytest.fixture
def page(browser: Chrome, tmp_path: Path, corpus: Path) -> Iterator[Page]:
    with app(tmp_path / "index", corpus) as address:
        page = Page(browser, address)
        page.show("documents")
        yield page
        browser.get("about:blank")


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder with files that are not in the corpus."""
    folder = tmp_path / "outside"
    folder.mkdir()
    return folder


def paths(page: Page) -> list[str]:
    return texts(page.seen("#listing .path"))


def row(page: Page, path: str) -> WebElement:
    return page.one(f'#listing li[data-path="{path}"]')


def send(page: Page, *files: Path) -> None:
    """Choose files in the browser's dialog."""
    page.one("#files").send_keys("\n".join(map(str, files)))


def results(page: Page) -> dict[str, tuple[str, str]]:
    """The results of the uploads: file name -> state, text."""
    return {
        item.find_element(By.TAG_NAME, "bdi").text: (
            item.get_attribute("data-state"),
            item.find_element(By.CSS_SELECTOR, ".state").text,
        )
        for item in page.all("#uploads li")
    }


def test_files_are_uploaded_several_at_once_each_with_its_result(page: Page, corpus: Path, outside: Path):
    (outside / "lighthouse.md").write_text(LIGHTHOUSE, "utf-8")
    visitors = "In May 9,340 visitors came. " * 8
    (outside / "visitors.html").write_text(
        f"<html><body><article><h1>Visitors</h1><p>{visitors}</p></article></body></html>"
    )
    (outside / "empty.txt").write_text("")
    (outside / "program.exe").write_bytes(b"MZ")
    (outside / "ferry.md").write_text("# Another ferry\n\nIt carries 12 passengers.\n")
    (outside / "large.txt").write_bytes(b"word " * 4_200_000)
    send(page, *sorted(outside.iterdir()))

    page.wait(lambda: paths(page) == ["ferry.md", "lighthouse.md", "visitors.html"])
    page.wait(lambda: "waiting" not in [state for state, _ in results(page).values()])
    told = results(page)
    assert {name: state for name, (state, _) in told.items()} == {
        "lighthouse.md": "indexed",
        "visitors.html": "indexed",
        "empty.txt": "failed",
        "program.exe": "failed",
        "ferry.md": "failed",
        "large.txt": "failed",
    }
    assert told["lighthouse.md"][1] == "Indexed: 1 passage."
    assert "empty" in told["empty.txt"][1]
    assert told["program.exe"][1] == f"Unsupported file type. Use {LABELS}."
    assert told["large.txt"][1] == "Larger than 20 MB."
    assert (corpus / "ferry.md").read_text("utf-8") == FERRY
    assert (corpus / "lighthouse.md").read_text("utf-8") == LIGHTHOUSE
    assert sorted(path.name for path in corpus.iterdir()) == ["ferry.md", "lighthouse.md", "visitors.html"]

    line = row(page, "lighthouse.md").find_element(By.CSS_SELECTOR, ".line")
    ActionChains(page.browser).move_to_element(line).perform()
    facts = (line.get_attribute("title") or "").split("\n")
    assert facts[:3] == ["The lighthouse", "Norvik News", "lighthouse.md"]
    assert facts[3].startswith("Published 2024-05-01 · Saved 2")
    assert facts[3].endswith(" · 1 passage")
    assert "Ada Lund" in page.ask(KEEPER).text


LARGER_FERRY = "# The ferry\n\nThe ferry to Tolvane carries 512 passengers.\n"


def test_a_file_with_a_taken_name_replaces_the_other_only_on_request(page: Page, corpus: Path, outside: Path):
    (outside / "ferry.md").write_text(LARGER_FERRY)
    send(page, outside / "ferry.md")
    page.wait(lambda: page.seen("#uploads button"))
    assert results(page)["ferry.md"][1].startswith("A different file with this name exists.")
    assert (corpus / "ferry.md").read_text("utf-8") == FERRY
    page.seen("#uploads button")[0].click()
    page.wait(lambda: results(page)["ferry.md"] == ("indexed", "Indexed: 1 passage."))
    assert "512" in page.ask("How many passengers does the ferry carry?").text
    send(page, outside / "ferry.md")
    page.wait(lambda: results(page)["ferry.md"] == ("indexed", "Already added."))


def test_both_files_with_one_name_can_be_kept(page: Page, corpus: Path, outside: Path):
    (outside / "ferry 2024.md").write_text(LARGER_FERRY)
    for name, count in (("ferry 2024.md", 340), ("ferry 2024 (2).md", 90)):
        (corpus / name).write_text(
            f"# The ferry\n\nThe ferry to Tolvane carries {count} passengers.\n", "utf-8"
        )
    send(page, outside / "ferry 2024.md")
    for _ in range(2):  # "ferry 2024 (2).md" is taken as well
        page.wait(lambda: page.seen("#uploads button"))
        page.seen("#uploads button")[1].click()
        page.wait(lambda: results(page)["ferry 2024.md"][0] != "sending")
    page.wait(lambda: results(page)["ferry 2024.md"] == ("indexed", "Indexed: 1 passage."))
    assert paths(page) == ["ferry 2024 (2).md", "ferry 2024 (3).md", "ferry 2024.md", "ferry.md"]
    assert (corpus / "ferry 2024 (3).md").read_text("utf-8") == LARGER_FERRY
    assert "340" in (corpus / "ferry 2024.md").read_text("utf-8")


DROPPED = """
const data = new DataTransfer();
data.items.add(new File([arguments[0]], "lighthouse.md"));
for (const name of ["dragenter", "dragover", "drop"]) {
  const event = new DragEvent(name, { dataTransfer: data, bubbles: true, cancelable: true });
  document.querySelector("#chat").dispatchEvent(event);
}
"""


def test_while_a_file_is_dragged_the_page_says_what_dropping_it_does(page: Page):
    page.script(
        """const carried = new DataTransfer();
        carried.items.add(new File(["x"], "x.txt"));
        document.dispatchEvent(new DragEvent("dragenter", { dataTransfer: carried, bubbles: true }));"""
    )
    shown = page.script(
        "return getComputedStyle(document.querySelector('#page.dropping'), '::after').content"
    )
    assert "Drop to add" in shown


def test_a_file_can_be_dropped_anywhere_on_the_page(page: Page, corpus: Path):
    page.show("sources")
    page.script(DROPPED, LIGHTHOUSE)
    page.wait(lambda: page.one("#documents").is_displayed() and paths(page) == ["ferry.md", "lighthouse.md"])
    assert (corpus / "lighthouse.md").read_text("utf-8") == LIGHTHOUSE
    assert "dropping" not in page.one("#page").get_attribute("class")


def test_a_document_is_deleted_after_confirmation_and_is_gone_from_answers(page: Page, corpus: Path):
    turn = page.ask("How many passengers does the ferry carry?")
    assert "340" in turn.text
    page.act("remove", row(page, "ferry.md"))
    page.wait(lambda: page.seen("#confirm"))
    assert "ferry.md" in page.one("#confirm").text
    page.act("close", page.one("#confirm"))
    assert (corpus / "ferry.md").exists()
    page.act("remove", row(page, "ferry.md"))
    page.one("#confirmed").click()
    page.wait(lambda: page.seen("#listing .empty"))
    assert not (corpus / "ferry.md").exists()
    assert "No documents yet" in page.ask("How many passengers does the ferry carry?").text
    page.reload()
    page.wait(lambda: len(page.turns()) == 2)
    assert "340" not in page.one("#page").text
    assert "no longer in your documents" in page.turns()[0].text


def test_only_selected_documents_are_searched(page: Page, corpus: Path):
    (corpus / "lighthouse.md").write_text(LIGHTHOUSE, "utf-8")
    page.wait(lambda: paths(page) == ["ferry.md", "lighthouse.md"])
    row(page, "lighthouse.md").find_element(By.CSS_SELECTOR, "input").click()
    assert page.one("#scope").text == "Searching 1 of 2 documents · Search all"
    row(page, "ferry.md").find_element(By.CSS_SELECTOR, "input").click()
    assert page.toast() == "Select at least one document."
    assert page.one("#scope").text == "Searching 1 of 2 documents · Search all"
    turn = page.ask(KEEPER)
    assert turn.find_elements(By.CSS_SELECTOR, ".refused")
    asked = [path.get_attribute("textContent") for path in page.all("#sources .cards.selected .path")]
    assert asked == ["ferry.md"]
    page.act("all")
    assert not page.seen("#scope")
    assert "Ada Lund" in page.ask(KEEPER).text
    page.act("only", row(page, "ferry.md"))
    assert page.one("#scope").text == "Searching 1 of 2 documents · Search all"
    page.act("retry", page.turns()[1])  # in the documents that were searched then: all
    page.wait(lambda: "Ada Lund" in page.answered(1).text)


def test_a_file_that_fails_is_listed_with_the_reason_until_it_is_mended_or_deleted(page: Page, corpus: Path):
    (corpus / "broken.pdf").write_bytes(b"%PDF-1.7\nbroken")
    page.wait(lambda: "Not a valid PDF" in row(page, "broken.pdf").text)
    assert row(page, "broken.pdf").get_attribute("data-state") == "failed"
    page.act("remove", row(page, "broken.pdf"))
    page.one("#confirmed").click()
    page.wait(lambda: paths(page) == ["ferry.md"])
    assert not (corpus / "broken.pdf").exists()


def test_what_changes_in_the_folder_is_listed_and_can_be_asked_about(page: Page, corpus: Path):
    assert "find an answer" in page.ask(KEEPER).text
    (corpus / "lighthouse.md").write_text(LIGHTHOUSE, "utf-8")
    page.wait(lambda: paths(page) == ["ferry.md", "lighthouse.md"])
    page.wait(lambda: row(page, "lighthouse.md").get_attribute("data-state") == "indexed")
    assert page.one("#tab-documents").text == "Documents (2)"
    assert "Ada Lund" in page.ask(KEEPER).text
    (corpus / "ferry.md").unlink()
    page.wait(lambda: paths(page) == ["lighthouse.md"])
    assert len(page.turns()) == 2  # the page was not reloaded
    assert page.browser.get_log("browser") == []


def test_an_emptied_folder_is_told_until_its_documents_are_back_or_removed(page: Page, corpus: Path):
    (corpus / "ferry.md").unlink()
    page.wait(lambda: page.seen("#stopped"))
    assert "1 of 1 indexed file not found in the folder" in page.one("#stopped").text
    assert "340" in page.ask("How many passengers does the ferry carry?").text
    page.show("documents")
    (corpus / "ferry.md").write_text(FERRY, "utf-8")
    page.wait(lambda: not page.seen("#stopped"))
    (corpus / "ferry.md").unlink()
    page.wait(lambda: page.seen("#stopped"))
    page.act("forget")
    page.wait(lambda: page.seen("#confirm"))
    page.one("#confirmed").click()
    page.wait(lambda: page.seen("#listing .empty"))
    assert not page.seen("#stopped")


def test_many_documents_can_be_searched(page: Page, corpus: Path):
    assert not page.seen("#found")
    for number in range(12):
        (corpus / f"note-{number}.md").write_text(
            f"# Note {number}\n\nThe mill number {number} grinds.\n", "utf-8"
        )
    page.wait(lambda: len(paths(page)) == 13)
    page.one("#found").send_keys("note 11")
    assert paths(page) == ["note-11.md"]
    page.one("#found").send_keys(" nothing")
    assert paths(page) == []


def test_documents_are_filtered_by_date_and_author_and_then_selected(page: Page, corpus: Path):
    for number in range(12):
        (corpus / f"note-{number}.md").write_text(
            f"---\ntitle: Note {number}\nauthor: {'Ida Berg' if number < 3 else 'Odd Lie'}\n"
            f"date: 202{number % 2}-05-01\n---\n\nThe mill number {number} grinds.\n",
            "utf-8",
        )
    page.wait(lambda: len(paths(page)) == 13)
    page.one("#found").send_keys("berg 2020-05")
    assert paths(page) == ["note-0.md", "note-2.md"]
    page.one("#every").click()  # none of them, to select from there
    page.one("#every").click()
    assert page.one("#scope span").get_attribute("textContent") == "Searching 2 of 13 documents"


def choose(page: Page, kind: str, *values: str) -> None:
    """Open a filter and check some of its values, with the keyboard."""
    page.one(f"#filters [data-kind={kind}]").send_keys(Keys.ENTER)
    for value in values:
        page.one(f'#choices input[value="{value}"]').send_keys(Keys.SPACE)


def choices(page: Page) -> list[str]:
    return [text.replace("\n", " ") for text in texts(page.seen("#choices li"))]


def test_filters_limit_the_list_and_the_questions_until_they_are_cleared(page: Page, corpus: Path):
    assert not page.seen("#filters")  # of one document there is nothing to choose
    for path, author, day, text in (
        ("reports/mill.md", "Ida Berg", "2020-01-01", "The mill of Osk has 12 wheels."),
        ("reports/2024/mill.md", "Odd Lie", "2024-03-01", "The mill of Senn has 40 wheels."),
        ("reports/2024/bees.md", "Ida Berg and Odd Lie", "2024-05-01", "The bees of Senn fly far."),
    ):
        (corpus / path).parent.mkdir(parents=True, exist_ok=True)
        front = f"---\ntitle: {path}\nauthor: {author}\ndate: {day}\n---\n\n"
        (corpus / path).write_text(front + text, "utf-8")
    (corpus / "notes.txt").write_text("The mill of Norvik has 7 wheels.\n", "utf-8")
    page.wait(lambda: len(page.seen("#listing li[data-state=indexed]")) == 5)

    choose(page, "folder")
    assert choices(page) == ["reports 3", "reports/2024 2"]
    choose(page, "kind")
    assert choices(page) == ["Markdown 4", "Text 1"]
    choose(page, "author", "ida berg")
    assert choices(page) == ["Ida Berg 2", "Odd Lie 2"]
    assert page.one("#scope").text == "Searching 2 of 5 documents: Ida Berg · Search all"
    choose(page, "folder", "reports")
    page.one('#choices input[value="reports"]').send_keys(Keys.ESCAPE)
    assert not page.seen("#choices")
    assert texts(page.seen("#filters .on")) == ["Folder: reports", "Author: Ida Berg"]
    assert paths(page) == ["reports/2024/bees.md", "reports/mill.md"]
    assert "12" in page.ask("How many wheels does the mill have?").text

    new = "---\ntitle: New\nauthor: Ida Berg\ndate: 2025-01-01\n---\n\nThe goats of Senn climb.\n"
    (corpus / "reports" / "goats.md").write_text(new, "utf-8")
    (corpus / "goats.md").write_text("# Goats\n\nThe goats of Osk sleep.\n", "utf-8")
    page.wait(lambda: page.one("#scope").text.startswith("Searching 3 of 7 documents: reports, Ida Berg ·"))
    assert len(paths(page)) == 3

    row(page, "reports/goats.md").find_element(By.CSS_SELECTOR, "input").click()
    assert page.one("#scope span").text == "Searching 2 of 7 documents, chosen from reports, Ida Berg"
    assert page.one("#filtered span").text == "3 of 7 documents. Questions are answered from 2 of these."
    assert page.one("#every").get_property("indeterminate")
    page.act("all")
    assert not page.seen("#scope, #filtered, #filters .on")
    assert len(paths(page)) == 7


def test_a_filter_of_days_holds_for_what_is_published_or_else_saved(page: Page, corpus: Path):
    (corpus / "lighthouse.md").write_text(LIGHTHOUSE, "utf-8")
    os.utime(corpus / "ferry.md", (1e9, 1e9))  # in 2001
    page.wait(
        lambda: [e.get_attribute("data-day") for e in page.seen("#listing li")] == [SAVED, "2024-05-01"]
    )
    choose(page, "day")
    assert page.one("#choices legend").text.endswith(f"saved: {SAVED} to 2024-05-01")

    def set_day(field: str, day: str) -> None:
        page.script(
            """const [id, day] = arguments, field = document.getElementById(id);
            field.value = day;
            field.dispatchEvent(new Event("change", { bubbles: true }));""",
            field,
            day,
        )

    set_day("since", "2001-09-10")
    assert paths(page) == ["lighthouse.md"]
    assert page.one("#scope span").text == "Searching 1 of 2 documents: since 2001-09-10"
    set_day("until", "2024-04-30")
    assert paths(page) == []
    page.type(KEEPER)
    assert page.toast() == "No document matches 2001-09-10 to 2024-04-30."
    page.act("all")
    assert len(paths(page)) == 2


def test_documents_are_sorted_and_selected_together(page: Page, corpus: Path):
    assert not page.seen("#order")
    for name, day, saved in (("a", "2020-01-01", 3e8), ("b", "2024-01-01", 1e8), ("c", "", 2e8)):
        front = f"---\ntitle: Note {name}\ndate: {day}\n---\n\n" if day else f"# Note {name}\n\n"
        path = corpus / f"z-{name}.md"
        path.write_text(f"{front}The mill of {name} grinds.\n", "utf-8")
        os.utime(path, (saved, saved))
    page.wait(lambda: len(page.seen("#listing .opens")) == 4)

    def titles(order: str) -> list[str]:
        Select(page.one("#order")).select_by_value(order)
        return texts(page.seen("#listing .opens"))

    assert titles("title") == ["Note a", "Note b", "Note c", "The ferry"]
    assert titles("path") == ["The ferry", "Note a", "Note b", "Note c"]
    assert titles("saved") == ["The ferry", "Note a", "Note c", "Note b"]
    assert page.seen("#listing .saved")[0].text.startswith("Saved 2")
    assert titles("published") == ["Note b", "Note a", "The ferry", "Note c"]
    assert page.seen("#listing .dates")[0].text == "Published 2024-01-01"

    page.one("#every").click()
    assert page.one("#scope").text == "Select at least one document. · Search all"
    page.type(KEEPER)
    assert page.toast() == "Select at least one document."
    assert page.turns() == []
    row(page, "z-a.md").find_element(By.CSS_SELECTOR, "input").click()
    assert page.one("#scope").text == "Searching 1 of 4 documents · Search all"
    assert page.one("#every").get_property("indeterminate")
    page.one("#every").click()
    assert not page.seen("#scope")


def test_an_empty_folder_starts_with_one_place_for_files(browser: Chrome, tmp_path: Path, outside: Path):
    (tmp_path / "empty").mkdir()
    with app(tmp_path / "index", tmp_path / "empty") as address:
        page = Page(browser, address)
        page.wait(lambda: page.seen("#start"))
        assert page.one("#welcome h2").text == "No documents yet. Add some to start."
        assert page.one("#start").text.startswith("Drop files here\nor choose files\nPDF, Word")
        page.script("document.querySelector('#page').classList.add('reader')")  # who may add none
        assert page.one("#welcome h2").text == "No documents yet."
        page.show("documents")
        assert page.one("#listing").text == "No documents yet."
        page.script("document.querySelector('#page').classList.remove('reader')")
        (outside / "ferry.md").write_text(FERRY, "utf-8")
        send(page, outside / "ferry.md")
        page.wait(lambda: not page.seen("#start"))
        assert page.one("#welcome h2").text == "What would you like to know?"
        browser.get("about:blank")
