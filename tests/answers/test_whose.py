"""A mayor of another town is no answer: neither its refusal nor the answer that is right may be lost."""

import pytest
from conftest import KeyReader, WordEncoder, write

from qa.answers.whose import holder
from qa.assistant import Assistant
from qa.language.questions import parse
from qa.search.confidence import Holder, lowered
from qa.search.evidence import Evidence, ScoredSentence
from qa.settings import Settings
from qa.types import Document, Hit, Passage

TWO_TOWNS = "The towns of Osk and Tolvane share a ferry."  # so they are not one
DOCUMENT = Document("d", "d.md", "", "", {}, "")


def judged(question, quote, answer, liked=(), beside=TWO_TOWNS, header="", sentence=""):
    """Whose answer a quote gives if the reader also likes it as an answer to the questions `liked`."""
    start = quote.index(answer)
    first = len(sentence or quote)
    spans = tuple(span for span in ((0, first), (first + 1, len(quote))) if span[0] < len(quote))
    passage = Passage("p", "d", 0, len(quote), quote, header, spans)
    others = Passage("o", "d", 0, len(beside), beside, "", ((0, len(beside)),))
    hits = tuple(Hit(p, DOCUMENT, 1.0) for p in (passage, others))
    sentence = ScoredSentence(hits[0], 0, 1.0, (start, start + len(answer)), 15.0, 15.0, 15.0)
    reader = KeyReader({other: answer for other in liked})
    return holder(parse(question), Evidence(hits, (sentence,), {}), reader)


@pytest.mark.parametrize(
    ("question", "quote"),
    [("Who is the mayor of Tolvane?", "Ida Berg, the mayor of Osk, met the harbour board."),
     ("who is tolvane's mayor", "Osk's new mayor, Ida Berg, met the harbour board."),
     ("Who is Tolvane's envoy to Osk?", "Ida Berg, the Osk envoy to Tolvane, met the harbour board.")],
)  # fmt: skip
def test_the_quote_gives_it_for_another(question, quote):
    assert judged(question, quote, "Ida Berg") is Holder.ANOTHER


def test_the_mayor_of_a_later_sentence_is_the_one_named_before():
    sentence = "Ida Berg, the mayor of Osk, met the harbour board."
    quote = f"{sentence} It told the mayor of a storm."
    assert judged("Who is the mayor of Tolvane?", quote, "Ida Berg", sentence=sentence) is Holder.ANOTHER


def test_what_goes_to_another_is_perhaps_of_another():
    quote = "Osk chose Ida Berg as its envoy to Tolvane."
    assert judged("Who is the envoy of Tolvane in Osk?", quote, "Ida Berg") is Holder.PERHAPS_ANOTHER


def test_the_holder_of_another_office_is_perhaps_another():
    quote = "Ida Berg, the mayor of Osk, met the harbour board."
    assert judged("Who is the governor of Osk?", quote, "Ida Berg") is Holder.PERHAPS_ANOTHER


@pytest.mark.parametrize(
    ("question", "quote"),
    [("Who is the mayor of Osk?", "Ida Berg, the mayor of Osk, met the mayor of Tolvane."),
     ("Who is the mayor of Osk?", "Mayor Ida Berg of Osk met the harbour board."),
     ("Who is the mayor of Osk?", "Tolvane's mayor was late, but the mayor, Ida Berg, came."),
     ("Who is Osk's envoy to Tolvane?", "Ida Berg, the Osk envoy to Tolvane, met the harbour board."),
     ("Who met the harbour board?", "Ida Berg, the mayor of Osk, met the harbour board.")],
)  # fmt: skip
def test_the_quote_gives_it_for_what_is_asked(question, quote):
    assert judged(question, quote, "Ida Berg") is Holder.ASKED


MISSING = "How many ferries serve Tolvane?"


@pytest.mark.parametrize(
    ("liked", "expected"),
    [(["How many ferries serve Osk?"], Holder.PERHAPS_ANOTHER), ([], Holder.ASKED)],
)
def test_if_a_name_is_missing_the_reader_says_whether_the_other_one_fits(liked, expected):
    assert judged(MISSING, "Osk has twelve ferries.", "twelve", liked) is expected


def test_a_heading_may_name_what_its_text_does_not():
    liked = ["How many ferries serve Osk?"]
    assert judged(MISSING, "Osk has twelve ferries.", "twelve", liked, header="Tolvane") is Holder.ASKED


def test_a_name_that_is_listed_nowhere_may_be_another_word_for_the_same():
    quote = "Ida Berg, the mayor of Osk, met the harbour board."
    assert judged("Who is the mayor of Nordholm?", quote, "Ida Berg") is Holder.PERHAPS_ANOTHER
    assert judged("Who is the mayor of Nordholm?", f"{quote[:-1]} of Nordholm.", "Ida Berg") is Holder.ASKED


@pytest.mark.parametrize(
    "question",
    ["Why did Tolvane's mayor close the quay?", "What was the idea of Tolvane's mayor?",
     "Who is younger, Tolvane's mayor or Ida Berg?", "Who is Tolvane's mayor, and when was she born?"],
)  # fmt: skip
def test_only_a_question_for_one_value_is_of_one_holder(question):
    assert judged(question, "Osk's mayor, Ida Berg, closed the quay.", "Ida Berg") is Holder.ASKED


def test_what_is_of_another_is_lowered_most():
    assert lowered(0.9, Holder.ASKED) == 0.9
    assert 0.1 < lowered(0.9, Holder.PERHAPS_ANOTHER) < 0.5
    assert lowered(0.9, Holder.ANOTHER) < 0.1
    assert lowered(0.2, Holder.PERHAPS_ANOTHER) == 0.2


def test_the_mayor_of_another_town_is_refused(tmp_path):
    write(tmp_path / "corpus", {"osk.md": f"{TWO_TOWNS}\n\nIda Berg is the mayor of Osk since 2019.\n"})
    questions = {"Who is the mayor of Osk?": "Ida Berg", "Who is the mayor of Tolvane?": "Ida Berg"}
    settings = Settings(corpus=tmp_path / "corpus", index=tmp_path / "index")
    assistant = Assistant(settings, WordEncoder(), KeyReader(questions))
    assistant.sync()
    right, wrong = (assistant.ask(question) for question in questions)
    assert right.answered
    assert right.claims[0].value == "Ida Berg"
    assert not wrong.answered
