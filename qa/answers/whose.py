"""Whose answer a quote gives: that of what the question names, or that of another of the same kind.

A reader that looks for a president finds the one who is there, of whichever country, or else a minister. Four
things tell that a quote is about another:

- A noun of the question belongs to one name there and to another in the quote, wherever it stands in it:
  "Estria's ambassador" is not "Varnia's ambassador to Estria".
- What goes to one name in the question goes to another in the quote, which mentions the first in another
  role: what Varnia sends to Estria did not go to Varnia.
- A name of the question is missing from the quote, which names instead what the passages elsewhere list
  beside it ("Varnia and Estria"). A quote may leave out whom it is about, so the first reader has the last
  word: it is asked the question with the other name. If it likes the sentence less then, that name was
  beside the point.
- The question asks who holds an office, and the quote speaks of others only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from qa.answers.quotes import quote_span
from qa.language.holders import KnownNames
from qa.language.names import mentions, same_word
from qa.language.offices import is_of_other_office
from qa.language.questions import SHORT, AnswerType, Question
from qa.models.reader import Reader
from qa.search.confidence import Holder
from qa.search.evidence import Evidence, ScoredSentence
from qa.types import Span

# Two of these make two questions, or a comparison: "Which is older, Osk or Tolvane?"
_OF_TWO = re.compile(r"\b(?:who|whom|what|when|where|which|how|or|than|both|each)\b", re.IGNORECASE)


def holder(question: Question, evidence: Evidence, reader: Reader | None) -> Holder:
    """Whose answer the best sentence gives.

    It is surely another's only if a noun belongs to another name in it, and the passages list the two names
    side by side. If they don't, the names may be of one thing, such as a country and its capital: then
    nothing is said against a quote that mentions the name in the question. The other signs are wrong too
    often to refuse an answer for them, and make it uncertain.
    """
    best = evidence.sentences[0] if evidence.sentences else None
    if reader is None or best is None or not best.answer or not _is_of_one(question):
        return Holder.ASKED
    known = KnownNames(tuple(hit.passage.text for hit in evidence.hits))
    quote = best.text(quote_span(best))
    others = [*_other_owners(question.rephrased, best.text(), quote, known)]
    if any(known.are_two(a, b) for a, b in others):
        return Holder.ANOTHER
    uncertain = (
        any(not mentions(quote, asked) for asked, _ in others)
        or is_of_other_office(question.rephrased, quote, known.is_known)
        or any(known.are_two(a, b) for a, b in _other_receivers(question.rephrased, quote, known))
        or any(
            _is_liked_as_well(question.rephrased, place, other, best, reader)
            for place, other in _missing(question.rephrased, quote, best, known)
        )
    )
    return Holder.PERHAPS_ANOTHER if uncertain else Holder.ASKED


def _is_of_one(question: Question) -> bool:
    """True if a question asks for one name, date or figure; half of two is not that of another."""
    typed = question.form is SHORT and question.wants is not AnswerType.ANY
    return typed and len(_OF_TWO.findall(question.rephrased)) < 2


def _other_owners(question: str, sentence: str, quote: str, known: KnownNames) -> Iterator[tuple[str, str]]:
    """Pairs of the names that a noun belongs to in a question and in a quote, if none is in both.

    What the sentence with the answer says of a noun counts; in others "the ambassador" may point back to it.
    """
    in_quote = known.owners(quote) | known.owners(sentence)
    for noun, times in known.owners(question).items():
        asked, said = set(chain(*times)), in_quote.get(noun, [])
        owners = set(chain(*said))
        if all(said) and not any(same_word(a.lower(), b.lower()) for a in asked for b in owners):
            yield from ((a, b) for a in sorted(asked) for b in sorted(owners))


def _other_receivers(question: str, quote: str, known: KnownNames) -> Iterator[tuple[str, str]]:
    """Pairs of a name that something goes to in a question, but not in a quote, and what it goes to there.

    A question may say "in" for it: the ambassador in Estria is the ambassador to Estria.
    """
    reached = known.receivers(quote, "to|into|in|for")
    elsewhere = {quote[slice(*span)] for span in known.spans(quote)} - reached
    for name in sorted(known.receivers(question, "to|into|in")):
        if _is_among(name, elsewhere) and not _is_among(name, reached):
            yield from ((name, other) for other in sorted(known.receivers(quote, "to|into")))


def _missing(
    question: str, quote: str, sentence: ScoredSentence, known: KnownNames
) -> Iterator[tuple[Span, str]]:
    """The places of names of a question that a quote does not mention, with what it names instead.

    A passage under the heading "Estria" need not repeat that name.
    """
    asked = [(span, question[slice(*span)]) for span in known.asked(question)]
    answer, header = sentence.text(sentence.answer), sentence.hit.passage.header
    named = [quote[slice(*span)] for span in known.spans(quote)]
    instead = [n for n in named if not _is_among(n, [answer, *(name for _, name in asked)])]
    for place, name in asked:
        for other in dict.fromkeys(instead):
            told = mentions(header, name) and not mentions(header, other)
            if not (mentions(quote, name) or told) and known.are_two(name, other):
                yield place, other


def _is_among(name: str, names: Iterable[str]) -> bool:
    return any(mentions(other, name) or mentions(name, other) for other in names)


def _is_liked_as_well(
    question: str, place: Span, other: str, sentence: ScoredSentence, reader: Reader
) -> bool:
    """True if a sentence answers as well with another name in the place of one in the question."""
    changed = question[: place[0]] + other + question[place[1] :]
    reading = reader.read(changed, [sentence.hit.passage])[0]
    return reading.sentences[sentence.index].margin >= sentence.first_margin
