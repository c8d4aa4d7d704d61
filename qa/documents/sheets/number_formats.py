"""Numbers as a spreadsheet shows them: 0.25 as "25%", 45413 as "2024-05-01", by the format of their cell.

They are written in the English way, because a file does not say which separators its reader has set.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

from qa.documents.sheets.dates import date_text
from qa.documents.sheets.format_codes import MOST_DECIMALS, Digits, Section, Token, sections_of

_UNITS = [Decimal(1).scaleb(-places) for places in range(MOST_DECIMALS + 1)]
_GROUPS = re.compile(r"(?<=\d)(?=(?:\d{3})+$)")
_EXACT = Context(prec=400, rounding=ROUND_HALF_UP)  # as many digits as the largest number has


def shown(value: float, code: str, from_1904: bool = False) -> str:
    """A number as a cell of this format shows it, on one line; "" if the format hides it.

    Days are counted from the end of 1899, or from 1904.
    """
    if code in {"General", ""} or not math.isfinite(value):
        return general(value)
    section, own_sign = _choose(sections_of(code), value)
    if section.kind == "date":
        return date_text(value, section, from_1904) or general(value)
    if section.kind == "general":
        number = general(abs(value) if own_sign else value)
        text = "".join(number if token.kind in "general@" else token.text for token in section.tokens)
    else:
        text = _number(value, section)
        if value < 0 and not own_sign and text:
            text = f"-{text}"
    return " ".join(text.split())


def general(value: float) -> str:
    """A number in a cell without a format: all digits of an integer, up to ten of another number."""
    if abs(value) < 1e15 and value == int(value):
        return str(int(value))
    return f"{value:.10g}".upper()


def _choose(sections: Sequence[Section], value: float) -> tuple[Section, bool]:
    """The section for a value, and whether it shows the sign of a negative number itself."""
    if any(section.condition for section in sections):
        for i, section in enumerate(sections):
            if section.condition is None or _holds(section.condition, value):
                return section, i == 1 and value < 0 and section.condition is None
        return sections[-1], False
    if value < 0 and len(sections) > 1:
        return sections[1], True
    if value == 0 and len(sections) > 2:
        return sections[2], False
    return sections[0], False


def _holds(condition: tuple[str, float], value: float) -> bool:
    sign, limit = condition
    return {
        "<": value < limit,
        "<=": value <= limit,
        ">": value > limit,
        ">=": value >= limit,
        "=": value == limit,
        "<>": value != limit,
    }[sign]


def _number(value: float, section: Section) -> str:
    """The digits of a number without its sign, and the texts around and between them."""
    amount = abs(Decimal(repr(value)))
    if section.kind == "fraction":
        return _fraction(amount, section.tokens)
    if section.digits is None:
        return "".join(token.text for token in section.tokens if token.kind != ",")
    if section.kind == "scientific":
        return _scientific(amount, section.digits, section.tokens)
    return _fixed(amount, section.digits)


def _fixed(amount: Decimal, digits: Digits) -> str:
    """A number with a fixed number of decimals."""
    places = len(digits.decimals)
    rounded = amount.scaleb(digits.shift, _EXACT).quantize(_UNITS[places], context=_EXACT)
    whole, _, decimals = f"{rounded:f}".partition(".")
    while decimals and decimals[-1] == "0" and digits.decimals[len(decimals) - 1] != "0":
        decimals = decimals[:-1]
    whole = whole.lstrip("0").zfill(digits.fewest)
    if digits.grouped:
        whole = _GROUPS.sub(",", whole)
    elif any(token.kind != "digit" for token in digits.whole):
        whole = _spread(whole, digits.whole)
    return f"{digits.before}{whole}{digits.point}{decimals}{digits.after}"


def _spread(whole: str, tokens: Sequence[Token]) -> str:
    """Digits at the places of a format with texts between them, such as `(000) 000-0000`."""
    result = ""
    for token in reversed(tokens):
        result = (whole[-1:] if token.kind == "digit" else token.text) + result
        whole = whole[:-1] if token.kind == "digit" else whole
    return whole + result


def _scientific(amount: Decimal, digits: Digits, tokens: Sequence[Token]) -> str:
    """A number with an exponent, whose step is the number of digits before the point."""
    at = next(i for i, token in enumerate(tokens) if token.kind == "exponent")
    step = max(1, len(digits.whole))
    exponent = amount.adjusted() // step * step if amount else 0
    number = _fixed(amount.scaleb(-exponent, _EXACT), digits)
    sign = "-" if exponent < 0 else "+" if tokens[at].text.endswith("+") else ""
    size = sum(token.kind == "digit" for token in tokens[at:])
    after = "".join(token.text for token in tokens[at + 1 :] if token.kind != "digit")
    return f"{number}E{sign}{abs(exponent):0{max(1, size)}d}{after}"


def _fraction(amount: Decimal, tokens: Sequence[Token]) -> str:
    """A number such as 2 1/4. The format has the denominator, or as many places as it may have digits."""
    at = next(i for i, token in enumerate(tokens) if token.kind == "/")
    places = [i for i, token in enumerate(tokens) if token.kind == "digit"]
    below = "".join(token.text for token in tokens[at + 1 :]).strip()
    fixed = re.match(r"[1-9]\d*", below)
    most = 10 ** min(4, max(1, sum(i > at for i in places))) - 1
    exact = Fraction(amount)
    if fixed:
        denominator = int(fixed[0])
        numerator = round(exact * denominator)
    else:
        numerator, denominator = exact.limit_denominator(most).as_integer_ratio()
    mixed = any(
        token.kind == "text" and token.text.isspace() for token in tokens[min(places, default=0) : at]
    )
    whole, numerator = divmod(numerator, denominator) if mixed else (0, numerator)
    parts = [str(whole)] if whole or (mixed and not numerator) else []
    parts += [f"{numerator}/{denominator}"] if numerator or not mixed else []
    return " ".join(parts)
