"""Pictures of text, such as scanned letters and photographed notices, as files of their own.

A file with several pictures, as TIFF files may be, is a document with as many pages.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from qa.documents import patience
from qa.documents.parsed import Parsed, from_parts
from qa.documents.pdf.layout import laid_out
from qa.documents.pdf.pieces import Page
from qa.documents.scans import ocr
from qa.errors import UnreadableFile

if TYPE_CHECKING:
    from PIL.Image import Image

_FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "BMP")
_MOST_PIXELS = 80_000_000  # a page of A3 at 600 dpi has 70 million
_DAMAGED = "not a valid image. Try opening it and saving it again"
_TOO_LARGE = f"an image of more than {_MOST_PIXELS // 1_000_000} megapixels. Save it with fewer"


def parse_image(path: str, raw: bytes) -> Parsed:
    """The text in an image, or in each of several in one file, as OCR reads it.

    Raises UnreadableFile if OCR is not installed, or the file is damaged, too large or without text.
    """
    if not ocr.is_installed():
        raise UnreadableFile(f"an image. {ocr.REMEDY}")
    pages = list(_pages(raw))
    if not any(page.pieces for page in pages):
        unread = (reason for page in pages if not page.remark for reason, _ in page.left_out)
        raise UnreadableFile(next(unread, "no text found in the image"))
    layout = laid_out(pages)
    left_out = [found for page in pages for found in page.left_out]
    starts = layout.starts if len(pages) > 1 else ()
    return from_parts(path, layout.parts, layout.title, {}, lambda _: left_out, starts)


def _pages(raw: bytes) -> Iterator[Page]:
    """What is printed in each picture of a file; those that cannot be read are pages without text."""
    with _opened(raw) as file:
        for number in range(1, ocr.MAX_PAGES + 2):
            if number > 1 and not _has_picture(file, number):
                return
            if number > ocr.MAX_PAGES:
                reason = f"only {ocr.MAX_PAGES} pages of a file are read by OCR. Split it"
                yield Page([], left_out=[(reason, f"page {number} and those after it")])
                return
            patience.ask()
            try:
                yield ocr.read_page(_upright(file))
            except UnreadableFile as error:
                yield Page([], left_out=[(str(error), f"page {number}")])


def _opened(raw: bytes) -> Any:
    """The file as Pillow sees it: the header of its first picture. Raises UnreadableFile."""
    from PIL import Image

    try:
        with warnings.catch_warnings(action="ignore"):  # of pictures that are refused here, or read after all
            return Image.open(io.BytesIO(raw), formats=_FORMATS)
    except Image.DecompressionBombError as error:
        raise UnreadableFile(_TOO_LARGE) from error
    except Exception as error:  # Pillow raises many types on broken files
        raise UnreadableFile(_DAMAGED) from error


def _has_picture(file: Any, number: int) -> bool:
    """True if a TIFF file has that many pictures; the others are animations or copies of the first."""
    if file.format != "TIFF":
        return False
    with suppress(Exception):  # EOFError at the end, others on broken files
        file.seek(number - 1)
        return True
    return False


def _upright(file: Any) -> Image:
    """The current picture of a file, turned as its camera says. Raises UnreadableFile."""
    from PIL import ImageOps

    if file.width * file.height > _MOST_PIXELS:
        raise UnreadableFile(_TOO_LARGE)
    try:
        file.load()
    except MemoryError:
        raise
    except Exception as error:
        raise UnreadableFile(_DAMAGED) from error
    with suppress(Exception):  # the camera's notes may be broken
        turned: Image = ImageOps.exif_transpose(file)
        return turned
    copy: Image = file.copy()
    return copy
