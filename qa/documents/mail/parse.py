"""A message or a mailbox -> a document, with the documents attached to it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from email.utils import parseaddr, parsedate_to_datetime

from qa.documents.formats import SUFFIXES, parse
from qa.documents.mail.attachments import Attachments, Parse
from qa.documents.mail.body import ENCRYPTED
from qa.documents.mail.mbox import messages
from qa.documents.mail.message import Reader
from qa.documents.mail.mime import Entity, decoded_words
from qa.documents.parsed import Parsed, Part, from_parts, own_author
from qa.errors import UnreadableFile

_LONGEST_ADDRESS = 500  # characters
_LONGEST_SUBJECT = 100
_EXPUNGED = 0x0008  # Thunderbird's flag of a message that was deleted and is still in the file


def parse_mail(path: str, raw: bytes) -> Parsed:
    """A message (.eml), and attachments in every format that is read. Raises UnreadableFile."""
    return read_mail(path, raw, parse, SUFFIXES)


def parse_mailbox(path: str, raw: bytes) -> Parsed:
    """A mailbox (.mbox), and attachments in every format that is read. Raises UnreadableFile."""
    return read_mailbox(path, raw, parse, SUFFIXES)


def read_mail(path: str, raw: bytes, parse: Parse, suffixes: Collection[str]) -> Parsed:
    """A message (.eml), with the documents attached to it as `attachments`.

    `parse` reads attachments whose names end in one of the suffixes. Raises UnreadableFile if the file is no
    message, is encrypted or has too much text.
    """
    message = Entity(_with_newlines(raw).lstrip())
    if not message.is_message:
        raise UnreadableFile("not an e-mail message")
    attachments = Attachments(parse, suffixes)
    reader = Reader(attachments)
    parts = reader.parts(message)
    if not reader.found_text and any(reason == ENCRYPTED for reason, _ in reader.left_out):
        raise UnreadableFile(ENCRYPTED)
    metadata = {"author": _author(message), "date": _day(message)}
    return _document(path, parts, message.header("Subject"), metadata, reader, attachments)


def read_mailbox(path: str, raw: bytes, parse: Parse, suffixes: Collection[str]) -> Parsed:
    """All messages of a mailbox (.mbox), each a place; see `read_mail`.

    Raises UnreadableFile if the file is no mailbox or has too much text.
    """
    attachments = Attachments(parse, suffixes)
    reader = Reader(attachments)
    parts: list[Part] = []
    number = 0
    for number, message in enumerate(map(Entity, messages(_with_newlines(raw).lstrip())), 1):
        subject = message.header("Subject")[:_LONGEST_SUBJECT].rstrip()
        name = f"message {number}"
        place = f"{name}: {subject}" if subject else name
        if _is_expunged(message):
            reader.left_out.append(("deleted message", place))
        else:
            parts += reader.parts(message, place, name)
    if not number:
        raise UnreadableFile("not a mailbox (.mbox)")
    return _document(path, parts, "", {}, reader, attachments)


def _document(
    path: str,
    parts: Sequence[Part],
    title: str,
    metadata: dict[str, str],
    reader: Reader,
    attachments: Attachments,
) -> Parsed:
    left_out = [*reader.left_out, *attachments.left_out]
    parsed = from_parts(path, parts, title, metadata, lambda _: left_out)
    return replace(parsed, attachments=tuple(attachments.documents))


def _with_newlines(raw: bytes) -> bytes:
    """The file without a byte order mark, and with the newlines of today if it has those of old Macs."""
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    return raw if b"\n" in raw else raw.replace(b"\r", b"\n")


def _author(message: Entity) -> str:
    """The name of the sender, or the address if there is none."""
    try:
        name, address = parseaddr(message.raw_header("From")[:_LONGEST_ADDRESS])
    except RecursionError:  # comments in comments
        return ""
    return own_author(decoded_words(name)) or decoded_words(address)


def _day(message: Entity) -> str:
    """The day on which the message was sent, at the sender's place, in ISO 8601; "" if unknown."""
    try:
        return parsedate_to_datetime(message.raw_header("Date")).date().isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""


def _is_expunged(message: Entity) -> bool:
    try:
        return bool(int(message.raw_header("X-Mozilla-Status") or "0", 16) & _EXPUNGED)
    except ValueError:
        return False
