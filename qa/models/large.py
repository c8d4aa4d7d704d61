"""The large reader that comes with the package, which reads the best few passages and decides.

An MPNet of 110 million parameters with the head of reading.py. large.safetensors keeps its matrices in four
bits a weight, under BERT's names, its word embeddings in eight and in the order of the default encoder's
vocabulary, whose tokenizer it shares. large.md says what it was made from and how good it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from qa.errors import ModelError
from qa.models.bert import Bert
from qa.models.files import LocalFiles, file_sha256, model_errors
from qa.models.linear import fastest_dtype
from qa.models.memory import give_back
from qa.models.mpnet import BIAS, HEADS, NORM_EPSILON, attention_bias
from qa.models.packed import PackedFile
from qa.models.reader import Compute, readings, with_head
from qa.models.reading import Reading
from qa.models.rows import WINDOW, Tokens
from qa.types import Passage


class LargeReader:
    """The reader in a packed file, loaded when it first reads.

    `files` are the default encoder's, for their tokenizer. Reading raises ModelError if the file is not the
    one with this SHA-256.
    """

    calibration = "large"

    def __init__(self, path: Path, sha256: str, files: LocalFiles) -> None:
        self._path = path
        self._sha256 = sha256
        self._files = files
        self.name = f"large, {sha256[:12]}"

    def read(self, question: str, passages: Sequence[Passage]) -> tuple[Reading, ...]:
        """See Reader."""
        return readings(question, passages, self._tokens, self._compute)

    @cached_property
    def _tokens(self) -> Tokens:
        return Tokens(self._files.tokenizer, doubled=True)

    @cached_property
    def _compute(self) -> Compute:
        with model_errors(self._path):
            genuine = file_sha256(self._path) == self._sha256
        if not genuine:
            raise ModelError(f"{self._path} is not the file that came with qa. Install qa again")
        with model_errors(self._path):
            weights = PackedFile(self._path)
            bias = attention_bias(weights[BIAS].float(), WINDOW)
            words = PackedFile(self._path).rows("embeddings.word_embeddings.weight")
            network = Bert(weights, HEADS, fastest_dtype(int8=True), NORM_EPSILON, bias, words)
            compute = with_head(network, weights["head.weight"], weights["head.bias"])
        del weights
        give_back()
        return compute
