"""How English questions are worded: courtesy, tasks, and what tells the form and the type of an answer."""

from __future__ import annotations

from dataclasses import dataclass

from qa.language.followup_rules import AUXILIARY, PREPOSITION
from qa.language.rules import Rule

# Openings that only are polite. They match at the start of a question.
COURTESIES = (
    Rule("greeting",
         r"(?:ok|okay|so|and|well|hi|hello|please|thanks|thank you|sorry)\b[,.! ]*",
         "OK, who paid?", "Soap makers, who are they?"),
    Rule("request",
         r"(?:can|could|would|will) you (?:please )?"
         r"(?:tell me|show me|say|explain to me|give me|list|describe|explain|compare|summari[sz]e|sum up"
         r"|sketch|outline)\b",
         "Could you please tell me who paid?", "Could you swim to Tolvane?"),
    Rule("wish",
         r"(?:do you know|i(?:'d| would) like to (?:know|understand)|i want to know|i wonder"
         r"|i am (?:curious|wondering))\b",
         "I'd like to know who paid.", "I'd like to cross to Tolvane."),
    Rule("order",
         r"(?:tell me|remind me|any idea)\b",
         "Tell me who paid.", "Tell the mayor who paid."),
    Rule("what the documents say",
         r"do the (?:documents|articles|sources|texts) say\b",
         "Do the documents say who paid?", "Do the keepers say who paid?"),
    Rule("according to the documents",
         r"according to (?:the )?(?:documents|articles|sources|texts)\b",
         "According to the documents, who paid?", "According to the mayor, who paid?"),
)  # fmt: skip


@dataclass(frozen=True)
class Task(Rule):
    """A task that is asked as a question: `question` takes what follows the words that match."""

    question: str


# They match at the start of a question without courtesy, and the first that does counts.
TASKS = (
    Task("explain how",
         r"(?:please )?(?:explain|describe|outline|tell me|sketch|discuss)"
         r" (?=(?:why|how|what|when|where|who|which)\b)",
         "Explain how the lock works.", "Explain the lock.", question="{}?"),
    Task("list the",
         r"(?:please )?(?:list|name|enumerate)(?: (?:all|some|any|every))?(?= (?:of )?(?:the|its|their)\b)",
         "List all of the ports.", "List all ports.", question="What are {}?"),
    Task("list what",
         r"(?:please )?(?:list|name|enumerate) (?=(?:what|who|which|where)\b)",
         "List what bees eat.", "List bees.", question="{}?"),
    Task("list",
         r"(?:please )?(?:list|name|enumerate)\b(?: (?:all|some|any|every)\b)?",
         "List all ports.", "Listen to the bees.", question="What are the {}?"),
)  # fmt: skip

_SIZE = (
    r"many|much|long|far|old|large|big|high|often|tall|wide|deep|heavy|soon|fast|quickly|close|near"
    r"|expensive|late|early|young|small|low|likely"
)
# Openings of questions that take several sentences to answer. They match at the start.
SEVERAL_OPENINGS = (
    Rule("why",
         r"(?:why|how come|what for|for what reasons?)\b",
         "Why did the ferry sink?", "Who said why the ferry sank?"),
    Rule("what caused",
         r"what (?:caused?|causes|explains?|makes|made|led|leads|prompts|prompted|drives|drove"
         r"|is the (?:reason|cause|rationale))\b",
         "What led to the strike?", "What followed the strike?"),
    Rule("how, but not how many",
         rf"(?:in (?:what|which) (?:way|manner)s?|by what means|how)(?!\s+(?:{_SIZE})\b)\b",
         "How does a lock work?", "How long is the bridge?"),
    Rule("task",
         r"(?:list|describe|explain|compare|summari[sz]e|sum up|outline|sketch|discuss|contrast|elaborate)\b",
         "Describe the old quay.", "Listed ships, how many are there?"),
    Rule("name several",
         r"name (?:all|the|some|two|three|four|five|any|every|a few)\b",
         "Name three towns on the river.", "Name of the river"),
    Rule("give an overview",
         r"give (?:me )?(?:an? |the |some )?(?:overview|summary|list|details|background|examples|reasons)",
         "Give me an overview of the harbour.", "Give me a goat."),
    Rule("overview",
         r"(?:an? )?(?:overview|summary|list|comparison|description|pros|advantages|background)\b",
         "overview of the harbour", "harbour overview"),
    Rule("about",
         r"(?:about|more (?:about|on))\b",
         "more on the bees", "more bees"),
    Rule("reasons for",
         r"(?:conditions|reasons|obstacles|advantages|benefits|challenges|causes)"
         r" (?:that|of|for|to|why)\b",
         "reasons for the strike", "conditions at sea"),
    Rule("what are",
         r"what (?:are|were|else)\b",
         "What are the ports of Tolvane?", "What area has the port of Tolvane?"),
    Rule("what is said about",
         r"what (?:do|does|did|can|is|was|has|have) .{0,80}?"
         r"\b(?:say|said|known?|written|learn|tell us|told) (?:about|on|of|regarding|concerning)\b",
         "What does the report say about bees?", "What does the report say?"),
    Rule("what kinds of",
         r"what (?:kinds?|sorts?|types?|steps|measures|reasons|ways|factors|obstacles|challenges|conditions"
         r"|benefits|advantages|examples|areas|sectors|goods|products|topics|subjects|issues|efforts"
         r"|similarities|differences)\b",
         "What kinds of bees are there?", "What kindness did they show?"),
)  # fmt: skip

_THINGS = r"(?:\w{3,}(?<!ic)(?<![sui])s|people|men|women|children)"
_BEFORE_THINGS = rf"(?:(?!(?:{AUXILIARY}|{PREPOSITION}|the|an?|and)\b)[\w'’-]+ )"
_WHICH = rf"(?:(?:{PREPOSITION}|into|as|through|under|between|among|against) )?(?:which|what)"
# Openings of questions for several things, which one sentence may name or several. They match at the start.
# The answers of public question sets to those that match name several things in 94, 55 and 85 of 100.
LIST_OPENINGS = (
    Rule("which three",
         rf"{_WHICH} (?:other |main |major )?(?:two|three|four|five|six|seven|eight|nine|ten) (?!of\b)",
         "What three towns lie on the river?", "Which of three towns is the oldest?"),
    Rule("which ports are",
         rf"{_WHICH} {_BEFORE_THINGS}{{0,2}}{_THINGS} (?:{AUXILIARY})\b",
         "In which small ports can they land?", "Which port has cranes?"),
    Rule("which ports share",
         rf"which {_BEFORE_THINGS}?{_THINGS} (?:\w+ed|border|share|make|take|have|form|use|carry"
         r"|produce|sell|buy|export|import|run|play|belong|drain|lie|live|work|lead|give|get|go|come|say)\b",
         "Which ports share a crane?", "Which port sells fish?"),
)  # fmt: skip

# Comparisons, which take several sentences as well wherever they stand.
COMPARISONS = (
    Rule("difference",
         r"\b(?:differences? between|differs? (?:from|between))",
         "How do bees differ from wasps?", "Do opinions differ on bees?"),
    Rule("compare",
         r"\bcompar(?:ed?|es|ison|ing)\b",
         "Bees compared with wasps", "Are bees and wasps comparable?"),
    Rule("versus",
         r"\b(?:versus|vs|in contrast)\b",
         "Bridges versus ferries", "What verses did he write?"),
    Rule("common ground",
         r"\b(?:have in common|similarit(?:y|ies) (?:between|of))",
         "What do bees and wasps have in common?", "Are bees common?"),
)  # fmt: skip

# Openings of questions that one sentence settles. They match at the start.
YES_NO_OPENINGS = (
    Rule("verb",
         r"(?:is|are|was|were|am|be|do|does|did|has|have|had|can|could|will|would|shall|should|may(?! \d)"
         r"|might|must|whether)\b(?! you (?:know|tell))",
         "Is the bridge open?", "May 14 in Tolvane"),
    Rule("negated verb",
         r"(?:isn't|aren't|wasn't|weren't|don't|doesn't|didn't|hasn't|haven't|hadn't|can't|couldn't|won't"
         r"|wouldn't|shouldn't)\b(?! you (?:know|tell))",
         "Didn't the ferry sink?", "Don't you know?"),
)  # fmt: skip

# What asks for a date, a number or a name. The earliest in a question counts; if two start at the same place,
# a date goes before a number, and a number before a name.
DATE_QUESTIONS = (
    Rule("when",
         r"\b(?:when|since when|until when)\b",
         "Since when has the ferry run?", "Whence came the ferry?"),
    Rule("which year",
         r"\b(?:what|which) (?:year|month|day|date|century|decade)\b",
         "In which decade was it built?", "What yearly sum was paid?"),
    Rule("at what point",
         r"\bat (?:what|which) (?:point|time|moment|stage)\b",
         "At what point did the price of honey fall?", "What point did he make?"),
    Rule("how long ago",
         r"\bhow long ago\b",
         "How long ago did it sink?", "How long is it?"),
)  # fmt: skip
NUMBER_QUESTIONS = (
    Rule("price of",
         r"\b(?:cost|price|length|distance|size|value|volume|number|total|amount) (?:of|in)\b",
         "price of honey", "honey price"),
    Rule("how many",
         r"\bhow (?:many|much|long|far|old|large|big|high|tall|wide|deep|heavy|fast)\b",
         "How heavy is the bell?", "How does the bell ring?"),
    Rule("what is the price",
         r"\bwhat (?:is|was|are|were) the (?:\w+ ){0,3}"
         r"(?:cost|price|value|volume|amount|number|share|percentage|length|size|target|total|rate|figure)\b",
         "What was the average ticket price?", "What was the bell made of?"),
    Rule("what share",
         r"\b(?:what|which)"
         r" (?:share|percentage|proportion|amount|sum|number|price|fraction|figure|volume|value|percent)\b",
         "What share of the hives is empty?", "What did they share?"),
)  # fmt: skip
NAME_QUESTIONS = (
    Rule("who",
         r"\b(?:who|whom|whose|where|which)\b",
         "Whose boat is it?", "What is the whole boat worth?"),
    Rule("what country",
         r"\bwhat (?:country|city|place|company|person|organi[sz]ation)\b",
         "What company owns the boat?", "What makes the boat float?"),
)  # fmt: skip
