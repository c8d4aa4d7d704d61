"""The paragraphs of an OpenDocument text in order, with what is attached to them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from qa.documents.odt.lists import ItemList, Lists
from qa.documents.odt.styles import Style, Styles
from qa.documents.odt.tables import parts_of_table
from qa.documents.office.elements import attribute, name_of
from qa.documents.office.headings import looks_like_heading
from qa.documents.office.mathml import linear
from qa.documents.office.package import Package
from qa.documents.office.symbols import raised
from qa.documents.parsed import Part
from qa.types import BlockKind

_SKIPPED = frozenset(  # what holds no text of the document, or text that has been deleted
    """tracked-changes note-citation annotation-end forms scripts event-listeners sequence-decls
    variable-decls user-field-decls dde-connection-decls table-of-content-source alphabetical-index-source
    bibliography-source illustration-index-source table-index-source user-index-source object-index-source
    alphabetical-index-auto-mark-file script shapes""".split()
)
_SPACES = frozenset(("s", "tab", "line-break"))


class Paragraph(NamedTuple):
    """A paragraph, heading or row of a table. `number` is the one that it has in a list, or ""."""

    text: str
    kind: BlockKind = BlockKind.BODY
    number: str = ""
    is_title: bool = False

    @property
    def part(self) -> Part:
        return Part(f"{self.number} {self.text}".lstrip(), self.kind)


@dataclass(slots=True)
class _Content:
    """The text of one paragraph, and the elements that are attached to it."""

    texts: list[str] = field(default_factory=list)
    bold: list[bool] = field(default_factory=list)
    attached: list[Any] = field(default_factory=list)

    def add(self, text: str | None, bold: bool) -> None:
        if text:
            self.texts.append(text)
            if text.strip():
                self.bold.append(bold)


class Body:
    """Walks a document. `left_out` fills with what is not text of it while its paragraphs are read."""

    def __init__(self, package: Package, styles: Styles, lists: Lists) -> None:
        self._package = package
        self._styles = styles
        self._lists = lists
        self._label = ""  # of the next paragraph
        self._objects: set[str] = set()  # that have been read
        self.left_out: list[tuple[str, str]] = []

    def paragraphs(self, element: Any, around: ItemList | None = None, level: int = 0) -> Iterator[Paragraph]:
        """The paragraphs below an element. `around` is the list that it is in an item of, at a level."""
        for inner in element.iterchildren("{*}*"):
            name = name_of(inner)
            if name in _SKIPPED:
                continue
            if name in {"p", "h"}:
                yield from self._paragraph(inner, name == "h")
            elif name == "list":
                yield from self._items(inner, self._lists.begin(inner, around), level + 1)
            elif name == "table":
                for part in parts_of_table(inner, self._styles, self._parts):
                    yield Paragraph(part.text, part.kind)
            elif name == "table-of-content":
                self._leave_out("table of contents", inner)
            elif name == "section" and attribute(inner, "display") == "none":
                self._leave_out("hidden text", inner)
            elif name in _ATTACHED:
                yield from _ATTACHED[name](self, inner)
            else:
                yield from self.paragraphs(inner, around, level)

    def _items(self, element: Any, of: ItemList, level: int) -> Iterator[Paragraph]:
        for item in element.iterchildren("{*}list-item", "{*}list-header"):
            nested = next(item.iterchildren("{*}*"), None)
            only_nested = nested is not None and name_of(nested) == "list"  # there for the level only
            if name_of(item) == "list-item" and not only_nested:
                self._label = self._lists.item(item, of, level)
            yield from self.paragraphs(item, of, level)
            self._label = ""

    def _paragraph(self, element: Any, is_heading: bool) -> Iterator[Paragraph]:
        """A paragraph, followed by the notes, text boxes and objects that it refers to."""
        number, self._label = self._label, ""
        style = self._styles[attribute(element, "style-name")]
        if is_heading and not number:
            number = self._lists.heading(element)
        content = _Content()
        self._collect(element, content, style)
        text = " ".join("".join(content.texts).replace("\u00ad", "").split())
        if text and style.is_hidden:
            self.left_out.append(("hidden text", text))
        elif text:
            heading = (
                is_heading or style.is_heading or (not number and looks_like_heading(text, content.bold))
            )
            kind = BlockKind.HEADING if heading else BlockKind.BODY
            yield Paragraph(text, kind, number, style.is_title)
        for attached in content.attached:
            yield from _ATTACHED[name_of(attached)](self, attached)

    def _collect(self, element: Any, content: _Content, style: Style) -> None:
        """Add everything below an element to the content; `style` is that of its own text."""
        self._add(element.text, content, style)
        for inner in element:
            name = name_of(inner)
            if name in _SPACES:
                content.texts.append(" ")
            elif name in _ATTACHED:
                content.attached.append(inner)
            elif name == "placeholder":
                self._leave_out_text("placeholder", inner)
            elif name == "ruby-text":
                content.add(f"({''.join(inner.itertext())})", bool(style.is_bold))
            elif name and name not in _SKIPPED:
                own = self._styles[attribute(inner, "style-name")] if name == "span" else Style()
                if own.is_hidden:
                    self._leave_out_text("hidden text", inner)
                else:
                    bold = style.is_bold if own.is_bold is None else own.is_bold
                    self._collect(inner, content, Style((), bold, False, own.is_raised or style.is_raised))
            self._add(inner.tail, content, style)

    def _add(self, text: str | None, content: _Content, style: Style) -> None:
        content.add(raised(text) if text and style.is_raised else text, bool(style.is_bold))

    def _note(self, note: Any) -> Iterator[Paragraph]:
        for body in note.iterchildren("{*}note-body"):
            if text := " ".join(part.text for part in self._parts(body)):
                yield Paragraph(text)

    def _comment(self, comment: Any) -> Iterator[Paragraph]:
        author = " ".join(comment.findtext("{*}creator", "").split())
        if text := " ".join(part.text for part in self._parts(comment)):
            self.left_out.append(("comment", f"{author}: {text}" if author else text))
        return iter(())

    def _shape(self, shape: Any) -> Iterator[Paragraph]:
        """The text in a frame or a drawn shape. What describes a picture is no text of the document."""
        described = (
            " ".join(shape.findtext(f"{{*}}{name}", "").split()) for name in ("title", "desc")
        )  # of a frame
        if text := ". ".join(filter(None, described)):
            self.left_out.append(("description of a picture", text))
        objects = list(shape.iterchildren("{*}object"))
        if objects:  # beside it is a picture of it
            yield from self._object(objects[0])
        else:
            yield from self.paragraphs(shape)

    def _object(self, element: Any) -> Iterator[Paragraph]:
        """The text of a formula, chart or table that is a document of its own in the package."""
        folder = posixpath.normpath(attribute(element, "href"))
        inline = next(element.iterchildren("{*}*"), None)
        if inline is None and folder not in self._objects:
            self._objects.add(folder)
            inline = self._package.optional_xml(f"{folder}/content.xml")
        if inline is not None and name_of(inline) == "math":
            if text := linear(inline):
                yield Paragraph(text)
        elif inline is not None:
            yield from self.paragraphs(inline)

    def _parts(self, element: Any) -> list[Part]:
        label, self._label = self._label, ""
        parts = [paragraph.part for paragraph in self.paragraphs(element)]
        self._label = label
        return parts

    def _leave_out(self, reason: str, element: Any) -> None:
        self.left_out += [(reason, part.text) for part in self._parts(element)]

    def _leave_out_text(self, reason: str, element: Any) -> None:
        if text := " ".join("".join(element.itertext()).split()):
            self.left_out.append((reason, text))


_ATTACHED = {
    "note": Body._note,
    "annotation": Body._comment,
    **dict.fromkeys(
        "frame custom-shape rect ellipse circle line polyline polygon path connector caption g".split(),
        Body._shape,
    ),
}
