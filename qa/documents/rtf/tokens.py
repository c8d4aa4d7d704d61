"""The tokens of RTF, and in which encoding its bytes are."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import NamedTuple

_TOKEN = re.compile(
    rb"\\([A-Za-z]{1,32})(-?\d{1,9})? ?|\\'([0-9A-Fa-f]{2})|\\([^A-Za-z])|([{}])"
    rb"|[\r\n\0]+|([^\\{}\r\n\0]+)|\\",
    re.DOTALL,
)
_OF_CHARSETS = {
    0: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gbk", 136: "cp950",
    161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251",
    222: "cp874", 238: "cp1250", 254: "cp437", 255: "cp850",
}  # fmt: skip


class Token(NamedTuple):
    """A control word or symbol with its number, a brace, or bytes of text (`word` is "")."""

    word: str
    number: int | None = None
    text: bytes = b""


def tokens(raw: bytes) -> Iterator[Token]:
    """The tokens of a file. The bytes of pictures that are not written in digits are skipped."""
    at = 0
    while match := _TOKEN.match(raw, at):
        at = match.end()
        word, number, code, symbol, brace, text = match.groups()
        if text:
            yield Token("", text=text)
        elif word:
            value = int(number) if number else None
            if word == b"bin":
                at += max(value or 0, 0)
            yield Token(word.decode("ascii"), value)
        elif code:
            yield Token("", text=bytes.fromhex(code.decode("ascii")))
        elif brace:
            yield Token(brace.decode("ascii"))
        elif symbol:
            yield Token("", text=symbol) if symbol in b"{}\\" else Token(symbol.decode("latin-1"))


def of_code_page(number: int | None) -> str:
    """The encoding of a Windows code page, by name."""
    if number == 10000:
        return "mac_roman"
    name = f"cp{number}"
    try:
        codecs.lookup(name)
    except LookupError:
        return "utf-8" if number == 65001 else "cp1252"
    return name


def of_charset(number: int | None) -> str:
    """The encoding of a font's character set; "" if that of the file applies."""
    return _OF_CHARSETS.get(number or 0, "") if number != 1 else ""
