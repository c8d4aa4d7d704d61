"""What people say to be polite and that asks for nothing: "hello", "thanks!", "ok, great"."""

from __future__ import annotations

import re
from enum import StrEnum

from qa.language.rules import Rule, any_of

_LONGEST = 80  # characters; more is a letter, and hardly only polite


class Smalltalk(StrEnum):
    """What is said by a turn that is no question about the documents."""

    GREETING = "greeting"
    THANKS = "thanks"
    FAREWELL = "farewell"
    HELP = "help"
    REMARK = "remark"


# A turn that is made of these and of nothing else is no question. The first kind that it has counts.
SMALLTALK = {
    Smalltalk.HELP: Rule(
        "help",
        r"(?:help|help me|can you help me|who are you|what are you|what can you do|what do you do"
        r"|how do i use this|what (?:can|should) i ask(?: you| here)?(?: about)?)\b",
        "What can you do?", "Help with the ferry"),
    Smalltalk.THANKS: Rule(
        "thanks",
        r"(?:(?:many |great |ok |okay )?thanks(?: a lot| a million| so much| very much| again)?"
        r"|thank you(?: so much| very much| again| kindly)?|thx|ty|cheers|much appreciated"
        r"|(?:that|this) (?:helps|helped|was helpful|is helpful)(?: a lot)?|very helpful)\b",
        "Thanks a lot!", "Whom does the mayor thank?"),
    Smalltalk.GREETING: Rule(
        "greeting",
        r"(?:hi|hello|hey|hiya|greetings|good (?:morning|afternoon|evening|day)|how are you(?: today| doing)?"
        r"|nice to meet you|hi there|hello there|hey there)\b",
        "Good morning!", "What is a good day for bees?"),
    Smalltalk.FAREWELL: Rule(
        "farewell",
        r"(?:bye|bye bye|goodbye|good night|see you(?: later| soon)?"
        r"|have a (?:nice|good) (?:day|one|evening))\b",
        "Bye!", "Who said goodbye to Osk?"),
    Smalltalk.REMARK: Rule(
        "remark",
        r"(?:ok|okay|alright|all right|fine|great|good|cool|nice|perfect|excellent|awesome|wow|interesting"
        r"|yes|yeah|yep|no|nope|sure|right|never ?mind|no problem|sorry|got it|i see|understood"
        r"|i understand|good job|well done|(?:that )?makes sense"
        r"|that's (?:all|it|great|good|fine|wrong|right))\b",
        "OK, got it.", "Is the ferry OK?"),
}  # fmt: skip
_ONLY = re.compile(rf"\W*(?:(?:{any_of(SMALLTALK.values()).pattern})\W*)+", re.IGNORECASE)


def smalltalk(text: str) -> Smalltalk | None:
    """What a turn says that asks nothing of the documents; None for everything else."""
    spoken = " ".join(text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split())
    if len(spoken) > _LONGEST or not _ONLY.fullmatch(spoken):
        return None
    return next(kind for kind, rule in SMALLTALK.items() if any_of([rule]).search(spoken))
