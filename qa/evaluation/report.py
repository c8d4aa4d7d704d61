"""The figures of an evaluation as a table for the terminal, as plain values, and as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from qa.errors import QuestionsError
from qa.evaluation.measures import Outcome, bins, by_kind, figures

_OF_A_KIND = (
    "questions",
    "right",
    "F1",
    "citation precision",
    "citation recall",
    "falsely refused",
    "refusal recall",
)


def table(outcomes: Sequence[Outcome]) -> str:
    """All figures, then the main ones of each kind of question, as Markdown tables."""
    every = figures(outcomes)
    lines = ["| figure | value |", "|-|-|"]
    lines += [f"| {name} | {_shown(name, value)} |" for name, value in every.items() if value is not None]
    kinds = by_kind(outcomes)
    if len(kinds) > 1:
        lines += ["", f"| kind | {' | '.join(_OF_A_KIND)} |", f"|-|{'-|' * len(_OF_A_KIND)}"]
        lines += [
            f"| {kind or 'none given'} | {' | '.join(_shown(name, of[name]) for name in _OF_A_KIND)} |"
            for kind, of in kinds.items()
        ]
    return "\n".join(lines)


def values(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The figures, those of each kind, and what became of each question, for JSON."""
    return {
        "figures": figures(outcomes),
        "kinds": dict(by_kind(outcomes)),
        "questions": [
            {
                "question": o.question.text,
                "kind": o.question.kind,
                "understood": o.answer.understood,
                "answerable": o.question.answerable,
                "refused": o.refused,
                "right": o.right,
                "confidence": o.answer.confidence,
                "value": o.answer.claims[0].value if o.answer.claims else None,
                "citations": [
                    {"document": c.document.path, "start": c.start, "end": c.end, "evidence": cited}
                    for c, cited in zip(o.answer.citations, o.cited, strict=True)
                ],
                "seconds": o.seconds,
            }
            for o in outcomes
        ],
    }


def canvas() -> Any:
    """What pictures are drawn on. Raises QuestionsError where matplotlib is missing."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise QuestionsError("the picture needs matplotlib: pip install matplotlib") from error
    return Figure


def picture(outcomes: Sequence[Outcome], path: Path) -> None:
    """What becomes of the questions of each kind, and how far the confidence can be trusted.

    Raises QuestionsError where matplotlib is missing or the file cannot be written.
    """
    drawing = canvas()(figsize=(11, 4.6), layout="constrained")
    left, right = drawing.subplots(1, 2)
    _kinds(left, outcomes)
    _reliability(right, [o for o in outcomes if o.question.answerable is not None])
    try:
        drawing.savefig(path, dpi=110)
    except (OSError, ValueError) as error:
        raise QuestionsError(f"{path}: the picture cannot be written ({error})") from error


def _kinds(axes: Any, outcomes: Sequence[Outcome]) -> None:
    known = [o for o in outcomes if o.question.answerable is not None]
    groups: dict[str, list[Outcome]] = {}
    for outcome in known:
        name = (outcome.question.kind or "any") if outcome.question.answerable else "unanswerable"
        groups.setdefault(name, []).append(outcome)
    names = sorted(groups, key=lambda name: (name == "unanswerable", name))[::-1]
    shares = {
        "right": [np.mean([_good(o) for o in groups[name]]) for name in names],
        "refused": [np.mean([o.refused and not _good(o) for o in groups[name]]) for name in names],
        "wrong": [np.mean([not o.refused and not _good(o) for o in groups[name]]) for name in names],
    }
    done = np.zeros(len(names))
    for (label, values), colour in zip(shares.items(), ("#2a9d8f", "#c9c4bb", "#d1495b"), strict=True):
        axes.barh([f"{n} ({len(groups[n])})" for n in names], values, left=done, label=label, color=colour)
        done += values
    axes.set(xlim=(0, 1), xlabel="share of the questions", title="What becomes of a question")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.08), ncols=3, frameon=False)


def _good(outcome: Outcome) -> bool:
    """A right answer that is shown, or a question rightly refused."""
    return outcome.refused if not outcome.question.answerable else outcome.right and not outcome.refused


def _reliability(axes: Any, outcomes: Sequence[Outcome]) -> None:
    p = np.array([o.answer.confidence for o in outcomes])
    right = np.array([o.right for o in outcomes], bool)
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    if len(p):
        of = bins(p)
        x, y = ([values[of == b].mean() for b in np.unique(of)] for values in (p, right))
        axes.plot(x, y, "o-", color="#2a9d8f")
        for a, b, n in zip(x, y, (np.sum(of == b) for b in np.unique(of)), strict=True):
            axes.annotate(str(n), (a, b), textcoords="offset points", xytext=(6, -10), fontsize=8)
    axes.set(
        xlabel="confidence", ylabel="first quote is evidence", title="Reliability (questions in each bin)"
    )


def _shown(name: str, value: float | None) -> str:
    if value is None:
        return ""
    return (
        f"{value:.0f}"
        if name == "questions"
        else f"{value:.2f}"
        if name.startswith("seconds")
        else f"{value:.3f}"
    )
