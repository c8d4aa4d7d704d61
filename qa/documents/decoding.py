"""Bytes -> text: which encoding they are in."""

from __future__ import annotations

import re

import charset_normalizer

from qa.errors import UnreadableFile

_META_CHARSET = re.compile(rb"<meta[^>]+charset=[\"']?([\w-]+)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
# Python has codecs of these names, and no page can mean them.
_NO_CHARSET = re.compile(r"idna|punycode|undefined|(?:raw_)?unicode_(?:escape|internal)", re.IGNORECASE)
_OLD_GUESSES = ("cp437", "cp7", "cp85", "cp86", "mac")  # of DOS and old Macs: likely wrong where Windows fits
HALF = re.compile("[\ud800-\udfff]")  # of a character that UTF-16 writes in two; no text is stored with it


def decode(raw: bytes, html: bool = False) -> str:
    r"""Bytes -> text with `\n` newlines and no BOM. Raises UnreadableFile if they are not text."""
    text = _decoded(raw, html)
    if text is None or len(_CONTROL.findall(text[:100_000])) > 1 + len(text[:100_000]) // 200:
        raise UnreadableFile("not a text file (or in an encoding that cannot be recognised)")
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _decoded(raw: bytes, html: bool) -> str | None:
    boms = (
        (b"\xff\xfe\x00\x00", "utf-32"),
        (b"\x00\x00\xfe\xff", "utf-32"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    )
    candidates = [encoding for bom, encoding in boms if raw.startswith(bom)][:1] or ["utf-8"]
    if html and (declared := _META_CHARSET.search(raw[:4096])):
        name = declared[1].decode("ascii").replace("-", "_")
        candidates += [] if _NO_CHARSET.fullmatch(name) else [name]
    for encoding in candidates:
        try:
            text = raw.decode(encoding)
        except (UnicodeError, LookupError):
            continue
        if not HALF.search(text):
            return text
    if b"\x00" in raw[:4096] and raw[:4096].count(b"\x00") < len(raw[:4096]) // 5:
        return None  # scattered zero bytes: a program's file, not UTF-16
    guesses = charset_normalizer.from_bytes(raw)
    likely = next((guess for guess in guesses if not guess.encoding.startswith(_OLD_GUESSES)), guesses.best())
    return None if likely is None or HALF.search(str(likely)) else str(likely)
