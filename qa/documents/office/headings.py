"""Which lines of an office document are headings, although nothing but their look says so."""

from __future__ import annotations

from collections.abc import Sequence

_LONGEST = 14  # words


def looks_like_heading(text: str, bold: Sequence[bool]) -> bool:
    """True for a short line that is bold throughout and does not end as a sentence or a lead-in does.

    `bold` tells for each piece of the text with something to see in it whether it is bold.
    """
    short = bool(text) and len(text.split()) <= _LONGEST
    return short and bool(bold) and all(bold) and not text.endswith((".", ",", ";", ":"))
