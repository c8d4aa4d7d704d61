"""The text of a message -> parts: plain text or HTML, with what is quoted in it told from what is new."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from qa.documents.html.marks import mark_before, mark_end, parts_and_marks
from qa.documents.html.parts import parts_of, tree_of
from qa.documents.mail.quoting import (
    FORWARDED,
    QUOTED,
    SIGNATURE,
    quote_depth,
    remarks,
    without_quote_marks,
)
from qa.documents.parsed import Part
from qa.documents.plain.paragraphs import paragraphs
from qa.types import BlockKind

ENCRYPTED = "encrypted. Save a copy without encryption"
_KEY = "a key or signature of PGP"
_ARMOR = re.compile(r"-----BEGIN PGP ([A-Z ,/\d]{1,60})-----\s*")
_SIGNED = "SIGNED MESSAGE"
_ENCODED_FILE = re.compile(r"begin [0-7]{3,4} (\S.{0,200})")
_ENCODED_LINE = re.compile(r"[!-`](?:[ -`]{4})*[ -`]{0,3}")
_NO_TEXT = re.compile(r"[\s_*=~>#|-]*")
_SIGNATURES = frozenset("gmail_signature gmail_signature_prefix moz-signature".split())
_INDENTED = re.compile(r"border\s*:\s*(?:none|0)", re.IGNORECASE)


class Text(NamedTuple):
    """A text of a message: its parts, what is left out of it as (reason, text), and files written into it."""

    parts: list[Part]
    left_out: list[tuple[str, str]]
    files: list[tuple[str, list[str]]]


def plain_text(text: str, flowed: bool, delete_space: bool, forwarding: bool) -> Text:
    """The text of a plain message. `flowed` and `delete_space` are the parameters of RFC 3676."""
    left_out: list[tuple[str, str]] = []
    files: list[tuple[str, list[str]]] = []
    lines = list(_without_armor(text.split("\n"), left_out, files))
    if flowed:
        lines = _unflowed(lines, delete_space)
    parts = []
    found = remarks(lines, forwarding)
    zones = groupby(zip(lines, found, strict=True), key=lambda pair: (pair[1], quote_depth(pair[0])))
    for (remark, _), pairs in zones:
        zone = "\n".join(without_quote_marks(line) for line, _ in pairs)
        for paragraph in paragraphs(zone):
            line = " ".join(zone[paragraph.start : paragraph.end].split())
            if not _NO_TEXT.fullmatch(line):
                parts.append(_remarked(Part(line), remark))
    return Text(parts, left_out, files)


def html_text(markup: str | bytes, forwarding: bool, reply: bool) -> list[Part]:
    """The text of an HTML message. In a `reply`, all that is set off as a quotation is of an earlier message.

    Raises UnreadableFile if bytes are not text.
    """
    tree = tree_of(markup)
    for element, kind in _set_off(tree, reply):
        mark_before(element, kind)
        mark_end(element, "")
    parts: list[Part] = []
    within: list[str] = []
    kind = ""
    for marks, part in parts_and_marks(parts_of(tree)):
        kind = marks[-1] if marks and marks[-1] in {QUOTED, SIGNATURE, ""} else kind
        parts.append(part)
        within.append(kind)
    lines = [
        f"> {part.text}" if kind == QUOTED else part.text for part, kind in zip(parts, within, strict=True)
    ]
    found = remarks(lines, forwarding)
    return [
        _remarked(part, remark or (kind if kind == SIGNATURE else ""))
        for part, kind, remark in zip(parts, within, found, strict=True)
        if not _NO_TEXT.fullmatch(part.text)
    ]


def _remarked(part: Part, remark: str) -> Part:
    """A part with a remark; one that is perhaps not the sender's own is doubtful."""
    if not remark or part.kind is BlockKind.DOUBTFUL:
        return part
    if remark == FORWARDED:
        return part._replace(reason=remark)
    return part._replace(kind=BlockKind.DOUBTFUL, reason=remark)


def _set_off(tree: Any, reply: bool) -> list[tuple[Any, str]]:
    """The outermost elements that are quotations or signatures."""
    from lxml import etree

    found = []
    walker = etree.iterwalk(tree, events=("start",))
    for _, node in walker:
        classes = set(node.get("class", "").split()) | {node.get("id", "")}
        kind = ""
        if node.tag == "blockquote":
            cited = node.get("type") == "cite" or any("quote" in name for name in classes)
            kind = QUOTED if (cited or reply) and not _INDENTED.search(node.get("style", "")) else ""
        elif classes & _SIGNATURES:
            kind = SIGNATURE
        if kind and node.getparent() is not None and node.tag != "body":
            found.append((node, kind))
            walker.skip_subtree()
    return found


def _unflowed(lines: Sequence[str], delete_space: bool) -> list[str]:
    """The lines of a flowed text (RFC 3676): a line that ends with a space goes on."""
    joined: list[list[str]] = []  # a space at the beginning of a line is extra
    continues, depth = False, 0
    for line in lines:
        here = len(line) - len(line.lstrip(">"))
        content = line[here:].removeprefix(" ")
        soft = content.endswith(" ") and content != "-- "
        if continues and here == depth and content != "-- ":
            joined[-1].append(content)
        else:
            joined.append([">" * here + " " * bool(here), content])
        if soft and delete_space:
            joined[-1][-1] = content[:-1]
        continues, depth = soft, here
    return ["".join(pieces) for pieces in joined]


def _without_armor(
    lines: Sequence[str], left_out: list[tuple[str, str]], files: list[tuple[str, list[str]]]
) -> Iterator[str]:
    """The lines that are text; encrypted ones, keys and files written into the text are taken out."""
    ends: dict[str, list[int]] = {}
    for number, line in enumerate(lines):
        if line.startswith(("-----END PGP ", "end")):
            ends.setdefault(line.strip(), []).append(number)
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        armor, encoded = _ARMOR.fullmatch(line), _ENCODED_FILE.fullmatch(line)
        kind = armor[1] if armor else ""
        found = ends.get(f"-----END PGP {kind}-----" if armor else "end", []) if armor or encoded else []
        place = bisect_left(found, at)
        end = found[place] if place < len(found) else 0
        if kind == _SIGNED:
            while at < len(lines) and lines[at].startswith(("Hash:", "Charset:")):
                at += 1
        elif armor and end:
            left_out.append((ENCRYPTED, "PGP") if kind == "MESSAGE" else (_KEY, kind.lower()))
            at = end + 1
        elif encoded and end and _ENCODED_LINE.fullmatch(lines[at]):
            files.append((encoded[1].strip(), list(lines[at:end])))
            at = end + 1
        else:
            yield line
