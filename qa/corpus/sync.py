"""The corpus folder -> the store: what has changed (`plan`, pure), and doing it (`apply`).

Work is proportional to change: files are told apart by the hash of their content, vectors by a hash
of encoder, header and passage. Documents are committed in batches, each document whole; vectors are
kept as soon as they are made, so a sync that was killed goes on from there.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from qa.corpus.folder import walk
from qa.documents.formats import MAX_BYTES, check_size, parse
from qa.errors import CorpusError, UnreadableFile
from qa.index.recipe import recipe, unfinished_recipe
from qa.index.store import Entry, Writer
from qa.models.encoder import Encoder, headed
from qa.types import Document, Failure, Passage, Progress, SyncReport, document_id

CHANGED = "was changed while it was read: sync again"
_BATCH = 512  # passages, about, between two commits


@dataclass(frozen=True, slots=True)
class File:
    """A file of the corpus that should be a document. `digest` is the SHA-256 of its content."""

    path: str
    digest: str


@dataclass(frozen=True, slots=True)
class Scan:
    """What lies in the corpus folder: files to index, what is passed over, and what cannot be read.

    `unsettled` are files that are left as they are for now: whatever was made of them before stays.
    """

    files: tuple[File, ...]
    skipped: tuple[str, ...]
    failed: tuple[Failure, ...]
    unsettled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What brings the store up to date. `removed` are paths whose file is gone.

    `moved` maps the path of a file to the path that held the same content and is gone: the old
    document leaves in the same commit in which the new one arrives.
    """

    added: tuple[File, ...]
    updated: tuple[File, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
    moved: Mapping[str, str] = field(default_factory=dict)


def scan(corpus: Path, settled: Callable[[Path], bool] = lambda _: True) -> Scan:
    """Look through the corpus folder and hash its settled files. Raises CorpusError if it is not there."""
    root = corpus.resolve()
    if not root.is_dir():
        state = "is not a folder" if root.exists() else "does not exist"
        raise CorpusError(f"the corpus folder {corpus} {state}: create it and put documents into it")
    files, skipped, failed, unsettled = [], [], [], []
    for file in walk(root):
        path, relative = Path(file.path), file.shown
        if not file.wanted:
            skipped.append(relative)
            continue
        if file.unnamed:
            failed.append(Failure(relative, "its name is not valid Unicode: rename it"))
            continue
        if not settled(path):
            unsettled.append(relative)
            continue
        try:
            files.append(File(relative, _digest(root, path)))
        except UnreadableFile as error:
            if os.path.lexists(path):  # else it went away since the folder was listed
                failed.append(Failure(relative, str(error)))
    return Scan(tuple(files), tuple(skipped), tuple(failed), tuple(unsettled))


def _digest(root: Path, path: Path) -> str:
    if path.is_symlink() and not path.resolve().is_relative_to(root):
        raise UnreadableFile("a symbolic link that leaves the corpus is not followed: copy the file instead")
    try:
        if not path.is_file():
            raise UnreadableFile("not a file (or a link to nothing)")
        if path.stat().st_size > MAX_BYTES:
            return f"large-{path.stat().st_size}-{path.stat().st_mtime_ns}"  # reading it will refuse it
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UnreadableFile(f"cannot be read ({error.strerror})") from error


def plan(scanned: Scan, indexed: Mapping[str, tuple[str, str]], recipe: str) -> Plan:
    """Compare the folder with what is indexed: path -> (digest of the file, recipe).

    A file that is there but cannot be read, or is not settled, keeps the document made of it before.
    """
    here = {file.path: file for file in scanned.files}
    kept = {*scanned.unsettled, *(failure.path for failure in scanned.failed)}
    removed = [path for path in indexed if path not in here and path not in kept]
    added = [file for path, file in here.items() if path not in indexed]
    fresh = {path for path, file in here.items() if indexed.get(path) == (file.digest, recipe)}
    by_digest = {indexed[path][0]: path for path in removed}
    moved = {file.path: by_digest.pop(file.digest) for file in added if file.digest in by_digest}
    return Plan(
        added=tuple(added),
        updated=tuple(file for path, file in here.items() if path in indexed and path not in fresh),
        unchanged=tuple(path for path in here if path in fresh),
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

    Files for which `settled` is false are left as they are. It is asked before a file is read and after.
    """
    started, now = time.monotonic(), time.time()
    made_by = recipe(encoder.fingerprint)
    scanned = scan(corpus, settled)
    indexed = writer.file_digests()
    todo = plan(scanned, indexed, made_by)
    # Nobody may search while vectors of two encoders lie side by side, also if this sync is killed.
    foreign = writer.paths_of_other_encoders(encoder.fingerprint)
    writer.record(writer.failures(), recipe=unfinished_recipe(made_by) if foreign else made_by)
    gone = [path for path in todo.removed if path not in todo.moved.values()]
    if gone:
        writer.commit([], gone)
    work = _Work(corpus.resolve(), writer, encoder, made_by, todo, progress, settled)
    work.run()
    left = writer.paths_of_other_encoders(encoder.fingerprint)
    if left:  # documents of files that cannot be read now, with vectors of another encoder
        writer.commit([], left)
    failed = sorted([*scanned.failed, *work.failed], key=lambda failure: failure.path)
    bad = {failure.path for failure in work.failed}
    writer.record(
        failed,
        model=encoder.name,
        recipe=made_by,
        synced_at=repr(now),
        unsettled=json.dumps(scanned.unsettled),
        **({"precision": encoder.precision} if work.embedded else {}),
    )
    return SyncReport(
        added=tuple(file.path for file in todo.added if file.path not in bad),
        updated=tuple(file.path for file in todo.updated if file.path not in bad),
        removed=tuple(sorted({*todo.removed, *left})),
        unchanged=todo.unchanged,
        failed=tuple(failed),
        skipped=scanned.skipped,
        embedded=work.embedded,
        seconds=time.monotonic() - started,
        renamed=tuple(sorted((old, new) for new, old in todo.moved.items() if new not in bad)),
    )


@dataclass(slots=True)
class _Work:
    """One run over the files of a plan."""

    root: Path
    writer: Writer
    encoder: Encoder
    made_by: str
    todo: Plan
    progress: Callable[[Progress], None]
    settled: Callable[[Path], bool]
    embedded: int = 0
    failed: list[Failure] = field(default_factory=list)

    def run(self) -> None:
        files = [*self.todo.added, *self.todo.updated]
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
        bad = {failure.path for failure in self.failed}
        if left := [old for new, old in self.todo.moved.items() if new in bad]:
            self.writer.commit([], left)

    def _entry(self, file: File) -> Entry:
        path = self.root / file.path
        try:
            check_size(path.stat().st_size)
            raw = path.read_bytes()
        except FileNotFoundError as error:
            raise UnreadableFile(CHANGED) from error
        except OSError as error:
            raise UnreadableFile(f"cannot be read ({error.strerror})") from error
        digest = hashlib.sha256(raw).hexdigest()
        if digest != file.digest or not self.settled(path):
            raise UnreadableFile(CHANGED)
        from qa.documents.splitting import (
            split,  # a question in a terminal need not wait for langchain's import
        )

        parsed = parse(file.path, raw)
        identity = document_id(file.path)
        passages = split(
            identity, parsed.text, parsed.heading_title, parsed.blocks,
            self.encoder.count, self.encoder.max_tokens,
            language=parsed.metadata.get("language", "en"),
        )  # fmt: skip
        of_text = hashlib.sha256(parsed.text.encode("utf-8", "surrogatepass")).hexdigest()
        return Entry(
            Document(identity, file.path, parsed.title, of_text, parsed.metadata, parsed.text, parsed.pages),
            passages,
            [self._key(passage) for passage in passages],
            digest,
            self.made_by,
            parsed.left_out,
        )

    def _key(self, passage: Passage) -> bytes:
        content = "\0".join((self.encoder.fingerprint, passage.header, passage.text))
        return hashlib.sha256(content.encode("utf-8", "surrogatepass")).digest()

    def _commit(self, batch: Sequence[Entry], done: int, total: int) -> None:
        texts = {
            key: headed(passage.header, passage.text)
            for entry in batch
            for key, passage in zip(entry.vector_keys, entry.passages, strict=True)
        }
        known = self.writer.stored_vector_keys(list(texts))
        keys = [key for key in texts if key not in known]
        for indices, vectors in self.encoder.encode([texts[key] for key in keys]):
            self.writer.add_vectors([keys[i] for i in indices], vectors)
            self.embedded += len(indices)
            path = batch[-1].document.path
            self.progress(Progress(min(done, total), total, self.embedded, path))
        if batch:
            removed = [self.todo.moved[e.document.path] for e in batch if e.document.path in self.todo.moved]
            self.writer.commit(batch, removed)
