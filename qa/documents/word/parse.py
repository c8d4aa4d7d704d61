"""A Word file -> its text in order, its properties, and a list of what is not text of the document.

Headings are recognised by their style. Lists have the numbers that Word shows, notes follow the paragraph
that refers to them. Tracked insertions are read, tracked deletions are not; comments, hidden text, running
headers and tables of contents are listed as left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from email import message_from_bytes, policy
from typing import Any

from qa.documents.html.parts import parts_of, tree_of
from qa.documents.office.elements import name_of
from qa.documents.office.package import Package
from qa.documents.office.properties import metadata, properties
from qa.documents.parsed import Parsed, Part, from_parts, own_title
from qa.documents.plain.text import parse_text
from qa.documents.rtf.parse import parse_rtf
from qa.documents.word.body import Body, LeftOut, Paragraph
from qa.errors import UnreadableFile
from qa.types import BlockKind

_OLD = "an old Word file (.doc). Open it in Word and save it as .docx"
_DEEPEST_IMPORT = 3  # of files within imported files
_NOT_READ = "part that cannot be read"


def parse_docx(path: str, raw: bytes) -> Parsed:
    """The text of a Word document.

    Raises UnreadableFile if the file is password-protected, damaged, too large or not in the .docx format.
    """
    return _parse(path, raw, 0)


def _parse(path: str, raw: bytes, depth: int) -> Parsed:
    """`depth` is the number of files that this one is embedded in."""
    package = Package(raw, "Word file", _OLD)
    main = next((r.target for r in package.relations("") if r.kind == "officeDocument"), "word/document.xml")
    document = package.xml(main)
    if document is None or name_of(document) != "document":
        raise package.damaged()
    try:
        return _parse_document(path, package, main, document, depth)
    except RecursionError as error:
        raise package.damaged() from error


def _parse_document(path: str, package: Package, main: str, document: Any, depth: int) -> Parsed:
    body = Body(package, main, lambda name: _imported(package, name, depth))
    paragraphs = list(body.paragraphs(document))
    left_out = body.left_out
    left_out += [("comment", comment) for comment in body.comments()]
    for kind in ("header", "footer"):
        running = dict.fromkeys(p.part.text for part in body.related(kind) for p in body.paragraphs(part))
        left_out += [(f"running {kind}", text) for text in running]
    left_out += [("embedded file", name) for name in body.embedded()]
    known = properties(package)
    left_out += [(_NOT_READ, f"{name}: {why}") for name, why in package.broken]
    parts = [p.part for p in paragraphs]
    return from_parts(path, parts, _title(known, paragraphs), metadata(known), lambda _: left_out)


def _title(known: Mapping[str, str], paragraphs: Sequence[Paragraph]) -> str:
    """The title in a document's properties, or else the line in the style of titles, or the first heading."""
    return own_title(known.get("title", "")) or next(
        (p.text for p in paragraphs if p.style.lower() == "title"),
        next((p.text for p in paragraphs if p.kind is BlockKind.HEADING), ""),
    )


def _imported(package: Package, name: str, depth: int) -> tuple[list[Part], LeftOut]:
    """The text of a file that Word shows as a part of the document, and what is left out of it."""
    try:
        raw = package.read(name)
        if raw is None or depth == _DEEPEST_IMPORT:
            return [], [(_NOT_READ, name or "imported file")]
        suffix = name.lower().rpartition(".")[2]
        if suffix in {"htm", "html", "xhtml"}:
            return parts_of(tree_of(raw)), []
        if suffix in {"mht", "mhtml", "eml"}:
            return _parts_of_archive(raw), []
        if raw.startswith(b"{\\rtf"):
            parsed = parse_rtf(name, raw)
        elif raw.startswith(b"PK"):
            parsed = _parse(name, raw, depth + 1)
        else:
            parsed = parse_text(name, raw)
    except UnreadableFile as error:
        return [], [(_NOT_READ, f"{name}: {error}")]
    except Exception:  # the parsers of other formats raise many types on broken files
        return [], [(_NOT_READ, name)]
    text = parsed.text
    parts = [
        Part(" ".join(text[b.start : b.end].split()), b.kind, b.reason)
        for b in parsed.blocks
        if b.kind is not BlockKind.BOILERPLATE
    ]
    return parts, list(parsed.left_out)


def _parts_of_archive(raw: bytes) -> list[Part]:
    """The text of a web page that was saved with its pictures as if it were a mail."""
    page = message_from_bytes(raw, policy=policy.default).get_body(("html", "plain"))
    markup = page.get_payload(decode=True) if page is not None else None
    return parts_of(tree_of(markup)) if isinstance(markup, bytes) else []
