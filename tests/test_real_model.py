"""The whole way with the real model and the real corpus: figures found, the same each time, no network."""

import json
from pathlib import Path

import numpy as np
import pytest
from conftest import HERE, python, said

from qa import Answer, Assistant
from qa.models.encoder import find_encoder

pytestmark = pytest.mark.slow

CORPUS = HERE.parent / "corpus"


ALONE = """
import json, socket, sys
tried = []

def guarded(original, place):
    def call(*arguments, **options):
        host = arguments[place]
        host = host[0] if isinstance(host, tuple) else host
        if str(host) not in {"127.0.0.1", "::1", "localhost"}:
            tried.append(str(host))
            raise OSError("no network here")
        return original(*arguments, **options)
    return call

for name in ("connect", "connect_ex"):
    setattr(socket.socket, name, guarded(getattr(socket.socket, name), 1))
for name in ("getaddrinfo", "gethostbyname"):
    setattr(socket, name, guarded(getattr(socket, name), 0))

from conftest import said
from qa import Assistant

with Assistant.open(sys.argv[1], sys.argv[2]) as assistant:
    added = assistant.sync().added
    print(json.dumps({"added": added, "said": said(assistant), "tried": tried}))
"""


@pytest.fixture(scope="module")
def alone(tmp_path_factory) -> tuple[Path, dict]:
    """An index that another process built without a network, and what that process said."""
    index = tmp_path_factory.mktemp("alone") / "index"
    done = python(ALONE, CORPUS, index, PYTHONHASHSEED="12345")
    assert done.returncode == 0, done.stderr
    return index, json.loads(done.stdout)


@pytest.fixture(scope="module")
def real(alone) -> Assistant:
    return Assistant.open(CORPUS, alone[0])


def test_nothing_leaves_the_machine_while_documents_are_indexed_and_questions_answered(alone):
    assert alone[1]["tried"] == []
    assert len(alone[1]["added"]) == 5


def test_two_processes_say_the_same_to_the_last_bit(alone, real):
    assert said(real) == alone[1]["said"]


def quotes(answer: Answer) -> str:
    for citation in answer.citations:
        assert citation.quote == citation.document.text[citation.start : citation.end]
    return " ".join(" ".join(citation.quote.split()) for citation in answer.citations)


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("What would the railway from Kazakhstan to Pakistan cost?", "$7 billion"),
        ("How many agreements did Kazakhstan and Pakistan sign during Tokayev's visit?", "37 agreements"),
        ("When did Kyrgyzstan and Tajikistan sign an agreement on their borders?", "April 2025"),
        ("How much electricity could be exported through CASA-1000 in a year?", "5 billion kilowatt hours"),
        ("Who is the Kazakh ambassador to Pakistan?", "Yerzhan Kistafin"),
        ("In which city was the Kyrgyz Trade House opened?", "Lahore"),
    ],
)
def test_a_known_figure_or_name_is_quoted(real, question, found):
    answer = real.ask(question)
    assert answer.answered
    assert found in quotes(answer)


@pytest.mark.parametrize(
    "question", ["How do I bake sourdough bread?", "Who won the chess championship in 1972?"]
)
def test_what_the_documents_do_not_hold_is_not_answered(real, question):
    answer = real.ask(question)
    assert not answer.answered
    assert answer.claims == answer.citations == ()
    assert len(answer.nearest) == 5


def test_a_second_sync_embeds_nothing(real):
    assert real.sync().embedded == 0


LOADED = """
import sys
from qa import Assistant

def loaded():
    slow = {"torch", "transformers", "sentence_transformers", "langchain_core", "pandas", "sklearn", "gradio"}
    return sorted(slow & sys.modules.keys())

with Assistant.open(sys.argv[1], sys.argv[2]) as assistant:
    assistant.sync()
    print(loaded())
    assert assistant.ask("What would the railway from Kazakhstan to Pakistan cost?").answered
    print(loaded())
"""


def test_what_takes_seconds_to_import_is_not_waited_for(alone):
    """Else a question in a terminal takes three times as long."""
    done = python(LOADED, CORPUS, alone[0])
    assert done.stdout.splitlines() == ["[]", "['torch']"], done.stderr


def test_every_passage_is_read_whole(real):
    model = find_encoder()
    for document in real.documents():
        for hit in real.search("Pakistan", k=100, documents=[document.id], rerank=False):
            pieces = model.count(f"{hit.passage.header}\n{hit.passage.text}")
            assert pieces + 2 <= model.max_tokens


def test_vectors_have_length_one_and_stand_in_the_order_of_their_texts():
    model = find_encoder()
    texts = ["The ferry leaves at seven.", "goats", "A passage about railways over the mountains. " * 9]
    for indices, vectors in model.encode(texts):
        assert vectors.shape == (3, 384)
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
        alone = np.stack([model.encode_query(texts[i]) for i in indices])
        assert (alone * vectors).sum(axis=1).min() > 0.999


def test_bf16_and_fp32_say_the_same():
    fast, exact = find_encoder(), find_encoder()
    if fast.precision == "fp32":
        pytest.skip("this processor has no bf16 units")
    exact.precision = "fp32"
    for text in ("Which countries would the railway cross?", "5 billion kilowatt hours " * 30):
        assert fast.encode_query(text) @ exact.encode_query(text) > 0.999
