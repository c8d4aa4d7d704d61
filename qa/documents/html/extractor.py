"""What trafilatura finds in a web page: its main text and its metadata.

Some of what it does takes quadratic time. So what it is shown of attributes and of linked data is limited, it
compares its findings with those of other extractors in pages of usual size only, and pages of a size that no
article has are not shown to it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

_MOST_ELEMENTS = 50_000
_MOST_COMPARED = 8_000  # elements; in a larger page the findings are not compared
_MOST_TEXT = 3_000_000  # characters; a long book has a third of that
_MOST_ATTRIBUTES = 100  # of one element
_LONGEST_VALUE = 1000  # characters of an attribute, or a value of linked data
_LONGEST_BROKEN = 10_000  # characters of linked data that is not valid
_ARTICLE = "articleBody"  # the key of the text in linked data


class Extracted(NamedTuple):
    """The main text of a page, "" if there is none, its title, and `metadata` without a date."""

    text: str = ""
    title: str = ""
    metadata: Mapping[str, str] = MappingProxyType({})


def extract(tree: Any) -> Extracted:
    """What the extractor finds in the tree of a page, which it shortens."""
    elements, characters = _shorten(tree)
    if elements > _MOST_ELEMENTS or characters > _MOST_TEXT:
        return Extracted(title=_title(tree))
    import trafilatura  # loaded only for web pages: it takes as long as everything else together
    from trafilatura.metadata import extract_metadata

    try:
        known = extract_metadata(tree, date_config={"extensive_search": False, "original_date": True})
        page = trafilatura.bare_extraction(tree, include_comments=False, fast=elements > _MOST_COMPARED)
    except Exception:  # lxml and trafilatura raise many types on odd markup; the page is read without them
        return Extracted(title=_title(tree))
    values = {"source": known.sitename, "author": known.author, "url": known.url, "language": known.language}
    metadata = {key: " ".join(value.split()) for key, value in values.items() if value}
    title = _without_site(known.title or _title(tree), metadata.get("source", ""))
    return Extracted(page.text or "" if page else "", title, metadata)


def _title(tree: Any) -> str:
    """The title in the head of a page."""
    return " ".join(tree.findtext(".//title", "").split())


def _without_site(title: str, site: str) -> str:
    """A title without the name of the site, which many pages append."""
    title = " ".join(title.split())
    if site and title.endswith(site) and title != site:
        title = title.removesuffix(site).rstrip(" |:·»–—-")
    return title


def _shorten(tree: Any) -> tuple[int, int]:
    """Shorten what is not text. Returns the numbers of elements and of characters of text."""
    from lxml import etree

    elements = characters = 0
    for node in tree.iter(etree.Element):
        elements += 1
        characters += len(node.text or "") + len(node.tail or "")
        if len(node.attrib) > _MOST_ATTRIBUTES:
            node.attrib.clear()
        for name, value in node.attrib.items():
            if len(value) > _LONGEST_VALUE:
                node.set(name, value[:_LONGEST_VALUE])
        if node.tag == "script":
            node.text = _short_data(node.text or "") if "json" in node.get("type", "") else ""
    return elements, characters


def _short_data(text: str) -> str:
    """Linked data with short values."""
    try:
        return json.dumps(_short(json.loads(text, strict=False), ""))
    except (ValueError, RecursionError):
        return text if len(text) <= _LONGEST_BROKEN else ""


def _short(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        return {name: _short(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_short(item, key) for item in value]
    return value[:_LONGEST_VALUE] if isinstance(value, str) and key != _ARTICLE else value
