"""A base encoder + mined questions -> a trained question-answering network.

usage: python training/train.py RUN_FOLDER MINED.jsonl ... [--steps N]

RUN_FOLDER keeps the state: when it is started again with the same arguments, a run continues where it
stopped. There are two objectives. One is the start and end of the span among the tokens of the passage, with
[CLS] as "no answer here" (Devlin et al., 2019, section 4.3), with the likelihood summed over all given
answers. The other is that, in each pair of rows, the row with the answer scores above the row without, so
that passages can be compared (Clark and Gardner, "Simple and Effective Multi-Paragraph Reading
Comprehension", 2018). The word embeddings are not trained. Weights are computed in bf16, with an fp32 copy
for the optimizer (AdamW).
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
from edit import edit
from torch.nn import functional
from transformers import AutoModel

from qa.models.files import ModelFiles
from qa.models.reader import Row, Tokens

GROUPS = 16  # pairs of rows in a batch
RATE, WARM_UP, RANK_WEIGHT = 1.2e-4, 0.06, 0.5
SAVE_EVERY = 100
WIKIPEDIA = ("new_wiki", "squad")  # sets whose questions are seen three times: with two negatives and edited


@dataclass(frozen=True)
class Example:
    """A row and the places of its answers, as inclusive (start, end) indices; (0, 0) means no answer."""

    row: Row
    answers: list[tuple[int, int]]


Pair = tuple[Example, Example]  # one with an answer, one without


def example(
    tokens: Tokens, question: str, header: str, text: str, answers: Sequence[Sequence[int]]
) -> Example:
    """The first row that contains an answer, with all answers in it; the first row of all if none does."""
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


def training_pairs(paths: Sequence[Path], seed: int) -> list[Pair]:
    """All pairs of a run, in the order in which they are trained on; the same for the same seed."""
    choice = random.Random(seed)
    tokens = Tokens(ModelFiles().tokenizer)
    pairs: list[Pair] = []
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

        def make(
            q: dict[str, Any], passage: dict[str, Any], answers: list[list[int]], header: bool
        ) -> Example:
            title = passage["article"].replace("_", " ") if header else ""
            return example(tokens, q["question"], title, passage["text"], answers)

        for q in questions:
            passage = passages[q["passage"]]
            related = choice.sample(articles[passage["article"]], min(3, len(articles[passage["article"]])))
            if not q["answers"]:  # written to look answerable
                if candidates := answered.get(q["passage"]):
                    header = choice.random() < 0.5
                    other = choice.choice(candidates)
                    answerable = make(other, passage, other["answers"], header)
                    pairs.append((answerable, make(q, passage, [], header)))
                continue
            new = edit(q["question"], passage["text"], related, choice)
            negatives = sorted(q["negatives"], key=lambda _: choice.random())
            # m: a pair with a mined negative; e: a pair with the edited question
            kinds = "mem" if titled else "e" if new and choice.random() < 0.2 else "m"
            for kind in kinds:
                header = titled and choice.random() < 0.5
                positive = make(q, passage, q["answers"], header)
                if positive.answers == [(0, 0)]:
                    continue
                if kind == "e" and new:
                    pairs.append((positive, make({"question": new}, passage, [], header)))
                elif negatives:
                    pairs.append((positive, make(q, passages[negatives.pop()], [], header)))
    choice.shuffle(pairs)
    return pairs


def batch(rows: Sequence[Row]) -> dict[str, torch.Tensor]:
    """The inputs of the network for some rows, padded to the longest row: (rows, tokens) each."""
    length = max(len(row.ids) for row in rows)
    ids = torch.zeros(len(rows), length, dtype=torch.long)
    types, mask = torch.zeros_like(ids), torch.zeros_like(ids)
    for i, row in enumerate(rows):
        n = len(row.ids)
        ids[i, :n] = torch.tensor(row.ids)
        types[i, row.boundary : n] = 1
        mask[i, :n] = 1
    return {"input_ids": ids, "token_type_ids": types, "attention_mask": mask}


def batches(pairs: Sequence[Pair], seed: int) -> list[list[Pair]]:
    """Batches of pairs of similar length, in random order."""
    choice = random.Random(seed)
    grouped = []
    for start in range(0, len(pairs), GROUPS * 50):
        chunk = sorted(pairs[start : start + GROUPS * 50], key=lambda p: max(len(e.row.ids) for e in p))
        grouped += [chunk[i : i + GROUPS] for i in range(0, len(chunk), GROUPS)]
    choice.shuffle(grouped)
    return grouped


class Network(torch.nn.Module):
    """The base network with the head. Dropout is off, because one pass over the data does not overfit."""

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
    """The loss of a batch whose even rows have an answer and whose odd rows have none."""
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
    log_probabilities = masked.log_softmax(dim=1)
    starts = log_probabilities[..., 0].gather(1, targets[..., 0])
    ends = log_probabilities[..., 1].gather(1, targets[..., 1])
    likelihood = (starts + ends + padding).logsumexp(dim=1)
    spans = masked[:, 1:].logsumexp(dim=1).sum(dim=1) - masked[:, 0].sum(dim=1)
    ranked = functional.softplus(spans[1::2] - spans[0::2])
    return -likelihood.mean() + RANK_WEIGHT * ranked.mean()


def train(folder: Path, plan: Sequence[Sequence[Pair]], limit: int | None) -> None:
    """Train on the batches of a plan, continuing from the state in the folder if there is one."""
    torch.manual_seed(0)
    network = Network()
    master = [p.detach().clone() for p in network.parameters() if p.requires_grad]
    network = network.to(torch.bfloat16).train()
    weights = [p for p in network.parameters() if p.requires_grad]
    optimizer = _optimizer(master)
    total = len(plan)
    warm = max(1, int(total * WARM_UP))
    first, earlier_seconds = 0, 0.0
    state_path = folder / "state.pt"
    if state_path.exists():
        state = torch.load(state_path, weights_only=True)
        assert state["total"] == total, "the folder contains a run over other data"
        for p, saved in zip(master, state["master"], strict=True):
            p.copy_(saved)
        optimizer.load_state_dict(state["optimizer"])
        first, earlier_seconds = state["step"], state["seconds"]
    _copy(master, weights)
    started = time.perf_counter() - earlier_seconds
    losses: list[float] = []
    stop = min(total, limit or total)
    for step in range(first, stop):
        examples = [e for pair in plan[step] for e in pair]
        value = loss(network(**batch([e.row for e in examples])), examples)
        torch.autograd.backward(value)
        _move_gradients(weights, master)
        torch.nn.utils.clip_grad_norm_(master, 1.0)
        rate = RATE * min((step + 1) / warm, (total - step) / (total - warm))
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.step()
        _copy(master, weights)
        losses.append(value.item())
        if (step + 1) % SAVE_EVERY == 0 or step + 1 == stop:
            seconds = time.perf_counter() - started
            mean = sum(losses) / len(losses)
            print(f"step {step + 1}/{total} loss {mean:.3f} {seconds:.0f} s", flush=True)
            losses.clear()
            state = {"total": total, "step": step + 1, "seconds": seconds, "master": master}
            _save(state | {"optimizer": optimizer.state_dict()}, state_path)
    trained = Network()  # a new one, because the word embeddings of the other have been through bf16
    _copy(master, [p for p in trained.parameters() if p.requires_grad])
    _save(trained.state_dict(), folder / "network.pt")


def _optimizer(parameters: Sequence[torch.Tensor]) -> torch.optim.AdamW:
    """AdamW with weight decay on matrices only."""
    matrices = [p for p in parameters if p.dim() > 1]
    vectors = [p for p in parameters if p.dim() == 1]
    groups = [{"params": matrices, "weight_decay": 0.01}, {"params": vectors, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=RATE, fused=True)


def _move_gradients(weights: Sequence[torch.Tensor], master: Sequence[torch.Tensor]) -> None:
    """Move the gradients of the bf16 weights to their fp32 copies."""
    for p, w in zip(master, weights, strict=True):
        assert w.grad is not None
        p.grad = w.grad.float()
        w.grad = None


def _copy(source: Sequence[torch.Tensor], target: Sequence[torch.Tensor]) -> None:
    with torch.no_grad():
        for p, w in zip(source, target, strict=True):
            w.copy_(p)


def _save(value: Any, path: Path) -> None:
    """Save a file as a whole or not at all."""
    partial = path.with_suffix(".partial")
    torch.save(value, partial)
    partial.replace(path)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("mined", nargs="+", type=Path)
    parser.add_argument("--steps", type=int, help="stop after this many steps")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    pairs = training_pairs(options.mined, options.seed)
    plan = batches(pairs, options.seed)
    edited = sum(a.row.ids[: a.row.boundary] != b.row.ids[: b.row.boundary] for a, b in pairs)
    length = sum(len(e.row.ids) for pair in pairs for e in pair) / 2 / len(pairs)
    print(
        f"{len(pairs)} pairs, {edited} with an edited question, {length:.0f} tokens per row,"
        f" {len(plan)} steps"
    )
    train(options.folder, plan, options.steps)


if __name__ == "__main__":
    main()
