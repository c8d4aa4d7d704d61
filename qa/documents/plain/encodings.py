"""Guesses the encoding of a text that declares none, by the letters of the languages people write.

In the right encoding the words of a text are spelt with the letters of one language; in a wrong one, letters
of several languages meet, and symbols and capitals stand in the middle of words. That tells encodings apart
even in a few words, where the statistics of a language have nothing to count.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

_SAMPLE = 20_000  # bytes that are judged, from lines that are not plain ASCII
_BEFORE = 100  # bytes of such a line that are kept before the first one beyond ASCII
_MOST_MEANINGLESS = 0.02  # share of control and unassigned characters in a text
_MARKS = frozenset("«»‹›“”„‚‘’–—…•€£¥§©®™°±²³¹¼½¾µ·¿¡×÷ªº†‡№¶\u00a0\u00ad")
_IN_WORDS = frozenset("’‘·\u00ad")
_OPENING = frozenset("‚„¿¡")  # end no word
_RAISED = frozenset("²³¹¼½¾")  # begin no word
_ELSEWHERE = 0.6  # the worth of a letter of another language that is written in the same encoding
_RARE = 0.4  # of a letter that is rare in the language
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
_CJK_PUNCTUATION = frozenset("、。，．・：；？！（）「」『』【】《》〈〉〜ー—…　")


@dataclass(frozen=True, slots=True)
class _Encoding:
    """An encoding, and the letters beyond ASCII of each of its languages: the usual and the rare ones."""

    name: str
    languages: tuple[tuple[str, str], ...]


_WEST = (
    ("éèêëàâùûüîïôœæçÿ", ""), ("äöüßéà", ""), ("áéíóúñü", ""), ("áâãàçéêíóôõú", ""), ("àèéìíîòóùú", ""),
    ("åäöéàü", ""), ("æøåé", "èêóòôü"), ("æøåéòôê", "óü"), ("äöåšž", ""), ("áéíóúæöðþ", "ý"),
    ("éëïöèêüáóíä", ""), ("àçèéíïòóúü", ""), ("äõöüšž", ""), ("çë", ""),
)  # fmt: skip
_CENTRE = (
    ("ąćęłńóśźż", ""), ("áčďéěíňóřšťúůýž", ""), ("áäčďéíľňóôšťúýž", "ĺŕ"), ("áéíóöőúüű", ""),
    ("ăâîşţ", ""), ("čćđšž", ""), ("äöüßé", ""),
)  # fmt: skip
_TURKISH = (("çğıöşüâîi̇", ""),)
_BALTIC = (("ąčęėįšųūž", ""), ("āčēģīķļņšūž", ""), ("äõöüšž", ""))
_CYRILLIC = (
    ("оеаинтсрвлкмдпуяыьгзб", "чйхжшюцщэфъё"),
    ("оаинеівтрслкудмпяьзгб", "чйїхжшюцщєфґё’"),
    ("аоеинтрсвлкдпмузяъгб", "чйхжшюцщфь"),
    ("аоеиунјтрсвкмдљњгпзлбћчђ", "жцшхфџѓѕќ"),
    ("аоеінтрслкўувмдпыязьг", "бчйхжшюцэфё"),
)
_GREEK = (("αοειτνσρκπμλυςηςάίόέήώδγ", "ύχθωφβξζψϊϋΐΰ"),)
_HEBREW = (("יוהלאתרמבשנחדעקגפסטזכםןצ", "ךףץ"),)
_ARABIC = (("اليمنتربوعدسهفكقحجةى", "ءآأؤإئثخذزشصضطظغپچژگ،؟؛ًٌٍَُِّْـ"),)
_THAI = (("านรกเงมยลวดทสตะปบคอหแีัไ่้ิจาำใ็ู์พชข", "ฃฅฆฉซฌญฎฏฐฑฒณถธผฝฟภศษฬฮฤฦโืึุฯๆ๊๋๐๑๒๓๔๕๖๗๘๙"),)

# The likelier encoding first: it is taken where another one explains the text no better.
_SINGLE_BYTE = (
    _Encoding("cp1252", _WEST),
    _Encoding("cp1250", _CENTRE),
    _Encoding("iso8859_2", _CENTRE),
    _Encoding("cp1254", _TURKISH),
    _Encoding("cp1257", _BALTIC),
    _Encoding("cp1251", _CYRILLIC),
    _Encoding("koi8_u", _CYRILLIC),
    _Encoding("cp866", _CYRILLIC),
    _Encoding("iso8859_5", _CYRILLIC),
    _Encoding("cp1253", _GREEK),
    _Encoding("cp1255", _HEBREW),
    _Encoding("cp1256", _ARABIC),
    _Encoding("iso8859_6", _ARABIC),
    _Encoding("cp874", _THAI),
    _Encoding("cp850", _WEST),
    _Encoding("mac_roman", _WEST),
)
_JAPANESE = "日一人年大本中出会上見時分行生者間気手子国地方水"
_SIMPLIFIED = "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年"
_TRADITIONAL = "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年"
_KOREAN = "이다는을의에하고가은를도로지한사기서어아나시일리자대인그라수해정부있과만제보전들"
# The encodings of East Asia, with the character set whose first level holds the usual characters, the last
# byte that begins one of these, and the most frequent of them.
_EAST_ASIAN = (
    ("cp932", "euc_jp", 0xCF, _JAPANESE),
    ("euc_jp", "euc_jp", 0xCF, _JAPANESE),
    ("cp949", "", 0, _KOREAN),
    ("gb18030", "gb2312", 0xD7, _SIMPLIFIED),
    ("big5hkscs", "big5", 0xC6, _TRADITIONAL),
)
_ISO_2022 = ("iso2022_jp_2", "iso2022_jp_ext", "iso2022_jp_3", "iso2022_jp_2004", "iso2022_kr")


def iso_2022(raw: bytes) -> str | None:
    """The text, if it changes between character sets by escape sequences, as old mail in East Asia does."""
    if b"\x1b$" not in raw and b"\x1b(" not in raw:
        return None
    for name in _ISO_2022:
        try:
            text = raw.decode(name)
        except UnicodeError:
            continue
        if not text.isascii() and "\x1b" not in text:
            return text
    return None


def unmarked_utf(raw: bytes) -> str | None:
    """The text, if it is in UTF-16 or UTF-32 without a byte order mark."""
    found: list[tuple[float, str]] = []
    for name, width in (("utf_16_le", 2), ("utf_16_be", 2), ("utf_32_le", 4), ("utf_32_be", 4)):
        whole = len(raw) - len(raw) % width
        if raw[whole:].strip(b"\x00\r\n\x1a "):
            continue
        try:
            text = raw[:whole].decode(name)
        except UnicodeError:
            continue
        if text and (worth := _unicode_worth(text[:_SAMPLE])) is not None:
            found.append((worth, text))
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _unicode_worth(sample: str) -> float | None:
    """How much a text looks like one: few blocks of characters are used. None if it cannot be one."""
    meaningless = sum(
        unicodedata.category(c) in {"Cc", "Cn", "Co"} and c not in "\t\n\r\f\x1a" for c in sample
    )
    scripts = Counter(_script(c) for c in sample)
    if meaningless > _MOST_MEANINGLESS * len(sample) or scripts.most_common(1)[0][1] < 0.5 * len(sample):
        return None
    return -len({ord(c) >> 8 for c in sample}) / min(len(sample), 256) - 5 * meaningless / len(sample)


def _script(c: str) -> str:
    if c.isascii():
        return "ASCII"
    name = unicodedata.name(c, "").partition(" ")[0].partition("-")[0]
    return "CJK" if name in {"HIRAGANA", "KATAKANA", "IDEOGRAPHIC", "FULLWIDTH"} else name


def guessed(raw: bytes) -> str:
    """The text in the encoding that explains its letters best; windows-1252 unless another does better."""
    sample = _sample(raw)
    found = []
    for encoding in _SINGLE_BYTE:
        if (text := _decoded(sample, encoding.name)) is not None:
            found.append((_spelling(text, encoding.languages), encoding.name))
    for name, charset, last_lead, frequent in _EAST_ASIAN:
        if (text := _decoded(sample, name)) is not None:
            found.append((_east_asian(text, charset, last_lead, frequent), name))
    for _, name in sorted(found, key=lambda pair: -pair[0]):
        if (text := _decoded(raw, name)) is not None:
            return text
    return raw.decode("latin-1")


def _sample(raw: bytes) -> bytes:
    """The first lines that are not plain ASCII, each from shortly before it ceases to be."""
    lines, size = [], 0
    for line in raw.splitlines(keepends=True):
        if beyond := _BEYOND_ASCII.search(line):
            lines.append(line[max(0, beyond.start() - _BEFORE) :])
            size += len(lines[-1])
            if size >= _SAMPLE:
                break
    return b"".join(lines)


def _decoded(raw: bytes, name: str) -> str | None:
    try:
        return raw.decode(name)
    except UnicodeError:
        return None


def _spelling(text: str, languages: tuple[tuple[str, str], ...]) -> float:
    """How many of the characters beyond ASCII stand where a text has them: 1 if all do."""
    letters: Counter[str] = Counter()
    misplaced = marks = 0
    for before, c, after in _with_neighbours(text[:_SAMPLE]):
        if c.isascii():
            continue
        if c in _MARKS:
            wrong = before.isalpha() and (c in _OPENING or (after.isalpha() and c not in _IN_WORDS))
            wrong = wrong or (c in _RAISED and after.isalpha())
            misplaced, marks = misplaced + wrong, marks + (not wrong)
        elif c.isalpha() or unicodedata.category(c) in {"Mn", "Mc", "Nd"}:
            foreign = (
                before.isalpha() and before.isascii() and not unicodedata.name(c, "").startswith("LATIN")
            )
            if foreign or (c.isupper() and before.islower()):
                misplaced += 1
            else:
                letters[c.lower()] += 1
        else:
            misplaced += 1
    total = sum(letters.values()) + misplaced + marks
    if not total:
        return 0.0
    written = frozenset("".join(usual + rare for usual, rare in languages))
    elsewhere = _ELSEWHERE * sum(n for c, n in letters.items() if c in written)
    best = max(
        sum(n * (1 if c in usual else _RARE if c in rare else 0) for c, n in letters.items())
        + _ELSEWHERE * sum(n for c, n in letters.items() if c in written and c not in usual + rare)
        for usual, rare in languages
    )
    return (max(best, elsewhere) + marks) / total


def _east_asian(text: str, charset: str, last_lead: int, frequent: str) -> float:
    """The same for the characters of East Asia, of which a text uses few of the many."""
    total = worth = 0.0
    for before, c, after in _with_neighbours(text[:_SAMPLE]):
        if c.isascii():
            continue
        total += 1
        if c in _CJK_PUNCTUATION:
            worth += 0.9
        elif (before.isalpha() and before.isascii()) or (after.isalpha() and after.isascii()):
            worth += 0.2
        elif "\u3041" <= c <= "\u30ff":
            worth += 1.0 if charset == "euc_jp" else 0.3
        elif c in frequent:
            worth += 1.0
        elif not charset:
            worth += 0.8 if "가" <= c <= "힣" else 0.1
        elif "\u4e00" <= c <= "\u9fff" and 0xA4 <= _lead(c, charset) <= last_lead:
            worth += 0.8
        else:
            worth += 0.1
    return worth / total if total else 0.0


def _lead(c: str, charset: str) -> int:
    """The first byte of a character, or 0 if the character set has none."""
    try:
        return c.encode(charset)[0]
    except UnicodeError:
        return 0


def _with_neighbours(text: str) -> list[tuple[str, str, str]]:
    """Each character with the one before and the one after it."""
    padded = f" {text} "
    return [(a[0], a[1], b[1]) for a, b in pairwise(pairwise(padded))]
