"""Offices: whose a text names, which one a question asks for, and whether a text speaks of others only.

"Who is Osk's prime minister?" is not answered by "Ida Berg, the president of Osk", whom a reader that looks
for a person likes all the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from qa.language.words import FUNCTION_WORDS, WORD, stem

_HEADS = {  # what is said for one another; "head" and the like are said for any
    "state": "president king queen emir sultan monarch",
    "government": "premier chancellor",
    "envoy": "ambassador envoy",
    "chair": "chairman chairwoman chairperson chair",
    "minister": "minister secretary",  # the only ones that are told apart by their fields
    "governor": "governor",
    "mayor": "mayor",
    "judge": "judge justice",
    "spokesperson": "spokesman spokeswoman spokesperson",
    "rector": "rector dean",
    "editor": "editor",
    "any": "head chief director ceo leader manager executive",
}
_KINDS = {head: kind for kind, heads in _HEADS.items() for head in heads.split()}
_LETTERS = r"[^\W\d_]+"
_OFFICE = re.compile(
    rf"(?P<before>(?:\b{_LETTERS}[ -]){{0,3}})\b(?P<head>{'|'.join(_KINDS)})\b"
    rf"(?: (?:of|for) (?P<of>{_LETTERS}(?:,? {_LETTERS}){{0,4}}))?",
    re.IGNORECASE,
)
_ASKS = re.compile(  # what stands before the office in a question for its holder
    r"\bwho(?:['’]s| is| was| are| were) (?:the |an? )?|\bwho \w+ .*\bas (?:the |an? )?"
    r"|^(?:the )?names? of (?:the )?|^(?:the )?(?=.* is who\b)",
    re.IGNORECASE,
)
_SURE = r"president|minister|chairman|chairwoman|chair|secretary|ambassador|envoy|king|queen|emir|mayor"
_OWNED = re.compile(  # whose an office is: "the mayor of Osk", "Osk's new mayor"
    rf"\b(?:{_SURE}|ceo|director|governor|chancellor|head) of (?:the )?(?P<of>\w+)"
    rf"|\b(?P<whose>\w+)['’]s (?:\w+ ){{0,2}}(?:{_SURE})\b",
    re.IGNORECASE,
)
_RANKS = {"vice": "deputy", "deputy": "deputy", "assistant": "assistant"}
_ROOT = 5  # letters that "chairman" and "chairs" share

IsName = Callable[[str], bool]


@dataclass(frozen=True)
class _Office:
    head: str
    kind: str
    ranks: frozenset[str]
    fields: frozenset[str]  # of ministers, stems: "foreign"

    def may_be(self, other: _Office) -> bool:
        """True if one who holds the other office may be the one that is meant."""
        if "any" in (self.kind, other.kind):
            return True
        alike = not (self.fields and other.fields) or self.fields & other.fields
        return self.kind == other.kind and self.ranks == other.ranks and bool(alike)


def office_of(text: str) -> str:
    """The country or body whose office a text names: "Osk" of "the mayor of Osk"; "" if it names none.

    The text may be in small letters.
    """
    match = _OWNED.search(text)
    return (match["of"] or match["whose"]) if match else ""


def is_of_other_office(question: str, text: str, is_name: IsName) -> bool:
    """True if a question asks who holds an office, and a text names offices, but not that one.

    `is_name` tells of a word whether it is a name, which is not a part of an office: "the Kazakh minister".
    """
    asked = _asked(question, is_name)
    if asked is None:
        return False
    said = [_office(match, is_name) for match in _OFFICE.finditer(text)]
    if not said or any(asked.may_be(office) for office in said):
        return False
    words = {word.lower() for word in WORD.findall(text)} - _KINDS.keys()
    return not any(word.startswith(asked.head[:_ROOT]) for word in words)  # "Ida Berg chairs the board"


def _asked(question: str, is_name: IsName) -> _Office | None:
    opening = _ASKS.search(question)
    if not opening:
        return None
    rest = question[opening.end() :]
    match = _OFFICE.search(rest)
    before = rest[: match.start("head")] if match else ""
    if not match or any(word.lower() in FUNCTION_WORDS - {"s"} for word in WORD.findall(before)):
        return None
    return _office(match, is_name)


def _office(match: re.Match[str], is_name: IsName) -> _Office:
    head = match["head"].lower()
    of = [word for word in WORD.findall(match["of"] or "") if word.lower() != "the"]
    words: list[str] = []
    for word in WORD.findall(match["before"]):
        words = [] if word.lower() in FUNCTION_WORDS else [*words, word]
    kind, small = _KINDS[head], [word.lower() for word in words]
    if kind == "any" and of and of[0].lower() in ("state", "government"):
        kind = of[0].lower()
    if kind == "minister" and "prime" in small:
        kind = "government"
    ranks = frozenset(_RANKS[word] for word in small if word in _RANKS)
    if match["head"][0].isupper():
        words = [word for word in words if word[0].isupper()]  # not "became Foreign Minister"
    fields: set[str] = set()
    if kind == "minister":
        fields = {stem(word) for word in [*words, *of] if not is_name(word)} - FUNCTION_WORDS - _RANKS.keys()
    return _Office(head, kind, ranks, frozenset(fields))
