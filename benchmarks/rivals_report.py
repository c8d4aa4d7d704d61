"""The table and the picture of `benchmarks/rivals.py`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rival_systems import SYSTEMS

CHANGED = 1500  # texts in the index that the four changes are made to
REFERENCE = "langchain"  # whose figures speeds and memory are compared with
STEPS = {"add": "one added", "nothing": "nothing changed", "rename": "one renamed", "delete": "one deleted"}
ACCENT, OTHERS, INK = "#1f8a7d", "#c3c6ca", "#33373d"

Figures = Mapping[str, Any]
Row = tuple[str, str, str, Figures]  # system, way, title, its figures


def rows(results: Figures) -> Iterator[Row]:
    """A row for each way to search of each system that was measured; the first way is the last measured."""
    for name, figures in results["systems"].items():
        for way in reversed(figures.get("ways", {})):
            yield name, way, SYSTEMS[name].title + way, figures


def table(results: Figures) -> str:
    """All figures as two Markdown tables, with what they mean below."""
    reference = results["systems"].get(REFERENCE, {})
    parts = [search_table(results, reference), change_table(results, reference)]
    failed = [
        f"{SYSTEMS[name].title} failed: {figures['error']}"
        for name, figures in results["systems"].items()
        if "error" in figures
    ]
    if failed:
        parts.append("\n".join(failed))
    return "\n\n".join([*parts, notes(results)])


def search_table(results: Figures, reference: Figures) -> str:
    lines = [
        "| system | paragraphs/s | query p50, ms | p95, ms | Recall@1 | Recall@5 |"
        " peak while indexing, MiB | while serving, MiB |",
        "|-|-|-|-|-|-|-|-|",
    ]
    for _, way, title, figures in rows(results):
        made, served = indexing(figures), figures["ways"][way]
        base = indexing(reference), reference.get("ways", {}).get("", {})
        cells = [
            compared(made, base[0], "per second", "{:.1f}"),
            compared(served, base[1], "p50 ms", "{:.1f}"),
            compared(served, base[1], "p95 ms", "{:.1f}"),
            f"{served['recall@1']:.3f}",
            f"{served['recall@5']:.3f}",
            compared(made, base[0], "peak MiB", "{:.0f}"),
            compared(served, base[1], "serving MiB", "{:.0f}"),
        ]
        lines.append(f"| {title} | {' | '.join(cells)} |")
    return "\n".join(lines)


def indexing(figures: Figures) -> Figures:
    """What indexing took; of its two speeds the better one, since other programs can only slow it down."""
    if "indexing" not in figures:
        return {}
    speeds = [figures[part]["per second"] for part in ("indexing", "changes")]
    return {**figures["indexing"], "per second": max(speeds)}


def change_table(results: Figures, reference: Figures) -> str:
    measured = {n: f["changes"] for n, f in results["systems"].items() if "changes" in f}
    size = max((changes["texts"] for changes in measured.values()), default=0)
    lines = [
        f"| {size:,} texts indexed, then | {' | '.join(STEPS.values())} |",
        f"|-|{'-|' * len(STEPS)}",
    ]
    for name, changes in measured.items():
        cells = []
        for step in STEPS:
            of, base = changes[step], reference.get("changes", {}).get(step, {})
            wrong = "" if of["shown"] else " (the index does not show it)"
            cells.append(f"{of['embedded']:,} embedded, {compared(of, base, 'seconds', '')}{wrong}")
        lines.append(f"| {SYSTEMS[name].title} | {' | '.join(cells)} |")
    return "\n".join(lines)


def compared(figures: Figures, base: Figures, key: str, form: str) -> str:
    """A figure, and in brackets how many times the reference's it is. Without a form it is a time."""
    value = figures[key]
    if value is None:
        return "not known"
    shown = form.format(value) if form else duration(value)
    return f"{shown} ({significant(value / base[key])}×)" if base.get(key) else shown


def duration(seconds: float) -> str:
    return f"{significant(seconds)} s" if seconds >= 1 else f"{significant(1000 * seconds)} ms"


def significant(value: float) -> str:
    """A number with two significant digits, or all those before the point."""
    digits = max(0, 1 - math.floor(math.log10(value))) if value > 0 else 0
    return f"{value:.{digits}f}"


def notes(results: Figures) -> str:
    """What was measured and how each system was used."""
    said = [
        f"{results['texts']:,} paragraphs and {results['questions']:,} questions of {results['set']};"
        f" {results['machine']}, torch {results['torch']}, no GPU. In brackets: times"
        f" {SYSTEMS[REFERENCE].title}'s figure. All was indexed twice; the better speed is shown. Recall is"
        " of the question's own paragraph, among all; the questions are those of the articles that this"
        " project's reader was not trained on.",
        "A change is told as the names that came and went; that a new text is a renamed one, or that none has"
        ' changed, is for the system to find. "Embedded" counts the texts given to the model.',
    ]
    for name, figures in results["systems"].items():
        if "error" in figures:
            continue
        embedded, precision = figures["indexing"]["embedded"], figures["precision"]
        also = f"The index holds {embedded:,} vectors, computed in {precision}."
        said.append(f"{SYSTEMS[name].title}: {SYSTEMS[name].note}. {also}")
    return "\n".join(f"- {line}" for line in said)


def picture(results: Figures, path: Path) -> None:
    """The main figures as bars, one small chart each."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    ways = list(rows(results))
    systems = [row for row in ways if row[1] == ""]
    size = max((row[3]["changes"]["texts"] for row in systems), default=0)
    most = max((row[3]["changes"][step]["embedded"] for row in systems for step in STEPS), default=0)
    asked, held = f"{results['questions']:,} questions", f"{results['texts']:,} paragraphs"
    parts = (
        (f"Search: {asked} to {held} of {results['set']}", ways, SEARCHING, None),
        (f"Index: {held}", systems, INDEXING, None),
        (f"Texts embedded to bring an index of {size:,} texts up to date", systems, CHANGING, most),
    )
    heights = [0.62 + 0.25 * len(shown) for _, shown, _, _ in parts]  # inches
    with rc_context({"font.size": 9.5, "text.color": INK, "ytick.color": INK}):
        drawing = Figure(figsize=(10, sum(heights)))
        places: Any = drawing.subfigures(3, 1, height_ratios=heights)
        for place, height, (heading, shown, of, scale) in zip(places, heights, parts, strict=True):
            place.suptitle(heading, x=0.012, y=1 - 0.06 / height, ha="left", fontsize=11, fontweight="bold")
            top = 1 - 0.54 / height
            place.subplots_adjust(left=0.178, right=0.995, top=top, bottom=0.08 / height, wspace=0.06)
            charts(place, shown, of, scale)
        drawing.savefig(path, dpi=180, facecolor="white")


Chart = tuple[str, Callable[[Row], float | None], str]  # title, value, how it is written


def served(key: str) -> Callable[[Row], float | None]:
    return lambda row: row[3]["ways"][row[1]][key]


def made(key: str) -> Callable[[Row], float | None]:
    return lambda row: indexing(row[3])[key]


def embedded(step: str) -> Callable[[Row], float | None]:
    return lambda row: row[3]["changes"][step]["embedded"]


SEARCHING: Sequence[Chart] = (
    ("Recall@1", served("recall@1"), "{:.3f}"),
    ("Recall@5", served("recall@5"), "{:.3f}"),
    ("ms a query (p50; less is better)", served("p50 ms"), "{:.0f}"),
)
INDEXING: Sequence[Chart] = (
    ("paragraphs a second", made("per second"), "{:.0f}"),
    ("most memory while indexing, MiB", made("peak MiB"), "{:,.0f}"),
    ("memory while serving, MiB", served("serving MiB"), "{:,.0f}"),
)
CHANGING: Sequence[Chart] = tuple((title, embedded(step), "{:,.0f}") for step, title in STEPS.items())


def charts(part: Any, shown: Sequence[Row], of: Sequence[Chart], most: float | None = None) -> None:
    """Charts side by side, of the same rows; the systems' names stand at the first."""
    titles = [way.strip(", `") if way else title for _, way, title, _ in shown]
    colours = [ACCENT if name == "project" else OTHERS for name, *_ in shown]
    for axes, (title, value, form) in zip(part.subplots(1, len(of), sharey=True), of, strict=True):
        values = [math.nan if (v := value(row)) is None else v for row in shown]
        bars = axes.barh(range(len(shown)), values, color=colours, height=0.72)
        axes.bar_label(bars, ["" if math.isnan(v) else form.format(v) for v in values], padding=3)
        end = max([v for v in (most, *values) if v and not math.isnan(v)], default=1)
        axes.set(xlim=(0, 1.28 * end), xticks=[], yticks=range(len(shown)), ylim=(len(shown) - 0.5, -0.5))
        axes.set_yticklabels(titles)
        axes.set_title(title, loc="left", fontsize=9.5, color=INK)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
    for name, label in zip([row[0] for row in shown], part.axes[0].get_yticklabels(), strict=True):
        label.set_color(ACCENT if name == "project" else INK)
        label.set_fontweight("bold" if name == "project" else "normal")
