"""A question of two parts -> its parts, each as a question that can be asked alone.

"Who signed the agreement and when does it take effect?" asks two things, and the second is about what the
first names. An "and" that joins names or verbs makes no second question.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa.language.followup_rules import AUXILIARY, PREPOSITION, WH
from qa.language.followups import Turn, interpretations, is_followup
from qa.language.names import name_spans
from qa.language.questions import without_courtesy
from qa.language.rules import Rule, any_of

_ASKS = rf"(?:(?:{PREPOSITION}) )?(?:{WH})\b"
_PRONOUN = r"(?:it|they|he|she|there|this|that|these|those)"

# Where the second part begins. What matches is left out.
JOINTS = (
    Rule("and when",
         rf",? and (?:also |then )?(?={_ASKS})",
         "Who built the bridge, and when was it opened?", "Who built the bridge and the lighthouse?"),
    Rule("and explain how",
         rf",? and (?:explain|describe|tell me|say) (?={_ASKS})",
         "Describe the lock and explain how it works.", "Describe the lock and explain the gate."),
    Rule("and is it",
         rf",? and (?:also )?(?=(?:{AUXILIARY}) {_PRONOUN}\b)",
         "Who built the bridge and is it open?", "What is built and is sold?"),
    Rule("a second sentence",
         rf"[?;] (?:and )?(?=(?:{_ASKS}|(?:{AUXILIARY}) \w))",
         "Who built the bridge? When was it opened?", "Who built the bridge? Thanks."),
)  # fmt: skip

_LONGEST = 300  # characters of a question of two parts; a longer text tells a story
_TASK = r"(?:explain|describe|sketch|outline|list|name)"
_SHARING = (  # a question word that may stand alone, and share the rest of the question
    rf"(?:(?:(?:{PREPOSITION}) )?(?:when|where|why|how|whom)"
    r"|how (?:much|many|often|long|far|old|big|large|high|\w+ly)"
    rf"|(?:{PREPOSITION}) (?:who|what|which)(?: \w+)?"
    r"|(?:which|what) (?:year|month|day|date|city|country|place))"
)
_JOINT = any_of(JOINTS)
_OPENS = re.compile(rf"(?:{_ASKS}|(?:{AUXILIARY})\b|(?P<task>{_TASK}\b))", re.IGNORECASE)
_SHARES = re.compile(_SHARING, re.IGNORECASE)
_PAIR = re.compile(
    rf"(?P<one>{_SHARING}|who|what),? and (?P<other>{_SHARING}|who|what) (?P<rest>(?:{AUXILIARY}) .+)",
    re.IGNORECASE,
)
_ASKED = re.compile(  # "when" did it open, "how much honey" does Osk sell
    rf"(?:{_ASKS}|(?:(?:{PREPOSITION}) )?(?:which|what|whose|how)(?: (?!(?:{AUXILIARY})\b)[\w'’-]+){{1,3}})"
    rf" (?P<rest>(?:{AUXILIARY}) \S.*)",
    re.IGNORECASE,
)
_SURELY_ASKED = re.compile(  # not what goes on with a clause: "who paid and who did not"
    rf"(?:[\w'’-]+ ){{1,5}}(?:{AUXILIARY}) (?:{_PRONOUN}|the|an?|its|their|his|her|[A-Z]\w+)\b"
)
_CLAUSE = re.compile(rf"\S (?:{WH}|that)\b", re.IGNORECASE)
_HANGING = re.compile(rf"\b(?:{WH}|if|whether|than|as|both|between|and|or)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Parts:
    """A question of two parts: what was typed of each, and the first as a question.

    `shared` is the second as a question, if it only lacked words that the first has: "When and where did they
    meet?"; else it is "", and depends on the first: see `second_question`.
    """

    first: str
    second: str
    shared: str = ""


def parts_of(question: str) -> Parts | None:
    """The two parts of a question, or None if it has only one, or more."""
    text = " ".join(without_courtesy(question).split()).rstrip("?.! ")
    if len(text) > _LONGEST:
        return None
    if pair := _PAIR.fullmatch(text):
        first, second = (f"{pair[asks]} {pair['rest']}" for asks in ("one", "other"))
        return Parts(first, second, second) if not _JOINT.search(pair["rest"]) else None
    opening, joints = _OPENS.match(text), list(_JOINT.finditer(text))
    if not opening or len(joints) != 1:
        return None
    first, second = text[: joints[0].start()].rstrip(",;?. "), text[joints[0].end() :]
    if len(first.split()) < 2 or _HANGING.search(first):
        return None
    if _SHARES.fullmatch(second):
        asked = _ASKED.fullmatch(first)
        return Parts(first, second, f"{second} {asked['rest']}" if asked else "")
    goes_on = _CLAUSE.search(first, opening.end() - 1) and not opening["task"]
    return None if goes_on and not _SURELY_ASKED.match(second) else Parts(first, second)


# --- what the second part is about ---------------------------------------------------------------

_PERSON = re.compile(r"\b(?:he|him|his|she|her|hers)\b", re.IGNORECASE)
_MANY = re.compile(r"\b(?:they|them|their|theirs)\b", re.IGNORECASE)
_THING = re.compile(r"\bits?\b(?! (?:is|was) (?:that|to)\b)", re.IGNORECASE)
_POSSESSIVES = frozenset(("its", "their", "theirs", "his", "her", "hers"))
_THERE = re.compile(
    rf"(?<! is)(?<! are)(?<! was)(?<! were)(?P<by> (?:{PREPOSITION}))? there\b", re.IGNORECASE
)
_COUNTED = re.compile(
    rf"(?:how many|which|what) (?P<kind>(?:(?!(?:{AUXILIARY})\b)\w+ ){{0,2}}(?!(?:{AUXILIARY})\b)\w+s) ",
    re.IGNORECASE,
)
_NOT_OF_A_NAME = (
    rf"(?!(?i:{AUXILIARY}|{PREPOSITION}|{WH}|and|or|that|as|between|it|they|he|she|not|been|be)\b)"
)
_NAME = r"[A-Z\d][\w’'–-]*(?: [A-Z\d][\w’'–-]*)*"
_NAMES = rf"{_NAME}(?:,? and (?:the )?{_NAME})?"
_SUBJECT = re.compile(  # "the trade agreement between Osk and Tolvane"; "Osk and Tolvane"; "trade with Osk"
    rf"(?:(?:(?:the|an?)|[A-Z][\w-]*['’]s)(?: {_NAME})?(?P<words>(?: {_NOT_OF_A_NAME}[a-z][\w’'-]*){{0,3}})"
    rf"|{_NAMES}|{_NOT_OF_A_NAME}\w[\w'’-]*)"
    rf"(?: (?:of|between|with|for|to|on|in|at) (?:the {_NAMES} {_NOT_OF_A_NAME}[a-z]+|(?:the )?{_NAMES}))*"
)
_BEFORE_SUBJECT = re.compile(  # a verb; a task, perhaps with its question word; a question word and its verb
    rf"(?:(?:{AUXILIARY}) |{_TASK} (?:(?:{WH}) )?|(?:\S+ ){{2}})", re.IGNORECASE
)
_DOES = re.compile(r"(?:do|does|did|can|could|will|would|shall|should|may|might|must)\b", re.IGNORECASE)
_DONE = re.compile(r" (?:\w+(?:ed|en)|built|sold|made|held|won|put|set|lost|found|bought|paid|led)$")


def second_question(parts: Parts, first: str, value: str) -> str:
    """The second part as a question that can be asked alone.

    `first` is the first part as it was understood, `value` the short answer to it, or "": who "he" is, if it
    asks who did something.
    """
    if parts.shared:
        return f"{parts.shared}?"
    text, question = parts.second, f"and {parts.second}"
    if not is_followup(question):
        return f"{text}?"
    if places := name_spans(f"x {first}"):
        place = f"x {first}"[slice(*places[-1])]
        text = _THERE.sub(lambda match: f"{match['by'] or ' in'} {place}", text)
    person = value if first.lower().startswith("who") else ""
    meant = {_PERSON: person or subject_of(first), _MANY: _counted(first) or subject_of(first)}
    for pronoun in (_PERSON, _MANY, _THING):
        if name := meant.get(pronoun, subject_of(first)):
            text = _with(text, pronoun, name)
    if text != parts.second:
        return f"{text}?"
    return interpretations(question, [Turn(f"{first}?", "", "")])[-1].question


def subject_of(question: str) -> str:
    """What a question is about: what follows "when did", or "who signed"; "" if that cannot be told."""
    text = question.rstrip("?.! ")
    if asked := _ASKED.fullmatch(text):
        text = asked["rest"]
    before = _BEFORE_SUBJECT.match(text)
    match = _SUBJECT.match(text, before.end()) if before else None
    if not match:
        return ""
    found = match[0]
    if match["words"] and match.end("words") == match.end():
        verb = _DOES.match(text) and match["words"].count(" ") + found.count(" ") > 2
        found = found.rpartition(" ")[0] if verb else _DONE.sub("", found)
    return found


def _counted(question: str) -> str:
    """The things whose number or names a question asks for: "the agreements" of "how many agreements"."""
    match = _COUNTED.match(question)
    return f"the {match['kind']}" if match else ""


def _with(text: str, pronoun: re.Pattern[str], name: str) -> str:
    """A text with a name instead of each of its pronouns of a kind."""

    def replacement(match: re.Match[str]) -> str:
        return f"{name}'s" if match[0].lower() in _POSSESSIVES else name

    return pronoun.sub(replacement, text)
