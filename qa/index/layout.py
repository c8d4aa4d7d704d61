"""The names of the files in an index folder. The module that imports a name from here writes that file."""

from __future__ import annotations

DATABASE = "index.sqlite"
VECTORS = "vectors.faiss"
SYNC_LOCK = "sync.lock"
PLACING_LOCK = "placing.lock"
FEEDBACK = "feedback.jsonl"
FEEDBACK_LOCK = "feedback.lock"
_NAMES = (DATABASE, VECTORS, SYNC_LOCK, PLACING_LOCK, FEEDBACK, FEEDBACK_LOCK)


def is_index_file(name: str) -> bool:
    """True for the name of an index file, or of a file written next to one: a log or an unfinished copy."""
    return name.startswith(_NAMES)
