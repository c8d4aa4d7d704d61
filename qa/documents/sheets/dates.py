"""Dates and times as a spreadsheet shows them. It counts days, and a time of day is a part of one."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache

from qa.documents.sheets.format_codes import Section

_MONTHS = "January February March April May June July August September October November December".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_LAST_DAY = 2_958_466  # the day after 9999-12-31
_DAYS_TO_1904 = 1462


@lru_cache(maxsize=10_000)  # the same few days stand in most rows
def date_text(value: float, section: Section, from_1904: bool) -> str:
    """The day and time of a number as a section shows them; "" if there is no such day."""
    elapsed = any(token.kind == "elapsed" for token in section.tokens)
    last = _LAST_DAY - (_DAYS_TO_1904 if from_1904 else 0)
    if abs(value) >= last or (value < 0 and not elapsed):
        return ""
    texts = [token.text for token in section.tokens if token.kind == "date"]
    decimals = min(6, max((len(text.partition(".")[2]) for text in texts), default=0))
    ticks = round(abs(value) * 86_400 * 10**decimals)  # rounded to the last place that is shown
    days, ticks = divmod(min(ticks, last * 86_400 * 10**decimals - 1), 86_400 * 10**decimals)
    seconds, part = divmod(ticks, 10**decimals)
    moment = _day(days, from_1904) + timedelta(seconds=seconds)
    if section.iso and any(len(text) > 2 or text[0] in "yd" for text in texts):
        return _iso(moment, any(text[0] in "hs" for text in texts))
    half = any(token.kind == "half" for token in section.tokens)
    total = days * 86_400 + seconds
    result = "-" if elapsed and value < 0 else ""
    for token in section.tokens:
        if token.kind == "elapsed":
            unit = {"h": 3600, "m": 60, "s": 1}[token.text[0]]
            result += f"{total // unit:0{len(token.text)}d}"
        elif token.kind == "date":
            result += _field(moment, token.text, half, f"{part:0{decimals}d}" if decimals else "")
        elif token.kind == "half":
            result += "AM" if moment.hour < 12 else "PM"
        else:
            result += token.text
    return " ".join(result.split())


def _day(days: int, from_1904: bool) -> datetime:
    if from_1904:
        return datetime(1904, 1, 1) + timedelta(days=days)
    # For programs, 1900 has a 29th of February, which is day 60.
    return datetime(1899, 12, 31 if days < 60 else 30) + timedelta(days=days)


def _iso(moment: datetime, with_time: bool) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if with_time else f"{moment:%Y-%m-%d}"


def _field(moment: datetime, letters: str, half: bool, fraction: str) -> str:
    """A part of a date, such as "mmm": the month's name, shortened to three letters."""
    size = len(letters)
    match letters[0]:
        case "y":
            return f"{moment.year:04d}" if size > 2 else f"{moment.year % 100:02d}"
        case "m" if size > 2:
            name = _MONTHS[moment.month - 1]
            return name[:1] if size == 5 else name[:3] if size == 3 else name
        case "d" if size > 2:
            name = _DAYS[moment.weekday()]
            return name[:3] if size == 3 else name
        case "s":
            seconds = f"{moment.second:02d}" if letters.startswith("ss") else str(moment.second)
            return f"{seconds}.{fraction}" if fraction else seconds
        case letter:
            hour = (moment.hour % 12 or 12) if half else moment.hour
            number = {"m": moment.month, "d": moment.day, "h": hour, "n": moment.minute}[letter]
            return f"{number:02d}" if size > 1 else str(number)
