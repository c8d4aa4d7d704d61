"""The files in an index folder, by name. Each is written by the module that imports its name from here."""

from __future__ import annotations

DATABASE = "index.sqlite"
VECTORS = "vectors.faiss"
SYNC_LOCK = "sync.lock"
PLACING_LOCK = "placing.lock"
FEEDBACK = "feedback.jsonl"
FEEDBACK_LOCK = "feedback.lock"
_NAMES = (DATABASE, VECTORS, SYNC_LOCK, PLACING_LOCK, FEEDBACK, FEEDBACK_LOCK)


def is_of_the_index(name: str) -> bool:
    """Whether a file of that name is one of them, or is written beside one: a log, an unfinished copy."""
    return name.startswith(_NAMES)
