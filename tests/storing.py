"""Putting documents into a store, and looking for them there."""

from __future__ import annotations

import hashlib

import numpy as np

from qa.index.protocol import Entry, Store
from qa.types import Document, Passage


def entry(path: str, *texts: str, header: str = "") -> Entry:
    """A document whose passages are the given texts; equal texts share a vector."""
    text = "\n".join(texts)
    passages, start = [], 0
    for t in texts:
        end = start + len(t)
        passages.append(Passage(f"{path}-{start}", path, start, end, t, header, ((start, end),)))
        start = end + 1
    document = Document(
        id=path,
        path=path,
        title=path.title(),
        digest=hashlib.sha256(text.encode()).hexdigest(),
        metadata={"author": "Oda"},
        _text=text,
    )
    return Entry(
        document=document,
        passages=passages,
        vector_keys=[t.encode() for t in texts],
        file_digest="digest",
        recipe="recipe",
        left_out=[("button", "Share")],
    )


def put(store: Store, *entries: Entry, removed: tuple[str, ...] = ()) -> None:
    with store.write() as writer:
        keys = list(dict.fromkeys(key for e in entries for key in e.vector_keys))
        writer.add_vectors(keys, np.array([[len(key), 0.0] for key in keys], np.float32))
        writer.commit(entries, removed)


def matches(store: Store, *words: str, ids: list[str] | None = None) -> list[str]:
    """The ids of the passages that a keyword search finds, best first."""
    with store.read() as snapshot:
        hits = snapshot.keyword_search(words, 10, ids)
        passages = snapshot.passages([number for number, _ in hits])
        return [passages[number].id for number, _ in hits]
