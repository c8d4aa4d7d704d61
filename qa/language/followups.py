"""A question in the light of the turns before it -> the questions that it may stand for on its own.

A question that can be understood alone is left alone, whatever was asked before. One that leans on the
conversation ("and with Uzbekistan?", "when was that?", "why?") takes over what it does not say
from the last question and its answer. There is no model in it: where several interpretations are possible,
all are given, and the documents decide.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa.language.names import name_spans, names
from qa.language.questions import without_courtesy
from qa.language.words import FUNCTION_WORDS, content_words

_OPENING = re.compile(
    r"^(?:(?:and|but|so|ok|okay|then|also|well|right|thanks|now|or)\b[,.!]?\s*)+", re.IGNORECASE
)
_ABOUT = re.compile(r"^(?:what|how) about\b\s*", re.IGNORECASE)
_AUXILIARY = "is|are|was|were|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must|am"
_PREPOSITION = "by|since|until|till|from|to|with|for|in|on|at|about|of"
_WH = "who|whom|whose|when|where|which|what|why|how"
_VERB = re.compile(rf"\b(?:{_AUXILIARY})\b|^(?:who|what) (?!else|exactly|about)\w+ \w", re.IGNORECASE)
_POINTING = re.compile(
    r"\b(?:it|they|them|he|him|she|these|those|this|there|ones?|else|former|latter|its|their|theirs|his"
    r"|hers|her"
    r"|others?|same|such|in return|instead|likewise|afterwards|meanwhile|the latter|so(?=\W*$)|both(?=\W*$)"
    r"|that(?=\W*$)|that(?= (?:happen\w*|mean\w*|cost|work|take|include|come|help|matter|true|country"
    r"|deal|visit|project)))\b"
    rf"|(?:^|\b(?:{_AUXILIARY}|{_PREPOSITION}|why|how|when|before|after|do|about) )that(?= \w)",
    re.IGNORECASE,
)
_OWNING = frozenset(("its", "their", "his", "her"))
_SUBJECTS = frozenset(("it", "they", "he", "she"))
_CLAUSE = re.compile(
    r"\b(?:if|that|when|because|while|although|before|after|since|how|what|which|where|who|and|so|as)\s$",
    re.IGNORECASE,
)
_NOT_POINTING = re.compile(
    r"\bthere (?:is|are|was|were|be|has|have|any|been)\b|\b(?:is|are|was|were|will|would|has|have) there\b"
    r"|\beach other\b|\bone another\b|\bno one\b|\bother than\b|\b(?:is|was) it (?:true|possible|safe"
    r"|likely)\b"
    r"|\b(?:does|did|will|would) it take (?:\w+ ){0,3}to\b|\bone (?:of|day|year|third|half)\b|\bsuch as\b"
    r"|\bother \w+s\b|\b(?:is|was|are) it \w+ (?:to|that)\b|\bis it that\b|\bone (?=\w+$)|\bwhich one\b",
    re.IGNORECASE,
)
_BARE_WH = re.compile(
    rf"^(?P<wh>(?:(?:{_PREPOSITION}) )?(?:{_WH}|how (?:so|come|long|much|many|far|exactly)|(?:which"
    rf"|what) (?:year|month|day"
    r"|date|country|city|place)s?)(?: exactly| precisely| though| then)?)"
    r"(?P<verb> (?:is|was|were|are|did|does|do|has|will|would|happened))?"
    r"(?: (?:it|that|this|so|they|he|she|those|these|happen|be|there|take place|the case))*\s*[?.!]*$",
    re.IGNORECASE,
)
_SAID = re.compile(
    rf"^(?:{_WH}) (?:said|says|told us|claims?|claimed|confirmed) (?:so|that|this|it)\b", re.IGNORECASE
)
LONG = 12  # words of a question that says itself whom its pronouns mean
FEW = 3  # content words of a question that may lack its subject
CONTEXT = 14  # words that are added to a question
CANDIDATES = 4
_ELSE = re.compile(
    r"\b(?:else|more|for (?:example|instance)|other(?:s|wise)?|further|additional\w*)\b", re.IGNORECASE
)
_AROUND = re.compile(
    r"\b(?:other way (?:a?round)|vice versa|the reverse|in reverse|conversely)\b", re.IGNORECASE
)
_WHY = re.compile(r"^(?:why|how (?:so|come)|for what reason)\b", re.IGNORECASE)
_PERSON = re.compile(r"\b(?:he|him|she|her|his|hers)\b", re.IGNORECASE)
_MANY = re.compile(r"\b(?:they|them|their|theirs|these|those)\b(?! \w+ed\b)", re.IGNORECASE)
_THING = re.compile(r"\b(?:it|its|this|that|these|those)\b(?! (?:is|was) (?:that|to)\b)", re.IGNORECASE)
_DEFINITE = re.compile(
    r"\bthe (?:\w+ )?\w+(?= (?:" + _AUXILIARY + r"|going|think|want|cost|take|work|say|have|be)\b|[?.!]|$)",
    re.IGNORECASE,
)
_PHRASE = re.compile(  # "the rail line", "a gas pipeline", "37 agreements"
    rf"\b(?:the|an?|this|that|its|their|\d+|[A-Z]\w+['’]s) ((?!(?:{_AUXILIARY}|{_PREPOSITION}|{_WH}|and"
    rf"|or|that|as)\b)[\w'’–-]+"
    rf"(?: (?!(?:{_AUXILIARY}|{_PREPOSITION}|{_WH}|and|or|that|as|be|been|going|supposed|it|they|he"
    rf"|she)\b)[\w'’–-]+){{0,3}})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier turn: the question, the short answer that it was given, if one, and all that was quoted."""

    question: str
    value: str
    quoted: str


@dataclass(frozen=True, slots=True)
class Interpretation:
    """A question that can be understood alone.

    `focus` is a name that the answer has to speak of, `told` what has been said already and is not
    wanted again; both are empty as a rule.
    """

    question: str
    focus: str = ""
    told: str = ""


@dataclass(frozen=True, slots=True)
class _Before:
    """The last turn: as it was asked, as it was understood, its short answer, and what its answer said."""

    asked: str
    meant: str
    value: str
    answer: str


def interpretations(question: str, history: Sequence[Turn]) -> tuple[Interpretation, ...]:
    """What a question may mean after earlier turns, oldest first; only itself where it needs none of them.

    Of several the likelier comes first.
    """
    before: _Before | None = None
    for turn in history:
        meant = _interpretations(turn.question, before)[0].question
        before = _Before(_bare(turn.question), meant, turn.value, turn.quoted)
    return _interpretations(question, before)


def is_followup(question: str) -> bool:
    """Whether a question cannot be understood without what was said before it."""
    text = _bare(question)
    opened = text != question.strip()
    if _ABOUT.match(text) or _BARE_WH.match(text) or _AROUND.search(text) or _points(text):
        return True
    words, own = content_words(text), _names(text)
    if not _VERB.search(text):  # a fragment, unless it is a list of keywords
        return len(text.split()) <= FEW + 1 and (len(words) < FEW or opened)
    if own:
        return False
    if opened and len(words) <= FEW:
        return True
    definite = _DEFINITE.search(text)  # "the pipeline", without a word on which
    if not definite:
        return False
    return len(words) <= FEW or (len(words) <= FEW + 2 and definite.end() < len(text) - 1)


def _bare(question: str) -> str:
    return _OPENING.sub("", without_courtesy(question)).strip()


def _names(text: str) -> list[str]:
    """The names of a question; its first word is one only if it is no small word."""
    first = text.split(maxsplit=1)[0] if text else ""
    lowered = (
        text[:1].lower() + text[1:]
        if first.lower() in FUNCTION_WORDS | {"according", "since", "till"}
        else text
    )
    return names(f"x {lowered}")


def _points(text: str) -> bool:
    """Whether a word of a question points to something outside it."""
    masked = _NOT_POINTING.sub(lambda match: " " * len(match[0]), text)
    own = [text.find(name) for name in _names(text)]
    if text == text.lower():  # any earlier word may be a name
        own = [match.start() for match in re.finditer(r"\w+", text) if match[0] not in FUNCTION_WORDS]
    for match in _POINTING.finditer(masked):
        word = match[0].lower()
        earlier = sum(0 <= start < match.start() for start in own)
        owns = word in _OWNING and text[match.end() : match.end() + 2].strip()
        if earlier > 1 and _MANY.fullmatch(word):
            continue  # "Osk and Tolvane ... between them"
        if earlier and len(text.split()) >= LONG and not _PERSON.fullmatch(word):
            continue
        if owns and re.search(rf"\b(?:{_AUXILIARY}) [A-Z]", text[match.end() :]):
            continue  # "What share of its honey could Tolvane sell?"
        if earlier and (owns or (word in _SUBJECTS and _CLAUSE.search(text[: match.start()]))):
            continue
        return True
    return False


def _interpretations(question: str, before: _Before | None) -> tuple[Interpretation, ...]:
    if before is None or not is_followup(question):
        return (Interpretation(question),)
    text = _bare(question).rstrip("?.! ")
    fragment = _ABOUT.sub("", text)
    found: list[Interpretation] = []
    if _AROUND.search(text):
        found += [Interpretation(turned) for turned in _turned(before.meant)]
    elif fragment != text or not _VERB.search(text):
        found += _swapped(fragment, before)
    if _SAID.match(text) and (before.value or before.answer):
        said = before.answer.split(". ")
        claim = next((part for part in said if before.value in part), said[0])[:200] or before.value
        found.append(Interpretation(f"{text.split()[0]} said that {claim.rstrip('. ')}?"))
    elif match := _BARE_WH.match(text):
        pointing = _PERSON.search(text) or re.search(r"\bit\b", text, re.IGNORECASE)
        found += [Interpretation(replaced) for replaced in _replaced(text, before)[:2] if pointing]
        found += [Interpretation(anew) for anew in _asked_anew(match["wh"], match["verb"] or "", before)]
    elif not found:
        found += [Interpretation(replaced) for replaced in _replaced(text, before)]
        if found:
            found.insert(1, Interpretation(_with_context(found[0].question.rstrip("?"), before)))
    if _ELSE.search(text):
        rest = [w for w in content_words(_ELSE.sub("", text)) if w not in content_words(before.meant)]
        if len(rest) <= 1:
            found.insert(0, Interpretation(before.meant))
    # The last resort: the question with the words of the last turn.
    new = _AROUND.search(text) or _ELSE.search(text) or _WHY.match(text)
    told = before.answer if new else ""
    found = [replace(one, told=told) for one in found]
    context = Interpretation(_with_context(text, before), found[0].focus if found else "", told)
    return (*tuple(dict.fromkeys(found))[: CANDIDATES - 1], context)


def _turned(before: str) -> list[str]:
    """A question with its two names in each other's place."""
    spans = name_spans(before)[-2:]
    if len(spans) < 2:
        return []
    (a, b), (c, d) = spans
    return [f"{before[:a]}{before[c:d]}{before[b:c]}{before[a:b]}{before[d:]}"]


def _swapped(fragment: str, before: _Before) -> list[Interpretation]:
    """The last question with the name of a fragment in the place of each of its own, the last first."""
    new = _names(fragment)
    meant = before.meant
    if not new or new[-1].lower() in meant.lower():
        return []
    known = {*content_words(meant), *content_words(" ".join(new))}
    missing = " ".join(word for word in content_words(fragment) if word not in known)
    own = set(_names(meant))
    found = []
    for start, end in reversed(name_spans(meant)):
        if meant[start:end] in own:
            swapped = f"{meant[:start]}{new[-1]}{meant[end:]}"
            found.append(Interpretation(f"{swapped} ({missing})?" if missing else swapped, focus=new[-1]))
    return found


def _asked_anew(wh: str, verb: str, before: _Before) -> list[str]:
    """The last question with another question word: "What did they sign?" + "When?"."""
    asked = before.meant if "(" not in before.meant else before.asked
    body = re.sub(
        rf"^(?:(?:{_PREPOSITION}) )?(?:{_WH})\b(?P<of>.*?)\b(?P<rest>(?:{_AUXILIARY})\b.*)$",
        lambda m: f"{m['rest'].rstrip('?. ')}{m['of'].rstrip()}",
        asked,
        flags=re.IGNORECASE,
    )
    body = re.sub(rf"^(?:{_WH})\b ?", "", body, flags=re.IGNORECASE).rstrip("?. ")
    found = []
    if verb and before.value and wh.lower() in ("who", "where", "what"):
        found.append(f"{wh}{verb} {before.value}?")
    if _WHY.match(wh) and before.answer:
        found.append(f"Why: {before.answer.split('. ')[0][:200].rstrip('. ')}?")
    found.append(" ".join(filter(None, (wh, body, before.value))) + "?")
    return found


def _replaced(text: str, before: _Before) -> list[str]:
    """The question with what its pronoun may stand for in the pronoun's place, the likeliest first."""
    if match := _PERSON.search(text):
        people = [phrase for phrase in _phrases(before.asked) if "the" not in phrase]
        named = [*_names(before.value or "the"), *reversed(_names(before.meant)), *names(before.answer)[:3]]
        meant = [*people, *sorted(named, key=lambda name: " " not in name)]
    elif match := _MANY.search(text):
        pairs = re.findall(r"[A-Z]\w+(?:,? and | with )[A-Z]\w+", before.meant)
        value = [before.value] if names(f"x {before.value}") else []
        meant = [*pairs, *value, *_phrases(before.asked)]
    elif match := _THING.search(text):
        value = [before.value] if before.value else []
        named = value if not re.search(r"\d", before.value) and names(f"x {before.value}") else []
        meant = [*named, *_phrases(before.asked), *reversed(_names(before.meant)), *value]
    else:
        return []
    found = []
    for name in dict.fromkeys(meant):
        owned = f"{name}'s" if match[0].lower() in _OWNING else name
        found.append(f"{text[: match.start()]}{owned}{text[match.end() :]}?")
    return found[: CANDIDATES - 1]


def _phrases(question: str) -> list[str]:
    """The things that a question speaks of, the last first: "the rail line", "a gas pipeline"."""
    found = _PHRASE.finditer(question.rstrip("?. "))
    return [match[0] if match[0][0].isupper() else f"the {match[1]}" for match in found][::-1]


def _with_context(text: str, before: _Before) -> str:
    """The question, then what it may be about: the short answer, and the words of the last question."""
    own = set(content_words(text))
    around = [w for part in (before.value, before.asked, before.meant) if part for w in content_words(part)]
    kept = [word for word in dict.fromkeys(around) if word not in own]
    return f"{text} ({' '.join(kept[:CONTEXT])})?"
