"""Text for a terminal, which takes some characters as commands: to clear itself, to set its title.

Titles, names of files and questions may hold any of them; what is printed shows them as \\x1b and the like.
"""

from __future__ import annotations

import logging
import re

# Controls but the line break and the tab; marks that turn text which follows; halves; other line breaks.
_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def plain(text: str) -> str:
    """Text of several lines without commands."""
    return _COMMANDS.sub(_written, text)


def _written(found: re.Match[str]) -> str:
    number = ord(found[0])
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}"


def printable_line(text: str) -> str:
    """A text without commands and without line breaks, as the name of a file may have them."""
    return plain(text.replace("\n", "\\n"))


def json_escaped(json: str) -> str:
    """JSON of the same value without commands."""
    return _COMMANDS.sub(lambda found: f"\\u{ord(found[0]):04x}", json)


class PlainFormatter(logging.Formatter):
    """Log messages without commands."""

    def format(self, record: logging.LogRecord) -> str:
        return plain(super().format(record))
