"""What the page asks of its server: one function each, called from page/*.js by way of `routes`.

Each takes and gives JSON. What comes from a browser may be anything and is checked here; what cannot be
done is told as {"problem": one line}. The functions that write are these and the upload, and no endpoint
for other programs leads to them.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import math
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Self

import anyio
import anyio.to_thread
from pydantic import BaseModel, ValidationError

from qa.answers.wording import conversation_markdown
from qa.assistant import Assistant
from qa.errors import QAError, QuestionError
from qa.server.html import answer as answers
from qa.server.html import sources as cards
from qa.server.html.documents import Rows, accepted, label, limits
from qa.server.html.elements import sentence
from qa.server.records import Line, Offset, Text, Turn, record, restored
from qa.text import plural
from qa.types import Answer, Progress, Trace

RECENT = 0.5  # seconds
ASKING = 4  # questions of the page that are answered at the same time; more of them wait
SUGGESTING = 1  # refusals that questions are suggested for; each costs as much as four questions
SHOWING = 2  # conversations that are shown or exported at the same time; each may be long
TURNS = 1_000  # of a conversation that are shown
HISTORY = 50  # turns before a question that it is understood by
REASONS = 200  # answers whose reasons can be told without asking again
EXAMPLES = ".examples.json"  # in the corpus folder: questions to begin with
MISUNDERSTOOD = "The page sent something that cannot be understood: load it anew."
Argument = dict[str, Any]
Handler = Callable[[Argument], Awaitable[Argument]]


class _Asked(BaseModel):
    question: Text
    history: tuple[tuple[Text, Text], ...] = ()
    documents: tuple[Line, ...] | None = None
    number: Offset = 0
    text: Text = ""


class _Shown(BaseModel):
    turns: tuple[Any, ...]


class _Opened(BaseModel):
    document: Line
    start: Offset
    end: Offset
    begin: Offset | None = None


class _Rated(BaseModel):
    turn: Any
    helpful: bool
    comment: Text = ""
    history: tuple[tuple[Text, Text], ...] = ()


class _Seen(BaseModel):
    shown: Text = ""


class _Removed(BaseModel):
    path: Text


class Indexing:
    """How far a sync is. To be called with its progress, and with a total of 0 when it has ended."""

    def __init__(self) -> None:
        self._now = Progress(0, 0, 0, "")

    def __call__(self, progress: Progress) -> None:
        self._now = progress

    def __str__(self) -> str:
        """A line for people; nothing while nothing is indexed."""
        now = self._now
        if not now.total:
            return ""
        done = f"{now.done:,} of {plural(now.total, 'file')}, {plural(now.embedded, 'passage')} so far"
        return f"Indexing: {done}. Questions are answered meanwhile."


@dataclass(frozen=True, slots=True)
class _Reasons:
    """How an answer of a text came about."""

    text: str
    answered: bool
    trace: Trace | None

    @classmethod
    def of(cls, answer: Answer) -> Self:
        return cls(answer.text, answer.answered, answer.trace)

    def are_of(self, text: str) -> bool:
        """Also of a text that is not known; that of a refusal goes on once questions are suggested."""
        return text in ("", self.text) or (not self.answered and text.startswith(self.text))


class _Kept:
    """The reasons of the last answers, by what was asked and of which documents."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reasons: dict[str, _Reasons] = {}  # the oldest first

    def keep(self, key: str, reasons: _Reasons) -> None:
        with self._lock:
            self._reasons.pop(key, None)
            self._reasons[key] = reasons
            if len(self._reasons) > REASONS:
                del self._reasons[next(iter(self._reasons))]

    def get(self, key: str, text: str) -> _Reasons | None:
        """None where they are not kept any more, or are those of another text."""
        found = self._reasons.get(key)
        return found if found and found.are_of(text) else None


class Handlers:
    """The functions over one assistant."""

    def __init__(self, assistant: Assistant, indexing: Indexing) -> None:
        self._assistant = assistant
        self._indexing = indexing
        self._asking, self._suggesting, self._showing = map(
            anyio.CapacityLimiter, (ASKING, SUGGESTING, SHOWING)
        )
        self._kept = _Kept()
        self._rows = Rows()
        self._looking = threading.Lock()
        self._looked = -math.inf
        self._list: Argument = {}

    def functions(self) -> list[Handler]:
        """What is to be had from the page, each under its own name."""
        return [
            *(self._served(function, self._asking) for function in (self.ask, self.why)),
            self._served(self.suggest, self._suggesting),
            *(self._served(function, self._showing) for function in (self.show, self.export)),
            *(self._served(function) for function in (self.whole, self.listing, self.remove, self.rate)),
        ]

    def _served(
        self, function: Callable[[Any], Argument], limiter: anyio.CapacityLimiter | None = None
    ) -> Handler:
        """In a thread, with its argument checked; those of one limiter wait for each other outside of it."""
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

    def ask(self, asked: _Asked) -> Argument:
        """A new turn."""
        try:
            answer = self._answer(asked)
            turn = Turn(asked.question, answer, documents=asked.documents)
        except QAError as error:
            turn = Turn(asked.question, None, sentence(str(error)), asked.documents)
        more = turn.answer is not None and not turn.answer.answered and bool(turn.answer.nearest)
        return {**self._rendered(turn, asked.number), "record": record(turn), "more": more}

    def suggest(self, asked: _Asked) -> Argument:
        """Questions for one that was refused, each asked beforehand."""
        questions = self._assistant.suggestions(asked.question, asked.history[-HISTORY:], asked.documents)
        return {"suggestions": list(questions), "html": answers.suggested(questions)}

    def why(self, asked: _Asked) -> Argument:
        """How the answer to a question came about.

        Where that is not kept, or the documents have changed since, it is asked again.
        """
        reasons = self._kept.get(self._key(asked), asked.text) or _Reasons.of(self._answer(asked))
        changed = not reasons.are_of(asked.text)
        return {"html": answers.explanation(reasons.trace, changed)}

    def show(self, shown: _Shown) -> Argument:
        """The turns of a conversation that the browser kept, with what they say now."""
        turns = self._all_restored(shown)
        rendered = [self._rendered(turn, number) for number, turn in enumerate(turns)]
        texts = [turn.answer.text if turn.answer else "" for turn in turns]
        return {"turns": [{**shown, "text": text} for shown, text in zip(rendered, texts, strict=True)]}

    def whole(self, opened: _Opened) -> Argument:
        """A document with a place marked."""
        document = self._assistant.document(opened.document)
        marked = (opened.start, max(opened.start, opened.end))
        begin = opened.begin if opened.begin is not None else cards.begin(document, marked)
        return cards.whole(document, marked, begin)

    def listing(self, seen: _Seen) -> Argument:
        """The documents, if they are not shown as they are by now, and what is being indexed."""
        now = self._listing()
        told = {"state": now["state"], "indexing": str(self._indexing)}
        return told if now["state"] == seen.shown else {**now, **told}

    def _listing(self) -> Argument:
        """The list as it was a moment ago at most: many pages ask for it again and again."""
        with self._looking:
            if time.monotonic() - self._looked > RECENT:
                files = self._assistant.files()
                html, known = self._rows.render(files), examples(self._assistant.settings.corpus)
                self._list = {
                    "state": hashlib.sha256(html.encode()).hexdigest(),
                    "html": html,
                    "label": label(files),
                    "documents": len(files),
                    "examples": [known[file.path] for file in files if file.document and file.path in known],
                    "accepts": accepted(),
                    "limits": limits(),
                    "login": self._assistant.settings.login is not None,
                }
                self._looked = time.monotonic()
            return self._list

    def remove(self, removed: _Removed) -> Argument:
        """Delete a file of the corpus folder."""
        self._assistant.delete(removed.path)
        self._looked = -math.inf
        return {}

    def rate(self, rated: _Rated) -> Argument:
        """Keep what a user thinks of an answer."""
        turn = restored(rated.turn, self._assistant)
        if turn.answer is None:
            raise QuestionError("the documents have changed since: ask again, then rate the answer")
        self._assistant.rate(turn.answer, rated.helpful, rated.comment, rated.history[-HISTORY:])
        return {}

    def export(self, shown: _Shown) -> Argument:
        """Turns as Markdown."""
        turns = self._all_restored(shown)
        return {"markdown": conversation_markdown((t.question, t.answer) for t in turns if t.answer)}

    def _all_restored(self, shown: _Shown) -> list[Turn]:
        if len(shown.turns) > TURNS:
            raise QuestionError(f"a conversation of over {TURNS:,} questions is too long: begin a new one")
        return [self._restored(kept) for kept in shown.turns]

    def _restored(self, kept: object) -> Turn:
        """A turn that the browser kept; one that cannot be read does not stand in the way of the others."""
        try:
            return restored(kept, self._assistant)
        except QuestionError as error:
            return Turn("…", None, sentence(str(error)))

    def _answer(self, asked: _Asked) -> Answer:
        """Questions are suggested later, so that a refusal is there as soon as an answer."""
        key = self._key(asked)
        answer = self._assistant.ask(asked.question, asked.history[-HISTORY:], asked.documents, suggest=False)
        self._kept.keep(key, _Reasons.of(answer))
        return answer

    def _key(self, asked: _Asked) -> str:
        """Of a question and all that its answer depends on; it takes no room, however long they are."""
        state = self._assistant.state()  # what is gone from the documents is not told of any more
        values = [state, asked.question, asked.history[-HISTORY:], asked.documents]
        return hashlib.sha256(json.dumps(values).encode()).hexdigest()

    def _rendered(self, turn: Turn, number: int) -> Argument:
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
    """Questions to begin with, by the path of the document that answers each, from a file of the folder.

    None where it is missing or damaged.
    """
    try:
        known = json.loads((corpus / EXAMPLES).read_text("utf-8"))
        return {path: question for path, question in known.items() if isinstance(question, str)}
    except (OSError, ValueError, AttributeError, RecursionError):
        return {}
