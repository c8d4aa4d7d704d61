"""Bytes -> text, in the encoding that a file declares or, if it declares none, in the likeliest one."""

from __future__ import annotations

import codecs
import re

from qa.documents.plain.encodings import guessed, iso_2022, unmarked_utf
from qa.errors import UnreadableFile

_BYTE_ORDER_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_META_CHARSET = re.compile(rb"<meta[^>]{1,300}?charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*[\"']([\w.-]+)", re.IGNORECASE)
# Python has codecs with these names, but no page can mean them.
_NO_CHARSET = re.compile(r"idna|punycode|undefined|(?:raw_)?unicode_(?:escape|internal)", re.IGNORECASE)
_SUPERSETS = {  # what browsers, and so the programs that write pages, understand by these names
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso8859-9": "cp1254",
}
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_CONTROL_BYTE = re.compile(rb"[\x00-\x08\x0b\x0e-\x19\x1c-\x1f]")
_UTF_8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
# Half of a character that UTF-16 writes as two; text with it cannot be stored.
_HALF = re.compile("[\ud800-\udfff]")


def decode(raw: bytes, html: bool = False) -> str:
    r"""Bytes -> text with `\n` newlines and no BOM. Raises UnreadableFile if they are not text."""
    text = _decoded_text(raw, html)
    if text is None or _is_binary(text):
        raise UnreadableFile("not a text file, or in an unknown encoding")
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _is_binary(text: str) -> bool:
    """True if a text has more control characters than one or two strays."""
    beginning = text[:100_000]
    return len(_CONTROL.findall(beginning)) > 1 + len(beginning) // 200


def storable(text: str) -> str:
    """A text without halves of characters, which cannot be stored."""
    return _HALF.sub("\ufffd", text)


def _decoded_text(raw: bytes, html: bool) -> str | None:
    """The text in the encoding that its marks declare, or else in the likeliest one; None if none fits."""
    if (switching := iso_2022(raw)) is not None:
        return switching
    marked = [encoding for mark, encoding in _BYTE_ORDER_MARKS if raw.startswith(mark)][:1]
    for encoding in [*(marked or ["utf-8"]), *_declared(raw, html)]:
        try:
            text = raw.decode(encoding)
        except (UnicodeError, LookupError):
            continue
        if not _HALF.search(text) and not _is_binary(text):
            return text
    if _CONTROL_BYTE.search(raw[:4096]) and (wide := unmarked_utf(raw)) is not None:
        return wide
    if b"\x00" in raw[:4096]:
        return None  # no other encoding of text has such bytes
    if _is_damaged_utf_8(raw):
        return raw.decode("utf-8", _OTHERWISE_1252)
    return guessed(raw)


def _declared(raw: bytes, html: bool) -> list[str]:
    """The encoding that a page or an XML file says it is in."""
    found = _XML_ENCODING.match(raw[:1024]) or (_META_CHARSET.search(raw[:4096]) if html else None)
    if not found:
        return []
    name = found[1].decode("ascii", "replace").replace("-", "_")
    try:
        codec = codecs.lookup(name)
    except LookupError:
        return []
    return [] if _NO_CHARSET.fullmatch(name) else [_SUPERSETS.get(codec.name, codec.name)]


def _is_damaged_utf_8(raw: bytes) -> bool:
    """True if most bytes beyond ASCII are UTF-8, as where pieces of several files were put together."""
    beyond = sum(raw.count(bytes([byte])) for byte in range(0x80, 0x100))
    valid = sum(map(len, _UTF_8.findall(raw)))
    return beyond - valid <= beyond // 5


def _read_as_1252(error: UnicodeError) -> tuple[str, int]:
    """What a byte means that is not UTF-8: an error handler for `bytes.decode`."""
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


_OTHERWISE_1252 = "qa.cp1252"
codecs.register_error(_OTHERWISE_1252, _read_as_1252)
