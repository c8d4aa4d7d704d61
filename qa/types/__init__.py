"""The values that rooms hand to each other: frozen, and without behaviour beyond what they mean."""

from qa.types.answers import Answer, Citation, Claim, Hit, Layout
from qa.types.documents import INDEXED, Block, BlockKind, Document, Passage, document_id
from qa.types.syncs import Failure, Progress, Purged, SyncReport
from qa.types.traces import Considered, Sought, Timings, Trace, Tried
from qa.types.values import Span, Turn, Value, overlap

__all__ = [
    "INDEXED",
    "Answer",
    "Block",
    "BlockKind",
    "Citation",
    "Claim",
    "Considered",
    "Document",
    "Failure",
    "Hit",
    "Layout",
    "Passage",
    "Progress",
    "Purged",
    "Sought",
    "Span",
    "SyncReport",
    "Timings",
    "Trace",
    "Tried",
    "Turn",
    "Value",
    "document_id",
    "overlap",
]
