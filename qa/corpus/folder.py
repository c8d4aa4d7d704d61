"""Adding files to the corpus folder, as a whole or not at all and under harmless names; and deleting them."""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from qa.corpus.contents import Contents, is_hidden, opened, resolved, suffix, unexpected, walk
from qa.documents.formats import LABELS, MAX_BYTES, SUFFIXES, check_size
from qa.documents.reading import read
from qa.errors import CorpusError, DocumentExists, QAError, UnknownDocument, UnreadableFile
from qa.files import locked, replaced, replacement_target
from qa.index.layout import PLACING_LOCK
from qa.types import Value

LONGEST = 200  # bytes in a name; file systems allow 255, and unfinished files have longer names
_DISPLAYED = 80  # characters of a name that a message shows
_INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Cn", "Zl", "Zp"))  # controls, bidi, zero width, surrogates
_BLANK = re.compile(  # letters and marks that are invisible too
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_FORBIDDEN = re.compile(r'[<>:"|?*]')  # in names on Windows
_OPENING = re.compile(r"\A(?:[\s.]|~\$)+")
_CLOSING = re.compile(r"[\s.]+\Z")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|clock\$|(?:com|lpt)[0-9¹²³])\s*\.", re.I)


class Placement(StrEnum):
    """The result of placing a file.

    After `exists`, the file can still be placed by replacing the other one.
    """

    PLACED = "placed"
    REPLACED = "replaced"
    SAME = "same"  # the same file already has this name
    EXISTS = "exists"  # a different file has this name
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Placed(Value):
    """A file that was to be placed: the name it was sent under, fit for display, and its place now.

    `path` is relative to the corpus; for `exists` it is the path of the other file, and for `refused` it is
    "". `reason` says in one line why the file was not placed.
    """

    name: str
    path: str
    state: Placement
    reason: str = ""


def safe_name(name: str) -> str:
    """Any file name that a client may send -> one that is harmless within a folder, on any system.

    It is the last part of a path with `/` or `\\`, in NFC, cut to 200 bytes with its suffix kept, without
    control, bidi and zero-width characters, without leading dots or `~$`, without trailing dots or spaces,
    and without anything that Windows forbids or reserves. A safe name is left unchanged. Raises
    UnreadableFile if nothing is left of the name or its suffix is not supported.
    """
    text = _FORBIDDEN.sub("_", visible_name(name))
    stem, dot, ending = _CLOSING.sub("", _OPENING.sub("", text)).rpartition(".")
    suffix = dot + ending
    if suffix.lower() not in SUFFIXES:
        raise UnreadableFile(f"unsupported file type. Use {LABELS}")
    stem = _CLOSING.sub("", stem)
    if not stem:
        raise UnreadableFile("the file name has no usable characters. Use another name")
    if _RESERVED.match(f"{stem}."):
        stem = f"_{stem}"
    cut = stem.encode()[: LONGEST - len(suffix.encode())].decode("utf-8", "ignore")
    return _CLOSING.sub("", cut) + suffix


def visible_name(name: str) -> str:
    """The last part of a path, without invisible characters. It may be empty."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    visible = "".join(c for c in last if unicodedata.category(c) not in _INVISIBLE and not _BLANK.match(c))
    return unicodedata.normalize("NFC", visible)


class Corpus:
    """The corpus folder, or a part of it, to add files to and to delete files from.

    Paths begin at the corpus in any case. Safe to use from several threads and processes, provided they share
    the index folder, which has the lock.
    """

    def __init__(self, corpus: Path, index: Path, part: str = "") -> None:
        self._corpus = corpus
        self._index = index
        self._part = part
        self._folder = corpus / part

    def place(self, files: Iterable[tuple[str, Path]], replace: bool) -> tuple[Placed, ...]:
        """Place several files, each a name and the path of its content. See Assistant.place."""
        results: list[Placed] = []
        for name, source in files:
            just_placed = {placed.path for placed in results if placed.state in _IN_PLACE}
            displayed = visible_name(name)[:_DISPLAYED]
            try:
                path, state = self._place(name, source, replace, just_placed)
                results.append(Placed(displayed, path, state, _REASONS.get(state, "")))
            except QAError as error:
                results.append(Placed(displayed, "", Placement.REFUSED, str(error)))
        return tuple(results)

    def add(self, source: Path, replace: bool) -> str:
        """Place one file under its own name, and return its path. Raises the same errors as Assistant.add."""
        name = visible_name(source.name)[:_DISPLAYED]
        if is_hidden(source.name):
            raise UnreadableFile(f"{name}: hidden and temporary files are skipped. Use another name")
        try:
            path, state = self._place(source.name, source, replace, ())
        except UnreadableFile as error:
            raise UnreadableFile(f"{name}: {error}") from error
        if state in (Placement.SAME, Placement.EXISTS) and not replace:
            raise DocumentExists(f"{path} already exists in the corpus. Replace it, or use another name")
        return path

    def delete(self, path: str) -> None:
        """Delete a file that should be a document. A link is deleted, not its target.

        Whatever `path` says, only a file that a walk through the folder finds can be deleted. Raises
        UnknownDocument if it finds no file with this path, and CorpusError.
        """
        is_there = os.path.isdir(self._folder)
        contents = walk(resolved(self._corpus), self._part) if is_there else Contents((), ())
        targets = [
            Path(file.path) for file in contents.files if file.is_document and file.relative_path == path
        ]
        if not targets:
            for folder in contents.unlisted:
                if path.startswith(f"{folder.path}/"):
                    raise CorpusError(f"cannot delete {path}. {folder.path}: {folder.reason}")
            raise UnknownDocument(f"no file in the corpus has the path {path!r}. See qa status")
        try:
            targets[0].unlink(missing_ok=True)
        except OSError as error:
            raise CorpusError(f"cannot delete {path} ({error.strerror})") from error

    def _place(
        self, name: str, source: Path, replace: bool, just_placed: Collection[str]
    ) -> tuple[str, Placement]:
        """The path of a file after placing it, or of the file in its way. `just_placed` is never replaced."""
        safe = safe_name(name)
        try:
            content = _read_checked(safe, Path(source))
        except QAError:
            raise
        except Exception as error:
            raise unexpected(safe, error) from error
        busy = CorpusError("another process is adding files. Try again")
        try:
            with locked(self._index / PLACING_LOCK, busy):
                self._folder.mkdir(parents=True, exist_ok=True)
                names = self._names_after_cleaning()
                same = [other for other in names if _name_key(other) == _name_key(safe)]
                taken = safe if safe in names or not same else same[0]
                target, path = self._folder / taken, f"{self._part}/{taken}".lstrip("/")
                if os.path.lexists(target):
                    if _has_content(target, content):
                        return path, Placement.SAME
                    if target.is_dir():
                        raise CorpusError("the corpus has a folder with this name. Use another name")
                    if not replace or path in just_placed:
                        return path, Placement.EXISTS
                with replaced(target) as file:
                    file.write(content)
                return path, Placement.REPLACED if taken in names else Placement.PLACED
        except OSError as error:
            raise CorpusError(f"cannot write into {self._folder} ({error.strerror})") from error

    def _names_after_cleaning(self) -> list[str]:
        """Delete the unfinished files of processes that died; return the names left, sorted."""
        names = sorted(os.listdir(self._folder))
        unfinished = [name for name in names if suffix(replacement_target(name)) in SUFFIXES]
        for name in unfinished:
            with suppress(OSError):
                (self._folder / name).unlink()
        return [name for name in names if name not in unfinished]


_IN_PLACE = (Placement.PLACED, Placement.REPLACED, Placement.SAME)
_REASONS = {
    Placement.SAME: "already added",
    Placement.EXISTS: "a different file with this name exists. Replace it, or use another name",
}


def _read_checked(name: str, source: Path) -> bytes:
    """The content of a file, after checking that a document can be made from it. Raises UnreadableFile."""
    try:
        with opened(source) as file:
            check_size(os.fstat(file.fileno()).st_size)
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UnreadableFile(f"cannot read the file ({error.strerror})") from error
    read(name, content)
    return content


def _name_key(name: str) -> str:
    """A key that is equal for names that some file system treats as the same."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _has_content(target: Path, content: bytes) -> bool:
    """True if `target` is a regular file, not a link, with exactly this content."""
    status = target.lstat()
    return stat.S_ISREG(status.st_mode) and status.st_size == len(content) and target.read_bytes() == content
