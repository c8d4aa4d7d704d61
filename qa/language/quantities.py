"""Figures in a text as values: "$1 billion", "1 billion dollars" and "USD 1bn" are the same amount.

A figure is a number or a range, and what it counts (`units`). English notation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa.language import numerals, units
from qa.language.numerals import DIGITS, PARTS, SCALES, UP_TO_NINE, UP_TO_TWENTY, WORDS
from qa.types import Span, overlap

_ABOUT = (
    r"about|around|approximately|approx\.?|roughly|some|nearly|almost|close to|an estimated|estimated at"
    r"|more than|over|at least|less than|under|up to|as (?:much|many) as|above|below|just"
)
_FIGURE = re.compile(  # about, between; currency, number, scale; to, number, scale
    rf"(?P<about>\b(?:{_ABOUT})\s+(?:US (?=\S))?|~\s?)?(?P<between>\bbetween\s+)?"
    rf"(?:(?<!\w)(?P<currency>(?:{units.PREFIX})\s?))?(?<![\w.,])(?P<low>{DIGITS}|\b(?:{WORDS})\b)"
    rf"(?:\s?-?(?P<scale>{SCALES})\b)?"
    rf"(?:\s?(?P<joint>[-–—]|to|and)\s?(?:{units.PREFIX})?\s?(?P<high>{DIGITS}|\b(?:{WORDS})\b)"
    rf"(?:\s?-?(?P<scale2>{SCALES})\b)?)?",
    re.IGNORECASE,
)
_FRACTION = (
    re.compile(  # "three-quarters of the", "a quarter of a million"; "two in five", "one goat in five"
        rf"\b(?:(?P<top>a|{UP_TO_NINE})[\s-])?(?P<part>half|(?:{PARTS})s?)\b"
        rf"(?=\s+(?:of|the|its|their|his|her|all|as|in|more|less|since|last|this)\b|[.,;]|$)"
        rf"(?:\s+of\s+an?\s+(?P<scale>million|billion|trillion)\b)?"
        rf"|\b(?P<some>{UP_TO_NINE}|\d|one \w+)\s(?:in|out of)\s(?:every\s)?"
        rf"(?P<all>{UP_TO_TWENTY}|\d{{1,3}}|a hundred)\b(?!\s\d)",
        re.IGNORECASE,
    )
)
_PART_OF_UNIT = re.compile(  # "half a kilometre", "three quarters of an hour"
    rf"\b(?:(?P<top>a|{UP_TO_NINE})[\s-])?(?P<part>half|(?:{PARTS})s?)\s(?:of\s)?an?\s(?!(?:{SCALES})\b)(?P<unit>\w+)",
    re.IGNORECASE,
)
_N = rf"(?:{DIGITS}|{WORDS})"
_DURATION = re.compile(  # "two hours, seven minutes and 14 seconds"; "2:07:14" and "1:57.40"
    rf"\b(?P<h>{_N})\shours?,?\s(?:and\s)?(?P<m>{_N})\sminutes?(?:,?\s(?:and\s)?(?P<s>{_N})\sseconds?)?\b"
    rf"|\b(?P<m2>{_N})\sminutes?,?\s(?:and\s)?(?P<s2>{_N})\sseconds?\b"
    r"|(?<![\d:])(?:(?P<h3>\d\d?):(?P<m3>\d\d):(?P<s3>\d\d(?:\.\d+)?)"
    r"|(?P<m4>\d\d?):(?P<s4>\d\d\.\d+))(?![\d:])",
    re.IGNORECASE,
)
_AND_A_HALF = re.compile(  # "two and a half thousand", "an hour and a half"
    rf"\b(?P<n>an?|{UP_TO_TWENTY}|\d+)\s(?:(?P<unit>\w+)\s)?and\sa\shalf\b(?:\s(?P<scale>{SCALES})\b)?",
    re.IGNORECASE,
)
_MULTIPLIED = re.compile(r"\b(?:doubled|tripled|trebled|halved)\b", re.IGNORECASE)
_RISES = {"doubled": 100.0, "tripled": 200.0, "trebled": 200.0, "halved": 50.0}  # percent, up or down
_DURATION_GROUPS = (("h", "h3"), ("m", "m2", "m3", "m4"), ("s", "s2", "s3", "s4"))
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_EXTENT = frozenset("long wide high deep tall thick away apart above below".split())
_BY_CHANCE = 20  # counts below this are often equal by chance
_MOST_ROUNDED = 0.1  # the most by which an approximate figure is off, as a share of it
_MOST_CONVERTED = 0.02  # the same for a figure converted from miles to kilometres
_FRACTION_ROUNDED = 0.05  # a fraction in words is approximate


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure in a text: from `low` to `high`, which are equal unless it is a range.

    `unit` is a currency code, "percent" or the base unit of a measure, and the numbers are given in it; for a
    count it is empty, and `counted` has the words that follow, in the singular. `rounding` is the amount by
    which the figure may be rounded: half of its last digit that is not zero. `factor` is what the written
    unit is in the base unit: 1000 for km.
    """

    low: float
    high: float
    unit: str
    counted: tuple[str, ...]
    approximate: bool
    rounding: float
    span: Span
    factor: float = 1.0


def quantities(text: str) -> tuple[Quantity, ...]:
    """All figures in a text, in order. Bare years, ordinals and numbers in names do not count."""
    figures = [_duration(match) for match in _DURATION.finditer(text)]
    figures += [
        _part_of_unit(text, match)
        for match in _PART_OF_UNIT.finditer(text)
        if units.is_measure(match["unit"])
    ]
    figures += [_multiplied(match) for match in _MULTIPLIED.finditer(text)]
    for pattern, value in ((_AND_A_HALF, _and_a_half), (_FRACTION, _fraction)):
        known = [quantity.span for quantity in figures]
        matches = (m for m in pattern.finditer(text) if not any(overlap(m.span(), span) for span in known))
        figures += [value(text, match) for match in matches]
    taken = [quantity.span for quantity in figures]
    position = 0
    while match := _FIGURE.search(text, position):
        quantity, position = _figure(text, match)
        if quantity and not any(overlap(quantity.span, span) for span in taken):
            figures.append(quantity)
    return tuple(sorted(figures, key=lambda quantity: quantity.span))


def comparable(a: Quantity, b: Quantity) -> bool:
    """True if both count the same kind of thing, so that one can equal or exceed the other."""
    if a.unit or b.unit:
        return a.unit == b.unit
    return not a.counted or not b.counted or bool(set(a.counted) & set(b.counted))


def same(a: Quantity, b: Quantity) -> bool:
    """True if two comparable figures can both be true: as ranges that overlap, or with one rounded.

    A figure is rounded if it is approximate, or if the other is given in another unit.
    """
    largest = max(abs(a.high), abs(b.high))
    slack = 1e-9 * largest
    if a.approximate or b.approximate:
        slack = max(slack, min(max(a.rounding, b.rounding), _MOST_ROUNDED * largest))
    elif a.factor != b.factor:
        slack = max(slack, min(max(a.rounding, b.rounding), _MOST_CONVERTED * largest))
    return a.low - slack <= b.high and b.low - slack <= a.high


def may_be_rounded(a: Quantity, b: Quantity) -> bool:
    """True if one of two comparable figures may be the other rounded, though neither says so: 500 and 498."""
    off = min(abs(a.low - b.high), abs(b.low - a.high), abs(a.high - b.high))
    return off <= min(max(a.rounding, b.rounding), _MOST_ROUNDED / 2 * max(abs(a.high), abs(b.high)))


def common(a: Quantity) -> bool:
    """True if figures like this are often equal by chance: shares and small counts."""
    return a.unit == "percent" or (not a.unit and a.high < _BY_CHANCE)


def equal_counts(a: Quantity, b: Quantity) -> bool:
    """True if two counts are equal and too large for that to be chance: workers here are employees there."""
    return not a.unit and not b.unit and a.low == b.low >= _BY_CHANCE and a.high == b.high


def near(a: Quantity, b: Quantity, factor: float) -> bool:
    """True if the greater of two figures is at most `factor` times the other."""
    less, more = sorted((abs(a.high), abs(b.high)))
    return more <= factor * less


def _figure(text: str, match: re.Match[str]) -> tuple[Quantity | None, int]:
    """The figure of a match, or None if it is no figure, and where to look for the next one."""
    first, scale = numerals.number(match["low"]), match["scale"]
    end_of_first = match.end("scale") if scale else match.end("low")
    end, second = match.end(), None if _is_two_figures(text, match) else match["high"]
    if not second:
        end = end_of_first
    sign = match["currency"]
    if scale and scale.lower() in ("m", "b") and not sign and _is_metres(text, end):
        scale, end = None, match.end("low")  # 250 m are metres
    low = first * numerals.scale(scale)
    high = low
    if second:
        last = numerals.number(second)
        if not scale and first <= last:
            low = first * numerals.scale(match["scale2"])
        high = last * numerals.scale(match["scale2"])
        if high < low:
            high, end = low, end_of_first
    counted = units.after(text, end)
    unit, factor = counted.unit, counted.factor
    if sign:
        unit, factor = units.currency(sign), 1.0
        counted = counted if counted.unit == unit else units.Counted(1.0, unit, (), end)
    if not unit and not scale and match["low"].isdigit() and _is_no_count(text, match, counted.end):
        return None, match.end("low")
    rounding = 0.5 * numerals.last_digit(first) * (low / first if first else 1) * factor
    span = (match.start(), counted.end)
    words = () if unit else counted.words
    quantity = Quantity(
        low * factor, high * factor, unit, words, bool(match["about"]), rounding, span, factor
    )
    return quantity, max(counted.end, match.start() + 1)


def _is_metres(text: str, end: int) -> bool:
    """True if no counted thing follows "250 m", so that "m" does not mean million."""
    counted = units.after(text, end)
    return counted.unit in ("", "meter") and (not counted.words or counted.words[0] in _EXTENT)


def _is_two_figures(text: str, match: re.Match[str]) -> bool:
    """True if an apparent range is a list of two figures, "37 and 40", or a change, "from 3 to 5"."""
    if match["joint"] == "and":
        return not match["between"]
    before = text[: match.start("currency") if match["currency"] else match.start("low")]
    return match["joint"] == "to" and bool(re.search(r"\bfrom\s+$", before, re.IGNORECASE))


def _is_no_count(text: str, match: re.Match[str], end: int) -> bool:
    """True if bare digits are a year, an ordinal, or a part of a name or date: CASA-1000, 9/11."""
    start = match.start("low")
    joined = (start > 0 and text[start - 1] in "-–/:") or bool(re.match(r"[/:]\d", text[match.end("low") :]))
    joined = joined and not match["about"]
    return (
        bool(_YEAR.fullmatch(match["low"]))
        or text[end : end + 2].lower() in ("st", "nd", "rd", "th")
        or joined
    )


def _fraction(text: str, match: re.Match[str]) -> Quantity:
    """The value of a fraction: a percentage ("two in five"), or a number ("a quarter of a million")."""
    if match["some"]:
        of = 100.0 if match["all"].lower() == "a hundred" else numerals.number(match["all"])
        share = numerals.number(match["some"].split()[0]) / max(1.0, of)
    else:
        share = numerals.number(match["top"] or "one") * numerals.part(match["part"])
    if match["scale"]:
        return _single(
            share * numerals.scale(match["scale"]), text, match.start(), match.end(), approximate=True
        )
    return Quantity(
        100 * share, 100 * share, "percent", (), True, 100 * _FRACTION_ROUNDED * share, match.span()
    )


def _part_of_unit(text: str, match: re.Match[str]) -> Quantity:
    """The value of "half a kilometre", which is approximate."""
    counted = units.after(text, match.start("unit"))
    value = numerals.number(match["top"] or "one") * numerals.part(match["part"]) * counted.factor
    return Quantity(value, value, counted.unit, (), True, _FRACTION_ROUNDED * value, match.span())


def _multiplied(match: re.Match[str]) -> Quantity:
    """The change in percent that "doubled" means."""
    change = _RISES[match[0].lower()]
    return Quantity(change, change, "percent", (), False, 0.0, match.span())


def _duration(match: re.Match[str]) -> Quantity:
    """The seconds of a length of time that is given in more than one unit."""
    parts = [next((match[n] for n in names if match[n]), "zero") for names in _DURATION_GROUPS]
    hours, minutes, seconds = map(numerals.number, parts)
    value = 3600 * hours + 60 * minutes + seconds
    return Quantity(value, value, "second", (), False, 0.5 if seconds else 30.0, match.span())


def _and_a_half(text: str, match: re.Match[str]) -> Quantity:
    """The value of "two and a half thousand people" or "an hour and a half"."""
    value = (numerals.number(match["n"]) + 0.5) * numerals.scale(match["scale"])
    if match["unit"] and units.is_measure(match["unit"]):
        counted = units.after(text, match.start("unit"))
        value *= counted.factor
        return Quantity(value, value, counted.unit, (), False, 0.0, match.span())
    return _single(value, text, match.start(), match.end(), approximate=False)


def _single(value: float, text: str, start: int, end: int, approximate: bool) -> Quantity:
    """A figure that is no range, whose number is `text[start:end]`."""
    counted = units.after(text, end)
    value *= counted.factor
    rounding = _FRACTION_ROUNDED * value
    return Quantity(value, value, counted.unit, counted.words, approximate, rounding, (start, counted.end))
