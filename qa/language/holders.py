"""Whose: which names a text's nouns belong to, and which names stand for others of the same kind.

"Osk's mayor", "the mayor of Osk" and "Mayor Ida Berg of Osk" all speak of a mayor who is Osk's. No list of
countries or towns is needed: that Osk and Tolvane are two things is told by "Osk and Tolvane have ferries".
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from qa.language.names import TITLES, mentions, name_spans, same_word, starts_sentence
from qa.language.words import FUNCTION_WORDS, WORD, stem
from qa.types import Span

_DASH = r"[-–](?=[A-ZÀ-Þ])"  # between two names, unlike that of "CASA-1000"
_POSSESSIVE = r"['’]s\b"
_CUT = re.compile(rf"{_POSSESSIVE}|{_DASH}")
_PIECE = re.compile(rf"{_POSSESSIVE}|[^\W_]+(?:[-–.](?![A-ZÀ-Þ])[^\W_]+)*|[^\w\s]")
_LISTS = re.compile(r"\s*(?:,|,? and|,? or|[-–&])\s*(?:the )?")
_BETWEEN = frozenset(("and", "or", "&", "-", "–"))
_PREPOSITIONS = frozenset("at between by for from in into on through to under via with".split())
_SHORTEST = 3  # letters of a name of one word
_ADJECTIVES = 2  # between an owner and what it owns: "Osk's first deputy mayor"


@dataclass(frozen=True)
class KnownNames:
    """What the passages that were found tell of names."""

    texts: tuple[str, ...]

    def spans(self, text: str) -> list[Span]:
        """The spans of the names in a text, without titles. What the passages also write small is no name."""
        return [
            (start + words[0].start(), start + words[-1].end())
            for start, piece in _pieces_of_names(text)
            if (words := _without_titles(piece)) and not all(self._is_common(word[0]) for word in words)
        ]

    def asked(self, question: str) -> list[Span]:
        """The spans of the names in a question, also of those written small.

        What a name begins with is a name of its own if it is one elsewhere: the Osk of "Osk Ferry Board".
        """
        spans = self.spans(question)
        first = [(start, start + len(question[start:end].split()[0])) for start, end in spans]
        spans += [span for span in first if span not in spans and self.is_known(question[slice(*span)])]
        capitalised = tuple(spans)
        for match in WORD.finditer(question):
            inside = any(start <= match.start() < end for start, end in capitalised)
            if not inside and match[0].islower() and len(match[0]) >= _SHORTEST and self.is_known(match[0]):
                spans.append(match.span())
        return sorted(spans)

    def is_known(self, word: str) -> bool:
        """True if a word is a name by itself in the passages, whatever its ending there."""
        lower = word.lower()
        if lower in FUNCTION_WORDS | TITLES or self._is_common(lower):
            return False
        return any(same_word(lower, name) for name in self._alone)

    def are_two(self, a: str, b: str) -> bool:
        """True if the passages list two names side by side, so that they are not of the same thing."""
        return any(
            (mentions(x, a) and mentions(y, b)) or (mentions(x, b) and mentions(y, a))
            for x, y in self._listed
        )

    def owners(self, text: str) -> dict[str, list[set[str]]]:
        """The words, by their stems, and the names each belongs to, for each time that it is in the text."""
        words = [match[0] for match in _PIECE.finditer(text)]
        found: dict[str, list[set[str]]] = defaultdict(list)
        for i, word in enumerate(words):
            if word[0].isalpha() and word.lower() not in FUNCTION_WORDS and not self.is_known(word):
                found[stem(word)].append({*self._owners_before(words, i), *self._owners_after(words, i)})
        return found

    def receivers(self, text: str, prepositions: str) -> set[str]:
        """The names after any of some prepositions, "to|into", with the names they are listed with."""
        found, last = set(), 0
        for start, end in self.spans(text):
            listed = last and _LISTS.fullmatch(text, last, start)
            if listed or re.search(rf"\b(?:{prepositions}) (?:the |an? )?$", text[:start], re.IGNORECASE):
                found.add(text[start:end])
                last = end
            else:
                last = 0
        return found

    def _owners_before(self, words: list[str], i: int) -> Iterator[str]:
        """Osk, in "Osk's mayor" and "the Osk mayor", with the names listed with it; not "in Osk mayors"."""
        j, owned = i - 1, False
        for _ in range(_ADJECTIVES + 2):
            if j < 0 or words[j].lower() in FUNCTION_WORDS:
                return
            if re.fullmatch(_POSSESSIVE, words[j]):
                owned = True
            elif not words[j][0].isalpha():
                return
            elif self.is_known(words[j]) or (owned and words[j][0].isupper()):
                listed = [*_listed_with(words, j, -2, self.is_known)]
                before = words[j - 2 * len(listed) - 1].lower() if j > 2 * len(listed) else ""
                if owned and before == "of":  # "the mayor of Osk and Senn's secretary"
                    yield words[j]
                elif owned or before not in _PREPOSITIONS:
                    yield from (words[j], *listed)
                return
            j -= 1

    def _owners_after(self, words: list[str], i: int) -> Iterator[str]:
        """Osk, in "mayor of Osk" and "Mayor Ida Berg of Osk", with the names it is listed with."""
        of = i + 1
        while of < len(words) and words[of][0].isupper():
            of += 1
        j = of + 1 + (words[of + 1 : of + 2] == ["the"])
        if words[of : of + 1] != ["of"] or j >= len(words):
            return
        if self.is_known(words[j]) or words[j][0].isupper():
            yield from (words[j], *_listed_with(words, j, 2, self.is_known))

    def _is_common(self, word: str) -> bool:
        return word.lower() in self._small or word.lower() in FUNCTION_WORDS or word.isdigit()

    @cached_property
    def _small(self) -> frozenset[str]:
        """The words that are written small somewhere."""
        return frozenset(word for text in self.texts for word in WORD.findall(text) if word[0].islower())

    @cached_property
    def _alone(self) -> frozenset[str]:
        """The names of one word, in lower case, that stand within a sentence."""
        return frozenset(
            text[start:end].lower()
            for text in self.texts
            for start, end in self.spans(text)
            if end - start >= _SHORTEST and text[start:end].isalpha() and not starts_sentence(text, start)
        )

    @cached_property
    def _listed(self) -> tuple[tuple[str, str], ...]:
        """Pairs of names from one list, such as "Osk, Tolvane and Senn". "Osk, Norway" is no list."""
        pairs = []
        for text in self.texts:
            for run in _lists(text, self.spans(text)):
                listed = [text[slice(*span)] for span in run]
                pairs += [(a, b) for i, a in enumerate(listed) for b in listed[i + 1 :]]
        return tuple(pairs)


def _pieces_of_names(text: str) -> Iterator[tuple[int, str]]:
    """The names in a text and where they start, cut at possessives and at dashes between two names."""
    for start, end in name_spans(text):
        for cut in _CUT.finditer(text, start, end):
            yield start, text[start : cut.start()]
            start = cut.end()
        yield start, text[start:end]


def _without_titles(name: str) -> list[re.Match[str]]:
    """The words of a name between titles and function words, which belong to no name."""
    words = list(re.finditer(r"\S+", name))
    while words and words[0][0].lower().rstrip(".") in TITLES | FUNCTION_WORDS:
        words = words[1:]
    while words and words[-1][0].lower() in TITLES | FUNCTION_WORDS:
        words = words[:-1]
    return words


def _lists(text: str, spans: Iterable[Span]) -> Iterator[list[Span]]:
    """The runs of names that are listed: more than two, or two that are not only set off by a comma."""
    run: list[Span] = []
    for span in [*spans, (len(text), len(text))]:
        between = text[run[-1][1] : span[0]] if run else ""
        if run and span[0] < len(text) and _LISTS.fullmatch(between):
            run.append(span)
            continue
        gaps = [text[a[1] : b[0]].strip() for a, b in pairwise(run)]
        if len(run) > 2 or any(not gap.startswith(",") or "and" in gap for gap in gaps):
            yield run
        run = [span]


def _listed_with(words: list[str], i: int, step: int, is_name: Callable[[str], bool]) -> Iterator[str]:
    """The names before (step -2) or after (2) a name that "and", "or" or a dash join with it."""
    j = i + step
    while 0 <= j < len(words) and words[j - step // 2].lower() in _BETWEEN and is_name(words[j]):
        if step > 0 and words[j + 1 : j + 2] and words[j + 1][0] in "'’":
            return  # "the mayor of Osk and Senn's secretary"
        yield words[j]
        j += step
