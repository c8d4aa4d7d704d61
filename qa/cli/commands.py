"""The `qa` command: sync, ask, search, status, feedback, eval, mcp, serve.

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

from qa.cli.progress import first_sync, print_news, progress_bar, sync_with_progress
from qa.cli.terminal import PlainFormatter
from qa.errors import QAError, SettingsError
from qa.settings import Settings
from qa.text import plain, plural

if TYPE_CHECKING:
    from qa.assistant import Assistant

_OPENING = 0.1  # seconds in which the page is opened: while the models are loaded, little time is left for it


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 1, with one line on stderr, for errors that users can cause."""
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
            sys.stdout.flush()  # here, where a closed pipe is handled
        return code
    except QAError as error:
        print(f"qa: {plain(str(error))}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader of the pipe has gone, as after `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        print("qa: stopped. Work done so far is kept", file=sys.stderr)
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="qa",
        description="Answers questions from a folder of documents, in their own words, with citations.",
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
    way.add_argument("--purge", action="store_true", help="also erase deleted documents from the index files")
    way.add_argument("--watch", action="store_true", help="keep running and sync whenever the folder changes")
    command.add_argument(
        "--allow-empty", action="store_true", help="go on even if all or most documents are gone"
    )
    command.set_defaults(run=_sync)

    command = commands.add_parser("ask", parents=[shared], help="answer a question, with citations")
    command.add_argument("question")
    command.add_argument("--json", action="store_true", help="print the answer as JSON")
    command.set_defaults(run=_ask)

    command = commands.add_parser("search", parents=[shared], help="list the best matching passages")
    command.add_argument("words")
    command.add_argument("-k", type=_positive, default=5, metavar="N", help="number of passages (default: 5)")
    command.add_argument("--json", action="store_true", help="print the hits as JSON")
    command.set_defaults(run=_search)

    command = commands.add_parser("status", parents=[shared], help="show what is indexed and what failed")
    command.add_argument("--json", action="store_true", help="print it as JSON")
    command.add_argument(
        "--left-out", action="store_true", help="list the parts of documents that were left out, and why"
    )
    command.add_argument("--feedback", action="store_true", help="list users' ratings of answers")
    command.set_defaults(run=_status)

    command = commands.add_parser("feedback", parents=[shared], help="export ratings as a question set")
    command.add_argument("file", type=Path, help="the file to write, in the format of qa eval")
    command.add_argument("--replace", action="store_true", help="overwrite an existing file")
    command.set_defaults(run=_feedback)

    command = commands.add_parser("eval", parents=[shared], help="ask a question set and measure the answers")
    command.add_argument("file", type=Path, help="questions as JSON lines, or a set in SQuAD format")
    command.add_argument(
        "--json", action="store_true", help="print figures and the outcome of each question as JSON"
    )
    command.add_argument("--picture", type=Path, metavar="FILE", help="draw the figures (.png, .svg, .pdf)")
    command.set_defaults(run=_eval)

    command = commands.add_parser(
        "mcp", parents=[shared], help="serve tools to a program that starts this one (MCP over stdio)"
    )
    command.set_defaults(run=_mcp)

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
            return _watch(assistant, options.allow_empty)
        report = sync_with_progress(assistant, options.purge, allow_empty=options.allow_empty)
    return 1 if report.failed else 0


def _watch(assistant: Assistant, allow_empty: bool) -> int:
    """Sync, then watch until interrupted, which is the normal way to end it."""
    from qa.corpus.watch import Watcher

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # same as Ctrl-C
    known = first_sync(assistant, allow_empty)
    corpus, index = assistant.settings.corpus, assistant.settings.index
    print(f"Watching {corpus}. Press Ctrl-C to stop", file=sys.stderr, flush=True)
    with suppress(KeyboardInterrupt):
        Watcher(assistant.sync, corpus, index, print_news, known).run(threading.Event())
    return 0


def _ask(settings: Settings, options: argparse.Namespace) -> int:
    with _open(settings) as assistant:
        answer = assistant.ask(options.question)
    from qa.cli.output import json_text

    print(json_text(answer.as_dict()) if options.json else str(answer))
    return 0


def _search(settings: Settings, options: argparse.Namespace) -> int:
    with _open(settings) as assistant:
        hits = assistant.search(options.words, k=options.k)
    from qa.answers.plain import hit_text
    from qa.cli.output import json_text

    if options.json:
        print(json_text([hit.as_dict() for hit in hits]))
    else:
        text = "\n\n".join(hit_text(hit, number) for number, hit in enumerate(hits, 1))
        print(plain(text) or "Nothing found.")
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
        print("\nFeedback, newest first:", *map(plain, feedback_lines(entries)), sep="\n")
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
        print(f"qa: left out {plural(gone, 'rating')} of text no longer in the documents", file=sys.stderr)
    return 0


def _eval(settings: Settings, options: argparse.Namespace) -> int:
    from qa.evaluation.question_sets import load

    questions = load(options.file)
    from qa.cli.output import json_text  # once the file is known to be good: loading the models takes a while
    from qa.evaluation import measures, report

    if options.picture:
        report.figure_class()  # if matplotlib is missing, say so before the questions are asked
    with measures.assistant_for(settings, questions) as assistant:
        total = sum(map(len, questions.conversations))
        with progress_bar(total, "question") as progress:
            outcomes = measures.evaluate(assistant, questions.conversations, progress=progress)
    print(json_text(report.values(outcomes)) if options.json else report.table(outcomes))
    if options.picture:
        report.picture(outcomes, options.picture)
    return 0


def _mcp(settings: Settings, _: argparse.Namespace) -> int:
    with _open(settings) as assistant:
        from qa.server.stdio import serve

        signal.signal(signal.SIGINT, signal.SIG_DFL)  # waiting for input cannot be interrupted otherwise
        serve(assistant)
    return 0


def _serve(settings: Settings, _: argparse.Namespace) -> int:
    port = os.environ.get("GRADIO_SERVER_PORT", "7860")
    if not port.isdecimal():  # Gradio would fail on it while being imported
        raise SettingsError(f"GRADIO_SERVER_PORT must be a number, not {port!r}")
    from qa.corpus.watch import watched
    from qa.server.app import host_name, serve
    from qa.server.handlers import Indexing
    from qa.server.middleware import is_loopback

    with _open(settings) as assistant:
        indexing, known = Indexing(), first_sync(assistant)
        with watched(assistant.sync, settings.corpus, settings.index, print_news, known, indexing):
            if settings.login is None and not is_loopback(host_name()):
                everybody = f"anyone who can reach {host_name()} can ask and read"
                print(f"qa: {everybody}. Set QA_LOGIN=name:password", file=sys.stderr, flush=True)
            server = serve(assistant, indexing=indexing)
            print(f"Serving on {server.url}", file=sys.stderr, flush=True)
            server.wait(_OPENING)
            with suppress(
                QAError
            ):  # here, because torch takes half as long again to import in another thread
                assistant.search("documents", k=1)  # loads the models before the first question comes
            with suppress(KeyboardInterrupt):
                server.wait()
            server.close()
    return 0
