"""The corpus folder -> the store, by way of a plan.

Work is proportional to change: files are identified by a hash of their content, vectors by a hash of encoder,
header and passage. Documents are committed in batches, each file whole. Vectors are stored as soon as they
are computed, so that a killed sync continues from there. A file that fails in any way stops no other.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from qa.corpus.attachments import attachments_of, documents_in, files_of
from qa.corpus.contents import is_gone, opened, resolved, unexpected, walk
from qa.corpus.origin import origin
from qa.corpus.parts import check_part, root_of
from qa.corpus.plan import File, Plan, Scan, looks_emptied, plan
from qa.documents.formats import MAX_BYTES, check_size
from qa.documents.parsed import Parsed
from qa.documents.reading import read
from qa.errors import CorpusEmptied, QAError, UnreadableFile
from qa.index.protocol import Entry, Writer
from qa.index.recipe import recipe, unfinished_recipe
from qa.models.encoder import Encoder, headed
from qa.text import plural
from qa.types import Document, Failure, Passage, Progress, SyncReport, document_id

STOPPED = "stopped"  # the key of the meta table that says why the last sync did not begin
CHANGED = "changed while it was being read. Sync again"
_SOON, _BATCH = 32, 512  # passages between two commits, roughly: the first ones can soon be asked about


# Raised for the content of one file, even while it is embedded or stored. Other errors concern all files.
_OF_ONE_FILE = (
    ArithmeticError, AssertionError, AttributeError, LookupError, MemoryError, RuntimeError, TypeError,
    ValueError,
)  # fmt: skip


def scan(corpus: Path, settled: Callable[[Path], bool] = lambda _: True, part: str = "") -> Scan:
    """Walk through the corpus folder, or a part of it, and hash its settled files.

    Raises CorpusError if it is not there.
    """
    root = root_of(corpus, part)
    contents = walk(root, part)
    files, skipped, failed, unsettled = [], [], [*contents.unlisted], []
    for file in contents.files:
        path, relative = Path(file.path), file.relative_path
        if not file.is_document:
            skipped.append(relative)
            continue
        if file.invalid_name:
            failed.append(Failure(relative, "the file name is not valid Unicode. Rename the file"))
            continue
        if not settled(path):
            unsettled.append(relative)
            continue
        try:
            files.append(File(relative, _digest(root, path)))
        except UnreadableFile as error:
            if not is_gone(path):  # otherwise it has gone since the folder was listed
                failed.append(Failure(relative, str(error)))
        except Exception as error:
            failed.append(Failure(relative, str(unexpected(relative, error))))
    return Scan(tuple(files), tuple(skipped), tuple(failed), tuple(unsettled))


def _digest(root: Path, path: Path) -> str:
    try:
        if path.is_symlink() and not resolved(path).is_relative_to(root):
            raise UnreadableFile("this symbolic link leads out of the corpus. Copy the file instead")
        with opened(path) as file:
            status = os.fstat(file.fileno())
            if status.st_size > MAX_BYTES:
                return f"large-{status.st_size}-{status.st_mtime_ns}"  # it will be refused when read
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise UnreadableFile("this symbolic link leads nowhere. Delete it") from error
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise UnreadableFile("this symbolic link leads to itself. Delete it") from error
        raise UnreadableFile(f"cannot read the file ({error.strerror})") from error


def sync(
    corpus: Path,
    writer: Writer,
    encoder: Encoder,
    progress: Callable[[Progress], None] = lambda _: None,
    settled: Callable[[Path], bool] = lambda _: True,
    allow_empty: bool = False,
    deleted: Collection[str] = (),
) -> SyncReport:
    """Bring the store up to date with the folder. Raises CorpusError; files that fail are in the report.

    If the writer is of a part, only the part's folder is looked at, and only its documents are compared,
    counted, indexed and removed. Raises SettingsError if the index is not synced in such parts.
    Files for which `settled` is false are left alone. It is called both before and after a file is read.
    Unless `allow_empty`, nothing is done and CorpusEmptied is raised if all or most files are gone. Those
    whose paths are in `deleted` do not count: they were deleted on purpose.
    """
    started, now = time.monotonic(), time.time()
    current_recipe = recipe(encoder.fingerprint)
    check_part(writer)
    scanned = scan(corpus, settled, writer.part)
    indexed = writer.file_digests()
    file_of = files_of(indexed)
    attached = attachments_of(file_of)
    planned = plan(scanned, indexed, current_recipe)
    on_purpose = set(planned.gone).intersection(deleted)
    missing, known = len(planned.gone) - len(on_purpose), len(set(file_of.values())) - len(on_purpose)
    if not allow_empty and looks_emptied(missing, known):
        if on_purpose:  # these are served no longer, whatever becomes of the rest
            writer.commit([], _with_attachments(on_purpose, attached))
        raise _stopped(corpus, writer, missing, known)
    # The index must not be searched while it holds vectors of two encoders, even if this sync is killed.
    writer.record(
        writer.failures(), recipe=_recipe_of_index(writer, encoder), **origin(corpus, writer.folder)
    )
    run = _Run(
        root=resolved(corpus),
        writer=writer,
        encoder=encoder,
        recipe=current_recipe,
        plan=planned,
        attached=attached,
        progress=progress,
        settled=settled,
    )
    run.carry_out()
    outdated = run.remove_outdated()
    failures = {failure.path: failure for failure in (*scanned.failed, *run.failed)}
    failed = tuple(failures[path] for path in sorted(failures))
    writer.record(
        failed,
        model=encoder.name,
        recipe=_recipe_of_index(writer, encoder),  # other parts may still have vectors of another encoder
        synced_at=repr(now),
        unsettled=json.dumps(scanned.unsettled),
        **{STOPPED: ""},
        **({"precision": encoder.precision} if run.embedded else {}),
    )
    done = planned.without({failure.path for failure in run.failed})
    return SyncReport(
        added=tuple(file.path for file in done.added),
        updated=tuple(file.path for file in done.updated),
        removed=tuple(sorted({*done.removed, *(file_of[path] for path in outdated)})),
        unchanged=done.unchanged,
        failed=failed,
        skipped=scanned.skipped,
        embedded=run.embedded,
        seconds=time.monotonic() - started,
        renamed=tuple(sorted((old, new) for new, old in done.moved.items())),
    )


def _recipe_of_index(writer: Writer, encoder: Encoder) -> str:
    """The recipe that the index is served by: unfinished as long as any document is of another encoder."""
    current = recipe(encoder.fingerprint)
    return unfinished_recipe(current) if writer.has_other_encoders(encoder.fingerprint) else current


def _stopped(corpus: Path, writer: Writer, missing: int, known: int) -> CorpusEmptied:
    """Why a sync does not go on; the index keeps it for the page and for `qa status`."""
    folder = corpus / writer.part
    reason = (
        f"{missing:,} of {plural(known, 'indexed file')} not found in the folder {folder}. Is a drive not"
        " connected? If they were deleted, run qa sync --allow-empty"
    )
    writer.record(writer.failures(), **{STOPPED: reason})
    return CorpusEmptied(reason)


def _with_attachments(files: Iterable[str], attached: Mapping[str, Sequence[str]]) -> list[str]:
    return [path for file in files for path in (file, *attached.get(file, ()))]


@dataclass(slots=True)
class _Run:
    """One run over the files of a plan, with its counts so far.

    `attached` are the attachments that were indexed before it, by file.
    """

    root: Path
    writer: Writer
    encoder: Encoder
    recipe: str
    plan: Plan
    attached: Mapping[str, Sequence[str]]
    progress: Callable[[Progress], None]
    settled: Callable[[Path], bool]
    embedded: int = 0
    failed: list[Failure] = field(default_factory=list)

    def carry_out(self) -> None:
        """Remove the documents whose files are gone, then index added and updated files, in batches."""
        if gone := self.plan.gone:
            self.writer.commit([], _with_attachments(gone, self.attached))
        files = [*self.plan.added, *self.plan.updated]
        batch: list[tuple[Entry, ...]] = []
        enough = _SOON
        for done, file in enumerate(files):
            self.progress(Progress(done, len(files), self.embedded, file.path))
            try:
                batch.append(self._read(file))
            except UnreadableFile as error:
                self.failed.append(Failure(file.path, str(error)))
            except QAError:
                raise
            except Exception as error:
                self.failed.append(Failure(file.path, str(unexpected(file.path, error))))
            if sum(len(entry.passages) for entries in batch for entry in entries) >= enough:
                self._commit(batch, done, len(files))
                batch, enough = [], min(4 * enough, _BATCH)
        self._commit(batch, len(files), len(files))
        # A moved file that can no longer be read does not keep its old document.
        failed = {failure.path for failure in self.failed}
        if removed := [old for new, old in self.plan.moved.items() if new in failed]:
            self.writer.commit([], _with_attachments(removed, self.attached))

    def remove_outdated(self) -> list[str]:
        """Remove documents that still have vectors of another encoder, as their files cannot be read now."""
        outdated = self.writer.paths_of_other_encoders(self.encoder.fingerprint)
        if outdated:
            self.writer.commit([], outdated)
        return outdated

    def _read(self, file: File) -> tuple[Entry, ...]:
        """The documents of a file. Raises UnreadableFile, and whatever else reading it can cause."""
        path = self.root / file.path
        try:
            with opened(path) as stream:
                check_size(os.fstat(stream.fileno()).st_size)
                raw = stream.read(MAX_BYTES + 1)
        except FileNotFoundError as error:
            raise UnreadableFile(CHANGED) from error
        except OSError as error:
            raise UnreadableFile(f"cannot read the file ({error.strerror})") from error
        if hashlib.sha256(raw).hexdigest() != file.digest or not self.settled(path):
            raise UnreadableFile(CHANGED)
        return self._entries(file, read(file.path, raw))

    def _entries(self, file: File, parsed: Parsed) -> tuple[Entry, ...]:
        """Split the documents of a parsed file: its own and those that are attached to it."""
        documents = documents_in(file.path, parsed)
        return tuple(self._entry(path, document, file.digest) for path, document in documents)

    def _entry(self, path: str, parsed: Parsed, file_digest: str) -> Entry:
        # Imported here, so that a question in a terminal need not wait for the import of langchain.
        from qa.documents.splitting import split

        identity = document_id(path)
        passages = split(
            identity,
            parsed.text,
            parsed.heading_title,
            parsed.blocks,
            parsed.sentences,
            self.encoder.count,
            self.encoder.max_tokens,
        )
        document = Document(
            id=identity,
            path=path,
            title=parsed.title,
            digest=hashlib.sha256(parsed.text.encode("utf-8", "surrogatepass")).hexdigest(),
            metadata=parsed.metadata,
            _text=parsed.text,
            pages=parsed.pages,
            _structure=parsed.structure,
        )
        return Entry(
            document=document,
            passages=passages,
            vector_keys=[self._vector_key(passage) for passage in passages],
            file_digest=file_digest,
            recipe=self.recipe,
            left_out=parsed.left_out,
        )

    def _vector_key(self, passage: Passage) -> bytes:
        content = "\0".join((self.encoder.fingerprint, passage.header, passage.text))
        return hashlib.sha256(content.encode("utf-8", "surrogatepass")).digest()

    def _commit(self, batch: Sequence[tuple[Entry, ...]], done: int, total: int) -> None:
        """Embed and store the documents of some files. A file for which this is impossible stops no other."""
        if not batch:
            return
        try:
            self._store(batch, done, total)
        except _OF_ONE_FILE as error:
            if len(batch) > 1:
                for entries in batch:
                    self._commit([entries], done, total)
                return
            path = batch[0][0].document.path
            self.failed.append(Failure(path, str(unexpected(path, error))))

    def _store(self, batch: Sequence[tuple[Entry, ...]], done: int, total: int) -> None:
        """Embed the new passages of some files, then commit their documents together."""
        entries = [entry for file in batch for entry in file]
        texts = {
            key: headed(passage.header, passage.text)
            for entry in entries
            for key, passage in zip(entry.vector_keys, entry.passages, strict=True)
        }
        stored = self.writer.stored_vector_keys(list(texts))
        keys = [key for key in texts if key not in stored]
        for indices, vectors in self.encoder.encode([texts[key] for key in keys]):
            self.writer.add_vectors([keys[i] for i in indices], vectors)
            self.embedded += len(indices)
            self.progress(Progress(min(done, total), total, self.embedded, batch[-1][0].document.path))
        files = [file[0].document.path for file in batch]
        moved = [self.plan.moved[path] for path in files if path in self.plan.moved]
        self.writer.commit(entries, _with_attachments([*files, *moved], self.attached))
