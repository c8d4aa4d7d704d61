"""Words that no document has -> the question as it may have been meant, with words that the documents have.

A word is compared with the terms of the keyword index that begin with the same letter, by the ratio of
Ratcliff and Obershelp (1988), as in difflib. The index holds stems; the word that is shown is the form that a
passage has and that is most like what was typed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher, get_close_matches

from qa.index.protocol import Snapshot
from qa.language.words import WORD

_SHORTEST = 4  # letters; shorter words are near too many others
_NEAR, _NEAR_STEM = 0.8, 0.6  # ratios (0..1) from which on a word may be meant, and its stem is looked up
_STEMS, _PASSAGES = 8, 5  # terms that are looked up, and passages with each


def respelled(question: str, unknown: Sequence[str], snapshot: Snapshot) -> str:
    """The question with its unknown words replaced by words of the documents; "" if none is near."""
    meant = question
    for word in unknown:
        if len(word) >= _SHORTEST and word.isalpha() and (found := _nearest(word, snapshot)):
            meant = re.sub(rf"\b{word}\b", found, meant, flags=re.IGNORECASE)  # both have letters only
    return "" if meant == question else meant


def _nearest(word: str, snapshot: Snapshot) -> str:
    """The word of the documents that is nearest to another in spelling; "" if none is near."""
    typed = word.lower()
    stems = get_close_matches(typed, snapshot.terms(typed[0]), _STEMS, _NEAR_STEM)
    numbers = {number for stem in stems for number, _ in snapshot.keyword_search([stem], _PASSAGES)}
    passages = snapshot.passages(sorted(numbers)).values()
    forms = Counter(form for p in passages for form in WORD.findall(f"{p.header}\n{p.text}"))
    near = {form: ratio for form in forms if (ratio := _ratio(typed, form)) >= _NEAR}
    return max(sorted(near), key=lambda form: (near[form], forms[form]), default="")


def _ratio(typed: str, form: str) -> float:
    """How alike two words are; 0 if they begin with different letters."""
    return SequenceMatcher(None, typed, form.lower()).ratio() if form[0].lower() == typed[0] else 0.0
