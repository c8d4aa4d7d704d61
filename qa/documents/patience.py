"""More time for a parser that is slow for a good reason, such as a page that is read by OCR."""

from __future__ import annotations

from collections.abc import Callable


def _nobody() -> None:
    """Nobody waits: the parser runs in the process of its caller."""


ask: Callable[[], None] = _nobody  # called between two steps of a parser; the worker replaces it
