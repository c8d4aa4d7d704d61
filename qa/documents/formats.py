"""A file -> its text, what is known about it, and which parts of the text are the author's.

`txt` and `md` keep their whole decoded text: front matter and boilerplate are marked as blocks, not cut
out. Of `html`, `pdf` and `docx` the text is extracted, and offsets refer to what was extracted.
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
    """A kind of file: what people call it, the ends of its names, and what makes a document of its bytes."""

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
_BY_SUFFIX = {suffix: kind for kind in FORMATS for suffix in kind.suffixes}
SUFFIXES = frozenset(_BY_SUFFIX)


def parse(path: str, raw: bytes) -> Parsed:
    """Make a document of a file's bytes. `path` is relative to the corpus; its suffix tells the format.

    Raises UnreadableFile with a reason in one line: empty, too large, damaged, not what its name says,
    under a password, without text, broken front matter. It takes no more than about a minute.
    """
    check_size(len(raw))
    if not raw.strip():
        raise UnreadableFile("the file is empty")
    parsed = _BY_SUFFIX[PurePosixPath(path).suffix.lower()].parse(path, raw)
    if not any(block.kind is BlockKind.BODY for block in parsed.blocks):
        raise UnreadableFile("no text of an article was found in the file")
    return parsed


def check_size(size: int) -> None:
    """Raises UnreadableFile for a file of more bytes than are read."""
    if size > MAX_BYTES:
        limit = MAX_BYTES / 1e6
        raise UnreadableFile(f"{size / 1e6:.0f} MB is over the limit of {limit:.0f} MB a file: split it")
