"""A folder of files -> how many of their words can be found, by format.

usage: python benchmarks/kept.py FOLDER [--worst N]

Every file of a known format is read as a sync would read it. The words of its passages are compared with
those that the plainest reader of that format finds (all text nodes of the XML, PDFium's text as it comes, the
decoded file): a word counts as often as it occurs. Prints a Markdown table, and with --worst the N files of
each format that keep the smallest share of their words, with the first words that they lose.
"""

from __future__ import annotations

import argparse
import email
import email.policy
import io
import mailbox
import re
import subprocess
import sys
import tempfile
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from lxml import etree, html

from qa.documents.formats import SUFFIXES
from qa.documents.reading import read
from qa.errors import UnreadableFile
from qa.types import INDEXED

Words = Counter[str]
_PDF = (
    "import sys; from pypdfium2 import PdfDocument\n"
    "for page in PdfDocument(sys.stdin.buffer.read()):\n"
    " print(page.get_textpage().get_text_range(errors='replace').encode('utf-8', 'replace').decode())"
)


def words(text: str) -> Words:
    """The words of a text, without differences of case, ligatures and hyphens at the ends of lines."""
    text = re.sub("[\ufffe\x02\u00ad]\\s*", "", unicodedata.normalize("NFKC", text))
    return Counter(re.findall(r"\w+", text.casefold()))


# --- the plainest readers ------------------------------------------------------------------------


def _decoded(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _pdf(raw: bytes) -> str:
    """In a process of its own, as PDFium may crash."""
    done = subprocess.run([sys.executable, "-c", _PDF], input=raw, capture_output=True, timeout=60)
    return done.stdout.decode("utf-8", "replace")


def _zipped(names: str, leaves: str) -> Callable[[bytes], str]:
    """A reader of the text of some elements in some parts of a zip; both are regular expressions."""

    def text(raw: bytes) -> str:
        with zipfile.ZipFile(io.BytesIO(raw)) as package:
            parts = [package.read(name) for name in package.namelist() if re.fullmatch(names, name)]
        return "\n".join(piece for part in parts for piece in _texts(part, leaves))

    return text


def _texts(xml: bytes, leaves: str) -> Iterator[str]:
    """The text of the leaves, in one line for each paragraph."""
    tree = etree.fromstring(xml, etree.XMLParser(recover=True, resolve_entities=False, huge_tree=True))
    line = ""
    for element in tree.iter() if tree is not None else ():
        name = etree.QName(element).localname if isinstance(element.tag, str) else ""
        if name in {"p", "h"}:
            yield line
            line = ""
        if re.fullmatch(leaves, name):
            line += "".join(element.itertext())
        elif name in {"tab", "br", "cr"}:
            line += " "
    yield line


def _page(raw: bytes) -> str:
    tree = html.document_fromstring(raw, parser=html.HTMLParser(encoding="utf-8"))
    etree.strip_elements(tree, "script", "style", "head", "noscript", "template", with_tail=False)
    return " ".join(tree.itertext())


def _book(raw: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(raw)) as package:
        pages = [package.read(n) for n in package.namelist() if n.endswith((".xhtml", ".html", ".htm"))]
    return " ".join(map(_page, pages))


def _sheets(raw: bytes) -> str:
    """The cells that hold text: how a number is shown is another question."""
    from python_calamine import CalamineWorkbook

    workbook = CalamineWorkbook.from_filelike(io.BytesIO(raw))
    rows = (row for name in workbook.sheet_names for row in workbook.get_sheet_by_name(name).to_python())
    return " ".join(cell for row in rows for cell in row if isinstance(cell, str))


def _mailbox(raw: bytes) -> str:
    with tempfile.NamedTemporaryFile() as file:
        file.write(raw)
        file.flush()
        return "\n".join(_mail(bytes(message)) for message in mailbox.mbox(file.name))


def _mail(raw: bytes) -> str:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    plain = [part for part in message.walk() if part.get_content_type() == "text/plain"]
    return "\n".join(part.get_content() for part in plain)


def _rtf(raw: bytes) -> str:
    from striprtf.striprtf import rtf_to_text

    return str(rtf_to_text(raw.decode("latin-1"), errors="ignore"))


PLAINEST: dict[str, Callable[[bytes], str]] = {
    ".pdf": _pdf,
    ".docx": _zipped(r"word/(?:document|footnotes|endnotes)\.xml", "t"),
    ".odt": _zipped(r"content\.xml", "p|h"),
    ".pptx": _zipped(r"ppt/slides/slide\d+\.xml", "t"),
    ".xlsx": _sheets,
    ".xls": _sheets,
    ".ods": _sheets,
    ".rtf": _rtf,
    ".epub": _book,
    ".html": _page,
    ".eml": _mail,
    ".mbox": _mailbox,
}


# --- measured ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What became of a file: its words, those found in the product's text, and those listed as left out."""

    path: Path
    refused: str
    words: Words
    found: Words
    listed: Words

    @property
    def share(self) -> float:
        return self.found.total() / self.words.total()


def outcome(path: Path) -> Outcome | None:
    """The outcome of one file; None if the plainest reader fails or finds no words."""
    raw = path.read_bytes()
    try:
        wanted = words(PLAINEST.get(path.suffix.lower(), _decoded)(raw))
    except Exception as error:
        print(f"{path}: {type(error).__name__} in the plainest reader", file=sys.stderr)
        return None
    if not wanted:
        return None
    try:
        parsed = read(path.name, raw)
    except UnreadableFile as error:
        return Outcome(path, str(error), wanted, Counter(), Counter())
    everything = [parsed, *(inner for _, inner in parsed.attachments)]
    blocks = [p.text[b.start : b.end] for p in everything for b in p.blocks if b.kind in INDEXED]
    listed = words(" ".join(text for p in everything for _, text in p.left_out))
    return Outcome(path, "", wanted, wanted & words(" ".join(blocks)), wanted & listed)


def row(suffix: str, outcomes: list[Outcome]) -> str:
    """A line of the table."""
    read_files = [o for o in outcomes if not o.refused]
    total = sum(o.words.total() for o in read_files)
    found = sum(o.found.total() for o in read_files)
    listed = sum(((o.words - o.found) & o.listed).total() for o in read_files)
    shares = [o.share for o in read_files] or [0.0]
    cells: list[Any] = [
        suffix.lstrip("."), len(outcomes), len(outcomes) - len(read_files), total,
        f"{found / max(1, total):.2%}", f"{median(shares):.1%}", f"{listed / max(1, total):.2%}",
        sum(share < 0.9 for share in shares), sum(share < 0.5 for share in shares),
    ]  # fmt: skip
    return "| " + " | ".join(map(str, cells)) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--worst", type=int, default=0)
    arguments = parser.parse_args()
    files = [f for f in sorted(arguments.folder.rglob("*")) if f.is_file() and f.suffix.lower() in SUFFIXES]
    print(
        "| format | files | refused | words | found | median of a file | lost but listed | files that lose"
        " over 10 % | over half |\n|-|-|-|-|-|-|-|-|-|"
    )
    for suffix in sorted({file.suffix.lower() for file in files}):
        outcomes = [o for file in files if file.suffix.lower() == suffix and (o := outcome(file))]
        if outcomes:
            print(row(suffix, outcomes), flush=True)
        for o in sorted((o for o in outcomes if not o.refused), key=lambda o: o.share)[: arguments.worst]:
            lost = " ".join(list((o.words - o.found).elements())[:12])
            print(f"    {o.share:.1%} of {o.words.total()} words: {o.path}: {lost}", file=sys.stderr)
        for o in [o for o in outcomes if o.refused][: arguments.worst]:
            print(f"    {o.path}: {o.refused}", file=sys.stderr)


if __name__ == "__main__":
    main()
