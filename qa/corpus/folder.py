"""The corpus folder: which files of it should be documents, and putting files in and taking them out.

One rule says what should be a document, for all who look into the folder. What comes in is placed whole or
not at all, under a name that harms nobody.
"""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from qa.documents.formats import SUFFIXES, check_size, parse
from qa.errors import CorpusError, DocumentExists, QAError, UnknownDocument, UnreadableFile
from qa.files import locked, replaced, replacement_target
from qa.index.layout import PLACING_LOCK
from qa.types import Value

LONGEST = 200  # bytes of a name; file systems take 255, and what is written beside it has a longer one
_SHOWN = 80  # characters of a name in a message
_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Cn", "Zl", "Zp"))  # controls, bidi, zero width, halves
_BLANK = re.compile(  # letters and marks that are not seen either
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_FORBIDDEN = re.compile(r'[<>:"|?*]')  # on Windows
_OPENING = re.compile(r"\A(?:[\s.]|~\$)+")
_CLOSING = re.compile(r"[\s.]+\Z")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|clock\$|(?:com|lpt)[0-9¹²³])\s*\.", re.I)


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A file of the folder, or a link to a folder (which is not followed).

    `shown` is its path relative to the corpus, with `/`, as it is stored and printed; where its name is not
    valid Unicode it is `unnamed`, and its odd bytes are escaped. `wanted` says that a document should be
    made of it: it is not hidden, and its suffix is of a kind that is read.
    """

    path: str
    shown: str
    unnamed: bool
    wanted: bool


def walk(root: Path) -> Iterator[CorpusFile]:
    """Everything in a folder that is there, sorted by path. Raises CorpusError for what cannot be listed."""
    found: list[tuple[list[str], str, bool]] = []
    for folder, folders, names in os.walk(root, onerror=_unlistable):
        inside = [part for part in os.path.relpath(folder, root).split(os.sep) if part != "."]
        passed = any(map(hidden, inside))
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        found += [([*inside, name], os.path.join(folder, name), passed) for name in (*names, *links)]
    for parts, path, passed in sorted(found):
        relative = "/".join(parts)
        shown = os.fsencode(relative).decode("utf-8", "backslashreplace")
        wanted = not passed and not hidden(parts[-1]) and _suffix(parts[-1]) in SUFFIXES
        yield CorpusFile(path, shown, shown != relative, wanted)


def hidden(name: str) -> bool:
    """Whether files of that name, or in a folder of that name, are passed over."""
    return name.startswith((".", "~$"))


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()


def _unlistable(error: OSError) -> None:
    raise CorpusError(f"cannot list the folder {error.filename} ({error.strerror})") from error


# --- files that come and go ----------------------------------------------------------------------


class Placement(StrEnum):
    """What became of a file that was to be placed. `exists` can be placed by replacing what is there."""

    PLACED = "placed"
    REPLACED = "replaced"
    SAME = "same"  # it is there already, under that name
    EXISTS = "exists"  # another one is there under that name
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Placed(Value):
    """A file that was to be placed: its name as it was sent, fit to be shown, and where it lies now.

    `path` is relative to the corpus; for one that exists it is the file in the way, for one that is refused
    it is "". `reason` says in one line why it was not placed.
    """

    name: str
    path: str
    state: Placement
    reason: str = ""


def safe_name(name: str) -> str:
    """A file name as anyone may send it -> one that is harmless within a folder, on any system.

    It is the last part of a path with `/` or `\\`, in NFC, of at most 200 bytes with its suffix kept, without
    control, bidi and zero-width characters, without dots or `~$` before it and dots or spaces behind it, and
    nothing that Windows forbids or reserves. What is safe stays as it is. Raises UnreadableFile where nothing
    is left, or the suffix is not one that is read.
    """
    text = _FORBIDDEN.sub("_", _seen(name))
    stem, dot, ending = _CLOSING.sub("", _OPENING.sub("", text)).rpartition(".")
    suffix = dot + ending
    if suffix.lower() not in SUFFIXES:
        raise UnreadableFile(f"only {', '.join(sorted(SUFFIXES))} can be read")
    stem = _CLOSING.sub("", stem)
    if not stem:
        raise UnreadableFile("nothing is left of its name: give it another one")
    if _RESERVED.match(f"{stem}."):
        stem = f"_{stem}"
    cut = stem.encode()[: LONGEST - len(suffix.encode())].decode("utf-8", "ignore")
    return _CLOSING.sub("", cut) + suffix


def _seen(name: str) -> str:
    """The last part of a path without the characters that are not seen."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    kept = "".join(c for c in last if unicodedata.category(c) not in _UNSEEN and not _BLANK.match(c))
    return unicodedata.normalize("NFC", kept)


class Corpus:
    """The corpus folder, to put files into and to take them out of. Safe to use from several threads and
    processes, as far as they share the index folder, which holds the lock.
    """

    def __init__(self, folder: Path, index: Path) -> None:
        self._folder = folder
        self._index = index

    def place(self, files: Iterable[tuple[str, Path]], replace: bool) -> tuple[Placed, ...]:
        """As Assistant.place."""
        results: list[Placed] = []
        for name, source in files:
            now = {placed.path for placed in results if placed.state in _THERE}
            shown = _seen(name)[:_SHOWN]
            try:
                path, state = self._put(name, source, replace, now)
                results.append(Placed(shown, path, state, _REASONS.get(state, "")))
            except QAError as error:
                results.append(Placed(shown, "", Placement.REFUSED, str(error)))
        return tuple(results)

    def add(self, source: Path, replace: bool) -> str:
        """Place one file under its own name, and say where it lies. Raises as Assistant.add."""
        name = _seen(source.name)[:_SHOWN]
        if hidden(source.name):
            raise UnreadableFile(f"{name}: files of such a name are skipped: use another name")
        try:
            path, state = self._put(source.name, source, replace, ())
        except UnreadableFile as error:
            raise UnreadableFile(f"{name}: {error}") from error
        if state in (Placement.SAME, Placement.EXISTS) and not replace:
            raise DocumentExists(f"{path} is in the corpus already: replace it, or use another name")
        return path

    def take_out(self, path: str) -> None:
        """Delete a file that should be a document; of a link, the link and not what it leads to.

        Whatever `path` says, only what a walk through the folder meets is deleted. Raises UnknownDocument
        where it meets none of that path, and CorpusError.
        """
        root = self._folder.resolve()
        there = walk(root) if root.is_dir() else ()
        found = [Path(file.path) for file in there if file.wanted and file.shown == path]
        if not found:
            raise UnknownDocument(f"no file {path!r} is in the corpus folder: see qa status")
        try:
            found[0].unlink(missing_ok=True)
        except OSError as error:
            raise CorpusError(f"cannot delete {path} ({error.strerror})") from error

    def _put(self, name: str, source: Path, replace: bool, now: Collection[str]) -> tuple[str, Placement]:
        """Where a file lies now, or what is in its way. What was sent just `now` is not replaced."""
        safe = safe_name(name)
        content = _checked(safe, Path(source))
        busy = CorpusError("another process is placing files: try again")
        try:
            with locked(self._index / PLACING_LOCK, busy):
                self._folder.mkdir(parents=True, exist_ok=True)
                there = self._cleaned()
                same = [other for other in there if _one(other) == _one(safe)]
                path = safe if safe in there or not same else same[0]
                target = self._folder / path
                if os.path.lexists(target):
                    if _holds(target, content):
                        return path, Placement.SAME
                    if target.is_dir():
                        raise CorpusError("a folder of that name is in the corpus: use another name")
                    if not replace or path in now:
                        return path, Placement.EXISTS
                with replaced(target) as file:
                    file.write(content)
                return path, Placement.REPLACED if path in there else Placement.PLACED
        except OSError as error:
            raise CorpusError(f"cannot write into {self._folder} ({error.strerror})") from error

    def _cleaned(self) -> list[str]:
        """The names in the folder, sorted, after what processes that died while they wrote left is gone."""
        names = sorted(os.listdir(self._folder))
        left = [name for name in names if _suffix(replacement_target(name)) in SUFFIXES]
        for name in left:
            with suppress(OSError):
                (self._folder / name).unlink()
        return [name for name in names if name not in left]


_THERE = (Placement.PLACED, Placement.REPLACED, Placement.SAME)
_REASONS = {
    Placement.SAME: "the same file is in the corpus already",
    Placement.EXISTS: "another file of that name is in the corpus: replace it, or use another name",
}


def _checked(name: str, source: Path) -> bytes:
    """The content of a file that can be made a document. Raises UnreadableFile."""
    try:
        known = source.stat()
        if not stat.S_ISREG(known.st_mode):
            raise UnreadableFile("not a file")
        check_size(known.st_size)
        content = source.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"cannot be read ({error.strerror})") from error
    parse(name, content)
    return content


def _one(name: str) -> str:
    """The same for names that some file system takes for one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _holds(target: Path, content: bytes) -> bool:
    """Whether a file, and no link to one, has just that content."""
    known = target.lstat()
    return stat.S_ISREG(known.st_mode) and known.st_size == len(content) and target.read_bytes() == content
