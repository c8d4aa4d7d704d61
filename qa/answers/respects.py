"""Whether two statements speak of the same thing in the same respect, so that their figures can be compared.

Of one period, about the same names, both of a goal or both of a fact, neither of a part, an average or
another measure, and worded closely enough to tell. In doubt they are not: a difference that is none is
worse than one that is not shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from qa.language.dates import comparable, dates, same
from qa.language.names import mentions, names
from qa.language.words import FUNCTION_WORDS, content_words, stem
from qa.types import Span


def _patterns(*sides: tuple[str, ...]) -> tuple[tuple[re.Pattern[str], ...], ...]:
    return tuple(tuple(re.compile(rf"\b(?:{side})\b", re.IGNORECASE) for side in both) for both in sides)


_GOAL = re.compile(
    r"\b(?:target\w*|goals?|aim\w*|ambition\w*|hop(?:e|es|ed|ing)|expect\w*|forecast\w*|projected"
    r"|projections?"
    r"|plan(?:s|ned|ning)?\b(?! to build)|objective|potential\w*|intend\w*|envisag\w*|predict\w*"
    r"|anticipat\w*|could|want\w*"
    r"|to (?:reach|hit|raise|increase|expand|boost|bring|lift|double))\b",
    re.IGNORECASE,
)
_FACT = re.compile(
    r"\b(?:up from|from|currently|current|now|today|at present|presently|stood at|stands at|amount(?:s"
    r"|ed) to|was|were"
    r"|reached|totall?ed|came to|recorded|last year|already)\s+(?:\w+\s+){0,2}$",
    re.IGNORECASE,
)
_NOW = re.compile(r"^\W*(?:\w+\W+){0,3}(?:at present|currently|now|today|at the moment)\b", re.IGNORECASE)
_CONTRASTS = _patterns(
    (
        r"imports?|imported|importing|buys?|bought|brings? in",
        r"exports?|exported|exporting|sells?|sold|abroad",
    ),
    (r"passengers?", r"freight|cargo|goods|containers?"),
    (r"men|male|boys", r"women|female|girls"),
    (r"year|annual\w*|yearly|annum", r"total\w*|altogether|in all|overall|cumulative\w*|so far|since|life"),
    (r"month|monthly", r"year|annual\w*|yearly|quarter\w*"),
    (r"day|daily|night", r"year|annual\w*|yearly|month\w*|week\w*"),
    (r"first|one|opening", r"second|two|final|third"),
    (r"north\w*", r"south\w*"),
    (r"east\w*", r"west\w*"),
    (r"profits?|earnings|earned", r"revenues?|sales|turnover"),
    (r"min\w*|lowest|least", r"max\w*|highest|most"),
    (r"built|construction|build\w*", r"operat\w*|maint\w*|upkeep|running"),
    (r"installed|capacity", r"output|generated|generation|produced"),
    (r"dead|died|deaths?|killed|lives", r"injur\w*|wounded|infected|cases|hurt"),
    (
        r"start\w*|began|begin\w*|launch\w*|ground|sign\w*|found\w*",
        r"finish\w*|complet\w*|end\w*|open\w*|inaugurat\w*",
    ),
    (r"sign\w*", r"ratif\w*|force|effect"),
    (r"loans?|borrow\w*|credit", r"grants?|equity"),
    (
        r"grow\w*|grew|rose|rise\w*|increas\w*|fell|fall\w*|drop\w*",
        r"made up|account\w* for|represent\w*|share",
    ),
    (r"will|would|shall|is to|are to|by 20\d\d", r"has|have|had|was|were"),
    (r"pledg\w*|promis\w*|committed|approved|budget\w*", r"arriv\w*|receiv\w*|spent|disburs\w*|delivered"),
    (
        r"cost|costs|made for|budget\w*|expens\w*",
        r"taken|took|earn\w*|gross\w*|box office|brought in|income|revenue\w*",
    ),
    (r"fell|fall\w*|drop\w*|low|minimum", r"rise|rose|rising|high|above|maximum"),
    (r"is|are", r"was|were"),
    (r"national", r"international|foreign"),
)
_RESTRICTIONS = _patterns(
    (r"each|every|apiece|per|individual\w*|single",),
    (r"average|median|mean|typical\w*",),
    (r"alone|only|merely|just",),
    (
        r"men|women|girls|boys|children|adults|elderly|teenagers|pupils|workers|foreigners|patients with"
        r"|\w+-year-olds",
    ),
    (r"foreign|from abroad|international|domestic\w*|overseas",),
    (
        r"part of|half of|section|stretch|on \w+ (?:soil|territory)|side of|portion|segment|phase|stage"
        r"|branch|faculty|department|subsidiary|division|terminal",
    ),
    (r"total|whole|entire\w*|altogether|overall|cumulative\w*|in all|all told",),
    (r"by (?:road|rail|sea|air|train|truck|bus|car|ship|plane)|crow flies|straight line",),
    (r"constant|adjusted|nominal|in real terms|inflation",),
    (r"compared (?:with|to)|than a (?:month|year)|on-month|on-year|year-on-year|from a year",),
    (r"among|of which|of whom|of them|of these|including|excluding|except|without|apart from",),
    (r"abroad|at home",),
    (r"given up|no longer|former|stopped|quit|ex-smokers|retired",),
    (r"placebo|control group",),
    (r"originally|initially|at first|at the outset|at that time|back then|formerly|once",),
    (r"at least|minimum|maximum|record|peak|highest|lowest",),
)
_WEEKDAY = re.compile(r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b")
_CUT = re.compile(  # where a clause ends
    r"[.;:] |, (?=and |but |which |while |who |where |after |up |as |according |the |official)"
    r"| and (?=the )"
)
_PLAIN = frozenset(  # words that say a figure without saying of what
    map(
        stem,
        """amount come came reach stand stood total worth currently present now approximately about around
        nearly say said report accord official source estimate put number figure year month last this today
        recent""".split(),
    )
)
_COVERED, _FURTHER = 2 / 3, 5  # the least share of the question's words, the most words beyond it


@dataclass(frozen=True, slots=True)
class Statement:
    """A quote with the part of it that answers (as a span of the quote), and the header it stands under."""

    text: str
    answer: Span
    header: str = ""

    @property
    def whole(self) -> str:
        """The quote under its header."""
        return f"{self.header}\n{self.text}"

    @property
    def sentence(self) -> str:
        """The sentence of the quote that the answer stands in."""
        start, end = self.answer
        last = self.text.find(". ", end)
        return self.text[self.text.rfind(". ", 0, start) + 1 : last if last >= 0 else None]

    @property
    def around(self) -> str:
        """That sentence without the answer."""
        start, end = self.answer
        blank = "…" * (end - start)
        return replace(self, text=f"{self.text[:start]}{blank}{self.text[end:]}").sentence

    @property
    def clause(self) -> str:
        """The clause that the answer stands in, without the answer."""
        start, end = self.answer
        cuts = [match.end() for match in _CUT.finditer(self.text)]
        first = max((cut for cut in cuts if cut <= start), default=0)
        last = min((cut for cut in cuts if cut >= end), default=len(self.text))
        return f"{self.text[first:start]} {self.text[end:last]}"


def asks_for_goal(question: str) -> bool:
    """Whether a question is about something wished for or expected."""
    return bool(_GOAL.search(question))


def of_a_goal(statement: Statement) -> bool:
    """Whether the figure is spoken of as something wished for or expected."""
    start, end = statement.answer
    if _FACT.search(statement.text[:start]) or _NOW.search(statement.text[end:]):
        return False
    return bool(_GOAL.search(statement.sentence))


def contradict(question: str, a: Statement, b: Statement, dated: bool, common: bool) -> bool:
    """Whether two that give the same value speak of different names, periods or respects all the same.

    `dated` says that the value is a date itself, `common` that it is easily the same by chance.
    """
    asked = names(question)
    if not asked and _more([], a.text, b.text) and _more([], b.text, a.text):
        return True  # the question is open, and each speaks of something else
    for ours, theirs in ((a, b), (b, a)):
        if (
            asked
            and not all(mentions(ours.whole, name) for name in asked)
            and _more(asked, ours.whole, theirs.text)
        ):
            return True
    return (not dated and not _one_period(a, b)) or _contrast(a, b) or (common and _restricted(a, b))


def one_respect(question: str, a: Statement, b: Statement, dated: bool) -> bool:
    """Whether both figures are of all that is asked about, of one period, and neither of a part of it."""
    asked = names(question)
    if not all(mentions(statement.whole, name) for statement in (a, b) for name in asked):
        return False
    if not dated and not (_one_period(a, b) and _as_long(a, b)):
        return False
    if of_a_goal(a) != of_a_goal(b) or _contrast(a, b) or _restricted(a, b):
        return False
    if any(_of(name, a.around) != _of(name, b.around) for name in asked):
        return False
    if _more(asked, a.around, b.around) and _more(asked, b.around, a.around):
        return False
    return _close(question, a, b)


def _contrast(a: Statement, b: Statement) -> bool:
    """Whether the two stand on different sides of a contrast, such as imports and exports."""
    for first, second in _CONTRASTS:
        one, two = ((bool(first.search(s.around)), bool(second.search(s.around))) for s in (a, b))
        if {one, two} == {(True, False), (False, True)}:
            return True
    days = [set(_WEEKDAY.findall(s.around)) for s in (a, b)]
    return all(days) and not days[0] & days[1]


def _restricted(a: Statement, b: Statement) -> bool:
    """Whether one is restricted to what the other is not: to each, a part, an average, a group."""
    for (only,) in _RESTRICTIONS:
        ours, theirs = ({found.lower() for found in only.findall(s.around)} for s in (a, b))
        if ours != theirs:
            return True
    return False


def _of(name: str, text: str) -> bool:
    """Whether a text speaks of something of a name, which may be a part of it."""
    return bool(re.search(rf"\bof (?:the )?{re.escape(name)}", text, re.IGNORECASE))


def _more(asked: list[str], text: str, other: str) -> list[str]:
    """The names in a text that neither the question nor the other text holds."""
    known = " ".join((*asked, other))
    return [name for name in names(text) if not mentions(known, name)]


def _one_period(a: Statement, b: Statement) -> bool:
    """Whether no date in one statement rules out those of the other."""
    pairs = [(x, y) for x in dates(a.text) for y in dates(b.text) if comparable(x, y)]
    return not pairs or any(same(x, y) for x, y in pairs)


def _as_long(a: Statement, b: Statement) -> bool:
    """Whether the periods of two statements are of one kind: a month is not held against its year."""
    ours, theirs = ({(d.months, d.days) for d in dates(s.text) if d.years} for s in (a, b))
    return not ours or not theirs or bool(ours & theirs)


def _close(question: str, a: Statement, b: Statement) -> bool:
    """Whether both say most of what the question says, and not much beyond it."""
    asked = {stem(word) for word in content_words(question) if word not in ("many", "much")}
    beyond = 0
    for statement in (a, b):
        held = {stem(word) for word in re.findall(r"[^\W_]+", statement.whole)}
        if sum(_among(word, held) for word in asked) < _COVERED * len(asked):
            return False
        words = {
            stem(word)
            for word in re.findall(r"[^\W\d_]{3,}", statement.clause)
            if word.lower() not in FUNCTION_WORDS
        }
        beyond += sum(not _among(word, asked) for word in words - _PLAIN)
    return beyond <= _FURTHER


def _among(word: str, words: set[str]) -> bool:
    """Whether a word is among others, also as another part of speech: trade and trading."""
    return word in words or (len(word) > 3 and any(word[:4] == other[:4] for other in words))
