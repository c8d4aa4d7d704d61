"""A presentation -> the text of its slides, each with its notes, and a list of what is left out."""

from __future__ import annotations

import re
from collections.abc import Iterable

from qa.documents.office.elements import name_of
from qa.documents.office.package import Package
from qa.documents.office.properties import metadata, properties, reference, text_of
from qa.documents.parsed import Parsed, Part, from_parts, own_title
from qa.documents.slides.shapes import Content, Placeholders, read_slide
from qa.errors import UnreadableFile
from qa.types import BlockKind

_OLD = "an old PowerPoint file (.ppt). Open it in PowerPoint and save it as .pptx"
_NO_TITLE = re.compile(r"power\s?point[ -]?\w+", re.IGNORECASE)  # what PowerPoint calls a new presentation
_OFF = frozenset(("0", "false"))
_NOT_READ = "part that cannot be read"
_MAX_CHARACTERS = 10_000_000


def parse_slides(path: str, raw: bytes) -> Parsed:
    """The text of a presentation (.pptx, .pptm, .ppsx), slide by slide.

    Raises UnreadableFile if the file is password-protected, damaged, too large, without text or in the old
    format.
    """
    package = Package(raw, "PowerPoint file", _OLD)
    relations = package.relations("")
    main = next((r.target for r in relations if r.kind == "officeDocument"), "ppt/presentation.xml")
    tree = package.xml(main)
    if tree is None or name_of(tree) != "presentation":
        raise package.damaged()
    reader = _Reader(package)
    targets = {relation.id: relation.target for relation in package.relations(main)}
    for number, element in enumerate(tree.iterfind("{*}sldIdLst/{*}sldId"), 1):
        reader.read(number, targets.get(reference(element, "id"), ""))
    if not reader.parts:
        raise UnreadableFile("no text found")
    known = properties(package)
    title = own_title(known.get("title", ""))
    title = reader.title if not title or _NO_TITLE.fullmatch(title) else title
    left_out = [*dict.fromkeys(reader.left_out)]  # the same footer stands on each slide
    left_out += [(_NOT_READ, f"{name}: {why}") for name, why in package.broken]
    return from_parts(path, reader.parts, title, metadata(known), lambda _: left_out)


class _Reader:
    """Reads the slides in their order. `title` is that of the first slide that has one."""

    def __init__(self, package: Package) -> None:
        self.parts: list[Part] = []
        self.left_out: list[tuple[str, str]] = []
        self.title = ""
        self._package = package
        self._layouts: dict[str, Placeholders] = {}
        self._characters = 0

    def read(self, number: int, name: str) -> None:
        """Add the slide whose part has that name."""
        tree = self._package.optional_xml(name)
        if tree is None or name_of(tree) != "sld":
            self.left_out.append((_NOT_READ, f"slide {number}"))
            return
        remark = "on a hidden slide" if tree.get("show") in _OFF else ""
        content = read_slide(tree, name, self._package, self._placeholders(name))
        self.title = self.title or content.title
        if content.title:
            self._add([Part(content.title, BlockKind.HEADING)], f"slide {number}", remark)
        self._add(content.parts, f"slide {number}", remark)
        self.left_out += content.left_out
        for relation in self._package.relations(name):
            if relation.kind == "notesSlide":
                notes = self._notes(relation.target)
                self.left_out += notes.left_out
                remarks = ", ".join(filter(None, ("speaker notes", remark)))
                self._add(notes.parts, f"slide {number}, notes", remarks)
            elif relation.kind in {"comments", "comment"}:
                self._comments(relation.target)

    def _notes(self, name: str) -> Content:
        tree = self._package.optional_xml(name)
        return Content() if tree is None else read_slide(tree, name, self._package, Placeholders(None, None))

    def _comments(self, name: str) -> None:
        tree = self._package.optional_xml(name)
        for comment in () if tree is None else tree.iter("{*}text", "{*}txBody"):
            text = text_of(comment) or " ".join((comment.text or "").split())
            self.left_out += [("comment", text)] if text else []

    def _placeholders(self, slide: str) -> Placeholders:
        """The placeholders of a slide's layout."""
        layout = self._first(slide, "slideLayout")
        if layout not in self._layouts:
            master = self._first(layout, "slideMaster") if layout else ""
            trees = [self._package.optional_xml(part) if part else None for part in (layout, master)]
            self._layouts[layout] = Placeholders(*trees)
        return self._layouts[layout]

    def _first(self, source: str, kind: str) -> str:
        return next((r.target for r in self._package.relations(source) if r.kind == kind), "")

    def _add(self, parts: Iterable[Part], place: str, remark: str) -> None:
        for part in parts:
            self.parts.append(part._replace(reason=remark, place=place))
            self._characters += len(part.text) + 2
        if self._characters > _MAX_CHARACTERS:
            raise UnreadableFile(f"more than {_MAX_CHARACTERS:,} characters of text. Split it")
