"""The collections of an index in Milvus, and how long texts are kept in them.

A collection of Milvus must have a vector; those that are not searched have one of two zeros.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from qa.errors import StoreError
from qa.index.milvus.connection import Connection, Row

if TYPE_CHECKING:
    from pymilvus import CollectionSchema

DOCUMENTS, PASSAGES, TEXTS = "qa_documents", "qa_passages", "qa_texts"
STAGED, WORDS, META = "qa_staged_vectors", "qa_words", "qa_meta"
ALL = (DOCUMENTS, PASSAGES, TEXTS, STAGED, WORDS, META)
UNSEARCHED = {"place": [0.0, 0.0]}  # the vector of a row that is not searched by one

_SHORT, LONG = 512, 65_535  # bytes of a key, and the most that Milvus takes for any text
_SLICE = 15_000  # characters: at most four bytes each, and room to spare
_PAUSES = (0.1, 0.3, 1.0)  # seconds between tries to create something
K1 = 1.2  # of BM25, as in FTS5
B = 0.75


def create(connection: Connection, dimension: int | None = None) -> None:
    """Create the collections that there are not; those of vectors once their dimension is known.

    Raises StoreError if there are some for vectors of another dimension.
    """
    for name in ALL:
        if not connection.has(name) and (dimension or name not in (PASSAGES, STAGED)):
            _create(connection, name, dimension or 0)
    if not dimension:
        return
    with connection.errors():
        fields = connection.client.describe_collection(PASSAGES)["fields"]
    (known,) = (int(field["params"]["dim"]) for field in fields if field["name"] == "vector")
    if known != dimension:
        raise StoreError(
            f"{connection.address} holds vectors of {known} numbers, and this encoder makes {dimension}."
            " Use another database for it"
        )


def _create(connection: Connection, name: str, dimension: int) -> None:
    """Create a collection and its indexes. Another machine may be doing the same, and be faster."""
    client = connection.client
    schema = _schema(client, name, dimension)
    with connection.errors():
        _unless_there(
            lambda: client.has_collection(name),
            lambda: client.create_collection(name, schema=schema, consistency_level="Strong"),
        )
        for field in (field.name for field in schema.fields):
            if field in _INDEXES:
                kind = _INDEXES[field]
            elif field in _CONDITIONS[name]:
                kind = {"index_type": "INVERTED"}
            else:
                continue
            index = client.prepare_index_params(field, **kind)
            _unless_there(
                partial(client.list_indexes, name, field_name=field),
                partial(client.create_index, name, index, sync=False),  # there is nothing yet to wait for
            )
    connection.has(name)


def _unless_there(there: Callable[[], Any], create: Callable[[], Any]) -> None:
    """Create something unless it is there. If that fails, somebody else may be about to have created it."""
    from pymilvus.exceptions import MilvusException

    for pause in (*_PAUSES, None):
        if there():
            return
        try:
            create()
        except MilvusException:
            if pause is None:
                raise
            time.sleep(pause)


_INDEXES: dict[str, dict[str, Any]] = {  # of fields that are searched
    "vector": {"index_type": "AUTOINDEX", "metric_type": "IP"},
    "place": {"index_type": "FLAT", "metric_type": "L2"},
    # Words of a text stand twice in what is searched, so that those of the header weigh half as much; twice
    # the k1 then makes the formula what it is with one (bm25.py).
    "sparse": {
        "index_type": "SPARSE_INVERTED_INDEX",
        "metric_type": "BM25",
        "params": {"bm25_k1": 2 * K1, "bm25_b": B},
    },
}
_CONDITIONS = {  # fields that conditions are about
    DOCUMENTS: ("path", "part"),
    PASSAGES: ("document_id", "version", "part", "vector_key"),
    TEXTS: ("owner", "version", "part", "kind"),
    STAGED: ("part",),
    WORDS: ("word", "part", "letter"),
    META: ("part", "name"),
}


def _schema(client: Any, name: str, dimension: int) -> CollectionSchema:
    from pymilvus import DataType, Function, FunctionType

    texts: dict[str, int] = {}
    numbers: tuple[str, ...] = ()
    key = "id"
    if name == DOCUMENTS:
        texts = {"version": _SHORT, "part": LONG, "path": LONG, "digest": _SHORT, "file_digest": _SHORT}
        texts |= {"recipe": LONG, "content": LONG}
        numbers = ("passages", "left_out")
    elif name == PASSAGES:
        key = "number"
        texts = {
            "document_id": _SHORT,
            "version": _SHORT,
            "part": LONG,
            "vector_key": _SHORT,
            "content": LONG,
        }
        numbers = ("start", "stop", "header_words")
    elif name == TEXTS:
        texts = {"owner": _SHORT, "version": _SHORT, "part": LONG, "kind": _SHORT, "slice": LONG}
        numbers = ("position",)
    elif name == STAGED:
        texts = {"part": LONG}
    elif name == WORDS:
        texts = {"word": _SHORT, "stem": LONG, "part": LONG, "letter": _SHORT}
        numbers = ("passages",)
    else:
        texts = {"part": LONG, "name": _SHORT, "value": LONG}
    schema: CollectionSchema = client.create_schema(auto_id=False, enable_dynamic_field=False)
    if key == "number":
        schema.add_field(key, DataType.INT64, is_primary=True)
    else:
        schema.add_field(key, DataType.VARCHAR, is_primary=True, max_length=_SHORT)
    for field, length in texts.items():
        schema.add_field(field, DataType.VARCHAR, max_length=length)
    for field in numbers:
        schema.add_field(field, DataType.INT64)
    if name == DOCUMENTS:
        schema.add_field("indexed_at", DataType.DOUBLE)
    if name in (PASSAGES, TEXTS):
        schema.add_field(
            "searched",
            DataType.VARCHAR,
            max_length=LONG,
            enable_analyzer=True,
            analyzer_params={"tokenizer": "standard"},
        )
        schema.add_field("sparse", DataType.SPARSE_FLOAT_VECTOR)
        schema.add_function(
            Function(
                name="bm25",
                function_type=FunctionType.BM25,
                input_field_names=["searched"],
                output_field_names=["sparse"],
            )
        )
    else:
        if name != STAGED:
            schema.add_field("place", DataType.FLOAT_VECTOR, dim=2)
    if name in (PASSAGES, STAGED):
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
    return schema


# --- long texts ----------------------------------------------------------------------------------


def slices(part: str, owner: str, version: str, kind: str, text: str, searched: str = "") -> Iterator[Row]:
    """The rows of a text of any length. `searched` is what a search of the first row sees."""
    for position, piece in enumerate(pieces_of(text)):
        yield {
            "id": f"{owner} {version} {kind} {position}",
            "owner": owner,
            "version": version,
            "part": part,
            "kind": kind,
            "position": position,
            "slice": piece,
            "searched": searched if position == 0 else "",
        }


def pieces_of(text: str) -> list[str]:
    """A text in pieces, at least one, each of which can be a value of a row."""
    return [text[start : start + _SLICE] for start in range(0, max(1, len(text)), _SLICE)]


def joined(rows: Iterable[Row]) -> str:
    """The text of rows that `slices` made, in any order."""
    return "".join(row["slice"] for row in sorted(rows, key=lambda row: row["position"]))


def fits(text: str) -> bool:
    """True if a text can be a value of a single row."""
    return len(text) <= _SLICE or len(text.encode()) < LONG
