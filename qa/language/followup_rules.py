"""How English questions point back to what was said before, and the small words that they are made of."""

from __future__ import annotations

import re

from qa.language.rules import Rule

AUXILIARY = "is|are|was|were|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must|am"
PREPOSITION = "by|since|until|till|from|to|with|for|in|on|at|about|of"
WH = "who|whom|whose|when|where|which|what|why|how"

# Words that point to something outside the question, unless NOT_POINTING says otherwise.
POINTING = (
    Rule("pronoun",
         r"\b(?:it|they|them|he|him|she|its|their|theirs|his|hers|her)\b",
         "Where is it?", "Where is Italy?"),
    Rule("demonstrative",
         r"\b(?:these|those|this|there)\b",
         "How does this work?", "How does a thistle grow?"),
    Rule("one of others",
         r"\b(?:ones?|else|former|the latter|latter|others?|same|such)\b",
         "Who are the others?", "Who is someone's brother?"),
    Rule("connection",
         r"\b(?:in return|instead|likewise|afterwards|meanwhile)\b",
         "What happened afterwards?", "What happened after the war?"),
    Rule("last word",
         r"\b(?:so|both|that)(?=\W*$)",
         "When was that?", "When was that bridge built?"),
    Rule("that, before its verb or noun",
         r"\bthat(?= (?:happen\w*|mean\w*|cost|work|take|include|come|help|matter|true|country|deal|visit"
         r"|project))",
         "Who says that happened?", "Who says that bees sleep?"),
    Rule("that, after an auxiliary or a preposition",
         rf"(?:^|\b(?:{AUXILIARY}|{PREPOSITION}|why|how|when|before|after) )that(?= \w)",
         "How was that bridge built?", "The mayor said that bees sleep."),
)  # fmt: skip

# Uses of such words that point to nothing.
NOT_POINTING = (
    Rule("there is",
         r"\bthere (?:is|are|was|were|be|has|have|any|been)\b"
         r"|\b(?:is|are|was|were|will|would|has|have) there\b",
         "Is there a ferry in Tolvane?", "Who lives there?"),
    Rule("set phrase",
         r"\b(?:each other|one another|no one|other than)\b",
         "How do Osk and Tolvane help each other?", "How does the other ferry leave?"),
    Rule("is it true",
         r"\b(?:is|was) it (?:true|possible|safe|likely)\b",
         "Is it possible for bees to sleep?", "Is it blue?"),
    Rule("it takes",
         r"\b(?:does|did|will|would) it take (?:\w+ ){0,3}to\b",
         "How long does it take by boat to reach Tolvane?", "How long does it take?"),
    Rule("one of",
         r"\bone (?:of|day|year|third|half)\b",
         "What is one of the oldest bridges in Norway?", "Which is the one?"),
    Rule("such as",
         r"\bsuch as\b",
         "What goods such as honey and wool does Osk sell?", "Why is such honey sold?"),
    Rule("other towns",
         r"\bother \w+s\b",
         "Which other towns sell honey?", "What about the other?"),
    Rule("it is good to",
         r"\b(?:is|was|are) it \w+ (?:to|that)\b",
         "Why is it forbidden to swim in Tolvane?", "Why is it forbidden?"),
    Rule("is it that",
         r"\bis it that\b",
         "Why is it that bees sleep?", "Is it the ferry?"),
    Rule("one, before the last word",
         r"\bone (?=\w+$)",
         "does Tolvane have one mayor", "Does Tolvane have the one?"),
    Rule("which one",
         r"\bwhich one\b",
         "Which one do the people of Osk prefer?", "Which ones?"),
)  # fmt: skip

# A question word and hardly more: "When?", "by whom exactly?", "in which year was that?"
BARE_QUESTION = re.compile(
    r"^(?P<wh>"
    rf"(?:(?:{PREPOSITION}) )?"
    rf"(?:{WH}"
    r"|how (?:so|come|long|much|many|far|exactly)"
    r"|(?:which|what) (?:year|month|day|date|country|city|place)s?)"
    r"(?: exactly| precisely| though| then)?)"
    r"(?P<verb> (?:is|was|were|are|did|does|do|has|will|would|happened))?"
    r"(?: (?:it|that|this|so|they|he|she|those|these|happen|be|there|take place|the case))*\s*[?.!]*$",
    re.IGNORECASE,
)

# A thing that a question speaks of: "the rail line", "a gas pipeline", "37 agreements", "Osk's old quay".
_NOT_IN_A_PHRASE = f"{AUXILIARY}|{PREPOSITION}|{WH}|and|or|that|as"
PHRASE = re.compile(
    r"\b(?:the|an?|this|that|its|their|\d+|[A-Z]\w+['’]s) "
    rf"((?!(?:{_NOT_IN_A_PHRASE})\b)[\w'’–-]+"
    rf"(?: (?!(?:{_NOT_IN_A_PHRASE}|be|been|going|supposed|it|they|he|she)\b)[\w'’–-]+){{0,3}})",
    re.IGNORECASE,
)

# "the pipeline", "the gas pipeline", before a verb or at the end.
DEFINITE = re.compile(
    rf"\bthe (?:\w+ )?\w+(?= (?:{AUXILIARY}|going|think|want|cost|take|work|say|have|be)\b|[?.!]|$)",
    re.IGNORECASE,
)
