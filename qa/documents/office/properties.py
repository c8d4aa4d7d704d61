"""What PowerPoint and Excel files have in common: their own properties, and the text of drawings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from qa.documents.office.elements import name_of
from qa.documents.office.package import Package
from qa.documents.parsed import day, language_code, own_author

_SKIPPED = frozenset("pPr rPr endParaRPr Fallback rPh phoneticPr".split())
_SPACES = frozenset(("br", "tab"))
_TEMPLATES = frozenset(("2013-01-27T09:14:16Z", "2013-12-23T23:15:00Z"))  # that libraries start from
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def properties(package: Package) -> dict[str, str]:
    """The file's own properties, by name: title, creator, created, language and others."""
    name = next((r.target for r in package.relations("") if r.kind == "core-properties"), "")
    tree = package.optional_xml(name)
    return {} if tree is None else {name_of(child): child.text or "" for child in tree}


def metadata(known: Mapping[str, str]) -> dict[str, str]:
    """What a document tells about its author, date and language, from its own properties."""
    return {
        "author": own_author(known.get("creator", "")),
        "date": "" if known.get("created") in _TEMPLATES else day(known.get("created", "")),
        "language": language_code(known.get("language", "")),
    }


def reference(element: Any, name: str) -> str:
    """The id of a relation in an attribute, which has a namespace, or ""."""
    return next((str(value) for key, value in element.items() if key.endswith(f"}}{name}")), "")


def unescaped(text: str) -> str:
    """Text in which characters that XML does not allow are written as in `_x000D_`; they become spaces."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda m: char if (char := chr(int(m[1], 16))).isprintable() else " ", text)


def text_of(element: Any) -> str:
    """The text below an element, on one line. The number of a slide is none of it."""
    return " ".join(unescaped("".join(_texts(element))).split())


def paragraphs(element: Any) -> list[str]:
    """The paragraphs below an element that are not empty, in order."""
    return [text for p in element.iter("{*}p") if not _is_fallback(p) and (text := text_of(p))]


def _texts(element: Any) -> Iterator[str]:
    for child in element.iterchildren("{*}*"):
        name = name_of(child)
        if name in _SKIPPED or (name == "fld" and child.get("type") == "slidenum"):
            continue
        if name == "t":
            yield child.text or ""
        elif name in _SPACES:
            yield " "
        else:
            yield from _texts(child)
            if name == "p":
                yield " "


def _is_fallback(element: Any) -> bool:
    """True within what a program shows if it does not know the newer content beside it."""
    return next(element.iterancestors("{*}Fallback"), None) is not None
