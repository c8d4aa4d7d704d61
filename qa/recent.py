"""The few values that are worth keeping for a while."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Recent(Generic[Value]):
    """The last `limit` values that were kept, each under its key. Safe to use from several threads."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._values: dict[str, Value] = {}  # the oldest first

    def get(self, key: str) -> Value | None:
        """The value under a key; None if none was kept, or if it has made room for others."""
        return self._values.get(key)

    def keep(self, key: str, value: Value) -> None:
        """Keep a value as the newest. If there are too many, the oldest makes room."""
        with self._lock:
            self._values.pop(key, None)
            self._values[key] = value
            if len(self._values) > self._limit:
                del self._values[next(iter(self._values))]
