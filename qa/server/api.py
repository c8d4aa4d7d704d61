"""The functions for other programs as endpoints of Gradio, which gradio_client calls."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Self

import anyio
import anyio.to_thread
import gradio as gr

from qa.assistant import Assistant
from qa.errors import QAError
from qa.server.functions import MAX_WAITING, functions

_PROTOCOL = "sse_v2.1"


class Endpoints(gr.Blocks):  # type: ignore[misc]
    """Gradio's Blocks, except that values pass through unchanged: Gradio would look for files in them."""

    def queue(self, *, max_size: int = MAX_WAITING, **options: Any) -> Self:
        """Limit the queue. Gradio calls this itself; a second call would make it build its app again."""
        super().queue(max_size=max_size, **options)
        return self

    def get_config_file(self) -> dict[str, Any]:
        """The description of the server that programs get, with the protocol that it speaks.

        Under the newer name of the same protocol, "sse_v3", gradio_client takes every dict with a "path" for
        a file to download, and documents have paths.
        """
        return {**super().get_config_file(), "protocol": _PROTOCOL}

    async def preprocess_data(
        self, block_fn: Any, inputs: list[Any], state: object, explicit_call: bool = False
    ) -> list[Any]:
        """A caller's arguments, for the function itself to check.

        Gradio would copy or fetch any value that claims to be a file, by its path or web address, and keep
        the other values with the caller's session.
        """
        self.validate_inputs(block_fn, inputs)
        return inputs[: len(block_fn.inputs)]


def add_endpoints(assistant: Assistant, limiter: anyio.CapacityLimiter) -> None:
    """Add the functions to the Endpoints being built, of which as many are called at a time as it lets."""
    limits = {"concurrency_limit": int(limiter.total_tokens), "concurrency_id": "ask"}  # Gradio's own
    for name, function in functions(assistant).items():
        gr.api(_called(function, limiter), api_name=name, api_visibility="public", **limits)


def _called(function: Callable[..., Any], limiter: anyio.CapacityLimiter) -> Callable[..., Any]:
    """A function called in a thread. It reports a caller's mistake in one line; others are in the log."""

    @functools.wraps(function)
    async def called(*arguments: Any, **named: Any) -> Any:
        try:
            call = functools.partial(function, *arguments, **named)
            return await anyio.to_thread.run_sync(call, limiter=limiter)
        except QAError as error:
            raise gr.Error(str(error), print_exception=False) from error

    return called
