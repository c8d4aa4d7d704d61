"""The signs of fonts that draw pictures in place of letters, such as Wingdings and Symbol, in Unicode.

Signs that Unicode has in several forms are given in the one that most fonts can show. Ornaments without a
common counterpart are left out.
"""

from __future__ import annotations

import re

CHECK_MARKS = frozenset("☐☑☒✓✔✗✘")
_RAISED = re.compile(r"\s*[-+−]?\d+\s*")
_SUPERSCRIPTS = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
_PRIVATE = range(0xF000, 0xF100)  # where office programs keep the signs of such fonts
_SYMBOL = (
    " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼",
    "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪ 〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭",
)


def _from(start: int, signs: str) -> dict[int, str]:
    return {start + i: sign for i, sign in enumerate(signs)}


_FONTS: dict[str, dict[int, str]] = {
    "symbol": _from(0x20, _SYMBOL[0]) | _from(0xA0, _SYMBOL[1]),
    "wingdings": (
        _from(0x22, "✂✁")
        | {0x28: "☎", 0x29: "✆", 0x2A: "✉", 0x36: "⌛", 0x3E: "✇", 0x3F: "✍", 0x41: "✌"}
        | _from(0x45, "☜☞☝☟")
        | {0x4A: "☺", 0x4C: "☹", 0x4E: "☠", 0x51: "✈", 0x52: "☼", 0x54: "❄", 0x56: "✞"}
        | _from(0x58, "✠✡☪☯ॐ☸♈♉♊♋♌♍♎♏♐♑♒♓")
        | _from(0x6C, "●❍■☐☐❑❒◆◆◆❖◆☒⌂⌘❀✿“”")
        | _from(0x80, "⓪①②③④⑤⑥⑦⑧⑨⑩⓿❶❷❸❹❺❻❼❽❾❿")
        | {0x9E: "·", 0x9F: "•", 0xA0: "·", 0xA1: "○", 0xA4: "◉", 0xA5: "◎", 0xA7: "▪", 0xA8: "☐"}
        | _from(0xAA, "✦★✶✴✹✵")
        | {0xB1: "⌖", 0xB5: "✪", 0xB6: "✰", 0xD5: "⌫", 0xD6: "⌦", 0xD8: "➢"}
        | _from(0xDF, "←→↑↓↖↗↙↘←→↑↓↖↗↙↘⇦⇨⇧⇩⇔⇕")
        | _from(0xFB, "✗✓☒☑")
    ),
    "wingdings 2": (
        _from(0x4F, "✗✓☒☑☒☒")
        | _from(0x69, "⓪①②③④⑤⑥⑦⑧⑨⑩⓿❶❷❸❹❺❻❼❽❾❿")
        | {0x97: "●", 0x98: "●", 0xA2: "■", 0xA3: "☐"}
    ),
    "wingdings 3": _from(0x66, "←→↑↓↖↗↙↘") | _from(0x70, "▲▼△▽◀▶◁▷") | {0x7C: "◀", 0x7D: "▶", 0x84: "▸"},
    "webdings": (
        _from(0x33, "◀▶▲▼") | {0x61: "✓", 0x63: "☐", 0x67: "■", 0x69: "ℹ", 0x6E: "●", 0x72: "✗", 0xC9: "☎"}
    ),
}


def in_font(text: str, font: str) -> str:
    """What a text shows in a font. Signs for private use in a font that is not known are those of Symbol."""
    signs = _FONTS.get(font.lower().strip())
    if signs is None and (text.isascii() or all(ord(c) not in _PRIVATE for c in text)):
        return text
    return "".join(_sign(ord(c), signs) for c in text)


def raised(text: str) -> str:
    """A text in superscript: a number is raised, so that it is not read as digits of the one before it."""
    return text.translate(_SUPERSCRIPTS) if _RAISED.fullmatch(text) else text


def _sign(code: int, signs: dict[int, str] | None) -> str:
    if code in _PRIVATE:
        return (signs or _FONTS["symbol"]).get(code - _PRIVATE.start, "")
    if signs is None or code > 0xFF:
        return chr(code)
    return signs.get(code, " " if code == 0x20 else "")
