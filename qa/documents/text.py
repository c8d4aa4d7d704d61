"""Plain text and Markdown: the text is the whole decoded file, in which everything but the body is marked."""

from __future__ import annotations

import re
from collections.abc import Sequence

import charset_normalizer
import yaml

from qa.documents.boilerplate import boilerplate
from qa.documents.paragraphs import Paragraph, paragraphs
from qa.documents.parsed import LONGEST_VALUE, Parsed, title_from_name
from qa.errors import UnreadableFile
from qa.types import Block, BlockKind

_METADATA_KEYS = ("source", "source_title", "author", "date", "url", "language")
_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_KEY_LINE = re.compile(r"\s*[\w-]+\s*:(?:\s|\Z)")
_BYLINE = re.compile(r"(?:by|written by)\s*:?\s+(\S.{1,80})", re.IGNORECASE)


def parse_text(path: str, raw: bytes) -> Parsed:
    """The whole decoded file, with its boilerplate marked. Raises UnreadableFile."""
    return _from_text(path, decode(raw), {}, 0)


def parse_markdown(path: str, raw: bytes) -> Parsed:
    """The whole decoded file, with its front matter and boilerplate marked. Raises UnreadableFile."""
    text = decode(raw)
    metadata, body_start = front_matter(text)
    return _from_text(path, text, metadata, body_start)


def front_matter(text: str) -> tuple[dict[str, str], int]:
    """The YAML front matter as strings, and where the text below it starts (0 if there is none).

    Raises UnreadableFile if the front matter is broken: dropping it would silently lose the title.
    """
    match = _FRONT_MATTER.match(text)
    if not match:
        first_lines = text[:2000].split("\n")
        if first_lines[0].rstrip() == "---" and len(first_lines) > 1 and _KEY_LINE.match(first_lines[1]):
            raise UnreadableFile("the front matter is not closed. Add a line with --- below it")
        return {}, 0
    source = match[1] or ""
    try:
        # As written: 007 stays 007, dates keep their form, and merge keys are not followed.
        values = yaml.load(source, yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError) as error:
        if not _KEY_LINE.match(source):
            return {}, 0  # prose between two rules
        mark = getattr(error, "problem_mark", None)
        line = f" (line {mark.line + 2})" if mark else ""
        raise UnreadableFile(
            f"the front matter is not valid YAML{line}. Correct it, or quote the value"
        ) from error
    if values is not None and not isinstance(values, dict):
        return {}, 0
    return {str(k): s for k, v in (values or {}).items() if (s := _scalar(v))}, match.end()


def _scalar(value: object) -> str:
    """A value, or a list of values, in one line of limited length; "" for nested and empty values."""
    values = value[:20] if isinstance(value, list) else [value]
    lines = [
        " ".join(v[:LONGEST_VALUE].split()) for v in values if isinstance(v, str) and v not in {"~", "null"}
    ]
    return _HALF.sub("\ufffd", ", ".join(line for line in lines if line))[:LONGEST_VALUE]


def _from_text(path: str, text: str, metadata: dict[str, str], body_start: int) -> Parsed:
    """The document of a text whose body starts at `body_start`, below its front matter."""
    found = paragraphs(text, body_start)
    reasons = boilerplate(found)
    blocks = [Block(0, body_start, BlockKind.FRONT_MATTER, "front matter")] if body_start else []
    for i, (paragraph, reason) in enumerate(zip(found, reasons, strict=True)):
        kind = BlockKind.BOILERPLATE if reason else BlockKind.BODY
        if not reason and _is_heading(found, reasons, i):
            kind = BlockKind.HEADING
        blocks.append(Block(paragraph.start, paragraph.end, kind, reason))
    kept = [p for p, reason in zip(found, reasons, strict=True) if not reason]
    heading_title = (metadata.pop("title", "") or _title(kept))[:LONGEST_VALUE].rstrip()
    known = {key: metadata[key] for key in metadata if key in _METADATA_KEYS}
    byline = next(
        (_BYLINE.fullmatch(p.text) for p, r in zip(found, reasons, strict=True) if r == "byline"), None
    )
    if byline:
        known.setdefault("author", byline[1])
    return Parsed(
        title=heading_title or title_from_name(path),
        heading_title=heading_title,
        text=text,
        metadata=known,
        blocks=tuple(blocks),
        left_out=tuple((b.reason, text[b.start : b.end]) for b in blocks if b.kind is BlockKind.BOILERPLATE),
    )


def _is_heading(found: Sequence[Paragraph], reasons: Sequence[str], i: int) -> bool:
    """True for a Markdown heading, and for a short line that is no sentence and stands above one."""
    p = found[i]
    if p.level:
        return True
    if (
        p.words > 14
        or p.list_item
        or p.text.endswith((".", ",", ";", ":", "!", "…"))
        or "|" in p.text
        or "\t" in p.text
    ):
        return False
    below = next((found[j] for j in range(i + 1, len(found)) if not reasons[j]), None)
    return p.words > 0 and below is not None and not below.list_item and (below.is_prose or below.level > 0)


def _title(kept: Sequence[Paragraph]) -> str:
    """The first heading, or a first line that reads like a title, or ""."""
    if top := next((p for p in kept if p.level), None):
        return top.text
    if (
        kept
        and len(kept[0].text) <= 120
        and not kept[0].list_item
        and (not kept[0].ends_sentence or kept[0].text.endswith("?"))
    ):
        return " ".join(kept[0].text.split())
    return ""


# --- bytes to text -------------------------------------------------------------------------------

_META_CHARSET = re.compile(rb"<meta[^>]+charset=[\"']?([\w-]+)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
# Python has codecs with these names, but no page can mean them.
_NO_CHARSET = re.compile(r"idna|punycode|undefined|(?:raw_)?unicode_(?:escape|internal)", re.IGNORECASE)
_OLD_GUESSES = (
    "cp437",
    "cp7",
    "cp85",
    "cp86",
    "mac",
)  # of DOS and old Macs: probably wrong if a Windows encoding fits
_HALF = re.compile(
    "[\ud800-\udfff]"
)  # of a character that UTF-16 writes as two; text with it cannot be stored


def decode(raw: bytes, html: bool = False) -> str:
    r"""Bytes -> text with `\n` newlines and no BOM. Raises UnreadableFile if they are not text."""
    text = _decoded_text(raw, html)
    if text is None or len(_CONTROL.findall(text[:100_000])) > 1 + len(text[:100_000]) // 200:
        raise UnreadableFile("not a text file, or in an unknown encoding")
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _decoded_text(raw: bytes, html: bool) -> str | None:
    """The text in the encoding that its marks declare, or else in the likeliest one; None if none fits."""
    boms = (
        (b"\xff\xfe\x00\x00", "utf-32"),
        (b"\x00\x00\xfe\xff", "utf-32"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    )
    candidates = [encoding for bom, encoding in boms if raw.startswith(bom)][:1] or ["utf-8"]
    if html and (declared := _META_CHARSET.search(raw[:4096])):
        name = declared[1].decode("ascii").replace("-", "_")
        candidates += [] if _NO_CHARSET.fullmatch(name) else [name]
    for encoding in candidates:
        try:
            text = raw.decode(encoding)
        except (UnicodeError, LookupError):
            continue
        if not _HALF.search(text):
            return text
    if b"\x00" in raw[:4096] and raw[:4096].count(b"\x00") < len(raw[:4096]) // 5:
        return None  # scattered zero bytes: a binary file, not UTF-16
    guesses = charset_normalizer.from_bytes(raw)
    likely = next((guess for guess in guesses if not guess.encoding.startswith(_OLD_GUESSES)), guesses.best())
    return None if likely is None or _HALF.search(str(likely)) else str(likely)
