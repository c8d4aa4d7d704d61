"""A trained network -> one of the weights files that come with the package, or a folder for QA_READER.

usage: python training/export.py NETWORK.pt reader.safetensors [--rank N]
       python training/export.py NETWORK.pt large.safetensors --packed
       python training/export.py NETWORK.pt OUT_FOLDER --base FOLDER

In the first, the difference between each matrix and the default encoder's is stored as the product of two
thin matrices (its truncated singular value decomposition), and the difference between vectors in full, both
in fp16. The head is stored unchanged. The second holds an MPNet as qa/models/large.py expects it. The folder
has the form of a model of transformers, in bf16.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
from pathlib import Path

import torch
from network import Network, packed_bits
from safetensors.torch import save_file

from qa.models.files import DEFAULT_SHA256, ModelFiles
from qa.models.mpnet import as_bert
from qa.models.packed import packed_file

RANK = 32
_WORDS = "embeddings.word_embeddings.weight"
_FIRST_WORD = 4  # of MPNet's vocabulary: from here on it is BERT's, with one more at the end
_CLS, _SEP = 101, 102  # in BERT's
_ARCHITECTURES = {"bert": "BertForQuestionAnswering", "mpnet": "MPNetForQuestionAnswering"}


def differences(
    base: dict[str, torch.Tensor], trained: dict[str, torch.Tensor], rank: int
) -> dict[str, torch.Tensor]:
    """The tensors to store, under the names that qa/models/reader.py expects."""
    stored: dict[str, torch.Tensor] = {}
    for name, weight in trained.items():
        if name.startswith("head."):
            stored[name] = weight.float()
            continue
        short = name.removeprefix("base.")
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


def packed(trained: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The tensors of an MPNet to store, under BERT's names, with words in the order of BERT's vocabulary."""
    weights = {
        name.removeprefix("base."): weight for name, weight in trained.items() if weight.is_floating_point()
    }
    weights = as_bert(weights)
    words = weights[_WORDS]
    own = words[_FIRST_WORD:-1].clone()
    own[_CLS], own[_SEP] = words[0], words[2]  # MPNet's marks come before its words
    weights[_WORDS] = own
    return packed_file(weights, packed_bits(weights))


def write_folder(trained: dict[str, torch.Tensor], base: Path, out: Path) -> None:
    """Write a folder with the weights, and with the configuration and tokenizer of the base."""
    out.mkdir(parents=True, exist_ok=True)
    config = json.loads((base / "config.json").read_text("utf-8"))
    kind = config["model_type"]
    config["architectures"] = [_ARCHITECTURES[kind]]
    (out / "config.json").write_text(json.dumps(config, indent=2), "utf-8")
    shutil.copy(base / "tokenizer.json", out)
    stored = {
        name.replace("base.", f"{kind}.", 1): weight.bfloat16().contiguous()
        for name, weight in trained.items()
        if weight.is_floating_point() and not name.startswith("head.")
    }
    for part in ("weight", "bias"):  # transformers knows the first two outputs only
        head = trained[f"head.{part}"].bfloat16()
        stored |= {f"qa_outputs.{part}": head[:2].clone(), f"evidence_outputs.{part}": head[2:].clone()}
    save_file(stored, out / "model.safetensors", metadata={"format": "pt"})


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("network", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--rank", type=int, default=RANK)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--packed", action="store_true")
    form.add_argument("--base", type=Path)
    options = parser.parse_args()
    trained = torch.load(options.network, weights_only=True)
    if options.base:
        write_folder(trained, options.base, options.out)
        return
    if options.packed:
        save_file(packed(trained), options.out)
    else:
        stored = differences(Network(ModelFiles().folder).state_dict(), trained, options.rank)
        save_file(stored, options.out, metadata={"base": DEFAULT_SHA256, "rank": str(options.rank)})
    digest = hashlib.sha256(options.out.read_bytes()).hexdigest()
    print(json.dumps({"sha256": digest, "bytes": options.out.stat().st_size}))


if __name__ == "__main__":
    main()
