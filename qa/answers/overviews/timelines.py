"""Documents -> when was what: the sentences that give a date with a year, in order of time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa.index.protocol import Snapshot
from qa.index.words import matching_words
from qa.language.dates import Date, dates, same
from qa.language.words import content_words
from qa.models.encoder import headed
from qa.search.evidence import ScoredSentence
from qa.types import Document, Hit

_MOST = 16  # events
_READ = 1500  # passages, at most
_HELD = 0.5  # of the words of a subject, by a dated sentence about it
_SAME_EVENT = 0.5  # share of the words of two sentences with one date from which on they tell the same


@dataclass(frozen=True, slots=True)
class Event:
    """A sentence, and the first date in it that has a year."""

    date: Date
    sentence: ScoredSentence
    held: float  # the share of the subject's words in it; those only in its passage count half

    @property
    def value(self) -> str:
        """The date as it stands in the sentence."""
        return self.sentence.text()[slice(*self.date.span)]

    @property
    def when(self) -> tuple[int, int, int]:
        """The beginning of the date, for sorting."""
        first = (part[0] if part else 0 for part in (self.date.years, self.date.months, self.date.days))
        year, month, day = first
        return year, month, day

    @property
    def preference(self) -> tuple[float, int]:
        """A sort key that puts the sentences first that are surely meant, and the most exact dates."""
        return -self.held, -sum(part is not None for part in (self.date.months, self.date.days))

    def tells_the_same(self, other: Event) -> bool:
        ours, theirs = (set(content_words(event.sentence.text())) for event in (self, other))
        return self.when == other.when and len(ours & theirs) >= _SAME_EVENT * min(len(ours), len(theirs))


def events(subject: str, among: Sequence[Document], snapshot: Snapshot) -> list[Event]:
    """The dated sentences of documents about a subject, or in a period, or all of them, in order of time.

    There are at most so many that they can be read: those that have most of the subject's words, and the most
    exact dates.
    """
    period = next((date for date in dates(subject) if date.years), None)
    words = content_words(subject) if subject and not period else []
    by_id = {document.id: document for document in among}
    if words:
        pairs = [pair for word in words for pair in snapshot.passages_with_all([word], by_id)]
        numbers = [number for _, number in dict.fromkeys(pairs)]
    else:
        numbers = snapshot.passage_numbers(by_id)
    numbers = numbers[:: max(1, -(-len(numbers) // _READ))]
    sentences = [
        ScoredSentence(Hit(passage, by_id[passage.document_id], 0.0), i, 0.0)
        for passage in snapshot.passages(numbers).values()
        if not passage.doubtful
        for i in range(len(passage.sentences))
    ]
    chosen: list[Event] = []
    for event in sorted(_events(sentences, words, period), key=lambda event: event.preference):
        if len(chosen) < _MOST and not any(event.tells_the_same(other) for other in chosen):
            chosen.append(event)
    return sorted(chosen, key=lambda event: event.when)


def _events(
    sentences: Sequence[ScoredSentence], words: Sequence[str], period: Date | None
) -> Iterator[Event]:
    """The dated sentences that have at least half of the words, or are in a period."""
    dated = [(sentence, date) for sentence in sentences if (date := _first_date(sentence.text(), period))]
    inside = matching_words(words, [sentence.text() for sentence, _ in dated])
    around = matching_words(words, [headed(s.hit.passage.header, s.hit.passage.text) for s, _ in dated])
    for (sentence, date), near, far in zip(dated, inside, around, strict=True):
        held = (len(near) + len(near | far)) / 2 / max(1, len(words))
        if not words or (near and held >= _HELD):
            yield Event(date, sentence, held)


def _first_date(text: str, period: Date | None) -> Date | None:
    """The first date of a text that has a year and is in a period, if one is given."""
    return next((d for d in dates(text) if d.years and (period is None or same(d, period))), None)
