"""A page of a PDF as people see it: its picture, packed, and the boxes around texts on it."""

from __future__ import annotations

import base64
import io
from typing import Any

from qa.documents.pdf.marking import page_places
from qa.documents.pdf.render import page_picture

_LARGE = 1 << 20  # bytes of a PNG, beyond which a page must be full of photographs
_QUALITY = 85


def shown(raw: bytes, number: int, sought: list[tuple[str, float]] | None) -> dict[str, Any]:
    """What is asked of a page, fit for JSON: the places of texts, or its picture if no texts are given.

    Raises UnreadableFile if the page cannot be shown.
    """
    if sought is not None:
        width, height, boxes = page_places(raw, number, sought)
        return {"width": width, "height": height, "boxes": boxes}
    width, height, pixels = page_picture(raw, number)
    kind, content = _packed(width, height, pixels)
    return {"type": kind, "content": base64.b64encode(content).decode()}


def _packed(width: int, height: int, pixels: bytes) -> tuple[str, bytes]:
    from PIL import Image

    picture = Image.frombytes("RGB", (width, height), pixels)
    png = io.BytesIO()
    picture.save(png, "PNG", compress_level=3)
    if png.tell() <= _LARGE:
        return "image/png", png.getvalue()
    jpeg = io.BytesIO()
    picture.save(jpeg, "JPEG", quality=_QUALITY)
    return "image/jpeg", jpeg.getvalue()
