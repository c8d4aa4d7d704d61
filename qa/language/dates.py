"""Dates in a text as values, as exact as the text gives them: "14-15 March 2023" contains "14 March 2023".

English notation and ISO 8601. "Last year" is no date, but means a year if the day of writing is known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa.types import Span

_MONTHS = "january february march april may june july august september october november december".split()
_NAMES = {name[:n]: i for i, name in enumerate(_MONTHS, 1) for n in (3, len(name))} | {"sept": 9}
_MONTH = rf"(?:{'|'.join(sorted(_NAMES, key=len, reverse=True))})\b\.?"
_YEARS = r"(?:1[0-9]|20)\d\d"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?"
_TO = r"\s?(?:-|–|—|to|and|until)\s?"
_QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_ORDINALS = """first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth
    fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth""".split()
_DATE = re.compile(  # each line is one notation, and `_date` has a case for each
    rf"\b(?P<iso>{_YEARS})-(?P<isomonth>0[1-9]|1[0-2])-(?P<isoday>0[1-9]|[12]\d|3[01])\b"
    rf"|\b(?P<d1>{_DAY})(?:{_TO}(?P<d2>{_DAY}))?\s(?:of\s)?(?P<m1>{_MONTH})(?:,?\s(?P<y1>{_YEARS})\b)?"
    rf"|\b(?P<m2>{_MONTH})\s(?P<d3>{_DAY})\b(?:{_TO}(?P<d4>{_DAY})\b)?(?:,?\s(?P<y2>{_YEARS})\b)?"
    rf"|\b(?P<m3>{_MONTH})(?:{_TO}(?P<m4>{_MONTH}))?,?\s(?:of\s)?(?P<y3>{_YEARS})\b"
    rf"|\b(?:(?P<quarter>first|second|third|fourth|last)\squarter|Q(?P<q>[1-4]))(?:\sof)?\s(?P<y4>{_YEARS})\b"
    rf"|\b(?P<half>first|second)\shalf\sof\s(?P<y7>{_YEARS})\b"
    rf"|\b(?P<century>\d\d?(?:st|nd|rd|th)|{'|'.join(_ORDINALS)}|twenty-first)(?:\s|-)century\b"
    rf"|\b(?P<decade>{_YEARS[:-4]}\d0)s\b"
    rf"|(?:(?<=\bmid-)|(?<![\d.,$€£#-]))\b(?P<y5>{_YEARS})(?:(?:-|–|/)(?P<y6>{_YEARS}|\d\d))?\b(?![.,]?\d|%)"
    rf"|\b(?P<m5>(?!may\b|march\b){_MONTH}"
    r"|(?:(?<=\bin\s)|(?<=early\s)|(?<=late\s)|(?<=last\s))(?:may|march)\b)",  # else mostly a verb
    re.IGNORECASE,
)


_RELATIVE = {"last": -1, "this": 0, "next": 1}
_RELATIVE_YEAR = re.compile(rf"\b({'|'.join(_RELATIVE)}) year\b(?!'s|’s)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Date:
    """A day, a month, a year, or a range of them; a part that the text does not give is None.

    Each part is a pair, the first and the last; months count from 1.
    """

    years: tuple[int, int] | None
    months: tuple[int, int] | None
    days: tuple[int, int] | None
    span: Span


def dates(text: str) -> tuple[Date, ...]:
    """All dates in a text, in order."""
    return tuple(date for match in _DATE.finditer(text) if (date := _date(match)))


def years_meant(text: str, written: str) -> tuple[Date, ...]:
    """The years that "last year", "this year" and "next year" mean in a text written at some date."""
    year = next((date.years[0] for date in dates(written) if date.years), None)
    if year is None:
        return ()
    found = ((year + _RELATIVE[match[1].lower()], match.span()) for match in _RELATIVE_YEAR.finditer(text))
    return tuple(Date((meant, meant), None, None, span) for meant, span in found)


def comparable(a: Date, b: Date) -> bool:
    """True if there is a part (years, months or days) that both dates give."""
    return any(x and y for x, y in _parts(a, b))


def same(a: Date, b: Date) -> bool:
    """True if two comparable dates can be the same: the parts that both give overlap."""
    return all(x is None or y is None or (x[0] <= y[1] and y[0] <= x[1]) for x, y in _parts(a, b))


def near(a: Date, b: Date, years: int) -> bool:
    """True if two dates are at most so many years apart, or if one of them has no year."""
    return not a.years or not b.years or abs(a.years[0] - b.years[0]) <= years


def _parts(a: Date, b: Date) -> tuple[tuple[tuple[int, int] | None, tuple[int, int] | None], ...]:
    return (a.years, b.years), (a.months, b.months), (a.days, b.days)


def _date(match: re.Match[str]) -> Date | None:
    """The value of a match of _DATE, or None if the match is no date."""
    group = match.groupdict()

    def year(*names: str) -> tuple[int, int] | None:
        return next(((int(group[n]), int(group[n])) for n in names if group[n]), None)

    def month(first: str, last: str) -> tuple[int, int]:
        a = _NAMES[group[first].lower().rstrip(".")]
        b = _NAMES[group[last].lower().rstrip(".")] if group[last] else a
        return min(a, b), max(a, b)

    def day(first: str, last: str) -> tuple[int, int]:
        a, b = (int(re.match(r"\d+", group[n] or group[first])[0]) for n in (first, last))  # type: ignore[index]
        return min(a, b), max(a, b)

    span = match.span()
    if group["iso"]:
        m, d = int(group["isomonth"]), int(group["isoday"])
        return Date(year("iso"), (m, m), (d, d), span)
    if group["d1"]:
        return Date(year("y1"), month("m1", "m1"), day("d1", "d2"), span)
    if group["m2"]:
        return Date(year("y2"), month("m2", "m2"), day("d3", "d4"), span)
    if group["m3"]:
        return Date(year("y3"), month("m3", "m4"), None, span)
    if group["y4"]:
        quarter = _QUARTERS[(group["quarter"] or group["q"]).lower()]
        return Date(year("y4"), (3 * quarter - 2, 3 * quarter), None, span)
    if group["half"]:
        return Date(year("y7"), (1, 6) if group["half"].lower() == "first" else (7, 12), None, span)
    if group["century"]:
        words = [*_ORDINALS, "twenty-first"]
        ordinal = group["century"].lower()
        century = int(ordinal[:-2]) if ordinal[0].isdigit() else words.index(ordinal) + 1
        return Date((100 * century - 99, 100 * century), None, None, span)
    if group["decade"]:
        return Date((int(group["decade"]), int(group["decade"]) + 9), None, None, span)
    if group["y5"]:
        first = last = int(group["y5"])
        if group["y6"]:
            last = int(group["y6"]) + (first // 100 * 100 if len(group["y6"]) == 2 else 0)
        if last >= first:
            return Date((first, last), None, None, span)
        number = int(group["y6"])  # 1999-03 is a month
        return Date((first, first), (number, number) if 1 <= number <= 12 else None, None, span)
    return Date(None, month("m5", "m5"), None, span)
