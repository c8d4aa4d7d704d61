"""How elements of Word's XML are read: by local name, because the standard has two namespaces for each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_OFF = frozenset(("0", "false", "off", "none"))


def name_of(element: Any) -> str:
    """The name of an element without its namespace; "" for what is no element, such as an entity."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Any, name: str) -> str:
    """An attribute in any namespace, or ""."""
    return next((str(value) for key, value in element.items() if key.rpartition("}")[2] == name), "")


def child(element: Any, path: str) -> Any:
    """The first element at a path of names, such as "pPr/numPr", or None."""
    return element.find("/".join(f"{{*}}{name}" for name in path.split("/")))


def children(element: Any, name: str) -> Iterator[Any]:
    """The children with a name."""
    yield from element.iterchildren(f"{{*}}{name}")


def value(element: Any, path: str) -> str:
    """The `val` of the element at a path, or ""."""
    found = child(element, path)
    return "" if found is None else attribute(found, "val")


def number(text: str, default: int = 0) -> int:
    """A number in an attribute; the default if it is none, or out of any reasonable range."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else default


def switch(element: Any, path: str) -> bool | None:
    """Whether the property at a path is on; None if it is not mentioned."""
    found = child(element, path)
    return None if found is None else attribute(found, "val") not in _OFF


def font_of(element: Any) -> str:
    """The font of a run, or of the number of a list's level; "" if it has none of its own."""
    fonts = child(element, "rPr/rFonts")
    return "" if fonts is None else attribute(fonts, "ascii") or attribute(fonts, "hAnsi")
