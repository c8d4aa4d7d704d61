"""What a signed message in the form of S/MIME says: the content of its CMS structure (RFC 5652)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

_SIGNED = bytes.fromhex("2a864886f70d010702")  # the object identifier of signed data
_OBJECT, _OCTETS, _OCTETS_IN_PIECES, _SEQUENCE, _CONTENT = 0x06, 0x04, 0x24, 0x30, 0xA0
_DEEPEST = 20


class _Element(NamedTuple):
    tag: int
    content: bytes


def signed_content(cms: bytes) -> bytes | None:
    """The message within a signed one; None if it is encrypted or damaged. The signature is not checked."""
    try:
        kind, signed = _children(next(_elements(cms)), _SEQUENCE)[:2]
        if kind != (_OBJECT, _SIGNED):
            return None
        data = _children(_children(signed, _CONTENT)[0], _SEQUENCE)
        wrapped = next(element for element in data if element.tag == _SEQUENCE)
        return _octets(_children(_children(wrapped, _SEQUENCE)[1], _CONTENT)[0], 0)
    except (ValueError, IndexError, StopIteration):
        return None


def _children(element: _Element, tag: int) -> list[_Element]:
    """The elements in one that must have this tag. Raises ValueError."""
    if element.tag != tag:
        raise ValueError(element.tag)
    return list(_elements(element.content))


def _octets(element: _Element, depth: int) -> bytes:
    """A string of octets, which may be given in pieces. Raises ValueError."""
    if element.tag == _OCTETS:
        return element.content
    if element.tag != _OCTETS_IN_PIECES or depth > _DEEPEST:
        raise ValueError(element.tag)
    return b"".join(_octets(piece, depth + 1) for piece in _elements(element.content))


def _elements(encoded: bytes) -> Iterator[_Element]:
    """The elements of an encoding (BER), one after the other. Raises ValueError or IndexError."""
    at = 0
    while at < len(encoded) and encoded[at : at + 2] != b"\0\0":
        start, end, following = _extent(encoded, at, 0)
        yield _Element(encoded[at], encoded[start:end])
        at = following


def _extent(encoded: bytes, at: int, depth: int) -> tuple[int, int, int]:
    """Where the content of an element begins and ends, and where the next one begins."""
    length = encoded[at + 1]
    start = at + 2
    if length == 0x80:  # up to two zeros
        if depth > _DEEPEST:
            raise ValueError(depth)
        inner = start
        while encoded[inner : inner + 2] != b"\0\0":
            _, _, inner = _extent(encoded, inner, depth + 1)
        return start, inner, inner + 2
    if length > 0x80:
        start += length & 0x7F
        length = int.from_bytes(encoded[at + 2 : start], "big")
    if start + length > len(encoded):
        raise ValueError(length)
    return start, start + length, start + length
