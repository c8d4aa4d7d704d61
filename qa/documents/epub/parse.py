"""An e-book -> a document: its chapters in reading order."""

from __future__ import annotations

import re

from qa.documents.epub.book import add_missing, protected_files, read_book
from qa.documents.epub.chapter import read_chapter
from qa.documents.epub.contents import read_contents
from qa.documents.html.parts import tree_of
from qa.documents.office.package import Package
from qa.documents.parsed import Parsed, Part, from_parts
from qa.errors import UnreadableFile
from qa.types import BlockKind

_MOST_MARKUP = 15_000_000  # bytes of one file; a whole book has a tenth of that
_MOST_CHARACTERS = 10_000_000
_PROTECTION = "protected in an unknown way. Save a copy without protection"
_CONTINUED = re.compile(r".*_split_0*[1-9]\d*\.\w+")  # a chapter that a program cut into several files


def parse_epub(path: str, raw: bytes) -> Parsed:
    """The text of an e-book, with the names of its chapters as places.

    Raises UnreadableFile if the file is protected, damaged, too large or without text.
    """
    package = Package(raw, "e-book (.epub)")
    protected = {name.lower() for name in protected_files(package)}
    book = read_book(package)
    toc = read_contents(package, book)
    parts: list[Part] = []
    left_out: list[tuple[str, str]] = []
    unread: dict[str, list[str]] = {}
    size = 0
    for number, name in enumerate(book.chapters, 1):
        if name.lower() in protected:
            unread.setdefault("protected", []).append(name)
            continue
        try:
            markup = package.read(name, _MOST_MARKUP)
            tree = None if markup is None else tree_of(markup)
        except UnreadableFile as error:
            unread.setdefault("too large" if "unpacks to" in str(error) else "damaged", []).append(name)
            continue
        if tree is None:
            unread.setdefault("missing in the file", []).append(name)
            continue
        fallback = parts[-1].place if parts and _CONTINUED.fullmatch(name) else f"section {number}"
        chapter = read_chapter(tree, name, book, toc, fallback)
        if not chapter.parts and not chapter.left_out and tree.find(".//img") is not None:
            unread.setdefault("no text on the page (a picture?)", []).append(name)
        parts += chapter.parts
        left_out += chapter.left_out
        size += sum(len(part.text) for part in chapter.parts)
        if size > _MOST_CHARACTERS:
            raise UnreadableFile("too much text. Split it")
    if not parts and "protected" in unread:
        raise UnreadableFile(_PROTECTION)
    if not parts and ("damaged" in unread or "missing in the file" in unread):
        raise package.damaged()
    for reason, names in unread.items():
        add_missing(book, [(reason, name) for name in names])
    left_out += [*book.left_out, *((f"damaged: {why}", name) for name, why in package.broken)]
    title = book.title or next((part.text for part in parts if part.kind is BlockKind.HEADING), "")
    return from_parts(path, parts, title, book.metadata, lambda _: left_out)
