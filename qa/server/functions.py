"""The three functions for other programs: search, ask and documents, over HTTP, gradio_client and as tools.

They return the values of `qa.types` as JSON under the same names, with documents without their text.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import Field

from qa.assistant import Assistant
from qa.corpus.filters import said
from qa.errors import QuestionError
from qa.text import valid_unicode

MAX_HITS = 100
MAX_WAITING = 200  # calls from other programs that wait for an answer
FAILED = "the server failed. Its log says why"

Function = Callable[..., Any]
Question = Annotated[str, Field(description="A question in plain words.")]
Words = Annotated[str, Field(description="Words to search for.")]
Count = Annotated[int, Field(description="How many passages.", ge=1, le=MAX_HITS)]
Ids = Annotated[
    list[str] | None,
    Field(description="Search only the documents with these ids, as `documents` lists them; null for all."),
]
Folders = Annotated[
    list[str] | None,
    Field(description="Search only documents in these folders, such as “reports/2024”; null for all."),
]
Types = Annotated[
    list[str] | None,
    Field(description="Search only documents of these types, such as “pdf” or “Word”; null for all."),
]
Authors = Annotated[
    list[str] | None,
    Field(description="Search only documents by these authors; a part of a name will do; null for all."),
]
_WHEN = "published, or saved if that is not known, on this day, month or year or"
Since = Annotated[
    str | None, Field(description=f"Search only documents {_WHEN} later: “2024-05-01”, “2024”.")
]
Until = Annotated[str | None, Field(description=f"Search only documents {_WHEN} earlier.")]
Pair = Annotated[list[str], Field(min_length=2, max_length=2)]
History = Annotated[
    list[Pair] | None,
    Field(
        description="The conversation so far, oldest turn first, as [question, text of the answer] pairs: "
        "a question such as “and in 2023?” is understood from it."
    ),
]


def functions(assistant: Assistant) -> dict[str, Function]:
    """The functions for other programs, by name. They raise QAError if something is wrong with a call."""

    def search(
        words: Words,
        k: Count = 5,
        documents: Ids = None,
        folder: Folders = None,
        type: Types = None,
        author: Authors = None,
        since: Since = None,
        until: Until = None,
    ) -> list[dict[str, Any]]:
        """Find the passages of the documents that match some words best, best first.

        Each hit has a score (higher is better), the document it is from, and the passage: its text, and where
        it starts and ends in the document.
        """
        among = _among(
            assistant, documents, folder=folder, type=type, author=author, since=since, until=until
        )
        return [hit.as_dict() for hit in assistant.search(_text(words), _count(k), among)]

    def ask(
        question: Question,
        documents: Ids = None,
        history: History = None,
        folder: Folders = None,
        type: Types = None,
        author: Authors = None,
        since: Since = None,
        until: Until = None,
    ) -> dict[str, Any]:
        """Answer a question in the documents' own words, with exact citations, or say that they do not.

        `text` is the answer in Markdown. Marks such as [1] are the numbers of its `citations`, each with the
        quote, its document, and where it starts and ends there. `confidence` is the probability that the
        answer is right. If `answered` is false, the documents do not answer it. `unanswered` holds the parts
        of the question on which nothing was found, while others are answered. `nearest` holds the nearest
        passages.
        """
        among = _among(
            assistant, documents, folder=folder, type=type, author=author, since=since, until=until
        )
        return assistant.ask(_text(question), _pairs(history), among).as_dict()

    def documents() -> list[dict[str, Any]]:
        """List all documents: id, path, title and metadata about their source, without their texts."""
        return [document.as_dict() for document in assistant.documents()]

    return {"search": search, "ask": ask, "documents": documents}


def bound(functions: dict[str, Function], name: str, arguments: dict[str, Any]) -> Callable[[], Any]:
    """A function with its arguments. Raises QuestionError if there is no such function or parameter."""
    function = functions.get(name)
    if function is None:
        raise QuestionError(f"there is no tool {name!r:.80}. Use one of {', '.join(functions)}")
    try:
        inspect.signature(function).bind(**arguments)
    except TypeError as error:
        raise QuestionError(f"{name}: {error}"[:200]) from error
    return functools.partial(function, **arguments)


# Arguments may be anything, because neither Gradio nor the Model Context Protocol checks types here.


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise QuestionError("the first argument must be text")
    return valid_unicode(value)


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MAX_HITS:
        raise QuestionError(f"k must be a whole number from 1 to {MAX_HITS}")
    return value


def _ids(value: object) -> list[str] | None:
    return None if value is None else _texts(value, "documents must be a list of document ids")


def _among(assistant: Assistant, documents: object, **given: object) -> list[str] | None:
    """The ids of the documents to search; None for all. Raises QuestionError if none is all that is given."""
    ids = _ids(documents)
    wanted: dict[str, Any] = {name: value for name, value in given.items() if value}
    if not wanted:
        return ids
    for name, value in wanted.items():
        if name not in ("since", "until"):
            _texts(value, f"{name} must be a list of texts")
        elif not isinstance(value, str):
            raise QuestionError(f"{name} must be text")
    try:
        found = assistant.matching(**wanted)
    except ValueError as error:
        raise QuestionError(str(error)) from error
    among = {document.id for document in found}
    if ids is not None:
        among &= set(ids)
    if not among:
        raise QuestionError(f"no document is of {said(wanted)}"[:200])
    return sorted(among)


def _pairs(value: object) -> list[tuple[str, str]]:
    problem = "history must be a list of [question, answer] pairs"
    pairs = [_texts(pair, problem) for pair in _list(value or [], problem)]
    if any(len(pair) != 2 for pair in pairs):
        raise QuestionError(problem)
    return [(question, answer) for question, answer in pairs]


def _texts(value: object, problem: str) -> list[str]:
    items = _list(value, problem)
    if not all(isinstance(item, str) for item in items):
        raise QuestionError(problem)
    return list(map(valid_unicode, items))


def _list(value: object, problem: str) -> list[Any]:
    if not isinstance(value, list):
        raise QuestionError(problem)
    return value
