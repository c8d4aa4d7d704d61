"""The assistant: a corpus folder, its index, and the questions asked of it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from qa.answers.ask import Asking
from qa.answers.quotes import Quote, QuoteFinder
from qa.corpus.folder import Corpus, Placed
from qa.corpus.listing import Listed, listing
from qa.corpus.sync import sync
from qa.errors import IndexDamaged, IndexUnwritable, UnknownDocument
from qa.feedback.log import Feedback, FeedbackLog
from qa.index.snapshot import Counts
from qa.index.store import Store, Writer
from qa.index.vectors import VectorCache
from qa.models.encoder import Encoder, find_encoder
from qa.models.reader import Reader, find_reader
from qa.search.engine import Engine
from qa.settings import Settings
from qa.types import (
    Answer,
    Citation,
    Document,
    Failure,
    Hit,
    Passage,
    Progress,
    Purged,
    SyncReport,
    Value,
    document_id,
)

_log = logging.getLogger("qa")


@dataclass(frozen=True, slots=True)
class Status(Value):
    """What is indexed, and how. `bytes` is the size of the index folder; `failures` are of the last sync."""

    corpus: str
    index: str
    counts: Counts
    model: str
    precision: str
    reader: str
    bytes: int
    failures: tuple[Failure, ...]


class Assistant:
    """Answers questions from the documents of a folder. Safe to use from several threads."""

    def __init__(self, settings: Settings, encoder: Encoder, reader: Reader | None = None) -> None:
        self.settings = settings
        self._reader = reader
        self._encoder = encoder
        self._store = Store(settings.index)
        self._vectors = VectorCache(self._store)
        self._engine = Engine(self._store, self._vectors, encoder, reader)
        self._asking = Asking(self._engine)
        self._corpus = Corpus(settings.corpus, settings.index)
        self._syncing = threading.Lock()

    @classmethod
    def open(
        cls,
        corpus: str | Path = "corpus",
        index: str | Path = "index",
        settings: Settings | None = None,
        *,
        use_reader: bool = True,
    ) -> Self:
        """An assistant over the last committed state of an index; nothing is synced or written.

        The two folders are the arguments'; `settings` gives the rest, by default from the environment.
        Without `use_reader` it answers by similarity alone, as where the reader is missing. An index that
        is missing is an empty one. Raises ModelError, SettingsError, IndexTooNew.
        """
        settings = replace(settings or Settings.from_environment(), corpus=Path(corpus), index=Path(index))
        encoder = find_encoder(settings.model)
        assistant = cls(settings, encoder, find_reader(encoder) if use_reader else None)
        try:
            with assistant._store.read():
                pass
        except IndexDamaged as error:
            _log.warning("%s", error)  # a sync mends it, and only an open assistant can sync
        return assistant

    def close(self) -> None:
        """Let go of what is in memory. Nothing is lost without it."""
        self._vectors.forget()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def sync(
        self,
        progress: Callable[[Progress], None] = lambda _: None,
        purge: bool = False,
        settled: Callable[[Path], bool] = lambda _: True,
    ) -> SyncReport:
        """Bring the index up to date with the corpus folder; `progress` is called as it goes.

        What was removed is not served from then on. With `purge` it is not in the bytes of the index
        either, nor is anything else that is not served: unused vectors, databases set aside as damaged.
        Raises CorpusError, IndexBusy, IndexUnwritable, IndexTooNew, ModelError. Files that cannot be
        read are in the report and stop nothing, and those for which `settled` is false are left as they
        are. Where a reader is in the way of a purge, IndexBusy is raised after some seconds, and the sync
        is done nevertheless.
        """
        self._encoder.fingerprint  # noqa: B018  a missing model is told before anything is written
        with self._syncing:  # threads of one process wait for each other; another process is told
            try:
                return self._synced(progress, purge, settled)
            except IndexDamaged as error:
                aside = self._store.set_aside()
                _log.warning("%s; it is kept as %s%s", error, aside.name, " until the purge" * purge)
                return self._synced(progress, purge, settled)

    def _synced(
        self, progress: Callable[[Progress], None], purging: bool, settled: Callable[[Path], bool]
    ) -> SyncReport:
        with self._store.write() as writer:
            report = sync(self.settings.corpus, writer, self._encoder, progress, settled)
            try:
                self._vectors.save()
                purged = self._purged(writer) if purging else None
            except OSError as error:
                raise IndexUnwritable(
                    f"cannot write the index in {self.settings.index} ({error.strerror})"
                ) from error
            return replace(report, purged=purged)

    def _purged(self, writer: Writer) -> Purged:
        """Take what was deleted out of the bytes: whatever nothing is served from, in whatever file it lies.

        It goes by what is there, not by what has changed. Each step leaves a good index, so one that was
        killed is run again. Raises IndexBusy where a reader holds on to the old bytes, and OSError.
        """
        unfinished = self._store.purge_damaged() + self._vectors.purge()
        return unfinished + FeedbackLog(self._store).purge(writer) + writer.purge()

    def search(
        self, words: str, k: int = 5, documents: Iterable[str] | None = None, rerank: bool = True
    ) -> tuple[Hit, ...]:
        """The k passages that fit best, best first; `rerank` has the first dozen read.

        `documents` limits the search to documents with these ids. Raises QuestionError, IndexStale.
        """
        return self._asking.search(words, k, documents, rerank)

    def ask(
        self,
        question: str,
        history: Sequence[tuple[str, str]] = (),
        documents: Iterable[str] | None = None,
        threshold: float | None = None,
        suggest: bool = True,
    ) -> Answer:
        """The answer in the documents' own words, or a refusal with the nearest passages.

        `history` is the earlier turns, oldest first, as (question, answer) pairs. `documents` limits
        the sources to documents with these ids. `threshold` is the least confidence that is answered
        at: None for the calibrated one, 0 to answer wherever a passage exists (but not from one that
        does not speak of the name that a follow-up asks about). Without `suggest` a refusal comes several
        times as fast, and offers no questions that are answered.
        Raises QuestionError, IndexStale.
        """
        return self._asking.ask(question, history, documents, threshold, suggest)

    def suggestions(
        self,
        question: str,
        history: Sequence[tuple[str, str]] = (),
        documents: Iterable[str] | None = None,
    ) -> tuple[str, ...]:
        """The questions that `ask` suggests in place of one that it refuses; none for one that it answers.

        Where it was refused just now, with the same history and documents, nothing is searched for it again.
        Raises QuestionError, IndexStale.
        """
        return self._asking.suggestions(question, history, documents)

    def rate(
        self, answer: Answer, helpful: bool, comment: str = "", history: Sequence[tuple[str, str]] = ()
    ) -> Feedback:
        """Keep what somebody says of an answer, with a word of at most 500 characters.

        `history` is what it was asked with. A second vote on an answer replaces the first. Raises
        StaleDocument where a document it cites was changed or removed since, IndexBusy, IndexUnwritable.
        """
        return FeedbackLog(self._store).rate(answer, helpful, comment, history)

    def feedback(self) -> tuple[Feedback, ...]:
        """The feedback so far, newest first, without what is not in the documents any more."""
        return FeedbackLog(self._store).entries()

    def documents(self) -> tuple[Document, ...]:
        """All indexed documents in the order of their paths. Their texts are read when asked for."""
        with self._store.read() as snapshot:
            return snapshot.documents()

    def state(self) -> tuple[str, int]:
        """Which state of the index is served: it differs after every change of the documents."""
        with self._store.read() as snapshot:
            return snapshot.stamp

    def passage_counts(self) -> dict[str, int]:
        """document id -> how many passages it has."""
        with self._store.read() as snapshot:
            return snapshot.passage_counts()

    def left_out(self, document_id: str) -> tuple[tuple[str, str], ...]:
        """What of a document is not indexed, as (reason, text): boilerplate of saved web pages."""
        with self._store.read() as snapshot:
            return snapshot.left_out(document_id)

    def files(self) -> tuple[Listed, ...]:
        """Every file of the corpus that should be a document and every document of the index, by path.

        Nothing is hashed and no text is read. Raises CorpusError where a folder cannot be listed.
        """
        with self._store.read() as snapshot:
            return listing(self.settings.corpus, snapshot)

    def document(self, document_id: str) -> Document:
        """The document with an id. Raises UnknownDocument."""
        with self._store.read() as snapshot:
            found = snapshot.documents([document_id])
        if not found:
            raise UnknownDocument(f"no document has the id {document_id!r}: see qa status")
        return found[0]

    def find_quotes(self, quotes: Iterable[Quote]) -> tuple[Citation | None, ...]:
        """Where quotes of earlier answers stand in the documents as they are now, in their order, numbered
        from 1.

        None for a quote that stands nowhere any more. All are looked for in one state of the documents.
        """
        with self._store.read() as snapshot:
            finder = QuoteFinder(snapshot)
            return tuple(finder.find(quote, number) for number, quote in enumerate(quotes, 1))

    def passage_at(self, document_id: str, start: int, end: int) -> Passage | None:
        """The passage that holds `text[start:end]` of a document whole, such as an earlier citation."""
        with self._store.read() as snapshot:
            return snapshot.passage_at(document_id, start, end)

    def neighbours(self, passages: Iterable[Passage]) -> dict[str, tuple[Passage | None, Passage | None]]:
        """passage id -> the passages before and behind it in its document."""
        with self._store.read() as snapshot:
            return {passage.id: snapshot.beside(passage) for passage in passages}

    def place(self, files: Iterable[tuple[str, Path]], replace: bool = False) -> tuple[Placed, ...]:
        """Put files, each a name and where its bytes lie, into the corpus folder, and do not sync yet.

        Each gets its result, in their order, and none stops another. Names are made harmless (`safe_name`).
        A file that could not be indexed is refused; one with other content stays unless it is to be replaced,
        and a file of the same call is never replaced.
        """
        return self._corpus.place(files, replace)

    def add(self, path: str | Path, replace: bool = False) -> Document:
        """Copy a file into the corpus folder, then sync. Raises DocumentExists, UnreadableFile, CorpusError.

        A file that could not be indexed is refused before it is copied.
        """
        placed = self._corpus.add(Path(path), replace)
        self.sync()
        return self.document(document_id(placed))

    def remove(self, document_id: str) -> None:
        """Delete a document's file from the corpus folder, then sync. Raises UnknownDocument, CorpusError."""
        document = self.document(document_id)
        with suppress(UnknownDocument):  # its file is gone already
            self._corpus.take_out(document.path)
        self.sync()

    def delete(self, path: str) -> None:
        """Delete a file of the corpus, also one that no document could be made of, then sync.

        `path` is as `files` lists it. Raises UnknownDocument where there is no such file, CorpusError.
        """
        self._corpus.take_out(path)
        self.sync()

    @property
    def engine(self) -> Engine:
        """What finds and reads passages for every question: candidates, evidence, calibration."""
        return self._engine

    @property
    def threshold(self) -> float:
        """The least confidence that is answered at."""
        return self._engine.calibration.threshold

    def status(self) -> Status:
        """What is indexed, and how. The encoder is not loaded for it."""
        with self._store.read() as snapshot:
            counts, failures = snapshot.counts(), snapshot.failures()
            model, precision = snapshot.meta("model"), snapshot.meta("precision")
        index = self.settings.index
        size = sum(f.stat().st_size for f in index.rglob("*") if f.is_file()) if index.is_dir() else 0
        return Status(
            corpus=str(self.settings.corpus),
            index=str(index),
            counts=counts,
            model=model or self._encoder.name,
            precision=precision or "not used yet",
            reader=self._reader.name if self._reader else "none: the best sentences by similarity",
            bytes=size,
            failures=failures,
        )
