"""From a trained network to the file that the package carries.

usage: python training/export.py RUN_FOLDER OUT.safetensors [--rank N]

For every matrix the difference to the base is kept as the product of two thin matrices (its truncated
singular value decomposition), for every vector whole, both in fp16; the head is kept as it is.
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
    """The tensors of the artefact, by the names that qa/models/reader.py expects."""
    kept: dict[str, torch.Tensor] = {}
    for name, weight in trained.items():
        if name.startswith("head."):
            kept[name] = weight.float()
            continue
        short = name.removeprefix("bert.")
        change = weight.float() - base[name].float()
        if not weight.is_floating_point() or not change.any():
            continue  # the word embeddings, and tables of positions
        if change.dim() == 2 and min(change.shape) > 2 * rank:
            u, s, v = torch.linalg.svd(change, full_matrices=False)
            root = s[:rank].sqrt()
            kept[f"{short}.left"] = (u[:, :rank] * root).half().contiguous()
            kept[f"{short}.right"] = (root[:, None] * v[:rank]).half().contiguous()
        else:
            kept[short] = change.half()
    return kept


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--rank", type=int, default=RANK)
    options = parser.parse_args()
    trained = torch.load(options.folder / "network.pt", weights_only=True)
    kept = differences(Network().state_dict(), trained, options.rank)
    save_file(kept, options.out, metadata={"base": DEFAULT_SHA256, "rank": str(options.rank)})
    digest = hashlib.sha256(options.out.read_bytes()).hexdigest()
    print(json.dumps({"sha256": digest, "bytes": options.out.stat().st_size, "tensors": len(kept)}))


if __name__ == "__main__":
    main()
