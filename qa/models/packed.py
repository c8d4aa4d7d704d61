"""Matrices in four or eight bits a weight, and a file of them that is unpacked as it is read.

Each row is cut into groups of 32 weights that share a scale in bf16, half a bit more for each weight. The
weight that is farthest from zero in a group becomes the lowest whole number, -8 or -128, and the others are
rounded to nearest (Dettmers and Zettlemoyer, "The case for 4-bit precision", 2023, section 3). A network that
is trained with weights so rounded loses nothing when it is packed (training/train.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

GROUP = 32  # weights that share a scale
_VALUES, _SCALES = ".values", ".scales"


def pack(weight: Tensor, bits: int) -> tuple[Tensor, Tensor]:
    """A matrix (rows, columns) as whole numbers and scales, (rows, columns / GROUP) in bf16.

    The numbers are int8 (rows, columns) for 8 bits; for 4 bits uint8 (rows, columns / 2), the first of two in
    the lower half of a byte. The columns must be a multiple of GROUP.
    """
    import torch

    groups, scales, lowest = _groups(weight, bits)
    numbers = (groups / scales).round().clamp(lowest, -lowest - 1).to(torch.int8).view(len(weight), -1)
    if bits == 4:
        numbers = (numbers[:, ::2] & 15 | numbers[:, 1::2] << 4).view(torch.uint8)
    return numbers, scales.squeeze(2).bfloat16()


def rounded(weight: Tensor, bits: int) -> Tensor:
    """What is left of a matrix when it is packed and unpacked, in fp32; faster than both."""
    groups, scales, lowest = _groups(weight, bits)
    return (groups / scales).round_().clamp_(lowest, -lowest - 1).mul_(scales).view(len(weight), -1)


def _groups(weight: Tensor, bits: int) -> tuple[Tensor, Tensor, int]:
    """The groups, (rows, groups, GROUP) in fp32; their scales, exact in bf16; and the lowest number."""
    import torch

    lowest = -(2 ** (bits - 1))
    groups = weight.float().reshape(len(weight), -1, GROUP)
    least, most = groups.amin(dim=2, keepdim=True), groups.amax(dim=2, keepdim=True)
    scales = (torch.where(-least > most, least, most) / lowest).bfloat16().float()
    return groups, torch.where(scales == 0, 1.0, scales), lowest  # there are groups of zeros


def unpack(numbers: Tensor, scales: Tensor) -> Tensor:
    """The matrix in bf16, given what `pack` returned."""
    import torch

    if numbers.dtype == torch.uint8:
        both = numbers.view(torch.int8)
        numbers = torch.stack([both << 4 >> 4, both >> 4], dim=2)
    groups = numbers.view(len(numbers), -1, GROUP).bfloat16()
    weight: Tensor = groups.mul_(scales[:, :, None]).view(len(numbers), -1)
    return weight


class PackedFile(Mapping[str, "Tensor"]):
    """The tensors in a safetensors file by their names; packed ones are unpacked at each access.

    The file is mapped into memory, not read. Raises OSError or safetensors' error if it cannot be.
    """

    def __init__(self, path: Path) -> None:
        from safetensors import safe_open

        self._file: Any = safe_open(path, "pt")

    @cached_property
    def _stored(self) -> frozenset[str]:
        return frozenset(self._file.keys())

    def __getitem__(self, name: str) -> Tensor:
        if name in self._stored:
            tensor: Tensor = self._file.get_tensor(name)
            return tensor
        if name + _VALUES not in self._stored:
            raise KeyError(name)
        return unpack(self._file.get_tensor(name + _VALUES), self._file.get_tensor(name + _SCALES))

    def rows(self, name: str) -> Callable[[Tensor], Tensor]:
        """A function from indices to these rows of a packed matrix, (indices, columns) in bf16.

        Only the rows that are asked for are ever read from the file.
        """
        numbers, scales = self._file.get_tensor(name + _VALUES), self._file.get_tensor(name + _SCALES)
        return lambda indices: unpack(numbers[indices], scales[indices])

    def __iter__(self) -> Iterator[str]:
        return (name.removesuffix(_VALUES) for name in sorted(self._stored) if not name.endswith(_SCALES))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def packed_file(tensors: Mapping[str, Tensor], bits: Mapping[str, int]) -> dict[str, Tensor]:
    """The tensors as PackedFile expects them in a file, with those in `bits` packed, the others in fp16."""
    stored: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        if name in bits:
            stored[name + _VALUES], stored[name + _SCALES] = pack(tensor, bits[name])
        else:
            stored[name] = tensor.half().contiguous()
    return stored
