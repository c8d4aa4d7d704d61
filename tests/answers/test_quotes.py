"""What is quoted with a sentence, and quotes of earlier answers in the documents as they are now."""

import pytest
from conftest import write

from qa.answers.quotes import DEPENDENT_OPENINGS, Quote, is_dependent
from qa.language.rules import any_of
from qa.types import document_id

SAILS = "It leaves the quay at seven every morning."


@pytest.mark.parametrize("rule", DEPENDENT_OPENINGS, ids=lambda rule: rule.name)
def test_a_sentence_that_needs_the_one_before_it_is_known_by_its_opening(rule):
    assert [other for other in DEPENDENT_OPENINGS if any_of([other]).match(rule.example)] == [rule]
    assert is_dependent(rule.example)
    assert not is_dependent(rule.counterexample)


@pytest.fixture
def quote(synced):
    text = synced.document(document_id("ferry.md")).text
    start = text.index(SAILS)
    return Quote(document_id("ferry.md"), start, start + len(SAILS), SAILS)


def found(assistant, quote):
    (citation,) = assistant.find_quotes([quote])
    if citation:
        assert citation.document.text[citation.start : citation.end] == citation.quote == quote.quote
    return citation


def test_a_quote_is_found_at_its_place(synced, quote):
    citation = found(synced, quote)
    assert (citation.document.path, citation.start, citation.number) == ("ferry.md", quote.start, 1)
    assert citation.passage.start <= citation.start < citation.end <= citation.passage.end


def test_a_quote_is_found_elsewhere_in_its_document(synced, quote, corpus):
    write(corpus, {"ferry.md": f"# The ferry\n\nSince 1950.\n\n{SAILS}\n"})
    synced.sync()
    assert found(synced, quote).start != quote.start


def test_a_quote_is_found_in_a_file_that_was_moved(synced, quote, corpus):
    (corpus / "ferry.md").rename(corpus / "valley" / "boat.md")
    synced.sync()
    assert found(synced, quote).document.path == "valley/boat.md"


@pytest.mark.parametrize(
    "text",
    [
        "It leaves the quay at eight.",
        f"He said: “{SAILS}” and left the quay.",
        "# It leaves the quay\n\nAt seven.",
    ],
)
def test_a_quote_that_is_no_sentence_of_any_document_is_not_found(synced, quote, corpus, text):
    write(corpus, {"ferry.md": text})
    synced.sync()
    assert found(synced, quote) is None


def test_an_empty_quote_is_not_found(synced, quote):
    assert found(synced, quote._replace(quote="")) is None
