"""Any string -> one that is fit to be stored and shown."""

from __future__ import annotations

import unicodedata

_JOINERS = "\u200c\u200d"  # between letters in Persian, and within emoji


def valid_unicode(text: str) -> str:
    """A text that UTF-8 can encode: JSON can carry half a surrogate pair, UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode()


def one_line(text: str) -> str:
    """A text on one line, without control characters or characters that change the writing direction."""
    characters = (
        " "
        if unicodedata.category(character) in ("Cc", "Zl", "Zp")
        else ""
        if unicodedata.category(character) in ("Cf", "Cs") and character not in _JOINERS
        else character
        for character in text
    )
    return " ".join("".join(characters).split())


def plural(number: int, noun: str) -> str:
    """ "1 passage", "2 passages"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
