"""An index in a folder -> one on a server: its vectors move, so that nothing is embedded again."""

from __future__ import annotations

from qa.index.local.store import LocalStore
from qa.index.protocol import Writer
from qa.index.recipe import uses_encoder


def take_over(writer: Writer, fingerprint: str) -> None:
    """Store the vectors of the index in the writer's folder, if its part has no documents yet.

    The sync that follows makes the documents from their files, and finds their vectors. The index in the
    folder stays as it is. Vectors of another encoder than the one with this fingerprint are of no use.
    """
    local = LocalStore(writer.folder)
    if writer.file_digests() or not local.path.exists():
        return
    with local.read() as snapshot:
        if uses_encoder(snapshot.meta("recipe"), fingerprint):
            for keys, vectors in snapshot.stored_vectors():
                writer.add_vectors(keys, vectors)
