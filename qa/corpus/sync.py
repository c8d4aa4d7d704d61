"""The corpus folder -> the store: `plan` decides what has to be done (and is pure), and `sync` does it.

Work is proportional to change: files are identified by a hash of their content, vectors by a hash of encoder,
header and passage. Documents are committed in batches, each document whole. Vectors are stored as soon as
they are computed, so that a killed sync continues from there.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from qa.corpus.folder import walk
from qa.documents.formats import MAX_BYTES, check_size, parse
from qa.errors import CorpusError, UnreadableFile
from qa.index.recipe import recipe, unfinished_recipe
from qa.index.store import Entry, Writer
from qa.models.encoder import Encoder, headed
from qa.types import Document, Failure, Passage, Progress, SyncReport, document_id

CHANGED = "changed while it was being read. Sync again"
_BATCH = 512  # passages between two commits, roughly


@dataclass(frozen=True, slots=True)
class File:
    """A file in the corpus that should be a document. `digest` is the SHA-256 of its content."""

    path: str
    digest: str


@dataclass(frozen=True, slots=True)
class Scan:
    """The content of the corpus folder: files to index, skipped files, and files that cannot be read.

    `unsettled` are files that are left alone for now; the documents made from them before stay.
    """

    files: tuple[File, ...]
    skipped: tuple[str, ...]
    failed: tuple[Failure, ...]
    unsettled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The work that brings the store up to date. `removed` are paths whose file is gone.

    `moved` maps the path of a new file to the path of a removed file with the same content: the old document
    is deleted in the same commit that adds the new one.
    """

    added: tuple[File, ...]
    updated: tuple[File, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
    moved: Mapping[str, str] = field(default_factory=dict)


def scan(corpus: Path, settled: Callable[[Path], bool] = lambda _: True) -> Scan:
    """Walk through the corpus folder and hash its settled files. Raises CorpusError if it does not exist."""
    root = corpus.resolve()
    if not root.is_dir():
        state = "is not a folder" if root.exists() else "does not exist"
        raise CorpusError(f"the corpus folder {corpus} {state}. Create it and put documents into it")
    files, skipped, failed, unsettled = [], [], [], []
    for file in walk(root):
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
            if os.path.lexists(path):  # otherwise it has gone since the folder was listed
                failed.append(Failure(relative, str(error)))
    return Scan(tuple(files), tuple(skipped), tuple(failed), tuple(unsettled))


def _digest(root: Path, path: Path) -> str:
    if path.is_symlink() and not path.resolve().is_relative_to(root):
        raise UnreadableFile("this symbolic link leads out of the corpus. Copy the file instead")
    try:
        if not path.is_file():
            raise UnreadableFile("not a file (or a broken link)")
        if path.stat().st_size > MAX_BYTES:
            return f"large-{path.stat().st_size}-{path.stat().st_mtime_ns}"  # it will be refused when read
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UnreadableFile(f"cannot read the file ({error.strerror})") from error


def plan(scanned: Scan, indexed: Mapping[str, tuple[str, str]], recipe: str) -> Plan:
    """Compare the folder with the index, which is given as path -> (digest of the file, recipe).

    A file that exists but cannot be read, or is not settled, keeps the document made from it before.
    """
    files = {file.path: file for file in scanned.files}
    kept = {*scanned.unsettled, *(failure.path for failure in scanned.failed)}
    removed = [path for path in indexed if path not in files and path not in kept]
    added = [file for path, file in files.items() if path not in indexed]
    unchanged = {path for path, file in files.items() if indexed.get(path) == (file.digest, recipe)}
    by_digest = {indexed[path][0]: path for path in removed}
    moved = {file.path: by_digest.pop(file.digest) for file in added if file.digest in by_digest}
    return Plan(
        added=tuple(added),
        updated=tuple(file for path, file in files.items() if path in indexed and path not in unchanged),
        unchanged=tuple(path for path in files if path in unchanged),
        removed=tuple(sorted(removed)),
        moved=moved,
    )


def sync(
    corpus: Path,
    writer: Writer,
    encoder: Encoder,
    progress: Callable[[Progress], None] = lambda _: None,
    settled: Callable[[Path], bool] = lambda _: True,
) -> SyncReport:
    """Bring the store up to date with the folder. Raises CorpusError; files that fail are in the report.

    Files for which `settled` is false are left alone. It is called both before and after a file is read.
    """
    started, now = time.monotonic(), time.time()
    current_recipe = recipe(encoder.fingerprint)
    scanned = scan(corpus, settled)
    planned = plan(scanned, writer.file_digests(), current_recipe)
    # The index must not be searched while it holds vectors of two encoders, even if this sync is killed.
    mixed = writer.paths_of_other_encoders(encoder.fingerprint)
    writer.record(writer.failures(), recipe=unfinished_recipe(current_recipe) if mixed else current_recipe)
    run = _Run(
        root=corpus.resolve(),
        writer=writer,
        encoder=encoder,
        recipe=current_recipe,
        plan=planned,
        progress=progress,
        settled=settled,
    )
    run.carry_out()
    outdated = run.remove_outdated()
    failed = sorted([*scanned.failed, *run.failed], key=lambda failure: failure.path)
    writer.record(
        failed,
        model=encoder.name,
        recipe=current_recipe,
        synced_at=repr(now),
        unsettled=json.dumps(scanned.unsettled),
        **({"precision": encoder.precision} if run.embedded else {}),
    )
    done = _without_failures(planned, {failure.path for failure in run.failed})
    return SyncReport(
        added=tuple(file.path for file in done.added),
        updated=tuple(file.path for file in done.updated),
        removed=tuple(sorted({*done.removed, *outdated})),
        unchanged=done.unchanged,
        failed=tuple(failed),
        skipped=scanned.skipped,
        embedded=run.embedded,
        seconds=time.monotonic() - started,
        renamed=tuple(sorted((old, new) for new, old in done.moved.items())),
    )


def _without_failures(planned: Plan, failed: Collection[str]) -> Plan:
    """The part of a plan that has succeeded, given the paths of the files that have failed."""
    return replace(
        planned,
        added=tuple(file for file in planned.added if file.path not in failed),
        updated=tuple(file for file in planned.updated if file.path not in failed),
        moved={new: old for new, old in planned.moved.items() if new not in failed},
    )


@dataclass(slots=True)
class _Run:
    """One run over the files of a plan, with its counts so far."""

    root: Path
    writer: Writer
    encoder: Encoder
    recipe: str
    plan: Plan
    progress: Callable[[Progress], None]
    settled: Callable[[Path], bool]
    embedded: int = 0
    failed: list[Failure] = field(default_factory=list)

    def carry_out(self) -> None:
        """Remove the documents whose files are gone, then index added and updated files, in batches."""
        gone = [path for path in self.plan.removed if path not in self.plan.moved.values()]
        if gone:
            self.writer.commit([], gone)
        files = [*self.plan.added, *self.plan.updated]
        batch: list[Entry] = []
        for done, file in enumerate(files):
            self.progress(Progress(done, len(files), self.embedded, file.path))
            try:
                batch.append(self._entry(file))
            except UnreadableFile as error:
                self.failed.append(Failure(file.path, str(error)))
            if sum(len(entry.passages) for entry in batch) >= _BATCH:
                self._commit(batch, done, len(files))
                batch = []
        self._commit(batch, len(files), len(files))
        # A moved file that can no longer be read does not keep its old document.
        failed = {failure.path for failure in self.failed}
        if removed := [old for new, old in self.plan.moved.items() if new in failed]:
            self.writer.commit([], removed)

    def remove_outdated(self) -> list[str]:
        """Remove documents that still have vectors of another encoder, as their files cannot be read now."""
        outdated = self.writer.paths_of_other_encoders(self.encoder.fingerprint)
        if outdated:
            self.writer.commit([], outdated)
        return outdated

    def _entry(self, file: File) -> Entry:
        """Read, parse and split a file. Raises UnreadableFile."""
        path = self.root / file.path
        try:
            check_size(path.stat().st_size)
            raw = path.read_bytes()
        except FileNotFoundError as error:
            raise UnreadableFile(CHANGED) from error
        except OSError as error:
            raise UnreadableFile(f"cannot read the file ({error.strerror})") from error
        file_digest = hashlib.sha256(raw).hexdigest()
        if file_digest != file.digest or not self.settled(path):
            raise UnreadableFile(CHANGED)
        # Imported here, so that a question in a terminal need not wait for the import of langchain.
        from qa.documents.splitting import split

        parsed = parse(file.path, raw)
        identity = document_id(file.path)
        passages = split(
            identity,
            parsed.text,
            parsed.heading_title,
            parsed.blocks,
            self.encoder.count,
            self.encoder.max_tokens,
            language=parsed.metadata.get("language", "en"),
        )
        document = Document(
            id=identity,
            path=file.path,
            title=parsed.title,
            digest=hashlib.sha256(parsed.text.encode("utf-8", "surrogatepass")).hexdigest(),
            metadata=parsed.metadata,
            _text=parsed.text,
            pages=parsed.pages,
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

    def _commit(self, batch: Sequence[Entry], done: int, total: int) -> None:
        """Embed the new passages of a batch, then commit its documents."""
        texts = {
            key: headed(passage.header, passage.text)
            for entry in batch
            for key, passage in zip(entry.vector_keys, entry.passages, strict=True)
        }
        stored = self.writer.stored_vector_keys(list(texts))
        keys = [key for key in texts if key not in stored]
        for indices, vectors in self.encoder.encode([texts[key] for key in keys]):
            self.writer.add_vectors([keys[i] for i in indices], vectors)
            self.embedded += len(indices)
            path = batch[-1].document.path
            self.progress(Progress(min(done, total), total, self.embedded, path))
        if batch:
            moved = self.plan.moved
            removed = [moved[entry.document.path] for entry in batch if entry.document.path in moved]
            self.writer.commit(batch, removed)
