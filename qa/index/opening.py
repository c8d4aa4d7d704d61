"""The folder of an index, and perhaps the address of a server -> its store."""

from __future__ import annotations

from pathlib import Path

from qa.index.local.store import LocalStore
from qa.index.milvus.store import MilvusStore
from qa.index.protocol import Store


def open_store(folder: Path, part: str = "", address: str | None = None, token: str = "") -> Store:
    """The index in a folder, or the one at an address. Raises nothing: neither is opened yet."""
    return MilvusStore(folder, address, token, part) if address else LocalStore(folder, part)
