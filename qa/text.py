"""Any string -> one that is fit to be stored and shown."""

from __future__ import annotations

import re
import unicodedata

# Controls except line break and tab, marks that change the direction of text, surrogates, other line breaks.
COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
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


def plain(text: str) -> str:
    """Text, possibly of several lines, without terminal commands.

    A terminal takes some characters as commands, to clear itself or to set its title. They become \\x1b and
    the like.
    """
    return COMMANDS.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    number = ord(found[0])
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}"


def printable_line(text: str) -> str:
    """Text without terminal commands and line breaks; a file name may contain both."""
    return plain(text.replace("\n", "\\n"))
