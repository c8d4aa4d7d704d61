"""The day on which a web page was published, as far as the page states it: never guessed from its text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

from qa.documents.parsed import day

_NAMES = frozenset(  # of meta elements, in small letters
    """article:published_time og:published_time og:article:published_time datepublished date dc.date
    dc.date.issued dc.date.created dcterms.date dcterms.issued dcterms.created citation_publication_date
    citation_date parsely-pub-date sailthru.date pubdate publishdate publish-date publication_date
    article.published bt:pubdate displaydate""".split()
)
_KEYS = ("datePublished", "dateCreated", "uploadDate")  # of JSON-LD
_IN_ADDRESS = re.compile(r"/((?:19|20)\d\d)[/-](\d\d?)[/-](\d\d?)(?:[/-]|$)")
_MOST_ITEMS = 10_000  # of JSON-LD that are looked at


def published(tree: Any) -> str:
    """The day in ISO 8601 that the metadata of a page or a `<time>` in it states; "" if none does."""
    candidates = chain(_metadata(tree), _linked_data(tree), _times(tree))
    return next(filter(None, map(_day, candidates)), "")


def day_in_address(address: str) -> str:
    """The day in a URL such as https://gazette.example/2021/03/04/ferry, in ISO 8601; or ""."""
    match = _IN_ADDRESS.search(address, 0, 2000)
    return day("{}-{:0>2}-{:0>2}".format(*match.groups())) if match else ""


def _day(value: str) -> str:
    return day(value.strip()[:40].replace("/", "-"))


def _metadata(tree: Any) -> Iterator[str]:
    for meta in tree.iter("meta"):
        names = (meta.get(attribute, "").lower() for attribute in ("property", "name", "itemprop"))
        if not _NAMES.isdisjoint(names):
            yield meta.get("content", "")


def _linked_data(tree: Any) -> Iterator[str]:
    for script in tree.iter("script"):
        if script.get("type", "").strip().lower() == "application/ld+json":
            try:
                yield from _dates(json.loads(script.text or "", strict=False))
            except (ValueError, RecursionError):
                continue


def _dates(data: object) -> Iterator[str]:
    """The dates in linked data, those of outer objects first."""
    waiting = [data]
    for item in waiting:  # grows while it is walked
        if isinstance(item, dict):
            yield from (value for key in _KEYS if isinstance(value := item.get(key), str))
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item
        if len(waiting) > _MOST_ITEMS:
            return


def _times(tree: Any) -> Iterator[str]:
    """What is marked as the date of the page, or is the only date that is marked."""
    times = list(tree.iter("time"))
    for time in times:
        if "pubdate" in time.attrib or "datePublished" in time.get("itemprop", "") or len(times) == 1:
            yield time.get("datetime", "")
