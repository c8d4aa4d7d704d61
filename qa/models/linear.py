"""A layer's weight and bias -> the function x -> x @ weight.T + bias, as fast as this processor computes it.

oneDNN rearranges a weight for its kernels once instead of at each product (in fp32 this is twice as fast as
torch.nn.functional.linear, in bf16 a sixth faster). The operators are the ones that torch.compile uses; if a
build of torch lacks them, the plain functions take their place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch
    from torch import Tensor

Linear = Callable[["Tensor"], "Tensor"]  # (tokens, columns) -> (tokens, rows of the weight)

_MOST, _ZERO = 127, 128  # the farthest number from zero, and the byte that stands for zero
_LEAST = 1e-12  # the smallest scale, for rows of zeros
_MISSING = (AttributeError, RuntimeError, NotImplementedError)  # what a build without an operator raises


def fastest_dtype(int8: bool = False) -> torch.dtype:
    """bfloat16 if this processor computes in it, otherwise int8 if that is allowed and fast, or float32."""
    import torch

    able = torch.cpu.get_capabilities()
    if able.get("amx_bf16") or able.get("avx512_bf16"):
        return torch.bfloat16
    return torch.int8 if int8 and able.get("avx512_vnni") else torch.float32


def around(dtype: torch.dtype) -> torch.dtype:
    """The dtype of what goes into a product in `dtype`, and of what comes out."""
    import torch

    return torch.float32 if dtype is torch.int8 else dtype


def linear(weight: Tensor, bias: Tensor, dtype: torch.dtype, gelu: bool = False) -> Linear:
    """The function, followed by GELU if `gelu` is set, with the product in `dtype`.

    In int8 each row of the weight has a scale of its own, and each token a scale and a middle: marks and full
    stops have one value twenty times as large as all others, which a common scale would round to nothing.
    """
    import torch

    if dtype is torch.int8:
        try:
            return _in_int8(weight.float(), bias.float(), gelu)
        except _MISSING:
            dtype = around(dtype)
    weight, bias = weight.to(dtype).contiguous(), bias.to(dtype)
    try:
        return _laid_out(weight, bias, gelu)
    except _MISSING:
        return _plain(weight, bias, gelu)


def _plain(weight: Tensor, bias: Tensor, gelu: bool) -> Linear:
    from torch.nn.functional import gelu as activation
    from torch.nn.functional import linear as product

    if gelu:
        return lambda x: activation(product(x, weight, bias))
    return lambda x: product(x, weight, bias)


def _laid_out(weight: Tensor, bias: Tensor, gelu: bool) -> Linear:
    import torch

    packed = torch.ops.mkldnn._reorder_linear_weight(weight, None)
    product = torch.ops.mkldnn._linear_pointwise
    after: tuple[Any, ...] = ("gelu", [], "none") if gelu else ("none", [], "")
    product(torch.zeros(1, weight.shape[1], dtype=weight.dtype), packed, bias, *after)
    return lambda x: product(x, packed, bias, *after)


def _in_int8(weight: Tensor, bias: Tensor, gelu: bool) -> Linear:
    """In fp32 but for the product itself. The numbers of tokens are bytes, because signed ones are slow."""
    import torch
    from torch.nn.functional import gelu as activation

    scales = torch.maximum(weight.amax(1), -weight.amin(1)).div_(_MOST).clamp_(min=_LEAST)
    numbers = (weight / scales[:, None]).round_().to(torch.int8)
    sums = numbers.sum(1).float().mul_(scales)
    packed = torch.ops.onednn.qlinear_prepack(numbers, None)
    zeros = torch.zeros(len(scales), dtype=torch.int32)
    product = torch.ops.onednn.qlinear_pointwise
    after: tuple[Any, ...] = (None, 1.0, 0, torch.float32, "none", [], "")

    def compute(x: Tensor) -> Tensor:
        lowest, highest = x.amin(1, True), x.amax(1, True)
        middle = (lowest + highest).div_(2)
        token_scales = (highest - middle).div_(_MOST).clamp_(min=_LEAST)
        signed = (x - middle).div_(token_scales).round_().to(torch.int8)
        tokens = signed.view(torch.uint8).bitwise_xor_(_ZERO)  # adds 128
        y = product(tokens, 1.0, _ZERO, packed, scales, zeros, *after)
        torch.addcmul(bias, y, token_scales, out=y).addcmul_(middle, sums)
        return activation(y) if gelu else y

    compute(torch.zeros(1, weight.shape[1]))
    return compute
