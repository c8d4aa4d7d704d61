"""The list of documents as HTML."""

from __future__ import annotations

import re
import time
from types import SimpleNamespace
from typing import Any

import pytest
from shown import HOSTILE, TURNED, Shown, a_document, one_line

from qa.corpus.listing import FileState, Listed
from qa.server.html import documents
from qa.server.html.documents import Rows, accepted, holds, label, limits

BREAKING = ['a" onclick="x', "it's", "<li>", "&amp;"]


def a_file(path: str = "ferry.md", **changes: Any) -> Listed:
    values = {"document": a_document(path=path), "passages": 3, "state": FileState.INDEXED, "reason": ""}
    return Listed(**{"path": path, "modified": 0.0, "indexed_at": 2.0, **values, **changes})


def listed(files: list[Listed]) -> str:
    return Rows().render(files)


def test_an_empty_folder_is_reported_and_where_to_add_some_is_said_apart():
    html = listed([])
    assert one_line(html) == "No documents yet. Drop some above, or put them into the folder."
    (adding,) = re.findall(r'<span class="adding">(.*?)</span>', html)  # which readers do not see
    assert adding == " Drop some above, or put them into the folder."


def dates(html: str) -> list[str]:
    return [Shown(span).text for span in re.findall(r'<span class="(?:saved|published)">.*?</span>', html)]


def test_the_dates_of_a_document_are_told_apart():
    noon = time.mktime((2024, 5, 1, 12, 0, 0, 0, 0, -1))
    published = a_document(metadata={"date": "2021-11-04"})
    assert dates(listed([a_file(modified=noon)])) == ["Saved 2024-05-01"]
    both = listed([a_file(modified=noon, document=published)])
    assert dates(both) == ["Published 2021-11-04", "Saved 2024-05-01"]
    (row,) = Shown(both).all("li")
    assert (row["data-published"], row["data-saved"]) == ("2021-11-04", f"{noon:.0f}")


def test_failed_files_stand_first_and_are_counted():
    files = [
        a_file("a.md"),
        a_file("b.md", document=None, state=FileState.FAILED, reason="the file is empty"),
    ]
    html = listed(files)
    assert html.index('data-path="b.md"') < html.index('data-path="a.md"')
    assert "Not indexed. The file is empty." in one_line(html)
    assert label(files) == "Documents (1, 1 failed)"
    assert label(files[:1]) == "Documents (1)"


def test_what_a_folder_holds_is_told_by_a_few_titles():
    files = [a_file(f"{n}.md", document=a_document(title=f"Title {n}")) for n in range(7)]
    failed = a_file("b.md", document=None, state=FileState.FAILED)
    assert holds([failed, *files[:2]]) == "2 documents: Title 0 · Title 1"
    assert holds(files) == "7 documents: Title 0 · Title 1 · Title 2 · Title 3 · Title 4 and 2 more"
    assert holds([failed]) == ""


def test_a_document_is_listed_on_one_line_with_its_facts_at_hand():
    known = {"source": "Quay News", "author": "Ada Lund and Ida Berg", "date": "1 May 2024"}
    html = listed([a_file("quay/ferry.md", document=a_document(metadata=known, pages=(0, 9)))])
    assert one_line(html) == "The ferryquay/ferry.mdPublished 1 May 2024"
    (opening,) = Shown(html).acts("whole")
    assert opening["data-document"] == "1"
    (row,) = Shown(html).all("li")
    assert row == {
        "id": "file-1",
        "data-path": "quay/ferry.md",
        "data-state": "indexed",
        "data-kind": "Markdown",
        "data-source": "Quay News",
        "data-author": "Ada Lund\nIda Berg",
        "data-day": "2024-05-01",
        "data-published": "1 May 2024",
        "data-saved": "0",
        "data-length": "2 pages · 3 passages",
    }
    (box,) = Shown(html).all("input")
    assert (box["value"], box["aria-label"]) == ("1", "Search The ferry")
    assert [b["title"] for b in Shown(html).acts("only")] == ["Search only The ferry"]
    assert [b["title"] for b in Shown(html).acts("remove")] == ["Delete The ferry"]


def test_the_folder_is_told_only_of_what_is_attached_to_a_file():
    html = listed([a_file("mails/june.eml/bill.xlsx"), a_file("mails/june.eml"), a_file("a.md")])
    assert [row.get("data-folder") for row in Shown(html).all("li")] == [None, None, "mails"]


def test_a_list_of_thousands_is_sent_and_shown_quickly():
    """A row says everything once or twice, for 3,000 of them are sent at once."""
    title, path = "t" * 60, f"{'p' * 76}.md"
    (row,) = re.findall("<li.*</li>", listed([a_file(path, document=a_document(title=title, path=path))]))
    assert row.count(title) <= 4
    assert row.count(path) <= 2
    assert len(row) < 1_100


@pytest.mark.parametrize(
    ("state", "reason", "told"),
    [
        (FileState.INDEXED, "", ""),
        (FileState.WAITING, "", "Waiting to be indexed"),
        (FileState.CHANGED, "", "Changed, waiting to be indexed again"),
        (FileState.FAILED, "the file is empty", "Not indexed. The file is empty."),
        (FileState.GONE, "", "No longer in the folder"),
    ],
)
def test_a_row_says_the_state_of_its_file(state: FileState, reason: str, told: str):
    html = listed([a_file(state=state, reason=reason)])
    assert [Shown(p).text for p in re.findall(r'<p class="state">.*?</p>', html)] == [told] * bool(told)
    assert [row["data-state"] for row in Shown(html).all("li")] == [str(state)]


def test_every_state_of_a_file_has_its_words():
    for state in FileState:
        assert listed([a_file(state=state)])


def test_a_file_without_a_document_can_only_be_deleted():
    html = Shown(listed([a_file("scan.pdf", document=None, passages=0, state=FileState.FAILED)]))
    assert not html.all("input")
    assert not html.acts("only")
    assert [b["title"] for b in html.acts("remove")] == ["Delete scan.pdf"]
    assert "passage" not in html.text
    assert [row["id"] for row in html.all("li")] == ["file-scan.pdf"]


def test_what_is_no_file_of_its_own_cannot_be_deleted():
    attached, unlisted = (
        a_file("mail.eml/report.pdf", deletable=False),
        a_file("valley", document=None, state=FileState.FAILED, reason="cannot list", deletable=False),
    )
    html = Shown(listed([attached, unlisted]))
    assert not html.acts("remove")
    assert len(html.acts("only")) == 1


@pytest.mark.parametrize("string", [HOSTILE, *BREAKING])
def test_nothing_of_a_file_becomes_html(string: str):
    known = {name: string for name in ("source", "author", "date")}
    document = a_document(id=string, path=string, title=string, metadata=known)
    for file in (
        a_file(string, document=document, reason=f"of {string}"),
        a_file(string, document=None, reason=f"of {string}"),
    ):
        html = Shown(listed([file]))
        assert f"Of {string}." in html.text
        assert [row["data-path"] for row in html.all("li")] == [string]
        assert all(string in box["aria-label"] for box in html.all("input"))


def test_a_right_to_left_override_reverses_nothing_around_it():
    document = a_document(path=TURNED, title=TURNED, metadata={"source": TURNED})
    assert not Shown(listed([a_file(TURNED, document=document)])).turned


def test_only_rows_of_changed_files_are_rendered_again(monkeypatch: pytest.MonkeyPatch):
    rows = Rows()
    first, second = a_file("a.md"), a_file("b.md", state=FileState.WAITING)
    before = rows.render([first, second])
    made, row = [], documents._row
    monkeypatch.setattr(documents, "_row", lambda file: made.append(file) or row(file))
    assert rows.render([a_file("a.md"), a_file("b.md", state=FileState.WAITING)]) == before
    assert made == []
    changed = [a_file("a.md"), a_file("b.md")]
    assert rows.render(changed) == listed(changed) != before
    assert made == [changed[1], *changed]  # the last two by the other list
    assert rows.render([first]) == listed([first])
    assert list(rows._rendered) == [first]  # rows of deleted files are dropped


def test_the_accepted_files_are_those_within_the_limits():
    assert set(limits()["suffixes"]) >= {".pdf", ".docx", ".html", ".md", ".txt"}
    assert limits()["bytes"] == 20_000_000
    assert accepted().startswith("PDF, Word")
    assert ", up to 20 MB each. Saved to the corpus folder" in accepted()


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("ab", "a or b, "),
        ("abcdefghi", "a, b, c, d, e, f, g, h or i, "),
        ("abcdefghijk", "a, b, c, d, e, f, g, h and more, "),
    ],
)
def test_of_many_formats_the_first_are_named(monkeypatch: pytest.MonkeyPatch, names: str, expected: str):
    monkeypatch.setattr(documents, "FORMATS", [SimpleNamespace(name=name) for name in names])
    monkeypatch.setattr(documents, "LABELS", ", ".join(names[:-1]) + f" or {names[-1]}")
    assert accepted().startswith(expected)
