"""What stands on a page without being printed into it: the values of form fields, notes and comments.

A value is placed where its field stands, as a viewer shows it, so that it is in a line with its label. A
comment about the text is not part of it and is listed as left out.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

from qa.documents.pdf.library import pdfium, string
from qa.documents.pdf.pieces import LeftOut, Piece, turn

_MOST = 5_000  # annotations of a page, and values of a list
_LARGEST = 12.0  # points: the size of a value whose field does not give one
_LEADING = 1.2  # times the font size, from one line of a value to the next
_LETTER = 0.5  # times the font size: the width of a letter, about
_SECRET = 1 << 13  # a flag of fields for passwords: ISO 32000-1, table 228
_TICKED, _NOT_TICKED = "☑", "☐"


class Value(NamedTuple):
    """A text in a box of the page. `size` is 0 if a viewer chooses the size of its letters."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    size: float

    def pieces(self, turned: int) -> Iterator[Piece]:
        """Its lines as a viewer shows them, on the page after `turned` quarter turns."""
        one, other = turn(self.left, self.bottom, turned), turn(self.right, self.top, turned)
        (left, right), (bottom, top) = (sorted(pair) for pair in zip(one, other, strict=True))
        lines = [" ".join(line.split()) for line in self.text.splitlines()]
        height = top - bottom
        size = self.size or min(_LARGEST, max(1.0, 0.7 * height))
        if height > 2.5 * size or len(lines) > 1:  # a field of several lines is filled from its top
            base = top - size
        else:
            base = bottom + (height - size) / 2 + 0.2 * size
        for i, line in enumerate(lines):
            if line and all(map(math.isfinite, (left, right, base))):
                end = min(max(right, left + 1), left + _LETTER * size * len(line))
                yield Piece(line, left, end, base - i * _LEADING * size, size, False, turned, filled_in=True)


class Form:
    """The form of a document, and the annotations of its pages."""

    def __init__(self, document: Any) -> None:
        self._pdfium = library = pdfium()
        self._handle: Any = None
        self._info = library.FPDF_FORMFILLINFO(version=2)  # has to live as long as the form
        kind = library.FPDF_GetFormType(document)
        if kind != library.FORMTYPE_NONE:
            self._handle = library.FPDFDOC_InitFormFillEnvironment(document, self._info) or None
        self.is_dynamic = kind == library.FORMTYPE_XFA_FULL
        self._comments = frozenset(
            getattr(library, f"FPDF_ANNOT_{name}")
            for name in ("TEXT", "HIGHLIGHT", "UNDERLINE", "SQUIGGLY", "STRIKEOUT", "CARET", "INK", "LINE",
                         "SQUARE", "CIRCLE", "POLYGON", "POLYLINE", "REDACT", "SOUND")
        )  # fmt: skip

    def close(self) -> None:
        """Give the memory of the form back. The pages have to be closed by then."""
        if self._handle:
            self._pdfium.FPDFDOC_ExitFormFillEnvironment(self._handle)

    def read(self, page: Any) -> tuple[list[Value], LeftOut, bool]:
        """The values and notes on a page, and what is left out.

        The third value is true if there are other annotations, such as stamps, whose text is only known from
        how they are drawn. They alone are visible afterwards.
        """
        values: list[Value] = []
        left_out: LeftOut = []
        drawn = False
        for i in range(min(_MOST, self._pdfium.FPDFPage_GetAnnotCount(page))):
            with self._annotation(page, i) as annotation:
                if annotation:
                    drawn |= self._read_one(annotation, values, left_out)
        return values, left_out, drawn

    @contextmanager
    def _annotation(self, page: Any, i: int) -> Iterator[Any]:
        annotation = self._pdfium.FPDFPage_GetAnnot(page, i)
        try:
            yield annotation or None
        finally:
            if annotation:
                self._pdfium.FPDFPage_CloseAnnot(annotation)

    def _read_one(self, annotation: Any, values: list[Value], left_out: LeftOut) -> bool:
        """Read an annotation; true if it has to be drawn for that."""
        library = self._pdfium
        kind = library.FPDFAnnot_GetSubtype(annotation)
        flags = library.FPDFAnnot_GetFlags(annotation)
        hidden = bool(flags & (library.FPDF_ANNOT_FLAG_HIDDEN | library.FPDF_ANNOT_FLAG_NOVIEW))
        if kind == library.FPDF_ANNOT_WIDGET and self._handle:
            value = self._value(annotation)
        elif kind == library.FPDF_ANNOT_FREETEXT:
            value = self._string(annotation, b"Contents")
        elif kind in self._comments:
            comment = " ".join(self._string(annotation, b"Contents").split())
            if comment:
                left_out.append(("comment", comment))
            value = ""
        elif kind == library.FPDF_ANNOT_FILEATTACHMENT:
            left_out.append(("attached file", self._string(annotation, b"Contents") or "without a name"))
            value = ""
        else:
            return not hidden and kind in (library.FPDF_ANNOT_STAMP, library.FPDF_ANNOT_WATERMARK)
        if value is None:
            return not hidden
        if hidden:
            if value.strip(_TICKED + _NOT_TICKED + " "):
                left_out.append(("hidden field", " ".join(value.split())))
        else:
            values += self._placed(annotation, value)
        library.FPDFAnnot_SetFlags(annotation, flags | library.FPDF_ANNOT_FLAG_HIDDEN)
        return False

    def _value(self, annotation: Any) -> str | None:
        """The value of a form field; None for a button or a signature, which is only drawn."""
        library, form = self._pdfium, self._handle
        kind = library.FPDFAnnot_GetFormFieldType(form, annotation)
        if kind in (library.FPDF_FORMFIELD_CHECKBOX, library.FPDF_FORMFIELD_RADIOBUTTON):
            return _TICKED if self._is_ticked(annotation) else _NOT_TICKED
        if kind in (library.FPDF_FORMFIELD_COMBOBOX, library.FPDF_FORMFIELD_LISTBOX):
            chosen = [self._option(annotation, i) for i in range(self._options(annotation))]
            return ", ".join(filter(None, chosen)) or self._text(annotation)
        if kind == library.FPDF_FORMFIELD_TEXTFIELD:
            secret = library.FPDFAnnot_GetFormFieldFlags(form, annotation) & _SECRET
            return "" if secret else self._text(annotation)
        return None

    def _is_ticked(self, annotation: Any) -> bool:
        """True if a box is ticked: by its state, or by the value of its field if it has none."""
        if self._pdfium.FPDFAnnot_IsChecked(self._handle, annotation):
            return True
        state = self._string(annotation, b"AS")
        if not state and self._pdfium.FPDFAnnot_GetFormControlCount(self._handle, annotation) == 1:
            state = self._text(annotation)
        return state not in ("", "Off")

    def _options(self, annotation: Any) -> int:
        """The number of values that a list offers."""
        return int(min(_MOST, max(0, self._pdfium.FPDFAnnot_GetOptionCount(self._handle, annotation))))

    def _option(self, annotation: Any, i: int) -> str:
        """A value that a list offers, as shown, if it is chosen; else ""."""
        if not self._pdfium.FPDFAnnot_IsOptionSelected(self._handle, annotation, i):
            return ""
        return string(partial(self._pdfium.FPDFAnnot_GetOptionLabel, self._handle, annotation, i))

    def _text(self, annotation: Any) -> str:
        return string(partial(self._pdfium.FPDFAnnot_GetFormFieldValue, self._handle, annotation))

    def _string(self, annotation: Any, key: bytes) -> str:
        return string(partial(self._pdfium.FPDFAnnot_GetStringValue, annotation, key))

    def _placed(self, annotation: Any, text: str) -> Iterator[Value]:
        """The value, where its field stands."""
        box = self._pdfium.FS_RECTF()
        if text.strip() and self._pdfium.FPDFAnnot_GetRect(annotation, box):
            yield Value(text, box.left, box.bottom, box.right, box.top, self._size(annotation))

    def _size(self, annotation: Any) -> float:
        """The font size of a field, or 0 if its viewer chooses it."""
        size = ctypes.c_float()
        known = self._handle and self._pdfium.FPDFAnnot_GetFontSize(self._handle, annotation, size)
        return size.value if known and 1 < size.value < 200 else 0.0
