"""What is new in the text of a message, and what is quoted, forwarded or a signature.

It is told line by line, in the forms that mail programs use in several languages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

QUOTED = "quoted from an earlier message"
FORWARDED = "forwarded from an earlier message"
SIGNATURE = "signature"
_QUOTE = re.compile(r" ?>")
_QUOTE_MARKS = re.compile(r"(?: ?>)+ ?")
_WROTE = (
    r"wrote|writes|schrieb|schreibt|a écrit|écrit|escribió|ha scritto|scrive|schreef|heeft geschreven|skrev"
    r"|escreveu|napisał(?:\(a\)|a)?|napsal(?:\(a\))?|kirjoitti|írta|написал(?:\(а\)|а)?|пишет|писал(?:а)?"
)
_OPENING = r"(?:On|Am|Le|El|Il|Op|Den|Em|W dniu|Dnia|Dne)\b"
# "On Mon, 6 May 2024 at 10:00, Mirka Stenn <m@tarn.example> wrote:" above a quote
_ATTRIBUTION = re.compile(rf".{{0,300}}\b(?:{_WROTE})\b.{{0,120}}:", re.IGNORECASE)
# Without quotation marks below it, only the whole form is trusted: a day, and a time or an address.
_FULL_ATTRIBUTION = re.compile(
    rf"{_OPENING}(?=.*\d)(?=.*(?:\b\d{{1,2}}[:.h]\d\d\b|\S@\S))"
    rf".{{5,300}}\b(?:{_WROTE})\b.{{0,120}}:"
)
_ORIGINAL = re.compile(
    r"\s*-{3,}\s*(?:original (?:message|appointment)|ursprüngliche (?:nachricht|mail|e-mail)"
    r"|(?:message|courriel) d['’]origine|mensaje original|mensagem original|messaggio originale"
    r"|oorspronkelijk bericht|ursprungligt meddelande|oprindelig meddelelse|opprinnelig melding"
    r"|wiadomość oryginalna|original-?nachricht|исходное сообщение)\s*-{3,}\s*",
    re.IGNORECASE,
)
_FORWARDED = re.compile(
    r"\s*-{3,}\s*(?:forwarded (?:message|by .*)|weitergeleitete (?:nachricht|mail|e-mail)|message transféré"
    r"|mensaje reenviado|mensagem encaminhada|messaggio inoltrato|doorgestuurd bericht"
    r"|vidarebefordrat meddelande|videresendt (?:meddelelse|melding)|пересылаемое сообщение)\s*-*\s*"
    r"|\s*(?:begin forwarded message|anfang der weitergeleiteten nachricht|début du message réexpédié"
    r"|inicio del mensaje reenviado|inizio messaggio inoltrato|begin doorgestuurd bericht)\s*:\s*",
    re.IGNORECASE,
)
_FROM = r"\W{0,3}(?:From|Von|De|Da|Van|Från|Fra|Od|От|Lähettäjä)\W{0,3}:"
_HEADERS = re.compile(  # of a message as Outlook quotes it
    rf"{_FROM}"
    r"(?=.*\b(?:Sent|Date|Gesendet|Datum|Envoyé|Enviado|Enviada|Inviato|Verzonden|Skickat|Sendt|Wysłano|Odesláno"
    r"|Data|Fecha|Отправлено|Дата|Lähetetty)\W{0,3}:)"
    r"(?=.*\b(?:Subject|Betreff|Objet|Asunto|Oggetto|Onderwerp|Ämne|Emne|Temat|Předmět|Assunto|Тема|Aihe)\W{0,3}:)"
)
_MAY_INTRODUCE = re.compile(rf"{_FROM}|{_OPENING}|\s*-{{3,}}|.*:\s*$")
_FORWARDING = re.compile(r"\s*(?:fwd?|wg|tr|rv|enc|doorst|vs|vb|pd)\s*:", re.IGNORECASE)
_REPLY = re.compile(r"\s*(?:re|aw|antw|sv|rif|odp|ynt|vá|ref)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)
_LONGEST_SIGNATURE = 20  # lines
_LONGEST_LINE = 500  # characters that are looked at
_HEADER_LINES = 8
_LINES_TO_HEADERS = 3
_ATTRIBUTION_LINES = 3


def is_forwarding(subject: str) -> bool:
    """True if a subject says that the message passes another one on."""
    return bool(_FORWARDING.match(subject))


def is_reply(subject: str) -> bool:
    """True if a subject says that the message answers another one."""
    return bool(_REPLY.match(subject))


def without_quote_marks(line: str) -> str:
    """A quoted line as it was in the earlier message."""
    return _QUOTE_MARKS.sub("", line, count=1) if _QUOTE.match(line) else line


def quote_depth(line: str) -> int:
    """How many times a line is quoted."""
    match = _QUOTE_MARKS.match(line)
    return match[0].count(">") if match else 0


def remarks(lines: Sequence[str], forwarding: bool) -> list[str]:
    """For each line of a message what is to be remarked about it: QUOTED, FORWARDED, SIGNATURE or nothing.

    `forwarding` is true if the message passes another one on.
    """
    found: list[str] = []
    rest, since = "", 0  # what the lines from here on are, and where that began
    while len(found) < len(lines):
        at = len(found)
        line = lines[at][:_LONGEST_LINE]
        if _QUOTE.match(line):
            found.append(QUOTED)
            rest = "" if rest == SIGNATURE else rest
            continue
        if rest != QUOTED and line.strip():
            length, begins = _introduction(lines, at, QUOTED if rest or not forwarding else FORWARDED)
            if length:
                found += [QUOTED] * length
                continue
            below_forwarded = rest == FORWARDED and at - since <= _LINES_TO_HEADERS  # its own headers
            if begins and not below_forwarded:
                rest, since = begins, at
        if not rest and _is_signature(lines, at):
            rest = SIGNATURE
        found.append(rest)
    return found


def _introduction(lines: Sequence[str], at: int, original: str) -> tuple[int, str]:
    """How many lines introduce the quoted lines below them, or what all lines from here on are."""
    line = lines[at][:_LONGEST_LINE]
    if not _MAY_INTRODUCE.match(line):
        return 0, ""
    if _FORWARDED.fullmatch(line):
        return 0, FORWARDED
    if _ORIGINAL.fullmatch(line) or _HEADERS.match(_paragraph(lines, at, _HEADER_LINES)):
        return 0, original
    for length in range(1, (_ATTRIBUTION_LINES if re.match(_OPENING, line) else 1) + 1):
        text = _paragraph(lines, at, length)
        if text.endswith(":") and _ATTRIBUTION.fullmatch(text):
            below = next((line for line in lines[at + length : at + length + 3] if line.strip()), "")
            if _QUOTE.match(below):
                return length, ""
            return 0, QUOTED if _FULL_ATTRIBUTION.fullmatch(text) else ""
    return 0, ""


def _paragraph(lines: Sequence[str], at: int, most: int) -> str:
    """The lines from here on that have no empty one between them, in one line."""
    paragraph = []
    for line in lines[at : at + most]:
        if not line.strip():
            break
        paragraph.append(line[:_LONGEST_LINE].strip())
    return " ".join(paragraph)


def _is_signature(lines: Sequence[str], at: int) -> bool:
    """True for the line of two dashes above a signature."""
    if lines[at].rstrip() != "--":
        return False
    below = 0
    for number in range(at + 1, len(lines)):
        line = lines[number]
        if below > _LONGEST_SIGNATURE or _QUOTE.match(line):
            break
        below += bool(line.strip())
    return 0 < below <= _LONGEST_SIGNATURE
