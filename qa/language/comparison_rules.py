"""How English comparisons are worded, and the question that each side of them leaves."""

from __future__ import annotations

from dataclasses import dataclass

from qa.language.followup_rules import AUXILIARY

# Comparatives, and the adjective that asks for the measure.
MEASURES = {
    "longer": "long", "shorter": "long", "larger": "large", "bigger": "big", "smaller": "large",
    "greater": "large", "higher": "high", "lower": "high", "taller": "tall", "older": "old",
    "younger": "old", "newer": "old", "wider": "wide", "deeper": "deep", "heavier": "heavy",
    "lighter": "heavy", "faster": "fast", "slower": "fast", "richer": "rich", "stronger": "strong",
    "closer": "close", "nearer": "near", "farther": "far", "further": "far",
}  # fmt: skip

_BE = r"(?P<be>is|are|was|were)"
_MEASURE = rf"(?P<measure>{'|'.join(MEASURES)})"
_PRICE = r"(?:more expensive|less expensive|cheaper|dearer)"
_WHICH = (
    r"(?:which|who|what)(?: of (?:the two|these|those|them))?"
    rf"(?: (?!(?:{AUXILIARY}|costs?|came|comes)\b)[\w-]+){{0,2}}"
)
_OR = r"[,:]? (?P<one>[^,]+?),? or (?P<other>.+)"  # after a comparative
_THEN_OR = r"[,:] (?P<one>[^,]+?),? or (?P<other>.+)"  # after words that may be anything
_WHAT = (  # "more honey to Senn"
    r"(?P<what>(?: (?!(?:to|with|from|for|in|on|than)\b)[\w-]+){0,4}?)"
    r"(?P<rest>(?: (?:to|with|from|for|in|on) [^,]+?)?)"
)
_HOW = r"(?:how|in what (?:way|respect)s?) (?:do|does|did|are|is|were|was)"
_ABOUT = (
    r"(?: (?:in terms of|with regard to|when it comes to|as to|regarding|concerning|in|on)"
    r" (?P<about>(?:their|the|its) .+|\w+))?"
)


@dataclass(frozen=True)
class Comparison:
    """A wording of comparisons. `pattern` matches a whole question without courtesy and end mark.

    Its groups are `one` and `other`, the sides, or `both`, joined by one of the `joints`; and what `question`
    takes beside a side: `measure` gives {how}, and {is} agrees with the side. `about`, if it is there, is the
    respect in which sides are compared; `shared` says that what both have is asked for. `example` is a
    comparison; `counterexample` is none, by any wording.
    """

    name: str
    pattern: str
    example: str
    counterexample: str
    question: str = "What {is} {side}?"
    joints: str = "and"
    shared: bool = False


# The first that matches counts.
COMPARISONS = (
    Comparison("costs more",
               rf"{_WHICH} (?:{_BE} (?:the )?{_PRICE}|costs? (?:more|less)){_OR}",
               "Which costs more, the ferry or the bridge?", "Which bridge costs more?",
               "How much does {side} cost?"),
    Comparison("is longer",
               rf"{_WHICH} {_BE} (?:the )?{_MEASURE}(?P<rest>(?: (?:to|in|from|for) [^,]+?)?){_OR}",
               "Which river is longer, the Osk or the Senn?", "Which is the longer river?",
               "How {how} {be} {side}{rest}?"),
    Comparison("came first",
               rf"{_WHICH} (?:came|comes|happened|was|is) (?:first|earlier|later|before|sooner){_OR}",
               "Which came first, the mill or the quay?", "Which mill came first?",
               "When was {side}?"),
    Comparison("was built first",
               rf"{_WHICH} {_BE} (?P<done>\w+) (?:first|earlier|later|sooner){_OR}",
               "Which was built first, the mill or the quay?", "Which bridge was built first?",
               "When {be} {side} {done}?"),
    Comparison("sells more",
               rf"{_WHICH} (?P<verb>(?!(?:{AUXILIARY})\b)\w+s|has) (?:the )?"
               rf"(?:more|less|fewer|most|{_MEASURE}){_WHAT}{_THEN_OR}",
               "Who sells more honey, Osk or Tolvane?", "Who sells more honey or wool?",
               "How {many}{what} does {side} {verb}{rest}?"),
    Comparison("does it cost more than",
               rf"(?:{_BE}|does|do|did|will) (?P<one>.+?) (?:(?:be )?{_PRICE}|cost (?:more|less))"
               r" than (?P<other>.+)",
               "Does the ferry cost more than the bridge?", "Does the ferry cost more than 9 crowns?",
               "How much does {side} cost?"),
    Comparison("is it longer than",
               rf"{_BE} (?P<one>.+?) {_MEASURE} than (?P<other>.+)",
               "Is the Osk longer than the Senn?", "Is the Osk longer than 80 km?",
               "How {how} {be} {side}?"),
    Comparison("does it sell more than",
               rf"(?P<do>do|does|did) (?P<one>\S+(?: \S+){{0,3}}) (?P<verb>\w+) (?:more|less|fewer){_WHAT}"
               r" than (?P<other>.+?)(?: (?:do|does|did))?",
               "Does Osk sell more honey than Tolvane?", "Does Osk sell more than planned?",
               "How {many}{what} {do} {side} {verb}{rest}?"),
    Comparison("differ",
               rf"{_HOW} (?P<both>.+ and .+?) (?:differ|diverge|compare|different)"
               rf"(?: from each other)?{_ABOUT}",
               "How do the Osk and the Senn differ in length?", "How do opinions on bees differ?"),
    Comparison("differ from",
               rf"{_HOW} (?P<one>.+?) (?:(?:differ|different) from|compared? (?:to|with))"
               rf" (?P<other>.+?){_ABOUT}",
               "How does the Osk differ from the Senn?", "How does the Osk flow from the Senn?"),
    Comparison("distinguishes",
               r"what (?:distinguishes|sets) (?P<one>.+?) (?:apart )?from (?P<other>.+)",
               "What distinguishes bees from wasps?", "What distinguishes bees?"),
    Comparison("difference between",
               r"(?:what(?:['’]s| is| are| was| were)? )?(?:the |some )?(?:\w+ )?(?:differences?|contrasts?)"
               r"(?: in (?P<about>[\w ]+?))?(?: (?:is|are) there)? between (?P<both>.+)",
               "What is the difference between bees and wasps?", "What is the way between bees and wasps?"),
    Comparison("compare",
               r"(?:compare|contrast) (?P<both>.+)",
               "Compare the Osk with the Senn.", "Who compared the Osk with the Senn?",
               joints=r"with|to|and|against|versus|vs\.?"),
    Comparison("versus",
               r"(?P<both>.+ (?:versus|vs\.?) .+)",
               "The Osk versus the Senn", "Which verse is on the bell?",
               joints=r"versus|vs\.?"),
    Comparison("in common",
               r"what (?:do|does|did) (?P<both>.+ and .+) have in common",
               "What do bees and wasps have in common?", "What is common in Osk and Tolvane?",
               shared=True),
    Comparison("similarities",
               r"(?:what (?:is |are )?)?(?:the )?(?:similarit(?:y|ies)|parallels)(?: (?:is|are) there)?"
               r" between (?P<both>.+)",
               "What are the similarities between bees and wasps?", "What is similar to bees and wasps?",
               shared=True),
)  # fmt: skip
