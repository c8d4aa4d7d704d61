"""The weights of an MPNet -> those of a BERT with relative positions, which bert.py computes.

Song et al., "MPNet", 2020. The network differs from BERT's in the names of its weights, in having no types of
tokens, in where positions begin, and in a bias that all layers add to attention, by the distance between
tokens (Raffel et al., "T5", 2020, section 2.1).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

_NAMES = {
    ".attention.attn.q.": ".attention.self.query.",
    ".attention.attn.k.": ".attention.self.key.",
    ".attention.attn.v.": ".attention.self.value.",
    ".attention.attn.o.": ".attention.output.dense.",
    ".attention.LayerNorm.": ".attention.output.LayerNorm.",
}
BIAS = "encoder.relative_attention_bias.weight"
HEADS, NORM_EPSILON = 12, 1e-5  # of the published base
_FIRST = 2  # the row of the first token in the table of positions
_FARTHEST = 128  # tokens: from this distance on all are alike


def bert_name(name: str) -> str:
    """What BERT calls the weight that MPNet calls `name`."""
    for ours, berts in _NAMES.items():
        name = name.replace(ours, berts)
    return name


def as_bert(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights under BERT's names, with positions from the first token on and types that add nothing."""
    import torch

    renamed = {bert_name(name): weight for name, weight in weights.items()}
    positions = renamed["embeddings.position_embeddings.weight"]
    renamed["embeddings.position_embeddings.weight"] = positions[_FIRST:]
    renamed["embeddings.token_type_embeddings.weight"] = torch.zeros(
        2, positions.shape[1], dtype=positions.dtype
    )
    return renamed


def attention_bias(table: Tensor, length: int) -> Tensor:
    """(heads, length, length): what is added to the score of each token for each other one.

    `table` is (buckets, heads). Half of the buckets are for tokens to the right; half of these are for one
    distance each, the others for ranges that grow with the distance.
    """
    import torch

    positions = torch.arange(length)
    distance = positions[:, None] - positions[None, :]  # to the left is positive
    half = len(table) // 2
    exact = half // 2
    far = distance.abs().clamp(min=exact).float() / exact
    wide = exact + (far.log() / math.log(_FARTHEST / exact) * (half - exact)).long()
    bucket = torch.where(distance.abs() < exact, distance.abs(), wide.clamp(max=half - 1))
    bias: Tensor = table[bucket + half * (distance < 0)].permute(2, 0, 1).contiguous()
    return bias
