"""PDFium, which is C++ that reads whatever a user sends: started once in a process, one file at a time.

It cannot be interrupted, and a crash takes its process with it, so whoever calls this does so in a process
that may be lost, with limits of memory and time.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from qa.errors import UnreadableFile

_DAMAGED = "not a valid PDF. Try opening it and saving it again"
_REASONS = {
    4: "password-protected. Save a copy without a password",
    5: "protected in an unknown way. Save a copy without protection",
}


@cache
def pdfium() -> Any:
    """The functions of PDFium, ready for use."""
    import pypdfium2_raw

    pypdfium2_raw.FPDF_InitLibrary()
    return pypdfium2_raw


@contextmanager
def opened(raw: bytes) -> Iterator[Any]:
    """The document in a file's bytes. Raises UnreadableFile if it is damaged or password-protected."""
    document = pdfium().FPDF_LoadMemDocument64(raw, len(raw), None)
    if not document:
        raise UnreadableFile(_REASONS.get(pdfium().FPDF_GetLastError(), _DAMAGED))
    try:
        yield document
    finally:
        pdfium().FPDF_CloseDocument(document)


@contextmanager
def loaded(document: Any, number: int) -> Iterator[Any]:
    """A page of a document, counted from 0; None if it cannot be loaded."""
    page = pdfium().FPDF_LoadPage(document, number)
    try:
        yield page or None
    finally:
        if page:
            pdfium().FPDF_ClosePage(page)


def string(read: Callable[[Any, int], int], longest: int = 1 << 20) -> str:
    """The text that a function of PDFium writes as UTF-16 into a buffer, given it and its size in bytes.

    A text of more than `longest` bytes is "".
    """
    length = read(None, 0)
    if not 2 < length <= longest:
        return ""
    buffer = (ctypes.c_ushort * (length // 2 + 1))()
    length = min(read(buffer, length), length)
    return bytes(buffer)[: max(0, length - 2)].decode("utf-16-le", "replace")
