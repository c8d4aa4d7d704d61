"""A question + passages -> readings: each passage's best span, and how it compares with "no answer here".

The small reader is the default encoder's own network with another head (reading.py). reader.safetensors
stores how its weights differ from the encoder's: for each matrix a product of two thin ones, for each vector
the difference itself. reader.md says what it was made from and how good it is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from functools import cache, cached_property
from importlib.resources import files
from itertools import chain
from typing import TYPE_CHECKING, Any, Protocol

from qa.errors import ModelError
from qa.models.bert import Bert
from qa.models.encoder import BertEncoder, Encoder
from qa.models.endpoint import EndpointEncoder
from qa.models.reading import Logits, Reading, merged, window_reading
from qa.models.rows import Row, Tokens
from qa.models.workers import batches, workers
from qa.types import Passage

if TYPE_CHECKING:
    import torch


Compute = Callable[[Sequence[Row]], list[Logits]]  # the logits of each row, (tokens, outputs): reading.py


class Reader(Protocol):
    """The interface of a reader to the rest of the package; tests substitute a simple one."""

    @property
    def name(self) -> str:
        """The name of the reader, for display."""

    @property
    def calibration(self) -> str:
        """The name of the calibration in reader.json that fits its readings."""

    def read(self, question: str, passages: Sequence[Passage]) -> tuple[Reading, ...]:
        """A reading for each passage, in the order of the passages."""


class ExtractiveReader:
    """The small reader of the package, on the encoder it was made from. Loaded when first needed."""

    calibration = "small"

    def __init__(self, encoder: BertEncoder, weights: bytes) -> None:
        self._encoder = encoder
        self.files = encoder.files
        self._weights = weights
        self.name = f"extractive, {hashlib.sha256(weights).hexdigest()[:12]}"

    @cached_property
    def _tokens(self) -> Tokens:
        return Tokens(self.files.tokenizer)

    @cached_property
    def _network(self) -> tuple[Bert, torch.Tensor, torch.Tensor]:
        """The network, which shares the encoder's word embeddings, and the weight and bias of the head."""
        from safetensors.torch import load

        stored = load(self._weights)
        weights = dict(self._encoder.weights)
        for name, weight in weights.items():
            if f"{name}.left" in stored:
                weights[name] = weight + stored[f"{name}.left"].float() @ stored[f"{name}.right"].float()
            elif name in stored:
                weights[name] = weight + stored[name].float()
        return self._encoder.network(weights, int8=True), stored["head.weight"], stored["head.bias"]

    def read(self, question: str, passages: Sequence[Passage]) -> tuple[Reading, ...]:
        """See Reader."""
        return readings(question, passages, self._tokens, with_head(*self._network))


def with_head(network: Bert, weight: torch.Tensor, bias: torch.Tensor) -> Compute:
    """A function from rows to their logits, given a network and the weight and bias of its head."""
    import torch
    from torch.nn.functional import linear

    weight, bias = weight.float(), bias.float()

    def compute(rows: Sequence[Row]) -> list[Logits]:
        with torch.inference_mode():
            hidden = network([row.ids for row in rows], [row.boundary for row in rows])
            return [linear(h.float(), weight, bias).numpy() for h in hidden]

    return compute


def readings(
    question: str, passages: Sequence[Passage], tokens: Tokens, compute: Compute
) -> tuple[Reading, ...]:
    """The readings of passages, from a function that computes the logits of a batch of rows."""
    rows = [
        (number, row)
        for number, passage in enumerate(passages)
        for row in tokens.rows(question, passage.header, passage.text)
    ]
    windows: list[list[Reading]] = [[] for _ in passages]
    row_batches = batches([len(row.ids) for _, row in rows], workers().count)
    results = workers().map(compute, ([rows[i][1] for i in batch] for batch in row_batches))
    for (number, row), logits in zip(rows, chain.from_iterable(results), strict=True):
        windows[number].append(window_reading(passages[number], row, logits))
    return tuple(merged(of_passage) for of_passage in windows)


def find_reader(encoder: Encoder) -> ExtractiveReader | None:
    """The package's small reader, or None if it is missing or was made from another encoder.

    If a server computes the vectors, the reader is made from the default model on this machine. Raises
    ModelError if the file is not the one that reader.json names.
    """
    weights = files("qa.models").joinpath("reader.safetensors")
    base = encoder.local if isinstance(encoder, EndpointEncoder) else encoder
    if not weights.is_file() or not isinstance(base, BertEncoder):
        return None
    if base.files.weights_sha256 != manifest()["base"]:
        return None
    content = weights.read_bytes()
    if hashlib.sha256(content).hexdigest() != manifest()["sha256"]:
        raise ModelError("qa/models/reader.safetensors is not the file that came with qa. Install qa again")
    return ExtractiveReader(base, content)


@cache
def manifest() -> dict[str, Any]:
    """The content of reader.json: checksums of the readers and of the small one's base, and calibrations."""
    values: dict[str, Any] = json.loads(files("qa.models").joinpath("reader.json").read_text("utf-8"))
    return values
