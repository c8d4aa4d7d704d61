"""Text that is safe to print.

A terminal takes some characters as commands, to clear itself or to set its title. Titles, file names and
questions may contain any of them. They are printed as \\x1b and the like.
"""

from __future__ import annotations

import logging
import re

# Controls except line break and tab, marks that change the direction of text, surrogates, other line breaks.
_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def plain(text: str) -> str:
    """Text, possibly of several lines, without terminal commands."""
    return _COMMANDS.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    number = ord(found[0])
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}"


def printable_line(text: str) -> str:
    """Text without terminal commands and line breaks; a file name may contain both."""
    return plain(text.replace("\n", "\\n"))


def json_escaped(json: str) -> str:
    """JSON for the same value without terminal commands."""
    return _COMMANDS.sub(lambda found: f"\\u{ord(found[0]):04x}", json)


class PlainFormatter(logging.Formatter):
    """Formats log messages without terminal commands."""

    def format(self, record: logging.LogRecord) -> str:
        return plain(super().format(record))
