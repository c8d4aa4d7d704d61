"""A connection -> documents, passages, vectors and keyword search of an index in Milvus, for one question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from qa.errors import StaleDocument
from qa.index.milvus import vocabulary
from qa.index.milvus.bm25 import Passage as Searched
from qa.index.milvus.bm25 import Words, score, token
from qa.index.milvus.collections import PASSAGES, STAGED, WORDS
from qa.index.milvus.connection import Connection, Row, equals, is_in
from qa.index.milvus.documents import MilvusDocuments, StoredDocuments
from qa.index.milvus.rows import NUMBERS, PASSAGE_FIELDS, passage_of, staged_id, staged_key
from qa.index.protocol import STALE, PassageVectors
from qa.index.words import words_of
from qa.types import Passage

_SPARE = 14  # hits beyond those wanted, in place of ones that are not a document's any longer
_MOST_HITS = 16_384  # the most that Milvus gives
_RANKED = 200  # passages, at least, whose BM25 is computed here
_MANY = 5000  # passages among which a phrase is looked for
_LIMITED = 2000  # documents to which one search is limited

Vectors = npt.NDArray[np.float32]


class Stored(StoredDocuments, Protocol):
    """What a snapshot is of."""

    def vectors_of(self, snapshot: MilvusSnapshot) -> PassageVectors: ...


class MilvusSnapshot(MilvusDocuments):
    """The index as one question sees it. See qa/index/protocol.py for what each method promises."""

    def __init__(self, connection: Connection, stored: Stored, part: str) -> None:
        super().__init__(connection, stored, part)
        self._index_of = stored.vectors_of
        self._rows: dict[int, Row] = {}  # passages by number
        self._counts: dict[str, int] = {}  # token -> how many passages have the word

    def passage_numbers(self, document_ids: Iterable[str] | None = None) -> list[int]:
        condition = "number >= 0" if document_ids is None else ""
        if condition:
            rows = self._connection.rows(PASSAGES, condition, ("number", "document_id", "version"))
        else:
            ids = sorted(set(document_ids or ()))
            rows = self._connection.rows_in(
                PASSAGES, "document_id", ids, ("number", "document_id", "version")
            )
        return sorted(row["number"] for row in self._of_documents(rows))

    def numbers_by_document(self, document_ids: Iterable[str]) -> dict[str, list[int]]:
        ids = sorted(set(document_ids))
        rows = self._connection.rows_in(PASSAGES, "document_id", ids, ("number", "document_id", "version"))
        numbers: dict[str, list[int]] = {identity: [] for identity in ids}
        for row in self._of_documents(rows):
            numbers[row["document_id"]].append(row["number"])
        return {identity: sorted(found) for identity, found in numbers.items() if found}

    def _of_documents(self, rows: Sequence[Row]) -> list[Row]:
        """Those of the rows of passages that are of a document as it is in this snapshot."""
        self._learn(row["document_id"] for row in rows)
        return [row for row in rows if self._is_current(row["document_id"], row["version"])]

    def passages(self, numbers: Sequence[int]) -> dict[int, Passage]:
        self._read_rows(numbers)
        return {
            number: passage_of(row, partial(self._long, row["document_id"], row["version"]))
            for number, row in ((number, self._rows[number]) for number in numbers)
        }

    def _read_rows(self, numbers: Iterable[int], fields: Sequence[str] = PASSAGE_FIELDS) -> None:
        """Read the rows of passages, or these fields of them, that have not been read yet."""
        new = {n for n in numbers if not self._rows.get(n, {}).keys() >= set(fields)}
        for row in self._connection.rows_in(PASSAGES, "number", sorted(new), [*fields, "number"]):
            self._rows.setdefault(row["number"], {}).update(row)
            new.discard(row["number"])
        if new:
            raise StaleDocument(STALE)

    def passage_at(self, document_id: str, start: int, end: int) -> Passage | None:
        condition = f"{equals(document_id=document_id)} and start <= {start} and stop >= {end}"
        rows = self._of_documents(self._connection.rows(PASSAGES, condition, PASSAGE_FIELDS))
        return self._passage(min(rows, key=lambda row: int(row["number"]))) if rows else None

    def _passage(self, row: Row) -> Passage:
        return passage_of(row, partial(self._long, row["document_id"], row["version"]))

    def neighbours(self, passage: Passage) -> tuple[Passage | None, Passage | None]:
        fields = ("number", "document_id", "version", "start")
        rows = self._of_documents(
            self._connection.rows(PASSAGES, equals(document_id=passage.document_id), fields)
        )
        before = [row for row in rows if row["start"] < passage.start]
        after = [row for row in rows if row["start"] > passage.start]
        chosen = [
            max(before, key=lambda row: int(row["start"]))["number"] if before else None,
            min(after, key=lambda row: int(row["start"]))["number"] if after else None,
        ]
        found = self.passages([number for number in chosen if number is not None])
        first, second = (None if number is None else found[number] for number in chosen)
        return first, second

    def nearest(
        self, query: Vectors, k: int, document_ids: Iterable[str] | None = None
    ) -> list[tuple[int, float]]:
        """The k passages nearest to a unit vector, as (number, cosine), best first."""
        found = self._search("vector", query, k, document_ids, (*PASSAGE_FIELDS, "vector"))
        found.sort(key=lambda pair: -pair[1])
        return [(row["number"], cosine) for row, cosine in found[:k]]

    def _search(
        self,
        field: str,
        query: Any,
        most: int,
        document_ids: Iterable[str] | None,
        fields: Sequence[str] = PASSAGE_FIELDS,
    ) -> list[tuple[Row, float]]:
        """The passages nearest to a query, as Milvus ranks them, at least `most`; each is a document's.

        They are best first, or, limited to very many documents, in groups of which each is. They are kept, to
        be read again without asking for them.
        """
        ids = sorted(set(document_ids or ()))
        conditions = (
            [""]
            if document_ids is None
            else [is_in("document_id", ids[i : i + _LIMITED]) for i in range(0, len(ids), _LIMITED)]
        )
        return [hit for condition in conditions for hit in self._found(field, query, most, condition, fields)]

    def _found(
        self, field: str, query: Any, most: int, condition: str, fields: Sequence[str]
    ) -> list[tuple[Row, float]]:
        asked = most + _SPARE
        while True:
            asked = min(asked, _MOST_HITS)
            hits = self._connection.search(PASSAGES, field, query, asked, condition, fields)
            current = {row["number"] for row in self._of_documents([row for row, _ in hits])}
            # During a commit, many may be of versions that are to come or have gone.
            if len(hits) < asked or len(current) >= most or asked == _MOST_HITS:
                break
            asked *= 4
        kept = [(row, value) for row, value in hits if row["number"] in current]
        for row, _ in kept:
            self._rows.setdefault(row["number"], {}).update(row)
        return kept

    def vectors(self, numbers: Sequence[int]) -> Vectors:
        self._read_rows(numbers, ("document_id", "version", "vector"))
        if not numbers:
            return np.empty((0, 0), np.float32)
        return np.asarray([self._rows[number]["vector"] for number in numbers], dtype=np.float32)

    def sample(self, count: int) -> Vectors:
        """The vectors of about so many passages; of all if there are fewer. (n, dimension)"""
        total = max(1, self.totals.passages)
        bound = 2**63 - 1 if total <= count else NUMBERS // total * count
        rows = self._connection.rows(PASSAGES, f"number < {bound}", ("vector",))
        rows.sort(key=lambda row: int(row["number"]))
        return np.asarray([row["vector"] for row in rows], dtype=np.float32)

    def vector_index(self) -> PassageVectors:
        return self._index_of(self)

    def stored_vector_keys(self, keys: Sequence[bytes]) -> set[bytes]:
        wanted = [key.hex() for key in keys]
        staged_ids = [staged_id(self.part, key) for key in wanted]
        staged = self._connection.rows_in(STAGED, "id", staged_ids, ("id",))
        used = self._connection.rows_in(PASSAGES, "vector_key", wanted, ("vector_key",))
        found = {staged_key(row["id"]) for row in staged} | {row["vector_key"] for row in used}
        return {bytes.fromhex(key) for key in found}

    def keyword_search(
        self, words: Sequence[str], k: int, document_ids: Iterable[str] | None = None
    ) -> list[tuple[int, float]]:
        phrases = _phrases(words)
        rows = self._with_any(
            {word for phrase in phrases for word in phrase}, max(_RANKED, 2 * k), document_ids
        )
        return self._ranked(rows, phrases)[:k]

    def _ranked(self, rows: Sequence[Row], phrases: Sequence[Words]) -> list[tuple[int, float]]:
        """Those of the passages that have any of the phrases, as (number, BM25), best first."""
        counts = self._count(phrases)
        totals = self.totals
        scored = [(row, score(_searched(row), phrases, counts, totals)) for row in rows]
        found = [(row["number"], value) for row, value in scored if value > 0]
        passages = self.passages([number for number, _ in found])
        return sorted(found, key=lambda pair: (-pair[1], passages[pair[0]].id))

    def _with_any(
        self,
        words: Iterable[str],
        most: int,
        document_ids: Iterable[str] | None = None,
        fields: Sequence[str] = PASSAGE_FIELDS,
    ) -> list[Row]:
        """The passages that have any of the words, as Milvus ranks them."""
        query = " ".join(sorted(words))
        if not query:
            return []
        return [row for row, _ in self._search("sparse", query, most, document_ids, fields)]

    def _with_all(
        self,
        phrases: Sequence[Words],
        document_ids: Iterable[str] | None = None,
        fields: Sequence[str] = PASSAGE_FIELDS,
    ) -> list[Row]:
        """The passages that have all of the phrases, among those that have the rarest of their words."""
        counts = self._counts_of(word for phrase in phrases for word in phrase)
        if not counts:
            return []
        rarest = min(counts, key=lambda word: counts[word])
        rows = self._with_any([rarest], min(_MANY, counts[rarest] + _SPARE), document_ids, fields)
        return [row for row in rows if all(_searched(row).frequency(phrase) for phrase in phrases)]

    def passages_with_all(
        self, texts: Sequence[str], document_ids: Iterable[str] | None = None
    ) -> list[tuple[str, int]]:
        phrases = _phrases(texts)
        if len(phrases) < len(texts):  # nothing contains a text without words
            return []
        ranked = self._ranked(self._with_all(phrases, document_ids), phrases)
        return [(self._rows[number]["document_id"], number) for number, _ in ranked]

    def count_passages_with(self, text: str) -> int:
        return self.counts_with([text])[text]

    def counts_with(self, texts: Sequence[str]) -> dict[str, int]:
        phrases = {text: tuple(map(token, words)) for text, words in zip(texts, words_of(texts), strict=True)}
        counts = self._count([phrase for phrase in phrases.values() if phrase])
        return {text: counts.get(phrase, 0) for text, phrase in phrases.items()}

    def _count(self, phrases: Sequence[Words]) -> dict[Words, int]:
        """phrase -> how many passages of the whole corpus have it"""
        words = self._counts_of(word for phrase in phrases for word in phrase)
        fields = ("number", "document_id", "version", "searched", "header_words")
        return {
            phrase: words[phrase[0]] if len(phrase) == 1 else len(self._with_all([phrase], fields=fields))
            for phrase in dict.fromkeys(phrases)
        }

    def _counts_of(self, words: Iterable[str]) -> dict[str, int]:
        """token -> how many passages of the whole corpus have the word"""
        wanted = list(dict.fromkeys(words))
        if new := [word for word in wanted if word not in self._counts]:
            self._counts |= vocabulary.counts_of(self._connection, new)
        return {word: self._counts[word] for word in wanted}

    def terms(self, letter: str) -> list[str]:
        rows = self._connection.rows(WORDS, equals(letter=letter), ("stem",))
        return sorted({row["stem"] for row in rows})


def _phrases(texts: Sequence[str]) -> list[Words]:
    """The words of each text as Milvus has them; texts without words are left out."""
    return [tuple(map(token, words)) for words in words_of(texts) if words]


def _searched(row: Mapping[str, Any]) -> Searched:
    return Searched.of(row["searched"], row["header_words"])
