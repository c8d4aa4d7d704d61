"""What the rest of the package needs of an index: the interface that each store implements.

`local` keeps an index in a folder, `milvus` on a server. tests/index/test_stores.py says the same of both.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from qa.structure import Structure
from qa.types import Document, Failure, Passage, Purged, Value

STALE = "that document has changed. Ask again"  # in StaleDocument

Matrix = npt.NDArray[np.float32]  # (n, dimension), unit rows: inner product = cosine, higher is nearer


@dataclass(frozen=True, slots=True)
class Counts(Value):
    """How much is indexed, and when it last changed (seconds since 1970, 0 for never).

    `left_out` counts the parts of documents that are not indexed.
    """

    documents: int
    passages: int
    vectors: int
    left_out: int
    changed_at: float


@dataclass(frozen=True, slots=True)
class Entry:
    """A document as a sync stores it. `file_digest` and `recipe` show whether it is still up to date."""

    document: Document
    passages: Sequence[Passage]
    vector_keys: Sequence[bytes]  # one per passage
    file_digest: str
    recipe: str
    left_out: Sequence[tuple[str, str]]


class PassageVectors(Protocol):
    """The vectors of the passages of one snapshot; its length is their number."""

    @property
    def mean(self) -> Matrix:
        """The direction that all vectors share, (dimension,); shrunk, since a few vectors reveal little."""

    def __len__(self) -> int: ...

    def vectors(self, numbers: Sequence[int]) -> Matrix:
        """The vectors of passages, (n, dimension), in the order of their numbers."""

    def search(
        self, query: Matrix, k: int, document_ids: Collection[str] | None = None
    ) -> list[tuple[int, float]]:
        """The passages of all documents, or of some, nearest to a unit vector: (number, cosine), best first.

        At least k, if there are so many.
        """

    def count(self, document_ids: Collection[str]) -> int:
        """The number of passages of some documents."""


class Snapshot(Protocol):
    """The index as one question sees it.

    Only what a sync compares with a folder is limited to the part that the store was opened for: `meta` (some
    keys), `file_digests`, `paths_of_other_encoders` and `failures`. All else is of the whole index. Passages
    have numbers that no other passage gets, ascending in a document. What has gone meanwhile raises
    StaleDocument, if the store cannot keep it for the snapshot.
    """

    @property
    def folder(self) -> Path:
        """The index folder."""

    @property
    def part(self) -> str:
        """The part of the corpus that the store was opened for; "" for all of it."""

    @property
    def stamp(self) -> tuple[str, int]:
        """The store and its generation; equal stamps mean equal contents."""

    def parts(self) -> tuple[str, ...]:
        """The parts that were synced on their own and hold a document, sorted; () for an index without."""

    def has_documents_elsewhere(self) -> bool:
        """True if the index holds a document that is not of the part."""

    def meta(self, key: str) -> str:
        """A value that `record` stored; "" if there is none."""

    def documents(self, ids: Iterable[str] | None = None) -> tuple[Document, ...]:
        """All documents, or those with the given ids, ordered by path. Their texts are not read."""

    def text(self, document_id: str, digest: str) -> str:
        """The text of a document. Raises StaleDocument if no document has this id and this digest."""

    def structure(self, document_id: str, digest: str) -> Structure:
        """The named places and tables of a document. Raises StaleDocument like `text`."""

    def left_out(self, document_id: str) -> tuple[tuple[str, str], ...]:
        """The parts of a document that are not indexed, as (reason, text)."""

    def is_beside(self, word: str) -> bool:
        """True if a word stands beside the indexed text: in what was left out, a path or the metadata."""

    def file_digests(self, paths: Iterable[str] | None = None) -> dict[str, tuple[str, str]]:
        """path -> (digest of the file, recipe that it was indexed by), for all documents of the part.

        Given paths, for the documents that are there, of whatever part.
        """

    def paths_of_other_encoders(self, fingerprint: str) -> list[str]:
        """The paths of the part's documents whose encoder is not the one with this fingerprint."""

    def has_other_encoders(self, fingerprint: str) -> bool:
        """True if documents that `meta("recipe")` is about were indexed with another encoder than this."""

    def failures(self) -> tuple[Failure, ...]:
        """The files of the part that failed in its last sync, ordered by path."""

    def counts(self) -> Counts:
        """How much is indexed, and when it last changed."""

    def passage_counts(self) -> dict[str, int]:
        """document id -> number of passages."""

    def indexed_at(self) -> dict[str, float]:
        """document id -> the time at which it was indexed, in seconds since 1970."""

    def passage_numbers(self, document_ids: Iterable[str] | None = None) -> list[int]:
        """The numbers of all passages, or of the passages of some documents, ascending."""

    def numbers_by_document(self, document_ids: Iterable[str]) -> dict[str, list[int]]:
        """document id -> the numbers of its passages, ascending; documents without passages are left out."""

    def passages(self, numbers: Sequence[int]) -> dict[int, Passage]:
        """number -> passage."""

    def passage_at(self, document_id: str, start: int, end: int) -> Passage | None:
        """The passage of a document that contains a whole span, or None."""

    def neighbours(self, passage: Passage) -> tuple[Passage | None, Passage | None]:
        """The passages before and after a passage in its document."""

    def vector_index(self) -> PassageVectors:
        """The vectors of the passages, to search. Nothing is embedded."""

    def stored_vector_keys(self, keys: Sequence[bytes]) -> set[bytes]:
        """The keys among `keys` whose vectors are in the store."""

    def keyword_search(
        self, words: Sequence[str], k: int, document_ids: Iterable[str] | None = None
    ) -> list[tuple[int, float]]:
        """The k passages with the highest BM25 for any of the words, as (number, score), best first.

        Higher scores are better; ties are broken by passage id. Nothing that a user types is syntax.
        """

    def passages_with_all(
        self, texts: Sequence[str], document_ids: Iterable[str] | None = None
    ) -> list[tuple[str, int]]:
        """All passages that contain each of the texts (the words of one in a row, in any form).

        As (document id, number), in the order of the BM25.
        """

    def count_passages_with(self, text: str) -> int:
        """The number of passages with the words of a text in a row, in any form, in their text or header."""

    def counts_with(self, texts: Sequence[str]) -> dict[str, int]:
        """text -> the same number for each of several texts."""

    def terms(self, letter: str) -> list[str]:
        """The terms of the keyword index that begin with a letter; they are stems in lower case."""


class Writer(Snapshot, Protocol):
    """A snapshot that can also be written to, while it holds the writer's lock.

    What a sync stores and removes is of the writer's part; the documents of others are left alone.
    """

    def add_vectors(self, keys: Sequence[bytes], vectors: Matrix) -> None:
        """Store vectors for passages to come, so that finished work outlives a crash."""

    def commit(self, entries: Sequence[Entry], removed: Sequence[str]) -> None:
        """Store documents, and delete those at the paths `removed`. A reader sees each document whole."""

    def record(self, failures: Sequence[Failure], **meta: str) -> None:
        """Replace the list of failures of the part, and set values as `meta` reads them.

        The part is one of `parts` from then on, once something of it is indexed.
        """

    def save(self) -> None:
        """Bring what searches need beside what was written up to date. Raises OSError."""

    def purge(self) -> Purged:
        """Erase everything that is no longer served, also what dead processes have left.

        Raises IndexBusy if a reader holds on to it, and OSError.
        """


class Store(Protocol):
    """An index. The first writer creates it; until then it reads as empty.

    `folder` is the index folder, in which there is always what belongs to this machine: the locks and the
    ratings of answers. `part` is the part of the corpus that is synced here, "" for all of it.
    """

    folder: Path
    part: str
    is_shared: bool  # other machines may use it, too

    @property
    def place(self) -> str:
        """Where the index is, to show."""

    def read(self, fingerprint: str = "") -> AbstractContextManager[Snapshot]:
        """A snapshot. Raises StoreError, IndexDamaged, IndexTooNew.

        Given an encoder's fingerprint, raises IndexStale if documents were indexed with another encoder or by
        another version.
        """

    def write(self) -> AbstractContextManager[Writer]:
        """The only writer of the part. Raises IndexBusy, IndexUnwritable, IndexDamaged, IndexTooNew."""

    def set_aside(self) -> Path:
        """Rename what IndexDamaged was raised for, so that it can be built anew without losing anything."""

    def forget(self) -> None:
        """Free the memory. What is needed is loaded again."""

    def text(self, document_id: str, digest: str) -> str:
        """The text of a document. Raises StaleDocument if no document has this id and this digest."""

    def structure(self, document_id: str, digest: str) -> Structure:
        """The named places and tables of a document. Raises StaleDocument like `text`."""
