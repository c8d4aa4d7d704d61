"""What is drawn on a page besides its text: the lines and frames of tables, and pictures."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any

from qa.documents.pdf.library import pdfium
from qa.documents.pdf.pieces import Ruling, Rulings, turn

_MOST_OBJECTS = 5_000  # of a page are looked at
_MOST_SEGMENTS = 400  # of a path
_MOST_LINES = 1_000  # in a direction; a page with more has a drawing on it
_THIN = 2.5  # points, at most: a filled rectangle that is a line
_SHORTEST = 6.0  # points
Box = tuple[float, float, float, float]  # left, bottom, right, top


def is_drawn(page: Any) -> bool:
    """True if there is anything on a page."""
    return bool(pdfium().FPDFPage_CountObjects(page) > 0)


def pictured(page: Any, box: Box) -> float:
    """The largest share of a page's `box` that one picture covers."""
    library = pdfium()
    largest = 0.0
    for thing, kind, bounds in _objects(page):
        if kind == library.FPDF_PAGEOBJ_FORM and library.FPDFFormObj_CountObjects(thing) == 1:
            kind = library.FPDFPageObj_GetType(library.FPDFFormObj_GetObject(thing, 0))
        if kind == library.FPDF_PAGEOBJ_IMAGE:
            sides = [min(bounds[k + 2], box[k + 2]) - max(bounds[k], box[k]) for k in (0, 1)]
            largest = max(largest, max(0.0, sides[0]) * max(0.0, sides[1]))
    return largest / max((box[2] - box[0]) * (box[3] - box[1]), 1.0)


def rulings(page: Any, turned: int) -> Rulings:
    """The horizontal and vertical lines on a page after `turned` quarter turns."""
    vertical: list[Ruling] = []
    horizontal: list[Ruling] = []
    for left, bottom, right, top in _strokes(page):
        (x0, y0), (x1, y1) = turn(left, bottom, turned), turn(right, top, turned)
        width, height = abs(x1 - x0), abs(y1 - y0)
        if width <= _THIN and height >= _SHORTEST:
            vertical.append(Ruling((x0 + x1) / 2, min(y0, y1) - 1, max(y0, y1) + 1))
        elif height <= _THIN and width >= _SHORTEST:
            horizontal.append(Ruling((y0 + y1) / 2, min(x0, x1) - 1, max(x0, x1) + 1))
    merged = [tuple(_merged(lines)) for lines in (vertical, horizontal)]
    return Rulings(*(lines if len(lines) <= _MOST_LINES else () for lines in merged))


def _merged(lines: list[Ruling]) -> Iterator[Ruling]:
    """The lines, with those that continue each other as one: the frames of two cells share a side."""
    current: Ruling | None = None
    for line in sorted(lines, key=lambda line: (round(line.at), line.start)):
        if current and abs(line.at - current.at) <= _THIN and line.start <= current.end + 1:
            current = current._replace(end=max(current.end, line.end))
        else:
            if current:
                yield current
            current = line
    if current:
        yield current


def _objects(page: Any) -> Iterator[tuple[Any, int, Box]]:
    """What is drawn on a page: the objects, their types and the boxes around them."""
    library = pdfium()
    edges = [ctypes.c_float() for _ in range(4)]
    for i in range(min(_MOST_OBJECTS, library.FPDFPage_CountObjects(page))):
        thing = library.FPDFPage_GetObject(page, i)
        if library.FPDFPageObj_GetBounds(thing, *edges):
            left, bottom, right, top = (edge.value for edge in edges)
            yield thing, library.FPDFPageObj_GetType(thing), (left, bottom, right, top)


def _strokes(page: Any) -> Iterator[Box]:
    """The boxes of the straight parts of all paths of a page."""
    for path, kind, box in _objects(page):
        if kind != pdfium().FPDF_PAGEOBJ_PATH:
            continue
        if box[2] - box[0] <= _THIN or box[3] - box[1] <= _THIN:
            yield box
        else:
            yield from _segments(path)


def _segments(path: Any) -> Iterator[Box]:
    """The straight lines of a path with several of them, such as the frame of a cell."""
    library = pdfium()
    count = library.FPDFPath_CountSegments(path)
    matrix = library.FS_MATRIX()
    if not 2 <= count <= _MOST_SEGMENTS or not library.FPDFPageObj_GetMatrix(path, matrix):
        return
    x, y = ctypes.c_float(), ctypes.c_float()
    begin = at = (0.0, 0.0)
    for i in range(count):
        segment = library.FPDFPath_GetPathSegment(path, i)
        kind = library.FPDFPathSegment_GetType(segment)
        library.FPDFPathSegment_GetPoint(segment, x, y)
        to = (
            matrix.a * x.value + matrix.c * y.value + matrix.e,
            matrix.b * x.value + matrix.d * y.value + matrix.f,
        )
        if kind == library.FPDF_SEGMENT_MOVETO:
            begin = to
        elif kind == library.FPDF_SEGMENT_LINETO:
            yield _box(at, to)
        if library.FPDFPathSegment_GetClose(segment):
            yield _box(to, begin)
        at = to


def _box(one: tuple[float, float], other: tuple[float, float]) -> Box:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[0], other[0]), max(one[1], other[1])
