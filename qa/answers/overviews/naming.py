"""What people call a document -> the document: by its title, its file, its author or its publisher."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.language.words import FUNCTION_WORDS, WORD, singular
from qa.types import Document

_LEAST = 0.6  # of the words of a name that a document must have, if the question says that it is a document
_PARTS_OF_TITLE = re.compile(r"\s*(?::|[–—|]|\s-\s)\s*")


def named(name: str, documents: Sequence[Document], said_so: bool) -> list[Document]:
    """The documents that a name fits best; none if it fits none.

    If the question does not say that this is the name of a document (`said_so`), it has to fit one wholly,
    and only one: a summary of "Osk" is of one document only if no other is called after Osk.
    """
    words = _words(name)
    exact = [d for d in documents if any(words == _words(part) for part in _names(d))]
    if exact or not words:
        return exact
    shares = {d.id: len(words & _words(" ".join(_called(d)))) / len(words) for d in documents}
    best = max(shares.values(), default=0.0)
    fitting = [d for d in documents if shares[d.id] == best]
    if said_so:
        return fitting if best >= _LEAST and len(fitting) < max(2, len(documents)) else []
    return fitting if best == 1 and len(fitting) == 1 else []


def _names(document: Document) -> list[str]:
    """The whole of each name, and the parts of a title."""
    title = document.title
    return [
        title,
        *_PARTS_OF_TITLE.split(title),
        document.path,
        document.path.rpartition("/")[2],
        _stem(document),
    ]


def _called(document: Document) -> list[str]:
    """All that a document may be called after."""
    known = document.metadata
    return [
        document.title,
        document.path,
        *(known.get(key, "") for key in ("author", "source", "source_title")),
    ]


def _stem(document: Document) -> str:
    return document.path.rpartition("/")[2].rpartition(".")[0]


def _words(text: str) -> frozenset[str]:
    words = (word.lower() for word in WORD.findall(text))
    return frozenset(singular(word) for word in words if word not in FUNCTION_WORDS)
