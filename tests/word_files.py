"""Word files for tests: made by python-docx, and by hand from XML."""

import io
import zipfile
from collections.abc import Callable, Mapping

import docx
from docx.document import Document

from qa.documents.word.parse import parse_docx

PROSE = "The ferry leaves the quay at seven every morning and comes back in the evening."
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def make_docx(draw: Callable[[Document], None]) -> bytes:
    document = docx.Document()
    draw(document)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def write_docx(body: str, files: dict[str, str | bytes] | None = None, **parts: str) -> bytes:
    """A package made by hand, from the XML of its body and of further parts, by their kind.

    `files` are parts that are given as they are, by their names; the name is also the id of the relation.
    """
    targets = {kind: f"{kind}.xml" for kind in parts} | {name: name for name in files or {}}
    related = "".join(
        f'<Relationship Id="{name}" Type="{OFFICE}/{name}" Target="{target}"/>'
        for name, target in targets.items()
    )
    return zip_of(
        {
            **{f"word/{name}": content for name, content in (files or {}).items()},
            "_rels/.rels": f'<R><R Type="{OFFICE}/officeDocument" Target="word/document.xml"/></R>',
            "word/document.xml": document(body),
            "word/_rels/document.xml.rels": f"<R>{related}</R>",
            **{
                f"word/{kind}.xml": f'<w:x xmlns:w="{W}" xmlns:mc="mc">{xml}</w:x>'
                for kind, xml in parts.items()
            },
        }
    )


def document(body: str) -> str:
    names = 'xmlns:mc="mc" xmlns:m="m" xmlns:r="r" xmlns:v="v" xmlns:d="d"'
    return f'<w:document xmlns:w="{W}" {names}><w:body>{body}</w:body></w:document>'


def zip_of(files: Mapping[str, str | bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in files.items():
            package.writestr(name, text)
    return file.getvalue()


def p(inner: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{inner}</w:p>"


def r(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def table(*rows: str) -> str:
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


def row(*cells: str, properties: str = "") -> str:
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(map(cell, cells))}</w:tr>"


def cell(text: str, properties: str = "") -> str:
    """A cell; one that is given as XML is not made into one."""
    if text.startswith("<w:tc>"):
        return text
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{p(r(text))}</w:tc>"


def blocks(raw: bytes) -> list[tuple[str, str]]:
    """The blocks of a file, as their kind and text."""
    parsed = parse_docx("a.docx", raw)
    return [(block.kind.value, parsed.text[block.start : block.end]) for block in parsed.blocks]


def texts(raw: bytes) -> list[str]:
    return [text for _, text in blocks(raw)]
