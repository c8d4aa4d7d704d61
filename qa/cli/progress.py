"""Progress on stderr: syncs, for the command and for the page, and anything that is counted."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from qa.corpus.report import cost, failure_text, purge_summary, summary
from qa.errors import CorpusEmptied, IndexBusy
from qa.text import plural, printable_line
from qa.types import Failure, Progress, SyncReport

if TYPE_CHECKING:
    from qa.assistant import Assistant

_SOON_DONE = 200_000  # bytes of new files, which take some seconds


def sync_with_progress(
    assistant: Assistant,
    purge: bool = False,
    settled: Callable[[Path], bool] = lambda _: True,
    allow_empty: bool = False,
    folder: str = "",
) -> SyncReport:
    """Sync with a progress bar on stderr, then a summary and one line for each file that failed.

    `folder` names it where there are several.
    """
    from tqdm import tqdm

    # No bar without a terminal, so that logs stay readable.
    with tqdm(total=0, unit="doc", desc=f"Indexing {folder}".strip(), disable=None, leave=False) as bar:

        def show(progress: Progress) -> None:
            bar.total, bar.n = progress.total, progress.done
            bar.set_postfix_str(
                f"{plural(progress.embedded, 'passage')}, {printable_line(progress.path[-40:])}",
                refresh=True,
            )

        report = assistant.sync(show, purge, settled, allow_empty)
    print(f"{_of(folder)}{summary(report)}", file=sys.stderr)
    if report.purged:
        print(purge_summary(report.purged), file=sys.stderr)
    _print_failures(report.failed, folder)
    return report


def first_sync(assistant: Assistant, allow_empty: bool = False, folder: str = "") -> tuple[Failure, ...]:
    """Sync the settled files with progress on stderr and return the failures. Raises QAError.

    The watcher, which comes next, tries again if another process is syncing, and says if files are gone.
    """
    from qa.corpus.watch import Settled

    try:
        return sync_with_progress(assistant, settled=Settled(), allow_empty=allow_empty, folder=folder).failed
    except IndexBusy as error:
        logging.getLogger("qa").warning("%s", error)
        return ()
    except CorpusEmptied:
        return ()


def sync_before_serving(assistant: Assistant, folder: str = "") -> tuple[Failure, ...]:
    """Sync what is quickly done; return what is already known to fail. Raises QAError.

    A folder with much in it that is new is left to the watcher: the page is there at once, shows how far the
    sync is, and answers from what is indexed by then.
    """
    from qa.corpus.listing import FileState

    if assistant.other_corpus():
        return first_sync(assistant, folder=folder)
    new = [file.path for file in assistant.files() if file.state == FileState.WAITING]
    if sum(_size(assistant.settings.corpus / path) for path in new) <= _SOON_DONE:
        return first_sync(assistant, folder=folder)
    print(f"{_of(folder)}Indexing {plural(len(new), 'new file')} while the page is served", file=sys.stderr)
    return ()


def _size(file: Path) -> int:
    with suppress(OSError):  # it is gone
        return file.stat().st_size
    return 0


def print_news(report: SyncReport, folder: str = "") -> None:
    """Print a line on stderr about a sync that the watcher started, and one for each file that failed."""
    renamed = len(report.renamed)
    counts = {
        "added": len(report.added) - renamed,
        "updated": len(report.updated),
        "renamed": renamed,
        "removed": len(report.removed) - renamed,
        "failed": len(report.failed),
    }
    changed = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    print(f"{time.strftime('%H:%M:%S')} {_of(folder)}{changed}; {cost(report)}", file=sys.stderr, flush=True)
    _print_failures(report.failed, folder)


def _print_failures(failures: tuple[Failure, ...], folder: str) -> None:
    for failure in failures:
        print(f"qa: {_of(folder)}{failure_text(failure)}", file=sys.stderr, flush=True)


def _of(folder: str) -> str:
    return f"{folder}: " if folder else ""


@contextmanager
def progress_bar(total: int, unit: str) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr, if that is a terminal. Yields a function to call with the number done."""
    from tqdm import tqdm

    with tqdm(total=total, unit=unit, disable=None, leave=False) as bar:

        def show(done: int) -> None:
            bar.n = done
            bar.refresh()

        yield show
