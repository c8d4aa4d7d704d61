"""The public values and methods, over a small corpus and an encoder of plain words."""

import hashlib
import inspect
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from conftest import WordEncoder, write

import qa
from qa import errors
from qa.assistant import Assistant
from qa.encoder import Encoder
from qa.errors import (
    CitationError,
    CorpusError,
    DocumentExists,
    QAError,
    QuestionError,
    StaleDocument,
    UnknownDocument,
    UnreadableFile,
)
from qa.quoting import verify
from qa.settings import Settings

QUESTION = "How many passengers does the ferry to Tolvane carry?"


@pytest.fixture
def synced(assistant) -> Assistant:
    assistant.sync()
    return assistant


def document(assistant: Assistant, path: str) -> qa.Document:
    return next(d for d in assistant.documents() if d.path == path)


# --- names ---------------------------------------------------------------------------------------


def test_the_public_names_are_what_is_there():
    defined = {
        name
        for name, value in vars(qa).items()
        if not name.startswith("_")
        and not isinstance(value, ModuleType)
        and getattr(value, "__module__", "").startswith("qa.")
    }
    assert set(qa.__all__) == defined | {"Assistant", "errors"}
    assert qa.__all__ == sorted(qa.__all__)
    assert all(getattr(qa, name) for name in qa.__all__)
    with pytest.raises(AttributeError):
        _ = qa.no_such_name


def parameters(function) -> dict[str, object]:
    return {
        name: p.default
        for name, p in inspect.signature(function).parameters.items()
        if name not in {"self", "cls"}
    }


def test_the_signatures_are_those_of_the_contract():
    nothing = inspect.Parameter.empty
    assert parameters(Assistant.open) == {"corpus": "corpus", "index": "index", "settings": None}
    assert parameters(Assistant.search) == {"words": nothing, "k": 5, "documents": None, "rerank": True}
    assert parameters(Assistant.ask) == {
        "question": nothing,
        "history": (),
        "documents": None,
        "threshold": None,
    }
    assert parameters(Assistant.remove) == {"document_id": nothing}
    assert next(iter(parameters(Assistant.add))) == "path"
    assert isinstance(Assistant.threshold, property)


def test_all_errors_are_of_one_tree_and_it_is_drawn():
    found = [
        value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, Exception)
    ]
    assert all(issubclass(error, QAError) for error in found)
    for error in found:
        assert f"{error.__name__} " in errors.__doc__ or f"{error.__name__}\n" in errors.__doc__


def test_the_encoder_of_these_tests_is_one():
    encoder: Encoder = WordEncoder()
    assert {name for name in dir(Encoder) if not name.startswith("_")} <= set(dir(encoder))


def test_an_assistant_is_a_context_manager_and_takes_plain_strings(corpus, index):
    with Assistant.open(str(corpus), str(index)) as assistant:
        assert assistant.settings.corpus == corpus
        assert assistant.documents() == ()


# --- as JSON -------------------------------------------------------------------------------------


def keys_of(value: qa.types.Value) -> list[str]:
    """The keys of a value that is the same after it was written and read as JSON."""
    values = value.as_dict()
    assert json.loads(json.dumps(values)) == values
    return list(values)


def test_an_answer_and_what_it_holds_become_plain_dicts(synced):
    answer = synced.ask(QUESTION, threshold=0)
    hit, claim, citation = answer.nearest[0], answer.claims[0], answer.citations[0]
    keys_of_answer = "question text answered confidence claims citations nearest differ understood unknown"
    expected = [
        (answer, f"{keys_of_answer} suggestions"),
        (claim, "value citations"),
        (citation, "number document start end quote passage page page_end"),
        (hit, "passage document score page"),
        (hit.passage, "id document_id start end text header sentences"),
        (hit.document, "id path title digest metadata pages"),
    ]
    for value, keys in expected:
        assert keys_of(value) == keys.split()
        assert keys.replace(" ", ", ") in " ".join(qa.Answer.as_dict.__doc__.split())
    assert answer.as_dict()["nearest"][0] == hit.as_dict()
    assert answer.as_dict()["claims"][0]["citations"][0] == citation.as_dict()
    assert hit.as_dict()["document"] == hit.document.as_dict()
    assert hit.as_dict()["passage"]["sentences"] == [list(span) for span in hit.passage.sentences]


def test_a_document_becomes_a_dict_without_its_text(synced):
    bees = document(synced, "valley/bees.md")
    assert bees.as_dict()["metadata"] == {"author": "Marit Solheug", "date": "2021-11-04"}
    assert "bumblebees" not in str(bees.as_dict())


def test_a_report_and_the_status_become_plain_dicts(synced, corpus):
    (corpus / "empty.txt").touch()
    report = synced.sync(purge=True)
    keys_of(report)
    assert report.as_dict()["failed"] == [{"path": "empty.txt", "reason": "the file is empty"}]
    assert report.as_dict()["purged"]["vectors"] == 0
    assert "counts" in keys_of(synced.status())
    assert synced.status().as_dict()["counts"]["documents"] == 3


# --- answers -------------------------------------------------------------------------------------


def check(answer: qa.Answer) -> None:
    """All that holds for any answer."""
    assert 0 <= answer.confidence <= 1
    assert answer.text
    assert [c.number for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    places = [answer.text.index(f"[{citation.number}]") for citation in answer.citations]
    assert places == sorted(places)
    assert [c for claim in answer.claims for c in claim.citations] == sorted(
        answer.citations, key=lambda c: c.number
    )
    for citation in answer.citations:
        assert citation.quote == citation.document.text[citation.start : citation.end]
        assert citation.passage.start <= citation.start < citation.end <= citation.passage.end
        assert citation.document.id == citation.passage.document_id
    for claim in answer.claims:
        assert claim.value
        assert claim.value in claim.citations[0].quote
    assert bool(answer.claims) == bool(answer.citations) == answer.answered


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


# --- search --------------------------------------------------------------------------------------


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


# --- an index that is not there ------------------------------------------------------------------


def test_an_index_that_is_not_there_is_an_empty_state_and_is_not_made(assistant, index):
    assert assistant.documents() == assistant.search("ferry") == ()
    answer = assistant.ask(QUESTION, threshold=0)
    check(answer)
    assert (answer.answered, answer.confidence, answer.nearest) == (False, 0.0, ())
    assert assistant.passage_counts() == {}
    assert assistant.status().counts.documents == 0
    assert not index.exists()


def test_opening_writes_nothing(corpus, tmp_path):
    Assistant.open(corpus, tmp_path / "index")
    Assistant.open(tmp_path / "no-corpus", tmp_path / "index")
    assert [path.name for path in tmp_path.iterdir()] == ["corpus"]


def test_opening_serves_the_last_state_without_a_sync(synced, corpus):
    write(corpus, {"goats.txt": "Forty goats live on the rock."})
    opened = Assistant.open(corpus, synced.settings.index)
    assert [d.path for d in opened.documents()] == ["bridge.txt", "ferry.md", "valley/bees.md"]


# --- documents -----------------------------------------------------------------------------------


def test_documents_are_listed_with_what_is_known_of_them(synced):
    bees = document(synced, "valley/bees.md")
    assert bees.title == "Bees of the Senn"
    assert bees.metadata == {"author": "Marit Solheug", "date": "2021-11-04"}
    assert bees.text.startswith("---\ntitle: Bees")
    assert bees.digest == hashlib.sha256(bees.text.encode()).hexdigest()
    assert synced.passage_counts()[bees.id] == 1


def test_what_was_left_out_can_be_listed(synced, corpus):
    write(corpus, {"goats.txt": "Forty goats live on the rock.\n\nShare on Facebook\n"})
    synced.sync()
    assert synced.left_out(document(synced, "goats.txt").id) == (("button", "Share on Facebook"),)
    assert synced.left_out("no-such-id") == ()


def test_values_that_outlive_their_document_are_told_so(synced, corpus):
    before = document(synced, "ferry.md")
    read = document(synced, "bridge.txt")
    assert "1874" in read.text
    write(corpus, {"ferry.md": "The ferry sank.", "bridge.txt": "The bridge fell."})
    synced.sync()
    with pytest.raises(StaleDocument):
        _ = before.text
    assert "1874" in read.text  # what was read stays


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


# --- adding and removing -------------------------------------------------------------------------


@pytest.fixture
def goats(tmp_path) -> Path:
    write(tmp_path / "elsewhere", {"goats.txt": "Forty goats live on the rock."})
    return tmp_path / "elsewhere" / "goats.txt"


def test_an_added_file_is_copied_and_found(synced, corpus, goats):
    added = synced.add(str(goats))
    assert (added.path, added.text) == ("goats.txt", "Forty goats live on the rock.")
    assert (corpus / "goats.txt").read_text() == goats.read_text()
    assert synced.search("forty goats", k=1)[0].document == added


def test_adding_makes_the_corpus_folder(tmp_path, goats, encoder):
    assistant = Assistant(Settings(corpus=tmp_path / "new" / "corpus", index=tmp_path / "index"), encoder)
    assert assistant.add(goats).path == "goats.txt"


def test_a_name_that_exists_is_refused_unless_told_to_replace(synced, corpus, goats):
    synced.add(goats)
    goats.write_text("All the goats have left.")
    with pytest.raises(DocumentExists):
        synced.add(goats)
    assert (corpus / "goats.txt").read_text() == "Forty goats live on the rock."
    assert synced.add(goats, replace=True).text == "All the goats have left."


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.exe", b"words"), ("a.txt", b""), ("a.md", b"---\ntitle: a: b\n---\nText."),
     ("a.txt", bytes(range(256))),
     (".hidden.txt", b"words"), ("~$a.txt", b"words")],
)  # fmt: skip
def test_a_file_that_could_not_be_indexed_is_not_copied(synced, corpus, tmp_path, name, content):
    before = sorted(corpus.rglob("*"))
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableFile):
        synced.add(tmp_path / name)
    assert sorted(corpus.rglob("*")) == before


def test_a_file_that_is_not_there_or_too_large_is_refused(synced, tmp_path):
    with pytest.raises(UnreadableFile):
        synced.add(tmp_path / "missing.txt")
    with pytest.raises(UnreadableFile):
        synced.add(tmp_path)
    with (tmp_path / "huge.txt").open("wb") as file:
        file.truncate(10**12)
    with pytest.raises(UnreadableFile, match="over the limit"):
        synced.add(tmp_path / "huge.txt")


def test_a_failed_replacement_keeps_the_old_file(synced, corpus, goats):
    synced.add(goats)
    goats.write_bytes(b"")
    with pytest.raises(UnreadableFile):
        synced.add(goats, replace=True)
    assert (corpus / "goats.txt").read_text() == "Forty goats live on the rock."


def test_a_removed_document_leaves_folder_and_index(synced, corpus):
    bees = document(synced, "valley/bees.md")
    synced.remove(bees.id)
    assert not (corpus / "valley" / "bees.md").exists()
    assert [d.path for d in synced.documents()] == ["bridge.txt", "ferry.md"]
    with pytest.raises(UnknownDocument):
        synced.remove(bees.id)
    with pytest.raises(StaleDocument):
        _ = bees.text


@pytest.mark.parametrize("identity", ["", "../ferry.md", "ferry.md", "%"])
def test_only_a_known_document_is_removed(synced, corpus, identity):
    with pytest.raises(UnknownDocument):
        synced.remove(identity)
    assert (corpus / "ferry.md").exists()


def test_a_folder_that_cannot_take_files_is_told(tmp_path, goats, encoder):
    (tmp_path / "corpus").write_text("a file")
    with pytest.raises(CorpusError):
        Assistant(Settings(corpus=tmp_path / "corpus", index=tmp_path / "index"), encoder).add(goats)


# --- several at once -----------------------------------------------------------------------------


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
