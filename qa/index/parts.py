"""A part of a corpus: a folder in it that is synced on its own. Which paths and which values belong to it.

Several machines may sync one index, each the part whose files it has. A part is named by its path from the
corpus, such as `reports/2024`; "" stands for the whole corpus. The paths of documents begin at the corpus in
any case, so nothing that is asked of an index depends on its parts.
"""

from __future__ import annotations

# Keys of the meta table whose values are of the part that was synced. All others are of the whole index.
_OF_A_PART = frozenset(("synced_at", "unsettled", "stopped", "corpus", "corpus_beside"))


def is_within(path: str, part: str) -> bool:
    """True if a path is that of a part, or leads into it."""
    return not part or path == part or path.startswith(f"{part}/")


def is_of_a_part(key: str) -> bool:
    """True if a value of the meta table is of the part that was synced; others are of the whole index."""
    return key in _OF_A_PART


def meta_key(key: str, part: str) -> str:
    """The key under which a value of the meta table is kept, if it is asked for by who syncs a part."""
    return f"{key} {part}" if part and is_of_a_part(key) else key
