"""The numbers of paragraphs in numbered lists, as PowerPoint shows them: "2.", "(b)", "iv)"."""

from __future__ import annotations

import re
from typing import Any

from qa.documents.office.elements import child, number
from qa.documents.office.numerals import numeral
from qa.documents.office.properties import text_of

_SCHEME = re.compile(r"(arabic|alphaLc|alphaUc|romanLc|romanUc)(Period|ParenR|ParenBoth|Plain|Minus)")
_FORMS = {
    "arabic": "decimal",
    "alphaLc": "lowerLetter",
    "alphaUc": "upperLetter",
    "romanLc": "lowerRoman",
    "romanUc": "upperRoman",
}
_TEMPLATES = {"Period": "{}.", "ParenR": "{})", "ParenBoth": "({})", "Plain": "{}", "Minus": "{}-"}


def numbered_paragraphs(body: Any) -> list[str]:
    """The paragraphs of a text body that are not empty, those of a numbered list with their number."""
    texts: list[str] = []
    lists: list[tuple[tuple[str, int], int]] = []  # by level: the list, and the last number of it
    for paragraph in body.iterchildren("{*}p"):
        text = text_of(paragraph)
        if not text:
            continue
        properties = child(paragraph, "pPr")
        level = 0 if properties is None else number(properties.get("lvl", ""))
        scheme = None if properties is None else child(properties, "buAutoNum")
        del lists[level + 1 :]
        if scheme is None:
            del lists[level:]
            texts.append(text)
            continue
        lists += [(("", 0), 0)] * (level + 1 - len(lists))
        kind = (scheme.get("type", ""), number(scheme.get("startAt", ""), 1))
        known, count = lists[level]
        count = count + 1 if known == kind else kind[1]
        lists[level] = kind, count
        texts.append(f"{_label(kind[0], count)} {text}")
    return texts


def _label(scheme: str, count: int) -> str:
    match = _SCHEME.fullmatch(scheme)
    return _TEMPLATES[match[2]].format(numeral(count, _FORMS[match[1]])) if match else f"{count}."
