"""The parts of a file that is a zip package: of Word, LibreOffice, PowerPoint, Excel and of e-books.

Nothing is unpacked to disk and nothing outside the package is read. How much a part and all parts together
may unpack to is limited, because a few kilobytes can hold gigabytes.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from typing import Any, NamedTuple

from qa.errors import UnreadableFile

MAX_PART = 100_000_000  # bytes of one unpacked part
MAX_XML = 30_000_000  # bytes of one part that is read as a tree; a book has a tenth of that
MAX_UNPACKED = 300_000_000  # bytes of all the parts that are read
_MAX_PARTS = 20_000
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # zipfile unpacks others without a limit
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # how old and password-protected files of Microsoft Office begin
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
PASSWORD = "password-protected. Save a copy without a password"


class Relation(NamedTuple):
    """What a part of an Office file refers to: `target` is the name of another part of the package.

    `kind` is the last word of the relation's type, such as "footnotes".
    """

    id: str
    kind: str
    target: str


class Package:
    """The parts of a package, by name. Case, backslashes and a leading slash in a name make no difference.

    `broken` lists, as (name, why), the parts that `optional_xml` could not read.
    """

    def __init__(self, raw: bytes, kind: str, old: str = "") -> None:
        """`kind` completes "not a valid ..."; `old` tells what to do with a file of the old format.

        Raises UnreadableFile if the file is password-protected, damaged or not a zip package.
        """
        self._damaged = f"not a valid {kind}. Try opening it and saving it again"
        if raw.startswith(_OLE):
            raise UnreadableFile(PASSWORD if _ENCRYPTED in raw else old or self._damaged)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(raw))
        except Exception as error:  # zipfile raises many types on broken files
            raise self.damaged() from error
        parts = self._zip.infolist()
        if len(parts) > _MAX_PARTS:
            raise self.damaged()
        if any(part.flag_bits & 1 for part in parts):
            raise UnreadableFile(PASSWORD)
        self._parts = {_key(part.filename): part for part in parts if not part.is_dir()}
        self._unpacked = 0
        self.broken: list[tuple[str, str]] = []

    def damaged(self) -> UnreadableFile:
        """The error to raise if the content of the package is not what it should be."""
        return UnreadableFile(self._damaged)

    def names(self) -> list[str]:
        """The names of all parts, in the order of the package."""
        return [part.filename.replace("\\", "/").lstrip("/") for part in self._parts.values()]

    def read(self, name: str, limit: int = MAX_PART) -> bytes | None:
        """The bytes of a part, or None if there is no such part.

        Raises UnreadableFile if it is damaged, or unpacks to more than the limit.
        """
        part = self._parts.get(_key(name))
        if part is None:
            return None
        if part.compress_type not in _COMPRESSIONS:
            raise self.damaged()
        _check_size(part.file_size, limit)  # zipfile unpacks no more than the size that the part declares
        self._unpacked += part.file_size
        _check_size(self._unpacked, MAX_UNPACKED)
        try:
            return self._zip.read(part)
        except Exception as error:  # zipfile and zlib raise many types on broken files
            raise self.damaged() from error

    def check(self) -> None:
        """Check the package for a library that reads all parts itself and without limits.

        Raises UnreadableFile if the parts unpack to too much, or are compressed in an unusual way.
        """
        for part in self._parts.values():
            if part.compress_type not in _COMPRESSIONS:
                raise self.damaged()
            _check_size(part.file_size, MAX_XML if part.filename.endswith((".xml", ".rels")) else MAX_PART)
        _check_size(sum(part.file_size for part in self._parts.values()), MAX_UNPACKED)

    def xml(self, name: str) -> Any:
        """A part as an lxml tree without comments, or None if there is no such part.

        Entities are not resolved and nothing is fetched. Raises UnreadableFile as `read` does, and if the
        part is not well-formed.
        """
        content = self.read(name, MAX_XML)
        if content is None:
            return None
        try:
            return safe_tree(content)
        except SyntaxError as error:  # lxml's XMLSyntaxError is one
            raise self.damaged() from error

    def optional_xml(self, name: str) -> Any:
        """A part as `xml` returns it; None as well if it cannot be read, which is noted in `broken`."""
        try:
            return self.xml(name)
        except UnreadableFile as error:
            self.broken.append((name, str(error).partition(".")[0]))
            return None

    def relations(self, source: str) -> list[Relation]:
        """What a part of an Office file (or, for "", the package) refers to within the package."""
        folder, name = posixpath.split(source)
        tree = self.optional_xml(posixpath.join(folder, "_rels", f"{name}.rels"))
        return [
            Relation(
                relation.get("Id", ""),
                relation.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, relation.get("Target", ""))).lstrip("/"),
            )
            for relation in (() if tree is None else tree.iterchildren("{*}*"))
            if relation.get("TargetMode") != "External"
        ]


def safe_tree(xml: bytes) -> Any:
    """XML as an lxml tree without comments. Entities are not resolved and nothing is fetched.

    Raises SyntaxError if it is not well-formed, or nested more than 256 deep.
    """
    from lxml import etree  # loaded only for files that need it, so that questions do not wait for it

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    return etree.fromstring(xml, parser)


def _check_size(size: int, limit: int) -> None:
    if size > limit:
        raise UnreadableFile(f"unpacks to more than {limit / 1e6:.0f} MB. Split it")


def _key(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()
