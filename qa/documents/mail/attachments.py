"""The documents that are attached to messages, each with a name of its own."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection
from pathlib import PurePosixPath

from qa.documents import patience
from qa.documents.parsed import Parsed
from qa.errors import UnreadableFile
from qa.text import one_line

Parse = Callable[[str, bytes], Parsed]  # the parser for all formats; it goes by the suffix of the name
_MOST_DOCUMENTS = 200
_SECONDS = 600  # for all of them; then the rest is listed, and the message itself is read in any case
_LONGEST_NAME = 120  # characters
_UNSAFE = re.compile(r'[\\/:*?"<>|]+')
_SUFFIXES = {  # of attachments whose names do not tell
    "application/pdf": ".pdf",
    "application/msword": ".doc",
    "application/rtf": ".rtf",
    "text/rtf": ".rtf",
    "application/epub+zip": ".epub",
    "application/json": ".json",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/vnd.oasis.opendocument.presentation": ".odp",
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "text/markdown": ".md",
    "text/x-markdown": ".md",
    "text/calendar": ".ics",
    "text/vcard": ".vcf",
    "text/x-vcard": ".vcf",
    "text/plain": ".txt",
}


def has_own_format(content_type: str) -> bool:
    """True for the type of a file that is no text of a message, wherever it stands in it."""
    return content_type in _SUFFIXES and content_type not in {"text/plain", "text/html"}


class Attachments:
    """The attachments of a message or a mailbox.

    `documents` are those that could be read, by names that are safe, and unique whatever their case;
    `left_out` lists the others, as (reason, name).
    """

    def __init__(self, parse: Parse, suffixes: Collection[str]) -> None:
        self.documents: list[tuple[str, Parsed]] = []
        self.left_out: list[tuple[str, str]] = []
        self._parse = parse
        self._suffixes = suffixes
        self._names: set[str] = set()
        self._ends = time.monotonic() + _SECONDS

    def add(self, name: str, content_type: str, content: Callable[[], bytes], owner: str) -> str:
        """Read an attachment; its name is returned. `owner` tells it from one of the same name."""
        name = self._safe_name(name, content_type)
        if PurePosixPath(name).suffix.lower() not in self._suffixes:
            self.left_out.append(("attachment of an unsupported type", name))
        elif len(self.documents) >= _MOST_DOCUMENTS:
            self.left_out.append((f"attachment: more than {_MOST_DOCUMENTS} of them", name))
        elif time.monotonic() > self._ends:
            self.left_out.append(("attachment: there was no time to read it. Save it as a file", name))
        else:
            name = self._unique(name, owner)
            patience.ask()
            try:
                self.documents.append((name, self._parse(name, content())))
            except UnreadableFile as error:
                self.left_out.append((f"attachment: {error}", name))
            except Exception as error:  # a broken attachment does not make its message unreadable
                self.left_out.append((f"attachment: cannot be read ({type(error).__name__})", name))
        return name

    def _safe_name(self, name: str, content_type: str) -> str:
        """A name without folders, whose suffix says what the attachment is."""
        name = _UNSAFE.sub("_", one_line(re.split(r"[\\/]", name)[-1])).strip(" .") or "attachment"
        suffix = PurePosixPath(name).suffix
        known = _SUFFIXES.get(content_type, "")
        if suffix.lower() not in self._suffixes and known in self._suffixes:
            name, suffix = name + known, known
        stem = name.removesuffix(suffix) if len(suffix) < _LONGEST_NAME // 2 else name
        return stem[:_LONGEST_NAME].rstrip(" .") + (suffix if stem != name else "")

    def _unique(self, name: str, owner: str) -> str:
        """The name, with its owner or a number in parentheses if it is taken."""
        path = PurePosixPath(name)
        marks = (f" ({mark})" for mark in (*filter(None, [owner]), *range(2, _MOST_DOCUMENTS + 3)))
        candidates = (name, *(f"{path.stem}{mark}{path.suffix}" for mark in marks))
        unique = next(candidate for candidate in candidates if candidate.lower() not in self._names)
        self._names.add(unique.lower())
        return unique
