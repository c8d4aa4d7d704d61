"""One file of an e-book -> the parts of its text, each in the chapter that the table of contents names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from typing import Any, NamedTuple

from qa.documents.epub.book import Book, file_name
from qa.documents.epub.contents import Contents, Entry, outermost, types
from qa.documents.html.marks import mark_before, parts_and_marks
from qa.documents.html.parts import parts_of
from qa.documents.parsed import Part
from qa.documents.plain.paragraphs import words
from qa.types import BlockKind

_NOTES = frozenset("footnote footnotes endnote endnotes rearnote rearnotes".split())
_INLINE = frozenset("a abbr b big cite code em font i img ins mark q s small span strong sub sup u".split())
_NOTE_NUMBER = re.compile(r"[\divxlc]{1,6}|[*†‡§¶]{1,3}|[a-z]")
_PAGE_NUMBER = re.compile(r"[\[(]?(?:p(?:age|\.)? ?)?[\divxlc]{1,7}[\])]?", re.IGNORECASE)
_LONGEST_COVER = 60  # words; a longer page is not only a cover
_HIGHEST = 100  # levels between a place that is linked to and the paragraph it is in


class Chapter(NamedTuple):
    """The parts of a file, and what is left out of them, as (reason, text)."""

    parts: list[Part]
    left_out: list[tuple[str, str]]


def read_chapter(tree: Any, name: str, book: Book, toc: Contents, fallback: str) -> Chapter:
    """The text of a file.

    `toc` is the table of contents of the whole book; `fallback` names the place if neither the table nor a
    heading does.
    """
    body = tree.find("body")
    body = tree if body is None else body
    here = toc.of(name)
    left_out = _take_out_navigation(body)
    _show_notes(body)
    title = _mark_places(body, here)
    marked = list(parts_and_marks(parts_of(body)))
    parts = [part for _, part in marked]
    if reason := _not_text(body, name, book, toc, parts):
        return Chapter([], [*left_out, *((reason, part.text) for part in parts)])
    titles = {str(number): entry.title for number, entry in enumerate(here)}
    places = []
    for marks, _ in marked:
        title = next((titles[mark] for mark in reversed(marks) if mark in titles), title)
        places.append(title)
    heading = next((part.text for part in parts if part.kind is BlockKind.HEADING), "")
    named = zip(parts, places, strict=True)
    chapters = [
        _headed(title, [part._replace(place=title or heading or fallback) for part, _ in group])
        for title, group in groupby(named, key=lambda pair: pair[1])
    ]
    return Chapter([part for chapter in chapters for part in chapter], left_out)


def _take_out_navigation(body: Any) -> list[tuple[str, str]]:
    """Empty the lists of links that are shown beside the text, and the numbers of printed pages."""
    left_out = []
    for nav in outermost(body, "nav"):
        reason = "table of contents" if "toc" in types(nav) else "navigation"
        left_out += [(reason, part.text) for part in parts_of(nav)]
        nav.clear(keep_tail=True)
    for mark in list(body.iter("span", "div", "a", "p", "hr")):
        number = "".join(mark.itertext()).strip() if "pagebreak" in types(mark) else ""
        if _PAGE_NUMBER.fullmatch(number):
            left_out.append(("page number", number))
            mark.clear(keep_tail=True)
    return left_out


def _show_notes(body: Any) -> None:
    """Undo the hiding of notes, which reading programs show on request, and set off their numbers."""
    for element in list(body.iter("aside", "section", "div", "p", "li", "a")):
        if types(element) & _NOTES:
            element.attrib.pop("hidden", None)
            element.attrib.pop("style", None)
        if element.tag == "a" and _is_raised(element):
            number = "".join(element.itertext()).strip()
            if _NOTE_NUMBER.fullmatch(number):
                for child in list(element):
                    element.remove(child)
                element.text = f" [{number}]"


def _is_raised(link: Any) -> bool:
    """True for a link to a note."""
    parent = link.getparent()
    return (
        "noteref" in types(link)
        or (parent is not None and parent.tag == "sup")
        or (len(link) == 1 and link[0].tag == "sup" and not (link.text or "").strip())
    )


def _mark_places(body: Any, here: Sequence[Entry]) -> str:
    """Mark where the chapters begin that begin within the file; the name of the one at its start, or ""."""
    targets: dict[str, Any] = {}
    if any(entry.fragment for entry in here):
        for element in body.iterdescendants():
            for key in ("id", "name"):
                if identity := element.get(key):
                    targets.setdefault(identity, element)
    first = ""
    for number, entry in enumerate(here):
        if entry.fragment in targets:
            mark_before(_line_of(targets[entry.fragment], body), str(number))
        else:
            first = first or entry.title
    return first


def _line_of(element: Any, body: Any) -> Any:
    """The paragraph or table that an element is in, or the element if it is neither."""
    line = outer = element
    for _ in range(_HIGHEST):
        parent = outer.getparent()
        if parent is None or parent is body:
            break
        if line.tag in _INLINE or parent.tag == "table":
            line = parent
        outer = parent
    return line


def _not_text(body: Any, name: str, book: Book, toc: Contents, parts: Sequence[Part]) -> str:
    """Why a whole file is not text of the book: it is the cover or a table of contents; else ""."""
    number = sum(len(words(part.text)) for part in parts)
    if number <= _LONGEST_COVER and (name in book.covers or "cover" in types(body)):
        return "cover"
    links = [link for link in body.iter("a") if link.get("href") and file_name(name, link.get("href", ""))]
    linked = [words("".join(link.itertext())) for link in links]
    most = sum(map(len, linked)) >= 0.5 * number
    known = sum(tuple(link) in toc.titles for link in linked)
    if (
        most
        and len(links) > 1
        and (name in book.contents_pages or (len(links) > 4 and 2 * known > len(links)))
    ):
        return "table of contents"
    return ""


def _headed(title: str, parts: list[Part]) -> list[Part]:
    """A chapter with a heading, which the table of contents knows if the chapter has none."""
    if not title or any(part.kind is BlockKind.HEADING for part in parts[:3]):
        return parts
    if words(parts[0].text) == words(title):
        return [parts[0]._replace(kind=BlockKind.HEADING), *parts[1:]]
    return [Part(title, BlockKind.HEADING, place=parts[0].place), *parts]
