"""A trained network -> how well it reads the articles held aside, for choosing between runs.

usage: python training/evaluate.py NETWORK.pt MINED.jsonl [--base FOLDER] [--limit N] [--sets BEGINNING ...]

Each question about an article held aside is read with its own passage, and with the nearest passage that
lacks its answer. Prints for each family of sets:

- the F1 of the best span, in the right passage and in the one of the two that scores higher;
- the word F1 of the evidence: of the words that the network marks, and of the whole sentence with the best
  span, against those that people marked;
- the AUROC of the margin over "no answer here": right passages against the other ones, and against the same
  passages with questions that people wrote to look answerable ("written");
- the best F1 over all thresholds when these count too, as in SQuAD 2.0.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from examples import Example, Groups, example
from network import Network
from sets import Answered
from sklearn.metrics import roc_auc_score

from qa.evaluation.measures import f1
from qa.models.files import ModelFiles
from qa.models.reading import EVIDENCE, INSIDE, Logits, best_span, sentence_evidence
from qa.models.rows import Tokens
from qa.types import Span

_AT_ONCE = 32  # rows


@dataclass(frozen=True)
class Read:
    """What the network made of one row: its best span, that span's margin, and what it marks as evidence."""

    margin: float
    answered: float
    answer: str
    span: Span
    evidence: list[Span]


def read(network: Network, made: Sequence[Example], texts: Sequence[str]) -> Iterator[Read]:
    """The readings of some rows, in their order."""
    order = sorted(range(len(made)), key=lambda i: len(made[i].row.ids))
    results: dict[int, Read] = {}
    for start in range(0, len(order), _AT_ONCE):
        indices = order[start : start + _AT_ONCE]
        with torch.inference_mode():
            logits = network(**network.batch([made[i].row for i in indices])).cpu().numpy()
        for i, values in zip(indices, logits, strict=True):
            span, score, null = best_span(made[i].row, values)
            answered = float(values[0, EVIDENCE])
            marked = _marked(made[i], values, span)
            results[i] = Read(score - null, answered, texts[i][slice(*span)], span, marked)
    yield from (results[i] for i in range(len(made)))


def _marked(made: Example, logits: Logits, best: Span) -> list[Span]:
    """The sentences that are evidence if sentences were marked, else the best span and all tokens inside."""
    if made.inside is not None:
        first = made.row.text_start
        inside = [o for i, o in enumerate(made.row.offsets) if logits[first + i, INSIDE] > 0]
        return [best, *inside]
    means = [sentence_evidence(logits[first : last + 1]) for first, last, _ in made.sentences or ()]
    least = min(0.0, max(means, default=0.0))
    return [
        (made.row.offsets[first - made.row.text_start][0], made.row.offsets[last - made.row.text_start][1])
        for mean, (first, last, _) in zip(means, made.sentences or (), strict=True)
        if mean >= least
    ]


def word_f1(text: str, found: Iterable[Sequence[int]], marked: Iterable[Sequence[int]]) -> float:
    """The F1 of the words of a text that some spans touch, against those that others touch."""
    words = [match.span() for match in re.finditer(r"\S+", text)]
    a, b = (
        {i for i, (x, y) in enumerate(words) if any(x < end and start < y for start, end in spans)}
        for spans in (list(found), list(marked))
    )
    return 2 * len(a & b) / (len(a) + len(b)) if a or b else 0.0


def row(network: Network, tokens: Tokens, groups: Groups, family: str, limit: int) -> str | None:
    """The row of the table for one family of sets; None if nothing of it is held aside."""
    aside = [q for q in groups.held_aside if groups.passages[q["passage"]]["set"].startswith(family)]
    choice = random.Random(1)
    asked = [q for q in aside if q["answered"] in (Answered.SPAN, Answered.PARTS, Answered.SENTENCES)]
    written = [q for q in aside if q["answered"] == Answered.NOT]
    asked, written = (choice.sample(qs, min(limit, len(qs))) for qs in (asked, written))
    if not asked:
        return None
    nothing = {"answered": Answered.NOT, "spans": []}
    others = [q | nothing | {"passage": q["negatives"][0]} for q in asked if q["negatives"]]
    everything = [*asked, *others, *written]
    made = [example(tokens, groups.passages[q["passage"]], q, False) for q in everything]
    texts = [groups.passages[q["passage"]]["text"] for q in everything]
    reads = list(read(network, made, texts))
    own, rest = reads[: len(asked)], reads[len(asked) :]
    other, human = rest[: len(others)], rest[len(others) :]
    rivals = iter(other)
    scores, any_scores, marks, sentence_marks = [], [], [], []
    for q, text, e, r in zip(asked, texts, made, own, strict=False):
        rival = next(rivals) if q["negatives"] else None
        if q["answered"] != Answered.SENTENCES:
            answers = [text[a:b] for a, b in q["spans"]]
            scores.append(f1(r.answer, answers))
            any_scores.append(f1(rival.answer, answers) if rival and rival.margin > r.margin else scores[-1])
        if e.inside is not None or e.sentences:
            offsets, start = e.row.offsets, e.row.text_start
            wanted = q["spans"] if e.inside is None else [
                (offsets[a - start][0], offsets[b - start][1]) for a, b in e.inside
            ]  # fmt: skip
            sentences = [s for s in groups.passages[q["passage"]]["sentences"] if s[0] <= r.span[0] < s[1]]
            marks.append(word_f1(text, r.evidence, wanted))
            sentence_marks.append(word_f1(text, sentences, wanted))
    figures = [
        np.mean(scores) if scores else np.nan,
        np.mean(any_scores) if scores else np.nan,
        np.mean(marks),
        np.mean(sentence_marks),
        _auroc([r.margin for r in own], [r.margin for r in other]),
        _auroc([r.margin for r in own], [r.margin for r in human]),
        _auroc([r.answered for r in own], [r.answered for r in human]),
        _best_f1(scores, [r.margin for r in own], [r.margin for r in human]) if scores and human else np.nan,
    ]
    values = " | ".join("" if np.isnan(value) else f"{value:.3f}" for value in figures)
    return f"| {family} | {len(asked)} | {len(written)} | {values} |"


def _auroc(high: Sequence[float], low: Sequence[float]) -> float:
    return float(roc_auc_score([1] * len(high) + [0] * len(low), [*high, *low])) if high and low else np.nan


def _best_f1(scores: Sequence[float], right: Sequence[float], wrong: Sequence[float]) -> float:
    """The mean of F1 over both kinds, where a margin below the best threshold is "no answer"."""
    thresholds = sorted([*right, *wrong])
    values = [
        sum(s for s, m in zip(scores, right, strict=False) if m >= t) + sum(m < t for m in wrong)
        for t in thresholds
    ]
    return max(values) / (len(right) + len(wrong))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("network", type=Path)
    parser.add_argument("mined", type=Path)
    parser.add_argument("--base", type=Path)
    parser.add_argument("--limit", type=int, default=300)
    parser.add_argument("--sets", nargs="+", help="beginnings of names; all sets if not given")
    options = parser.parse_args()
    base = options.base or ModelFiles().folder
    network = Network(base)
    network.load_state_dict(torch.load(options.network, weights_only=True))
    network = network.to(torch.bfloat16).eval()
    tokens = Tokens(ModelFiles(str(base)).tokenizer)
    groups = Groups(options.mined)
    families = options.sets or sorted({p["set"] for p in groups.passages})
    print("| set | questions | written | F1 right passage | F1 either | evidence F1 | of the whole sentence"
          " | AUROC other passages | written | by `answered` | best F1 with written |")  # fmt: skip
    print("|-|-|-|-|-|-|-|-|-|-|-|")
    for family in families:
        if line := row(network, tokens, groups, family, options.limit):
            print(line, flush=True)


if __name__ == "__main__":
    main()
