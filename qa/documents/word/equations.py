"""A formula of Word in one line: "(a + b) / 2", "x^2", "√(x)", "∑_(i = 1)^n i"."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from qa.documents.office.elements import attribute, child, children, name_of, value
from qa.documents.office.formulas import fraction, root, scripts

_SKIPPED = frozenset(("del", "moveFrom", "rPr", "pPr", "delText", "instrText"))


def linear(element: Any) -> str:
    """The formula below an element, in one line."""
    return " ".join(_all(element).split())


def _all(element: Any) -> str:
    return "".join(_one(child) for child in element)


def _one(element: Any) -> str:
    name = name_of(element)
    if name == "t":
        return element.text or ""
    if name in _SKIPPED or (name.endswith("Pr") and name != "sPre"):
        return ""
    write = _STRUCTURES.get(name)
    return write(element) if write else _all(element)


def _part(element: Any, name: str) -> str:
    """The formula in a part of a structure, such as the numerator of a fraction."""
    part = child(element, name)
    return "" if part is None else linear(part)


def _fraction(element: Any) -> str:
    over, under = _part(element, "num"), _part(element, "den")
    if value(element, "fPr/type") == "noBar":
        return f"{over} over {under}"
    return f" {fraction(over, under)} "


def _scripts(element: Any) -> str:
    """A base with what is written below, above and before it."""
    base, below, above = (_part(element, part) for part in ("e", "sub", "sup"))
    if name_of(element) == "sPre":
        return scripts("", below, above) + base
    return scripts(base, below, above)


def _radical(element: Any) -> str:
    return root(_part(element, "e"), _part(element, "deg"))


def _n_ary(element: Any) -> str:
    sign = value(element, "naryPr/chr") or "∫"
    return f" {scripts(sign, _part(element, 'sub'), _part(element, 'sup'))} {_part(element, 'e')} "


def _delimiters(element: Any) -> str:
    begin, between, end = (
        _sign(element, f"dPr/{name}Chr", default)
        for name, default in (("beg", "("), ("sep", "|"), ("end", ")"))
    )
    return begin + between.join(map(linear, children(element, "e"))) + end


def _sign(element: Any, path: str, default: str) -> str:
    """A sign that a structure sets; an empty one is none, as in a brace that is open to one side."""
    found = child(element, path)
    return default if found is None else attribute(found, "val")


def _function(element: Any) -> str:
    argument = _part(element, "e")
    return f" {_part(element, 'fName')} {argument} "


def _limit(element: Any) -> str:
    base, limit = _part(element, "e"), _part(element, "lim")
    return scripts(base, limit) if name_of(element) == "limLow" else scripts(base, above=limit)


def _accent(element: Any) -> str:
    base = _part(element, "e")
    accent = _sign(element, "accPr/chr", "\u0302")
    return base + accent if len(base) == 1 and len(accent) == 1 else base


def _matrix(element: Any) -> str:
    return _listed(", ".join(map(linear, children(row, "e"))) for row in children(element, "mr"))


def _equations(element: Any) -> str:
    return _listed(map(linear, children(element, "e")))


def _listed(rows: Iterable[str]) -> str:
    return "; ".join(filter(None, rows))


_STRUCTURES = {
    "f": _fraction,
    "sSup": _scripts,
    "sSub": _scripts,
    "sSubSup": _scripts,
    "sPre": _scripts,
    "rad": _radical,
    "nary": _n_ary,
    "d": _delimiters,
    "func": _function,
    "limLow": _limit,
    "limUpp": _limit,
    "acc": _accent,
    "m": _matrix,
    "eqArr": _equations,
}
