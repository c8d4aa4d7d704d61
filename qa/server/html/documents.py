"""The list of documents on the page, and which files can be uploaded."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from markupsafe import Markup

from qa.corpus.listing import FileState, Listed
from qa.documents.formats import FORMATS, LABELS, MAX_BYTES, SUFFIXES
from qa.server.html.elements import NOTHING, button, concat, html, paragraph, sentence, text
from qa.text import one_line, plural
from qa.types import Document

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


def missing(folder: Path) -> Markup:
    """What stands in place of the list if there is no folder, and no document of it is known."""
    line = f"There is no folder {folder}. Check its name, or whether a drive is not connected."
    return paragraph("empty", line)


def _row(file: Listed) -> Markup:
    """A file on one line, with its facts as data to sort and to find it by, and its problem below."""
    document = file.document
    title = document.title if document else file.path
    state = _STATES[file.state]
    status = f"{state}. {sentence(file.reason)}" if file.reason else state
    return html(
        '<li id="file-{identity}" data-path="{path}" data-state="{state}"'
        ' data-passages="{passages}" data-reason="{status}"'
        ' data-title="{plain_title}" data-about="{about}" data-saved="{saved}" data-published="{published}">'
        '{checkbox}<div class="line" title="{facts}"><h3>{title}</h3>'
        '<span class="path">{shown_path}</span></div>'
        '<span class="dates">{dates}</span><span class="acts">{only}{remove}</span>{line}</li>',
        identity=document.id if document else file.path,
        path=file.path,
        state=file.state,
        passages=plural(file.passages, "passage"),
        status=status,
        plain_title=title,
        facts=_facts(file, title),
        about=_about(document) if document else "",
        saved=f"{file.modified:.0f}",
        published=document.metadata.get("date", "") if document else "",
        checkbox=_checkbox(title, document.id) if document else Markup("<span></span>"),
        title=button("whole", text(title), kind="opens", document=document.id) if document else text(title),
        shown_path=text(file.path),
        dates=_dates(file),
        line=paragraph("state", status),
        only=button("only", f"Search only {title}", "search", "icon", document=document.id)
        if document
        else NOTHING,
        remove=button("remove", f"Delete {title}", "trash", "icon", path=file.path, title=title)
        if file.deletable
        else NOTHING,
    )


def _about(document: Document) -> str:
    """What else a document can be found by, as text: its publisher and author."""
    known = document.metadata
    return " · ".join(known[name] for name in ("source", "author") if known.get(name))


def _days(file: Listed) -> list[tuple[str, str, str]]:
    """The day on which a document says that it was published, and the one on which its file was saved."""
    published = file.document.metadata.get("date", "") if file.document else ""
    saved = time.strftime("%Y-%m-%d", time.localtime(file.modified)) if file.modified else ""
    days = ("published", "Published", published), ("saved", "Saved", saved)
    return [day for day in days if day[2]]


def _dates(file: Listed) -> Markup:
    return concat(
        html('<span class="{}">{} {}</span>', kind, name, text(day)) for kind, name, day in _days(file)
    )


def _facts(file: Listed, title: str) -> str:
    """All that is known of a file, as text: what has no room on its line."""
    document = file.document
    pages = plural(len(document.pages), "page") if document and document.pages else ""
    length = [pages, plural(file.passages, "passage")] if document else []
    known = [*(f"{name} {day}" for _, name, day in _days(file)), *filter(None, length)]
    lines = (title, _about(document) if document else "", file.path, " · ".join(known))
    return "\n".join(filter(None, lines))


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
