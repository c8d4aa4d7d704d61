"""Parts of a formula written in one line: "(a + b) / 2", "x_1^2", "√(x)"."""

from __future__ import annotations

import re

_SIMPLE = re.compile(r"-?[\w.,'′^ ]*|[(\[{|][^()\[\]{}|]*[)\]}|]|.")
_BASE = re.compile(r"[\w.′]*|[(\[{|][^()\[\]{}|]*[)\]}|]|.")
_ROOTS = {"": "√", "2": "√", "3": "∛", "4": "∜"}


def fraction(over: str, under: str) -> str:
    """A fraction; a sum above or below its line is in brackets."""
    return f"{_in_brackets(over, _SIMPLE)} / {_in_brackets(under, _SIMPLE)}"


def scripts(base: str, below: str = "", above: str = "") -> str:
    """A base with what stands below and above it, such as an index and a power."""
    index = f"_{_in_brackets(below, _BASE)}" if below else ""
    power = f"^{_in_brackets(above, _BASE)}" if above else ""
    return _in_brackets(base, _BASE) + index + power


def root(of: str, degree: str = "") -> str:
    """A root of some degree, a square root by default."""
    return f"{_ROOTS.get(degree) or f'root {degree} of '}({of})"


def _in_brackets(text: str, pattern: re.Pattern[str]) -> str:
    """A text with brackets around it if it would otherwise run into what is next to it."""
    return text if pattern.fullmatch(text) else f"({text})"
