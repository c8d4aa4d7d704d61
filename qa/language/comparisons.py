"""A comparison -> its two sides, each with a question that can be asked about it alone.

"Compare trade of Osk and Senn with Tolvane" is about trade of Osk with Tolvane, and of Senn with Tolvane:
what the sides share is given to both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa.language.comparison_rules import COMPARISONS, MEASURES, Comparison
from qa.language.followup_rules import WH
from qa.language.names import is_bare_name, mentions, name_spans, names
from qa.language.questions import without_courtesy
from qa.language.words import FUNCTION_WORDS


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison as it can be told to people, and a question about it.

    `focus` is what tells it from the other side: a name, or without names the only word that does; else "".
    """

    text: str
    question: str
    focus: str


_COMPARISONS = [(re.compile(rule.pattern, re.IGNORECASE), rule) for rule in COMPARISONS]
_LONGEST = 300  # characters of a comparison; a longer text tells a story
_ALIKE = 2  # times as many words as in the other side: "trade in 2022 versus now" has no sides
_PREPOSITIONS = r"of|between|with|to|from|for|in|on"
_POSSESSIVE = re.compile(r"['’]s?$")
_NAME = r"(?=\w*[A-Z])[\w’'–-]+(?: [A-Z\d][\w’'–-]*)*"
_TWO_NAMES = re.compile(
    rf"(?<![\w-])(?P<one>{_NAME}),? and (?:(?:{_PREPOSITIONS}) )?(?P<the>the )?(?P<other>{_NAME})"
)
_OWNER = re.compile(r"^(?:[\w’'-]+ ){0,2}?[\w-]+['’]s?(?= )")  # "Osk's" of "Osk's trade"
_PRO_FORM = re.compile(r"(?:that|those|its|their|his|her|the (?:\w+ )?ones?)\b|.*['’]s?$", re.IGNORECASE)
_PLURAL = re.compile(  # "the railway plans of Osk", "bees"
    rf"(?:the )?(?:(?!(?:{_PREPOSITIONS})\b)[\w’'-]+ ){{0,4}}?(?![\w-]*ss\b)"
    rf"(?:[a-z][\w-]*s$|\w[\w-]*s(?= (?:{_PREPOSITIONS})\b))"
)
_NO_SIDE = re.compile(
    r"(?:\W|\d)|(?:planned|expected|usual|ever|before|average|normal|necessary|any|all|others?|last|one|two|half"
    r"|it|they|them|this|these|those|that|he|she|you|i|we)\b",
    re.IGNORECASE,
)


def sides_of(question: str) -> tuple[Side, ...]:
    """The two sides of a comparison; () for any other question."""
    text = " ".join(without_courtesy(question).split()).rstrip("?.! ")
    if len(text) > _LONGEST:
        return ()
    for pattern, rule in _COMPARISONS:
        if match := pattern.fullmatch(text):
            found = match.groupdict()
            sides = _split(found["both"], rule.joints) if "both" in found else (found["one"], found["other"])
            one, other = _completed(*sides)
            if not other or "," in one or _NO_SIDE.match(one) or _NO_SIDE.match(other):
                return ()
            if _words(one) == _words(other):
                return ()
            return tuple(
                Side(side, _asked(rule, match, side), _focus(side, than))
                for side, than in ((one, other), (other, one))
            )
    return ()


def _asked(rule: Comparison, match: re.Match[str], side: str) -> str:
    """The question about one side. What two names have in common is asked as it is."""
    if rule.shared and is_bare_name(side):
        return f"{match[0]}?"
    found = {name: value or "" for name, value in match.groupdict().items()}
    found |= {name: found[name].lower() for name in ("be", "do") if name in found}
    if about := re.sub(r"^(?:their|the|its) ", "", found.get("about", "")):
        return f"What is the {about} of {side}?"
    if re.match(rf"(?:{WH})\b", side, re.IGNORECASE):
        return f"{side}?"
    found["how"] = MEASURES.get(found.get("measure", "").lower(), "")
    found["verb"] = _infinitive(found.get("verb", ""))
    found["many"] = "many" if found.get("what", "").endswith("s") else "much"
    found["is"] = "are" if _PLURAL.match(side) else "is"
    return rule.question.format(side=side, **found)


def _infinitive(verb: str) -> str:
    return {"has": "have", "does": "do"}.get(verb.lower(), re.sub(r"(?<=[^s])s$", "", verb))


def _focus(side: str, other: str) -> str:
    """A name that tells a side from the other; if neither has a name, the one word that does; else ""."""
    ours, theirs = names(f"x {side}"), names(f"x {other}")
    if ours or theirs:
        return next((name for name in ours if len(name) > 1 and not mentions(other, name)), "")
    own, others = _words(side) - _words(other), _words(other) - _words(side)
    return own.pop() if len(own) == len(others) == 1 else ""


def _words(side: str) -> set[str]:
    """The words of a side that carry meaning, each in lower case: "full-time" is one."""
    return {word for word in re.findall(r"\w[\w’'–-]*", side.lower()) if word not in FUNCTION_WORDS}


# --- two sides in one phrase ---------------------------------------------------------------------


def _split(both: str, joints: str) -> tuple[str, str]:
    """The sides of a phrase, whose joint is the one behind which the likeliest second side begins."""
    if "and" in joints and (sides := _of_names(both)):
        return sides
    best, sides = -3, ("", "")
    for match in re.finditer(rf"(?<=\w),? (?:{joints}) (?=\w)", both, re.IGNORECASE):
        one, other = both[: match.start()], both[match.end() :]
        likely = _likeness(one, other)
        if likely > best:
            best, sides = likely, (one, other)
    if "with" not in joints and "and" not in joints:
        one, other = _with_shared_words(*sides)
        sides = (one, other) if len(one.split()) <= _ALIKE * len(other.split()) else ("", "")
    return sides


def _of_names(both: str) -> tuple[str, str] | None:
    """The sides of "trade of Osk and Senn with Tolvane", where two names share what is around them."""
    for match in _TWO_NAMES.finditer(both):
        before, after = both[: match.start()], both[match.end() :]
        ours, theirs = match["one"], match["other"]
        if before.lower().endswith(("between ", "between the ")):
            continue
        if bool(_POSSESSIVE.search(ours)) == bool(_POSSESSIVE.search(theirs)):
            article = "the " if match["the"] and not before.endswith("the ") else ""
            return f"{before}{ours}{after}", f"{before}{article}{theirs}{after}"
    return None


def _likeness(one: str, other: str) -> int:
    """How much two parts of a phrase look like the sides of a comparison."""
    if re.search(r"\bbetween [^ ]+$", one):
        return -2
    if _PRO_FORM.match(other):
        return 3
    first, second = one.split()[0], other.split()[0]
    return 2 * (first.lower() == second.lower()) + (first[0].isupper() == second[0].isupper())


def _with_shared_words(one: str, other: str) -> tuple[str, str]:
    """The sides of "osk vs senn trade in honey", the first with the words that stand behind the second."""
    ours, theirs = one.split(), other.split()
    if len(ours) <= 2 and len(theirs) > len(ours) + 1 and theirs[0].lower() != "the":
        return " ".join(ours + theirs[len(ours) :]), other
    return one, other


def _completed(one: str, other: str) -> tuple[str, str]:
    """The sides with what the second only points to, or what one of them leaves to the other."""
    owner = _OWNER.match(one)
    if match := re.match(r"(?:that|those) (?P<by>\w+) (?P<rest>.+)", other, re.IGNORECASE):
        same = re.search(rf" {match['by']} (?:the )?[\w-]+(?: [A-Z][\w-]*)*", one)
        if same:
            rest = one[same.end() :] if is_bare_name(match["rest"]) else ""
            return one, f"{one[: same.start()]} {match['by']} {match['rest']}{rest}"
        return one, f"{one[owner.end() + 1 :] if owner else one} {match['by']} {match['rest']}"
    if (match := re.search(r"(?<=\b(?:from|with)) there\b", other)) and (places := names(f"x {one}")):
        other = f"{other[: match.start()]} {places[-1]}{other[match.end() :]}"
    if match := re.match(r"(?:its|their|his|her) (?P<rest>.+)", other, re.IGNORECASE):
        return one, f"{owner[0]} {match['rest']}" if owner else other
    if _POSSESSIVE.search(other):
        return one, f"{other}{one[owner.end() :]}" if owner else ""
    if re.match(r"the (?:\w+ )?ones?\b", other, re.IGNORECASE):
        return one, ""  # documents do not call anything "the recent one"
    spans = name_spans(one)
    of = next((m for m in re.finditer(r" of ", one) if not any(a < m.start() < b for a, b in spans)), None)
    if of and not re.search(rf"\b(?:{_PREPOSITIONS})\b|['’]s? ", other) and len(other.split()) <= 4:
        return one, f"{one[: of.end()]}{other}"
    return one, other
