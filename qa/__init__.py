"""Questions answered from a folder of documents, in their own words, with exact citations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qa import errors
from qa.errors import QAError
from qa.settings import Settings
from qa.types import (
    Answer,
    Citation,
    Claim,
    Document,
    Failure,
    Hit,
    Passage,
    Progress,
    Purged,
    SyncReport,
    Trace,
)

if TYPE_CHECKING:
    from qa.assistant import Assistant

__version__ = "0.1.0"

__all__ = [
    "Answer",
    "Assistant",
    "Citation",
    "Claim",
    "Document",
    "Failure",
    "Hit",
    "Passage",
    "Progress",
    "Purged",
    "QAError",
    "Settings",
    "SyncReport",
    "Trace",
    "errors",
]


def __getattr__(name: str) -> Any:
    """The assistant is imported when it is first used, so that `import qa` stays light."""
    if name == "Assistant":
        from qa.assistant import Assistant

        return Assistant
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
