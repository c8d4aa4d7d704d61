"""What is printed on a page: runs of words with their places, and the lines ruled between them.

Coordinates are points, y upwards. Those of a turned page are the ones after turning it upright.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

_SAME_ROW = (
    0.45  # times the font size, at most, between baselines: raised and lowered characters belong to it
)
Edges = tuple[float, float]  # left and right
LeftOut = list[tuple[str, str]]  # (reason, text)


@dataclass(slots=True, eq=False)
class Piece:
    """Words without a wide gap between them. `base` is their baseline.

    `turned` counts the quarter turns, anticlockwise, that put the piece upright. A piece is `unmapped` if the
    file does not say which characters its codes stand for.
    """

    text: str
    left: float
    right: float
    base: float
    size: float
    bold: bool
    turned: int = 0
    unmapped: bool = False
    filled_in: bool = False  # the value of a form field


class Ruling(NamedTuple):
    """A straight line, such as those between the cells of a table: at `at`, from `start` to `end`."""

    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Rulings:
    """The straight lines on a page."""

    vertical: tuple[Ruling, ...] = ()
    horizontal: tuple[Ruling, ...] = ()

    def divide(self, left: float, right: float, y: float) -> bool:
        """True if a vertical line stands between two x coordinates, at a height."""
        return any(left <= line.at <= right and line.start <= y <= line.end for line in self.vertical)

    def beside(self, y: float) -> list[float]:
        """The x coordinates of the vertical lines at a height, from left to right."""
        return sorted(line.at for line in self.vertical if line.start <= y <= line.end)

    def across(self, x: float) -> list[float]:
        """The heights of the horizontal lines that cross an x coordinate, from top to bottom."""
        return sorted((line.at for line in self.horizontal if line.start < x < line.end), reverse=True)


@dataclass(slots=True)
class Page:
    """A page: `left`, `bottom`, `right` and `top` are its edges, `turned` the turn of most of its text.

    `drawn` is true if anything at all is drawn on it; `pictured` is the share of it that one picture covers.
    `unreadable` counts the characters whose meaning is unknown; pieces of such characters are not kept.
    `remark` says what has to be known of every quote from it, such as "read by OCR".
    """

    pieces: list[Piece]
    left: float = 0.0
    bottom: float = 0.0
    right: float = 0.0
    top: float = 0.0
    turned: int = 0
    rulings: Rulings = field(default_factory=Rulings)
    left_out: LeftOut = field(default_factory=list)
    drawn: bool = True
    pictured: float = 0.0
    unreadable: int = 0
    remark: str = ""

    @property
    def characters(self) -> int:
        """The number of readable characters on the page."""
        return sum(len(piece.text) for piece in self.pieces)


def rows(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Rows of pieces that stand side by side: rows from top to bottom, pieces from left to right."""
    row: list[Piece] = []
    for p in sorted(pieces, key=lambda p: (-p.base, p.left)):
        if row and row[0].base - p.base > _SAME_ROW * max(row[0].size, p.size):
            yield sorted(row, key=lambda p: p.left)
            row = []
        row.append(p)
    if row:
        yield sorted(row, key=lambda p: p.left)


def turn(x: float, y: float, quarters: int) -> tuple[float, float]:
    """A point after some quarter turns clockwise of what it is on."""
    return ((x, y), (y, -x), (-x, -y), (-y, x))[quarters]
