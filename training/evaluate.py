"""A trained network -> how well it reads the articles held aside, for choosing between runs.

usage: python training/evaluate.py RUN_FOLDER MINED.jsonl ... [--limit N]

Each question about an article held aside is read with its own passage and with its mined negatives. Prints
for each set the F1 of the best span in the right passage and in the passage that scores highest, how often
that passage is the right one, and the AUROC of the margin: of the right passage against the best of the
negatives, and against the right passage with an edited question.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from edit import edit
from sklearn.metrics import roc_auc_score
from train import Network, batch

from qa.evaluation.measures import f1
from qa.models.files import ModelFiles
from qa.models.reader import Tokens, best_span


def read(network: Network, tokens: Tokens, pairs: Sequence[tuple[str, str]]) -> list[tuple[float, str]]:
    """The margin and the answer for each pair of a question and a passage (its first window)."""
    rows = [tokens.rows(question, "", text)[0] for question, text in pairs]
    order = sorted(range(len(rows)), key=lambda i: len(rows[i].ids))
    results: dict[int, tuple[float, str]] = {}
    for start in range(0, len(order), 64):
        indices = order[start : start + 64]
        with torch.inference_mode():
            logits = network(**batch([rows[i] for i in indices])).numpy()
        for i, row in zip(indices, logits, strict=True):
            (a, b), score, null = best_span(rows[i], row)
            results[i] = score - null, pairs[i][1][a:b]
    return [results[i] for i in range(len(rows))]


def row(network: Network, tokens: Tokens, path: Path, limit: int) -> str:
    """The row of the table for one mined set."""
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    passages = [line for line in lines if "text" in line]
    aside = [q for q in lines if "question" in q and passages[q["passage"]]["held_aside"] and q["answers"]]
    choice = random.Random(1)
    picked = choice.sample(aside, min(limit, len(aside)))
    f1_right, f1_top, right_on_top = [], [], []
    right_margins, negative_margins, edit_margins = [], [], []
    for q in picked:
        right = passages[q["passage"]]["text"]
        answers = [right[a:b] for a, b in q["answers"]]
        texts = [right, *(passages[i]["text"] for i in q["negatives"])]
        pairs = [(q["question"], text) for text in texts]
        new = edit(q["question"], right, texts[1:3], choice)
        results = read(network, tokens, [*pairs, (new, right)] if new else pairs)
        if new:
            edit_margins.append(results.pop()[0])
        top = max(range(len(results)), key=lambda i: results[i][0])
        f1_right.append(f1(results[0][1], answers))
        f1_top.append(f1(results[top][1], answers))
        right_on_top.append(top == 0)
        right_margins.append(results[0][0])
        if len(results) > 1:
            negative_margins.append(max(margin for margin, _ in results[1:]))
    aurocs = [
        roc_auc_score([1] * len(right_margins) + [0] * len(other_margins), [*right_margins, *other_margins])
        if other_margins
        else np.nan
        for other_margins in (negative_margins, edit_margins)
    ]
    return (
        f"| {path.stem} | {len(picked)} | {np.mean(f1_right):.3f} | {np.mean(f1_top):.3f}"
        f" | {np.mean(right_on_top):.3f} | {aurocs[0]:.3f} | {aurocs[1]:.3f} |"
    )


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
        print(row(network, tokens, path, options.limit), flush=True)


if __name__ == "__main__":
    main()
