"""A message -> parts: its headers, its text and the messages in it. Attached documents are set aside."""

from __future__ import annotations

import re
from functools import partial
from pathlib import PurePosixPath
from typing import NamedTuple

from qa.documents.html.parts import HIDDEN
from qa.documents.mail.attachments import Attachments, has_own_format
from qa.documents.mail.body import ENCRYPTED, html_text, plain_text
from qa.documents.mail.mbox import messages
from qa.documents.mail.mime import Entity, uudecoded
from qa.documents.mail.quoting import is_forwarding, is_reply
from qa.documents.mail.smime import signed_content
from qa.documents.parsed import Part
from qa.documents.plain.paragraphs import words
from qa.errors import UnreadableFile
from qa.types import BlockKind

_SHOWN = ("From", "To", "Cc", "Bcc", "Newsgroups", "Date")
_DEEPEST_MESSAGE = 5  # a message in a message, and so on
_DEEPEST_ENTITY = 30
_MOST_ENTITIES = 20_000
_MOST_CHARACTERS = 10_000_000
_TOO_MUCH = "too much text. Split it"
_LOST = 0.2  # of the words of an HTML text: its plain form may lack no more
_LONGEST_SUBJECT = 100  # characters, in the name of a place
_MESSAGES = frozenset(("message/rfc822", "message/global", "message/news"))
_TECHNICAL = frozenset(  # signatures and the like, which no mail program shows
    "application/pgp-signature application/pkcs7-signature application/x-pkcs7-signature"
    " application/pgp-encrypted application/applefile".split()
)
_SMIME = frozenset(("application/pkcs7-mime", "application/x-pkcs7-mime"))
_SAME_TEXT = frozenset("text/x-amp-html text/watch-html text/enriched text/richtext text/rtf".split())
_MULTIPART_NOTE = re.compile(r".{0,300}(?:multi-?part message|\bMIME\b).{0,300}", re.IGNORECASE)


class _Message(NamedTuple):
    """What the parts of a message have in common."""

    place: str
    owner: str  # how attachments of the same name are told apart
    depth: int
    forwarding: bool
    reply: bool
    attached: list[str]


class Reader:
    """Reads messages. What it leaves out is listed in `left_out`, as (reason, what).

    `found_text` is true if a message had more than headers.
    """

    def __init__(self, attachments: Attachments) -> None:
        self.left_out: list[tuple[str, str]] = []
        self.found_text = False
        self._attachments = attachments
        self._entities = 0
        self._size = 0

    def parts(self, entity: Entity, place: str = "", owner: str = "", depth: int = 0) -> list[Part]:
        """The parts of a message. Raises UnreadableFile if there is too much text."""
        subject = entity.header("Subject")
        reply = is_reply(subject) or bool(entity.raw_header("In-Reply-To"))
        message = _Message(place, owner, depth, is_forwarding(subject), reply, [])
        text = self._entity(entity, message, 0)
        self.found_text |= bool(text)
        headers = [(name, entity.header(name)) for name in _SHOWN]
        headers.append(("Attachments", ", ".join(message.attached)))
        parts = [Part(subject, BlockKind.HEADING, place=place)] if subject else []
        parts += [Part(f"{name}: {value}", place=place) for name, value in headers if value]
        parts += text
        if not depth:
            self._size += sum(len(part.text) for part in parts)
        if self._size > _MOST_CHARACTERS:
            raise UnreadableFile(_TOO_MUCH)
        return parts

    def _entity(self, entity: Entity, message: _Message, level: int) -> list[Part]:
        """The parts of an entity; level tells how many others it is in."""
        self._entities += 1
        kind = entity.content_type
        if self._entities > _MOST_ENTITIES or level > _DEEPEST_ENTITY:
            if self._entities <= _MOST_ENTITIES + 1:
                self.left_out.append(("too many parts, or too deep in one another", kind))
            return []
        entities, outside = entity.parts()
        self.left_out += [
            ("outside the parts of the message", text)
            for text in outside
            if not _MULTIPART_NOTE.fullmatch(text)
        ]
        if kind == "multipart/encrypted":
            self.left_out.append((ENCRYPTED, message.place or "the message"))
            return []
        if kind == "multipart/alternative" and entities:
            return self._alternative(entities, message, level)
        if entities:
            return [part for inner in entities for part in self._entity(inner, message, level + 1)]
        return self._leaf(entity, "text/plain" if kind.startswith("multipart/") else kind, message, level)

    def _alternative(self, entities: list[Entity], message: _Message, level: int) -> list[Part]:
        """One of several forms of the same text: the plain one, unless the other one says more."""
        plain: list[Part] = []
        rich: list[Part] = []
        others: list[Part] = []
        for entity in entities:
            kind = entity.content_type
            if kind in _SAME_TEXT and len(entities) > 1:
                continue
            parts = self._entity(entity, message, level + 1)
            if kind == "text/plain":
                plain += parts
            elif kind.startswith(("text/html", "multipart/")):
                rich += parts
            else:
                others += parts
        return (rich if _says_more(rich, plain) else plain) + others

    def _leaf(self, entity: Entity, kind: str, message: _Message, level: int) -> list[Part]:
        """The parts of an entity without others in it."""
        name = entity.file_name
        suffix = PurePosixPath(name).suffix.lower()
        shown = entity.disposition == "inline" or not (name or entity.disposition)
        if kind in _TECHNICAL:
            return []
        if kind in _SMIME:
            return self._smime(entity, message, level)
        if kind in _MESSAGES or suffix == ".eml":
            return self._attached_message(entity.content(), message)
        if kind == "application/mbox" or suffix == ".mbox":
            return [p for raw in messages(entity.content()) for p in self._attached_message(raw, message)]
        if kind.startswith("image/") and (shown or entity.raw_header("Content-ID")):
            self.left_out.append(("picture in the text", name or kind))
            return []
        if shown and kind.startswith(("text/", "message/")) and not has_own_format(kind):
            parts = self._html(entity, message) if kind == "text/html" else self._plain(entity, message)
            return [part._replace(place=message.place) for part in parts]
        message.attached.append(self._attachments.add(name, kind, entity.content, message.owner))
        return []

    def _plain(self, entity: Entity, message: _Message) -> list[Part]:
        content = entity.text()
        if len(content) > _MOST_CHARACTERS:
            raise UnreadableFile(_TOO_MUCH)
        flowed, delete_space = entity.parameter("format") == "flowed", entity.parameter("delsp") == "yes"
        text = plain_text(content, flowed, delete_space, message.forwarding)
        self.left_out += text.left_out
        for name, lines in text.files:
            encoded = partial(uudecoded, [line.encode("ascii", "replace") for line in lines])
            message.attached.append(self._attachments.add(name, "", encoded, message.owner))
        return text.parts

    def _html(self, entity: Entity, message: _Message) -> list[Part]:
        if not entity.parameter("charset"):  # then the text may declare it
            try:
                return html_text(entity.content(), message.forwarding, message.reply)
            except UnreadableFile:
                pass
        return html_text(entity.text(), message.forwarding, message.reply)

    def _smime(self, entity: Entity, message: _Message, level: int) -> list[Part]:
        """The text of a signed message; an encrypted one is listed."""
        content = signed_content(entity.content())
        if content is None:
            self.left_out.append((ENCRYPTED, message.place or "the message"))
            return []
        return self._entity(Entity(content), message, level + 1)

    def _attached_message(self, raw: bytes, message: _Message) -> list[Part]:
        entity = Entity(raw.lstrip(b"\r\n"))
        subject = entity.header("Subject")[:_LONGEST_SUBJECT].rstrip()
        label = f"attached message: {subject}" if subject else "attached message"
        if message.depth >= _DEEPEST_MESSAGE:
            self.left_out.append(("a message too deep in others", label))
            return []
        place = f"{message.place}, {label}" if message.place else label
        return self.parts(entity, place, message.owner, message.depth + 1)


def _says_more(rich: list[Part], plain: list[Part]) -> bool:
    """True if an HTML text has a table, or words that its plain form lacks."""
    if any(part.kind is BlockKind.ROW for part in rich):
        return True
    known = {word for part in plain for word in words(part.text)}
    told = {word for part in rich if part.reason != HIDDEN for word in words(part.text)}
    return len(told - known) > _LOST * len(told)
