"""Rows of token ids -> hidden states: the forward pass of BERT on the CPU, over rows laid end to end.

Devlin et al., "BERT", 2019. It is written out here in plain torch functions for two reasons: the libraries
that implement it take four seconds to import, which is most of the time that a question in a terminal takes;
and rows that lie end to end need no padding, share every matrix product, and keep attention to small matrices
that stay in the cache. tests/models/test_bert.py checks the result against transformers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from qa.models.linear import Linear, around, linear
from qa.models.workers import workers

if TYPE_CHECKING:
    import torch
    from torch import Tensor

# Shapes are rounded up to these, because oneDNN compiles and keeps code for each shape it meets (a gigabyte
# after a thousand texts of all lengths), and softmax over a length that is not a multiple of 16 takes twice
# as long.
_ROW, _TOTAL = 16, 64


class Bert:
    """The network: rows of token ids -> hidden states.

    `weights` are named as in a transformers BertModel file; `heads` is the number of attention heads, `bias`
    what is added to their scores, (heads, tokens, tokens), for networks with relative positions. `words`
    gives the word embeddings of token ids, (tokens, dimension), if they are not among the weights. It
    computes in `dtype`, float32 or bfloat16; layer norm and softmax use float32 internally. If it is int8,
    products with weights are computed in that, and all else in float32, which is the dtype of the result.
    The layers are made by the worker threads, so none of these may make a network. Safe to use from several
    threads. Raises KeyError if a weight is missing.
    """

    def __init__(
        self,
        weights: Mapping[str, Tensor],
        heads: int,
        dtype: torch.dtype,
        epsilon: float = 1e-12,
        bias: Tensor | None = None,
        words: Callable[[Tensor], Tensor] | None = None,
    ) -> None:
        from torch.nn.functional import embedding

        self._heads = heads
        self._dtype = around(dtype)
        self._bias = None if bias is None else bias.to(self._dtype)
        self._epsilon = epsilon
        self._words = words or partial(embedding, weight=weights["embeddings.word_embeddings.weight"])
        self._position_embeddings = weights["embeddings.position_embeddings.weight"].float()
        self._type_embeddings = weights["embeddings.token_type_embeddings.weight"].float()
        self._embedding_norm = _norm(weights, "embeddings.LayerNorm", self._position_embeddings.dtype)
        count = len({name.split(".")[2] for name in weights if name.startswith("encoder.layer.")})
        head_size = self._position_embeddings.shape[1] // heads
        names = (f"encoder.layer.{i}" for i in range(count))
        self._layers = list(workers().map(lambda name: _Layer(weights, name, dtype, head_size), names))

    def __call__(
        self, rows: Sequence[Sequence[int]], boundaries: Sequence[int] | None = None
    ) -> list[Tensor]:
        """The last hidden states of each row, (tokens, dimension).

        Row i is one text up to the index `boundaries[i]` and another from there on; without `boundaries`,
        every row is a single text.
        """
        import torch
        from torch.nn.functional import embedding

        lengths = [len(row) for row in rows]
        spans = _spans(lengths)
        ids = torch.zeros(_round_up(sum(lengths) + _ROW - 1, _TOTAL), dtype=torch.long)
        positions, types = torch.zeros_like(ids), torch.zeros_like(ids)
        for (start, end), row, boundary in zip(spans, rows, boundaries or lengths, strict=True):
            ids[start:end] = torch.tensor(row)
            positions[start:end] = torch.arange(end - start)
            types[start + boundary : end] = 1
        with torch.inference_mode():
            x = self._words(ids) + embedding(positions, self._position_embeddings)
            x = x + embedding(types, self._type_embeddings)
            x = self._layer_norm(x, self._embedding_norm).to(self._dtype)
            for layer in self._layers:
                attended = layer.out(self._attention(layer.query_key_value(x), spans))
                x = self._layer_norm(attended.add_(x), layer.middle_norm)
                x = self._layer_norm(layer.down(layer.up(x)).add_(x), layer.last_norm)
            return [x[start:end] for start, end in spans]

    def _layer_norm(self, x: Tensor, norm: tuple[Tensor, Tensor]) -> Tensor:
        from torch.nn.functional import layer_norm

        return layer_norm(x, norm[0].shape, *norm, self._epsilon)

    def _attention(self, projected: Tensor, spans: Sequence[tuple[int, int]]) -> Tensor:
        """Each row attends to itself only. The scores of one row fit into a core's own cache."""
        import torch

        total, width = len(projected), projected.shape[1] // 3
        q, k, v = projected.view(total, 3, self._heads, -1).permute(1, 2, 0, 3).unbind(0)
        k = k.transpose(1, 2)
        mixed = torch.zeros(total, self._heads, width // self._heads, dtype=projected.dtype)
        by_head = mixed.transpose(0, 1)
        for start, end in spans:
            # Whatever lies beyond the row's end only pads the matrices; it has no weight and is overwritten.
            padded = start + _round_up(end - start, _ROW)
            scores = torch.bmm(q[:, start:padded], k[:, :, start:padded])
            if self._bias is not None:
                scores += self._bias[:, : padded - start, : padded - start]
            if padded > end:
                scores[:, :, end - start :] = -math.inf
            by_head[:, start:padded] = torch.bmm(torch.softmax(scores, -1), v[:, start:padded])
        return mixed.view(total, width)


class _Layer:
    """The weights of one layer, as functions. The query weights are pre-scaled by 1 / sqrt(head size)."""

    def __init__(self, weights: Mapping[str, Tensor], name: str, dtype: torch.dtype, head_size: int) -> None:
        import torch

        parts = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
        scales = [1 / math.sqrt(head_size), 1.0, 1.0]
        weight = torch.cat([weights[f"{p}.weight"] * s for p, s in zip(parts, scales, strict=True)])
        bias = torch.cat([weights[f"{p}.bias"] * s for p, s in zip(parts, scales, strict=True)])
        self.query_key_value = linear(weight, bias, dtype)
        self.out = self._dense(weights, f"{name}.attention.output.dense", dtype)
        self.up = self._dense(weights, f"{name}.intermediate.dense", dtype, gelu=True)
        self.down = self._dense(weights, f"{name}.output.dense", dtype)
        self.middle_norm = _norm(weights, f"{name}.attention.output.LayerNorm", around(dtype))
        self.last_norm = _norm(weights, f"{name}.output.LayerNorm", around(dtype))

    @staticmethod
    def _dense(weights: Mapping[str, Tensor], name: str, dtype: torch.dtype, gelu: bool = False) -> Linear:
        return linear(weights[f"{name}.weight"], weights[f"{name}.bias"], dtype, gelu)


def _norm(weights: Mapping[str, Tensor], name: str, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    return weights[f"{name}.weight"].to(dtype), weights[f"{name}.bias"].to(dtype)


def _round_up(size: int, multiple: int) -> int:
    return math.ceil(size / multiple) * multiple


def _spans(lengths: Sequence[int]) -> list[tuple[int, int]]:
    spans, start = [], 0
    for length in lengths:
        spans.append((start, start + length))
        start += length
    return spans
