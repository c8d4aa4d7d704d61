"""What a rule about English is: a wording, with an example of what has it and of what only looks like it.

Rules stand in tables. The tests run every row on its own example and counterexample.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """A wording. `pattern` is a regular expression that ignores case and captures no groups.

    It matches in `example` and not in `counterexample`, or at their start if the table says so.
    """

    name: str
    pattern: str
    example: str
    counterexample: str


def any_of(rules: Iterable[Rule]) -> re.Pattern[str]:
    """One pattern for several rules. If several match at the same place, the first of them counts."""
    return re.compile("|".join(f"(?:{rule.pattern})" for rule in rules), re.IGNORECASE)
