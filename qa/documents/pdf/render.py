"""A page of a PDF -> a picture of it: for reading the text of scanned pages, and for people to look at."""

from __future__ import annotations

import ctypes
from typing import Any

from qa.documents.pdf.library import loaded, opened, pdfium
from qa.errors import UnreadableFile

SHOWN_WIDTH = 1600  # pixels of a page that is shown, at most
_MOST_PIXELS = 40_000_000  # a page of A3 at 300 dpi has 17 million
_MOST_SHOWN = 5_000_000  # of a page that is shown
_WHITE = 0xFFFFFFFF


def page_image(raw: bytes, number: int, dpi: int) -> tuple[int, int, bytes]:
    """Width, height and grey pixels, row by row, of a page of a PDF. Pages are counted from 1.

    A very large page has fewer dots per inch than `dpi`. Raises UnreadableFile if the file is damaged or
    password-protected, or has no such page.
    """
    library = pdfium()
    with opened(raw) as document, loaded(document, number - 1) as page:
        width, height = _pixels(page, number, float(dpi), _MOST_PIXELS)
        flags = library.FPDF_ANNOT | library.FPDF_GRAYSCALE
        return width, height, _drawn(page, number, (width, height), library.FPDFBitmap_Gray, 1, flags)


def page_picture(raw: bytes, number: int) -> tuple[int, int, bytes]:
    """Width, height and coloured pixels (red, green, blue) of a page, as large as it is shown.

    Raises UnreadableFile like `page_image`.
    """
    library = pdfium()
    with opened(raw) as document, loaded(document, number - 1) as page:
        width, height = shown_size(page, number)
        flags = library.FPDF_ANNOT | library.FPDF_REVERSE_BYTE_ORDER
        return width, height, _drawn(page, number, (width, height), library.FPDFBitmap_BGR, 3, flags)


def shown_size(page: Any, number: int) -> tuple[int, int]:
    """Width and height in pixels of the picture of a page that is shown. Raises UnreadableFile."""
    library = pdfium()
    width = max(library.FPDF_GetPageWidthF(page), 1) if page else 1
    return _pixels(page, number, 72 * SHOWN_WIDTH / width, _MOST_SHOWN)


def _pixels(page: Any, number: int, dpi: float, most: int) -> tuple[int, int]:
    """Width and height of a picture with at most so many pixels. Raises UnreadableFile if there is none."""
    library = pdfium()
    if page is None:
        raise UnreadableFile(f"page {number} is damaged. Try opening the file and saving it again")
    inches = [max(library.FPDF_GetPageWidthF(page), 1) / 72, max(library.FPDF_GetPageHeightF(page), 1) / 72]
    scale = min(dpi, (most / (inches[0] * inches[1])) ** 0.5)
    width, height = (max(1, min(int(side * scale), most)) for side in inches)
    if width * height > 2 * most:  # a page of one line of pixels
        raise UnreadableFile(f"page {number} has no usable size. Save the file again")
    return width, height


def _drawn(page: Any, number: int, size: tuple[int, int], kind: int, channels: int, flags: int) -> bytes:
    """The pixels of a page on white, row by row."""
    library = pdfium()
    width, height = size
    bitmap = library.FPDFBitmap_CreateEx(width, height, kind, None, 0)
    if not bitmap:
        raise UnreadableFile(f"page {number} is too large for a picture of it. Split it")
    try:
        library.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, _WHITE)
        library.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, flags)
        stride = library.FPDFBitmap_GetStride(bitmap)
        address = ctypes.cast(library.FPDFBitmap_GetBuffer(bitmap), ctypes.c_void_p)
        pixels = ctypes.string_at(address, stride * height)
    finally:
        library.FPDFBitmap_Destroy(bitmap)
    row = width * channels
    if stride != row:
        pixels = b"".join(pixels[at * stride : at * stride + row] for at in range(height))
    return pixels
