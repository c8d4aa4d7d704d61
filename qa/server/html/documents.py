"""The documents as the page lists them, and what it says about files that may come."""

from __future__ import annotations

import time
from collections.abc import Sequence
from html import escape

from qa.corpus.listing import FileState, Listed
from qa.documents.formats import MAX_BYTES, SUFFIXES
from qa.server.html.elements import button, counted, joined, origin, paragraph, text
from qa.types import Progress

MAX_FILES = 500  # that can be sent at once
EXAMPLES = {  # shown where the document that answers it is in the corpus
    "kazakhstan-bets-on-pakistan.md": "How much would the railway to Pakistan cost?",
    "kyrgyzstan-bridging-mountains-and-markets.md": "How much electricity could Kyrgyzstan export?",
    "kazakhstan-pakistan-one-billion-trade.md": "What could Pakistan sell to Kazakhstan?",
    "pakistan-economic-ties-central-asia.md": "How can cultural exchange help Pakistan and Central Asia?",
}
_STATES = {
    FileState.INDEXED: "",
    FileState.WAITING: "Waiting to be indexed",
    FileState.CHANGED: "Changed: to be indexed again",
    FileState.FAILED: "Not indexed",
    FileState.GONE: "Removed from the folder",
}


class Indexing:
    """How far a sync is. To be called with its progress, and with a total of 0 when it has ended."""

    def __init__(self) -> None:
        self._now = Progress(0, 0, 0, "")

    def __call__(self, progress: Progress) -> None:
        self._now = progress

    def __str__(self) -> str:
        """A line for people; nothing while nothing is indexed."""
        now = self._now
        if not now.total:
            return ""
        done = f"{now.done:,} of {counted(now.total, 'file')}, {counted(now.embedded, 'passage')} so far"
        return f"Indexing: {done}. Questions are answered meanwhile."


def label(files: Sequence[Listed]) -> str:
    """The heading of the list: how many documents can be asked, and how many files failed."""
    documents = sum(file.document is not None for file in files)
    failed = sum(file.state is FileState.FAILED for file in files)
    return f"Documents ({documents:,}{f', {failed:,} failed' if failed else ''})"


def listed(files: Sequence[Listed]) -> str:
    """The list, as HTML: what failed first, since it has to be seen to."""
    if not files:
        return paragraph("empty", "No documents yet. Drop some above, or put them into the folder.")
    rows = sorted(files, key=lambda file: (file.state is not FileState.FAILED, file.path))
    return f"<ul>{''.join(map(_row, rows))}</ul>"


def _row(file: Listed) -> str:
    document = file.document
    title = document.title if document else file.path
    identity = "file-" + (document.id if document else file.path)
    state = _STATES[file.state]
    told = f"{state}: {file.reason}" if file.reason else state
    only = button("only", "Ask only this", document=document.id) if document else ""
    remove = button("remove", f"Delete {title}", "trash", "icon", path=file.path, title=title)
    return (
        f'<li id="{escape(identity)}" data-path="{escape(file.path)}" data-state="{file.state}"'
        f' data-passages="{counted(file.passages, "passage")}" data-reason="{escape(told)}">'
        f"{_checkbox(title, document.id) if document else '<span></span>'}"
        f"<div><h3>{text(title)}</h3>{paragraph('origin', _about(file))}{paragraph('file', _written(file))}"
        f'{paragraph("state", escape(told))}<div class="acts">{only}</div></div>{remove}</li>'
    )


def _about(file: Listed) -> str:
    """Where a document is from, and how long it is."""
    document = file.document
    parts = [origin(document)] if document else []
    if document and document.pages:
        parts.append(counted(len(document.pages), "page"))
    if document:
        parts.append(counted(file.passages, "passage"))
    return joined(parts)


def _written(file: Listed) -> str:
    """The file, and the day on which it was last written."""
    day = time.strftime("%Y-%m-%d", time.localtime(file.modified)) if file.modified else ""
    return joined([f'<span class="path">{text(file.path)}</span>', day])


def _checkbox(title: str, identity: str) -> str:
    return f'<input type="checkbox" checked value="{escape(identity)}" aria-label="Ask {escape(title)}">'


def examples(files: Sequence[Listed]) -> list[str]:
    """Questions to begin with, where the documents that answer them are there."""
    return [EXAMPLES[file.path] for file in files if file.document and file.path in EXAMPLES]


def accepted() -> str:
    """Which files can be sent, for people."""
    kinds = "PDF, Word (.docx), web pages, Markdown and text"
    return f"{kinds}, up to {MAX_BYTES / 1e6:.0f} MB each. They go into the corpus folder of this machine."


def limits() -> dict[str, object]:
    """Which files can be sent, for the page."""
    return {"suffixes": sorted(SUFFIXES), "bytes": MAX_BYTES, "files": MAX_FILES}
