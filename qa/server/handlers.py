"""The functions that the page calls on its server, from page/*.js by way of `routes`.

Each takes and returns JSON. A browser may send anything, so arguments are checked here. A call that fails
returns {"problem": one line}. Only these functions and the upload write anything, and no endpoint for other
programs leads to them.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import math
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Self

import anyio
import anyio.to_thread
from pydantic import BaseModel, ValidationError

from qa.answers.markdown import conversation_markdown
from qa.answers.suggestions import ABOUT_ALL
from qa.assistant import Assistant
from qa.errors import QAError, QuestionError
from qa.recent import Recent
from qa.server.html import answer as answers
from qa.server.html import sources as cards
from qa.server.html.copied import copied
from qa.server.html.documents import Rows, accepted, holds, label, limits, missing
from qa.server.html.elements import sentence
from qa.server.html.why import explanation
from qa.server.limits import Limits
from qa.server.opening import Opening
from qa.server.records import Line, Offset, Text, Turn, record, restore
from qa.text import plural
from qa.types import Answer, Progress, Trace

LIST_SECONDS = 0.5  # for which a list of the documents is used again
MAX_TURNS = 1_000  # of a conversation that is shown
REASONS = 200  # answers whose reasons can be shown without asking again
EXAMPLES = ".examples.json"  # in the corpus folder: questions to start with
MISUNDERSTOOD = "The page sent something the server can't understand. Reload it."
Argument = dict[str, Any]
Handler = Callable[[Argument], Awaitable[Argument]]


class _Question(BaseModel):
    question: Text
    history: tuple[tuple[Text, Text], ...] = ()
    documents: tuple[Line, ...] | None = None
    number: Offset = 0
    text: Text = ""


class _Conversation(BaseModel):
    turns: tuple[Any, ...]


class _Rating(BaseModel):
    turn: Any
    helpful: bool
    comment: Text = ""
    history: tuple[tuple[Text, Text], ...] = ()


class _Kept(BaseModel):
    turn: Any


class _Listed(BaseModel):
    shown: Text = ""


class _File(BaseModel):
    path: Text


class _Nothing(BaseModel):
    pass


class Indexing:
    """The progress of a sync. Call it with each Progress, and with a total of 0 when the sync has ended."""

    def __init__(self) -> None:
        self._progress = Progress(0, 0, 0, "")

    def __call__(self, progress: Progress) -> None:
        self._progress = progress

    def __str__(self) -> str:
        """A line for people; empty if nothing is being indexed."""
        now = self._progress
        if not now.total:
            return ""
        return f"Indexing {now.done:,} of {plural(now.total, 'file')}… You can keep asking."


@dataclass(frozen=True, slots=True)
class _Reasons:
    """How the answer with a certain text was found."""

    text: str
    trace: Trace | None

    @classmethod
    def of(cls, answer: Answer) -> Self:
        return cls(answer.text, answer.trace)

    def belong_to(self, text: str) -> bool:
        """True if these are the reasons for a text, or if the text is empty because it is unknown."""
        return text in ("", self.text)


class Handlers:
    """The functions over one assistant."""

    def __init__(
        self,
        assistant: Assistant,
        indexing: Indexing,
        download: bool = False,
        limits: Limits | None = None,
    ) -> None:
        self._assistant = assistant
        self._opening = Opening(assistant, download)
        self._indexing = indexing
        self._limits = limits or Limits()
        self._reasons: Recent[_Reasons] = Recent(REASONS)
        self._rows = Rows()
        self._listing_lock = threading.Lock()
        self._listed_at = -math.inf
        self._list: Argument = {}

    def functions(self) -> list[Handler]:
        """All functions that the page can call, each under its own name."""
        limits = self._limits
        return [
            *(self._handler(function, limits.asking) for function in (self.ask, self.why)),
            *(self._handler(function, limits.showing) for function in (self.show, self.copied, self.export)),
            *(
                self._handler(function, limits.opening)
                for function in (self._opening.whole, self._opening.page)
            ),
            *(self._handler(function) for function in (self.listing, self.remove, self.forget, self.rate)),
        ]

    def _handler(
        self, function: Callable[[Any], Argument], limiter: anyio.CapacityLimiter | None = None
    ) -> Handler:
        """A function that checks its argument and runs in a thread.

        Calls that share a limiter wait for each other without holding a thread.
        """
        (parameter,) = inspect.signature(function, eval_str=True).parameters.values()
        model: type[BaseModel] = parameter.annotation

        async def handler(argument: Argument) -> Argument:
            try:
                checked = model.model_validate(argument)
                return await anyio.to_thread.run_sync(partial(function, checked), limiter=limiter)
            except ValidationError:
                return {"problem": MISUNDERSTOOD}
            except QAError as error:
                return {"problem": sentence(str(error))}

        handler.__name__ = function.__name__
        return handler

    def ask(self, asked: _Question) -> Argument:
        """Answer a question as a new turn."""
        try:
            answer = self._answer(asked)
            turn = Turn(asked.question, answer, documents=asked.documents)
        except QAError as error:
            turn = Turn(asked.question, None, sentence(str(error)), asked.documents)
        return {**self._turn_html(turn, asked.number), "record": record(turn)}

    def why(self, asked: _Question) -> Argument:
        """Explain how the answer to a question was found.

        The question is asked again if its reasons are not kept or the documents have changed.
        """
        reasons = self._reasons.get(self._key(asked))
        if reasons is None or not reasons.belong_to(asked.text):
            reasons = _Reasons.of(self._answer(asked))
        changed = not reasons.belong_to(asked.text)
        return {"html": explanation(reasons.trace, changed)}

    def show(self, shown: _Conversation) -> Argument:
        """Show the turns of a conversation that the browser kept, with their present texts."""
        turns = self._turns(shown)
        texts = (turn.answer.text if turn.answer else "" for turn in turns)
        return {
            "turns": [
                {**self._turn_html(turn, number), "text": text}
                for number, (turn, text) in enumerate(zip(turns, texts, strict=True))
            ]
        }

    def listing(self, seen: _Listed) -> Argument:
        """The documents, unless the page shows their present state already, and the progress of indexing."""
        listing = self._recent_list()
        status = {"state": listing["state"], "indexing": str(self._indexing)}
        return status if listing["state"] == seen.shown else {**listing, **status}

    def _recent_list(self) -> Argument:
        """The list of documents, made a moment ago at most, because many pages ask for it all the time."""
        with self._listing_lock:
            if time.monotonic() - self._listed_at > LIST_SECONDS:
                files, stopped = self._assistant.files(), self._assistant.stopped()
                folder, syncs = self._assistant.settings.folder, self._assistant.settings.syncs
                is_missing = syncs and not files and not folder.is_dir()
                html = missing(folder) if is_missing else self._rows.render(files)
                self._list = {
                    "state": hashlib.sha256(f"{stopped}\n{html}".encode()).hexdigest(),
                    "html": html,
                    "label": label(files),
                    "holds": holds(files),
                    "stopped": sentence(stopped) if stopped else "",
                    "documents": len(files),
                    "examples": self._examples([file.path for file in files if file.document]),
                    "accepts": accepted(),
                    "limits": limits(),
                    "login": self._assistant.settings.login is not None,
                }
                self._listed_at = time.monotonic()
            return self._list

    def _examples(self, paths: Sequence[str]) -> list[str]:
        """Questions to start with: those in the folder's own file, else those that are made from documents.

        None are made while documents are indexed, since there are others a moment later.
        """
        chosen = examples(self._assistant.settings.corpus)
        found = [chosen[path] for path in paths if path in chosen]
        if found:
            return [ABOUT_ALL, *found]
        return [] if str(self._indexing) else list(self._assistant.first_questions())

    def remove(self, removed: _File) -> Argument:
        """Delete a file from the corpus folder."""
        self._assistant.delete(removed.path)
        self._listed_at = -math.inf
        return {}

    def forget(self, _: _Nothing) -> Argument:
        """Remove the documents whose files are gone from the corpus folder, even if that is all of them."""
        self._assistant.sync(allow_empty=True)
        self._listed_at = -math.inf
        return {}

    def rate(self, rated: _Rating) -> Argument:
        """Store a user's rating of an answer."""
        turn = restore(rated.turn, self._assistant)
        if turn.answer is None:
            raise QuestionError("the documents have changed. Ask again, then rate the answer")
        self._assistant.rate(turn.answer, rated.helpful, rated.comment, rated.history)
        return {}

    def copied(self, kept: _Kept) -> Argument:
        """One answer to paste elsewhere, as text and as HTML."""
        answer = self._turn(kept.turn).answer
        if answer is None:
            raise QuestionError("the documents have changed. Ask again, then copy the answer")
        return dict(copied(answer))

    def export(self, shown: _Conversation) -> Argument:
        """Export the turns of a conversation as Markdown."""
        turns = self._turns(shown)
        return {"markdown": conversation_markdown((t.question, t.answer) for t in turns if t.answer)}

    def _turns(self, shown: _Conversation) -> list[Turn]:
        if len(shown.turns) > MAX_TURNS:
            raise QuestionError(f"the conversation has more than {MAX_TURNS:,} questions. Start a new one")
        return [self._turn(values) for values in shown.turns]

    def _turn(self, values: object) -> Turn:
        """A turn that the browser kept. One that cannot be read does not get in the way of the others."""
        try:
            return restore(values, self._assistant)
        except QuestionError as error:
            return Turn("…", None, sentence(str(error)))

    def _answer(self, asked: _Question) -> Answer:
        key = self._key(asked)
        answer = self._assistant.ask(asked.question, asked.history, asked.documents)
        self._reasons.keep(key, _Reasons.of(answer))
        return answer

    def _key(self, asked: _Question) -> str:
        """A hash of a question and everything that its answer depends on, short even if they are long."""
        state = self._assistant.state()  # so that reasons never show text that is gone from the documents
        values = [state, asked.question, asked.history, asked.documents]
        return hashlib.sha256(json.dumps(values).encode()).hexdigest()

    def _turn_html(self, turn: Turn, number: int) -> Argument:
        """The HTML of a turn, and of the cards of its sources."""
        answer = turn.answer
        if answer is None:
            body = answers.failed(turn.problem) if turn.problem else answers.outdated()
            return {"html": answers.turn(turn.question, body, number), "cards": ""}
        neighbours = self._assistant.neighbours(citation.passage for citation in answer.citations)
        return {
            "html": answers.turn(turn.question, answers.answered(answer, number), number),
            "cards": cards.sources(answer, number, neighbours),
        }


def examples(corpus: Path) -> dict[str, str]:
    """Questions to start with, by the path of the document that answers each, from a file in the folder.

    There are none if the file is missing or damaged.
    """
    try:
        questions = json.loads((corpus / EXAMPLES).read_text("utf-8"))
        return {path: question for path, question in questions.items() if isinstance(question, str)}
    except (OSError, ValueError, AttributeError, RecursionError):
        return {}
