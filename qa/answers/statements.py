"""A quote and the part of it that answers the question, parsed once for all comparisons."""

from __future__ import annotations

import math
import re
from collections.abc import Set
from dataclasses import dataclass, replace
from functools import cached_property

from qa.answers.quotes import quote_span
from qa.language.dates import Date, dates, years_meant
from qa.language.names import name_spans, names, sure_names
from qa.language.quantities import Quantity, quantities
from qa.language.words import speaks_of_goal
from qa.search.evidence import ScoredSentence
from qa.types import Span, overlap

_FACT = re.compile(  # before an answer
    r"\b(?:up from|from"
    r"|currently|current|now|today|at present|presently"
    r"|stood at|stands at|amount(?:s|ed) to|was|were|reached|totall?ed|came to|recorded"
    r"|last year|already)"
    r"\s+(?:\w+\s+){0,2}$",
    re.IGNORECASE,
)
_NOW = re.compile(  # after an answer
    r"^\W*(?:\w+\W+){0,3}(?:at present|currently|now|today|at the moment)\b", re.IGNORECASE
)
# Who is no name at the start of a sentence: Builders, Delegations.
_PEOPLE = re.compile(r"[A-Z][a-z]+(?:ers|ors|ists|ials|ants|ents|ees|ions)")
_ONE_UNIT = re.compile(r"\ban? (?P<unit>minute|hour|day|week|fortnight|month|year|decade)\Z", re.IGNORECASE)
_FURTHER = re.compile(r"(?:,? and|,? but|,? while|;) (?:the|its|their|an?|is|was|it) ")
_NEXT_WORD = re.compile(r"\s([^\W\d_]+)")


@dataclass(frozen=True)
class Statement:
    """A quote, the part of it that answers the question (a span of the quote), and its passage's header.

    `margin` is that of the answer: see ScoredSentence. `written` is the date of the document, if known.
    """

    text: str
    answer: Span
    header: str = ""
    margin: float = math.inf
    written: str = ""

    @classmethod
    def of(cls, sentence: ScoredSentence) -> Statement:
        """The statement of a sentence with an answer, together with the neighbours it is quoted with."""
        assert sentence.answer
        start, end = quote_span(sentence)
        text, hit = sentence.text((start, end)), sentence.hit
        answer = _first_clause(text, (sentence.answer[0] - start, sentence.answer[1] - start))
        written = hit.document.metadata.get("date", "")
        return cls(text, answer, hit.passage.header, sentence.margin, written)

    @cached_property
    def whole(self) -> str:
        """The header and the quote."""
        return f"{self.header}\n{self.text}"

    @cached_property
    def sentence(self) -> str:
        """The sentence of the quote that contains the answer."""
        return self.text[slice(*_sentence_bounds(self.text, self.answer))]

    @cached_property
    def around(self) -> str:
        """That sentence without the answer."""
        return self._blanked[slice(*_sentence_bounds(self._blanked, self.answer))]

    @cached_property
    def _blanked(self) -> str:
        """The quote with dots for the answer and for the rest of a figure or date that it cuts."""
        spans = [self.answer, *(q.span for q in self.answer_quantities), *(d.span for d in self.answer_dates)]
        start, end = min(a for a, _ in spans), max(b for _, b in spans)
        return f"{self.text[:start]}{'…' * (end - start)}{self.text[end:]}"

    @cached_property
    def dates(self) -> tuple[Date, ...]:
        """All dates in the quote, and the years that are meant by "last year" and the like."""
        return (*dates(self.text), *years_meant(self.text, self.written))

    @cached_property
    def answer_dates(self) -> tuple[Date, ...]:
        """The dates that overlap the answer, whose span may cut one short."""
        return tuple(date for date in dates(self.text) if overlap(date.span, self.answer))

    @cached_property
    def answer_quantities(self) -> tuple[Quantity, ...]:
        """The figures that overlap the answer, without those of dates; "a month" is one if it is all."""
        if one := self._one_unit:
            return tuple(replace(value, span=one.span()) for value in quantities(f"1 {one['unit']}"))
        date_spans = [date.span for date in dates(self.text)]
        return tuple(
            quantity
            for quantity in quantities(self.text)
            if overlap(quantity.span, self.answer)
            and not any(overlap(quantity.span, span) for span in date_spans)
        )

    @cached_property
    def _one_unit(self) -> re.Match[str] | None:
        """The length of time that is the whole answer, with its article: "a month"."""
        start, end = self.answer
        one = _ONE_UNIT.search(self.text, max(0, start - len("an ")), end)
        return one if one and one.start() <= start else None

    @cached_property
    def converted(self) -> tuple[Quantity, ...]:
        """The figure in brackets right behind that of the answer: the same in another unit."""
        known = self.answer_quantities[:1]
        behind = (q for q in quantities(self.text) if known and q.span[0] > known[0].span[1])
        second = next(behind, None)
        between = self.text[known[0].span[1] : second.span[0]] if second else ""
        return (second,) if second and between.strip() == "(" else ()

    def value(self, asked: Set[str]) -> str:
        """The answer, with the rest of a figure that it cut: "12 crowns", of which only "12" was marked.

        That is its scale, its unit, or a noun in the plural right behind it, unless the question, whose words
        are `asked` in the singular, names that.
        """
        start, end = self.answer
        if self._one_unit:
            return self._one_unit[0]
        for figure in self.answer_quantities:
            if end > figure.span[1]:
                continue
            end = figure.span[1]
            noun, counted = _NEXT_WORD.match(self.text, end), set(figure.counted)
            # Of several words behind a number it cannot be told where the noun ends.
            if noun and len(counted) == 1 and noun[1].lower() not in counted and not asked & counted:
                end = noun.end()
        return self.text[start:end]

    @cached_property
    def answer_name(self) -> str:
        """The answer, extended to the whole of each name that it is a part of."""
        spans = [span for span in name_spans(self.text) if overlap(span, self.answer)]
        start = min([self.answer[0], *(a for a, _ in spans)])
        return self.text[start : max([self.answer[1], *(b for _, b in spans)])]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names in the quote, without those in the answer."""
        return _names_of(self._blanked)

    @cached_property
    def names_with_header(self) -> tuple[str, ...]:
        """The names in the quote, without those in the answer, and in its header."""
        return _names_of(f"{self.header}\n{self._blanked}")

    @cached_property
    def names_around(self) -> tuple[str, ...]:
        """The names in the sentence that contains the answer, without the answer."""
        return _names_of(self.around)

    @cached_property
    def sure_names_around(self) -> tuple[str, ...]:
        """The same without what may be no name: see `sure_names`."""
        return tuple(sure_names(self.around))

    @cached_property
    def of_goal(self) -> bool:
        """True if the answer is presented as something wished for or expected."""
        start, end = self.answer
        if _FACT.search(self.text[:start]) or _NOW.search(self.text[end:]):
            return False
        return speaks_of_goal(self.sentence)


def _first_clause(text: str, answer: Span) -> Span:
    """An answer without a further clause that has a figure of its own: "197 goats, and the aim is 300"."""
    start, end = answer
    further = _FURTHER.search(text, start, end)
    if not further or not all(map(quantities, (text[start : further.start()], text[further.end() : end]))):
        return answer
    return start, further.start()


def _names_of(text: str) -> tuple[str, ...]:
    """The names in a text that are not those of peoples."""
    return tuple(name for name in names(text) if not _PEOPLE.fullmatch(name))


def _sentence_bounds(text: str, answer: Span) -> tuple[int, int | None]:
    """The start and end of the sentence that contains an answer; an end of None is that of the text."""
    last = text.find(". ", answer[1])
    return text.rfind(". ", 0, answer[0]) + 1, last if last >= 0 else None
