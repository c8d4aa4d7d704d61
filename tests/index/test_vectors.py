"""The nearest passages, and the cache file, which is trusted only if it is intact."""

import json

import numpy as np
import pytest

from qa.index.local.vectors import VectorIndex

STAMP = ("store", 3)


def build(*rows: tuple[float, float], numbers: list[int] | None = None) -> VectorIndex:
    numbers = numbers or list(range(10, 10 * len(rows) + 10, 10))
    return VectorIndex.build(STAMP, numbers, np.array(rows, np.float32).reshape(len(rows), 2))


NORTH, EAST, SOUTH = (0.0, 1.0), (1.0, 0.0), (0.0, -1.0)
QUERY = np.array(NORTH, np.float32)


def test_the_nearest_come_first_with_their_cosine():
    assert build(SOUTH, NORTH, EAST).search(QUERY, 2) == [(20, 1.0), (30, 0.0)]


def test_a_search_for_more_than_there_are_returns_all():
    assert build(SOUTH, NORTH).search(QUERY, 50) == [(20, 1.0), (10, -1.0)]


def test_an_empty_index_finds_nothing():
    assert VectorIndex.build(STAMP, [], np.empty((0, 0), np.float32)).search(QUERY, 5) == []


def test_all_that_tie_with_the_last_are_returned():
    nearest = build(*[EAST] * 40, NORTH, SOUTH).search(QUERY, 3)
    assert nearest[0] == (410, 1.0)
    assert sorted(nearest[1:]) == [(number, 0.0) for number in range(10, 410, 10)]


def test_a_search_can_be_limited_to_some_passages():
    index = build(NORTH, EAST, SOUTH)
    assert index.search(QUERY, 5, [20, 30, 999]) == [(20, 0.0), (30, -1.0)]
    assert index.search(QUERY, 5, []) == []


def test_vectors_come_back_by_number():
    assert build(NORTH, EAST, SOUTH).vectors(np.array([30, 10])).tolist() == [list(SOUTH), list(NORTH)]


def test_the_mean_of_few_vectors_is_shrunk():
    assert build(NORTH).mean.tolist() == pytest.approx([0, 1 / 11])
    assert build(*[NORTH] * 90).mean.tolist() == pytest.approx([0, 0.9])


def test_a_saved_index_is_loaded_unchanged(tmp_path):
    build(SOUTH, NORTH, EAST).save(tmp_path / "cache")
    loaded = VectorIndex.load(tmp_path / "cache", STAMP)
    assert loaded.search(QUERY, 2) == [(20, 1.0), (30, 0.0)]
    assert loaded.numbers.tolist() == [10, 20, 30]
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]


def test_an_empty_index_can_be_saved(tmp_path):
    VectorIndex.build(STAMP, [], np.empty((0, 0), np.float32)).save(tmp_path / "cache")
    assert VectorIndex.load(tmp_path / "cache", STAMP).search(QUERY, 2) == []


def test_a_cache_of_another_state_is_not_loaded(tmp_path):
    build(NORTH).save(tmp_path / "cache")
    assert VectorIndex.load(tmp_path / "cache", ("store", 4)) is None
    assert VectorIndex.load(tmp_path / "cache", ("another", 3)) is None
    assert VectorIndex.load(tmp_path / "missing", STAMP) is None


def damaged_copies(raw: bytes) -> list[bytes]:
    head, body = raw.split(b"\n", 1)
    values = json.loads(head)
    return [
        b"",
        b"\n",
        b"words",
        b"[]\n" + body,
        b"7\n" + body,
        raw[: len(raw) // 2],
        raw[:-1],
        raw + b"x",
        raw[:-20] + b"x" + raw[-19:],
        *(
            json.dumps(values | {"count": count}).encode() + b"\n" + body
            for count in (0, 1, 2, 4, -1, 10**9, "3", None)
        ),
        json.dumps({"stamp": STAMP}).encode() + b"\n" + body,
        b"\xff\xfe" + raw,
    ]


def test_a_damaged_cache_is_not_loaded(tmp_path):
    cache = tmp_path / "cache"
    build(SOUTH, NORTH, EAST).save(cache)
    raw = cache.read_bytes()
    for damage in damaged_copies(raw):
        cache.write_bytes(damage)
        assert VectorIndex.load(cache, STAMP) is None
    cache.write_bytes(raw)
    assert VectorIndex.load(cache, STAMP) is not None
