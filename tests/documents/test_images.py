"""Images as documents: what is read from them, in which formats, and which are refused with what advice."""

import random
from contextlib import suppress

import pytest
from drawing import beside, page, saved, table
from PIL import Image

from qa.documents.scans import images, ocr
from qa.documents.scans.images import parse_image
from qa.errors import UnreadableFile

NOTICE = [
    "# The ferry to Halm",
    "The ferry to Halm leaves the quay at seven every morning. It carries 340 passengers and eleven cars.",
    "A ticket costs 12 crowns. Children under six travel free, and so do their bicycles.",
]
SHORT = "Dogs are not allowed on the quay."

needs_ocr = pytest.mark.skipif(not ocr.is_installed(), reason=ocr.REMEDY)


def text(raw: bytes) -> str:
    return parse_image("notice.png", raw).text


def refusal(raw: bytes) -> str:
    with pytest.raises(UnreadableFile) as refused:
        parse_image("notice.png", raw)
    return str(refused.value)


def line(mode: str = "L") -> Image.Image:
    return page([SHORT], height=200, width=600).convert(mode)


# --- what is read --------------------------------------------------------------------------------


@needs_ocr
def test_a_picture_of_a_notice_is_read_in_paragraphs_that_say_so():
    parsed = parse_image("notices/halm.png", saved(page(NOTICE, height=700)))
    assert [
        (b.kind.value, b.reason, parsed.text[b.start : b.end]) for b in parsed.blocks
    ] == [
        ("heading", "read by OCR", "The ferry to Halm"),
        ("body", "read by OCR", NOTICE[1]),
        ("body", "read by OCR", NOTICE[2]),
    ]  # fmt: skip
    assert parsed.title == "The ferry to Halm"
    assert parsed.pages == ()
    assert parsed.left_out == ()


@needs_ocr
def test_columns_are_read_one_after_the_other():
    left = (
        "The lock was built by the brothers Aas in 1887, who had drawn its gates at home in one winter. They"
        " were carpenters from Halm and had never seen a lock before."
    )
    right = (
        "Its keeper lives beside it and rings a bell when a boat comes, by day and by night, in any weather."
        " Boats that wait for the morning lie at the lower quay."
    )
    raw = saved(beside(*(page([column], width=620, height=600, left=50) for column in (left, right))))
    assert text(raw).split("\n\n") == [left, right]


@needs_ocr
def test_a_table_is_read_in_rows():
    rows = [("Boat", "Toll", "Members"), ("Rowing boat", "18", "9"), ("Barge", "42", "21")]
    above, below = "Tolls at the lock of Varn, in crowns:", "Whoever passes twice on one day pays once."
    parsed = parse_image("tolls.png", saved(table(rows, above=above, below=below)))
    assert parsed.text.split("\n\n") == [above, *(" | ".join(row) for row in rows), below]
    assert [b.kind.value for b in parsed.blocks][1:4] == ["column names", "table row", "table row"]


@needs_ocr
def test_each_picture_of_a_tiff_file_is_a_page():
    first, second = (f"This is page {n} of the letter from Halm." for n in ("one", "two"))
    parsed = parse_image("letter.tiff", saved(*(page([t], height=200) for t in (first, second)), form="TIFF"))
    assert parsed.text == f"{first}\n\n{second}"
    assert parsed.pages == (0, len(first) + 2)


@needs_ocr
@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF", "WEBP", "BMP"])
def test_images_of_many_formats_are_read(form):
    assert text(saved(line(), form=form)) == SHORT


@needs_ocr
@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "CMYK", "I", "I;16", "F"])
def test_images_with_few_and_many_colours_are_read(mode):
    grey = line()
    picture = grey.point(lambda value: value * 257, "I") if mode in {"I", "I;16"} else grey
    assert text(saved(picture.convert(mode), form="TIFF")) == SHORT


@needs_ocr
def test_black_text_without_a_background_is_read():
    ink = Image.new("RGBA", line().size, "black")
    ink.putalpha(line().point(lambda value: 255 - value))
    assert text(saved(ink)) == SHORT


@needs_ocr
def test_a_photograph_is_turned_as_its_camera_says():
    turned = line().rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6  # the upper edge of the picture is at its right
    assert text(saved(turned, form="JPEG", exif=exif)) == SHORT


@needs_ocr
def test_a_very_large_picture_is_read():
    assert text(saved(line("1").resize((9000, 3000)))) == SHORT


# --- what is refused, and what is listed ---------------------------------------------------------


def test_without_ocr_the_report_says_what_to_install(monkeypatch):
    monkeypatch.setattr(ocr, "is_installed", lambda: False)
    remedy = "To read it, install OCR: pip install 'rapidocr<3.11' onnxruntime"
    assert refusal(saved(line())) == f"an image. {remedy}"


@needs_ocr
def test_a_picture_without_text_is_refused():
    assert refusal(saved(Image.new("L", (400, 300), "white"))) == "no text found in the image"


@needs_ocr
@pytest.mark.parametrize(
    "raw", [b"no image", saved(line())[:300], saved(line(), form="JPEG")[:-900], b"GIF89a" + bytes(90)]
)
def test_a_damaged_image_is_refused(raw):
    assert refusal(raw) == "not a valid image. Try opening it and saving it again"


@needs_ocr
@pytest.mark.parametrize("side", [9_000, 20_000])
def test_an_image_that_unpacks_to_too_much_is_refused(side):
    raw = saved(Image.new("1", (side, side)))
    assert len(raw) < 1_000_000
    assert refusal(raw) == "an image of more than 80 megapixels. Save it with fewer"


@needs_ocr
def test_a_broken_picture_among_others_is_listed(monkeypatch):
    read = ocr.read_page

    def read_some(picture):
        if picture.width == 601:
            raise UnreadableFile("OCR fails (ValueError)")
        return read(picture)

    monkeypatch.setattr(ocr, "read_page", read_some)
    parsed = parse_image("letter.tiff", saved(line(), line().resize((601, 200)), form="TIFF"))
    assert parsed.text == SHORT
    assert parsed.left_out == (("OCR fails (ValueError)", "page 2"),)


@needs_ocr
def test_of_very_many_pictures_the_first_ones_are_read(monkeypatch):
    monkeypatch.setattr(ocr, "MAX_PAGES", 2)
    parsed = parse_image("book.tiff", saved(line(), line(), line(), line(), form="TIFF"))
    assert parsed.text == f"{SHORT}\n\n{SHORT}"
    assert parsed.left_out == (
        ("only 2 pages of a file are read by OCR. Split it", "page 3 and those after it"),
    )


@needs_ocr
def test_more_time_is_asked_for_each_picture(monkeypatch):
    asked = []
    monkeypatch.setattr(images.patience, "ask", lambda: asked.append(1))
    parse_image("letter.tiff", saved(line(), line(), form="TIFF"))
    assert len(asked) == 2


@needs_ocr
@pytest.mark.slow
def test_whatever_the_bytes_an_image_is_read_or_refused():
    rng = random.Random(7)
    whole = saved(line(), line(), form="TIFF")
    for _ in range(20):
        raw = bytearray(whole)
        for _ in range(8):
            raw[rng.randrange(len(raw))] = rng.randrange(256)
        with suppress(UnreadableFile):
            parse_image("letter.tiff", bytes(raw))
