"""A number of a list in the form that the list gives it: 4, iv, d, 4th, four or ④."""

from __future__ import annotations

from collections.abc import Callable

_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"),
    (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_RUSSIAN = "абвгдежзиклмнопрстуфхцчшщэюя"
_GREEK = "αβγδεζηθικλμνξοπρστυφχψω"
_HAN = "〇一二三四五六七八九"
_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth",
    "eight": "eighth", "nine": "ninth", "twelve": "twelfth",
}  # fmt: skip
_LARGEST = 5000  # of a number in letters; Word counts no list further than 32767


def numeral(count: int, form: str) -> str:
    """A number in a form, by its name in Word; in digits if the form is unknown or has no such number."""
    write = _FORMS.get(form)
    return write(count) if write and 0 < count <= _LARGEST else "" if form == "none" else str(count)


def _roman(count: int) -> str:
    text = ""
    for amount, sign in _ROMAN:
        text += sign * (count // amount)
        count %= amount
    return text


def _letters(alphabet: str) -> Callable[[int], str]:
    """After the last letter follow aa, bb and so on."""

    def write(count: int) -> str:
        return alphabet[(count - 1) % len(alphabet)] * ((count - 1) // len(alphabet) + 1)

    return write


def _ordinal(count: int) -> str:
    ending = "th" if count % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    return f"{count}{ending}"


def _words(count: int) -> str:
    if count >= 100:
        return str(count)
    if count < 20:
        return _SMALL[count]
    tens, rest = divmod(count, 10)
    return _TENS[tens - 2] + (f"-{_SMALL[rest]}" if rest else "")


def _ordinal_words(count: int) -> str:
    if count >= 100:
        return _ordinal(count)
    start, hyphen, last = _words(count).rpartition("-")
    last = _ORDINALS.get(last) or (last[:-1] + "ieth" if last.endswith("y") else last + "th")
    return start + hyphen + last


def _circled(count: int) -> str:
    return chr(0x2460 + count - 1) if count <= 20 else str(count)


def _han(count: int) -> str:
    if count >= 100:
        return "".join(_HAN[int(digit)] for digit in str(count))
    tens, rest = divmod(count, 10)
    return (_HAN[tens] if tens > 1 else "") + ("十" if tens else "") + (_HAN[rest] if rest else "")


def _upper(write: Callable[[int], str]) -> Callable[[int], str]:
    return lambda count: write(count).upper()


def _capital(write: Callable[[int], str]) -> Callable[[int], str]:
    return lambda count: write(count).capitalize()


_LATIN = _letters("abcdefghijklmnopqrstuvwxyz")
_FORMS: dict[str, Callable[[int], str]] = {
    "lowerRoman": _roman,
    "upperRoman": _upper(_roman),
    "lowerLetter": _LATIN,
    "upperLetter": _upper(_LATIN),
    "russianLower": _letters(_RUSSIAN),
    "russianUpper": _upper(_letters(_RUSSIAN)),
    "lowerGreek": _letters(_GREEK),
    "upperGreek": _upper(_letters(_GREEK)),
    "chicago": _letters("*†‡§"),
    "ordinal": _ordinal,
    "cardinalText": _capital(_words),
    "ordinalText": _capital(_ordinal_words),
    "decimalZero": lambda count: f"{count:02}",
    "decimalEnclosedCircle": _circled,
    "numberInDash": lambda count: f"- {count} -",
    **dict.fromkeys(
        ("chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting"), _han
    ),
}
