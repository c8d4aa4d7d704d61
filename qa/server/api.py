"""The three functions for other programs, search, ask and documents: over HTTP, gradio_client, and as tools.

They answer with the values of `qa.types` as JSON under the same names, documents without their text.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Annotated, Any, Self

import gradio as gr
from pydantic import Field

from qa.assistant import Assistant
from qa.errors import QAError, QuestionError

MAX_HITS = 100
WAITING = 200  # calls of other programs that wait for an answer
_PROTOCOL = "sse_v2.1"

Question = Annotated[str, Field(description="A question in plain words.")]
Words = Annotated[str, Field(description="What to look for, in any words.")]
Count = Annotated[int, Field(description="How many passages.", ge=1, le=MAX_HITS)]
Ids = Annotated[
    list[str] | None,
    Field(description="Look only in the documents with these ids, as `documents` lists them; null for all."),
]
Pair = Annotated[list[str], Field(min_length=2, max_length=2)]
History = Annotated[
    list[Pair] | None,
    Field(
        description="The conversation so far, oldest turn first, as [question, text of the answer] pairs: "
        "a question such as “and in 2023?” is taken in its light."
    ),
]


def functions(assistant: Assistant) -> dict[str, Callable[..., Any]]:
    """What can be called from outside, by its name; what is wrong with a call is raised as QAError."""

    def search(words: Words, k: Count = 5, documents: Ids = None) -> list[dict[str, Any]]:
        """Find the passages of the documents that fit some words best, best first.

        Each hit has a score (higher is better), the document it is from, and the passage: its text, and where
        it starts and ends in the document.
        """
        return [hit.as_dict() for hit in assistant.search(_text(words), _count(k), _ids(documents))]

    def ask(question: Question, documents: Ids = None, history: History = None) -> dict[str, Any]:
        """Answer a question in the documents' own words, with exact citations, or say that they do not.

        `text` is the answer in Markdown, whose [1] marks are the numbers of `citations`: each has the quote,
        its document, and where it starts and ends there. `confidence` is the probability that it is right.
        Where `answered` is false the documents do not answer it; `nearest` holds the nearest passages.
        """
        return assistant.ask(_text(question), _pairs(history), _ids(documents)).as_dict()

    def documents() -> list[dict[str, Any]]:
        """List all documents: id, path, title and what is known of their source, without their texts."""
        return [document.as_dict() for document in assistant.documents()]

    return {"search": search, "ask": ask, "documents": documents}


class Endpoints(gr.Blocks):  # type: ignore[misc]
    """Gradio's Blocks, which take and give values as they are: Gradio would look for files in them."""

    def queue(self, *, max_size: int = WAITING, **options: Any) -> Self:
        """Called by Gradio itself; to call it again, with a limit, would have its app built once more."""
        super().queue(max_size=max_size, **options)
        return self

    def get_config_file(self) -> dict[str, Any]:
        """What programs are told of the server, such as the protocol that it speaks.

        Under the newer name of the same one, "sse_v3", gradio_client takes every dict with a "path" for a
        file to download, and documents have paths.
        """
        return {**super().get_config_file(), "protocol": _PROTOCOL}

    async def preprocess_data(
        self, block_fn: Any, inputs: list[Any], state: object, explicit_call: bool = False
    ) -> list[Any]:
        """What a caller sent, for the function to look at.

        Gradio would copy or fetch what says of itself that it is a file, by its path or web address, and keep
        the rest with the caller's session.
        """
        self.validate_inputs(block_fn, inputs)
        return inputs[: len(block_fn.inputs)]


def add(assistant: Assistant, concurrency: dict[str, Any]) -> None:
    """Add the functions to the Endpoints being built; `concurrency` holds Gradio's limit and its id."""
    for name, function in functions(assistant).items():
        gr.api(_telling(function), api_name=name, api_visibility="public", **concurrency)


def _telling(function: Callable[..., Any]) -> Callable[..., Any]:
    """What a caller did wrong is told in one line; anything else stays in the server's log."""

    @functools.wraps(function)
    def told(*arguments: Any, **named: Any) -> Any:
        try:
            return function(*arguments, **named)
        except QAError as error:
            raise gr.Error(str(error), print_exception=False) from error

    return told


# What comes over the wire may be anything: Gradio checks no types.


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise QuestionError("the first argument must be text")
    return _whole(value)


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
    return list(map(_whole, items))


def _whole(text: str) -> str:
    """JSON can carry half a surrogate pair, UTF-8 and the database cannot."""
    return text.encode("utf-8", "replace").decode()


def _list(value: object, wanted: str) -> list[Any]:
    if not isinstance(value, list):
        raise QuestionError(wanted)
    return value
