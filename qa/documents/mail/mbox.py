"""A mailbox: one message after the other, each below a line that begins with "From "."""

from __future__ import annotations

import re
from collections.abc import Iterator

# A header must follow: in the text of a message, a line may begin in the same way.
_SEPARATOR = re.compile(
    rb"(?:\A|\n)From [^\r\n]{0,300}?\d:\d\d[^\r\n]{0,300}\r?\n(?=[!-9;-~]{1,100}:|>From )"
)
_ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)


def messages(mailbox: bytes) -> Iterator[bytes]:
    """The messages in a mailbox, with lines that were escaped as they were; none if it is no mailbox."""
    start: int | None = None
    for separator in _SEPARATOR.finditer(mailbox):
        if start is not None:
            yield _ESCAPED.sub(rb"\1", mailbox[start : separator.start()])
        start = separator.end()
    if start is not None:
        yield _ESCAPED.sub(rb"\1", mailbox[start:])
