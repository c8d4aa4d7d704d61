"""Texts in any script -> texts in which the tokenizer of the keyword index finds the words.

FTS5 takes letters that follow each other for a word, ends it at a vowel sign, and compares letters as they
are encoded. So in Chinese, Japanese, Korean and Thai each character becomes a word of its own, and a word
is looked for as characters in a row; the index then needs no dictionary. Korean does have spaces, but its
particles are written onto its words. Vowel signs become part of their words; those of Arabic and Hebrew,
which are rarely written, are left away. A text in Latin, Greek or Cyrillic letters stays as it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_SIGNS = range(0x0591, 0x1800)  # where the vowel signs of living scripts are encoded
_PRIVATE = 0xE000  # characters without a meaning, which FTS5 takes for letters; they stand for signs
_MARKS = [c for c in _SIGNS if unicodedata.category(chr(c)) in ("Mn", "Mc")]


def _ranges(codes: Sequence[int]) -> str:
    """Characters as ranges, for a class of them in a pattern."""
    starts = [c for c, before in zip(codes, [-1, *codes], strict=False) if c != before + 1]
    ends = [c for c, after in zip(codes, [*codes[1:], -1], strict=True) if c != after - 1]
    return "".join(f"{chr(start)}-{chr(end)}" for start, end in zip(starts, ends, strict=True))


MARKS = _ranges(_MARKS)  # vowel signs and the like
_THAI = "\u0e01-\u0e2e\u0e30-\u0e3a\u0e40-\u0e45\u0e47-\u0e4e"
_LAO, _BURMESE = "\u0e81-\u0ecd\u0edc-\u0edf", "\u1000-\u103f\u1050-\u108f\u109a-\u109f"
_SOUTH_EAST = f"{_THAI}{_LAO}{_BURMESE}\u1780-\u17d3\u17d7\u17dc"  # and Khmer
_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_KANA = "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f"
_HANGUL = "\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3"
_UNSPACED = f"{_HAN}{_KANA}{_HANGUL}\u3105-\u312f{_SOUTH_EAST}"
_SEMITIC = "\u0591-\u06ff\u0750-\u077f\ufb1d-\ufdff\ufe70-\ufefc"
_WIDE = "\u3200-\u33ff\uff00-\uffef"  # letters, digits and units in the size of Chinese characters

UNSPACED = re.compile(f"[{_UNSPACED}{MARKS}]*[{_UNSPACED}][{_UNSPACED}{MARKS}]*")
_CONCERNED = re.compile(f"[{_UNSPACED}{_SEMITIC}{_WIDE}{MARKS}]")
CHARACTER = re.compile(f"[{_UNSPACED}][{MARKS}]*")
_SOUTH_EAST_CHARACTER = re.compile(f"[{_SOUTH_EAST}]")
_OWN_PRIVATE = re.compile("[\ue000-\uf8ff]")
_ENCODED_CHARACTER = re.compile(f"[{_UNSPACED}][\ue000-\uf8ff]*")
_ARTICLE = re.compile("(?<![^\\W_])(?:[وفبك]?ال|لل)(?=[^\\W_]{3})")  # "the" in Arabic, written onto its noun


def _letters() -> dict[int, str | None]:
    """What each character becomes that is not a letter for FTS5, or has variants."""
    letters: dict[int, str | None] = {}
    for mark in _MARKS:
        is_semitic = mark < 0x0700
        letters[mark] = None if is_semitic else chr(_PRIVATE + mark - _SIGNS.start)
    letters[0x0640] = None  # a stroke that makes a word longer
    for variants, letter in (("أإآٱ", "ا"), ("ىیئ", "ي"), ("ة", "ه"), ("ک", "ك"), ("ؤ", "و")):
        letters |= {ord(variant): letter for variant in variants}
    for zero in (0x0660, 0x06F0):
        letters |= {zero + digit: str(digit) for digit in range(10)}
    return letters


_LETTERS = _letters()


def searchable(text: str) -> str:
    """A text as the keyword index has to see it, and what is looked for in it as well.

    The words of `searchable(part)` follow each other in `searchable(text)` if `part` is a part of `text`.
    """
    if text.isascii() or not _CONCERNED.search(text):
        return text
    text = unicodedata.normalize("NFKC", _OWN_PRIVATE.sub(" ", text)).translate(_LETTERS)
    text = _ARTICLE.sub("", text)
    return _ENCODED_CHARACTER.sub(r" \g<0> ", text)


def grams(word: str) -> list[str]:
    """The overlapping parts that a word without spaces is searched by; the word itself if it is another.

    They have two characters, or three in the alphabets of South East Asia: a letter says less there.
    """
    if not UNSPACED.fullmatch(word):
        return [word]
    characters = CHARACTER.findall(word)
    length = 3 if _SOUTH_EAST_CHARACTER.search(word) else 2
    starts = range(max(1, len(characters) - length + 1))
    return list(dict.fromkeys("".join(characters[i : i + length]) for i in starts))
