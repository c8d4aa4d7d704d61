"""The paragraphs of a Word document in order, with what is attached to them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from qa.documents.office.charts import chart_parts
from qa.documents.office.elements import attribute, child, name_of, value
from qa.documents.office.headings import looks_like_heading
from qa.documents.office.package import Package
from qa.documents.parsed import Part
from qa.documents.word.drawings import diagram_parts
from qa.documents.word.numbering import Numbering
from qa.documents.word.runs import SKIPPED, Content, RunReader, alternative, placeholder
from qa.documents.word.styles import Style, Styles, is_heading_level
from qa.documents.word.tables import parts_of_table
from qa.types import BlockKind

LeftOut = list[tuple[str, str]]
Importer = Callable[[str], tuple[list[Part], LeftOut]]

_CONTENTS = re.compile(r"toc (?:\d|heading)", re.IGNORECASE)
_SEPARATORS = frozenset(("separator", "continuationSeparator", "continuationNotice"))


class Paragraph(NamedTuple):
    """A paragraph, heading or row of a table. `number` is the one that it has in a list, or ""."""

    text: str
    kind: BlockKind = BlockKind.BODY
    number: str = ""
    style: str = ""
    reason: str = ""

    @property
    def part(self) -> Part:
        return Part(f"{self.number} {self.text}".lstrip(), self.kind, self.reason)


class Body:
    """Walks a document. `left_out` fills with what is not text of it while its paragraphs are read.

    `main` is the name of the package's main part. `import_part` reads a file that is embedded to be shown as
    a part of the document, by the name of its part.
    """

    def __init__(self, package: Package, main: str, import_part: Importer) -> None:
        self._package = package
        self._relations = package.relations(main)
        self._targets = {relation.id: relation.target for relation in self._relations}
        self._import_part = import_part
        self._styles = Styles(self.related("styles"))
        self._numbering = Numbering(self.related("numbering"), self._styles)
        self._runs = RunReader(self._styles)
        self.left_out: LeftOut = []
        self._notes = {
            (name_of(note), attribute(note, "id")): note
            for kind in ("footnotes", "endnotes")
            for part in self.related(kind)
            for note in part
            if attribute(note, "type") not in _SEPARATORS
        }

    def related(self, kind: str) -> Iterator[Any]:
        """The parts of some kind that the document refers to, as trees, each once."""
        for name in dict.fromkeys(r.target for r in self._relations if r.kind == kind):
            part = self._package.optional_xml(name)
            if part is not None:
                yield part

    def embedded(self) -> list[str]:
        """The names of files, such as spreadsheets, that the document has in it as objects."""
        kinds = {"package", "oleObject"}
        return [name.rpartition("/")[2] for r in self._relations if r.kind in kinds if (name := r.target)]

    def comments(self) -> Iterator[str]:
        """The comments in the margin, each with its author."""
        for part in self.related("comments"):
            for comment in part.iterchildren("{*}comment"):
                text = self._line(comment)
                author = attribute(comment, "author")
                if text:
                    yield f"{author}: {text}" if author else text

    def paragraphs(self, element: Any) -> Iterator[Paragraph]:
        """The paragraphs below an element; the rows of its tables are paragraphs as well."""
        content = Content()
        for inner in element.iterchildren("{*}*"):
            name = name_of(inner)
            if name in SKIPPED:
                continue
            if name == "p":
                style = self._styles[value(inner, "pPr/pStyle")]
                self._runs.collect(inner, content, style.is_hidden)
                if not _is_joined(inner):
                    yield from self._paragraph(inner, content, style)
                    content = Content()
            elif name == "tbl":
                for part in parts_of_table(inner, self._styles, self._parts):
                    yield Paragraph(part.text, part.kind)
            elif name == "altChunk":
                yield from self._imported(self._targets.get(attribute(inner, "id"), ""))
            elif name == "sdt" and (prompt := placeholder(inner)) is not None:
                self._leave_out("placeholder", prompt)
            elif name == "sdt" and value(inner, "sdtPr/docPartObj/docPartGallery") == "Table of Contents":
                for part in self._parts(inner):
                    self._leave_out("table of contents", part.text)
            else:
                found = alternative(inner) if name == "AlternateContent" else inner
                if found is not None:
                    yield from self.paragraphs(found)
        if text := content.text():
            yield Paragraph(text)

    def _paragraph(self, element: Any, content: Content, style: Style) -> Iterator[Paragraph]:
        """A paragraph, followed by the text boxes, drawings and notes that it refers to."""
        for reason, text in content.left_out:
            self._leave_out(reason, text)
        number = self._numbering.label(element, style.id)
        if text := content.text():
            if _CONTENTS.match(style.name):
                self._leave_out("table of contents", f"{number} {text}".lstrip())
            else:
                kind = BlockKind.HEADING if self._is_heading(element, content, style) else BlockKind.BODY
                yield Paragraph(text, kind, number, style.name)
        for what, target in content.attached:
            yield from self._attached(what, target)

    def _is_heading(self, element: Any, content: Content, style: Style) -> bool:
        """True for a paragraph with the style or outline level of headings, and for a short line in bold."""
        if style.is_heading or is_heading_level(value(element, "pPr/outlineLvl")):
            return True
        return child(element, "pPr/numPr") is None and looks_like_heading(content.text(), content.bold)

    def _attached(self, what: str, target: Any) -> Iterator[Paragraph]:
        if what == "box":
            yield from self.paragraphs(target)
        elif what in {"diagram", "chart"}:
            tree = self._package.optional_xml(self._targets.get(target, ""))
            if tree is not None:
                for part in diagram_parts(tree) if what == "diagram" else chart_parts(tree):
                    yield Paragraph(part.text, part.kind)
        elif (note := self._notes.pop((what, target), None)) is not None and (text := self._line(note)):
            yield Paragraph(text)

    def _imported(self, name: str) -> Iterator[Paragraph]:
        parts, left_out = self._import_part(name)
        self.left_out += left_out
        for part in parts:
            yield Paragraph(part.text, part.kind, reason=part.reason)

    def _parts(self, element: Any) -> list[Part]:
        return [paragraph.part for paragraph in self.paragraphs(element)]

    def _line(self, element: Any) -> str:
        return " ".join(part.text for part in self._parts(element))

    def _leave_out(self, reason: str, text: str) -> None:
        if text:
            self.left_out.append((reason, text))


def _is_joined(paragraph: Any) -> bool:
    """True if the next paragraph goes on: the end has been deleted, or it is only a large first letter."""
    frame = child(paragraph, "pPr/framePr")
    drop_cap = frame is not None and attribute(frame, "dropCap") in {"drop", "margin"}
    return drop_cap or child(paragraph, "pPr/rPr/del") is not None
