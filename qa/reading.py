"""A file -> its text, what is known about it, and which parts of the text are the author's.

`txt` and `md` keep their whole decoded text: front matter and boilerplate are marked as blocks, not
cut out. Of `html` the main content is extracted (trafilatura) and that text is what offsets refer to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import charset_normalizer
import yaml

from qa.blocks import Paragraph, paragraphs
from qa.boilerplate import boilerplate
from qa.errors import UnreadableFile
from qa.types import Block, BlockKind

MAX_BYTES = 20_000_000  # about 4,000 printed pages of text
_METADATA_KEYS = ("source", "source_title", "author", "date", "url", "language")
_META_CHARSET = re.compile(rb"<meta[^>]+charset=[\"']?([\w-]+)", re.IGNORECASE)
_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_KEY_LINE = re.compile(r"\s*[\w-]+\s*:(?:\s|\Z)")
_BYLINE = re.compile(r"(?:by|written by)\s*:?\s+(\S.{1,80})", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_HALF = re.compile("[\ud800-\udfff]")  # of a character that UTF-16 writes in two; no text is stored with it
# Python has codecs of these names, and no page can mean them.
_NO_CHARSET = re.compile(r"idna|punycode|undefined|(?:raw_)?unicode_(?:escape|internal)", re.IGNORECASE)
_OLD_GUESSES = ("cp437", "cp7", "cp85", "cp86", "mac")  # of DOS and old Macs: likely wrong where Windows fits
_LONGEST_VALUE = 300  # characters of a title or of a value of front matter


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file holds. `heading_title` is the title where the document itself gives it, else "".

    `blocks` are in order and do not overlap; what lies between them is white space.
    `left_out` lists what is not indexed as (reason, text).
    """

    title: str
    heading_title: str
    text: str
    metadata: Mapping[str, str]
    blocks: tuple[Block, ...]
    left_out: tuple[tuple[str, str], ...] = field(default=())


def parse(path: str, raw: bytes) -> Parsed:
    """Make a document of a file's bytes. `path` is relative to the corpus; its suffix tells the format.

    Raises UnreadableFile with a reason in one line: empty, too large, not text, broken front matter.
    """
    check_size(len(raw))
    if not raw.strip():
        raise UnreadableFile("the file is empty")
    suffix = PurePosixPath(path).suffix.lower()
    parsed = _READERS[suffix](path, decode(raw, html=suffix in {".html", ".htm"}))
    if not any(block.kind is BlockKind.BODY for block in parsed.blocks):
        raise UnreadableFile("no text of an article was found in the file")
    return parsed


def check_size(size: int) -> None:
    """Raises UnreadableFile for a file of more bytes than are read."""
    if size > MAX_BYTES:
        limit = MAX_BYTES / 1e6
        raise UnreadableFile(f"{size / 1e6:.0f} MB is over the limit of {limit:.0f} MB a file: split it")


def decode(raw: bytes, html: bool = False) -> str:
    r"""Bytes -> text with `\n` newlines and no BOM. Raises UnreadableFile if they are not text."""
    text = _decoded(raw, html)
    if text is None or len(_CONTROL.findall(text[:100_000])) > 1 + len(text[:100_000]) // 200:
        raise UnreadableFile("not a text file (or in an encoding that cannot be recognised)")
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _decoded(raw: bytes, html: bool) -> str | None:
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
        return None  # scattered zero bytes: a program's file, not UTF-16
    guesses = charset_normalizer.from_bytes(raw)
    likely = next((guess for guess in guesses if not guess.encoding.startswith(_OLD_GUESSES)), guesses.best())
    return None if likely is None or _HALF.search(str(likely)) else str(likely)


# --- plain text and Markdown ---------------------------------------------------------------------


def _read_plain(path: str, text: str) -> Parsed:
    return _from_text(path, text, {}, 0)


def _read_markdown(path: str, text: str) -> Parsed:
    metadata, body_start = front_matter(text)
    return _from_text(path, text, metadata, body_start)


def front_matter(text: str) -> tuple[dict[str, str], int]:
    """The YAML front matter as strings, and where the text below it starts (0 without any).

    Raises UnreadableFile where it is there and broken: dropping it would silently lose the title.
    """
    match = _FRONT_MATTER.match(text)
    if not match:
        first_lines = text[:2000].split("\n")
        if first_lines[0].rstrip() == "---" and len(first_lines) > 1 and _KEY_LINE.match(first_lines[1]):
            raise UnreadableFile("the front matter is not closed: add a line with --- below it")
        return {}, 0
    source = match[1] or ""
    try:
        # As written: 007 stays 007, no date is put in another form, and no merge keys are followed.
        values = yaml.load(source, yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError) as error:
        if not _KEY_LINE.match(source):
            return {}, 0  # prose between two rules
        mark = getattr(error, "problem_mark", None)
        line = f" (line {mark.line + 2})" if mark else ""
        raise UnreadableFile(
            f"the front matter is not valid YAML{line}: correct it, or quote the value"
        ) from error
    if values is not None and not isinstance(values, dict):
        return {}, 0
    return {str(k): s for k, v in (values or {}).items() if (s := _scalar(v))}, match.end()


def _scalar(value: object) -> str:
    """A value, or a list of values, in one line; "" for what is nested or none. Cut where no name goes on."""
    values = value[:20] if isinstance(value, list) else [value]
    lines = [
        " ".join(v[:_LONGEST_VALUE].split()) for v in values if isinstance(v, str) and v not in {"~", "null"}
    ]
    return _HALF.sub("\ufffd", ", ".join(line for line in lines if line))[:_LONGEST_VALUE]


def _from_text(path: str, text: str, metadata: dict[str, str], body_start: int) -> Parsed:
    found = paragraphs(text, body_start)
    reasons = boilerplate(found)
    blocks = [Block(0, body_start, BlockKind.FRONT_MATTER, "front matter")] if body_start else []
    for i, (paragraph, reason) in enumerate(zip(found, reasons, strict=True)):
        kind = BlockKind.BOILERPLATE if reason else BlockKind.BODY
        if not reason and _is_heading(found, reasons, i):
            kind = BlockKind.HEADING
        blocks.append(Block(paragraph.start, paragraph.end, kind, reason))
    kept = [p for p, reason in zip(found, reasons, strict=True) if not reason]
    heading_title = (metadata.pop("title", "") or _title(kept))[:_LONGEST_VALUE].rstrip()
    known = {key: metadata[key] for key in metadata if key in _METADATA_KEYS}
    byline = next(
        (_BYLINE.fullmatch(p.text) for p, r in zip(found, reasons, strict=True) if r == "byline"), None
    )
    if byline:
        known.setdefault("author", byline[1])
    return Parsed(
        title=heading_title or _title_from_name(path),
        heading_title=heading_title,
        text=text,
        metadata=known,
        blocks=tuple(blocks),
        left_out=tuple((b.reason, text[b.start : b.end]) for b in blocks if b.kind is BlockKind.BOILERPLATE),
    )


def _is_heading(found: Sequence[Paragraph], reasons: Sequence[str], i: int) -> bool:
    """A Markdown heading, or a short line that is no sentence and stands above one."""
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
    below = next((q for q, reason in zip(found[i + 1 :], reasons[i + 1 :], strict=True) if not reason), None)
    return p.words > 0 and below is not None and not below.list_item and (below.prose or below.level > 0)


def _title(kept: Sequence[Paragraph]) -> str:
    """The first heading, else a first line that reads like a title; "" where there is neither."""
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


def _title_from_name(path: str) -> str:
    stem = re.sub(r"[\s_-]+", " ", PurePosixPath(path).stem).strip()
    return stem[:1].upper() + stem[1:] or path


# --- web pages -----------------------------------------------------------------------------------


def _read_html(path: str, html: str) -> Parsed:
    import trafilatura  # loaded only where a page is read: it costs as much as all the rest

    try:
        page = trafilatura.bare_extraction(html, include_comments=False, with_metadata=True)
    except Exception as error:  # lxml and trafilatura raise many kinds on broken markup
        raise UnreadableFile(f"the page cannot be parsed ({type(error).__name__})") from error
    if page is None or isinstance(page, dict) or page.body is None:
        raise UnreadableFile("no text of an article was found in the page")
    parts = list(_html_parts(page.body))
    text = "\n\n".join(part for part, _ in parts)
    found = paragraphs(text)
    headings = {part for part, is_heading in parts if is_heading}
    blocks = []
    for p, reason in zip(found, boilerplate(found), strict=True):
        kind = BlockKind.HEADING if p.text in headings else BlockKind.BODY
        blocks.append(Block(p.start, p.end, BlockKind.BOILERPLATE if reason else kind, reason))
    title = _page_title(page.title or "", page.sitename or "", parts)[:_LONGEST_VALUE].rstrip()
    known = {
        "source": page.sitename, "author": page.author, "date": page.date, "url": page.url,
        "language": page.language,
    }  # fmt: skip
    return Parsed(
        title=title or _title_from_name(path),
        heading_title=title,
        text=text,
        metadata={key: " ".join(value.split()) for key, value in known.items() if value},
        blocks=tuple(blocks),
        left_out=(
            *((b.reason, text[b.start : b.end]) for b in blocks if b.kind is BlockKind.BOILERPLATE),
            *(("outside the main content", line) for line in _page_lines(html) if line not in text),
        ),
    )


def _html_parts(element: object) -> list[tuple[str, bool]]:
    """The paragraphs of trafilatura's tree in reading order, and whether each is a heading."""
    parts: list[tuple[str, bool]] = []
    for child in element:  # type: ignore[attr-defined]
        if child.tag in {"p", "head", "item", "cell", "row", "code"} and not child.findall(".//p"):
            cells = child.findall("cell") if child.tag == "row" else []
            pieces = [" ".join("".join(cell.itertext()).split()) for cell in cells or [child]]
            if line := " | ".join(piece for piece in pieces if piece):
                parts.append((line, child.tag == "head"))
        elif len(child):
            parts += _html_parts(child)
        elif line := " ".join("".join(child.itertext()).split()):
            parts.append((line, False))
    return parts


def _page_title(title: str, site: str, parts: Sequence[tuple[str, bool]]) -> str:
    """The page's title without the site's name that many pages append to it."""
    title = " ".join(title.split())
    if site and title.endswith(site) and title != site:
        title = title.removesuffix(site).rstrip(" |:·»–—-")
    return title or next((part for part, is_heading in parts if is_heading), "")


def _page_lines(html: str) -> list[str]:
    """The visible lines of a page, for the list of what was left out."""
    from lxml import etree
    from lxml import html as lxml_html

    tree = lxml_html.fromstring(html)
    etree.strip_elements(
        tree, "script", "style", "noscript", "template", "head", etree.Comment, with_tail=False
    )
    lines = (" ".join(piece.split()) for piece in tree.itertext())
    return [line for line in dict.fromkeys(lines) if line]


_READERS: Mapping[str, Callable[[str, str], Parsed]] = {
    ".txt": _read_plain,
    ".text": _read_plain,
    ".md": _read_markdown,
    ".markdown": _read_markdown,
    ".html": _read_html,
    ".htm": _read_html,
}
SUFFIXES = frozenset(_READERS)
