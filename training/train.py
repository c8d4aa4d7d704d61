"""A base + mined questions -> a trained question-answering network.

usage: python training/train.py RUN_FOLDER MINED.jsonl [--base FOLDER] [--frozen N] [--rate R]
           [--start FILE [--order N]] (--rows N | --cool N [--packed])

`--rows N` goes on at a constant rate until N rows have been seen, and keeps the state in RUN_FOLDER: a run
that was stopped continues where it stopped. `--cool N` trains on N further rows with a rate that falls to
zero, writes RUN_FOLDER/network.pt, and leaves the state as it is, so that a longer run needs no new beginning
(Hu et al., "MiniCPM", 2024, section 4). `--packed` computes with weights as they are when they are packed
(qa/models/packed.py), gradients passing the rounding unchanged, so that packing loses nothing (Bengio et al.,
"Estimating or Propagating Gradients Through Stochastic Neurons", 2013). `--start` begins with the weights of
a packed file, as the package's; with another `--order` the rows are not those that it has seen first. Weights
are computed in bf16 where that is fast, with an fp32 copy for the optimizer (AdamW). A GPU is used if there
is one.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from examples import Example, Groups
from network import Network, loss, packed_bits

from qa.models.files import ModelFiles
from qa.models.linear import fastest_dtype
from qa.models.mpnet import bert_name
from qa.models.packed import PackedFile, rounded
from qa.models.rows import Tokens

GROUPS = 18  # in a batch: about 31 rows
WARM_UP, SAVE_EVERY = 60, 50  # steps
DECAY = 0.01  # of the weights


class Run:
    """A run in a folder: the network, its optimizer, and how far it is."""

    def __init__(
        self,
        folder: Path,
        base: Path,
        frozen: int,
        rate: float,
        packed: bool = False,
        start: Path | None = None,
    ) -> None:
        torch.manual_seed(0)
        self._state_path = folder / "state.pt"
        self._rate = rate
        self.network = Network(base, frozen)
        if start:
            begin_with(self.network, PackedFile(start))
        self._bits = packed_bits(self.network.state_dict()) if packed else {}
        self._names = [name for name, p in self.network.named_parameters() if p.requires_grad]
        for name, weight in self.network.named_parameters():
            if name in self._bits and not weight.requires_grad:
                weight.copy_(rounded(weight, self._bits[name]))
        device = "cuda" if torch.cuda.is_available() else "cpu"
        dtype = torch.bfloat16 if device == "cuda" else fastest_dtype()
        self._master = [p.detach().clone().to(device) for p in self.network.parameters() if p.requires_grad]
        self.network = self.network.to(dtype).to(device).train()
        self._weights = [p for p in self.network.parameters() if p.requires_grad]
        self._optimizer = _optimizer(self._master)
        self.step, self.rows, self._seconds = 0, 0, 0.0
        if self._state_path.exists():
            state = torch.load(self._state_path, weights_only=True, map_location=device)
            for p, saved in zip(self._master, state["master"], strict=True):
                p.copy_(saved)
            self._optimizer.load_state_dict(state["optimizer"])
            self.step, self.rows, self._seconds = state["step"], state["rows"], state["seconds"]
        self._take_over()

    def train(self, batches: Iterator[list[list[Example]]], rows: int, cool: bool) -> None:
        """Train on batches until so many rows have been seen, the rate falling to zero if `cool`."""
        first, losses, begun = self.rows, [], time.perf_counter() - self._seconds
        while self.rows < rows:
            groups = next(batches)
            share = (rows - self.rows) / (rows - first) if cool else min(1.0, (self.step + 1) / WARM_UP)
            inputs = self.network.batch([e.row for group in groups for e in group])
            value = loss(self.network(**inputs), groups)
            torch.autograd.backward(value)
            self._update(self._rate * share)
            losses.append(value.item())
            self.step += 1
            self.rows += sum(map(len, groups))
            if self.step % SAVE_EVERY == 0 or self.rows >= rows:
                self._seconds = time.perf_counter() - begun
                mean = sum(losses) / len(losses)
                print(f"step {self.step} rows {self.rows} loss {mean:.3f} {self._seconds:.0f} s", flush=True)
                losses.clear()
                if not cool:
                    self._save()

    def trained(self, base: Path) -> dict[str, Any]:
        """The state of a network with the trained weights, the others as they were; or all as when packed."""
        network = Network(base)  # a new one, because what is not trained has been through bf16
        masters = zip(self._names, self._master, strict=True)
        state = network.state_dict() | {name: master.cpu() for name, master in masters}
        return state | {name: rounded(state[name], bits) for name, bits in self._bits.items()}

    def _update(self, rate: float) -> None:
        for p, w in zip(self._master, self._weights, strict=True):
            p.grad = torch.zeros_like(p) if w.grad is None else w.grad.float()
            w.grad = None
        torch.nn.utils.clip_grad_norm_(self._master, 1.0)
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        self._optimizer.step()
        self._take_over()

    @torch.no_grad()
    def _take_over(self) -> None:
        """Compute with the optimizer's weights from here on."""
        for name, p, w in zip(self._names, self._master, self._weights, strict=True):
            w.copy_(rounded(p, self._bits[name]) if name in self._bits else p)

    def _save(self) -> None:
        state = {"step": self.step, "rows": self.rows, "seconds": self._seconds, "master": self._master}
        save(state | {"optimizer": self._optimizer.state_dict()}, self._state_path)


@torch.no_grad()
def begin_with(network: Network, packed: PackedFile) -> None:
    """Set the weights of an MPNet that are trained to those of a packed file."""
    for name, weight in network.named_parameters():
        if weight.requires_grad:
            value = packed[bert_name(name.removeprefix("base."))]
            weight[-len(value) :] = value  # of positions MPNet has two more, which come first


def _optimizer(parameters: Sequence[torch.Tensor]) -> torch.optim.AdamW:
    """AdamW with weight decay on matrices only."""
    matrices = [p for p in parameters if p.dim() > 1]
    vectors = [p for p in parameters if p.dim() == 1]
    groups = [{"params": matrices, "weight_decay": DECAY}, {"params": vectors, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, fused=True)


def save(value: Any, path: Path) -> None:
    """Save a file as a whole or not at all."""
    partial = path.with_suffix(".partial")
    torch.save(value, partial)
    partial.replace(path)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("mined", type=Path)
    parser.add_argument("--base", type=Path, help="folder of a model; the default encoder's if not given")
    parser.add_argument("--frozen", type=int, default=0, help="lowest layers that are not trained")
    parser.add_argument("--rate", type=float, default=1.5e-4)
    parser.add_argument("--start", type=Path, help="packed weights to begin a run with")
    parser.add_argument("--order", type=int, default=0, help="which order of the rows")
    parser.add_argument("--packed", action="store_true", help="compute with packed weights")
    phase = parser.add_mutually_exclusive_group(required=True)
    phase.add_argument("--rows", type=int, help="go on at a constant rate until so many rows have been seen")
    phase.add_argument("--cool", type=int, help="so many further rows with a falling rate, then network.pt")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    base = options.base or ModelFiles().folder
    tokens = Tokens(ModelFiles(str(base)).tokenizer)
    run = Run(options.folder, base, options.frozen, options.rate, options.packed, options.start)
    groups = Groups(options.mined)
    batches = islice(groups.batches(options.order, GROUPS), run.step, None)
    examples = ([groups.examples(tokens, group) for group in batch] for batch in batches)
    run.train(examples, options.rows or run.rows + options.cool, cool=bool(options.cool))
    if options.cool:
        save(run.trained(base), options.folder / "network.pt")


if __name__ == "__main__":
    main()
