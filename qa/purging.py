"""Taking what was deleted out of the bytes: what nothing is served from, in whatever file it lies.

It goes by what is there, not by what changed: after it the index folder holds what is served and feedback
that repeats nothing else, whoever deleted the rest and when. Each step leaves a good index, so one that was
killed is run again.
"""

from __future__ import annotations

from qa.feedback.log import FeedbackLog
from qa.index.store import Store, Writer
from qa.search.retrieval import Retriever
from qa.types import Purged


def purge(store: Store, writer: Writer, retriever: Retriever) -> Purged:
    """Purge an index whose sync is done and whose vectors are saved, under the lock of its writer.

    Raises IndexBusy where a reader holds on to the old bytes, and OSError.
    """
    damaged, leftovers = store.damaged(), retriever.leftovers()
    freed = 0
    for path in [*damaged, *leftovers]:
        freed += path.stat().st_size
        path.unlink()
    redacted, unfinished, shorter = FeedbackLog(store).purge(writer)
    vectors, shrunk = writer.purge()
    databases = {path.name.removesuffix("-wal").removesuffix("-shm") for path in damaged}
    return Purged(
        vectors, len(databases), len(leftovers) + unfinished, freed + shorter + shrunk, feedback=redacted
    )
