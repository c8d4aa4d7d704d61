"""A question -> the part of a document whose text it asks for: "What does Article 2 say?"."""

from __future__ import annotations

import re

_KINDS = (
    r"article|section|clause|paragraph|chapter|rule|regulation|step|point|item|annex|appendix|schedule|principle"
    r"|recommendation"
)
_PART = (
    rf"(?P<kind>\b(?:{_KINDS})|§{{1,2}})\s{{0,3}}"
    r"(?P<number>\d{1,4}(?:\.\d{1,3}){0,4}[a-z]?|[ivxlc]{1,7}|[a-z])\b(?![%-])"
)
_SAYS = r"(?:say|state|provide|require|prescribe|lay down|contain|cover|regulate|mean|demand|allow|forbid)"
_OPTION = r"(?P<kind>\b(?:option|flag|switch|argument)\s+|)(?P<number>(?<!\S)--?[a-z][\w-]{0,40})"
_ASKED = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"what (?:does|do|did) [^?]{{0,80}}?{_PART}[^?]{{0,120}}\b{_SAYS}\b",
        rf"what (?:is|are|stands)(?: written)? (?:in |under )?(?:the )?(?:text of )?{_PART}",
        rf"(?:quote|read|show)(?: me)? (?:the )?(?:text of )?{_PART}",
        rf"what (?:does|do|is|are) [^?]{{0,80}}?{_OPTION}",
    )
]


def asked_part(question: str) -> str:
    """The kind and number of the part whose text a question asks for, as in "article 2"; "" if for none.

    An option of a command is a part of the text that explains it: "option --week".
    """
    match = next(filter(None, (asked.match(question.strip()) for asked in _ASKED)), None)
    return f"{match['kind'].strip() or 'option'} {match['number']}".casefold() if match else ""


def begins_part(part: str, text: str) -> bool:
    """True if a text begins with the kind and number of a part, or with its number alone: "2. The boats".

    An option may be the second name of what the text explains: "-w, --week".
    """
    kind, number = map(re.escape, part.split())
    start = " ".join(text[:60].casefold().split())
    if part.split()[1].startswith("-"):
        return bool(re.match(rf"\W{{0,3}}(?:-\w, )?{number}(?![\w-])", start))
    return bool(re.match(rf"(?:{kind} ?{number}(?![\w.]*\d)|{number}[.)])(?!\d)", start))
