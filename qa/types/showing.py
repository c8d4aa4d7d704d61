"""How a value looks: `str` as text, and HTML and Markdown in a notebook.

The words for it belong to rooms further up, which register a function for each kind of value. Until they are
imported, and for a value that has outlived its documents, there is only the one line of `repr`.
"""

from __future__ import annotations

from functools import singledispatch

from markupsafe import Markup

from qa.errors import QAError

# Notebooks would take what stands between two dollar signs for a formula. No colours: they may be dark.
_FRAME = Markup('<div class="mathjax_ignore tex2jax_ignore" style="max-width:46em;line-height:1.5">{}</div>')


@singledispatch
def as_text(value: object) -> str:
    """A value as text for a terminal."""
    return repr(value)


@singledispatch
def as_html(value: object) -> Markup | None:
    """A value as HTML without scripts in which everything from documents is escaped; None for none."""
    return None


@singledispatch
def as_markdown(value: object) -> str | None:
    """A value as Markdown in which everything from documents is escaped; None for none."""
    return None


class Shown:
    """What has a look of its own in a terminal and a notebook. Showing it never fails."""

    __slots__ = ()

    def __str__(self) -> str:
        try:
            return as_text(self)
        except QAError:
            return repr(self)

    def _repr_html_(self) -> str | None:
        try:
            body = as_html(self)
        except QAError:
            return None
        return None if body is None else str(_FRAME.format(body))

    def _repr_markdown_(self) -> str | None:
        try:
            return as_markdown(self)
        except QAError:
            return None


def shortened(text: str, length: int = 60) -> str:
    """The beginning of a text as a Python string on one line, for the `repr` of a value."""
    line = " ".join(text[: 4 * length].split())
    return repr(line if len(line) <= length and len(text) <= 4 * length else f"{line[: length - 1]}…")
