"""One index to be searched and read: what a question, a search and a suggestion have in common."""

from __future__ import annotations

from qa.index.store import Store
from qa.index.vectors import VectorCache
from qa.language.questions import Question
from qa.models.encoder import Encoder
from qa.models.reader import Reader
from qa.search.confidence import Calibration, calibration
from qa.search.evidence import Admits, Evidence, admit_all, by_reading, by_similarity
from qa.search.retrieval import Candidates, DocumentIds, retrieve
from qa.types import Passage


class Engine:
    """The last committed state of an index, to be asked. Safe to use from several threads.

    Its parts are there for those who measure them one by one.
    """

    def __init__(self, store: Store, vectors: VectorCache, encoder: Encoder, reader: Reader | None) -> None:
        self.store = store
        self.vectors = vectors
        self.encoder = encoder
        self.reader = reader

    @property
    def calibration(self) -> Calibration:
        """How the confidence follows from the signals of evidence."""
        return calibration(self.reader is not None)

    def state(self) -> tuple[str, int]:
        """Which state of the index is served: it differs after every change of the documents."""
        with self.store.read() as snapshot:
            return snapshot.stamp

    def find(self, question: Question, k: int, documents: DocumentIds = None) -> Candidates:
        """The k passages that fit best, of all documents or of those with these ids. Raises IndexStale."""
        query = self.encoder.encode_query(question.rephrased)
        with self.store.read(self.encoder.fingerprint) as snapshot:
            return retrieve(question, query, snapshot, self.vectors.of(snapshot), k, documents)

    def evidence(self, candidates: Candidates, admits: Admits = admit_all) -> Evidence:
        """What the best passages hold for the question, by the reader where there is one."""
        if self.reader is None:
            return by_similarity(candidates, self.encoder, admits)
        return by_reading(candidates, self.reader, self.encoder, admits)

    def sample(self, size: int, documents: DocumentIds = None) -> list[Passage]:
        """At most `size` passages, spread evenly over the documents; the same each time."""
        with self.store.read() as snapshot:
            numbers = snapshot.passage_numbers(documents)
            chosen = sorted({numbers[i * len(numbers) // size] for i in range(size)}) if numbers else []
            found = snapshot.passages(chosen)
        return [found[number] for number in chosen]
