"""A file -> its text, its metadata, and which parts of the text are the author's.

`txt` and `md` files keep their whole decoded text: front matter and boilerplate are marked as blocks, not cut
out. The text of all other files is extracted, and offsets refer to the extracted text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import PurePosixPath
from typing import NamedTuple

from qa.documents.parsed import Parsed
from qa.errors import UnreadableFile
from qa.types import INDEXED

MAX_BYTES = 20_000_000  # about 4,000 printed pages of text
MAX_CHARACTERS = 20_000_000  # of the text that is made of a file


class Format(NamedTuple):
    """A format: the name people have for it, the suffixes of its files, and the parser of their bytes.

    `parser` is a function from a path and bytes to a Parsed, as module.function below `qa.documents`. It is
    imported when a file needs it: a question in a terminal should not wait for the parsers.
    """

    label: str
    suffixes: tuple[str, ...]
    parser: str

    @property
    def name(self) -> str:
        """The label without the suffixes."""
        return self.label.partition(" (")[0]

    def parse(self, path: str, raw: bytes) -> Parsed:
        """Parse a file's bytes. See `parse`."""
        module, _, name = self.parser.rpartition(".")
        parser: Callable[[str, bytes], Parsed] = getattr(import_module(f"qa.documents.{module}"), name)
        return parser(path, raw)


FORMATS = (  # the best known first: the page names only some
    Format("PDF", (".pdf",), "pdf.parse.parse_pdf"),
    Format("Word (.docx)", (".docx", ".docm", ".dotx", ".dotm"), "word.parse.parse_docx"),
    Format("PowerPoint (.pptx)", (".pptx", ".pptm", ".ppsx", ".ppsm"), "slides.parse.parse_slides"),
    Format("Excel (.xlsx, .xls)", (".xlsx", ".xlsm", ".xltx", ".xlsb", ".xls"), "sheets.parse.parse_sheets"),
    Format("e-mail (.eml, .mbox)", (".eml",), "mail.parse.parse_mail"),
    Format("e-mail (.eml, .mbox)", (".mbox",), "mail.parse.parse_mailbox"),
    Format("e-books (.epub)", (".epub",), "epub.parse.parse_epub"),
    Format("web pages", (".html", ".htm", ".xhtml"), "html.parse.parse_html"),
    Format("Markdown", (".md", ".markdown"), "plain.markdown.parse_markdown"),
    Format("text", (".txt", ".text"), "plain.text.parse_text"),
    Format("OpenDocument (.odt, .ods)", (".odt", ".ott"), "odt.parse.parse_odt"),
    Format("OpenDocument (.odt, .ods)", (".ods",), "sheets.parse.parse_sheets"),
    Format("RTF", (".rtf",), "rtf.parse.parse_rtf"),
    Format("CSV", (".csv", ".tsv"), "sheets.delimited.parse_delimited"),
    Format("images", (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp"), "scans.images.parse_image"),
)
_BY_SUFFIX = {suffix: form for form in FORMATS for suffix in form.suffixes}
SUFFIXES = frozenset(_BY_SUFFIX)
_LABELS = list(dict.fromkeys(form.label for form in FORMATS))
LABELS = ", ".join(_LABELS[:-1]) + f" or {_LABELS[-1]}"


def kind_of(path: str) -> str:
    """What people call a document of the kind that a path names, such as "Word"; "" if there is none.

    What is within a file and has no suffix, such as a message in a mailbox, is of the file's kind.
    """
    suffixes = (PurePosixPath(part).suffix.lower() for part in reversed(path.split("/")))
    name = next((_BY_SUFFIX[suffix].name for suffix in suffixes if suffix in _BY_SUFFIX), "")
    return name[:1].upper() + name[1:]


def parse(path: str, raw: bytes) -> Parsed:
    """Parse a file's bytes. `path` is relative to the corpus, and its suffix decides the format.

    Raises UnreadableFile with a reason in one line: empty, too large, damaged, not of the format that its
    name says, password-protected, without text. May raise anything else, and take any time: use
    `reading.read`, which has limits.
    """
    from qa.documents.sentences import block_sentences

    check_size(len(raw))
    if not raw.strip():
        raise UnreadableFile("the file is empty")
    parsed = _BY_SUFFIX[PurePosixPath(path).suffix.lower()].parse(path, raw)
    if not parsed.attachments and not any(block.kind in INDEXED for block in parsed.blocks):
        raise UnreadableFile("no text found")
    if len(parsed.text) > MAX_CHARACTERS:
        raise UnreadableFile("too much text. Split it")
    language = parsed.metadata.get("language", "en")
    return replace(parsed, sentences=block_sentences(parsed.text, parsed.blocks, language))


def check_size(size: int) -> None:
    """Raises UnreadableFile if a file of that many bytes is too large."""
    if size > MAX_BYTES:
        raise UnreadableFile(f"larger than {MAX_BYTES / 1e6:.0f} MB")
