"""Values -> plain dicts and lists with the same names, for JSON. Documents go without their text."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qa.types import Document


def plain(value: Any) -> Any:
    """Dataclasses as dicts, tuples as lists, mappings as dicts, paths as strings; the rest as it is."""
    if isinstance(value, Document):
        names = ("id", "path", "title", "digest", "metadata")
        return {name: plain(getattr(value, name)) for name in names}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Path):
        return str(value)
    return value
