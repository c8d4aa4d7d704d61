"""The file that a document was made of, as long as it is still the same file."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from qa.corpus.attachments import files_of
from qa.corpus.contents import opened, resolved
from qa.documents.formats import MAX_BYTES
from qa.errors import CorpusError

CHANGED = "the file has changed since it was read. Open the document again in a moment"


@dataclass(frozen=True, slots=True)
class Original:
    """A file of the corpus: its name, and its bytes, whose SHA-256 is `digest`."""

    name: str
    digest: str
    content: bytes


def original(
    corpus: Path, path: str, digests: Mapping[str, tuple[str, str]], elsewhere: str = ""
) -> Original:
    """The file of the document at a path of the index, whose `file_digests` are given.

    A path comes from the index, but something else may be there by now. So a file is only returned if it has
    the bytes that were indexed, and is not reached by a link that leads out of the folder. Raises CorpusError
    if it is not, or if the document is attached to another file. `elsewhere` says where the file is kept, if
    it need not be here.
    """
    if path not in digests:
        raise CorpusError(CHANGED)
    file = files_of(digests)[path]
    if file != path:
        raise CorpusError(f"attached to {file}, where its own program shows it")
    try:
        return _indexed(resolved(corpus), path, digests[path][0])
    except CorpusError as error:
        raise CorpusError(f"its file is kept {elsewhere}") if elsewhere else error from error


def _indexed(root: Path, path: str, digest: str) -> Original:
    place = root / path
    try:
        if not resolved(place).is_relative_to(root):
            raise CorpusError(CHANGED)
        with opened(place) as stream:
            if os.fstat(stream.fileno()).st_size > MAX_BYTES:
                raise CorpusError(CHANGED)
            content = stream.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise CorpusError("the file is no longer in the folder") from error
    except OSError as error:
        raise CorpusError(f"cannot read the file ({error.strerror})") from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise CorpusError(CHANGED)
    return Original(PurePosixPath(path).name, digest, content)
