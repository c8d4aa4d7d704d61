"""An assistant whose vectors a server computes: from the settings to an answer, and through an outage."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from conftest import HERE, QUESTION, WordEncoder, check, write
from embedding_server import EmbeddingServer, failing, served

from qa import Assistant
from qa.cli import main
from qa.errors import IndexStale, ModelError
from qa.models.encoder import encode_all, find_encoder
from qa.models.endpoint import BATCH
from qa.models.service import Patience
from qa.settings import Settings
from qa.types import Progress

KEY = "sk-s3cret"
MANY = {
    f"{n:03}.txt": f"Ferry number {n} carries {7 * n} goats to the island of Tolvane." for n in range(150)
}


@pytest.fixture(autouse=True)
def _local(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    for patience in ("QUESTION", "FEW", "BULK"):
        monkeypatch.setattr(f"qa.models.endpoint.{patience}", Patience(answer=60, retrying=0))


@pytest.fixture
def server() -> Iterator[EmbeddingServer]:
    server = EmbeddingServer(WordEncoder(), KEY)
    with served(server):
        yield server


def opened(server: EmbeddingServer, corpus: Path, index: Path, use_reader: bool = False) -> Assistant:
    settings = Settings(encoder=server.url, encoder_key=KEY)
    return Assistant.open(corpus, index, settings, use_reader=use_reader)


def test_a_sync_and_a_question_go_through_the_server(server, corpus, index):
    with opened(server, corpus, index) as assistant:
        assert assistant.status().model == server.url
        assert server.requests == []  # opening an index asks nothing
        report = assistant.sync()
        assert len(report.added) == 3
        answer = assistant.ask(QUESTION, threshold=0)
        check(answer)
        assert "340 passengers" in answer.citations[0].quote
        assert {request["authorization"] for request in server.requests} == {f"Bearer {KEY}"}
        status = assistant.status()
        assert (status.model, status.precision) == ("words", "endpoint")
        assert "s3cret" not in f"{status!r} {status} {assistant!r} {assistant.settings!r}"
        assert assistant.sync().embedded == 0


def test_another_address_of_the_same_model_is_the_same_index(server, corpus, index):
    opened(server, corpus, index).sync()
    with served(moved := EmbeddingServer(WordEncoder(), KEY)):
        with opened(moved, corpus, index) as assistant:
            assert assistant.search("ferry")
            assert assistant.sync().embedded == 0


def test_an_index_of_another_encoder_is_not_answered_from(server, corpus, index, encoder):
    Assistant(Settings(corpus=corpus, index=index), encoder).sync()  # the same vectors, made here
    with opened(server, corpus, index) as assistant:
        with pytest.raises(IndexStale):
            assistant.search("ferry")


def test_an_interrupted_sync_goes_on_where_it_was(corpus, index):
    write(corpus, MANY)
    stored = [0]
    with served(server := EmbeddingServer(WordEncoder(), KEY)) as stop:

        def goes_away(progress: Progress) -> None:
            stored.append(progress.embedded)
            if progress.embedded:
                stop()

        with opened(server, corpus, index) as assistant:
            with pytest.raises(ModelError) as raised:
                assistant.sync(goes_away)
    assert str(raised.value).startswith(f"the encoder at {server.url} cannot be reached (")
    assert "\n" not in str(raised.value)
    with served(back := EmbeddingServer(WordEncoder(), KEY)):
        with opened(back, corpus, index) as assistant:
            report = assistant.sync()
            passages = assistant.status().counts.passages
    assert BATCH <= stored[-1] < passages
    assert report.embedded == passages - stored[-1]
    assert len({text for text in back.texts if text in server.texts}) <= 2 + BATCH  # probes; in flight


def test_a_sync_while_the_server_is_away_is_one_line_and_changes_nothing(
    server, corpus, index, capsys, monkeypatch, caplog
):
    opened(server, corpus, index).sync()
    write(corpus, MANY)
    for name, value in {"QA_ENCODER": server.url, "QA_ENCODER_KEY": KEY, "QA_READER": "small"}.items():
        monkeypatch.setenv(name, value)
    server.always = failing(401, f"no such key: {KEY}")
    with caplog.at_level(logging.DEBUG):
        code = main(["sync", str(corpus), "--index", str(index)])
    said = capsys.readouterr()
    assert code == 1
    assert said.out == ""
    assert said.err.splitlines()[-1] == (
        f"qa: the encoder at {server.url} refuses a request (401: no such key: ***)."
        " Set QA_ENCODER_KEY to a key that it takes"
    )
    assert "Traceback" not in said.err
    assert "s3cret" not in said.err + caplog.text
    server.always = None
    with opened(server, corpus, index) as assistant:
        assert assistant.search("ferry")
        assert len(assistant.documents()) == 3


@pytest.mark.slow
def test_the_real_model_elsewhere_gives_the_same_vectors_and_answers(index):
    corpus = HERE.parent / "corpus"
    local = find_encoder()
    question = "How much would the railway from Kazakhstan to Pakistan cost?"
    texts = [question, *(path.read_text("utf-8")[:600] for path in sorted(corpus.glob("*.md")))]
    with served(server := EmbeddingServer(local, KEY)):
        with opened(server, corpus, index, use_reader=True) as assistant:
            encoder = assistant.engine.encoder
            cosines = (encode_all(encoder, texts) * encode_all(local, texts)).sum(axis=1)
            assert cosines == pytest.approx(np.ones(len(texts)), abs=2e-3)  # batches differ, in bf16
            assistant.sync()
            answer = assistant.ask(question)
            here = Assistant.open(corpus, index.with_name("here"))
            here.sync()
            same = here.ask(question)
            assert answer.claims[0].value == same.claims[0].value == "$7 billion"
            assert answer.confidence == pytest.approx(same.confidence, abs=0.02)
            assert assistant.status().reader == here.status().reader
            assert not assistant.ask("Who won the World Cup in 1998?").answered
