"""Which corpus folder an index was made from, so that no other folder is answered from it unnoticed.

A project may be moved as a whole, or be mounted elsewhere: an index is also of the folder that lies where its
own lay beside it. An index made before this was recorded is taken for one of any folder.
"""

from __future__ import annotations

import os
from pathlib import Path

from qa.corpus.contents import resolved
from qa.index.protocol import Snapshot

_PATH, _BESIDE = "corpus", "corpus_beside"  # keys of the meta table


def origin(corpus: Path, index: Path) -> dict[str, str]:
    """What is recorded of a corpus in the meta table of its index."""
    path, place = str(resolved(corpus)), str(resolved(index))
    try:
        beside = os.path.relpath(path, place)
    except ValueError:  # on another drive of Windows
        beside = path
    return {key: _storable(value) for key, value in ((_PATH, path), (_BESIDE, beside))}


def other_origin(snapshot: Snapshot, corpus: Path) -> str:
    """The path of the folder that an index was made from, if that is another one than `corpus`; else "".

    Each part may be of a corpus that is elsewhere. Who is of no part may ask an index that has some.
    """
    if not snapshot.part and snapshot.parts():
        return ""
    known = snapshot.meta(_PATH)
    same = any(snapshot.meta(key) == value for key, value in origin(corpus, snapshot.folder).items())
    return "" if same or not known else known


def _storable(path: str) -> str:
    """A path as the database can hold it; one that is not in UTF-8 is escaped."""
    return path.encode("utf-8", "backslashreplace").decode()
