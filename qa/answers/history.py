"""The earlier turns of a conversation, as far as a question can be understood from them."""

from __future__ import annotations

from collections.abc import Sequence

from qa.answers.markdown import quoted_text, refuses, short_answer
from qa.language import followups
from qa.language.questions import LONGEST
from qa.types import Turn

_TURNS = 10  # nobody refers to what was said before
_ANSWER = 20_000  # characters, several times as many as an answer has


def in_context(history: Sequence[Turn]) -> tuple[Turn, ...]:
    """The last few turns of a history that a later question may refer to, oldest first.

    A turn that was refused gives no context, nor does a reply to thanks, nor a question that could not have
    been asked. Answers are Markdown, cut to a length that none has.
    """
    last = ((question, answer[:_ANSWER]) for question, answer in history[-_TURNS:])
    return tuple(turn for turn in last if 0 < len(turn[0].strip()) <= LONGEST and not refuses(turn[1]))


def earlier_turns(history: Sequence[Turn]) -> list[followups.Turn]:
    """The turns that give context, in the form that follow-ups are interpreted by."""
    return [
        followups.Turn(asked, short_answer(answer), quoted_text(answer))
        for asked, answer in in_context(history)
    ]
