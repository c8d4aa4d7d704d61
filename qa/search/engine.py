"""Finding passages and reading them: what a question, a search and a suggestion have in common."""

from __future__ import annotations

from collections.abc import Collection

from qa.index.store import Store
from qa.models.encoder import Encoder
from qa.models.reader import Reader, facts
from qa.search.confidence import SIMILARITY, Calibration
from qa.search.evidence import Admits, Evidence, anything
from qa.search.reranking import by_reading
from qa.search.retrieval import Found, Retriever
from qa.search.similarity import by_similarity
from qa.types import Passage

DocumentIds = Collection[str] | None  # None for all documents


class Search:
    """The last committed state of an index, to be asked. Safe to use from several threads.

    Its parts are there for those who measure them one by one.
    """

    def __init__(self, store: Store, retriever: Retriever, encoder: Encoder, reader: Reader | None) -> None:
        self.store = store
        self.retriever = retriever
        self.encoder = encoder
        self.reader = reader

    @property
    def calibration(self) -> Calibration:
        """How the confidence follows from the signals, with the reader that there is or without one."""
        return SIMILARITY if self.reader is None else Calibration(**facts()["calibration"])

    def state(self) -> tuple[str, int]:
        """Which state of the index is served: it differs after every change of the documents."""
        with self.store.read() as snapshot:
            return snapshot.stamp

    def find(self, question: str, k: int, documents: DocumentIds) -> Found:
        """The k passages that fit best. Raises QuestionError, IndexStale."""
        self.store.check_recipe(self.encoder.fingerprint)
        return self.retriever.search(question, k, documents)

    def evidence(self, found: Found, admits: Admits = anything) -> Evidence:
        """What the best passages hold for the question, by the reader where there is one."""
        if self.reader is None:
            return by_similarity(found, self.encoder, admits)
        return by_reading(found, self.reader, self.encoder, admits)

    def sample(self, size: int, documents: DocumentIds) -> list[Passage]:
        """At most `size` passages, spread evenly over the documents; the same each time."""
        with self.store.read() as snapshot:
            numbers = snapshot.passage_numbers(documents)
            chosen = sorted({numbers[i * len(numbers) // size] for i in range(size)}) if numbers else []
            found = snapshot.passages(chosen)
        return [found[number] for number in chosen]
