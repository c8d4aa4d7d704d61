"""Words that set two statements apart: the sides of a contrast, and what restricts a figure. English.

Statements about different sides, or restricted in different ways, don't speak of one thing: their figures are
not compared, however much the sentences look alike. If only one is restricted, that counts against it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from qa.language.rules import Rule


@dataclass(frozen=True)
class Contrast:
    """Two sides that a figure can be of. `first` and `second` are regular expressions for whole words.

    The two sentences of `example` stand on different sides; those of `counterexample` do not.
    """

    name: str
    first: str
    second: str
    example: tuple[str, str]
    counterexample: tuple[str, str]

    @cached_property
    def _sides(self) -> tuple[re.Pattern[str], re.Pattern[str]]:
        first, second = (re.compile(rf"\b(?:{side})\b", re.I) for side in (self.first, self.second))
        return first, second

    def separates(self, a: str, b: str) -> bool:
        """True if one text has words of the first side only, and the other of the second only."""
        first, second = self._sides
        sides = {(bool(first.search(text)), bool(second.search(text))) for text in (a, b)}
        return sides == {(True, False), (False, True)}


CONTRASTS = (
    Contrast("trade",
             r"imports?|imported|importing|buys?|bought|brings? in",
             r"exports?|exported|exporting|sells?|sold|abroad",
             ("Norway imports honey.", "Norway sells honey."),
             ("Norway exports honey.", "Norway sells honey.")),
    Contrast("transport",
             r"passengers?",
             r"freight|cargo|goods|containers?",
             ("The ferry carries passengers.", "The ferry carries goods."),
             ("The ferry carries cargo.", "The ferry carries goods.")),
    Contrast("sex",
             r"men|male|boys",
             r"women|female|girls",
             ("The men live longer.", "The women live longer."),
             ("The men live longer.", "Men and women live longer.")),
    Contrast("year and total",
             r"year|annual\w*|yearly|annum",
             r"total\w*|altogether|in all|overall|cumulative\w*|so far|since|life",
             ("It paid 40 crowns a year.", "It paid 40 crowns in all."),
             ("It paid 40 crowns a year.", "It paid 40 crowns annually.")),
    Contrast("month and year",
             r"month|monthly",
             r"year|annual\w*|yearly|quarter\w*",
             ("It sells 40 pots a month.", "It sells 40 pots a year."),
             ("It sells 40 pots a month.", "It sells 40 pots monthly.")),
    Contrast("day and year",
             r"day|daily|night",
             r"year|annual\w*|yearly|month\w*|week\w*",
             ("It carries 40 goats a day.", "It carries 40 goats a week."),
             ("It carries 40 goats a day.", "It carries 40 goats.")),
    Contrast("order",
             r"first|one|opening",
             r"second|two|final|third",
             ("The first bridge has arches.", "The second bridge has arches."),
             ("The first bridge has arches.", "The opening bridge has arches.")),
    Contrast("north and south",
             r"north\w*",
             r"south\w*",
             ("The northern quay is long.", "The southern quay is long."),
             ("The northern quay is long.", "The eastern quay is long.")),
    Contrast("east and west",
             r"east\w*",
             r"west\w*",
             ("The eastern quay is long.", "The western quay is long."),
             ("The eastern quay is long.", "The quay runs from east to west.")),
    Contrast("profit and revenue",
             r"profits?|earnings|earned",
             r"revenues?|sales|turnover",
             ("Profits rose to 40 crowns.", "Sales rose to 40 crowns."),
             ("Revenues rose to 40 crowns.", "Sales rose to 40 crowns.")),
    Contrast("least and most",
             r"min\w*|lowest|least",
             r"max\w*|highest|most",
             ("It has at least 40 oars.", "It has at most 40 oars."),
             ("It has at least 40 oars.", "It has a minimum of 40 oars.")),
    Contrast("building and running",
             r"built|construction|build\w*",
             r"operat\w*|maint\w*|upkeep|running",
             ("Construction took 40 masons.", "Maintenance takes 40 masons."),
             ("Construction took 40 masons.", "It was built by 40 masons.")),
    Contrast("capacity and output",
             r"installed|capacity",
             r"output|generated|generation|produced",
             ("The mill has a capacity of 40 sacks.", "The mill has an output of 40 sacks."),
             ("The mill produced 40 sacks.", "The mill has an output of 40 sacks.")),
    Contrast("dead and hurt",
             r"dead|died|deaths?|killed|lives",
             r"injur\w*|wounded|infected|cases|hurt",
             ("40 sailors were killed.", "40 sailors were injured."),
             ("40 sailors were killed.", "40 sailors were killed or injured.")),
    Contrast("start and end",
             r"start\w*|began|begin\w*|launch\w*|ground|sign\w*|found\w*",
             r"finish\w*|complet\w*|end\w*|open\w*|inaugurat\w*",
             ("The work began in May.", "The work ended in May."),
             ("The work began in May.", "The work started in May.")),
    Contrast("signing and force",
             r"sign\w*",
             r"ratif\w*|force|effect",
             ("The treaty was signed in May.", "The treaty was ratified in May."),
             ("The treaty took effect in May.", "The treaty was ratified in May.")),
    Contrast("loan and grant",
             r"loans?|borrow\w*|credit",
             r"grants?|equity",
             ("A loan of 40 crowns paid for it.", "A grant of 40 crowns paid for it."),
             ("A loan of 40 crowns paid for it.", "A credit of 40 crowns paid for it.")),
    Contrast("growth and share",
             r"grow\w*|grew|rose|rise\w*|increas\w*|fell|fall\w*|drop\w*",
             r"made up|account\w* for|represent\w*|share",
             ("Honey rose by 40 per cent.", "Honey accounted for 40 per cent."),
             ("Honey rose by 40 per cent.", "Honey grew by 40 per cent.")),
    Contrast("cost and income",
             r"cost|costs|made for|budget\w*|expens\w*",
             r"taken|took|earn\w*|gross\w*|box office|brought in|income|revenue\w*",
             ("The play cost 40 crowns.", "The play brought in 40 crowns."),
             ("The play grossed 40 crowns.", "The play brought in 40 crowns.")),
    Contrast("low and high",
             r"fell|fall\w*|drop\w*|low|minimum",
             r"rise|rose|rising|high|above|maximum",
             ("The water fell by 40 metres.", "The water rose by 40 metres."),
             ("The water fell by 40 metres.", "The water dropped by 40 metres.")),
    Contrast("national and international",
             r"national",
             r"international|foreign",
             ("It has 40 national lines.", "It has 40 foreign lines."),
             ("It has 40 international lines.", "It has 40 foreign lines.")),
)  # fmt: skip

# What is and what is to be, or was: a plan that was carried out gives the same figure in either tense.
TENSES = (
    Contrast("future and past",
             r"will|would|shall|is to|are to|by 20\d\d",
             r"has|have|had|was|were",
             ("Trade will reach 40 crowns.", "Trade has reached 40 crowns."),
             ("Trade will reach 40 crowns.", "Trade is to reach 40 crowns.")),
    Contrast("present and past",
             r"is|are",
             r"was|were",
             ("It is 40 crowns.", "It was 40 crowns."),
             ("It is 40 crowns.", "It was and is 40 crowns.")),
    Contrast("promised and paid",
             r"pledg\w*|promis\w*|committed|approved|budget\w*",
             r"arriv\w*|receiv\w*|spent|disburs\w*|delivered",
             ("The town pledged 40 crowns.", "The town spent 40 crowns."),
             ("The town pledged 40 crowns.", "The town approved 40 crowns.")),
)  # fmt: skip

# What restricts a figure: to a part, a group, a way of counting.
RESTRICTIONS = (
    Rule("average",
         r"\b(?:average|median|mean|typical\w*)\b",
         "It carries 40 goats on average.", "It meant 40 goats."),
    Rule("group",
         r"\b(?:men|women|girls|boys|children|adults|elderly|teenagers|pupils|workers|foreigners"
         r"|patients with|\w+-year-olds)\b",
         "It carries 40 six-year-olds.", "It carries 40 patients and a woman."),
    Rule("part",
         r"\b(?:part of|half of|section|stretch|on \w+ (?:soil|territory)|side of|portion|segment|phase|stage"
         r"|branch|faculty|department|subsidiary|division|terminal)\b",
         "A part of the bridge is 40 metres long.", "The party on the bridge is 40 strong."),
    Rule("way of travel",
         r"\b(?:by (?:road|rail|sea|air|train|truck|bus|car|ship|plane)|crow flies|straight line)\b",
         "It is 40 km by road.", "It is 40 km of road."),
    Rule("prices",
         r"\b(?:constant|adjusted|nominal|in real terms|inflation)\b",
         "It grew by 40 percent in real terms.", "It really grew by 40 percent."),
    Rule("comparison",
         r"\b(?:compared (?:with|to)|than a (?:month|year)|on-month|on-year|year-on-year|from a year)\b",
         "It grew by 40 percent from a year earlier.", "It grew by 40 percent in a year."),
    Rule("abroad",
         r"\b(?:abroad|at home)\b",
         "40 sailors were paid at home.", "40 sailors were paid at the quay."),
    Rule("former",
         r"\b(?:given up|no longer|former|stopped|quit|ex-smokers|retired)\b",
         "It has 40 former keepers.", "It has 40 quiet keepers."),
    Rule("control group",
         r"\b(?:placebo|control group)\b",
         "40 patients took the placebo.", "40 patients took control."),
    Rule("at first",
         r"\b(?:originally|initially|at first|at the outset|at that time|back then|formerly|once)\b",
         "At first it had 40 oars.", "The first had 40 oars."),
    Rule("extreme",
         r"\b(?:at least|minimum|maximum|record|peak|highest|lowest)\b",
         "It has at least 40 oars.", "It has the least of 40 oars."),
)  # fmt: skip
