"""The `qa` command: what each part of it does. What can be typed is in `arguments`.

Nothing heavy is imported before a command needs it, so that `qa --help` answers at once.
"""

from __future__ import annotations

import argparse
import gc
import logging
import os
import signal
import sys
import textwrap
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

from qa.cli.arguments import parsed, parser
from qa.cli.asking import ask, search
from qa.cli.chat import chat
from qa.cli.opening import (
    checked,
    failed,
    folder_to_sync,
    opened,
    say_if_empty,
    with_documents,
    with_folder,
)
from qa.cli.progress import first_sync, print_news, progress_bar, sync_with_progress
from qa.cli.serving import serve
from qa.cli.terminal import PlainFormatter, width
from qa.errors import CorpusEmptied, QAError
from qa.settings import Settings
from qa.text import plain, plural

if TYPE_CHECKING:
    from qa.assistant import Assistant


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 1, with one line on stderr, for errors that users can cause."""
    handler = logging.StreamHandler()
    handler.setFormatter(PlainFormatter("qa: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    options = parsed(arguments)
    settings = Settings()
    try:
        if not options.command:
            parser().print_help()
            return 0
        settings = Settings.for_folders(options.corpus, options.index)
        if part := getattr(options, "part", None):
            settings = replace(settings, part=part)
        if store := getattr(options, "store", None):
            settings = replace(settings, store=store)
        code = _COMMANDS[options.command](settings, options)
        if sys.stdout:
            sys.stdout.flush()  # here, where a closed pipe is handled
        return code
    except QAError as error:
        return failed(error, settings)
    except BrokenPipeError:  # the reader of the pipe has gone, as after `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        kept = ". Work done so far is kept" if options.command in ("serve", "sync") else ""
        print(f"qa: stopped{kept}", file=sys.stderr)
        return 130


def run(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command as a process of its own that starts and ends without delay.

    The garbage collector finds nothing while libraries are imported, and a process about to end need not tear
    its libraries down: together they would take a fifth of the time of a question.
    """
    gc.set_threshold(100_000)
    code = main(arguments)
    for stream in filter(None, (sys.stdout, sys.stderr)):  # None if closed from outside
        with suppress(OSError):  # nobody is reading
            stream.flush()
    os._exit(code)


# --- commands ------------------------------------------------------------------------------------


def _sync(settings: Settings, options: argparse.Namespace) -> int:
    folder_to_sync(settings)
    with opened(settings) as assistant:
        if options.watch:
            return _watch(assistant, options.allow_empty)
        try:
            report = sync_with_progress(assistant, options.purge, allow_empty=options.allow_empty)
        except CorpusEmptied:
            checked(assistant, " --allow-empty")  # if it is the wrong folder, say that first
            raise
    return 1 if report.failed else 0


def _watch(assistant: Assistant, allow_empty: bool) -> int:
    """Sync, then watch until interrupted, which is the normal way to end it."""
    from qa.corpus.watch import Watcher

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # same as Ctrl-C
    known = first_sync(assistant, allow_empty)
    checked(assistant, " --allow-empty")
    settings = assistant.settings
    print(f"Watching {settings.folder}. Press Ctrl-C to stop", file=sys.stderr, flush=True)
    watcher = Watcher(assistant.sync, settings.corpus, settings.index, print_news, known, part=settings.part)
    with suppress(KeyboardInterrupt):
        watcher.run(threading.Event())
    return 0


def _status(settings: Settings, options: argparse.Namespace) -> int:
    from qa.cli.output import feedback_lines, json_text, left_out_text, status_text
    from qa.feedback.log import FeedbackLog
    from qa.index.opening import open_store

    tally = FeedbackLog(open_store(settings.index)).tally()
    with opened(settings) as assistant:
        status, documents = assistant.status(), assistant.documents()
        entries = assistant.feedback() if options.feedback else ()
        left_out = {d.path: assistant.left_out(d.id) for d in documents} if options.left_out else {}
        other = assistant.other_corpus()
    if options.json:
        values = {
            **status.as_dict(),
            "documents": [document.as_dict() for document in documents],
            "feedback": tally.as_dict(),
            **({"left_out": left_out} if left_out else {}),
            **({"feedback_entries": [entry.as_dict() for entry in entries]} if options.feedback else {}),
        }
        print(json_text(values))
        return 0
    print(with_folder(status_text(status, tally), settings))
    if other:
        print(f"qa: this index is of another folder, {plain(other)}", file=sys.stderr)
    if entries:
        print("\nFeedback, newest first:", *map(plain, feedback_lines(entries)), sep="\n")
    for line in left_out_text(left_out):
        print(line)
    return 0


def _feedback(settings: Settings, options: argparse.Namespace) -> int:
    from qa.cli.output import written_text
    from qa.feedback.export import export

    with opened(settings) as assistant:
        entries = assistant.feedback()
    written = export(entries, options.file, options.replace)
    print(written_text(written, options.file))
    if gone := len(entries) - written:
        print(f"qa: left out {plural(gone, 'rating')} of text no longer in the documents", file=sys.stderr)
    return 0


def _eval(settings: Settings, options: argparse.Namespace) -> int:
    from qa.evaluation.question_sets import load

    questions = load(options.file)
    from qa.cli.output import json_text  # once the file is known to be good: loading the models takes a while
    from qa.evaluation import measures, report

    if options.picture:
        report.figure_class()  # if matplotlib is missing, say so before the questions are asked
    if not questions.documents:
        with opened(settings) as assistant:
            with_documents(assistant)
    with measures.assistant_for(settings, questions) as assistant:
        total = sum(map(len, questions.conversations))
        with progress_bar(total, "question") as progress:
            outcomes = measures.evaluate(assistant, questions.conversations, progress=progress)
    if options.json:
        print(json_text(report.values(outcomes)))
    else:
        for line in report.failures(outcomes, options.failed):
            print(textwrap.fill(plain(line), width(), subsequent_indent=" " * 10, break_on_hyphens=False))
        print(report.table(outcomes))
    if options.picture:
        report.picture(outcomes, options.picture)
    return 0


def _mcp(settings: Settings, _: argparse.Namespace) -> int:
    with checked(opened(settings)) as assistant:
        from qa.server.stdio import serve

        say_if_empty(assistant)
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # waiting for input cannot be interrupted otherwise
        serve(assistant)
    return 0


_COMMANDS: Mapping[str, Callable[[Settings, argparse.Namespace], int]] = {  # of `arguments.parser`
    "serve": serve,
    "sync": _sync,
    "ask": ask,
    "chat": chat,
    "search": search,
    "mcp": _mcp,
    "status": _status,
    "feedback": _feedback,
    "eval": _eval,
}
