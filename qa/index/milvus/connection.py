"""An address -> a connection to a Milvus server or to a file of milvus-lite, and its errors in words."""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from qa.errors import IndexBusy, IndexUnwritable, SettingsError, StoreError

if TYPE_CHECKING:
    from pymilvus import MilvusClient

Row = dict[str, Any]

_CONNECTING, _READING, _WRITING = 10.0, 30.0, 60.0  # seconds that a call may take
# A server that comes back is found again within a second, not minutes; a server of milvus-lite hangs up on
# those who ask again and again whether it is there.
_CHANNEL = {
    "grpc.max_reconnect_backoff_ms": 1000,
    "grpc.keepalive_time_ms": 30_000,
    "grpc.keepalive_permit_without_calls": False,
}
_MISSING = "QA_STORE needs further packages. Run pip install pymilvus milvus-lite"
_OLDEST = (2, 5)  # the first version of Milvus with BM25
_PAGE = 2000  # rows of a page when all are read
_IN = 1000  # values of a condition
_BYTES = 8_000_000  # of a write; Milvus takes 64 MB in one call, and other brokers less
_FULL = ("quota exceeded", "limit exceeded", "no space left", "insufficient", "has been disabled")
_REFUSED = ("unauthenticated", "auth check failure", "permission", "privilege", "not authenticated")


class Connection:
    """Calls to one database of a server, made when they are first needed. Safe to use from several threads.

    `address` is `http://host:port`, with the name of a database as its path if it is not the default one, or
    the path of a file that ends in `.db`. Every method raises StoreError, in one line, for what a user can
    mend: a server that is away, slow, full, too old or that refuses the token.
    """

    def __init__(self, address: str, token: str = "") -> None:
        self.address = without_password(address)
        self._address = address
        self._token = token
        self._lock = threading.Lock()
        self._client: MilvusClient | None = None
        self._known: set[str] = set()  # collections that exist and are loaded

    @property
    def client(self) -> MilvusClient:
        """The library's own client, for what is done once."""
        with self._lock:
            if self._client is None:
                self._client = self._connected()
            return self._client

    def _connected(self) -> MilvusClient:
        os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # it writes to the terminal what is no error
        try:
            from pymilvus import MilvusClient
        except ImportError as error:
            raise SettingsError(_MISSING) from error
        for library in ("pymilvus", "milvus_lite"):  # they tell of what is raised too
            logging.getLogger(library).setLevel(logging.CRITICAL)
        with self.errors():
            client = MilvusClient(
                self._address, token=self._token, timeout=_CONNECTING, grpc_options=_CHANNEL
            )
            version = str(client.get_server_version())
        if not version.startswith("milvus_lite") and _numbers(version) < _OLDEST:
            raise StoreError(f"{self.address} is Milvus {version}. Keyword search needs Milvus 2.5 or newer")
        return client

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turns the errors of the library into those of this package.

        ValueError is for a text that cannot be written: it concerns nothing else.
        """
        from grpc import RpcError
        from pymilvus.exceptions import MilvusException

        try:
            yield
        except (MilvusException, RpcError, ConnectionError) as error:
            message = str(getattr(error, "message", "") or error)
            if "codec can't encode" in message:
                raise ValueError("it is not valid Unicode") from error
            self.forget_later()
            raise self._told(message) from error

    def forget_later(self) -> None:
        """After an error nothing that was known of the server counts."""
        self._known.clear()

    def _told(self, message: str) -> StoreError | SettingsError:
        message = message.replace(self._address, self.address)
        line = " ".join(message.replace(self._token or "\0", "...").split())[:200]
        small = line.lower()
        if "milvus-lite is required" in small:
            return SettingsError(_MISSING)
        if "open local milvus" in small:
            return self._unopened()
        if any(word in small for word in _REFUSED):
            return StoreError(
                f"{self.address} refuses the token. Set QA_STORE_TOKEN to user:password or a key"
            )
        if "database" in small and ("not found" in small or "does not exist" in small):
            return StoreError(f"{self.address} has no database of this name. Create it, or correct QA_STORE")
        if "rate limit" not in small and any(word in small for word in _FULL):
            return IndexUnwritable(f"{self.address} takes no more data ({line}). Make room, then sync again")
        if "connect" in small or "unavailable" in small:
            return StoreError(
                f"{self.address} does not answer. Start it, or correct QA_STORE, then try again"
            )
        if "rate limit" in small or "timeout" in small or "deadline" in small:
            return StoreError(f"{self.address} does not answer in time. Try again when it has less to do")
        return StoreError(f"{self.address} reports an error ({line}). Try again; the next sync goes on")

    def _unopened(self) -> StoreError:
        """Why a file of milvus-lite, which is a folder, could not be opened."""
        path = Path(self._address)
        if not path.parent.is_dir():
            return IndexUnwritable(f"the folder {path.parent} does not exist. Create it, or correct QA_STORE")
        if (path.exists() and not path.is_dir()) or not os.access(
            path if path.exists() else path.parent, os.W_OK
        ):
            return IndexUnwritable(f"{path} cannot be used as an index of milvus-lite. Correct QA_STORE")
        return IndexBusy(
            f"{path} is open in another process. Close it, or run milvus-lite server --data-dir {path} and"
            " set QA_STORE to its http address"
        )

    # --- collections -----------------------------------------------------------------------------

    def has(self, collection: str) -> bool:
        """True if a collection exists and has its indexes; it is loaded then."""
        if collection in self._known:
            return True
        from pymilvus.exceptions import MilvusException

        client = self.client
        with self.errors():
            if not client.has_collection(collection, timeout=_READING):
                return False
            try:
                client.load_collection(collection, timeout=_WRITING)
            except MilvusException as error:
                if "index not found" in error.message.lower():  # somebody is about to create it
                    return False
                raise
        self._known.add(collection)
        return True

    def flush(self, collections: Sequence[str]) -> None:
        """Bring what was written into segments, which are searched fast. A server also does it by itself."""
        from pymilvus.exceptions import MilvusException

        for collection in collections:
            if self.has(collection):
                try:
                    self.client.flush(collection, timeout=_WRITING)
                except MilvusException:  # servers limit how often; nothing depends on it
                    return

    def compact(self, collections: Sequence[str]) -> None:
        """Ask for the bytes of deleted rows to be erased. The server does it in its own time."""
        with self.errors():
            for collection in collections:
                if self.has(collection):
                    self.client.compact(collection, timeout=_WRITING)

    # --- reading ---------------------------------------------------------------------------------

    def rows(self, collection: str, condition: str, fields: Sequence[str], most: int = 0) -> list[Row]:
        """The rows for which a condition holds; `most` of them, in no order, if it is given."""
        if not self.has(collection):
            return []
        with self.errors():
            found = self.client.query(
                collection,
                filter=condition,
                output_fields=list(fields),
                limit=most or _PAGE,
                timeout=_READING,
            )
        if most or len(found) < _PAGE:  # nearly always; reading in pages takes some calls more
            return list(found)
        return [row for page in self.pages(collection, condition, fields) for row in page]

    def pages(self, collection: str, condition: str, fields: Sequence[str]) -> Iterator[list[Row]]:
        """All rows for which a condition holds, in pages; each row once."""
        if not self.has(collection):
            return
        with self.errors():
            iterator = self.client.query_iterator(
                collection,
                filter=condition,
                output_fields=list(fields),
                batch_size=_PAGE,
                timeout=_READING,
            )
            try:
                while page := iterator.next():
                    yield list(page)
            finally:
                iterator.close()

    def rows_in(
        self, collection: str, field: str, values: Sequence[str] | Sequence[int], fields: Sequence[str]
    ) -> list[Row]:
        """The rows whose field is one of the values, whatever their number."""
        if not self.has(collection):
            return []
        found: list[Row] = []
        for start in range(0, len(values), _IN):
            condition = is_in(field, values[start : start + _IN])
            with self.errors():
                found += self.client.query(
                    collection, filter=condition, output_fields=list(fields), timeout=_READING
                )
        return found

    def count(self, collection: str, condition: str = "") -> int:
        """The number of rows for which a condition holds."""
        if not self.has(collection):
            return 0
        with self.errors():
            (row,) = self.client.query(
                collection, filter=condition, output_fields=["count(*)"], timeout=_READING
            )
        return int(row["count(*)"])

    def search(
        self, collection: str, field: str, query: Any, most: int, condition: str, fields: Sequence[str]
    ) -> list[tuple[Row, float]]:
        """The rows nearest to a query, best first, each with the score that Milvus gives it."""
        if not self.has(collection):
            return []
        with self.errors():
            (hits,) = self.client.search(
                collection,
                data=[query],
                anns_field=field,
                limit=most,
                filter=condition,
                output_fields=list(fields),
                timeout=_READING,
            )
            return [(dict(hit["entity"]), float(hit["distance"])) for hit in hits]

    # --- writing ---------------------------------------------------------------------------------

    def insert(self, collection: str, rows: Sequence[Row]) -> None:
        """Add rows whose keys are new."""
        self._write(self.client.insert, collection, rows)

    def upsert(self, collection: str, rows: Sequence[Row]) -> None:
        """Add rows, each in place of the one with its key."""
        self._write(self.client.upsert, collection, rows)

    def _write(self, write: Callable[..., Any], collection: str, rows: Sequence[Row]) -> None:
        for part in _parts(rows):
            with self.errors():
                write(collection, list(part), timeout=_WRITING)

    def delete(self, collection: str, condition: str) -> None:
        """Delete the rows for which a condition holds."""
        if self.has(collection):
            with self.errors():
                self.client.delete(collection, filter=condition, timeout=_WRITING)

    def delete_in(self, collection: str, field: str, values: Sequence[str] | Sequence[int]) -> None:
        """Delete the rows whose field is one of the values."""
        for start in range(0, len(values), _IN):
            self.delete(collection, is_in(field, values[start : start + _IN]))


def equals(**fields: str) -> str:
    """The condition that fields have these values. Nothing in a value is read as syntax."""
    return " and ".join(f"{field} == {_literal(value)}" for field, value in fields.items())


def is_in(field: str, values: Sequence[str] | Sequence[int]) -> str:
    """The condition that a field has one of these values."""
    return f"{field} in [{', '.join(map(_literal, values))}]"


def without_password(address: str) -> str:
    """An address as it can be shown."""
    parts = urlsplit(address)
    if "@" not in parts.netloc:
        return address
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _literal(value: str | int) -> str:
    return json.dumps(value, ensure_ascii=False)


def _parts(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Rows in parts that one call can take."""
    start = size = 0
    for i, row in enumerate(rows):
        weight = _weight(row)
        if i > start and size + weight > _BYTES:
            yield rows[start:i]
            start, size = i, 0
        size += weight
    if start < len(rows):
        yield rows[start:]


def _weight(row: Mapping[str, Any]) -> int:
    """The bytes of a row, roughly."""
    return sum(4 * len(value) if hasattr(value, "__len__") else 8 for value in row.values())


def _numbers(version: str) -> tuple[int, int]:
    parts = [int("".join(filter(str.isdigit, part)) or 0) for part in version.lstrip("v").split(".")]
    return (parts[0], parts[1]) if len(parts) > 1 else (0, 0)
