"""Pictures of pages -> what is printed on them, by optical character recognition. Needs the extra `ocr`.

RapidOCR finds the lines of a picture and reads them, with PP-OCRv6 models that come in its package, so
nothing is fetched. The lines become pieces of a page, as the words of a PDF file do: columns, tables and
paragraphs are found in the same way.
"""

from __future__ import annotations

import importlib.util
import math
import unicodedata
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from qa.documents.pdf.pieces import Page, Piece
from qa.errors import UnreadableFile

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

REMARK = "read by OCR"  # with every quote
REMEDY = "To read it, install OCR: pip install 'rapidocr<3.11' onnxruntime"
MAX_PAGES = 200  # of a file; each takes seconds
A4 = 842.0  # points, its longer side
_LONGEST_SIDE = 4000  # pixels; that of A4 at 300 dpi has 3508
_DETECTED_SIDE = 1600  # pixels of the picture in which lines are found; they are read in the larger one
_THREADS = 2
_LEGIBLE = 0.6  # confidence of a line, at least; clear text has 0.95 and more
_UPRIGHT = 0.8  # mean confidence of a page; that of text upside down is 0.7, of text with some noise 0.9
_EM = 0.8  # the font size, times the height of the box of a line
_PADDING = 0.08  # at the left and the right of the text in a box, times its height
_STEPS = (0.86, 1.16, 2.0)  # between the font sizes that can be told apart, times the usual one
_SIZES = (0.75, 1.0, 1.4, 2.4)  # of notes, text, headings and titles, times the usual one
_ENOUGH = 4  # letters, to judge a font size by their width
_LONG = 3  # times the height, at least: boxes that show how far a page is inclined


@dataclass(frozen=True, slots=True)
class _Box:
    """A line of text, and the corners of its box in pixels, clockwise from the upper left."""

    text: str
    confidence: float
    corners: tuple[tuple[float, float], ...]

    @property
    def length(self) -> float:
        return max(math.dist(self.corners[0], self.corners[1]), 1.0)

    @property
    def height(self) -> float:
        return max(math.dist(self.corners[0], self.corners[3]), 1.0)

    @property
    def letter(self) -> float:
        """The width of a letter on average, or half of that of a Chinese character."""
        return self.length / sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in self.text)

    @property
    def angle(self) -> float:
        """How far the line sinks to the right, in radians."""
        (x, y), (right_x, right_y) = self.corners[:2]
        return math.atan2(right_y - y, right_x - x)


def is_installed() -> bool:
    """True if pictures can be read."""
    return all(importlib.util.find_spec(name) for name in ("rapidocr", "onnxruntime"))


def read_page(picture: Image, longer_side: float = A4) -> Page:
    """What is printed in a picture of a page, which may be turned by quarter turns or slightly inclined.

    `longer_side` is that of the page, in points. Lines that are hardly legible are left out. Raises
    UnreadableFile if OCR fails.
    """
    import numpy as np

    pixels = np.asarray(_prepared(picture))
    boxes = _boxes(pixels)
    if _are_on_end(boxes):
        pixels = np.rot90(pixels)
        boxes = _boxes(pixels)
    if boxes and _confidence(boxes) < _UPRIGHT:
        boxes = max(boxes, _boxes(np.rot90(pixels, 2)), key=_confidence)
    height, width = pixels.shape[:2]
    scale = longer_side / max(height, width)
    return Page(
        list(_pieces([box for box in boxes if box.confidence >= _LEGIBLE], height, scale)),
        right=width * scale,
        top=height * scale,
        left_out=[("hardly legible", box.text) for box in boxes if box.confidence < _LEGIBLE],
        remark=REMARK,
    )


@cache
def _engine() -> Any:
    """RapidOCR with the models in its package: it would fetch those that it misses."""
    import rapidocr

    models = Path(rapidocr.__file__).parent / "models"
    return rapidocr.RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.text_score": 0.0,
            "Global.max_side_len": _LONGEST_SIDE,
            "Global.use_cls": False,  # it takes long lines for upside down
            "Det.model_path": str(models / "PP-OCRv6_det_small.onnx"),
            "Det.limit_type": "max",
            "Det.limit_side_len": _DETECTED_SIDE,
            "Det.thresh": 0.2,  # lower than usual, or a line that stands alone may be lost
            "Det.box_thresh": 0.3,
            "Rec.model_path": str(models / "PP-OCRv6_rec_small.onnx"),
            "Rec.rec_batch_num": 1,  # as fast as batches of six, in 0.66 GB in place of 0.9
            "EngineConfig.onnxruntime.intra_op_num_threads": _THREADS,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def _prepared(picture: Image) -> Image:
    """The picture in colour, on white, and not larger than needed."""
    import numpy as np
    from PIL import Image

    if picture.mode[0] in "IF":  # numbers beyond 255, which would all become white
        array = np.array(picture, dtype=np.float32)
        array -= array.min()
        picture = Image.fromarray((array * (255 / max(float(array.max()), 1.0))).astype(np.uint8))
    elif picture.mode in {"1", "P"}:  # whose colours cannot be mixed
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    if max(picture.size) > _LONGEST_SIDE:
        picture.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    return picture.convert("RGB")


def _boxes(pixels: np.ndarray) -> list[_Box]:
    """The lines of a picture, from top to bottom. Raises UnreadableFile."""
    import numpy as np

    try:
        found = _engine()(np.ascontiguousarray(pixels[:, :, ::-1]))  # blue, green, red
    except MemoryError:
        raise
    except Exception as error:  # of RapidOCR, ONNX Runtime and OpenCV
        raise UnreadableFile(f"OCR fails ({type(error).__name__})") from error
    if found.boxes is None or found.txts is None:
        return []
    return [
        _Box(text, float(confidence), tuple((float(x), float(y)) for x, y in corners))
        for corners, line, confidence in zip(found.boxes, found.txts, found.scores, strict=True)
        if (text := " ".join(line.split()))
    ]


def _are_on_end(boxes: Sequence[_Box]) -> bool:
    """True if more text runs up or down than from side to side."""
    vertical = sum(box.height for box in boxes if box.height > box.length)
    return vertical > sum(box.length for box in boxes if box.length > box.height)


def _confidence(boxes: Sequence[_Box]) -> float:
    """The mean confidence in the characters of a page."""
    characters = sum(len(box.text) for box in boxes)
    return sum(len(box.text) * box.confidence for box in boxes) / max(characters, 1)


def _pieces(boxes: Sequence[_Box], page_height: float, scale: float) -> Iterator[Piece]:
    """The lines of a page whose text is upright, but may be inclined, in points, y upwards."""
    angles = [box.angle for box in boxes if box.length > _LONG * box.height]
    angle = median(angles) if angles else 0.0
    cosine, sine = math.cos(angle), math.sin(angle)
    for box, size in zip(boxes, _font_sizes(boxes), strict=True):
        xs = [x * cosine + y * sine for x, y in box.corners]
        ys = [y * cosine - x * sine for x, y in box.corners]
        padding = _PADDING * box.height
        left, right = min(xs) + padding, max(xs) - padding
        yield Piece(
            box.text,
            left=left * scale,
            right=max(left, right) * scale,
            base=(page_height - sum(ys) / len(ys)) * scale,
            size=size * scale,
            bold=False,
        )


def _font_sizes(boxes: Sequence[_Box]) -> Iterator[float]:
    """The font size of each line in pixels, one of a few.

    Neither the height of a box nor the width of its letters tells it by itself: the height depends on letters
    such as h and g, the width on letters such as m and i.
    """
    height = _usual([(box.height, len(box.text)) for box in boxes])
    letter = _usual([(box.letter, len(box.text)) for box in boxes])
    for box in boxes:
        ratio = box.height / height
        if len(box.text) >= _ENOUGH:
            ratio = math.sqrt(ratio * box.letter / letter)
        yield _EM * height * _SIZES[bisect(_STEPS, ratio)]


def _usual(measures: Sequence[tuple[float, int]]) -> float:
    """The median of measures, each counted as often as its second value says."""
    rest = sum(count for _, count in measures) / 2
    for measure, count in sorted(measures):
        rest -= count
        if rest <= 0:
            return measure
    return 1.0
