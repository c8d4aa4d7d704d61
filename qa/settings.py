"""Environment variables -> settings. Nothing else in the package reads `QA_*`."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from qa.errors import SettingsError

_NAME = 40  # characters of a folder's name in that of its index


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a user can configure.

    `model` is None for the default encoder, otherwise a folder or the id of a model on this machine. `reader`
    names what reads the best passages again and decides: None is the package's large reader, "small" nothing,
    anything else a folder or id of an extractive question-answering model. `login` is the (name, password)
    pair that the page asks for, or None. `download` says whether the page offers the files themselves: None
    for a page that is served to this machine only.
    """

    corpus: Path = Path("corpus")
    index: Path = Path("index")
    model: str | None = None
    reader: str | None = None
    login: tuple[str, str] | None = None
    download: bool | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """The settings in the environment. Raises SettingsError if one of them cannot be used."""
        login = environment.get("QA_LOGIN") or None
        name, colon, password = (login or "").partition(":")
        if login and not (name and colon and password):
            raise SettingsError("QA_LOGIN must be name:password")
        return cls(
            corpus=Path(environment.get("QA_CORPUS") or "corpus"),
            index=Path(environment.get("QA_INDEX") or "index"),
            model=environment.get("QA_MODEL") or None,
            reader=environment.get("QA_READER") or None,
            login=(name, password) if login else None,
            download=_yes_or_no("QA_DOWNLOAD", environment.get("QA_DOWNLOAD")),
        )

    @classmethod
    def for_folders(
        cls, corpus: Path | None, index: Path | None, environment: Mapping[str, str] = os.environ
    ) -> Settings:
        """The settings in the environment, with the folders that somebody names in place of those there.

        A corpus that is named has its index among the user's data unless an index is named too, here or in
        the environment: nothing is written into it, or into the folder that somebody happens to be in. It may
        be the one that is meant anyway. Raises SettingsError.
        """
        usual = cls.from_environment(environment)
        corpus = corpus or usual.corpus
        if not index and not environment.get("QA_INDEX") and not _are_same(corpus, usual.corpus):
            index = index_of(corpus)
        return replace(usual, corpus=corpus, index=index or usual.index)


def index_of(corpus: Path) -> Path:
    """The index folder of a corpus among the user's data: named after the folder, and keyed by its path."""
    from platformdirs import user_data_path

    path = os.path.normcase(os.path.realpath(corpus))
    key = hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
    name = "-".join(filter(None, (os.path.basename(path)[:_NAME], key)))
    return user_data_path("qa", appauthor=False) / "indexes" / name


def _are_same(one: Path, other: Path) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def _yes_or_no(name: str, value: str | None) -> bool | None:
    if value not in (None, "", "yes", "no"):
        raise SettingsError(f"{name} must be yes or no")
    return value == "yes" if value else None
