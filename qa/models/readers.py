"""The encoder and the setting -> the readers, in the order in which they read."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from qa.models.encoder import Encoder
from qa.models.large import LargeReader
from qa.models.reader import Reader, find_reader, manifest
from qa.models.second import SecondReader

SMALL = "small"


def find_readers(encoder: Encoder, setting: str | None = None) -> list[Reader]:
    """The package's small reader, if it fits the encoder, and then the one that decides.

    `setting` is None for the package's large reader, "small" for none, otherwise the folder or id of a model.
    Raises ModelError if there is no such model, or the package's file is not the one that came with it.
    """
    small = find_reader(encoder)
    if setting not in (None, SMALL):
        return [*([small] if small else ()), SecondReader(setting)]
    large = Path(str(files("qa.models").joinpath("large.safetensors")))
    if small is None or setting == SMALL or not large.is_file():
        return [small] if small else []
    return [small, LargeReader(large, manifest()["large"], small.files)]
