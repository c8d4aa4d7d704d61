"""An OpenDocument text -> its text in order, its properties, and a list of what is not text of it."""

from __future__ import annotations

from typing import Any

from qa.documents.odt.body import Body, Paragraph
from qa.documents.odt.lists import Lists
from qa.documents.odt.styles import Styles
from qa.documents.office.elements import name_of
from qa.documents.office.package import PASSWORD, Package
from qa.documents.parsed import Parsed, day, from_parts, language_code, own_author, own_title
from qa.errors import UnreadableFile
from qa.types import BlockKind


def parse_odt(path: str, raw: bytes) -> Parsed:
    """The text of an OpenDocument text.

    Notes and text boxes follow the paragraph they belong to. Comments, tracked deletions, hidden text,
    headers, footers and tables of contents are left out. Raises UnreadableFile if the file is
    password-protected, damaged, too large or not in the format.
    """
    package = Package(raw, "OpenDocument text")
    manifest = package.optional_xml("META-INF/manifest.xml")
    if manifest is not None and next(manifest.iter("{*}encryption-data"), None) is not None:
        raise UnreadableFile(PASSWORD)
    content = package.xml("content.xml")
    text = None if content is None else content.find("{*}body/{*}text")
    if text is None:
        raise package.damaged()
    styles = package.optional_xml("styles.xml")
    trees = [tree for tree in (styles, content) if tree is not None]
    body = Body(package, Styles(trees), Lists(trees))
    paragraphs = list(body.paragraphs(text))
    left_out = body.left_out
    for kind in ("header", "footer"):
        running = dict.fromkeys(p.part.text for part in _running(styles, kind) for p in body.paragraphs(part))
        left_out += [(f"running {kind}", line) for line in running]
    title, metadata = _properties(package.optional_xml("meta.xml"), paragraphs)
    left_out += [("part that cannot be read", f"{name}: {why}") for name, why in package.broken]
    return from_parts(path, [p.part for p in paragraphs], title, metadata, lambda _: left_out)


def _running(styles: Any, kind: str) -> list[Any]:
    """The headers or footers of all kinds of pages."""
    names = [f"{{*}}master-page/{{*}}{kind}{pages}" for pages in ("", "-first", "-left")]
    masters = [] if styles is None else styles.findall("{*}master-styles")
    return [part for master in masters for name in names for part in master.findall(name)]


def _properties(meta: Any, paragraphs: list[Paragraph]) -> tuple[str, dict[str, str]]:
    """The title of a document, or "", and what else its properties say."""
    entries = [] if meta is None else meta.iterfind("{*}meta/{*}*")
    known = {name_of(entry): entry.text or "" for entry in entries}
    title = own_title(known.get("title", "")) or next(
        (p.text for p in paragraphs if p.is_title),
        next((p.text for p in paragraphs if p.kind is BlockKind.HEADING), ""),
    )
    return title, {
        "author": own_author(known.get("initial-creator") or known.get("creator", "")),
        "date": day(known.get("creation-date") or known.get("date", "")),
        "language": language_code(known.get("language", "")),
    }
