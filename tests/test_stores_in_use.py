# ruff: noqa: F401, F811  what is imported is run
"""The assistant over an index in Milvus: tests of other files run again, and both kinds of index compared.

A test that is imported here is run with the fixtures below, and so over a file of milvus-lite.
"""

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest
from answers.test_overviews import (
    test_a_misspelled_subject_is_corrected,
    test_events_are_in_the_order_of_their_dates,
    test_the_documents_that_mention_something_are_counted,
    test_what_is_mentioned_nowhere_is_refused_in_these_words,
)
from answers.test_quotes import quote, test_a_quote_is_found_in_a_file_that_was_moved
from conftest import QUESTION, KeyReader, WordEncoder, check, document, write
from corpus.test_filters import test_the_documents_of_a_folder_are_chosen_by_what_is_known_of_them
from corpus.test_listing import (
    test_a_failure_is_listed_with_its_reason_until_the_file_is_written_again,
    test_an_indexed_file_is_listed_with_its_document,
)
from corpus.test_obstacles import test_a_file_that_cannot_be_stored_stops_no_other
from corpus.test_sync import (
    test_a_file_that_comes_back_embeds_nothing,
    test_a_moved_file_embeds_nothing_and_is_found_at_its_new_place,
    test_a_second_sync_embeds_nothing,
    test_an_edited_paragraph_embeds_a_handful_of_passages,
    test_an_index_from_another_encoder_is_stale_until_a_sync,
    test_two_files_with_the_same_text_are_two_documents_that_share_vectors,
)
from feedback.test_feedback import (
    informed,
    test_a_quote_that_has_moved_is_found_again,
    test_quotes_from_a_removed_document_are_not_shown,
)
from test_assistant import (
    test_a_citation_that_was_kept_leads_to_its_passage_again,
    test_values_that_outlive_their_document_are_told_so,
    test_what_was_left_out_can_be_listed,
)
from test_langchain import (
    retriever,
    test_a_passage_becomes_a_document_with_everything_known_about_it,
    test_the_fields_work_like_the_arguments_of_a_search,
)

from qa.assistant import Assistant
from qa.corpus import watch
from qa.corpus.watch import watched
from qa.errors import CorpusEmptied, SettingsError
from qa.settings import Settings
from qa.types import Answer

TOKEN = "root:open sesame"


@pytest.fixture
def store_address(tmp_path: Path) -> str:
    """A file of milvus-lite."""
    return str(tmp_path / "index.db")


@pytest.fixture
def both(corpus: Path, tmp_path: Path, store_address: str) -> tuple[Assistant, Assistant]:
    """Two assistants over the small corpus and some more: one with an index in a folder, one in Milvus."""
    more = {
        "goats.txt": "Forty goats live on the rock at Osk. Nobody knows who brought them there in 1931.",
        "mail/ferry.txt": "The ferry to Tolvane carries 350 passengers, wrote the cross-border company.",
        "mail/石桥.txt": "奥斯克河的石桥于1874年建成。",
    }
    write(corpus, more)
    reader = KeyReader(
        {QUESTION: ("340 passengers", "350 passengers"), "Who finished the bridge?": "Anders Lund"}
    )
    local = Settings(corpus=corpus, index=tmp_path / "local")
    other = replace(local, index=tmp_path / "milvus", store=store_address, store_token=TOKEN)
    pair = Assistant(local, WordEncoder(), reader), Assistant(other, WordEncoder(), reader)
    for assistant in pair:
        assistant.sync()
    return pair


def told(answer: Answer) -> dict[str, object]:
    """What an answer says, without what it was not found in."""
    check(answer)
    return {key: value for key, value in answer.as_dict().items() if key != "nearest"}


QUESTIONS = [
    QUESTION,
    "Who finished the bridge?",
    "When did the flood take the arch, and who was the mason?",
    "What does a cross-border ticket cost?",
    "Who is the king of Norway?",
    "When was the bridg at Osk finshed?",
    "石桥是哪一年建成的？",
    "What are these documents about?",
    "What do the documents say about the ferry?",
    "Which documents mention Tolvane?",
    "What happened when?",
    "Compare the ferry and the bridge",
]


def test_answers_are_those_of_an_index_in_a_folder(both):
    local, other = both
    ids = [d.id for d in local.documents() if d.path != "ferry.md"]
    for question in QUESTIONS:
        for limits in ({}, {"threshold": 0}, {"documents": ids}):
            answer, expected = other.ask(question, **limits), told(local.ask(question, **limits))
            # Sums of the same numbers may differ in the last bit.
            assert told(answer) == expected | {"confidence": pytest.approx(expected["confidence"])}
        assert other.suggestions(question) == local.suggestions(question)
    assert other.first_questions() == local.first_questions()


def test_searches_are_those_of_an_index_in_a_folder(both):
    local, other = both
    ids = [d.id for d in local.documents() if d.path != "ferry.md"]
    for question in QUESTIONS:
        for limits in ({}, {"documents": ids}, {"documents": []}, {"rerank": False}):
            found = [(h.passage, h.document, h.page) for h in other.search(question, k=9, **limits)]
            hits = local.search(question, k=9, **limits)
            assert found == [(h.passage, h.document, h.page) for h in hits]
            scores = [h.score for h in other.search(question, k=9, **limits)]
            assert scores == pytest.approx([h.score for h in hits])


def test_the_status_names_the_place_and_never_the_token(both):
    local, other = both
    status = other.status()
    assert status.index == other.settings.store
    assert replace(status.counts, changed_at=0) == replace(local.status().counts, changed_at=0)
    assert status.counts.changed_at == pytest.approx(time.time(), abs=120)
    for shown in (str(status), repr(status), repr(other), repr(other.settings), status._repr_html_()):
        assert "sesame" not in shown


def test_a_purge_forgets_vectors_and_redacts_feedback(informed, corpus):
    ferry = document(informed, "ferry.md")
    informed.rate(informed.ask("What does the crossing cost?"), True, "It costs 12 crowns.")
    (corpus / "ferry.md").unlink()
    report = informed.sync(purge=True)
    assert (report.removed, report.purged.vectors, report.purged.feedback) == (("ferry.md",), 2, 1)
    assert informed.feedback()[0].quotes == ()
    assert informed.find_quotes([]) == ()
    assert ferry.id not in informed.passage_counts()
    assert informed.sync(purge=True).purged.vectors == 0
    counts = informed.status().counts
    assert counts.passages == counts.vectors == 2


def test_an_emptied_folder_keeps_its_documents(synced, corpus):
    for path in ("ferry.md", "bridge.txt", "valley/bees.md"):
        (corpus / path).unlink()
    with pytest.raises(CorpusEmptied):
        synced.sync()
    assert len(synced.documents()) == 3
    assert "3 of 3" in synced.stopped()
    assert synced.sync(allow_empty=True).removed == ("bridge.txt", "ferry.md", "valley/bees.md")
    assert synced.documents() == ()
    assert synced.ask(QUESTION).nearest == ()


def test_a_watched_folder_is_followed(assistant, corpus, monkeypatch):
    for name in ("QUIET", "TICK"):
        monkeypatch.setattr(watch, name, getattr(watch, name) / 4)
    for path in corpus.rglob("*.*"):
        os.utime(path, (1e9, 1e9))
    reports = []
    with watched(assistant.sync, corpus, assistant.settings.index, reports.append):
        eventually(lambda: len(assistant.documents()) == 3)
        write(corpus, {"goats.txt": "Forty goats live on the rock."})
        eventually(lambda: "goats.txt" in {path for report in reports for path in report.added})
        assert assistant.search("goats", k=1)[0].document.path == "goats.txt"


def eventually(condition) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_parts_are_asked_about_together(corpus, tmp_path, store_address, encoder):
    write(corpus, {"rock/goats.txt": "Forty goats live on the rock."})
    parts = [
        Assistant(Settings(corpus=corpus, index=tmp_path / part, store=store_address, part=part), encoder)
        for part in ("valley", "rock")
    ]
    for assistant in parts:
        assistant.sync()
    for assistant in parts:
        assert [d.path for d in assistant.documents()] == ["rock/goats.txt", "valley/bees.md"]
        assert assistant.search("goats", k=1)[0].document.path == "rock/goats.txt"
    (corpus / "rock" / "goats.txt").unlink()
    assert parts[0].sync().removed == ()
    assert parts[1].sync(allow_empty=True).removed == ("rock/goats.txt",)
    assert [d.path for d in parts[0].documents()] == ["valley/bees.md"]


def test_a_store_is_not_shared_by_two_folders(synced, tmp_path):
    with pytest.raises(SettingsError, match="keeps the index of one folder"):
        synced.beside(tmp_path / "goats", tmp_path / "index of goats")


def test_one_question_takes_few_calls(both, monkeypatch):
    _, other = both
    client = other.engine.store._connection.client
    calls = []
    for name in ("query", "search", "query_iterator", "has_collection", "describe_collection"):
        call = getattr(client, name)
        monkeypatch.setattr(
            client, name, lambda *a, _n=name, _c=call, **k: (calls.append((_n, a[0])), _c(*a, **k))[1]
        )
    other.search(QUESTION, rerank=False)
    assert sorted(calls) == [
        ("query", "qa_documents"),
        ("query", "qa_meta"),
        ("query", "qa_passages"),
        ("query", "qa_words"),
        ("search", "qa_passages"),
        ("search", "qa_passages"),
    ]
