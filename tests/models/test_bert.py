"""Our network computes the same as transformers, and its threads behave."""

import os
import random
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel

from qa.models import workers as module
from qa.models.bert import Bert
from qa.models.linear import fastest_dtype, linear
from qa.models.workers import Workers, batches

WORDS = 200
needs_int8 = pytest.mark.skipif(
    not torch.cpu.get_capabilities().get("avx512_vnni"), reason="other processors round sums in between"
)


@pytest.fixture(scope="module")
def theirs() -> BertModel:
    """A small BERT with random weights, none of them zero."""
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=WORDS,
        hidden_size=48,
        num_hidden_layers=3,
        num_attention_heads=4,
        intermediate_size=96,
        max_position_embeddings=128,
        attn_implementation="eager",
    )
    model = BertModel(config, add_pooling_layer=False).eval()
    for weight in model.parameters():
        torch.nn.init.normal_(weight, std=0.2)
    return model


def rows_of(lengths: list[int]) -> list[list[int]]:
    choice = random.Random(2)
    return [[choice.randrange(WORDS) for _ in range(length)] for length in lengths]


def ours(theirs: BertModel, dtype: torch.dtype = torch.float32) -> Bert:
    return Bert(theirs.state_dict(), theirs.config.num_attention_heads, dtype)


def expected(theirs: BertModel, row: list[int], boundary: int | None = None) -> torch.Tensor:
    """The result of transformers for a row on its own."""
    types = torch.tensor([[0] * (boundary or len(row)) + [1] * (len(row) - (boundary or len(row)))])
    with torch.inference_mode():
        return theirs(input_ids=torch.tensor([row]), token_type_ids=types).last_hidden_state[0]


@pytest.mark.parametrize("lengths", [[1], [2], [15, 16, 17], [128], [3, 128, 1, 64, 31, 33, 100], [7] * 30])
def test_rows_laid_end_to_end_give_the_same_as_each_alone(theirs, lengths):
    rows = rows_of(lengths)
    states = ours(theirs)(rows)
    assert [len(hidden) for hidden in states] == lengths
    for row, hidden in zip(rows, states, strict=True):
        assert torch.allclose(hidden, expected(theirs, row), atol=1e-4)


def test_a_second_text_has_its_own_type(theirs):
    rows = rows_of([20, 40])
    states = ours(theirs)(rows, [5, 31])
    for row, boundary, hidden in zip(rows, (5, 31), states, strict=True):
        assert torch.allclose(hidden, expected(theirs, row, boundary), atol=1e-4)
        assert not torch.allclose(hidden, expected(theirs, row), atol=1e-2)


def test_bf16_gives_nearly_the_same(theirs):
    rows = rows_of([60, 9])
    for row, hidden in zip(rows, ours(theirs, torch.bfloat16)(rows), strict=True):
        cosine = torch.cosine_similarity(hidden.float(), expected(theirs, row), dim=1)
        assert cosine.min() > 0.995


@needs_int8
def test_int8_gives_nearly_the_same_in_fp32(theirs):
    rows = rows_of([60, 9])
    for row, hidden in zip(rows, ours(theirs, torch.int8)(rows), strict=True):
        assert hidden.dtype is torch.float32
        cosine = torch.cosine_similarity(hidden, expected(theirs, row), dim=1)
        assert cosine.min() > 0.995


@needs_int8
def test_int8_keeps_the_small_values_of_a_token_beside_one_with_large_values():
    torch.manual_seed(1)
    weight, bias = torch.randn(32, 64), torch.randn(32)
    tokens = torch.randn(4, 64)
    tokens[0, 5] = 1000.0
    product = linear(weight, bias, torch.int8)(tokens)
    assert torch.allclose(product[1:], tokens[1:] @ weight.T + bias, atol=0.5)


@needs_int8
def test_int8_of_a_token_without_values_is_the_bias():
    bias = torch.randn(32)
    for gelu, after in ((False, bias), (True, torch.nn.functional.gelu(bias))):
        product = linear(torch.randn(32, 64), bias, torch.int8, gelu)(torch.zeros(2, 64))
        assert torch.allclose(product, after.expand(2, -1))


@pytest.mark.parametrize(
    ("able", "usual", "with_int8"),
    [
        ({"avx512_vnni": True, "avx512_bf16": True}, torch.bfloat16, torch.bfloat16),
        ({"avx512_vnni": True, "amx_bf16": True}, torch.bfloat16, torch.bfloat16),
        ({"avx512_vnni": True, "avx512_bf16": False}, torch.float32, torch.int8),
        ({"avx2": True}, torch.float32, torch.float32),
        ({}, torch.float32, torch.float32),
    ],
)
def test_the_fastest_dtype_depends_on_the_processor(monkeypatch, able, usual, with_int8):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: able)
    assert fastest_dtype() is usual
    assert fastest_dtype(int8=True) is with_int8


def test_without_its_operator_int8_is_fp32(theirs, monkeypatch):
    def missing(*_: object) -> None:
        raise AttributeError("this build has none")

    rows = rows_of([60, 9])
    exact = ours(theirs)(rows)
    monkeypatch.setattr(torch.ops.onednn, "qlinear_prepack", missing, raising=False)
    for one, other in zip(exact, ours(theirs, torch.int8)(rows), strict=True):
        assert torch.equal(one, other)


def test_it_computes_the_same_without_the_onednn_operators(theirs, monkeypatch):
    def missing(*_: object) -> None:
        raise AttributeError("this build has none")

    rows = rows_of([60, 9])
    fast = ours(theirs)(rows)
    monkeypatch.setattr(torch.ops.mkldnn, "_reorder_linear_weight", missing)
    for one, other in zip(fast, ours(theirs)(rows), strict=True):
        assert torch.allclose(one, other, atol=1e-4)


def test_a_missing_weight_is_an_error(theirs):
    weights = theirs.state_dict()
    del weights["encoder.layer.1.output.dense.bias"]
    with pytest.raises(KeyError):
        Bert(weights, 4, torch.float32)


@pytest.mark.parametrize("seed", range(20))
def test_batches_hold_each_row_once_in_order_and_none_is_too_large(seed):
    choice = random.Random(seed)
    lengths = [choice.randint(1, 300) for _ in range(choice.randint(0, 100))]
    row_batches = list(batches(lengths, threads=choice.randint(1, 8)))
    assert [i for batch in row_batches for i in batch] == list(range(len(lengths)))
    assert all(sum(lengths[i] for i in batch) <= module._LARGEST for batch in row_batches)


def test_a_dozen_rows_keep_two_threads_busy():
    sizes = [len(batch) for batch in batches([200] * 12, threads=2)]
    assert len(sizes) >= 4
    assert max(sizes) <= 3


def test_a_row_longer_than_a_batch_is_a_batch_of_its_own():
    assert list(batches([10, 5000, 10], threads=1)) == [[0], [1], [2]]


def test_workers_give_results_in_order_and_use_one_torch_thread_each():
    before = torch.get_num_threads()
    workers = Workers()
    results = list(workers.map(lambda i: (i, torch.get_num_threads(), threading.get_ident()), range(50)))
    assert [i for i, _, _ in results] == list(range(50))
    assert {threads for _, threads, _ in results} == {1}
    assert threading.get_ident() not in {thread for _, _, thread in results}
    assert torch.get_num_threads() == before == workers.count


def test_threads_that_ask_at_once_share_the_workers():
    before = torch.get_num_threads()
    module._workers.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        shared = list(pool.map(lambda _: module.workers(), range(8)))
    assert len(set(map(id, shared))) == 1
    assert shared[0].count == torch.get_num_threads() == before
    assert module.workers(bulk=True) is not shared[0]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives each thread its own priority")
def test_threads_for_bulk_work_have_a_lower_priority():
    def priority() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    usual = priority()
    questions = set(module.workers().map(lambda _: priority(), range(20)))
    bulk = set(module.workers(bulk=True).map(lambda _: priority(), range(20)))
    assert questions == {usual}
    assert bulk == {min(19, usual + module.BULK)}
    assert priority() == usual


def test_workers_take_only_a_few_items_in_advance():
    taken = []

    def items():
        for i in range(1000):
            taken.append(i)
            yield i

    results = Workers().map(np.sqrt, items())
    next(results)
    assert len(taken) < 30


def test_an_error_in_a_thread_is_raised_when_its_result_is_read():
    results = Workers().map(lambda x: 1 / x, [1, 0])
    assert next(results) == 1
    with pytest.raises(ZeroDivisionError):
        next(results)
