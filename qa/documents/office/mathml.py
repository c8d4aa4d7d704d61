"""A formula in MathML in one line: "(a + b) / 2", "x^2", "√(x)"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qa.documents.office.elements import name_of
from qa.documents.office.formulas import fraction, root, scripts

_SKIPPED = frozenset(("", "annotation", "annotation-xml", "mphantom", "none", "mprescripts"))
_BETWEEN = frozenset("=+−-±×·<>≤≥≠≈→∈")  # signs between two terms


def linear(element: Any) -> str:
    """The formula below an element of MathML, in one line."""
    return " ".join(_one(element).split())


def _one(element: Any) -> str:
    parts = [child for child in element if name_of(child) not in _SKIPPED]
    pieces = list(map(_one, parts))  # once for each element, since they are nested
    texts = [" ".join(piece.split()) for piece in pieces]
    match name_of(element), texts:
        case "mfrac", [over, under]:
            return f" {fraction(over, under)} "
        case "mroot", [of, degree]:
            return root(of, degree)
        case "msqrt", _:
            return root(_row(pieces))
        case (("msup" | "mover"), [base, above]):
            return scripts(base, above=above)
        case (("msub" | "munder"), [base, below]):
            return scripts(base, below)
        case (("msubsup" | "munderover"), [base, below, above]):
            return scripts(base, below, above)
        case "mtable", _:
            return "; ".join(texts)
        case "mtr", _:
            return ", ".join(texts)
        case "mfenced", _:
            return f"{element.get('open', '(')}{', '.join(texts)}{element.get('close', ')')}"
        case "mo", _:
            sign = (element.text or "").strip()
            return f" {sign} " if sign in _BETWEEN else sign
    return (element.text or "") + _row(pieces)


def _row(pieces: Sequence[str]) -> str:
    """Parts that stand side by side. A word is set off from a number or word before it: 3 flow, but 2x."""
    text = ""
    for piece in pieces:
        words = text[-1:].isalnum() and piece[:1].isalnum() and (len(piece) > 1 or text[-2:].isalpha())
        text += f" {piece}" if words else piece
    return text
