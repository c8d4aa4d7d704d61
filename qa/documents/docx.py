"""Word (.docx): a zip of XML parts; the document itself, its notes and its properties are read.

Headings are recognised by their style, a table row becomes a line with ` | ` between its cells, and notes
follow the paragraph that refers to them. Tracked insertions are read, tracked deletions are not.
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

MAX_XML = 30_000_000  # bytes of one unpacked part; a book has a tenth of that
_MAX_PARTS = 20_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # how old and password-protected Word files begin
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_DAMAGED = "not a valid Word file. Try opening it and saving it again"
_PASSWORD = "password-protected. Save a copy without a password"
_SKIPPED = frozenset(
    "del moveFrom pPr rPr tblPr trPr tcPr sectPr instrText delText rt annotationRef Fallback".split()
)
_HEADING = re.compile(r"(?:heading \d|title|subtitle)", re.IGNORECASE)
_CONTENTS = re.compile(r"toc (?:\d|heading)", re.IGNORECASE)
_TEMPLATE = "2013-12-23T23:15:00Z"  # the date of python-docx's template, which files made from it keep
_SPACES = frozenset("tab br cr ptab".split())
_LONGEST_HEADING = 14  # words; a longer paragraph in bold is not a heading


@dataclass(slots=True)
class _Style:
    name: str
    based_on: str
    level: str  # in the outline; "" if the style has none


@dataclass(slots=True)
class _Paragraph:
    text: str
    style: str
    heading: bool


@dataclass(slots=True)
class _Content:
    """The text of one paragraph, and what is attached to it."""

    texts: list[str] = field(default_factory=list)
    bold: list[bool] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    boxes: list[Any] = field(default_factory=list)

    def text(self) -> str:
        return " ".join("".join(self.texts).split())


def parse_docx(path: str, raw: bytes) -> Parsed:
    """The text of a Word document.

    Raises UnreadableFile if the file is password-protected, damaged, too large or not in the .docx format.
    """
    if raw.startswith(_OLE):
        old = "an old Word file (.doc). Open it in Word and save it as .docx"
        raise UnreadableFile(_PASSWORD if _ENCRYPTED in raw else old)
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as package:
            return _parse_package(path, _Package(package))
    except UnreadableFile:
        raise
    except Exception as error:  # zipfile, zlib and lxml raise many types on broken files
        raise UnreadableFile(_DAMAGED) from error


def _parse_package(path: str, package: _Package) -> Parsed:
    document = _Document(package)
    paragraphs = list(document.paragraphs())
    parts = [Part(p.text, p.heading) for p in paragraphs if not _CONTENTS.match(p.style)]
    left_out = [("table of contents", p.text) for p in paragraphs if _CONTENTS.match(p.style)]
    left_out += [("hidden text", text) for text in document.hidden]
    for kind in ("header", "footer"):
        left_out += [
            (f"running {kind}", p.text) for part in package.related_parts(kind) for p in document.below(part)
        ]
    known = package.properties()
    title = own_title(known.get("title", "")) or next(
        (p.text for p in paragraphs if p.style.lower() == "title"),
        next((p.text for p in paragraphs if p.heading), ""),
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
    """The parts of the file and their relations."""

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

    def related_parts(self, kind: str) -> Iterator[Any]:
        """The parts of some kind that the document refers to, as trees."""
        for name in self._relations(self._main, kind):
            part = self._part(name)
            if part is not None:
                yield part

    def properties(self) -> dict[str, str]:
        """The file's own properties, by name: title, creator, created, language and others."""
        part = next(map(self._part, self._relations("", "core-properties")), None)
        return {} if part is None else {_name(child): child.text or "" for child in part}

    def _relations(self, source: str, kind: str) -> Iterator[str]:
        """The names of the parts of some kind that a part (or, for "", the package) refers to, each once."""
        folder, name = posixpath.split(source)
        relations = self._part(posixpath.join(folder, "_rels", f"{name}.rels"))
        targets: dict[str, None] = {}
        for relation in () if relations is None else relations:
            if relation.get("Type", "").endswith(f"/{kind}") and relation.get("TargetMode") != "External":
                target = posixpath.join("/", folder, relation.get("Target", ""))
                targets[posixpath.normpath(target).lstrip("/")] = None
        return iter(targets)

    def _part(self, name: str) -> Any:
        """A part as a tree, or None if it is missing. Entities are not resolved, and nothing is fetched."""
        from lxml import etree  # loaded only for Word files, so that questions do not wait for it

        try:
            info = self._zip.getinfo(name)
        except KeyError:
            return None
        with self._zip.open(info) as part:
            xml = part.read(MAX_XML + 1)
        if len(xml) > MAX_XML:
            raise UnreadableFile(f"unpacks to more than {MAX_XML / 1e6:.0f} MB of text. Split it")
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
        )
        return etree.fromstring(xml, parser)


class _Document:
    """The paragraphs of a document, in order."""

    def __init__(self, package: _Package) -> None:
        self._main = package.main
        self.hidden: list[str] = []
        self._styles = {
            _value(style, "styleId"): _Style(
                _child_value(style, "name"),
                _child_value(style, "basedOn"),
                _child_value(style, "pPr/outlineLvl"),
            )
            for part in package.related_parts("styles")
            for style in part
            if _name(style) == "style"
        }
        self._notes = {
            (_name(note), _value(note, "id")): note
            for kind in ("footnotes", "endnotes")
            for part in package.related_parts(kind)
            for note in part
            if _value(note, "type") not in {"separator", "continuationSeparator", "continuationNotice"}
        }

    def paragraphs(self) -> Iterator[_Paragraph]:
        return self.below(self._main)

    def below(self, element: Any) -> Iterator[_Paragraph]:
        """The paragraphs below an element of the tree; the rows of its tables are paragraphs as well."""
        content = _Content()
        for child in element:
            name = _name(child)
            if name in _SKIPPED:
                continue
            if name == "p":
                self._collect(child, content, False)
                if child.find("{*}pPr/{*}rPr/{*}del") is None:  # else the next one is joined to it
                    yield from self._paragraph(child, content)
                    content = _Content()
            elif name == "tbl":
                yield from self._table(child)
            else:
                yield from self.below(child)
        if content.texts:
            yield _Paragraph(content.text(), "", False)

    def _paragraph(self, element: Any, content: _Content) -> Iterator[_Paragraph]:
        """A paragraph, followed by the text boxes and notes that it refers to."""
        self.hidden += [text for hidden in content.hidden if (text := " ".join(hidden.split()))]
        style = self._style(_child_value(element, "pPr/pStyle"))
        if text := content.text():
            level = _child_value(element, "pPr/outlineLvl") or style.level
            named = bool(_HEADING.fullmatch(style.name)) or level in set("012345678")
            bold = bool(content.bold) and all(content.bold) and len(text.split()) <= _LONGEST_HEADING
            listed = element.find("{*}pPr/{*}numPr") is not None
            heading = named or (bold and not listed and not text.endswith((".", ",", ";", ":")))
            yield _Paragraph(text, style.name, heading)
        for box in content.boxes:
            yield from self.below(box)
        for note in content.notes:
            if (note_element := self._notes.pop(note, None)) is not None:
                text = " ".join(paragraph.text for paragraph in self.below(note_element))
                if text:
                    yield _Paragraph(text, "", False)

    def _table(self, table: Any) -> Iterator[_Paragraph]:
        """The rows of a table; those of a table in one of its cells belong to the cell."""
        for row in table.iter("{*}tr"):
            if row.find("{*}trPr/{*}del") is not None or next(row.iterancestors("{*}tbl"), None) is not table:
                continue  # deleted, or in a table in a cell
            cells = [
                paragraphs
                for cell in row.iter("{*}tc")
                if next(cell.iterancestors("{*}tr"), None) is row and (paragraphs := list(self.below(cell)))
            ]
            if len(cells) == 1:  # a table that is used for layout
                yield from cells[0]
            elif cells:
                yield _Paragraph(" | ".join(" ".join(p.text for p in cell) for cell in cells), "", False)

    def _collect(self, element: Any, content: _Content, bold: bool) -> None:
        """Add everything below an element to the content; `bold` is true within a bold run."""
        for child in element:
            name = _name(child)
            if name in _SKIPPED:
                continue
            if name == "t":
                content.texts.append(child.text or "")
                content.bold += [bold] if (child.text or "").strip() else []
            elif name in _SPACES:
                content.texts.append(" ")
            elif name == "noBreakHyphen":
                content.texts.append("-")
            elif name in {"footnoteReference", "endnoteReference"}:
                content.notes.append((name.removesuffix("Reference"), _value(child, "id")))
            elif name == "txbxContent":
                content.boxes.append(child)
            elif name == "r" and _is_on(child, "vanish"):
                content.hidden.append("".join(child.itertext("{*}t")))
            else:
                self._collect(child, content, _is_on(child, "b") if name == "r" else bold)

    def _style(self, identity: str) -> _Style:
        """A style by its id, with the outline level that it inherits from the styles it is based on."""
        style = base = self._styles.get(identity, _Style("", "", ""))
        for _ in range(20):  # longer chains are circular
            if base.level or _HEADING.fullmatch(base.name) or base.based_on not in self._styles:
                break
            base = self._styles[base.based_on]
        return style if base is style else _Style(style.name, "", base.level or _level_of(base.name))


def _level_of(name: str) -> str:
    return "0" if _HEADING.fullmatch(name) else ""


def _name(element: Any) -> str:
    """The name of an element without its namespace: the standard has two, transitional and strict."""
    return str(element.tag).rpartition("}")[2]


def _value(element: Any, name: str) -> str:
    """An attribute in any namespace, or ""."""
    return next((str(value) for key, value in element.items() if key.rpartition("}")[2] == name), "")


def _child_value(element: Any, path: str) -> str:
    """The `val` of an element below another, or ""."""
    child = element.find("/".join(f"{{*}}{name}" for name in path.split("/")))
    return "" if child is None else _value(child, "val")


def _is_on(run: Any, name: str) -> bool:
    """True if a property of a run is switched on."""
    element = run.find(f"{{*}}rPr/{{*}}{name}")
    return element is not None and _value(element, "val") not in {"0", "false", "off", "none"}
