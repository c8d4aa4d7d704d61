"""The description of an e-book: its metadata, the files of its text in reading order, their protection."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from qa.documents.office.package import Package
from qa.documents.parsed import day, language_code, own_author, own_title

_OPF = "application/oebps-package+xml"
_MARKUP = re.compile(
    r"(?:application|text)/(?:xhtml\+xml|html|x-dtbook\+xml|xml)|image/svg\+xml|text/x-oeb1-document"
)
_MARKUP_NAME = re.compile(r".*\.x?html?", re.IGNORECASE)
_FONT_PROTECTION = frozenset(("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"))
_YEAR = re.compile(r"\s*((?:1[5-9]|20)\d\d(?:-(?:0[1-9]|1[0-2]))?)\s*")
_MOST_MISSING = 100  # files that are listed one by one


class _Item(NamedTuple):
    """A file that the book says it has."""

    name: str
    media_type: str
    properties: str
    fallback: str


@dataclass(slots=True)
class Book:
    """What is known of a book. Names are those of files in the package.

    `chapters` are the files of the text in reading order, those outside it at the end; `nav` and `ncx` hold
    the table of contents, "" if there is none; `left_out` lists what the book has lost, as (reason, what).
    """

    title: str = ""
    metadata: dict[str, str] = field(default_factory=dict)
    chapters: list[str] = field(default_factory=list)
    nav: str = ""
    ncx: str = ""
    covers: set[str] = field(default_factory=set)
    contents_pages: set[str] = field(default_factory=set)
    left_out: list[tuple[str, str]] = field(default_factory=list)


def read_book(package: Package) -> Book:
    """The book in a package. Without a readable description, its chapters are all its pages, by name.

    Raises UnreadableFile if there are none.
    """
    book = Book()
    name = _description(package)
    opf = package.optional_xml(name) if name else None
    if opf is None:
        book.chapters = sorted(page for page in package.names() if _MARKUP_NAME.fullmatch(page))
        if not book.chapters:
            raise package.damaged()
        book.left_out.append(("missing: the description of the book", name or "META-INF/container.xml"))
        return book
    _add_metadata(book, opf)
    items = {
        item.get("id", ""): _Item(
            file_name(name, item.get("href", "")),
            item.get("media-type", ""),
            item.get("properties", ""),
            item.get("fallback", ""),
        )
        for item in opf.iter("{*}item")
    }
    _add_chapters(book, opf, items)
    for item in items.values():
        if "nav" in item.properties.split():
            book.nav = book.nav or item.name
        if item.media_type == "application/x-dtbncx+xml":
            book.ncx = book.ncx or item.name
    for reference in opf.iter("{*}reference"):
        pages = {"cover": book.covers, "toc": book.contents_pages}.get(reference.get("type", "").lower())
        if pages is not None:
            pages.add(file_name(name, reference.get("href", "")))
    return book


def file_name(base: str, href: str) -> str:
    """The name of the file in the package that a file refers to; "" for a reference out of the package."""
    try:
        url = urlsplit(href.strip())
    except ValueError:
        return ""
    if url.scheme or url.netloc:
        return ""
    if not url.path:
        return base if url.fragment else ""
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(base), unquote(url.path))).lstrip("/")


def fragment(href: str) -> str:
    """The place within a file that a reference points to, or ""."""
    return unquote(href.partition("#")[2]).strip()


def protected_files(package: Package) -> set[str]:
    """The names of the files that are encrypted. Fonts may be garbled in a way that is open to everyone."""
    tree = package.optional_xml("META-INF/encryption.xml")
    names = set()
    for data in () if tree is None else tree.iter("{*}EncryptedData"):
        method = data.find("{*}EncryptionMethod")
        if method is None or method.get("Algorithm") not in _FONT_PROTECTION:
            names |= {
                file_name("", reference.get("URI", "")) for reference in data.iter("{*}CipherReference")
            }
    return names


def _description(package: Package) -> str:
    """The name of the file that describes the book, or ""."""
    container = package.optional_xml("META-INF/container.xml")
    roots = [] if container is None else list(container.iter("{*}rootfile"))
    roots.sort(key=lambda root: root.get("media-type") != _OPF)
    named = [file_name("", root.get("full-path", "")) for root in roots]
    present = {name.lower() for name in package.names()}
    found = [name for name in named if name.lower() in present]
    return next(iter(found), "") or next((n for n in package.names() if n.lower().endswith(".opf")), "")


def _add_metadata(book: Book, opf: Any) -> None:
    values: dict[str, list[tuple[str, Any]]] = {}
    roles = {}
    for element in opf.iter("{*}metadata", "{*}Metadata"):
        for child in element.iter("{*}*"):
            name = str(child.tag).rpartition("}")[2].lower()
            text = " ".join("".join(child.itertext()).split())
            if name == "meta" and child.get("property") == "role":
                roles[child.get("refines", "").lstrip("#")] = text
            elif text:
                values.setdefault(name, []).append((text, child))
    creators = [
        (own_author(text), roles.get(child.get("id", ""), "") or _attribute(child, "role"))
        for text, child in values.get("creator", [])
    ]
    authors = [author for author, role in creators if role in {"aut", ""}] or [name for name, _ in creators]
    dates = values.get("date", [])
    dates.sort(key=lambda date: _attribute(date[1], "event") not in {"publication", ""})
    first = {name: found[0][0] for name, found in values.items()}
    book.title = own_title(first.get("title", ""))
    book.metadata = {
        "source": first.get("publisher", ""),
        "author": ", ".join(dict.fromkeys(author for author in authors if author)),
        "date": _date(dates[0][0]) if dates else "",
        "language": language_code(first.get("language", "")),
    }


def _add_chapters(book: Book, opf: Any, items: dict[str, _Item]) -> None:
    """The files in reading order, then those outside it, then those that the reading order does not name."""
    references = [(ref.get("idref", ""), ref.get("linear") == "no") for ref in opf.iter("{*}itemref")]
    references.sort(key=lambda reference: reference[1])
    chapters: dict[str, None] = {}
    strange: dict[str, str] = {}
    for identity, _ in references:
        last = None
        for item in _alternatives(items, identity):
            last = item
            if _is_markup(item):
                chapters[item.name] = None
                break
        else:
            name = last.name if last else identity
            strange[name] = f"a page of the type {last.media_type}" if last else "missing in the file"
    for item in items.values():
        if _is_markup(item) and "nav" not in item.properties.split() and item.media_type != "image/svg+xml":
            chapters.setdefault(item.name)
    chapters.pop("", None)
    book.chapters = list(chapters)
    add_missing(book, [(reason, name) for name, reason in strange.items()])


def add_missing(book: Book, missing: Sequence[tuple[str, str]]) -> None:
    """List files without text to read, the first of them by name."""
    book.left_out += missing[:_MOST_MISSING]
    if len(missing) > _MOST_MISSING:
        book.left_out.append(("files without text", f"{len(missing) - _MOST_MISSING:,} more"))


def _alternatives(items: dict[str, _Item], identity: str) -> Iterator[_Item]:
    """A file and those that may be read in its place, each once."""
    seen = set()
    while identity in items and identity not in seen:
        seen.add(identity)
        yield items[identity]
        identity = items[identity].fallback


def _is_markup(item: _Item) -> bool:
    return bool(_MARKUP.fullmatch(item.media_type.strip().lower()) or _MARKUP_NAME.fullmatch(item.name))


def _attribute(element: Any, name: str) -> str:
    """An attribute in any namespace, or ""."""
    return next((str(value) for key, value in element.items() if key.rpartition("}")[2] == name), "")


def _date(value: str) -> str:
    """A day, or the month or year if the book says no more."""
    match = _YEAR.fullmatch(value)
    return day(value) or (match[1] if match else "")
