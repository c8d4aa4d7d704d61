"""What is asked of the small corpus, with an encoder of plain words: answers, searches, and why."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from conftest import QUESTION, KeyReader, WordEncoder, check, document, write

from qa.answers.quotes import verify
from qa.assistant import Assistant
from qa.errors import CitationError, QuestionError, StaleDocument
from qa.settings import Settings

# --- answers -----------------------------------------------------------------------------------


def test_an_answer_is_made_of_the_documents_own_words(synced):
    answer = synced.ask(QUESTION, threshold=0)
    check(answer)
    assert answer.answered
    assert answer.question == QUESTION
    first = answer.citations[0]
    assert first.document.path == "ferry.md"
    assert "carries 340 passengers" in first.quote
    assert "[1]" in answer.text


def test_a_refusal_claims_nothing_and_shows_what_is_nearest(synced):
    answer = synced.ask(QUESTION, threshold=1)
    check(answer)
    assert not answer.answered
    assert answer.claims == answer.citations == ()
    assert answer.nearest[0].document.path == "ferry.md"
    assert "340" not in answer.text


@pytest.mark.parametrize(
    "question", [QUESTION, "zzz qqq", "the of and", "goat goat goat", "¿Qué?", "渡し船", "seven"]
)
def test_a_threshold_of_nothing_always_answers(synced, question):
    answer = synced.ask(question, threshold=0)
    check(answer)
    assert answer.answered


def test_confidence_does_not_depend_on_the_threshold(synced):
    answers = [synced.ask(QUESTION, threshold=t) for t in (0, 0.5, 1, None)]
    assert len({answer.confidence for answer in answers}) == 1
    assert len({answer.nearest for answer in answers}) == 1
    assert answers[3].answered == (answers[3].confidence >= synced.threshold)


def test_a_question_on_what_is_not_there_is_believed_less(synced):
    assert synced.ask("Which zebra won the chess cup?").confidence < synced.ask(QUESTION).confidence


def test_the_nearest_are_in_order(synced):
    scores = [hit.score for hit in synced.ask(QUESTION).nearest]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) == 4


def test_an_answer_is_the_same_each_time(corpus, index, synced):
    again = Assistant(Settings(corpus=corpus, index=index), WordEncoder())
    assert (
        synced.ask(QUESTION, threshold=0)
        == synced.ask(QUESTION, threshold=0)
        == again.ask(QUESTION, threshold=0)
    )


def test_what_documents_say_in_the_same_words_is_one_claim(synced, corpus):
    write(corpus, {"copy.txt": "The ferry to Tolvane carries 340 passengers."})
    synced.sync()
    answer = synced.ask(QUESTION, threshold=0)
    check(answer)
    assert {c.document.path for c in answer.claims[0].citations} == {"copy.txt", "ferry.md"}


def test_marks_of_markdown_in_a_document_are_shown_and_not_obeyed(synced, corpus):
    write(
        corpus,
        {"odd.txt": "The zebra *stands* at [the quay](http://x.example) with <b>9</b> goats_and_1 cat."},
    )
    synced.sync()
    answer = synced.ask("Where does the zebra stand with goats?", threshold=0)
    check(answer)
    assert "*stands*" in answer.citations[0].quote
    for mark in ("*stands*", "[the quay]", "<b>"):
        assert mark not in answer.text.replace("\\*", "").replace("\\[", "").replace("\\<", "")


def test_a_quote_that_does_not_stand_in_its_document_is_never_shown(synced):
    citation = synced.ask(QUESTION, threshold=0).citations[0]
    assert verify(citation) == citation
    for tampered in (
        replace(citation, quote=citation.quote.replace("340", "430")),
        replace(citation, start=citation.start + 1),
        replace(citation, end=citation.end - 1),
        replace(citation, quote=""),
    ):
        with pytest.raises(CitationError):
            verify(tampered)


# --- search ------------------------------------------------------------------------------------


@pytest.mark.parametrize("rerank", [True, False])
def test_a_search_finds_the_passage(synced, rerank):
    hits = synced.search("stone bridge mason", k=2, rerank=rerank)
    assert len(hits) == 2
    assert hits[0].document.path == "bridge.txt"
    assert hits[0].score >= hits[1].score
    assert hits[0].passage.text == hits[0].document.text[hits[0].passage.start : hits[0].passage.end]


def test_a_search_gives_at_most_what_there_is(synced):
    assert len(synced.search("ferry", k=100)) == 4
    assert len(synced.search("ferry", k=1)) == 1


def test_a_search_can_be_limited_to_documents(synced):
    ferry, bees = document(synced, "ferry.md").id, document(synced, "valley/bees.md").id
    assert {hit.document.id for hit in synced.search("stone bridge", k=9, documents=[ferry, bees])} == {
        ferry,
        bees,
    }
    assert synced.search("stone bridge", documents=[]) == ()
    assert synced.search("stone bridge", documents=["no-such-id"]) == ()
    answer = synced.ask("Who finished the bridge?", documents=iter([bees]), threshold=0)
    check(answer)
    assert {c.document.id for c in answer.citations} == {bees}
    refused = synced.ask("Who finished the bridge?", documents=[], threshold=0)
    assert (refused.answered, refused.confidence, refused.nearest) == (False, 0.0, ())


def test_passages_that_fit_equally_are_ordered_by_id(synced, corpus):
    write(corpus, {f"goat{n}.txt": "Forty goats live on the rock." for n in range(30)})
    synced.sync()
    ids = [hit.passage.id for hit in synced.search("forty goats", k=20, rerank=False)]
    assert ids == sorted(ids)


def test_scores_go_down_also_past_the_passages_that_were_looked_at_closely(synced, corpus):
    write(corpus, {f"goat{n}.txt": f"{n} goats live on the rock, and the rock is grey." for n in range(30)})
    synced.sync()
    scores = [hit.score for hit in synced.search("goats on the rock", k=30)]
    assert len(scores) == 30
    assert scores == sorted(scores, reverse=True)


def test_threads_of_one_process_wait_for_each_others_sync(synced, corpus):
    write(corpus, {f"goat{n}.txt": "Goats live on the rock." for n in range(20)})
    with ThreadPoolExecutor(4) as pool:
        reports = [done.result() for done in [pool.submit(synced.sync) for _ in range(4)]]
    assert sorted(len(report.added) for report in reports) == [0, 0, 0, 20]


@pytest.mark.parametrize("question", ["", "  \n", "?!", "... --- ...", "x" * 10_000, "word " * 2_000])
def test_a_question_that_cannot_be_searched_for_is_told(synced, question):
    for ask in (synced.ask, synced.search):
        with pytest.raises(QuestionError):
            ask(question)


@pytest.mark.parametrize(
    "question",
    ['ferry "', "NEAR(ferry, 2)", "ferry AND", "NOT ferry", "text:ferry", "ferry*", "^ferry", "ferry\x00",
     "(ferry", "ferry OR OR",
     "'; DROP TABLE passages; --ferry", "-ferry", "{ferry}", "ferry \u202e\u200b"],
)  # fmt: skip
def test_signs_in_a_question_are_no_commands(synced, question):
    assert synced.search(question, k=1)[0].document.path == "ferry.md"
    check(synced.ask(question, threshold=0))


# --- why this answer -----------------------------------------------------------------------------


@pytest.fixture
def reader() -> KeyReader:
    return KeyReader({QUESTION: "340 passengers"})


@pytest.fixture
def read(corpus, index, encoder, reader) -> Assistant:
    """An assistant with a reader that knows one answer."""
    assistant = Assistant(Settings(corpus=corpus, index=index), encoder, reader)
    assistant.sync()
    return assistant


def test_a_trace_says_what_was_looked_at_and_what_was_made_of_it(read):
    answer = read.ask(QUESTION)
    trace = answer.trace
    assert answer.answered
    assert trace.searched == len(trace.considered) == 4
    first, *others = trace.considered
    assert (first.path, first.title, first.span) == ("ferry.md", "The ferry to Tolvane", "340 passengers")
    assert first.lead.startswith("The ferry to Tolvane carries 340")
    assert first.passage_id == answer.citations[0].passage.id
    assert first.margin == 15
    assert all(other.margin == -15 for other in others)
    assert [p.score for p in trace.considered] == [hit.score for hit in answer.nearest]
    for passage in trace.considered:
        assert passage.retrieval == pytest.approx(passage.similarity + 2 * passage.words**1.5)
    assert (trace.confidence, trace.threshold) == (answer.confidence, read.threshold)
    assert trace.wanted == "a figure"
    assert trace.signals["margin"] == 1.5


def test_a_trace_counts_the_passages_that_hold_each_word(read):
    trace = read.ask("Which zebra left the ferry?").trace
    assert {w.word: w.passages for w in trace.words} == {"zebra": 0, "left": 0, "ferry": 2}


def test_a_trace_names_the_meanings_of_a_follow_up_that_were_tried(read):
    history = [("What does the ferry to Tolvane carry?", "**340 passengers** [1]")]
    answer = read.ask("And to Osk?", history=history)
    readings = answer.trace.readings
    assert [reading.question for reading in readings][:2] == [
        "And to Osk?",
        "What does the ferry to Osk carry?",
    ]
    assert answer.understood in [reading.question for reading in readings]
    assert answer.confidence in [reading.probability for reading in readings]
    assert [r.question for r in read.ask(QUESTION).trace.readings] == [QUESTION]


def test_a_refusal_has_a_trace_too(read):
    refused = read.ask("Which zebra won the chess cup?")
    assert not refused.answered
    assert refused.trace.confidence < refused.trace.threshold
    assert refused.trace.considered
    assert refused.trace.timings.suggestions > 0
    empty = read.ask(QUESTION, documents=[])
    assert (empty.trace.searched, empty.trace.considered, dict(empty.trace.signals)) == (0, (), {})


def test_without_a_reader_a_trace_says_that_none_read(synced):
    trace = synced.ask(QUESTION, threshold=0).trace
    assert {(p.margin, p.span) for p in trace.considered} == {(None, "")}
    assert set(trace.signals) == {"cosine", "nearest", "covered", "lead"}
    assert trace.threshold == 0


@pytest.mark.parametrize(
    ("question", "wanted"),
    [("When did it burn?", "a date"), ("Who built it?", "a name"),
     ("Capital of the Senn", "a short answer"), ("Did it burn?", "a yes or no"),
     ("Why did it burn?", "an explanation, a list or a comparison")],
)  # fmt: skip
def test_a_trace_says_what_form_of_answer_was_wanted(synced, question, wanted):
    assert synced.ask(question).trace.wanted == wanted


def test_the_times_of_a_trace_add_up_to_no_more_than_the_whole(read):
    spent = read.ask(QUESTION).trace.timings
    parts = spent.search, spent.read, spent.compose, spent.suggestions
    assert all(part > 0 for part in parts[:3])
    assert parts[3] == 0  # nothing is suggested beside an answer
    assert sum(parts) <= spent.total < 60


def test_a_trace_costs_no_further_reading(read, reader, encoder):
    reader.read_at_once.clear()
    encoder.embedded.clear()
    assert read.ask(QUESTION).trace
    assert reader.read_at_once == [4]  # all passages, once
    assert len(encoder.embedded) == len(set(encoder.embedded))


def test_a_trace_is_no_part_of_the_answer_that_is_compared_or_printed(read):
    one, other = read.ask(QUESTION), read.ask(QUESTION)
    assert one.trace.timings != other.trace.timings
    assert one == other
    assert hash(one) == hash(other)
    assert repr(one) == repr(other)
    assert "trace" not in one.as_dict()
    plain = one.trace.as_dict()
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert plain["considered"][0]["path"] == "ferry.md"


# --- several at once ---------------------------------------------------------------------------


def test_questions_are_answered_while_documents_come_and_go(synced, corpus):
    failures = []

    def ask() -> None:
        try:
            for _ in range(12):
                check(synced.ask(QUESTION, threshold=0))
        except StaleDocument:
            pass  # told, and not mixed up: the document changed between the search and the reading
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for n in range(6):
        write(corpus, {"goats.txt": f"{n} goats live on the rock and take no ferry to Tolvane."})
        synced.sync()
    for thread in threads:
        thread.join()
    assert failures == []
