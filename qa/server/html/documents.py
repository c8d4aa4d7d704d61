"""The documents as the page lists them, and what it says about files that may come."""

from __future__ import annotations

import time
from collections.abc import Sequence

from markupsafe import Markup

from qa.corpus.listing import FileState, Listed
from qa.documents.formats import MAX_BYTES, SUFFIXES
from qa.server.html.elements import NOTHING, button, concat, html, joined, origin, paragraph, text
from qa.text import plural

MAX_FILES = 500  # that can be sent at once
_STATES = {
    FileState.INDEXED: "",
    FileState.WAITING: "Waiting to be indexed",
    FileState.CHANGED: "Changed: to be indexed again",
    FileState.FAILED: "Not indexed",
    FileState.GONE: "Removed from the folder",
}


def label(files: Sequence[Listed]) -> str:
    """The heading of the list: how many documents can be asked, and how many files failed."""
    documents = sum(file.document is not None for file in files)
    failed = sum(file.state is FileState.FAILED for file in files)
    return f"Documents ({documents:,}{f', {failed:,} failed' if failed else ''})"


class Rows:
    """The list of documents, in which only those rows are made anew whose files are not as they were."""

    def __init__(self) -> None:
        self._made: dict[Listed, Markup] = {}

    def listed(self, files: Sequence[Listed]) -> Markup:
        """The list; what failed first, since it has to be seen to."""
        if not files:
            return paragraph("empty", "No documents yet. Drop some above, or put them into the folder.")
        shown = sorted(files, key=lambda file: (file.state is not FileState.FAILED, file.path))
        self._made = {file: self._made.get(file) or _row(file) for file in shown}
        return html("<ul>{}</ul>", concat(self._made.values()))


def _row(file: Listed) -> Markup:
    document = file.document
    title = document.title if document else file.path
    state = _STATES[file.state]
    told = f"{state}: {file.reason}" if file.reason else state
    return html(
        '<li id="file-{identity}" data-path="{path}" data-state="{state}"'
        ' data-passages="{passages}" data-reason="{told}">'
        "{checkbox}<div><h3>{title}</h3>{about}{written}{stands}"
        '<div class="acts">{only}</div></div>{remove}</li>',
        identity=document.id if document else file.path,
        path=file.path,
        state=file.state,
        passages=plural(file.passages, "passage"),
        told=told,
        checkbox=_checkbox(title, document.id) if document else Markup("<span></span>"),
        title=text(title),
        about=paragraph("origin", _about(file)),
        written=paragraph("file", _written(file)),
        stands=paragraph("state", told),
        only=button("only", "Ask only this", document=document.id) if document else NOTHING,
        remove=button("remove", f"Delete {title}", "trash", "icon", path=file.path, title=title),
    )


def _about(file: Listed) -> Markup:
    """Where a document is from, and how long it is."""
    document = file.document
    if document is None:
        return NOTHING
    pages = plural(len(document.pages), "page") if document.pages else ""
    return joined([origin(document), pages, plural(file.passages, "passage")])


def _written(file: Listed) -> Markup:
    """The file, and the day on which it was last written."""
    day = time.strftime("%Y-%m-%d", time.localtime(file.modified)) if file.modified else ""
    return joined([html('<span class="path">{}</span>', text(file.path)), day])


def _checkbox(title: str, identity: str) -> Markup:
    return html('<input type="checkbox" checked value="{}" aria-label="Ask {}">', identity, title)


def accepted() -> str:
    """Which files can be sent, for people."""
    kinds = "PDF, Word (.docx), web pages, Markdown and text"
    return f"{kinds}, up to {MAX_BYTES / 1e6:.0f} MB each. They go into the corpus folder of this machine."


def limits() -> dict[str, object]:
    """Which files can be sent, for the page."""
    return {"suffixes": sorted(SUFFIXES), "bytes": MAX_BYTES, "files": MAX_FILES}
