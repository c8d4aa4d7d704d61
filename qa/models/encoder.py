"""Texts -> unit vectors, computed with a sentence-transformers model from local files."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from qa.models.bert import Bert
from qa.models.files import ModelFiles, model_errors
from qa.models.linear import fastest_dtype
from qa.models.workers import batches, workers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sentence_transformers import SentenceTransformer
    from torch import Tensor

BATCH = 32  # texts of about the same length
CHUNK = 256  # texts that are tokenized at a time; more than that is bulk work

Vectors = npt.NDArray[np.float32]  # (n, dimension), unit rows: inner product = cosine, higher is nearer


def headed(header: str, text: str) -> str:
    """A text in the form in which it is embedded: under its header, if it has one."""
    return f"{header}\n{text}" if header else text


class Encoder(Protocol):
    """The interface of an encoder to the rest of the package; tests substitute a simple one."""

    max_tokens: int

    @property
    def name(self) -> str:
        """The name of the model, for display."""

    @property
    def fingerprint(self) -> str:
        """A string that changes whenever the vector of the same text would mean something else."""

    @property
    def precision(self) -> str:
        """The precision it computes in, for display: "bf16" or "fp32"; "endpoint" if a server computes."""

    def count(self, text: str) -> int:
        """The number of tokens in a text, not counting special tokens."""

    def encode(self, texts: Sequence[str]) -> Iterator[tuple[list[int], Vectors]]:
        """The vectors of texts, as they become available: (indices into `texts`, their unit rows)."""

    def encode_query(self, text: str) -> Vectors:
        """The query vector of a question, of unit length, shape (dimension,)."""


class _FileEncoder:
    """The part of an encoder that depends only on its files. The model is loaded when first needed."""

    def __init__(self, files: ModelFiles) -> None:
        self.files = files
        self.name = files.name
        self.max_tokens = files.max_tokens

    @property
    def fingerprint(self) -> str:
        return self.files.fingerprint

    @cached_property
    def precision(self) -> str:
        import torch

        return "bf16" if fastest_dtype() is torch.bfloat16 else "fp32"

    def count(self, text: str) -> int:
        (encoding,) = self.files.tokenizer.encode_batch_fast([text], add_special_tokens=False)
        return len(encoding)


class BertEncoder(_FileEncoder):
    """An encoder whose model is a BERT with mean pooling, like the default model."""

    @cached_property
    def weights(self) -> Mapping[str, Tensor]:
        """The network's weights by name, memory-mapped, so not read until they are used."""
        self.fingerprint  # noqa: B018  verifies the weights before they are used
        from safetensors.torch import load_file

        with model_errors(self.files.folder):
            return load_file(self.files.folder / "model.safetensors")

    def network(self, weights: Mapping[str, Tensor], int8: bool = False) -> Bert:
        """A network of this shape with these weights, in this encoder's precision or perhaps int8."""
        import torch

        with model_errors(self.files.folder):
            config = self.files.read_json("config.json")
            own = torch.float32 if self.precision == "fp32" else torch.bfloat16
            dtype = fastest_dtype(int8=True) if int8 else own
            return Bert(weights, config["num_attention_heads"], dtype, config["layer_norm_eps"])

    @cached_property
    def _network(self) -> Bert:
        return self.network(self.weights)

    def encode(self, texts: Sequence[str]) -> Iterator[tuple[list[int], Vectors]]:
        if not texts:
            return  # without loading anything
        batches_of_vectors = workers(bulk=len(texts) > CHUNK).map(self._vectors, self._token_batches(texts))
        done = 0
        for vectors in batches_of_vectors:
            yield list(range(done, done + len(vectors))), vectors
            done += len(vectors)

    def encode_query(self, text: str) -> Vectors:
        (vectors,) = workers().map(self._vectors, self._token_batches([text]))
        vector: Vectors = vectors[0]
        return vector

    def _token_batches(self, texts: Sequence[str]) -> Iterator[list[list[int]]]:
        """The token ids of texts, in batches. Texts are tokenized while earlier batches are computed."""
        self._network  # noqa: B018  loads it once, before several threads need it
        for start in range(0, len(texts), CHUNK):
            chunk = list(texts[start : start + CHUNK])
            rows = [encoding.ids for encoding in self.files.tokenizer.encode_batch_fast(chunk)]
            rows = [r if len(r) <= self.max_tokens else [*r[: self.max_tokens - 1], r[-1]] for r in rows]
            for batch in batches([len(row) for row in rows], workers().count):
                yield [rows[i] for i in batch]

    def _vectors(self, rows: Sequence[Sequence[int]]) -> Vectors:
        import torch
        from torch.nn.functional import normalize

        with torch.inference_mode():
            means = [hidden.mean(0, dtype=torch.float32) for hidden in self._network(rows)]
            vectors: Vectors = normalize(torch.stack(means)).numpy()
        return vectors


class SentenceTransformerEncoder(_FileEncoder):
    """An encoder for any other sentence-transformers model, computed by that library."""

    def __init__(self, files: ModelFiles) -> None:
        super().__init__(files)
        self._lock = threading.Lock()  # a fast tokenizer cannot be used by two threads at once

    @cached_property
    def _model(self) -> SentenceTransformer:
        self.fingerprint  # noqa: B018  verifies the weights before they are used
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        with model_errors(self.files.folder):
            return SentenceTransformer(
                str(self.files.folder),
                device="cpu",
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={"use_safetensors": True},
            )

    def encode(self, texts: Sequence[str]) -> Iterator[tuple[list[int], Vectors]]:
        # Sorting all texts by length leaves little padding in a batch; the stable sort keeps it repeatable.
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for start in range(0, len(order), 2 * BATCH):  # few at a time, as questions wait for the lock
            indices = order[start : start + 2 * BATCH]
            yield indices, self._encode_with("encode_document", [texts[i] for i in indices])

    def encode_query(self, text: str) -> Vectors:
        vector: Vectors = self._encode_with("encode_query", [text])[0]
        return vector

    def _encode_with(self, method_name: str, texts: list[str]) -> Vectors:
        import torch

        autocast = torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.precision != "fp32")
        with self._lock, autocast:
            method = getattr(self._model, method_name)
            vectors = method(texts, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False)
        return np.ascontiguousarray(vectors, dtype=np.float32)


def encode_all(encoder: Encoder, texts: Sequence[str]) -> Vectors:
    """The vectors of texts, in the order of the texts, (n, dimension)."""
    parts = list(encoder.encode(texts))
    order = np.argsort(np.concatenate([np.asarray(indices) for indices, _ in parts]), kind="stable")
    rows: Vectors = np.concatenate([vectors for _, vectors in parts])[order]
    return rows


def find_encoder(model: str | None = None) -> BertEncoder | SentenceTransformerEncoder:
    """The encoder for a model (a folder, or the id of a model on this machine); None is the default model.

    Raises ModelError if there is no such model or its files are broken.
    """
    files = ModelFiles(model)
    return BertEncoder(files) if _is_plain_bert(files) else SentenceTransformerEncoder(files)


def _is_plain_bert(files: ModelFiles) -> bool:
    """True if the model does exactly what BertEncoder computes, with no step before, between or after."""
    config = files.read_json("config.json")
    pooling: dict[str, Any] = {}
    module_types = []
    for module in files.read_json("modules.json"):
        module_types.append(module["type"].rsplit(".")[-1])
        if module_types[-1] == "Pooling":
            pooling = files.read_json(f"{module['path']}/config.json")
    modes = [key.removeprefix("pooling_mode_") for key, value in pooling.items() if value is True]
    prompts = files.read_json("config_sentence_transformers.json").get("prompts", {})
    return (
        files.weights_sha256 != ""
        and config.get("model_type") == "bert"
        and config.get("hidden_act") == "gelu"
        and config.get("position_embedding_type", "absolute") == "absolute"
        and module_types[:2] == ["Transformer", "Pooling"]
        and module_types[2:] in ([], ["Normalize"])
        and (pooling.get("pooling_mode") or modes) in ("mean", ["mean_tokens"])
        and not any(prompts.values())
        and not files.read_json("sentence_bert_config.json").get("do_lower_case")
    )
