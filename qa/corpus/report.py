"""What a sync did, in words: for the command, for `str(report)` and for notebooks."""

from __future__ import annotations

import textwrap

from markupsafe import Markup

from qa.text import plural, printable_line
from qa.types import Failure, Purged, SyncReport
from qa.types.showing import as_html, as_markdown, as_text


@as_text.register
def report_text(report: SyncReport) -> str:
    """The counts on a line, what a purge took away on another, and a line for each file that failed."""
    return "\n".join([*_lines(report), *(f"  {failure_text(failure)}" for failure in report.failed)])


@as_html.register
def report_html(report: SyncReport) -> Markup:
    """The same as HTML, in which everything from file names is escaped."""
    lines = Markup().join(Markup("<div>{}</div>").format(line) for line in _lines(report))
    return lines + failures_html(report.failed)


@as_markdown.register
def report_markdown(report: SyncReport) -> str:
    """The same as a block of code, in which nothing is Markdown."""
    return textwrap.indent(report_text(report), "    ")


def failures_html(failures: tuple[Failure, ...]) -> Markup:
    """A list of the files that failed; nothing if none did."""
    items = (
        Markup('<li><code>{}</code> <bdi dir="auto">{}</bdi></li>').format(failure.path, failure.reason)
        for failure in failures
    )
    return Markup("<ul>{}</ul>").format(Markup().join(items)) if failures else Markup()


def failure_text(failure: Failure) -> str:
    """The path and the reason on one line."""
    return f"{printable_line(failure.path)}: {printable_line(failure.reason)}"


def summary(report: SyncReport) -> str:
    """How many documents were added, and so on, and what it took."""
    names = ("added", "updated", "removed", "unchanged", "failed", "skipped")
    parts = [f"{len(getattr(report, name))} {name}" for name in names if getattr(report, name)]
    return f"{', '.join(parts) or 'no documents'}; {cost(report)}"


def cost(report: SyncReport) -> str:
    """How many passages were embedded, and the time."""
    return f"{plural(report.embedded, 'passage')} embedded in {report.seconds:.1f} s"


def purge_summary(purged: Purged) -> str:
    """What a purge removed."""
    counts = {
        "unused vector": purged.vectors,
        "damaged database": purged.databases,
        "unfinished file": purged.leftovers,
        "redacted rating": purged.feedback,
    }
    parts = [plural(count, name) for name, count in counts.items() if count]
    return f"purged: {', '.join(parts) or 'nothing unused'}; {purged.bytes / 1e6:.1f} MB freed"


def _lines(report: SyncReport) -> list[str]:
    return [summary(report), *([purge_summary(report.purged)] if report.purged else [])]
