"""The list of documents on the page, and which files can be uploaded."""

from __future__ import annotations

import time
from collections.abc import Sequence

from markupsafe import Markup

from qa.corpus.listing import FileState, Listed
from qa.documents.formats import FORMATS, LABELS, MAX_BYTES, SUFFIXES
from qa.server.html.elements import NOTHING, button, concat, html, joined, origin, paragraph, sentence, text
from qa.text import one_line, plural

MAX_FILES = 500  # in one upload
_TITLES = 5  # of documents, on the page before anything is asked
_NAMED = 8  # formats, before the rest becomes "and more"
_STATES = {
    FileState.INDEXED: "",
    FileState.WAITING: "Waiting to be indexed",
    FileState.CHANGED: "Changed, waiting to be indexed again",
    FileState.FAILED: "Not indexed",
    FileState.GONE: "No longer in the folder",
}


def label(files: Sequence[Listed]) -> str:
    """The heading of the list, with the numbers of indexed documents and of files that failed."""
    documents = sum(file.document is not None for file in files)
    failed = sum(file.state is FileState.FAILED for file in files)
    return f"Documents ({documents:,}{f', {failed:,} failed' if failed else ''})"


def holds(files: Sequence[Listed]) -> str:
    """What the folder holds, for somebody who opens it: how many documents, and the titles of a few."""
    titles = [file.document.title for file in files if file.document]
    shown = titles[:_TITLES]
    more = f" and {len(titles) - len(shown):,} more" if len(titles) > len(shown) else ""
    return f"{plural(len(titles), 'document')}: {' · '.join(map(one_line, shown))}{more}" if titles else ""


class Rows:
    """The list of documents. Only the rows of files that have changed are rendered again."""

    def __init__(self) -> None:
        self._rendered: dict[Listed, Markup] = {}

    def render(self, files: Sequence[Listed]) -> Markup:
        """The list, with the files that failed first: somebody has to look after them."""
        if not files:
            return paragraph("empty", "No documents yet. Drop some above, or put them into the folder.")
        ordered = sorted(files, key=lambda file: (file.state is not FileState.FAILED, file.path))
        self._rendered = {file: self._rendered.get(file) or _row(file) for file in ordered}
        return html("<ul>{}</ul>", concat(self._rendered.values()))


def _row(file: Listed) -> Markup:
    document = file.document
    title = document.title if document else file.path
    state = _STATES[file.state]
    status = f"{state}. {sentence(file.reason)}" if file.reason else state
    return html(
        '<li id="file-{identity}" data-path="{path}" data-state="{state}"'
        ' data-passages="{passages}" data-reason="{status}">'
        "{checkbox}<div><h3>{title}</h3>{about}{file}{line}"
        '<div class="acts">{only}</div></div>{remove}</li>',
        identity=document.id if document else file.path,
        path=file.path,
        state=file.state,
        passages=plural(file.passages, "passage"),
        status=status,
        checkbox=_checkbox(title, document.id) if document else Markup("<span></span>"),
        title=button("whole", text(title), kind="opens", document=document.id) if document else text(title),
        about=paragraph("origin", _about(file)),
        file=paragraph("file", _path_and_date(file)),
        line=paragraph("state", status),
        only=button("only", "Search only this", document=document.id) if document else NOTHING,
        remove=button("remove", f"Delete {title}", "trash", "icon", path=file.path, title=title)
        if file.deletable
        else NOTHING,
    )


def _about(file: Listed) -> Markup:
    """The origin of a document, and its length."""
    document = file.document
    if document is None:
        return NOTHING
    pages = plural(len(document.pages), "page") if document.pages else ""
    return joined([origin(document), pages, plural(file.passages, "passage")])


def _path_and_date(file: Listed) -> Markup:
    """The path of a file, and the day on which it was last written."""
    day = time.strftime("%Y-%m-%d", time.localtime(file.modified)) if file.modified else ""
    return joined([html('<span class="path">{}</span>', text(file.path)), day])


def _checkbox(title: str, identity: str) -> Markup:
    return html('<input type="checkbox" checked value="{}" aria-label="Search {}">', identity, title)


def accepted() -> str:
    """Says which files can be uploaded, without the kinds that few people have."""
    names = list(dict.fromkeys(form.label.partition(" (")[0] for form in FORMATS))
    kinds = f"{', '.join(names[:_NAMED])} and more" if len(names) > _NAMED + 1 else LABELS
    return f"{kinds}, up to {MAX_BYTES / 1e6:.0f} MB each. Saved to the corpus folder on this computer."


def limits() -> dict[str, object]:
    """The limits of an upload, for the page's scripts."""
    return {"suffixes": sorted(SUFFIXES), "formats": LABELS, "bytes": MAX_BYTES, "files": MAX_FILES}
