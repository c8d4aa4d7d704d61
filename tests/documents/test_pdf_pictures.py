"""Pictures of the pages of a PDF, for reading what has no text."""

import pytest
from fpdf import FPDF
from making_pdfs import FERRY, make_pdf, paragraph, write_pdf
from PIL import Image

from qa.documents.pdf.extract import extract
from qa.documents.pdf.render import page_image
from qa.documents.pdf.scanned import pages_to_scan
from qa.errors import UnreadableFile

SQUARE = write_pdf(b"100 200 300 100 re f")  # black, on a page of 600 by 800 points


def test_a_picture_is_grey_and_has_the_dots_that_are_asked_for():
    width, height, pixels = page_image(SQUARE, 1, 144)
    assert (width, height, len(pixels)) == (1200, 1600, 1200 * 1600)
    assert pixels[0] == 255
    assert pixels[width * (height - 500) + 400] == 0


def test_a_picture_of_a_huge_page_has_fewer_dots():
    raw = SQUARE.replace(b"[0 0 600 800]", b"[0 0 14400 14400]")
    width, height, pixels = page_image(raw, 1, 200)
    assert width == height
    assert 30_000_000 < len(pixels) <= 40_000_000


@pytest.mark.parametrize("number", [0, 2])
def test_a_page_that_is_not_there_has_no_picture(number):
    with pytest.raises(UnreadableFile, match=f"page {number} is damaged"):
        page_image(SQUARE, number, 72)


def test_pages_to_scan_are_pictures_with_hardly_any_text():
    def draw(document: FPDF) -> None:
        paragraph(document, FERRY)
        document.add_page()
        document.image(Image.new("L", (40, 56), 128), 0, 0, 210)
        document.text(20, 20, "Scanned in Hallgate")
        document.add_page()
        document.image(Image.new("L", (40, 40), 128), 20, 20, 60)
        document.text(20, 120, "A view of the sound")
        document.add_page()

    assert pages_to_scan(extract(make_pdf(draw)).pages) == [2]
