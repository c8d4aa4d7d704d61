"""Documents and passages <-> rows of Milvus, with what is too long for a row as texts beside it."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from qa.index.milvus.bm25 import searched_text, token
from qa.index.milvus.collections import UNSEARCHED, fits, pieces_of, slices
from qa.index.milvus.connection import Row
from qa.index.protocol import Entry
from qa.index.words import words_of
from qa.structure import Structure
from qa.types import Document, Passage

TEXT, LEFT_OUT, STRUCTURE, CONTENT, BESIDE = "text", "left out", "structure", "content", "beside"

DOCUMENT_FIELDS = ("id", "version", "path", "digest", "content")
PASSAGE_FIELDS = ("number", "document_id", "version", "start", "stop", "content", "searched", "header_words")


def key(*parts: str) -> str:
    """A key for a row, from what tells it apart."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def meta_row(part: str, name: str, value: str, further: str = "") -> Row:
    """A row of META; `further` tells those of one name apart."""
    return {"id": key(part, name, further), "part": part, "name": name, "value": value, **UNSEARCHED}


def meta_rows(part: str, name: str, value: str) -> Iterator[Row]:
    """The rows of META of a value of any length, the first of which says how many there are if not one."""
    if fits(value):
        yield meta_row(part, name, value)
        return
    pieces = pieces_of(value)
    yield meta_row(part, name, f"{len(pieces)}\0{pieces[0]}")
    for i, piece in enumerate(pieces[1:], 1):
        yield meta_row(part, f"{name} {i}", piece)


def meta_of(rows: Iterable[Row]) -> dict[tuple[str, str], str]:
    """(part, name) -> the value that `meta_rows` made rows of."""
    meta = {(row["part"], row["name"]): row["value"] for row in rows}
    for (part, name), value in list(meta.items()):
        count, nul, first = value.partition("\0")
        if nul:
            rest = (meta.get((part, f"{name} {i}"), "") for i in range(1, int(count)))
            meta[part, name] = "".join((first, *rest))
    return meta


NUMBERS = 7 << 60  # first numbers are below this, so that those after them fit into 63 bits


def first_number(version: str) -> int:
    """The number of the first passage of a version of a document; the others follow it.

    They are spread evenly over all numbers, so that those below a bound are a sample of the corpus.
    """
    return int(key(version)[:15], 16) * 7


def staged_id(part: str, vector_key: str) -> str:
    """The key of a vector that is kept for a part: another part may remove its own of the same text."""
    return f"{vector_key} {key(part)[:16]}"


def staged_key(staged_id: str) -> str:
    """The key of the vector with an id that `staged_id` made."""
    return staged_id.partition(" ")[0]


# --- documents -----------------------------------------------------------------------------------


def document_row(entry: Entry, version: str, part: str) -> Row:
    """The row of a document, without the content that is too long for it."""
    document = entry.document
    content = _content(document)
    return {
        "id": document.id,
        "version": version,
        "part": part,
        "path": document.path,
        "digest": document.digest,
        "file_digest": entry.file_digest,
        "recipe": entry.recipe,
        "content": content if fits(content) else "",
        "passages": len(entry.passages),
        "left_out": len(entry.left_out),
        "indexed_at": time.time(),
        **UNSEARCHED,
    }


def _content(document: Document) -> str:
    structured = document.structure != Structure()
    return json.dumps(
        {
            "title": document.title,
            "metadata": dict(document.metadata),
            "pages": document.pages,
            "structured": structured,
        },
        ensure_ascii=False,
    )


def document_texts(entry: Entry, version: str, part: str) -> Iterator[Row]:
    """The long texts of a document: its own, and what is read of it now and then."""
    document = entry.document

    def rows(kind: str, text: str, searched: str = "") -> Iterator[Row]:
        return slices(part, document.id, version, kind, text, searched)

    yield from rows(TEXT, document.text)
    left_out = json.dumps(entry.left_out, ensure_ascii=False)
    if entry.left_out:
        yield from rows(LEFT_OUT, left_out)
    structure = document.structure
    if structure != Structure():
        tables = [(table.start, table.end, table.columns_end) for table in structure.tables]
        yield from rows(STRUCTURE, json.dumps([structure.places, tables], ensure_ascii=False))
    content = _content(document)
    if not fits(content):
        yield from rows(CONTENT, content)
    beside = "\n".join((document.path, *document.metadata.values(), *(text for _, text in entry.left_out)))
    for i, start in enumerate(range(0, len(beside), _BESIDE)):
        # A slice begins a little before the end of the one before, so that each word is whole in one of them.
        piece = beside[max(0, start - _OVERLAP) : start + _BESIDE]
        (words,) = words_of([piece])
        searched, _ = searched_text(sorted({token(word) for word in words}), ())
        yield from slices(part, document.id, version, f"{BESIDE} {i}", piece, searched)


_BESIDE, _OVERLAP = 4000, 100  # characters


def document_of(
    row: Mapping[str, Any],
    long: Callable[[str], str],
    text: Callable[[], str],
    structure: Callable[[], Structure],
) -> Document:
    """The document of a row. `long` reads its text of a kind, the others what is read on first use."""
    content = json.loads(row["content"] or long(CONTENT))
    return Document(
        id=row["id"],
        path=row["path"],
        title=content["title"],
        digest=row["digest"],
        metadata=content["metadata"],
        _text=text,
        pages=tuple(content["pages"]),
        _structure=structure if content["structured"] else Structure(),
    )


# --- passages ------------------------------------------------------------------------------------


def passage_rows(
    entry: Entry, version: str, part: str, vectors: Mapping[bytes, npt.NDArray[np.float32]]
) -> Iterator[Row]:
    """The rows of a document's passages, in the order of its text."""
    passages = entry.passages
    words = words_of([text for p in passages for text in (p.header, p.text)])
    start = first_number(version)
    for i, (passage, vector_key) in enumerate(zip(passages, entry.vector_keys, strict=True)):
        searched, header_words = searched_text(words[2 * i], words[2 * i + 1])
        content = _passage_content(passage)
        yield {
            "number": start + i,
            "document_id": passage.document_id,
            "version": version,
            "part": part,
            "vector_key": vector_key.hex(),
            "start": passage.start,
            "stop": passage.end,
            "content": content if fits(content) else "",
            "searched": searched,
            "header_words": header_words,
            "vector": vectors[vector_key],
        }


def passage_texts(entry: Entry, version: str, part: str) -> Iterator[Row]:
    """The content of passages that is too long for their rows."""
    for i, passage in enumerate(entry.passages):
        content = _passage_content(passage)
        if not fits(content):
            yield from slices(
                part, entry.document.id, version, passage_kind(first_number(version) + i), content
            )


def passage_kind(number: int) -> str:
    """The kind of text that the content of a passage is."""
    return f"passage {number}"


def _passage_content(passage: Passage) -> str:
    return json.dumps(
        [
            passage.id, passage.header, passage.text, passage.sentences, passage.remark, passage.doubtful,
        ],
        ensure_ascii=False,
    )  # fmt: skip


def passage_of(row: Mapping[str, Any], long: Callable[[str], str]) -> Passage:
    """The passage of a row; `long` reads the text of a kind of its document."""
    content: Sequence[Any] = json.loads(row["content"] or long(passage_kind(row["number"])))
    identity, header, text, sentences, remark, doubtful = content
    return Passage(
        id=identity,
        document_id=row["document_id"],
        start=row["start"],
        end=row["stop"],
        text=text,
        header=header,
        sentences=tuple((start, end) for start, end in sentences),
        remark=remark,
        doubtful=doubtful,
    )
