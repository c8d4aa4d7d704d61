"""The figures from `benchmarks/rivals.py` -> a table and a picture."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rival_systems import SYSTEMS

CHANGED = 1500  # texts in the index that the four changes are made to
REFERENCE = "langchain"  # the system that speeds and memory are compared with
STEPS = {"add": "one added", "nothing": "nothing changed", "rename": "one renamed", "delete": "one deleted"}
ACCENT, OTHERS, INK = "#1f8a7d", "#c3c6ca", "#33373d"

Figures = Mapping[str, Any]
Row = tuple[str, str, str, Figures]  # system, way, title, its figures


def rows(results: Figures) -> Iterator[Row]:
    """A row for each way to search of each measured system, with the way measured last first."""
    for name, figures in results["systems"].items():
        for way in reversed(figures.get("ways", {})):
            yield name, way, SYSTEMS[name].title + way, figures


def table(results: Figures) -> str:
    """All figures as two Markdown tables, with explanations below them."""
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
    """The table of speeds, recall and memory."""
    lines = [
        "| system | paragraphs/s | query p50, ms | p95, ms | Recall@1 | Recall@5 |"
        " peak while indexing, MiB | while serving, MiB |",
        "|-|-|-|-|-|-|-|-|",
    ]
    for _, way, title, figures in rows(results):
        index, search = indexing(figures), figures["ways"][way]
        index_base, search_base = indexing(reference), reference.get("ways", {}).get("", {})
        cells = [
            with_ratio(index, index_base, "per second", "{:.1f}"),
            with_ratio(search, search_base, "p50 ms", "{:.1f}"),
            with_ratio(search, search_base, "p95 ms", "{:.1f}"),
            f"{search['recall@1']:.3f}",
            f"{search['recall@5']:.3f}",
            with_ratio(index, index_base, "peak MiB", "{:.0f}"),
            with_ratio(search, search_base, "serving MiB", "{:.0f}"),
        ]
        lines.append(f"| {title} | {' | '.join(cells)} |")
    return "\n".join(lines)


def indexing(figures: Figures) -> Figures:
    """The figures of indexing, with the better of its two speeds, as other programs can only slow it down."""
    if "indexing" not in figures:
        return {}
    speeds = [figures[part]["per second"] for part in ("indexing", "changes")]
    return {**figures["indexing"], "per second": max(speeds)}


def change_table(results: Figures, reference: Figures) -> str:
    """The table of the four changes to an index."""
    measured = {n: f["changes"] for n, f in results["systems"].items() if "changes" in f}
    size = max((changes["texts"] for changes in measured.values()), default=0)
    lines = [
        f"| {size:,} texts indexed, then | {' | '.join(STEPS.values())} |",
        f"|-|{'-|' * len(STEPS)}",
    ]
    for name, changes in measured.items():
        cells = []
        for step in STEPS:
            change, base = changes[step], reference.get("changes", {}).get(step, {})
            wrong = "" if change["shown"] else " (the index does not show it)"
            cells.append(f"{change['embedded']:,} embedded, {with_ratio(change, base, 'seconds', '')}{wrong}")
        lines.append(f"| {SYSTEMS[name].title} | {' | '.join(cells)} |")
    return "\n".join(lines)


def with_ratio(figures: Figures, base: Figures, key: str, form: str) -> str:
    """A figure, with its ratio to the reference's in brackets. An empty form means that it is a time."""
    value = figures[key]
    if value is None:
        return "not known"
    text = form.format(value) if form else duration(value)
    return f"{text} ({significant(value / base[key])}×)" if base.get(key) else text


def duration(seconds: float) -> str:
    """A time in seconds or milliseconds."""
    return f"{significant(seconds)} s" if seconds >= 1 else f"{significant(1000 * seconds)} ms"


def significant(value: float) -> str:
    """A number with two significant digits, or with all digits before the decimal point."""
    digits = max(0, 1 - math.floor(math.log10(value))) if value > 0 else 0
    return f"{value:.{digits}f}"


def notes(results: Figures) -> str:
    """Explanations of what was measured and of how each system was used."""
    lines = [
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
        vectors = f"The index holds {embedded:,} vectors, computed in {precision}."
        lines.append(f"{SYSTEMS[name].title}: {SYSTEMS[name].note}. {vectors}")
    return "\n".join(f"- {line}" for line in lines)


def picture(results: Figures, path: Path) -> None:
    """Draw the main figures as bars, in one small chart each."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    ways = list(rows(results))
    systems = [row for row in ways if row[1] == ""]
    size = max((row[3]["changes"]["texts"] for row in systems), default=0)
    most = max((row[3]["changes"][step]["embedded"] for row in systems for step in STEPS), default=0)
    questions, texts = f"{results['questions']:,} questions", f"{results['texts']:,} paragraphs"
    parts = (
        (f"Search: {questions} to {texts} of {results['set']}", ways, SEARCHING, None),
        (f"Index: {texts}", systems, INDEXING, None),
        (f"Texts embedded to bring an index of {size:,} texts up to date", systems, CHANGING, most),
    )
    heights = [0.62 + 0.25 * len(bars) for _, bars, _, _ in parts]  # inches
    with rc_context({"font.size": 9.5, "text.color": INK, "ytick.color": INK}):
        drawing = Figure(figsize=(10, sum(heights)))
        places: Any = drawing.subfigures(3, 1, height_ratios=heights)
        for place, height, (heading, bars, part, scale) in zip(places, heights, parts, strict=True):
            place.suptitle(heading, x=0.012, y=1 - 0.06 / height, ha="left", fontsize=11, fontweight="bold")
            top = 1 - 0.54 / height
            place.subplots_adjust(left=0.178, right=0.995, top=top, bottom=0.08 / height, wspace=0.06)
            draw_charts(place, bars, part, scale)
        drawing.savefig(path, dpi=180, facecolor="white")


Chart = tuple[str, Callable[[Row], float | None], str]  # title, value, format


def search_figure(key: str) -> Callable[[Row], float | None]:
    return lambda row: row[3]["ways"][row[1]][key]


def index_figure(key: str) -> Callable[[Row], float | None]:
    return lambda row: indexing(row[3])[key]


def embedded_texts(step: str) -> Callable[[Row], float | None]:
    return lambda row: row[3]["changes"][step]["embedded"]


SEARCHING: Sequence[Chart] = (
    ("Recall@1", search_figure("recall@1"), "{:.3f}"),
    ("Recall@5", search_figure("recall@5"), "{:.3f}"),
    ("ms a query (p50; less is better)", search_figure("p50 ms"), "{:.0f}"),
)
INDEXING: Sequence[Chart] = (
    ("paragraphs a second", index_figure("per second"), "{:.0f}"),
    ("most memory while indexing, MiB", index_figure("peak MiB"), "{:,.0f}"),
    ("memory while serving, MiB", search_figure("serving MiB"), "{:,.0f}"),
)
CHANGING: Sequence[Chart] = tuple((title, embedded_texts(step), "{:,.0f}") for step, title in STEPS.items())


def draw_charts(place: Any, bars: Sequence[Row], charts: Sequence[Chart], most: float | None = None) -> None:
    """Draw charts of the same rows side by side, with the names of the systems next to the first one."""
    titles = [way.strip(", `") if way else title for _, way, title, _ in bars]
    colours = [ACCENT if name == "project" else OTHERS for name, *_ in bars]
    for axes, (title, value, form) in zip(place.subplots(1, len(charts), sharey=True), charts, strict=True):
        values = [math.nan if (v := value(row)) is None else v for row in bars]
        drawn = axes.barh(range(len(bars)), values, color=colours, height=0.72)
        axes.bar_label(drawn, ["" if math.isnan(v) else form.format(v) for v in values], padding=3)
        end = max([v for v in (most, *values) if v and not math.isnan(v)], default=1)
        axes.set(xlim=(0, 1.28 * end), xticks=[], yticks=range(len(bars)), ylim=(len(bars) - 0.5, -0.5))
        axes.set_yticklabels(titles)
        axes.set_title(title, loc="left", fontsize=9.5, color=INK)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
    for name, label in zip([row[0] for row in bars], place.axes[0].get_yticklabels(), strict=True):
        label.set_color(ACCENT if name == "project" else INK)
        label.set_fontweight("bold" if name == "project" else "normal")
