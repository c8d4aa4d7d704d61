"""Vectors from a server: the same as the encoder behind it makes, and nothing else is believed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from conftest import DIMENSION, WordEncoder
from embedding_server import Behaviour, EmbeddingServer, breaking_off, changing, failing, served

from qa.errors import ModelError
from qa.models.encoder import BertEncoder, encode_all, find_encoder
from qa.models.endpoint import BATCH, EndpointEncoder
from qa.models.reader import find_reader
from qa.models.service import Service

TEXTS = [f"The ferry number {n} of {n * n}" + " carries goats" * (n % 7) for n in range(300)]


class TurnedEncoder(WordEncoder):
    """Another model of the same name and dimension."""

    def encode_query(self, text: str) -> np.ndarray:
        return np.roll(super().encode_query(text), 100)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddingServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = EmbeddingServer(WordEncoder())
    with served(server):
        yield server


def impatient(over: threading.Event, seconds: float) -> bool:
    return over.is_set()


@pytest.fixture
def encoder(server: EmbeddingServer) -> EndpointEncoder:
    return EndpointEncoder(Service(server.url, wait=impatient))


def problem(encoder: EndpointEncoder) -> str:
    with pytest.raises(ModelError) as raised:
        encoder.encode_query("a ferry")
    return str(raised.value).removeprefix(f"the encoder at {encoder._service.url} ")


# --- vectors -------------------------------------------------------------------------------------


@pytest.mark.parametrize("in_base64", [False, True])
def test_the_vectors_are_those_of_the_encoder_behind_the_server(server, encoder, in_base64: bool):
    server.in_base64 = in_base64
    rows = encode_all(encoder, TEXTS)
    assert rows.dtype == np.float32
    assert rows.flags.c_contiguous
    assert rows == pytest.approx(encode_all(WordEncoder(), TEXTS), abs=1e-6)
    assert encoder.encode_query(TEXTS[7]) == pytest.approx(rows[7], abs=1e-6)


def test_every_text_is_given_once_with_its_own_vector(encoder):
    seen = [(i, row) for indices, rows in encoder.encode(TEXTS) for i, row in zip(indices, rows, strict=True)]
    assert sorted(i for i, _ in seen) == list(range(len(TEXTS)))
    assert all(row @ WordEncoder().encode_query(TEXTS[i]) > 0.999 for i, row in seen)


def test_vectors_are_brought_to_unit_length(server, encoder):
    server.always = changing(lambda rows: rows * 17)
    assert np.linalg.norm(encode_all(encoder, TEXTS[:40]), axis=1) == pytest.approx(np.ones(40), abs=1e-6)


def test_texts_are_sent_in_batches_that_servers_take(server, encoder):
    encode_all(encoder, TEXTS)
    assert max(len(request["input"]) for request in server.requests) == BATCH + 1 == 32
    assert len(server.requests) == 1 + -(-len(TEXTS) // BATCH)  # the first one is about the model
    assert {request["model"] for request in server.requests} == {"words"}
    assert {request["encoding_format"] for request in server.requests} == {"float"}


def test_several_requests_are_on_their_way_at_once(server, encoder):
    together = threading.Barrier(3)

    def slow(server, body):
        if len(body["input"]) > 2:
            together.wait(20)
        return changing(lambda rows: rows)(server, body)

    server.always = slow
    assert len(encode_all(encoder, TEXTS[: 3 * BATCH])) == 3 * BATCH


def test_nothing_is_asked_for_nothing_and_before_it_is_needed(server, encoder):
    assert list(encoder.encode([])) == []
    assert encoder.count("a ferry") == 2
    assert encoder.max_tokens == 256
    assert encoder.precision == "endpoint"
    assert encoder.name == server.url
    assert server.requests == []


def test_the_model_is_the_one_that_is_named_or_the_first_that_is_listed(server, encoder):
    encoder.encode_query("a ferry")
    assert encoder.name == "words"
    server.models = []
    named = EndpointEncoder(Service(server.url), "own/model")
    named.encode_query("a ferry")
    assert named.name == server.requests[-1]["model"] == "own/model"
    said = "lists no models. Set QA_MODEL to the one that it serves"
    assert problem(EndpointEncoder(Service(server.url))) == said


def test_what_servers_refuse_is_not_sent(server, encoder):
    rows = encode_all(encoder, ["", " \n", "half a pair: \ud800"])
    assert np.isfinite(rows).all()
    assert {".", "half a pair: ?"} < set(server.texts)


def test_it_is_used_by_several_threads(encoder):
    with ThreadPoolExecutor(8) as pool:
        rows = list(pool.map(encoder.encode_query, TEXTS[:40]))
    assert np.stack(rows) == pytest.approx(encode_all(WordEncoder(), TEXTS[:40]), abs=1e-6)


# --- too much at once ----------------------------------------------------------------------------


def test_a_batch_that_is_too_large_is_halved(server, encoder):
    server.most = 9
    assert encode_all(encoder, TEXTS[:70]) == pytest.approx(encode_all(WordEncoder(), TEXTS[:70]), abs=1e-6)


def test_a_text_that_is_too_long_is_cut_and_the_others_are_not(server, encoder):
    server.longest = 200
    texts = ["a ferry", "goats " * 100, "a bridge"]
    ferry, goats, bridge = encode_all(encoder, texts)
    assert ferry @ WordEncoder().encode_query("a ferry") > 0.999
    assert goats @ WordEncoder().encode_query("goats") > 0.9
    assert bridge @ WordEncoder().encode_query("a bridge") > 0.999


def test_a_server_that_takes_nothing_is_one_line(server, encoder):
    encoder.encode_query("a ferry")
    server.longest = 3
    with pytest.raises(
        ModelError, match=r"^the encoder at \S+ does not take so long a text \(413: batch size"
    ):
        encode_all(encoder, TEXTS[:3])


# --- what is not believed ------------------------------------------------------------------------


def without_a_number(rows: np.ndarray) -> np.ndarray:
    rows[0, 3] = np.nan
    return rows


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (changing(lambda rows: rows[:-1]), "1 vectors for 2 texts"),
        (changing(without_a_number), "vectors that are not finite, or zero"),
        (changing(lambda rows: rows * 0), "vectors that are not finite, or zero"),
        (changing(lambda rows: [row[: 500 - n] for n, row in enumerate(rows)]), "vectors of several lengths"),
        (changing(lambda rows: []), "0 vectors for 2 texts"),
    ],
    ids=["too few", "not a number", "zero", "lengths", "none"],
)
def test_an_answer_that_makes_no_sense_is_one_line(server, encoder, answer: Behaviour, says: str):
    for _ in range(2):  # while the model is looked at, and later
        server.planned.append(answer)
        assert problem(encoder) == f"answers with {says}. Check that QA_MODEL is a model for embeddings"
        server.planned.clear()
        encoder.encode_query("a ferry")


@pytest.mark.parametrize("entries", [[], {}, None, "x", [{"index": 0}], [{"embedding": 5}], [1]])
def test_an_answer_of_another_form_is_one_line(server, encoder, monkeypatch, entries: object):
    monkeypatch.setattr(encoder._service, "request", lambda path, *_, **__: {"data": entries})
    assert "\n" not in problem(encoder)


def test_vectors_with_wrong_numbers_are_not_taken_for_others(encoder, monkeypatch):
    encoder.encode_query("a ferry")
    entries = [{"index": 1, "embedding": [1.0] * DIMENSION}] * 2
    monkeypatch.setattr(encoder._service, "request", lambda *_, **__: {"data": entries})
    assert problem(encoder).startswith("answers with vectors without order.")


@pytest.mark.parametrize("change", [lambda rows: np.roll(rows, 100, axis=1), lambda rows: rows[:, :256]])
def test_another_model_in_place_of_the_first_is_noticed(server, encoder, change):
    fingerprint = encoder.fingerprint
    server.always = changing(change)
    said = "serves another model than before. Start qa again, then run qa sync: it embeds all again"
    assert problem(encoder) == said
    with pytest.raises(ModelError):
        encode_all(encoder, TEXTS)
    assert encoder.fingerprint == fingerprint  # the index that is being made stays of one model


# --- failures ------------------------------------------------------------------------------------


@pytest.mark.parametrize("behaviour", [failing(500), breaking_off, failing(429, retry_after="1")])
def test_a_hiccup_is_not_noticed(server, encoder, behaviour: Behaviour):
    encoder.encode_query("a ferry")
    server.planned.extend([behaviour] * 2)
    assert encode_all(encoder, TEXTS) == pytest.approx(encode_all(WordEncoder(), TEXTS), abs=1e-6)


def test_what_was_computed_is_given_before_the_error(server, encoder):
    encoder.encode_query("a ferry")
    server.planned.extend([*[changing(lambda rows: rows)] * 3, *[failing(401)] * 20])
    given: list[int] = []
    with pytest.raises(ModelError, match="401"):
        given.extend(i for indices, _ in encoder.encode(TEXTS) for i in indices)
    assert len(given) == 3 * BATCH
    assert len(server.requests) < 2 + 3 + 5  # the rest is not tried


def test_a_question_gives_up_sooner_than_a_sync(server, monkeypatch):
    paused: list[float] = []

    def wait(over: threading.Event, seconds: float) -> bool:
        paused.append(seconds)
        clock[0] += seconds
        return over.is_set()

    clock = [0.0]
    encoder = EndpointEncoder(Service(server.url, wait=wait, clock=lambda: clock[0]))
    encoder.encode_query("a ferry")
    server.always = failing(503)
    assert problem(encoder).startswith("fails (503")
    of_a_question = sum(paused)
    with pytest.raises(ModelError):
        encode_all(encoder, TEXTS)
    assert of_a_question < 3 < 20 < sum(paused)


# --- the fingerprint -----------------------------------------------------------------------------


def of(encoder: WordEncoder, model: str | None = None) -> str:
    with served(server := EmbeddingServer(encoder)):
        return EndpointEncoder(Service(server.url), model).fingerprint


def test_the_fingerprint_is_of_the_model_and_not_of_the_address(server, encoder):
    same, renamed, other = of(WordEncoder()), of(WordEncoder(), "new"), of(TurnedEncoder())
    assert encoder.fingerprint == same
    assert len({same, renamed, other, find_encoder().fingerprint}) == 4


def fingerprints(probes: np.ndarray, noise: float) -> set[str]:
    """Those of a model computed exactly, and five times with noise of this length at random."""
    rng = np.random.default_rng(1)
    found = set()
    for times in (0, 1, 1, 1, 1, 1):
        rows = probes + times * noise * rng.standard_normal(probes.shape) / np.sqrt(probes.shape[1])
        encoder = EndpointEncoder.__new__(EndpointEncoder)
        encoder._served = lambda rows=rows: type("Served", (), {"model": "m", "probes": rows})  # type: ignore[method-assign]
        found.add(encoder.fingerprint)
    return found


@pytest.mark.parametrize(("cosine", "least"), [(0.99997, 180), (0.9999999, 198)], ids=["bf16", "fp16"])
def test_the_fingerprint_does_not_depend_on_the_precision(cosine: float, least: int):
    rng = np.random.default_rng(0)
    models = [rng.standard_normal((2, 384)) for _ in range(200)]
    models = [rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in models]
    noise = float(np.sqrt(2 - 2 * cosine))
    kept = [found for rows in models if len(found := fingerprints(rows, noise)) == 1]
    assert len(kept) >= least
    assert len({next(iter(found)) for found in kept}) > 150  # of 200 models, of which few look alike


# --- the readers ---------------------------------------------------------------------------------


def test_the_readers_are_made_from_the_local_model(encoder):
    assert isinstance(encoder.local, BertEncoder)
    reader = find_reader(encoder)
    assert reader is not None
    assert reader.name == find_reader(find_encoder()).name
