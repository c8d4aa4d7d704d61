"""The structure of a message: entities with headers and a body, which may hold further entities (MIME).

The standard library's parser recurses through the levels of a message and looks in every line for the end of
each of them; here a message costs time in proportion to its size, and a broken one still gives its text.
"""

from __future__ import annotations

import binascii
import codecs
import re
from collections.abc import Iterable
from email.message import Message
from functools import cached_property

from qa.documents.plain.decoding import decode
from qa.errors import UnreadableFile

_MOST_HEADERS = 5_000
_LONGEST_HEADER = 20_000  # characters; the address lists of large groups are shorter
_OF_MESSAGES = frozenset(b"from to subject date received message-id return-path mime-version".split())
_HEADER = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_WORD = re.compile(r"=\?([\w.:-]+)(?:\*[\w-]*)?\?([qQbB])\?([^?]*)\?=")  # RFC 2047
_NO_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]+")
_LINE_END = re.compile(rb"\A\r?\n")
_GUESSED_BOUNDARY = re.compile(rb"\s*--([!-~]{1,200})[ \t]*\r?\n")
_SUPERSETS = {  # what mail programs understand by the names of these encodings
    "ascii": "",  # whatever the text looks like
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
}
_NO_CHARSET = re.compile(r"idna|punycode|undefined|(?:raw[_-])?unicode[_-]escape|mbcs|oem", re.IGNORECASE)
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class Entity:
    """A message, or a part of one."""

    def __init__(self, raw: bytes, default_type: str = "text/plain") -> None:
        """`default_type` is the content type of an entity that does not declare one."""
        self._headers, self._body = _split(raw)
        self._fields = Message()
        self._fields.set_default_type(default_type)
        for name in ("Content-Type", "Content-Disposition"):
            if value := self.raw_header(name):
                self._fields[name] = value

    @property
    def is_message(self) -> bool:
        """True if there are headers that only messages have."""
        return not _OF_MESSAGES.isdisjoint(self._headers)

    def raw_header(self, name: str) -> str:
        """The first header with a name, as it is written, in one line; "" if there is none."""
        return next(iter(self._raw_headers(name)), "")

    def header(self, name: str) -> str:
        """All headers with a name, decoded and in one line; "" if there are none."""
        return ", ".join(line for value in self._raw_headers(name) if (line := decoded_words(value)))

    @property
    def content_type(self) -> str:
        """The content type in small letters, without its parameters."""
        return self._fields.get_content_type()

    def parameter(self, name: str) -> str:
        """A parameter of the content type in small letters, or ""."""
        value = self._fields.get_param(name, "")
        return value.strip().lower() if isinstance(value, str) else ""

    @property
    def disposition(self) -> str:
        """ "attachment", "inline" or ""."""
        return self._fields.get_content_disposition() or ""

    @cached_property
    def file_name(self) -> str:
        """The name that the sender gave the part, or ""."""
        return decoded_words(self._fields.get_filename("") or "")

    def content(self) -> bytes:
        """The body, decoded as its transfer encoding says."""
        encoding = self.raw_header("Content-Transfer-Encoding").strip().lower()
        if encoding == "base64":
            return _base64(self._body)
        if encoding == "quoted-printable":
            return binascii.a2b_qp(self._body)
        if encoding in {"x-uuencode", "uuencode", "x-uue", "uue"}:
            return uudecoded(self._body.splitlines())
        return self._body

    def text(self) -> str:
        r"""The body as text with `\n` newlines. What its character encoding does not allow is replaced."""
        text = decoded(self.content(), self.parameter("charset"))
        return _UNFIT.sub(" ", text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))

    def parts(self) -> tuple[list[Entity], list[str]]:
        """The entities in the body of a multipart, and the texts that are written outside of them.

        There are none if the body does not have the form that the content type promises.
        """
        delimiter = self._delimiter()
        if delimiter is None:
            return [], []
        default = "message/rfc822" if self.content_type == "multipart/digest" else "text/plain"
        body = b"\n" + self._body
        entities: list[Entity] = []
        outside: list[str] = []
        start, closed = 0, True  # what stands before the first delimiter and after the last is outside
        for match in delimiter.finditer(body):
            self._add_part(body[start : match.start()], closed, default, entities, outside)
            start, closed = match.end(), bool(match[1])
        self._add_part(body[start:], closed, default, entities, outside)
        return entities, outside if entities else []

    def _add_part(
        self, raw: bytes, closed: bool, default: str, entities: list[Entity], outside: list[str]
    ) -> None:
        if not closed:
            entities.append(Entity(_LINE_END.sub(b"", raw.removesuffix(b"\r")), default))
        elif text := _UNFIT.sub(" ", decoded(raw, "")).strip():
            outside.append(" ".join(text.split()))

    def _delimiter(self) -> re.Pattern[bytes] | None:
        """What separates the parts of a multipart; its first group is there behind the last of them."""
        if not self.content_type.startswith("multipart/"):
            return None
        boundary = (self._fields.get_boundary("") or "").encode("utf-8", "replace")
        if not boundary and (guess := _GUESSED_BOUNDARY.match(self._body)):
            boundary = guess[1]
        if not boundary:
            return None
        return re.compile(rb"\n--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r?\n|\Z)")

    def _raw_headers(self, name: str) -> list[str]:
        values = self._headers.get(name.lower().encode(), [])
        return [" ".join(decoded(value[:_LONGEST_HEADER], "").split()) for value in values]


def decoded_words(value: str) -> str:
    """A header with its encoded words decoded, in one line."""
    pieces: list[tuple[bytes, str]] = []
    at = 0
    for match in _WORD.finditer(value):
        charset, encoding, word = match.groups()
        if between := value[at : match.start()].strip() if pieces else value[: match.start()]:
            pieces.append((value[at : match.start()].encode("utf-8", "replace"), "utf-8"))
        raw = word.encode("utf-8", "replace")
        content = _base64(raw) if encoding in "bB" else binascii.a2b_qp(raw, header=True)
        if pieces and not between and pieces[-1][1] == charset:  # a character may be cut in two
            pieces[-1] = (pieces[-1][0] + content, charset)
        else:
            pieces.append((content, charset))
        at = match.end()
    pieces.append((value[at:].encode("utf-8", "replace"), "utf-8"))
    return " ".join(_UNFIT.sub(" ", "".join(decoded(*piece) for piece in pieces)).split())


def uudecoded(lines: Iterable[bytes]) -> bytes:
    """The content of uuencoded lines, without those that are none."""
    content = []
    for line in lines:
        if not line.startswith((b"begin ", b"end")):
            try:
                content.append(binascii.a2b_uu(line))
            except binascii.Error:
                continue
    return b"".join(content)


def decoded(raw: bytes, charset: str) -> str:
    """Bytes as text, in the declared character encoding or else in the likeliest one."""
    codec = _codec(charset)
    # What is valid UTF-8 beyond ASCII is hardly ever meant as anything else.
    for name in ("utf-8", codec) if codec in {"", "cp1252"} and b"\x1b" not in raw else (codec,):
        try:
            return raw.decode(name)
        except (UnicodeError, LookupError):
            continue
    if codec not in {"", "utf-8"}:
        return raw.decode(codec, "replace")
    try:
        return decode(raw)
    except UnreadableFile:
        return raw.decode("cp1252", "replace")


def _codec(charset: str) -> str:
    """Python's name for a character encoding; "" if it has none, or none that a mail can mean."""
    try:
        name = codecs.lookup(charset.strip("\"' ").lower().removesuffix("-i")).name  # iso-8859-8-i
        b"\0\0\0\0".decode(name)  # Python has codecs that are no encodings of text
    except (LookupError, ValueError):
        return ""
    return "" if _NO_CHARSET.fullmatch(name) else _SUPERSETS.get(name, name)


def _split(raw: bytes) -> tuple[dict[bytes, list[bytes]], bytes]:
    """The headers by their names in small letters, and the body. A line that is no header ends them."""
    headers: dict[bytes, list[bytes]] = {}
    lines: list[bytes] = []  # of the current header
    number = at = 0
    while at < len(raw):
        end = raw.find(b"\n", at) + 1 or len(raw)
        line = raw[at : min(end, at + _LONGEST_HEADER)]
        if not line.strip(b"\r\n"):
            at = end
            break
        header = _HEADER.match(line)
        if line[:1] in b" \t" and lines:
            lines.append(line)
        elif header:
            _store(headers, lines)
            number += 1
            lines = [header[1], line[header.end() :]] if number <= _MOST_HEADERS else []
        elif not line.startswith((b"From ", b">From ")):
            break
        at = end
    _store(headers, lines)
    return headers, raw[at:]


def _store(headers: dict[bytes, list[bytes]], lines: list[bytes]) -> None:
    if lines:
        headers.setdefault(lines[0].lower(), []).append(b"".join(lines[1:]))


def _base64(encoded: bytes) -> bytes:
    """The content of base64, up to where it is cut off or damaged."""
    letters = _NO_BASE64.sub(b"", encoded).partition(b"=")[0]
    letters = letters[: len(letters) - (len(letters) % 4 == 1)]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))
