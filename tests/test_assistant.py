"""The public values and methods, over a small corpus and an encoder of plain words."""

import hashlib
import inspect
import json
from types import ModuleType

import pytest
from conftest import QUESTION, WordEncoder, check, document, write

import qa
from qa import errors
from qa.assistant import Assistant
from qa.errors import QAError, StaleDocument, UnknownDocument
from qa.models.encoder import Encoder

# --- names -------------------------------------------------------------------------------------


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
    opened = {"corpus": "corpus", "index": "index", "settings": None, "use_reader": True}
    assert parameters(Assistant.open) == opened
    assert parameters(Assistant.search) == {"words": nothing, "k": 5, "documents": None, "rerank": True}
    assert parameters(Assistant.ask) == {
        "question": nothing,
        "history": (),
        "documents": None,
        "threshold": None,
        "suggest": True,
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


# --- as JSON -----------------------------------------------------------------------------------


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
        (answer, f"{keys_of_answer} suggestions corrected language unanswered lead layout"),
        (claim, "value citations"),
        (citation, "number document start end quote passage page page_end place columns"),
        (hit, "passage document score page place"),
        (hit.passage, "id document_id start end text header sentences remark doubtful"),
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


# --- an index that is not there ----------------------------------------------------------------


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


def test_another_folder_is_opened_with_the_models_of_one(synced, encoder, tmp_path):
    write(tmp_path / "goats", {"goats.txt": "Forty goats live on the rock."})
    with synced.beside(tmp_path / "goats", tmp_path / "index of goats") as goats:
        goats.sync()
        assert [d.path for d in goats.documents()] == ["goats.txt"]
        assert goats._encoder is encoder
        assert goats.engine.reader is synced.engine.reader
    assert len(synced.documents()) == 3


# --- documents ---------------------------------------------------------------------------------


def test_documents_are_listed_with_what_is_known_of_them(synced):
    bees = document(synced, "valley/bees.md")
    assert bees.title == "Bees of the Senn"
    assert bees.metadata == {"author": "Marit Solheug", "date": "2021-11-04"}
    assert bees.text.startswith("---\ntitle: Bees")
    assert bees.digest == hashlib.sha256(bees.text.encode()).hexdigest()
    assert synced.passage_counts()[bees.id] == 1


def test_what_was_left_out_can_be_listed(synced, corpus):
    write(corpus, {"goats.md": "Forty goats live on the rock.\n\n<!-- ask Ole -->\n"})
    synced.sync()
    assert synced.left_out(document(synced, "goats.md").id) == (("comment", "<!-- ask Ole -->"),)
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


def test_a_document_is_known_by_its_id(synced):
    bees = document(synced, "valley/bees.md")
    assert synced.document(bees.id) == bees
    for identity in ("", "valley/bees.md", "no-such-id"):
        with pytest.raises(UnknownDocument, match="no document has the id"):
            synced.document(identity)


def test_a_citation_that_was_kept_leads_to_its_passage_again(synced):
    citation = synced.ask(QUESTION, threshold=0).citations[0]
    identity = citation.document.id
    assert synced.passage_at(identity, citation.start, citation.end) == citation.passage
    assert synced.passage_at(identity, 0, len(citation.document.text)) is None  # no passage holds it whole
    assert synced.passage_at("no-such-id", citation.start, citation.end) is None
