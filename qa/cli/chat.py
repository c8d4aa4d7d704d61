"""`qa chat`: questions one after another, each understood in the light of those before it.

Questions come from a terminal, with the editing and the history of readline, or from a file or pipe, a line
each. Nothing that is typed is written anywhere.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from qa.cli.asking import documents_to_ask, print_answer, searching
from qa.cli.opening import opened, with_folder
from qa.cli.terminal import BOLD, announced, in_colour, is_terminal, styled
from qa.errors import QAError
from qa.settings import Settings
from qa.text import plain, plural, valid_unicode

if TYPE_CHECKING:
    from qa.assistant import Assistant
    from qa.types import Answer

_PROMPT = "> "
_REMEMBERED = 10  # turns, as many as a question is understood by
_TICK = 0.1  # seconds between two looks at whether Ctrl-C was pressed, which some systems need


def chat(settings: Settings, options: argparse.Namespace) -> int:
    """Answer questions until there are no more."""
    talking = is_terminal(sys.stdin) and is_terminal(sys.stdout)
    with opened(settings) as assistant:
        among = documents_to_ask(assistant, options)
        if talking:
            _greet(assistant, among)
        with announced("Loading…"):
            assistant.search("documents", k=1)  # loads the models, of which Ctrl-C must not leave half
        history: list[tuple[str, str]] = []
        for question in _typed() if talking else _piped():
            ask = partial(assistant.ask, question, history[-_REMEMBERED:], among, options.threshold)
            try:
                with announced(searching(assistant, among)):
                    answer = _interruptible(ask)
                print_answer(answer, options.why)
                print(flush=True)
                history.append((question, answer.text))
            except QAError as error:
                print(f"qa: {plain(with_folder(str(error), settings))}", file=sys.stderr)
            except KeyboardInterrupt:
                print("\nStopped.", file=sys.stderr)
    return 0


def _greet(assistant: Assistant, among: list[str] | None) -> None:
    """Say what is asked, how to leave, and what could be asked."""
    count = len(among) if among is not None else len(assistant.documents())
    print(f"{plural(count, 'document')} in {plain(str(assistant.settings.corpus))}. Ctrl-D ends the chat.")
    questions = assistant.first_questions() if among is None else ()
    if questions:
        from qa.answers.wording import SUGGESTIONS

        print(SUGGESTIONS, *(f"- {plain(question)}" for question in questions), sep="\n")
    print()


def _typed() -> Iterator[str]:
    """The questions that are typed. Ctrl-C drops what has been typed of one."""
    with suppress(ImportError):  # Windows has none
        import readline  # noqa: F401  gives input() its editing and history
    while True:
        try:
            question = valid_unicode(input(_PROMPT)).strip()
        except KeyboardInterrupt:
            print()
            continue
        except EOFError:
            print()
            return
        if question:
            yield question


def _piped() -> Iterator[str]:
    """The questions in a file or pipe, which are shown with their answers."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    for line in sys.stdin or ():
        if question := line.strip():
            shown = plain(f"{_PROMPT}{question}")
            print(styled(shown, BOLD) if in_colour() else shown, flush=True)
            yield question


def _interruptible(ask: Callable[[], Answer]) -> Answer:
    """The answer, from a thread of its own: Ctrl-C ends the wait, and breaks nothing off."""
    pool = ThreadPoolExecutor(1)
    future: Future[Answer] = pool.submit(ask)
    try:
        while not wait([future], _TICK).done:
            pass
        return future.result()
    finally:
        pool.shutdown(wait=False)
