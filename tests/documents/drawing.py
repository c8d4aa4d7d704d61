"""Pictures of text for the tests, drawn with the font that Pillow has in itself."""

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

LINE_HEIGHT = 1.35  # times the font size


def page(
    paragraphs: Sequence[str], font: int = 24, width: int = 1000, height: int = 1400, left: int = 80
) -> Image.Image:
    """A page with paragraphs, wrapped; one that begins with "# " is a heading, in larger letters."""
    picture = Image.new("L", (width, height), "white")
    draw = ImageDraw.Draw(picture)
    y = float(left)
    for paragraph in paragraphs:
        size = 1.6 * font if paragraph.startswith("# ") else font
        face = ImageFont.load_default(size=size)
        for line in wrapped(paragraph.removeprefix("# "), face, width - 2 * left):
            draw.text((left, y), line, fill="black", font=face)
            y += LINE_HEIGHT * size
        y += 0.8 * font
    return picture


def wrapped(text: str, face: ImageFont.FreeTypeFont, width: float) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if face.getlength(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def beside(left: Image.Image, right: Image.Image) -> Image.Image:
    both = Image.new("L", (left.width + right.width, max(left.height, right.height)), "white")
    both.paste(left, (0, 0))
    both.paste(right, (left.width, 0))
    return both


def table(rows: Sequence[Sequence[str]], font: int = 24, above: str = "", below: str = "") -> Image.Image:
    picture = page([above], font, height=300 + 60 * len(rows))
    draw = ImageDraw.Draw(picture)
    face = ImageFont.load_default(size=font)
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            draw.text((80 + 280 * c, 160 + 50 * r), cell, fill="black", font=face)
    draw.text((80, 180 + 50 * len(rows)), below, fill="black", font=face)
    return picture


def saved(*pictures: Image.Image, form: str = "PNG", **options: object) -> bytes:
    """A file with a picture, or a TIFF file with several."""
    file = io.BytesIO()
    more = {"save_all": True, "append_images": pictures[1:]} if len(pictures) > 1 else {}
    pictures[0].save(file, form, **more, **options)
    return file.getvalue()
