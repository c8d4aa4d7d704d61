"""An index in Milvus when a commit breaks off or a document is replaced meanwhile, and its keyword search."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from milvus import EVERYTHING, contents
from storing import entry, put

from qa.errors import IndexBusy, StaleDocument, StoreError
from qa.index.local.store import LocalStore
from qa.index.milvus.collections import PASSAGES
from qa.index.milvus.connection import Connection
from qa.index.milvus.store import MilvusStore
from qa.index.protocol import Entry


@pytest.fixture
def store(tmp_path) -> MilvusStore:
    """A new index in a file of milvus-lite."""
    return MilvusStore(tmp_path / "index", str(tmp_path / "index.db"))


# --- a commit that breaks off --------------------------------------------------------------------


class Broken(StoreError):
    """What a call raises that breaks off."""


@pytest.fixture
def breaking(monkeypatch) -> Callable[[int, float], None]:
    """Let the n-th call that writes break off, after a share of its rows; or none, if n is 0."""
    state = {"left": 0, "share": 0.0}
    insert, upsert, delete = Connection.insert, Connection.upsert, Connection.delete

    def is_last() -> bool:
        state["left"] -= 1
        return state["left"] == 0

    def adding(add: Callable[..., None]) -> Callable[..., None]:
        def call(self: Connection, collection: str, rows: list[dict[str, Any]]) -> None:
            last = is_last()
            add(self, collection, rows[: round(state["share"] * len(rows))] if last else rows)
            if last:
                raise Broken("the server is away")

        return call

    def deleting(self: Connection, collection: str, condition: str) -> None:
        last = is_last()
        if not last or state["share"] == 1:
            delete(self, collection, condition)
        if last:
            raise Broken("the server is away")

    monkeypatch.setattr(Connection, "insert", adding(insert))
    monkeypatch.setattr(Connection, "upsert", adding(upsert))
    monkeypatch.setattr(Connection, "delete", deleting)

    def at(call: int, share: float = 0) -> None:
        state.update(left=call, share=share)

    return at


Versions = dict[str, set[str | None]]  # path -> the texts that its document may have; None if it may be away


def check_whole(store: MilvusStore, versions: Versions) -> None:
    """Each document is there in one of its versions, whole, and every search finds all of its passages."""
    with store.read() as snapshot:
        documents = {document.path: document for document in snapshot.documents()}
        assert documents.keys() <= versions.keys()
        for path, texts in versions.items():
            assert (documents[path].text if path in documents else None) in texts
        counts = snapshot.passage_counts()
        texts = set()
        for document in documents.values():
            passages = snapshot.passages(snapshot.passage_numbers([document.id])).values()
            lines = document.text.split("\n")
            assert [p.text for p in passages] == lines
            assert [document.text[p.start : p.end] for p in passages] == lines
            assert counts[document.id] == len(lines)
            texts.update(lines)
        numbers = snapshot.passage_numbers()
        assert {p.text for p in snapshot.passages(numbers).values()} == texts
        words = sorted(
            {word for found in versions.values() for text in found for word in (text or "").split()}
        )
        found = snapshot.keyword_search(words, 50)
        assert sorted(number for number, _ in found) == numbers
        assert sorted(number for _, number in snapshot.passages_with_all(["it"])) == numbers
        nearest = snapshot.vector_index().search(np.array([1, 0], np.float32), 50)
        assert sorted(number for number, _ in nearest) == numbers


OLD = [
    entry("a.txt", "It left.", "It stays the same."),
    entry("b.txt", "It came."),
    entry("c.txt", "It sank."),
]
COMMITS = {
    "two documents arrive": ([entry("d.txt", "It swam.", "It left."), entry("e.txt", "It rose.")], []),
    "two documents are replaced": (
        [entry("a.txt", "It left late.", "It stays the same."), entry("b.txt", "It came twice.", "It went.")],
        [],
    ),
    "two documents are removed": ([], ["a.txt", "b.txt"]),
    "two documents are moved": (
        [entry("new/a.txt", "It left.", "It stays the same."), entry("new/b.txt", "It came.")],
        ["a.txt", "b.txt"],
    ),
}


def commit(store: MilvusStore, entries: list[Entry], removed: list[str]) -> None:
    put(store, *entries, removed=tuple(removed))


def versions_during(entries: list[Entry], removed: list[str]) -> Versions:
    old: dict[str, str | None] = {e.document.path: e.document.text for e in OLD}
    new = old | dict.fromkeys(removed) | {e.document.path: e.document.text for e in entries}
    return {path: {old.get(path), new.get(path)} for path in {*old, *new}}


@pytest.mark.parametrize(
    ("name", "share"),  # after the n-th call is before the next one
    [
        ("two documents arrive", 0.5),
        ("two documents are replaced", 1),
        ("two documents are removed", 1),
        ("two documents are moved", 0.5),
    ],
)
def test_a_commit_that_breaks_off_anywhere_leaves_whole_documents_and_is_mended(
    store, tmp_path, breaking, name, share
):
    entries, removed = COMMITS[name]
    put(store, *OLD)
    old = contents(store._connection)
    commit(store, entries, removed)
    new = contents(store._connection)
    paths = {e.document.path for e in entries}
    back = (
        [e for e in OLD if e.document.path in paths.union(removed)],
        sorted(paths - {e.document.path for e in OLD}),
    )
    breaks = 0
    while True:
        commit(store, *back)
        breaking(breaks + 1, share)
        try:
            commit(store, entries, removed)
        except Broken:
            breaking(0)
            check_whole(store, versions_during(entries, removed))
            commit(store, entries, removed)
            assert contents(store._connection) == new
            breaks += 1
        else:
            break
    breaking(0)
    assert breaks > 5
    commit(store, *back)
    assert contents(store._connection) == old


def test_a_commit_that_broke_off_is_mended_by_the_next_of_the_same_writer(store, breaking):
    entries, removed = COMMITS["two documents are replaced"]
    put(store, *OLD)
    keys = [key for e in entries for key in e.vector_keys]
    with store.write() as writer:
        writer.add_vectors(keys, np.array([[len(key), 0] for key in keys], np.float32))
        breaking(4, 1)  # the passages are there, and no document names them
        with pytest.raises(Broken):
            writer.commit(entries, removed)
        breaking(0)
        writer.commit([], ["c.txt"])
    with store.read() as snapshot:
        assert snapshot.passage_counts() == {"a.txt": 2, "b.txt": 1}
    passages = Connection(store.place).rows(PASSAGES, EVERYTHING, ("number",))
    assert len(passages) == 3


# --- what a snapshot sees ------------------------------------------------------------------------


def test_a_document_that_is_replaced_meanwhile_is_seen_in_one_version_or_passed_over(store):
    put(store, entry("a.txt", "It left at seven.", "It was cold."), entry("b.txt", "It sank."))
    with store.read() as snapshot:
        hits = snapshot.keyword_search(["seven", "sank"], 10)
        numbers = snapshot.passage_numbers(["a.txt"])
        (first,) = snapshot.documents(["a.txt"])
        put(store, entry("a.txt", "It left at eight.", "It was warm.", "It was late."))

        assert {p.text for p in snapshot.passages([n for n, _ in hits]).values()} == {
            "It left at seven.", "It sank.",
        }  # fmt: skip
        assert snapshot.documents(["a.txt"]) == (first,)
        assert [d.digest for d in snapshot.documents() if d.id == "a.txt"] == [first.digest]
        for read_on in (
            lambda: snapshot.passages(numbers),
            lambda: snapshot.vectors(numbers[:1]),
            lambda: snapshot.text("a.txt", first.digest),
            lambda: first.text,
        ):
            with pytest.raises(StaleDocument):
                read_on()
        assert snapshot.keyword_search(["eight", "late"], 10) == []
        assert snapshot.passage_numbers(["a.txt"]) == []
        assert snapshot.passage_at("a.txt", 0, 3) is None
        assert len(snapshot.vector_index().search(np.array([1, 0], np.float32), 10)) == 1


def test_a_search_finds_enough_amid_many_passages_of_a_version_to_come(store, breaking):
    texts = [f"It left at {n}." for n in range(60)]
    put(store, entry("a.txt", *texts))
    breaking(7)
    with pytest.raises(Broken):
        put(store, entry("a.txt", *texts, "It came back."))
    breaking(0)
    with store.read() as snapshot:
        stored = len(store._connection.rows(PASSAGES, EVERYTHING, ("number",)))
        assert stored == 121
        assert len(snapshot.vector_index().search(np.array([1, 0], np.float32), 50)) == 50
        assert len(snapshot.keyword_search(["left"], 50)) == 50


# --- words ---------------------------------------------------------------------------------------

WORDS_OF_ALL_KINDS = [
    "ferry", "Ferries", "ferry", "left", "leaving", "the", "the", "cross-border", "border", "cross", "café",
    "cafe", "CAFÉ", "Brücke", "石桥", "奥斯克河的石桥", "мост", "моста", "γέφυρα", "9,340", "340", "a", "🚢",
    "naïve", "don't", "x" * 50,
]  # fmt: skip
SENTENCES = st.lists(st.sampled_from(WORDS_OF_ALL_KINDS), min_size=1, max_size=8).map(" ".join)


@pytest.fixture(scope="module")
def both(tmp_path_factory) -> tuple[LocalStore, MilvusStore]:
    """An index of each kind, used by many examples."""
    folder = tmp_path_factory.mktemp("both")
    return LocalStore(folder / "local"), MilvusStore(folder / "milvus", str(folder / "index.db"))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    corpus=st.lists(
        st.tuples(SENTENCES | st.just(""), st.lists(SENTENCES, min_size=1, max_size=3)),
        min_size=1,
        max_size=4,
    ),
    queries=st.lists(st.lists(SENTENCES, max_size=4), min_size=3, max_size=3),
)
@example(corpus=[("", ["ferry ferry"])], queries=[["ferry", "🚢"], ["🚢"], ["ferry", "ferries", ""]])
def test_keyword_search_scores_and_orders_as_fts5_does(both, corpus, queries):
    entries = [entry(f"{n}.txt", *texts, header=header) for n, (header, texts) in enumerate(corpus)]
    removed = tuple(f"{n}.txt" for n in range(len(corpus), 4))
    for store in both:
        put(store, *entries, removed=removed)
    results = []
    for store in both:
        with store.read() as snapshot:
            ids = {n: p.id for n, p in snapshot.passages(snapshot.passage_numbers()).items()}
            texts = sorted({text for query in queries for text in query})
            results.append(
                {
                    "found": [[ids[n] for n, _ in snapshot.keyword_search(q, 50)] for q in queries],
                    "scores": [
                        [pytest.approx(score) for _, score in snapshot.keyword_search(q, 50)] for q in queries
                    ],
                    "all": [[ids[n] for _, n in snapshot.passages_with_all(q)] for q in queries if q],
                    "counts": snapshot.counts_with(texts),
                    "terms": [snapshot.terms(letter) for letter in "abcflx"],
                }
            )
    local, milvus = results
    assert milvus == local


def test_vectors_that_await_a_commit_are_of_their_part(database, tmp_path):
    one, two = (MilvusStore(tmp_path / part, database, part=part) for part in ("one", "two"))
    e = entry("two/a.txt", "It left.")
    vector = np.array([[8, 0]], np.float32)
    with one.write() as first, two.write() as second:
        for writer in (first, second):
            writer.add_vectors(e.vector_keys, vector)
        first.purge()
        assert first.stored_vector_keys(e.vector_keys) == set()
        second.commit([e], [])
    put(one, entry("one/b.txt", "It left."))
    put(one, removed=("one/b.txt",))
    with two.read() as snapshot:
        assert snapshot.vectors(snapshot.passage_numbers()).tolist() == [[8, 0]]


def test_a_vector_whose_passage_another_part_has_just_removed_is_found(database, tmp_path):
    one, two = (MilvusStore(tmp_path / part, database, part=part) for part in ("one", "two"))
    put(one, entry("one/a.txt", "It left."))
    with two.write() as writer:
        e = entry("two/a.txt", "It left.")
        assert writer.stored_vector_keys(e.vector_keys) == set(e.vector_keys)
        put(one, removed=("one/a.txt",))
        writer.commit([e], [])
    with two.read() as snapshot:
        assert snapshot.vectors(snapshot.passage_numbers()).tolist() == [[8, 0]]


def test_one_machine_at_a_time_syncs_a_part(database, tmp_path, breaking, monkeypatch):
    here, there = (MilvusStore(tmp_path / folder, database) for folder in ("here", "there"))
    put(here, entry("a.txt", "It left."))
    breaking(5)
    with pytest.raises(Broken):
        put(here, entry("a.txt", "It sank."))
    breaking(0)
    with pytest.raises(IndexBusy, match=r"this index is being synced by .*here, or was minutes ago"):
        put(there, entry("a.txt", "It burned."))
    check_whole(there, {"a.txt": {"It left."}})
    monkeypatch.setattr("qa.index.milvus.writer._ALIVE", 0)
    put(there, entry("a.txt", "It burned."))
    check_whole(there, {"a.txt": {"It burned."}})
