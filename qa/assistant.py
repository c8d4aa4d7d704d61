"""The assistant: a corpus folder, its index, and the questions asked about it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from markupsafe import Markup

from qa.answers import arguments, notebook  # noqa: F401  the latter says how answers look
from qa.answers.ask import Asking
from qa.answers.quotes import Quote, QuoteFinder
from qa.corpus.folder import Corpus
from qa.corpus.status import Status, status_of
from qa.corpus.sync import sync
from qa.corpus.upkeep import Upkeep
from qa.errors import IndexDamaged, IndexUnwritable, SettingsError
from qa.feedback.log import Feedback, FeedbackLog
from qa.index.moving import take_over
from qa.index.opening import open_store
from qa.index.protocol import Writer
from qa.models.encoder import Encoder
from qa.models.endpoint import encoder_of
from qa.models.reader import Reader
from qa.models.readers import find_readers
from qa.search.engine import Engine
from qa.settings import Settings
from qa.types import (
    Answer,
    Citation,
    Hit,
    Progress,
    Purged,
    SyncReport,
)
from qa.types.showing import Shown, as_html, as_markdown, as_text

_log = logging.getLogger("qa")


class Assistant(Upkeep, Shown):
    """Answers questions from the documents in a folder. Safe to use from several threads.

    >>> from qa import Assistant
    >>> assistant = Assistant.open("corpus", index="index")
    >>> assistant.sync()
    <SyncReport 5 added, ... passages embedded>
    >>> answer = assistant.ask("How much would the railway from Kazakhstan to Pakistan cost?")
    >>> answer.answered, answer.claims[0].value
    (True, '$7 billion')
    >>> answer.citations[0].document.path
    'kazakhstan-bets-on-pakistan.md'
    >>> quote = answer.citations[0].quote
    >>> quote == answer.citations[0].document.text[answer.citations[0].start : answer.citations[0].end]
    True
    >>> assistant.ask("Who won the World Cup in 1998?").answered
    False

    `print(answer)` shows an answer with its sources, and so does a notebook.
    """

    def __init__(
        self,
        settings: Settings,
        encoder: Encoder,
        reader: Reader | None = None,
        second_reader: Reader | None = None,
    ) -> None:
        store = open_store(settings.index, settings.part, settings.store, settings.store_token)
        corpus = Corpus(settings.corpus, settings.index, settings.part)
        super().__init__(settings.corpus, store, corpus, has_files=settings.syncs)
        self.settings = settings
        self._encoder = encoder
        self._engine = Engine(self._store, encoder, reader, second_reader)
        self._asking = Asking(self._engine)
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
        """Open the last committed state of an index. Nothing is synced or written.

        `corpus` and `index` are the folders; everything else comes from `settings`, by default from the
        environment. Without `use_reader` it answers by similarity alone, as it does if the reader is missing.
        A missing index counts as an empty one. Raises ModelError, SettingsError, IndexTooNew.
        """
        arguments.folder(corpus, "corpus")
        arguments.folder(index, "index")
        settings = replace(settings or Settings.from_environment(), corpus=Path(corpus), index=Path(index))
        encoder = encoder_of(settings)
        readers = find_readers(encoder, settings.reader) if use_reader else ()
        return cls(settings, encoder, *readers)._checked()

    def beside(self, corpus: str | Path, index: str | Path) -> Self:
        """Open another folder with the settings and models of this one, which are in memory only once.

        Raises SettingsError if the index is in a store, as that is of one folder.
        """
        if self.settings.store:
            raise SettingsError("QA_STORE keeps the index of one folder. Leave it out to open several")
        arguments.folder(corpus, "corpus")
        arguments.folder(index, "index")
        settings = replace(self.settings, corpus=Path(corpus), index=Path(index))
        models = self._encoder, self._engine.reader, self._engine.second_reader
        return type(self)(settings, *models)._checked()

    def _checked(self) -> Self:
        try:
            with self._store.read():
                pass
        except IndexDamaged as error:
            _log.warning("%s", error)  # a sync repairs it, and only an open assistant can sync
        return self

    def close(self) -> None:
        """Release the vectors held in memory. Nothing is lost if it is never called."""
        self._store.forget()

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
        allow_empty: bool = False,
    ) -> SyncReport:
        """Bring the index up to date with the corpus folder; `progress` is called along the way.

        Removed documents are not served from then on. With `purge`, the bytes of the index do not hold them
        either, nor anything else that is not served, such as unused vectors and damaged databases that were
        set aside. Files that cannot be read are listed in the report and stop nothing; files for which
        `settled` returns False are left as they are for now.

        Raises CorpusEmptied, and does nothing, if all or most files are gone, unless `allow_empty`; further
        CorpusError, IndexBusy, IndexUnwritable, IndexTooNew, ModelError, and SettingsError if the index is
        synced in other parts. If a reader blocks the purge, IndexBusy is raised after some seconds; the sync
        itself is done.
        """
        self._encoder.fingerprint  # noqa: B018  a missing model raises before anything is written
        with self._syncing:  # threads of this process wait for each other; other processes get IndexBusy
            try:
                return self._sync_once(progress, purge, settled, allow_empty)
            except IndexDamaged as error:
                aside = self._store.set_aside()
                _log.warning("%s; it is kept as %s%s", error, aside.name, " until the purge" * purge)
                return self._sync_once(progress, purge, settled, allow_empty)

    def _sync_once(
        self,
        progress: Callable[[Progress], None],
        purging: bool,
        settled: Callable[[Path], bool],
        allow_empty: bool,
    ) -> SyncReport:
        deleted = frozenset(self._deleted)
        with self._store.write() as writer:
            if self._store.is_shared:
                take_over(writer, self._encoder.fingerprint)
            report = sync(
                self.settings.corpus, writer, self._encoder, progress, settled, allow_empty, deleted
            )
            self._deleted -= deleted
            try:
                writer.save()
                purged = self._purge(writer) if purging else None
            except OSError as error:
                raise IndexUnwritable(
                    f"cannot write the index in {self.settings.index} ({error.strerror})"
                ) from error
            return replace(report, purged=purged)

    def _purge(self, writer: Writer) -> Purged:
        """Remove everything from the index folder that nothing is served from, whichever file holds it.

        It goes by what is there, not by what has changed. Each step leaves a sound index, so a purge that was
        killed can simply be run again. Raises IndexBusy if a reader holds on to the old bytes, and OSError.
        """
        return FeedbackLog(self._store).purge(writer) + writer.purge()

    def search(
        self, words: str, k: int = 5, documents: Iterable[str] | None = None, rerank: bool = True
    ) -> tuple[Hit, ...]:
        """The k passages that fit best, best first; with `rerank` the reader reorders the first dozen.

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
        """Answer in the documents' own words, or refuse and return the nearest passages.

        `history` holds the earlier turns, oldest first, as (question, answer text) pairs. `documents` limits
        the sources to documents with these ids. `threshold` is the least confidence to answer at: None for
        the calibrated one, 0 to answer whenever a passage exists (though never from a passage that does not
        mention the name that a follow-up asks about). Without `suggest` a refusal suggests no others. Raises
        QuestionError, IndexStale.
        """
        answer = self._asking.ask(question, history, documents, threshold, suggest)
        answer._repr_html_()  # reads what showing it takes: by then the index may have moved on
        return answer

    def suggestions(
        self,
        question: str,
        history: Sequence[tuple[str, str]] = (),
        documents: Iterable[str] | None = None,
    ) -> tuple[str, ...]:
        """The questions that `ask` suggests in place of one that it refuses; none for one that it answers.

        Raises QuestionError, IndexStale.
        """
        return self._asking.suggestions(question, history, documents)

    def first_questions(self) -> tuple[str, ...]:
        """At most four questions that the documents answer, for somebody who doesn't know them yet.

        Raises IndexStale.
        """
        return self._asking.to_start()

    def rate(
        self, answer: Answer, helpful: bool, comment: str = "", history: Sequence[tuple[str, str]] = ()
    ) -> Feedback:
        """Record a user's rating of an answer, with a comment of at most 500 characters.

        `history` is the one the question was asked with. A second rating of an answer replaces the first.
        Raises StaleDocument if a cited document has changed or gone since, IndexBusy, IndexUnwritable.
        """
        turns = arguments.turns(history)
        return FeedbackLog(self._store).rate(arguments.answer(answer), helpful, comment, turns)

    def feedback(self) -> tuple[Feedback, ...]:
        """All ratings, newest first, without any text that is no longer in the documents."""
        return FeedbackLog(self._store).entries()

    def find_quotes(self, quotes: Iterable[Quote]) -> tuple[Citation | None, ...]:
        """Find the quotes of earlier answers in the documents as they are now.

        Returns a citation for each quote, in order and numbered from 1, or None if the quote is nowhere to be
        found. All are looked up in one state of the index.
        """
        with self._store.read() as snapshot:
            finder = QuoteFinder(snapshot)
            return tuple(finder.find(quote, number) for number, quote in enumerate(quotes, 1))

    def __repr__(self) -> str:
        return f"<Assistant of {str(self.settings.corpus)!r}, indexed in {str(self.settings.index)!r}>"

    @property
    def engine(self) -> Engine:
        """The engine that finds and reads passages: candidates, evidence, calibration. For measuring."""
        return self._engine

    @property
    def threshold(self) -> float:
        """The least confidence at which a question is answered."""
        return self._engine.calibration.threshold

    def status(self) -> Status:
        """What is indexed, and how. Does not load the encoder."""
        readers = [reader.name for reader in (self._engine.reader, self._engine.second_reader) if reader]
        return status_of(
            self._store,
            corpus=str(self.settings.corpus),
            index=self._store.place,
            encoder=self._encoder.name,
            readers=", then ".join(readers) or "none (answers are the best sentences by similarity)",
        )


@as_text.register
def _(assistant: Assistant) -> str:
    return as_text(assistant.status())


@as_html.register
def _(assistant: Assistant) -> Markup | None:
    return as_html(assistant.status())


@as_markdown.register
def _(assistant: Assistant) -> str | None:
    return as_markdown(assistant.status())
