"""The list of documents on the page, and which files can be uploaded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from markupsafe import Markup

from qa.corpus.filters import facts_of, saved_day
from qa.corpus.listing import FileState, Listed
from qa.documents.formats import FORMATS, LABELS, MAX_BYTES, SUFFIXES
from qa.server.html.elements import NOTHING, button, concat, html, icon, paragraph, sentence, text
from qa.text import one_line, plural

MAX_FILES = 500  # in one upload
_TITLES = 5  # of documents, on the page before anything is asked
_NAMED = 8  # formats, before the rest becomes "and more"
_ADDING = " Drop some above, or put them into the folder."  # which not everybody may
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
            return html('<p class="empty">No documents yet.<span class="adding">{}</span></p>', _ADDING)
        ordered = sorted(files, key=lambda file: (file.state is not FileState.FAILED, file.path))
        self._rendered = {file: self._rendered.get(file) or _row(file) for file in ordered}
        return html("<ul>{}</ul>", concat(self._rendered.values()))


def missing(folder: Path) -> Markup:
    """What stands in place of the list if there is no folder, and no document of it is known."""
    line = f"There is no folder {folder}. Check its name, or whether a drive is not connected."
    return paragraph("empty", line)


def _row(file: Listed) -> Markup:
    """A file on one line, with its facts as data to sort, filter and find it by, and its problem below.

    A list may have thousands: what a script can tell from the rest of the row is not said again.
    """
    document = file.document
    title = document.title if document else file.path
    state = _STATES[file.state]
    status = f"{state}. {sentence(file.reason)}" if file.reason else state
    return html(
        '<li id="file-{identity}" data-path="{path}" data-state="{state}"{data}>'
        '{checkbox}<div class="line"><h3>{title}</h3><span class="path">{shown_path}</span></div>'
        '<span class="dates">{dates}</span><span class="acts">{only}{remove}</span>{line}</li>',
        identity=document.id if document else file.path,
        path=file.path,
        state=file.state,
        data=_data(file),
        checkbox=_checkbox(title, document.id) if document else Markup("<span></span>"),
        title=button("whole", text(title), kind="opens", document=document.id) if document else text(title),
        shown_path=text(file.path),
        dates=_dates(file),
        only=_act("only", f"Search only {title}", "search") if document else NOTHING,
        remove=_act("remove", f"Delete {title}", "trash") if file.deletable else NOTHING,
        line=paragraph("state", status),
    )


def _data(file: Listed) -> Markup:
    """What is known of a file, as data-… attributes. The folder is left out where the path tells it."""
    document, facts = file.document, facts_of(file)
    known = document.metadata if document else {}
    pages = plural(len(document.pages), "page") if document and document.pages else ""
    passages = plural(file.passages, "passage") if document else ""
    values = {
        "folder": facts.folder if facts.folder != file.path.rpartition("/")[0] else None,
        "kind": facts.kind or None,
        "source": known.get("source") or None,
        "author": "\n".join(facts.authors) or None,
        "day": facts.day or None,
        "published": known.get("date") or None,
        "saved": f"{file.modified:.0f}",
        "length": " · ".join(filter(None, (pages, passages))) or None,
    }
    return concat(html(' data-{}="{}"', name, v) for name, v in values.items() if v is not None)


def _dates(file: Listed) -> Markup:
    """The day on which a document says that it was published, and the one on which its file was saved."""
    published = file.document.metadata.get("date", "") if file.document else ""
    days = ("published", "Published", published), ("saved", "Saved", saved_day(file))
    return concat(
        html('<span class="{}">{} {}</span>', kind, name, text(day)) for kind, name, day in days if day
    )


def _act(act: str, label: str, icon_name: str) -> Markup:
    """A button for the file of the row that it is in."""
    return html('<button class="icon" data-act="{}" title="{}">{}</button>', act, label, icon(icon_name))


def _checkbox(title: str, identity: str) -> Markup:
    return html('<input type="checkbox" checked value="{}" aria-label="Search {}">', identity, title)


def accepted() -> str:
    """Says which files can be uploaded, without the kinds that few people have."""
    names = list(dict.fromkeys(form.name for form in FORMATS))
    kinds = f"{', '.join(names[:_NAMED])} and more" if len(names) > _NAMED + 1 else LABELS
    return f"{kinds}, up to {MAX_BYTES / 1e6:.0f} MB each. Saved to the corpus folder on this computer."


def limits() -> dict[str, object]:
    """The limits of an upload, for the page's scripts."""
    return {"suffixes": sorted(SUFFIXES), "formats": LABELS, "bytes": MAX_BYTES, "files": MAX_FILES}
