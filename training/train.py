"""The training loop: a base encoder becomes a question-answering model.

usage: python training/train.py RUN_FOLDER MINED.jsonl ... [--steps N]

RUN_FOLDER keeps the state: started again with the same arguments, a run goes on where it was stopped.
What is trained: the span's start and end over the word pieces of the passage, with [CLS] as "no answer
here" (Devlin et al., 2019, section 4.3), the likelihood summed over all given answers; and, for each
pair of rows, that the one with the answer scores above the one without (so that passages can be compared:
Clark and Gardner, "Simple and Effective Multi-Paragraph Reading Comprehension", 2018). The word
embeddings stay as they are. Weights are computed in bf16 with an fp32 copy for the optimizer (AdamW).
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from edit import edited
from torch.nn import functional
from transformers import AutoModel

from qa.models.files import ModelFiles
from qa.models.reader import Row, Tokens

GROUPS = 16  # pairs of rows in a batch
RATE, WARM_UP, RANK_WEIGHT = 1.2e-4, 0.06, 0.5
SAVE_EVERY = 100
WIKIPEDIA = ("new_wiki", "squad")  # sets that are seen twice more, with edited questions


@dataclass(frozen=True)
class Example:
    """A row and where its answers are in it, as (start, end) indices, both inclusive; (0, 0) is none."""

    row: Row
    answers: list[tuple[int, int]]


Pair = tuple[Example, Example]  # one with an answer, one without


def example(
    tokens: Tokens, question: str, header: str, text: str, answers: Sequence[Sequence[int]]
) -> Example:
    """The row that holds the first answer, with all answers in it; the first row where there is none."""
    rows = tokens.rows(question, header, text)
    for row in rows:
        places = []
        for start, end in answers:
            inside = [i for i, (a, b) in enumerate(row.offsets) if a < end and start < b]
            if inside and row.offsets[inside[0]][0] <= start and row.offsets[inside[-1]][1] >= end:
                places.append((row.text_start + inside[0], row.text_start + inside[-1]))
        if places:
            return Example(row, places)
    return Example(rows[0], [(0, 0)])


def pairs(paths: Sequence[Path], seed: int) -> list[Pair]:
    """All pairs of a run, in the order they are trained in; the same for the same seed."""
    choice = random.Random(seed)
    tokens = Tokens(ModelFiles().tokenizer)
    found: list[Pair] = []
    for path in paths:
        lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        passages = [line for line in lines if "text" in line]
        articles: dict[str, list[str]] = {}
        for passage in passages:
            articles.setdefault(passage["article"], []).append(passage["text"])
        questions = [q for q in lines if "question" in q and not passages[q["passage"]]["held_aside"]]
        answered: dict[int, list[dict[str, Any]]] = {}
        for q in questions:
            if q["answers"]:
                answered.setdefault(q["passage"], []).append(q)
        titled = path.stem.startswith(WIKIPEDIA)

        def made(q: dict[str, Any], text: dict[str, Any], answers: list[list[int]], header: bool) -> Example:
            title = text["article"].replace("_", " ") if header else ""
            return example(tokens, q["question"], title, text["text"], answers)

        for q in questions:
            own = passages[q["passage"]]
            near = choice.sample(articles[own["article"]], min(3, len(articles[own["article"]])))
            if not q["answers"]:  # written to look answerable
                other = answered.get(q["passage"])
                if other:
                    header = choice.random() < 0.5
                    o = choice.choice(other)
                    found.append((made(o, own, o["answers"], header), made(q, own, [], header)))
                continue
            new = edited(q["question"], own["text"], near, choice)
            negatives = sorted(q["negatives"], key=lambda _: choice.random())
            kinds = "mem" if titled else "e" if new and choice.random() < 0.2 else "m"
            for kind in kinds:
                header = titled and choice.random() < 0.5
                positive = made(q, own, q["answers"], header)
                if positive.answers == [(0, 0)]:
                    continue
                if kind == "e" and new:
                    found.append((positive, made({"question": new}, own, [], header)))
                elif negatives:
                    found.append((positive, made(q, passages[negatives.pop()], [], header)))
    choice.shuffle(found)
    return found


def batch(rows: Sequence[Row]) -> dict[str, torch.Tensor]:
    """Rows as the network takes them, padded to the longest: (rows, word pieces) each."""
    length = max(len(row.ids) for row in rows)
    ids = torch.zeros(len(rows), length, dtype=torch.long)
    types, mask = torch.zeros_like(ids), torch.zeros_like(ids)
    for i, row in enumerate(rows):
        n = len(row.ids)
        ids[i, :n] = torch.tensor(row.ids)
        types[i, row.boundary : n] = 1
        mask[i, :n] = 1
    return {"input_ids": ids, "token_type_ids": types, "attention_mask": mask}


def batches(found: Sequence[Pair], seed: int) -> list[list[Pair]]:
    """Batches of pairs of about the same length, in random order."""
    choice = random.Random(seed)
    grouped = []
    for start in range(0, len(found), GROUPS * 50):
        some = sorted(found[start : start + GROUPS * 50], key=lambda p: max(len(e.row.ids) for e in p))
        grouped += [some[i : i + GROUPS] for i in range(0, len(some), GROUPS)]
    choice.shuffle(grouped)
    return grouped


class Network(torch.nn.Module):
    """The base's network with the head; dropout is off, since one pass over the data does not overfit."""

    def __init__(self) -> None:
        super().__init__()
        self.bert = AutoModel.from_pretrained(
            str(ModelFiles().folder), attn_implementation="eager", add_pooling_layer=False
        )
        self.head = torch.nn.Linear(self.bert.config.hidden_size, 2)
        torch.nn.init.normal_(self.head.weight, std=0.02)
        torch.nn.init.zeros_(self.head.bias)
        self.bert.embeddings.word_embeddings.weight.requires_grad_(False)
        for module in self.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0

    def forward(self, **inputs: torch.Tensor) -> torch.Tensor:
        hidden = self.bert(**inputs).last_hidden_state
        logits: torch.Tensor = self.head(hidden).float()
        return logits


def loss(logits: torch.Tensor, examples: Sequence[Example]) -> torch.Tensor:
    """Of a batch whose even rows have an answer and whose odd ones have none."""
    allowed = torch.zeros(logits.shape[:2], dtype=torch.bool)
    most = max(len(e.answers) for e in examples)
    targets = torch.zeros(len(examples), most, 2, dtype=torch.long)
    padding = torch.full((len(examples), most), -torch.inf)
    for i, e in enumerate(examples):
        allowed[i, 0] = True
        allowed[i, e.row.text_start : e.row.text_start + len(e.row.offsets)] = True
        targets[i, : len(e.answers)] = torch.tensor(e.answers)
        padding[i, : len(e.answers)] = 0.0
    masked = logits.masked_fill(~allowed[..., None], -1e4)
    chances = masked.log_softmax(dim=1)
    starts = chances[..., 0].gather(1, targets[..., 0])
    ends = chances[..., 1].gather(1, targets[..., 1])
    likelihood = (starts + ends + padding).logsumexp(dim=1)
    spans = masked[:, 1:].logsumexp(dim=1).sum(dim=1) - masked[:, 0].sum(dim=1)
    ranked = functional.softplus(spans[1::2] - spans[0::2])
    return -likelihood.mean() + RANK_WEIGHT * ranked.mean()


def train(folder: Path, plan: Sequence[Sequence[Pair]], limit: int | None) -> None:
    """Train on the batches of a plan, going on from the state in the folder if there is one."""
    torch.manual_seed(0)
    network = Network()
    master = [p.detach().clone() for p in network.parameters() if p.requires_grad]
    network = network.to(torch.bfloat16).train()
    weights = [p for p in network.parameters() if p.requires_grad]
    decayed = [p for p in master if p.dim() > 1]
    plain = [p for p in master if p.dim() == 1]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}],
        lr=RATE,
        fused=True,
    )
    total = len(plan)
    warm = max(1, int(total * WARM_UP))
    first, spent = 0, 0.0
    state_path = folder / "state.pt"
    if state_path.exists():
        state = torch.load(state_path, weights_only=True)
        assert state["total"] == total, "the folder holds a run over other data"
        for p, saved in zip(master, state["master"], strict=True):
            p.copy_(saved)
        optimizer.load_state_dict(state["optimizer"])
        first, spent = state["step"], state["seconds"]
    _copy(master, weights)
    begun = time.perf_counter() - spent
    losses: list[float] = []
    stop = min(total, limit or total)
    for step in range(first, stop):
        examples = [e for pair in plan[step] for e in pair]
        value = loss(network(**batch([e.row for e in examples])), examples)
        torch.autograd.backward(value)
        for p, w in zip(master, weights, strict=True):
            assert w.grad is not None
            p.grad = w.grad.float()
            w.grad = None
        torch.nn.utils.clip_grad_norm_(master, 1.0)
        rate = RATE * min((step + 1) / warm, (total - step) / (total - warm))
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.step()
        _copy(master, weights)
        losses.append(value.item())
        if (step + 1) % SAVE_EVERY == 0 or step + 1 == stop:
            seconds = time.perf_counter() - begun
            mean = sum(losses) / len(losses)
            print(f"step {step + 1}/{total} loss {mean:.3f} {seconds:.0f} s", flush=True)
            losses.clear()
            _save(
                {
                    "total": total,
                    "step": step + 1,
                    "seconds": seconds,
                    "master": master,
                    "optimizer": optimizer.state_dict(),
                },
                state_path,
            )
    trained = Network()  # a fresh one: the other's word embeddings have been through bf16
    _copy(master, [p for p in trained.parameters() if p.requires_grad])
    _save(trained.state_dict(), folder / "network.pt")


def _copy(source: Sequence[torch.Tensor], target: Sequence[torch.Tensor]) -> None:
    with torch.no_grad():
        for p, w in zip(source, target, strict=True):
            w.copy_(p)


def _save(value: Any, path: Path) -> None:
    """Whole or not at all."""
    partial = path.with_suffix(".partial")
    torch.save(value, partial)
    partial.replace(path)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("mined", nargs="+", type=Path)
    parser.add_argument("--steps", type=int, help="stop after so many steps")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    found = pairs(options.mined, options.seed)
    plan = batches(found, options.seed)
    without = sum(1 for p in found if p[0].row.ids[: p[0].row.boundary] != p[1].row.ids[: p[1].row.boundary])
    length = sum(len(e.row.ids) for p in found for e in p) / 2 / len(found)
    print(
        f"{len(found)} pairs, {without} with an edited question, {length:.0f} word pieces a row,"
        f" {len(plan)} steps"
    )
    train(options.folder, plan, options.steps)


if __name__ == "__main__":
    main()
