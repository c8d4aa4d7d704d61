"""What is indexed, and how."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from markupsafe import Markup

from qa.corpus.report import failure_text, failures_html
from qa.corpus.sync import STOPPED
from qa.index.protocol import Counts, Store
from qa.text import plural, printable_line
from qa.types import Failure, Value
from qa.types.showing import Shown, as_html, as_markdown, as_text


@dataclass(frozen=True, slots=True)
class Status(Value, Shown):
    """What is indexed, and how.

    `bytes` is the size of the index folder, 0 if the index is elsewhere; `failures` are those of the last
    sync, and `stopped` is what `Assistant.stopped` returns.
    """

    corpus: str
    index: str
    counts: Counts
    model: str
    precision: str
    reader: str
    bytes: int
    failures: tuple[Failure, ...]
    stopped: str


def status_of(store: Store, corpus: str, index: str, encoder: str, readers: str) -> Status:
    """The status of an index. The encoder is named for one that has not been used yet."""
    with store.read() as snapshot:
        counts, failures = snapshot.counts(), snapshot.failures()
        model, precision = snapshot.meta("model"), snapshot.meta("precision")
        stopped = snapshot.meta(STOPPED)
    folder = store.folder
    files = folder.rglob("*") if folder.is_dir() and not store.is_shared else ()
    size = sum(f.stat().st_size for f in files if f.is_file())
    return Status(
        corpus=corpus,
        index=index,
        counts=counts,
        model=model or encoder,
        precision=precision or "not used yet",
        reader=readers,
        bytes=size,
        failures=failures,
        stopped=stopped,
    )


@as_text.register
def status_text(status: Status) -> str:
    """The folders, how much is indexed, and what failed: the essence of `qa status`."""
    return "\n".join([*_lines(status), *(f"  {failure_text(failure)}" for failure in status.failures)])


@as_html.register
def status_html(status: Status) -> Markup:
    """The same as HTML, in which everything from file names is escaped."""
    lines = Markup().join(Markup("<div>{}</div>").format(line) for line in _lines(status))
    return lines + failures_html(status.failures)


@as_markdown.register
def status_markdown(status: Status) -> str:
    """The same as a block of code, in which nothing is Markdown."""
    return textwrap.indent(status_text(status), "    ")


def _lines(status: Status) -> list[str]:
    counts = status.counts
    indexed = f"{plural(counts.documents, 'document')}, {plural(counts.passages, 'passage')}"
    failed = f", {len(status.failures)} failed" if status.failures else ""
    where = f"{printable_line(status.corpus)}, indexed in {printable_line(status.index)}"
    return [f"{where}: {indexed}{failed}", *([printable_line(status.stopped)] if status.stopped else [])]
