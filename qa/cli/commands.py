"""The `qa` command: sync, ask, search, status, feedback, eval, serve.

Nothing heavy is imported before a command needs it, so that `qa --help` answers at once.
"""

from __future__ import annotations

import argparse
import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from qa.cli.progress import counted, first_sync, sync_with_progress, tell_news
from qa.cli.terminal import PlainFormatter, plain
from qa.errors import QAError, SettingsError
from qa.settings import Settings

if TYPE_CHECKING:
    from qa.assistant import Assistant


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code. Errors that a user can cause are one line on stderr and a 1."""
    handler = logging.StreamHandler()
    handler.setFormatter(PlainFormatter("qa: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        settings = Settings.from_environment()
        settings = replace(
            settings, corpus=options.corpus or settings.corpus, index=options.index or settings.index
        )
        code = int(options.run(settings, options))
        if sys.stdout:
            sys.stdout.flush()  # here, where a pipe that was closed is understood
        return code
    except QAError as error:
        print(f"qa: {plain(str(error))}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader of a pipe went away, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        print("qa: stopped; what was done is kept", file=sys.stderr)
        return 130


def run(arguments: Sequence[str] | None = None) -> NoReturn:
    """The command as a process of its own, begun and ended without delay.

    Collecting garbage while libraries are imported finds none, and a process that dies need not take its
    libraries apart first: together that is a fifth of the time of a question.
    """
    gc.set_threshold(100_000)
    code = main(arguments)
    for stream in filter(None, (sys.stdout, sys.stderr)):  # None where they were closed from outside
        with suppress(OSError):  # nobody reads it any more
            stream.flush()
    os._exit(code)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="qa",
        description="Questions answered from a folder of documents, in their own words, with citations.",
    )
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--corpus", type=Path, metavar="FOLDER", help="the documents (default: corpus, or QA_CORPUS)"
    )
    shared.add_argument(
        "--index", type=Path, metavar="FOLDER", help="the index (default: index, or QA_INDEX)"
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    command = commands.add_parser("sync", parents=[shared], help="bring the index up to date with the folder")
    way = command.add_mutually_exclusive_group()
    way.add_argument(
        "--purge", action="store_true", help="also take what was deleted out of the bytes of the index"
    )
    way.add_argument("--watch", action="store_true", help="go on, and sync whenever the folder changes")
    command.set_defaults(run=_sync)

    command = commands.add_parser("ask", parents=[shared], help="answer a question, with citations")
    command.add_argument("question")
    command.add_argument("--json", action="store_true", help="print the answer as JSON")
    command.set_defaults(run=_ask)

    command = commands.add_parser("search", parents=[shared], help="list the passages that fit best")
    command.add_argument("words")
    command.add_argument("-k", type=_positive, default=5, metavar="N", help="how many (default: 5)")
    command.add_argument("--json", action="store_true", help="print the hits as JSON")
    command.set_defaults(run=_search)

    command = commands.add_parser("status", parents=[shared], help="what is indexed, and what failed")
    command.add_argument("--json", action="store_true", help="print it as JSON")
    command.add_argument(
        "--left-out", action="store_true", help="list what was left out of documents as boilerplate"
    )
    command.add_argument("--feedback", action="store_true", help="list what users said of answers")
    command.set_defaults(run=_status)

    command = commands.add_parser("feedback", parents=[shared], help="write what users said as questions")
    command.add_argument("file", type=Path, help="a new file of questions that qa eval reads")
    command.add_argument("--replace", action="store_true", help="replace a file that exists")
    command.set_defaults(run=_feedback)

    command = commands.add_parser("eval", parents=[shared], help="ask a set of questions, and measure")
    command.add_argument("file", type=Path, help="questions as JSON lines, or a set in SQuAD format")
    command.add_argument("--json", action="store_true", help="print the figures and every question as JSON")
    command.add_argument("--picture", type=Path, metavar="FILE", help="draw the figures (.png, .svg, .pdf)")
    command.set_defaults(run=_eval)

    command = commands.add_parser("serve", parents=[shared], help="sync, then serve the page")
    command.set_defaults(run=_serve)
    return parser


def _positive(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else 0
    if not 1 <= number <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 1000")
    return number


def _open(settings: Settings) -> Assistant:
    from qa.assistant import Assistant

    return Assistant.open(settings.corpus, settings.index, settings)


# --- commands ------------------------------------------------------------------------------------


def _sync(settings: Settings, options: argparse.Namespace) -> int:
    with _open(settings) as assistant:
        if options.watch:
            return _watch(assistant)
        report = sync_with_progress(assistant, options.purge)
    return 1 if report.failed else 0


def _watch(assistant: Assistant) -> int:
    """Sync, then watch until interrupted, which is how it ends well."""
    from qa.corpus.watch import Watcher

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends it as Ctrl-C does
    known = first_sync(assistant)
    corpus, index = assistant.settings.corpus, assistant.settings.index
    print(f"watching {corpus}; press Ctrl-C to stop", file=sys.stderr, flush=True)
    with suppress(KeyboardInterrupt):
        Watcher(assistant.sync, corpus, index, tell_news, known).run(threading.Event())
    return 0


def _ask(settings: Settings, options: argparse.Namespace) -> int:
    with _open(settings) as assistant:
        answer = assistant.ask(options.question)
    from qa.cli.output import answer_text, json_text

    print(json_text(answer.as_dict()) if options.json else plain(answer_text(answer)))
    return 0


def _search(settings: Settings, options: argparse.Namespace) -> int:
    with _open(settings) as assistant:
        hits = assistant.search(options.words, k=options.k)
    from qa.cli.output import hit_text, json_text

    if options.json:
        print(json_text([hit.as_dict() for hit in hits]))
    else:
        found = "\n\n".join(hit_text(hit, number) for number, hit in enumerate(hits, 1))
        print(plain(found) or "Nothing found.")
    return 0


def _status(settings: Settings, options: argparse.Namespace) -> int:
    from qa.cli.output import feedback_lines, json_text, left_out_text, status_text
    from qa.feedback.log import FeedbackLog
    from qa.index.store import Store

    tally = FeedbackLog(Store(settings.index)).tally()
    with _open(settings) as assistant:
        status, documents = assistant.status(), assistant.documents()
        entries = assistant.feedback() if options.feedback else ()
        left_out = {d.path: assistant.left_out(d.id) for d in documents} if options.left_out else {}
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
    print(status_text(status, tally))
    if entries:
        print("\nfeedback, newest first:", *map(plain, feedback_lines(entries)), sep="\n")
    for line in left_out_text(left_out):
        print(line)
    return 0


def _feedback(settings: Settings, options: argparse.Namespace) -> int:
    from qa.cli.output import written_text
    from qa.feedback.export import export

    with _open(settings) as assistant:
        entries = assistant.feedback()
    written = export(entries, options.file, options.replace)
    print(written_text(written, options.file))
    if gone := len(entries) - written:
        print(f"qa: {gone} left out: what they quote is not in the documents any more", file=sys.stderr)
    return 0


def _eval(settings: Settings, options: argparse.Namespace) -> int:
    from qa.evaluation.question_sets import load

    questions = load(options.file)
    from qa.cli.output import json_text
    from qa.evaluation import (  # after the file is known to be good: the models take a while
        measures as evaluation,
    )
    from qa.evaluation import report

    if options.picture:
        report.canvas()  # that it is missing is better known before the questions are asked
    with evaluation.asked(settings, questions) as assistant:
        total = sum(map(len, questions.conversations))
        with counted(total, "question") as progress:
            outcomes = evaluation.evaluate(assistant, questions.conversations, progress=progress)
    print(json_text(report.values(outcomes)) if options.json else report.table(outcomes))
    if options.picture:
        report.picture(outcomes, options.picture)
    return 0


def _serve(settings: Settings, _: argparse.Namespace) -> int:
    port = os.environ.get("GRADIO_SERVER_PORT", "7860")
    if not port.isdecimal():  # Gradio would stumble over it while it is imported
        raise SettingsError(f"GRADIO_SERVER_PORT must be a number, not {port!r}")
    from qa.corpus.watch import watched
    from qa.server.app import host_name, serve
    from qa.server.handlers import Indexing
    from qa.server.middleware import is_loopback

    with _open(settings) as assistant:
        indexing, known = Indexing(), first_sync(assistant)
        with watched(assistant.sync, settings.corpus, settings.index, tell_news, known, indexing):
            if settings.login is None and not is_loopback(host_name()):
                everybody = f"anyone who can reach {host_name()} can ask and read"
                print(f"qa: {everybody}: set QA_LOGIN=name:password", file=sys.stderr, flush=True)
            server = serve(assistant, indexing=indexing)
            print(f"Serving on {server.url}", file=sys.stderr, flush=True)
            with suppress(QAError):  # the models are loaded before the first question comes, and here: in
                assistant.search("documents", k=1)  # another thread torch takes half as long again
            with suppress(KeyboardInterrupt):
                server.wait()
            server.close()
    return 0
