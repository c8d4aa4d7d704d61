"""The documents of an index, and the files they are made of: put into the folder, or deleted from it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path

from qa.corpus.attachments import ancestry, files_of
from qa.corpus.folder import Corpus, Placed
from qa.corpus.holdings import Holdings
from qa.errors import CorpusError, UnknownDocument
from qa.index.protocol import Store
from qa.types import Document, SyncReport, document_id


class Upkeep(Holdings, ABC):
    """Holdings whose files may be changed. Safe to use from several threads."""

    def __init__(self, folder: Path, store: Store, corpus: Corpus, *, has_files: bool = True) -> None:
        super().__init__(folder, store, has_files=has_files)
        self._corpus = corpus
        self._deleted: set[str] = set()  # paths of files deleted here, until a sync has seen it

    @abstractmethod
    def sync(self) -> SyncReport:
        """Bring the index up to date with the folder."""

    def place(self, files: Iterable[tuple[str, Path]], replace: bool = False) -> tuple[Placed, ...]:
        """Put files, given as (name, path of the content), into the corpus folder without syncing.

        Returns a result for each file, in order; no file stops another. Names are made harmless
        (`safe_name`). A file that could not be indexed is refused. An existing file with other content is
        replaced only with `replace`, and never by another file of the same call. Raises SettingsError if the
        index is synced in parts and the settings name none.
        """
        self._check_takes_files()
        return self._corpus.place(files, replace)

    def add(self, path: str | Path, replace: bool = False) -> Document:
        """Copy a file into the corpus folder, then sync. Raises DocumentExists, UnreadableFile, CorpusError.

        A file that could not be indexed is refused before it is copied. Raises SettingsError like `place`.
        """
        self._check_takes_files()
        placed = self._corpus.add(Path(path), replace)
        self.sync()
        return self.document(document_id(placed))

    def remove(self, document_id: str) -> None:
        """Delete a document's file from the corpus folder, then sync.

        Raises UnknownDocument, and CorpusError, also for a document that is attached to a file.
        """
        self.delete(self.document(document_id).path)

    def delete(self, path: str) -> None:
        """Delete a file of the corpus folder, even one that could not be indexed, then sync.

        `path` is as `files` lists it; the file may be gone already, but not its document. Raises
        UnknownDocument if there is neither, and CorpusError, also for what is attached to a file, or whose
        file is kept elsewhere.
        """
        self._check_is_here(path)
        self._deleted.add(path)
        try:
            self._corpus.delete(path)
        except UnknownDocument:
            with self._store.read() as snapshot:
                file = files_of(snapshot.file_digests(ancestry(path))).get(path)
            if file != path:
                self._deleted.discard(path)
                if file:
                    raise CorpusError(f"{path} is attached to {file}. Delete {file} instead") from None
                raise
        except BaseException:
            self._deleted.discard(path)
            raise
        self.sync()
