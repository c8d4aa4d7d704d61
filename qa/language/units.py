"""What a number counts: a currency, percent, a unit of measure that pint knows, or the words after it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from qa.language.words import FUNCTION_WORDS, singular

_CODES = "USD EUR GBP PKR INR JPY CNY RUB KZT KGS UZS TJS TMT CHF AUD CAD KRW TRY AED SAR IRR AFN".split()
_CURRENCIES = {code.lower(): code for code in _CODES} | {
    name: code
    for code, names in {
        "USD": "$|us$|dollar|us dollar|u.s. dollar|american dollar",
        "EUR": "€|euro",
        "GBP": "£|pound|pound sterling|british pound",
        "PKR": "rs|rs.|rupee|pakistani rupee",
        "INR": "₹|indian rupee",
        "JPY": "¥|yen|japanese yen",
        "CNY": "rmb|yuan|renminbi|chinese yuan",
        "RUB": "rouble|ruble|russian rouble|russian ruble",
        "KZT": "₸|tenge",
        "CHF": "franc|swiss franc",
        "AUD": "a$|australian dollar",
        "CAD": "c$|canadian dollar",
        "KRW": "won",
        "TRY": "lira",
        "AED": "dirham",
        "SAR": "riyal",
        "MYR": "ringgit",
        "cent": "cent|us cent",
    }.items()
    for name in names.split("|")
}
PREFIX = rf"US\$|A\$|C\$|[$€£₹¥₸]|Rs\.?|(?:{'|'.join(_CODES)}|RMB)\b"  # before a number
_PERCENT = re.compile(r"\s?%|[\s-]per\s?cent\b|\s?pc\b", re.IGNORECASE)
# Up to four words behind a number, which may be signs: "km", "US dollars", "metres a second".
_AFTER = re.compile(r"[\s-]{0,2}((?:[^\W\d_]|[²³/°$€£.])+(?:[ -](?:[^\W\d_]|[²³/°])+){0,3})")
_AGE = re.compile(
    r"[\s-]years?[\s-](?:old|of age)\b", re.IGNORECASE
)  # "aged 34" counts nothing either; not "2 million years old"
_SHORT = ("km", "kg", "cm", "mm")  # units of two small letters; pint also takes "in" and "at" for units
_SPELLED = {
    "bcm": "gigameter * meter ** 2",
    "bpd": "barrel",
    "b/d": "barrel",
    "mph": "mile / hour",
    "h": "hour",
}
# "Tonnes a year" are tonnes: often only one of two texts says how long it took.
_A_TIME = re.compile(r"[ -](?:an?|per)(?:[ -](?:day|week|month|year)s?)?$", re.IGNORECASE)
_NO_NOUN = {word for word in FUNCTION_WORDS if len(word) > 1} | frozenset(
    "also among annually every last next per since within".split()
)


@dataclass(frozen=True, slots=True)
class Counted:
    """What a number counts: `factor` converts the number to `unit`; without a unit, `words` are set.

    `unit` is a currency code, "percent" or the base unit of a measure; `words` are in the singular.
    `end` is the end of the unit in the text; words are not included.
    """

    factor: float
    unit: str
    words: tuple[str, ...]
    end: int


def after(text: str, position: int) -> Counted:
    """What is counted by the number that ends at a position of a text."""
    if percent := _PERCENT.match(text, position):
        return Counted(1.0, "percent", (), percent.end())
    if text[position - 1 : position].isdigit() and (age := _AGE.match(text, position)):
        return Counted(1.0, "", (), age.end())
    match = _AFTER.match(text, position)
    if not match:
        return Counted(1.0, "", (), position)
    first = match[1].split(". ")[0].rstrip(".") or match[1]
    parts = re.split(r"[ -]", first)
    for n in range(min(3, len(parts)), 0, -1):
        name = first[: len(" ".join(parts[:n]))]
        if code := _currency(name):
            end = match.start(1) + len(name)
            return Counted(0.01, "USD", (), end) if code == "cent" else Counted(1.0, code, (), end)
    for n in range(min(4, len(parts)), 0, -1):
        name = first[: len(" ".join(parts[:n]))]
        if _A_TIME.search(name):
            continue
        if parts[n - 1].lower() not in _NO_NOUN and (measure := _measure(name)):
            return Counted(*measure, (), match.start(1) + len(name))
    words = []
    for word in parts[:3]:
        if not word[:1].isalpha() or word.lower() in _NO_NOUN:
            break
        words.append(singular(word.lower()))
    return Counted(1.0, "", tuple(words), position)


def currency(sign: str) -> str:
    """The code of a currency that PREFIX matches."""
    return _CURRENCIES[sign.strip().lower()]


def is_measure(word: str) -> bool:
    """True if a word is a unit of measure."""
    return _measure(word) is not None


def _currency(name: str) -> str | None:
    """The code of a currency, or None. Short names count only in capitals: "won" and "try" are words."""
    small = name.lower().replace("pounds sterling", "pound sterling")
    for key in (small, small.removesuffix("s")):
        if key in _CURRENCIES and (len(key) > 3 or name.isupper() or not key.isalpha() or key == "yen"):
            return _CURRENCIES[key]
    return None


@cache
def _registry() -> Any:
    import pint

    return pint.UnitRegistry()


@cache
def _measure(name: str) -> tuple[float, str] | None:
    """The factor to pint's base unit, and its name; None if the name is not that of a unit."""
    import pint

    spelled = _SPELLED.get(name.lower(), name)
    if (len(spelled) == 1 and spelled not in "mgtWVA") or (
        len(name) == 2 and name.islower() and name not in _SHORT
    ):
        return None
    for spelling, in_pint in (
        (" an ", " per "),
        (" a ", " per "),
        ("metric ton", "tonne"),
        ("-", " "),
        ("km2", "km²"),
    ):
        spelled = spelled.replace(spelling, in_pint)
    try:
        base = _registry().Quantity(1.0, _registry().parse_units(spelled.replace("tonnenes", "tonnes")))
        base = base.to_base_units()
    except (pint.PintError, AssertionError, AttributeError, TypeError, ValueError, KeyError):
        return None  # pint's parser fails in many ways on other words
    if base.dimensionless or not math.isfinite(base.magnitude):
        return None
    return float(base.magnitude), str(base.units)
