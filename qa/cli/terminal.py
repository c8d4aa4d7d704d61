"""JSON and log messages that are safe to print: see `qa.text.plain`."""

from __future__ import annotations

import logging

from qa.text import COMMANDS, plain


def json_escaped(json: str) -> str:
    """JSON for the same value without terminal commands."""
    return COMMANDS.sub(lambda found: f"\\u{ord(found[0]):04x}", json)


class PlainFormatter(logging.Formatter):
    """Formats log messages without terminal commands."""

    def format(self, record: logging.LogRecord) -> str:
        return plain(super().format(record))
