"""A file -> its text, its metadata, and which parts of the text are the author's.

`txt` and `md` files keep their whole decoded text: front matter and boilerplate are marked as blocks, not cut
out. The text of `html`, `pdf` and `docx` files is extracted, and offsets refer to the extracted text.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath
from typing import NamedTuple

from qa.documents.docx import parse_docx
from qa.documents.html import parse_html
from qa.documents.parsed import Parsed
from qa.documents.pdf.parse import parse_pdf
from qa.documents.text import parse_markdown, parse_text
from qa.errors import UnreadableFile
from qa.types import BlockKind

MAX_BYTES = 20_000_000  # about 4,000 printed pages of text


class Format(NamedTuple):
    """A format: the name people have for it, the suffixes of its files, and the parser of their bytes."""

    label: str
    suffixes: tuple[str, ...]
    parse: Callable[[str, bytes], Parsed]


FORMATS = (
    Format("PDF", (".pdf",), parse_pdf),
    Format("Word (.docx)", (".docx",), parse_docx),
    Format("web pages", (".html", ".htm"), parse_html),
    Format("Markdown", (".md", ".markdown"), parse_markdown),
    Format("text", (".txt", ".text"), parse_text),
)
_BY_SUFFIX = {suffix: form for form in FORMATS for suffix in form.suffixes}
SUFFIXES = frozenset(_BY_SUFFIX)
LABELS = ", ".join(form.label for form in FORMATS[:-1]) + f" or {FORMATS[-1].label}"


def parse(path: str, raw: bytes) -> Parsed:
    """Parse a file's bytes. `path` is relative to the corpus, and its suffix decides the format.

    Raises UnreadableFile with a reason in one line: empty, too large, damaged, not of the format that its
    name says, password-protected, without text, with broken front matter. Takes about a minute at most.
    """
    check_size(len(raw))
    if not raw.strip():
        raise UnreadableFile("the file is empty")
    parsed = _BY_SUFFIX[PurePosixPath(path).suffix.lower()].parse(path, raw)
    if not any(block.kind is BlockKind.BODY for block in parsed.blocks):
        raise UnreadableFile("no article text found")
    return parsed


def check_size(size: int) -> None:
    """Raises UnreadableFile if a file of that many bytes is too large."""
    if size > MAX_BYTES:
        raise UnreadableFile(f"larger than {MAX_BYTES / 1e6:.0f} MB")
