"""The part of the corpus that is synced here: its folder, and what of an index is kept elsewhere.

An index is synced either as a whole or in parts, of which none is within another. So whoever syncs it removes
only documents whose files were seen here before. An index made of one part so far may have others beside it;
one made of the whole folder may not.
"""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

from qa.corpus.contents import resolved
from qa.errors import CorpusError, SettingsError
from qa.index.parts import is_within
from qa.index.protocol import Snapshot


def root_of(corpus: Path, part: str = "") -> Path:
    """The real path of the corpus. Raises CorpusError if it, or the part's folder in it, is not there.

    A link to a folder is no part, as it is none of the whole either.
    """
    root = resolved(corpus)
    folder, name = root / part, f"folder {corpus / part}" if part else f"corpus folder {corpus}"
    if not os.path.isdir(folder):
        state = "is not a folder" if os.path.exists(folder) else "does not exist"
        raise CorpusError(f"the {name} {state}. Create it and put documents into it")
    place = PurePosixPath(part)
    if any((root / above).is_symlink() for above in (place, *place.parents)):
        raise CorpusError(f"the {name} is a symbolic link. Use a folder that is really there")
    return root


def check_part(snapshot: Snapshot) -> None:
    """Raises SettingsError if the snapshot's part cannot be synced into its index."""
    part, parts = snapshot.part, snapshot.parts()
    if parts and not part:
        raise SettingsError(f"this index is synced in parts ({', '.join(parts)}). Name one with --part")
    for other in parts:
        if part != other and (is_within(part, other) or is_within(other, part)):
            raise SettingsError(
                f"the parts {part} and {other} of this index overlap. Sync {other} as before, or use another"
                " --index"
            )
    if not parts and snapshot.has_documents_elsewhere():
        raise SettingsError(
            f"this index is of the whole folder, not of the part {part} alone. Leave out --part, or use"
            " another --index"
        )


def elsewhere(snapshot: Snapshot, path: str, *, has_files: bool = True) -> str:
    """In words, where the file of a document is kept, if not in the folder that is synced here; else "".

    Without `has_files`, nothing is synced here.
    """
    parts = snapshot.parts()
    if has_files and (snapshot.part or not parts) and is_within(path, snapshot.part):
        return ""
    part = next((part for part in parts if is_within(path, part)), "")
    return f"where the part {part} is synced" if part else "where the folder is synced"
