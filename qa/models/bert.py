"""The forward pass of BERT over rows of word pieces laid end to end, on a processor.

Devlin et al., "BERT", 2019. It is written out here, in the functions of torch, for two reasons: the
libraries that have it take four seconds to import, which is most of the time of a question asked in a
terminal; and rows that lie end to end need no padding, share every matrix product, and leave attention to
small matrices that stay in the cache. tests/models/test_bert.py holds the result to that of transformers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch
    from torch import Tensor

# Shapes are rounded up to these, for oneDNN compiles and keeps code for each that it meets (a gigabyte after
# a thousand texts of all lengths), and softmax over a length that is no multiple of 16 takes twice as long.
_ROW, _TOTAL = 16, 64


class Bert:
    """The network: rows of word piece ids -> hidden states.

    `weights` are named as in a file of transformers' BertModel; `heads` is the number of attention heads.
    It computes in `dtype`, float32 or bfloat16; layer norm and softmax are exact to float32 within. Safe to
    be used by several threads. Raises KeyError where a weight is missing.
    """

    def __init__(
        self, weights: Mapping[str, Tensor], heads: int, dtype: torch.dtype, epsilon: float = 1e-12
    ) -> None:
        self._heads = heads
        self._epsilon = epsilon
        self._dtype = dtype
        self.words = weights["embeddings.word_embeddings.weight"]
        self._positions = weights["embeddings.position_embeddings.weight"]
        self._types = weights["embeddings.token_type_embeddings.weight"]
        self._first = _norm(weights, "embeddings.LayerNorm", self._positions.dtype)
        count = len({name.split(".")[2] for name in weights if name.startswith("encoder.layer.")})
        self._layers = [
            _Layer(weights, f"encoder.layer.{i}", dtype, self.words.shape[1] // heads) for i in range(count)
        ]

    def __call__(self, rows: Sequence[Sequence[int]], second: Sequence[int] | None = None) -> list[Tensor]:
        """For each row its last hidden states, (word pieces, dimension) in the network's dtype.

        From the index `second[i]` on, row i is a second text; without `second` there is only a first.
        """
        import torch
        from torch.nn.functional import embedding

        lengths = [len(row) for row in rows]
        spans = _spans(lengths)
        ids = torch.zeros(_up(sum(lengths) + _ROW - 1, _TOTAL), dtype=torch.long)
        places, kinds = torch.zeros_like(ids), torch.zeros_like(ids)
        for (start, end), row, border in zip(spans, rows, second or lengths, strict=True):
            ids[start:end] = torch.tensor(row)
            places[start:end] = torch.arange(end - start)
            kinds[start + border : end] = 1
        with torch.inference_mode():
            summed = embedding(ids, self.words) + embedding(places, self._positions)
            x = self._normed(summed + embedding(kinds, self._types), self._first).to(self._dtype)
            for layer in self._layers:
                x = self._normed(
                    layer.out(self._attention(layer.query_key_value(x), spans)).add_(x), layer.mid
                )
                x = self._normed(layer.down(layer.up(x)).add_(x), layer.last)
            return [x[start:end] for start, end in spans]

    def _normed(self, x: Tensor, norm: tuple[Tensor, Tensor]) -> Tensor:
        from torch.nn.functional import layer_norm

        return layer_norm(x, norm[0].shape, *norm, self._epsilon)

    def _attention(self, projected: Tensor, spans: Sequence[tuple[int, int]]) -> Tensor:
        """Each row attends to itself. The scores of one row are small enough for a core's own cache."""
        import torch

        total, width = len(projected), projected.shape[1] // 3
        q, k, v = projected.view(total, 3, self._heads, -1).permute(1, 2, 0, 3).unbind(0)
        k = k.transpose(1, 2)
        mixed = torch.zeros(total, self._heads, width // self._heads, dtype=projected.dtype)
        by_head = mixed.transpose(0, 1)
        for start, end in spans:
            # What lies beyond the row's end fills the matrices up; it counts for nothing and is overwritten.
            filled = start + _up(end - start, _ROW)
            scores = torch.bmm(q[:, start:filled], k[:, :, start:filled])
            if filled > end:
                scores[:, :, end - start :] = -math.inf
            by_head[:, start:filled] = torch.bmm(torch.softmax(scores, -1), v[:, start:filled])
        return mixed.view(total, width)


class _Layer:
    """The weights of one layer, as what they do. Queries are scaled beforehand, by 1 / sqrt(head size)."""

    def __init__(self, weights: Mapping[str, Tensor], name: str, dtype: torch.dtype, head: int) -> None:
        import torch

        parts = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
        scales = [1 / math.sqrt(head), 1.0, 1.0]
        weight = torch.cat([weights[f"{p}.weight"] * s for p, s in zip(parts, scales, strict=True)])
        bias = torch.cat([weights[f"{p}.bias"] * s for p, s in zip(parts, scales, strict=True)])
        self.query_key_value = _linear(weight, bias, dtype)
        self.out = self._dense(weights, f"{name}.attention.output.dense", dtype)
        self.up = self._dense(weights, f"{name}.intermediate.dense", dtype, gelu=True)
        self.down = self._dense(weights, f"{name}.output.dense", dtype)
        self.mid = _norm(weights, f"{name}.attention.output.LayerNorm", dtype)
        self.last = _norm(weights, f"{name}.output.LayerNorm", dtype)

    @staticmethod
    def _dense(
        weights: Mapping[str, Tensor], name: str, dtype: torch.dtype, gelu: bool = False
    ) -> Callable[[Tensor], Tensor]:
        return _linear(weights[f"{name}.weight"], weights[f"{name}.bias"], dtype, gelu)


def _norm(weights: Mapping[str, Tensor], name: str, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    return weights[f"{name}.weight"].to(dtype), weights[f"{name}.bias"].to(dtype)


def _linear(
    weight: Tensor, bias: Tensor, dtype: torch.dtype, gelu: bool = False
) -> Callable[[Tensor], Tensor]:
    """x -> x @ weight.T + bias, and GELU of that.

    oneDNN lays a weight out for its kernels once instead of at each product (in fp32 that is twice as fast
    as torch.nn.functional.linear, in bf16 a sixth). The operators are those that torch.compile uses; where
    a build of torch has them not, it goes without.
    """
    import torch
    from torch.nn.functional import gelu as activation
    from torch.nn.functional import linear

    weight, bias = weight.to(dtype).contiguous(), bias.to(dtype)
    try:
        packed = torch.ops.mkldnn._reorder_linear_weight(weight, None)
        product = torch.ops.mkldnn._linear_pointwise
        after: tuple[Any, ...] = ("gelu", [], "none") if gelu else ("none", [], "")
        product(torch.zeros(1, weight.shape[1], dtype=dtype), packed, bias, *after)
    except (AttributeError, RuntimeError, NotImplementedError):
        if gelu:
            return lambda x: activation(linear(x, weight, bias))
        return lambda x: linear(x, weight, bias)
    return lambda x: product(x, packed, bias, *after)


def _up(size: int, multiple: int) -> int:
    return math.ceil(size / multiple) * multiple


def _spans(lengths: Sequence[int]) -> list[tuple[int, int]]:
    spans, start = [], 0
    for length in lengths:
        spans.append((start, start + length))
        start += length
    return spans
