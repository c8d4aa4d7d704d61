"""A page of a PDF -> a picture of it, for reading the text of scanned pages."""

from __future__ import annotations

import ctypes

from qa.documents.pdf.library import loaded, opened, pdfium
from qa.errors import UnreadableFile

_MOST_PIXELS = 40_000_000  # a page of A3 at 300 dpi has 17 million
_WHITE = 0xFFFFFFFF


def page_image(raw: bytes, number: int, dpi: int) -> tuple[int, int, bytes]:
    """Width, height and grey pixels, row by row, of a page of a PDF. Pages are counted from 1.

    A very large page has fewer dots per inch than `dpi`. Raises UnreadableFile if the file is damaged or
    password-protected, or has no such page.
    """
    library = pdfium()
    with opened(raw) as document, loaded(document, number - 1) as page:
        if page is None:
            raise UnreadableFile(f"page {number} is damaged. Try opening the file and saving it again")
        inches = [
            max(library.FPDF_GetPageWidthF(page), 1) / 72,
            max(library.FPDF_GetPageHeightF(page), 1) / 72,
        ]
        scale = min(float(dpi), (_MOST_PIXELS / (inches[0] * inches[1])) ** 0.5)
        width, height = (max(1, min(int(side * scale), _MOST_PIXELS)) for side in inches)
        if width * height > 2 * _MOST_PIXELS:  # a page of one line of pixels
            raise UnreadableFile(f"page {number} has no usable size. Save the file again")
        bitmap = library.FPDFBitmap_CreateEx(width, height, library.FPDFBitmap_Gray, None, 0)
        if not bitmap:
            raise UnreadableFile(f"page {number} is too large for a picture of it. Split it")
        try:
            library.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, _WHITE)
            flags = library.FPDF_ANNOT | library.FPDF_GRAYSCALE
            library.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, flags)
            stride = library.FPDFBitmap_GetStride(bitmap)
            address = ctypes.cast(library.FPDFBitmap_GetBuffer(bitmap), ctypes.c_void_p)
            pixels = ctypes.string_at(address, stride * height)
        finally:
            library.FPDFBitmap_Destroy(bitmap)
    if stride != width:
        pixels = b"".join(pixels[row * stride : row * stride + width] for row in range(height))
    return width, height, pixels
