"""The tools over standard input and output, for a program that starts this one."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

import anyio

from qa.assistant import Assistant
from qa.server import mcp
from qa.server.functions import functions
from qa.server.limits import ASKING


def serve(assistant: Assistant) -> None:
    """Answer requests until the input ends. Models are loaded when they are first needed."""
    requests, answers = _protocol_files()
    anyio.run(_serve, assistant, requests, answers)


def _protocol_files() -> tuple[int, int]:
    """Descriptors of the present input and output, for the protocol alone.

    What libraries print goes to stderr from now on, and other processes inherit an empty input.
    """
    requests, answers = os.dup(0), os.dup(1)
    sys.stdout.flush()
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    with suppress(OSError):  # it is closed
        os.dup2(2, 1)
    os.close(nothing)
    return requests, answers


async def _serve(assistant: Assistant, requests: int, answers: int) -> None:
    from mcp.server.stdio import stdio_server

    server = mcp.protocol_server(functions(assistant), anyio.CapacityLimiter(ASKING))
    reading = anyio.wrap_file(os.fdopen(requests, encoding="utf-8", errors="replace"))
    writing = anyio.wrap_file(os.fdopen(answers, "w", encoding="utf-8", newline="\n"))
    async with stdio_server(reading, writing) as (read, write):
        await server.run(read, write, server.create_initialization_options())
