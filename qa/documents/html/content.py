"""Which pieces of a web page are its text, which are doubtful, and which are left out.

Four things tell: whether an extractor took a piece for main text, whether the pieces beside it are main text,
whether it is nothing but a link, and whether it stands among signs of furniture.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from qa.documents.furniture.lines import line_reason
from qa.documents.furniture.signs import LINK, Page
from qa.documents.furniture.verdicts import KEPT, Verdict, page_verdicts
from qa.documents.html.alignment import found_in
from qa.documents.html.parts import HIDDEN, Piece
from qa.documents.plain.paragraphs import Paragraph, paragraph_at
from qa.types import BlockKind

BESIDE, OUTSIDE = "beside the main text", "outside the main content"
_LINKS, _A_LINK = 0.5, 0.9  # shares of the words in links that make a piece links, and nothing but a link
_MAIN = 0.95  # share of the words of the main text that are in the element that holds it
_SIBLINGS = 0.5  # share of the words beside a piece that are main text, so that it is, too
_LISTS = frozenset("li ul ol menu dir dl dt dd".split())
_MENUS = frozenset("nav menu button select datalist".split())
_ROLES = frozenset("navigation menu menubar search toolbar tablist dialog alertdialog".split())


def judge(pieces: Sequence[Piece], main_text: str) -> list[Verdict]:
    """A verdict on each piece of a page, given the main text that an extractor found in it, or "".

    A page without a main text is text as a whole, but for its menus.
    """
    found = found_in(main_text, [piece.part.text for piece in pieces])
    layout = _Layout(pieces, found)
    verdict = layout.verdict if any(found) else layout.verdict_alone
    verdicts = list(map(verdict, range(len(pieces))))
    kept = [i for i, first_verdict in enumerate(verdicts) if first_verdict is KEPT]
    for i, second_verdict in zip(kept, page_verdicts(_page([pieces[i] for i in kept])), strict=True):
        verdicts[i] = second_verdict
    return verdicts


def _page(pieces: Sequence[Piece]) -> Page:
    return Page(
        [_paragraph(piece) for piece in pieces],
        fixed=frozenset(i for i, piece in enumerate(pieces) if _is_fixed(piece)),
        linked=frozenset(i for i, piece in enumerate(pieces) if piece.linked >= _A_LINK),
    )


def _paragraph(piece: Piece) -> Paragraph:
    paragraph = paragraph_at(piece.part.text, 0, len(piece.part.text))
    level = 1 if piece.part.kind is BlockKind.HEADING else 0
    return replace(paragraph, text=piece.part.text, level=level)


def _is_fixed(piece: Piece) -> bool:
    """True for code and for rows of tables."""
    return piece.part.kind in (BlockKind.ROW, BlockKind.COLUMNS, BlockKind.CODE)


class _Layout:
    """Where the pieces of a page stand in its tree, and where the main text is."""

    def __init__(self, pieces: Sequence[Piece], found: Sequence[bool]) -> None:
        self._pieces = pieces
        elements = list(pieces[0].element.getroottree().iter()) if pieces else []
        self._menus = _inside_menus(elements)
        self._parents = {piece.element.getparent() for piece in pieces}
        self._shares: dict[Any, list[int]] = defaultdict(lambda: [0, 0])  # words of main text, and of all
        weights: dict[Any, int] = defaultdict(int)
        for piece, is_found in zip(pieces, found, strict=True):
            words = len(piece.part.text.split())
            share = self._shares[self._container(piece)]
            share[0] += words if is_found else 0
            share[1] += words
            weights[piece.element] += words if is_found else 0
        main = _main_element(elements, weights) if any(found) else None
        self._main = set(main.iter()) if main is not None else set()
        prose = (
            is_found and _paragraph(piece).is_prose for piece, is_found in zip(pieces, found, strict=True)
        )
        if main in self._menus and any(prose):
            self._menus = set()  # a menu that was never closed
        self._found = found
        # What is said twice is found once.
        self._texts = {
            (self._container(piece), piece.part.text)
            for piece, is_found in zip(pieces, found, strict=True)
            if is_found
        }
        inside = [i for i, piece in enumerate(pieces) if found[i] and piece.element in self._main]
        self._first, self._last = (inside[0], inside[-1]) if inside else (0, -1)

    def verdict(self, i: int) -> Verdict:
        """The verdict on a piece of a page that has a main text."""
        piece = self._pieces[i]
        if piece.element in self._menus:
            return Verdict(BlockKind.BOILERPLATE, OUTSIDE)
        if self._found[i] or (self._container(piece), piece.part.text) in self._texts:
            return KEPT
        hidden = piece.part.reason == HIDDEN
        within = piece.element in self._main
        main, words = self._shares[self._container(piece)]
        if within and not hidden and piece.linked < _LINKS and main >= _SIBLINGS * words:
            return KEPT
        if within and self._first < i < self._last:
            if _is_fixed(piece) and not hidden and piece.linked < _LINKS:
                return KEPT
            reason = HIDDEN if hidden else LINK if piece.linked >= _A_LINK else BESIDE
            return Verdict(BlockKind.DOUBTFUL, reason)
        if hidden:
            kind = BlockKind.DOUBTFUL if _paragraph(piece).is_prose else BlockKind.BOILERPLATE
            return Verdict(kind, HIDDEN)
        sure = piece.linked >= _LINKS or bool(line_reason(_paragraph(piece)))
        return Verdict(BlockKind.BOILERPLATE if sure else BlockKind.DOUBTFUL, OUTSIDE)

    def verdict_alone(self, i: int) -> Verdict:
        """The verdict on a piece of a page in which no main text was found."""
        piece = self._pieces[i]
        if piece.element in self._menus and not _paragraph(piece).is_prose:
            return Verdict(BlockKind.BOILERPLATE, OUTSIDE)
        if piece.part.reason == HIDDEN:
            return Verdict(BlockKind.DOUBTFUL, HIDDEN)
        return KEPT

    def _container(self, piece: Piece) -> Any:
        """The element whose content a piece is part of; that around the whole list for an entry of one."""
        element = piece.element
        if element.tag not in _LISTS and element not in self._parents:
            element = element.getparent()
        while element is not None and element.tag in _LISTS:
            element = element.getparent()
        return element


def _inside_menus(elements: Sequence[Any]) -> set[Any]:
    """The elements that are menus, dialogs and the like, or within one."""
    inside: set[Any] = set()
    for element in elements:
        if element.tag in _MENUS or element.get("role") in _ROLES or element.getparent() in inside:
            inside.add(element)
    return inside


def _main_element(elements: Sequence[Any], weights: dict[Any, int]) -> Any:
    """The smallest element that has nearly all of the main text in it."""
    root = elements[0]
    totals = dict(weights)
    for element in reversed(elements):
        if element in totals and element is not root:
            totals[element.getparent()] = totals.get(element.getparent(), 0) + totals[element]
    main, inner = root, root
    while inner is not None:
        main = inner
        inner = next((child for child in main if totals.get(child, 0) >= _MAIN * totals[root]), None)
    return main
