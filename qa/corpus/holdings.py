"""What an index holds, read from its last committed state, and the files that it was made of."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from qa.corpus.attachments import ancestry
from qa.corpus.filters import Filter, admitted
from qa.corpus.listing import Listed, listing
from qa.corpus.origin import other_origin
from qa.corpus.originals import Original, original
from qa.corpus.parts import check_part, elsewhere
from qa.corpus.sections import sections
from qa.corpus.sync import STOPPED
from qa.errors import CorpusError, IndexDamaged, UnknownDocument
from qa.index.protocol import Store
from qa.types import Document, Passage


class Holdings:
    """The documents of an index, and the folder that they are from. Safe to use from several threads.

    Without `has_files`, the files may be elsewhere, and are if the index is synced in parts of which the
    store names none.
    """

    def __init__(self, folder: Path, store: Store, *, has_files: bool = True) -> None:
        self._folder = folder
        self._store = store
        self._has_files = has_files

    def documents(self) -> tuple[Document, ...]:
        """All indexed documents, ordered by path. Their texts are read on first use."""
        with self._store.read() as snapshot:
            return snapshot.documents()

    def state(self) -> tuple[str, int]:
        """An identifier of the state that is served; every change of the documents changes it."""
        with self._store.read() as snapshot:
            return snapshot.stamp

    def passage_counts(self) -> dict[str, int]:
        """document id -> how many passages it has."""
        with self._store.read() as snapshot:
            return snapshot.passage_counts()

    def left_out(self, document_id: str) -> tuple[tuple[str, str], ...]:
        """The parts of a document that are not indexed, as (reason, text) pairs."""
        with self._store.read() as snapshot:
            return snapshot.left_out(document_id)

    def files(self) -> tuple[Listed, ...]:
        """All files that should be documents here and all indexed documents, ordered by path.

        Nothing is hashed and no text is read. Raises CorpusError if a folder cannot be listed.
        """
        with self._store.read() as snapshot:
            is_here = self._has_files and (snapshot.part or not snapshot.parts())
            return listing(self._folder if is_here else None, snapshot)

    def matching(
        self,
        *,
        folder: Iterable[str] = (),
        type: Iterable[str] = (),
        author: Iterable[str] = (),
        since: str = "",
        until: str = "",
    ) -> tuple[Document, ...]:
        """The documents of some folders, types, authors and days, ordered by path.

        See Filter: all that is given must hold, and of several folders one. Raises ValueError if a day is
        none, and CorpusError.
        """
        wanted = Filter(tuple(folder), tuple(type), tuple(author), since, until)
        return admitted(self.files(), wanted)

    def stopped(self) -> str:
        """Why nothing was done at the last sync, in a line: all or most files were gone. Otherwise "".

        Their documents are still served.
        """
        with self._store.read() as snapshot:
            return snapshot.meta(STOPPED)

    def other_corpus(self) -> str:
        """The path of the folder that the index was made from, if that is another; else "".

        A sync makes it an index of this folder. An index that machines share is of no folder of one of them.
        """
        if self._store.is_shared:
            return ""
        with self._store.read() as snapshot:
            return other_origin(snapshot, self._folder)

    def document(self, document_id: str) -> Document:
        """The document with this id. Raises UnknownDocument."""
        with self._store.read() as snapshot:
            documents = snapshot.documents([document_id])
        if not documents:
            raise UnknownDocument(
                f"no document has the id {document_id!r}. Run qa status --json to list them"
            )
        return documents[0]

    def sections(self, document_id: str) -> tuple[tuple[int, str], ...]:
        """Where the sections of a document begin, and their headings. Raises UnknownDocument."""
        document = self.document(document_id)
        with self._store.read() as snapshot:
            passages = snapshot.passages(snapshot.passage_numbers([document_id]))
        return sections(document, passages.values())

    def original(self, document_id: str) -> Original:
        """The file that a document was made of.

        Raises UnknownDocument, and CorpusError if it has changed, or is not here.
        """
        path = self.document(document_id).path
        with self._store.read() as snapshot:
            digests = snapshot.file_digests(ancestry(path))
            place = elsewhere(snapshot, path, has_files=self._has_files)
        return original(self._folder, path, digests, place)

    def _check_is_here(self, path: str) -> None:
        """Raises CorpusError if the file of a document is not in the folder that is synced here."""
        with suppress(IndexDamaged), self._store.read() as snapshot:  # a sync repairs it
            if place := elsewhere(snapshot, path, has_files=self._has_files):
                raise CorpusError(f"cannot delete {path} here. Delete it {place}")

    def _check_takes_files(self) -> None:
        """Raises SettingsError if no sync would index a file that is added here."""
        with suppress(IndexDamaged), self._store.read() as snapshot:
            check_part(snapshot)

    def passage_at(self, document_id: str, start: int, end: int) -> Passage | None:
        """The passage that contains the whole of `text[start:end]` of a document, if there is one."""
        with self._store.read() as snapshot:
            return snapshot.passage_at(document_id, start, end)

    def neighbours(self, passages: Iterable[Passage]) -> dict[str, tuple[Passage | None, Passage | None]]:
        """passage id -> the passages before and after it in its document."""
        with self._store.read() as snapshot:
            return {passage.id: snapshot.neighbours(passage) for passage in passages}
