"""What the page shows of answers and documents, as text."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest

from qa.errors import CitationError
from qa.quoting import escape
from qa.rendering import confidence_words, documents_table, linked, literal, message, pane, sources
from qa.types import Answer, Citation, Claim, Document, Hit, Passage

TEXT = "# Ferry\n\nIt leaves at seven. It carries 340 passengers. It is white.\n\nTickets cost 12 crowns."
QUOTE = "It carries 340 passengers."
HOSTILE = "<img src=x onerror=alert(1)> ${7*7} `x` </script> {{value}} \"quoted\" 'too' &lt;b&gt;"


def a_document(text: str = TEXT, **changes: Any) -> Document:
    values = {"id": "1", "path": "ferry.md", "title": "The ferry", "metadata": {"source": "Quay News"}}
    return Document(**{**values, **changes}, digest="d", _text=text)


def an_answer(text: str = f"{QUOTE} [1]", document: Document | None = None, quote: str = QUOTE) -> Answer:
    document = document or a_document()
    sentences = tuple(m.span() for m in re.finditer(r"(?:It|Tickets)[^.]*\.|<img.*", document.text))
    passage = Passage("p", document.id, 0, len(document.text), document.text, "", sentences)
    start = document.text.index(quote)
    citation = Citation(1, document, start, start + len(quote), quote, passage)
    return Answer("How many?", text, True, 0.8, (Claim(quote, (citation,)),), (citation,), ())


def a_refusal(*documents: Document) -> Answer:
    passages = [Passage(d.id, d.id, 0, len(d.text), d.text, "", ()) for d in documents]
    nearest = tuple(Hit(p, d, 0.1) for p, d in zip(passages, documents, strict=True))
    return Answer("Why?", "The documents do not answer this.", False, 0.1, (), (), nearest)


def shown(html: str) -> str:
    """The text of HTML, all tags gone."""
    return unescape(re.sub(r"<[^>]*>", "", html))


def test_a_marker_becomes_a_link_to_the_card_of_its_turn():
    assert linked(an_answer(), turn=4) == f"{QUOTE} [[1]](#source-4-1)"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(escape("see [1] there"), id="brackets of the document"),
        pytest.param(escape("a backslash \\[1]"), id="a backslash before them"),
        pytest.param("nobody cites [7]", id="a number without a citation"),
    ],
)
def test_other_brackets_stay_as_they_are(text: str):
    assert linked(an_answer(text), turn=0) == text


def test_character_entities_of_a_document_are_shown_as_they_stand():
    assert linked(an_answer(escape("AT&T, &lt;b&gt;")), turn=0) == r"AT\&T, \&lt;b\&gt;"
    assert literal("[1] & *") == r"\[1\] \& \*"


def test_the_answer_says_how_sure_it_is_and_from_how_many_documents():
    assert message(an_answer(), turn=0).endswith("\n\n*Well supported · from 1 document*")
    assert [confidence_words(p) for p in (0.3, 0.6, 0.75)] == [
        "Possibly: check the source",
        "Probably right",
        "Well supported",
    ]


def test_a_follow_up_says_what_it_was_taken_to_mean():
    answer = replace(an_answer(), question="And to Senn?", understood="What does the *ferry* to Senn cost?")
    note = r"understood as “What does the \*ferry\* to Senn cost?”*"
    assert message(answer, turn=0).endswith(f"from 1 document · {note}")
    alone = replace(an_answer(), question="Who?", understood="Who?")
    assert "understood" not in message(alone, turn=0)


def test_a_card_marks_the_quote_inside_the_passage_and_says_where_it_is_from():
    card = sources(an_answer(), turn=2)
    assert f"<mark>{QUOTE}</mark>" in card
    assert 'id="source-2-1"' in card
    assert TEXT in shown(card)
    for part in ("The ferry", "Quay News", "ferry.md"):
        assert part in shown(card)


def test_other_paragraphs_are_folded():
    folded = re.findall(r'<span class="rest"><span>(.*?)</span></span>', sources(an_answer(), 0), re.DOTALL)
    assert [shown(part).strip() for part in folded] == ["# Ferry", "Tickets cost 12 crowns."]


def test_a_quote_that_is_not_in_its_document_is_never_shown():
    answer = an_answer()
    object.__setattr__(answer.citations[0], "start", answer.citations[0].start + 1)
    with pytest.raises(CitationError):
        sources(answer, 0)


def test_a_refusal_shows_the_nearest_passages_as_no_evidence():
    answer = a_refusal(a_document(), a_document(id="2", path="b.txt", title="Another"))
    html = sources(answer, turn=1)
    assert "no evidence" in shown(html)
    assert "<mark>" not in html
    assert re.findall(r'id="(source-[^"]+)"', html) == ["source-1-1", "source-1-2"]
    assert message(answer, turn=1).endswith("*[2 nearest passages](#source-1-1)*")


def test_an_empty_index_is_said_to_be_empty():
    assert "nothing is indexed" in sources(a_refusal(), 0)
    assert "No documents yet" in documents_table([], {})
    assert "sources of an answer appear here" in pane([])


def test_documents_are_listed_with_what_is_known_of_them():
    first = a_document(metadata={"source": "Quay News", "author": "A. Lund", "date": "2024-05-01"})
    second = a_document(id="2", path="b.txt", title="B", metadata={})
    table = documents_table([first, second], {"1": 3, "2": 1})
    assert [shown(item) for item in re.findall("<li>(.*?)</li>", table)] == [
        "The ferryQuay News · A. Lund · 2024-05-01 · 3 passagesferry.md",
        "B1 passageb.txt",
    ]


@pytest.mark.parametrize("path", [f"{HOSTILE}.md", f"{HOSTILE}.txt"])
def test_nothing_of_a_document_becomes_html(path: str):
    metadata = {"source": HOSTILE, "author": HOSTILE, "date": HOSTILE}
    document = a_document(f"# {HOSTILE}\n\n{HOSTILE}", path=path, title=HOSTILE, metadata=metadata)
    answer = an_answer(document=document, quote=f"{HOSTILE}\n\n{HOSTILE}")
    for html in (sources(answer, 0), sources(a_refusal(document), 0), documents_table([document], {})):
        tags = set(re.findall(r"</?([a-z0-9]+)", html))
        assert tags <= set("section header h2 p bdi article span div h3 blockquote mark strong ul li".split())
        assert HOSTILE in shown(html)
        assert "onerror" not in "".join(re.findall("<[^>]*>", html))
