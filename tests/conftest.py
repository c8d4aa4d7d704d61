"""What the tests share: an encoder whose vectors can be foretold, and a small corpus."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from milvus import milvus, new_database

from qa.assistant import Assistant
from qa.index.local.store import LocalStore
from qa.index.milvus.store import MilvusStore
from qa.index.protocol import Store
from qa.models.reading import Reading, SentenceReading
from qa.settings import Settings
from qa.types import Answer, Document, Passage

_SLOW_FIXTURES = {"address", "browser"}  # the served app.py, and Chromium


@pytest.hookimpl(tryfirst=True)  # before tests are selected by their marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that use the served page or a browser as slow, and put the longest first."""
    for item in items:
        if isinstance(item, pytest.Function) and _SLOW_FIXTURES.intersection(item.fixturenames):
            item.add_marker(pytest.mark.slow)
    # The longest first: at the end, one worker would compute them while the others have nothing left to do.
    items.sort(key=lambda item: item.path.stem != "test_quality")


HERE = Path(__file__).parent
DIMENSION = 512
QUESTION = "How many passengers does the ferry to Tolvane carry?"  # of the small corpus


class WordEncoder:
    """A bag of words: every word counts in the dimension that its checksum names.

    Equal words give equal vectors, texts without a common word are orthogonal. A piece is up to four
    letters of a word, or one sign. `embedded` holds the texts that were asked for, in order.
    """

    precision = "exact"

    def __init__(self, name: str = "words", max_tokens: int = 256) -> None:
        self.name = name
        self.max_tokens = max_tokens
        self.embedded: list[str] = []

    @property
    def fingerprint(self) -> str:
        return f"bag of {self.name}"

    def count(self, text: str) -> int:
        return len(re.findall(r"\w{1,4}|[^\w\s]", text))

    def encode(self, texts: Sequence[str]) -> Iterator[tuple[list[int], np.ndarray]]:
        backwards = list(reversed(range(len(texts))))  # the order is the encoder's own affair
        for start in range(0, len(texts), 16):
            indices = backwards[start : start + 16]
            self.embedded += [texts[i] for i in indices]
            yield indices, np.stack([self.encode_query(texts[i]) for i in indices])

    def encode_query(self, text: str) -> np.ndarray:
        vector = np.zeros(DIMENSION, np.float32)
        for word in re.findall(r"\w+", text.lower()) or [""]:
            vector[zlib.crc32(word.encode()) % DIMENSION] += 1
        return vector / np.linalg.norm(vector)


class KeyReader:
    """Knows the answers to each question; a sentence that holds one answers, every other does not."""

    name = "by heart"
    calibration = "small"

    def __init__(self, answers: dict[str, str | tuple[str, ...]]) -> None:
        self.answers = {q: (a,) if isinstance(a, str) else a for q, a in answers.items()}
        self.read_at_once: list[int] = []

    def read(self, question: str, passages: Sequence[Passage]) -> tuple[Reading, ...]:
        self.read_at_once.append(len(passages))
        return tuple(self._one(self.answers.get(question, ()), p) for p in passages)

    def _one(self, answers: tuple[str, ...], passage: Passage) -> Reading:
        sentences = []
        for start, end in passage.sentences:
            margin, span = -15.0, (start, start + 3)
            for answer in answers:
                at = passage.text.find(answer, start - passage.start, end - passage.start)
                if at >= 0:
                    margin, span = 15.0, (passage.start + at, passage.start + at + len(answer))
            sentences.append(SentenceReading(margin, span, margin))
        best = max(sentences)
        return Reading(best.span, best.margin, 0.0, tuple(sentences), best.margin)


DOCUMENTS = {
    "ferry.md": (
        "# The ferry to Tolvane\n\n"
        "The ferry to Tolvane carries 340 passengers. It leaves the quay at seven every morning.\n\n"
        "## Tickets\n\n"
        "A ticket for the crossing costs 12 crowns. Children under six travel free.\n"
    ),
    "bridge.txt": (
        "The bridge at Osk\n\n"
        "The stone bridge at Osk was finished in 1874 by the mason Anders Lund. It has five arches.\n\n"
        "A flood took the middle arch in 1926, and the town rebuilt it within two years.\n"
    ),
    "valley/bees.md": (
        "---\ntitle: Bees of the Senn\nauthor: Marit Solheug\ndate: 2021-11-04\n---\n\n"
        "Volunteers in the Senn valley counted 9,340 visits of bees. Most of them were bumblebees.\n"
    ),
}


def write(folder: Path, documents: dict[str, str]) -> None:
    for path, text in documents.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")


def document(assistant: Assistant, path: str) -> Document:
    return next(d for d in assistant.documents() if d.path == path)


def check(answer: Answer) -> None:
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


def python(code: str, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run code in another process, where `conftest` can be imported too."""
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(HERE)} | environment,
        timeout=120,
    )


def said(assistant: Assistant) -> dict[str, list]:
    """What an assistant says to one question and one search, to the last bit."""
    answer = assistant.ask("What would the railway cost?", threshold=0)
    return {
        "answer": [answer.text, answer.confidence.hex()],
        "quotes": [[c.document.id, c.start, c.end, c.quote] for c in answer.citations],
        "hits": [
            [h.passage.id, h.score.hex()]
            for h in assistant.search("trade with Uzbekistan", k=20, rerank=False)
        ],
    }


@pytest.fixture
def encoder() -> WordEncoder:
    return WordEncoder()


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    write(folder, DOCUMENTS)
    return folder


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def store_address() -> str | None:
    """Where the index of the assistant is, if not in its folder."""
    return None


@pytest.fixture
def assistant(corpus: Path, index: Path, encoder: WordEncoder, store_address: str | None) -> Assistant:
    """An assistant over the small corpus. Nothing is synced yet."""
    return Assistant(Settings(corpus=corpus, index=index, store=store_address), encoder)


@pytest.fixture
def synced(assistant: Assistant) -> Assistant:
    assistant.sync()
    return assistant


PARAGRAPHS = {
    "The bridge": [
        (
            "The stone bridge at Osk was finished in 1874 by Anders Lund.",
            "Who finished the bridge?",
            "Anders Lund",
        ),
        ("A flood took the middle arch of the bridge in 1926.", "When did a flood take the arch?", "1926"),
        (
            "The bridge at Tolvane was finished in 1931 by Kari Holm.",
            "Who built the one at Tolvane?",
            "Kari Holm",
        ),
    ],
    "The ferry": [
        ("The ferry to Tolvane carries 340 passengers.", "How many people does the ferry take?", "340"),
        ("A ticket for the ferry costs 12 crowns.", "What does a ticket cost?", "12 crowns"),
        ("The ferry was built in Bergen.", "Where was the ferry built?", "Bergen"),
    ],
}


@pytest.fixture
def squad(tmp_path: Path) -> Path:
    """A file in SQuAD format with twelve articles, of which one in six is held aside."""
    articles = []
    for n in range(6):
        for title, texts in PARAGRAPHS.items():
            rows = [(f"{text} Part {n}.", question, answer) for text, question, answer in texts]
            articles.append(
                {
                    "title": f"{title} {n}",
                    "paragraphs": [
                        {
                            "context": text,
                            "qas": [
                                {"question": q, "answers": [{"text": a, "answer_start": text.index(a)}]},
                                {"question": f"{q} Why?", "answers": [], "is_impossible": True},
                            ],
                        }
                        for text, q, a in rows
                    ],
                }
            )
    path = tmp_path / "set.json"
    path.write_text(json.dumps({"data": articles}), "utf-8")
    return path


@pytest.fixture(scope="session")
def _chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from browsing import chromium  # Selenium is imported for those tests only

    browser = chromium(tmp_path_factory.mktemp("browser"))
    yield browser
    browser.quit()


@pytest.fixture
def browser(_chromium: Any) -> Iterator[Any]:
    """A browser. A page that stays open goes on asking its server: none is left to the next test."""
    yield _chromium
    _chromium.get("about:blank")
    _chromium.get_log("browser")


# --- stores --------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def milvus_server(tmp_path_factory) -> Iterator[str]:
    """The address of a server of milvus-lite."""
    with milvus(tmp_path_factory.mktemp("milvus") / "data") as address:
        yield address


@pytest.fixture
def database(milvus_server) -> str:
    """The address of an empty database of the server."""
    return new_database(milvus_server)


@pytest.fixture(params=["folder", "file", "server"])
def any_store(request, tmp_path) -> Store:
    """A new index: in a folder; in a file of milvus-lite; in a database of its server."""
    folder = tmp_path / "index"
    if request.param == "folder":
        return LocalStore(folder)
    address = str(tmp_path / "index.db") if request.param == "file" else request.getfixturevalue("database")
    return MilvusStore(folder, address)
