"""How good a trained network is on what was held aside: to choose between runs.

usage: python training/evaluate.py RUN_FOLDER MINED.jsonl ... [--limit N]

For each question of the held-aside articles its own passage and its mined negatives are read. Prints for
each set: F1 of the best span in the right passage, and in whichever passage scores highest; how often
that is the right one; and the AUROC of the margin, the right passage against the best of the negatives,
and against the right passage with an edited question.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from edit import edited
from sklearn.metrics import roc_auc_score
from train import Network, batch

from qa.evaluation.measures import f1
from qa.models.files import ModelFiles
from qa.models.reader import Tokens, best_span


def read(network: Network, tokens: Tokens, asked: Sequence[tuple[str, str]]) -> list[tuple[float, str]]:
    """Margin and answer for pairs of question and passage (of one window each)."""
    rows = [tokens.rows(question, "", text)[0] for question, text in asked]
    order = sorted(range(len(rows)), key=lambda i: len(rows[i].ids))
    found: dict[int, tuple[float, str]] = {}
    for start in range(0, len(order), 64):
        some = order[start : start + 64]
        with torch.inference_mode():
            logits = network(**batch([rows[i] for i in some])).numpy()
        for i, row in zip(some, logits, strict=True):
            (a, b), score, null = best_span(rows[i], row)
            found[i] = score - null, asked[i][1][a:b]
    return [found[i] for i in range(len(rows))]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("mined", nargs="+", type=Path)
    parser.add_argument("--limit", type=int, default=400)
    options = parser.parse_args()
    network = Network()
    network.load_state_dict(torch.load(options.folder / "network.pt", weights_only=True))
    network = network.to(torch.bfloat16).eval()
    tokens = Tokens(ModelFiles().tokenizer)
    print("| set | questions | F1 right passage | F1 any | right passage first | AUROC negatives | edited |")
    print("|-|-|-|-|-|-|-|")
    for path in options.mined:
        lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        passages = [line for line in lines if "text" in line]
        aside = [
            q for q in lines if "question" in q and passages[q["passage"]]["held_aside"] and q["answers"]
        ]
        choice = random.Random(1)
        picked = choice.sample(aside, min(options.limit, len(aside)))
        right, first, given, best, wrong, other, edits = [], [], [], [], [], [], []
        for q in picked:
            own = passages[q["passage"]]["text"]
            wanted = [own[a:b] for a, b in q["answers"]]
            texts = [own, *(passages[i]["text"] for i in q["negatives"])]
            asked = [(q["question"], text) for text in texts]
            new = edited(q["question"], own, texts[1:3], choice)
            margins = read(network, tokens, [*asked, (new, own)] if new else asked)
            if new:
                edits.append(margins.pop()[0])
            top = max(range(len(margins)), key=lambda i: margins[i][0])
            given.append(f1(margins[0][1], wanted))
            best.append(f1(margins[top][1], wanted))
            first.append(top == 0)
            right.append(margins[0][0])
            if len(margins) > 1:
                wrong.append(max(m for m, _ in margins[1:]))
        other = [
            roc_auc_score([1] * len(right) + [0] * len(no), [*right, *no]) if no else np.nan
            for no in (wrong, edits)
        ]
        print(
            f"| {path.stem} | {len(picked)} | {np.mean(given):.3f} | {np.mean(best):.3f}"
            f" | {np.mean(first):.3f} | {other[0]:.3f} | {other[1]:.3f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
