"""Documents within files, such as what is attached to an e-mail: their paths, and whose they are.

The path of an attachment is that of its file and its own name, such as `mail.eml/report.pdf`. A file is no
folder, so no other file has this path as long as there is a `mail.eml`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import accumulate

from qa.corpus.folder import visible_name
from qa.documents.parsed import Parsed

_UNNAMED = "attachment"


def documents_in(path: str, parsed: Parsed) -> Iterator[tuple[str, Parsed]]:
    """The documents of a parsed file with their paths: its own, then those attached to it, at any depth."""
    yield path, parsed
    taken: set[str] = set()
    for sent, attached in parsed.attachments:
        name = _unique(visible_name(sent).strip() or _UNNAMED, taken)
        taken.add(name)
        yield from documents_in(f"{path}/{name}", attached)


def _unique(name: str, taken: Collection[str]) -> str:
    """A name that is not taken: photo.jpg, photo (2).jpg, and so on."""
    stem, dot, suffix = name.rpartition(".")
    if not stem:
        stem, dot, suffix = name, "", ""
    unique, number = name, 1
    while unique in taken:
        number += 1
        unique = f"{stem} ({number}){dot}{suffix}"
    return unique


def files_of(paths: Iterable[str]) -> dict[str, str]:
    """path of each document in an index -> path of its file, which is the same unless it is an attachment.

    An index holds the document of every file that has attachments, even if that document has no text.
    """
    indexed = dict.fromkeys(paths)  # in their order
    return {path: next(above for above in ancestry(path) if above in indexed) for path in indexed}


def attachments_of(file_of: Mapping[str, str]) -> dict[str, list[str]]:
    """path of a file -> the paths of what is attached to it, from what `files_of` returns."""
    attachments: dict[str, list[str]] = {}
    for path, file in file_of.items():
        if path != file:
            attachments.setdefault(file, []).append(path)
    return attachments


def ancestry(path: str) -> Iterator[str]:
    """The paths of the folders and files that a path leads through, from the top, then the path itself."""
    return accumulate(path.split("/"), "{}/{}".format)
