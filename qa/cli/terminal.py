"""What a terminal can show: its width, its colours, and text that is safe to print (see `qa.text.plain`)."""

from __future__ import annotations

import logging
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from qa.text import COMMANDS, plain

WIDEST, NARROWEST = 100, 40  # characters of a line

BOLD, DIM, GREEN, YELLOW, CYAN = "1", "2", "32", "33", "36"


def is_terminal(stream: TextIO | None) -> bool:
    """True if a stream leads to a terminal; a process may have been started without any stream."""
    return bool(stream and stream.isatty())


def in_colour(stream: TextIO | None = None) -> bool:
    """True if bold and colour may be written: to a terminal that knows them, unless NO_COLOR is set."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    knows = sys.platform != "win32" or "WT_SESSION" in os.environ  # an old console would show the codes
    return knows and is_terminal(stream or sys.stdout)


def styled(text: str, *codes: str) -> str:
    """Text between the commands of a terminal that turn a style on and off."""
    return f"\x1b[{';'.join(codes)}m{text}\x1b[0m" if text and codes else text


def width() -> int:
    """The width of the lines that are printed: that of the terminal, unless it is too wide to read well."""
    if not is_terminal(sys.stdout):
        return WIDEST
    return max(NARROWEST, min(WIDEST, shutil.get_terminal_size().columns))


@contextmanager
def announced(text: str) -> Iterator[None]:
    """Shows a line while something is done, to somebody who watches, and takes it away again."""
    watched = in_colour(sys.stderr) and is_terminal(sys.stdout)
    if watched:
        print(styled(text, DIM), end="", file=sys.stderr, flush=True)
    try:
        yield
    finally:
        if watched:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def json_escaped(json: str) -> str:
    """JSON for the same value without terminal commands."""
    return COMMANDS.sub(lambda found: f"\\u{ord(found[0]):04x}", json)


class PlainFormatter(logging.Formatter):
    """Formats log messages without terminal commands."""

    def format(self, record: logging.LogRecord) -> str:
        return plain(super().format(record))
