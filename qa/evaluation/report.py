"""The outcomes of an evaluation -> a table for the terminal, plain values for JSON, and a picture."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from qa.answers.wording import confidence
from qa.errors import QuestionsError
from qa.evaluation.measures import Outcome, bins, by_kind, f1, figures
from qa.search.confidence import LIKELY
from qa.text import one_line, plural
from qa.types import Layout

_QUOTED = 160  # characters of a quote
_WAYS = 2  # of answering a question, that are listed
_PER_KIND = (
    "questions",
    "right",
    "F1",
    "citation precision",
    "citation recall",
    "falsely refused",
    "refusal recall",
)


def table(outcomes: Sequence[Outcome]) -> str:
    """All figures, then the main figures of each kind of question, as Markdown tables."""
    lines = ["| figure | value |", "|-|-|"]
    lines += [
        f"| {name} | {_format(name, value)} |"
        for name, value in figures(outcomes).items()
        if value is not None
    ]
    kinds = by_kind(outcomes)
    if len(kinds) > 1:
        lines += ["", f"| kind | {' | '.join(_PER_KIND)} |", f"|-|{'-|' * len(_PER_KIND)}"]
        lines += [
            f"| {kind or 'none given'} | {' | '.join(_format(name, values[name]) for name in _PER_KIND)} |"
            for kind, values in kinds.items()
        ]
    lines += ["", *_in_words(outcomes)]
    return "\n".join(lines)


def _in_words(outcomes: Sequence[Outcome]) -> list[str]:
    """How often what is said of an answer is true: its confidence in words, and its headline.

    Of an overview neither is said.
    """
    lines = ["| in words | answers | right | headlines | right |", "|-|-|-|-|-|"]
    known = [o for o in outcomes if not o.refused and o.question.answerable is not None]
    shown = [o for o in known if o.answer.layout is Layout.CLAIMS]
    for words in dict.fromkeys(confidence(p)[1] for p in (1.0, LIKELY, 0.0)):
        said = [o for o in shown if confidence(o.answer.confidence)[1] == words]
        bold = [o for o in said if o.answer.claims[0].is_short and _has_known_value(o)]
        fitting = [o for o in bold if o.question.answerable and _value_is_right(o)]
        cells = (_share(sum(o.right for o in said), len(said)), _share(len(fitting), len(bold)))
        lines.append(f"| {words} | {' | '.join(cells)} |")
    return lines


def failures(outcomes: Sequence[Outcome], listed: bool) -> list[str]:
    """Lines about the questions that were not answered as they should be: what was given, what was wanted.

    Unless they are to be `listed`, their number is said: a set that is kept aside for reporting should not
    show single questions to somebody who has not asked to see them.
    """
    judged = [o for o in outcomes if o.question.answerable is not None]
    failed = [o for o in judged if not _is_good(o)]
    head = f"{len(failed)} of {plural(len(judged), 'question')} failed"
    if not failed or not listed:
        return [f"{head}. List them with --failed" if failed else head, ""]
    lines = [f"{head}:", ""]
    for o in failed:
        kind = f" ({o.question.kind})" if o.question.kind else ""
        lines += [
            f"{one_line(o.question.text)}{kind}",
            f"  given   {_given(o)}",
            f"  wanted  {_wanted(o)}",
            "",
        ]
    return lines


def _given(outcome: Outcome) -> str:
    """The first quote, also of what was refused: it may be the right one, held for too unlikely."""
    confidence = f"confidence {outcome.answer.confidence:.2f}"
    if not outcome.answer.claims:
        return f"refused ({confidence})"
    first = outcome.answer.claims[0].citations[0]
    quote = f"“{_shortened(first.quote)}” ({first.document.path}, {confidence})"
    return f"refused; the best was {quote}" if outcome.refused else quote


def _wanted(outcome: Outcome) -> str:
    question = outcome.question
    if not question.answerable:
        return f"a refusal ({question.why})" if question.why else "a refusal"
    pieces = [f"“{_shortened(' … '.join(p.contains))}” ({p.document})" for p in question.evidence]
    ways = list(dict.fromkeys(pieces)) or [*question.answers]
    more = ["…"] if len(ways) > _WAYS else []
    return " or ".join([*ways[:_WAYS], *more])


def _shortened(text: str) -> str:
    return textwrap.shorten(one_line(text), _QUOTED, placeholder=" …")


def _has_known_value(outcome: Outcome) -> bool:
    """True if it can be told whether a headline is right: it is known, or known that there is none."""
    return bool(outcome.question.answers) or not outcome.question.answerable


def _value_is_right(outcome: Outcome) -> bool:
    """True if at least half of the words of a headline and of an accepted answer are the same."""
    return f1(outcome.answer.claims[0].value, outcome.question.answers) >= 0.5


def _share(some: int, of: int) -> str:
    return f"{of} | {some / of:.3f}" if of else "0 | "


def values(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """All figures, the figures of each kind, and the outcome of each question, ready for JSON."""
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
                    {"document": c.document.path, "start": c.start, "end": c.end, "evidence": evidence}
                    for c, evidence in zip(o.answer.citations, o.quotes_are_evidence, strict=True)
                ],
                "seconds": o.seconds,
            }
            for o in outcomes
        ],
    }


def figure_class() -> Any:
    """The class of matplotlib that pictures are drawn with. Raises QuestionsError if it is not installed."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise QuestionsError("the picture needs matplotlib. Run pip install matplotlib") from error
    return Figure


def picture(outcomes: Sequence[Outcome], path: Path) -> None:
    """Draw the outcomes of each kind of question, and how far the confidence can be trusted.

    Raises QuestionsError if matplotlib is missing or the file cannot be written.
    """
    drawing = figure_class()(figsize=(11, 4.6), layout="constrained")
    left, right = drawing.subplots(1, 2)
    _draw_kinds(left, outcomes)
    _draw_reliability(right, [o for o in outcomes if o.question.answerable is not None])
    try:
        drawing.savefig(path, dpi=110)
    except (OSError, ValueError) as error:
        raise QuestionsError(f"cannot write the picture {path} ({error})") from error


def _draw_kinds(axes: Any, outcomes: Sequence[Outcome]) -> None:
    judged = [o for o in outcomes if o.question.answerable is not None]
    groups: dict[str, list[Outcome]] = {}
    for outcome in judged:
        name = (outcome.question.kind or "any") if outcome.question.answerable else "unanswerable"
        groups.setdefault(name, []).append(outcome)
    names = sorted(groups, key=lambda name: (name == "unanswerable", name))[::-1]
    shares = {
        "right": [np.mean([_is_good(o) for o in groups[name]]) for name in names],
        "refused": [np.mean([o.refused and not _is_good(o) for o in groups[name]]) for name in names],
        "wrong": [np.mean([not o.refused and not _is_good(o) for o in groups[name]]) for name in names],
    }
    done = np.zeros(len(names))
    for (label, values), colour in zip(shares.items(), ("#2a9d8f", "#c9c4bb", "#d1495b"), strict=True):
        axes.barh([f"{n} ({len(groups[n])})" for n in names], values, left=done, label=label, color=colour)
        done += values
    axes.set(xlim=(0, 1), xlabel="share of the questions", title="What becomes of a question")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.08), ncols=3, frameon=False)


def _is_good(outcome: Outcome) -> bool:
    """True if a right answer is shown, or an unanswerable question is refused."""
    return outcome.refused if not outcome.question.answerable else outcome.right and not outcome.refused


def _draw_reliability(axes: Any, outcomes: Sequence[Outcome]) -> None:
    p = np.array([o.answer.confidence for o in outcomes])
    right = np.array([o.right for o in outcomes], bool)
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    if len(p):
        numbers = bins(p)
        in_bins = [numbers == number for number in np.unique(numbers)]
        x, y = ([values[in_bin].mean() for in_bin in in_bins] for values in (p, right))
        axes.plot(x, y, "o-", color="#2a9d8f")
        for a, b, count in zip(x, y, map(np.sum, in_bins), strict=True):
            axes.annotate(str(count), (a, b), textcoords="offset points", xytext=(6, -10), fontsize=8)
    axes.set(
        xlabel="confidence", ylabel="first quote is evidence", title="Reliability (questions in each bin)"
    )


def _format(name: str, value: float | None) -> str:
    if value is None:
        return ""
    return (
        f"{value:.0f}"
        if name == "questions"
        else f"{value:.2f}"
        if name.startswith("seconds")
        else f"{value:.3f}"
    )
