"""PDFs for tests: drawn page by page, or written object by object."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime

from fpdf import FPDF

from qa.documents.formats import parse

FERRY = (
    "The ferry leaves the quay at seven every morning and comes back in the evening, unless there is fog over"
    " the sound. Nobody has counted the passengers of the first year, but the harbour master wrote that they"
    " were many."
)
BRIDGE = (
    "The stone bridge at Osk was finished in 1874 by the mason Anders Lund. It has five arches, of which the"
    " middle one was taken by a flood, and the town rebuilt it within two years of hard work."
)


def make_pdf(draw: Callable[[FPDF], None], **properties: str) -> bytes:
    """A PDF that `draw` draws, given a font, a first page and some properties."""
    document = FPDF()
    document.set_creation_date(datetime(2021, 11, 4, tzinfo=UTC))
    for name, value in properties.items():
        getattr(document, f"set_{name}")(value)
    document.set_font("Times", "", 11)
    document.add_page()
    draw(document)
    return bytes(document.output())


def font_file() -> str:
    """A font with the letters of many languages."""
    import matplotlib

    return os.path.join(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")


def heading(document: FPDF, text: str, size: int = 16) -> None:
    document.set_font("Times", "B", size)
    document.cell(0, 12, text, new_x="LMARGIN", new_y="NEXT")
    document.set_font("Times", "", 11)


def paragraph(document: FPDF, text: str) -> None:
    document.multi_cell(0, 5, text, align="J", new_x="LMARGIN", new_y="NEXT")
    document.ln(3)


def article(document: FPDF) -> None:
    heading(document, "Things by the water")
    paragraph(document, FERRY)
    heading(document, "The bridge", 13)
    paragraph(document, BRIDGE)


def lines(document: FPDF, *texts: str, x: float = 20, y: float = 40, pitch: float = 5) -> None:
    """Draw lines exactly as they are, one below the other."""
    for n, text in enumerate(texts):
        document.text(x, y + n * pitch, text)


def write_pdf(
    content: bytes,
    info: bytes = b"",
    stream: bytes = b"",
    page: bytes = b"",
    catalog: bytes = b"",
    font: bytes = b"/Subtype/Type1/BaseFont/Helvetica",
    more: tuple[bytes, ...] = (),
) -> bytes:
    """A PDF of one page with the given stream of commands, in font /F; `more` are its objects from 7 on."""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R%s>>" % catalog,
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>%s>>"
        % page,
        b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), stream, content),
        b"<</Type/Font%s>>" % font,
        b"<<%s>>" % info,
        *more,
    )
    raw, offsets = b"%PDF-1.4\n", []
    for number, value in enumerate(objects, 1):
        offsets.append(len(raw))
        raw += b"%d 0 obj\n%s\nendobj\n" % (number, value)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return (
        raw + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table
        + b"trailer<</Size %d/Root 1 0 R/Info 6 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(raw))
    )  # fmt: skip


def blocks(raw: bytes) -> list[tuple[str, str]]:
    """The kinds and the texts of the blocks of a PDF."""
    parsed = parse("a.pdf", raw)
    return [(block.kind.value, parsed.text[block.start : block.end]) for block in parsed.blocks]
