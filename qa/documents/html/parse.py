"""Web pages: the whole page is read, and what is not its main text is doubtful or left out."""

from __future__ import annotations

from qa.documents.html.content import judge
from qa.documents.html.dates import day_in_address, published
from qa.documents.html.extractor import extract
from qa.documents.html.parts import pieces_of, tree_of
from qa.documents.parsed import Parsed, from_parts
from qa.documents.plain.decoding import decode
from qa.documents.plain.paragraphs import words
from qa.errors import UnreadableFile
from qa.types import BlockKind


def parse_html(path: str, raw: bytes) -> Parsed:
    """The text of a page, and its metadata. Raises UnreadableFile if it is not text, or has none.

    The main text is kept as the page has it. What stands within it and is not part of it, and prose elsewhere
    on the page, is doubtful; menus, buttons and the like are left out. A page without a main text is read
    whole.
    """
    tree = tree_of(decode(raw, html=True))
    pieces = pieces_of(tree)
    date = published(tree)
    page = extract(tree)
    parts, left_out = [], []
    for (part, _, _), verdict in zip(pieces, judge(pieces, page.text), strict=True):
        if verdict.kind is BlockKind.BOILERPLATE:
            left_out.append((verdict.reason, part.text))
        elif verdict.kind is BlockKind.DOUBTFUL:
            parts.append(part._replace(kind=verdict.kind, reason=verdict.reason))
        else:
            kind = BlockKind.BODY if part.kind is BlockKind.DOUBTFUL else part.kind
            parts.append(part._replace(kind=kind, reason=""))
    if not any(words(part.text) for part in parts):
        raise UnreadableFile("no article text found")
    headings = (part.text for part in parts if part.kind is BlockKind.HEADING)
    return from_parts(
        path,
        parts,
        page.title or next(headings, ""),
        {**page.metadata, "date": date or day_in_address(page.metadata.get("url", ""))},
        outside=lambda _: left_out,
    )
