"""The table of contents of an e-book: which chapter begins where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from qa.documents.epub.book import Book, file_name, fragment
from qa.documents.html.parts import tree_of
from qa.documents.office.package import MAX_XML, Package
from qa.documents.plain.paragraphs import words
from qa.errors import UnreadableFile

_LONGEST_TITLE = 150  # characters


class Entry(NamedTuple):
    """A line of the table of contents, with the file and the place in it where the chapter begins."""

    name: str
    fragment: str
    title: str


class Contents:
    """A table of contents. `titles` are the words of its titles."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries: dict[str, list[Entry]] = {}
        for entry in entries:
            self._entries.setdefault(entry.name.lower(), []).append(entry)
        self.titles = {tuple(words(e.title)) for found in self._entries.values() for e in found}

    def of(self, name: str) -> Sequence[Entry]:
        """The entries for chapters in a file, in order."""
        return self._entries.get(name.lower(), ())


def read_contents(package: Package, book: Book) -> Contents:
    """The table of contents, from the file for EPUB 3 or else that for EPUB 2; empty if there is none.

    The book's covers and pages of contents that the former names are added to those already known.
    """
    found: list[Entry] = []
    if book.nav:
        try:
            raw = package.read(book.nav, MAX_XML)
            for kind, entry in _nav_entries(tree_of(raw), book.nav) if raw else ():
                if kind == "toc":
                    found.append(entry)
                elif kind in {"cover", "contents"}:
                    (book.covers if kind == "cover" else book.contents_pages).add(entry.name)
        except UnreadableFile:
            book.left_out.append(("damaged: the table of contents", book.nav))
    if not found and book.ncx and (ncx := package.optional_xml(book.ncx)) is not None:
        found = [entry for point in ncx.iter("{*}navPoint") for entry in _point(point, book.ncx)]
    return Contents(found)


def types(element: Any) -> set[str]:
    """What an element of a book is, such as "footnote" or "toc"."""
    named = element.get("epub:type", "").lower().split()
    return {*named, *(role.removeprefix("doc-") for role in element.get("role", "").lower().split())}


def outermost(tree: Any, tag: str) -> list[Any]:
    """The elements with a tag that are not within another such element."""
    from lxml import etree

    found = []
    walker = etree.iterwalk(tree, events=("start",))
    for _, node in walker:
        if node.tag == tag:
            found.append(node)
            walker.skip_subtree()
    return found


def _nav_entries(tree: Any, name: str) -> Iterator[tuple[str, Entry]]:
    """The links of the table of contents with the kind "toc", and those of the landmarks with their own."""
    navs = outermost(tree, "nav")
    toc = next((nav for nav in navs if "toc" in types(nav)), None)
    if toc is None:
        toc = next((nav for nav in navs if not types(nav)), None)
    for nav in navs:
        landmarks = "landmarks" in types(nav)
        for link in nav.iter("a") if nav is toc or landmarks else ():
            for entry in _entry(name, link.get("href", ""), "".join(link.itertext())):
                if not landmarks:
                    yield "toc", entry
                elif "cover" in types(link):
                    yield "cover", entry
                elif "toc" in types(link):
                    yield "contents", entry


def _point(point: Any, name: str) -> Iterator[Entry]:
    content, label = point.find("{*}content"), point.find("{*}navLabel")
    if content is not None and label is not None:
        yield from _entry(name, content.get("src", ""), "".join(label.itertext()))


def _entry(base: str, href: str, text: str) -> Iterator[Entry]:
    title = " ".join(text.split())
    name = file_name(base, href)
    if len(title) > _LONGEST_TITLE:
        title = title[:_LONGEST_TITLE].rstrip() + "…"
    if name and title:
        yield Entry(name, fragment(href), title)
