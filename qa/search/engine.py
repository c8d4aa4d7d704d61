"""A question -> candidates -> evidence: the steps that answers, searches and suggestions share."""

from __future__ import annotations

from collections.abc import Sequence

from qa.index.protocol import Store
from qa.language.questions import Question
from qa.models.encoder import Encoder
from qa.models.reader import Reader
from qa.search.confidence import Calibration, calibration
from qa.search.evidence import Admits, Evidence, admit_all
from qa.search.reading import by_reading
from qa.search.retrieval import Candidates, DocumentIds, retrieve
from qa.search.similarity import by_similarity
from qa.search.spelling import respelled


class Engine:
    """Searches the last committed state of an index. Safe to use from several threads.

    Its parts are public so that benchmarks can measure them one by one.
    """

    def __init__(
        self,
        store: Store,
        encoder: Encoder,
        reader: Reader | None,
        second_reader: Reader | None = None,
    ) -> None:
        self.store = store
        self.encoder = encoder
        self.reader = reader
        self.second_reader = second_reader

    @property
    def calibration(self) -> Calibration:
        """The calibration that turns the signals of evidence into a confidence."""
        return calibration(self.second_reader or self.reader)

    @property
    def first_calibration(self) -> Calibration:
        """The calibration for the signals of first evidence."""
        return calibration(self.reader)

    def state(self) -> tuple[str, int]:
        """The state of the index that is served; it differs after every change to the documents."""
        with self.store.read() as snapshot:
            return snapshot.stamp

    def find(self, question: Question, k: int, documents: DocumentIds = None) -> Candidates:
        """The k best passages, from all documents or the ones with these ids. Raises IndexStale."""
        query = self.encoder.encode_query(question.rephrased)
        with self.store.read(self.encoder.fingerprint) as snapshot:
            return retrieve(question, query, snapshot, k, documents)

    def evidence(self, candidates: Candidates, admits: Admits = admit_all) -> Evidence:
        """The evidence in the best passages, from the readers if there are any."""
        return self.decided(self.first_evidence(candidates, admits))

    def first_evidence(self, candidates: Candidates, admits: Admits = admit_all) -> Evidence:
        """The same without the second reader, to choose among several questions quickly."""
        if self.reader is None:
            return by_similarity(candidates, self.encoder, admits)
        return by_reading(candidates, self.reader, self.encoder, admits)

    def decided(self, evidence: Evidence) -> Evidence:
        """First evidence after the second reader, if there is one, has read the best of it again."""
        if self.second_reader is None or evidence.again is None:
            return evidence
        return evidence.again(self.second_reader)

    def unknown(self, words: Sequence[str]) -> list[str]:
        """Those of the words that stand nowhere in the documents, not even in what is not searched."""
        with self.store.read() as snapshot:
            return [word for word in words if not snapshot.is_beside(word)]

    def respelled(self, question: str, unknown: Sequence[str]) -> str:
        """The question with its unknown words spelled as in the documents; "" if no word is near them."""
        with self.store.read() as snapshot:
            return respelled(question, unknown, snapshot)
