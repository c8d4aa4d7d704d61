"""The arguments of a question or a search, checked before anything is done.

A wrong argument is a mistake in a program, not of its user: it raises TypeError or ValueError, with a line
that says what is wanted, and not one of the errors that a front end prints.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral, Real
from os import PathLike

from qa.types import Answer, Document, Turn

_TURNS = "history must be a sequence of pairs, (question, answer.text), oldest first"


def text(value: object, name: str) -> str:
    """A string. Raises TypeError."""
    if isinstance(value, str):
        return value
    raise TypeError(f"{name} must be a str, not {_given(value)}")


def folder(value: object, name: str) -> None:
    """A folder. Raises TypeError."""
    if not isinstance(value, str | PathLike):
        raise TypeError(f"{name} must be a folder, as a str or a Path, not {_given(value)}")


def answer(value: object) -> Answer:
    """An answer. Raises TypeError."""
    if isinstance(value, Answer):
        return value
    raise TypeError(f"answer must be an Answer, as ask returns it, not {_given(value)}")


def turns(history: object) -> Sequence[Turn]:
    """The earlier turns of a conversation. Raises TypeError, ValueError."""
    if isinstance(history, str | bytes | Mapping) or not isinstance(history, Sequence):
        raise TypeError(f"{_TURNS}, not {_given(history)}")
    return [_turn(turn) for turn in history]


def _turn(turn: object) -> Turn:
    if isinstance(turn, str | bytes) or not isinstance(turn, Sequence):
        raise TypeError(f"{_TURNS}; one of them is {_given(turn)}")
    if len(turn) != 2:
        raise ValueError(f"{_TURNS}; one of them has {len(turn)} items")
    question, answer = turn
    if isinstance(question, str) and isinstance(answer, str):
        return question, answer
    wrong = answer if isinstance(question, str) else question
    raise TypeError(f"{_TURNS}; in one of them is {_given(wrong)}")


def document_ids(documents: object) -> frozenset[str] | None:
    """The ids of the documents that are searched; None for all. Raises TypeError."""
    wanted = "documents must be None or a list of document ids"
    if documents is None:
        return None
    if isinstance(documents, str | bytes) or not isinstance(documents, Iterable):
        raise TypeError(f"{wanted}, not {_given(documents)}")
    ids = list(documents)
    for identity in ids:
        if isinstance(identity, Document):
            raise TypeError(f"{wanted}: of a Document, pass its .id")
        if not isinstance(identity, str):
            raise TypeError(f"{wanted}; one of them is {_given(identity)}")
    return frozenset(ids)


def count(k: object) -> int:
    """A number of passages. Raises TypeError, ValueError."""
    if isinstance(k, bool) or not isinstance(k, Integral):
        raise TypeError(f"k must be an int, the number of passages, not {_given(k)}")
    if k < 1:
        raise ValueError(f"k must be 1 or more, not {k}")
    return int(k)


def probability(threshold: object) -> float | None:
    """The least confidence of an answer; None for the calibrated one. Raises TypeError, ValueError."""
    wanted = "threshold must be None or a number from 0 to 1"
    if threshold is None:
        return None
    if isinstance(threshold, bool) or not isinstance(threshold, Real):
        raise TypeError(f"{wanted}, not {_given(threshold)}")
    least = float(threshold)
    if not 0 <= least <= 1:
        raise ValueError(f"{wanted}, not {least}")
    return least


def _given(value: object) -> str:
    """What was passed, without what is in it unless that is short."""
    kind = type(value).__name__
    if isinstance(value, Answer):
        return "an Answer"
    shown = repr(value)
    return kind if value is None or len(shown) > 40 else f"{kind} ({shown})"
