"""What form of answer a question wants: a short answer, several sentences, or the one that settles it."""

from __future__ import annotations

import re
from enum import StrEnum

from qa.language.wanted import Wanted, bare, wanted


class Kind(StrEnum):
    """Who, when, where, which, how many: a short answer. Why, how, list, compare, describe: sentences."""

    SHORT = "short answer"
    SEVERAL = "several sentences"
    YES_NO = "yes or no"


_SIZE = (
    r"many|much|long|far|old|large|big|high|often|tall|wide|deep|heavy|soon|fast|quickly|close|near"
    r"|expensive|late"
    r"|early|young|small|low|likely"
)
_SEVERAL = re.compile(
    r"(?:why\b|how come\b|what for\b|for what reasons?\b|what (?:caused?|causes|explains?|makes|made"
    r"|led to)\b"
    rf"|(?:in (?:what|which) (?:way|manner)s?|by what means|how)(?!\s+(?:{_SIZE})\b)\b"
    r"|list\b|describe\b|explain\b|compare\b|summari[sz]e\b|sum up\b|outline\b|sketch\b|discuss\b|contrast\b"
    r"|elaborate\b|more on\b|(?:conditions|reasons|obstacles|advantages|benefits|challenges"
    r"|causes) (?:that|of|for|to|why)\b"
    r"|name (?:all|the|some|two|three|four|five|any|every|a few)\b|give (?:me )?(?:an? |the |some )?"
    r"(?:overview|summary|list|details|background|examples|reasons)|about\b|more (?:about|on)\b"
    r"|what (?:are|were|else)\b|what (?:do|does|did|can|is|was|has|have) .{0,80}?\b(?:say|said|known?"
    r"|written|learn|tell us|told)"
    r" (?:about|on|of|regarding|concerning)\b"
    r"|(?:an? )?(?:overview|summary|list|comparison|description|pros|advantages|background)\b"
    r"|what (?:kinds?|sorts?|types?|steps|measures|reasons|ways|factors|obstacles|challenges|conditions"
    r"|benefits"
    r"|advantages|examples|areas|sectors|goods|products|topics|subjects|issues|efforts|similarities"
    r"|differences)\b)",
    re.IGNORECASE,
)
_COMPARED = re.compile(
    r"\b(?:differences? between|differs? (?:from|between)|compar(?:ed?|es|ison|ing)\b|versus\b|vs\b"
    r"|in contrast\b"
    r"|have in common|similarit(?:y|ies) (?:between|of))",
    re.IGNORECASE,
)
_YES_NO = re.compile(
    r"(?:is|are|was|were|am|be|do|does|did|has|have|had|can|could|will|would|shall|should|may(?! \d)"
    r"|might|must|whether|isn't|aren't|wasn't|weren't|don't|doesn't|didn't|hasn't|haven't|hadn't|can't|couldn't|won't|wouldn't"
    r"|shouldn't)\b(?! you (?:know|tell))",
    re.IGNORECASE,
)
_TASKS = tuple(
    (re.compile(pattern, re.IGNORECASE), form)
    for pattern, form in (
        (
            r"(?:please )?(?:explain|describe|outline|tell me|sketch|discuss) (?=(?:why|how|what|when"
            r"|where|who|which)\b)",
            "{}?",
        ),
        (
            r"(?:please )?(?:list|name|enumerate)(?: (?:all|some|any|every))?(?= (?:of )?(?:the|its"
            r"|their)\b)",
            "What are {}?",
        ),
        (r"(?:please )?(?:list|name|enumerate) (?=(?:what|who|which|where)\b)", "{}?"),
        (r"(?:please )?(?:list|name|enumerate)\b(?: (?:all|some|any|every)\b)?", "What are the {}?"),
    )
)


def reworded(question: str) -> str:
    """The question in the form that a reading model knows: without politeness, and a task as a question."""
    text = bare(question)
    for pattern, form in _TASKS:
        if match := pattern.match(text):
            return form.format(text[match.end() :].strip().rstrip(".?! "))
    return text


def kind(question: str) -> Kind:
    """The form of the answer; a question of no known form, such as a few keywords, wants a short one."""
    text = bare(question)
    of_one = re.match(r"(?:who|when|where)\b", text, re.IGNORECASE)
    if _SEVERAL.match(text) or (_COMPARED.search(text) and not of_one):
        return Kind.SEVERAL
    if _YES_NO.match(text):
        return (
            Kind.SHORT
            if re.search(r"\b(?:or)\b(?! not)", text) and wanted(text) is Wanted.ANY
            else Kind.YES_NO
        )
    if re.search(r"\b(?:why|how does|how do|how did|how can)\b", text, re.IGNORECASE) and not re.match(
        r"(?:who|when|where|which|what)\b", text, re.IGNORECASE
    ):
        return Kind.SEVERAL
    return Kind.SHORT
