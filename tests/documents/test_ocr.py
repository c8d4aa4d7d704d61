"""Scanned pages: how well they are read, turned, inclined or noisy, and that nothing is fetched for it."""

import io
import json
import re
from collections import Counter

import fpdf
import numpy as np
import pytest
from conftest import python
from drawing import page, saved
from PIL import Image, ImageFilter

from qa.documents.pdf.parse import parse_pdf
from qa.documents.scans import ocr
from qa.errors import UnreadableFile

REPORT = [
    "# The lock at Varn",
    "The lock at Varn was opened in 1887 by the engineer Ada Brekke, who had drawn its gates herself. It"
    " lifts boats by 4.2 metres and takes eleven minutes to fill. Every spring the keeper drains the chamber"
    " and paints the gates with tar, a custom that visitors come to watch from the towpath.",
    "The toll is 18 crowns for rowing boats and 42 crowns for barges; members of the boating club pay half.",
]
PRINTED = "This page was printed by a program, so that its text is in the file. It needs no reading at all."

needs_ocr = pytest.mark.skipif(not ocr.is_installed(), reason=ocr.REMEDY)


def report() -> Image.Image:
    return page(REPORT, height=800)


def recall(picture: Image.Image) -> float:
    """The share of the words of the report that are read."""
    words, read = (
        Counter(re.findall(r"\w+", " ".join(texts)))
        for texts in (REPORT, [piece.text for piece in ocr.read_page(picture).pieces])
    )
    return (words & read).total() / words.total()


def noisy(picture: Image.Image) -> Image.Image:
    grey = np.asarray(picture, float) + np.random.default_rng(1).normal(0, 60, picture.size[::-1])
    return Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8))


def pdf(*pages: Image.Image | str) -> bytes:
    """Pages of text, and scans of pages."""
    document = fpdf.FPDF()
    document.set_font("Helvetica", size=11)
    for content in pages:
        document.add_page()
        if isinstance(content, str):
            document.multi_cell(0, 6, content)
        else:
            document.image(io.BytesIO(saved(content)), 0, 0, 210)
    return bytes(document.output())


def refusal(raw: bytes) -> str:
    with pytest.raises(UnreadableFile) as refused:
        parse_pdf("lock.pdf", raw)
    return str(refused.value)


# --- pictures of pages ---------------------------------------------------------------------------


@needs_ocr
@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "least"),
    [
        (lambda picture: picture, 1.0),
        (lambda picture: picture.rotate(90, expand=True), 1.0),
        (lambda picture: picture.rotate(180), 1.0),
        (lambda picture: picture.rotate(270, expand=True), 1.0),
        (lambda picture: picture.rotate(3, fillcolor="white"), 0.95),
        (lambda picture: picture.filter(ImageFilter.GaussianBlur(1.5)), 0.95),
        (noisy, 0.95),
        (lambda picture: picture.point(lambda value: 190 + value // 4), 0.95),  # faint
        (lambda picture: picture.point(lambda value: 255 - value), 0.95),  # white on black
        (lambda picture: picture.resize((500, 400)), 0.95),
    ],
    ids="plain 90 180 270 inclined blurred noisy faint inverted small".split(),
)
def test_the_words_of_a_page_are_read(change, least):
    assert recall(change(report())) >= least


@needs_ocr
def test_the_lines_of_an_inclined_page_are_read_from_top_to_bottom():
    straight, inclined = (ocr.read_page(p).pieces for p in (report(), report().rotate(4, fillcolor="white")))
    in_order = sorted(inclined, key=lambda piece: -piece.base)
    assert [piece.text[:9] for piece in in_order] == [piece.text[:9] for piece in straight]


@needs_ocr
def test_lines_that_are_hardly_legible_are_left_out_and_listed(monkeypatch):
    monkeypatch.setattr(ocr, "_LEGIBLE", 1.1)
    found = ocr.read_page(page([PRINTED[:40]], height=200))
    assert found.pieces == []
    assert found.left_out == [("hardly legible", PRINTED[:40].strip())]


@needs_ocr
def test_a_failure_of_the_library_is_told_in_a_line(monkeypatch):
    def fail(_):
        raise ValueError("two\nlines")

    monkeypatch.setattr(ocr, "_engine", lambda: fail)
    with pytest.raises(UnreadableFile, match=r"^OCR fails \(ValueError\)$"):
        ocr.read_page(report())


# --- pages of PDF files --------------------------------------------------------------------------


@needs_ocr
def test_a_scanned_page_of_a_pdf_is_read_and_quotes_from_it_say_so():
    parsed = parse_pdf("lock.pdf", pdf(PRINTED, report()))
    assert [(b.reason, parsed.text[b.start : b.end]) for b in parsed.blocks] == [
        ("", PRINTED),
        ("read by OCR", "The lock at Varn"),
        ("read by OCR", REPORT[1]),
        ("read by OCR", REPORT[2]),
    ]
    assert parsed.pages == (0, len(PRINTED) + 2)
    assert parsed.left_out == ()


def test_without_ocr_scanned_pages_are_listed_with_what_to_install(monkeypatch):
    monkeypatch.setattr(ocr, "is_installed", lambda: False)
    parsed = parse_pdf("lock.pdf", pdf(PRINTED, report()))
    assert parsed.text == PRINTED
    assert parsed.left_out == ((f"no text on the page (scanned?). {ocr.REMEDY}", "page 2"),)


def test_without_ocr_a_pdf_of_scans_is_refused_with_what_to_install(monkeypatch):
    monkeypatch.setattr(ocr, "is_installed", lambda: False)
    assert refusal(pdf(report())) == f"no text found – it may be scanned. {ocr.REMEDY}"


@needs_ocr
def test_a_scanned_page_without_text_is_listed():
    parsed = parse_pdf("lock.pdf", pdf(PRINTED, Image.new("L", (210, 297), "grey")))
    assert parsed.text == PRINTED
    assert parsed.left_out == (("no text found on the page, not even by OCR", "page 2"),)
    assert refusal(pdf(Image.new("L", (210, 297), "grey"))) == "no text found, not even by OCR"


@needs_ocr
def test_of_very_many_scanned_pages_the_first_ones_are_read(monkeypatch):
    monkeypatch.setattr(ocr, "MAX_PAGES", 1)
    short = page(["The bell of Varn."], height=300)
    parsed = parse_pdf("bell.pdf", pdf(short, PRINTED, short))
    assert parsed.text == f"The bell of Varn.\n\n{PRINTED}"
    assert parsed.left_out == (("scanned, and only 1 such pages of a file are read. Split it", "page 3"),)


# --- no network ----------------------------------------------------------------------------------

ALONE = """
import json, socket, sys
tried = []

def refuse(*arguments, **_):
    tried.append(repr(arguments[1:]))
    raise OSError("no network here")

for name in ("connect", "connect_ex", "sendto"):
    setattr(socket.socket, name, refuse)
for name in ("getaddrinfo", "gethostbyname", "create_connection"):
    setattr(socket, name, refuse)

from pathlib import Path
from qa.documents.scans.images import parse_image

text = parse_image("notice.png", Path(sys.argv[1]).read_bytes()).text
print(json.dumps({"text": text, "tried": tried}))
"""


@needs_ocr
def test_nothing_is_fetched_to_read_an_image(tmp_path):
    import rapidocr

    folder = ocr.Path(rapidocr.__file__).parent
    before = sorted(folder.rglob("*"))
    picture = tmp_path / "notice.png"
    picture.write_bytes(saved(page(["The bell of Varn."], height=200)))
    done = python(ALONE, picture)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"text": "The bell of Varn.", "tried": []}
    assert sorted(folder.rglob("*")) == before
