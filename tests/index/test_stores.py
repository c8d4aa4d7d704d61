"""What every store promises: the same tests for an index in a folder and for one in Milvus."""

import sqlite3
from dataclasses import replace

import numpy as np
import pytest
from storing import entry, matches, put

from qa.errors import IndexStale, StaleDocument
from qa.index.recipe import recipe
from qa.index.words import matching_words
from qa.structure import Structure, Table
from qa.types import Failure


def test_a_missing_store_reads_as_empty_and_is_not_created(any_store):
    with any_store.read() as snapshot:
        assert snapshot.documents() == ()
        assert snapshot.counts().passages == 0
    assert not any_store.folder.exists()


def test_a_document_comes_out_as_it_went_in(any_store):
    e = entry("a.txt", "It left at seven.", "It came back.", header="The Ferry")
    put(any_store, e)
    with any_store.read() as snapshot:
        (document,) = snapshot.documents()
        assert document == e.document
        assert document.text == "It left at seven.\nIt came back."
        numbers = snapshot.passage_numbers()
        assert list(snapshot.passages(numbers).values()) == list(e.passages)
        assert snapshot.vectors(numbers).tolist() == [[17, 0], [13, 0]]
        assert snapshot.left_out("a.txt") == (("button", "Share"),)
        assert snapshot.file_digests() == {"a.txt": ("digest", "recipe")}


@pytest.mark.parametrize(
    "text", ["a\x00b", "\U0001f600 e\u0301", "'; DROP TABLE passages; --", "\u200b", '"NEAR(a b)"']
)
def test_any_text_is_stored_unchanged(any_store, text):
    put(any_store, entry("a.txt", text))
    put(any_store, entry("a.txt", text + " again"))
    with any_store.read() as snapshot:
        assert snapshot.documents()[0].text == text + " again"
        assert [p.text for p in snapshot.passages(snapshot.passage_numbers()).values()] == [text + " again"]


def test_committing_a_document_again_replaces_it_completely(any_store):
    put(any_store, entry("a.txt", "It left at seven.", "It sank."))
    put(any_store, entry("a.txt", "It left at eight."))
    assert matches(any_store, "eight") == ["a.txt-0"]
    assert matches(any_store, "seven", "sank") == []
    with any_store.read() as snapshot:
        assert snapshot.counts().documents == snapshot.counts().passages == 1


def test_a_removed_document_is_gone_but_its_vectors_are_kept_in_case_it_returns(any_store):
    put(any_store, entry("a.txt", "It left."), entry("b.txt", "It sank."))
    put(any_store, removed=("a.txt",))
    assert matches(any_store, "left") == []
    with any_store.read() as snapshot:
        assert [d.id for d in snapshot.documents()] == ["b.txt"]
        assert snapshot.stored_vector_keys([b"It left.", b"It swam."]) == {b"It left."}


def test_the_text_of_a_document_that_has_changed_is_refused(any_store):
    put(any_store, entry("a.txt", "It left."))
    with any_store.read() as snapshot:
        (document,) = snapshot.documents()
    put(any_store, entry("a.txt", "It sank."))
    with pytest.raises(StaleDocument):
        _ = document.text


def test_a_failed_commit_changes_nothing(any_store):
    put(any_store, entry("a.txt", "It left."))
    with pytest.raises((sqlite3.IntegrityError, KeyError)), any_store.write() as writer:
        writer.commit([entry("b.txt", "this has no vector")], ["a.txt"])
    assert matches(any_store, "left", "vector") == ["a.txt-0"]


def test_failures_are_from_the_last_sync(any_store):
    with any_store.write() as writer:
        writer.record([Failure("a.txt", "empty")], model="one")
        writer.record([Failure("b.txt", "empty")], model="two")
    with any_store.read() as snapshot:
        assert snapshot.failures() == (Failure("b.txt", "empty"),)
        assert snapshot.meta("model") == "two"


def test_words_are_found_in_any_form_and_in_the_header(any_store):
    put(any_store, entry("a.txt", "The ferries were leaving.", header="Tolvane"))
    assert (
        matches(any_store, "ferry")
        == matches(any_store, "LEAVE")
        == matches(any_store, "tolvané")
        == ["a.txt-0"]
    )


@pytest.mark.parametrize(
    "typed",
    ['"', '""', '"a', "NEAR(", "NEAR(a b, 2)", "a AND", "OR", "NOT a", "text:left", "*", "le*", "^left",
     "\x00", "a\x00b",
     "", " ", "{text}", "(", "-", "+", "%", "_", "'", ";", "\\", "😀"],
)  # fmt: skip
def test_nothing_a_user_types_is_query_syntax(any_store, typed):
    put(any_store, entry("a.txt", "It left."), entry("b.txt", "Text and a near or not."))
    assert matches(any_store, typed, "left") in (["a.txt-0"], ["a.txt-0", "b.txt-0"], ["b.txt-0", "a.txt-0"])
    assert matching_words([typed], ["It left."]) in ([set()], [{typed}])


def test_equal_scores_are_ordered_by_id(any_store):
    put(any_store, *(entry(path, "The same words.") for path in ("c.txt", "a.txt", "b.txt")))
    assert matches(any_store, "same") == ["a.txt-0", "b.txt-0", "c.txt-0"]


def test_a_search_can_be_limited_to_documents(any_store):
    put(any_store, *(entry(path, "The same words.") for path in ("a.txt", "b.txt")))
    assert matches(any_store, "same", ids=["b.txt"]) == ["b.txt-0"]
    assert matches(any_store, "same", ids=[]) == []
    assert matches(any_store, "same", ids=["b.txt", *(f"no-such-{n}" for n in range(40_000))]) == ["b.txt-0"]


def test_an_error_of_the_caller_is_passed_on(any_store):
    with pytest.raises(FileNotFoundError), any_store.write():
        raise FileNotFoundError("of the caller")
    with any_store.write():
        pass  # the lock was released


def test_pages_places_tables_and_remarks_are_stored(any_store):
    structure = Structure(((0, "slide 1"), (18, "slide 2")), (Table(18, 30, 22),))
    e = entry("a.pptx", "It left at seven.", "It came back.")
    passages = [replace(e.passages[0], remark="read by OCR"), replace(e.passages[1], doubtful=True)]
    document = replace(e.document, pages=(0, 18), _structure=structure)
    put(any_store, replace(e, document=document, passages=passages), entry("b.txt", "It sank."))
    with any_store.read() as snapshot:
        assert [d.structure for d in snapshot.documents()] == [structure, Structure()]
        assert [d.pages for d in snapshot.documents(["a.pptx"])] == [(0, 18)]
        numbers = snapshot.numbers_by_document(["a.pptx", "b.txt", "c.txt"])
        assert list(snapshot.passages(numbers["a.pptx"]).values()) == passages
        assert list(numbers) == ["a.pptx", "b.txt"]
        assert snapshot.passage_counts() == {"a.pptx": 2, "b.txt": 1}


def test_a_text_may_be_of_any_length(any_store):
    long, word = "Ferry \U0001f6a2 left at seven. " * 9000, "x" * 70_000
    e = entry("a.txt", long, word, header="The ferry")
    put(any_store, replace(e, vector_keys=[b"long", b"word"], left_out=[("menu", long)]))
    with any_store.read() as snapshot:
        (document,) = snapshot.documents()
        assert document.text == f"{long}\n{word}"
        assert [p.text for p in snapshot.passages(snapshot.passage_numbers()).values()] == [long, word]
        assert snapshot.left_out("a.txt") == (("menu", long),)
    assert matches(any_store, "seven", "ferry")[0] == "a.txt-0"


def test_passages_are_found_by_their_place(any_store):
    e = entry("a.txt", "It left at seven.", "It came back.", "It sank.")
    put(any_store, e, entry("b.txt", "Elsewhere."))
    first, second, third = e.passages
    with any_store.read() as snapshot:
        assert snapshot.passage_at("a.txt", second.start + 2, second.end) == second
        assert snapshot.passage_at("a.txt", first.start, second.end) is None
        assert snapshot.neighbours(second) == (first, third)
        assert snapshot.neighbours(first) == (None, second)


def test_the_nearest_vectors_are_found_among_all_documents_or_some(any_store):
    texts = ("ab", "abcd", "abcdef")  # whose vectors are as long
    put(any_store, *(entry(f"{text}.txt", text) for text in texts))
    query = np.array([1, 0], np.float32)
    with any_store.read() as snapshot:
        index = snapshot.vector_index()
        found = index.search(query, 2)[:2]
        passages = snapshot.passages([number for number, _ in found])
        assert [passages[number].text for number, _ in found] == ["abcdef", "abcd"]
        assert [score for _, score in found] == [6, 4]
        ((number, _),) = index.search(query, 5, ["ab.txt"])
        assert index.vectors([number]).tolist() == [[2, 0]]
        assert (len(index), index.count(["ab.txt", "abcd.txt", "gone.txt"])) == (3, 2)
        assert index.mean.tolist() == pytest.approx([4 * 3 / 13, 0])


def test_words_in_a_row_are_counted_and_found(any_store):
    put(
        any_store,
        entry("a.txt", "The stone bridge at Osk.", "A bridge of stone.", header="Old bridges"),
        entry("b.txt", "The stone bridges of Tolvane."),
    )
    with any_store.read() as snapshot:
        assert snapshot.count_passages_with("stone bridge") == 2
        assert snapshot.count_passages_with("bridge") == 3
        assert snapshot.count_passages_with("bridge stone") == snapshot.count_passages_with("") == 0
        found = snapshot.passages_with_all(["stone bridge", "old"])
        assert [snapshot.passages([number])[number].id for _, number in found] == ["a.txt-0"]
        assert [identity for identity, _ in snapshot.passages_with_all(["stone"], ["b.txt"])] == ["b.txt"]
        assert snapshot.terms("b") == ["bridg"]


def test_the_words_of_removed_documents_are_gone(any_store):
    put(any_store, entry("a.txt", "A bridge of stone."), entry("b.txt", "A bridge of wood."))
    put(any_store, removed=("a.txt",))
    with any_store.write() as writer:
        writer.purge()
    with any_store.read() as snapshot:
        assert snapshot.terms("s") == []
        assert snapshot.terms("b") == ["bridg"]
        assert snapshot.count_passages_with("bridge") == 1
        assert snapshot.stored_vector_keys([b"A bridge of stone.", b"A bridge of wood."]) == {
            b"A bridge of wood."
        }


def test_words_beside_the_text_are_known(any_store):
    e = replace(entry("notes/kelp.txt", "It left."), left_out=[("menu", "Home | Harbour news")])
    put(any_store, e)
    with any_store.read() as snapshot:
        beside = [w for w in ("harbour", "Oda", "KELP", "left", "harb") if snapshot.is_beside(w)]
        assert beside == ["harbour", "Oda", "KELP"]


def test_an_index_made_with_another_encoder_is_not_searched(any_store):
    with any_store.write() as writer:
        writer.record([], recipe=recipe("one"))
    with any_store.read("one"):
        pass
    with pytest.raises(IndexStale, match="Run qa sync"), any_store.read("another"):
        pass


def test_the_stamp_changes_with_the_documents_only(any_store):
    stamps = []
    for path in ("a.txt", "b.txt"):
        put(any_store, entry(path, "It left."))
        for _ in range(2):
            with any_store.read() as snapshot:
                stamps.append(snapshot.stamp)
    assert stamps[0] == stamps[1] != stamps[2] == stamps[3]
    assert stamps[0][0] == stamps[3][0]


def test_what_is_counted(any_store):
    put(any_store, entry("a.txt", "It left.", "It sank."), entry("b.txt", "It left."))
    with any_store.read() as snapshot:
        counts = snapshot.counts()
        assert (counts.documents, counts.passages, counts.left_out) == (2, 3, 2)
        assert counts.changed_at == pytest.approx(max(snapshot.indexed_at().values()), abs=60)
