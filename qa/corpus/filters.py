"""What documents can be chosen by: folder, type, author and date; and which of them a filter admits.

The page shows the facts of each document and limits its list to some of them; the command and other programs
name them in a Filter. Case does not count.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import takewhile
from pathlib import PurePosixPath

from qa.corpus.listing import Listed
from qa.documents.formats import kind_of
from qa.documents.parsed import day
from qa.language.dates import dates
from qa.types import Document

_BETWEEN = re.compile(r",? and |,? & |, ?")
_NAME = re.compile(r"[^\W\d_a-z][\w.'’-]*(?: (?:(?:de|van|von|der|la|al) )*[^\W\d_a-z][\w.'’-]*){1,3}")
_WORD = re.compile(r"\w+")
_DAY = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?")
DAYS = "a day, a month or a year such as 2024-05-01, 2024-05 or 2024"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a document can be chosen by; "" and () for what is not known.

    `folder` is relative to the corpus, `kind` is "PDF" and the like. `day` is in ISO 8601: when the document
    was published as far as it says so, which may be a month or a year only, else when its file was saved.
    """

    folder: str
    kind: str
    authors: tuple[str, ...]
    day: str


@dataclass(frozen=True, slots=True)
class Filter:
    """Which documents are meant. All that is set must hold; of several values of one kind, one must.

    A folder includes those in it. A type is a name such as "Word" or a suffix such as "docx". Of an author,
    some of the names suffice. `since` and `until` are days, months or years in ISO 8601, and included.
    Raises ValueError if they are not.
    """

    folder: tuple[str, ...] = ()
    type: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    since: str = ""
    until: str = ""

    def __post_init__(self) -> None:
        for name in ("since", "until"):
            if (value := getattr(self, name)) and not is_day(value):
                raise ValueError(f"{name} must be {DAYS}, not {value!r:.40}")

    def admits(self, path: str, facts: Facts) -> bool:
        """True if a document at a path is meant."""
        suffix, kind = PurePosixPath(path).suffix.lower(), facts.kind.lower()
        return (
            _is_one(self.folder, lambda folder: _is_in(facts.folder.lower(), folder))
            and _is_one(self.type, lambda name: name == kind or f".{name.removeprefix('.')}" == suffix)
            and _is_one(self.author, lambda name: any(_is_named(author, name) for author in facts.authors))
            and self._holds(facts.day)
        )

    def _holds(self, day: str) -> bool:
        """True if a day is within the two, as far as both are exact: May is within 2024, and holds May 1."""
        if not day:
            return not (self.since or self.until)
        after = self.since[: len(day)] <= day[: len(self.since)]
        return after and (not self.until or day[: len(self.until)] <= self.until[: len(day)])


def admitted(files: Iterable[Listed], wanted: Filter) -> tuple[Document, ...]:
    """The documents that a filter admits, in order."""
    return tuple(
        file.document for file in files if file.document and wanted.admits(file.path, facts_of(file))
    )


def said(wanted: Mapping[str, str | Iterable[str]]) -> str:
    """What is wanted of documents, by the names of a Filter, in a line."""
    values = {name: value if isinstance(value, str) else " or ".join(value) for name, value in wanted.items()}
    return ", ".join(f"{name} {value}" for name, value in values.items())


def facts_of(file: Listed) -> Facts:
    """What a document can be chosen by; of a file that failed, what is known without its text."""
    known = file.document.metadata if file.document else {}
    return Facts(
        folder=_folder_of(file.path),
        kind=kind_of(file.path),
        authors=tuple(_authors_in(known.get("author", ""))),
        day=_published(known.get("date", "")) or saved_day(file),
    )


def saved_day(file: Listed) -> str:
    """The day on which a file was last written, here; "" without a file."""
    return time.strftime("%Y-%m-%d", time.localtime(file.modified)) if file.modified else ""


def is_day(text: str) -> bool:
    """True for a day, a month or a year in ISO 8601."""
    return bool(_DAY.fullmatch(text))


def _folder_of(path: str) -> str:
    """The folder of a document's file: what is attached to a file is where the file is."""
    return "/".join(takewhile(lambda part: not kind_of(part), path.split("/")[:-1]))


def _authors_in(line: str) -> list[str]:
    """The authors in a line. Commas and "and" divide it only if there are names on all sides of them."""
    authors: list[str] = []
    for part in filter(None, map(str.strip, line.split(";"))):
        names = [name.strip() for name in _BETWEEN.split(part)]
        authors += names if all(map(_NAME.fullmatch, names)) else [part]
    return list(dict.fromkeys(authors))


def _published(written: str) -> str:
    """A date as a document gives it, in ISO 8601 as far as it is certain; "" if it is no date."""
    if found := day(written):
        return found
    given = next((found for found in dates(written) if found.years), None)
    if not given or not given.years:
        return ""
    parts = [f"{given.years[0]:04}"]
    for part in (given.months, given.days):
        if not part or part[0] != part[1]:
            break
        parts.append(f"{part[0]:02}")
    return "-".join(parts)


def _is_one(wanted: tuple[str, ...], fits: Callable[[str], bool]) -> bool:
    return not wanted or any(fits(value.strip().lower()) for value in wanted)


def _is_in(folder: str, wanted: str) -> bool:
    wanted = wanted.removeprefix("./").strip("/")
    return wanted in ("", ".") or f"{folder}/".startswith(f"{wanted}/")


def _is_named(author: str, wanted: str) -> bool:
    return set(_WORD.findall(wanted)) <= set(_WORD.findall(author.lower()))
