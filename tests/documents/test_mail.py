"""Messages and mailboxes: what is read from them, what is quoted in them, and what is attached to them."""

import base64
import binascii
import time
from contextlib import suppress
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.documents.mail.mime import decoded, decoded_words
from qa.documents.mail.parse import read_mail, read_mailbox
from qa.documents.mail.quoting import FORWARDED, QUOTED, SIGNATURE
from qa.documents.parsed import Parsed, Part, from_parts
from qa.errors import UnreadableFile
from qa.types import BlockKind

HEADERS = (
    "From: Mirka Stenn <mirka@tarn.example>\nTo: Ruth Felber <ruth@osk.example>\n"
    "Date: Mon, 06 May 2024 23:30:00 +0200\nSubject: Gates of the lock\n"
)
NEW = "The gates are shut at nine."


def parse_attachment(name: str, raw: bytes) -> Parsed:
    if not raw:
        raise UnreadableFile("the file is empty")
    if raw == b"broken":
        raise ValueError(raw)
    return from_parts(name, [Part(raw.decode())], "", {})


def parse(message: str | bytes | EmailMessage, mailbox: bool = False) -> Parsed:
    raw = message.encode() if isinstance(message, str) else bytes(message)
    read = read_mailbox if mailbox else read_mail
    return read("post.eml", raw, parse_attachment, {".txt", ".pdf", ".html", ".md"})


def body(parsed: Parsed) -> list[tuple[str, str]]:
    """The text below the headers, each part with its remark."""
    blocks = [block for block in parsed.blocks if block.kind is not BlockKind.HEADING]
    parts = [(parsed.text[block.start : block.end], block.reason) for block in blocks]
    return [part for part in parts if not part[0].startswith(("From:", "To:", "Date:", "Attachments:"))]


def plain(text: str, more: str = "", subject: str = "") -> Parsed:
    headers = HEADERS.replace("Gates of the lock", subject or "Gates of the lock")
    return parse(f"{headers}{more}\n{text}")


def html(markup: str, more: str = "") -> Parsed:
    return parse(f"{HEADERS}{more}Content-Type: text/html; charset=utf-8\n\n{markup}")


def message(text: str = NEW, subject: str = "Gates of the lock") -> EmailMessage:
    made = EmailMessage()
    made["From"] = "Mirka Stenn <mirka@tarn.example>"
    made["Subject"] = subject
    made.set_content(text)
    return made


def test_headers_are_paragraphs_of_their_own():
    parsed = plain(NEW)
    assert parsed.text.split("\n\n") == [
        "Gates of the lock",
        "From: Mirka Stenn <mirka@tarn.example>",
        "To: Ruth Felber <ruth@osk.example>",
        "Date: Mon, 06 May 2024 23:30:00 +0200",
        NEW,
    ]
    assert parsed.blocks[0].kind is BlockKind.HEADING
    assert parsed.heading_title == "Gates of the lock"
    assert parsed.metadata == {"author": "Mirka Stenn", "date": "2024-05-06"}
    assert parsed.places == ()


@pytest.mark.parametrize(
    ("value", "author"),
    [
        ("mirka@tarn.example", "mirka@tarn.example"),
        ('"Stenn, Mirka" <m@tarn.example>', "Stenn, Mirka"),
        ("=?utf-8?q?Stenn=2C_M=C3=ADrka?= <m@tarn.example>", "Stenn, Mírka"),
        ("(" * 400, ""),
    ],
)
def test_the_sender_is_the_author(value, author):
    assert parse(f"From: {value}\nSubject: Gates\n\n{NEW}").metadata.get("author", "") == author


@pytest.mark.parametrize("value", ["never", "Mon, 99 May 2024 10:00:00", "", "1 Jan 99999 99:99"])
def test_a_date_that_is_none(value):
    assert "date" not in parse(f"From: m@tarn.example\nDate: {value}\n\n{NEW}").metadata


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("=?utf-8?B?R3LDvMOf?= =?utf-8?Q?e_der?= Fähre", "Grüße der Fähre"),
        ("=?utf-8?q?F=C3?= =?utf-8?q?=A4hre?=", "Fähre"),  # a letter cut in two
        ("=?iso-8859-1?q?F=E4hre?=", "Fähre"),
        ("=?unknown?q?Ferry?= 9", "Ferry 9"),
        ("9 =?utf-8?b?!?= gates", "9 gates"),
        ("=?utf-8?q?", "=?utf-8?q?"),
    ],
)
def test_encoded_words(header, text):
    assert decoded_words(header) == text


@pytest.mark.parametrize(
    ("raw", "charset", "text"),
    [
        ("½ hour".encode("latin-1"), "us-ascii", "½ hour"),
        ("½ hour".encode(), "", "½ hour"),
        ("“½ hour”".encode("cp1252"), "iso-8859-1", "“½ hour”"),
        ("“½ hour”".encode("cp1252"), "utf-8", "“½ hour”"),
        ("ñandú ".encode() * 9 + b"\xff", "utf-8", "ñandú " * 9 + "ÿ"),
        ("½ hour".encode(), "iso-8859-1", "½ hour"),
        ("паром в девять".encode("cp1251"), "", "паром в девять"),
        ("水門は九時".encode("iso-2022-jp"), "", "水門は九時"),
        ("水門は九時".encode("cp932") + b"\x81", "shift_jis", "水門は九時\ufffd"),
        ("水門は九時".encode("iso-2022-jp"), "iso-2022-jp", "水門は九時"),
        (b"gate", "punycode", "gate"),
        (b"gate \xbd", "base64", "gate ½"),
        (b"gate", "no\x00such", "gate"),
    ],
)
def test_character_encodings(raw, charset, text):
    assert decoded(raw, charset) == text


def test_transfer_encodings():
    quoted = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n"
    assert body(plain("The gates are shut =\nat nine =E2=80=93 by hand.", quoted)) == [
        ("The gates are shut at nine – by hand.", "")
    ]
    encoded = base64.encodebytes(NEW.encode()).decode()
    assert body(plain(encoded, "Content-Transfer-Encoding: base64\n")) == [(NEW, "")]
    assert body(plain("!!" + encoded.rstrip("=\n"), "Content-Transfer-Encoding: BASE64\n")) == [(NEW, "")]


def test_wrapped_lines_are_joined_and_others_are_not():
    text = (
        "The keeper of the lock opens the gates at five in the morning, and\n"
        "shuts them at nine in the evening, after the last ferry from Tarn\n"
        "has come in and the boats of the fishermen have been counted by\n"
        "the warden.\n\nLock house 9\nTarn"
    )
    assert [text for text, _ in body(plain(text))] == [
        " ".join(text.split("\n\n")[0].split()),
        "Lock house 9",
        "Tarn",
    ]


def test_flowed_text():
    flowed = "Content-Type: text/plain; format=flowed; delsp=yes\n"
    text = "The gates are  \nshut at  \nnine.\n From Tarn\n> Who shuts  \n> them?\n-- \nMirka"
    assert body(plain(text, flowed)) == [
        ("The gates are shut at nine.", ""),
        ("From Tarn", ""),
        ("Who shuts them?", QUOTED),
        ("Mirka", SIGNATURE),
    ]


@pytest.mark.parametrize(
    "quoted",
    [
        "> When are they shut?",
        ">> When\n>> are they shut?",
        "> > When are they shut?",
        "On Mon, 6 May 2024 at 10:00, Ruth Felber <ruth@osk.example> wrote:\n\n> When are they shut?",
        "On Mon, 6 May 2024 at 10:00, Ruth Felber\n<ruth@osk.example> wrote:\n> When are they shut?",
        "Am 06.05.2024 um 10:00 schrieb Ruth Felber:\n> When are they shut?",
        "Le lun. 6 mai 2024 à 10:00, Ruth Felber <ruth@osk.example> a écrit :\n\nWhen are they shut?",
        "On Mon, 6 May 2024 at 10:00, Ruth Felber <ruth@osk.example> wrote:\n\nWhen are they shut?",
        "-----Original Message-----\nFrom: Ruth\nSent: Monday\nSubject: Gates\n\nWhen are they shut?",
        "________________________________\nFrom: Ruth\nSent: Monday\nTo: Mirka\nSubject: Gates\n\nWhen?",
        "Von: Ruth Felber\nGesendet: Montag, 6. Mai 2024\nAn: Mirka\nBetreff: Tore\n\nWann?\n\nGrüße",
        "*De :* Ruth Felber\n*Envoyé :* lundi 6 mai 2024\n*À :* Mirka\n*Objet :* Portes\n\nQuand ?",
    ],
)
def test_quoted_text_is_told_from_new_text(quoted):
    first, *rest = body(plain(f"{NEW}\n\n{quoted}"))
    assert first == (NEW, "")
    assert rest
    assert {reason for _, reason in rest} == {QUOTED}


def test_quoted_text_is_doubtful():
    parsed = plain(f"{NEW}\n\n> When are they shut?")
    assert parsed.blocks[-1].kind is BlockKind.DOUBTFUL
    assert parsed.blocks[-2].kind is BlockKind.BODY


def test_answers_between_quoted_lines_are_new():
    text = (
        "On Mon, 6 May 2024 at 10:00, Ruth Felber wrote:\n> When are they shut?\n\nAt nine.\n\n"
        "> And opened?\n\nAt five.\n-- \nMirka Stenn, lock house\n"
    )
    assert [(text, reason) for text, reason in body(plain(text)) if reason != QUOTED] == [
        ("At nine.", ""),
        ("At five.", ""),
        ("Mirka Stenn, lock house", SIGNATURE),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "In 1913 the warden wrote:\n\nThe gates are shut at nine.",
        "On 6 May 1913 Jonas Felber wrote:\n\nThe gates are shut at nine.",
        "From: Osk\nTo: Tarn\nDate: 6 May, at nine\n\nThe ferry is late.",
        "The list of the gates:\n--\n" + "\n".join(f"Gate {n} is shut." for n in range(30)),
        "--- The original ---\n\nThe gates are shut at nine.",
    ],
)
def test_new_text_that_looks_like_quoted_text(text):
    assert {reason for _, reason in body(plain(text))} == {""}


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        (
            "Fwd: Gates",
            "---------- Forwarded message ---------\nFrom: Ruth Felber <ruth@osk.example>\n"
            "Date: Mon, 6 May 2024 at 10:00\nSubject: Gates\nTo: Mirka\n\nWhen are they shut?",
        ),
        ("WG: Tore", "Von: Ruth\nGesendet: Montag\nAn: Mirka\nBetreff: Tore\n\nWann?"),
        ("Fw: Gates", "-----Original Message-----\nFrom: Ruth\nSent: Monday\nSubject: Gates\n\nWhen?"),
        ("Gates", "Begin forwarded message:\n\nFrom: Ruth\nSubject: Gates\nDate: 6 May\n\nWhen?"),
    ],
)
def test_what_is_forwarded_is_text_with_a_remark(subject, text):
    parsed = plain(f"Please see below.\n\n{text}", subject=subject)
    first, *rest = body(parsed)
    assert first == ("Please see below.", "")
    assert {reason for _, reason in rest} == {FORWARDED}
    assert parsed.blocks[-1].kind is BlockKind.BODY


def test_html():
    parsed = html(
        "<style>p {color: red}</style><p>The gates are <b>shut</b> at nine.<br>At five they open.</p>"
        "<table><tr><th>Gate</th><th>Key</th></tr><tr><td>North</td><td>118</td></tr></table>"
    )
    assert [text for text, _ in body(parsed)] == [
        "The gates are shut at nine.", "At five they open.", "Gate | Key", "North | 118"
    ]  # fmt: skip


@pytest.mark.parametrize(
    "quoted",
    [
        '<div class="gmail_quote"><div class="gmail_attr">On Mon, 6 May 2024 at 10:00 Ruth wrote:<br></div>'
        '<blockquote class="gmail_quote" style="border-left:1px solid"><p>When?</p></blockquote></div>',
        '<blockquote type="cite"><div>When are they shut?<blockquote>Hello.</blockquote></div></blockquote>',
        '<hr><div id="divRplyFwdMsg"><b>From:</b> Ruth<br><b>Sent:</b> Monday<br><b>To:</b> Mirka<br>'
        "<b>Subject:</b> Gates</div><div>When are they shut?</div>",
        "<p><b>Von:</b> Ruth <b>Gesendet:</b> Montag <b>An:</b> Mirka <b>Betreff:</b> Tore</p><p>Wann?</p>",
    ],
)
def test_quoted_text_in_html(quoted):
    first, *rest = body(html(f"<div>{NEW}</div>{quoted}"))
    assert first == (NEW, "")
    assert rest
    assert {reason for _, reason in rest} == {QUOTED}


def test_text_behind_a_quotation_in_html_is_new():
    markup = (
        f'<p>Ruth wrote:</p><blockquote type="cite">When are they shut?</blockquote>{NEW}'
        '<div class="gmail_signature">Mirka Stenn<br>Lock house 9</div>'
    )
    assert body(html(markup)) == [
        ("Ruth wrote:", QUOTED),
        ("When are they shut?", QUOTED),
        (NEW, ""),
        ("Mirka Stenn", SIGNATURE),
        ("Lock house 9", SIGNATURE),
    ]


def test_a_quotation_in_a_message_that_is_no_reply_is_text():
    markup = f"<p>The rule says:</p><blockquote>{NEW}</blockquote>"
    assert body(html(markup))[1] == (NEW, "")
    assert body(html(markup, "In-Reply-To: <1@osk.example>\n"))[1] == (NEW, QUOTED)


def test_the_plain_form_is_read_unless_the_other_says_more():
    made = message()
    made.add_alternative(f"<p>{NEW}</p><p>Bring the key.</p>", subtype="html")
    assert body(parse(made)) == [(NEW, ""), ("Bring the key.", "")]
    made = message("This message is in HTML.\n")
    made.add_alternative(f"<p>{NEW}</p>", subtype="html")
    assert body(parse(made)) == [(NEW, "")]
    made = message(f"{NEW}\n\nhttps://tarn.example/gates\n")
    made.add_alternative(f'<p><a href="https://tarn.example/gates">{NEW}</a></p>', subtype="html")
    assert [text for text, _ in body(parse(made))] == [NEW, "https://tarn.example/gates"]


def test_attachments_of_known_types_are_documents():
    made = message()
    made.add_attachment(b"118 crowns", "application", "pdf", filename="report.pdf")
    made.add_attachment(b"119 crowns", "application", "pdf", filename="REPORT.pdf")
    made.add_attachment(b"120 crowns", "application", "pdf", filename="../../etc/fees")
    made.add_attachment(b"121 crowns", "application", "octet-stream", filename="füße.md")
    made.add_attachment(b"x", "application", "zip", filename="all.zip")
    made.add_attachment(b"", "text", "plain", filename="empty.txt")
    made.add_attachment(b"broken", "text", "plain", filename="broken.txt")
    made.add_attachment(b"x", "application", "ms-tnef", filename="winmail.dat")
    parsed = parse(made)
    assert [(name, document.text) for name, document in parsed.attachments] == [
        ("report.pdf", "118 crowns"),
        ("REPORT (2).pdf", "119 crowns"),
        ("fees.pdf", "120 crowns"),
        ("füße.md", "121 crowns"),
    ]
    assert parsed.left_out == (
        ("attachment of an unsupported type", "all.zip"),
        ("attachment: the file is empty", "empty.txt"),
        ("attachment: cannot be read (ValueError)", "broken.txt"),
        ("attachment of an unsupported type", "winmail.dat"),
    )
    assert "Attachments: report.pdf, REPORT (2).pdf, fees.pdf," in parsed.text


def test_pictures_in_the_text_are_listed():
    made = message()
    made.add_alternative("<p>See <img src='cid:1'></p>", subtype="html")
    made.get_payload()[1].add_related(b"GIF", "image", "gif", cid="<1>", filename="logo.gif")
    assert parse(made).left_out == (("picture in the text", "logo.gif"),)


def test_an_attached_message_is_part_of_the_document():
    made = message("See the letter of Ruth.")
    made.add_attachment(message("When are they shut?", "Question"))
    parsed = parse(made)
    assert [text for text, _ in body(parsed)] == ["See the letter of Ruth.", "When are they shut?"]
    assert [name for _, name in parsed.places] == ["attached message: Question"]


def test_messages_in_messages_end_at_some_depth():
    made = message("The first.", "0")
    for number in range(1, 20):
        outer = message(f"Number {number}.", str(number))
        outer.add_attachment(made)
        made = outer
    parsed = parse(made)
    assert "Number 14." in parsed.text
    assert "Number 13." not in parsed.text
    assert ("a message too deep in others", "attached message: 13") in parsed.left_out


MAILBOX = f"""From mirka@tarn.example Mon May  6 10:00:00 2024
{HEADERS}
From the weir at 9:00 2024 it is seen.

From now on they are shut at nine.
>From Osk they are not.

From - Tue May  7 10:00:00 2024
From: Ruth Felber <ruth@osk.example>
Subject: Re: Gates of the lock

> The gates.
Thank you.

From - Tue May  7 10:00:00 2024
X-Mozilla-Status: 0009
From: Ruth Felber <ruth@osk.example>
Subject: Old

Deleted.
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_each_message_of_a_mailbox_is_a_place(newline):
    parsed = parse(MAILBOX.replace("\n", newline), mailbox=True)
    assert [name for _, name in parsed.places] == [
        "message 1: Gates of the lock",
        "message 2: Re: Gates of the lock",
    ]
    texts = [parsed.text[block.start : block.end] for block in parsed.blocks]
    assert texts[4:7] == [
        "From the weir at 9:00 2024 it is seen.",
        "From now on they are shut at nine.",
        "From Osk they are not.",
    ]
    assert body(parsed)[-2:] == [("The gates.", QUOTED), ("Thank you.", "")]
    assert parsed.left_out == (("deleted message", "message 3: Old"),)
    assert parsed.title == "Post"


def test_attachments_of_the_same_name_in_a_mailbox():
    made = message()
    made.add_attachment(b"118 crowns", "application", "pdf", filename="report.pdf")
    raw = b"".join(b"From - Tue May  7 10:00:00 2024\n" + bytes(made) + b"\n" for _ in range(2))
    assert [name for name, _ in parse(raw, mailbox=True).attachments] == [
        "report.pdf", "report (message 2).pdf"
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "Only a text.", "Note: a text.\n\nMore."])
def test_what_is_no_message_or_mailbox_is_refused(text):
    with pytest.raises(UnreadableFile, match="not an e-mail message"):
        parse(text)
    with pytest.raises(UnreadableFile, match="not a mailbox"):
        parse(text, mailbox=True)


ENCRYPTED = (
    "Content-Type: multipart/encrypted; boundary=b\n\n--b\nContent-Type: application/pgp-encrypted\n\n"
    "Version: 1\n--b\nContent-Type: application/octet-stream\n\n-----BEGIN PGP MESSAGE-----\nx\n"
    "-----END PGP MESSAGE-----\n--b--\n"
)


@pytest.mark.parametrize(
    "text",
    [
        ENCRYPTED,
        "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\n\nxx",
        "\n-----BEGIN PGP MESSAGE-----\n\nxx\n-----END PGP MESSAGE-----\n",
    ],
)
def test_encrypted_messages_are_reported(text):
    with pytest.raises(UnreadableFile, match=r"^encrypted. Save a copy without encryption$"):
        parse(HEADERS + text)
    mailbox = f"From - Tue May  7 10:00:00 2024\n{HEADERS}{text}"
    reason, _ = parse(mailbox, mailbox=True).left_out[0]
    assert reason == "encrypted. Save a copy without encryption"


def test_signed_messages_are_read():
    text = f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{NEW}\n-----BEGIN PGP SIGNATURE-----\n\nxx\n"
    parsed = plain(text + "-----END PGP SIGNATURE-----\n")
    assert body(parsed) == [(NEW, "")]
    signed = (
        "Content-Type: multipart/signed; boundary=b\n\nThis is a multi-part message in MIME format.\n--b\n\n"
        f"{NEW}\n--b\nContent-Type: application/pgp-signature\n\nxx\n--b--\nThe list of Tarn\n"
    )
    parsed = parse(HEADERS + signed)
    assert body(parsed) == [(NEW, "")]
    assert parsed.left_out == (("outside the parts of the message", "The list of Tarn"),)


def ber(tag: int, *contents: bytes, endless: bool = False) -> bytes:
    content = b"".join(contents)
    if endless:
        return bytes([tag, 0x80]) + content + b"\0\0"
    size = len(content).to_bytes(2, "big")
    return bytes([tag]) + (size[1:] if len(content) < 128 else b"\x82" + size) + content


def smime(octets: bytes, endless: bool, kind: str = "2a864886f70d010702") -> str:
    data = ber(0x06, bytes.fromhex("2a864886f70d010701"))
    wrapped = ber(0x30, data, ber(0xA0, octets, endless=endless), endless=endless)
    signed = ber(0x30, ber(0x02, b"\1"), ber(0x31), wrapped, ber(0x31), endless=endless)
    cms = ber(0x30, ber(0x06, bytes.fromhex(kind)), ber(0xA0, signed, endless=endless), endless=endless)
    headers = "Content-Type: application/pkcs7-mime; name=smime.p7m\nContent-Transfer-Encoding: base64\n\n"
    return headers + base64.encodebytes(cms).decode()


def test_signed_messages_of_smime_are_read():
    content = f"Content-Type: text/plain\n\n{NEW}".encode()
    pieces = ber(0x24, ber(0x04, content[:30]), ber(0x04, content[30:]), endless=True)
    assert body(parse(HEADERS + smime(ber(0x04, content), False))) == [(NEW, "")]
    assert body(parse(HEADERS + smime(pieces, True))) == [(NEW, "")]


@pytest.mark.parametrize(
    "text",
    [
        smime(ber(0x04, b"secret"), False, "2a864886f70d010703"),
        smime(ber(0x02, b"secret"), False),
        smime(b"\x24\x80" * 5000, True),
        smime(b"", False),
        smime(ber(0x04, b"secret"), False)[:-30],
    ],
)
def test_encrypted_and_broken_messages_of_smime_are_reported(text):
    with pytest.raises(UnreadableFile, match="encrypted"):
        parse(HEADERS + text)


def test_a_file_written_into_the_text_is_an_attachment():
    encoded = binascii.b2a_uu(b"118 crowns").decode()
    parsed = plain(f"See below.\nbegin 644 fee.txt\n{encoded}`\nend\n{NEW}")
    assert body(parsed) == [("See below.", ""), (NEW, "")]
    assert [(name, document.text) for name, document in parsed.attachments] == [("fee.txt", "118 crowns")]


@pytest.mark.parametrize(
    "text",
    [
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n" + NEW,  # never closed
        "Content-Type: multipart/mixed\n\n--b\n\n" + NEW + "\n--b--\n",  # not named
        "Content-Type: multipart/mixed; boundary=other\n\n" + NEW,  # not there
        "Content-Type: multipart/mixed; boundary=b\n\n--b--\n--b\n\n" + NEW,  # closed too early
        "Content-Type: nothing\n\n" + NEW,
        'Content-Type: text/plain; charset="no such"\n\n' + NEW,
        "Content-Transfer-Encoding: unheard\n\n" + NEW,
        "Subject\n\n" + NEW,
    ],
)
def test_broken_messages_give_their_text(text):
    assert NEW in parse(HEADERS + text).text


@pytest.mark.parametrize(
    "text",
    [
        "Content-Type: multipart/mixed; boundary=b\n\n" + "--b\n\nx\n" * 50_000,
        "Content-Type: multipart/mixed; boundary=b\n\n"
        + "".join(
            f"--b{'b' * n}\nContent-Type: multipart/mixed; boundary=b{'b' * (n + 1)}\n\n" for n in range(2000)
        ),
        "X: y\n" * 500_000,
        "X: " + "y" * 3_000_000,
        "To: " + "a@b.example,\n " * 200_000,
        "To: " + "=?utf-8?q?" * 200_000,
        "Content-Type: text/plain; " + 'a="' * 100_000,
        "Content-Transfer-Encoding: base64\n\n" + "A=?" * 500_000,
        "\n" + "> " * 300_000,
        "\n" + "-- \n" * 50_000,
        "\n" + "On 1:00 wrote:\n" * 30_000,
        "\n" + "From: a Date: b\n" * 30_000,
        "\n" + "-----BEGIN PGP MESSAGE-----\nbegin 644 x\n" * 20_000,
        "\n" + "a " * 1_000_000,
    ],
)
def test_hostile_messages_take_little_time(text):
    start = time.process_time()
    parse("From: Mirka\n" + text)
    assert time.process_time() - start < 10


def test_hostile_mailboxes_take_little_time():
    start = time.process_time()
    parsed = parse("From a 1:00\nFrom: a\n\nx\n" * 10_000, mailbox=True)
    assert len(parsed.places) == 10_000
    with pytest.raises(UnreadableFile):
        parse("From 1:00 " + "1:00 " * 500_000, mailbox=True)
    assert time.process_time() - start < 10


def test_too_much_text_is_refused():
    with pytest.raises(UnreadableFile, match="too much text"):
        plain("shut " * 2_100_000)


PIECES = b"""


--b
--b--
From - Tue May  7 10:00:00 2024
Subject: =?utf-8?b?
?=
>
Content-Type: multipart/mixed; boundary=b
Content-Type: text/html
Content-Type: message/rfc822
Content-Type: application/pkcs7-mime
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename*0*=x''%
On 1 May 10:00 a@b wrote:
<blockquote>
begin 644 a
""".splitlines(keepends=True)


@given(st.lists(st.sampled_from(PIECES) | st.binary(max_size=20), max_size=30), st.booleans())
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_read_or_refused(pieces, mailbox):
    with suppress(UnreadableFile):
        parsed = parse(b"From: Mirka\n" + b"".join(pieces), mailbox)
        assert all(parsed.text[block.start : block.end].strip() for block in parsed.blocks)
        parsed.text.encode()
