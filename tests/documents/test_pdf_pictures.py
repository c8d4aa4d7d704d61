"""Pictures of the pages of a PDF: for reading what has no text, and for showing where a quote stands."""

import base64
import io
import random

import pytest
from fpdf import FPDF
from making_pdfs import BRIDGE, FERRY, article, font_file, lines, make_pdf, paragraph, write_pdf
from PIL import Image

from qa.documents.pdf import showing
from qa.documents.pdf.extract import extract
from qa.documents.pdf.marking import Box, page_places
from qa.documents.pdf.render import page_image, page_picture
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


# --- pages that are shown ------------------------------------------------------------------------


def test_a_page_that_is_shown_is_coloured_and_as_wide_as_a_screen():
    width, height, pixels = page_picture(write_pdf(b"1 0 0 rg 100 200 300 100 re f"), 1)
    assert (width, height, len(pixels)) == (1600, 2133, 1600 * 2133 * 3)
    middle = 3 * (width * (height - 250 * width // 600) + 200 * width // 600)
    assert tuple(pixels[middle : middle + 3]) == (255, 0, 0)
    assert tuple(pixels[:3]) == (255, 255, 255)


@pytest.mark.parametrize("box", [b"[0 0 14400 14400]", b"[0 0 10 14400]", b"[0 0 14400 10]"])
def test_a_page_of_any_form_has_a_picture_of_bounded_size(box: bytes):
    width, height, pixels = page_picture(SQUARE.replace(b"[0 0 600 800]", box), 1)
    assert len(pixels) == 3 * width * height <= 3 * 10_000_000


def test_a_page_full_of_photographs_is_packed_smaller():
    noise = Image.frombytes("L", (1200, 1600), random.Random(1).randbytes(1200 * 1600))
    kind, content = showing.shown(make_pdf(lambda d: d.image(noise, 0, 0, 210)), 1, None).values()
    assert kind == "image/jpeg"
    assert Image.open(io.BytesIO(base64.b64decode(content))).size == (1600, 2262)


# --- the places of texts -------------------------------------------------------------------------


def places(raw: bytes, *texts: str, share: float = 0.0, page: int = 1) -> list[list[Box]]:
    return page_places(raw, page, [(text, share) for text in texts])[2]


def inside(raw: bytes, box: Box, dots: int = 200) -> bool:
    """True if there is something dark within a box."""
    width, _, pixels = page_picture(raw, 1)
    left, top, across, down = box
    rows = (pixels[3 * (y * width + left) : 3 * (y * width + left + across)] for y in range(top, top + down))
    return min(min(row) for row in rows) < dots


def test_a_quote_has_a_box_around_each_of_its_lines():
    raw = make_pdf(article)
    (boxes,) = places(raw, BRIDGE)
    assert len(boxes) == 2
    assert boxes[0][1] + boxes[0][3] <= boxes[1][1] + 8  # one below the other
    assert all(inside(raw, box) for box in boxes)


def test_a_quote_is_found_whatever_became_of_its_hyphens_ligatures_and_spaces():
    def draw(document: FPDF) -> None:
        document.add_font("Any", "", font_file())
        document.set_font("Any", "", 11)
        lines(document, "The “\ufb01rst”  o\ufb03cer sig-", "naled; then the café shut.")

    (boxes,) = places(make_pdf(draw), 'The "first" officer signaled; then the cafe\u0301 shut.')
    assert len(boxes) >= 2


def test_cells_of_a_row_are_found_without_the_bars_between_them():
    def draw(document: FPDF) -> None:
        for x, text in ((20, "Alder"), (70, "118 crowns"), (120, "two beds")):
            document.text(x, 40, text)

    (boxes,) = places(make_pdf(draw), "Alder | 118 crowns | two beds")
    assert boxes


def test_a_quote_around_something_else_is_marked_in_pieces():
    def draw(document: FPDF) -> None:
        lines(
            document,
            "The ferry leaves the quay at seven every",
            "Harbour News, page 12",
            "morning of the year.",
        )

    (boxes,) = places(make_pdf(draw), "The ferry leaves the quay at seven every morning of the year.")
    assert len(boxes) == 2


def test_of_several_places_the_nearest_to_the_expected_one_is_marked():
    raw = make_pdf(lambda d: lines(d, *["It costs 12 crowns.", "Nothing else is known of it."] * 3, pitch=30))
    tops = [places(raw, "12 crowns", share=share)[0][0][1] for share in (0.0, 0.4, 0.9)]
    assert tops == sorted(set(tops))


def test_a_text_that_is_not_on_the_page_has_no_boxes():
    raw = make_pdf(article)
    assert places(raw, "Nobody has ever written this sentence.", "", "–") == [[], [], []]
    (boxes,) = places(raw, "The ferry leaves the quay, but nobody knows who would ever be on board of it.")
    assert boxes == []


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_boxes_stand_where_the_words_are_also_on_turned_and_cut_pages(turned: int):
    raw = write_pdf(
        b"BT /F 24 Tf 200 400 Td (Ferry) Tj ET", page=b"/Rotate %d/CropBox[100 100 500 700]" % turned
    )
    ((box,),) = places(raw, "ferry")
    assert inside(raw, box)
    _, _, pixels = page_picture(raw, 1)
    assert min(pixels) < 50
