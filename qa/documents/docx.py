"""Word (.docx): a zip of XML parts, of which the document itself, its notes and its properties are read.

Headings are known by their style, a row of a table is a line with ` | ` between its cells, notes stand below
the paragraph that refers to them. What is tracked as inserted is read, what is tracked as deleted is not.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from qa.documents.parsed import Parsed, Part, day, from_parts, language_code, own_author, own_title
from qa.errors import UnreadableFile

MAX_XML = 30_000_000  # bytes of one part, unpacked; a book has a tenth of it
_MAX_PARTS = 20_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # what old Word files and those under a password begin with
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_DAMAGED = "is damaged, or no Word file: open it in Word and save it anew"
_PASSWORD = "is protected by a password: save a copy without a password"
_SKIPPED = frozenset(
    "del moveFrom pPr rPr tblPr trPr tcPr sectPr instrText delText rt annotationRef Fallback".split()
)
_HEADING = re.compile(r"(?:heading \d|title|subtitle)", re.IGNORECASE)
_CONTENTS = re.compile(r"toc (?:\d|heading)", re.IGNORECASE)
_TEMPLATE = "2013-12-23T23:15:00Z"  # when that of python-docx was made, as files made of it still say
_SPACES = frozenset("tab br cr ptab".split())
_LONGEST_HEADING = 14  # words of a paragraph in bold that is taken for one


@dataclass(slots=True)
class _Style:
    name: str
    based_on: str
    level: str  # of its outline, "" where it says nothing


@dataclass(slots=True)
class _Paragraph:
    text: str
    style: str
    heading: bool


@dataclass(slots=True)
class _Words:
    """What one paragraph says, and what hangs on it."""

    said: list[str] = field(default_factory=list)
    bold: list[bool] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    boxes: list[Any] = field(default_factory=list)

    def text(self) -> str:
        return " ".join("".join(self.said).split())


def parse_docx(path: str, raw: bytes) -> Parsed:
    """The text of a Word document. Raises UnreadableFile: under a password, damaged, too large, no .docx."""
    if raw.startswith(_OLE):
        old = "is an old Word file (.doc): open it in Word and save it as .docx"
        raise UnreadableFile(_PASSWORD if _ENCRYPTED in raw else old)
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as package:
            return _parsed(path, _Package(package))
    except UnreadableFile:
        raise
    except Exception as error:  # zipfile, zlib and lxml raise many kinds on broken files
        raise UnreadableFile(_DAMAGED) from error


def _parsed(path: str, package: _Package) -> Parsed:
    document = _Document(package)
    found = list(document.paragraphs())
    parts = [Part(p.text, p.heading) for p in found if not _CONTENTS.match(p.style)]
    left_out = [("table of contents", p.text) for p in found if _CONTENTS.match(p.style)]
    left_out += [("hidden text", text) for text in document.hidden]
    for kind in ("header", "footer"):
        left_out += [
            (f"running {kind}", p.text) for part in package.related(kind) for p in document.below(part)
        ]
    known = package.properties()
    title = own_title(known.get("title", "")) or next(
        (p.text for p in found if p.style.lower() == "title"),
        next((p.text for p in found if p.heading), ""),
    )
    created = known.get("created", "")
    metadata = {
        "author": own_author(known.get("creator", "")),
        "date": "" if created == _TEMPLATE else day(created),
        "language": language_code(known.get("language", "")),
    }
    return from_parts(
        path, parts, title, {key: value for key, value in metadata.items() if value}, lambda _: left_out
    )


class _Package:
    """The parts of the file, and how they relate."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        if len(package.infolist()) > _MAX_PARTS:
            raise UnreadableFile(_DAMAGED)
        if any(info.flag_bits & 1 for info in package.infolist()):
            raise UnreadableFile(_PASSWORD)
        self._zip = package
        self._main = next(iter(self._relations("", "officeDocument")), "word/document.xml")
        self.main = self._part(self._main)
        if self.main is None or _name(self.main) != "document":
            raise UnreadableFile(_DAMAGED)

    def related(self, kind: str) -> Iterator[Any]:
        """The parts of a kind that the document refers to, as trees."""
        for name in self._relations(self._main, kind):
            part = self._part(name)
            if part is not None:
                yield part

    def properties(self) -> dict[str, str]:
        """What the file says of itself, as far as it is one line: title, creator, created, language."""
        part = next(map(self._part, self._relations("", "core-properties")), None)
        return {} if part is None else {_name(child): child.text or "" for child in part}

    def _relations(self, source: str, kind: str) -> Iterator[str]:
        """The names of the parts of a kind that a part, or the package, refers to, each once."""
        folder, name = posixpath.split(source)
        found = self._part(posixpath.join(folder, "_rels", f"{name}.rels"))
        targets: dict[str, None] = {}
        for relation in () if found is None else found:
            if relation.get("Type", "").endswith(f"/{kind}") and relation.get("TargetMode") != "External":
                target = posixpath.join("/", folder, relation.get("Target", ""))
                targets[posixpath.normpath(target).lstrip("/")] = None
        return iter(targets)

    def _part(self, name: str) -> Any:
        """A part as a tree, None where it is not there. Entities stay as they are, and nothing is fetched."""
        from lxml import etree  # only where a Word file is read: a question need not wait for it

        try:
            info = self._zip.getinfo(name)
        except KeyError:
            return None
        with self._zip.open(info) as part:
            xml = part.read(MAX_XML + 1)
        if len(xml) > MAX_XML:
            raise UnreadableFile(f"unpacks to over {MAX_XML / 1e6:.0f} MB of text: split it")
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
        )
        return etree.fromstring(xml, parser)


class _Document:
    """The paragraphs of a document in the order in which they stand."""

    def __init__(self, package: _Package) -> None:
        self._main = package.main
        self.hidden: list[str] = []
        self._styles = {
            _value(style, "styleId"): _Style(
                _child_value(style, "name"),
                _child_value(style, "basedOn"),
                _child_value(style, "pPr/outlineLvl"),
            )
            for part in package.related("styles")
            for style in part
            if _name(style) == "style"
        }
        self._notes = {
            (_name(note), _value(note, "id")): note
            for kind in ("footnotes", "endnotes")
            for part in package.related(kind)
            for note in part
            if _value(note, "type") not in {"separator", "continuationSeparator", "continuationNotice"}
        }

    def paragraphs(self) -> Iterator[_Paragraph]:
        return self.below(self._main)

    def below(self, element: Any) -> Iterator[_Paragraph]:
        """The paragraphs below an element of the tree; the rows of its tables are some as well."""
        words = _Words()
        for child in element:
            name = _name(child)
            if name in _SKIPPED:
                continue
            if name == "p":
                self._say(child, words, False)
                if child.find("{*}pPr/{*}rPr/{*}del") is None:  # else the next one was joined to it
                    yield from self._paragraph(child, words)
                    words = _Words()
            elif name == "tbl":
                yield from self._table(child)
            else:
                yield from self.below(child)
        if words.said:
            yield _Paragraph(words.text(), "", False)

    def _paragraph(self, element: Any, words: _Words) -> Iterator[_Paragraph]:
        """A paragraph, and below it what it refers to."""
        self.hidden += [text for hidden in words.hidden if (text := " ".join(hidden.split()))]
        style = self._style(_child_value(element, "pPr/pStyle"))
        if text := words.text():
            level = _child_value(element, "pPr/outlineLvl") or style.level
            named = bool(_HEADING.fullmatch(style.name)) or level in set("012345678")
            bold = bool(words.bold) and all(words.bold) and len(text.split()) <= _LONGEST_HEADING
            listed = element.find("{*}pPr/{*}numPr") is not None
            heading = named or (bold and not listed and not text.endswith((".", ",", ";", ":")))
            yield _Paragraph(text, style.name, heading)
        for box in words.boxes:
            yield from self.below(box)
        for note in words.notes:
            if (found := self._notes.pop(note, None)) is not None:
                said = " ".join(paragraph.text for paragraph in self.below(found))
                if said:
                    yield _Paragraph(said, "", False)

    def _table(self, table: Any) -> Iterator[_Paragraph]:
        for row in table.iter("{*}tr"):
            if row.find("{*}trPr/{*}del") is not None or next(row.iterancestors("{*}tbl"), None) is not table:
                continue  # was deleted, or is of a table in a cell
            cells = [
                found
                for cell in row.iter("{*}tc")
                if next(cell.iterancestors("{*}tr"), None) is row and (found := list(self.below(cell)))
            ]
            if len(cells) == 1:  # a table that only places things
                yield from cells[0]
            elif cells:
                yield _Paragraph(" | ".join(" ".join(p.text for p in cell) for cell in cells), "", False)

    def _say(self, element: Any, words: _Words, bold: bool) -> None:
        """Take up what is said below an element; `bold` tells of the run that it is in."""
        for child in element:
            name = _name(child)
            if name in _SKIPPED:
                continue
            if name == "t":
                words.said.append(child.text or "")
                words.bold += [bold] if (child.text or "").strip() else []
            elif name in _SPACES:
                words.said.append(" ")
            elif name == "noBreakHyphen":
                words.said.append("-")
            elif name in {"footnoteReference", "endnoteReference"}:
                words.notes.append((name.removesuffix("Reference"), _value(child, "id")))
            elif name == "txbxContent":
                words.boxes.append(child)
            elif name == "r" and _is_on(child, "vanish"):
                words.hidden.append("".join(child.itertext("{*}t")))
            else:
                self._say(child, words, _is_on(child, "b") if name == "r" else bold)

    def _style(self, identity: str) -> _Style:
        """A style by its id, with the level that it has from those it is based on."""
        style = found = self._styles.get(identity, _Style("", "", ""))
        for _ in range(20):  # longer chains go round
            if found.level or _HEADING.fullmatch(found.name) or found.based_on not in self._styles:
                break
            found = self._styles[found.based_on]
        return style if found is style else _Style(style.name, "", found.level or _level_of(found.name))


def _level_of(name: str) -> str:
    return "0" if _HEADING.fullmatch(name) else ""


def _name(element: Any) -> str:
    """The name of an element without its namespace: Word has two, for the two kinds of the standard."""
    return str(element.tag).rpartition("}")[2]


def _value(element: Any, name: str) -> str:
    """An attribute of Word's, whichever its namespace."""
    return next((str(value) for key, value in element.items() if key.rpartition("}")[2] == name), "")


def _child_value(element: Any, path: str) -> str:
    """The `val` of an element below another, "" where it is not there."""
    child = element.find("/".join(f"{{*}}{name}" for name in path.split("/")))
    return "" if child is None else _value(child, "val")


def _is_on(run: Any, name: str) -> bool:
    """Whether a run has a property that is on or off."""
    found = run.find(f"{{*}}rPr/{{*}}{name}")
    return found is not None and _value(found, "val") not in {"0", "false", "off", "none"}
