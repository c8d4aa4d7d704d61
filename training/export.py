"""A trained network -> the weights file that comes with the package.

usage: python training/export.py RUN_FOLDER OUT.safetensors [--rank N]

The difference between each matrix and the base's is stored as the product of two thin matrices (its truncated
singular value decomposition), and the difference between vectors in full, both in fp16. The head is stored
unchanged.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from train import Network

from qa.models.files import DEFAULT_SHA256

RANK = 32


def differences(
    base: dict[str, torch.Tensor], trained: dict[str, torch.Tensor], rank: int
) -> dict[str, torch.Tensor]:
    """The tensors to store, under the names that qa/models/reader.py expects."""
    stored: dict[str, torch.Tensor] = {}
    for name, weight in trained.items():
        if name.startswith("head."):
            stored[name] = weight.float()
            continue
        short = name.removeprefix("bert.")
        change = weight.float() - base[name].float()
        if not weight.is_floating_point() or not change.any():
            continue  # the word embeddings and the tables of positions
        if change.dim() == 2 and min(change.shape) > 2 * rank:
            u, s, v = torch.linalg.svd(change, full_matrices=False)
            root = s[:rank].sqrt()
            stored[f"{short}.left"] = (u[:, :rank] * root).half().contiguous()
            stored[f"{short}.right"] = (root[:, None] * v[:rank]).half().contiguous()
        else:
            stored[short] = change.half()
    return stored


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--rank", type=int, default=RANK)
    options = parser.parse_args()
    trained = torch.load(options.folder / "network.pt", weights_only=True)
    stored = differences(Network().state_dict(), trained, options.rank)
    save_file(stored, options.out, metadata={"base": DEFAULT_SHA256, "rank": str(options.rank)})
    digest = hashlib.sha256(options.out.read_bytes()).hexdigest()
    print(json.dumps({"sha256": digest, "bytes": options.out.stat().st_size, "tensors": len(stored)}))


if __name__ == "__main__":
    main()
