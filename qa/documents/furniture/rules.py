"""What a rule about boilerplate is: the wording of a paragraph, and why such a paragraph is left out.

The tables of rules are `lines` and `sections`; the tests run every row on its own
example and counterexample.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from qa.documents.plain.paragraphs import Paragraph


@dataclass(frozen=True)
class Rule:
    """A wording of boilerplate, in English.

    `pattern` is a regular expression that matches a whole paragraph, in capital or small letters; paragraphs
    of more than `most_words` words are not tried. `example` is a line that the rule catches,
    `counterexample` one that looks like it and is not caught.
    """

    reason: str
    most_words: int
    pattern: str
    example: str
    counterexample: str

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        return re.compile(self.pattern, re.IGNORECASE)

    def matches(self, p: Paragraph) -> bool:
        """True if the paragraph is short enough and has this wording."""
        return p.words <= self.most_words and bool(self._regex.fullmatch(p.text))
