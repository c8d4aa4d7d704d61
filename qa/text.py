"""Strings as anybody may send them, made fit to be kept and shown."""

from __future__ import annotations

import unicodedata

_JOINERS = "\u200c\u200d"  # of letters in Persian, and of emoji


def valid(text: str) -> str:
    """A text that UTF-8 can encode: JSON can carry half a surrogate pair, UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode()


def one_line(text: str) -> str:
    """A text on one line, without control characters and those that turn the direction of writing."""
    seen = (
        " "
        if unicodedata.category(sign) in ("Cc", "Zl", "Zp")
        else ""
        if unicodedata.category(sign) in ("Cf", "Cs") and sign not in _JOINERS
        else sign
        for sign in text
    )
    return " ".join("".join(seen).split())


def counted(number: int, noun: str) -> str:
    """ "1 passage", "2 passages"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
