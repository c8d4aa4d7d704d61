"""The codes by which spreadsheets format numbers, such as `#,##0.00;[Red](#,##0.00);"-"`.

A code has up to four sections separated by semicolons, for positive numbers, negative numbers, zero and text.
A section may have a condition instead, as in `[>=100]`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

BUILT_IN = {  # the formats that files refer to by number alone
    0: "General",
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "yyyy-mm-dd",  # this one and 22 follow the settings of the reader's computer
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "yyyy-mm-dd h:mm",
    37: "#,##0;(#,##0)",
    38: "#,##0;(#,##0)",
    39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;(#,##0.00)",
    41: '#,##0;-#,##0;"-"',
    42: '$#,##0;-$#,##0;$"-"',
    43: '#,##0.00;-#,##0.00;"-"',
    44: '$#,##0.00;-$#,##0.00;$"-"',
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    48: "##0.0E+0",
    49: "@",
}
MOST_DECIMALS = 30
_LONGEST = 255  # characters of a code that programs allow
_TOKEN = re.compile(
    r"""
      "(?P<quoted>[^"]*)"?
    | \\(?P<escaped>.)
    | (?P<space>[_*].)                  # as wide as a character, or filled with it
    | \[(?P<bracket>[^\]]*)\]
    | (?P<general>General)
    | (?P<half>AM/PM|A/P)
    | (?P<exponent>E[+-])
    | (?P<date>y+|m+|d+|h+|s+(?:\.0+)?)
    | (?P<digit>[0\#?])
    | (?P<other>.)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)")
_ENGLISH = 9  # the last ten bits of a language number
_SETTINGS = frozenset(("F800", "F400"))  # the date, or the time, as the reader's computer writes it


@dataclass(frozen=True, slots=True)
class Token:
    """A sign of a code with a meaning, or a text."""

    kind: str  # "text", "digit", "date", "elapsed", "half", "exponent", "general", or a sign of the format
    text: str


@dataclass(frozen=True, slots=True)
class Digits:
    """The part of a format that stands for digits, such as `#,##0.00`, and the texts around it.

    `whole` and `decimals` are its places before and after the point. The texts between the places before the
    point, if there are any, are among them.
    """

    before: str
    whole: tuple[Token, ...]
    grouped: bool
    decimals: str
    point: str
    after: str
    shift: int  # the power of ten to multiply with

    @property
    def fewest(self) -> int:
        """The places before the point that are filled with zeros."""
        return sum(token.text == "0" for token in self.whole if token.kind == "digit")


@dataclass(frozen=True, slots=True)
class Section:
    """The format of some numbers. `digits` are those of a "number" or a "scientific" one."""

    kind: str  # "date", "number", "scientific", "fraction", "general", or "text" without any digits
    tokens: tuple[Token, ...]
    condition: tuple[str, float] | None
    iso: bool  # the names of its months are not English, or it follows the reader's settings
    digits: Digits | None


@lru_cache(maxsize=1000)
def sections_of(code: str) -> tuple[Section, ...]:
    """The sections of a code, at least one."""
    sections: list[Section] = []
    tokens: list[Token] = []
    condition: tuple[str, float] | None = None
    iso = False
    for match in _TOKEN.finditer(code[:_LONGEST]):
        kind, text = str(match.lastgroup), match[0]
        if kind == "other" and text == ";":
            sections.append(_section(_with_minutes(tokens), condition, iso))
            tokens, condition, iso = [], None, False
        elif kind == "quoted" or kind == "escaped":
            tokens.append(Token("text", match[kind]))
        elif kind == "space":
            before = tokens[-1].text[-1:] if tokens else ""
            tokens.append(Token("text", "" if text[0] == "*" and not before.isalpha() else " "))
        elif kind == "bracket":
            inner = match[kind]
            if found := _CONDITION.fullmatch(inner):
                condition = (found[1], float(found[2]))
            elif inner.startswith("$"):
                symbol, _, language = inner[1:].partition("-")
                tokens.append(Token("text", symbol))
                iso = iso or not _is_english(language)
            elif re.fullmatch(r"h+|m+|s+", inner, re.IGNORECASE):
                tokens.append(Token("elapsed", inner.lower()))
        elif kind == "other":
            tokens.append(Token(text if text in ".,%/@" else "text", text))
        else:
            tokens.append(Token(kind, text.lower() if kind == "date" else text))
    return (*sections, _section(_with_minutes(tokens), condition, iso))


def _section(tokens: Sequence[Token], condition: tuple[str, float] | None, iso: bool) -> Section:
    kinds = [token.kind for token in tokens]
    end = len(tokens)
    if "date" in kinds or "elapsed" in kinds:
        kind = "date"
    elif "digit" not in kinds:
        kind = "general" if "general" in kinds or "@" in kinds else "text"
    elif "exponent" in kinds:
        kind, end = "scientific", kinds.index("exponent")
    else:
        kind = "fraction" if "/" in kinds else "number"
    digits = _digits(tokens[:end]) if kind in {"number", "scientific"} else None
    return Section(kind, tuple(tokens), condition, iso, digits)


def _digits(tokens: Sequence[Token]) -> Digits:
    places = [i for i, token in enumerate(tokens) if token.kind == "digit"] or [0]
    point = next((i for i, token in enumerate(tokens) if token.kind == "."), len(tokens))
    first, last = min(places[0], point), max(places[-1] + 1, point + 1 if point < len(tokens) else 0)
    whole = tokens[first : min(point, last)]
    after = tokens[last:]
    thousands = next((i for i, token in enumerate(after) if token.kind != ","), len(after))
    while whole and whole[-1].kind == ",":  # before the point, commas divide by 1,000 as well
        whole = whole[:-1]
        thousands += 1
    percents = sum(token.kind == "%" for token in tokens)
    return Digits(
        before="".join(token.text for token in tokens[:first]),
        whole=tuple(token for token in whole if token.kind != ","),
        grouped=any(token.kind == "," for token in whole),
        decimals="".join(token.text for token in tokens[point:last] if token.kind == "digit")[:MOST_DECIMALS],
        point="." if point < last else "",
        after="".join(token.text for token in after if token.kind != ","),
        shift=2 * percents - 3 * thousands,
    )


def _is_english(language: str) -> bool:
    """True for the number of a language, in hexadecimal digits, if its months have English names."""
    if language.upper() in _SETTINGS:
        return False
    try:
        return not language or int(language, 16) & 0x3FF in (0, _ENGLISH)
    except ValueError:
        return language.lower().startswith("en")


def _with_minutes(tokens: Sequence[Token]) -> list[Token]:
    """The tokens, in which an m beside hours or seconds stands for minutes ("n")."""
    result = list(tokens)
    times = [i for i, token in enumerate(tokens) if token.kind in {"date", "elapsed"}]
    for at, i in enumerate(times):
        if tokens[i].kind == "date" and tokens[i].text in {"m", "mm"}:
            before = tokens[times[at - 1]].text if at else ""
            after = tokens[times[at + 1]].text if at + 1 < len(times) else ""
            if before.startswith("h") or after.startswith("s"):
                result[i] = Token("date", "n" * len(tokens[i].text))
    return result
