"""Packed matrices: how near they are, that packing is stable, and that a file gives them back one by one."""

import pytest
import torch
from safetensors.torch import save_file

from qa.models.packed import GROUP, PackedFile, pack, packed_file, rounded, unpack


@pytest.fixture
def weight():
    torch.manual_seed(1)
    return torch.randn(64, 4 * GROUP) * torch.rand(64, 1)


@pytest.mark.parametrize(("bits", "error"), [(4, 0.1), (8, 0.007)])
def test_weights_come_back_nearly_as_they_were(weight, bits, error):
    back = unpack(*pack(weight, bits)).float()
    assert (back - weight).norm() / weight.norm() < error
    assert torch.equal(back, rounded(weight, bits).bfloat16().float())


@pytest.mark.parametrize(("bits", "size"), [(4, 0.5625), (8, 1.0625)])
def test_a_weight_takes_its_bits_and_half_a_bit_for_the_scale(weight, bits, size):
    assert sum(t.numel() * t.element_size() for t in pack(weight, bits)) == size * weight.numel()


@pytest.mark.parametrize("bits", [4, 8])
def test_packing_again_changes_nothing(weight, bits):
    once = unpack(*pack(weight, bits))
    assert torch.equal(unpack(*pack(once, bits)), once)


def test_zeros_stay_zeros(weight):
    weight[3] = 0
    assert not unpack(*pack(weight, 4))[3].any()


def test_a_file_gives_each_tensor_under_its_name(weight, tmp_path):
    tensors = {"a.weight": weight, "a.bias": weight[0], "b.weight": weight[:8]}
    save_file(packed_file(tensors, {"a.weight": 4, "b.weight": 8}), tmp_path / "weights")
    file = PackedFile(tmp_path / "weights")
    assert sorted(file) == sorted(tensors)
    assert len(file) == 3
    assert torch.equal(file["a.weight"], unpack(*pack(weight, 4)))
    assert torch.equal(file["b.weight"], unpack(*pack(weight[:8], 8)))
    assert torch.equal(file["a.bias"], weight[0].half())
    rows = torch.tensor([3, 1, 3])
    assert torch.equal(file.rows("b.weight")(rows), file["b.weight"][rows])
    with pytest.raises(KeyError):
        file["c.weight"]
