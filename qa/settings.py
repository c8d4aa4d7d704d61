"""Environment variables -> settings. Nothing else in the package reads `QA_*`."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from qa.errors import SettingsError

_log = logging.getLogger("qa")
_READER = ":reader"  # at the end of a line that names somebody


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may log in. A reader asks, searches and opens documents, and changes none of them."""

    name: str
    password: str = field(repr=False)
    is_reader: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a user can configure.

    `model` is None for the default encoder, otherwise a folder or the id of a model on this machine. `reader`
    names what reads the best passages again and decides: None is the package's large reader, "small" nothing,
    anything else a folder or id of an extractive question-answering model. `login` are the people
    who may log in; None if nobody has to.
    """

    corpus: Path = Path("corpus")
    index: Path = Path("index")
    model: str | None = None
    reader: str | None = None
    login: tuple[Person, ...] | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """The settings in the environment. Raises SettingsError if the login cannot be used."""
        return cls(
            corpus=Path(environment.get("QA_CORPUS") or "corpus"),
            index=Path(environment.get("QA_INDEX") or "index"),
            model=environment.get("QA_MODEL") or None,
            reader=environment.get("QA_READER") or None,
            login=_people(environment.get("QA_LOGIN") or "", environment.get("QA_LOGIN_FILE") or ""),
        )


# --- the login -----------------------------------------------------------------------------------


def _people(login: str, file: str) -> tuple[Person, ...] | None:
    """The people who may log in; None if neither variable is set.

    A login of one line is one person, whose password may be anything: no part of it means something else.
    Raises SettingsError rather than let everybody in.
    """
    login = login.strip("\r\n") or login
    if login and file:
        raise SettingsError("QA_LOGIN and QA_LOGIN_FILE are both set. Use one of them")
    if file:
        return _listed(_content(file), f"QA_LOGIN_FILE, {file}")
    if "\n" in login:
        return _listed(login, "QA_LOGIN")
    name, _, password = login.partition(":")
    if login and not (name and password):
        raise SettingsError("QA_LOGIN must be name:password")
    if login.endswith(_READER):
        _log.warning("QA_LOGIN of one line names no reader: %s is part of the password", _READER)
    return (Person(name, password),) if login else None


def _content(file: str) -> str:
    try:
        return Path(file).read_text("utf-8-sig")
    except OSError as error:
        raise SettingsError(f"QA_LOGIN_FILE: cannot read {file} ({error.strerror or error})") from error
    except ValueError as error:  # no UTF-8, or a path with a null character
        raise SettingsError(f"QA_LOGIN_FILE: {file!r} is not a file of text in UTF-8") from error


def _listed(text: str, origin: str) -> tuple[Person, ...]:
    """The people of a list, one a line. Raises SettingsError, which quotes none of it, if it names nobody."""
    people: dict[str, Person] = {}
    for number, person in _lines(text, origin):
        if person.name in people:
            raise SettingsError(f"{origin}: line {number} names somebody who is named before")
        people[person.name] = person
    if not people:
        raise SettingsError(f"{origin} names nobody. Write name:password, one person a line")
    return tuple(people.values())


def _lines(text: str, origin: str) -> Iterator[tuple[int, Person]]:
    """Each person with the number of the line. Empty lines and lines that begin with # are left out."""
    for number, line in enumerate(map(str.strip, text.split("\n")), start=1):
        if not line or line.startswith("#"):
            continue
        name, _, password = line.removesuffix(_READER).partition(":")
        if not (name.strip() and password):
            raise SettingsError(f"{origin}: line {number} is not name:password or name:password:reader")
        yield number, Person(name.strip(), password, line.endswith(_READER))
