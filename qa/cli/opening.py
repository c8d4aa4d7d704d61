"""The assistant that a command asks: of the folder that was meant, and with something in it."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from qa.errors import CorpusError, IndexUnwritable, QAError, SettingsError
from qa.index.milvus.connection import without_password
from qa.settings import Settings, index_of
from qa.text import plain, plural

if TYPE_CHECKING:
    from qa.assistant import Assistant
    from qa.types import Document

_NAMED = 3  # documents that an error names


def opened(settings: Settings) -> Assistant:
    """The assistant of a folder. Nothing heavy is imported before."""
    from qa.assistant import Assistant

    return Assistant.open(settings.corpus, settings.index, settings)


def failed(error: QAError, settings: Settings) -> int:
    """Say what is wrong in one line, and return the exit code."""
    of_folder = isinstance(error, IndexUnwritable) and not settings.store
    remedy = ". Use another folder with --index" if of_folder else ""
    print(f"qa: {plain(with_folder(str(error), settings))}{remedy}", file=sys.stderr)
    return 1


def folder_to_sync(settings: Settings) -> None:
    """Prepare for a sync. Raises CorpusError if the corpus is no folder and never was, and leaves nothing."""
    if not os.path.isdir(settings.folder) and not settings.index.exists():
        raise CorpusError(_missing(settings.folder))
    private(settings)


def private(settings: Settings) -> None:
    """Keep others who use the machine out of an index, as they may be kept out of its corpus."""
    if settings.index == index_of(settings.corpus):
        with suppress(OSError):  # the sync will say that it cannot write there
            settings.index.parent.mkdir(mode=0o700, parents=True, exist_ok=True)


def checked(assistant: Assistant, options: str = "") -> Assistant:
    """An assistant that answers from its own folder. Raises SettingsError if its index is of another one.

    `options` are those without which a sync would not help.
    """
    corpus, index = assistant.settings.corpus, assistant.settings.index
    if other := assistant.other_corpus():
        raise SettingsError(
            f"the index in {index} is of {other}, not of {corpus}. Use another --index, or run"
            f" qa sync{options} to make it one of {corpus}"
        )
    return assistant


def say_if_empty(assistant: Assistant) -> None:
    """Say that nothing is indexed yet, where what is indexed later will be served too."""
    if not assistant.documents():
        hint = with_folder("nothing is indexed yet. Run qa sync", assistant.settings)
        print(f"qa: {plain(hint)}", file=sys.stderr)


def with_documents(assistant: Assistant) -> tuple[Document, ...]:
    """The documents to ask. Raises CorpusError if there are none, and SettingsError like `checked`."""
    settings = checked(assistant).settings
    documents = assistant.documents()
    if not documents:
        if not os.path.isdir(settings.corpus):
            raise CorpusError(_missing(settings.corpus))
        if not assistant.files():
            raise CorpusError(f"there are no documents in {settings.corpus}. Put some into it")
        raise CorpusError("nothing is indexed yet. Run qa sync")
    return documents


def with_folder(message: str, settings: Settings) -> str:
    """A message with the whole command where it says `qa sync`, which alone would sync the usual folder."""
    if "qa sync" not in message:
        return message
    usual, named = Settings.from_environment(), Settings.for_folders(settings.corpus, None)
    corpus = [] if settings.corpus == usual.corpus else [str(settings.corpus)]
    index = [] if settings.index == named.index else ["--index", str(settings.index)]
    part = [] if settings.part == usual.part else ["--part", settings.part]
    store = [] if settings.store == usual.store else ["--store", without_password(settings.store or "")]
    return message.replace("qa sync", shlex.join(["qa", "sync", *corpus, *index, *part, *store]))


def matching(
    patterns: Sequence[str], documents: Iterable[Document], corpus: Path
) -> tuple[dict[str, str], tuple[str, ...]]:
    """id -> path of the documents that patterns name, and the patterns that name none.

    A pattern is a path, a folder or a glob within the corpus, or a path that leads there, as a shell makes it
    of `~/papers/*.pdf`. Raises CorpusError if all of them name none.
    """
    paths = {document.id: document.path for document in documents}
    found: dict[str, str] = {}
    without = []
    for pattern in patterns:
        named = {id: path for id, path in paths.items() if _matches(path, _within(pattern, corpus))}
        found |= named
        if not named:
            without.append(pattern)
    if not found:
        some = ", ".join(list(paths.values())[:_NAMED])
        more = f" and {len(paths) - _NAMED:,} more" if len(paths) > _NAMED else ""
        raise CorpusError(f"no document matches {', '.join(without)}. There {_is(len(paths))} {some}{more}")
    return found, tuple(without)


def _is(count: int) -> str:
    return f"is {plural(count, 'document')}:" if count == 1 else f"are {plural(count, 'document')}:"


def _within(pattern: str, corpus: Path) -> str:
    """A pattern within the corpus, made of one that leads there from elsewhere."""
    inside = os.path.relpath(os.path.realpath(os.path.expanduser(pattern)), os.path.realpath(corpus))
    leads_out = inside == os.pardir or inside.startswith(os.pardir + os.sep)
    leads = os.path.isabs(os.path.expanduser(pattern)) or os.path.exists(pattern)
    return (inside if leads and not leads_out else pattern).replace(os.sep, "/")


def _matches(path: str, pattern: str) -> bool:
    """True if a pattern is a path, or the beginning of one up to a slash. Case does not count."""
    path, pattern = path.lower(), pattern.lower().removeprefix("./").rstrip("/")
    if pattern in ("", "."):
        return True
    literally = path == pattern or path.startswith(f"{pattern}/")
    return literally or fnmatchcase(path, pattern) or fnmatchcase(path, f"{pattern}/*")


def _missing(corpus: Path) -> str:
    if corpus.exists():
        return f"{corpus} is not a folder. Name the folder of your documents"
    if corpus == Settings().corpus:
        return f"there is no folder {corpus} here. Name the folder of your documents, as in qa sync ~/papers"
    return f"the folder {corpus} does not exist. Check its name"
