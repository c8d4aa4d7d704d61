"""The three endpoints for other programs: /ask, /search and /documents, over HTTP or gradio_client.

They answer with the values of `qa.types` as JSON under the same names, documents without their text.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import gradio as gr

from qa.assistant import Assistant
from qa.errors import QAError, QuestionError

MAX_HITS = 100
# What the server says that it speaks. Under the newer name of the same protocol, "sse_v3", gradio_client
# takes every dict with a "path" for a file to download, and documents have paths.
PROTOCOL = "sse_v2.1"


def add(assistant: Assistant, concurrency: dict[str, Any]) -> None:
    """Add the endpoints to the gr.Blocks being built; `concurrency` holds Gradio's limit and its id."""

    def ask(
        question: str, documents: list[str] | None = None, history: list[list[str]] | None = None
    ) -> dict[str, Any]:
        """Answer a question in the documents' own words, with exact citations, or say that they do not.

        `documents` limits the sources to these ids; `history` is the earlier turns, oldest first, as
        [question, answer] pairs.
        """
        with _told():
            answer = assistant.ask(_text(question), _pairs(history), _ids(documents))
            return answer.as_dict()

    def search(words: str, k: int = 5, documents: list[str] | None = None) -> list[dict[str, Any]]:
        """The k passages that fit the words best, best first; `documents` limits them to these ids."""
        with _told():
            return [hit.as_dict() for hit in assistant.search(_text(words), _count(k), _ids(documents))]

    def documents() -> list[dict[str, Any]]:
        """All documents, without their texts."""
        with _told():
            return [document.as_dict() for document in assistant.documents()]

    for endpoint in (ask, search, documents):
        gr.api(endpoint, api_name=endpoint.__name__, api_visibility="public", **concurrency)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """What a caller did wrong is told in one line; anything else stays in the server's log."""
    try:
        yield
    except QAError as error:
        raise gr.Error(str(error), print_exception=False) from error


# What comes over the wire may be anything: Gradio checks no types.


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise QuestionError("the first argument must be text")
    return value


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MAX_HITS:
        raise QuestionError(f"k must be a whole number from 1 to {MAX_HITS}")
    return value


def _ids(value: object) -> list[str] | None:
    return None if value is None else _texts(value, "documents must be a list of document ids")


def _pairs(value: object) -> list[tuple[str, str]]:
    wanted = "history must be a list of [question, answer] pairs"
    pairs = [_texts(pair, wanted) for pair in _list(value or [], wanted)]
    if any(len(pair) != 2 for pair in pairs):
        raise QuestionError(wanted)
    return [(question, answer) for question, answer in pairs]


def _texts(value: object, wanted: str) -> list[str]:
    items = _list(value, wanted)
    if not all(isinstance(item, str) for item in items):
        raise QuestionError(wanted)
    return items


def _list(value: object, wanted: str) -> list[Any]:
    if not isinstance(value, list):
        raise QuestionError(wanted)
    return value
