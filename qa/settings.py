"""Environment variables -> settings. Nothing else in the package reads `QA_*`."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from urllib.parse import urlsplit

from qa.errors import SettingsError

_NAME = 40  # characters of a folder's name in that of its index
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
    anything else a folder or id of an extractive question-answering model. `encoder` is the address of a
    server that computes the vectors, None for this process; `model` is then the id of a model there, and
    `encoder_key` what the server asks for, if anything. `login` are the people who may log in; None if nobody
    has to. `download` says whether the page offers the files themselves: None for a
    page that is served to this machine only. `part` is the folder in the corpus that is synced here, by its
    path from there, if others are synced elsewhere into the same index; "" for all of the corpus. Without
    `syncs`, nothing is: the files may be on another machine. `store` is the address of a Milvus server that
    keeps the index, or the path of a file of milvus-lite; None for an index in its folder. `store_token` is
    what the server asks for.

    Raises SettingsError if a folder cannot be a part, or a store no address.
    """

    corpus: Path = Path("corpus")
    index: Path = Path("index")
    model: str | None = None
    reader: str | None = None
    encoder: str | None = None
    encoder_key: str | None = field(default=None, repr=False)
    login: tuple[Person, ...] | None = None
    download: bool | None = None
    part: str = ""
    syncs: bool = True
    store: str | None = field(default=None, repr=False)  # it may hold a password
    store_token: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "part", _part(self.part))
        if self.store and not self.store.startswith(("http://", "https://")) and self.store[-3:] != ".db":
            raise SettingsError("QA_STORE must be http://host:port, or a file whose name ends in .db")

    @property
    def is_private(self) -> bool:
        """True if texts and questions are sent nowhere: neither index nor encoder are on a server."""
        return self.encoder is None and not (self.store or "").startswith("http")

    @property
    def folder(self) -> Path:
        """The folder that is synced here: the corpus, or the part of it."""
        return self.corpus / self.part

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """The settings in the environment. Raises SettingsError if one of them cannot be used."""
        return cls(
            corpus=Path(environment.get("QA_CORPUS") or "corpus"),
            index=Path(environment.get("QA_INDEX") or "index"),
            model=environment.get("QA_MODEL") or None,
            reader=environment.get("QA_READER") or None,
            encoder=_address(environment.get("QA_ENCODER") or ""),
            encoder_key=_key(environment.get("QA_ENCODER_KEY") or ""),
            login=_people(environment.get("QA_LOGIN") or "", environment.get("QA_LOGIN_FILE") or ""),
            download=_yes_or_no("QA_DOWNLOAD", environment.get("QA_DOWNLOAD")),
            part=environment.get("QA_PART") or "",
            store=environment.get("QA_STORE") or None,
            store_token=environment.get("QA_STORE_TOKEN") or "",
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

    @classmethod
    def for_several(
        cls, corpora: Sequence[Path], environment: Mapping[str, str] = os.environ
    ) -> tuple[Settings, ...]:
        """The settings for each of several folders, as if it was named alone.

        If the environment names an index, it is that of the usual corpus, and the folder that holds those of
        the others. Raises SettingsError.
        """
        usual = cls.from_environment(environment)
        if usual.store and len(corpora) > 1:
            raise SettingsError("QA_STORE keeps the index of one folder. Name one, or leave QA_STORE out")
        indexes = (
            usual.index / index_of(corpus).name
            if environment.get("QA_INDEX") and not _are_same(corpus, usual.corpus)
            else None
            for corpus in corpora
        )
        return tuple(cls.for_folders(*folders, environment) for folders in zip(corpora, indexes, strict=True))


def index_of(corpus: Path) -> Path:
    """The index folder of a corpus among the user's data: named after the folder, and keyed by its path."""
    from platformdirs import user_data_path

    path = os.path.normcase(os.path.realpath(corpus))
    key = hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
    name = "-".join(filter(None, (os.path.basename(path)[:_NAME], key)))
    return user_data_path("qa", appauthor=False) / "indexes" / name


def _are_same(one: Path, other: Path) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def _part(name: str) -> str:
    """A part by its path from the corpus, with `/` between names. Raises SettingsError if it is none."""
    path = PurePath(name)
    hidden = any(part.startswith((".", "~$")) for part in path.parts)  # also the one above
    is_text = "\0" not in name and name.encode("utf-8", "ignore").decode() == name
    if path.anchor or hidden or (name and not path.parts) or not is_text:
        example = "Name it by its path from there, such as reports/2024"
        raise SettingsError(f"a part is a folder within the corpus, which {name!r:.80} is not. {example}")
    return path.as_posix() if name else ""


def _yes_or_no(name: str, value: str | None) -> bool | None:
    if value not in (None, "", "yes", "no"):
        raise SettingsError(f"{name} must be yes or no")
    return value == "yes" if value else None


# --- the encoder ---------------------------------------------------------------------------------


def _address(value: str) -> str | None:
    """The address of a server; None if there is none. Raises SettingsError, which does not quote it."""
    address = value.strip()
    if not address:
        return None
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # a port that is no number
        usable = False
    if not usable or len(address.split()) > 1:
        raise SettingsError("QA_ENCODER must be an address such as http://localhost:8080/v1")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise SettingsError("QA_ENCODER must be the address alone. Put a key into QA_ENCODER_KEY")
    return address


def _key(value: str) -> str | None:
    """What is sent as a bearer token. Raises SettingsError, which does not quote it."""
    if any(not "!" <= character <= "~" for character in value.strip()):
        raise SettingsError("QA_ENCODER_KEY must have neither spaces nor letters with accents")
    return value.strip() or None


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
