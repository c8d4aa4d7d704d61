"""Votes on answers -> lines of JSON in the index folder: helpful or not, with a comment.

It is the only file there that cannot be rebuilt, so nothing except a purge ever rewrites it (`qa.files`).

Feedback repeats documents: it quotes them, follow-ups are understood with the help of earlier answers, and
users paste. Only the parts that the documents contain as they are indexed now are shown and passed on
(`redaction`). A purge erases the rest from the file.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from qa.answers.history import in_context
from qa.answers.markdown import essence, quoted_sentences, short_answer
from qa.answers.quotes import verify
from qa.errors import CitationError, IndexUnwritable, QuestionError, StaleDocument
from qa.feedback.redaction import CurrentDocuments, Quote, repeats, telltale_runs
from qa.files import Journal, leftovers
from qa.index.layout import FEEDBACK
from qa.index.protocol import Snapshot, Store
from qa.language.followups import is_followup
from qa.text import one_line, valid_unicode
from qa.types import Answer, Citation, Purged, Turn, Value

if TYPE_CHECKING:
    from pydantic import TypeAdapter

LONGEST = 500  # characters in a comment
LONGEST_VOTE = 50_000  # bytes in a vote, including its quotes
MOST = 100_000_000  # bytes in all votes
_LATEST = 253_370_764_800.0  # the year 9999


@dataclass(frozen=True, slots=True)
class Feedback(Value):
    """A user's vote on an answer; `when` is in seconds since 1970.

    For a follow-up, `history` has the turns that it was understood from, oldest first, each answer reduced to
    its quotes, and `understood` is what it was taken to mean. `answered` is False for a refusal. `value` is
    the value of the best claim. `copied` are the runs of words in the typed texts that were in the documents.
    Anything that the documents no longer contain is empty or missing, and then `redacted` is True.
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
        """All the texts in it."""
        history = (text for turn in self.history for text in turn)
        quotes = (quote.quote for quote in self.quotes)
        return (self.question, self.understood, self.comment, self.value, *history, *quotes, *self.copied)


@dataclass(frozen=True, slots=True)
class Tally(Value):
    """The numbers of helpful and of unhelpful answers, and of damaged lines in the file."""

    helpful: int
    not_helpful: int
    damaged: int


class FeedbackLog:
    """The feedback on answers from a store. Safe to use from several threads and processes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._journal = Journal(store.folder / FEEDBACK)

    def rate(
        self, answer: Answer, helpful: bool, comment: str = "", history: Sequence[Turn] = ()
    ) -> Feedback:
        """Store a user's vote on an answer; `history` has the turns that the question was asked with.

        The comment is reduced to one line of at most LONGEST characters. Raises StaleDocument if a cited
        document has since changed or been removed, CitationError, QuestionError if the vote is too long to
        keep, IndexBusy, IndexUnwritable.
        """
        # The documents are read under the lock; otherwise a purge meanwhile would miss text to redact.
        with self._journal.locked():
            with self._store.read() as snapshot:
                _check_quotes(answer, snapshot)
                documents = CurrentDocuments(snapshot)
                (entry,) = _redact([_entry(answer, helpful, comment, history, documents)], documents)
            self._append(_as_line(entry))
        return entry

    def _append(self, line: bytes) -> None:
        if len(line) > LONGEST_VOTE:
            raise QuestionError("the question and answer are too long to keep. Ask a shorter question")
        if self._journal.size() + len(line) > MOST:
            raise IndexUnwritable(
                f"{self._journal.path} is full. Move it elsewhere, or remove old votes with qa sync --purge"
            )
        self._journal.append(line)

    def entries(self) -> tuple[Feedback, ...]:
        """The latest vote on each answer, newest first, without text that the documents no longer contain."""
        votes, _ = _parse(self._journal.read())
        with self._store.read() as snapshot:
            return tuple(reversed(_redact(votes, CurrentDocuments(snapshot))))

    def tally(self) -> Tally:
        """The numbers of votes, with each answer counted once."""
        votes, damaged = _parse(self._journal.read())
        helpful = sum(vote.helpful for vote in votes)
        return Tally(helpful, len(votes) - helpful, damaged)

    def purge(self, snapshot: Snapshot) -> Purged:
        """Erase from the file everything that `entries` leaves out.

        These are damaged lines, replaced votes, and text that the documents no longer contain. Raises
        IndexBusy, IndexUnwritable, OSError.
        """
        with self._journal.locked():
            unfinished = leftovers(self._journal.path)
            freed = sum(path.stat().st_size for path in unfinished)
            for path in unfinished:
                path.unlink()
            old = self._journal.read()
            votes, _ = _parse(old)
            redacted = _redact(votes, CurrentDocuments(snapshot))
            new = b"".join(map(_as_line, redacted))
            if new != old:
                self._journal.replace(new)
            changed = sum(a.texts != b.texts for a, b in zip(votes, redacted, strict=True))
            freed += max(0, len(old) - len(new))
            return Purged(leftovers=len(unfinished), bytes=freed, feedback=changed)


# --- a vote --------------------------------------------------------------------------------------


def _entry(
    answer: Answer,
    helpful: bool,
    comment: str,
    history: Sequence[Turn],
    documents: CurrentDocuments,
) -> Feedback:
    question = valid_unicode(answer.question)
    understood = valid_unicode(answer.understood) or question
    needed_turns = needed(history) if understood.strip() != question.strip() else ()
    turns = tuple((valid_unicode(earlier), valid_unicode(reply)) for earlier, reply in needed_turns)
    comment = one_line(comment)
    if len(comment) > LONGEST:
        comment = f"{comment[: LONGEST - 1].rstrip()}…"
    typed = (question, comment, *(earlier for earlier, _ in turns))
    return Feedback(
        when=round(time.time(), 3),
        question=question,
        history=turns,
        understood=understood,
        helpful=bool(helpful),
        comment=comment,
        answered=answer.answered,
        value=answer.claims[0].value if answer.claims else "",
        quotes=tuple(Quote(c.document.path, c.start, c.end, c.quote) for c in answer.citations),
        copied=tuple(dict.fromkeys(run for text in typed for run in documents.copied_runs(text))),
    )


def needed(history: Sequence[Turn]) -> tuple[Turn, ...]:
    """The turns of a history that later questions depend on, with each answer reduced to its quotes.

    Turns before a question that stands alone contribute nothing to later ones.
    """
    turns = in_context(history)
    standalone = (i for i, (question, _) in enumerate(turns) if not is_followup(question))
    first = max(standalone, default=0)
    return tuple((question, essence(answer)) for question, answer in turns[first:])


def _check_quotes(answer: Answer, snapshot: Snapshot) -> None:
    """Raise StaleDocument or CitationError unless the documents, as indexed now, contain every quote."""
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
    return StaleDocument(f"{citation.document.path} has changed since it was cited. Ask again")


# --- redaction -----------------------------------------------------------------------------------


def _redact(entries: Sequence[Feedback], documents: CurrentDocuments) -> list[Feedback]:
    """The entries without text that the documents no longer contain, even where a user has typed it."""
    checked = [_without_lost_quotes(entry, documents) for entry in entries]
    lost_runs = telltale_runs([text for _, lost in checked for text in lost])
    return [_without_copies(entry, lost_runs) for entry, _ in checked]


def _without_lost_quotes(entry: Feedback, documents: CurrentDocuments) -> tuple[Feedback, list[str]]:
    """An entry without the quotes that are lost, in itself or in its history, and the lost texts."""
    relocated = [(quote.quote, documents.relocate(quote)) for quote in entry.quotes]
    quotes = tuple(quote for _, quote in relocated if quote)
    lost = [text for text, quote in relocated if quote is None]
    history = []
    for question, answer in entry.history:
        sentences = quoted_sentences(answer)
        missing = [sentence for sentence in sentences if not documents.contain_sentence(sentence)]
        intact = " ".join(short_answer(answer).split()) in " ".join(sentences) and not missing
        history.append((question, answer if intact else ""))
        lost += missing
    same_history = tuple(history) == entry.history
    lost += [run for run in entry.copied if not documents.contain_run(run)]
    remaining = replace(
        entry,
        quotes=quotes,
        value=entry.value if any(entry.value in quote.quote for quote in quotes) else "",
        history=tuple(history),
        understood=entry.understood if same_history else "",  # it may repeat the answers before it
        redacted=entry.redacted or bool(lost) or not same_history,
    )
    return remaining, lost


def _without_copies(entry: Feedback, lost_runs: frozenset[str]) -> Feedback:
    """An entry without the typed texts that repeat lost text."""
    remaining = replace(
        entry,
        question=_blank_if_copied(entry.question, lost_runs),
        understood=_blank_if_copied(entry.understood, lost_runs),
        comment=_blank_if_copied(entry.comment, lost_runs),
        history=tuple((_blank_if_copied(question, lost_runs), answer) for question, answer in entry.history),
        copied=tuple(run for run in entry.copied if run not in lost_runs),
    )
    return replace(remaining, redacted=remaining.redacted or remaining.texts != entry.texts)


def _blank_if_copied(typed: str, lost_runs: frozenset[str]) -> str:
    return "" if repeats(typed, lost_runs) else typed


# --- the file ------------------------------------------------------------------------------------


def _as_line(entry: Feedback) -> bytes:
    return json.dumps(entry.as_dict(), ensure_ascii=False).encode() + b"\n"


@cache
def _adapter() -> TypeAdapter[Feedback]:
    from pydantic import TypeAdapter  # takes too long to import for a question in a terminal

    return TypeAdapter(Feedback)


def _parse(content: bytes) -> tuple[list[Feedback], int]:
    """The latest vote on each answer, oldest first, and the number of lines that cannot be read."""
    votes: dict[object, Feedback] = {}
    damaged = 0
    for number, line in enumerate(content.split(b"\n")):
        if not line.strip():
            continue
        try:
            entry = _adapter().validate_json(line, strict=True)
        except ValueError:
            damaged += 1
            continue
        if not 0 <= entry.when < _LATEST:
            damaged += 1
            continue
        # A redacted vote no longer says which answer it was about.
        key = number if entry.redacted else (entry.question, entry.understood, entry.answered, entry.quotes)
        votes.pop(key, None)
        votes[key] = entry
    return list(votes.values()), damaged
