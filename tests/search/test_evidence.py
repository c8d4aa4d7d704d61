"""The effects of a reader: the order of passages, short answers, refusals. A simple reader stands in."""

import pytest
from conftest import KeyReader, WordEncoder, write

import qa.answers.quotes
from qa.assistant import Assistant
from qa.errors import CitationError
from qa.settings import Settings

ANSWERS = {
    "Who finished the bridge at Osk?": "Anders Lund",
    "Which insects came to the valley?": "bumblebees",
    "What does the crossing cost?": "12 crowns",
    "When was the middle arch taken?": "in 1926",
}


@pytest.fixture
def reader() -> KeyReader:
    return KeyReader(ANSWERS)


@pytest.fixture
def assistant(corpus, index, encoder, reader) -> Assistant:
    assistant = Assistant(Settings(corpus=corpus, index=index), encoder, reader)
    assistant.sync()
    return assistant


@pytest.mark.parametrize("question", ANSWERS)
def test_the_value_of_a_claim_is_the_short_answer(assistant, question):
    answer = assistant.ask(question)
    best = answer.claims[0]
    assert best.value == ANSWERS[question]
    assert best.value in best.citations[0].quote
    assert f"**{ANSWERS[question]}**" in answer.text


def test_the_passage_that_answers_comes_first(corpus, index, reader):
    write(corpus, {"loud.txt": "Nobody knows what the crossing to the north does cost in the winter.\n"})
    assistant = Assistant(Settings(corpus=corpus, index=index), WordEncoder(), reader)
    assistant.sync()
    question = "What does the crossing cost?"
    assert assistant.search(question, rerank=False)[0].document.path == "loud.txt"
    assert assistant.search(question)[0].document.path == "ferry.md"
    assert assistant.ask(question).nearest[0].document.path == "ferry.md"


def test_a_second_reader_reads_the_best_few_again_and_decides(corpus, index, encoder, reader):
    question = "Who finished the bridge at Osk?"
    second = KeyReader({question: "in 1874"})
    assistant = Assistant(Settings(corpus=corpus, index=index), encoder, reader, second)
    assistant.sync()
    assert assistant.ask(question).claims[0].value == "in 1874"
    assert second.read_at_once == [min(4, reader.read_at_once[0])]
    assert assistant.status().reader == "by heart, then by heart"


def test_what_the_second_reader_denies_is_less_sure(assistant, encoder, reader):
    doubting = Assistant(assistant.settings, encoder, reader, KeyReader({}))
    for question in ANSWERS:
        assert doubting.ask(question).confidence < assistant.ask(question).confidence - 0.05


def test_the_second_reader_reads_only_what_a_followup_is_taken_for(corpus, index, encoder):
    asked = "Who finished the bridge at Osk?"
    first = KeyReader(ANSWERS | {"Who finished it?": "Anders Lund"})
    second = KeyReader(ANSWERS)
    assistant = Assistant(Settings(corpus=corpus, index=index), encoder, first, second)
    assistant.sync()
    answer = assistant.ask("When was it taken?", [(asked, assistant.ask(asked).text)])
    assert answer.trace is not None
    assert len(answer.trace.readings) > 1
    assert len(first.read_at_once) == 1 + len(answer.trace.readings)
    assert len(second.read_at_once) == 2


def test_hits_come_in_the_order_of_their_scores(assistant):
    hits = assistant.search("When was the middle arch taken?", k=20)
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert len({hit.passage.id for hit in hits}) == len(hits)


def test_a_question_that_no_passage_answers_is_refused(assistant):
    question = "Which king of Norway came from Bergen by bridge?"
    answer = assistant.ask(question)
    assert not answer.answered
    assert answer.confidence < assistant.threshold
    assert answer.nearest
    assert assistant.ask(question, threshold=0).answered


def test_the_reader_affects_the_confidence(corpus, index, assistant):
    question = "Who finished the bridge at Osk?"
    ignorant = Assistant(Settings(corpus=corpus, index=index), WordEncoder(), KeyReader({}))
    assert ignorant.ask(question).confidence < assistant.ask(question).confidence


def test_at_most_a_dozen_passages_are_read_and_all_at_once(corpus, index, reader):
    write(corpus, {f"{n}.txt": f"The bridge at Osk, part {n}.\n" for n in range(30)})
    assistant = Assistant(Settings(corpus=corpus, index=index), WordEncoder(), reader)
    assistant.sync()
    assistant.ask("Who finished the bridge at Osk?")
    assert reader.read_at_once == [12]


def test_an_empty_index_is_not_read(tmp_path, reader):
    assistant = Assistant(Settings(corpus=tmp_path, index=tmp_path / "index"), WordEncoder(), reader)
    answer = assistant.ask("Who finished the bridge at Osk?")
    assert (answer.answered, answer.confidence) == (False, 0.0)


def test_the_status_names_the_reader(assistant, corpus, index, encoder):
    assert assistant.status().reader == "by heart"
    without = Assistant(Settings(corpus=corpus, index=index), encoder)
    assert without.status().reader == "none (answers are the best sentences by similarity)"


def test_markup_in_a_document_stays_text_around_the_short_answer(corpus, index):
    write(
        corpus,
        {"odd.md": "The *old* price of a <b>kilo</b> was **12** [3] crowns_and $5 at `noon`, they say.\n"},
    )
    reader = KeyReader({"What was the old price of a kilo?": "**12** [3] crowns_and $5"})
    assistant = Assistant(Settings(corpus=corpus, index=index), WordEncoder(), reader)
    assistant.sync()
    answer = assistant.ask("What was the old price of a kilo?", threshold=0)
    assert answer.claims[0].value == "**12** [3] crowns_and $5"
    assert answer.text == (
        r"**\*\*12\*\* \[3\] crowns\_and \$5**"
        "\n\n"
        r"The \*old\* price of a \<b\>kilo\</b\> was \*\*12\*\* \[3\] crowns\_and \$5 at \`noon\`,"
        " they say. [1]"
    )


def test_an_answer_that_makes_up_most_of_its_sentence_is_not_bold(corpus, index):
    write(corpus, {"short.txt": "Nobody lives on Tolvane in winter.\n"})
    reader = KeyReader({"Who lives on Tolvane in winter?": "Nobody lives on Tolvane"})
    assistant = Assistant(Settings(corpus=corpus, index=index), WordEncoder(), reader)
    assistant.sync()
    assert "**" not in assistant.ask("Who lives on Tolvane in winter?").text


def test_a_quote_is_still_verified(assistant, monkeypatch):
    def fail(citation):
        raise CitationError("not there")

    monkeypatch.setattr(qa.answers.quotes, "verify", fail)
    with pytest.raises(CitationError):
        assistant.ask("What does the crossing cost?")
