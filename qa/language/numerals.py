"""Written numbers: in digits, in English words, with a scale such as million or crore."""

from __future__ import annotations

import re

_SMALL = dict(
    zip(
        """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
        sixteen seventeen eighteen nineteen""".split(),
        range(20),
        strict=True,
    )
)
_TENS = dict(
    zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True)
)
_SCALES = {
    "dozen": 12.0, "hundred": 1e2, "thousand": 1e3, "k": 1e3, "lakh": 1e5, "million": 1e6, "mln": 1e6,
    "mn": 1e6, "m": 1e6, "crore": 1e7, "billion": 1e9, "bln": 1e9, "bn": 1e9, "b": 1e9, "trillion": 1e12,
    "tn": 1e12,
}  # fmt: skip
_PARTS = dict(
    zip("half third quarter fifth sixth seventh eighth ninth tenth".split(), range(2, 11), strict=True)
)

DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
UP_TO_NINE = "|".join(list(_SMALL)[1:10])
UP_TO_TWENTY = "|".join(list(_SMALL)[:0:-1])
PARTS = "|".join(list(_PARTS)[1:])
SCALES = "|".join(sorted(_SCALES, key=len, reverse=True))
_LARGE = "hundred|thousand|million|billion|trillion|dozen"
_BELOW_HUNDRED = rf"(?:{'|'.join(_TENS)})(?:[- ](?:{UP_TO_NINE}))?|{UP_TO_TWENTY}|zero"
WORDS = (
    rf"(?:{UP_TO_TWENTY}|a) hundred(?: and (?:{_BELOW_HUNDRED}))?\b|{_BELOW_HUNDRED}"
    rf"|an?(?= (?:{_LARGE}))|half an?(?= (?:{_LARGE}))"
)


def number(text: str) -> float:
    """The value of a text that DIGITS or WORDS match."""
    word = text.lower()
    if word[0].isdigit():
        return float(word.replace(",", ""))
    if word.startswith("half"):
        return 0.5
    if word in ("a", "an"):
        return 1.0
    hundreds, _, rest = word.rpartition(" hundred")
    value = 100 * _SMALL.get(hundreds, 1) if hundreds else 0
    parts = re.split(r"[- ]", rest)
    return float(value + sum(_SMALL.get(part, _TENS.get(part, 0)) for part in parts))


def scale(word: str | None) -> float:
    """The factor of a word that SCALES match; 1 without a word."""
    return _SCALES[word.lower()] if word else 1.0


def part(word: str) -> float:
    """The share that "half", or a word that PARTS match, stands for; the plural as well."""
    return 1 / _PARTS[word.lower() if word.lower() in _PARTS else word.lower().removesuffix("s")]


def last_digit(value: float) -> float:
    """The place value of the last digit that is not zero: 10 for 250, 0.1 for 1.5."""
    digits = f"{value:.10g}"
    if "." in digits:
        return 10.0 ** -len(digits.split(".")[1])
    return 10.0 ** (len(digits) - len(digits.rstrip("0"))) if value else 1.0
