"""Environment variables -> settings. Nothing else in the package reads `QA_*`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from qa.errors import SettingsError


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


def _yes_or_no(name: str, value: str | None) -> bool | None:
    if value not in (None, "", "yes", "no"):
        raise SettingsError(f"{name} must be yes or no")
    return value == "yes" if value else None
