"""What people say of answers: up or down and a word, a line of JSON each, in the folder of the index.

It is the one file there that cannot be made anew, so nothing but a purge ever rewrites it (`journal`).

Feedback repeats documents: it quotes them, follow-ups are understood by earlier answers, and people paste.
What is shown and handed on of it is what stands in the documents as they are indexed now (`standing`). A
purge takes the rest out of the bytes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from qa.answers.quotes import verify
from qa.answers.wording import essence, quoted_sentences, short_answer
from qa.errors import CitationError, IndexUnwritable, QuestionError, StaleDocument
from qa.feedback.redaction import Quote, Standing, copied_from, repeats
from qa.files import Journal, leftovers
from qa.index.layout import FEEDBACK
from qa.index.snapshot import Snapshot
from qa.index.store import Store
from qa.language.followups import is_followup
from qa.text import one_line, valid_unicode
from qa.types import Answer, Citation, Purged, Turn, Value

if TYPE_CHECKING:
    from pydantic import TypeAdapter

LONGEST = 500  # characters of a comment
LONGEST_VOTE = 50_000  # bytes of one, with what it quotes
MOST = 100_000_000  # bytes of all of them
_LATEST = 253_370_764_800.0  # the year 9999


@dataclass(frozen=True, slots=True)
class Feedback(Value):
    """What somebody said of an answer; `when` counts seconds since 1970.

    `history` is what the question was understood by if it was a follow-up, oldest first, each answer cut down
    to what it quotes; `understood` is what it was taken to mean. `answered` is False for a refusal. `value`
    is the best claim's. `copied` are the runs of words in what was typed that stood in the documents. What
    does not stand in them any more is empty or missing, and `redacted` says that something is.
    """

    when: float
    question: str
    history: tuple[Turn, ...]
    understood: str
    helpful: bool
    comment: str
    answered: bool
    value: str
    quotes: tuple[Quote, ...]
    copied: tuple[str, ...] = ()
    redacted: bool = False

    @property
    def texts(self) -> tuple[str, ...]:
        """All the words in it."""
        said = (text for turn in self.history for text in turn)
        quotes = (quote.quote for quote in self.quotes)
        return (self.question, self.understood, self.comment, self.value, *said, *quotes, *self.copied)


@dataclass(frozen=True, slots=True)
class Tally(Value):
    """How many answers were found helpful and how many not, and how many lines of the file are damaged."""

    helpful: int
    not_helpful: int
    damaged: int


class FeedbackLog:
    """The feedback on the answers from a store. Safe to use from several threads and processes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._journal = Journal(store.folder / FEEDBACK)

    def rate(
        self, answer: Answer, helpful: bool, comment: str = "", history: Sequence[Turn] = ()
    ) -> Feedback:
        """Keep what somebody says of an answer; `history` is what it was asked with.

        The comment is made one line of at most LONGEST characters. Raises StaleDocument where a cited
        document was changed or removed since, CitationError, QuestionError for what is too long to be kept,
        IndexBusy, IndexUnwritable.
        """
        # The documents are looked at under the lock: a purge meanwhile would miss what it has to redact.
        with self._journal.locked():
            with self._store.read() as snapshot:
                _check(answer, snapshot)
                standing = Standing(snapshot)
                (entry,) = _left([_entry(answer, helpful, comment, history, standing)], standing)
            self._append(_line(entry))
        return entry

    def _append(self, line: bytes) -> None:
        if len(line) > LONGEST_VOTE:
            raise QuestionError("question and answer are too long to be kept: ask a shorter question")
        if self._journal.size() + len(line) > MOST:
            raise IndexUnwritable(
                f"{self._journal.path} is full: keep it elsewhere, or take out old votes by qa sync --purge"
            )
        self._journal.append(line)

    def entries(self) -> tuple[Feedback, ...]:
        """The newest vote on each answer, newest first, without what is not in the documents any more."""
        votes, _ = _parsed(self._journal.read())
        with self._store.read() as snapshot:
            return tuple(reversed(_left(votes, Standing(snapshot))))

    def tally(self) -> Tally:
        """How many votes there are, each answer counted once."""
        votes, damaged = _parsed(self._journal.read())
        helpful = sum(vote.helpful for vote in votes)
        return Tally(helpful, len(votes) - helpful, damaged)

    def purge(self, snapshot: Snapshot) -> Purged:
        """Take out of the bytes what `entries` does not give: damaged lines, votes that were replaced, and
        whatever is not in the documents any more. Raises IndexBusy, IndexUnwritable, OSError.
        """
        with self._journal.locked():
            unfinished = leftovers(self._journal.path)
            freed = sum(path.stat().st_size for path in unfinished)
            for path in unfinished:
                path.unlink()
            old = self._journal.read()
            votes, _ = _parsed(old)
            left = _left(votes, Standing(snapshot))
            new = b"".join(map(_line, left))
            if new != old:
                self._journal.replace(new)
            redacted = sum(a.texts != b.texts for a, b in zip(votes, left, strict=True))
            freed += max(0, len(old) - len(new))
            return Purged(leftovers=len(unfinished), bytes=freed, feedback=redacted)


# --- a vote --------------------------------------------------------------------------------------


def _entry(
    answer: Answer, helpful: bool, comment: str, history: Sequence[Turn], standing: Standing
) -> Feedback:
    question = valid_unicode(answer.question)
    understood = valid_unicode(answer.understood) or question
    leaned_on = needed(history) if understood.strip() != question.strip() else ()
    kept = tuple((valid_unicode(asked), valid_unicode(said)) for asked, said in leaned_on)
    comment = one_line(comment)
    if len(comment) > LONGEST:
        comment = f"{comment[: LONGEST - 1].rstrip()}…"
    return Feedback(
        when=round(time.time(), 3),
        question=question,
        history=kept,
        understood=understood,
        helpful=bool(helpful),
        comment=comment,
        answered=answer.answered,
        value=answer.claims[0].value if answer.claims else "",
        quotes=tuple(Quote(c.document.path, c.start, c.end, c.quote) for c in answer.citations),
        copied=tuple(
            dict.fromkeys(
                run for typed in (question, comment, *(q for q, _ in kept)) for run in standing.copied(typed)
            )
        ),
    )


def needed(history: Sequence[Turn]) -> tuple[Turn, ...]:
    """The part of a history that later questions are understood by, each answer cut down to what it quotes.

    Turns before one that stands alone say nothing to what comes after it.
    """
    first = max((place for place, (asked, _) in enumerate(history) if not is_followup(asked)), default=0)
    return tuple((asked, essence(answer)) for asked, answer in history[first:])


def _check(answer: Answer, snapshot: Snapshot) -> None:
    """Have every quote stand in its document as that is indexed now, whatever it was when it was cited."""
    documents = {d.id: d for d in snapshot.documents(c.document.id for c in answer.citations)}
    for citation in answer.citations:
        now = documents.get(citation.document.id)
        if now is None:
            raise _stale(citation)
        try:
            verify(replace(citation, document=now))
        except CitationError as error:
            if now.digest != citation.document.digest:
                raise _stale(citation) from error
            raise


def _stale(citation: Citation) -> StaleDocument:
    return StaleDocument(f"{citation.document.path} was changed or removed since it was cited: ask again")


# --- what of it may be shown ---------------------------------------------------------------------


def _left(entries: Sequence[Feedback], standing: Standing) -> list[Feedback]:
    """The entries without what is not in the documents any more, also where it is repeated by hand."""
    checked = [_checked(entry, standing) for entry in entries]
    gone = copied_from([text for _, lost in checked for text in lost])
    return [_unsaid(entry, gone) for entry, _ in checked]


def _checked(entry: Feedback, standing: Standing) -> tuple[Feedback, list[str]]:
    """An entry without quotes that are gone, in itself or in its history; and what is gone."""
    places = [(quote.quote, standing.place(quote)) for quote in entry.quotes]
    quotes = tuple(place for _, place in places if place)
    lost = [text for text, place in places if place is None]
    history = []
    for asked, answer in entry.history:
        sentences = quoted_sentences(answer)
        gone = [sentence for sentence in sentences if not standing.holds(sentence)]
        whole = " ".join(short_answer(answer).split()) in " ".join(sentences) and not gone
        history.append((asked, answer if whole else ""))
        lost += gone
    same = tuple(history) == entry.history
    lost += [run for run in entry.copied if not standing.speaks(run)]
    left = replace(
        entry,
        quotes=quotes,
        value=entry.value if any(entry.value in quote.quote for quote in quotes) else "",
        history=tuple(history),
        understood=entry.understood if same else "",  # it may say what the answers before it said
        redacted=entry.redacted or bool(lost) or not same,
    )
    return left, lost


def _unsaid(entry: Feedback, gone: frozenset[str]) -> Feedback:
    """An entry without what was typed by hand if it repeats what is gone."""
    left = replace(
        entry,
        question=_unless(entry.question, gone),
        understood=_unless(entry.understood, gone),
        comment=_unless(entry.comment, gone),
        history=tuple((_unless(asked, gone), answer) for asked, answer in entry.history),
        copied=tuple(run for run in entry.copied if run not in gone),
    )
    return replace(left, redacted=left.redacted or left.texts != entry.texts)


def _unless(typed: str, gone: frozenset[str]) -> str:
    return "" if repeats(typed, gone) else typed


# --- the file ------------------------------------------------------------------------------------


def _line(entry: Feedback) -> bytes:
    return json.dumps(entry.as_dict(), ensure_ascii=False).encode() + b"\n"


@cache
def _form() -> TypeAdapter[Feedback]:
    from pydantic import TypeAdapter  # takes longer to import than a question in a terminal can wait

    return TypeAdapter(Feedback)


def _parsed(content: bytes) -> tuple[list[Feedback], int]:
    """The newest vote on each answer, oldest first, and how many lines cannot be read."""
    votes: dict[object, Feedback] = {}
    damaged = 0
    for number, line in enumerate(content.split(b"\n")):
        if not line.strip():
            continue
        try:
            entry = _form().validate_json(line, strict=True)
        except ValueError:
            damaged += 1
            continue
        if not 0 <= entry.when < _LATEST:
            damaged += 1
            continue
        # Of a redacted one it is not known any more which answer it was about.
        key = number if entry.redacted else (entry.question, entry.understood, entry.answered, entry.quotes)
        votes.pop(key, None)
        votes[key] = entry
    return list(votes.values()), damaged
